"""A class is set up: an exchange, a course id, what students need, and a trial of it all."""

"""A learner's own folder: what is missing is made, what is there is never overwritten."""

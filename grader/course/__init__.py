"""From the source that an author writes to notebooks, and to a lesson ready to grade."""

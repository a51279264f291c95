"""What comes from a school's own systems, and what goes back to them: lists, archives, grades."""

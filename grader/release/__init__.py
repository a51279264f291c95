"""nbgrader's Generate and Release: made freshly from the source, checked, then sent."""

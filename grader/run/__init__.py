"""From submissions to reports: one, many in parallel, a whole class."""

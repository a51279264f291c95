"""What a whole class gets wrong: summed up, drawn, as a page and as a table."""

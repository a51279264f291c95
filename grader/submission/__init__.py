"""From an untrusted notebook to the student's cells: reads, never executes."""

"""Decides what an answer is worth; pure: no file, no process, no notebook."""

"""Runs a student's code; the only package that starts a box."""

"""From reports to nbgrader's gradebook and its autograded folders."""

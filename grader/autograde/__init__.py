"""nbgrader's autograde, step by step: reads, restores, runs in the box, judges lessons of ours."""

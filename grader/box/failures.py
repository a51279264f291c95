"""The names of failures that the box tells the judge; a test holds them to the verdicts."""

NOT_ATTEMPTED = "not attempted"
MISSING = "missing"
RAISED = "raised an exception"
OUT_OF_MEMORY = "out of memory"
WRONG_TYPE = "wrong type"

"""The commands: parse, call, print, exit code; no logic.

Exit codes: 0 done, whatever the scores; 1 bad input; 2 the grader's own fault.
"""

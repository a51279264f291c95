"""The two ways in which this program fails, never mixed.

A student's failure is neither: it is a Verdict.
"""


class InputError(Exception):
    """The user gave something unusable: one line that says what to do; exit code 1."""


class StopError(InputError):
    """What every other submission would meet, too: it is told once, and the class ends."""


class GraderError(Exception):
    """The grader itself is at fault: never scored as zero; exit code 2."""


class AuthorError(InputError):
    """One or more author's mistakes, each `file:line: problem` with its fix."""

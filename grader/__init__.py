"""The grader of Backprop by Hand; it holds no secret of any lesson.

Modules read in the order in which a submission flows: lesson, release,
submission, sandbox, judge, engine, gradebook, feedback.
"""

__version__ = "0.1.0"

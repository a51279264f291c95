"""What several test modules share: the course, its lessons, loaded once."""

import functools
import os
from pathlib import Path

from grader.course import Course, Lesson

ROOT = Path(__file__).resolve().parent.parent
COURSE = Course(root=ROOT)
# An author tries one lesson while another is half written: LESSONS=03_dense_layer pytest ...
LESSONS = os.environ.get("LESSONS", "").split() or COURSE.lesson_ids()


@functools.cache
def load(lesson_id: str) -> Lesson:
    """Return a lesson ready to grade."""
    return COURSE.load(lesson_id)

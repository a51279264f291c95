"""When a student sees what an autograder found, in Gradescope's words."""

from __future__ import annotations

from enum import Enum


class Visibility(Enum):
    """When a student sees something; the value is Gradescope's."""

    VISIBLE = "visible"
    AFTER_DUE_DATE = "after_due_date"
    AFTER_PUBLISHED = "after_published"
    HIDDEN = "hidden"

"""When a submission was handed in, by how much too late, and what that costs; as in nbgrader."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any


def seconds_late(
    handed_in: datetime | None, due: datetime | None, extension: timedelta | None
) -> float:
    """Return by how much a submission is late, as nbgrader counts it."""
    if handed_in is None or due is None:
        return 0.0
    return max(0.0, (handed_in - due - (extension or timedelta())).total_seconds())


def penalty(config: Any, student: str, score: float, seconds: float) -> float | None:
    """Return what nbgrader's configured plug-in takes off a score; None where it says nothing."""
    from nbgrader.preprocessors import AssignLatePenalties  # noqa: PLC0415 - loads all of nbgrader

    preprocessor = AssignLatePenalties(config=config)
    preprocessor.init_plugin()
    points = preprocessor.plugin_inst.late_submission_penalty(student, score, seconds)
    return None if points is None else min(max(points, 0), score)

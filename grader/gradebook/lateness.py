"""When a submission was handed in, by how much too late, and what that costs; as in nbgrader."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import parse_utc


def handed_in(folder: Path) -> datetime | None:
    """Return when a submission was handed in; None where nbgrader left no usable note."""
    path = folder / "timestamp.txt"
    try:
        if path.is_symlink():
            return None
        found: datetime | None = parse_utc(path.read_text(encoding="utf-8").strip() or None)
    except (OSError, ValueError, OverflowError):
        return None
    return found


def seconds_late(
    handed_in: datetime | None, due: datetime | None, extension: timedelta | None
) -> float:
    """Return by how much a submission is late, as nbgrader counts it."""
    if handed_in is None or due is None:
        return 0.0
    return max(0.0, (handed_in - due - (extension or timedelta())).total_seconds())


def penalty(config: Any, student: str, score: float, seconds: float) -> float | None:
    """Return what nbgrader's configured plug-in takes off a score; None where it says nothing."""
    preprocessor = AssignLatePenalties(config=config)
    preprocessor.init_plugin()
    points = preprocessor.plugin_inst.late_submission_penalty(student, score, seconds)
    return None if points is None else min(max(points, 0), score)

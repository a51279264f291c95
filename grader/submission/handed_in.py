"""When a submission was handed in, as nbgrader noted it beside the notebook.

The note lies in a folder that a student may have written: it is read as the notebook is,
and by a strict format.  (A lenient one would open a file of the student's choice as a zone.)
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from grader.submission import words
from grader.submission.cells import UnreadableError, read_bytes

NAME = "timestamp.txt"
_MOST = 200  # bytes
_FORMAT = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})[ T](?P<time>\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)"
    r" ?(?P<zone>|Z|[A-Z]{2,5}|[+-]\d{2}:?\d{2}|[A-Z][A-Za-z]+/[A-Za-z_]+)"
)


def handed_in(folder: Path) -> tuple[datetime | None, str]:
    """Return when a submission was handed in, in UTC and without a zone, and a note.

    Returns:
        The time, None where there is no usable note; and what there is to say about that,
        "" where there is nothing.
    """
    path = folder / NAME
    try:
        if not path.exists() and not path.is_symlink():
            return None, ""
        content = read_bytes(path, most=_MOST)
    except (UnreadableError, OSError):
        return None, words.time_unusable(NAME)
    match = _FORMAT.fullmatch(content.decode("utf-8", "replace").strip())
    if match is None:
        return None, words.time_unusable(NAME)
    try:
        found = datetime.fromisoformat(f"{match['date']} {match['time']}")
        found = found.replace(tzinfo=_zone(match["zone"])).astimezone(UTC)
    except (ValueError, OverflowError, ZoneInfoNotFoundError):
        return None, words.time_unusable(NAME)
    return found.replace(tzinfo=None), ""


# nbgrader writes a class's own zone by its abbreviation; one that is not here means UTC.
_HOURS = {"CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "WET": 0, "WEST": 1, "BST": 1, "MSK": 3}
_HOURS |= {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
_HOURS |= {"HST": -10, "AKST": -9, "AKDT": -8, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11}


def _zone(name: str) -> tzinfo:
    """Return a zone by its offset, its usual abbreviation, or a city in it."""
    if "/" in name:
        return ZoneInfo(name)
    if name[:1] in ("+", "-"):
        hours, minutes = int(name[1:3]), int(name[-2:])
        offset = timedelta(hours=hours, minutes=minutes)
        return timezone(offset if name[0] == "+" else -offset)
    return timezone(timedelta(hours=_HOURS.get(name, 0)))

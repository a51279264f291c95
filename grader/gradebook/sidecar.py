"""What stands beside a graded notebook: its report, and the hash of what it was made from.

Can be looked for without loading nbgrader.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from grader.course.notebook import as_json
from grader.judge.outcome import Report
from grader.report.data import report_data, report_of

NAME = "grader.json"


def content(content_hash: str, report: Report) -> bytes:
    """Return what to write into the file."""
    found = {"content_hash": content_hash, "report": report_data(report)}
    return f"{as_json(found)}\n".encode("utf-8", "replace")


def write(folder: Path, content_hash: str, report: Report) -> None:
    """Write it into a folder that nbgrader has made; it sets the permissions itself."""
    (folder / NAME).write_bytes(content(content_hash, report))


def read(
    folder: Path,
    content_hash: str | None = None,
    *,
    made: Callable[[Mapping[str, Any]], Report] = report_of,
) -> Report | None:
    """Return the report in a folder; None if there is none, or one of what has another hash.

    Args:
        content_hash: None asks for whatever was graded last.
        made: of its data.
    """
    try:
        found = json.loads((folder / NAME).read_text(encoding="utf-8"))
        fits = content_hash in (None, found["content_hash"])
        return made(found["report"]) if fits else None
    except (OSError, ValueError, KeyError, TypeError):
        return None

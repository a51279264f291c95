"""What stands beside a graded notebook: its report, and the hash of what it was made from.

Can be looked for without loading nbgrader.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from grader.judge.outcome import Report
from grader.report.data import report_data, report_of

NAME = "grader.json"


def content(content_hash: str, report: Report) -> dict[str, Any]:
    """Return what to write into the file."""
    return {"content_hash": content_hash, "report": report_data(report)}


def read(folder: Path, content_hash: str) -> Report | None:
    """Return the report in a folder if it was made from what has this hash, else None."""
    try:
        found = json.loads((folder / NAME).read_text(encoding="utf-8"))
        return report_of(found["report"]) if found["content_hash"] == content_hash else None
    except (OSError, ValueError, KeyError, TypeError):
        return None

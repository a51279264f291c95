"""The last figures, each with where and when it was measured, and the table that docs show."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIGURES, PAGE = ROOT / "bench" / "figures.json", ROOT / "docs" / "figures.md"
_COLUMNS = ("figure", "measured", "goal", "reached", "commit", "load")
_TITLE = """\
# Figures

What `make bench` measured last, both sides of every comparison in one run on one machine.
A part that is run alone replaces its own rows and leaves the others.
The load is that of the machine when the row was measured.
On a busy one, ratios hold better than times.
"""

Row = Mapping[str, str]


def here(measured: Mapping[str, str]) -> Row:
    """Return a row of figures with the commit, the machine, the load and the day."""
    return {
        **measured,
        "commit": _commit(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}, "
        f"Python {platform.python_version()}",
        "load": f"{os.getloadavg()[0]:.1f}",
        "day": datetime.now(tz=UTC).date().isoformat(),
    }


def _commit() -> str:
    """Return what is checked out; with a + where something in it was changed."""
    command = ["git", "describe", "--always", "--dirty=+", "--exclude", "*"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()


def keep(rows: Sequence[Row], figures: Path = FIGURES, page: Path = PAGE) -> None:
    """Put rows into the file of figures, each in place of that of its name; write the page."""
    known = {row["figure"]: row for row in read(figures)}
    known.update({row["figure"]: row for row in rows})
    text = json.dumps(list(known.values()), indent=1, ensure_ascii=False)
    figures.write_text(f"{text}\n", encoding="utf-8")
    page.write_text(written(list(known.values())), encoding="utf-8")


def read(figures: Path = FIGURES) -> list[Row]:
    """Return the rows that are kept."""
    if not figures.is_file():
        return []
    rows: list[Row] = json.loads(figures.read_text(encoding="utf-8"))
    return rows


def written(rows: Sequence[Row]) -> str:
    """Return the page that shows rows: a table for each machine and day."""
    tables: dict[str, list[Row]] = {}
    for row in rows:
        tables.setdefault(f"{row['machine']}; {row['day']}", []).append(row)
    parts = [_TITLE]
    for where, those in tables.items():
        lines = [f"## {where}", "", f"| {' | '.join(_COLUMNS)} |", "|" + "---|" * len(_COLUMNS)]
        lines += [f"| {' | '.join(row[name] for name in _COLUMNS)} |" for row in those]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)

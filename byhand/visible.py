"""The visible tests of an exercise: where they stand, and what they say."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from byhand import words


def visible_tests(exercise: str, ran: list[str], here: Path) -> tuple[str, str] | None:
    """Return the visible tests of an exercise, and its lesson.

    Args:
        ran: what was run in this kernel, the oldest first.
        here: the notebook's folder.
    """
    for path, cells in _notebooks(here):
        for cell in cells:
            told = cell.get("metadata", {}).get("nbgrader", {})
            if told.get("grade_id") == f"test_{exercise}" and told.get("cell_type") == "code":
                return "".join(cell.get("source", "")), path.stem
    # A kernel without files, as in Colab: the cell was run, and says in its last line whose it is.
    last = passed(exercise)
    found = [source for source in ran if source.rstrip().endswith(last)]
    return (found[-1], "") if found else None


def passed(exercise: str) -> str:
    """Return the last line of an exercise's visible tests, which says that they passed."""
    return f'print("{exercise}: the visible tests passed")'


def _notebooks(here: Path) -> Iterator[tuple[Path, list[Any]]]:
    """Yield the folder's notebooks and their cells, the one of this kernel first."""
    session = Path(os.environ.get("JPY_SESSION_NAME", "")).name
    for path in sorted(here.glob("*.ipynb"), key=lambda path: (path.name != session, path.name)):
        try:
            cells = json.loads(path.read_text(encoding="utf-8-sig"))["cells"]
        except (OSError, ValueError, KeyError, TypeError):
            continue  # what cannot be read has no tests to offer
        if isinstance(cells, list):
            yield path, [cell for cell in cells if isinstance(cell, dict)]


def failure(tests: str, namespace: dict[str, Any], exercise: str) -> str:
    """Return in one sentence what a visible test says; "" where all pass."""
    try:
        exec(compile(tests, f"<visible tests of {exercise}>", "exec"), namespace)  # noqa: S102 - the notebook's own cell
    except NotImplementedError:
        return words.not_written(exercise)
    except AssertionError as error:
        return " ".join(str(error).split()) or words.ASSERTION_FAILS
    except Exception as error:  # noqa: BLE001 - whatever a learner's function raises
        return f"{type(error).__name__}: {' '.join(str(error).split())}".rstrip(": ")
    return ""

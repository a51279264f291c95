"""What GitHub Classroom is told of a pushed notebook; without the grader, by its visible tests.

`python -m byhand.pushed NOTEBOOK` runs the cells from top to bottom, writes a table into the
job's summary and the points into its outputs.

Source: GitHub, "Workflow commands" (GITHUB_STEP_SUMMARY, GITHUB_OUTPUT); GitHub Classroom,
autograding-grading-reporter, whose RESULTS are Base64 of the JSON that `encoded` writes.
"""

import base64
import contextlib
import io
import json
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from byhand import words

_MOST_SUMMARY = 900_000  # bytes; GitHub takes no more than 1 MiB of a step


@dataclass(frozen=True, kw_only=True)
class Tried:
    """The outcome of one exercise.

    Attributes:
        told: why it is not right, "" where it is.
    """

    name: str
    score: float
    points: float
    told: str = ""


def encoded(tests: Sequence[Tried]) -> str:
    """Return outcomes as GitHub Classroom's reporter takes them."""
    right = all(test.score >= test.points for test in tests)
    results = {
        "version": 1,
        "status": "pass" if right else "fail",
        "max_score": sum(test.points for test in tests),
        "tests": [
            {
                "name": test.name,
                "status": "pass" if test.score >= test.points else "fail",
                "score": test.score,
                "message": test.told,
            }
            for test in tests
        ],
    }
    return base64.b64encode(json.dumps(results).encode()).decode()


def fenced(text: str) -> str:
    """Return text as a block in which nothing of it is Markdown."""
    longest = max([2, *map(len, re.findall("`+", text))])
    fence = "`" * (longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def tell(summary: str, tests: Sequence[Tried] | None) -> None:
    """Append to the job's summary and outputs; on the screen where there are none.

    Args:
        tests: None where nothing could be tried: no points are set then.
    """
    cut = summary.encode("utf-8", "replace")[:_MOST_SUMMARY].decode("utf-8", "ignore")
    place = os.environ.get("GITHUB_STEP_SUMMARY")
    if place:
        with Path(place).open("a", encoding="utf-8") as file:
            file.write(f"{cut}\n")
    else:
        sys.stdout.write(f"{cut}\n")
    outputs = os.environ.get("GITHUB_OUTPUT")
    if outputs and tests is not None:
        with Path(outputs).open("a", encoding="utf-8") as file:
            file.write(f"result={encoded(tests)}\n")


def tried(cells: Sequence[Any]) -> list[Tried]:
    """Run a notebook's cells; return what each of its visible tests says."""
    from IPython.core.interactiveshell import InteractiveShell  # noqa: PLC0415

    shell = InteractiveShell()
    tests = []
    for cell in cells:
        about = cell.get("metadata", {})
        if cell.get("cell_type") != "code" or "skip-execution" in about.get("tags", []):
            continue
        quiet = io.StringIO()
        with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
            done = shell.run_cell("".join(cell.get("source", "")))
        told = about.get("nbgrader", {})
        if told.get("grade") and told.get("points"):
            points, error = float(told["points"]), done.error_before_exec or done.error_in_exec
            why = f"{type(error).__name__}: {' '.join(str(error).split())}" if error else ""
            name = str(told.get("grade_id", "")).removeprefix("test_")
            score = points if done.success else 0.0
            tests.append(Tried(name=name, score=score, points=points, told=why.rstrip(": ")))
    return tests


def summary_of(notebook: str, tests: Sequence[Tried]) -> str:
    """Return outcomes as Markdown."""
    lines = [
        f"## {words.points_of(sum(t.score for t in tests), sum(t.points for t in tests))}",
        "",
        words.VISIBLE_ALONE,
        "",
        fenced(notebook),
        "",
        f"| {words.EXERCISE} | {words.POINTS} | |",
        "|---|--:|---|",
    ]
    for test in tests:
        passed = words.PASSED if test.score >= test.points else words.NOT_YET
        name = re.sub(r"[^\w ]", "_", test.name)
        lines.append(f"| {name} | {words.earned(test.score, test.points)} | {passed} |")
    for test in tests:
        if test.told:
            lines += ["", fenced(f"{test.name}\n{test.told}")]
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """Try a notebook; return the exit code: 0 tried, whatever the outcome, 1 it cannot be read."""
    if len(arguments) != 1:
        sys.stderr.write(words.USAGE)
        return 1
    path = Path(arguments[0])
    try:
        cells = json.loads(path.read_text(encoding="utf-8-sig"))["cells"]
        os.environ.setdefault("MPLBACKEND", "Agg")
        # As in a kernel: modules and data lie beside the notebook.
        sys.path.insert(0, str(path.parent.resolve()))
        with contextlib.chdir(path.parent):
            tests = tried([cell for cell in cells if isinstance(cell, dict)])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        told = words.no_notebook(path, error)
        tell(f"## {words.NOT_TRIED}\n\n{fenced(told)}", None)
        sys.stderr.write(words.push_again(told))
        return 1
    tell(summary_of(path.name, tests), tests)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

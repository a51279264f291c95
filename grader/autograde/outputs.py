"""A cell's outputs as nbgrader reads the score from them.

nbgrader takes a cell for passed unless an error or text on stderr stands among its
outputs, and the first result that is a number for the score.  Outputs are a matter of
hooks that a student can replace; whether the cell ended well is the shell's own word.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.autograde import words
from grader.judge.verdict import Verdict
from grader.report.notebook import outputs_of
from grader.sandbox.cells import Run


def shown(run: Run, on_timeout: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a cell's outputs; one that failed has an error among them, and no result.

    Args:
        on_timeout: nbgrader's error for a cell that took too long.
    """
    made = outputs_of(run)
    if run.failure is not None and run.failure.failure is Verdict.TIMED_OUT:
        error = {"output_type": "error", **on_timeout}
        error["traceback"] = [*error.get("traceback", []), run.failure.message]
        made[-1] = error
    if run.success and run.failure is None:
        return made
    if not any(item["output_type"] == "error" for item in made):
        made.append(
            {
                "output_type": "error",
                "ename": "Error",
                "evalue": "",
                "traceback": [words.NOT_SHOWN],
            }
        )
    return [_displayed(item) for item in made]


def with_score(
    outputs: list[dict[str, Any]], points: float, *, a_number: bool
) -> list[dict[str, Any]]:
    """Return a test cell's outputs so that nbgrader reads from 0 to all points from them.

    nbgrader takes NaN and a negative number for full points, and scores nothing of a
    student's where there is more than the maximum, or a result without text.

    Args:
        a_number: whether the reference's result is its score.
    """
    made = list(outputs)
    results = 0
    for place, item in enumerate(made):
        if item["output_type"] == "error" or item.get("name") == "stderr":
            return made
        if item["output_type"] != "execute_result":
            continue
        text = item["data"].get("text/plain", "")
        if not text:
            made[place] = _displayed(item)
            continue
        results += 1
        score = _number(text)
        if score is not None:
            if score > points or (a_number and not score >= 0):
                return _refused(made, words.no_such_score(text, points))
            return made
    # A number in another form than Python's own is full points to nbgrader, and here.
    if a_number and not results:
        return _refused(made, words.score_not_shown(points))
    return made


def _refused(outputs: list[dict[str, Any]], why: str) -> list[dict[str, Any]]:
    error = {"output_type": "error", "ename": "ValueError", "evalue": why, "traceback": [why]}
    return [*map(_displayed, outputs), error]


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _displayed(item: dict[str, Any]) -> dict[str, Any]:
    """Return a result as what is shown, and nothing more."""
    if item["output_type"] != "execute_result":
        return item
    return {"output_type": "display_data", "data": item["data"], "metadata": item["metadata"]}

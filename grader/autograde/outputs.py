"""A cell's outputs as nbgrader reads the score from them.

nbgrader takes a cell for passed unless an error or text on stderr stands among its
outputs, and the first result that is a number for the score.  Outputs are a matter of
hooks that a student can replace; whether the cell ended well is the shell's own word.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
                "traceback": ["ERROR: the cell failed, and how was not shown"],
            }
        )
    return [_displayed(item) for item in made]


def _displayed(item: dict[str, Any]) -> dict[str, Any]:
    """Return a result as what is shown, and nothing more."""
    if item["output_type"] != "execute_result":
        return item
    return {"output_type": "display_data", "data": item["data"], "metadata": item["metadata"]}

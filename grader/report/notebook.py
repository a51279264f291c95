"""The graded notebook, as Formgrader shows it and the feedback page is made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.course.cells import Kind
from grader.course.lesson import Lesson
from grader.course.notebook import OUR_KEY, as_json
from grader.judge.outcome import Outcome, Report
from grader.report import words
from grader.report.graded import Graded
from grader.report.harmless import harmless
from grader.report.words import all_notes, outcome_lines
from grader.sandbox.cells import Run
from grader.submission.matching import Submission
from grader.submission.pictures import Text

NOTES = "grader-notes"  # the id of the cell that tells of the submission as a whole


def autograded_text(lesson: Lesson, graded: Graded) -> str:
    """Return that notebook as JSON; the lesson's own cells, most of it, are written once."""
    notebook = autograded_notebook(lesson, graded)
    cells = ", ".join(lesson.texts.get(id(cell)) or as_json(cell) for cell in notebook["cells"])
    # With keys in order, the cells come first.
    return as_json({**notebook, "cells": []}).replace("[]", f"[{cells}]", 1)


def autograded_notebook(lesson: Lesson, graded: Graded) -> dict[str, Any]:
    """Return the notebook that Formgrader shows, and that the feedback page is made from.

    The lesson's cells with the student's solutions, answers and extra cells; a
    test cell's output is the report and, as nbgrader expects, the score.
    """
    outcomes = {outcome.id: outcome for outcome in graded.report.exercises}
    submission = graded.submission
    places = submission.places if submission else ()
    runs = dict(zip(places, graded.runs, strict=True)) if submission else {}
    cells = _notes(graded.report)
    cells += _extra_cells(graded, -1, runs)
    for i, (cell, raw) in enumerate(zip(lesson.cells, lesson.notebook["cells"], strict=True)):
        made: dict[str, Any] = {}
        if cell.kind is Kind.SOLUTION:
            made["source"] = submission.sources.get(cell.name, "") if submission else ""
        if cell.kind is Kind.ANSWER:
            made |= _shown(_answer_of(submission, cell.name))
        if cell.kind is Kind.TEST:
            made["outputs"] = test_outputs(outcomes[cell.name])
        elif (i, 0) in runs:
            made["outputs"] = outputs_of(runs[i, 0])
        cells += [{**raw, **made} if made else raw, *_extra_cells(graded, i, runs)]
    return {**lesson.notebook, "cells": cells}


def _notes(report: Report) -> list[dict[str, Any]]:
    """Return a first cell with what there is to say of the submission as a whole, if anything."""
    notes = [words.note_in_notebook(note) for note in all_notes(report)]
    if not notes:
        return []
    return [
        {
            "cell_type": "markdown",
            "id": NOTES,
            "metadata": {OUR_KEY: {"cell": NOTES}},
            "source": "\n\n".join(map(harmless, notes)),
        }
    ]


def _extra_cells(
    graded: Graded, place: int, runs: Mapping[tuple[int, int], Run]
) -> list[dict[str, Any]]:
    """Return the student's own cells that stand after a lesson cell."""
    cells = []
    extras = graded.submission.extras.get(place, ()) if graded.submission else ()
    for count, extra in enumerate(extras, start=1):
        made: dict[str, Any] = {
            "cell_type": extra.type,
            "id": f"extra-{place + 1}-{count}",
            "metadata": {},
            "source": extra.source,
        }
        if extra.type == "code":
            run = runs.get((place, count))
            made |= {"execution_count": None, "outputs": outputs_of(run) if run else []}
        else:
            made |= _shown(Text(source=extra.source, attachments=extra.attachments))
        cells.append(made)
    return cells


def _answer_of(submission: Submission | None, name: str) -> Text:
    """Return what stands in the cell for an answer; own cells below it are shown as such."""
    found = submission.answers.get(name) if submission else None
    return found or Text(source="")


def _shown(text: Text) -> dict[str, Any]:
    """Return a Markdown cell's fields for a student's text and its pictures."""
    shown: dict[str, Any] = {"source": harmless(text.source)}
    if text.attachments:
        shown["attachments"] = {name: dict(data) for name, data in text.attachments.items()}
    return shown


def outputs_of(run: Run) -> list[dict[str, Any]]:
    """Return a cell's outputs; what stopped it stands last."""
    outputs = [_harmless_output(output) for output in run.outputs]
    if run.failure is None or run.failure.failure is None:
        return outputs
    told = {
        "output_type": "error",
        "ename": run.failure.failure.value,
        "evalue": run.failure.message,
        "traceback": [run.failure.message],
    }
    return [*outputs, told]


def _harmless_output(output: dict[str, Any]) -> dict[str, Any]:
    """Return an output without HTML in what a page takes for Markdown or for a formula."""
    if "data" not in output:
        return output
    data = {
        mime: harmless(content) if mime in ("text/markdown", "text/latex") else content
        for mime, content in output["data"].items()
    }
    return {**output, "data": data}


def test_outputs(outcome: Outcome) -> list[dict[str, Any]]:
    """Return a test cell's outputs: the report as text, then the score as the cell's result."""
    text = "\n".join(outcome_lines(outcome)) + "\n"
    # Clamped: nbgrader takes a negative score for full points, and refuses more than the maximum.
    score = min(max(outcome.score, 0.0), outcome.points)
    return [
        {"output_type": "stream", "name": "stdout", "text": text},
        {
            "output_type": "execute_result",
            "execution_count": None,
            "data": {"text/plain": repr(score)},
            "metadata": {},
        },
    ]

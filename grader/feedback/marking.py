"""A lesson's notebook as a person marks it in Formgrader: formulas set, each answer in a frame.

Formgrader shows a graded notebook by nbconvert, and a program from a public server sets its
formulas.  Here they are set beforehand, and what belongs to a derivation stands together.
"""

from __future__ import annotations

from typing import Any

from markupsafe import escape
from nbconvert.preprocessors import Preprocessor
from traitlets import Bool

from grader.course.cells import Kind
from grader.course.notebook import OUR_KEY, kind_of, text_of
from grader.report.markdown import of_a_student, of_the_lesson
from grader.report.page import is_own, task_html

# What nbgrader's page shows as it is, although a student may have chosen it.
_OF_A_STUDENT = ("student", "first_name", "last_name", "notebook_path")
_HERE = "grader-html"  # what the template puts the HTML in place of


class MarkingPage(Preprocessor):  # type: ignore[misc]
    """Prepares a lesson's notebook for Formgrader's page; leaves an ordinary one as it is."""

    enabled = Bool(True).tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Return the notebook with the HTML of its texts, answers within their questions."""
        for name in _OF_A_STUDENT:
            resources[name] = str(escape(resources.get(name) or ""))
        if not any(OUR_KEY in cell.metadata for cell in nb.cells):
            return nb, resources
        nb.metadata["grader_lesson"] = True
        cells: list[Any] = []
        task: Any = None
        answer: list[Any] = []
        for cell in nb.cells:
            kind, name = kind_of(cell)
            if task is not None and (kind is Kind.ANSWER or is_own(cell)):
                answer.append(cell)
                continue
            if task is not None:
                _show(task, task_html(task, answer))
                task, answer = None, []
            cells.append(cell)
            if kind is Kind.MANUAL:
                task, cell.metadata["grader_name"] = cell, name
            elif cell.cell_type == "markdown" and is_own(cell):
                _show(cell, of_a_student(cell.source, cell.get("attachments")))
            elif cell.cell_type == "markdown":
                _show(cell, of_the_lesson(text_of(cell)))
        if task is not None:
            _show(task, task_html(task, answer))
        nb["cells"] = cells
        return nb, resources


def _show(cell: Any, html: str) -> None:
    # A plain text: what this is put into knows nothing of Markup, and would escape itself.
    cell.metadata["grader_html"] = str(html)
    cell.metadata.setdefault("grader_name", "")
    cell["source"] = _HERE

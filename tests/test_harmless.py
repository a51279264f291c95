"""Nothing that a student wrote is obeyed by a browser or a terminal, wherever it is shown."""

import csv
import json
import re

import nbformat
import pytest
from nbconvert import HTMLExporter

from grader import sample
from grader.autograde.reading import read
from grader.judge.outcome import Diagnosis, Outcome, Report
from grader.judge.verdict import Verdict
from grader.report.attempt import attempt_of
from grader.report.classwide.export import as_csv
from grader.report.classwide.page import class_page
from grader.report.classwide.summary import Work, summed_up
from grader.report.code import without_remarks
from grader.report.graded import Graded
from grader.report.harmless import one_line, spreadsheet_cell
from grader.report.marks import Marks
from grader.report.notebook import autograded_notebook
from grader.report.row import Row
from grader.report.table import print_class
from grader.report.terminal import print_report
from grader.run.one import unreadable
from grader.submission.cells import parse_notebook
from grader.submission.matching import match
from tests.conftest import COURSE, load

LESSON = load("00_start_here")
MARKUP = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[link](javascript:alert(1))",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<svg onload=alert(1)>",
    "</div></body><iframe src=//evil>",
    "$<script>alert(1)</script>$",
    "![x](data:text/html;base64,PHNjcmlwdD4=)",
    "<scr<script>ipt>alert(1)</script>",
    "<!--><script>alert(1)</script>",
]
ESCAPES = ["\x1b[2J", "\x1b]0;title\x07", "a\rb", "a\nb", "\x9b31m", "\u202eevil", "\x00"]
ALIVE = re.compile(
    r"""<script[^>]*>\s*alert|<(img|svg|iframe|a)[^>]*(onerror|onload|evil|script\s*:|data:text)""",
    re.IGNORECASE,
)


def page_of(notebook):
    """Return a notebook as Formgrader and the feedback show it."""
    node = nbformat.reads(json.dumps(notebook), as_version=4)
    page, _ = HTMLExporter(template_name="basic").from_notebook_node(node)
    return page


def alive(page):
    return [found.group() for found in ALIVE.finditer(page)]


def graded(markup):
    """Return a graded lesson in which a student wrote markup wherever one can."""
    made = sample.notebook(COURSE, LESSON, {"derive_broadcast_shape": markup, "one_hot": markup})
    own = {"metadata": {"nbgrader": {"grade_id": markup}}, "source": markup}
    made["cells"] += [{**own, "cell_type": "markdown"}, {**own, "cell_type": "raw"}]
    submission = match("x", parse_notebook("x", json.dumps(made).encode()), LESSON)
    report = unreadable(LESSON, markup, markup, "none", [markup])
    return Graded(report=report, submission=submission, runs=[
        type("Run", (), {"outputs": [], "success": True, "failure": None})()
        for _ in submission.places
    ])  # fmt: skip


@pytest.mark.parametrize("markup", MARKUP)
def test_markup_is_alive_without_care(markup):
    """The yardstick: one way or another, each of these reaches a browser as it is."""
    also = ("javascript:", "data:text", "<script>")
    assert alive(f"<p>{markup}</p>") or any(word in markup for word in also)


@pytest.mark.parametrize("markup", MARKUP)
def test_no_markup_of_a_student_s_lives_on_a_lesson_s_page(markup):
    assert alive(page_of(autograded_notebook(LESSON, graded(markup)))) == []


@pytest.mark.parametrize("markup", MARKUP)
def test_no_markup_of_a_student_s_lives_on_an_ordinary_assignment_s_page(markup, tmp_path):
    path = tmp_path / "x.ipynb"
    cells = [
        {"cell_type": kind, "metadata": {}, "source": markup, "outputs": []}
        for kind in ("markdown", "raw", "code")
    ]
    path.write_text(
        json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})
    )

    page = page_of(json.loads(nbformat.writes(read(path))))

    assert alive(page) == []


@pytest.mark.parametrize("markup", MARKUP)
def test_what_an_unreadable_notebook_says_of_itself_is_harmless(markup, tmp_path):
    path = tmp_path / "x.ipynb"
    path.write_text(json.dumps({"nbformat": markup, "cells": []}))

    told = read(path).metadata["grader_unreadable"]

    assert alive(page_of({"nbformat": 4, "nbformat_minor": 5, "metadata": {},
                          "cells": [{"cell_type": "markdown", "id": "a", "metadata": {},
                                     "source": told}]})) == []  # fmt: skip


@pytest.mark.parametrize("escape", ESCAPES)
def test_a_terminal_obeys_no_name_and_no_message(escape, capsys):
    outcome = Outcome(id="x", score=0.0, points=1.0, verdict=Verdict.MISSING)
    report = Report(
        lesson="l", student=escape, exercises=[outcome], version="1", sandbox="s", notes=[escape]
    )
    row = Row(student=f"name{escape}", lesson="l", report=report)
    print_class([row, Row(student=escape, lesson=escape, report=None)], COURSE)
    print_report(report)
    said = capsys.readouterr().out

    assert escape not in said
    assert one_line(escape) == one_line(one_line(escape))
    assert "name" in said


@pytest.mark.parametrize(
    "formula",
    [
        "=1+1",
        "+1",
        "-1+1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "\u200b=1",
        "\ufeff=1",
        "\uff1d1",
        "|calc",
        '=HYPERLINK("//evil")',
    ],
)
def test_a_spreadsheet_computes_no_text_of_a_student_s(formula):
    written = spreadsheet_cell(formula)

    assert written == f"'{formula}"
    assert spreadsheet_cell(written) == written


@pytest.mark.parametrize("text", ["", "Ada", "O'Brien", "a-b", "1=1", "\u2212", "Zo\u00eb"])
def test_a_cell_that_is_no_formula_stays_as_it_is(text):
    assert spreadsheet_cell(text) == text


@pytest.mark.parametrize("markup", [*MARKUP, *ESCAPES, "$\\frac{$", "\u738b", "=cmd|' /C calc'!A0"])
def test_a_class_s_report_obeys_nothing_that_a_student_is_called_or_wrote(markup):
    wrong = Diagnosis(name="a name", hint="a hint")
    outcome = Outcome(id="x", score=0.0, points=1.0, verdict=Verdict.WRONG_VALUE, mistakes=(wrong,))
    report = Report(lesson="l", student=markup, exercises=[outcome], version="1", sandbox="s")
    work = Work(student=markup, report=report, marks=Marks(), attempts=[attempt_of(report)])
    lesson = summed_up("l", [work])
    names = {markup: markup}
    code = without_remarks(f"def x():\n    return {markup!r}", "x")

    page = class_page("t", [lesson], names, lambda _lesson, _each: code, made="today")
    (_, row) = csv.reader(as_csv([lesson], names, names).splitlines())

    assert alive(page) == []
    assert "<script" not in page.lower()
    assert not any(sign in page for sign in ("\x1b", "\x07", "\x9b", "\x00"))
    assert row[0] == spreadsheet_cell(one_line(markup)) == row[1]
    assert row[0][0] not in "=+-@\t\r"

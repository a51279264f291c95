"""What a report says of an answer in words is about words: of no stub, function or call."""

import re

import pytest

from grader.judge.judging import judge_manual
from grader.judge.outcome import SEPARATE_PROCESS, Report
from grader.judge.verdict import NOTHING_THERE, Verdict
from grader.report.data import report_data, report_of
from grader.report.page import feedback_page
from grader.report.summary import summary
from grader.report.words import report_lines
from grader.run.one import unreadable
from grader.school.gradescope import Visibility, results
from tests.conftest import load
from tests.test_pages import TASK, marks, notebook, row_of

LESSON = "00_start_here"
RELEASED = "YOUR ANSWER HERE"
CODE = re.compile(
    r"stub|function|call|raise|exception|NotImplemented|run|test stands|defined", re.IGNORECASE
)
SAID = {
    "not attempted": "no answer is written yet",
    "missing": "the cell for the answer was deleted",
    "needs manual grading": "a derivation, which a person marks",
    "unreadable": "it is no notebook",
}


def told(*outcomes):
    return Report(
        lesson=LESSON, student="ann", exercises=outcomes, version="1", sandbox=SEPARATE_PROCESS
    )


def written_answers():
    """Every outcome that a written answer can have."""
    found = [judge_manual(TASK, 4.0, text, RELEASED) for text in (RELEASED, None, "It is so.")]
    whole = unreadable(load(LESSON), "ann", SAID["unreadable"], "box")
    return [*found, *(outcome for outcome in whole.exercises if outcome.id == TASK)]


ANSWERS = written_answers()


def test_these_are_all_verdicts_that_a_written_answer_can_get():
    assert {outcome.verdict for outcome in ANSWERS} == {Verdict.MANUAL, *NOTHING_THERE}


@pytest.mark.parametrize("read_back", [False, True], ids=["just made", "read back"])
@pytest.mark.parametrize("outcome", ANSWERS, ids=lambda outcome: outcome.verdict.value)
def test_nothing_that_is_said_of_a_written_answer_is_about_code(outcome, read_back):
    report = told(outcome)
    report = report_of(report_data(report)) if read_back else report
    (tried,) = results(report, tests=Visibility.VISIBLE, seconds=0.0)["tests"]
    faces = ["\n".join(report_lines(report)[1:]), tried["output"], summary(report)]
    _, page = row_of(feedback_page(notebook(), report, marks()), TASK)

    for face in [*faces, page]:
        assert not CODE.search(face.replace(SEPARATE_PROCESS, "")), face
    # A page says of an answer that waits for its mark just that.
    for face in faces if outcome.verdict is Verdict.MANUAL else [*faces, page]:
        assert SAID[outcome.verdict.value] in face

"""Feedback pages: what a student reads, made from the gradebook as it stands, alive nowhere."""

import dataclasses
import json
import re
from html.parser import HTMLParser

import pytest

from grader import files, sample
from grader.gradebook import sidecar
from grader.judge.outcome import SEPARATE_PROCESS, Diagnosis, Outcome, Report
from grader.judge.verdict import Verdict
from grader.report import formula
from grader.report.markdown import of_a_student, of_the_lesson
from grader.report.marks import Mark, Marks
from grader.report.notebook import autograded_notebook
from grader.report.page import feedback_page
from grader.run import feedback
from grader.run.feedback import Sheet, write_pages
from tests.conftest import COURSE, LESSONS, load
from tests.test_harmless import MARKUP, alive, graded

LESSON = "00_start_here"
TASK = "derive_broadcast_shape"
VOID = {"meta", "img", "br", "hr", "link", "input", "mspace", "path"}


class Page(HTMLParser):
    """What a browser would make of a page: its elements, whether they close, its links."""

    def __init__(self, text):
        super().__init__()
        self.text, self.tags, self.open, self.attributes = "", [], [], []
        self.odd = []
        self.feed(str(text))

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID and (not self.open or self.open.pop() != tag):
            self.odd.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]

    def handle_data(self, data):
        if not self.open or self.open[-1] != "style":
            self.text += data

    def values(self, name):
        return [value for _, key, value in self.attributes if key == name]


def outcome(name, points, verdict, score=0.0, **more):
    return Outcome(id=name, score=score, points=points, verdict=verdict, **more)


def report(*outcomes, notes=(), sandbox="sandlock"):
    return Report(
        lesson=LESSON, student="ann", exercises=outcomes, version="1", sandbox=sandbox, notes=notes
    )


RIGHT = outcome("standardize", 10.0, Verdict.CORRECT, 10.0)
WRONG = outcome(
    "one_hot",
    6.0,
    Verdict.WRONG_VALUE,
    mistakes=(Diagnosis(name="transposed", hint="Which axis holds the samples?"),),
)
OPEN = outcome(TASK, 4.0, Verdict.MANUAL)


def mark(points, auto=None, manual=None, extra=0.0):
    waits = auto is None and manual is None
    return Mark(auto=auto, manual=manual, extra=extra, points=points, waits=waits)


def marks(task=None, one_hot=None, **more):
    cells = {
        "test_standardize": mark(10.0, auto=10.0),
        "test_one_hot": one_hot or mark(6.0, auto=0.0),
        TASK: task or mark(4.0),
    }
    return Marks(cells=cells, **more)


def notebook(lesson=LESSON, **solutions):
    """Return a graded notebook with these solutions; no cell of it was run."""
    made = graded("")
    found = load(lesson)
    if solutions:
        sources = {**made.submission.sources, **solutions}
        answers = {
            name: dataclasses.replace(text, source=solutions.get(name, text.source))
            for name, text in made.submission.answers.items()
        }
        submission = dataclasses.replace(made.submission, sources=sources, answers=answers)
        made = dataclasses.replace(made, submission=submission)
    return autograded_notebook(found, made)


def page(*outcomes, of=None, given=None, schemes=False, **about):
    text = feedback_page(
        of or notebook(),
        report(*(outcomes or (RIGHT, WRONG, OPEN)), **about),
        given or marks(),
        schemes=schemes,
    )
    return Page(text)


def row_of(text, name):
    """Return the overview's row about an exercise, as words."""
    found = re.search(
        rf'<tr class="(\w+)">\s*<th[^>]*><a href="#exercise-{name}">.*?</tr>', text, re.DOTALL
    )
    return found[1], " ".join(re.sub(r"<[^>]*>", " ", found[0]).split())


def overview(*outcomes, given=None):
    text = feedback_page(notebook(), report(*outcomes), given or marks())
    return {o.id: row_of(text, o.id) for o in outcomes}


# -------------------------------------------------------------------- what is told


def test_each_exercise_has_a_row_with_points_verdict_evidence_and_hint():
    rows = overview(RIGHT, WRONG, OPEN)

    assert rows["standardize"] == ("right", "standardize 10 of 10 correct")
    assert rows["one_hot"] == (
        "wrong",
        (
            "one_hot 0 of 6 wrong value the first thing that differs is the value transposed. "
            "Hint: Which axis holds the samples?"
        ),
    )
    assert rows[TASK] == ("waits", f"{TASK} 0 of 4 not marked yet")


def test_the_score_is_the_gradebook_s_and_says_what_is_still_to_come():
    text = " ".join(page().text.split())

    assert "10 of 20 points, 4 more are still to be marked by a person" in text


def test_points_given_by_hand_count_and_nothing_waits_any_more():
    given = marks(task=mark(4.0, manual=3.0), one_hot=mark(6.0, auto=0.0, manual=2.5, extra=1.0))
    rows = overview(RIGHT, WRONG, OPEN, given=given)
    text = " ".join(page(given=given).text.split())

    assert rows[TASK] == ("partly", f"{TASK} 3 of 4 marked by hand")
    assert rows["one_hot"][1].startswith("one_hot 3.5 of 6 ")
    assert "16.5 of 20 points" in text
    assert "still to be marked" not in text
    assert "not marked yet" not in text


@pytest.mark.parametrize("verdict", [Verdict.NOT_ATTEMPTED, Verdict.MISSING, Verdict.UNREADABLE])
def test_a_page_no_longer_says_that_it_is_missing_once_a_person_gave_points(verdict):
    empty = outcome(TASK, 4.0, verdict)

    before = overview(empty, given=marks(task=mark(4.0, auto=0.0)))
    after = overview(empty, given=marks(task=mark(4.0, auto=0.0, manual=4.0)))

    assert before[TASK][0] == "nothing"
    assert verdict.value in before[TASK][1]
    assert after[TASK] == ("right", f"{TASK} 4 of 4 marked by hand")


def test_a_late_penalty_is_taken_off_and_told():
    text = " ".join(page(given=marks(penalty=2.0)).text.split())

    assert "8 of 20 points" in text
    assert "Points taken off because it came late: 2" in text


def test_notes_and_a_missing_sandbox_stand_at_the_top():
    text = page(notes=["the cell of one_hot stands twice"], sandbox=SEPARATE_PROCESS).text

    assert "Note: the cell of one_hot stands twice" in text
    assert f"Note: graded without a sandbox ({SEPARATE_PROCESS})" in text


def test_a_person_s_comment_stands_beside_the_cell_that_it_is_about():
    given = marks(task=mark(4.0, manual=3.0), comments={TASK: "Which *row*? <b>"})
    made = feedback_page(notebook(), report(RIGHT, WRONG, OPEN), given)
    section = made.partition(f'id="exercise-{TASK}"')[2].partition("</section>")[0]

    assert "<p>Which <em>row</em>? &lt;b&gt;</p>" in section
    assert "With a comment." in row_of(made, TASK)[1]


def test_a_student_s_own_name_is_shown_where_the_gradebook_has_one():
    assert "Ann Bell (ann)" in " ".join(page(given=marks(name="Ann Bell")).text.split())


# -------------------------------------------------------------------- what is there


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_page_is_whole_has_no_script_and_no_dead_link(lesson):
    found = load(lesson)
    made = sample.notebook(COURSE, found, {})
    outcomes = [outcome(name, 1.0, Verdict.NOT_ATTEMPTED) for name in found.exercises]
    outcomes += [outcome(cell.name, 1.0, Verdict.NOT_ATTEMPTED) for cell in found.manual]
    shown = Page(
        feedback_page({**found.notebook, "cells": made["cells"]}, report(*outcomes), Marks())
    )

    assert shown.open == shown.odd == []
    assert not {"script", "iframe", "object", "form", "base", "link"} & set(shown.tags)
    targets = {f"#{value}" for value in shown.values("id")}
    links = shown.values("href")
    assert len(links) >= 2 * len(outcomes)
    assert [link for link in links if link not in targets and not link.startswith("http")] == []
    assert [key for _, key, _ in shown.attributes if key.startswith("on")] == []


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_formula_of_a_lesson_is_set_beforehand(lesson):
    cells = [c["source"] for c in load(lesson).notebook["cells"] if c["cell_type"] == "markdown"]
    shown = "".join(map(of_the_lesson, map("".join, cells)))

    assert shown.count("<math") > 10
    assert 'class="typed"' not in shown
    assert "$" not in re.sub(r"<code>.*?</code>", "", shown, flags=re.DOTALL)


def test_tests_and_the_hidden_call_are_not_shown():
    made = feedback_page(notebook(), report(RIGHT, WRONG, OPEN), marks())

    for word in ("HIDDEN TESTS", "in_kernel", "Test cell", "assert "):
        assert word not in made
    assert "# YOUR CODE HERE" in json.dumps(load(LESSON).stubs)


def test_how_it_is_marked_is_left_out_unless_the_instructor_asks():
    task = next(cell for cell in load(LESSON).manual if cell.name == TASK)
    word = "An answer that earns all points"
    assert word in json.dumps(notebook())

    without, shown = page(), page(schemes=True)

    assert word not in without.text
    assert "MARK SCHEME" not in without.text + shown.text
    assert word in shown.text
    assert task.points == 4


def test_the_lesson_s_prose_is_folded_and_a_student_s_own_cells_are_not():
    made = feedback_page(
        notebook(one_hot="def one_hot(labels, n):\n    return labels"),
        report(RIGHT, WRONG, OPEN),
        marks(),
    )
    folded = "".join(re.findall(r'<details class="lesson">.*?</details>\n', made, re.DOTALL))

    assert "Start here" in folded
    assert "<details open" not in made
    assert "return" not in re.sub("<[^>]*>", "", folded).partition("one_hot(labels")[2][:40]
    assert 'class="source"' in made.replace(folded, "")


def test_a_strict_policy_allows_pictures_in_the_page_and_nothing_else():
    made = feedback_page(notebook(), report(RIGHT), marks())
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', made)[1]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))

    assert rules == {
        "default-src": "'none'",
        "img-src": "data:",
        "style-src": "'unsafe-inline'",
        "form-action": "'none'",
    }
    assert made.index("Content-Security-Policy") < made.index("<style>")


# ------------------------------------------------------------------------ harmless


@pytest.mark.parametrize("markup", MARKUP)
def test_nothing_that_a_student_wrote_lives_on_their_page(markup):
    made = graded(markup)
    given = marks(name=markup, comments={TASK: markup, "one_hot": markup})
    named = Report(
        lesson=LESSON,
        student=markup,
        exercises=(
            outcome(
                "one_hot", 6.0, Verdict.RAISED, mistakes=(Diagnosis(name=markup, hint=markup),)
            ),
            OPEN,
        ),
        version="1",
        sandbox="none " + markup,
        notes=[markup],
    )

    shown = feedback_page(autograded_notebook(load(LESSON), made), named, given)

    assert alive(shown) == []
    tags = set(Page(shown).tags)
    assert not {"script", "iframe", "svg", "object", "embed"} & tags
    assert [v for v in Page(shown).values("src") if not v.startswith("data:image/")] == []
    assert [v for v in Page(shown).values("href") if not v.startswith(("#", "http"))] == []


@pytest.mark.parametrize(
    "tex",
    [
        r"\text{<img src=x onerror=alert(1)>}",
        r"x<script>alert(1)</script>",
        r"\operatorname{<b>}",
        r'\color{red" onclick="x}{y}',
        r"\href{javascript:alert(1)}{x}",
    ],
)
def test_a_formula_is_text_and_nothing_more(tex):
    for shown in (formula.inline(tex), formula.block(tex)):
        seen = Page(shown)
        assert not {"script", "img", "b", "a"} & set(seen.tags)
        assert [key for _, key, _ in seen.attributes if key.startswith(("on", "href"))] == []


@pytest.mark.parametrize(
    "tex",
    [
        r"\newcommand{\a}{x}\a",
        r"\def\a{\a\a}\a",
        r"\let\a=x \a",
        r"\frac{",
        r"\nothing{x}",
        "{" * 5_000,
        r"\sqrt" * 5_000 + "x",
    ],
)
def test_what_is_no_formula_or_could_bring_the_parser_down_is_shown_as_typed(tex):
    assert tex[:20] in Page(formula.block(tex)).text
    assert "<math" not in formula.inline(tex)


def test_the_deepest_formula_that_is_set_does_no_harm():
    for nested in (
        "{" * 999 + "}" * 999,
        r"\sqrt" * 399 + " x",
        r"\left(" * 150 + r"\right)" * 150,
    ):
        assert "<math" in formula.block(nested)


def test_a_number_of_a_formula_stands_beside_it():
    assert Page(formula.block(r"a = b \tag{7}")).text.strip().endswith("(7)")


def test_a_student_s_markdown_is_set_but_for_html_and_links_that_lead_nowhere():
    text = "**bold** `code` $x^2$ <b>no</b> [web](https://numpy.org) [file](x.png) [top](#top)"
    text += "\n\n![p](x.png)"
    shown = Page(of_a_student(text))

    assert {"strong", "code", "math"} <= set(shown.tags)
    assert "<b>no</b>" in shown.text
    assert shown.values("href") == ["https://numpy.org"]
    assert "img" not in shown.tags
    assert "[p]" in shown.text


@pytest.mark.parametrize("text", ["[" * 30_001, "\\begin{align}\n" * 201])
def test_a_text_that_would_take_a_parser_long_is_shown_as_typed_and_whole(text):
    assert of_a_student(text) == f"<pre>{text}</pre>"


def test_a_pasted_picture_is_shown_and_what_is_none_is_not():
    text = "![mine](attachment:a.png)"

    shown = of_a_student(text, {"a.png": {"image/png": "aGVs\nbG8="}})
    forged = of_a_student(text, {"a.png": {"image/png": 'x" onerror="alert(1)'}})
    svg = of_a_student(text, {"a.png": {"image/svg+xml": "aGVsbG8="}})

    assert '<img src="data:image/png;base64,aGVsbG8=" alt="mine">' in shown
    assert "<img" not in forged + svg


# ------------------------------------------------------------------------- written


@pytest.fixture
def sheet(tmp_path):
    """A graded folder, as `grader grade` leaves it, and where its page goes."""
    folder = tmp_path / "autograded" / "ann" / LESSON
    folder.mkdir(parents=True)
    (folder / f"{LESSON}.ipynb").write_text(json.dumps(notebook()))
    (folder / "timestamp.txt").write_text("2026-03-01 12:00:00 UTC\n")
    (folder / "submission_secret.txt").write_text("abc")
    sidecar.write(folder, "hash", report(RIGHT, WRONG, OPEN))
    return Sheet(
        student="ann", lesson=LESSON, graded=folder, folder=tmp_path / "feedback" / "ann" / LESSON
    )


def test_a_page_lies_where_nbgrader_looks_for_it_with_what_it_needs_to_release_it(sheet):
    assert list(write_pages([sheet], {("ann", LESSON): marks()})) == [(sheet, "")]

    assert {path.name for path in sheet.folder.iterdir()} == {
        f"{LESSON}.html",
        "timestamp.txt",
        "submission_secret.txt",
    }
    assert "10 of 20 points" in sheet.page.read_text()
    assert sheet.page.stat().st_mode & 0o777 == 0o644


def test_a_page_that_cannot_be_made_is_named_and_the_others_are_written(sheet):
    other = dataclasses.replace(sheet, student="bo")
    lost = dataclasses.replace(sheet, graded=sheet.graded.with_name("gone"))
    known = {("ann", LESSON): marks()}

    told = [problem for _, problem in write_pages([other, lost, sheet], known)]

    assert "the gradebook does not know it; grade it again: grader grade" in told[0]
    assert "cannot be read" in told[1]
    assert told[2] == ""
    assert sheet.page.is_file()


def test_a_submission_without_a_report_says_to_grade_it_again(sheet):
    (sheet.graded / "grader.json").write_text("{}")

    ((_, told),) = write_pages([sheet], {("ann", LESSON): marks()})

    assert "no report that can be read; grade it again" in told
    assert not sheet.folder.exists()


def test_a_disk_that_is_full_leaves_the_page_before_as_it_was(sheet, monkeypatch):
    known = {("ann", LESSON): marks()}
    list(write_pages([sheet], known))
    before = sheet.page.read_bytes()

    def full(_source, _target):
        raise OSError(28, "No space left on device", str(sheet.page))

    monkeypatch.setattr(files.os, "replace", full)
    with pytest.raises(feedback.InputError, match="cannot be written"):
        list(write_pages([sheet], {("ann", LESSON): marks(penalty=1.0)}))

    assert sheet.page.read_bytes() == before
    assert sorted(path.name for path in sheet.folder.iterdir() if path.name.startswith(".")) == []

"""A class's table in a terminal: nothing is cut, and below it stands what to do."""

import re

import pytest
from rich.progress import Progress

from grader.judge.outcome import Diagnosis, Outcome, Report
from grader.judge.verdict import Verdict
from grader.report.marks import Mark, Marks
from grader.report.row import Row
from grader.report.table import print_class
from grader.report.terminal import progress
from tests.conftest import COURSE

NAMES = [f"exercise_number_{number}" for number in range(1, 17)]
LONG = "a-student-whose-name-is-longer-than-the-half-of-a-usual-terminal@university.example"


def outcome(name, verdict=Verdict.CORRECT, score=1.0, **more):
    return Outcome(id=name, score=score, points=1.0, verdict=verdict, **more)


def row(student, *outcomes, notes=(), marks=None):
    report = Report(
        lesson="01_x",
        student=student,
        exercises=outcomes or tuple(map(outcome, NAMES)),
        version="1",
        sandbox="s",
        notes=notes,
    )
    return Row(student=student, lesson="01_x", report=report, marks=marks)


@pytest.fixture
def shown(monkeypatch, capsys):
    """Print a class in a terminal of so many columns; return what was printed."""

    def show(columns, *rows):
        monkeypatch.setenv("COLUMNS", str(columns))
        print_class(rows, COURSE)
        return capsys.readouterr().out

    return show


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 160, 400])
def test_no_name_and_no_sign_is_cut_however_narrow_it_is(shown, columns):
    out = shown(columns, row(LONG), row("bo"))
    table = [
        line for line in out.splitlines() if line.rstrip().endswith("✓") or "university" in line
    ]

    assert out.count("✓") == 2 * len(NAMES) + 1
    joined = "".join(line.split("  ")[0].strip() for line in out.splitlines())
    assert LONG in joined
    assert all(name in "".join(out.split()) for name in NAMES)
    assert max(map(len, table)) <= columns
    assert "…" not in out


def test_exercises_have_columns_of_their_own_where_there_is_room(shown):
    heads = {
        columns: next(line for line in shown(columns, row("bo")).splitlines() if "student" in line)
        for columns in (80, 120, 400)
    }

    assert heads[400].split() == ["student", "score", *NAMES]
    assert heads[120].split() == ["student", "score", *map(str, range(1, 17))]
    assert "exercises" in heads[80] or heads[80].split()[2:] == [str(n) for n in range(1, 17)]


def test_a_table_of_hundreds_has_a_line_for_each_in_order(shown):
    names = [f"s{number:03}" for number in range(250)]
    out = shown(80, *(row(name, outcome("g")) for name in names))

    assert [line.split()[0] for line in out.splitlines() if "/ 1" in line] == names


def test_each_sign_has_its_colour_and_no_line_ends_in_blanks(shown, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    both = row("ann", outcome("f"), outcome("g", Verdict.WRONG_VALUE, 0.0))
    out = shown(400, both, row("bo", outcome("f")))

    assert "\x1b[32m\u2713" in out
    assert "\x1b[31m\u2717" in out
    assert re.findall(r" (?:\x1b\[0m)?$", out, re.MULTILINE) == []


def test_what_the_class_got_wrong_is_counted_the_most_frequent_first(shown):
    y_a = outcome("g", Verdict.WRONG_VALUE, 0.0, mistakes=(Diagnosis(name="y - a", hint="h"),))
    slow = outcome("g", Verdict.TIMED_OUT, 0.0)
    out = shown(
        80, row("zoe", slow), *(row(f"s{n}", y_a) for n in range(5)), row("ok", outcome("g"))
    )
    told = [line for line in out.splitlines() if " in g: " in line]

    assert told == ["y - a in g: 5 students", "timed out in g: zoe"]


def test_only_what_really_waits_for_a_person_is_counted(shown):
    def marks(**mark):
        given = {"auto": None, "manual": None, "waits": False} | mark
        return Marks(cells={"d": Mark(extra=0.0, points=1.0, **given)})

    waiting = outcome("d", Verdict.MANUAL, 0.0)
    out = shown(
        80,
        row("answered", waiting, marks=marks(waits=True)),
        row("marked", waiting, marks=marks(manual=1.0)),
        row("untouched", outcome("d", Verdict.NOT_ATTEMPTED, 0.0), marks=marks(auto=0.0)),
        row("overruled", outcome("d"), marks=marks(auto=0.0, manual=1.0, waits=True)),
    )

    assert "\n1 derivation to mark\n" in out
    assert "1 exercise was graded again after you gave points by hand: look at it" in out
    assert "next: mark in Formgrader, under Manual Grading, then: " in out


def test_where_nothing_waits_the_next_command_is_the_feedback(shown):
    assert "\nnext: nbgrader generate_feedback 01_x\n" in shown(80, row("bo"))


def test_the_reason_of_an_unreadable_notebook_is_told_in_full(shown):
    reason = "the notebook could not be read: " + "it is not a notebook at all, " * 8
    out = shown(80, row("bo", outcome("x", Verdict.UNREADABLE, 0.0), notes=[reason]))

    assert f"bo: {reason}\n" in out


def test_the_score_is_the_gradebook_s(shown):
    marks = Marks(
        cells={"test_x": Mark(auto=0.0, manual=2.5, extra=1.0, points=4.0, waits=False)},
        penalty=0.5,
    )

    assert " 3 / 4 " in shown(80, row("bo", outcome("x", Verdict.RAISED, 0.0), marks=marks))


def test_a_terminal_that_knows_no_signs_gets_letters(shown, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    monkeypatch.setattr("rich.console.Console.encoding", "ascii")

    assert "+ right  ~ partly  x wrong" in shown(80, row("bo"))


def test_a_bar_is_drawn_now_and_then_and_at_its_end(capsys, monkeypatch):
    drawn = []
    refresh = Progress.refresh
    monkeypatch.setattr(Progress, "refresh", lambda self: (drawn.append(self), refresh(self)))

    with progress("grading") as watch:
        for done in range(5_001):
            watch(done, 5_000)
        now_and_then = len(drawn)

    assert 2 <= now_and_then < 500
    assert "5000/5000" in capsys.readouterr().out

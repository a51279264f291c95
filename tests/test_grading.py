"""A class is graded as nbgrader would grade it, and whatever happens, the rest of it is."""
# ruff: noqa: DTZ001 - nbgrader's times are in UTC and carry no zone

import contextlib
import dataclasses
import datetime as dt
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.course.loading import load
from grader.errors import GraderError, InputError
from grader.gradebook.database import absolute
from grader.report.data import report_data
from grader.run import workers as engine
from grader.run.plan import Task
from grader.run.whole_class import grade_class
from grader.sample import endless, exiting, forged
from grader.sandbox import availability
from grader.submission.submitted import entries
from tests import classroom
from tests.classroom import LESSON, copy_of, hand_in, holdings, right, scores, tree, work

# Classes are graded with real boxes: the tests share them.
pytestmark = pytest.mark.skipif(
    bool(availability.unavailable()), reason=f"no sandbox: {availability.unavailable()}"
)

DUE = dt.datetime(2026, 3, 1, 12)
TASK = "derive_broadcast_shape"
DIVIDES_BY_0 = """\
def standardize(X):
    return (X - X.mean(axis=1, keepdims=True)) / X.std(axis=1, keepdims=True)
"""
LATE = 'c.LateSubmissionPlugin.penalty_method = "zero"'
HONEST = {
    "right": right(**{TASK: "It is so."}),
    "wrong": work(one_hot="def one_hot(labels, n_classes):\n    return labels"),
    "partly": right(standardize=DIVIDES_BY_0),
    "untouched": work(),
    "late": right(),
}


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A course with an honest class that has handed in, and a gradebook with a due date."""
    course = classroom.make_course(tmp_path_factory.mktemp("template") / "course")
    for student, content in HONEST.items():
        minutes = 5 if student == "late" else -5
        timestamp = f"{DUE + dt.timedelta(minutes=minutes)} UTC"
        hand_in(course, student, content, timestamp=timestamp)
    classroom.configure(course, LATE)
    course.make_secret()
    done = classroom.command(course, "nbgrader", "generate_assignment", LESSON, "--force")
    assert done.returncode == 0, done.stderr
    with classroom.gradebook(course) as book:
        book.update_or_create_assignment(LESSON, duedate=DUE)
    return course


@pytest.fixture
def course(template, tmp_path):
    """A copy of the template: each test has a class of its own."""
    return copy_of(template, tmp_path / "course")


@pytest.fixture(scope="module")
def graded(template, tmp_path_factory):
    """The honest class, graded once and for all; nobody changes it."""
    made = copy_of(template, tmp_path_factory.mktemp("graded") / "course")
    rows = grade_class(made)
    assert [row.problem for row in rows] == [""] * len(HONEST)
    return made


@pytest.fixture
def regraded(graded, tmp_path):
    """A copy of the graded class."""
    return copy_of(graded, tmp_path / "course")


@pytest.fixture
def few(course):
    """A class of two, for tests that are about something else."""
    for student in ("partly", "untouched", "late"):
        shutil.rmtree(course.class_folder / "submitted" / student)
    return course


def grade(course, **options):
    """Grade with one worker: for so few, a second box takes longer to start than it saves."""
    return grade_class(course, jobs=1, **options)


def autograded(course):
    return tree(course.class_folder / "autograded")


@pytest.fixture
def run(typed):
    """Run `grader grade ...` in this process, with one worker unless told otherwise."""
    return lambda course, *words: typed(course.root, "grade", "--jobs=1", *words)


# ------------------------------------------------------- as nbgrader would grade it


@pytest.fixture(scope="module")
def stock(template, tmp_path_factory):
    """The same class, graded by nbgrader alone, which judges in the kernel."""
    made = copy_of(template, tmp_path_factory.mktemp("stock") / "course")
    classroom.make_stock(made, LATE)
    autograde(made)
    return made


def autograde(course, *words):
    done = classroom.command(course, "nbgrader", "autograde", LESSON, *words)
    assert done.returncode == 0, done.stdout + done.stderr


def mark_by_hand(course):
    """Mark as a person does in Formgrader: a derivation, and a score that is overridden."""
    with classroom.gradebook(course) as book:
        marked = book.find_grade(TASK, LESSON, LESSON, "late")
        marked.manual_score, marked.needs_manual_grade = 3.5, False
        book.find_grade("test_one_hot", LESSON, LESSON, "late").manual_score = 2.0
        book.find_grade("test_standardize", LESSON, LESSON, "late").extra_credit = 0.5
        book.find_comment("one_hot", LESSON, LESSON, "late").manual_comment = "See me."
        book.db.commit()


def unanswered_at_zero(held, students):
    """Return holdings in which what these students did not answer waits for nobody."""
    rows = [
        (who, book, cell, 0.0, manual, extra, int(again and manual is not None))
        if cell == TASK and who in students
        else (who, book, cell, auto, manual, extra, again)
        for who, book, cell, auto, manual, extra, again in held["grades"]
    ]
    return held | {"grades": sorted(rows, key=repr)}


def test_the_gradebook_is_the_one_of_a_stock_nbgrader_but_for_answers_that_nobody_wrote(
    stock, graded
):
    """Scores, manual flags, comments, timestamps, the late penalty: every row of every table."""
    expected, found = holdings(stock), holdings(graded)

    assert found == unanswered_at_zero(expected, set(HONEST) - {"right"})
    assert scores(graded)["right"] == {"test_standardize": 10, "test_one_hot": 6}
    assert scores(graded)["wrong"] == {"test_standardize": 0, "test_one_hot": 0}
    assert 0 < scores(graded)["partly"]["test_standardize"] < 10
    penalties = {student: penalty for _, student, *_, penalty in found["submissions"]}
    assert penalties == {**dict.fromkeys(HONEST), "late": 16.0}


def test_marks_given_by_hand_in_between_are_kept_and_flagged_as_nbgrader_does(
    stock, graded, tmp_path
):
    theirs, ours = copy_of(stock, tmp_path / "theirs"), copy_of(graded, tmp_path / "ours")
    for course in (theirs, ours):
        mark_by_hand(course)
    before = holdings(ours)
    autograde(theirs, "--student=late", "--force")
    grade(ours, students=["late"], force=True)

    assert holdings(ours) == unanswered_at_zero(holdings(theirs), set(HONEST) - {"right"})
    grades = {row[2]: row for row in holdings(ours)["grades"] if row[0] == "late"}
    assert grades["test_one_hot"][3:] == (6.0, 2.0, None, 1)
    assert grades[TASK][3:] == (0.0, 3.5, None, 0)
    assert before["comments"] == holdings(ours)["comments"]


# --------------------------------------------------------------- the same once more


def test_what_has_not_changed_is_skipped_and_force_does_it_anyway(regraded):
    before = autograded(regraded), holdings(regraded)
    skipped = grade(regraded)
    stamp = next((regraded.class_folder / "autograded").glob("*/*/grader.json")).stat()
    assert all(row.skipped for row in skipped)

    forced = grade(regraded, force=True)

    assert not any(row.skipped for row in forced)
    # Compared as data: evidence that was recorded is read back as it was told.
    before_and_after = [
        [dataclasses.replace(row, skipped=False, report=report_data(row.report)) for row in rows]
        for rows in (skipped, forced)
    ]
    assert before_and_after[0] == before_and_after[1]
    assert next((regraded.class_folder / "autograded").glob("*/*/grader.json")).stat() != stamp
    # The same submission, graded twice: the same bytes of notebooks and reports.
    assert (autograded(regraded), holdings(regraded)) == before


def test_only_what_was_handed_in_anew_is_graded_again(regraded):
    hand_in(regraded, "wrong", HONEST["right"], timestamp="2026-03-01 11:59:00 UTC")
    hand_in(regraded, "new", HONEST["partly"])

    rows = {row.student: row for row in grade(regraded)}

    assert {student for student, row in rows.items() if not row.skipped} == {"wrong", "new"}
    assert scores(regraded)["wrong"] == {"test_standardize": 10, "test_one_hot": 6}
    assert scores(regraded)["new"] == scores(regraded)["partly"]


def test_another_lesson_or_another_secret_grades_everything_again(regraded):
    hidden = regraded.solutions / LESSON / "hidden" / "one_hot.py"
    hidden.write_text(hidden.read_text() + "\n# changed\n")
    assert not any(row.skipped for row in grade(regraded, students=["right"]))

    (regraded.class_folder / "secret").write_text("another\n")
    assert not any(row.skipped for row in grade(regraded, students=["right"]))


def test_without_a_sandbox_a_grade_is_another_grade(regraded):
    """What was graded with one is not done for a run without, and the other way round."""
    assert not grade(regraded, students=["right"], sandboxed=False)[0].skipped
    assert not grade(regraded, students=["right"])[0].skipped


def test_a_deleted_gradebook_is_filled_again_though_the_notebooks_are_still_there(regraded):
    """ "Delete it to begin anew" is what we say ourselves about one that is broken."""
    before = holdings(regraded)
    (regraded.class_folder / "gradebook.db").unlink()

    rows = grade(regraded)

    assert not any(row.skipped for row in rows)
    for table in ("grades", "comments", "students", "sources", "cells"):
        assert holdings(regraded)[table] == before[table]


# ---------------------------------------------------------------- killed, and others


def start(course, *words):
    return subprocess.Popen(
        [sys.executable, "-m", "grader.cli", "grade", "--jobs=2", *words],
        cwd=course.root,
        env=classroom.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def at_work(course):
    """Return the processes, boxes included, that have to do with this course."""
    found = []
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if folder.name.isdigit() and int(folder.name) != os.getpid():
                where = (folder / "cwd").readlink()
                words = (folder / "cmdline").read_bytes().decode(errors="replace")
                if str(course.root) in f"{where} {words}":
                    found.append(words)
    return found


def wait_until(condition, seconds=20.0):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def test_killed_again_and_again_and_then_run_to_the_end_a_class_is_graded_as_if_never_killed(
    course, graded
):
    """Here at random moments of the whole command; test_gradebook has each step of recording."""
    seed = random.SystemRandom().randrange(1000)
    draw = random.Random(seed)
    staging = course.class_folder / "autograded" / ".new"
    for round_ in range(4):
        process = start(course)
        if round_:
            # From the second on, the kill comes while there is something to record.
            wait_until(lambda p=process: staging.exists() or p.poll() is not None)
        time.sleep(draw.uniform(0, 0.3 if round_ else 2.0))
        process.kill()
        process.communicate()
        # No worker and no box outlives the command, and the next one need not wait for them.
        if round_ == 1:
            assert wait_until(lambda: not at_work(course)), (seed, at_work(course))

    done = classroom.command(course, "grader", "grade")

    assert done.returncode == 0, (seed, done.stderr)
    assert holdings(course) == holdings(graded), seed
    assert autograded(course) == autograded(graded), seed
    assert sorted(path.name for path in course.class_folder.iterdir()) == sorted(
        path.name for path in graded.class_folder.iterdir()
    )
    assert not staging.exists()


KILLS = int(os.environ.get("KILLS", "4"))


def test_whenever_the_command_is_killed_none_of_its_processes_is_left(course):
    """KILLS=200 is what the threat model promises; a few run with all tests."""
    seed = random.SystemRandom().randrange(1000)
    draw = random.Random(seed)
    for _ in range(KILLS):
        process = start(course, "--force")
        time.sleep(draw.uniform(0, 4.0))
        process.kill()
        process.communicate()
        assert wait_until(lambda: not at_work(course)), (seed, at_work(course))


def test_two_at_once_leave_what_one_leaves(course, graded):
    both = [start(course), start(course)]
    ended = [(process.communicate(timeout=120)[1], process.returncode) for process in both]

    refused = [said for said, code in ended if code]
    assert len(refused) <= 1, ended
    for said in refused:
        assert "another 'grader grade' is at work here; wait for it to end" in said
    assert holdings(course) == holdings(graded)
    assert autograded(course) == autograded(graded)


def test_a_worker_that_is_killed_costs_one_submission_and_not_the_class(
    course, graded, run, monkeypatch
):
    """The out-of-memory killer's part is played by the worker itself."""
    plain = engine.grade_file

    def killed(lesson, path, box, *, student, secret):
        if student == "wrong":
            os.kill(os.getpid(), signal.SIGKILL)
        return plain(lesson, path, box, student=student, secret=secret)

    with monkeypatch.context() as patch:
        patch.setattr(engine, "grade_file", killed)
        code, _, said = run(course, "--jobs=1")
    assert code == 2
    assert said.splitlines() == [
        (
            f"grader: wrong {LESSON}: the process that graded this ended unexpectedly; "
            "run 'grader doctor', then run this again: what is graded so far is kept"
        ),
        "grader: the grader's own fault: not every submission could be graded; see above",
    ]
    assert set(scores(course)) == {"late", "partly", "right", "untouched"}

    code, _, _ = run(course)
    assert code == 0
    assert holdings(course) == holdings(graded)


def test_a_submission_that_holds_its_worker_too_long_is_told_and_the_rest_is_graded(
    few, run, monkeypatch
):
    """In one call that never comes back, so that only the kernel can end it."""
    plain = engine.grade_file

    def held(lesson, path, box, *, student, secret):
        while student == "wrong":
            time.sleep(60)
        return plain(lesson, path, box, student=student, secret=secret)

    monkeypatch.setattr(engine, "grade_file", held)
    monkeypatch.setattr(engine, "HELD_SECONDS", 3.0)
    code, _, said = run(few, "--jobs=2")

    assert code == 1
    told = "grading this was stopped after 3 s, and nothing is scored; look at the notebook by hand"
    assert said.splitlines()[0] == f"grader: wrong {LESSON}: {told}"
    assert set(scores(few)) == {"right"}


def test_no_more_results_are_held_than_workers_can_have_ready(few, monkeypatch):
    """Else a class with large outputs would fill the parent's memory while it records."""
    made = few.root / "made"
    made.mkdir()
    for i in range(12):
        hand_in(few, f"student {i}", HONEST["right"])

    def counted(*_args, student, **_):
        (made / student).touch()
        raise GraderError("nothing to record")

    monkeypatch.setattr(engine, "grade_file", counted)
    tasks = [
        Task(entry=entry, digest=load(few, LESSON).digest, secret="", content_hash="")
        for entry in entries(few, [], [])
    ]
    with engine.Workers(few, (), jobs=2) as workers:
        results = workers.grade(tasks)
        next(results)
        time.sleep(1.0)
        assert len(list(made.iterdir())) <= 4
        assert len(list(results)) == len(tasks) - 1


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="needs processors to choose from")
def test_each_worker_keeps_to_a_processor_so_that_no_box_takes_another_s_time(few, monkeypatch):
    def told(*_args, **_):
        time.sleep(0.2)
        raise GraderError(f"{os.sched_getaffinity(0)}")

    monkeypatch.setattr(engine, "grade_file", told)
    tasks = [
        Task(entry=entry, digest=load(few, LESSON).digest, secret="", content_hash="")
        for entry in entries(few, [], [])
    ]
    with engine.Workers(few, (), jobs=2) as workers:
        said = {str(result) for _, result in workers.grade(tasks)}

    cores = sorted(os.sched_getaffinity(0))
    assert said == {f"{{{core}}}" for core in cores[:2]}


def test_a_fault_of_the_grader_is_told_as_its_own_and_the_rest_is_graded(few, run, monkeypatch):
    """A fake fails where no submission of ours makes the real engine fail."""

    def faulty(*_args, student, **_):
        raise GraderError("the box is on fire") if student == "right" else ZeroDivisionError("0")

    hand_in(few, "third", HONEST["right"])
    plain = engine.grade_file
    monkeypatch.setattr(
        engine,
        "grade_file",
        lambda *a, student, **k: (faulty if student != "third" else plain)(
            *a, student=student, **k
        ),
    )
    code, out, said = run(few)

    assert code == 2
    assert said.splitlines() == [
        f"grader: right {LESSON}: the box is on fire",
        f"grader: wrong {LESSON}: ZeroDivisionError: 0",
        "grader: the grader's own fault: not every submission could be graded; see above",
    ]
    assert "1 graded, 0 unchanged, 2 not graded" in out
    assert set(scores(few)) == {"third"}


# --------------------------------------------------------------- odd submissions


def test_a_class_with_all_sorts_of_submissions_is_graded_to_the_end(few, run):
    hand_in(few, "empty file", "")
    hand_in(few, "cut off", HONEST["right"][:3000])
    hand_in(few, "not text", b"\xff\xfe\x00")
    hand_in(few, "another notebook", json.dumps({"nbformat": 4, "cells": [], "metadata": {}}))
    hand_in(few, "endless", right(one_hot=endless("one_hot")))
    hand_in(few, "exits", right(standardize=exiting("standardize")))
    hand_in(few, "forges", right(one_hot=forged("one_hot")))
    (few.class_folder / "submitted" / "nothing in it" / LESSON).mkdir(parents=True)
    twice = hand_in(few, "twice", right(one_hot=forged("one_hot")))
    (twice / "copy.ipynb").write_text(HONEST["right"])
    again = hand_in(few, "renamed", HONEST["right"])
    (again / f"{LESSON}.ipynb").rename(again / f"{LESSON} (1).ipynb")
    code, out, said = run(few)

    assert code == 1
    assert "10 graded, 0 unchanged, 2 not graded" in out
    assert f"nothing in it {LESSON}: " in said
    assert "holds no notebook of 00_start_here; put it there" in said
    assert "holds several notebooks with different work, 00_start_here.ipynb, copy.ipynb" in said
    found = scores(few)
    assert found.keys().isdisjoint({"nothing in it", "twice"})
    assert found["renamed"] == found["right"]
    for student in ("empty file", "cut off", "not text", "another notebook"):
        assert found[student] == {"test_standardize": 0, "test_one_hot": 0}
        cells = classroom.cells_of(few, student)
        assert "the notebook could not be read: " in cells["grader-notes"]["source"]
    assert found["endless"] == found["forges"] == {"test_standardize": 10, "test_one_hot": 0}
    assert found["exits"] == {"test_standardize": 0, "test_one_hot": 6}
    assert found["right"] == {"test_standardize": 10, "test_one_hot": 6}


@pytest.mark.parametrize("name", ["ann lee", "Zoë Ωmega 学生", "-rf", "[bold]o'brien[/]", "%s {0}"])
def test_a_student_may_be_called_as_nbgrader_allows(few, run, name):
    name = name.replace("/", "∕")
    hand_in(few, name, HONEST["right"])
    code, out, said = run(few, f"--student={name}")

    assert (code, said) == (0, "")
    assert name in out
    assert scores(few) == {name: {"test_standardize": 10, "test_one_hot": 6}}
    assert (few.class_folder / "autograded" / name / LESSON / "grader.json").is_file()


def test_folders_that_are_no_submissions_are_told_and_the_rest_is_graded(few, run, monkeypatch):
    submitted = few.class_folder / "submitted"
    (submitted / "linked").symlink_to(submitted / "right")
    (submitted / "links").mkdir()
    (submitted / "links" / LESSON).symlink_to(submitted / "right" / LESSON)
    Path(os.fsdecode(os.fsencode(submitted) + b"/\xff")).mkdir()
    (submitted / "closed").mkdir()
    (submitted / ".hidden").mkdir()
    (submitted / "notes.txt").write_text("not a student")
    plain = Path.iterdir

    def iterdir(path):
        if path.name == "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return plain(path)

    # Root may look into every folder; an instructor may not.
    monkeypatch.setattr(Path, "iterdir", iterdir)
    code, out, said = run(few)

    link = "is a symbolic link; put the submission itself there"
    assert code == 1
    assert said.splitlines() == [
        f"grader: closed : {submitted}/closed: cannot be read (Permission denied)",
        f"grader: linked : {submitted}/linked: {link}",
        f"grader: links {LESSON}: {submitted}/links/{LESSON}: {link}",
        f"grader: ? : {submitted}/?: has a name that is not UTF-8; rename it",
        "grader: not every submission could be graded; see above",
    ]
    assert "2 graded, 0 unchanged, 4 not graded" in out
    assert set(scores(few)) == {"right", "wrong"}


def test_a_submission_that_changes_while_it_is_graded_is_told_and_graded_next_time(few):
    def watch(done, _total):
        if not done:
            hand_in(few, "right", HONEST["wrong"])

    rows = {row.student: row for row in grade(few, watch=watch)}

    folder = few.class_folder / "submitted" / "right" / LESSON
    assert rows["right"].problem == f"{folder}: changed while it was graded; run this again"
    assert (rows["right"].fault, rows["wrong"].fault) == ("input", "")
    assert set(scores(few)) == {"wrong"}

    assert [row.skipped for row in grade(few)] == [False, True]
    assert scores(few)["right"] == {"test_standardize": 0, "test_one_hot": 0}


def test_a_submission_may_disappear_while_it_is_graded(few):
    folder = few.class_folder / "submitted" / "right"
    rows = grade(few, watch=lambda done, _: None if done else shutil.rmtree(folder))

    assert [row.fault for row in rows] == ["input", ""]
    assert set(scores(few)) == {"wrong"}


def test_a_lesson_that_changes_while_a_class_is_graded_is_told_and_nothing_is_scored(few):
    """Recorded as graded by the lesson as it was, it would never be graded by the new one."""
    notebook = few.solutions / LESSON / f"{LESSON}.ipynb"

    def watch(done, _total):
        if not done:
            notebook.write_text(f"{notebook.read_text()}\n")

    rows = grade(few, watch=watch)

    told = f"{LESSON}: changed while the class was graded; run this again"
    assert [(row.problem, row.fault) for row in rows] == [(told, "input")] * 2
    assert scores(few) == {}

    assert [row.problem for row in grade(few)] == ["", ""]


# -------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["02_nowhere"], f"no lesson is called '02_nowhere'; the lessons are {LESSON}"),
        (
            ["--student=nobody", "--student=right"],
            "no submission of nobody in SUBMITTED; there are right, wrong",
        ),
    ],
)
def test_an_unknown_lesson_or_student_is_told(few, run, words, told):
    submitted = few.class_folder / "submitted"

    assert run(few, *words) == (1, "", f"grader: {told.replace('SUBMITTED', str(submitted))}\n")
    assert not (few.class_folder / "autograded").exists()


def spoil_gradebook(course):
    (course.class_folder / "gradebook.db").write_bytes(b"not a database" * 100)


def spoil_autograded(course):
    (course.class_folder / "autograded").write_text("in the way")


def spoil_secret(course):
    (course.class_folder / "secret").unlink()
    (course.class_folder / "secret").mkdir()


def spoil_config(course):
    classroom.configure(course, "c.CourseDirectory.db_url = 3 +")


def empty_class(course):
    shutil.rmtree(course.class_folder / "submitted")
    (course.class_folder / "submitted").mkdir()


def no_class(course):
    shutil.rmtree(course.class_folder)


def class_is_a_file(course):
    shutil.rmtree(course.class_folder)
    course.class_folder.write_text("in the way")


def never_built(course):
    (course.solutions / LESSON / f"{LESSON}.ipynb").unlink()


def another_assignment(course):
    for student in ("right", "wrong"):
        folder = course.class_folder / "submitted" / student
        (folder / LESSON).rename(folder / "ps1")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (spoil_gradebook, "(file is not a database); move it away and restore a backup, or "),
        (spoil_secret, "restore it from a backup: without it a regrade would use other hidden"),
        (spoil_config, "nbgrader_config.py: cannot be read (invalid syntax"),
        (empty_class, "holds no submission of any lesson; collect submissions first: 'nbgrader "),
        (no_class, "submitted: not found; collect submissions first: 'nbgrader collect LESSON'"),
        (class_is_a_file, "cannot be read (Not a directory); check the folder's permissions"),
        (never_built, f"not found; run 'grader build {LESSON}'"),
        (another_assignment, "holds no submission of any lesson; collect submissions first: "),
    ],
)
def test_a_class_that_cannot_be_graded_is_told_in_one_line(few, run, spoil, told):
    spoil(few)
    code, out, said = run(few)

    assert code == 1
    assert said.startswith("grader: ")
    assert told in said
    assert said.count("\n") == 1
    assert "graded" not in out
    assert not (few.class_folder / "autograded").exists()


def test_a_disk_that_refuses_every_submission_is_told_for_each(few, run):
    spoil_autograded(few)
    code, out, said = run(few)

    assert code == 1
    assert "0 graded, 0 unchanged, 2 not graded" in out
    assert [line.split(": ")[1] for line in said.splitlines()[:2]] == [
        f"right {LESSON}",
        f"wrong {LESSON}",
    ]
    assert said.count("nothing graded so far is lost") == 2
    assert scores(few) == {}


def test_of_many_students_only_some_are_listed(tmp_path, template):
    course = copy_of(template, tmp_path / "course")
    for number in range(30):
        (course.class_folder / "submitted" / f"s{number:02}" / LESSON).mkdir(parents=True)

    with pytest.raises(InputError, match=r"late, partly, right, s00, .* and 25 more$"):
        entries(course, [], ["nobody"])


# ------------------------------------------------------------- without a sandbox


def test_without_a_sandbox_other_people_s_work_is_refused_with_what_to_do(few, run, monkeypatch):
    """A fake takes the sandbox away: this machine has one."""
    monkeypatch.setattr(availability, "unavailable", lambda: "the kernel is too old")

    code, out, said = run(few)

    assert (code, out) == (1, "")
    assert said == (
        "grader: no sandbox here: the kernel is too old; grade on a machine that has one, or "
        "take the risk of running other people's code with --unsandboxed\n"
    )
    assert not (few.class_folder / "autograded").exists()


def test_an_instructor_may_choose_to_go_without_and_every_report_says_so(
    few, run, monkeypatch, graded
):
    monkeypatch.setattr(availability, "unavailable", lambda: "the kernel is too old")
    code, _, said = run(few, "--unsandboxed")

    assert (code, said) == (0, "")
    for student in ("right", "wrong"):
        assert scores(few)[student] == scores(graded)[student]
        folder = few.class_folder / "autograded" / student / LESSON
        report = json.loads((folder / "grader.json").read_text())["report"]
        assert report["grader"]["sandbox"] == "none: a separate process with limits"
        shown = classroom.cells_of(few, student)["grader-notes"]["source"]
        assert "graded without a sandbox" in shown
    assert "grader-notes" not in classroom.cells_of(graded, "right")


STARTED_AS = """\
import multiprocessing
import sys

from grader.cli import main

print(__name__)
if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv.pop())
    main()
"""


@pytest.mark.parametrize(
    "start_as",
    [("spawn", "--unsandboxed"), ("forkserver", "--jobs=2"), ("fork", "--jobs=2")],
    ids=lambda start_as: start_as[0],
)
def test_a_class_is_graded_alike_however_its_workers_start(
    few, graded, tmp_path, tmp_path_factory, start_as
):
    """macOS spawns processes: nothing but what can be pickled comes along.

    A process that is spawned imports the program anew, and says so.
    """
    method, option = start_as
    program = tmp_path / "program.py"
    program.write_text(STARTED_AS)
    # Short: the server that forks listens on a socket there, whose path may have 107 characters.
    scratch = tmp_path_factory.mktemp("t")

    done = subprocess.run(
        [sys.executable, program, "grade", option, method],
        cwd=few.root,
        env=classroom.environment(TMPDIR=str(scratch)),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert ("__mp_main__" in done.stdout) == (method != "fork")
    assert "2 graded, 0 unchanged, 0 not graded" in done.stdout
    assert scores(few) == {student: scores(graded)[student] for student in ("right", "wrong")}
    # The workers ended in order: nothing of their boxes is left.
    assert list(scratch.glob("grader-box-*")) == []


# ------------------------------------------------------------------ what is printed


def test_the_table_shows_how_each_student_stands_and_what_the_class_got_wrong(
    regraded, run, monkeypatch
):
    with classroom.gradebook(regraded) as book:
        book.find_grade(TASK, LESSON, LESSON, "late").manual_score = 3.0
        book.db.commit()
    monkeypatch.setenv("COLUMNS", "100")
    code, out, said = run(regraded)

    assert (code, said) == (0, "")
    lines = {words[0]: words[1:] for words in map(str.split, out.splitlines()) if len(words) > 4}
    assert lines["student"] == ["score", "standardize", "one_hot", TASK]
    assert lines["right"] == ["16", "/", "20", "✓", "✓", "?"]
    assert lines["untouched"] == ["0", "/", "20", "–", "–", "–"]
    # Points by hand count, and so does what comes off because it was late.
    assert lines["late"] == ["3", "/", "20", "✓", "✓", "◐"]
    assert lines["partly"] == ["14", "/", "20", "◐", "✓", "–"]
    assert "division by 0 in standardize: partly\n" in out
    assert "\n1 derivation to mark\n" in out
    assert (
        f"next: mark in Formgrader, under Manual Grading, then: nbgrader generate_feedback {LESSON}"
        in out
    )
    assert "0 graded, 5 unchanged, 0 not graded" in out
    assert f"gradebook: {regraded.class_folder}/gradebook.db" in out
    assert f"autograded notebooks: {regraded.class_folder}/autograded" in out


@pytest.mark.parametrize(
    ("url", "seen"),
    [
        ("sqlite:///class/gradebook.db?timeout=60", "sqlite:////c/class/gradebook.db?timeout=60"),
        ("sqlite:////elsewhere/gradebook.db", "sqlite:////elsewhere/gradebook.db"),
        ("postgresql://host/grades", "postgresql://host/grades"),
    ],
)
def test_a_gradebook_s_relative_path_is_seen_from_the_course(url, seen):
    assert absolute(url, Path("/c")) == seen

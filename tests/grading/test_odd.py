"""Whatever is handed in or lacking, the rest is graded, or the reason told in one line."""

import json
import os
import shutil
from pathlib import Path

import pytest

from grader.errors import InputError
from grader.sample import endless, exiting, forged
from grader.submission.submitted import entries
from tests import classroom
from tests.classroom import LESSON, copy_of, hand_in, right, scores
from tests.grading.honest_class import HONEST, grade, needs_sandbox

pytestmark = needs_sandbox


# ---------------------------------------------------------------------------------- odd submissions


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


# ---------------------------------------------------------------------------------------- bad input


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

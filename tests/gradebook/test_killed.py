"""Killed at any moment, a rerun finishes the rest and changes nothing else."""

import dataclasses
import os
import shutil
import signal
import sys

import nbgrader.api
import pytest
from sqlalchemy import event

from tests import classroom
from tests.classroom import LESSON, holdings
from tests.conftest import load
from tests.gradebook.recording import (
    autograded,
    done,
    entry,
    finished,
    hash_of,
    record,
    record_one,
    recorder,
)


def killed_at(number, deed):
    """Run deed in a child that kills itself at its number-th step on the disk; tell if it did.

    Its steps are what Python's audit hooks see of files, and each commit.
    """

    def child():
        steps = iter(range(number))

        def step(*_):
            if next(steps, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)

        names = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod")
        sys.addaudithook(lambda name, _: step() if name in names else None)
        deed(step)

    status = classroom.in_a_child(child)
    assert status in (0, -signal.SIGKILL)
    return status != 0


@pytest.mark.parametrize("students", [["right"], ["right", "wrong"]], ids=" and ".join)
@pytest.mark.parametrize("before", ["never graded", "graded another submission"])
def test_killed_at_any_step_and_started_again_nothing_differs(
    course, graded, tmp_path, before, students
):
    if before == "graded another submission":
        with recorder(course) as book:
            old = dataclasses.replace(graded["wrong"])
            record_one(book, entry(course, "right"), old, load(LESSON), "an older hash")
    pristine = tmp_path / "pristine"
    shutil.copytree(course.class_folder, pristine)
    record(course, graded, *students)
    expected = autograded(course), holdings(course)

    def begin_anew():
        shutil.rmtree(course.class_folder)
        shutil.copytree(pristine, course.class_folder)

    def deed(step):
        with recorder(course) as book:
            for moment in ("before_commit", "after_commit"):
                event.listen(book._database.session, moment, step)
            book.record_all(finished(course, graded, *students))

    kills = 0
    while kills < 200:
        begin_anew()
        if not killed_at(kills, deed):
            break
        kills += 1
        with recorder(course) as book:
            found = done(book, course)
            left = [
                s for s in students if found.report(entry(course, s), hash_of(course, s)) is None
            ]
            book.record_all(finished(course, graded, *left))
        assert (autograded(course), holdings(course)) == expected, f"killed at step {kills}"
        assert not (course.class_folder / "autograded" / ".new").exists()

    assert (autograded(course), holdings(course)) == expected
    assert kills > 10, "the test does not reach what it is about"


def test_killed_while_the_gradebook_is_made_no_half_of_it_stands_in_the_way(
    course, graded, monkeypatch
):
    """Without its version number, which nbgrader writes last, no gradebook can be upgraded."""
    (course.class_folder / "gradebook.db").unlink()

    def killed():
        os.kill(os.getpid(), signal.SIGKILL)

    with monkeypatch.context() as patch:
        # At the moment when nbgrader has made its tables and asks alembic for the version.
        patch.setattr(nbgrader.api, "get_alembic_version", killed)
        status = classroom.in_a_child(lambda: recorder(course))
    assert status == -signal.SIGKILL
    assert not (course.class_folder / "gradebook.db").exists()

    with recorder(course) as book:
        book.register(load(LESSON))
    record(course, graded)

    assert holdings(course)["version"]
    assert sorted(p.name for p in course.class_folder.iterdir()) == [
        *(".grading", "attempts.jsonl", "autograded", "gradebook.db", "submitted"),
    ]


def test_a_gradebook_is_made_where_the_environment_is_not_activated(course):
    """The template's was; an empty file counts as none."""
    assert holdings(course)["version"]
    assert [path.name for path in course.class_folder.glob("*gradebook*")] == ["gradebook.db"]

"""A lesson from the template builds, judges, and names its mistake, before a word is changed."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.classroom import LESSON, environment, make_course, tree
from tests.conftest import ROOT

NEW = "07_dropout"


@pytest.fixture
def course(tmp_path):
    return make_course(tmp_path / "course")


def test_a_new_lesson_passes_the_tests_of_every_lesson(course, typed):
    tests = course.root / "tests"
    tests.mkdir()
    for path in (ROOT / "tests").glob("*.py"):
        shutil.copy(path, tests)
    shutil.copytree(ROOT / "tests" / "without", tests / "without")
    (tests / "alternatives").mkdir()

    code, out, _ = typed(course.root, "new-lesson", NEW, "--exercise", "drop")

    assert code == 0
    assert "wrote solutions/07_dropout/hidden/drop.py" in out
    assert typed(course.root, "build", "--check")[0] == 0
    (course.root / "grader").symlink_to(ROOT / "grader")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_lessons.py"],
        cwd=course.root,
        env=environment(LESSONS=NEW, SEEDS="2", PYTHONPATH=f"{course.root}{os.pathsep}{ROOT}"),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_reference_gets_all_points_and_its_mistake_a_hint(course, typed):
    assert typed(course.root, "new-lesson", NEW)[0] == 0
    path = course.solutions / NEW / f"{NEW}.ipynb"

    report = json.loads(typed(course.root, "check", path, "--json")[1])
    assert (report["score"], report["max_score"]) == (20, 20)

    wrong = path.read_text(encoding="utf-8").replace("return w @ X ", "return w @ X / len(w) ")
    path.with_name("wrong.ipynb").write_text(wrong, encoding="utf-8")
    report = json.loads(typed(course.root, "check", path.with_name("wrong.ipynb"), "--json")[1])
    assert report["exercises"][0]["mistake"] == "a mean for the sum"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["dropout"], "cannot be a lesson's id"),
        (["07_Dropout"], "cannot be a lesson's id"),
        (["07_../x"], "cannot be a lesson's id"),
        ([NEW, "--exercise", "two words"], "cannot be an exercise"),
        ([NEW, "--exercise", "class"], "cannot be an exercise"),
        (["00_other"], f"the number is taken by {LESSON}"),
    ],
)
def test_a_name_that_cannot_be_is_refused_and_nothing_is_written(course, typed, words, said):
    before = tree(course.root)

    code, _, err = typed(course.root, "new-lesson", *words)

    assert code == 1
    assert said in err
    assert tree(course.root) == before

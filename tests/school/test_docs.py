"""The sections about schools in docs/instructors.md, followed to the letter."""

import csv
import json
import shutil
import subprocess
import zipfile

import pytest

from grader.sandbox import availability
from tests.classroom import environment, make_course, make_home, right
from tests.conftest import LONG, ROOT, load
from tests.test_readme import blocks

pytestmark = LONG

LESSON = "01_chain_rule"
DOCUMENT = ROOT / "docs" / "instructors.md"
POINTS = sum(exercise.points for exercise in load(LESSON).exercises.values())
POINTS += sum(cell.points for cell in load(LESSON).manual)
CANVAS = f"""Student,ID,SIS User ID,SIS Login ID,Section,Chain rule (5502),Current Score
    Points Possible,,,,,{POINTS:.2f},(read only)
"Lovelace, Ada",101,S1,ada,A,,
"O'Brien, Conan",102,S2,obrien,A,,
"""
WORKSHEET = f"""Identifier,"Full name","Email address",Status,Grade,"Maximum Grade",\
"Grade can be changed","Last modified (submission)","Last modified (grade)"
"Participant 311","Conan O'Brien",obrien@school.edu,Submitted,,{POINTS:.2f},Yes,-,-
"""


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """The course and the home of an instructor who typed every block in its order."""
    if reason := availability.unavailable():
        pytest.skip(reason)
    root = tmp_path_factory.mktemp("docs")
    course, home = make_course(root / "course", ["00_start_here", LESSON]), root / "instructor"
    for name in ("pyproject.toml", "requirements.lock", "README.md", "LICENSE", "LICENSE-lessons"):
        shutil.copy(ROOT / name, course.root)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "grader", course.root / "grader", ignore=ignored)
    make_home(home)
    downloads = home / "Downloads"
    downloads.mkdir()
    (downloads / "canvas.csv").write_text(CANVAS, encoding="utf-8")
    (downloads / "worksheet.csv").write_text(WORKSHEET, encoding="utf-8")
    names = {
        "submissions.zip": [
            f"lovelaceada_LATE_101_5001_{LESSON}-2.ipynb",
            f"obrienconan_102_5002_{LESSON}.ipynb",
        ],
        "moodle.zip": [f"Conan OBrien_311_assignsubmission_file_/{LESSON} (1).ipynb"],
    }
    for archive, members in names.items():
        with zipfile.ZipFile(downloads / archive, "w") as made:
            for member in members:
                made.writestr(member, right(LESSON))
    for who, commands in blocks(DOCUMENT, "sh"):
        if who == "school":
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", commands], cwd=course.root,
                env=environment(home), capture_output=True, text=True, timeout=600, check=False,
            )  # fmt: skip
            assert done.returncode == 0, f"{commands}\n{(done.stdout + done.stderr)[-4000:]}"
            assert "Traceback" not in done.stderr
    return course


def column(path, heading):
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    return [row[rows[0].index(heading)] for row in rows[1:]]


def test_the_grades_stand_in_the_school_s_tables(followed):
    exercises = sum(exercise.points for exercise in load(LESSON).exercises.values())

    for name in ("canvas_filled.csv", "canvas_exported.csv"):
        grades = column(followed.class_folder / name, "Chain rule (5502)")
        assert grades == [f"{POINTS:.2f}", f"{exercises:.2f}", f"{exercises:.2f}"]
    assert column(followed.class_folder / "worksheet_filled.csv", "Grade") == [f"{exercises:.2f}"]


def test_the_students_of_both_lists_are_the_same(followed):
    known = json.loads((followed.class_folder / "school.json").read_text("utf-8"))

    assert set(known) == {"ada", "obrien"}
    assert known["obrien"] == {"canvas": "102", "sis": "S2", "login": "obrien", "moodle": "311"}


def test_everything_that_the_sections_promise_lies_there(followed):
    made = ["dist/backprop_by_hand.zip", f"autograder_{LESSON}.zip", f"alike/{LESSON}.html"]

    assert [name for name in made if not (followed.class_folder / name).is_file()] == []

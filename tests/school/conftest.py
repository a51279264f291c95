"""A class with scores in its gradebook, made once, without grading anybody."""

import shutil
import warnings

import pytest

from grader.school.roster import open_gradebook
from tests.classroom import gradebook, make_course

# Two of one name; an apostrophe, other letters, and one whose name is a formula.
STUDENTS = {
    "ada": ("Ada", "Lovelace", "ada@school.edu"),
    "obrien": ("Conan", "O'Brien", "obrien@school.edu"),
    "zoe": ("Zoë", "Łukasiewicz", "zoe@school.edu"),
    "kim1": ("Min", "Kim", "kim1@school.edu"),
    "kim2": ("Min", "Kim", "kim2@school.edu"),
    "evil": ('=HYPERLINK("//evil")', "Mallory", "evil@school.edu"),
}
POINTS = {"00_start_here": 10.0, "01_chain_rule": 40.0}
# What each earned: by student, then by lesson.
EARNED = {
    "ada": {"00_start_here": 10.0, "01_chain_rule": 38.5},
    "obrien": {"00_start_here": 7.25},
    "zoe": {"00_start_here": 3.0, "01_chain_rule": 0.0},
    "kim1": {"00_start_here": 1.0},
    "kim2": {"00_start_here": 2.0},
    "evil": {"00_start_here": 4.0},
}


@pytest.fixture(scope="session")
def made_class(tmp_path_factory):
    course = make_course(tmp_path_factory.mktemp("school") / "course")
    with open_gradebook(course):
        pass  # makes it
    # nbgrader's own add_submission warns of itself.
    with warnings.catch_warnings(action="ignore"), gradebook(course) as book:
        for lesson, points in POINTS.items():
            book.add_assignment(lesson)
            book.add_notebook(lesson, lesson)
            book.add_grade_cell("test", lesson, lesson, max_score=points, cell_type="code")
        for student, (first, last, email) in STUDENTS.items():
            book.add_student(student, first_name=first, last_name=last, email=email)
            for lesson, points in EARNED[student].items():
                book.add_submission(lesson, student)
                grade = book.find_grade("test", lesson, lesson, student)
                grade.auto_score, grade.needs_manual_grade = points, False
        book.db.commit()
    return course


@pytest.fixture
def classroom(made_class, tmp_path):
    """A copy of the class, to write into."""
    from grader.course.folders import Course

    shutil.copytree(made_class.root, tmp_path / "course")
    return Course(root=tmp_path / "course")

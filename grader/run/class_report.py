"""Write what a class gets wrong, from its reports, its marks and its attempts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from grader.course.cells import Kind
from grader.course.folders import Course
from grader.course.notebook import kind_of, text_of
from grader.errors import InputError
from grader.files import READABLE, put
from grader.gradebook import attempts, sidecar
from grader.gradebook.database import absolute
from grader.gradebook.disk import refusals_told
from grader.gradebook.marks import marks_in
from grader.report.attempt import attempt_of
from grader.report.classwide import words as told
from grader.report.classwide.export import as_csv
from grader.report.classwide.page import class_page
from grader.report.classwide.summary import Lesson, Misconception, Work, summed_up
from grader.report.code import without_remarks
from grader.report.marks import Marks
from grader.run import words

_FOLDER = "reports"
_MOST_LOOKED_AT = 3  # notebooks, for an example
_SHORTEST_NAME = 3  # letters of a name that give it away in code


def write_report(course: Course, lesson: str | None, *, anonymous: bool = False) -> list[Path]:
    """Write the page and the table of a lesson, or of the whole course.

    Args:
        anonymous: leave out who is who.

    Returns:
        Where they are.

    Raises:
        InputError: nothing is graded, or the gradebook or the disk refuses.
    """
    wanted = [course.find_lesson(lesson)] if lesson else course.lesson_ids()
    marks = _marks(course, wanted)
    lessons = _summed_up(course, wanted, marks)
    if not lessons:
        raise InputError(words.nothing_graded(wanted))
    full = {student: found.name for (student, _), found in marks.items() if found.name}
    names = _nameless(lessons) if anonymous else {s: s for each in lessons for s in _students(each)}
    page = class_page(
        told.lesson_title(lesson) if lesson else told.COURSE_TITLE,
        lessons,
        names,
        lambda name, each: _example(course, name, each, full),
        made=f"{datetime.now().astimezone():%Y-%m-%d %H:%M}",
    )
    table = as_csv(lessons, names, {} if anonymous else full)
    folder = course.class_folder / _FOLDER
    stem = (lesson or "course") + ("-anonymous" if anonymous else "")
    written = [folder / f"{stem}.html", folder / f"{stem}.csv"]
    with refusals_told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        put(written[0], page.encode("utf-8", "replace"), mode=READABLE)
        # With the mark by which spreadsheets know that it is UTF-8.
        put(written[1], table.encode("utf-8-sig", "replace"), mode=READABLE)
    return written


def _marks(course: Course, lessons: Sequence[str]) -> dict[tuple[str, str], Marks]:
    names = course.nbgrader_config().CourseDirectory
    url = absolute(str(names.db_url), course.root)
    if not (course.class_folder / "autograded").is_dir():
        raise InputError(words.nothing_graded(lessons))
    return marks_in(url, str(names.course_id), lessons)


def _summed_up(
    course: Course, wanted: Sequence[str], marks: Mapping[tuple[str, str], Marks]
) -> list[Lesson]:
    with refusals_told(course.class_folder / attempts.NAME):
        earlier = attempts.read(course.class_folder)
    lessons = []
    for lesson in wanted:
        works = []
        for folder in sorted((course.class_folder / "autograded").glob(f"*/{lesson}")):
            student = folder.parent.name
            report = None if student.startswith(".") else sidecar.read(folder)
            if report is None:
                continue
            known = earlier.get((student, lesson), [])
            works.append(
                Work(
                    student=student,
                    report=report,
                    marks=marks.get((student, lesson), Marks()),
                    # What was graded before attempts were kept is one.
                    attempts=[*known[:-1], attempt_of(report)],
                )
            )
        if works:
            lessons.append(summed_up(lesson, works))
    return lessons


def _students(lesson: Lesson) -> list[str]:
    return [work.student for work in lesson.works]


def _nameless(lessons: Sequence[Lesson]) -> dict[str, str]:
    """Return a number for each student, by which the same one is known in all lessons.

    By the sum of their scores: the order of names would give them away to who knows the class.
    """
    shares: dict[str, float] = {}
    for lesson in lessons:
        for work in lesson.works:
            shares[work.student] = shares.get(work.student, 0.0) + work.share
    ordered = sorted(shares, key=lambda student: (-shares[student], student))
    return {student: told.nameless(place) for place, student in enumerate(ordered, start=1)}


def _example(
    course: Course, lesson: str, misconception: Misconception, full: Mapping[str, str]
) -> str:
    """Return the shortest code of some who have a misconception, if it names nobody."""
    found, exercise = [], misconception.exercise
    for student in misconception.holders[:_MOST_LOOKED_AT]:
        path = course.class_folder / "autograded" / student / lesson / f"{lesson}.ipynb"
        code = without_remarks(_solutions(path).get(exercise, ""), exercise)
        names = [student, *f"{student} {full.get(student, '')}".replace("-", " ").split()]
        given_away = any(
            len(name) >= _SHORTEST_NAME and name.casefold() in code.casefold() for name in names
        )
        if code and not given_away:
            found.append(code)
    return min(found, key=len, default="")


@lru_cache(maxsize=100)  # a few students are the examples of much
def _solutions(path: Path) -> dict[str, str]:
    """Return the solution cells of a graded notebook by name; none where it cannot be read."""
    try:
        cells = json.loads(path.read_bytes())["cells"]
        found = [(kind_of(cell), text_of(cell)) for cell in cells]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return {name: text for (kind, name), text in found if kind is Kind.SOLUTION}

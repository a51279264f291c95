"""`grader report` on a whole course: 500 students by all lessons, by the time of its processes.

`bench(results)` is called by bench/run.py.  The class is made up: real exercises, groups and
misconceptions, drawn at random, and several attempts of each student; REPORT_STUDENTS sets
its size.  `python bench/report.py FOLDER` leaves such a course in a folder, to look at.
"""

from __future__ import annotations

import os
import random
import resource
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

import run as stage  # noqa: E402 - bench/ is no package

from grader import sample  # noqa: E402
from grader.course.folders import Course  # noqa: E402
from grader.course.lesson import Lesson  # noqa: E402
from grader.course.loading import load  # noqa: E402
from grader.exercise import Exercise  # noqa: E402
from grader.gradebook import attempts, rows, sidecar  # noqa: E402
from grader.gradebook.cells import register  # noqa: E402
from grader.gradebook.database import Database  # noqa: E402
from grader.judge.judging import seeded  # noqa: E402
from grader.judge.outcome import CaseResult, Diagnosis, Outcome, Report  # noqa: E402
from grader.judge.verdict import Verdict  # noqa: E402
from grader.submission.entry import Entry  # noqa: E402

_GOAL = 10  # seconds


def bench(results: Any) -> None:
    """Add the row: processor time, which a busy machine does not change, and time."""
    students = int(os.environ.get("REPORT_STUDENTS", "500"))
    with stage.course_copy(stock=False) as course:
        lessons = make_class(course, students)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        took = stage.seconds(lambda: stage.run(course.root, "grader", "report"))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        page = course.class_folder / "reports" / "course.html"
        size = page.stat().st_size
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    stage.console.print(f"  a page of {size / 2**20:.1f} MB in {took:.1f} s")
    results.add(
        f"a report of {students} students by {lessons} lessons",
        f"{spent:.1f} s of processor time, {took:.1f} s",
        f"at most {_GOAL} s",
        reached=max(spent, took) <= _GOAL,
    )


def make_class(course: Course, students: int) -> int:
    """Let a made-up class have been graded; return for how many lessons."""
    chance = random.Random(1)  # noqa: S311
    names = course.nbgrader_config().CourseDirectory
    course.class_folder.mkdir(exist_ok=True)
    database = Database(f"sqlite:///{course.class_folder}/gradebook.db", str(names.course_id))
    lessons = [load(course, name) for name in course.lesson_ids()]
    for lesson in lessons:
        known = register(database, lesson)
        groups = {name: _groups(lesson, each) for name, each in lesson.exercises.items()}
        book = sample.text(sample.notebook(course, lesson, sample.right(lesson)))
        with database.transaction() as session:
            for number in range(students):
                student = f"student-{number:03d}"
                folder = course.class_folder / "submitted" / student / lesson.id
                entry = Entry(student=student, lesson=lesson.id, folder=folder)
                ability = chance.random() ** 0.5
                for attempt in range(chance.choice((1, 1, 1, 2, 3))):
                    report = _report(
                        lesson, student, groups, min(ability + attempt / 5, 1.0), chance
                    )
                    folder.mkdir(parents=True, exist_ok=True)
                    (folder / f"{lesson.id}.ipynb").write_text(str(attempt), encoding="ascii")
                    attempts.add(course.class_folder, entry, report)
                rows.save(session, entry, report, lesson, known=known, config=None)
                place = course.class_folder / "autograded" / student / lesson.id
                place.mkdir(parents=True)
                sidecar.write(place, "made up", report)
                (place / f"{lesson.id}.ipynb").write_text(book, encoding="utf-8")
    database.close()
    return len(lessons)


def _groups(lesson: Lesson, exercise: Exercise) -> list[str]:
    cases = exercise.make_cases(seeded("bench", lesson.id, exercise.id, "s"))
    return list(dict.fromkeys(case.group for case in cases))


def _report(
    lesson: Lesson,
    student: str,
    groups: dict[str, list[str]],
    ability: float,
    chance: random.Random,
) -> Report:
    exercises = [
        _outcome(each, groups[name], ability, chance) for name, each in lesson.exercises.items()
    ]
    exercises += [
        Outcome(id=cell.name, score=0.0, points=float(cell.points), verdict=Verdict.MANUAL)
        for cell in lesson.manual
    ]
    return Report(
        lesson=lesson.id, student=student, exercises=exercises, version="bench", sandbox="none"
    )


def _outcome(
    exercise: Exercise, groups: list[str], ability: float, chance: random.Random
) -> Outcome:
    """Draw what became of an exercise; its first misconception is the most frequent."""
    if chance.random() < 0.05:
        return Outcome(
            id=exercise.id, score=0.0, points=exercise.points, verdict=Verdict.NOT_ATTEMPTED
        )
    # Some groups of cases are hard for all.
    right = {
        group: chance.random() < ability * (0.15 if number == 2 else 1.0)
        for number, group in enumerate(groups)
    }
    mistakes = ()
    if not all(right.values()) and exercise.mistakes and chance.random() < 0.7:
        place = min(int(chance.expovariate(1.0)), len(exercise.mistakes) - 1)
        found = exercise.mistakes[place]
        mistakes = (Diagnosis(name=found.name, hint=found.hint),)
    verdicts = {group: Verdict.CORRECT if is_right else Verdict.WRONG_VALUE
                for group, is_right in right.items()}  # fmt: skip
    return Outcome(
        id=exercise.id,
        score=round(exercise.points * sum(right.values()) / len(right), 2),
        points=exercise.points,
        verdict=Verdict.CORRECT if all(right.values()) else Verdict.WRONG_VALUE,
        mistakes=mistakes,
        cases=[CaseResult(group=group, verdict=verdict) for group, verdict in verdicts.items()],
        carried=chance.random() < 0.1,
    )


if __name__ == "__main__":
    from tests import classroom

    made = classroom.make_course(Path(sys.argv[1]), Course(root=ROOT).lesson_ids())
    make_class(made, int(os.environ.get("REPORT_STUDENTS", "30")))

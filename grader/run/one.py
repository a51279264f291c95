"""One submission to one Report."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from grader import __version__
from grader.course.cells import Kind
from grader.course.folders import Course
from grader.course.lesson import Lesson
from grader.judge.evidence import Failed
from grader.judge.judging import judge_lesson
from grader.judge.outcome import Outcome, Report
from grader.judge.verdict import Verdict
from grader.report.graded import Graded
from grader.run import words
from grader.sandbox.box import Box
from grader.sandbox.limits import Limits
from grader.sandbox.policy import BESIDE
from grader.sandbox.session import Session
from grader.submission.beside import own_files
from grader.submission.cells import UnreadableError
from grader.submission.code import Code
from grader.submission.folder import find_notebook
from grader.submission.handed_in import handed_in
from grader.submission.matching import Submission, read

_DRAWING = ("matplotlib", "pylab", "plots", "figures")


def imports_of(lessons: Iterable[Lesson]) -> list[str]:
    """Return the modules that the lessons' setup cells import, for a box to preload."""
    names: dict[str, None] = {}
    for lesson in lessons:
        for cell in lesson.cells:
            if cell.kind is not Kind.SETUP:
                continue
            for node in ast.walk(ast.parse(cell.source)):
                if isinstance(node, ast.Import):
                    names.update({alias.name: None for alias in node.names})
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    names[node.module] = None
                    names.update({f"{node.module}.{alias.name}": None for alias in node.names})
    # These differ from lesson to lesson: they are read from the working folder.
    return [name for name in names if name.split(".")[0] not in BESIDE]


def mentions_drawing(texts: Iterable[str]) -> bool:
    """Whether one of a student's texts may draw; what it needs, it finds anyway, but slowly."""
    return any(word in text for text in texts for word in _DRAWING)


def modules_of(lesson: Lesson) -> dict[str, bytes]:
    """Return the modules that a lesson puts beside the notebook, by the file's name."""
    return {} if lesson.earlier is None else {"earlier.py": lesson.earlier.encode()}


def grade(
    lesson: Lesson, submission: Submission, box: Box, *, folder: Path, student: str, secret: str
) -> Graded:
    """Run and judge one submission in a box.

    Args:
        folder: where the notebook lies: what else was handed in is beside it.
    """
    _time, about_time = handed_in(folder)
    files, about_files = own_files(folder)
    notes = (*filter(None, [about_time]), *about_files)
    submission = replace(submission, notes=(*submission.notes, *notes))
    modules = modules_of(lesson)
    # A folder or a package of the same name would stand in the way of the lesson's own file.
    taken = {part for name in modules for part in (name, Path(name).stem)}
    files = {name: content for name, content in files.items() if name.split("/")[0] not in taken}
    own = [
        content.decode(errors="replace") for name, content in files.items() if name[-3:] == ".py"
    ]
    released = set(lesson.released)
    own += [c.source for c in submission.cells if isinstance(c, Code) and c.source not in released]
    if mentions_drawing(own):
        box = box.drawing()
    with Session(
        box,
        submission.cells,
        files,
        modules=modules,
        withheld=lesson.withheld,
        functions=lesson.functions,
        followed=True,
    ) as session:
        session.begin()
        report = judge_lesson(
            lesson,
            session,
            student=student,
            secret=secret,
            sources=submission.sources,
            answers={name: answer.source for name, answer in submission.answers.items()}
            | dict(submission.below),
            notes=submission.notes,
        )
        # What stands below the last exercise: it is shown, and nobody waited for it.
        runs = session.run()
        session.succeed()
    return Graded(report=report, submission=submission, runs=runs)


def grade_file(lesson: Lesson, path: Path, box: Box, *, student: str, secret: str) -> Graded:
    """Read, run and judge a submitted notebook; one that cannot be read gets a report too.

    Args:
        path: where the notebook should be; one under another name may count in its place.

    Raises:
        InputError: there is none, or it is not clear which one counts: nothing is scored.
    """
    notes: tuple[str, ...] = ()
    if path.name == f"{lesson.id}.ipynb":
        path, notes = find_notebook(path.parent, lesson)
    box.fork_ahead()
    try:
        submission = read(path, lesson)
    except UnreadableError as error:
        box.end_ahead()
        _time, about_time = handed_in(path.parent)
        report = unreadable(
            lesson, student, error.reason, box.name, (*notes, *filter(None, [about_time]))
        )
        return Graded(report=report, submission=None, runs=())
    submission = replace(submission, notes=(*notes, *submission.notes))
    return grade(lesson, submission, box, folder=path.parent, student=student, secret=secret)


def unreadable(
    lesson: Lesson, student: str, reason: str, sandbox: str, notes: Sequence[str] = ()
) -> Report:
    """Return the report on a notebook that could not be read: nothing earned, and why."""
    points = {name: exercise.points for name, exercise in lesson.exercises.items()}
    why = (Failed(message=reason),)
    points.update({cell.name: cell.points for cell in lesson.manual})
    return Report(
        lesson=lesson.id,
        student=student,
        exercises=tuple(
            Outcome(id=name, score=0.0, points=worth, verdict=Verdict.UNREADABLE, evidence=why)
            for name, worth in points.items()
        ),
        version=__version__,
        sandbox=sandbox,
        notes=(*notes, words.unreadable(reason)),
    )


def open_box(
    course: Course, lessons: Iterable[Lesson], *, sandboxed: bool, limits: Limits | None = None
) -> Box:
    """Return a box for these lessons."""
    return Box(course, preload=imports_of(lessons), sandboxed=sandboxed, limits=limits)

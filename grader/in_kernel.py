"""Judge in the kernel: where a stock nbgrader runs our notebooks, and where a learner asks.

The same cases and the same score for an honest submission, but the student's
code shares this process with the answers: it is not isolated, and says so.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from byhand import progress
from byhand.card import Card
from grader.box import wire
from grader.box.calls import call, uncallable
from grader.box.words import returned
from grader.course.folders import Course, find_course
from grader.course.lesson import Lesson
from grader.course.loading import digest_of, kept
from grader.errors import InputError
from grader.exercise import Case
from grader.judge.argument import prepared
from grader.judge.judging import Judging
from grader.judge.outcome import IN_KERNEL, Answer
from grader.judge.verdict import Verdict
from grader.report.card import card
from grader.report.words import outcome_lines, sandbox_line
from grader.sandbox.outputs import read_answer


class KernelRunner:
    """Calls functions of this very process; a judge's Runner without a box."""

    sandbox = IN_KERNEL

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._namespace = namespace

    def ask(
        self, name: str, cases: Sequence[Case], substitutes: Mapping[str, Callable[..., Any]]
    ) -> Iterator[Answer]:
        """Call the notebook's `name` for each case; see `grader.judge.judging.Runner`."""
        return (self._answer(name, case, substitutes) for case in cases)

    def _answer(
        self, name: str, case: Case, substitutes: Mapping[str, Callable[..., Any]]
    ) -> Answer:
        refusal = uncallable(self._namespace, name)
        if refusal is not None:
            return read_answer({"call": 0, **refusal}, 0)
        function = self._namespace[name]
        before = {other: self._namespace.get(other) for other in substitutes}
        self._namespace.update(substitutes)
        try:
            answer = call(function, *prepared(case), case.megabytes)
        finally:
            self._namespace.update(before)
        if "KeyboardInterrupt" in answer.get("exceptions", ()):
            # Somebody waits no longer: the next case would hang as this one did.
            raise KeyboardInterrupt
        try:
            frame = wire.encode({"call": 0, **answer})
        except wire.UnplainError as error:
            return Answer(failure=Verdict.WRONG_TYPE, message=returned(error))
        return read_answer(wire.decode_frame(frame), 0)


# Loaded once for all cells of a notebook.
_judgings: dict[str, tuple[Lesson, Judging]] = {}


def judge(lesson_id: str, exercise_id: str, namespace: dict[str, Any]) -> None:
    """Judge one exercise of the notebook that calls, and show its score as the cell's result.

    The score is shown through the display hook at once: nbgrader takes the first
    number among a cell's outputs, and visible assertions may still fail below it.
    """
    # nbgrader runs a notebook in its own folder, .../<student>/<lesson>.
    here = Path.cwd()
    if lesson_id not in _judgings:
        course = find_course(here)
        lesson = kept(course, lesson_id, digest_of(course, lesson_id))
        student = here.parent.name if here.name == lesson_id else "learner"
        _judgings[lesson_id] = (
            lesson,
            Judging(lesson, KernelRunner(namespace), student=student, secret=course.secret()),
        )
    # An untouched stub raises NotImplementedError, which tells as much here.
    lesson, judging = _judgings[lesson_id]
    exercise = lesson.exercises[exercise_id]
    judging.exercise(exercise, untouched_stub=False)
    outcome = judging.carry(exercise)
    print("\n".join(outcome_lines(outcome)))  # noqa: T201 - a cell's output is what a student reads
    print(sandbox_line(KernelRunner.sandbox))  # noqa: T201
    sys.displayhook(outcome.score)


def look(exercise_id: str, namespace: dict[str, Any], here: Path, hints: int) -> Card | None:
    """Return the card for one exercise as it stands in the kernel.

    Args:
        here: the notebook's folder.
        hints: how many hints the card's text form shows.

    Returns:
        The card; None where no course with this exercise is at hand.

    Raises:
        KeyboardInterrupt: the learner waited no longer.
    """
    try:
        course = find_course(here)
        lesson = _lesson_of(course, exercise_id, here)
    except InputError:
        return None
    if lesson is None:
        return None
    drawn = np.random.get_state()  # noqa: NPY002 - a learner's own draws go on as if nothing was
    try:
        judging = Judging(
            lesson, KernelRunner(namespace), student="learner", secret=course.secret()
        )
        outcome = judging.alone(lesson.exercises[exercise_id])
    finally:
        np.random.set_state(drawn)  # noqa: NPY002
    progress.note(
        lesson.id,
        exercise_id,
        passed=outcome.verdict is Verdict.CORRECT,
        score=outcome.score,
        points=outcome.points,
    )
    return card(outcome, hints=hints)


def _lesson_of(course: Course, exercise_id: str, here: Path) -> Lesson | None:
    """Return the lesson that has an exercise: the folder's own, else the first that does."""
    ids = course.lesson_ids()
    for lesson_id in sorted(ids, key=lambda name: (name != here.name, name)):
        lesson = kept(course, lesson_id, digest_of(course, lesson_id))
        if exercise_id in lesson.exercises:
            return lesson
    return None

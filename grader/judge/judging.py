"""Ask the student's functions, compare with the reference, diagnose: an Outcome each.

Runs in a trusted process that never executes a line of the submission: what it
gets from a Runner is plain data.  Inputs are fresh for each student and the
same on every regrade.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Protocol

import numpy as np

from grader import __version__
from grader.course.lesson import Lesson
from grader.course.regions import is_as_released
from grader.errors import GraderError
from grader.exercise import Case, Exercise
from grader.judge import words
from grader.judge.assess import expect
from grader.judge.diagnose import diagnose
from grader.judge.evidence import AsReleased, Evidence, NoAnswer, clarity
from grader.judge.factors import without_chance
from grader.judge.outcome import Answer, CaseResult, Observation, Outcome, Report
from grader.judge.questions import Ask, Questions, observe
from grader.judge.verdict import Verdict

Substitutes = Mapping[str, Callable[..., Any]]


class Runner(Protocol):
    """Whoever calls the student's functions; the only way to reach them."""

    @property
    def sandbox(self) -> str:
        """What confines the student's code, in the words of `grader doctor`."""

    def ask(self, name: str, cases: Sequence[Case], substitutes: Substitutes) -> Iterator[Answer]:
        """Call the student's `name` with the arguments of each case, one call at a time.

        A runner may make the calls before their answers are asked for, and make none
        whose answers are never asked for.  The next may be asked before the answers to the
        last are taken: all answers to one are taken, as far as they are wanted, before the
        first to the next.

        Args:
            name: the function, or class.
            cases: the arguments, and the steps on the object.
            substitutes: functions of the notebook that are answered by the judge instead.
        """


def seeded(secret: str, lesson: str, exercise: str, student: str) -> np.random.Generator:
    """Return the generator of one student's hidden inputs for one exercise."""
    key = f"{secret}\0{lesson}\0{exercise}\0{student}"
    return np.random.default_rng(int.from_bytes(hashlib.sha256(key.encode()).digest()[:16], "big"))


@dataclass(frozen=True, kw_only=True)
class _Judged:
    """An exercise as it was judged, and what was seen; without names for what is wrong."""

    outcome: Outcome
    observed: Sequence[Observation] = ()


@dataclass(frozen=True, kw_only=True)
class Begun:
    """An exercise that was asked: its questions, and the answers as they come.

    Attributes:
        untouched_stub: only the first question was asked, for nothing may have been written.
    """

    exercise: Exercise
    questions: Questions
    answers: Iterator[Answer]
    untouched_stub: bool


class Judging:
    """The judging of one submission: each exercise, then again what failed ones may have spoilt."""

    def __init__(self, lesson: Lesson, runner: Runner, *, student: str, secret: str) -> None:
        """Prepare; `student` and `secret` seed the hidden inputs."""
        self._lesson, self._runner, self._student, self._secret = lesson, runner, student, secret
        self._judged: dict[str, _Judged] = {}

    def exercise(self, exercise: Exercise, *, untouched_stub: bool = False) -> Outcome:
        """Judge one exercise as it stands; `carry` then says why it fails.

        Args:
            untouched_stub: see `begin`.
        """
        return self.finish(self.begin(exercise, untouched_stub=untouched_stub))

    def begin(self, exercise: Exercise, *, untouched_stub: bool = False) -> Begun:
        """Ask the questions of one exercise; nobody has to wait for the answers yet.

        Args:
            untouched_stub: its cell is as it was released.  The function may be defined in
                another one all the same: it is asked, and called "not attempted" only if the
                stub's own exception comes.
        """
        questions = Questions.drawn(exercise, self._rng(exercise))
        # One is enough to see that nothing was written: the others need not even be sent.
        asked = questions.asked[: 1 if untouched_stub else None]
        return Begun(
            exercise=exercise,
            questions=questions,
            answers=self._asks(exercise, {})(asked),
            untouched_stub=untouched_stub,
        )

    def finish(self, begun: Begun) -> Outcome:
        """Judge the answers to what was asked; of two that have begun, the first is finished first.

        Raises:
            GraderError: the reference fails.
        """
        exercise, questions = begun.exercise, begun.questions
        answers, ask = begun.answers, self._asks(exercise, {})
        if begun.untouched_stub:
            first = next(answers)
            if first.failure is Verdict.NOT_ATTEMPTED:
                judged = _Judged(outcome=not_attempted(exercise, questions.cases))
                self._judged[exercise.id] = judged
                return judged.outcome
            answers = chain([first], ask(questions.asked[1:]))
        # While the reference is at work here, the student's function may be, elsewhere.
        reference = self._lesson.reference[exercise.id]
        expected = _expected(exercise, reference, questions.cases)
        return self._keep(exercise, observe(exercise, questions, expected, answers, ask))

    def _asks(self, exercise: Exercise, substitutes: Substitutes) -> Ask:
        """Return what asks the student's function for some cases."""
        return lambda cases: self._runner.ask(exercise.id, cases, substitutes)

    def _keep(
        self, exercise: Exercise, observed: Sequence[Observation], *, carried: bool = False
    ) -> Outcome:
        """Keep the better of what was seen now and before; return its outcome."""
        outcome = replace(conclude(exercise, observed), carried=carried)
        before = self._judged.get(exercise.id)
        if before is None or not carried or outcome.score > before.outcome.score:
            self._judged[exercise.id] = _Judged(outcome=outcome, observed=observed)
        return self._judged[exercise.id].outcome

    def alone(self, exercise: Exercise) -> Outcome:
        """Judge one exercise; what it builds on is judged only where that may have spoilt it."""
        outcome = self.exercise(exercise)
        if outcome.score == outcome.points:
            return outcome
        needed = self._needs(exercise)
        for other in self._lesson.exercises.values():
            if other.id in needed:
                self.exercise(other)
                self.carry(other)
        return self.carry(exercise)

    def _rng(self, exercise: Exercise) -> np.random.Generator:
        return seeded(self._secret, self._lesson.id, exercise.id, self._student)

    def carry(self, exercise: Exercise) -> Outcome:
        """Judge an exercise that failed and builds on failed ones again; keep the better outcome.

        The failed ones are answered by the reference.  All that this exercise builds on has
        been judged, and carried, before.

        Returns:
            The outcome, with the misconceptions that were recognised: only now is it known
            which of the answers there is to explain.
        """
        before = self._judged[exercise.id]
        spoilt = before.outcome.score < before.outcome.points
        if spoilt and before.outcome.verdict is not Verdict.NOT_ATTEMPTED:
            self._ask_again(exercise, before.observed)
        judged = self._judged[exercise.id]
        return named(exercise, judged.outcome, judged.observed)

    def _ask_again(self, exercise: Exercise, before: Sequence[Observation]) -> None:
        """Ask an exercise again, with failed ones that it builds on answered by the reference."""
        substitutes = {
            name: self._lesson.exercises[name].stand_in or self._lesson.reference[name]
            for name in self._needs(exercise)
            if name in self._judged
            and self._judged[name].outcome.verdict is not Verdict.CORRECT
            # Only values cross: a class cannot be answered from outside.
            and not isinstance(self._lesson.reference[name], type)
        }
        if not substitutes:
            return
        # Anew, for what a case is made of may have changed in the asking; what is right has not.
        questions = Questions.drawn(exercise, self._rng(exercise))
        expected = [Answer(value=seen.expected) for seen in before]
        ask = self._asks(exercise, substitutes)
        observed = observe(exercise, questions, expected, ask(questions.asked), ask)
        self._keep(exercise, observed, carried=True)

    def _needs(self, exercise: Exercise) -> list[str]:
        """Return the exercises that this one builds on, directly or through others."""
        needs: list[str] = []
        todo = list(exercise.builds_on)
        while todo:
            name = todo.pop()
            if name not in needs:
                needs.append(name)
                todo += self._lesson.exercises[name].builds_on
        return needs


def judge_lesson(
    lesson: Lesson,
    runner: Runner,
    *,
    student: str,
    secret: str,
    sources: Mapping[str, str],
    answers: Mapping[str, str],
    notes: tuple[str, ...] = (),
) -> Report:
    """Judge a whole submission.

    Args:
        sources: the student's solution cells by name; an absent one was deleted.
        answers: the student's answers to derivations by name, likewise.
        notes: what there is to say about the submission as a whole.
    """
    judging = Judging(lesson, runner, student=student, secret=secret)
    last: Begun | None = None
    for exercise in lesson.exercises.values():
        untouched_stub = untouched(sources.get(exercise.id), lesson.stubs[exercise.id])
        begun = judging.begin(exercise, untouched_stub=untouched_stub)
        # The student's functions are at work on this one while the one before is judged.
        if last is not None:
            judging.finish(last)
        last = begun
    if last is not None:
        judging.finish(last)
    # In a second round: it takes a fresh process, and one is enough for all.
    outcomes = [judging.carry(exercise) for exercise in lesson.exercises.values()]
    manual = [
        judge_manual(cell.name, cell.points, answers.get(cell.name), lesson.stubs[cell.name])
        for cell in lesson.manual
    ]
    return Report(
        lesson=lesson.id,
        student=student,
        exercises=(*outcomes, *manual),
        version=__version__,
        sandbox=runner.sandbox,
        notes=notes,
    )


def untouched(source: str | None, stub: str) -> bool:
    """Whether a solution cell is the stub as released, white space aside."""
    return source is not None and is_as_released(source, stub)


def not_attempted(exercise: Exercise, cases: Sequence[Case]) -> Outcome:
    """Return the outcome of an untouched stub."""
    groups = dict.fromkeys(case.group for case in cases)
    return Outcome(
        id=exercise.id,
        score=0.0,
        points=exercise.points,
        verdict=Verdict.NOT_ATTEMPTED,
        evidence=(AsReleased(),),
        cases=tuple(CaseResult(group=group, verdict=Verdict.NOT_ATTEMPTED) for group in groups),
    )


def judge_manual(name: str, points: float, written: str | None, released: str) -> Outcome:
    """Return the outcome of a derivation: a person marks it, unless there is none."""
    verdict = Verdict.MANUAL
    evidence: tuple[Evidence, ...] = ()
    if written is None:
        verdict, evidence = Verdict.MISSING, (NoAnswer(deleted=True),)
    elif untouched(written, released):
        verdict, evidence = Verdict.NOT_ATTEMPTED, (NoAnswer(deleted=False),)
    return Outcome(id=name, score=0.0, points=points, verdict=verdict, evidence=evidence)


def _expected(
    exercise: Exercise, reference: Callable[..., Any], cases: Sequence[Case]
) -> list[Answer]:
    """Return the reference's answers; empty ones for cases with a check of their own.

    Raises:
        GraderError: the reference fails where no exception is asked for.
    """
    found = iter(expect(reference, [case for case in cases if case.check is None]))
    answers = [Answer() if case.check is not None else next(found) for case in cases]
    for case, answer in zip(cases, answers, strict=True):
        if answer.failure is not None and case.raises is None:
            raise GraderError(words.reference_fails(exercise.id, case.title, answer.message))
    return answers


def conclude(exercise: Exercise, observations: Sequence[Observation]) -> Outcome:
    """Turn the observations of one exercise into its points, verdict and evidence."""
    observations = without_chance(observations)
    groups: dict[str, bool] = {}
    for seen in observations:
        groups[seen.case.group] = groups.get(seen.case.group, True) and seen.right
    results = tuple(
        CaseResult(group=seen.case.group, verdict=seen.comparison.verdict, evidence=seen.evidence)
        for seen in observations
    )
    failing = [seen for seen in observations if not seen.right]
    if not failing:
        return Outcome(
            id=exercise.id,
            score=exercise.points,
            points=exercise.points,
            verdict=Verdict.CORRECT,
            cases=results,
        )
    gravest = min(failing, key=lambda seen: seen.comparison.verdict.rank)
    return Outcome(
        id=exercise.id,
        score=round(exercise.points * _earning(exercise, groups) / len(groups), 2),
        points=exercise.points,
        verdict=gravest.comparison.verdict,
        evidence=_told(failing, gravest),
        cases=results,
    )


def named(exercise: Exercise, outcome: Outcome, observations: Sequence[Observation]) -> Outcome:
    """Return an outcome with the misconceptions that explain what failed, if anything did."""
    if all(seen.right for seen in observations):
        return outcome
    found = diagnose(exercise, observations)
    return replace(outcome, mistakes=found.mistakes, unexplained=found.unexplained)


def _earning(exercise: Exercise, groups: Mapping[str, bool]) -> int:
    """Return how many groups earn their share of the points."""
    right = [group for group, is_right in groups.items() if is_right]
    return len(right) if set(right) - set(exercise.not_alone) else 0


def _told(failing: Sequence[Observation], gravest: Observation) -> tuple[Evidence, ...]:
    """Return what is told: the clearest evidence, and the gravest where it is another."""
    found = [seen.evidence for seen in failing if seen.evidence is not None]
    if not found:
        return ()
    clearest = min(found, key=clarity)
    if gravest.evidence is None or gravest.comparison.verdict.explainable:
        same = gravest.evidence is None or clarity(clearest) == clarity(gravest.evidence)
        return (clearest,) if same or gravest.evidence is None else (clearest, gravest.evidence)
    # What ended the process or its time comes first: the rest was not asked any more.
    return (gravest.evidence,)

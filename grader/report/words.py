"""Reports in words: the lines that a student and an instructor read."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from grader.judge.outcome import IN_KERNEL, SEPARATE_PROCESS, Diagnosis, Outcome, Report
from grader.judge.verdict import Verdict
from grader.language import plural
from grader.language import text as _
from grader.report.evidence import told

_WIDTH = 88

# What a report calls each verdict; its value is the contract's, in every language.
NAMES = {
    Verdict.UNREADABLE: _("unreadable"),
    Verdict.NOT_ATTEMPTED: _("not attempted"),
    Verdict.MISSING: _("missing"),
    Verdict.CRASHED: _("crashed"),
    Verdict.OUT_OF_MEMORY: _("out of memory"),
    Verdict.TIMED_OUT: _("timed out"),
    Verdict.RAISED: _("raised an exception"),
    Verdict.WRONG_TYPE: _("wrong type"),
    Verdict.WRONG_SHAPE: _("wrong shape"),
    Verdict.NOT_FINITE: _("not finite"),
    Verdict.WRONG_VALUE: _("wrong value"),
    Verdict.CHANGED_INPUT: _("changed its input"),
    Verdict.MANUAL: _("needs manual grading"),
    Verdict.CORRECT: _("correct"),
}
_UNCONFINED = {
    SEPARATE_PROCESS: _("none: a separate process with limits"),
    IN_KERNEL: _("none: judged in the kernel, not isolated"),
}
HOLDS, FAILS = _("holds"), _("FAILS")

# What each verdict means; docs/how-it-works.md shows the same sentences.
MEANING = {
    Verdict.UNREADABLE: _("the notebook as a whole could not be read"),
    Verdict.NOT_ATTEMPTED: _(
        "the stub is untouched, or still raises NotImplementedError; of a derivation, nothing is "
        "written"
    ),
    Verdict.MISSING: _(
        "the function is not defined where its test stands: its cell was deleted, or did not "
        "run to its end; of a derivation, its cell was deleted"
    ),
    Verdict.CRASHED: _("the call ended its process"),
    Verdict.OUT_OF_MEMORY: _("the call needed more memory than it may"),
    Verdict.TIMED_OUT: _("the call, or the cell, was stopped"),
    Verdict.RAISED: _("the function raised, where the contract asks for a value"),
    Verdict.WRONG_TYPE: _(
        "a list for an array, integers for floats, None; or the name is no function where its "
        "test stands"
    ),
    Verdict.WRONG_SHAPE: _("(4,) is not (4, 1): nothing broadcasts"),
    Verdict.NOT_FINITE: _(
        "NaN or infinity where the reference has a number, or on the way to it where the contract "
        "forbids the warning"
    ),
    Verdict.WRONG_VALUE: _("the first thing that differs is the value"),
    Verdict.CHANGED_INPUT: _(
        "the value is right, but an argument was changed in place, or arrays share memory where "
        "they must not"
    ),
    Verdict.MANUAL: _("a derivation, which a person marks"),
    Verdict.CORRECT: _("every group is right"),
}


def number(value: float) -> str:
    """Return points without trailing zeros: 4, 2.5, 1.33."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def all_notes(report: Report) -> Iterator[str]:
    """Yield what there is to say of a submission as a whole."""
    yield from report.notes
    if report.sandbox in _UNCONFINED:
        yield _("graded without a sandbox ({sandbox})").format(sandbox=_UNCONFINED[report.sandbox])


def note_in_notebook(note: str) -> str:
    """Return a note as it stands in the graded notebook."""
    return _("Note: {note}").format(note=note)


def sandbox_line(name: str) -> str:
    """Return what confined a submission, as a report ends its first line."""
    return _("(sandbox: {name})").format(name=_UNCONFINED.get(name, name))


def points_of(score: float, points: float) -> str:
    """Return "14 of 37 points", as a report ends its first line."""
    return _("{score} of {points} points").format(score=number(score), points=number(points))


NOT_MARKED = _("not marked yet")
MARKED = _("marked by hand")
DRAWN = _("what this cell drew")
MORE = _("(there is more)")
A_PICTURE = _("a picture")


EXERCISE_HEAD, POINTS_HEAD, VERDICT_HEAD = _("exercise"), _("points"), _("verdict")
STUDENT_HEAD, SCORE_HEAD, EXERCISES_HEAD = _("student"), _("score"), _("exercises")
NOT_GRADED = _("not graded, see below")


def score_of_points(score: float, points: float) -> str:
    """Return "14 / 37"."""
    return f"{number(score)} / {number(points)}"


def lesson_head(lesson: str, numbered: str) -> str:
    """Return a lesson with its exercises by number."""
    return _("{lesson}: {exercises}").format(lesson=lesson, exercises=numbered)


def signs(*, right: str, partly: str, wrong: str, nothing: str, waits: str) -> str:
    """Return what the signs in a class's table mean."""
    return _(
        "{right} right  {partly} partly  {wrong} wrong  {nothing} nothing there  "
        "{waits} to be marked"
    ).format(right=right, partly=partly, wrong=wrong, nothing=nothing, waits=waits)


def class_counts(graded: int, skipped: int, failed: int) -> str:
    """Return how many submissions were graded, and how many not."""
    return _("{graded} graded, {skipped} unchanged, {failed} not graded").format(
        graded=graded, skipped=skipped, failed=failed
    )


def gradebook_at(place: str) -> str:
    """Return where the gradebook lies."""
    return _("gradebook: {place}").format(place=place)


def autograded_at(path: Path) -> str:
    """Return where the graded notebooks lie."""
    return _("autograded notebooks: {path}").format(path=path)


def mistake_name(mistake: Diagnosis) -> str:
    """Return what a mistake is called; a lesson's own has the name that its author gave it."""
    if mistake.factor is not None:
        return _("a constant factor of {factor:.3g}").format(factor=mistake.factor)
    return _(mistake.name)


def mistake_in(what: str, exercise: str) -> str:
    """Return what is wrong in an exercise: "y - a in logistic_gradient"."""
    return _("{mistake} in {exercise}").format(mistake=what, exercise=exercise)


def students_did(what: str, who: Sequence[str] | int) -> str:
    """Return how many did something, or who."""
    if not isinstance(who, int):
        return _("{what}: {students}").format(what=what, students=", ".join(who))
    return plural("{what}: {count} student", "{what}: {count} students", who).format(
        what=what, count=who
    )


def more_kinds(count: int) -> str:
    """Return how many kinds of mistakes are not told."""
    return plural("and {count} kind more", "and {count} kinds more", count).format(count=count)


def to_mark(count: int) -> str:
    """Return how many answers wait for a person."""
    return plural("{count} derivation to mark", "{count} derivations to mark", count).format(
        count=count
    )


def to_look_at(count: int) -> str:
    """Return how many points that were given by hand stand beside a new score of a test."""
    return plural(
        "{count} exercise was graded again after you gave points by hand: look at it",
        "{count} exercises were graded again after you gave points by hand: look at them",
        count,
    ).format(count=count)


def next_step(lesson: str, *, marking: bool) -> str:
    """Return what an instructor does next."""
    if marking:
        return _(
            "next: mark in Formgrader, under Manual Grading, then: "
            "nbgrader generate_feedback {lesson}"
        ).format(lesson=lesson)
    return _("next: nbgrader generate_feedback {lesson}").format(lesson=lesson)


def points_by_hand(verdict: Verdict) -> str:
    """Return a verdict on work whose points a person gave."""
    return _("{verdict}; points given by hand").format(verdict=NAMES[verdict])


def points_told(score: float, points: float) -> str:
    """Return "4 of 6"."""
    return _("{score} of {points}").format(score=number(score), points=number(points))


def outcome_lines(outcome: Outcome) -> list[str]:
    """Return what a student reads about one exercise: verdict, evidence, one hint."""
    points = points_told(outcome.score, outcome.points)
    lines = [f"{outcome.id}   {points}   {NAMES[outcome.verdict]}"]
    advice = []
    for name, hint in with_hints(outcome.mistakes):
        advice.append(_("Recognised: {name}.").format(name=name))
        advice += [_("Hint: {hint}").format(hint=hint)] if hint else []
    told_of = [*seen_lines(outcome), *together_lines(outcome), *advice, *beyond_lines(outcome)]
    return lines + [line for text in told_of for line in _wrap(text)]


def with_hints(mistakes: Iterable[Diagnosis]) -> Iterator[tuple[str, str]]:
    """Yield what each mistake is called, with its hint, or "" where that was given before."""
    given: set[str] = set()
    for mistake in mistakes:
        yield mistake_name(mistake), "" if mistake.hint in given else mistake.hint
        given.add(mistake.hint)


def seen_lines(outcome: Outcome) -> Iterator[str]:
    """Yield what was seen of an exercise that is not right, the clearest first."""
    if outcome.carried:
        yield _(
            "An exercise that this one builds on is not right yet. It was answered for you here, "
            "so that its error does not cost you twice."
        )
    if outcome.verdict is Verdict.CORRECT:
        return
    yield from map(told, outcome.evidence) if outcome.evidence else [MEANING[outcome.verdict]]
    failed = list(dict.fromkeys(c.group for c in outcome.cases if c.verdict is not Verdict.CORRECT))
    groups = dict.fromkeys(case.group for case in outcome.cases)
    right = [group for group in groups if group not in failed]
    if right:
        yield _("Right: {right}. Not yet: {failed}.").format(
            right=_groups(right), failed=_groups(failed)
        )
    if right and not outcome.score:
        yield plural(
            "This group earns nothing alone: a function that does not solve the exercise is "
            "right in it, too.",
            "These groups earn nothing alone: a function that does not solve the exercise is "
            "right in them, too.",
            len(right),
        )


def _groups(names: Sequence[str]) -> str:
    """Return names of groups in a row; one may have a comma itself."""
    return ("; " if any("," in name for name in names) else ", ").join(names)


def together_lines(outcome: Outcome) -> Iterator[str]:
    """Yield how to read the hints where several mistakes meet: some say what else is right."""
    if len(outcome.mistakes) > 1:
        yield _("More than one thing is wrong; each hint speaks as if the others were mended.")


def beyond_lines(outcome: Outcome) -> Iterator[str]:
    """Yield what no recognised mistake explains."""
    failed = {case.group for case in outcome.cases if case.verdict is not Verdict.CORRECT}
    if len(failed) > 1 and failed <= set(outcome.unexplained):
        yield _("Something else is wrong, too, in all that is not right yet.")
    elif outcome.unexplained:
        yield _("Something else is wrong, too: {groups}.").format(
            groups=_groups(outcome.unexplained)
        )


KNOWN_MISTAKE = _("Is it a known mistake?")
WHICH_MISTAKE = _("Which one?")
WHERE_TO_LOOK = _("Where to look")
IS_THAT_ALL = _("Is that all?")


def yes_known(count: int) -> str:
    """Return that mistakes are recognised, and not yet which."""
    return plural(
        "Yes: a mistake that others have made explains what was seen.",
        "Yes: {count} mistakes that others have made explain it together.",
        count,
    ).format(count=count)


def verdict_and_points(verdict: str, score: float, points: float) -> str:
    """Return "wrong value, 3 of 5 points"."""
    return plural(
        "{verdict}, {score} of {points} point",
        "{verdict}, {score} of {points} points",
        1 + (points != 1),
    ).format(verdict=verdict, score=number(score), points=number(points))


def _wrap(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent="  ", subsequent_indent="  ")


def report_lines(report: Report) -> list[str]:
    """Return a whole report as plain lines."""
    points = _("{score} of {points} points").format(
        score=number(report.score), points=number(report.max_score)
    )
    sandbox = sandbox_line(report.sandbox)
    lines = [f"{report.lesson}   {points}   {sandbox}"]
    lines += [_("note: {note}").format(note=note) for note in report.notes]
    for outcome in report.exercises:
        lines += ["", *outcome_lines(outcome)]
    return lines

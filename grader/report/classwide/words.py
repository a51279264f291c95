"""What an instructor reads of a whole class: heads, captions, and what each plot shows."""

from __future__ import annotations

from collections.abc import Sequence

from grader.language import plural
from grader.language import text as _
from grader.report.standing import Standing
from grader.report.words import number

# One letter or sign in a cell of a heat map.
SIGNS = {
    Standing.WRONG: "\u00d7",
    Standing.NOTHING: "\u2013",
    Standing.WAITS: "?",
}
STANDINGS = {
    Standing.RIGHT: _("right"),
    Standing.PARTLY: _("partly right"),
    Standing.WRONG: _("wrong"),
    Standing.NOTHING: _("nothing there"),
    Standing.WAITS: _("to be marked"),
}
SHARE_AXIS = _("part of all points")
STUDENTS_AXIS = _("students")
BY_SCORE_AXIS = _("students, by score")
ATTEMPT_AXIS = _("attempt")
MEDIAN_AXIS = _("median score")
COURSE_TITLE = _("What the class gets wrong")


def percent(share: float) -> str:
    return _("{percent} %").format(percent=round(100 * share))


def median_of(share: float) -> str:
    return _("median {share}").format(share=percent(share))


def of_students(count: int) -> str:
    return plural("{count} student", "{count} students", count).format(count=count)


def lesson_title(lesson: str) -> str:
    return _("What the class gets wrong in {lesson}").format(lesson=lesson)


def nameless(place: int) -> str:
    return _("student {number}").format(number=place)


def distribution_told(median: float, counts: Sequence[int]) -> str:
    step = 100 // len(counts)
    told = ", ".join(
        _("{count} from {low} to {high} %").format(
            count=count, low=step * place, high=step * (place + 1)
        )
        for place, count in enumerate(counts)
        if count
    )
    return _("Distribution of scores. Median {median}; students: {told}.").format(
        median=percent(median), told=told
    )


def heat_map_told(students: int, exercises: int) -> str:
    return _(
        "Heat map of {students} students, the highest score on top, by {exercises} exercises. "
        "The tables beside it hold the same."
    ).format(students=students, exercises=exercises)


def movement_told(shares: Sequence[tuple[float, int]]) -> str:
    told = ", ".join(
        _("attempt {number}: {share} ({students})").format(
            number=place, share=percent(share), students=of_students(count)
        )
        for place, (share, count) in enumerate(shares, start=1)
    )
    return _("Median score by attempt, of those who made it. {told}.").format(told=told)


def moved(better: int, same: int, worse: int) -> str:
    return _(
        "From the first attempt to the last: {better} better, {same} the same, {worse} worse."
    ).format(better=better, same=same, worse=worse)


def left_after(attempts: float | None) -> str:
    if attempts is None:
        return _("by nobody yet")
    return plural(
        "after {attempts} attempt", "after {attempts} attempts", 1 + (attempts != 1)
    ).format(attempts=number(attempts))


def passed_by(passed: int, tried: int) -> str:
    return _("{passed} of {tried}").format(passed=passed, tried=tried)


# ------------------------------------------------------------------ what stands on top


def handed_in(students: int, median: float) -> str:
    return _("{students}, median score {median}").format(
        students=of_students(students), median=percent(median)
    )


def most_had(name: str, exercise: str, students: int, of: int) -> str:
    return _("{name} in {exercise}: {students} of {of}").format(
        name=name, exercise=exercise, students=students, of=of
    )


def hardest(exercise: str, right: int, of: int) -> str:
    return _("{exercise}: {right} of {of} have it right").format(
        exercise=exercise, right=right, of=of
    )


# ------------------------------------------------------------------------- the table

COLUMNS = (
    _("student"),
    _("name"),
    _("lesson"),
    _("exercise"),
    _("how it stands"),
    _("verdict"),
    _("misconceptions"),
    _("carried on"),
    _("score"),
    _("points"),
    _("attempts"),
)
YES, NO = _("yes"), _("no")

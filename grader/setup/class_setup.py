"""Set up a class, step by step; each says what it did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.course.folders import Course
from grader.setup import words
from grader.setup.checks import make_exchange, warnings
from grader.setup.students import commands, write_homes, write_package
from grader.setup.trial import try_out
from grader.setup.written import write_choice


def set_up(
    course: Course,
    exchange: Path,
    course_id: str,
    *,
    homes: Sequence[Path] = (),
    trial: bool = True,
) -> Iterator[str]:
    """Yield what was done and what is to be done, as it happens.

    Args:
        homes: students' homes to write the configuration into.
        trial: whether one submission is sent through.

    Raises:
        InputError: the exchange cannot be used, or the trial fails.
    """
    exchange = exchange.expanduser().resolve()
    make_exchange(exchange, course, course_id)
    yield words.exchange_ready(exchange)
    yield words.written(write_choice(course, exchange, course_id), course_id)
    yield from warnings(exchange, course)
    if trial:
        yield try_out(course, exchange, course_id)
    yield from write_homes(homes, exchange, course_id)
    folder = write_package(exchange, course_id)
    yield words.sent(folder, commands(folder), bool(homes))

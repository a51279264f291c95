"""The door behind which submissions are graded: on this machine, or on others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, Self

from grader.errors import GraderError, InputError
from grader.report.graded import Graded
from grader.run.plan import Task

# A graded submission; or that the grader, or what it was given, is at fault.
Result = Graded | InputError | GraderError


class Crew(Protocol):
    """Whoever grades: `grader.run.workers`, or `grader.run.cluster`.

    It holds no more tasks and results than it can be at, however many there are.
    """

    def warm_up(self) -> None:
        """Begin what takes time; returns before it is done."""

    def meanwhile(self, load: Callable[[], None]) -> None:
        """Have modules imported that are needed once something is graded.

        It may return before; whoever needs them calls `load` again, which waits for it.
        """

    def grade(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Result]]:
        """Yield each task once with what became of it, as they finish."""

    def more_soon(self) -> bool:
        """Whether what `grade` yields next is at hand, or will be in a moment."""

    def __enter__(self) -> Self:
        """Enter; nothing begins by it."""

    def __exit__(self, *_: object) -> None:
        """End all that was begun."""

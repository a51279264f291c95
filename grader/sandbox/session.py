"""One submission inside a box: its cells, and calls to its functions where they are asked.

The judge's end of the wire.  An exercise is asked where its test cell stands, with
the names as they are there; what comes below runs later.  A crash, a hang or a lying
frame costs the cell or the call it happened in: a fresh child runs the cells up to
that place again, and goes on.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from enum import Enum, auto
from typing import Any, Self

from grader.box import stream, wire
from grader.exercise import Case
from grader.judge.argument import sent
from grader.judge.outcome import Answer
from grader.judge.verdict import Verdict
from grader.sandbox import words
from grader.sandbox.box import Box
from grader.sandbox.cells import Cells, CellTask, Run
from grader.sandbox.child import Child
from grader.sandbox.limits import ExcessError, Limits
from grader.sandbox.oracle import MOST_REFERENCED, Oracle
from grader.sandbox.outputs import read_answer
from grader.sandbox.questions import Question
from grader.sandbox.warm import SandboxError
from grader.shown import Shown
from grader.submission.code import Ask, Code

MAX_ASKS = 20_000  # calls of the judge's functions during one call of the student's


class Round(Enum):
    """What cells are run for."""

    SHOW = auto()  # what they leave, and nothing else
    ASK = auto()
    CARRY = auto()  # exercises are asked again, with earlier ones answered by the reference


# Of the submission's time, by when each round is over; the rest is for the judge's own work.
_SHARES = {Round.ASK: 0.6, Round.CARRY: 0.75, Round.SHOW: 0.9}


class Session:
    """Runs a submission's cells and calls its functions; a judge's Runner."""

    def __init__(
        self,
        box: Box,
        cells: Sequence[Code | Ask],
        files: Mapping[str, bytes],
        *,
        limits: Limits | None = None,
        withheld: Collection[str] = (),
    ) -> None:
        """Prepare a submission.

        Args:
            cells: what to run, in order, and where each exercise is asked; one that is
                nowhere is asked after the last cell.
            files: what lies in the working folder.
            limits: what it may use, if it is not what the box allows by itself.
            withheld: modules that it may not import.

        Raises:
            SandboxError: it asks for more processes than the box was made for.
        """
        self._box, self._files, self._limits = box, dict(files), limits or box.limits
        if self._limits.processes > box.limits.processes:
            raise SandboxError(
                words.too_many_processes(self._limits.processes, box.limits.processes)
            )
        self._cells = Cells(cells, seconds=self._limits.cell_seconds)
        self._withheld = withheld
        self._child: Child | None = None
        # How many cells the child was told to run, whether it was told a question, which round
        # it serves; and when all began.
        self._at, self._asked, self._round = 0, False, Round.SHOW
        self._start: float | None = None
        self._stand_ins: dict[str, Callable[..., Any]] = {}
        self._oracle = Oracle()
        self._refused: Answer | None = None

    @property
    def sandbox(self) -> str:
        """What confines the student's code."""
        return self._box.name

    def run(self) -> list[Run]:
        """Run the cells, as far as that was not done yet; return what each did, to be shown.

        One that hangs or kills the process is skipped from then on.

        Raises:
            SandboxError: the box fails, and so does the one that replaces it.
        """
        end = len(self._cells)
        while not self._cells.all_shown:
            self._go_on_to(end, (), Round.SHOW)
            refusal = self._reach(end, (), Round.SHOW)
            if refusal is not None:
                self._cells.give_up(refusal)
            else:
                self._clear()
        return self._cells.runs

    def ask(
        self, name: str, cases: Sequence[Case], substitutes: Mapping[str, Callable[..., Any]]
    ) -> Iterator[Answer]:
        """Call the student's `name` for each case; see `grader.judge.judging.Runner`."""
        questions = deque(self._questions(name, cases, substitutes))
        place, which = self._cells.place_of(name), Round.CARRY if substitutes else Round.ASK
        self._go_on_to(place, questions, which)
        # The first questions go out before anybody asks for an answer: both sides can work.
        refusal = self._reach(place, questions, which)
        return self._answers(name, questions, refusal, which)

    def _questions(
        self, name: str, cases: Sequence[Case], substitutes: Mapping[str, Callable[..., Any]]
    ) -> list[Question]:
        """Return the questions of some cases; the oracle is ready to answer for them."""
        if not self._stand_ins.keys() >= substitutes.keys():
            self._stand_ins.update(substitutes)
            self._oracle.close()
            self._oracle = Oracle(list(self._stand_ins.values()))
        numbers = {other: wire.Function(i) for i, other in enumerate(self._stand_ins)}
        stand_ins = {
            other: sent(answer) if isinstance(answer, Shown) else numbers[other]
            for other, answer in substitutes.items()
        }
        withheld = {numbers[other].number for other in numbers.keys() - substitutes.keys()}
        functions = list(self._stand_ins.values())
        seconds = self._limits.call_seconds
        questions = [
            Question(name, case, stand_ins, functions, withheld, seconds=seconds) for case in cases
        ]
        self._oracle.take(functions[len(self._stand_ins) :])
        return questions

    def _answers(
        self, name: str, waiting: deque[Question], refusal: Answer | None, which: Round
    ) -> Iterator[Answer]:
        place = self._cells.place_of(name)
        while waiting:
            if refusal is not None or self._clear():
                question = waiting.popleft()
                yield refusal or self._answer(name, question)
            if waiting:
                refusal = self._reach(place, waiting, which)

    def _go_on_to(self, place: int, waiting: Iterable[Question], which: Round) -> None:
        """Tell the child what is next, if there is one of use."""
        if self._child is None:
            return
        # It cannot go back, nor forget a hidden input or what a stand-in has answered.
        if self._at > place or (self._asked and self._round is not which):
            self.close()
            return
        self._child.forget_questions()
        self._tell(self._child, place, waiting, which)

    def _reach(self, place: int, waiting: Iterable[Question], which: Round) -> Answer | None:
        """See that there is a child: told to run the cells up to a place, then what waits.

        Returns:
            Why there is none, if so.
        """
        if self._child is not None:
            return None
        self._round = which
        if self._start is None:
            self._start = time.monotonic()
        if self._refused is not None or self._is_over():
            return self._why_not()
        try:
            self._child = Child(self._box, self._files, self._limits, self._withheld)
        except wire.UnplainError as error:
            message = words.files_not_sent(error)
            self._refused = Answer(failure=Verdict.CRASHED, message=message)
            return self._refused
        self._at, self._asked = 0, False
        self._tell(self._child, place, waiting, which)
        return None

    def _tell(self, child: Child, place: int, waiting: Iterable[Question], which: Round) -> None:
        questions = list(waiting)
        tasks = self._cells.tasks(self._at, place, shown=not self._asked)
        self._at, self._round = place, which
        self._asked = self._asked or bool(questions)
        child.tell([*tasks, *questions], end=self._round_end())

    def _round_end(self) -> float:
        """Return when the round is over.

        Each leaves some of the time to the next: cells that hang must not use it up.
        """
        start = time.monotonic() if self._start is None else self._start
        return start + self._limits.total_seconds * _SHARES[self._round]

    def _is_over(self) -> bool:
        return time.monotonic() >= self._round_end()

    def _clear(self) -> bool:
        """Take the replies to all that stands before the next question that is waited for.

        Returns:
            False if something did not end, and its process with it.
        """
        while self._child is not None and (task := self._child.first) is not None:
            if isinstance(task, Question) and task.wanted:
                break
            try:
                frame = self._child.receive()
                if isinstance(task, CellTask):
                    self._cells.record(task, frame)
                elif isinstance(task, Question):
                    # Of an exercise that was given up: its answer is of no use any more.
                    read_answer(frame, task.number)
            except (wire.WireError, TimeoutError) as error:
                if isinstance(task, CellTask):
                    bound = error.bound if isinstance(error, ExcessError) else None
                    self._cells.lose(task.index, self._failure(error, words.CELL), bound)
                self.close()
                return False
            self._child.done()
        return True

    def _answer(self, name: str, question: Question) -> Answer:
        """Return the answer to the question that comes next."""
        assert self._child is not None  # noqa: S101 - for the type checker
        try:
            answer = self._heard(self._child, question)
        except (wire.WireError, TimeoutError) as error:
            self.close()
            return self._failure(error, words.CALL)
        self._child.done()
        if answer.failure is Verdict.OUT_OF_MEMORY:
            # What it allocated may still be there: the rest is asked in a fresh child.
            self.close()
        if answer.failure is Verdict.MISSING:
            return self._cells.why_missing(name) or answer
        return answer

    def _heard(self, child: Child, question: Question) -> Answer:
        most = MOST_REFERENCED if question.is_carried else MAX_ASKS
        for _ in range(most):
            frame = child.receive()
            if not isinstance(frame, dict):
                raise wire.WireError(words.OUT_OF_TURN)
            if "ask" not in frame:
                return read_answer(frame, question.number)
            reply = self._oracle.answer(
                frame, child.deadline, withheld=question.withheld, bounds=question.bounds
            )
            child.reply(reply)
        raise wire.WireError(words.calls_made(most))

    def _why_not(self) -> Answer:
        """Say why the submission runs no further."""
        if self._refused is not None:
            return self._refused
        message = words.total_time_over(self._limits.total_seconds)
        return Answer(failure=Verdict.TIMED_OUT, message=message)

    def _failure(self, error: Exception, ending: words.Ending) -> Answer:
        """Say what a broken connection means for the student."""
        if isinstance(error, TimeoutError):
            if self._is_over():
                return self._why_not()
            return Answer(failure=Verdict.TIMED_OUT, message=ending.too_slow)
        if isinstance(error, stream.ClosedError):
            return Answer(failure=Verdict.CRASHED, message=ending.process_ended)
        return Answer(failure=Verdict.CRASHED, message=ending.stopped_by(error))

    def close(self) -> None:
        """End the process and everything it started."""
        self._oracle.close()
        if self._child is not None:
            ended, self._child = self._child, None
            ended.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

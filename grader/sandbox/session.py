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
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Self

from grader.box import stream, wire
from grader.exercise import Case
from grader.judge.argument import sent
from grader.judge.draw import draws_of
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
from grader.sandbox.replier import Function
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


@dataclass(kw_only=True, eq=False)
class _Asked:
    """The questions of one exercise, whose answers somebody takes or will.

    Attributes:
        place: how many cells have run where it is asked.
        waiting: the questions whose answers were not taken yet.
        oracle: answers for the functions that the cases give.
        child: the one that was told the questions.
        refusal: why there is none.
    """

    name: str
    place: int
    which: Round
    waiting: deque[Question]
    oracle: Oracle
    child: Child | None = None
    refusal: Answer | None = None


class Session:
    """Runs a submission's cells and calls its functions; a judge's Runner."""

    def __init__(
        self,
        box: Box,
        cells: Sequence[Code | Ask],
        files: Mapping[str, bytes],
        *,
        modules: Mapping[str, bytes] | None = None,
        limits: Limits | None = None,
        withheld: Collection[str] = (),
        functions: Collection[Function] = (),
        followed: bool = False,
    ) -> None:
        """Prepare a submission.

        Args:
            cells: what to run, in order, and where each exercise is asked; one that is
                nowhere is asked after the last cell.
            files: what lies in the working folder.
            modules: what the lesson puts there besides, by the file's name, to be imported.
            limits: what it may use, if it is not what the box allows by itself.
            withheld: modules that it may not import.
            functions: those of the lesson by which calls of the judge's functions are answered.
            followed: whether another submission is likely to come next: see `succeed`.

        Raises:
            SandboxError: it asks for more processes than the box was made for.
        """
        self._box, self._files, self._limits = box, dict(files), limits or box.limits
        if self._limits.processes > box.limits.processes:
            raise SandboxError(
                words.too_many_processes(self._limits.processes, box.limits.processes)
            )
        self._cells = Cells(cells, seconds=self._limits.cell_seconds)
        self._modules, self._withheld, self._followed = dict(modules or {}), withheld, followed
        self._child: Child | None = None
        # How many cells the child was told to run, whether it was told a question, which round
        # it serves; and when all began.
        self._at, self._asked, self._round = 0, False, Round.SHOW
        self._start: float | None = None
        self._stand_ins: dict[str, Callable[..., Any]] = {}
        box.replier.know(functions)
        self._pending: list[_Asked] = []
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
        for asked in self._pending:
            self._forget(asked)
        end = len(self._cells)
        while not self._cells.all_shown:
            refusal = self._reach(end, (), Round.SHOW)
            if refusal is not None:
                self._cells.give_up(refusal)
            else:
                self._clear()
        return self._cells.runs

    def begin(self) -> None:
        """Have the cells run that stand above all questions; waits for none.

        They run while the judge draws what it will ask.

        Raises:
            SandboxError: the box fails, and so does the one that replaces it.
        """
        if self._cells.first_place:
            # Where there is a refusal, whoever asks is told.
            self._reach(self._cells.first_place, (), Round.ASK)

    def ask(
        self, name: str, cases: Sequence[Case], substitutes: Mapping[str, Callable[..., Any]]
    ) -> Iterator[Answer]:
        """Call the student's `name` for each case; see `grader.judge.judging.Runner`."""
        asked = self._asked_of(name, cases, substitutes)
        # The first questions go out before anybody takes an answer: both sides can work.
        if not self._pending:
            asked.refusal = self._reach(asked.place, asked.waiting, asked.which)
            asked.child = self._child
        elif self._is_told(self._pending[-1]) and self._goes_on_to(asked.place, asked.which):
            self._tell(asked.place, asked.waiting, asked.which)
            asked.child = self._child
        self._pending.append(asked)
        return self._answers(asked)

    def _asked_of(
        self, name: str, cases: Sequence[Case], substitutes: Mapping[str, Callable[..., Any]]
    ) -> _Asked:
        """Return the questions of some cases, and who answers what they lead to."""
        self._stand_ins.update(substitutes)
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
        return _Asked(
            name=name,
            place=self._cells.place_of(name),
            which=Round.CARRY if substitutes else Round.ASK,
            waiting=deque(questions),
            oracle=Oracle(
                self._box.replier,
                functions,
                references=len(self._stand_ins),
                draws=draws_of(cases),
                submission=self,
            ),
        )

    def _answers(self, asked: _Asked) -> Iterator[Answer]:
        while asked.waiting:
            self._take_turn(asked)
            refusal, asked.refusal = asked.refusal, None
            if refusal is None and not self._is_told(asked):
                refusal = self._reach(asked.place, asked.waiting, asked.which)
                asked.child = self._child
            if refusal is not None or self._clear(asked.waiting[0]):
                question = asked.waiting.popleft()
                yield refusal or self._answer(asked, question)
        self._forget(asked)

    def _take_turn(self, asked: _Asked) -> None:
        """Forget what was asked before, and that nobody takes any more."""
        if asked not in self._pending:
            self._pending.insert(0, asked)
        while self._pending[0] is not asked:
            self._forget(self._pending[0])

    def _forget(self, asked: _Asked) -> None:
        """Ask no more of this, as far as that goes."""
        self._pending = [other for other in self._pending if other is not asked]
        if self._child is not None:
            self._child.forget(asked.waiting)
        asked.child = None

    def _is_told(self, asked: _Asked) -> bool:
        """Whether there is a child, and it was told these questions."""
        return self._child is not None and asked.child is self._child

    def _goes_on_to(self, place: int, which: Round) -> bool:
        """Whether the child can go on to a place.

        It cannot go back, nor forget a hidden input or what a stand-in has answered.
        """
        return self._at <= place and (not self._asked or self._round is which)

    def _reach(self, place: int, waiting: Iterable[Question], which: Round) -> Answer | None:
        """See that there is a child that was told to run the cells up to a place, and what waits.

        Returns:
            Why there is none, if so.
        """
        if self._child is not None and not self._goes_on_to(place, which):
            self.close()
        if self._child is None:
            self._round = which
            if self._start is None:
                # It is not this submission's time.
                self._box.bury()
                self._start = time.monotonic()
            if self._refused is not None or self._is_over():
                return self._why_not()
            try:
                self._child = Child(
                    self._box,
                    self._files,
                    self._limits,
                    modules=self._modules,
                    withheld=self._withheld,
                    followed=self._followed,
                )
            except wire.UnplainError as error:
                message = words.files_not_sent(error)
                self._refused = Answer(failure=Verdict.CRASHED, message=message)
                return self._refused
            self._at, self._asked = 0, False
        self._tell(place, waiting, which)
        return None

    def _tell(self, place: int, waiting: Iterable[Question], which: Round) -> None:
        assert self._child is not None  # noqa: S101 - for the type checker
        questions = list(waiting)
        tasks = self._cells.tasks(self._at, place, shown=not self._asked)
        self._at, self._round = place, which
        self._asked = self._asked or bool(questions)
        self._child.tell([*tasks, *questions], end=self._round_end())

    def _round_end(self) -> float:
        """Return when the round is over.

        Each leaves some of the time to the next: cells that hang must not use it up.
        """
        start = time.monotonic() if self._start is None else self._start
        return start + self._limits.total_seconds * _SHARES[self._round]

    def _is_over(self) -> bool:
        return time.monotonic() >= self._round_end()

    def _clear(self, question: Question | None = None) -> bool:
        """Take the replies to all that stands before a question, or to all there is.

        Returns:
            False if something did not end, and its process with it.
        """
        while self._child is not None and (task := self._child.first) is not None:
            if task is question:
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

    def _answer(self, asked: _Asked, question: Question) -> Answer:
        """Return the answer to the question that comes next."""
        assert self._child is not None  # noqa: S101 - for the type checker
        try:
            answer = self._heard(self._child, question, asked.oracle)
        except (wire.WireError, TimeoutError) as error:
            self.close()
            return self._failure(error, words.CALL)
        self._child.done()
        if answer.failure is Verdict.OUT_OF_MEMORY:
            # What it allocated may still be there: the rest is asked in a fresh child.
            self.close()
        if answer.failure is Verdict.MISSING:
            return self._cells.why_missing(asked.name) or answer
        return answer

    def _heard(self, child: Child, question: Question, oracle: Oracle) -> Answer:
        most = MOST_REFERENCED if question.is_carried else MAX_ASKS
        for _ in range(most):
            frame = child.receive()
            if not isinstance(frame, dict):
                raise wire.WireError(words.OUT_OF_TURN)
            if "ask" not in frame:
                return read_answer(frame, question.number)
            reply = oracle.answer(
                frame,
                child.received,
                child.deadline,
                withheld=question.withheld,
                bounds=question.bounds,
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
        # Whoever goes on meets functions that remember nothing of the process that has ended.
        for asked in self._pending:
            asked.oracle.renew()
        if self._child is not None:
            ended, self._child = self._child, None
            ended.close()

    def succeed(self) -> None:
        """End the process, and have one forked for the next submission; waits for neither.

        Of one that is known to be followed, the next is forked already, where that can be.
        """
        if self._child is not None:
            ended, self._child = self._child, None
            ended.succeed()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

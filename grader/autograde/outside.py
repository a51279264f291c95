"""Judge an ordinary assignment's test cells outside the student's process.

A test cell runs in a process of its own, with the instructor's locked cells above it and
no line of the student's.  What the student has defined is called from there, and plain
data comes back: nothing that a student's code does to its own process reaches the test.
Which test cells can be judged so, the reference has shown; see `planning`.

Not every honest answer crosses the border.  Where one may be among what does not, the
test cell runs beside it, as in a stock nbgrader: at once if nothing of it has run yet,
and otherwise in a second run of the notebook, so that nothing was learnt from the first.
"""

from __future__ import annotations

import re
import symtable
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Any

from grader.autograde.words import needs_a_name, returned_object
from grader.box import stream, wire
from grader.box.limited import Bound
from grader.judge.outcome import Answer
from grader.judge.verdict import Verdict
from grader.sandbox import words
from grader.sandbox.cells import Run
from grader.sandbox.kernel import Kernel

_WORD = re.compile(r"[^\W\d]\w*")
# What is imported from these compares and asserts: the instructor's is used in any case.
_JUDGES = frozenset(("testing", "unittest", "pytest"))


class DoubtError(Exception):
    """An honest answer may be among what does not cross; the message says what that was."""


class Doubts(Enum):
    """What is done about what does not cross."""

    RECORD = auto()  # the test cell runs inside after all: the reference is tried
    RAISE = auto()  # a DoubtError
    IGNORE = auto()  # nothing: it is not there


@dataclass(frozen=True, kw_only=True)
class Setup:
    """A locked cell of the instructor's that is not scored."""

    place: int
    source: str
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is judged outside, by the instructor's notebook.

    Attributes:
        names: what the cells define that students may write in.
        tools: those of them that the reference imports: as `Kernel.look` finds them there.
        setup: the cells that come first.
        tests: the test cells, by grade_id: after which cells each comes.
    """

    names: frozenset[str] = frozenset()
    tools: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    setup: tuple[Setup, ...] = ()
    tests: Mapping[str, int] = field(default_factory=dict)

    def only(self, tests: Collection[str]) -> Plan:
        """Return the plan for some of the test cells."""
        return replace(self, tests={k: v for k, v in self.tests.items() if k in tests})


NOTHING = Plan()


@dataclass(kw_only=True)
class Outside:
    """The process beside a student's, for one notebook; it is started when it is needed.

    Attributes:
        open: starts it.
        runs: of the test cells that were judged there, by grade_id.
        used: how much of its time each of them took.
        tools: what was imported, by name; see `Plan`.
    """

    plan: Plan
    student: Kernel
    open: Callable[[], Kernel]
    doubts: Doubts
    runs: dict[str, Run] = field(default_factory=dict)
    used: dict[str, float] = field(default_factory=dict)
    tools: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    _kernel: Kernel | None = None
    _done: int = 0
    _inside: set[str] = field(default_factory=set)

    def run(self, cell: Any, seconds: float) -> Run | None:
        """Run a test cell outside; None if it has to run in the student's process.

        Raises:
            DoubtError: that shows only now.
        """
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if name in self.runs:
            return self.runs[name]
        if name not in self.plan.tests or self.student.ended is not None:
            return None
        run = self._judged(name, cell.source, seconds)
        if run is None:
            self._inside |= defines(cell.source)
        else:
            self.runs[name] = run
        return run

    def _judged(self, name: str, source: str, seconds: float) -> Run | None:
        kernel = self._reach(self.plan.tests[name])
        strangers = self._strangers(source, seconds)
        if strangers is None or kernel.ended is not None:
            return None
        asked, began = _Asked(self.student, self.doubts), time.monotonic()
        run = kernel.run(source, seconds, strangers=strangers, answer=asked)
        self.used[name] = (time.monotonic() - began) / seconds
        if asked.lost is not None:
            return Run(outputs=run.outputs, failure=asked.lost, bound=Bound.ENDED)
        return None if asked.in_doubt and not run.success else run

    def _reach(self, place: int) -> Kernel:
        """Return the process, with the instructor's cells up to a place in it."""
        if self._kernel is None or self._kernel.ended is not None:
            self.close()
            self._kernel, self._done = self.open(), 0
        for setup in self.plan.setup:
            if self._done <= setup.place < place:
                strangers = self._strangers(setup.source, setup.seconds) or {}
                asked = _Asked(self.student, self.doubts)
                self._kernel.run(setup.source, setup.seconds, strangers=strangers, answer=asked)
        self._done = max(self._done, place)
        return self._kernel

    def _strangers(self, source: str, seconds: float) -> dict[str, Any] | None:
        """Return what the student has defined of what a cell may need; None: not all crosses."""
        found, made = set(_WORD.findall(source)), defines(source)
        if found & self._inside:
            return None
        for setup in self.plan.setup:
            found.update(_WORD.findall(setup.source))
        seen = self.student.look(sorted(self.plan.names & found), sorted(made), seconds)
        strict = self.doubts is Doubts.IGNORE
        if not seen or (seen["reads"] and not strict):
            return None
        there = {name: self._meaning(name, each) for name, each in seen["found"].items()}
        if None in there.values() and not strict:
            return None
        here = {name: each or {"kind": "missing"} for name, each in there.items()}
        return {"found": here, "chance": seen["chance"]}

    def _meaning(self, name: str, seen: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Return what a name means outside; None if that does not cross."""
        kind = seen["kind"]
        if self.doubts is Doubts.RECORD and kind in ("module", "imported"):
            self.tools[name] = seen
            return seen
        tool = self.plan.tools.get(name)
        if tool is not None and kind != "missing":
            alike = all(seen.get(key) == tool[key] for key in ("kind", "module", "name"))
            if alike or _JUDGES & {*tool["module"].split(".")}:
                return tool
        if kind == "other":
            return None if seen["known"] else {"kind": "missing"}
        if kind == "imported":
            return {"kind": "function"}
        return None if kind == "module" else seen

    def close(self) -> None:
        """End the process, if there is one."""
        if self._kernel is not None:
            self._kernel.close()
            self._kernel = None


@dataclass
class _Asked:
    """Answers for functions with what the student's process says.

    Attributes:
        in_doubt: whether an honest answer may have been one that does not cross.
        lost: what became of the student's process, if a call ended it.
    """

    student: Kernel
    doubts: Doubts
    in_doubt: bool = False
    lost: Answer | None = None

    def __call__(self, frame: Mapping[str, Any], deadline: stream.Deadline) -> dict[str, Any]:
        request = {key: frame.get(key) for key in ("given", "generators", "chance")}
        reply = self.student.use({"name": frame["ask"], **request}, deadline)
        if reply is None:
            if self.student.ended is None:
                raise TimeoutError
            self.lost = Answer(failure=Verdict.CRASHED, message=words.CELL.process_ended)
            told = {"names": ["RuntimeError"], "message": self.lost.message, "text": ""}
            return _reply(raised=told)
        made = _checked(reply)
        if "other" in made and made["other"]["known"]:
            self._doubt(returned_object(frame["ask"], made["other"]["type"]))
        # A name that only the test cell defines: there, the student's code would find it.
        if made.get("raised", {}).get("names", [])[:1] == ["NameError"]:
            self._doubt(needs_a_name(frame["ask"]))
        return made

    def _doubt(self, why: str) -> None:
        if self.doubts is Doubts.RAISE:
            raise DoubtError(why)
        self.in_doubt |= self.doubts is Doubts.RECORD


def _reply(**more: Any) -> dict[str, Any]:
    return {"printed": [], "generators": {}, "chance": None, **more}


def _checked(reply: Mapping[str, Any]) -> dict[str, Any]:
    """Return a reply of the student's process, made anew of what it may hold.

    Values are left to the process that asked: whatever they are, they harm nobody there.
    """
    printed = reply.get("printed")
    made = _reply(chance=reply.get("chance"))
    for item in printed if isinstance(printed, list) else ():
        name, text = item if isinstance(item, tuple) and len(item) == 2 else (None, None)
        if not isinstance(name, str) or not isinstance(text, str):
            raise wire.WireError(words.MALFORMED_REPLY)
        made["printed"].append((name, text))
    for key in ("generators", "changed"):
        if isinstance(reply.get(key), dict):
            made[key] = reply[key]
    raised, other = reply.get("raised"), reply.get("other")
    if isinstance(raised, dict):
        names = raised.get("names")
        kept = names if isinstance(names, list) else []
        made["raised"] = {
            "names": [name for name in kept if isinstance(name, str)],
            **{key: _text(raised.get(key)) for key in ("message", "text")},
        }
    elif isinstance(other, dict):
        made["other"] = {"type": _text(other.get("type"))[:80], "known": other.get("known") is True}
    else:
        made |= {key: reply[key] for key in ("same_as", "value") if key in reply}
    return made


def _text(value: Any) -> str:
    """Return what is text; of anything else, nobody asks for its text."""
    return value if isinstance(value, str) else ""


def defines(source: str) -> set[str]:
    """Return the names that a cell of the instructor's defines at its top level."""
    lines = [line for line in source.splitlines() if not line.lstrip().startswith(("%", "!"))]
    try:
        table = symtable.symtable("\n".join(lines), "a cell", "exec")
    except SyntaxError:
        return set()
    return {
        symbol.get_name()
        for symbol in table.get_symbols()
        if symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()
    }


def needed_inside(source: str, others: Collection[str]) -> bool:
    """Whether a test cell also has to run in the student's process: others use what it defines."""
    made = defines(source)
    return bool(made) and any(made & set(_WORD.findall(other)) for other in others)

"""A box: a warm process that serves one submission at a time, and is replaced when it fails.

Theory of operation.  A box is one Python process under sandlock (Landlock and
seccomp; no root, no namespaces) that reads the Python environment, byhand/ and
data/, writes its scratch folder, and has neither network nor /proc.  It loads
NumPy and IPython once and stays warm; what may draw is run in a second one,
which has loaded Matplotlib besides and starts when it is needed.  For each
submission it forks a child, which gets a socket of its own, confines itself
further to a folder of its own, and runs the student's code.  The socket's other
end is held by the judge, outside: values cross, as frames of plain data, and
nothing else.  When the judge hangs up or the time is over the warm process kills
the child and, as their subreaper, every descendant.  The next child may be forked, and
confine itself, before they are dead; it is told nothing until then, and so runs nothing.
A box that does not do what it is told is killed as a whole and replaced.

Three kinds of limits hold a submission: those of the kernel on each process
(address space, processor time, size of a file), sandlock's on the number of
processes, and the judge's own look, a few times a second, at what all its
processes and files use together.

A student's failure is a Verdict.  The box's own failure raises SandboxError.
"""

from __future__ import annotations

import contextlib
import os
import resource
import secrets
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

from grader.box import NAME_BYTES
from grader.box.limited import Bound
from grader.course.folders import Course
from grader.sandbox import availability, policy, processes, words
from grader.sandbox.limits import ExcessError, Limits
from grader.sandbox.replier import Replier
from grader.sandbox.scratch import Given, empty, fill, holds
from grader.sandbox.warm import SandboxError, WarmProcess

PLOTS = ("matplotlib.pyplot",)  # to preload, where a notebook may draw

_FEW = 8  # children, between two looks at how many descriptors there are
_LOOK_SECONDS = 0.25  # between two looks at what a submission uses


def _descriptors() -> int:
    """Return how many this process holds; 0 where the system does not say."""
    try:
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - their names are all that is asked
    except OSError:
        return 0


class Box:
    """One warm process, in a sandbox unless told otherwise; serves one submission at a time."""

    def __init__(
        self,
        course: Course,
        *,
        preload: Sequence[str] = PLOTS,
        sandboxed: bool = True,
        limits: Limits | None = None,
        withheld: Sequence[str] = policy.WITHHELD,
        lent: Sequence[Path] = (),
    ) -> None:
        """Prepare a box; it starts at once, in the background.

        Args:
            preload: modules that lessons import, loaded before the fork.
            limits: of each submission that asks for no others; processes are the most that
                one may ask for.
            withheld: packages that cannot be imported in a sandbox, installed or not.
            sandboxed: False runs a plain separate process with limits.

        Raises:
            SandboxError: the sandbox cannot be had here.
        """
        self.limits = limits or Limits()
        reason = availability.unavailable() if sandboxed else ""
        if reason:
            raise SandboxError(words.no_sandbox(reason))
        self.name = availability.describe(sandboxed=sandboxed)
        self._course, self._sandboxed = course, sandboxed
        self._withheld, self._lent = withheld, lent
        self._draws = set(PLOTS) <= set(preload)
        self._drawing: Box | None = None
        # NumPy loads its random numbers when they are first used, which would be in every child.
        self._preload = ("numpy.random", *preload)
        self._warm: WarmProcess | None = None
        self._next_look = 0.0
        self._others = 0
        self._folder: Path | None = None
        self._ahead: tuple[socket.socket, Path] | None = None
        self._given: Given = {}
        # The folders of children that were killed, and not said to be dead yet.
        self._dying: list[Path] = []
        self._until_renewal = 0
        # It ends with this box: whoever uses the one uses the other.
        self.replier = Replier()
        self.start()

    def start(self) -> None:
        """Start the warm process, if there is none; returns before it is warm."""
        if self._warm is None:
            self._others = _descriptors()
            self._warm = WarmProcess(
                self._course,
                modules=self._preload,
                withheld=self._withheld,
                lent=self._lent,
                sandboxed=self._sandboxed,
                processes=self.limits.processes,
            )

    @property
    def _running(self) -> WarmProcess:
        if self._warm is None:
            raise SandboxError(words.CLOSED)
        return self._warm

    def wait_warm(self) -> None:
        """Wait until the box can serve; raise SandboxError if it never will."""
        try:
            self._running.wait()
        except SandboxError:
            self.close()
            raise

    def drawing(self) -> Box:
        """Return a box like this one that has loaded what drawing takes; it ends with this one.

        It is another only where this one has not.  Half of what a process inherits would be for
        drawing, and most submissions draw nothing.
        """
        if self._draws:
            return self
        self.end_ahead()
        # The two serve in turn, too: what the one runs must be dead before the other begins.
        self.bury()
        if self._drawing is None:
            self._drawing = Box(
                self._course,
                preload=[*self._preload, *PLOTS],
                sandboxed=self._sandboxed,
                limits=self.limits,
                withheld=self._withheld,
                lent=self._lent,
            )
            # They serve in turn.
            self._drawing.replier = self.replier
        return self._drawing

    def fork_ahead(self) -> None:
        """Have the next child forked already, if the box is warm; `open` will return it.

        It is forked while the judge does something else, and runs nothing until then.  While
        another is at work, that is so only where it can start no processes: they could not be
        told apart.
        """
        if self._folder is None:
            self._renew()
            self._have_next()
        elif self._running.refuses_processes:
            self._have_next()

    def _have_next(self) -> None:
        if self._ahead is None and self._warm is not None and self._warm.is_warm:
            # Whatever fails now fails again where the child is opened, and is told there.
            with contextlib.suppress(OSError, SandboxError):
                self._ahead = self._forked(self.limits)

    def end_ahead(self) -> None:
        """End the child that was forked ahead, if there is one: nobody needs it."""
        if self._ahead is not None:
            (channel, self._folder), self._ahead = self._ahead, None
            self.end_child(channel)

    def open(self, limits: Limits, files: Mapping[str, Path] | None = None) -> socket.socket:
        """Fork a fresh child and return the judge's end of its channel.

        Args:
            limits: of what it writes.
            files: what is copied into its folder beforehand, by where it lies there.

        Raises:
            SandboxError: the box is gone, or its disk does not take the files.
        """
        self.start()
        if self._ahead is None:
            self._renew()
        # What was forked ahead was forked while the last one died; it is lost with its box.
        self.bury()
        if self._ahead is None:
            self._ahead = self._forked(limits)
        (channel, self._folder), self._ahead = self._ahead, None
        self._running.bound(limits)
        try:
            self._given = fill(self._folder, files or {})
        except OSError:
            self.end_child(channel)
            raise
        self._next_look = time.monotonic() + _LOOK_SECONDS
        return channel

    def _renew(self) -> None:
        """Replace the warm process, between two children, before descriptors run out here.

        For each process that its sandbox ever had, sandlock's supervisor holds one in this
        process, until the sandbox ends; without any, no submission could be started.
        """
        self._until_renewal -= 1
        if not self._sandboxed or self._until_renewal > 0:
            return
        self._until_renewal = _FEW
        held, most = _descriptors(), resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        # Another box in this process may hold as many: whichever is in use gives its own back.
        if held > most // 2 and held - self._others > most // 6:
            self.replace()

    def _forked(self, limits: Limits) -> tuple[socket.socket, Path]:
        """Return the channel to a child that is being forked, and its folder, which is empty."""
        self.wait_warm()
        self._running.bound(limits)
        folder = self.work / secrets.token_hex(NAME_BYTES // 2)
        folder.mkdir()
        return self._running.fork(folder.name), folder

    def end_child(
        self, channel: socket.socket, keep: Callable[[Path, Given], None] | None = None
    ) -> None:
        """Kill the child and everything it started, and empty its folder.

        Where that fails, the box is replaced.

        Args:
            keep: takes what is wanted of the folder, once nobody writes there any more, and
                is told what was put there.
        """
        folder = self._folder
        self._kill(channel)
        try:
            if self._warm is None:
                self.replace()
            elif self._are_dead():
                if keep is not None and folder is not None:
                    keep(folder, self._given)
                self._clear()
        except OSError:
            self.replace()

    def succeed(self, channel: socket.socket) -> None:
        """Have the next child forked, then kill this one; waits for neither, as `open` will.

        While the one dies, the other confines itself.
        """
        self._have_next()
        self._kill(channel)

    def _kill(self, channel: socket.socket) -> None:
        """Have the child killed, with all that it started; see `_are_dead`."""
        folder, self._folder = self._folder, None
        try:
            if self._warm is not None and folder is not None:
                self._dying.append(folder)
                self._warm.kill(folder.name)
        finally:
            # Not before: who hears that nobody speaks any more ends by itself, in more steps.
            channel.close()

    def bury(self) -> None:
        """Wait until all that was killed is dead, and remove what it wrote, where it drew, too.

        Where that fails, the box is replaced; where there is no other, `open` says why.
        """
        if self._drawing is not None:
            self._drawing.bury()
        with contextlib.suppress(OSError, SandboxError):
            try:
                if self._dying and self._are_dead():
                    self._clear()
            except OSError:
                self.replace()

    def _are_dead(self) -> bool:
        """Wait until all that was killed is dead; if it takes too long, replace the box."""
        while self._dying:
            if not self._running.has_buried(self._dying[0].name):
                self.replace()
                return False
            self._dying.pop(0)
        return True

    def _clear(self) -> None:
        """Empty the folder of all that lies there, but for what belongs to the next child."""
        empty(self.work, but=self._ahead[1].name if self._ahead else "")

    def interrupt(self) -> None:
        """Interrupt the submission, as Ctrl-C does."""
        processes.interrupt_children(self.pid)

    def look(self, limits: Limits) -> None:
        """See whether the submission keeps to its limits; looks now and then only.

        Raises:
            ExcessError: it does not.
        """
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + _LOOK_SECONDS
        found = list(processes.descendants(self.pid))
        size, count = holds(self.work, most=limits.files)
        # A file that was unlinked takes its space for as long as it is open.
        size += sum(processes.held_open(process.pid) for process in found)
        if size > limits.scratch or count > limits.files:
            raise ExcessError(Bound.SCRATCH, words.FOLDER_FULL)
        # The next one, if it is there already, is a process with one thread.
        more = 0 if self._ahead is None else 1
        if len(found) > 1 + limits.processes + more:
            told = words.processes_started(limits.processes)
            raise ExcessError(Bound.PROCESSES, told)
        if sum(process.threads for process in found) > limits.threads + more:
            raise ExcessError(Bound.THREADS, words.threads_run(limits.threads))
        # Pages that are shared with the warm process are no use of its own.
        base = self._running.base
        if sum(max(0, p.resident - base) for p in found) > limits.memory:
            raise ExcessError(Bound.MEMORY, words.TOO_MUCH_MEMORY)

    @property
    def work(self) -> Path:
        """The folder in which each submission gets one of its own."""
        return self._running.work

    @property
    def pid(self) -> int:
        """The warm process's number."""
        return self._running.pid

    def replace(self) -> None:
        """End the warm process, whatever state it is in, and start another."""
        self.close()
        self.start()

    def resident(self) -> int:
        """Return the warm process's resident memory in bytes; 0 where the system does not say."""
        return self._running.resident()

    def close(self) -> None:
        """End the box, all its processes, and remove its folders."""
        self.replier.close()
        if self._ahead is not None:
            (channel, _), self._ahead = self._ahead, None
            channel.close()
        self._dying.clear()
        if self._drawing is not None:
            ended_too, self._drawing = self._drawing, None
            ended_too.close()
        if self._warm is not None:
            ended, self._warm = self._warm, None
            ended.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

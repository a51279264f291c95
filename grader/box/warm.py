"""The warm process: everything loaded, a fresh child for each submission.

Speaks with the judge over descriptor 0, a socket.  The judge first hands over
the kernel's list of this process's children, which no path inside the box leads
to.  Then each request is a byte and the name of a child's folder: "r", with the child's
own channel attached, forks it, and "k" kills it.  The answer, "g", comes when the child
and every descendant are dead, and tells the name again.  The next child may be asked
for before that: it is forked, and confines itself, while the last one dies, and the
judge tells it nothing until it has heard the "g".  The judge's end closes when the judge
is gone: the children die then, too.

No line of a submission ever runs in this process.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Iterator
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from . import NAME_BYTES, admitted, beside, calls, child, fence, semaphores, stream
from .preload import Finder
from .withheld import Absent

_GLANCE = 1.0  # seconds between two looks at whether the judge still lives
_POLL = 0.01  # where the system does not tell when a child ends


def main(argument: str) -> None:
    """Load, say so, and serve until the judge hangs up.

    Args:
        argument: the options, as JSON; see `grader.sandbox.box`.
    """
    options = json.loads(argument)
    control = socket.socket(fileno=os.dup(0))
    null = os.open("/dev/null", os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)
    try:
        shell = _load(options)
        # Asking for these is slow in the box, and a child would hear the same.
        known = {
            "size": calls.address_space(),
            "unclaimed": [n for n in options["beside"] if PathFinder.find_spec(n) is None],
        }
        _tell_modules(Path(options["missed"]))
    except Exception as error:  # noqa: BLE001 - whatever it is, the judge tells the user
        os.write(control.fileno(), b"e" + f"{type(error).__name__}: {error}".encode()[:500])
        return
    os.write(control.fileno(), b"w")
    _, [*lists], _, _ = socket.recv_fds(control, 1, 1)
    Nursery(control, lists, options, shell, known).serve()


def _load(options: dict[str, Any]) -> Any:
    """Put up the fences and load all that a notebook may need; return the shell."""
    if options["fences"]:
        fence.adopt()
        fence.give_up_privileges()
        admitted.prepare()
    if options["confine"]:
        fence.withhold([*options["readable"], *options["writable"]], options["holes"])
        child.confinement(tuple(options["within_reach"]))
    from .rehearsal import rehearse  # noqa: PLC0415
    from .shell import load_drawing, make_shell  # noqa: PLC0415 - behind the fences, being large

    shell = make_shell()
    for name in options["preload"]:
        # A lesson's import that fails here fails again, with its message, in the cell.
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    if "matplotlib.pyplot" in sys.modules:
        load_drawing()
    if options["confine"]:
        sys.meta_path.insert(0, Absent(options["withheld"]))
    rehearse(shell)
    # A collection in a child would touch, and so copy, every page it shares with this process.
    gc.collect()
    gc.freeze()
    return shell


def _tell_modules(path: Path) -> None:
    """Tell the judge which modules had to be loaded from their files; load no more its way."""
    finder = next(each for each in sys.meta_path if isinstance(each, Finder))
    sys.meta_path.remove(finder)
    path.write_text(json.dumps(finder.missed()), encoding="utf-8")


def _be_child(
    descriptor: int, folder: Path, options: dict[str, Any], shell: Any, known: dict[str, Any]
) -> NoReturn:
    """Serve one submission in a fresh process; never returns."""
    status = 1
    try:
        os.setsid()
        os.chdir(folder)
        os.environ["HOME"] = os.environ["TMPDIR"] = str(folder)
        if options["confine"]:
            child.confine(str(folder), options["within_reach"], "/dev/null")
        channel = stream.Buffered(child.Line(descriptor))
        start = stream.receive(channel, trusted=True)
        # Before the times of files are out of reach.
        beside.put(start["files"])
        processes = start["limits"]["processes"] > 0
        if processes:
            semaphores.install()
        if options["fences"]:
            admitted.admit(processes=processes)
        child.serve(channel, shell, start, **known)
    except stream.ClosedError:
        status = 0
    finally:
        # Whatever the student's code raised ends here.
        os._exit(status)


class _GoneError(Exception):
    """The judge is gone."""


class _Child(NamedTuple):
    """A child's number, and the name of its folder."""

    pid: int
    name: bytes


class Nursery:
    """Forks children, one after another, and sees to it that nothing of them is left."""

    def __init__(
        self,
        control: socket.socket,
        lists: list[int],
        options: dict[str, Any],
        shell: Any,
        known: dict[str, Any],
    ) -> None:
        """Prepare.

        Args:
            control: leads to the judge.
            lists: open files with the numbers of this process's children, if there are any.
            known: what is the same for every child; see `child.serve`.
        """
        self._control, self._lists, self._judge = control, lists, os.getppid()
        self._options, self._shell, self._known = options, shell, known
        # What leads to the next child and how its folder is called, until it is forked.
        self._asked: tuple[int, bytes] | None = None
        self._next: _Child | None = None
        self._watch: list[int] = []

    def serve(self) -> None:
        """Serve until the judge hangs up."""
        child: _Child | None = None
        try:
            while True:
                while self._next is None:
                    if self._asked is None:
                        self._hear()
                    self._fork()
                child, self._next = self._next, None
                self._attend(child)
                self._bury(child)
                os.write(self._control.fileno(), b"g" + child.name)
        except (_GoneError, OSError):
            self._bury_all(child)

    def _hear(self) -> bytes | None:
        """Wait for the judge to say something.

        It may ask for the next child.  Or it wants one dead: the name is returned, which may be
        that of one that has ended by itself.
        """
        message, descriptors, _, _ = socket.recv_fds(self._control, 1, 1)
        name = b""
        while len(name) < NAME_BYTES:
            part = os.read(self._control.fileno(), NAME_BYTES - len(name))
            if not part:
                raise _GoneError
            name += part
        if message == b"k":
            return name
        if descriptors:
            self._asked = descriptors[0], name
        return None

    def _fork(self) -> None:
        """Fork the next child, if it was asked for."""
        if self._asked is None:
            return
        (channel, name), self._asked = self._asked, None
        folder = Path(self._options["work"], name.decode())
        pid = os.fork()
        if pid == 0:
            for descriptor in (self._control.detach(), *self._lists, *self._watch):
                os.close(descriptor)
            _be_child(channel, folder, self._options, self._shell, self._known)
        os.close(channel)
        self._next = _Child(pid, name)

    def _attend(self, child: _Child) -> None:
        """Wait until the child is gone, or kill it when told to.

        The calls for sockets fail once the judge, and sandlock's supervisor with it, is dead.
        """
        control = self._control.fileno()
        with self._watched(child.pid) as watch:
            while True:
                ready, _, _ = select.select([control, *watch], [], [], _GLANCE if watch else _POLL)
                if control in ready:
                    if self._hear() == child.name:
                        return
                    self._fork_early()
                elif ready or (not watch and os.waitpid(child.pid, os.WNOHANG)[0]):
                    return
                elif os.getppid() != self._judge:
                    raise _GoneError

    def _fork_early(self) -> None:
        """Fork the next child while the last one is there, if the two can be told apart."""
        if self._lists:
            self._fork()

    @contextlib.contextmanager
    def _watched(self, pid: int) -> Iterator[list[int]]:
        """Yield what becomes readable when a process ends, where there is such a thing."""
        self._watch = []
        # A kernel may have no such thing although Python has the call for it.
        with contextlib.suppress(OSError, AttributeError):
            self._watch = [os.pidfd_open(pid)]
        try:
            yield self._watch
        finally:
            for descriptor in self._watch:
                os.close(descriptor)
            self._watch = []

    def _bury(self, child: _Child) -> None:
        """Kill and reap a child and its descendants; the next one may be forked meanwhile.

        An orphan comes to this process, its subreaper, before who left it can be reaped, and
        so into the kernel's list of its children.  A process that is not reaped yet keeps its
        number: no other process is hit, and none leaves the list while it is read.
        """
        if not self._lists:
            self._bury_all(child)
            return
        while left := self._children():
            for pid in left:
                os.kill(pid, signal.SIGKILL)
            if self._next is None and self._asked is None and self._is_called(left[0]):
                self._hear()
                self._fork_early()
            else:
                os.waitpid(left[0], 0)

    def _children(self) -> list[int]:
        """Return the numbers of this process's children, as far as they are told, but the next."""
        found = [int(n) for each in self._lists for n in os.pread(each, 2**16, 0).split()]
        return [pid for pid in found if self._next is None or pid != self._next.pid]

    def _is_called(self, dying: int) -> bool:
        """Wait until the judge says something, or a process has ended; return whether it was so."""
        control = self._control.fileno()
        with self._watched(dying) as watch:
            return bool(watch) and control in select.select([control, *watch], [], [])[0]

    def _bury_all(self, child: _Child | None) -> None:
        """Kill and reap all that there is; without a list, a child's own group at least."""
        groups = [] if self._lists else [each.pid for each in (child, self._next) if each]
        self._next = None
        while True:
            for pid in self._children():
                os.kill(pid, signal.SIGKILL)
            for pid in groups:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(pid, signal.SIGKILL)
            try:
                os.waitpid(-1, 0)
            except ChildProcessError:
                return

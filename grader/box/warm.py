"""The warm process: everything loaded, a fresh child for each submission.

Speaks with the judge over descriptor 0, a socket.  The judge first hands over
the kernel's list of this process's children, which no path inside the box leads
to.  Then each request is the byte "r" with a child's own channel attached; "k"
kills the child.  The answer, "g", comes when the child and every descendant are
dead.  The judge's end closes when the judge is gone: the child dies then, too.

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
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any, NoReturn

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
    judge = os.getppid()
    while True:
        try:
            message, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        except OSError:
            return
        if not message:
            return
        if message != b"r" or not descriptors:
            continue
        name = b""
        while len(name) < NAME_BYTES:
            name += os.read(control.fileno(), NAME_BYTES - len(name))
        folder = Path(options["work"], name.decode())
        pid = os.fork()
        if pid == 0:
            for descriptor in (control.detach(), *lists):
                os.close(descriptor)
            _be_child(descriptors[0], folder, options, shell, known)
        os.close(descriptors[0])
        heard = _attend(control.fileno(), pid, judge)
        _bury(pid, lists)
        if not heard:
            return
        os.write(control.fileno(), b"g")


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


def _attend(control: int, pid: int, judge: int) -> bool:
    """Wait until the child is gone, or kill it when told to; return whether the judge lives.

    The control socket is read as a file: the calls for sockets fail once the
    judge, and sandlock's supervisor with it, is dead.
    """
    watch = [os.pidfd_open(pid)] if hasattr(os, "pidfd_open") else []
    try:
        while True:
            ready, _, _ = select.select([control, *watch], [], [], _GLANCE if watch else _POLL)
            if control in ready:
                # "k", or nothing because the judge is gone: either way this child is over.
                alive = os.read(control, 1) != b""
            elif os.waitpid(pid, os.WNOHANG)[0]:
                return True
            elif os.getppid() == judge:
                continue
            else:
                alive = False
            os.kill(pid, signal.SIGKILL)
            return alive
    finally:
        for descriptor in watch:
            os.close(descriptor)


def _bury(pid: int, lists: list[int]) -> None:
    """Kill and reap the child and its descendants; each round catches new orphans.

    An orphan comes to this process, its subreaper, and so into the kernel's list
    of its children.  A process that is not reaped yet keeps its number: no other
    process is hit.
    """
    while True:
        for descriptor in lists:
            for orphan in os.pread(descriptor, 2**16, 0).split():
                os.kill(int(orphan), signal.SIGKILL)
        if not lists:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return

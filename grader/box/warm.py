"""The warm process: everything loaded, a fresh child for each submission.

Speaks with the judge over descriptor 0, a socket.  A request is the byte "r"
with the child's own channel attached; "k" kills the child.  The answer, "g", comes
when the child and every descendant are dead.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import os
import select
import shutil
import signal
import socket
import sys
from pathlib import Path

from . import calls, child, wire
from .cells import make_shell

_PR_SET_CHILD_SUBREAPER = 36


_FIRST_CELL = """
import numpy as np
def warm(z):
    \"\"\"Load what a call needs.\"\"\"
    return np.exp(-z @ z.T).sum(axis=1, keepdims=True)
warm(np.ones((3, 4)))
"""


def main() -> None:
    """Load, say so, and serve until the judge hangs up."""
    options = json.loads(sys.argv[1])
    prctl = ctypes.CDLL(None).prctl
    # Descendants that leave their process group come back to this process.
    prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    for name in options["preload"]:
        # A lesson's import that fails here fails again, with its message, in the cell.
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    shell = make_shell()
    # The first cell loads half of IPython: better here than in every child.
    shell.run(_FIRST_CELL)
    # A collection in a child would touch, and so copy, every page it shares with this process.
    gc.collect()
    gc.freeze()
    control = socket.socket(fileno=os.dup(0))
    null = os.open("/dev/null", os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    control.send(b"w")
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not message:
            return
        if message != b"r" or not descriptors:
            continue
        folder = Path(options["scratch"]) / os.urandom(8).hex()
        folder.mkdir()
        pid = os.fork()
        if pid == 0:
            _be_child(control, descriptors[0], folder, options, shell)
        os.close(descriptors[0])
        _attend(control, pid)
        shutil.rmtree(folder, ignore_errors=True)
        control.send(b"g")


def _be_child(control, descriptor, folder, options, shell) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Serve one submission in a fresh process; never returns."""
    status = 1
    try:
        control.close()
        os.setsid()
        os.chdir(folder)
        os.environ["HOME"] = os.environ["TMPDIR"] = str(folder)
        channel = socket.socket(fileno=descriptor)
        start = wire.receive(channel)
        # Opened before the door closes: /proc is out of reach behind it.
        calls.address_space()
        if options["confine"]:
            child.confine(str(folder), options["readable"], "/dev/null")
        child.serve(channel, shell, start)
    except wire.ClosedError:
        status = 0
    except BaseException:  # noqa: BLE001 - whatever the student's code does, this is a child
        status = 1
    finally:
        child.leave(status)


def _attend(control: socket.socket, pid: int) -> None:
    """Wait until the child is gone, or kill it when asked; then bury its descendants."""
    watch = os.pidfd_open(pid)
    try:
        while True:
            ready, _, _ = select.select([watch, control], [], [])
            if control in ready:
                # "k", or the judge is gone: either way this child is over.
                control.recv(1)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if watch in ready:
                break
    finally:
        os.close(watch)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)
    _bury()


def _bury() -> None:
    """Kill and reap descendants until there are none; each round catches new orphans."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    while True:
        for pid in children.read_text().split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


main()

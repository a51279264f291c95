"""Start a box, let it serve submissions, and end it.  The only module that starts processes.

Theory of operation.  A box is one Python process under sandlock (Landlock and
seccomp; no root, no namespaces) that reads the Python environment, byhand/ and
data/, writes its scratch folder, and has neither network nor /proc.  It loads
NumPy, Matplotlib and IPython once and stays warm.  For each submission it forks
a child, which gets a socket of its own, confines itself further to a folder of
its own, and runs the student's code.  The socket's other end is held by the
judge, outside: values cross, as frames of plain data, and nothing else.  When
the judge hangs up or the time is over the warm process kills the child and,
as their subreaper, every descendant, before it takes the next submission.
A box that does not do what it is told is killed as a whole and replaced.

Three kinds of limits hold a submission: those of the kernel on each process
(address space, processor time, size of a file), sandlock's on the number of
processes, and the judge's own look, a few times a second, at what all its
processes and files use together.

A student's failure is a Verdict.  The box's own failure raises SandboxError.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import select
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from platformdirs import user_cache_path

from grader.box import fence
from grader.course.folders import Course
from grader.errors import GraderError
from grader.sandbox import availability, policy, preload, processes
from grader.sandbox.scratch import claim, empty, holds, sweep

PLOTS = ("matplotlib.pyplot",)  # to preload, where a notebook may draw

_START_SECONDS = 60.0
_BURIAL_SECONDS = 10.0
_LEAVE_SECONDS = 2.0
_OWN_PROCESSES = 16
_LOOK_SECONDS = 0.25  # between two looks at what a submission uses


class SandboxError(GraderError):
    """The box failed, not the student: say so, and score nothing."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one submission may use.

    Attributes:
        cell_seconds: wall clock of one cell.
        total_seconds: wall clock of the whole submission.
        memory: bytes on top of the warm process's: address space of each process, and
            resident memory of all of them together.
        cpu: seconds of processor time of one process.
        file: bytes of one file.
        scratch: bytes of the scratch folder; files: how many entries it may hold.
        processes: besides its own, at one time; 0 forbids to start any.
        threads: of all its processes together.
    """

    cell_seconds: float = 20.0
    total_seconds: float = 180.0
    memory: int = 2**30
    cpu: int = 120
    file: int = 16 * 2**20
    scratch: int = 64 * 2**20
    files: int = 2_000
    processes: int = 0
    threads: int = 256


def _cache(folder: Path) -> Path:
    """Return where lists of fonts and modules are kept: beyond this box, if the home allows it."""
    try:
        return user_cache_path("backprop-by-hand", ensure_exists=True)
    except OSError:
        (folder / "cache").mkdir()
        return folder / "cache"


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
    ) -> None:
        """Prepare a box; it starts at once, in the background.

        Args:
            preload: modules that lessons import, loaded before the fork.
            withheld: packages that cannot be imported in a sandbox, installed or not.
            sandboxed: False runs a plain separate process with limits.

        Raises:
            SandboxError: the sandbox cannot be had here.
        """
        self.course, self.limits, self.sandboxed = course, limits or Limits(), sandboxed
        reason = availability.unavailable() if sandboxed else ""
        if reason:
            raise SandboxError(f"no sandbox here: {reason}")
        self.name = availability.describe(sandboxed=sandboxed)
        # NumPy loads its random numbers when they are first used, which would be in every child.
        self._preload = ["numpy.random", *preload]
        self._withheld = withheld
        self._folder: Path | None = None
        self._process: Any = None
        self._control: socket.socket | None = None
        self._warm = False
        self._base = self._next_look = 0.0
        self.start()

    def start(self) -> None:
        """Start the warm process; returns before it is warm."""
        if not hasattr(os, "fork"):
            raise SandboxError(
                f"{platform.system()} has no fork, which this grader needs; "
                "on Windows, run it in the Windows Subsystem for Linux"
            )
        try:
            self._start()
        except OSError as error:
            self.close()
            raise SandboxError(f"the box cannot be started: {error}") from error

    def _start(self) -> None:
        sweep("grader-box-*")
        self._folder = Path(tempfile.mkdtemp(prefix="grader-box-"))
        self._claim = claim(self._folder)
        imports, scratch = self._folder / "import", self._folder / "scratch"
        self.work = scratch / "work"
        self.work.mkdir(parents=True)
        imports.mkdir()
        (imports / "gradebox").symlink_to(policy.BOX_PACKAGE)
        for name in policy.LENT:
            if (self.course.root / name).is_dir():
                (imports / name).symlink_to(self.course.root / name)
        cache = _cache(self._folder)
        # What one kind of box may load is not for another.
        kind = [*self._preload, "without", *self._withheld, str(self.sandboxed)]
        self._listed = preload.listing(cache, kind)
        modules = imports / "modules"
        modules.write_bytes(preload.gathered(self._listed))
        readable = policy.readable(self.course, imports)
        options: dict[str, Any] = {
            "preload": self._preload,
            "missed": str(scratch / "missed.json"),
            "work": str(self.work),
            "confine": self.sandboxed,
            "fences": platform.machine() in fence.MACHINES and sys.platform == "linux",
            "readable": readable,
            "within_reach": policy.widened(readable, scratch.resolve()),
            "holes": policy.holes(self._withheld),
            "writable": [str(scratch), str(cache), "/dev/null"],
        }
        environment = policy.environment(imports, scratch, cache)
        command = [sys.executable, "-P", "-m", "gradebox", str(modules), json.dumps(options)]
        self._control, theirs = socket.socketpair()
        with theirs:
            if self.sandboxed:
                self._start_confined(command, environment, readable, options["writable"], theirs)
            else:
                self._process = subprocess.Popen(
                    command,
                    env=environment,
                    cwd=scratch,
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
        self._warm = False
        self._hand_over()

    def _start_confined(
        self,
        command: list[str],
        environment: dict[str, str],
        readable: list[str],
        writable: list[str],
        theirs: socket.socket,
    ) -> None:
        import sandlock  # noqa: PLC0415 - a dependency on Linux only

        sandbox = sandlock.Sandbox(
            fs_readable=readable,
            fs_writable=writable,
            # sandlock never forgets a process that was killed: this is the outer bound only.
            max_processes=self.limits.processes + _OWN_PROCESSES,
            extra_deny_syscalls=policy.denied_syscalls(),
            clean_env=True,
            env=environment,
            cwd=environment["HOME"],
        )
        # sandlock hands on descriptor 0 alone: for a moment, it is the child's end.
        saved = os.dup(0)
        try:
            os.dup2(theirs.fileno(), 0)
            self._process = sandbox.popen(
                command,
                stdin=sandlock.StdioMode.INHERIT,
                stdout=sandlock.StdioMode.NULL,
                stderr=sandlock.StdioMode.NULL,
            )
        except RuntimeError as error:
            raise SandboxError(f"the sandbox did not start: {error}") from error
        finally:
            os.dup2(saved, 0)
            os.close(saved)

    def _hand_over(self) -> None:
        """Give the box the kernel's list of its children, and offer it to the OOM killer."""
        assert self._control is not None  # noqa: S101 - for the type checker
        pid = self._process.pid
        with contextlib.suppress(OSError):
            Path(f"/proc/{pid}/oom_score_adj").write_text("500", encoding="ascii")
        try:
            listing = [os.open(f"/proc/{pid}/task/{pid}/children", os.O_RDONLY)]
        except OSError:
            listing = []
        with contextlib.suppress(OSError):
            socket.send_fds(self._control, [b"c"], listing)
        for descriptor in listing:
            os.close(descriptor)

    def wait_warm(self) -> None:
        """Wait until the box can serve; raise SandboxError if it never will."""
        if self._warm:
            return
        heard = self._hear(_START_SECONDS)
        if heard != b"w":
            reason = self._hear(1.0, 500).decode("utf-8", "replace") if heard == b"e" else ""
            self.close()
            raise SandboxError(
                f"the box ended while it started{f' ({reason})' if reason else ''}; "
                "run 'grader doctor' to see what is missing"
            )
        self._warm = True
        assert self._folder is not None  # noqa: S101 - for the type checker
        told = self._folder / "scratch" / "missed.json"
        preload.keep(self._listed, told, without=self._folder)
        warm = processes.process(self._process.pid)
        self._base = warm.resident if warm else 0

    def _hear(self, seconds: float, size: int = 1) -> bytes:
        if self._control is None:
            return b""
        self._control.settimeout(seconds)
        try:
            return self._control.recv(size)
        except (TimeoutError, OSError):
            return b""

    def open(self) -> socket.socket:
        """Fork a fresh child and return the judge's end of its channel.

        Raises:
            SandboxError: the box is gone.
        """
        if self._control is None:
            self.start()
        self.wait_warm()
        assert self._control is not None  # noqa: S101 - for the type checker
        self._next_look = time.monotonic() + _LOOK_SECONDS
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self._control, [b"r"], [theirs.fileno()])
            except OSError as error:
                ours.close()
                raise SandboxError("the box is gone") from error
        return ours

    def end_child(self, channel: socket.socket) -> None:
        """Kill the child and everything it started, and empty its folder.

        Where that fails, the box is replaced.
        """
        channel.close()
        try:
            if self._control is not None:
                self._control.send(b"k")
            if self._hear(_BURIAL_SECONDS) == b"g":
                empty(self.work)
                return
        except OSError:
            pass
        self.replace()

    def misuse(self) -> str:
        """Return what the submission uses beyond its limits, or ""; looks now and then only."""
        now = time.monotonic()
        if now < self._next_look:
            return ""
        self._next_look = now + _LOOK_SECONDS
        size, count = holds(self.work, most=self.limits.files)
        if size > self.limits.scratch or count > self.limits.files:
            return "it filled its folder beyond the limit"
        found = list(processes.descendants(self._process.pid))
        if len(found) > 1 + self.limits.processes:
            return f"it started more than {self.limits.processes} processes"
        if sum(process.threads for process in found) > self.limits.threads:
            return f"it ran more than {self.limits.threads} threads"
        # Pages that are shared with the warm process are no use of its own.
        if sum(max(0, p.resident - self._base) for p in found) > self.limits.memory:
            return "it took more memory than it may"
        return ""

    @property
    def pid(self) -> int:
        """The warm process's number."""
        return int(self._process.pid)

    def replace(self) -> None:
        """End the warm process, whatever state it is in, and start another."""
        self.close()
        self.start()

    def resident(self) -> int:
        """Return the warm process's resident memory in bytes; 0 where the system does not say."""
        found = processes.process(self._process.pid)
        return found.resident if found else 0

    def close(self) -> None:
        """End the box, all its processes, and remove its folders."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            self._stop()
            self._process = None
        if self._folder is not None:
            with contextlib.suppress(OSError):
                empty(self._folder)
                self._folder.rmdir()
            os.close(self._claim)
            self._folder = None

    def _stop(self) -> None:
        """Let the box bury its dead and leave by itself; else kill it and all below it."""
        if not self._gone(_LEAVE_SECONDS):
            processes.end_tree(self._process.pid, _BURIAL_SECONDS)
            self._gone(_LEAVE_SECONDS)
        if self.sandboxed:
            # Ends whatever sandlock still knows of, and its supervisor.
            self._process.__exit__(None, None, None)
        else:
            self._process.kill()
            self._process.wait()

    def _gone(self, seconds: float) -> bool:
        try:
            handle = os.pidfd_open(self._process.pid)
        except (OSError, AttributeError, TypeError):
            time.sleep(0 if self._process.pid is None else seconds)
            return self._process.pid is None
        try:
            return bool(select.select([handle], [], [], seconds)[0])
        finally:
            os.close(handle)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

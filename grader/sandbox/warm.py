"""One warm process from its start to its end.  The only module that starts a box.

Its folders, what it reads and writes, the sandbox around it, and how it is told to leave.
What runs in it is `grader.box.warm`.
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
from pathlib import Path
from typing import Any

from grader.box import admitted
from grader.course.folders import Course
from grader.errors import GraderError
from grader.sandbox import apart, policy, preload, processes, words
from grader.sandbox.limits import Limits
from grader.sandbox.scratch import claim, empty, sweep

START_SECONDS = 60.0
BURIAL_SECONDS = 10.0
_LEAVE_SECONDS = 2.0
_OWN_PROCESSES = 16
_EVER = 100_000  # processes that one box may have had


class SandboxError(GraderError):
    """The box failed, not the student: say so, and score nothing."""


def _cache(folder: Path) -> Path:
    """Return where lists of fonts and modules are kept: beyond this box, if the home allows it."""
    if kept := apart.kept_beyond():
        return kept
    (folder / "cache").mkdir()
    return folder / "cache"


class WarmProcess:
    """Loads what notebooks need, in a sandbox unless told otherwise, and waits to be told more.

    Attributes:
        control: the judge's end of the socket over which it is told.
        work: the folder in which its children get theirs.
        base: bytes of resident memory when it was warm.
    """

    def __init__(
        self,
        course: Course,
        *,
        modules: Sequence[str],
        withheld: Sequence[str],
        lent: Sequence[Path],
        sandboxed: bool,
        processes: int,
    ) -> None:
        """Start it; returns before it is warm.

        Args:
            modules: to import beforehand.
            withheld: packages that cannot be imported in a sandbox, installed or not.
            lent: what can be read besides what every box needs.
            processes: how many more a submission may have, at most.

        Raises:
            SandboxError: it cannot be started.
        """
        if not hasattr(os, "fork"):
            raise SandboxError(words.no_fork(platform.system()))
        self._sandboxed, self._processes = sandboxed, processes
        self._fences = platform.machine() in admitted.MACHINES and sys.platform == "linux"
        self._process: Any = None
        self._warm, self.base = False, 0
        self._bounds: tuple[int, int] | None = None
        sweep("grader-box-*")
        self._folder = Path(tempfile.mkdtemp(prefix="grader-box-"))
        self._claim = claim(self._folder)
        self._scratch = self._folder / "scratch"
        self.work = self._scratch / "work"
        self.control, theirs = socket.socketpair()
        try:
            with theirs:
                self._start(course, list(modules), list(withheld), list(lent), theirs)
            self._hand_over()
        except OSError as error:
            self.close()
            raise SandboxError(words.not_started(error)) from error
        except BaseException:
            self.close()
            raise

    def _start(
        self,
        course: Course,
        modules: list[str],
        withheld: list[str],
        lent: list[Path],
        theirs: socket.socket,
    ) -> None:
        imports = self._folder / "import"
        self.work.mkdir(parents=True)
        imports.mkdir()
        (imports / "gradebox").symlink_to(policy.BOX_PACKAGE)
        for name in policy.LENT:
            if (course.root / name).is_dir():
                (imports / name).symlink_to(course.root / name)
        cache = _cache(self._folder)
        # What one kind of box may load is not for another.
        kind = [*modules, "without", *withheld, str(self._sandboxed)]
        self._listed = preload.listing(cache, kind)
        code = imports / "modules"
        code.write_bytes(preload.gathered(self._listed))
        programs = policy.programs() if self._processes else []
        readable = policy.readable(course, imports, [*programs, *lent])
        writable = [str(self._scratch), str(cache), "/dev/null"]
        options: dict[str, Any] = {
            "preload": modules,
            "beside": policy.BESIDE,
            "missed": str(self._scratch / "missed.json"),
            "work": str(self.work),
            "confine": self._sandboxed,
            "fences": self._fences,
            "readable": readable,
            "within_reach": policy.widened(readable, self._scratch.resolve()),
            "holes": policy.holes(withheld),
            "withheld": withheld,
            "writable": writable,
        }
        environment = policy.environment(imports, self._scratch, cache)
        command = [sys.executable, "-P", "-m", "gradebox", str(code), json.dumps(options)]
        if self._sandboxed:
            self._start_confined(command, environment, readable, writable, theirs)
        else:
            self._process = subprocess.Popen(
                command,
                env=environment,
                cwd=self._scratch,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )

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
            max_processes=self._most_processes(),
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
            raise SandboxError(words.not_confined(error)) from error
        finally:
            os.dup2(saved, 0)
            os.close(saved)

    @property
    def refuses_processes(self) -> bool:
        """Whether the kernel refuses every process that a submission would start."""
        return self._fences and not self._processes

    def _most_processes(self) -> int:
        """Return how many processes sandlock lets the box have at one time: an outer bound only.

        It never forgets one that was killed before it could end by itself.  Where the kernel
        refuses every process that a submission would start, that must not add up.
        """
        if self.refuses_processes:
            return _EVER
        return self._processes + _OWN_PROCESSES

    def bound(self, limits: Limits) -> None:
        """Let the kernel hold what the next submission writes, where that can be had.

        With some room beyond the limit, so that what goes on against it is noticed and ended.
        """
        bounds = (limits.scratch * 5 // 4, limits.files * 5 // 4)
        if bounds != self._bounds:
            size, files = bounds
            apart.bound(self.work, size=size, files=files, again=self._bounds is not None)
            self._bounds = bounds

    def _hand_over(self) -> None:
        """Give it the kernel's list of its children, and offer it to the OOM killer."""
        with contextlib.suppress(OSError):
            Path(f"/proc/{self.pid}/oom_score_adj").write_text("500", encoding="ascii")
        try:
            listing = [os.open(f"/proc/{self.pid}/task/{self.pid}/children", os.O_RDONLY)]
        except OSError:
            listing = []
        with contextlib.suppress(OSError):
            socket.send_fds(self.control, [b"c"], listing)
        for descriptor in listing:
            os.close(descriptor)

    @property
    def pid(self) -> int:
        """Its number."""
        return int(self._process.pid)

    @property
    def is_warm(self) -> bool:
        """Whether it has said that it can serve."""
        return self._warm

    def wait(self) -> None:
        """Wait until it can serve; raise SandboxError if it never will."""
        if self._warm:
            return
        heard = self.hear(START_SECONDS)
        if heard != b"w":
            reason = self.hear(1.0, 500).decode("utf-8", "replace") if heard == b"e" else ""
            raise SandboxError(words.ended_at_start(reason))
        self._warm = True
        preload.keep(self._listed, self._scratch / "missed.json", without=self._folder)
        self.base = self.resident()

    def fork(self, name: str) -> socket.socket:
        """Have a child forked that is called by its folder's name; return the channel to it.

        Raises:
            SandboxError: there is nobody to be told.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self.control, [b"r" + name.encode()], [theirs.fileno()])
            except OSError as error:
                ours.close()
                raise SandboxError(words.GONE) from error
        return ours

    def kill(self, name: str) -> None:
        """Have a child killed, with all that it started; `has_buried` tells whether it was."""
        with contextlib.suppress(OSError):
            self.control.send(b"k" + name.encode())

    def has_buried(self, name: str) -> bool:
        """Wait until a child and all that it started are dead; whether they are, in time."""
        expected = b"g" + name.encode()
        while heard := self.hear(BURIAL_SECONDS, len(expected)):
            if heard == expected:
                return True
        return False

    def hear(self, seconds: float, size: int = 1) -> bytes:
        """Return what it says, at most so many bytes; nothing if it does not in time."""
        self.control.settimeout(seconds)
        try:
            return self.control.recv(size)
        except (TimeoutError, OSError):
            return b""

    def resident(self) -> int:
        """Return its resident memory in bytes; 0 where the system does not say."""
        found = processes.process(self.pid)
        return found.resident if found else 0

    def close(self) -> None:
        """End it and all below it, and remove its folders."""
        self.control.close()
        if self._process is not None:
            self._stop()
        with contextlib.suppress(OSError):
            if self._bounds is not None:
                apart.release(self.work)
            empty(self._folder)
            self._folder.rmdir()
        os.close(self._claim)

    def _stop(self) -> None:
        """Let it bury its dead and leave by itself; else kill it and all below it."""
        if not self._gone(_LEAVE_SECONDS):
            processes.end_tree(self._process.pid, BURIAL_SECONDS)
            self._gone(_LEAVE_SECONDS)
        if self._sandboxed:
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

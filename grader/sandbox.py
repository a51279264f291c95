"""Start a box, let it serve submissions, and end it.  The only module that starts processes.

Theory of operation.  A box is one Python process under sandlock (Landlock and
seccomp; no root, no namespaces) that reads the Python environment, byhand/ and
data/, writes its scratch folder, and has no network.  It loads NumPy,
Matplotlib and IPython once and stays warm.  For each submission it forks a
child, which gets a socket of its own, confines itself further to a folder of
its own, and runs the student's code.  The socket's other end is held by the
judge, outside: values cross, as frames of plain data, and nothing else.  When
the judge hangs up or the time is over the warm process kills the child and,
as their subreaper, every descendant, before it takes the next submission.
A box that does not do what it is told is killed as a whole and replaced.

A student's failure is a Verdict.  The box's own failure raises SandboxError.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import select
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from grader.course import Course
from grader.errors import GraderError

_PACKAGE = Path(__file__).resolve().parent
_START_SECONDS = 60.0
_BURIAL_SECONDS = 10.0
_SYSTEM_PATHS = (
    "/usr",
    "/lib",
    "/lib64",
    "/bin",
    "/etc/ld.so.cache",
    "/etc/fonts",
    "/etc/localtime",
    "/etc/mime.types",
    "/dev/urandom",
)


class SandboxError(GraderError):
    """The box failed, not the student: say so, and score nothing."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one submission may use.

    Attributes:
        cell_seconds: wall clock of one cell.
        total_seconds: wall clock of the whole submission.
        memory: bytes of address space on top of the warm process's.
        cpu: seconds of processor time of one process.
        file: bytes of one file.
        scratch: bytes of the scratch folder; files: how many files it may hold.
        processes: at one time, in the whole box.
    """

    cell_seconds: float = 20.0
    total_seconds: float = 180.0
    memory: int = 2**30
    cpu: int = 120
    file: int = 16 * 2**20
    scratch: int = 64 * 2**20
    files: int = 2_000
    processes: int = 16


def unavailable() -> str:
    """Return why the sandbox cannot be had on this machine, or "" if it can."""
    if platform.system() != "Linux":
        return f"it needs Linux; this is {platform.system()}"
    try:
        import sandlock  # noqa: PLC0415 - a dependency on Linux only
    except (ImportError, OSError) as error:
        return f"the package sandlock cannot be loaded ({error}); pip install sandlock"
    found, needed = sandlock.landlock_abi_version(), sandlock.min_landlock_abi()
    if found < needed:
        return f"the kernel's Landlock has ABI {found}, {needed} is needed (Linux 6.12 or later)"
    return ""


def describe(*, sandboxed: bool) -> str:
    """Return what confines the student's code, for reports."""
    if not sandboxed:
        return "none: a separate process with limits"
    import sandlock  # noqa: PLC0415 - a dependency on Linux only

    return f"sandlock {sandlock.__version__}, Landlock ABI {sandlock.landlock_abi_version()}"


class Box:
    """One warm process, in a sandbox unless told otherwise; serves one submission at a time."""

    def __init__(
        self,
        course: Course,
        *,
        preload: Sequence[str] = (),
        sandboxed: bool = True,
        limits: Limits | None = None,
    ) -> None:
        """Prepare a box; it starts at once, in the background.

        Args:
            preload: modules that lessons import, loaded before the fork.
            sandboxed: False runs a plain separate process with limits.

        Raises:
            SandboxError: the sandbox cannot be had here.
        """
        self.course, self.limits, self.sandboxed = course, limits or Limits(), sandboxed
        self.name = describe(sandboxed=sandboxed)
        self._preload = ["matplotlib.pyplot", *preload]
        self._folder: Path | None = None
        self._process: Any = None
        self._control: socket.socket | None = None
        self._warm = False
        self.start()

    def start(self) -> None:
        """Start the warm process; returns before it is warm."""
        self._folder = Path(tempfile.mkdtemp(prefix="grader-box-"))
        imports = self._folder / "import"
        self.scratch = self._folder / "scratch"
        self.scratch.mkdir()
        imports.mkdir()
        (imports / "gradebox").symlink_to(_PACKAGE / "box")
        for name in ("byhand", "data"):
            if (self.course.root / name).is_dir():
                (imports / name).symlink_to(self.course.root / name)
        cache = user_cache_path("backprop-by-hand", ensure_exists=True)
        readable = self._readable(imports)
        options = {
            "preload": self._preload,
            "scratch": str(self.scratch),
            "confine": self.sandboxed,
            "readable": readable,
        }
        environment = {
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
            "HOME": str(self.scratch),
            "PYTHONPATH": str(imports),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": "0",
            "MPLBACKEND": "Agg",
            "MPLCONFIGDIR": str(cache),
            "IPYTHONDIR": str(self.scratch),
            # A second thread would only fight the other workers, and its stack counts as memory.
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "MKL_NUM_THREADS": "1",
        }
        command = [sys.executable, "-P", "-m", "gradebox.warm", json.dumps(options)]
        self._control, theirs = socket.socketpair()
        with theirs:
            if self.sandboxed:
                self._process = self._start_confined(
                    command, environment, readable, [str(self.scratch), str(cache)], theirs
                )
            else:
                self._process = subprocess.Popen(
                    command,
                    env=environment,
                    cwd=self.scratch,
                    stdin=theirs,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
        self._warm = False

    def _readable(self, imports: Path) -> list[str]:
        """Return what may be read inside; refuse if that would show the course's secrets."""
        python = {sys.prefix, sys.base_prefix, sys.exec_prefix, sysconfig.get_paths()["stdlib"]}
        inside = [imports, _PACKAGE / "box", self.course.root / "byhand", self.course.root / "data"]
        paths = {
            str(Path(path).resolve())
            for path in (*python, *inside, *_SYSTEM_PATHS)
            if Path(path).exists()
        }
        for secret in (self.course.solutions, self.course.class_folder):
            for path in paths:
                if secret.is_relative_to(path):
                    raise SandboxError(
                        f"{secret}: lies inside {path}, which the student's code must read to run "
                        "Python; move the course out of it"
                    )
        return sorted(paths)

    def _start_confined(
        self,
        command: list[str],
        environment: dict[str, str],
        readable: list[str],
        writable: list[str],
        theirs: socket.socket,
    ) -> Any:
        reason = unavailable()
        if reason:
            raise SandboxError(f"no sandbox here: {reason}")
        import sandlock  # noqa: PLC0415 - a dependency on Linux only

        sandbox = sandlock.Sandbox(
            fs_readable=[*readable, "/proc"],
            fs_writable=[*writable, "/dev/null"],
            max_processes=self.limits.processes,
            no_coredump=False,
            clean_env=True,
            env=environment,
            cwd=str(self.scratch),
        )
        # sandlock hands on descriptor 0 alone: for a moment, it is the child's end.
        saved = os.dup(0)
        try:
            os.dup2(theirs.fileno(), 0)
            return sandbox.popen(
                command,
                stdin=sandlock.StdioMode.INHERIT,
                stdout=sandlock.StdioMode.NULL,
                stderr=sandlock.StdioMode.NULL,
            )
        except (RuntimeError, OSError) as error:
            raise SandboxError(f"the sandbox did not start: {error}") from error
        finally:
            os.dup2(saved, 0)
            os.close(saved)

    def wait_warm(self) -> None:
        """Wait until the box can serve; raise SandboxError if it never will."""
        if not self._warm:
            if self._hear(_START_SECONDS) != b"w":
                raise SandboxError(
                    "the box ended while it started; run 'grader doctor' to see what is missing"
                )
            self._warm = True

    def _hear(self, seconds: float) -> bytes:
        assert self._control is not None  # noqa: S101 - for the type checker
        self._control.settimeout(seconds)
        try:
            return self._control.recv(1)
        except (TimeoutError, OSError):
            return b""

    def open(self) -> socket.socket:
        """Fork a fresh child and return the judge's end of its channel."""
        self.wait_warm()
        assert self._control is not None  # noqa: S101 - for the type checker
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self._control, [b"r"], [theirs.fileno()])
            except OSError as error:
                ours.close()
                raise SandboxError("the box is gone") from error
        return ours

    def end_child(self, channel: socket.socket) -> None:
        """Kill the child and everything it started; replace the box if that fails."""
        channel.close()
        assert self._control is not None  # noqa: S101 - for the type checker
        with contextlib.suppress(OSError):
            self._control.send(b"k")
        if self._hear(_BURIAL_SECONDS) != b"g":
            self.replace()

    def full(self) -> bool:
        """Whether the scratch folder holds more than a submission may write."""
        size = count = 0
        for folder, _, names in os.walk(self.scratch):
            count += len(names)
            if count > self.limits.files:
                return True
            for name in names:
                with contextlib.suppress(OSError):
                    size += (Path(folder) / name).lstat().st_size
        return size > self.limits.scratch

    def replace(self) -> None:
        """End the warm process, whatever state it is in, and start another."""
        self.close()
        self.start()

    def resident(self) -> int:
        """Return the warm process's resident memory in bytes; 0 where the system does not say."""
        try:
            text = Path(f"/proc/{self._process.pid}/statm").read_text(encoding="ascii")
        except OSError:
            return 0
        return int(text.split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def close(self) -> None:
        """End the box and remove its folders."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            self._stop()
            self._process = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _stop(self) -> None:
        """Give the process a moment to leave by itself, then kill it."""
        if not self._gone(0.2):
            self._process.kill()
            self._gone(5.0)
        if self.sandboxed:
            # Also frees sandlock's supervisor.
            self._process.__exit__(None, None, None)
        else:
            self._process.wait()

    def _gone(self, seconds: float) -> bool:
        try:
            watch = os.pidfd_open(self._process.pid)
        except (OSError, AttributeError, TypeError):
            time.sleep(0 if self._process.pid is None else seconds)
            return self._process.pid is None
        try:
            return bool(select.select([watch], [], [], seconds)[0])
        finally:
            os.close(watch)

    def __enter__(self) -> Box:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

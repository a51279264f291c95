"""A Dask cluster on this machine: a scheduler and workers, started as an instructor does."""

import contextlib
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil

from tests import classroom
from tests.conftest import ROOT

SETTINGS = ROOT / "deploy" / "dask.yaml"
_SECONDS = 60  # for a process to start on a busy machine


def free_port():
    """Return a port on which nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Running:
    """A command of Dask's with all its children."""

    def __init__(self, folder, *words, **environment):
        folder.mkdir(exist_ok=True)
        self._log = (folder / f"{words[0]}-{time.monotonic_ns()}.log").open("wb")
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "distributed.cli.dask_" + words[0],
                *words[1:],
                "--no-dashboard",
            ],
            cwd=folder,
            env=classroom.environment(DASK_CONFIG=str(SETTINGS), **environment),
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def said(self):
        return Path(self._log.name).read_text(encoding="utf-8", errors="replace")

    def wait_for(self, line):
        end = time.monotonic() + _SECONDS
        while line not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < end, self.said()
            time.sleep(0.05)

    def kill(self):
        """Kill it and all that it started, without a word."""
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
            for child in psutil.Process(self.process.pid).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    child.kill()
            self.process.kill()
        self.process.wait()
        self._log.close()

    def kill_inner(self):
        """Kill Dask's worker itself; its nanny starts another."""
        psutil.Process(self.process.pid).children()[-1].send_signal(signal.SIGKILL)


def scheduler(folder, port):
    """Start a scheduler; return once it listens."""
    started = Running(folder, "scheduler", "--host=127.0.0.1", f"--port={port}")
    started.wait_for("Scheduler at:")
    return started


def worker(folder, port, **environment):
    """Start a worker with one thread."""
    words = (f"tcp://127.0.0.1:{port}", "--nthreads=1", f"--local-directory={folder}")
    return Running(folder, "worker", *words, **environment)

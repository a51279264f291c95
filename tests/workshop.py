"""A copy of the course in which commands are typed, by an instructor and by a student."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import lab
from tests.classroom import PROGRAMS, environment, make_home
from tests.conftest import ROOT

# What a clone does not hold, or holds only because somebody worked there.
NOT_CLONED = (".git", ".venv", ".ready", "class", "artefacts", "__pycache__", ".*_cache")


def _not_cloned(folder, names):
    """Return what a clone leaves out; a learner's folder lies at the top, the grader's room not."""
    left = shutil.ignore_patterns(*NOT_CLONED)(folder, names)
    return left | ({"work"} & set(names) if Path(folder) == ROOT else set())


class Workshop:
    """A copy of the course, two homes, an exchange; knows how to run a document's blocks."""

    def __init__(self, root):
        self.root, self.course = root, root / "course"
        shutil.copytree(ROOT, self.course, ignore=_not_cloned)
        (root / "exchange").mkdir()
        for user in ("instructor", "student"):
            make_home(root / user, f"c.Exchange.root = {str(root / 'exchange')!r}")
        (root / "student/work").mkdir()
        self._lend_environment()
        self._activated = False

    def _lend_environment(self):
        """Give the copy this environment as its .venv, with the stamp that it is ready.

        Installing it anew from the lock takes a network; `make` from nothing is
        what continuous integration begins with.
        """
        lent = self.course / ".venv"
        lent.mkdir()
        for entry in Path(sys.prefix).iterdir():
            if entry.name != ".ready":
                (lent / entry.name).symlink_to(entry)
        (lent / ".ready").touch()
        os.utime(lent / ".ready", (time.time() + 60,) * 2)

    def environment(self, user):
        """Return a user's environment, in which this one's programs are not at hand at first."""
        # A browser that opens nothing.
        found = environment(self.root / user, SEEDS="2", BROWSER="true")
        path = [part for part in found["PATH"].split(os.pathsep) if Path(part) != PROGRAMS]
        if self._activated:
            path.insert(0, str(self.course / ".venv/bin"))
        # A worker of pytest-xdist exports COLUMNS; what is typed here is written to a pipe.
        ours = ("PYTEST", "MAKE", "MFLAGS", "VIRTUAL_ENV", "LESSONS", "COLUMNS")
        found = {name: value for name, value in found.items() if not name.startswith(ours)}
        return found | {"PATH": os.pathsep.join(path)}

    def run(self, commands, user="instructor"):
        """Run a block as one would in a terminal that stays open; return what it said."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands],
            cwd=self.root / "student/work" if user == "student" else self.course,
            env=self.environment(user),
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        said = done.stdout + done.stderr
        assert done.returncode == 0, f"{commands}\n{said[-4000:]}"
        self._activated |= ".venv/bin/activate" in commands
        return said

    def lab(self):
        """Start `make lab`, see what it serves, and stop it: it would never end.

        Returns:
            The address that its browser opens, and the lessons that a learner finds there.
        """
        log = self.root / "lab.log"
        with log.open("wb") as file:
            server = subprocess.Popen(
                ["make", "lab"],
                cwd=self.course,
                env=self.environment("instructor"),
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            return self._served(server, log)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGTERM)
            server.wait(60)

    def _served(self, server, log):
        runtime = self.root / "instructor/.local/share/jupyter/runtime"
        end = time.monotonic() + 120
        while time.monotonic() < end and server.poll() is None:
            # The page that leads the browser to its address; for a file there is one more.
            pages = [p.read_text(encoding="utf-8") for p in runtime.glob("jpserver-*-open.html")]
            opened = [page for page in pages if ".ipynb" in page]
            if opened:
                (said,) = runtime.glob("jpserver-*.json")
                found = json.loads(said.read_text(encoding="utf-8"))
                url = f"{found['url']}api/contents/?token={found['token']}"
                # The page is written before the server listens.
                lessons = json.loads(lab.answer(server, url, log))["content"]
                return opened[0], sorted(entry["name"] for entry in lessons)
            time.sleep(0.2)
        pytest.fail(f"make lab opened no lesson:\n{log.read_text(errors='replace')[-3000:]}")

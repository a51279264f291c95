"""A copy of the course in which commands are typed, by an instructor and by a student."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.conftest import ROOT

# What a clone does not hold, or holds only because somebody worked there.
NOT_CLONED = (".git", ".venv", ".ready", "class", "artefacts", "__pycache__", ".*_cache")


class Workshop:
    """A copy of the course, two homes, an exchange; knows how to run a document's blocks."""

    def __init__(self, root):
        self.root, self.course = root, root / "course"
        shutil.copytree(ROOT, self.course, ignore=shutil.ignore_patterns(*NOT_CLONED))
        (root / "exchange").mkdir()
        for user in ("instructor", "student"):
            config = root / user / ".jupyter/nbgrader_config.py"
            config.parent.mkdir(parents=True)
            line = f"c.Exchange.root = {str(root / 'exchange')!r}"
            config.write_text(f"c = get_config()\n{line}\n", encoding="utf-8")
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
        """Return a user's environment: nothing of whoever runs the tests but the system's PATH."""
        ours = Path(sys.executable).parent
        path = [part for part in os.environ["PATH"].split(os.pathsep) if Path(part) != ours]
        if self._activated:
            path.insert(0, str(self.course / ".venv/bin"))
        home = self.root / user
        dropped = ("JUPYTER", "NBGRADER", "PYTEST", "MAKE", "MFLAGS", "VIRTUAL_ENV", "LESSONS")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(dropped)}
        return kept | {
            "PATH": os.pathsep.join(path),
            "HOME": str(home),
            "USER": user,
            "LOGNAME": user,
            "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
            "SEEDS": "2",
            # A browser that opens nothing.
            "BROWSER": "true",
        }

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
        runtime = self.root / "instructor/runtime"
        end = time.monotonic() + 120
        while time.monotonic() < end and server.poll() is None:
            # The page that leads the browser to its address; for a file there is one more.
            pages = [p.read_text(encoding="utf-8") for p in runtime.glob("jpserver-*-open.html")]
            opened = [page for page in pages if ".ipynb" in page]
            if opened:
                (said,) = runtime.glob("jpserver-*.json")
                return opened[0], self._lessons(json.loads(said.read_text(encoding="utf-8")))
            time.sleep(0.2)
        pytest.fail(f"make lab opened no lesson:\n{log.read_text(errors='replace')[-3000:]}")

    def _lessons(self, server):
        """Return the folders that a server finds in notebooks/."""
        url = f"{server['url']}api/contents/notebooks?token={server['token']}"
        with (
            contextlib.suppress(urllib.error.HTTPError),
            urllib.request.urlopen(url, timeout=60) as answer,  # noqa: S310
        ):
            return sorted(entry["name"] for entry in json.load(answer)["content"])
        return []

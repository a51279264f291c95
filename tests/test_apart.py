"""A worker that is set apart: what it reads is read-only, what its boxes write is bounded."""

import json
import os
import subprocess
import sys
import textwrap

import pytest

from grader.sandbox import apart
from tests.conftest import ROOT

USERS = ["who runs this", "nobody"] if hasattr(os, "geteuid") and not os.geteuid() else [""]


@pytest.fixture(params=USERS)
def told(request, tmp_path):
    """Return what a process, set apart, prints as JSON; skip where it cannot be."""

    def run(source):
        place = tmp_path / "place"
        place.mkdir()
        lines = [
            "import errno, json, os, pathlib, platformdirs, tempfile, random",
            "from grader.sandbox import apart",
        ]
        lines.append("from grader.box.seccomp import prctl")
        lines.append(f"place = pathlib.Path({str(place)!r})")
        if request.param == "nobody":
            # All that leads there may be looked through, and the places are its own.
            for folder in (tmp_path, *tmp_path.parents):
                if folder.stat().st_mode & 0o005 == 0o005:
                    break  # from here on everybody may
                folder.chmod(0o755)
            for folder in (place, tmp_path):
                os.chown(folder, 65534, 65534)
            lines.append("os.setgroups([]), os.setgid(65534), os.setuid(65534)")
            # As for a program that nobody started, and not root.
            lines.append("prctl(4, 1)")
        program = "\n".join([*lines, textwrap.dedent(source)])
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(tmp_path / "cache")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        if "not here" in done.stdout:
            pytest.skip("needs root, or user namespaces for everybody")
        return json.loads(done.stdout)

    return run


def test_the_kernel_holds_it_to_its_bytes_be_the_files_unlinked_or_not(told):
    said = told(
        """
        apart.enter(place) or print("not here") or os._exit(0)
        work = place / "work"
        work.mkdir()
        apart.bound(work, size=2**20, files=20)
        written = [0]
        def fill():
            try:
                for i in range(10):
                    with (work / f"{i}").open("wb", buffering=0) as file:
                        kept.append(os.dup(file.fileno()))
                        (work / f"{i}").unlink()
                        written[0] += file.write(bytes(2**18))
            except OSError as error:
                return error.errno
        kept = []
        first = fill()
        apart.bound(work, size=2**21, files=20, again=True)
        before, second = written[0], fill()
        print(json.dumps([first, before, second, written[0]]))
        """
    )

    assert said == [28, 2**20, 28, 2**21]


def test_the_kernel_holds_it_to_its_number_of_files(told):
    said = told(
        """
        apart.enter(place) or print("not here") or os._exit(0)
        work = place / "work"
        work.mkdir()
        apart.bound(work, size=2**20, files=20)
        made = 0
        try:
            for i in range(100):
                (work / f"{i}").mkdir()
                made += 1
        except OSError as error:
            print(json.dumps([error.errno, made]))
        """
    )

    assert said == [28, 19]


def test_nothing_else_can_be_written_but_its_own_places(told, tmp_path):
    (tmp_path / "file").write_text("as it was")
    (tmp_path / "file").chmod(0o666)
    said = told(
        f"""
        apart.enter(place) or print("not here") or os._exit(0)
        import tempfile
        refused = []
        for path in ({str(tmp_path / "file")!r}, {str(tmp_path / "new")!r}, "/dev/shm/grader-new"):
            try:
                open(path, "w")
            except OSError as error:
                refused.append(error.errno)
        cache = platformdirs.user_cache_path("backprop-by-hand")
        (cache / "kept").write_text("for the next box")
        handle, name = tempfile.mkstemp()
        print(json.dumps([refused, name.startswith(str(place))]))
        """
    )

    assert said == [[30, 30, 30], True]
    assert (tmp_path / "file").read_text() == "as it was"
    assert (tmp_path / "cache" / "backprop-by-hand" / "kept").exists()
    assert list((tmp_path / "place").iterdir()) == []


def test_a_home_that_nobody_may_write_to_is_no_hindrance(told):
    """As in a container with a read-only root."""
    said = told(
        """
        os.environ["XDG_CACHE_HOME"] = "/dev/null"
        apart.enter(place) or print("not here") or os._exit(0)
        (place / "file").write_text("written")
        print(json.dumps(apart.kept_beyond()))
        """
    )

    assert said is None


def test_reading_a_file_leaves_no_trace_of_when(told, tmp_path):
    """Where times of reading are kept, the kernel notes the first one after a change."""
    file = tmp_path / "file"
    file.write_text("text")
    os.utime(file, (1, 2))
    said = told(
        f"""
        apart.enter(place) or print("not here") or os._exit(0)
        print(json.dumps(pathlib.Path({str(file)!r}).read_text()))
        """
    )

    assert said == "text"
    assert file.stat().st_atime == 1


def test_to_try_it_changes_nothing_for_who_tries(tmp_path):
    apart.can_be_had()

    (tmp_path / "file").write_text("still written")
    assert apart.bound(tmp_path / "none", size=1, files=1) is None

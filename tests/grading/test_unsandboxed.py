"""Where there is no sandbox, and however the workers start."""

import json
import subprocess
import sys

import pytest

from grader.sandbox import availability
from tests import classroom
from tests.classroom import LESSON, scores
from tests.grading.honest_class import needs_sandbox

pytestmark = needs_sandbox


def test_without_a_sandbox_other_people_s_work_is_refused_with_what_to_do(few, run, monkeypatch):
    """A fake takes the sandbox away: this machine has one."""
    monkeypatch.setattr(availability, "unavailable", lambda: "the kernel is too old")

    code, out, said = run(few)

    assert (code, out) == (1, "")
    assert said == (
        "grader: no sandbox here: the kernel is too old; grade on a machine that has one, or "
        "take the risk of running other people's code with --unsandboxed\n"
    )
    assert not (few.class_folder / "autograded").exists()


def test_an_instructor_may_choose_to_go_without_and_every_report_says_so(
    few, run, monkeypatch, graded
):
    monkeypatch.setattr(availability, "unavailable", lambda: "the kernel is too old")
    code, _, said = run(few, "--unsandboxed")

    assert (code, said) == (0, "")
    for student in ("right", "wrong"):
        assert scores(few)[student] == scores(graded)[student]
        folder = few.class_folder / "autograded" / student / LESSON
        report = json.loads((folder / "grader.json").read_text())["report"]
        assert report["grader"]["sandbox"] == "none: a separate process with limits"
        shown = classroom.cells_of(few, student)["grader-notes"]["source"]
        assert "graded without a sandbox" in shown
    assert "grader-notes" not in classroom.cells_of(graded, "right")


STARTED_AS = """\
import multiprocessing
import sys

from grader.cli.main import main

print(__name__)
if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv.pop())
    main()
"""


@pytest.mark.parametrize(
    "start_as",
    [("spawn", "--unsandboxed"), ("forkserver", "--jobs=2"), ("fork", "--jobs=2")],
    ids=lambda start_as: start_as[0],
)
def test_a_class_is_graded_alike_however_its_workers_start(
    few, graded, tmp_path, tmp_path_factory, start_as
):
    """macOS spawns processes: nothing but what can be pickled comes along.

    A process that is spawned imports the program anew, and says so.
    """
    method, option = start_as
    program = tmp_path / "program.py"
    program.write_text(STARTED_AS)
    # Short: the server that forks listens on a socket there, whose path may have 107 characters.
    scratch = tmp_path_factory.mktemp("t")

    done = subprocess.run(
        [sys.executable, program, "grade", option, method],
        cwd=few.root,
        env=classroom.environment(TMPDIR=str(scratch)),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert ("__mp_main__" in done.stdout) == (method != "fork")
    assert "2 graded, 0 unchanged, 0 not graded" in done.stdout
    assert scores(few) == {student: scores(graded)[student] for student in ("right", "wrong")}
    # The workers ended in order: nothing of their boxes is left.
    assert list(scratch.glob("grader-box-*")) == []

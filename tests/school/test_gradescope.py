"""An autograder's archive, laid out and run as Gradescope does it; and its results.json."""

import json
import os
import shutil
import stat
import subprocess
import sys
import zipfile

import pytest

from grader.judge.outcome import Outcome, Report
from grader.judge.verdict import Verdict
from grader.sandbox import availability
from grader.school.autograder import pack
from grader.school.gradescope import Settings, results
from grader.school.visibility import Visibility
from tests.classroom import make_course, right, work
from tests.conftest import ROOT, load

LESSON = "00_start_here"
# What Gradescope's specification names, and what each may be.
TOP = {"score", "execution_time", "output", "output_format", "visibility", "stdout_visibility"}
TOP |= {"extra_data", "tests"}
TEST = {"score", "max_score", "status", "name", "name_format", "output", "output_format"}
TEST |= {"visibility"}


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory):
    """/autograder, as Gradescope makes it of the archive; its root is another one here."""
    root = tmp_path_factory.mktemp("gradescope")
    course = make_course(root / "mine", [LESSON])
    for name in ("pyproject.toml", "requirements.lock", "README.md", "LICENSE", "LICENSE-lessons"):
        shutil.copy(ROOT / name, course.root)
    shutil.copytree(
        ROOT / "grader", course.root / "grader", ignore=shutil.ignore_patterns("__pycache__")
    )
    pack(course, Settings(lesson=LESSON, tests=Visibility.AFTER_DUE_DATE), root / "archive.zip")
    place = root / "autograder"
    with zipfile.ZipFile(root / "archive.zip") as archive:
        archive.extractall(place / "source")
        for info in archive.infolist():
            (place / "source" / info.filename).chmod(info.external_attr >> 16 & 0o777)
    shutil.copy(place / "source" / "run_autograder", place)
    (place / "results").mkdir()
    return place


def graded(root, files, *, users=("ada@school.edu",)):
    """Hand something in, run the autograder, return the process and its results."""
    shutil.rmtree(root / "submission", ignore_errors=True)
    (root / "results" / "results.json").unlink(missing_ok=True)
    for name, content in files.items():
        path = root / "submission" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    (root / "submission").mkdir(exist_ok=True)
    about = {"id": 1, "users": [{"email": one, "id": 2, "name": "A"} for one in users]}
    (root / "submission_metadata.json").write_text(json.dumps(about))
    env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    env |= {"AUTOGRADER_ROOT": str(root), "AUTOGRADER_PYTHON": sys.executable}
    done = subprocess.run(
        [root / "run_autograder"], cwd=root, env=env, capture_output=True, text=True, timeout=300,
        check=False,
    )  # fmt: skip
    found = root / "results" / "results.json"
    return done, json.loads(found.read_text("utf-8")) if found.exists() else None


def test_the_archive_s_scripts_stand_at_its_root_and_can_be_run(laid_out):
    for name in ("setup.sh", "run_autograder"):
        path = laid_out / "source" / name
        assert path.stat().st_mode & stat.S_IXUSR
        assert subprocess.run(["bash", "-n", path], check=False).returncode == 0


def test_a_submission_is_graded_with_a_test_for_each_exercise(laid_out):
    if reason := availability.unavailable():
        pytest.skip(reason)
    done, found = graded(laid_out, {f"{LESSON}.ipynb": right(LESSON)})

    assert done.returncode == 0, done.stderr
    assert set(found) == TOP
    assert all(set(test) <= TEST for test in found["tests"])
    assert {test["visibility"] for test in found["tests"]} == {"after_due_date"}
    exercises = [test for test in found["tests"] if test["name"] in load(LESSON).exercises]
    assert [test["status"] for test in exercises] == ["passed"] * len(exercises)
    assert found["score"] == sum(test["score"] for test in exercises) > 0
    assert found["output"].startswith("Graded with this sandbox: sandlock")
    assert found["stdout_visibility"] == "hidden"


def test_a_wrong_answer_is_told_with_its_evidence(laid_out):
    if reason := availability.unavailable():
        pytest.skip(reason)
    name = f"folder/{LESSON} (1).ipynb"
    _, found = graded(laid_out, {name: work(LESSON, one_hot="def one_hot(*args):\n    return 1")})

    (test,) = [test for test in found["tests"] if test["name"] == "one_hot"]
    assert test["status"] == "failed"
    assert test["output"].splitlines()[0] == "wrong type"
    assert "found" in test["output"]


@pytest.mark.parametrize("files", [{}, {"readme.txt": "x"}, {"a/x.ipynb": "", "b/y.ipynb": ""}])
def test_without_a_notebook_no_results_are_written_which_is_no_zero(files, laid_out):
    if reason := availability.unavailable():
        pytest.skip(reason)
    done, found = graded(laid_out, files)

    assert done.returncode == 1
    assert found is None
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("grader: ")


def test_without_a_sandbox_nothing_is_graded_unless_the_archive_says_so(
    laid_out, monkeypatch, typed
):
    monkeypatch.setattr(availability, "unavailable", lambda: "no Landlock here")
    shutil.rmtree(laid_out / "submission", ignore_errors=True)
    (laid_out / "submission").mkdir()
    (laid_out / "submission" / f"{LESSON}.ipynb").write_text(work(LESSON), encoding="utf-8")
    settings = laid_out / "source" / "autograder.json"
    before = settings.read_text()
    (laid_out / "results" / "results.json").unlink(missing_ok=True)

    refused, _, why = typed(laid_out, "gradescope", "--root", laid_out)
    nothing = not (laid_out / "results" / "results.json").exists()
    settings.write_text(json.dumps({**json.loads(before), "unsandboxed": True}))
    taken, _, err = typed(laid_out, "gradescope", "--root", laid_out)
    settings.write_text(before)

    assert refused == 1
    assert nothing
    assert "no Landlock here" in why
    assert "--unsandboxed" in why
    assert taken == 0, err
    found = json.loads((laid_out / "results" / "results.json").read_text("utf-8"))
    assert "graded without a sandbox" in found["output"]


def test_setup_makes_an_environment_of_the_lock(laid_out, tmp_path):
    """Nothing is downloaded here: Python is one that says what it was asked for."""
    log = tmp_path / "log"
    program = f'#!/bin/sh\necho "$0 $*" >> {log}\n'
    for name in ("python3.13", "apt-get"):
        (tmp_path / name).write_text(program)
        (tmp_path / name).chmod(0o755)
    made = laid_out / "source" / ".venv" / "bin"
    made.mkdir(parents=True, exist_ok=True)
    shutil.copy(tmp_path / "python3.13", made / "python")
    env = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}

    subprocess.run(["bash", laid_out / "source" / "setup.sh"], env=env, check=True, timeout=60)
    shutil.rmtree(made.parent)

    asked = log.read_text()
    assert f"python3.13 -m venv {laid_out}/source/.venv" in asked
    assert f"-m pip install --no-cache-dir -r {laid_out}/source/course/requirements.lock" in asked
    assert "apt-get" not in asked


def test_the_container_s_file_copies_what_the_archive_holds(laid_out):
    text = (laid_out / "source" / "Containerfile").read_text()

    assert "COPY . /autograder/source" in text
    assert "source/setup.sh" in text
    assert 'ENTRYPOINT ["/autograder/run_autograder"]' in text


def test_a_derivation_is_no_zero_and_markup_stays_text():
    waits = Outcome(id="derive", score=0.0, points=4.0, verdict=Verdict.MANUAL)
    missing = Outcome(id="<b>f</b>", score=0.0, points=2.0, verdict=Verdict.MISSING)
    report = Report(
        lesson="l", student="s", exercises=(waits, missing), version="1", sandbox="none", notes=()
    )

    found = results(report, tests=Visibility.VISIBLE, seconds=1.0)

    first, second = found["tests"]
    assert "score" not in first
    assert "max_score" not in first
    assert (second["score"], second["max_score"], second["status"]) == (0.0, 2.0, "failed")
    assert {test[key] for test in found["tests"] for key in ("name_format", "output_format")} == {
        "text"
    }


def test_the_same_course_gives_the_same_archive_and_another_lesson_s_answers_stay_out(tmp_path):
    course = make_course(tmp_path / "course", [LESSON, "01_chain_rule"])
    for name in ("pyproject.toml", "requirements.lock", "README.md", "LICENSE", "LICENSE-lessons"):
        shutil.copy(ROOT / name, course.root)

    for name in ("a.zip", "b.zip"):
        pack(course, Settings(lesson=LESSON), tmp_path / name)

    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert [name for name in archive.namelist() if "01_chain_rule" in name] == []

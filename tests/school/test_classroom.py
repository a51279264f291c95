"""GitHub Classroom's workflows: held to their schema, and every step of theirs is run."""

import base64
import json
import os
import re
import shutil
import subprocess
import sys

import pytest
import yaml

from byhand.pushed import Tried, encoded, fenced, tell
from grader.release.pack import dist
from grader.sandbox import availability
from tests.classroom import PROGRAMS, right, work
from tests.conftest import COURSE, ROOT, load

LESSON = "00_start_here"
FOLDER = ROOT / "docs" / "classroom"
WORKFLOWS = sorted(FOLDER.glob("*.yml"))


def steps_of(path):
    (job,) = yaml.safe_load(path.read_text("utf-8"))["jobs"].values()
    return job, job["steps"]


def run_steps(path, workspace, *, repository="class/lesson-ada"):
    """Run a workflow's run steps as a runner does; pip only says what it was asked for."""
    job, steps = steps_of(path)
    log, programs = workspace / "pip.log", workspace / "bin"
    programs.mkdir(exist_ok=True)
    python = f'#!/bin/sh\nif [ "$2" = pip ]; then echo "$@" >> {log}; exit 0; fi\n'
    (programs / "python").write_text(f'{python}exec {sys.executable} "$@"\n')
    (programs / "python").chmod(0o755)
    told = {name: workspace / f"{name}.txt" for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
    base = {k: v for k, v in os.environ.items() if not k.startswith(("GITHUB", "PYTHONPATH"))}
    base |= {name: str(place) for name, place in told.items()}
    base |= {"GITHUB_REPOSITORY": repository, "PATH": f"{programs}{os.pathsep}{base['PATH']}"}
    base |= job["env"] | {"LESSON": LESSON}
    codes = []
    for step in (step for step in steps if "run" in step):
        env = {
            name: re.sub(r"\$\{\{ *github\.workspace *\}\}", str(workspace), str(value))
            for name, value in step.get("env", {}).items()
        }
        assert not [value for value in env.values() if "${{" in value]
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=workspace, env=base | env, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        codes.append((done.returncode, done.stdout + done.stderr))
    summary, output = (p.read_text("utf-8") if p.exists() else "" for p in told.values())
    found = re.search(r"^result=(\S+)$", output, re.MULTILINE)
    result = json.loads(base64.b64decode(found[1])) if found else None
    return codes, summary, result, log.read_text()


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_keeps_to_github_s_schema(path):
    checker = [PROGRAMS / "check-jsonschema", "--builtin-schema", "vendor.github-workflows"]

    done = subprocess.run([*checker, path], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout
    broken = path.read_text("utf-8").replace("timeout-minutes: 20", "timeout-minutes: [soon]")
    done = subprocess.run(
        [*checker, "-"], input=broken, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, "the schema would take anything"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_points_reach_the_reporter_under_the_name_that_it_looks_for(path):
    _, steps = steps_of(path)
    ids = {step["id"] for step in steps if "id" in step}
    (reporter,) = [s for s in steps if "autograding-grading-reporter" in s.get("uses", "")]
    (runner,) = reporter["with"]["runners"].split(",")

    assert runner in ids
    assert (
        reporter["env"][f"{runner.upper()}_RESULTS"] == f"${{{{ steps.{runner}.outputs.result }}}}"
    )
    assert all(
        s["with"]["persist-credentials"] is False for s in steps if "checkout" in s.get("uses", "")
    )


@pytest.fixture
def hidden(tmp_path):
    """A runner's folder: what was pushed, and the course."""
    for part in ("byhand", "data", "grader", f"solutions/{LESSON}", f"notebooks/{LESSON}"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / part, tmp_path / "course" / part, ignore=ignored)
    for name in ("nbgrader_config.py", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path / "course")
    (tmp_path / "pushed").mkdir()
    return tmp_path


def test_with_hidden_tests_the_report_is_the_summary_and_sets_points(hidden):
    if reason := availability.unavailable():
        pytest.skip(reason)
    wrong = "def one_hot(*a):\n    raise ValueError('```\\n# <img src=x> @everybody')"
    notebook = right(LESSON, one_hot=wrong)
    (hidden / "pushed" / f"{LESSON}.ipynb").write_text(notebook, encoding="utf-8")

    codes, summary, result, asked = run_steps(FOLDER / "hidden.yml", hidden)

    assert [code for code, _ in codes] == [0, 0], codes
    assert "-m pip install --quiet -r course/requirements.lock" in asked
    tests = {test["name"]: test for test in result["tests"]}
    assert result["version"] == 1
    assert result["status"] == "fail"
    assert tests["one_hot"]["status"] == "fail"
    others = [name for name in load(LESSON).exercises if name != "one_hot"]
    assert {tests[name]["status"] for name in others} == {"pass"}
    assert sum(test["score"] for test in result["tests"]) < result["max_score"]
    assert f"## {LESSON}: " in summary
    assert "| `one_hot` | 0 of " in summary
    assert "sandbox: sandlock" in summary
    assert "\n# <img" not in re.sub(r"(?s)(`{3,})text\n.*?\n\1(?=\n|$)", "", summary)


def test_what_cannot_be_graded_is_told_in_the_summary_and_sets_no_points(hidden):
    codes, summary, result, _ = run_steps(FOLDER / "hidden.yml", hidden)

    assert codes[-1][0] == 1
    assert "## Not graded" in summary
    assert "Traceback" not in codes[-1][1]
    assert result is None


def test_without_a_sandbox_a_pushed_notebook_is_not_run(hidden, typed, monkeypatch):
    monkeypatch.setattr(availability, "unavailable", lambda: "no Landlock here")
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    (hidden / "pushed" / f"{LESSON}.ipynb").write_text(work(LESSON), encoding="utf-8")

    code, out, err = typed(hidden / "course", "classroom", LESSON, "--pushed", "../pushed")

    assert code == 1
    assert "no Landlock here" in err
    assert "## Not graded" in out


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """A template repository: what `grader dist` packs."""
    return dist(COURSE, [LESSON], tmp_path_factory.mktemp("classroom")).folder


def test_visible_tests_alone_need_nothing_secret(given, tmp_path):
    shutil.copytree(given, tmp_path, dirs_exist_ok=True)
    notebook = tmp_path / "notebooks" / LESSON / f"{LESSON}.ipynb"
    notebook.write_text(right(LESSON, one_hot="def one_hot(*a):\n    return 1"), encoding="utf-8")

    codes, summary, result, asked = run_steps(FOLDER / "visible.yml", tmp_path)

    assert [code for code, _ in codes] == [0, 0], codes
    assert "-m pip install --quiet ." in asked
    tests = {test["name"]: test["status"] for test in result["tests"]}
    assert tests["one_hot"] == "fail"
    assert list(tests.values()).count("pass") == len(tests) - 1 > 0
    assert "By the visible tests alone" in summary
    assert "| one_hot | 0 of " in summary


@pytest.mark.parametrize(
    "content", [None, "", "[]", '{"cells": 1}', '{"cells": [{"cell_type": 1}]}']
)
def test_a_pushed_file_that_is_no_notebook_is_told(content, given, tmp_path):
    shutil.copytree(given, tmp_path, dirs_exist_ok=True)
    notebook = tmp_path / "notebooks" / LESSON / f"{LESSON}.ipynb"
    notebook.unlink()
    if content is not None:
        notebook.write_text(content)

    codes, summary, _, _ = run_steps(FOLDER / "visible.yml", tmp_path)

    assert "Traceback" not in codes[-1][1]
    assert summary


def test_no_text_leaves_its_block(tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    evil = Tried(name="x\nresult=stolen", score=0.0, points=1.0, told="y\nz=1")

    tell(fenced("a\n````\n# b"), [evil])

    assert (tmp_path / "summary").read_text() == "`````text\na\n````\n# b\n`````\n"
    assert (tmp_path / "output").read_text() == f"result={encoded([evil])}\n"

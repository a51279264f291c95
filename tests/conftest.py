"""What several test modules share: the course, its lessons, loaded once."""

import functools
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.course import loading
from grader.course.folders import Course
from grader.course.lesson import Lesson

ROOT = Path(__file__).resolve().parent.parent
COURSE = Course(root=ROOT)
# An author tries one lesson while another is half written: LESSONS=03_dense_layer pytest ...
LESSONS = os.environ.get("LESSONS", "").split() or COURSE.lesson_ids()


# The mark of what is left to `make thorough`; on a fixture, of every test that asks for it.
LONG = pytest.mark.long
LONG_SETUP = [pytest.param(None, id="whole", marks=LONG)]


@functools.cache
def load(lesson_id: str) -> Lesson:
    """Return a lesson ready to grade."""
    return loading.load(COURSE, lesson_id)


def pytest_configure() -> None:
    """Leave a slow package out: of this process, and of the commands that tests start."""
    without = str(ROOT / "tests" / "without")
    sys.path.insert(0, without)
    os.environ["PYTHONPATH"] = f"{without}{os.pathsep}{ROOT}"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Any:
    """A function that is `grader ...` in a folder, in this process: (exit code, out, err)."""
    from grader.cli.main import main

    def run(folder: Path, *words: Any) -> tuple[int, str, str]:
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", ["grader", *map(str, words)])
        code: Any = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
        return code, *capfd.readouterr()

    return run


@pytest.fixture(scope="module")
def box(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A box with what a module calls LIMITS, or the usual ones; without a sandbox, none is run."""
    from grader.sandbox import availability
    from grader.sandbox.box import Box
    from grader.sandbox.limits import Limits

    if reason := availability.unavailable():
        pytest.skip(reason)
    with Box(COURSE, limits=getattr(request.module, "LIMITS", Limits())) as made:
        yield made


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The browser; where there is none, its tests are skipped unless it is required."""
    from tests import lab

    if lab.CHROMIUM is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail("REQUIRE_BROWSER=1, but no Chromium was found on PATH")
        pytest.skip("no Chromium was found on PATH: browser tests are not run")
    with lab.browsing() as found:
        yield found


# The modules that take longest, longest first: begun last, one of them would be waited for alone.
FIRST = (
    *("readme", "figures_browser", "threats", "honest", "browser", "lessons", "cluster", "demo"),
    *("suite", "class_day", "docs", "round", "kill_matrix", "nbgrader", "plugin", "byhand_plots"),
    *("paths", "odd", "sandbox", "class", "killed", "figures", "shell", "authoring", "checking"),
    *("reference", "release", "unsandboxed", "outside", "refused", "setup", "feedback"),
    *("numbers_04", "pairs", "downloads", "many", "classroom", "dist", "ordinary_assignment"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest modules; each stays whole, for its tests share costly fixtures."""
    place = {f"test_{name}.py": number for number, name in enumerate(FIRST)}
    items.sort(key=lambda item: place.get(item.path.name, len(FIRST)))

"""From Submit to a page that can be fetched, with `grader watch` at work.

`bench(results)` is called by bench/run.py.  One student hands in by `nbgrader submit` itself;
then a class hands in within a minute, in the form that it leaves in the exchange (thirty
starts of nbgrader would take the machine's time).  WATCH_STUDENTS sets the size of the class.
"""

from __future__ import annotations

import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

import run as stage  # noqa: E402 - bench/ is no package

from grader import sample  # noqa: E402
from grader.course.folders import Course  # noqa: E402
from grader.course.loading import load  # noqa: E402

_LESSON = "03_dense_layer"
_ONE_GOAL, _CLASS_GOAL, _WITHIN = 10, 60, 60  # seconds
_MOST = 600  # seconds that are waited for


def bench(results: Any) -> None:
    """Add both rows: the longest wait counts."""
    students = int(os.environ.get("WATCH_STUDENTS", "30"))
    with (
        stage.course_copy(stock=False) as course,
        tempfile.TemporaryDirectory(prefix="exchange-") as exchange,
    ):
        Path(exchange).chmod(0o777)
        with (course.root / "nbgrader_config.py").open("a", encoding="utf-8") as config:
            config.write(f"\nc.Exchange.root = {exchange!r}\n")
        stage.run(course.root, "nbgrader", "generate_assignment", _LESSON, "--force")
        stage.run(course.root, "nbgrader", "release_assignment", _LESSON)
        place = Path(exchange, "backprop_by_hand")
        work = sample.right(load(course, _LESSON))
        text = sample.text(sample.notebook(course, load(course, _LESSON), work))
        watch = subprocess.Popen(
            [sys.executable, "-m", "grader.cli", "watch", _LESSON],
            cwd=course.root,
            env=stage.ENVIRONMENT | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
        )
        try:
            _until((course.class_folder / "watch.log").exists)
            one = _submitted_by_command(course, place, text)
            waits = _class(place, text, students)
        finally:
            watch.send_signal(signal.SIGTERM)
            watch.wait(300)
    results.add(
        "from Submit to a page, one student",
        f"{one:.1f} s",
        f"at most {_ONE_GOAL} s",
        reached=one <= _ONE_GOAL,
    )
    results.add(
        f"from Submit to a page, {students} students within a minute",
        f"{max(waits):.1f} s the longest, {sorted(waits)[len(waits) // 2]:.1f} s the median",
        f"at most {_CLASS_GOAL} s",
        reached=max(waits) <= _CLASS_GOAL,
    )


def _submitted_by_command(course: Course, place: Path, text: str) -> float:
    """Return the seconds from the end of `nbgrader submit` to the page."""
    with tempfile.TemporaryDirectory(prefix="student-") as home:
        folder = Path(home, _LESSON)
        folder.mkdir()
        (folder / f"{_LESSON}.ipynb").write_text(text, encoding="utf-8")
        config = (course.root / "nbgrader_config.py").read_text(encoding="utf-8")
        root = re.findall(r"^c\.Exchange\.root = .*$", config, re.MULTILINE)[-1]
        lines = ("c = get_config()", root, "c.CourseDirectory.course_id = 'backprop_by_hand'")
        Path(home, "nbgrader_config.py").write_text("\n".join(lines), encoding="utf-8")
        stage.run(Path(home), "nbgrader", "submit", _LESSON)
        began = time.time()
        _until(lambda: _pages(place))
    return max(_pages(place)) - began


def _class(place: Path, text: str, students: int) -> list[float]:
    """Let a class hand in, one after another; return how long each waited for the page."""
    before = len(_pages(place))
    handed_in = []
    for number in range(students):
        student = f"student-{number:02d}"
        stamp = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f} UTC"
        beside = place.parent / f".{student}"
        beside.mkdir()
        (beside / f"{_LESSON}.ipynb").write_text(text, encoding="utf-8")
        (beside / "timestamp.txt").write_text(stamp, encoding="ascii")
        (beside / "submission_secret.txt").write_text(secrets.token_hex(64), encoding="ascii")
        beside.rename(place / "inbound" / f"{student}+{_LESSON}+{stamp}")
        handed_in.append(time.time())
        time.sleep(_WITHIN / students)
    _until(lambda: len(_pages(place)) >= before + students)
    # Pages go out in the order in which submissions came in, or later ones would wait less.
    return [page - began for began, page in zip(handed_in, _pages(place)[before:], strict=True)]


def _pages(place: Path) -> list[float]:
    """Return when each page was released, the first first."""
    return sorted(path.stat().st_mtime for path in (place / "feedback").glob("*.html"))


def _until(done: Any) -> None:
    end = time.monotonic() + _MOST
    while not done():
        if time.monotonic() > end:
            sys.exit("no page came out of the watch")
        time.sleep(0.05)

"""Feedback alone, and the whole round from collecting to released pages, against stock nbgrader.

`bench(results)` is called by bench/run.py, which has the class; ROUND_STUDENTS sets its size.
"""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

import run as stage  # noqa: E402 - bench/ is no package

from grader.course.folders import Course  # noqa: E402
from grader.course.lesson import Lesson  # noqa: E402
from grader.course.loading import load  # noqa: E402

_PAGE_GOAL = 0.025  # seconds
_ROUND_GOAL = 20  # times
_TIME = "2026-01-02 03:04:05.000000 UTC"


def bench(results: Any) -> None:
    """Add both rows; the stock side works on a sample, with the start of its commands apart."""
    students = int(os.environ.get("ROUND_STUDENTS", "30"))
    lessons = os.environ.get("LESSONS", "").split() or Course(root=ROOT).lesson_ids()
    sampled = max(2, -(-12 // len(lessons)))
    with (
        stage.course_copy(stock=False) as ours,
        stage.course_copy(stock=True) as stock,
        tempfile.TemporaryDirectory(prefix="exchange-") as exchange,
    ):
        for course, count, place in ((ours, students, "ours"), (stock, sampled, "stock")):
            root = Path(exchange, place)
            root.mkdir(mode=0o777)
            with (course.root / "nbgrader_config.py").open("a", encoding="utf-8") as config:
                config.write(f"\nc.Exchange.root = {str(root)!r}\n")
            for name in lessons:
                stage.run(course.root, "nbgrader", "generate_assignment", name, "--force")
                stage.run(course.root, "nbgrader", "release_assignment", name)
                stage.hand_in(course, load(course, name), count)
            _submit(course, root / "backprop_by_hand" / "inbound")

        def commands(*words: str) -> float:
            return stage.seconds(
                lambda: [stage.run(stock.root, "nbgrader", *words, name) for name in lessons]
            )

        mine = stage.seconds(lambda: stage.run(ours.root, "grader", "grade", "--collect"))
        pages = stage.seconds(lambda: stage.run(ours.root, "grader", "feedback", "--release"))
        alone = _pages_alone(ours, load(ours, lessons[0]))
        by_command = stage.seconds(
            lambda: stage.run(ours.root, "nbgrader", "generate_feedback", lessons[0])
        )
        steps = {}
        for step in ("collect", "autograde", "generate_feedback", "release_feedback"):
            first = commands(step)
            # Done already: what this takes is the start of the commands.
            start = commands(step)
            steps[step] = (max(first - start, 0.0) / sampled * students + start) / len(lessons)
        sent = len(list(Path(exchange, "ours", "backprop_by_hand", "feedback").glob("*.html")))
    count = students * len(lessons)
    theirs = sum(steps.values()) * len(lessons)
    stage.console.print(
        f"  {count} notebooks: collected and graded in {mine:.1f} s, {sent} pages written and "
        f"released in {pages:.1f} s; a page alone {alone * 1e3:.1f} ms; nbgrader "
        f"generate_feedback, {students} pages with its start, {by_command:.1f} s\n"
        f"  stock, for a class of {students} and one lesson: "
        + ", ".join(f"{step} {seconds:.1f} s" for step, seconds in steps.items())
    )
    results.add(
        "a feedback page",
        f"{alone * 1e3:.1f} ms (stock {(steps['generate_feedback']) / students * 1e3:.0f} ms)",
        f"at most {_PAGE_GOAL * 1e3:.0f} ms",
        reached=alone <= _PAGE_GOAL,
    )
    results.add(
        "the whole round, against stock nbgrader",
        f"{theirs / (mine + pages):.1f} times faster",
        f"at least {_ROUND_GOAL}",
        reached=theirs / (mine + pages) >= _ROUND_GOAL and sent == count,
    )


def _submit(course: Course, inbound: Path) -> None:
    """Move what was handed in to where nbgrader's submit puts it."""
    for folder in sorted((course.class_folder / "submitted").glob("*/*")):
        (folder / "timestamp.txt").write_text(_TIME, encoding="ascii")
        (folder / "submission_secret.txt").write_text(secrets.token_hex(64), encoding="ascii")
        folder.rename(inbound / f"{folder.parent.name}+{folder.name}+{_TIME}")
    for student in (course.class_folder / "submitted").iterdir():
        student.rmdir()


def _pages_alone(course: Course, lesson: Lesson) -> float:
    """Return the seconds of one page among those of a lesson, nothing of it made before."""
    from grader.run.feedback import feed_back  # noqa: PLC0415 - nbgrader, on no worker

    feed_back(course, lessons=[lesson.id])  # Python's modules and the template, once a command
    found: list[int] = []
    others = [name for name in course.lesson_ids() if name != lesson.id] or [lesson.id]
    seconds = stage.seconds(lambda: found.append(len(feed_back(course, lessons=others))))
    return seconds / found[0]

"""One submission graded as Gradescope asks for it: its folders, its results.json.

Source: Gradescope, "Autograder Specifications" and "Submission Metadata"
(gradescope-autograders.readthedocs.io).
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.course.folders import Course
from grader.course.loading import load
from grader.errors import InputError
from grader.judge.outcome import Outcome, Report
from grader.judge.verdict import Verdict
from grader.report.words import all_notes, outcome_lines
from grader.run import words as run_words
from grader.run.one import grade_file, open_box
from grader.sandbox import availability
from grader.school import words
from grader.school.sheet import write_bytes
from grader.school.visibility import Visibility

SETTINGS = "autograder.json"
_MOST_METADATA = 10 * 2**20


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What an autograder's archive was made for.

    Attributes:
        tests: when each exercise's outcome is seen.
        unsandboxed: whether other people's code may run without a sandbox.
    """

    lesson: str
    tests: Visibility = Visibility.VISIBLE
    unsandboxed: bool = False

    def data(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "lesson": self.lesson,
            "tests": self.tests.value,
            "unsandboxed": self.unsandboxed,
        }


def grade_submission(root: Path) -> Path:
    """Grade what lies in root/submission, and write root/results/results.json.

    Args:
        root: /autograder, as Gradescope lays it out; the course is in source/course.

    Raises:
        InputError: there is no notebook, no sandbox, or the folders are not as they should be.
            No results are written then, which Gradescope shows as a fault and not as a zero.
    """
    settings = _settings(root / "source" / SETTINGS)
    reason = availability.unavailable()
    if reason and not settings.unsandboxed:
        raise InputError(words.no_sandbox_there(run_words.class_refused(reason)))
    begun = time.monotonic()
    course = Course(root=(root / "source" / "course").resolve())
    lesson = load(course, course.find_lesson(settings.lesson))
    folder = folder_of(root / "submission", lesson.id)
    with open_box(course, [lesson], sandboxed=not reason) as box:
        graded = grade_file(
            lesson,
            folder / f"{lesson.id}.ipynb",
            box,
            student=_student(root / "submission_metadata.json"),
            secret=course.secret(),
        )
    seconds = time.monotonic() - begun
    content = json.dumps(results(graded.report, tests=settings.tests, seconds=seconds), indent=1)
    to = root / "results" / "results.json"
    write_bytes(to, f"{content}\n".encode())
    return to


def results(report: Report, *, tests: Visibility, seconds: float) -> dict[str, Any]:
    """Return a report as Gradescope's results.json.

    A derivation that a person marks has no score there: it is no test, and no zero.
    """
    head = [words.graded_in(report.sandbox), *all_notes(report)]
    scored = [outcome for outcome in report.exercises if outcome.verdict is not Verdict.MANUAL]
    return {
        "score": round(sum(outcome.score for outcome in scored), 4),
        "execution_time": round(seconds, 2),
        "output": "\n".join(head),
        "output_format": "text",
        "visibility": Visibility.VISIBLE.value,
        # What the grader's process prints is the instructor's.
        "stdout_visibility": Visibility.HIDDEN.value,
        "extra_data": {
            "lesson": report.lesson,
            "grader": report.version,
            "sandbox": report.sandbox,
            "verdicts": {outcome.id: outcome.verdict.value for outcome in report.exercises},
        },
        "tests": [_test(outcome, tests) for outcome in report.exercises],
    }


def _test(outcome: Outcome, visibility: Visibility) -> dict[str, Any]:
    told = "\n".join(line.strip() for line in outcome_lines(outcome)[1:])
    test: dict[str, Any] = {
        "name": outcome.id,
        "name_format": "text",
        "output": "\n".join(filter(None, [outcome.verdict.value, told])),
        "output_format": "text",
        "visibility": visibility.value,
    }
    if outcome.verdict is not Verdict.MANUAL:
        test["score"] = round(outcome.score, 4)
        test["max_score"] = outcome.points
        test["status"] = "passed" if outcome.score >= outcome.points else "failed"
    return test


def _settings(path: Path) -> Settings:
    try:
        data = json.loads(path.read_bytes())
        return Settings(
            lesson=str(data["lesson"]),
            tests=Visibility(data["tests"]),
            unsandboxed=data["unsandboxed"] is True,
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(words.no_settings(path, error)) from error


def folder_of(submission: Path, lesson: str) -> Path:
    """Return the folder of a submission that holds its notebooks: a zip may have had one."""
    folders = {path.parent for path in _notebooks(submission)}
    if submission in folders or not folders:
        return submission
    if len(folders) > 1:
        names = sorted(str(folder.relative_to(submission)) for folder in folders)
        raise InputError(words.several_folders(lesson, names))
    return folders.pop()


def _notebooks(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*.ipynb")):
        if not any(part.startswith((".", "__MACOSX")) for part in path.relative_to(folder).parts):
            yield path


def _student(path: Path) -> str:
    """Return by whom hidden inputs are drawn: the address of the first who handed it in."""
    try:
        with path.open("rb") as file:
            data = json.loads(file.read(_MOST_METADATA))
        found = data["users"][0]["email"]
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        return "learner"
    return found if isinstance(found, str) and found.isprintable() and found else "learner"

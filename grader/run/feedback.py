"""Write feedback pages from graded notebooks, the grader's reports and the gradebook as it is."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.course.folders import Course
from grader.errors import InputError
from grader.files import READABLE, put
from grader.gradebook import sidecar
from grader.gradebook.database import absolute
from grader.gradebook.disk import refusals_told
from grader.gradebook.marks import marks_in
from grader.report.marks import Marks
from grader.report.page import feedback_page
from grader.report.telling import Telling
from grader.run import words
from grader.submission.cells import UnreadableError, read_bytes

# What nbgrader needs beside a page to release it: whose it is, and of which attempt.
_BESIDE = ("timestamp.txt", "submission_secret.txt")
_MOST = 10_000  # bytes of a file beside


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One page to write.

    Attributes:
        graded: the folder of the graded submission.
        folder: where its page goes, for nbgrader to release from there.
    """

    student: str
    lesson: str
    graded: Path
    folder: Path

    @property
    def page(self) -> Path:
        """The page's file."""
        return self.folder / f"{self.lesson}.html"


def feed_back(
    course: Course,
    *,
    lessons: Sequence[str] = (),
    students: Sequence[str] = (),
    telling: Telling = Telling.POINTS,
    watch: Callable[[int, int], None] = lambda _done, _total: None,
) -> list[tuple[Sheet, str]]:
    """Write the pages of a class, from the gradebook as it stands.

    Args:
        telling: how much is told of each exercise.
        watch: told how many of how many are done.

    Returns:
        Each page with why it was not made, "" where it was.

    Raises:
        InputError: nothing is graded, or the gradebook or the disk refuses.
    """
    wanted = [course.find_lesson(lesson) for lesson in lessons] or course.lesson_ids()
    graded, written = course.class_folder / "autograded", course.class_folder / "feedback"
    sheets = [
        Sheet(student=student, lesson=lesson, graded=folder, folder=written / student / lesson)
        for lesson in wanted
        for folder in sorted(graded.glob(f"*/{lesson}"))
        if not (student := folder.parent.name).startswith(".")
        and (not students or student in students)
    ]
    if not sheets:
        raise InputError(words.nothing_graded(students or wanted))
    config = course.nbgrader_config()
    url = absolute(str(config.CourseDirectory.db_url), course.root)
    marks = marks_in(url, str(config.CourseDirectory.course_id), wanted)
    done = []
    watch(0, len(sheets))
    schemes = config.FeedbackPages.get("schemes", False) is True
    for sheet, problem in write_pages(sheets, marks, schemes=schemes, telling=telling):
        done.append((sheet, problem))
        watch(len(done), len(sheets))
    return done


def write_pages(
    sheets: Iterable[Sheet],
    marks: Mapping[tuple[str, str], Marks],
    *,
    schemes: bool = False,
    telling: Telling = Telling.POINTS,
) -> Iterator[tuple[Sheet, str]]:
    """Write pages, each whole or not at all.

    Args:
        marks: what the gradebook holds, by student and lesson.
        schemes: show marking schemes and example answers.
        telling: how much is told of each exercise.

    Yields:
        Each sheet with why there is no new page, "" where there is.

    Raises:
        InputError: the disk refuses; what was written until then is whole.
    """
    for sheet in sheets:
        found = marks.get((sheet.student, sheet.lesson))
        try:
            content = _made(sheet, found, schemes=schemes, telling=telling)
        except InputError as error:
            yield sheet, str(error)
            continue
        with refusals_told(sheet.folder):
            sheet.folder.mkdir(parents=True, exist_ok=True)
            for name in _BESIDE:
                with contextlib.suppress(UnreadableError):
                    put(
                        sheet.folder / name,
                        read_bytes(sheet.graded / name, most=_MOST),
                        mode=READABLE,
                    )
            put(sheet.page, content, mode=READABLE)
        yield sheet, ""


def _made(sheet: Sheet, marks: Marks | None, *, schemes: bool, telling: Telling) -> bytes:
    """Return a page's content.

    Raises:
        InputError: it is not in the gradebook, or there is no report on it, or no notebook.
    """
    if marks is None:
        raise InputError(words.page_without_marks(sheet.graded, sheet.lesson))
    report = sidecar.read(sheet.graded)
    path = sheet.graded / f"{sheet.lesson}.ipynb"
    try:
        notebook = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise InputError(words.page_without_notebook(path, error, sheet.lesson)) from error
    if report is None:
        raise InputError(words.page_without_report(sheet.graded / sidecar.NAME, sheet.lesson))
    page = feedback_page(notebook, report, marks, schemes=schemes, telling=telling)
    # What cannot be written, a student's half character, stands as a question mark.
    return page.encode("utf-8", "replace")

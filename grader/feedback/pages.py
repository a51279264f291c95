"""Make the feedback pages of lessons in the place of nbgrader's HTMLExporter."""

from __future__ import annotations

import copy
import fnmatch
from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbgrader.converters.base import NbGraderException
from traitlets import Bool

from grader.autograde.place import directory, is_lesson, names_of
from grader.errors import InputError
from grader.feedback import words
from grader.gradebook.database import absolute
from grader.gradebook.marks import marks_in
from grader.run.feedback import Sheet, write_pages

# What Formgrader's pages are set to in the course's configuration; no feedback page wants it.
_OF_FORMGRADER = ("template_file", "preprocessors")


class FeedbackPages(HTMLExporter):  # type: ignore[misc]
    """Writes the pages of lessons; an ordinary assignment's are nbgrader's own."""

    schemes = Bool(False, help=words.SCHEMES).tag(config=True)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Write all pages of lessons that are asked for; nbgrader's own loop finds the rest.

        The gradebook is read once for the whole class, before anything is written.

        Raises:
            NbGraderException: the gradebook or the disk refuses, or a submission has no report.
        """
        config = copy.deepcopy(options.pop("config", None) or {})
        for name in _OF_FORMGRADER if "HTMLExporter" in config else ():
            config["HTMLExporter"].pop(name, None)
        super().__init__(*arguments, config=config, **options)
        converter = self.parent
        if getattr(converter, "assignments", None):
            sheets = _sheets(converter, directory(self))
            converter.assignments = {
                folder: books
                for folder, books in converter.assignments.items()
                if folder not in sheets
            }
            self._write(list(filter(None, sheets.values())))

    def _write(self, sheets: list[Sheet]) -> None:
        converter, coursedir = self.parent, directory(self)
        if not sheets:
            return
        missing = 0
        try:
            url = absolute(coursedir.db_url, Path(coursedir.root))
            marks = marks_in(url, coursedir.course_id, {sheet.lesson for sheet in sheets})
            for sheet, problem in write_pages(sheets, marks, schemes=self.schemes):
                if problem:
                    converter.log.error(problem)
                    missing += 1
                else:
                    converter.set_permissions(sheet.lesson, sheet.student)
        except InputError as error:
            converter.log.error(str(error))  # noqa: TRY400 - no traceback ever reaches a user
            raise NbGraderException(str(error)) from error
        converter.log.info(words.written(len(sheets) - missing))
        if missing:
            raise NbGraderException(words.not_made(missing))


def _sheets(converter: Any, coursedir: Any) -> dict[str, Sheet | None]:
    """Return the lessons' graded folders, and what to write of each; None for nothing."""
    excluded = set(filter(None, coursedir.student_id_exclude.split(",")))
    found: dict[str, Sheet | None] = {}
    lessons: dict[str, bool] = {}
    for folder in sorted(converter.assignments):
        names = names_of(folder, coursedir, coursedir.autograded_directory)
        if names is None:
            continue
        student, lesson = names["student"], names["assignment"]
        if not lessons.setdefault(lesson, is_lesson(coursedir, lesson)):
            continue
        wanted = student not in excluded and fnmatch.fnmatch(lesson, coursedir.notebook_id)
        target = coursedir.format_path(coursedir.feedback_directory, student, lesson)
        found[folder] = (
            Sheet(student=student, lesson=lesson, graded=Path(folder), folder=Path(target))
            if wanted
            else None
        )
    return found

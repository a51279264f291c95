"""nbgrader's exchange in this process: what was handed in comes in, pages go out.

Its own commands take two seconds each to start, for one lesson.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from nbgrader.apps.baseapp import NbGrader
from nbgrader.auth import Authenticator
from nbgrader.exchange import ExchangeError, ExchangeFactory

from grader.course.folders import Course
from grader.errors import InputError
from grader.gradebook.database import Database, absolute
from grader.gradebook.disk import refusals_told
from grader.run import words

_SECRET = "submission_secret.txt"  # noqa: S105 - a file's name


class Exchange:
    """The exchange of one course, as nbgrader's configuration says it is."""

    def __init__(self, course: Course) -> None:
        self._course = course

    @cached_property
    def _app(self) -> Any:
        names = self._course.nbgrader_config().CourseDirectory
        # Where there is none, nbgrader would make it in its place, half made for seconds.
        with refusals_told(self._course.class_folder):
            self._course.class_folder.mkdir(exist_ok=True)
            Database(absolute(str(names.db_url), self._course.root), str(names.course_id)).close()
        app = NbGrader()
        # What it has to say is said here, in one line.
        app.log.setLevel(logging.CRITICAL + 1)
        app.initialize([], root=str(self._course.root))
        app.log.setLevel(logging.CRITICAL + 1)
        return app

    def do(self, name: str, lesson: str) -> None:
        """Do one of nbgrader's exchange actions: ReleaseAssignment, FetchAssignment, Submit.

        Raises:
            InputError: the exchange or the disk refuses.
        """
        self._start(self._action(name, lesson))

    def collect(self, lessons: Sequence[str]) -> None:
        """Take in what was handed in; a newer submission replaces an older one.

        Raises:
            InputError: the exchange or the disk refuses.
        """
        for lesson in lessons:
            action = self._action("Collect", lesson)
            action.update = True
            self._start(action)

    def release(self, lessons: Sequence[str], students: Sequence[str] = ()) -> list[str]:
        """Send out the pages that were written; those that did not come through it cannot go.

        Returns:
            What could not be sent, in sentences.

        Raises:
            InputError: the exchange or the disk refuses.
        """
        stayed = []
        for lesson in lessons:
            action = self._action("ReleaseFeedback", lesson)
            excluded = [action.coursedir.student_id_exclude]
            for student, page in self._pages(lesson):
                if not page.with_name(_SECRET).is_file():
                    stayed.append(words.page_stays(page))
                elif not students or student in students:
                    continue
                excluded.append(student)
            action.coursedir.student_id_exclude = ",".join(filter(None, excluded))
            self._start(action)
        return stayed

    def _pages(self, lesson: str) -> Iterator[tuple[str, Path]]:
        folder = self._course.class_folder / "feedback"
        for page in sorted(folder.glob(f"*/{lesson}/{lesson}.html")):
            yield page.parent.parent.name, page

    def _action(self, name: str, lesson: str) -> Any:
        app = self._app
        app.coursedir.assignment_id = lesson
        made = getattr(ExchangeFactory(parent=app), name)
        return made(coursedir=app.coursedir, authenticator=Authenticator(parent=app), parent=app)

    def _start(self, action: Any) -> None:
        before = action.coursedir.student_id_exclude
        try:
            with refusals_told(Path(action.root)):
                action.start()
        except ExchangeError as error:
            raise InputError(words.exchange_refuses(error)) from error
        finally:
            action.coursedir.student_id_exclude = before

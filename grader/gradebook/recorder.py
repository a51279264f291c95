"""From Reports to nbgrader's gradebook and autograded notebooks; one transaction each.

The order is: write the autograded folder beside its place, note the attempt, commit the
scores, rename the folder into place.  What is in place is done; killed anywhere before,
a rerun grades the submission again, to the same scores.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

from grader.course.folders import Course
from grader.course.lesson import Lesson
from grader.errors import StopError
from grader.gradebook import words
from grader.gradebook.attempts import Attempts
from grader.gradebook.cells import Known, register
from grader.gradebook.database import Database, absolute
from grader.gradebook.disk import lock, refusals_told
from grader.gradebook.finished import Finished
from grader.gradebook.folders import Autograded, contents
from grader.gradebook.marks import read_marks
from grader.gradebook.rows import save
from grader.report.marks import Marks
from grader.submission.entry import Entry


@contextlib.contextmanager
def _kept_apart(refused: dict[Entry, Exception], entry: Entry) -> Iterator[None]:
    """Keep why something fails for one submission; the others go on."""
    try:
        yield
    except StopError:
        raise
    except Exception as error:  # noqa: BLE001 - it is told in the submission's row
        refused[entry] = error


class Recorder:
    """Writes reports of one course into its gradebook; one at a time."""

    def __init__(self, course: Course, *, db_url: str, course_id: str, config: Any) -> None:
        """Lock the class and open its gradebook.

        Args:
            config: nbgrader's configuration, for late penalties.

        Raises:
            InputError: another one is at work here, or the gradebook or the disk refuses.
        """
        self._folder, self._config = course.class_folder, config
        self._autograded, self._attempts = Autograded(course), Attempts(course.class_folder)
        self._known: dict[str, Known] = {}
        with contextlib.ExitStack() as stack, refusals_told(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            stack.enter_context(lock(self._folder / ".grading", words.locked(self._folder)))
            self._database = Database(db_url, course_id)
            stack.callback(self._database.close)
            self._autograded.clear_staging()
            stack.callback(self._autograded.clear_staging)
            self._open = stack.pop_all()

    def register(self, lesson: Lesson) -> None:
        """Make the gradebook know the lesson as it stands, as generate_assignment does.

        Raises:
            InputError: cells were added or removed although there are submissions, or the
                gradebook or the disk refuses.
        """
        with refusals_told(self._folder):
            self._known[lesson.id] = register(self._database, lesson)

    def marks(self) -> dict[tuple[str, str], Marks]:
        """Return what the gradebook holds of all submissions of the registered lessons.

        Raises:
            InputError: the gradebook refuses.
        """
        return read_marks(self._database, self._known)

    def record_all(self, finished: Sequence[Finished]) -> dict[Entry, Exception]:
        """Write reports with one transaction for all: a commit waits longer than all else takes.

        Returns:
            Why some are not written; nothing of these is kept.

        Raises:
            StopError: nothing can be recorded any more.
        """
        refused: dict[Entry, Exception] = {}
        with contextlib.ExitStack() as stack:
            staged: list[tuple[Finished, Path]] = []
            for each in finished:
                with _kept_apart(refused, each.entry):
                    staged.append((each, stack.enter_context(self._staged(each))))
            together: dict[Entry, Exception] = {}
            if len(staged) > 1:
                with _kept_apart(together, staged[0][0].entry):
                    self._write(staged)
                if not together:
                    return refused
            # The fault of one is not the others'.
            for one in staged:
                with _kept_apart(refused, one[0].entry):
                    self._write([one])
        return refused

    @contextlib.contextmanager
    def _staged(self, one: Finished) -> Iterator[Path]:
        """Write the folder beside its place, and note the attempt.

        Whatever the disk refuses, it has refused before the scores are written.
        """
        if one.lesson.id not in self._known:
            self.register(one.lesson)
        files = contents(one.entry, one.graded, one.lesson, one.content_hash)
        with refusals_told(self._folder), self._autograded.staged(one.entry, files) as folder:
            self._attempts.add(one.entry, one.graded.report)
            yield folder

    def _write(self, staged: Sequence[tuple[Finished, Path]]) -> None:
        """Commit the scores of some reports, and rename their folders into place."""

        def scores(session: Any) -> None:
            save(session, [one for one, _ in staged], self._known, self._config)

        self._database.change(scores)
        with refusals_told(self._folder):
            for one, folder in staged:
                self._autograded.put(folder, one.entry)

    def close(self) -> None:
        """Close the gradebook, and let others grade."""
        self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_recorder(course: Course) -> Recorder:
    """Return a recorder for a course, as its nbgrader_config.py says.

    Raises:
        InputError: the configuration cannot be read; or see Recorder.
    """
    config = course.nbgrader_config()
    return Recorder(
        course,
        db_url=absolute(str(config.CourseDirectory.db_url), course.root),
        course_id=str(config.CourseDirectory.course_id),
        config=config,
    )

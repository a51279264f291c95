"""Grade what comes in, as it comes in: collect, grade, write the page, release it, wait."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Event

from grader.course.folders import Course
from grader.errors import GraderError, InputError
from grader.gradebook.database import absolute
from grader.gradebook.deadlines import deadlines_in
from grader.gradebook.disk import lock, refusals_told
from grader.report.telling import Telling
from grader.report.words import number
from grader.run import words
from grader.run.exchange import Exchange
from grader.run.feedback import feed_back
from grader.run.watched import Watched, content_told, read_watched
from grader.run.whole_class import grade_class
from grader.submission.entry import Entry
from grader.submission.submitted import entries

_MOST_AT_ONCE = 30  # submissions between two looks at whether to end
_LONGEST_WAIT = 60.0  # seconds, after one failure upon another


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How a watch goes about it.

    Attributes:
        every: seconds between two looks at the exchange.
        pause: seconds between two gradings of one student's lesson.
        attempts: how often one student's lesson is graded; 0 for no limit.
        before: what is told before the deadline.
        after: what is told after it.
        jobs: worker processes; None for one a core.
        scheduler: the address of a Dask scheduler whose workers grade; "" grades here.
    """

    every: float = 2.0
    pause: float = 0.0
    attempts: int = 0
    before: Telling = Telling.POINTS
    after: Telling = Telling.POINTS
    jobs: int | None = None
    scheduler: str = ""


@dataclass(kw_only=True)
class Watch:
    """A watch over a class; `run` goes on until it is told to end.

    Attributes:
        say: told one line of the log at a time.
        end: set from outside to end in order.
    """

    course: Course
    lessons: Sequence[str]
    rules: Rules
    say: Callable[[str], None]
    end: Event = field(default_factory=Event)
    _said: dict[str, str] = field(default_factory=dict)

    def run(self) -> None:
        """Watch until the end.

        Raises:
            InputError: another watch is at work here, or the class folder cannot be written.
        """
        with _alone(self.course):
            exchange = Exchange(self.course)
            watched = read_watched(self.course)
            self.say(words.watch_begins(self.lessons))
            failures = 0
            while not self.end.is_set():
                failures = 0 if self.round(exchange, watched) else failures + 1
                self.end.wait(min(self.rules.every * 2**failures, _LONGEST_WAIT))
            self.say(words.WATCH_ENDS)

    def round(self, exchange: Exchange, watched: Watched) -> bool:
        """Do once what there is to do; return whether nothing refused."""
        fine = self._tried("collect", lambda: exchange.collect(self.lessons))
        return all([fine, *(self._lesson(lesson, exchange, watched) for lesson in self.lessons)])

    def _lesson(self, lesson: str, exchange: Exchange, watched: Watched) -> bool:
        """Grade what is new of a lesson, and release what is not out."""
        ready: list[Entry] = []
        fine = self._tried(f"read {lesson}", lambda: ready.extend(self._ready(lesson, watched)))
        parts = [ready[at : at + _MOST_AT_ONCE] for at in range(0, len(ready), _MOST_AT_ONCE)]
        for some in parts:
            if fine and not self.end.is_set():
                grade = partial(self._grade, lesson, some, watched)
                fine = self._tried(f"grade {lesson}", grade)
        release = partial(self._release, lesson, exchange, watched)
        return self._tried(f"release {lesson}", release) and fine

    def _tried(self, about: str, act: Callable[[], None]) -> bool:
        """Do something; a refusal is said once, and is tried again in the next round."""
        try:
            act()
        except (InputError, GraderError) as error:
            self._say_once(about, str(error))
            return False
        except Exception as error:  # noqa: BLE001 - one round's fault never ends the watch
            self._say_once(about, words.watch_fault(error))
            return False
        self._said.pop(about, None)
        return True

    def _say_once(self, about: str, message: str) -> None:
        if self._said.get(about) != message:
            self._said[about] = message
            self.say(message)

    def _entries(self, lesson: str) -> list[Entry]:
        try:
            return [entry for entry in entries(self.course, [lesson], ()) if not entry.problem]
        except InputError:
            return []  # nobody has handed in yet

    def _ready(self, lesson: str, watched: Watched) -> Iterator[Entry]:
        """Yield the submissions that are new, and may be graded now."""
        now = datetime.now(UTC)
        for entry in self._entries(lesson):
            handled, found = watched.of(entry), content_told(entry)
            if handled.seen == found:
                continue
            if self.rules.attempts and handled.attempts >= self.rules.attempts:
                handled.seen = found
                self.say(words.no_attempt_left(entry.student, lesson, handled.attempts))
                watched.save()
            elif handled.since_graded(now) >= self.rules.pause:
                yield entry

    def _grade(self, lesson: str, some: Sequence[Entry], watched: Watched) -> None:
        """Grade some submissions; one that cannot be is said and left."""
        began = time.monotonic()
        # Looked at before: what changes meanwhile is graded again.
        seen = {entry.student: content_told(entry) for entry in some}
        rows = grade_class(
            self.course,
            lessons=[lesson],
            students=list(seen),
            jobs=self.rules.jobs,
            scheduler=self.rules.scheduler,
            say=lambda line: self._say_once(line, line),
        )
        now = datetime.now(UTC).isoformat(timespec="seconds")
        by_student = {entry.student: entry for entry in some}
        for row in rows:
            entry = by_student.get(row.student)
            if entry is None or row.lesson != lesson:
                continue
            handled = watched.of(entry)
            handled.seen, handled.graded, handled.told = seen[entry.student], now, ""
            if row.report is None:
                self.say(words.not_graded(entry.student, lesson, row.problem))
                continue
            handled.attempts += not row.skipped
            self.say(
                words.graded(
                    entry.student,
                    lesson,
                    number(row.report.score),
                    number(row.report.max_score),
                    time.monotonic() - began,
                )
            )
        watched.save()

    def _release(self, lesson: str, exchange: Exchange, watched: Watched) -> None:
        """Write and send the pages that are not out, or no longer tell what they should."""
        telling = self._telling(lesson)
        behind = [
            entry
            for entry in self._entries(lesson)
            if (handled := watched.of(entry)).graded and not handled.tells(telling)
        ]
        if not behind:
            return
        students = [entry.student for entry in behind]
        done = feed_back(self.course, lessons=[lesson], students=students, telling=telling)
        for _sheet, problem in done:
            if problem:
                self._say_once(problem, problem)
        for problem in exchange.release([lesson], students):
            self._say_once(problem, problem)
        for entry in behind:
            watched.of(entry).told = telling.value
        watched.save()
        self.say(words.released(lesson, len(students)))

    def _telling(self, lesson: str) -> Telling:
        """Return what is told of a lesson now."""
        if self.rules.before is self.rules.after:
            return self.rules.after
        names = self.course.nbgrader_config().CourseDirectory
        due = deadlines_in(absolute(str(names.db_url), self.course.root), str(names.course_id))
        over = lesson in due and datetime.now(UTC) > due[lesson]
        return self.rules.after if over else self.rules.before


def status(course: Course, last: int = 10) -> list[str]:
    """Return in lines what a watch has done here, and whether one is at work."""
    watched = read_watched(course)
    try:
        with _alone(course):
            at_work = False
    except InputError:
        at_work = True
    graded = [handled for handled in watched.submissions.values() if handled.graded]
    lines = [words.at_work(at_work=at_work), words.done_so_far(len(graded))]
    if graded:
        lines.append(words.last_graded(max(handled.graded for handled in graded)))
    try:
        log = log_of(course).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        log = []
    return lines + log[-last:]


def log_of(course: Course) -> Path:
    """Return where a watch writes its log."""
    return course.class_folder / "watch.log"


@contextmanager
def _alone(course: Course) -> Iterator[None]:
    """Hold the class against a second watch; the system lets go when the process ends."""
    path = course.class_folder / "watch.lock"
    with refusals_told(course.class_folder):
        path.parent.mkdir(parents=True, exist_ok=True)
        held = lock(path, words.already_watched(course.class_folder))
    with held:
        yield

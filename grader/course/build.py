"""Build lessons: write what is stale, all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from grader.course import words
from grader.course.folders import Course
from grader.course.hidden import draw_cases
from grader.course.loading import load
from grader.course.release import build
from grader.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Built:
    """What a build did: how many lessons it looked at, which files were stale."""

    lessons: int
    changed: tuple[Path, ...]


def build_course(course: Course, names: Sequence[str], *, check: bool) -> Built:
    """Make the notebooks of the named lessons, of all without names.

    All of it or nothing: one lesson's mistake leaves the files of all as they were.

    Args:
        check: only say which files are stale.

    Raises:
        InputError: an unknown lesson, or a file that cannot be written.
        AuthorError: a lesson has mistakes.
    """
    known = course.lesson_ids()
    chosen = [course.find_lesson(name) for name in names] or known
    files: dict[Path, str | None] = {}
    for lesson in chosen:
        previous = [course.solutions / name / "lesson.py" for name in known if name < lesson]
        files |= build(course.solutions / lesson, course.notebooks / lesson, previous)
    changed = tuple(path for path, text in files.items() if _content(path) != text)
    if not check:
        with _all_or_nothing(changed):
            for path in changed:
                _write(path, files[path])
            for lesson in chosen:
                # Hidden cases and cells must fit together: an author hears of it now.
                draw_cases(course.solutions / lesson, load(course, lesson).exercises)
    return Built(
        lessons=len(chosen), changed=tuple(path.relative_to(course.root) for path in changed)
    )


def _content(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


@contextmanager
def _all_or_nothing(paths: Sequence[Path]) -> Iterator[None]:
    """Give files their present content back if the with block fails."""
    before = {path: _content(path) for path in paths}
    try:
        yield
    except BaseException:
        for path, text in before.items():
            if _content(path) != text:
                _write(path, text)
        raise


def _write(path: Path, text: str | None) -> None:
    """Write beside and rename: a reader sees the old file or the new one; None removes it."""
    beside = path.with_name(f".{path.name}.new")
    try:
        if text is None:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            beside.write_text(text, encoding="utf-8")
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(words.not_written(path, error.strerror)) from error

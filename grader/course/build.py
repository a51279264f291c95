"""Build lessons: write what is stale, all of it or nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from grader.course import words
from grader.course.folders import Course
from grader.course.hidden import draw_cases
from grader.course.kept import keep, refuse_work, released_texts
from grader.course.loading import load
from grader.course.notebook import digest_of, text_of
from grader.course.release import build
from grader.course.touched import worked_in
from grader.errors import InputError
from grader.files import put


@dataclass(frozen=True, kw_only=True)
class Built:
    """What a build did.

    Attributes:
        lessons: how many it looked at.
        changed: the files that were stale.
        kept: copies of notebooks in which somebody had worked.
    """

    lessons: int
    changed: tuple[Path, ...]
    kept: tuple[Path, ...] = ()


def build_course(
    course: Course, names: Sequence[str], *, check: bool = False, force: bool = False
) -> Built:
    """Make the notebooks of the named lessons, of all without names.

    All of it or nothing: one lesson's mistake leaves the files of all as they were.

    Args:
        check: only say which files are stale.
        force: write over what somebody worked in, too, and keep a copy in work/.

    Raises:
        InputError: an unknown lesson, a notebook in which somebody worked, or a file that
            cannot be written.
        AuthorError: a lesson has mistakes.
    """
    known = course.lesson_ids()
    chosen = [course.find_lesson(name) for name in names] or known
    files: dict[Path, str | None] = {}
    for lesson in chosen:
        previous = [course.solutions / name / "lesson.py" for name in known if name < lesson]
        files |= build(course.solutions / lesson, course.notebooks / lesson, previous)
    changed = tuple(path for path, text in files.items() if _content(path) != text)
    kept: tuple[Path, ...] = ()
    if not check:
        kept = _spared(course, {p: files[p] or "" for p in changed}, force=force)
        with _all_or_nothing(changed):
            for path in changed:
                _write(path, files[path])
            for lesson in chosen:
                # Hidden cases and cells must fit together: an author hears of it now.
                draw_cases(course.solutions / lesson, load(course, lesson).exercises)
    return Built(
        lessons=len(chosen),
        changed=tuple(path.relative_to(course.root) for path in changed),
        kept=tuple(path.relative_to(course.root) for path in kept),
    )


def _spared(course: Course, files: Mapping[Path, str], *, force: bool) -> tuple[Path, ...]:
    """Refuse to write over somebody's work, or keep copies of it; return these."""
    notebooks = {
        path: _nobodys(course, path.parent.name, text)
        for path, text in files.items()
        if path.suffix == ".ipynb" and path.is_relative_to(course.notebooks)
    }
    if not force:
        refuse_work(notebooks, forced="grader build --force")
        return ()
    worked = [path for path, known in notebooks.items() if worked_in(path, known) != []]
    try:
        return tuple(keep(path, course.work / path.parent.name) for path in worked)
    except OSError as error:
        raise InputError(words.not_written(course.work, error.strerror)) from error


def _nobodys(course: Course, lesson: str, text: str) -> set[str]:
    """Return digests of the texts of a lesson, as it will be built and as it was built last."""
    now = {digest_of(text_of(cell)) for cell in json.loads(text)["cells"]}
    return now | released_texts(course.solutions / lesson / f"{lesson}.ipynb")


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
    """Write a file whole or not at all; None removes it."""
    try:
        if text is None:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        put(path, text.encode())
    except OSError as error:
        raise InputError(words.not_written(path, error.strerror)) from error

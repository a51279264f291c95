"""Make what is missing in work/, and offer newer editions beside what is there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from grader.course.folders import Course
from grader.course.kept import free
from grader.course.lesson import Lesson
from grader.course.loading import load
from grader.course.notebook import digest_of
from grader.course.release import student_notebook, to_text
from grader.course.touched import touched, worked_in
from grader.errors import InputError
from grader.submission.cells import UnreadableError, parse_notebook, read_bytes
from grader.submission.matching import belongs
from grader.work import words
from grader.work.carrying import as_edition, carried, edition_of, same_work

_MODULE = "earlier.py"


def set_out(course: Course) -> list[str]:
    """Make in work/ what is missing there; nothing that a learner wrote is changed.

    Returns:
        What was done and what is to be said, a line each.

    Raises:
        InputError: a lesson is not built, or the folder cannot be written.
    """
    try:
        return [line for name in course.lesson_ids() for line in _lesson(course, name)]
    except OSError as error:
        raise InputError(words.not_written(error.filename, error.strerror)) from error


def _lesson(course: Course, name: str) -> Iterator[str]:
    built, folder = course.notebooks / name / f"{name}.ipynb", course.work / name
    if not built.is_file():
        raise InputError(words.not_built(built, name))
    module, lesson = _text(built.with_name(_MODULE)), load(course, name)
    known = {digest_of(text) for text in lesson.released}
    if worked_in(built, known) == []:
        fresh, begun = as_edition(built.read_bytes(), module), None
    else:  # somebody worked where git tracks: theirs goes on here
        fresh, begun = as_edition(_released(lesson), module), built.read_bytes()
    folder.mkdir(parents=True, exist_ok=True)
    mine = folder / built.name
    there = _notebooks(folder)
    current = [p for p, book in there.items() if book and edition_of(book) == edition_of(fresh)]
    if current:
        if not mine.exists():
            yield words.renamed(current[-1], mine.name)
    elif not mine.exists() and not any(there.values()):
        _write(mine, carried(built, begun, fresh, lesson) if begun else fresh)
        yield words.made(_seen(course, mine))
    else:
        yield from _newer(course, lesson, fresh, there)
    yield from _module(course, folder / _MODULE, module)


def _released(lesson: Lesson) -> bytes:
    """Return a lesson's notebook as it would be built; nbgrader takes a second to load for it."""
    import nbformat  # noqa: PLC0415

    notebook = nbformat.reads(json.dumps(lesson.notebook), as_version=4)
    return to_text(student_notebook(notebook)).encode()


def _newer(
    course: Course, lesson: Lesson, fresh: dict[str, Any], there: Mapping[Path, Any]
) -> Iterator[str]:
    """Offer a newer edition with the work of the notebook of this lesson that was saved last."""
    name = lesson.id
    expected = course.work / name / f"{name}.ipynb"
    for path in sorted(there, key=lambda path: path.stat().st_mtime, reverse=True):
        if there[path] is None:
            if path == expected:
                yield words.not_read(path)
                return
            continue
        content = read_bytes(path)
        if not belongs(parse_notebook(path, content), lesson):
            continue
        made = carried(path, content, fresh, lesson)
        if same_work(made, there[path]):
            return
        if path == expected and not _worked_in(there[path]):
            _write(path, made, replacing=content)
            yield words.renewed(_seen(course, path))
            return
        beside = free(path.parent, ".ipynb", partial(words.edition, name))
        _write(beside, made)
        yield words.offered(path, _seen(course, beside))
        return


def _worked_in(notebook: Mapping[str, Any]) -> bool:
    """Whether a learner did anything in a notebook, if only run it."""
    ran = any(cell.get("outputs") or cell.get("execution_count") for cell in notebook["cells"])
    return ran or any(True for _ in touched(notebook, ()))


def _module(course: Course, path: Path, text: str | None) -> Iterator[str]:
    """Put the functions of earlier lessons beside the notebook; what was there is kept."""
    if text is None or _text(path) == text:
        return
    if path.exists():
        kept = free(path.parent, path.suffix, partial(words.before, path.stem))
        path.rename(kept)
        yield words.module_kept(_seen(course, path), kept)
    with path.open("x", encoding="utf-8") as file:
        file.write(text)


def _notebooks(folder: Path) -> dict[Path, Any]:
    """Return a folder's notebooks by path; None for one that cannot be read."""
    found: dict[Path, Any] = {}
    for path in sorted(folder.glob("*.ipynb")):
        if path.name.startswith(".") or not path.is_file():
            continue
        try:
            content = read_bytes(path)
            parse_notebook(path, content)
            found[path] = json.loads(content.decode("utf-8-sig"))
        except UnreadableError:
            found[path] = None
    return found


def _write(path: Path, notebook: Mapping[str, Any], *, replacing: bytes | None = None) -> None:
    """Write a notebook where there is none, or in the place of what was read there."""
    text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    if replacing is None:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
        return
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    if path.read_bytes() == replacing:
        beside.replace(path)
    else:  # saved this very moment: the next time will see it
        beside.unlink()


def _seen(course: Course, path: Path) -> Path:
    return path.relative_to(course.root)


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None

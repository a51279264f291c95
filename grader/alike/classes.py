"""A class's solutions of one lesson, read as they were handed in, and compared."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup, escape

from grader.alike import words
from grader.alike.comparing import Compared, Likeness, compare
from grader.course.cells import Kind
from grader.course.folders import Course
from grader.course.lesson import Lesson
from grader.course.loading import load
from grader.course.regions import is_as_released
from grader.errors import InputError
from grader.gradebook.disk import refusals_told
from grader.submission.folder import find_notebook
from grader.submission.matching import read


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What was compared, where the page lies, and who could not be read."""

    compared: Compared
    page: Path
    left_out: tuple[str, ...]


def look(course: Course, lesson_id: str) -> Looked:
    """Compare what a class handed in, and write the page with the texts side by side.

    Raises:
        InputError: there is nothing to compare, copydetect is missing, or the disk refuses.
    """
    lesson = load(course, course.find_lesson(lesson_id))
    released = {
        cell.name: text
        for cell, text in zip(lesson.cells, lesson.released, strict=True)
        if cell.kind is Kind.SOLUTION
    }
    solutions: dict[str, dict[str, str]] = {}
    left_out = []
    handed_in = course.class_folder / "submitted"
    for folder in sorted(handed_in.glob(f"*/{lesson.id}")):
        student = folder.parent.name
        try:
            written = _solutions(folder, lesson, released)
        except InputError as error:
            left_out.append(words.left_out(student, error))
            continue
        if written:
            solutions[student] = written
    if len(solutions) < 2:
        raise InputError(words.nobody(handed_in, lesson.id))
    common = {
        cell.name: (released[cell.name], cell.source)
        for cell in lesson.cells
        if cell.kind is Kind.SOLUTION
    }
    found = compare(solutions, common)
    page = course.class_folder / "alike" / f"{lesson.id}.html"
    with refusals_told(page.parent):
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_bytes(page_of(lesson.id, found).encode("utf-8", "replace"))
    return Looked(compared=found, page=page, left_out=tuple(left_out))


def _solutions(folder: Path, lesson: Lesson, released: dict[str, str]) -> dict[str, str]:
    """Return the solution cells in which something was written."""
    path, _notes = find_notebook(folder, lesson)
    sources = read(path, lesson).sources
    return {
        name: text
        for name, text in sources.items()
        if name in released and not is_as_released(text, released[name])
    }


def page_of(lesson: str, compared: Compared) -> str:
    """Return the page: each pair with the two texts beside each other, what is shared marked."""
    text = resources.files("grader.alike").joinpath("templates", "alike.html.j2").read_text("utf-8")
    template = Environment(autoescape=True).from_string(text)
    return template.render(
        lesson=lesson,
        words=words,
        compared=compared,
        marked=_marked,
        threshold=words.compared(compared.students, compared.threshold),
    )


def _marked(likeness: Likeness, which: int) -> Markup:
    """Return one of the two texts, escaped, with what is shared marked."""
    text, at, parts = likeness.texts[which], 0, []
    for begin, end in likeness.marked[which]:
        parts += [escape(text[at:begin]), Markup("<mark>{}</mark>").format(text[begin:end])]
        at = end
    return Markup("").join([*parts, escape(text[at:])])

"""Generate: a release is made from the source, and never over somebody's work.

nbgrader asks its exporter for each notebook; ours looks first at what is about to be replaced.
What it made it remembers, so that it can be made anew without being asked to.
"""

from __future__ import annotations

import json
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbgrader.apps.api import NbGraderAPI
from nbgrader.converters.base import NbGraderException

from grader.course import words
from grader.course.build import build_course
from grader.course.folders import Course
from grader.course.kept import keep, refuse_work, released_texts
from grader.course.touched import worked_in
from grader.errors import InputError

_MADE = ".generated.json"


class ReleaseExporter(NotebookExporter):  # type: ignore[misc]
    """Writes students' notebooks as nbconvert does; looks first what stands in their place."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Look at the assignments that nbgrader is about to generate.

        Raises:
            NbGraderException: somebody worked in a release, or a lesson's notebook is stale.
        """
        super().__init__(*arguments, **options)
        converter = self.parent
        if not getattr(converter, "assignments", None):
            return
        try:
            for folder in converter.assignments:
                self._prepare(Path(folder).name)
        except (InputError, OSError) as error:
            converter.log.error(str(error))  # noqa: TRY400 - one line, no traceback
            raise NbGraderException(str(error)) from error
        # What is there was made here, or is kept: nobody needs to force it.
        converter.force = True

    def from_filename(self, filename: str, resources: Any = None, **options: Any) -> Any:
        """Make a notebook, and remember how it was made."""
        made, resources = super().from_filename(filename, resources=resources, **options)
        names = resources["nbgrader"]
        target = self._release(names["assignment"]) / f"{names['notebook']}.ipynb"
        known = self._made() | {f"{target.parent.name}/{target.name}": _digest(made.encode())}
        record = target.parent.parent / _MADE
        record.parent.mkdir(parents=True, exist_ok=True)
        record.write_text(json.dumps(known, indent=1), encoding="utf-8")
        return made, resources

    def _prepare(self, assignment: str) -> None:
        coursedir, converter = self.parent.coursedir, self.parent
        root = Path(coursedir.root)
        source = root / coursedir.format_path(coursedir.source_directory, ".", assignment)
        if (source / "lesson.py").is_file() and source.parent == Course(root=root).solutions:
            _refuse_stale(Course(root=root), assignment)
        made, known = self._made(), _texts(source)
        theirs = {
            path: known
            for path in sorted(self._release(assignment).glob("*.ipynb"))
            if made.get(f"{assignment}/{path.name}") != _digest(path.read_bytes())
        }
        # A button always forces; only who types --force has been told what it means.
        if not converter.force or isinstance(converter.parent, NbGraderAPI):
            refuse_work(theirs, forced=f"nbgrader generate_assignment {assignment} --force")
        for path in theirs:
            if worked_in(path, known) != []:
                kept = keep(path, Course(root=root).class_folder / "kept" / assignment)
                converter.log.warning(words.kept_before(path, kept))

    def _release(self, assignment: str) -> Path:
        coursedir = self.parent.coursedir
        found = coursedir.format_path(coursedir.release_directory, ".", assignment)
        return Path(coursedir.root, found)

    def _made(self) -> dict[str, str]:
        with suppress(OSError, ValueError):
            found = json.loads((self._release("x").parent / _MADE).read_text(encoding="utf-8"))
            return found if isinstance(found, dict) else {}
        return {}


def _refuse_stale(course: Course, lesson: str) -> None:
    """Raise InputError if an instructor's notebook is not what its lesson.py makes."""
    stale = build_course(course, [lesson], check=True).changed
    for path in stale:
        if path.is_relative_to(course.solutions.relative_to(course.root)):
            raise InputError(words.source_stale(course.root / path, lesson))


def _texts(source: Path) -> set[str]:
    """Return digests of the texts of an assignment as it is released."""
    return set().union(*map(released_texts, source.glob("*.ipynb")))


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()

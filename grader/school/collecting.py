"""nbgrader's zip_collect for what Canvas, Moodle and Gradescope let an instructor download.

`Extractor` sorts the archives by student, under safe names; `Collector` says what nbgrader
asks of each file that lies there then.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, Student
from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin
from sqlalchemy import select

from grader.errors import InputError
from grader.report.harmless import one_line
from grader.school import words
from grader.school.downloads import sort_archives
from grader.school.matching import Register
from grader.school.roster import people

_TIMES = "handed_in.json"


class Extractor(ExtractorPlugin):  # type: ignore[misc] # nbgrader has no types
    """Sorts the archives that an instructor downloaded into a folder for each student."""

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Sort what lies in a folder into another; what is not taken is logged, and stays."""
        if not any(Path(archive_path).iterdir()):
            self.log.warning("%s", words.nothing_downloaded(archive_path))
            return
        coursedir = self.parent.coursedir
        try:
            register = self._register(coursedir)
        except InputError as error:
            self.log.error("%s", one_line(str(error)))  # noqa: TRY400
            raise SystemExit(1) from error
        done = sort_archives(Path(archive_path), register, coursedir.assignment_id)
        for line in done.told:
            self.log.warning("%s", one_line(line))
        times = {}
        for student, attempt in done.attempts.items():
            folder = Path(extracted_path) / student
            folder.mkdir(parents=True, exist_ok=True)
            for name, content in attempt.files.items():
                (folder / name).write_bytes(content)
            if attempt.when:
                times[student] = attempt.when
        text = json.dumps(times, ensure_ascii=False)
        (Path(extracted_path).parent / _TIMES).write_text(text, encoding="utf-8")

    @staticmethod
    def _register(coursedir: Any) -> Register:
        with Gradebook(coursedir.db_url, coursedir.course_id) as book:
            rows = book.db.execute(select(Student.__table__)).all()
        if not rows:
            raise InputError(words.NO_CLASS_LIST)
        return Register(people(rows, Path(coursedir.root) / "class"))


class Collector(FileNameCollectorPlugin):  # type: ignore[misc]
    """Tells nbgrader whose a sorted file is."""

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        """Return the student, the file's name and, where it is known, its time."""
        path = Path(submitted_file)
        student = path.parent.name
        try:
            times = json.loads((path.parent.parent.parent / _TIMES).read_bytes())
        except (OSError, ValueError):
            times = {}
        told = {"student_id": student, "file_id": path.name}
        return told | ({"timestamp": times[student]} if student in times else {})

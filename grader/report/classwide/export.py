"""A class's exercises as a table for a spreadsheet: a row for each student and exercise."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from functools import lru_cache

from grader.report.classwide import words
from grader.report.classwide.summary import Lesson
from grader.report.harmless import one_line, spreadsheet_cell
from grader.report.words import number


def as_csv(lessons: Sequence[Lesson], names: Mapping[str, str], full: Mapping[str, str]) -> str:
    """Return the table.

    Args:
        names: what each student is called.
        full: a name beside it, where there is one.
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(words.COLUMNS)
    for lesson in lessons:
        for work in lesson.works:
            for outcome in work.report.exercises:
                told = (
                    names[work.student],
                    full.get(work.student, ""),
                    lesson.id,
                    outcome.id,
                    words.STANDINGS[work.standing(outcome.id)],
                    outcome.verdict.value,
                    "; ".join(mistake.name for mistake in outcome.mistakes),
                    words.YES if outcome.carried else words.NO,
                )
                counted = (
                    number(work.earned(outcome.id)),
                    number(outcome.points),
                    len(work.attempts),
                )
                writer.writerow([*(_cell(each) for each in told), *counted])
    return file.getvalue()


@lru_cache(maxsize=10_000)  # few texts, many rows
def _cell(text: str) -> str:
    return spreadsheet_cell(one_line(text))

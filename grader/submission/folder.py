"""What lies in the folder of a submission: which notebook of it counts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader.course.cells import Kind
from grader.course.lesson import Lesson
from grader.course.regions import is_as_released
from grader.errors import InputError
from grader.submission import words
from grader.submission.cells import UnreadableError, files_in, parse_notebook, read_bytes
from grader.submission.matching import Submission, belongs, match

_MOST_NOTEBOOKS = 20


class AmbiguousError(InputError):
    """More than one notebook could be the one that was meant: a person decides."""


class MissingError(InputError):
    """There is no notebook, under whatever name: there is nothing to score."""


@dataclass(frozen=True, kw_only=True)
class _Candidate:
    path: Path
    submission: Submission


def find_notebook(folder: Path, lesson: Lesson) -> tuple[Path, tuple[str, ...]]:
    """Return the notebook that counts, and what there is to say of its name.

    A download or a copy has another name: "00_start_here (1).ipynb".  It counts where it is
    the only one with work in it.

    Raises:
        AmbiguousError: several notebooks hold different work.
        MissingError: there is no notebook of the lesson.
        UnreadableError: the folder cannot be looked into.
    """
    expected = folder / f"{lesson.id}.ipynb"
    found = _notebooks(folder)
    if len(found) > _MOST_NOTEBOOKS:
        raise AmbiguousError(words.too_many_notebooks(folder, _MOST_NOTEBOOKS, expected.name))
    others, given = [path for path in found if path != expected], expected in found
    if given and not others:
        return expected, ()
    candidates = [c for path in others if (c := _candidate(path, lesson)) is not None]
    with_work = [c for c in candidates if _work(c.submission, lesson)]
    if given:
        ours = _candidate(expected, lesson)
        mine = _work(ours.submission, lesson) if ours else None
        rivals = [c for c in with_work if _work(c.submission, lesson) != mine]
        if not rivals:
            return expected, ()
        raise AmbiguousError(words.several_notebooks([expected, *(c.path for c in rivals)]))
    if not candidates:
        raise MissingError(words.no_notebook_in(folder, lesson.id, expected.name))
    chosen = with_work or candidates[:1]
    if any(_work(c.submission, lesson) != _work(chosen[0].submission, lesson) for c in chosen[1:]):
        raise AmbiguousError(words.several_notebooks([c.path for c in chosen]))
    note = words.another_name(chosen[0].path.name, expected.name)
    return chosen[0].path, (note,)


def _notebooks(folder: Path) -> list[Path]:
    return [p for p in files_in(folder) if p.suffix == ".ipynb" and not p.name.startswith(".")]


def _candidate(path: Path, lesson: Lesson) -> _Candidate | None:
    """Return a notebook that is the lesson's; None for one that is not, or cannot be read."""
    try:
        cells = parse_notebook(path, read_bytes(path))
        if not belongs(cells, lesson):
            return None
        return _Candidate(path=path, submission=match(path, cells, lesson))
    except UnreadableError:
        return None


def _work(submission: Submission, lesson: Lesson) -> dict[str, str]:
    """Return what a student did in a notebook: all that is not as released."""
    released = {
        cell.name: text
        for cell, text in zip(lesson.cells, lesson.released, strict=True)
        if cell.kind in (Kind.SOLUTION, Kind.ANSWER)
    }
    written = dict(submission.sources)
    written |= {name: answer.source for name, answer in submission.answers.items()}
    done = {
        name: text for name, text in written.items() if not is_as_released(text, released[name])
    }
    for place, extras in submission.extras.items():
        done |= {f"own cell {place}-{n}": cell.source for n, cell in enumerate(extras)}
    return done

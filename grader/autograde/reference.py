"""Run the instructor's own notebook first: what stops it in the box would stop everybody.

Where the reference earns less in the box than nbgrader gives it outside, a limit of the
box is the reason, and nobody is scored.  Where both agree, the assignment is as it is.
Outside, it is the instructor's own code that runs, on the instructor's own machine.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nbclient.exceptions import CellControlSignal, DeadKernelError
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import Execute
from nbgrader.utils import determine_grade, is_grade, is_solution

from grader.autograde import words
from grader.autograde.outside import NOTHING, Doubts, Outside, Plan
from grader.autograde.place import read_source, source_files, source_folder
from grader.autograde.planning import plan_of, tried
from grader.box.limited import Bound

_QUICK = 30.0  # seconds; a slower reference is not run once more
_EXECUTION = "NBGRADER_EXECUTION"
# What stopped a cell in the box, and the option that allows more.
_ADVICE = {
    Bound.MEMORY: words.MORE_MEMORY,
    Bound.ENDED: words.PERHAPS_MEMORY,
    Bound.CALLS: words.NOT_PERMITTED,
    Bound.PROCESSES: words.MORE_PROCESSES,
    Bound.THREADS: words.MORE_THREADS,
    Bound.FILE: words.LARGER_FILES,
    Bound.SCRATCH: words.MORE_FILES,
    Bound.TOTAL_SECONDS: words.MORE_TIME,
    Bound.CELL_SECONDS: words.MORE_TIME_A_CELL,
    Bound.BESIDE: words.FILES_BESIDE,
    Bound.MODULES: words.INSTALL,
    Bound.READING: words.WHAT_IS_READ,
}


@dataclass(frozen=True, kw_only=True)
class Reference:
    """What the instructor's notebook did in the box.

    Attributes:
        seconds: how long it took as a whole.
        scores: what its test cells earned, by grade_id.
        numbers: the test cells whose result was their score.
        plan: what can be judged outside a student's process.
    """

    seconds: float
    scores: Mapping[str, float]
    numbers: frozenset[str]
    plan: Plan = NOTHING


_known: dict[str, Reference | NbGraderException] = {}


def reference_of(engine: Any, coursedir: Any, assignment: str, notebook: str) -> Reference | None:
    """Return what the reference of a notebook did; None where there is none.

    Args:
        engine: runs it, with the options that students' notebooks are run with.

    Raises:
        NbGraderException: the box stops the reference.
    """
    source = _Source(coursedir, assignment, notebook)
    if not source.path.is_file():
        return None
    key = f"{source.digest} {engine.described()}"
    if key not in _known:
        try:
            _known[key] = _tried(engine, source)
        except NbGraderException as refusal:
            _known[key] = refusal
    found = _known[key]
    if isinstance(found, NbGraderException):
        raise found
    return found


class _Source:
    """The instructor's notebook and what lies beside it."""

    def __init__(self, coursedir: Any, assignment: str, notebook: str) -> None:
        self.path = source_folder(coursedir, assignment) / f"{notebook}.ipynb"
        self.files = source_files(coursedir, assignment)

    @property
    def digest(self) -> str:
        told = [hashlib.sha256(self.path.read_bytes()).hexdigest()]
        for name, path in self.files.items():
            about = path.stat()
            told.append(f"{name}\0{about.st_size}\0{about.st_mtime_ns}")
        return hashlib.sha256("\0".join(told).encode()).hexdigest()

    def read(self) -> Any:
        return read_source(self.path)


def _tried(engine: Any, source: _Source) -> Reference:
    """Run the reference in the box, and outside where it does not get all there.

    Raises:
        NbGraderException: it gets more outside.
    """
    engine.log.info("%s", words.trying(source.path))
    boxed, bounds = source.read(), dict[str, Bound]()
    started = time.monotonic()
    with _autograding(), contextlib.suppress(CellControlSignal):
        engine.run(boxed, source.files, bounds=bounds)
    seconds = time.monotonic() - started
    scores = _scores(boxed)
    if any(_failed(cell) for cell in boxed.cells) or scores != _full(boxed):
        _compare(engine, source, boxed, bounds)
    numbers = frozenset(
        name for name, cell in _tests(boxed) if any(_is_result(item) for item in cell.outputs)
    )
    found = Reference(seconds=seconds, scores=scores, numbers=numbers)
    if engine.judge_outside == "no" or seconds > _QUICK:
        return found
    return replace(found, plan=_planned(engine, source, found, boxed))


def _planned(engine: Any, source: _Source, found: Reference, boxed: Any) -> Plan:
    """Return the plan by which the reference earns outside its process what it earns in it."""
    points = _full(boxed)
    plan = plan_of(boxed, engine.to_run, engine.seconds_of)
    plan = plan.only([name for name, score in found.scores.items() if score == points[name]])

    def trial(plan: Plan) -> tuple[Outside, dict[str, float]]:
        again = source.read()
        with _autograding():
            outside = engine.run(
                again,
                source.files,
                reference=replace(found, plan=plan),
                source=source.files,
                doubts=Doubts.RECORD,
            )
        return outside, _scores(again)

    try:
        return tried(plan, found.scores, trial)
    except CellControlSignal:
        return NOTHING


@contextlib.contextmanager
def _autograding() -> Iterator[None]:
    """Let the notebook find that it is autograded, also where nbgrader has said so already."""
    before = os.environ.get(_EXECUTION)
    os.environ[_EXECUTION] = "autograde"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_EXECUTION]
        else:
            os.environ[_EXECUTION] = before


def _compare(engine: Any, source: _Source, boxed: Any, bounds: Mapping[str, Bound]) -> None:
    """Raise NbGraderException if a cell that fails in the box, or earns less, does not outside."""
    outside = source.read()
    with tempfile.TemporaryDirectory(prefix="grader-reference-") as name, _autograding():
        for file, path in source.files.items():
            place = Path(name, file)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
        try:
            stock = Execute(parent=engine.parent, config=engine.config)
            stock.preprocess(outside, {"metadata": {"path": name}})
        except (CellControlSignal, DeadKernelError) as error:
            engine.log.info("%s", words.fails_outside_too(error))
            return
        except Exception as error:
            raise NbGraderException(words.not_comparable(source.path, error)) from error
    found = list(_differences(boxed, outside, bounds))
    if found:
        raise NbGraderException(words.reference_fails(source.path, found[0], len(found) - 1))


def _differences(boxed: Any, outside: Any, bounds: Mapping[str, Bound]) -> Iterator[str]:
    """Yield what is worse in the box, cell by cell, with what there is to do."""
    given, expected = _scores(boxed), _scores(outside)
    for number, (cell, other) in enumerate(zip(boxed.cells, outside.cells, strict=True), start=1):
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        worse = name in given and given[name] < expected[name]
        if not worse and not (_failed(cell) and not _failed(other)):
            continue
        called = words.cell(number, name)
        if worse:
            called = words.fewer_points(called, given[name], expected[name])
        trouble = [item for item in cell.get("outputs", []) if _is_trouble(item)]
        first_line = cell.source.strip().splitlines()[0]
        said = _said(trouble[-1]) if trouble else words.fails(first_line)
        advice = _ADVICE[bounds[cell.id]] if cell.id in bounds else words.SEE_DOCS
        yield words.difference(called, said, advice)


def _said(item: Any) -> str:
    if item.output_type == "stream":
        return words.on_stderr(item.text.strip())
    text = f"{item.ename}: {item.evalue or ' '.join(item.traceback[-1:])}"
    return " ".join(text.split())[:300]


def _is_trouble(item: Any) -> bool:
    return bool(
        item.output_type == "error" or (item.output_type == "stream" and item.name == "stderr")
    )


def _is_result(item: Any) -> bool:
    """Whether nbgrader reads a score from an output."""
    try:
        return bool(item.output_type == "execute_result" and float(item["data"]["text/plain"]) >= 0)
    except (KeyError, ValueError):
        return False


def _failed(cell: Any) -> bool:
    return any(item.output_type == "error" for item in cell.get("outputs", []))


def _tests(notebook: Any) -> Iterator[tuple[str, Any]]:
    """Yield the cells that nbgrader scores by what they leave, with their grade_ids."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and is_grade(cell) and not is_solution(cell):
            yield cell.metadata.nbgrader["grade_id"], cell


def _scores(notebook: Any) -> dict[str, float]:
    scores = {}
    for name, cell in _tests(notebook):
        try:
            scores[name] = determine_grade(cell)[0]
        except (KeyError, ValueError):
            # More than there is to have: nbgrader refuses to score such a cell.
            scores[name] = -1.0
    return scores


def _full(notebook: Any) -> dict[str, float]:
    return {name: float(cell.metadata.nbgrader["points"]) for name, cell in _tests(notebook)}

"""Run the corpus through this grader and through a stock nbgrader; print what each attack gains.

    python tests/scoreboard.py > board.md

Four graders get the same submissions:

- *here*: `grader grade`, all cases as one class;
- *kernel*: `nbgrader autograde` with no configuration but its folders; our notebook is then
  judged in the kernel, by the same cases;
- *asserts*: the same, on an assignment as they are usually made: the hidden tests are
  assertions in the test cell;
- *outside*: `nbgrader autograde` on that assignment with the engine of this grader, which
  judges such assertions outside the student's process; all cases as one class.

A stock nbgrader has no sandbox: cases that would harm this machine are not run there, and
those that are run do what they do.  Run this where that does not matter.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.course.loading import load

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from grader import sample  # noqa: E402 - found by the line above
from grader.course.folders import Course  # noqa: E402
from grader.course.notebook import text_of  # noqa: E402
from tests import classroom  # noqa: E402
from tests.corpus import CASES  # noqa: E402
from tests.corpus.case import ATTACKED, HONEST, LESSON, POINTS, Case, hand_in, tests_of  # noqa: E402

ATTACKER, BYSTANDER = "attacker", "honest-0"
FULL = sum(POINTS.values())
_SECONDS = 150  # for one attacker and one bystander; nbgrader gives a cell 30

# What an instructor writes by hand: a few hidden cases, compared with allclose.
_ASSERTS = {
    ATTACKED: """
### BEGIN HIDDEN TESTS
for seed, shape in [(1, (4, 5)), (2, (4, 4)), (3, (3, 1))]:
    X = np.random.default_rng(seed).normal(3.0, 2.0, size=shape)
    spread = X.std(axis=1, keepdims=True)
    expected = (X - X.mean(axis=1, keepdims=True)) / np.where(spread == 0, 1.0, spread)
    assert np.allclose(standardize(X), expected), "standardize is wrong on a hidden case"
### END HIDDEN TESTS
""",
    HONEST: """
### BEGIN HIDDEN TESTS
labels = np.array([3, 0, 1, 1, 2])
expected = np.zeros((5, 5))
expected[labels, np.arange(5)] = 1.0
assert np.array_equal(one_hot(labels, 5), expected), "one_hot is wrong on a hidden case"
### END HIDDEN TESTS
""",
}
_HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS\n.*?### END HIDDEN TESTS\n?", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Result:
    """What one grader made of one case; None where a student got no grade at all."""

    attacker: float | None
    bystander: float | None
    seconds: float


Board = dict[str, dict[str, Result]]
_STYLES = {
    "here": "`grader grade`",
    "kernel": "stock nbgrader, judged in the kernel",
    "asserts": "stock nbgrader, hidden assertions",
    "outside": "nbgrader with our engine, hidden assertions",
}


def main() -> None:
    """Run all that was asked for and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("numbers", nargs="*", help="cases; all without")
    parser.add_argument("--json", type=Path, help="keep results in this file, and go on from it")
    options = parser.parse_args()
    cases = [case for case in CASES if not options.numbers or case.number in options.numbers]
    board: Board = {}
    if options.json and options.json.exists():
        kept = json.loads(options.json.read_text(encoding="utf-8"))
        board = {n: {s: Result(**r) for s, r in row.items()} for n, row in kept.items()}
    with tempfile.TemporaryDirectory(prefix="scoreboard-") as name:
        for number, result in _run_here(Path(name) / "here", cases).items():
            board.setdefault(number, {})["here"] = result
        for number, result in _run_outside(Path(name) / "outside", cases).items():
            board[number]["outside"] = result
        for style in ("kernel", "asserts"):
            template = _template(Path(name) / style, plain=style == "asserts")
            for case in cases:
                if not case.stock and style not in board[case.number]:
                    board[case.number][style] = _run_stock(case, template)
                    _note(f"{style} {case.number}: {board[case.number][style]}")
                    if options.json:
                        _keep(board, options.json)
    sys.stdout.write("\n".join(_table(cases, board)) + "\n")


def _keep(board: Board, path: Path) -> None:
    raw = {n: {s: vars(r) for s, r in row.items()} for n, row in board.items()}
    path.write_text(json.dumps(raw, indent=1), encoding="utf-8")


def _note(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


# ------------------------------------------------------------------------- courses


def _template(root: Path, *, plain: bool) -> Course:
    """Return a course as a stock nbgrader has it, its assignment generated, its gradebook made."""
    course = classroom.make_course(root)
    classroom.make_stock(course)
    return _generated(course, plain=plain)


def _generated(course: Course, *, plain: bool) -> Course:
    """Generate the assignment: the lesson's, or with assertions as instructors write them."""
    if plain:
        path = course.solutions / LESSON / f"{LESSON}.ipynb"
        made = json.loads(path.read_text(encoding="utf-8"))
        for cell in tests_of(made):
            name = cell["metadata"]["nbgrader"]["grade_id"].removeprefix("test_")
            visible = _HIDDEN.sub("", text_of(cell)).strip("\n")
            cell["source"] = f"{visible}\n{_ASSERTS[name]}".strip("\n")
        path.write_text(json.dumps(made), encoding="utf-8")
    done = _nbgrader(course.root, "generate_assignment", LESSON, "--force")
    if done is None or done.returncode != 0:
        raise SystemExit(f"nbgrader generate_assignment failed: {done and done.stderr}")
    return course


def _nbgrader(
    root: Path, *arguments: str, seconds: float = _SECONDS
) -> subprocess.CompletedProcess[str] | None:
    """Run one of nbgrader's commands; None if it had to be stopped, or was killed."""
    with subprocess.Popen(
        [classroom.PROGRAMS / "nbgrader", *arguments],
        cwd=root,
        env=classroom.environment(home=root, PYTHONDONTWRITEBYTECODE="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            return None
    return subprocess.CompletedProcess(arguments, process.returncode, output, output)


# ------------------------------------------------------------------------- running


def _run_here(root: Path, cases: list[Case]) -> dict[str, Result]:
    """Grade all cases as one class."""
    course = classroom.make_course(root)
    right = sample.right(load(course, LESSON))
    return _run_class(
        course, cases, right, lambda: classroom.program(course, "grader", "grade", "--jobs=2")
    )


def _run_outside(root: Path, cases: list[Case]) -> dict[str, Result]:
    """Grade all cases as one class by nbgrader with our engine, on assertions."""
    course = classroom.make_course(root)
    right = sample.right(load(course, LESSON))
    # Without its source a lesson is an ordinary assignment.
    for source in (course.solutions / LESSON).iterdir():
        if source.is_dir():
            shutil.rmtree(source)
        elif source.suffix == ".py":
            source.unlink()
    _generated(course, plain=True)
    long = _SECONDS * len(cases)
    return _run_class(
        course, cases, right, lambda: _nbgrader(root, "autograde", LESSON, seconds=long)
    )


def _run_class(
    course: Course, cases: list[Case], right: dict[str, str], grade: Callable[[], object]
) -> dict[str, Result]:
    """Hand all cases and an honest student in, grade them, and return what each got."""
    released, places = _released(course), _places(course.root)
    submitted = course.class_folder / "submitted"
    for case in cases:
        hand_in(case, submitted / case.student / LESSON, released, right, places)
    classroom.hand_in(course, BYSTANDER, classroom.right())
    start = time.monotonic()
    grade()
    seconds = (time.monotonic() - start) / max(1, len(cases))
    scores = _scores(course)
    return {
        case.number: Result(
            attacker=scores.get(case.student), bystander=scores.get(BYSTANDER), seconds=seconds
        )
        for case in cases
    }


def _run_stock(case: Case, template: Course) -> Result:
    """Grade one case, and an honest student after it, in a fresh copy of the course."""
    with tempfile.TemporaryDirectory(prefix="scoreboard-case-") as name:
        root = Path(name) / "course"
        course = classroom.copy_of(template, root)
        released = _released(course)
        right = sample.right(load(Course(root=ROOT), LESSON))
        submitted = course.class_folder / "submitted"
        hand_in(case, submitted / ATTACKER / LESSON, released, right, _places(root))
        classroom.hand_in(course, BYSTANDER, classroom.right())
        start = time.monotonic()
        _nbgrader(root, "autograde", LESSON)
        seconds = time.monotonic() - start
        if case.number == "17":
            time.sleep(4)  # it writes after grading
        scores = _scores(course)
        _end_strays(root)
    return Result(
        attacker=scores.get(ATTACKER), bystander=scores.get(BYSTANDER), seconds=round(seconds, 1)
    )


def _end_strays(root: Path) -> None:
    """Kill what an attack left running: processes whose home is this very course's folder."""
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ProcessLookupError):
            if (
                entry.name.isdigit()
                and f"HOME={root}\0".encode() in (entry / "environ").read_bytes()
            ):
                os.kill(int(entry.name), signal.SIGKILL)


def _places(root: Path) -> dict[str, Path]:
    (root / "bait").mkdir(exist_ok=True)
    return {"COURSE": root, "BAIT": root / "bait"}


def _released(course: Course) -> dict[str, Any]:
    path = course.notebooks / LESSON / f"{LESSON}.ipynb"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _scores(course: Course) -> dict[str, float]:
    """Return each graded student's points for the two exercises, as the gradebook counts them."""
    found: dict[str, float] = {}
    for student, _, cell, auto, manual, *_ in classroom.holdings(course)["grades"]:
        if cell.removeprefix("test_") in POINTS and auto is not None:
            found[student] = found.get(student, 0.0) + (auto if manual is None else manual)
    return found


# ------------------------------------------------------------------------- the table


def _table(cases: list[Case], board: Mapping[str, Mapping[str, Result]]) -> Iterator[str]:
    yield "| case | attack | earned | here | kernel | asserts | outside |"
    yield "|---|---|--:|---|---|---|---|"
    for case in cases:
        due = case.due
        row = board[case.number]
        told = [_told(row.get(style), due) for style in _STYLES]
        yield f"| {case.number} | {case.title} | {due:g} | {' | '.join(told)} |"
    yield ""
    reasons = sorted({case.stock for case in cases if case.stock})
    yield f"Not run without a sandbox: {'; '.join(reasons)}."
    yield ""
    for style, name in _STYLES.items():
        found = [(c, board[c.number][style]) for c in cases if style in board[c.number]]
        gained = sum((r.attacker or 0) > c.due for c, r in found)
        lost = sum((r.attacker or 0) < c.due for c, r in found)
        stopped = sum(r.bystander is None for _, r in found)
        harmed = sum(r.bystander not in (None, FULL) for _, r in found)
        yield (
            f"- {name}: {len(found)} cases run; {gained} gain points, {lost} lose points that "
            f"were earned, {stopped} leave the next student without a grade, {harmed} change the "
            "next student's points."
        )


def _told(result: Result | None, due: float) -> str:
    if result is None:
        return "not run"
    score = "no grade" if result.attacker is None else f"{result.attacker:g}"
    if result.attacker is not None and result.attacker > due:
        score = f"**{score}**"
    elif result.attacker is not None and result.attacker < due:
        score = f"{score} (too few)"
    if result.bystander is None:
        return f"{score}, **the class stops**"
    if result.bystander != FULL:
        return f"{score}, **the next student gets {result.bystander:g} of {FULL:g}**"
    return score


if __name__ == "__main__":
    main()

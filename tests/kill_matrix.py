"""Prove the hidden cases: mutate every reference solution, and see that each mutant loses points.

    python tests/kill_matrix.py [--lesson 03_dense_layer] [--seeds 20] [--survivors]

A mutant is killed if it fails a hidden case for every student: for some is not enough.
Those that compute the same as the reference are listed, with the reason, in
tests/equivalent_mutants/.
"""

from __future__ import annotations

import argparse
import functools
import multiprocessing
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from grader.course.cells import Kind  # noqa: E402 - found by the line above
from grader.exercise import Case  # noqa: E402
from grader.judge.assess import assess, expect  # noqa: E402
from grader.judge.draw import drawn  # noqa: E402
from grader.judge.judging import seeded  # noqa: E402
from tests.conftest import LESSONS, load  # noqa: E402
from tests.mutants import Mutant, mutants  # noqa: E402
from tests.redrawn import RedrawnRunner  # noqa: E402

_SECRET = "a kill matrix"  # noqa: S105 - of nobody
_SECONDS = 5
_MEGABYTES = 4096
EQUIVALENTS = ROOT / "tests" / "equivalent_mutants"
_HEAD = """\
| lesson | exercise | made | killed for all {seeds} students | listed as equivalent | open |
|---|---|---:|---:|---:|---:|"""


class _TooLongError(BaseException):
    """A mutant does not end; no handler of its own may take it for something else."""


@dataclass(frozen=True, kw_only=True)
class Fate:
    """What became of a mutant: the seeds for which every hidden case let it through."""

    mutant: Mutant
    survived: tuple[int, ...]


@functools.cache
def mutants_of(lesson: str, name: str) -> list[Mutant]:
    """Return the mutants of an exercise's reference solution."""
    cells = load(lesson).cells
    cell = next(cell for cell in cells if (cell.kind, cell.name) == (Kind.SOLUTION, name))
    return mutants(cell.source, name)


def equivalents(lesson: str) -> dict[tuple[str, str], str]:
    """Return the mutants that compute the same, as (exercise, change), and why they do."""
    path = EQUIVALENTS / f"{lesson}.txt"
    found, reason = {}, ""
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        if line.startswith("#"):
            reason = line[1:].strip()
        elif line:
            exercise, _, change = line.partition(": ")
            found[exercise, change] = reason
    return found


def _cases(lesson: str, name: str, seed: int) -> list[Case]:
    rng = seeded(_SECRET, lesson, name, f"student {seed}")
    return drawn(load(lesson).exercises[name].make_cases, rng)


@functools.cache
def _expected(lesson: str, name: str, seed: int) -> list[tuple[Case, Any]]:
    """Return one student's hidden cases, and what the reference answers."""
    reference = load(lesson).reference[name]
    return [
        (case, None if case.check else expect(reference, [case])[0].value)
        for case in _cases(lesson, name, seed)
    ]


def _questions(lesson: str, name: str, seed: int) -> list[tuple[Case, Any]]:
    """Return the same for one asking: a check may remember what it has seen of an answer."""
    questions = _expected(lesson, name, seed)
    if not any(case.check for case, _ in questions):
        return questions
    values = [value for _, value in questions]
    return list(zip(_cases(lesson, name, seed), values, strict=True))


def passes(lesson: str, name: str, namespace: dict[str, Any], seed: int) -> bool:
    """Whether a namespace's function gets full marks from one seed."""
    exercise = load(lesson).exercises[name]
    questions = _questions(lesson, name, seed)
    answers = RedrawnRunner(namespace).ask(name, [case for case, _ in questions], {})
    return all(
        assess(answer, expected, case, exercise).right
        for answer, (case, expected) in zip(answers, questions, strict=True)
    )


def right_groups(lesson: str, name: str, namespace: dict[str, Any], seed: int) -> dict[str, bool]:
    """Return each group of one seed's hidden cases, and whether a namespace's function is right."""
    exercise, questions = load(lesson).exercises[name], _questions(lesson, name, seed)
    answers = RedrawnRunner(namespace).ask(name, [case for case, _ in questions], {})
    groups: dict[str, bool] = {}
    for answer, (case, expected) in zip(answers, questions, strict=True):
        right = assess(answer, expected, case, exercise).right
        groups[case.group] = groups.get(case.group, True) and right
    return groups


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise _TooLongError in the with block after so much processor time.

    On a busy machine a right function takes long by the clock: that is counted for a
    function that waits, with plenty of room.
    """

    def stop(*_: object) -> None:
        raise _TooLongError

    timers = {signal.ITIMER_PROF: seconds, signal.ITIMER_REAL: 20 * seconds}
    signals = (signal.SIGPROF, signal.SIGALRM)
    before = {number: signal.signal(number, stop) for number in signals}
    for timer, most in timers.items():
        signal.setitimer(timer, most, 0.5)
    try:
        yield
    finally:
        for timer in timers:
            signal.setitimer(timer, 0)
        for number, handler in before.items():
            signal.signal(number, handler)


def fate_of(lesson: str, name: str, mutant: Mutant, seeds: int) -> Fate:
    """Judge a mutant by the hidden cases of so many students."""
    for seed in range(seeds):
        _expected(lesson, name, seed)
    namespace = dict(load(lesson).reference)
    survived = []
    try:
        exec(compile(mutant.source, "<mutant>", "exec"), namespace)  # noqa: S102
        for seed in range(seeds):
            with limited(_SECONDS):
                if passes(lesson, name, namespace, seed):
                    survived.append(seed)
    except _TooLongError:
        # Too slow for one student is too slow for all.
        survived = []
    except Exception:  # noqa: BLE001, S110 - it cannot even be defined
        pass
    return Fate(mutant=mutant, survived=tuple(survived))


_Task = tuple[str, str, Mutant, int]


def _fate(task: _Task) -> tuple[str, str, Fate]:
    return task[0], task[1], fate_of(*task)


def _confine() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEGABYTES * 2**20, _MEGABYTES * 2**20))


def fates(tasks: list[_Task], jobs: int) -> Iterator[tuple[str, str, Fate]]:
    """Judge mutants in processes of their own, which may loop or eat memory."""
    with multiprocessing.get_context("fork").Pool(jobs, _confine) as pool:
        yield from tqdm(
            pool.imap(_fate, tasks, chunksize=8), total=len(tasks), unit="mutant", smoothing=0
        )


def main() -> None:
    """Run what was asked for and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lesson", nargs="*", default=LESSONS)
    parser.add_argument("--exercise", nargs="*")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--survivors", action="store_true", help="name those that are not listed")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    tasks = [
        (lesson, name, mutant, options.seeds)
        for lesson in options.lesson
        for name in load(lesson).exercises
        if not options.exercise or name in options.exercise
        for mutant in mutants_of(lesson, name)
    ]
    made: dict[tuple[str, str], list[Fate]] = {}
    for lesson, name, fate in fates(tasks, options.jobs):
        made.setdefault((lesson, name), []).append(fate)
    print(_HEAD.format(seeds=options.seeds))  # noqa: T201
    for (lesson, name), found in made.items():
        known = equivalents(lesson)
        survivors = [fate for fate in found if fate.survived]
        still = [fate for fate in survivors if (name, fate.mutant.change) not in known]
        row = (lesson, name, len(found), len(found) - len(survivors))
        row += (len(survivors) - len(still), len(still))
        print(f"| {' | '.join(map(str, row))} |")  # noqa: T201
        for fate in still if options.survivors else ():
            print(f"  {len(fate.survived):3} {name}: {fate.mutant.change}")  # noqa: T201


if __name__ == "__main__":
    main()

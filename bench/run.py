"""The figures of the project, side by side in one run, as ratios: `make bench`.

Every comparison measures both sides here, one after the other, on this
machine; of stock nbgrader, which would take an hour, a sample of a class.
`--quick` uses fewer students; parts can be named: grading, bare, check, memory,
cluster, round, report, watch, training, sweep, engine, figures.  What is measured whole is kept in
bench/figures.json, and shown in docs/figures.md.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import gc
import importlib
import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

# Before NumPy loads: a second thread of its own would only be in the way of what is measured.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["MPLBACKEND"] = "Agg"

import kept
from rich.console import Console
from rich.table import Table

from grader import sample
from grader.box.calls import call
from grader.box.shell import make_shell
from grader.course.folders import Course
from grader.course.lesson import Lesson
from grader.course.loading import load
from grader.judge.argument import prepared
from grader.judge.judging import judge_lesson, seeded
from grader.run.one import grade_file, imports_of, modules_of, open_box
from grader.sandbox.session import Session
from grader.submission.code import Code
from grader.submission.matching import read

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # for the tests' own modules: bench/ is no package
PROGRAMS = Path(sys.executable).parent
ENVIRONMENT = {**os.environ, "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"}
console = Console(width=110, highlight=False)


class Results:
    """Collects rows for the closing table."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, str, str]] = []
        self.kept: list[kept.Row] = []

    def add(self, figure: str, measured: str, goal: str, *, reached: bool | None) -> None:
        """Keep one row, and print it as soon as it is known."""
        mark = {True: "reached", False: "NOT reached", None: ""}[reached]
        self.rows.append((figure, measured, goal, mark))
        told = {"figure": figure, "measured": measured, "goal": goal, "reached": mark}
        self.kept.append(kept.here(told))
        console.print(f"{figure}: {measured} (goal {goal}) {mark}")


def seconds(function: Callable[[], object]) -> float:
    """Return the wall clock seconds of one call."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def run(folder: Path, *command: str) -> None:
    """Run one command of this environment; its output is shown if it fails."""
    done = subprocess.run(
        [str(PROGRAMS / command[0]), *command[1:]],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{command} failed:\n{done.stdout}{done.stderr}")


def again(*arguments: str) -> str:
    """Run this script in a process of its own; return the last line it prints."""
    done = subprocess.run(
        [sys.executable, __file__, *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{arguments} failed:\n{done.stdout}{done.stderr}")
    return done.stdout.splitlines()[-1]


@contextlib.contextmanager
def course_copy(*, stock: bool) -> Iterator[Course]:
    """A course of its own in a temporary folder; stock, the judge runs in nbgrader's kernels."""
    from tests import classroom  # noqa: PLC0415 - no load on the workers that are measured

    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        made = classroom.make_course(Path(folder) / "course", Course(root=ROOT).lesson_ids())
        if stock:
            classroom.make_stock(made)
        yield made


def hand_in(course: Course, lesson: Lesson, students: int) -> None:
    """Put honest submissions into class/submitted: right, with a mistake, half done."""
    from tests import classroom  # noqa: PLC0415

    right = sample.right(lesson)
    names = list(right)
    works = [
        right,
        {**right, names[0]: sample.raising(names[0])},
        {name: right[name] for name in names[: len(names) // 2 + 1]},
    ]
    for student in range(students):
        work = works[0] if student % 5 < 3 else works[student % 5 - 2]
        text = sample.text(sample.notebook(course, lesson, work))
        classroom.hand_in(course, f"student-{student:02d}", text, lesson.id)


def scores(course: Course) -> dict[tuple[str, str], float]:
    """Return the scores that nbgrader exports, by student and lesson."""
    run(course.root, "nbgrader", "export", "--to", str(course.root / "grades.csv"))
    with (course.root / "grades.csv").open(encoding="utf-8") as file:
        return {
            (r["student_id"], r["assignment"]): float(r["raw_score"]) for r in csv.DictReader(file)
        }


def bench_grading(results: Results, lessons: list[str], classes: Mapping[int, int]) -> None:
    """`grader grade` against stock `nbgrader autograde`, per notebook, equal scores.

    Args:
        classes: how many times faster a class of so many students is to be graded.
    """
    sampled = max(2, -(-12 // len(lessons)))
    with course_copy(stock=True) as stock:
        handed_in(stock, lessons, sampled)

        def autograde() -> None:
            for name in lessons:
                run(stock.root, "nbgrader", "autograde", name)

        theirs = seconds(autograde)
        # Everything is graded now: what this takes is the start of the commands.
        start = seconds(autograde)
        stock_scores = scores(stock)
    stock_count = sampled * len(lessons)
    console.print(
        f"  nbgrader autograde, a sample of {stock_count} notebooks: {theirs:.1f} s, of which "
        f"{start:.1f} s start the {len(lessons)} commands"
    )
    for students, goal in classes.items():
        with course_copy(stock=False) as ours:
            handed_in(ours, lessons, students)
            mine = seconds(lambda ours=ours: run(ours.root, "grader", "grade"))
            again = seconds(lambda ours=ours: run(ours.root, "grader", "grade"))
            one = ("grader", "grade", lessons[0], "--student", "student-00", "--force")
            alone = seconds(lambda ours=ours, one=one: run(ours.root, *one))
            our_scores = scores(ours)
        count = students * len(lessons)
        equal = all(abs(our_scores[key] - value) < 1e-9 for key, value in stock_scores.items())
        # A class would start each command once for all its students, not once for the sample.
        each = (theirs - start) / stock_count + start / count
        ratio = each / (mine / count)
        console.print(
            f"  class of {students}: {count} notebooks in {mine:.1f} s, {mine / count * 1e3:.0f} "
            f"ms each, the command's start included, against {each * 1e3:.0f}; unchanged again: "
            f"{again:.1f} s; scores of {len(stock_scores)} {'equal' if equal else 'DIFFER'}"
        )
        results.add(
            f"a class of {students} by {len(lessons)} lessons, against stock nbgrader",
            f"{ratio:.1f} times faster, {mine / count * 1e3:.0f} ms a notebook "
            f"(stock: a sample of {stock_count})",
            f"at least {goal}",
            reached=ratio >= goal and equal,
        )
        results.add(
            f"its start, shared by {count} notebooks",
            f"{alone / count * 1e3:.1f} ms a notebook ({alone:.2f} s)",
            "at most 18 ms",
            reached=alone / count <= 0.018,
        )
    results.add(
        f"nothing to do for {students} by {len(lessons)}",
        f"{again:.2f} s",
        "at most 2 s",
        reached=again <= 2,
    )


def handed_in(course: Course, lessons: list[str], students: int) -> None:
    """Let students hand in each of some lessons that nbgrader has generated."""
    for name in lessons:
        hand_in(course, load(course, name), students)
        run(course.root, "nbgrader", "generate_assignment", name, "--force")


def bare_run(lesson: Lesson, path: Path, repeats: int) -> float:
    """Return the median seconds of a forked child that runs the same cells and calls, no more."""
    submission = read(path, lesson)
    for name in imports_of([lesson]):
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    shell = make_shell()
    shell.run("import numpy as np\n1 + 1")
    cases = [
        (exercise.id, case)
        for exercise in lesson.exercises.values()
        for case in exercise.make_cases(seeded("bench", lesson.id, exercise.id, "s"))
    ]
    sys.path.insert(0, "")
    gc.collect()
    gc.freeze()

    def once() -> None:
        pid = os.fork()
        if pid == 0:
            with tempfile.TemporaryDirectory() as folder:
                os.chdir(folder)
                for name, content in modules_of(lesson).items():
                    Path(name).write_bytes(content)
                for cell in submission.cells:
                    if isinstance(cell, Code):
                        shell.run(cell.source)
                for name, case in cases:
                    call(shell.user_ns[name], *prepared(case), case.megabytes)
            os._exit(0)
        os.waitpid(pid, 0)

    once()
    return statistics.median(seconds(once) for _ in range(repeats))


def breakdown(course: Course, lesson: Lesson, path: Path, repeats: int = 9) -> str:
    """Return where the time of one notebook goes, in milliseconds, medians."""
    names = ("fork and confine", "cells, hidden calls and judging", "bury")
    seen: dict[str, list[float]] = {"read": [], **{name: [] for name in names}}
    with open_box(course, [lesson], sandboxed=True) as box:
        for _ in range(repeats):
            start = time.perf_counter()
            submission = read(path, lesson)
            seen["read"].append(time.perf_counter() - start)
            # An empty cell first: what is left of its time is the process itself.
            started = time.perf_counter()
            with Session(box, [Code(source="")], {}, modules=modules_of(lesson)) as empty:
                empty.run()
                seen[names[0]].append(time.perf_counter() - started)
            session = Session(
                box,
                submission.cells,
                {},
                modules=modules_of(lesson),
                functions=lesson.functions,
            )
            started = time.perf_counter()
            judge_lesson(
                lesson, session, student="s", secret="bench", sources=submission.sources, answers={}
            )
            session.run()
            judged = time.perf_counter()
            session.close()
            seen[names[1]].append(judged - started - seen[names[0]][-1])
            seen[names[2]].append(time.perf_counter() - judged)
    return ", ".join(f"{name} {statistics.median(s) * 1e3:.1f}" for name, s in seen.items())


def bench_bare(results: Results, lessons: list[str]) -> None:
    """One notebook: grading it against a bare forked run, and where its time goes."""
    repeats = 15
    ratios = []
    with course_copy(stock=False) as course:
        for name in lessons:
            lesson = load(course, name)
            hand_in(course, lesson, 1)
            path = course.class_folder / "submitted" / "student-00" / name / f"{name}.ipynb"
            with open_box(course, [lesson], sandboxed=True) as box:

                def graded(lesson=lesson, path=path, box=box) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
                    grade_file(lesson, path, box, student="s", secret="bench")

                graded()
                ours = statistics.median(seconds(graded) for _ in range(repeats))
            # In a process of its own: a bare run's imports would otherwise slow our forks.
            bare = float(again("--bare", str(course.root), name, str(path)))
            ratios.append(ours / bare)
            parts = breakdown(course, lesson, path)
            console.print(
                f"  {name}: graded in {ours * 1e3:.1f} ms, bare forked run {bare * 1e3:.1f} ms, "
                f"{ours / bare:.2f} times\n    where it goes, ms: {parts}"
            )
    worst = max(ratios)
    results.add(
        "one notebook, against a bare forked run",
        f"{statistics.median(ratios):.2f} times (worst lesson {worst:.2f})",
        "at most 1.6",
        reached=worst <= 1.6,
    )


def bench_memory(results: Results, lessons: list[str]) -> None:
    """Resident memory of a worker and its warm process, after a submission of each lesson."""
    with course_copy(stock=False) as course:
        for name in lessons:
            hand_in(course, load(course, name), 1)
        worker, warm = json.loads(again("--memory", str(course.root), *lessons))
    results.add(
        "memory of a worker with its warm process",
        f"{worker + warm:.0f} MB ({worker:.0f} + {warm:.0f})",
        "at most 300 MB",
        reached=worker + warm <= 300,
    )


def measure_memory(root: Path, lessons: list[str]) -> None:
    """Print the megabytes of this process and of its box's warm process."""
    course = Course(root=root)
    loaded = [load(course, name) for name in lessons]
    with open_box(course, loaded, sandboxed=True) as box:
        for lesson in loaded:
            path = course.class_folder / "submitted" / "student-00" / lesson.id
            grade_file(lesson, path / f"{lesson.id}.ipynb", box, student="s", secret="bench")
        mine = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        page = os.sysconf("SC_PAGE_SIZE")
        print(json.dumps([mine * page / 2**20, box.resident() / 2**20]))


def part(name: str) -> Callable[[Results], None] | None:
    """Return the `bench(results)` of bench/NAME.py, if it is there."""
    path = Path(__file__).with_name(f"{name}.py")
    if not path.is_file():
        return None
    spec = importlib.util.spec_from_file_location(f"bench_{name}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.bench  # type: ignore[no-any-return]


def main() -> None:
    """Measure what is asked for and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*")
    parser.add_argument("--quick", action="store_true", help="six students instead of 30 and 200")
    parser.add_argument("--bare", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--memory", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bare:
        root, name, path = options.bare
        print(bare_run(load(Course(root=Path(root)), name), Path(path), 15))
        return
    if options.memory:
        measure_memory(Path(options.memory[0]), options.memory[1:])
        return
    lessons = os.environ.get("LESSONS", "").split() or Course(root=ROOT).lesson_ids()
    results = Results()
    console.print(
        f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores, "
        f"load {os.getloadavg()[0]:.1f}"
    )
    parts: dict[str, Callable[[], object]] = {
        "grading": lambda: bench_grading(
            results, lessons, {6: 40} if options.quick else {30: 40, 200: 60}
        ),
        "bare": lambda: bench_bare(results, lessons),
        "memory": lambda: bench_memory(results, lessons),
    }
    more = (
        "check",
        "cluster",
        "round",
        "report",
        "watch",
        "training",
        "sweep",
        "engine",
        "figures",
    )
    for name in more:
        found = part(name)
        if found is not None:
            parts[name] = lambda found=found: found(results)
    for name in options.parts or parts:
        console.print(f"[bold]{name}[/]")
        parts[name]()
    table = Table("figure", "measured", "goal", "")
    for row in results.rows:
        table.add_row(*row)
    console.print(table)
    if not options.quick and "LESSONS" not in os.environ:
        kept.keep(results.kept)


if __name__ == "__main__":
    main()

"""Commands for a class: grade, feedback, watch."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.app import app
from grader.errors import GraderError, InputError
from grader.gradebook.lean import leave_out_slow_imports
from grader.report.harmless import one_line
from grader.report.telling import Telling

if TYPE_CHECKING:
    from grader.course.folders import Course
    from grader.run.exchange import Exchange


@app.command()
def grade(
    lessons: Annotated[list[str] | None, typer.Argument(help="Lessons; all without.")] = None,
    *,
    student: Annotated[list[str] | None, typer.Option(help="Only these students.")] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Workers; one a core without.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Grade what is unchanged, too.")] = False,
    unsandboxed: Annotated[
        bool, typer.Option("--unsandboxed", help="Run other people's code without a sandbox.")
    ] = False,
    collect: Annotated[
        bool, typer.Option("--collect", help="First collect what is new in the exchange.")
    ] = False,
) -> None:
    """Grade class/submitted into the gradebook."""
    from grader.course.folders import find_course  # noqa: PLC0415 - each command loads what it needs
    from grader.report.table import print_class  # noqa: PLC0415
    from grader.report.terminal import progress  # noqa: PLC0415
    from grader.run.whole_class import grade_class  # noqa: PLC0415

    course = find_course(Path.cwd())
    if collect:
        _exchange(course).collect(lessons or course.lesson_ids())
    with progress("grading") as watch:
        rows = grade_class(
            course,
            lessons=lessons or [],
            students=student or [],
            jobs=jobs,
            force=force,
            sandboxed=not unsandboxed,
            watch=watch,
        )
    print_class(rows, course)
    for row in rows:
        if row.fault:
            typer.echo(one_line(f"grader: {row.student} {row.lesson}: {row.problem}"), err=True)
    faults = {row.fault for row in rows}
    if "grader" in faults:
        raise GraderError("not every submission could be graded; see above")
    if "input" in faults:
        raise InputError("not every submission could be graded; see above")


@app.command()
def feedback(
    lessons: Annotated[list[str] | None, typer.Argument(help="Lessons; all without.")] = None,
    student: Annotated[list[str] | None, typer.Option(help="Only these students.")] = None,
    release: Annotated[
        bool, typer.Option("--release", help="Send them out through the exchange, too.")
    ] = False,
) -> None:
    """Write the feedback pages, from the gradebook as it stands."""
    from grader.course.folders import find_course  # noqa: PLC0415 - each command loads what it needs
    from grader.report.terminal import progress  # noqa: PLC0415

    leave_out_slow_imports()
    from grader.run.feedback import feed_back  # noqa: PLC0415

    course = find_course(Path.cwd())
    with progress("writing") as watch:
        done = feed_back(course, lessons=lessons or [], students=student or [], watch=watch)
    problems = [problem for _, problem in done if problem]
    if release:
        written = dict.fromkeys(sheet.lesson for sheet, problem in done if not problem)
        problems += _exchange(course).release(list(written), student or [])
    typer.echo(f"{sum(not problem for _, problem in done)} feedback pages written")
    for problem in problems:
        typer.echo(one_line(f"grader: {problem}"), err=True)
    if problems:
        raise InputError("not every page could be written and sent; see above")


def _exchange(course: Course) -> Exchange:
    leave_out_slow_imports()
    from grader.run.exchange import Exchange  # noqa: PLC0415 - it loads nbgrader

    return Exchange(course)


@app.command()
def watch(
    lessons: Annotated[list[str] | None, typer.Argument(help="Lessons; all without.")] = None,
    *,
    status: Annotated[
        bool, typer.Option("--status", help="Only say what a watch has done here.")
    ] = False,
    every: Annotated[float, typer.Option(min=0.1, help="Seconds between two looks.")] = 2.0,
    pause: Annotated[
        float, typer.Option(min=0, help="Minutes between two gradings of one student's lesson.")
    ] = 0.0,
    attempts: Annotated[
        int, typer.Option(min=0, help="Gradings of one student's lesson; 0 for no limit.")
    ] = 0,
    tell: Annotated[
        Telling, typer.Option(help="What pages tell before the deadline.")
    ] = Telling.POINTS,
    tell_after: Annotated[Telling, typer.Option(help="And after it.")] = Telling.POINTS,
    jobs: Annotated[int | None, typer.Option(min=1, help="Workers; one a core without.")] = None,
) -> None:
    """Collect, grade and give feedback as submissions come in, until it is stopped."""
    from grader.course.folders import find_course  # noqa: PLC0415 - each command loads what it needs

    leave_out_slow_imports()
    from grader.run import watch as watching  # noqa: PLC0415

    course = find_course(Path.cwd())
    if status:
        typer.echo("\n".join(map(one_line, watching.status(course))))
        return
    rules = watching.Rules(
        every=every,
        pause=60 * pause,
        attempts=attempts,
        before=tell,
        after=tell_after,
        jobs=jobs,
    )
    found = [course.find_lesson(lesson) for lesson in lessons or []] or course.lesson_ids()
    at_work = watching.Watch(course=course, lessons=found, rules=rules, say=_log_to(course))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: at_work.end.set())
    at_work.run()


def _log_to(course: Course) -> Callable[[str], None]:
    """Return what writes a line of the watch's log, into its file and to the terminal."""
    from datetime import datetime  # noqa: PLC0415

    path = course.class_folder / "watch.log"

    def say(line: str) -> None:
        told = one_line(f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S%z}  {line}")
        typer.echo(told)
        # A log that cannot be written never ends the watch: the terminal has the line.
        with contextlib.suppress(OSError), path.open("a", encoding="utf-8") as log:
            log.write(f"{told}\n")

    return say

"""Commands for a class: grade, feedback, watch."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli import words
from grader.cli.app import app
from grader.errors import GraderError, InputError
from grader.gradebook.lean import leave_out_slow_imports
from grader.report.harmless import one_line
from grader.report.telling import Telling

if TYPE_CHECKING:
    from grader.course.folders import Course
    from grader.run.exchange import Exchange

# Its names are its values, but for their case.
_TELLING = click.Choice(Telling, case_sensitive=False)


@app.command(help=words.GRADE)
@click.argument("lessons", nargs=-1, help=words.LESSONS)
@click.option("--student", multiple=True, help=words.STUDENTS)
@click.option("--jobs", type=click.IntRange(min=1), help=words.JOBS)
@click.option("--scheduler", default="", show_default=False, help=words.SCHEDULER)
@click.option("--force", is_flag=True, help=words.FORCE)
@click.option("--unsandboxed", is_flag=True, help=words.UNSANDBOXED)
@click.option("--collect", is_flag=True, help=words.COLLECT)
@click.option("--dry-run", is_flag=True, help=words.DRY_RUN)
def grade(
    lessons: tuple[str, ...],
    *,
    student: tuple[str, ...],
    jobs: int | None,
    scheduler: str,
    force: bool,
    unsandboxed: bool,
    collect: bool,
    dry_run: bool,
) -> None:
    """Run `grader grade`."""
    from grader.course.folders import course_around  # noqa: PLC0415 - each command loads what it needs
    from grader.report.table import print_class  # noqa: PLC0415
    from grader.report.terminal import progress  # noqa: PLC0415
    from grader.run.whole_class import grade_class  # noqa: PLC0415

    course = course_around(Path.cwd())
    if dry_run:
        leave_out_slow_imports()
        from grader.run.preview import preview  # noqa: PLC0415

        with progress(words.GRADING) as watch:
            chosen = {"lessons": list(lessons), "students": list(student)}
            said = preview(course, **chosen, jobs=jobs, force=force, watch=watch)
        click.echo("\n".join(map(one_line, said)))
        return
    if collect:
        _exchange(course).collect(lessons or course.lesson_ids())
    with progress(words.GRADING) as watch:
        rows = grade_class(
            course,
            lessons=list(lessons),
            students=list(student),
            jobs=jobs,
            force=force,
            sandboxed=not unsandboxed,
            scheduler=scheduler,
            watch=watch,
            say=lambda line: click.echo(one_line(words.on_the_way(line)), err=True),
        )
    print_class(rows, course)
    for row in rows:
        if row.fault:
            told = words.submission_refused(row.student, row.lesson, row.problem)
            click.echo(one_line(told), err=True)
    faults = {row.fault for row in rows}
    if "grader" in faults:
        raise GraderError(words.NOT_ALL_GRADED)
    if "input" in faults:
        raise InputError(words.NOT_ALL_GRADED)


@app.command(help=words.FEEDBACK)
@click.argument("lessons", nargs=-1, help=words.LESSONS)
@click.option("--student", multiple=True, help=words.STUDENTS)
@click.option("--release", is_flag=True, help=words.RELEASE)
def feedback(lessons: tuple[str, ...], student: tuple[str, ...], release: bool) -> None:
    """Run `grader feedback`."""
    from grader.course.folders import course_around  # noqa: PLC0415 - each command loads what it needs
    from grader.report.terminal import progress  # noqa: PLC0415

    leave_out_slow_imports()
    from grader.run.feedback import feed_back  # noqa: PLC0415

    course = course_around(Path.cwd())
    with progress(words.WRITING) as watch:
        done = feed_back(course, lessons=list(lessons), students=list(student), watch=watch)
    problems = [problem for _, problem in done if problem]
    if release:
        written = dict.fromkeys(sheet.lesson for sheet, problem in done if not problem)
        problems += _exchange(course).release(list(written), list(student))
    click.echo(words.pages_written(sum(not problem for _, problem in done)))
    for problem in problems:
        click.echo(one_line(words.error(problem)), err=True)
    if problems:
        raise InputError(words.NOT_ALL_WRITTEN)


def _exchange(course: Course) -> Exchange:
    leave_out_slow_imports()
    from grader.run.exchange import Exchange  # noqa: PLC0415 - it loads nbgrader

    return Exchange(course)


@app.command(help=words.WATCH)
@click.argument("lessons", nargs=-1, help=words.LESSONS)
@click.option("--status", is_flag=True, help=words.STATUS)
@click.option("--every", type=click.FloatRange(min=0.1), default=2.0, help=words.EVERY)
@click.option("--pause", type=click.FloatRange(min=0), default=0.0, help=words.PAUSE)
@click.option("--attempts", type=click.IntRange(min=0), default=0, help=words.ATTEMPTS)
@click.option("--tell", type=_TELLING, default="points", help=words.TELL)
@click.option("--tell-after", type=_TELLING, default="points", help=words.TELL_AFTER)
@click.option("--jobs", type=click.IntRange(min=1), help=words.JOBS)
@click.option("--scheduler", default="", show_default=False, help=words.SCHEDULER)
def watch(
    lessons: tuple[str, ...],
    *,
    status: bool,
    every: float,
    pause: float,
    attempts: int,
    tell: Telling,
    tell_after: Telling,
    jobs: int | None,
    scheduler: str,
) -> None:
    """Run `grader watch`."""
    from grader.course.folders import course_around  # noqa: PLC0415 - each command loads what it needs

    leave_out_slow_imports()
    from grader.run import watch as watching  # noqa: PLC0415

    course = course_around(Path.cwd())
    if status:
        click.echo("\n".join(map(one_line, watching.status(course))))
        return
    rules = watching.Rules(
        every=every,
        pause=60 * pause,
        attempts=attempts,
        before=tell,
        after=tell_after,
        jobs=jobs,
        scheduler=scheduler,
    )
    found = [course.find_lesson(lesson) for lesson in lessons] or course.lesson_ids()
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
        click.echo(told)
        # A log that cannot be written never ends the watch: the terminal has the line.
        with contextlib.suppress(OSError), path.open("a", encoding="utf-8") as log:
            log.write(f"{told}\n")

    return say

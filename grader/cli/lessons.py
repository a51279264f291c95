"""Commands for lessons: build, work, check, progress, doctor."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Annotated

import typer

from grader.cli import words
from grader.cli.app import app
from grader.errors import InputError
from grader.report.data import report_data


@app.command(help=words.BUILD)
def build(
    lessons: Annotated[list[str] | None, typer.Argument(help=words.LESSONS)] = None,
    check: Annotated[bool, typer.Option("--check", help=words.ONLY_STALE)] = False,
    force: Annotated[bool, typer.Option("--force", help=words.WRITE_OVER)] = False,
) -> None:
    """Run `grader build`."""
    from grader.course.build import build_course  # noqa: PLC0415 - each command loads what it needs
    from grader.course.folders import find_course  # noqa: PLC0415

    result = build_course(find_course(Path.cwd()), lessons or [], check=check, force=force)
    for path in result.kept:
        typer.echo(words.kept(path))
    for path in result.changed:
        typer.echo(words.stale(path) if check else words.wrote(path))
    if check and result.changed:
        raise InputError(words.RUN_BUILD)
    typer.echo(words.built(result.lessons, len(result.changed)))


@app.command(name="new-lesson", help=words.NEW_LESSON)
def new(
    lesson: Annotated[str, typer.Argument(help=words.NEW_ID)],
    *,
    title: Annotated[str, typer.Option(help=words.NEW_TITLE)] = "",
    exercise: Annotated[str, typer.Option(help=words.NEW_EXERCISE)] = "weighted_sum",
) -> None:
    """Run `grader new-lesson`."""
    from grader.course.folders import course_around  # noqa: PLC0415
    from grader.course.new import new_lesson  # noqa: PLC0415

    course = course_around(Path.cwd())
    for path in new_lesson(course, lesson, title=title, exercise=exercise):
        typer.echo(words.wrote(path))
    typer.echo(words.next_steps(lesson))


@app.command(help=words.WORK)
def work() -> None:
    """Run `grader work`."""
    from grader.course.folders import find_course  # noqa: PLC0415 - each command loads what it needs
    from grader.work.folder import set_out  # noqa: PLC0415

    typer.echo("\n".join(set_out(find_course(Path.cwd()))) or words.NOTHING_MISSING)


def _keep_to_one_core() -> None:
    """Run this process, and the box that it will start, on one core.

    A box hands every file that it opens over to sandlock's supervisor in this process, and
    back; to wake another core each time takes longer than the work.
    """
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {random.choice(sorted(os.sched_getaffinity(0)))})  # noqa: S311


@app.command(help=words.CHECK)
def check(
    notebook: Annotated[Path, typer.Argument(help=words.NOTEBOOK)],
    as_json: Annotated[bool, typer.Option("--json", help=words.AS_JSON)] = False,
    student: Annotated[str, typer.Option(help=words.STUDENT)] = "learner",
    course: Annotated[Path | None, typer.Option(help=words.COURSE)] = None,
) -> None:
    """Run `grader check`."""
    from grader.course.folders import find_course  # noqa: PLC0415
    from grader.report.terminal import print_report  # noqa: PLC0415
    from grader.run.check import check_notebook  # noqa: PLC0415 - each command loads what it needs

    _keep_to_one_core()
    mine = find_course(course or Path.cwd())
    report, notice = check_notebook(notebook, student=student, course=mine)
    if notice:
        typer.echo(notice, err=True)
    if as_json:
        typer.echo(json.dumps(report_data(report), indent=1, ensure_ascii=False))
    else:
        print_report(report)


@app.command(name="progress", help=words.PROGRESS)
def show_progress() -> None:
    """Run `grader progress`."""
    from byhand.progress import progress  # noqa: PLC0415 - each command loads what it needs
    from grader.course.folders import find_course  # noqa: PLC0415

    typer.echo(repr(progress(find_course(Path.cwd()).notebooks)))


@app.command(help=words.DOCTOR)
def doctor() -> None:
    """Run `grader doctor`."""
    from grader.course.folders import find_course  # noqa: PLC0415 - each command loads what it needs
    from grader.report.terminal import print_findings  # noqa: PLC0415
    from grader.sandbox.doctor import examine  # noqa: PLC0415

    findings = examine(find_course(Path.cwd()))
    print_findings(findings)
    if not all(finding.holds for finding in findings):
        raise typer.Exit(1)

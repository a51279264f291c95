"""Commands for lessons: build, work, check, progress, doctor."""

from __future__ import annotations

import json
import os
import random
import sys
from pathlib import Path

import click

from grader.cli import words
from grader.cli.app import PATH, app
from grader.errors import InputError


@app.command(help=words.BUILD)
@click.argument("lessons", nargs=-1, help=words.LESSONS)
@click.option("--check", is_flag=True, help=words.ONLY_STALE)
@click.option("--force", is_flag=True, help=words.WRITE_OVER)
def build(lessons: tuple[str, ...], check: bool, force: bool) -> None:
    """Run `grader build`."""
    from grader.course.build import build_course  # noqa: PLC0415 - each command loads what it needs
    from grader.course.folders import find_course  # noqa: PLC0415

    result = build_course(find_course(Path.cwd()), list(lessons), check=check, force=force)
    for path in result.kept:
        click.echo(words.kept(path))
    for path in result.changed:
        click.echo(words.stale(path) if check else words.wrote(path))
    if check and result.changed:
        raise InputError(words.RUN_BUILD)
    click.echo(words.built(result.lessons, len(result.changed)))


@app.command(name="new-lesson", help=words.NEW_LESSON)
@click.argument("lesson", help=words.NEW_ID)
@click.option("--title", default="", show_default=False, help=words.NEW_TITLE)
@click.option("--exercise", default="weighted_sum", help=words.NEW_EXERCISE)
def new(lesson: str, *, title: str, exercise: str) -> None:
    """Run `grader new-lesson`."""
    from grader.course.folders import course_around  # noqa: PLC0415
    from grader.course.new import new_lesson  # noqa: PLC0415

    course = course_around(Path.cwd())
    for path in new_lesson(course, lesson, title=title, exercise=exercise):
        click.echo(words.wrote(path))
    click.echo(words.next_steps(lesson))


@app.command(help=words.WORK)
def work() -> None:
    """Run `grader work`."""
    from grader.course.folders import find_course  # noqa: PLC0415 - each command loads what it needs
    from grader.work.folder import set_out  # noqa: PLC0415

    click.echo("\n".join(set_out(find_course(Path.cwd()))) or words.NOTHING_MISSING)


def _keep_to_one_core() -> None:
    """Run this process, and the box that it will start, on one core.

    A box hands every file that it opens over to sandlock's supervisor in this process, and
    back; to wake another core each time takes longer than the work.
    """
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {random.choice(sorted(os.sched_getaffinity(0)))})  # noqa: S311


@app.command(help=words.CHECK)
@click.argument("notebook", type=PATH, help=words.NOTEBOOK)
@click.option("--json", "as_json", is_flag=True, help=words.AS_JSON)
@click.option("--student", default="learner", help=words.STUDENT)
@click.option("--course", type=PATH, help=words.COURSE)
def check(notebook: Path, as_json: bool, student: str, course: Path | None) -> None:
    """Run `grader check`."""
    from grader.course.folders import find_course  # noqa: PLC0415
    from grader.report.data import report_data  # noqa: PLC0415
    from grader.report.terminal import print_report  # noqa: PLC0415
    from grader.run.check import check_notebook  # noqa: PLC0415 - each command loads what it needs

    _keep_to_one_core()
    mine = find_course(course or Path.cwd())
    report, notice = check_notebook(notebook, student=student, course=mine)
    if notice:
        click.echo(notice, err=True)
    if as_json:
        click.echo(json.dumps(report_data(report), indent=1, ensure_ascii=False))
    else:
        print_report(report)


@app.command(name="progress", help=words.PROGRESS)
def show_progress() -> None:
    """Run `grader progress`."""
    from byhand.progress import progress  # noqa: PLC0415 - each command loads what it needs
    from grader.course.folders import find_course  # noqa: PLC0415

    click.echo(repr(progress(find_course(Path.cwd()).notebooks)))


@app.command(help=words.DOCTOR)
def doctor() -> None:
    """Run `grader doctor`."""
    from grader.course.folders import find_course  # noqa: PLC0415 - each command loads what it needs
    from grader.report.terminal import print_findings  # noqa: PLC0415
    from grader.sandbox.doctor import examine  # noqa: PLC0415

    findings = examine(find_course(Path.cwd()))
    print_findings(findings)
    if not all(finding.holds for finding in findings):
        sys.exit(1)

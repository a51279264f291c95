"""Commands for lessons: build, check, progress, doctor."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Annotated

import typer

from grader.cli.app import app
from grader.errors import InputError
from grader.report.data import report_data


@app.command()
def build(
    lessons: Annotated[list[str] | None, typer.Argument(help="Lessons; all without.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Only say what is stale.")] = False,
) -> None:
    """Make the notebooks from solutions/NN_slug/lesson.py."""
    from grader.course.build import build_course  # noqa: PLC0415 - each command loads what it needs
    from grader.course.folders import find_course  # noqa: PLC0415

    result = build_course(find_course(Path.cwd()), lessons or [], check=check)
    for path in result.changed:
        typer.echo(f"{'stale' if check else 'wrote'} {path}")
    if check and result.changed:
        raise InputError("run 'grader build' and commit what it writes")
    typer.echo(f"{result.lessons} lessons, {len(result.changed)} files changed")


def _keep_to_one_core() -> None:
    """Run this process, and the box that it will start, on one core.

    A box hands every file that it opens over to sandlock's supervisor in this process, and
    back; to wake another core each time takes longer than the work.
    """
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {random.choice(sorted(os.sched_getaffinity(0)))})  # noqa: S311


@app.command()
def check(
    notebook: Annotated[Path, typer.Argument(help="A notebook, NN_slug.ipynb.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    student: Annotated[str, typer.Option(help="Whose hidden inputs to use.")] = "learner",
    course: Annotated[
        Path | None, typer.Option(help="The course's folder; the one you stand in without.")
    ] = None,
) -> None:
    """Grade one notebook, without a gradebook."""
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


@app.command(name="progress")
def show_progress() -> None:
    """Show a learner's way through all lessons, as `check(...)` in the notebooks found it."""
    from byhand.progress import progress  # noqa: PLC0415 - each command loads what it needs
    from grader.course.folders import find_course  # noqa: PLC0415

    typer.echo(repr(progress(find_course(Path.cwd()).notebooks)))


@app.command()
def doctor() -> None:
    """Try out, live, which guarantees of the sandbox hold here."""
    from grader.course.folders import find_course  # noqa: PLC0415 - each command loads what it needs
    from grader.report.terminal import print_findings  # noqa: PLC0415
    from grader.sandbox.doctor import examine  # noqa: PLC0415

    findings = examine(find_course(Path.cwd()))
    print_findings(findings)
    if not all(finding.holds for finding in findings):
        raise typer.Exit(1)

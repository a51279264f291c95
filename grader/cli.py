"""The commands: parse, call, print, exit code; no logic.

Exit codes: 0 done, whatever the scores; 1 bad input; 2 the grader's own fault.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader import __version__
from grader.errors import AuthorError, GraderError, InputError
from grader.gradebook.lean import leave_out_slow_imports
from grader.report.data import report_data
from grader.report.harmless import one_line
from grader.report.telling import Telling

if TYPE_CHECKING:
    from grader.course.folders import Course
    from grader.run.exchange import Exchange

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Build, check and grade the lessons of Backprop by Hand.",
)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"grader {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Build, check and grade the lessons of Backprop by Hand."""


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


def guarded(run: Callable[[], object]) -> None:
    """Run something; turn every failure into one line and an exit code."""
    try:
        run()
    except AuthorError as error:
        # Each line begins with file:line, which editors can jump to.
        typer.echo(str(error).replace(f"{Path.cwd()}{os.sep}", ""), err=True)
        sys.exit(1)
    except InputError as error:
        typer.echo(one_line(f"grader: {error}"), err=True)
        sys.exit(1)
    except GraderError as error:
        typer.echo(one_line(f"grader: the grader's own fault: {error}"), err=True)
        sys.exit(2)
    except Exception as error:  # noqa: BLE001 - a user never sees a traceback; a developer can
        typer.echo(
            f"grader: the grader's own fault: {type(error).__name__}: {error}; {_kept_details()}",
            err=True,
        )
        sys.exit(2)
    except SystemExit as done:
        # 2 is what the command line's library says to a wrong option or a missing argument.
        sys.exit(1 if done.code == 2 else done.code)


def _kept_details() -> str:
    """Write the traceback to a file of its own; the fault may be that no file can be written."""
    try:
        handle, name = tempfile.mkstemp(prefix="grader-fault-", suffix=".log", text=True)
        with os.fdopen(handle, "w", encoding="utf-8") as log:
            log.write(traceback.format_exc())
    except OSError as error:
        return f"the details could not be written ({error.strerror})"
    return f"the details are in {name}"


def main() -> None:
    """Run the command line."""
    guarded(app)


if __name__ == "__main__":
    main()

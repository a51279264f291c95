"""Commands for what a school's own systems send and want: students, grades, autograders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli import words
from grader.cli.app import app
from grader.errors import InputError
from grader.gradebook.lean import leave_out_slow_imports
from grader.report.harmless import one_line
from grader.school.visibility import Visibility

if TYPE_CHECKING:
    from collections.abc import Iterable


@app.command(help=words.SCHOOL_LIST)
def students(
    file: Annotated[Path, typer.Argument(help=words.CLASS_LIST)],
    *,
    identified_by: Annotated[str, typer.Option("--id", help=words.IDENTIFIED_BY)] = "",
) -> None:
    """Run `grader students`."""
    from grader.course.folders import course_around  # noqa: PLC0415 - each command loads what it needs

    leave_out_slow_imports()
    from grader.school import words as told  # noqa: PLC0415
    from grader.school.roster import enrol  # noqa: PLC0415

    done = enrol(course_around(Path.cwd()), file, identified_by=identified_by)
    listed = done.listed
    _warn(told.passed_over(line, why) for line, why in listed.passed_over)
    _warn(told.bad_line(file, line, why) for line, why in listed.problems)
    if done.by_name:
        _warn([told.with_names(told.BY_NAME, done.by_name)])
    if done.absent:
        _warn([told.absent(done.absent)])
    counts = len(done.added), len(done.changed), len(listed.people)
    typer.echo(one_line(told.enrolled(*counts, listed.identified_by, listed.encoding)))
    if listed.problems:
        raise InputError(told.LINES_LEFT)


@app.command(help=words.SCHOOL_GRADES)
def grades(
    table: Annotated[Path, typer.Argument(help=words.SCHOOL_TABLE)],
    lessons: Annotated[list[str] | None, typer.Argument(help=words.LESSONS)] = None,
    *,
    to: Annotated[Path | None, typer.Option(help=words.FILLED_IN)] = None,
    column: Annotated[list[str] | None, typer.Option(help=words.COLUMN)] = None,
    scale: Annotated[bool, typer.Option("--scale", help=words.SCALE)] = False,
    decimal: Annotated[str, typer.Option(help=words.DECIMAL)] = "",
) -> None:
    """Run `grader grades`."""
    from grader.course.folders import course_around  # noqa: PLC0415 - each command loads what it needs

    leave_out_slow_imports()
    from grader.school import words as told  # noqa: PLC0415
    from grader.school.export import beside, fill_file  # noqa: PLC0415
    from grader.school.filling import Options  # noqa: PLC0415
    from grader.school.roster import open_gradebook  # noqa: PLC0415

    course = course_around(Path.cwd())
    options = Options(columns=dict(map(_pair, column or [])), scale=scale, decimal=decimal)
    with open_gradebook(course) as session:
        filled = fill_file(
            table,
            to or beside(table),
            session,
            class_folder=course.class_folder,
            options=options,
            lessons=lessons or [],
        )
    for lesson, heading in filled.used.items():
        typer.echo(one_line(told.into(lesson, heading)))
    _warn(filled.notes)
    typer.echo(one_line(told.filled(to or beside(table), filled.count)))


def _pair(text: str) -> tuple[str, str]:
    from grader.school import words as told  # noqa: PLC0415

    lesson, sign, heading = text.partition("=")
    if not sign:
        raise InputError(told.column_option(text))
    return lesson.strip(), heading.strip()


def _warn(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(one_line(words.error(line)), err=True)


@app.command(help=words.AUTOGRADER)
def autograder(
    lesson: Annotated[str, typer.Argument(help=words.ONE_LESSON)],
    *,
    to: Annotated[Path | None, typer.Option(help=words.ARCHIVE_TO)] = None,
    tests: Annotated[Visibility, typer.Option(help=words.VISIBILITY)] = Visibility.VISIBLE,
    unsandboxed: Annotated[
        bool, typer.Option("--unsandboxed", help=words.WITHOUT_A_SANDBOX_THERE)
    ] = False,
) -> None:
    """Run `grader autograder`."""
    from grader.course.folders import course_around  # noqa: PLC0415
    from grader.school import words as told  # noqa: PLC0415
    from grader.school.autograder import pack  # noqa: PLC0415
    from grader.school.gradescope import Settings  # noqa: PLC0415

    course = course_around(Path.cwd())
    place = to or course.class_folder / f"autograder_{lesson}.zip"
    pack(course, Settings(lesson=lesson, tests=tests, unsandboxed=unsandboxed), place)
    typer.echo(one_line(told.made(place)))


@app.command(help=words.GRADESCOPE)
def gradescope(
    root: Annotated[Path, typer.Option(help=words.GRADESCOPE_ROOT)] = Path("/autograder"),
) -> None:
    """Run `grader gradescope`."""
    from grader.school import words as told  # noqa: PLC0415
    from grader.school.gradescope import grade_submission  # noqa: PLC0415

    typer.echo(one_line(told.made(grade_submission(root))))


@app.command(help=words.DIST)
def dist(
    lessons: Annotated[list[str] | None, typer.Argument(help=words.DIST_LESSONS)] = None,
    *,
    out: Annotated[Path | None, typer.Option(help=words.DIST_OUT)] = None,
) -> None:
    """Run `grader dist`."""
    from grader.course.folders import course_around  # noqa: PLC0415
    from grader.release import words as told  # noqa: PLC0415
    from grader.release.pack import dist as pack  # noqa: PLC0415

    course = course_around(Path.cwd())
    made = pack(course, lessons or [], out or course.class_folder / "dist")
    _warn(made.told)
    typer.echo(one_line(told.packed(made.folder)))
    typer.echo(one_line(told.packed(made.archive)))


@app.command(help=words.CLASSROOM)
def classroom(
    lesson: Annotated[str, typer.Argument(help=words.ONE_LESSON)],
    *,
    pushed: Annotated[Path, typer.Option(help=words.PUSHED)] = Path(),
    course: Annotated[Path | None, typer.Option(help=words.COURSE_FOLDER)] = None,
    unsandboxed: Annotated[
        bool, typer.Option("--unsandboxed", help=words.NO_SANDBOX_WANTED)
    ] = False,
) -> None:
    """Run `grader classroom`."""
    from grader.course.folders import find_course  # noqa: PLC0415
    from grader.school.classroom import grade_pushed  # noqa: PLC0415

    grade_pushed(find_course(course or Path.cwd()), lesson, pushed, unsandboxed=unsandboxed)


@app.command(help=words.ALIKE)
def alike(lesson: Annotated[str, typer.Argument(help=words.ONE_LESSON)]) -> None:
    """Run `grader alike`."""
    from grader.alike import words as told  # noqa: PLC0415
    from grader.alike.classes import look  # noqa: PLC0415
    from grader.course.folders import course_around  # noqa: PLC0415

    leave_out_slow_imports()
    looked = look(course_around(Path.cwd()), lesson)
    _warn(looked.left_out)
    for pair in looked.compared.pairs:
        names = [likeness.exercise for likeness in pair.alike]
        typer.echo(one_line(told.pair(*pair.students, pair.share, names)))
    if not looked.compared.pairs:
        typer.echo(told.NONE_FOUND)
    typer.echo(told.compared(looked.compared.students, looked.compared.threshold))
    typer.echo(one_line(told.page_at(looked.page)))

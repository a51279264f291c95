"""Commands for what a school's own systems send and want: students, grades, autograders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli import words
from grader.cli.app import PATH, app
from grader.errors import InputError
from grader.gradebook.lean import leave_out_slow_imports
from grader.report.harmless import one_line
from grader.school.visibility import Visibility

if TYPE_CHECKING:
    from collections.abc import Iterable

# Its names are its values, but for their case.
_VISIBILITY = click.Choice(Visibility, case_sensitive=False)


@app.command(help=words.SCHOOL_LIST)
@click.argument("file", type=PATH, help=words.CLASS_LIST)
@click.option("--id", "identified_by", default="", show_default=False, help=words.IDENTIFIED_BY)
def students(file: Path, *, identified_by: str) -> None:
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
    click.echo(one_line(told.enrolled(*counts, listed.identified_by, listed.encoding)))
    if listed.problems:
        raise InputError(told.LINES_LEFT)


@app.command(help=words.SCHOOL_GRADES)
@click.argument("table", type=PATH, help=words.SCHOOL_TABLE)
@click.argument("lessons", nargs=-1, help=words.LESSONS)
@click.option("--to", type=PATH, help=words.FILLED_IN)
@click.option("--column", multiple=True, help=words.COLUMN)
@click.option("--scale", is_flag=True, help=words.SCALE)
@click.option("--decimal", default="", show_default=False, help=words.DECIMAL)
def grades(
    table: Path,
    lessons: tuple[str, ...],
    *,
    to: Path | None,
    column: tuple[str, ...],
    scale: bool,
    decimal: str,
) -> None:
    """Run `grader grades`."""
    from grader.course.folders import course_around  # noqa: PLC0415 - each command loads what it needs

    leave_out_slow_imports()
    from grader.school import words as told  # noqa: PLC0415
    from grader.school.export import beside, fill_file  # noqa: PLC0415
    from grader.school.filling import Options  # noqa: PLC0415
    from grader.school.roster import open_gradebook  # noqa: PLC0415

    course = course_around(Path.cwd())
    options = Options(columns=dict(map(_pair, column)), scale=scale, decimal=decimal)
    with open_gradebook(course) as session:
        filled = fill_file(
            table,
            to or beside(table),
            session,
            class_folder=course.class_folder,
            options=options,
            lessons=list(lessons),
        )
    for lesson, heading in filled.used.items():
        click.echo(one_line(told.into(lesson, heading)))
    _warn(filled.notes)
    click.echo(one_line(told.filled(to or beside(table), filled.count)))


def _pair(text: str) -> tuple[str, str]:
    from grader.school import words as told  # noqa: PLC0415

    lesson, sign, heading = text.partition("=")
    if not sign:
        raise InputError(told.column_option(text))
    return lesson.strip(), heading.strip()


def _warn(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(one_line(words.error(line)), err=True)


@app.command(help=words.AUTOGRADER)
@click.argument("lesson", help=words.ONE_LESSON)
@click.option("--to", type=PATH, help=words.ARCHIVE_TO)
@click.option("--tests", type=_VISIBILITY, default="visible", help=words.VISIBILITY)
@click.option("--unsandboxed", is_flag=True, help=words.WITHOUT_A_SANDBOX_THERE)
def autograder(lesson: str, *, to: Path | None, tests: Visibility, unsandboxed: bool) -> None:
    """Run `grader autograder`."""
    from grader.course.folders import course_around  # noqa: PLC0415
    from grader.school import words as told  # noqa: PLC0415
    from grader.school.autograder import pack  # noqa: PLC0415
    from grader.school.gradescope import Settings  # noqa: PLC0415

    course = course_around(Path.cwd())
    place = to or course.class_folder / f"autograder_{lesson}.zip"
    pack(course, Settings(lesson=lesson, tests=tests, unsandboxed=unsandboxed), place)
    click.echo(one_line(told.made(place)))


@app.command(help=words.GRADESCOPE)
@click.option("--root", type=PATH, default=Path("/autograder"), help=words.GRADESCOPE_ROOT)
def gradescope(root: Path) -> None:
    """Run `grader gradescope`."""
    from grader.school import words as told  # noqa: PLC0415
    from grader.school.gradescope import grade_submission  # noqa: PLC0415

    click.echo(one_line(told.made(grade_submission(root))))


@app.command(help=words.DIST)
@click.argument("lessons", nargs=-1, help=words.DIST_LESSONS)
@click.option("--out", type=PATH, help=words.DIST_OUT)
def dist(lessons: tuple[str, ...], *, out: Path | None) -> None:
    """Run `grader dist`."""
    from grader.course.folders import course_around  # noqa: PLC0415
    from grader.release import words as told  # noqa: PLC0415
    from grader.release.pack import dist as pack  # noqa: PLC0415

    course = course_around(Path.cwd())
    made = pack(course, list(lessons), out or course.class_folder / "dist")
    _warn(made.told)
    click.echo(one_line(told.packed(made.folder)))
    click.echo(one_line(told.packed(made.archive)))


@app.command(help=words.CLASSROOM)
@click.argument("lesson", help=words.ONE_LESSON)
@click.option("--pushed", type=PATH, default=Path(), help=words.PUSHED)
@click.option("--course", type=PATH, help=words.COURSE_FOLDER)
@click.option("--unsandboxed", is_flag=True, help=words.NO_SANDBOX_WANTED)
def classroom(lesson: str, *, pushed: Path, course: Path | None, unsandboxed: bool) -> None:
    """Run `grader classroom`."""
    from grader.course.folders import find_course  # noqa: PLC0415
    from grader.school.classroom import grade_pushed  # noqa: PLC0415

    grade_pushed(find_course(course or Path.cwd()), lesson, pushed, unsandboxed=unsandboxed)


@app.command(help=words.ALIKE)
@click.argument("lesson", help=words.ONE_LESSON)
def alike(lesson: str) -> None:
    """Run `grader alike`."""
    from grader.alike import words as told  # noqa: PLC0415
    from grader.alike.classes import look  # noqa: PLC0415
    from grader.course.folders import course_around  # noqa: PLC0415

    leave_out_slow_imports()
    looked = look(course_around(Path.cwd()), lesson)
    _warn(looked.left_out)
    for pair in looked.compared.pairs:
        names = [likeness.exercise for likeness in pair.alike]
        click.echo(one_line(told.pair(*pair.students, pair.share, names)))
    if not looked.compared.pairs:
        click.echo(told.NONE_FOUND)
    click.echo(told.compared(looked.compared.students, looked.compared.threshold))
    click.echo(one_line(told.page_at(looked.page)))

"""What an instructor reads while a class is set up, and what students are sent."""

from __future__ import annotations

from pathlib import Path

from grader.language import text as _

NOT_YOURS = _("you may not write there")


def no_id(found: str) -> str:
    return _(
        "the course id {found!r} cannot be used: expected letters, digits, '_', '-' and '.'; "
        "choose another one with --course-id"
    ).format(found=found)


def inside_course(folder: Path, root: Path) -> str:
    return _(
        "{folder}: lies inside the course {root}, whose solutions students must not reach; "
        "choose a folder outside with --exchange"
    ).format(folder=folder, root=root)


def inside_environment(folder: Path) -> str:
    return _(
        "{folder}: lies inside the Python environment, which student code can read while it is "
        "graded; choose a folder outside with --exchange"
    ).format(folder=folder)


def exchange_refused(folder: Path, reason: object) -> str:
    return _(
        "{folder}: cannot be the exchange ({reason}); choose a folder of your own with "
        "--exchange, or ask whoever runs this machine for one that everybody may write to"
    ).format(folder=folder, reason=reason)


def not_reachable(folder: Path, parent: Path) -> str:
    return _(
        "warning: other accounts cannot reach {folder}; if your students have accounts of their "
        "own on this machine: chmod o+x {parent}"
    ).format(folder=folder, parent=parent)


def readable(secret: Path) -> str:
    return _(
        "warning: other accounts can look into {secret}; if your students have accounts of "
        "their own on this machine: chmod o-rwx {secret}"
    ).format(secret=secret)


def exchange_ready(folder: Path) -> str:
    return _("exchange: {folder}, and everybody may write to it").format(folder=folder)


def written(path: Path, course_id: str) -> str:
    return _("wrote {path}: nbgrader knows the exchange and the course id {course_id}").format(
        path=path, course_id=course_id
    )


def choice_refused(path: Path, reason: object) -> str:
    return _("{path}: cannot be written ({reason}); check the permissions of class/").format(
        path=path, reason=reason
    )


def went_through(lesson: str, score: float, points: float) -> str:
    return _(
        "tried: {lesson} was released, fetched, solved, submitted, collected and graded, with "
        "{score:g} of {points:g} points; what is missing, a person marks"
    ).format(lesson=lesson, score=score, points=points)


def not_graded(reason: object) -> str:
    return _(
        "tried: a lesson was released, fetched, submitted and collected, but not graded: no "
        "sandbox here ({reason}); 'grader doctor' says more"
    ).format(reason=reason)


def no_home(home: Path) -> str:
    return _("{home}: not found; expected a student's home").format(home=home)


def has_another(path: Path) -> str:
    return _("{path}: is there already, and was left as it is; compare it by hand").format(
        path=path
    )


def home_refused(path: Path, reason: object) -> str:
    return _("{path}: cannot be written ({reason}); let this student type what is below").format(
        path=path, reason=reason
    )


def sent(folder: Path, commands: str, homes: bool) -> str:
    first = (
        _("the homes above are ready; to all others send this")
        if homes
        else _("send this to your students")
    )
    return _(
        "\n{first}; it lies in {folder}, too.  Each types it once, in a terminal of their "
        "JupyterLab, and starts JupyterLab again:\n\n{commands}"
    ).format(first=first, folder=folder, commands=commands)


def to_students(commands: str) -> str:
    return _(
        "# Joining the course\n\n"
        "Type this once, in a terminal of your JupyterLab, then start JupyterLab again:\n\n"
        "```sh\n{commands}```\n\n"
        "You then find the lessons in the menu Nbgrader, under Assignment List: fetch, work, "
        "press Validate, submit.\nThe last submission counts; Fetch Feedback brings the report.\n"
    ).format(commands=commands)

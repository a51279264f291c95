r"""Whose file it is, and of which submission, by the name that a school's system gave it.

Sources: Canvas, lib/content_zipper.rb: the student's sortable name in lower case without
blanks and punctuation, "LATE" where it is, the user's number (or "anon_" and a code), the
file's number, and its name, all joined by "_".  Moodle, "Assignment activity", Download all
submissions: "Full name_NUMBER_assignsubmission_file_" as a folder or before each file's name.
Gradescope, Export Submissions: a folder "submission_NUMBER", and submission_metadata.yml.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_CANVAS = re.compile(
    r"(?:(?P<name>.+?)_)?(?:(?P<late>LATE|late)_)?(?P<user>\d+|anon_[A-Za-z0-9]+)_(?P<file>\d+)_"
    r"(?P<rest>.+)"
)
_CANVAS_ANONYMOUS = re.compile(
    r"(?:(?P<late>LATE|late)_)?(?P<user>anon_[A-Za-z0-9]+)_(?P<file>\d+)_(?P<rest>.+)"
)
_MOODLE = re.compile(
    r"(?P<name>.*)_(?P<number>\d+)_assignsubmission_(?P<plugin>file|onlinetext)_?(?P<rest>.*)"
)
_GRADESCOPE = re.compile(r"submission_(?P<number>\d+)")
# What a browser, Canvas or a copy adds to a name that is taken: "(1)", "-1", " copy", "_1".
_COPY = re.compile(
    r"(?i)(?:\s*\(\d{1,3}\)|-\d{1,3}|\s*-?\s*(?:copy|kopie|copie|copia)(?:\s*\d*)?)$"
)


@dataclass(frozen=True, kw_only=True)
class Origin:
    """What a name says.

    Attributes:
        system: "canvas", "moodle", "gradescope", or "folder" where only a folder is named.
        name: the student's, as far as it is left; "" where it is hidden.
        number: the system's for the student, or for the submission.
        order: grows from one attempt to the next, 0 where nothing tells.
        file: the name that the student gave it.
        late: whether the name says so.
    """

    system: str
    name: str
    number: str
    file: str
    order: int = 0
    late: bool = False


def origin(path: str) -> Origin | None:
    """Return what the path of a file in an archive says; None if it is of no known form."""
    parts = [part for part in re.split(r"[/\\]", path) if part not in ("", ".")]
    for at, part in enumerate(parts):
        rest = "/".join(parts[at + 1 :])
        if found := _MOODLE.fullmatch(part):
            file = rest or found["rest"]
            return Origin(system="moodle", name=found["name"], number=found["number"], file=file)
        if rest and (found := _GRADESCOPE.fullmatch(part)):
            return Origin(system="gradescope", name="", number=found["number"], file=rest)
    last = parts[-1] if parts else ""
    if found := _CANVAS_ANONYMOUS.fullmatch(last) or _CANVAS.fullmatch(last):
        return Origin(
            system="canvas",
            name=found.groupdict().get("name") or "",
            number=found["user"],
            file=found["rest"],
            order=int(found["file"]),
            late=bool(found["late"]),
        )
    if len(parts) > 1:
        return Origin(system="folder", name=parts[-2], number=parts[-2], file=last)
    return None


def without_copy(stem: str) -> str:
    """Return a file's name without what is added to one that is taken."""
    before = None
    while before != stem:
        before, stem = stem, _COPY.sub("", stem).strip() or stem
    return stem

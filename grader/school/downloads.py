"""What students handed in through a school's system, sorted by student and attempt.

Reads the archives that an instructor downloaded; writes a folder for each student of the
class, and says of everything else where it is and why.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import yaml

from grader.school import words
from grader.school.archives import MOST_BYTES, Member, Room, is_archive, members, open_archive
from grader.school.columns import Column
from grader.school.matching import Register
from grader.school.names import Origin, origin, without_copy

_METADATA = "submission_metadata.yml"
_MOST_METADATA = 20 * 2**20
_UNUSABLE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')


@dataclass
class Attempt:
    """What one student handed in at one time.

    Attributes:
        archive: the place of its archive among all, the oldest first.
        order: tells attempts of one archive apart.
        when: the time that the system tells, "" where it tells none.
    """

    student: str
    archive: int
    order: int = 0
    when: str = ""
    late: bool = False
    files: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Sorted:
    """What was found.

    Attributes:
        attempts: by student, the one that counts.
        told: what there is to say, in sentences.
    """

    attempts: dict[str, Attempt]
    told: tuple[str, ...]


def sort_archives(root: Path, register: Register, lesson: str) -> Sorted:
    """Sort what lies in a folder by student: archives, unpacked ones, single files.

    Args:
        root: the folder with what was downloaded.
        register: the class.
        lesson: the notebook's name without its suffix.
    """
    found = [path for path in root.rglob("*") if not path.is_dir()]
    sorting = _Sorting(root, register, lesson)
    for path in found:
        if path.name == _METADATA:
            sorting.know(path)
    for place, path in enumerate(sorted(found, key=lambda one: (one.lstat().st_mtime, one.name))):
        sorting.take(place, path)
    return sorting.done()


class _Sorting:
    def __init__(self, root: Path, register: Register, lesson: str) -> None:
        self._root, self._register, self._lesson = root, register, lesson
        self._about: dict[str, Any] = {}
        self._attempts: dict[tuple[str, int, int], Attempt] = {}
        self._told: list[str] = []
        self._by_name: dict[str, str] = {}

    def know(self, path: Path) -> None:
        """Take what Gradescope says of submissions that are unpacked already."""
        try:
            with open_archive(path) as file:
                content = file.read(_MOST_METADATA + 1)
            self._about.update(_submissions(content))
        except (OSError, ValueError) as error:
            self._told.append(words.not_taken(path.name, str(error)))

    def take(self, place: int, path: Path) -> None:
        """Take one archive, or one file, as it was downloaded."""
        name = path.relative_to(self._root).as_posix()
        try:
            with open_archive(path) as file:
                if not is_archive(path.name):
                    content = file.read(MOST_BYTES + 1)
                    large = words.too_large_member(MOST_BYTES // 2**20)
                    fits = len(content) <= MOST_BYTES
                    member = Member(name=name, content=content if fits else None, why=large)
                    # What was unpacked already is one download.
                    self._put(0, name, member, self._about, Room())
                    return
                # Whose a submission is, is told by a file that may stand at the archive's end.
                about = self._metadata(file, name)
                room = Room()
                for member in members(file, name, room):
                    self._put(place, name, member, about, room)
        except OSError as error:
            self._told.append(words.not_taken(name, error.strerror or str(error)))

    def _metadata(self, file: IO[bytes], name: str) -> dict[str, Any]:
        for member in members(file, name, Room()):
            if member.content is not None and member.name.rpartition("/")[2] == _METADATA:
                try:
                    return _submissions(member.content)
                except ValueError as error:
                    self._told.append(words.not_taken(f"{name}: {member.name}", str(error)))
        return {}

    def _put(
        self, place: int, archive: str, member: Member, about: dict[str, Any], room: Room
    ) -> None:
        where = member.name if member.name == archive else f"{archive}: {member.name}"
        if member.content is None:
            self._told.append(words.not_taken(where, member.why))
            return
        if member.name.rpartition("/")[2] == _METADATA:
            return
        found = origin(member.name)
        if found is None:
            self._told.append(words.not_taken(where, words.NO_KNOWN_NAME))
            return
        for student, when, order in self._whose(found, where, about):
            attempt = self._attempts.setdefault(
                (student, place, order),
                Attempt(student=student, archive=place, order=order, when=when),
            )
            attempt.late |= found.late
            attempt.order = max(attempt.order, found.order)
            for name, content in self._opened(found.file, member.content, where, room):
                self._add(attempt, name, content, where)

    def _opened(
        self, name: str, content: bytes, where: str, room: Room
    ) -> Iterator[tuple[str, bytes]]:
        """Yield a file, or what is in it where a student handed in an archive."""
        if not is_archive(name):
            yield name, content
            return
        inside = list(members(io.BytesIO(content), name, room))
        for refused in (member for member in inside if member.content is None):
            # One bad member, and nothing of the archive is believed.
            self._told.append(words.not_taken(f"{where}: {refused.name}", refused.why))
            return
        for member in inside:
            if is_archive(member.name):
                self._told.append(words.not_taken(f"{where}: {member.name}", words.TOO_DEEP))
            elif member.content is not None:
                yield member.name, member.content

    def _add(self, attempt: Attempt, path: str, content: bytes, where: str) -> None:
        name = _UNUSABLE.sub("_", re.split(r"[/\\]", path)[-1]).lstrip(".-") or "unnamed"
        there = attempt.files.get(name)
        if there is not None and there != content:
            self._told.append(words.not_taken(where, words.same_name(attempt.student, name)))
            return
        attempt.files[name] = content

    def _whose(
        self, found: Origin, where: str, about: dict[str, Any]
    ) -> Iterator[tuple[str, str, int]]:
        """Yield the students whose file it is, with its time and its number."""
        if found.system == "gradescope":
            entry = about.get(f"submission_{found.number}")
            yield from self._submitters(entry, where, int(found.number))
            return
        if found.system == "folder":
            said = {Column.LOGIN: found.name, Column.EMAIL: found.name, Column.SIS: found.name}
            students = self._register.by_ids(said)
        else:
            students = self._register.by_number(found.system, found.number)
        if not students:
            students = self._named(found.name)
            if len(students) == 1:
                self._by_name[found.name] = next(iter(students))
        if len(students) == 1:
            yield next(iter(students)), "", 0
        elif students:
            self._told.append(words.not_taken(where, words.several(sorted(students))))
        else:
            self._told.append(words.not_taken(where, words.not_on_list(found.system)))

    def _named(self, name: str) -> set[str]:
        """Return the students of a name; Moodle may have put a group's before it."""
        found = self._register.by_name(name)
        while not found and "-" in name:
            name = name.partition("-")[2]
            found = self._register.by_name(name)
        return found

    def _submitters(self, entry: Any, where: str, number: int) -> Iterator[tuple[str, str, int]]:
        listed = entry.get(":submitters") if isinstance(entry, dict) else None
        if not isinstance(listed, list):
            self._told.append(words.not_taken(where, words.NO_SUBMITTER))
            return
        when = str(entry.get(":created_at") or "")
        for one in listed:
            said = one if isinstance(one, dict) else {}
            sid, email = str(said.get(":sid") or ""), str(said.get(":email") or "")
            ids = {Column.SIS: sid, Column.LOGIN: sid, Column.EMAIL: email}
            students = self._register.by_ids({c: text for c, text in ids.items() if text})
            students = students or self._register.by_name(str(said.get(":name") or ""))
            if len(students) == 1:
                yield next(iter(students)), when, number
            else:
                why = words.several(sorted(students)) if students else words.not_on_list("")
                self._told.append(words.not_taken(f"{where} ({email or sid})", why))

    def done(self) -> Sorted:
        """Return the attempt of each student that counts, its notebook under the lesson's name."""
        chosen: dict[str, Attempt] = {}
        for attempt in self._attempts.values():
            best = chosen.setdefault(attempt.student, attempt)
            if best is not attempt:
                self._told.append(words.newest_counts(attempt.student))
                chosen[attempt.student] = max((best, attempt), key=_age)
        for attempt in chosen.values():
            self._rename(attempt)
        late = sorted(attempt.student for attempt in chosen.values() if attempt.late)
        if late:
            self._told.append(words.late(late))
        if self._by_name:
            pairs = [f"{name} = {student}" for name, student in sorted(self._by_name.items())]
            self._told.append(words.with_names(words.BY_NAME, pairs))
        missing = sorted(set(self._register.people) - set(chosen))
        if missing:
            self._told.append(words.with_names(words.NOTHING_FROM, missing))
        told = tuple(dict.fromkeys(self._told))
        return Sorted(attempts=dict(sorted(chosen.items())), told=told)

    def _rename(self, attempt: Attempt) -> None:
        """Give the one notebook the lesson's name, if it is that with something added."""
        notebooks = [name for name in attempt.files if name.casefold().endswith(".ipynb")]
        wanted = f"{self._lesson}.ipynb"
        if not notebooks:
            self._told.append(words.no_notebook(attempt.student, sorted(attempt.files)))
        copies = [n for n in notebooks if without_copy(n[: -len(".ipynb")]) == self._lesson]
        if wanted not in notebooks and len(copies) == 1:
            attempt.files[wanted] = attempt.files.pop(copies[0])


def _age(attempt: Attempt) -> tuple[str, int, int]:
    """Order attempts: by time where the system tells it, by download, by file."""
    return attempt.when, attempt.archive, attempt.order


def _submissions(content: bytes) -> dict[str, Any]:
    """Return what Gradescope says of submissions; raise ValueError if it would not write that."""
    # An anchor can stand for a billion others; Gradescope writes none.
    if len(content) > _MOST_METADATA or re.search(rb"(?m)[:\-]\s+[&*!]", content):
        raise ValueError(words.NO_METADATA)
    try:
        found = yaml.safe_load(content)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ValueError(words.NO_METADATA) from error
    if not isinstance(found, dict):
        raise ValueError(words.NO_METADATA)  # noqa: TRY004 - its form is wrong, not its type
    return found

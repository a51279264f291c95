"""What lies in an archive that somebody sent, read as if everybody were hostile.

Nothing is unpacked by name: each member is checked, read under a cap, and handed on as
bytes.  What is no plain file inside the archive is refused, aloud, and costs no other.
"""

from __future__ import annotations

import contextlib
import re
import stat
import tarfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from grader.school import words

MOST_MEMBERS = 20_000
MOST_BYTES = 100 * 2**20  # of one member
MOST_TOGETHER = 2**30
_ENCRYPTED = 0x1
_UTF8 = 0x800
# What file managers put into every archive.
_LEFT_BY_SYSTEMS = re.compile(r"(^|/)(__MACOSX|\.DS_Store|Thumbs\.db|desktop\.ini)(/|$)")
_DRIVE = re.compile(r"^[A-Za-z]:")
_BROKEN = (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError, ValueError)
_UNREADABLE = (*_BROKEN, NotImplementedError, RuntimeError, OverflowError)


@dataclass(frozen=True, kw_only=True)
class Member:
    """A file in an archive; content is None, and why says why, where it was refused."""

    name: str
    content: bytes | None = None
    why: str = ""


@dataclass
class Room:
    """How much may still be read of an archive, of those inside it too."""

    left: int = MOST_TOGETHER
    members: int = MOST_MEMBERS


def is_archive(name: str) -> bool:
    """Whether a file's name is that of an archive, of a kind that is opened or one that is not."""
    return name.casefold().endswith((".zip", ".tar", ".gz", ".tgz", ".7z", ".rar", ".bz2", ".xz"))


def members(file: IO[bytes], name: str, room: Room) -> Iterator[Member]:
    """Yield the files of a .zip or .tar archive; what is refused is yielded with the reason.

    Args:
        file: the archive, to be read from any place.
        name: for messages about the archive as a whole.
        room: shared with archives inside it.
    """
    try:
        if zipfile.is_zipfile(file):
            yield from _of_zip(file, name, room)
        elif name.casefold().endswith((".tar", ".tar.gz", ".tgz")):
            yield from _of_tar(file, name, room)
        else:
            yield Member(name=name, why=words.NO_ARCHIVE)
    except _UNREADABLE as error:
        yield Member(name=name, why=words.broken_archive(error))


def _of_zip(file: IO[bytes], name: str, room: Room) -> Iterator[Member]:
    with zipfile.ZipFile(file) as archive:
        found = [(info, _name_of(info)) for info in archive.infolist() if not info.is_dir()]
        found = [(info, called) for info, called in found if not _LEFT_BY_SYSTEMS.search(called)]
        if len(found) > room.members:
            yield Member(name=name, why=words.too_many_members(len(found), room.members))
            return
        room.members -= len(found)
        often = Counter(called for _info, called in found)
        for info, called in found:
            why = refused_name(called) or _why_not(info)
            if not why and often[called] > 1:
                why = words.IN_IT_TWICE
            if why:
                yield Member(name=called, why=why)
                continue
            try:
                with archive.open(info) as opened:
                    yield _read(opened, called, room)
            except _UNREADABLE as error:
                yield Member(name=called, why=words.broken_member(error))


def _name_of(info: zipfile.ZipInfo) -> str:
    """Return a member's name; one that is not marked as UTF-8 may be it all the same."""
    name = info.orig_filename
    if not info.flag_bits & _UTF8:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name


def _why_not(info: zipfile.ZipInfo) -> str:
    mode = info.external_attr >> 16
    if info.flag_bits & _ENCRYPTED:
        return words.ENCRYPTED
    if stat.S_IFMT(mode) and not stat.S_ISREG(mode):
        return words.LINK_OR_DEVICE
    return words.too_large_member(MOST_BYTES // 2**20) if info.file_size > MOST_BYTES else ""


def _of_tar(file: IO[bytes], name: str, room: Room) -> Iterator[Member]:
    file.seek(0)
    # As a stream: an archive's own table of sizes is not believed.
    with tarfile.open(fileobj=file, mode="r|*") as archive:
        seen: set[str] = set()
        for info in archive:
            if info.isdir() or _LEFT_BY_SYSTEMS.search(info.name):
                continue
            room.members -= 1
            if room.members < 0:
                yield Member(name=name, why=words.too_many_members(MOST_MEMBERS, MOST_MEMBERS))
                return
            why = refused_name(info.name)
            if not info.isreg():
                why = words.LINK_OR_DEVICE
            elif info.name in seen:
                why = words.IN_IT_TWICE
            seen.add(info.name)
            opened = None if why else archive.extractfile(info)
            if opened is None:
                yield Member(name=info.name, why=why or words.LINK_OR_DEVICE)
                continue
            member = _read(opened, info.name, room)
            yield member
            if member.content is None:
                # To pass over the rest of it would unpack all of it.
                yield Member(name=name, why=words.REST_NOT_READ)
                return


def _read(opened: IO[bytes], name: str, room: Room) -> Member:
    """Read a member under its cap, whatever the archive says of its size."""
    most = min(MOST_BYTES, room.left)
    content = opened.read(most + 1)
    if len(content) > most:
        # What was read of it counts: a thousand bombs are a bomb.
        room.left -= most
        if room.left <= 0:
            return Member(name=name, why=words.too_much_together(MOST_TOGETHER // 2**20))
        return Member(name=name, why=words.too_large_member(MOST_BYTES // 2**20))
    room.left -= len(content)
    return Member(name=name, content=content)


def refused_name(name: str) -> str:
    """Return why a member's name is refused, "" if it stays inside the archive's folder."""
    parts = re.split(r"[/\\]", name)
    if name.startswith(("/", "\\")) or _DRIVE.match(name):
        return words.ABSOLUTE
    if ".." in parts:
        return words.LEADS_OUT
    if "\0" in name or not parts[-1].strip():
        return words.NO_NAME
    return words.NO_NAME if max(map(len, parts)) > 250 else ""


def open_archive(path: Path) -> IO[bytes]:
    """Open an archive's file: a plain one, no link."""
    if path.is_symlink() or not path.is_file():
        raise OSError(0, words.LINK_OR_DEVICE)
    return path.open("rb")

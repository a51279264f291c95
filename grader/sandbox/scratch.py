"""Folders nobody trusts: claimed while they are in use, counted, emptied however deep."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

Given = Mapping[str, tuple[int, int]]  # of a file that was put there: its size and its time


def claim(folder: Path) -> int:
    """Mark a folder as in use for as long as the returned descriptor is open."""
    descriptor = os.open(folder / _CLAIM, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def sweep(pattern: str) -> None:
    """Remove folders that nobody claims any more: their owner was killed.

    One without a claim is just being made, or its owner was killed while it was made or
    emptied: after an hour it is the latter.
    """
    for folder in Path(tempfile.gettempdir()).glob(pattern):
        with contextlib.suppress(OSError):
            about = folder.lstat()
            if about.st_uid != os.geteuid() or not stat.S_ISDIR(about.st_mode):
                continue
            if not (folder / _CLAIM).exists() and time.time() - about.st_mtime < _YOUNG_SECONDS:
                continue
            # Made where there is none: whoever comes at the same time finds it locked.
            descriptor = claim(folder)
            try:
                empty(folder)
                folder.rmdir()
            finally:
                os.close(descriptor)


_YOUNG_SECONDS = 3600.0
_CLAIM = "in-use"


def fill(folder: Path, files: Mapping[str, Path]) -> Given:
    """Copy files into an empty folder, by where they are to lie there; return what they are.

    Raises:
        OSError: the disk refuses.
    """
    given = {}
    for name, path in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        _copy(path, place)
        about = place.stat()
        given[name] = (about.st_size, about.st_mtime_ns)
    return given


def _copy(path: Path, place: Path) -> None:
    """Copy a file's content; on file systems that can, both share it until one is written to."""
    with path.open("rb") as source, place.open("xb") as copy:
        if hasattr(os, "copy_file_range"):
            # A file system without that, or two of them: the rest is copied as ever.
            with contextlib.suppress(OSError):
                while os.copy_file_range(source.fileno(), copy.fileno(), 2**30):
                    pass
        shutil.copyfileobj(source, copy, 2**20)


def holds(folder: Path, *, most: int) -> tuple[int, int]:
    """Return bytes on disk and entries below a folder; stops counting beyond `most` entries.

    A folder that cannot be looked into counts as too many: nobody makes one by accident.
    """
    size = count = 0
    todo = [str(folder)]
    while todo and count <= most:
        try:
            with os.scandir(todo.pop()) as entries:
                for entry in entries:
                    status = entry.stat(follow_symlinks=False)
                    size += status.st_blocks * 512
                    count += 1
                    if stat.S_ISDIR(status.st_mode):
                        todo.append(entry.path)
                    if count > most:
                        break
        except FileNotFoundError:
            continue
        except OSError:
            count = most + 1
    return size, count


def empty(folder: Path, *, but: str = "") -> None:
    """Remove all that lies in a folder, however deep; nobody may be writing there any more.

    Goes down and up by one open folder at a time: no path grows, nothing recurses,
    and no link is followed.

    Args:
        but: the name of a folder in it that stays as it is.

    Raises:
        OSError: something cannot be removed.
    """
    here = os.open(folder, _FOLDER)
    trail: list[tuple[str, list[str]]] = []
    try:
        inner = [name for name in _remove_files(here) if name != but]
        while inner or trail:
            if inner:
                name = inner.pop()
                os.chmod(name, stat.S_IRWXU, dir_fd=here)
                trail.append((name, inner))
                here = _move(here, name)
                inner = _remove_files(here)
            else:
                name, inner = trail.pop()
                here = _move(here, "..")
                os.rmdir(name, dir_fd=here)
    finally:
        os.close(here)


_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


def _move(here: int, name: str) -> int:
    """Return the open folder called name; here is closed."""
    there = os.open(name, _FOLDER, dir_fd=here)
    os.close(here)
    return there


def _remove_files(here: int) -> list[str]:
    """Remove all files of an open folder; return its folders."""
    folders = []
    with os.scandir(here) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.name)
            else:
                os.unlink(entry.name, dir_fd=here)
    return folders

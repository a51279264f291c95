"""Set a worker apart: what it reads is read-only there, and its boxes write to memory alone.

In a mount namespace of its own a worker sees all files as ever, and nothing that its boxes
do changes them: not even the times at which they were read, by which one submission could
tell another something.  What a submission writes goes to a folder in memory.  The kernel
holds it to a size and a number of files, be they unlinked, sparse or preallocated; and it
is gone with the worker.

Needs to be root, or that everybody may have user namespaces.  Without, a look at the files
now and then is all there is.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
import tempfile
from pathlib import Path

from platformdirs import user_cache_path

from grader.box.seccomp import check

_NEW_MOUNTS, _NEW_USER = 0x20000, 0x10000000
_NO_SUID, _NO_DEVICES, _REMOUNT, _BIND, _RECURSIVE, _PRIVATE = 2, 4, 32, 4096, 1 << 14, 1 << 18
_SET_ATTRIBUTES, _READ_ONLY, _BELOW_TOO = 442, 1, 0x8000
_HERE = -100
_OWN_BYTES = 256 * 2**20  # what a worker puts beside the work of its boxes: links and code

_entered: list[Path] = []


def enter(place: Path) -> bool:
    """Set this process apart, for good; return whether that can be had here.

    It must have no threads.

    Args:
        place: a folder for all that is temporary; what lies in it is out of sight from now on.
    """
    if sys.platform != "linux":
        return False
    kept = [cache] if (cache := kept_beyond()) else []
    try:
        _leave_the_others()
        _mount("none", Path("/"), "", _RECURSIVE | _PRIVATE)
        _mount("tmpfs", place, "tmpfs", _NO_SUID | _NO_DEVICES, f"size={_OWN_BYTES},mode=700")
        for folder in kept:
            _mount(str(folder), folder, "", _BIND)
        _set(Path("/"), _READ_ONLY, 0, _BELOW_TOO)
        for written in (place, *kept, Path("/proc")):
            _set(written, 0, _READ_ONLY, 0)
    except OSError:
        return False
    tempfile.tempdir = str(place)
    _entered.append(place)
    return True


def kept_beyond() -> Path | None:
    """Return where lists of fonts and modules outlive a process; None if the home is read-only."""
    try:
        cache = user_cache_path("backprop-by-hand", ensure_exists=True)
    except OSError:
        return None
    return cache if os.access(cache, os.W_OK) else None


def can_be_had() -> bool:
    """Whether a process of this user can be set apart here; tries it with one that ends at once."""
    with tempfile.TemporaryDirectory() as place:
        child = os.fork()
        if child == 0:
            try:
                os._exit(0 if enter(Path(place)) else 1)
            finally:
                os._exit(1)
        return os.waitpid(child, 0)[1] == 0


def bound(folder: Path, *, size: int, files: int, again: bool = False) -> None:
    """Let the kernel hold an empty folder to so many bytes and entries, where that can be had.

    Args:
        again: it was bound before, and now is otherwise.
    """
    if _entered:
        flags = _NO_SUID | _NO_DEVICES | (_REMOUNT if again else 0)
        _mount("tmpfs", folder, "tmpfs", flags, f"size={size},nr_inodes={files},mode=700")


def release(folder: Path) -> None:
    """Undo what `bound` did."""
    if _entered:
        check(_libc().umount2(os.fsencode(folder), 2), f"umount {folder}")


def _leave_the_others() -> None:
    """Get a mount namespace; and where this user may not have that, a user namespace for it."""
    if _libc().unshare(_NEW_MOUNTS) == 0:
        return
    user, group = os.geteuid(), os.getegid()
    # Root would lose its right to others' files by it.
    check(_libc().unshare(_NEW_MOUNTS | (_NEW_USER if user else 0)), "unshare")
    Path("/proc/self/setgroups").write_text("deny", encoding="utf-8")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="utf-8")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="utf-8")


def _mount(source: str, target: Path, kind: str, flags: int, data: str = "") -> None:
    words = (source.encode(), os.fsencode(target), kind.encode())
    check(_libc().mount(*words, ctypes.c_ulong(flags), data.encode()), f"mount {target}")


def _set(mount: Path, made: int, cleared: int, flags: int) -> None:
    about = struct.pack("<QQQQ", made, cleared, 0, 0)
    numbers = [ctypes.c_long(n) for n in (_SET_ATTRIBUTES, _HERE, flags, len(about))]
    call, here, flag, size = numbers
    result = _libc().syscall(call, here, os.fsencode(mount), flag, about, size)
    check(result, f"mount_setattr {mount}")


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)

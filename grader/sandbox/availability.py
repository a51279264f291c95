"""Whether the sandbox can be had on this machine, and what it is called in reports."""

from __future__ import annotations

import platform

from grader.box import admitted
from grader.judge.outcome import SEPARATE_PROCESS
from grader.sandbox import words


def unavailable() -> str:
    """Return why the sandbox cannot be had on this machine, or "" if it can."""
    if platform.system() != "Linux":
        return words.needs("Linux", platform.system())
    if platform.machine() not in admitted.MACHINES:
        return words.needs(words.either(admitted.MACHINES), platform.machine())
    try:
        import sandlock  # noqa: PLC0415 - a dependency on Linux only
    except (ImportError, OSError) as error:
        return words.no_sandlock(error)
    found, needed = sandlock.landlock_abi_version(), sandlock.min_landlock_abi()
    if found < needed:
        return words.old_landlock(found, needed)
    return ""


def describe(*, sandboxed: bool) -> str:
    """Return what confines the student's code, for reports."""
    if not sandboxed:
        return SEPARATE_PROCESS
    import sandlock  # noqa: PLC0415 - a dependency on Linux only

    return words.sandbox(sandlock.__version__, sandlock.landlock_abi_version())

"""Whether the sandbox can be had on this machine, and what it is called in reports."""

from __future__ import annotations

import platform

from grader.box import fence


def unavailable() -> str:
    """Return why the sandbox cannot be had on this machine, or "" if it can."""
    if platform.system() != "Linux":
        return f"it needs Linux; this is {platform.system()}"
    if platform.machine() not in fence.MACHINES:
        return f"it needs {' or '.join(fence.MACHINES)}; this is {platform.machine()}"
    try:
        import sandlock  # noqa: PLC0415 - a dependency on Linux only
    except (ImportError, OSError) as error:
        return f"the package sandlock cannot be loaded ({error}); pip install sandlock"
    found, needed = sandlock.landlock_abi_version(), sandlock.min_landlock_abi()
    if found < needed:
        return f"the kernel's Landlock has ABI {found}, {needed} is needed (Linux 6.12 or later)"
    return ""


def describe(*, sandboxed: bool) -> str:
    """Return what confines the student's code, for reports."""
    if not sandboxed:
        return "none: a separate process with limits"
    import sandlock  # noqa: PLC0415 - a dependency on Linux only

    return f"sandlock {sandlock.__version__}, Landlock ABI {sandlock.landlock_abi_version()}"

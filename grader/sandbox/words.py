"""What a student and an instructor read of the box: why there is none, and how a run ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from grader.language import text as _

# ------------------------------------------------------------------ there is no box

UNCONFINED = _("none: a separate process with limits")
CLOSED = _("the box is closed")
GONE = _("the box is gone")
NO_PROCESS = _("the box does not start a process for this submission; run 'grader doctor'")


def no_sandbox(reason: str) -> str:
    return _("no sandbox here: {reason}").format(reason=reason)


def needs(what: str, found: str) -> str:
    return _("it needs {what}; this is {found}").format(what=what, found=found)


def either(names: Iterable[str]) -> str:
    return _(" or ").join(names)


def no_sandlock(error: Exception) -> str:
    return _("the package sandlock cannot be loaded ({error}); pip install sandlock").format(
        error=error
    )


def old_landlock(found: int, needed: int) -> str:
    return _(
        "the kernel's Landlock has ABI {found}, {needed} is needed (Linux 6.12 or later)"
    ).format(found=found, needed=needed)


def sandbox(version: str, abi: int) -> str:
    return _("sandlock {version}, Landlock ABI {abi}").format(version=version, abi=abi)


def no_fork(system: str) -> str:
    return _(
        "{system} has no fork, which this grader needs; "
        "on Windows, run it in the Windows Subsystem for Linux"
    ).format(system=system)


def not_started(error: Exception) -> str:
    return _("the box cannot be started: {error}").format(error=error)


def not_confined(error: Exception) -> str:
    return _("the sandbox did not start: {error}").format(error=error)


def ended_at_start(reason: str) -> str:
    if not reason:
        return _("the box ended while it started; run 'grader doctor' to see what is missing")
    return _(
        "the box ended while it started ({reason}); run 'grader doctor' to see what is missing"
    ).format(reason=reason)


def within_reach(secret: object, folder: str) -> str:
    return _(
        "{secret}: lies inside {folder}, which the student's code may read to run Python, or "
        "because nbgrader_config.py says so; move the course out of it"
    ).format(secret=secret, folder=folder)


# -------------------------------------------------------------------------- limits

WHOLE_NUMBER = _("a whole number")
NUMBER = _("a number")


def limit_of_another_kind(name: str, found: object, kind: str) -> str:
    return _("limit {name}: found {found!r}, expected {kind}").format(
        name=name, found=found, kind=kind
    )


def limit_out_of_bounds(name: str, found: str, least: str, most: str) -> str:
    return _("limit {name}: found {found}, allowed are {least} to {most}").format(
        name=name, found=found, least=least, most=most
    )


def too_many_processes(asked: int, allowed: int) -> str:
    return _("limit processes: found {asked}, this box allows {allowed}").format(
        asked=asked, allowed=allowed
    )


# ------------------------------------------------------------------ how a run ended


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How the end of a cell, or of a call, is told."""

    too_slow: str
    process_ended: str
    stopped: str

    def stopped_by(self, reason: object) -> str:
        """Say what stopped it."""
        return self.stopped.format(reason=reason)


CELL = Ending(
    too_slow=_("the cell was stopped: it took too long"),
    process_ended=_("the process ended while the cell ran (exit, signal or memory)"),
    stopped=_("the cell was stopped: {reason}"),
)
CALL = Ending(
    too_slow=_("the call was stopped: it took too long"),
    process_ended=_("the process ended while the call ran (exit, signal or memory)"),
    stopped=_("the call was stopped: {reason}"),
)
NOT_INTERRUPTED = _("not run: a cell above took too long, and could not be interrupted")
ENDED_ABOVE = _("not run: the process ended in a cell above")


def total_time_over(seconds: float) -> str:
    return _("the notebook as a whole was stopped: it took longer than {seconds:.0f} s").format(
        seconds=seconds
    )


def notebook_too_slow(seconds: float) -> str:
    return _("stopped: the notebook as a whole took longer than {seconds:g} s").format(
        seconds=seconds
    )


def cell_not_sent(error: Exception) -> str:
    return _("the cell cannot be run: {error}").format(error=error)


def cell_raised(kind: str, message: str) -> str:
    return _("the cell does not run: {kind}: {message}").format(kind=kind, message=message)


def files_not_sent(error: Exception) -> str:
    return _("the files beside the notebook cannot be handed over: {error}").format(error=error)


def output_left_out(most_mib: int) -> str:
    return _("[output left out: the notebook shows more than {most} MiB]\n").format(most=most_mib)


# ------------------------------------------------------------ what it did not keep to

FOLDER_FULL = _("it filled its folder beyond the limit")
TOO_MUCH_MEMORY = _("it took more memory than it may")


def processes_started(most: int) -> str:
    return _("it started more than {most} processes").format(most=most)


def threads_run(most: int) -> str:
    return _("it ran more than {most} threads").format(most=most)


def calls_made(most: int) -> str:
    return _("it called a given function more than {most} times").format(most=most)


def called_with(error: Exception) -> str:
    return _("it called a given function with {error}").format(error=error)


UNKNOWN_FUNCTION = _("a call to a function that was not given")
MORE_THAN_ITS_CASE = _("a call to a given function with more than its case holds")
ASKED_TOO_MUCH = _("the call asked for too much")

# Frames that only a hostile submission sends.
OUT_OF_TURN = _("a frame came out of turn")
MALFORMED_OUTPUTS = _("a frame with malformed outputs")
TOO_MUCH_OUTPUT = _("a frame with more output than a cell may leave")
UNKNOWN_OUTPUT = _("an output of a type that is not kept")
NO_PICTURE = _("a picture that is not base64")
ANOTHER_CALL = _("an answer to another call")
UNKNOWN_VERDICT = _("an answer with an unknown verdict")
MALFORMED_EXCEPTIONS = _("an answer with malformed exceptions")

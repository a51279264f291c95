"""What a student and an instructor read of the box: why there is none, and how a run ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from grader.language import later, plural
from grader.language import text as _

# ------------------------------------------------------------------ there is no box

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
    # A name, as a report has it in every language.
    return later("sandlock {version}, Landlock ABI {abi}").format(version=version, abi=abi)


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


def withheld(module: str) -> str:
    return _("{module} is not offered in this lesson: an exercise asks for what it does").format(
        module=module
    )


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


UNKNOWN_FUNCTION = _("a call to a function that was not given")
MORE_THAN_ITS_CASE = _("a call to a given function with more than its case holds")
NO_REPLIER = _("no process could be started to answer calls of the grader's functions")
REPLIER_KILLED = _(
    "the process that answers calls of the grader's functions was killed from outside,"
    " as a system that is short of memory does: free some, and grade this submission again"
)
DRAWN_OTHERWISE = _(
    "the cases of an exercise are drawn otherwise a second time:"
    " they must come from the generator that their author is given, and from nothing else"
)
ASKED_TOO_MUCH = _("the call asked for too much")

# Frames that only a hostile submission sends.
OUT_OF_TURN = _("a frame came out of turn")
MALFORMED_REPLY = _("a malformed reply")
MALFORMED_OUTPUTS = _("a frame with malformed outputs")
TOO_MUCH_OUTPUT = _("a frame with more output than a cell may leave")
UNKNOWN_OUTPUT = _("an output of a type that is not kept")
NO_PICTURE = _("a picture that is not base64")
ANOTHER_CALL = _("an answer to another call")
UNKNOWN_VERDICT = _("an answer with an unknown verdict")
MALFORMED_EXCEPTIONS = _("an answer with malformed exceptions")

# ----------------------------------------------------------- what the doctor tries out

SANDBOX_TO_BE_HAD = _("A sandbox can be had")
STARTS = _("A box starts")
SERVES = _("A box serves to the end")
NO_TCP = _("A submission makes no TCP connection")
NO_UDP = _("A submission sends nothing by UDP")
NO_LOOK_UP = _("A submission looks up no name in the network")
NO_LISTENING = _("A submission listens on no port")
NO_OTHER_SOCKETS = _("A submission opens no other family of sockets")
NO_SOCKET_FILE = _("A submission reaches no socket file of another process")
NO_ABSTRACT_SOCKET = _("A submission reaches no abstract socket of another process")
NO_SOLUTIONS = _("A submission cannot read solutions/")
NO_CLASS = _("A submission cannot read class/")
NO_OTHER_SUBMISSION = _("A submission cannot read another one")
NO_HOME = _("A submission cannot read the user's home")
NO_PROC = _("A submission cannot read /proc")
NO_WRITING = _("A submission cannot write outside its folder")
NO_ATTRIBUTES = _("A submission cannot change the attributes of another's file")
NO_WORD = _("A submission cannot leave word for another box")
NO_COUNTS = _("A submission cannot see what others use")
NO_SIGNAL_TO_WARM = _("A submission cannot signal the warm process")
NO_SIGNAL_TO_JUDGE = _("A submission cannot signal the judge")
NO_TRACING = _("A submission cannot trace the warm process")
NO_SLOWING = _("A submission cannot limit or slow the judge")
NO_ROOT = _("A submission has no privilege of root")
NO_PROCESSES = _("A submission cannot start a process")
NO_IMPORTS = _("A submission cannot import what does the work")
NO_UNCOUNTED_MEMORY = _("A submission has no memory that no limit counts")
NOTHING_REACHED = _("No socket outside was reached")
NOTHING_CHANGED = _("Nothing outside was changed")
MEMORY_LIMITED = _("The memory of one process is limited")
PROCESSOR_LIMITED = _("Processor time is limited")
TIME_LIMITED = _("Wall clock time is limited, whatever signals are ignored")
THREADS_LIMITED = _("The number of threads is limited")
FILE_LIMITED = _("The size of a file is limited")
FOLDER_LIMITED = _("The scratch folder is limited")
UNSEEN_FILES_LIMITED = _("Files that no folder shows are limited, too")
FILES_TOGETHER = _("All files that a submission of a class writes are limited together")
BY_THE_KERNEL = _("the kernel holds them, and no reading leaves a trace")
BY_LOOKS = _(
    "a look four times a second, for this user has no namespaces; a file's time of reading can "
    "carry a bit from one submission to another"
)
OUTPUT_LIMITED = _("Output is limited, and carries no HTML")
NOTHING_RUNS_ON = _("Nothing runs once a submission has ended")
NOTHING_LEFT = _("Nothing of one submission reaches the next")
LIES_STOPPED = _("A submission that writes lies to the judge is stopped")
REPLACED = _("A box that is replaced works")

AS_BEFORE = _("its content, mode and time are as before")
RAN_TO_ITS_END = _("it ran to its end")
ALLOWED = _("it was allowed")
ALL_HOLDS = _("A class can be graded here: every guarantee holds.")


def found(guarantee: str, seen: str) -> str:
    return _("{guarantee}: {seen}.").format(guarantee=guarantee, seen=seen)


def on_system(sandbox: str, system: str) -> str:
    return _("{sandbox}, on {system}").format(sandbox=sandbox, system=system)


def resident(mib: float) -> str:
    return _("it takes {mib:.0f} MiB").format(mib=mib)


def ways_refused(refused: int, tried: int) -> str:
    return plural(
        "{refused} of {tried} way was refused", "{refused} of {tried} ways were refused", tried
    ).format(refused=refused, tried=tried)


def allowed(refused: str, statements: Iterable[str]) -> str:
    return _("{refused}, and these were allowed: {statements}").format(
        refused=refused, statements="; ".join(statements)
    )


def reached(count: int, there: int) -> str:
    return plural(
        "{count} of {there} was reached", "{count} of {there} were reached", count
    ).format(count=count, there=there)


def looks_now(status: object, names: Iterable[str]) -> str:
    return _("it is now {status}, beside {names}").format(status=status, names=", ".join(names))


def ended_after(reason: str, seconds: float) -> str:
    return _("{reason}, after {seconds:.1f} s").format(reason=reason, seconds=seconds)


def characters_kept(count: int) -> str:
    return plural("{count} character was kept", "{count} characters were kept", count).format(
        count=count
    )


def processes_left(count: int) -> str:
    return plural("{count} process was left", "{count} processes were left", count).format(
        count=count
    )


def said(text: str) -> str:
    return _("it said {text!r}").format(text=text)


def no_class_without(reason: str) -> str:
    return _(
        "No class can be graded here, for there is no sandbox: {reason}. Grade on a machine with "
        "Linux 6.12 or later, or take the risk of running other people's code with 'grader grade "
        "--unsandboxed'; 'grader check' of your own notebook works here."
    ).format(reason=reason)


def no_class_while(failing: int) -> str:
    return plural(
        "No class should be graded here: {count} guarantee does not hold, see FAILS above. "
        "Bring kernel and packages to what README asks for, then run 'grader doctor' again.",
        "No class should be graded here: {count} guarantees do not hold, see FAILS above. "
        "Bring kernel and packages to what README asks for, then run 'grader doctor' again.",
        failing,
    ).format(count=failing)


def not_passed_on(error: Exception) -> str:
    return _("an answer cannot be passed on ({error})").format(error=error)

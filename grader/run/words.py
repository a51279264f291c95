"""What is told of a run: why it cannot be made, and what came in its way."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from grader.judge.outcome import Outcome
from grader.judge.verdict import Verdict
from grader.language import plural
from grader.language import text as _

WORKER_ENDED = _(
    "the process that graded this ended unexpectedly; run 'grader doctor', then run this again: "
    "what is graded so far is kept"
)


def held_too_long(seconds: float) -> str:
    return _(
        "grading this was stopped after {seconds:g} s, and nothing is scored; look at the notebook "
        "by hand"
    ).format(seconds=seconds)


def checked_unconfined(reason: str) -> str:
    return _(
        "no sandbox here: {reason}; your notebook runs in a separate process with limits"
    ).format(reason=reason)


def class_refused(reason: str) -> str:
    return _(
        "no sandbox here: {reason}; grade on a machine that has one, or take the risk of "
        "running other people's code with --unsandboxed"
    ).format(reason=reason)


def of_no_lesson(lessons: Sequence[str], course: Path) -> str:
    return _(
        "belongs to no lesson of this course; the lessons are {lessons}; "
        "if it is of another course than {course}, name that one with --course"
    ).format(lessons=", ".join(lessons), course=course)


def unreadable(reason: str) -> str:
    return _("the notebook could not be read: {reason}").format(reason=reason)


def page_stays(page: Path) -> str:
    return _(
        "{page}: cannot be released: its submission did not come through the exchange; "
        "send it yourself"
    ).format(page=page)


def exchange_refuses(reason: object) -> str:
    return _(
        "{reason}; check Exchange.root in nbgrader_config.py, and whether you may write there"
    ).format(reason=reason)


def nothing_graded(lessons: Sequence[str]) -> str:
    return _("nothing of {lessons} is graded yet; grade first: grader grade").format(
        lessons=", ".join(lessons)
    )


def page_without_marks(folder: Path, lesson: str) -> str:
    return _("{folder}: the gradebook does not know it; {again}").format(
        folder=folder, again=_again(lesson)
    )


def page_without_notebook(path: Path, reason: object, lesson: str) -> str:
    return _("{path}: cannot be read ({reason}); {again}").format(
        path=path, reason=reason, again=_again(lesson)
    )


def page_without_report(path: Path, lesson: str) -> str:
    return _("{path}: no report that can be read; {again}").format(path=path, again=_again(lesson))


def _again(lesson: str) -> str:
    return _("grade it again: grader grade {lesson} --force").format(lesson=lesson)


def submission_changed(folder: Path) -> str:
    return _("{folder}: changed while it was graded; run this again").format(folder=folder)


def lesson_changed(lesson: str) -> str:
    return _("{lesson}: changed while the class was graded; run this again").format(lesson=lesson)


WATCH_ENDS = _("the watch ends; what is graded is kept, and the next one goes on from here")


def watch_begins(lessons: Sequence[str]) -> str:
    return _("watching {lessons}").format(lessons=", ".join(lessons))


def watch_fault(error: Exception) -> str:
    return _("the grader's own fault, tried again soon: {type}: {error}").format(
        type=type(error).__name__, error=error
    )


def no_attempt_left(student: str, lesson: str, attempts: int) -> str:
    return _(
        "{student} {lesson}: handed in again after {attempts} gradings, which is all there are; "
        "'grader grade {lesson} --student {student}' grades it all the same"
    ).format(student=student, lesson=lesson, attempts=attempts)


def not_graded(student: str, lesson: str, problem: str) -> str:
    return _("{student} {lesson}: not graded: {problem}").format(
        student=student, lesson=lesson, problem=problem
    )


def graded(student: str, lesson: str, score: str, points: str, seconds: float) -> str:
    return _("{student} {lesson}: {score} of {points}, graded in {seconds:.1f} s").format(
        student=student, lesson=lesson, score=score, points=points, seconds=seconds
    )


def released(lesson: str, count: int) -> str:
    return plural(
        "{lesson}: {count} feedback page released",
        "{lesson}: {count} feedback pages released",
        count,
    ).format(lesson=lesson, count=count)


def at_work(*, at_work: bool) -> str:
    return _("a watch is at work here") if at_work else _("no watch is at work here")


def done_so_far(count: int) -> str:
    return plural(
        "{count} submission graded so far", "{count} submissions graded so far", count
    ).format(count=count)


def last_graded(when: str) -> str:
    return _("last graded at {when}").format(when=when)


def already_watched(folder: Path) -> str:
    return _(
        "{folder}: another watch is at work here; end that one first, or ask it with "
        "'grader watch --status'"
    ).format(folder=folder)


NO_DISTRIBUTED = _(
    "grading on a cluster needs Dask's distributed, which is not installed here; "
    "install it with: pip install 'backprop-by-hand[cluster]'"
)
JOBS_OF_A_CLUSTER = _(
    "--jobs and --scheduler exclude each other: a cluster's workers say themselves how many "
    "threads they have"
)
NOT_INSTALLED = _("none")
SILENT = _("what listens there does not answer")
LOOP_IS_LATE = _("this machine is too busy to begin with it")


def no_scheduler(address: str, reason: object) -> str:
    return _(
        "{address}: no Dask scheduler answers there ({reason}); start one with 'dask scheduler', "
        "or correct --scheduler; what is graded so far is kept"
    ).format(address=address, reason=reason)


def other_scheduler(address: str, theirs: object, ours: object) -> str:
    return _(
        "{address}: the scheduler has distributed {theirs}, and this machine has {ours}; "
        "install the same version on both, then run this again"
    ).format(address=address, theirs=theirs, ours=ours)


def nobody_works(address: str, reasons: Sequence[str]) -> str:
    why = "; ".join(dict.fromkeys(reasons)) or _("none is there")
    return _(
        "{address}: no worker there takes work ({why}); start one with 'dask worker {address}', "
        "then run this again: what is graded so far is kept"
    ).format(address=address, why=why)


def takes_no_work(address: str, reason: str) -> str:
    return _("worker {address} takes no work: {reason}").format(address=address, reason=reason)


def other_versions(found: Sequence[tuple[str, str | None, str]]) -> str:
    return "; ".join(
        _("it has {package} {theirs}, and this machine has {ours}: install the same").format(
            package=package, theirs=theirs or NOT_INSTALLED, ours=ours
        )
        for package, theirs, ours in found
    )


def other_code(package: str, version: str) -> str:
    return _(
        "it has {package} {version}, as this machine has, but with other code: install the same"
    ).format(package=package, version=version)


def sandbox_fails(failing: Sequence[str], count: int) -> str:
    return plural(
        "{count} guarantee of the sandbox does not hold there ({failing}); "
        "see 'grader doctor' on that machine",
        "{count} guarantees of the sandbox do not hold there ({failing}); "
        "see 'grader doctor' on that machine",
        count,
    ).format(count=count, failing="; ".join(failing))


def disk_of_worker(error: OSError) -> str:
    return _(
        "its disk refuses {path} ({reason}); free some space there, then run this again"
    ).format(
        # What is written to an open file is refused without its name.
        path=error.filename or error.filename2 or tempfile.gettempdir(),
        reason=error.strerror or type(error).__name__,
    )


# ------------------------------------------------------------ before anything is written


def not_gradable(student: str, lesson: str, problem: str) -> str:
    return _("{student} {lesson}: cannot be graded: {problem}").format(
        student=student, lesson=lesson, problem=problem
    )


def new_submission(student: str, lesson: str, score: float, points: float) -> str:
    return _("{student} {lesson}: not graded yet; would get {score:g} of {points:g}").format(
        student=student, lesson=lesson, score=score, points=points
    )


def would_change(
    student: str, lesson: str, new: Outcome, old: Outcome | None, *, by_hand: bool
) -> str:
    said = _("{student} {lesson}: {exercise} {old} -> {new}").format(
        student=student,
        lesson=lesson,
        exercise=new.id,
        old=_outcome(old) if old else _("(not asked before)"),
        new=_outcome(new),
    )
    return said + (_("; points given by hand stay") if by_hand else "")


def _outcome(outcome: Outcome) -> str:
    return _("{score:g} of {points:g}, {verdict}").format(
        score=outcome.score, points=outcome.points, verdict=outcome.verdict.value
    )


def other_cells(lesson: str, cells: Sequence[str]) -> str:
    return _(
        "{lesson}: the gradebook knows other graded cells than the lesson has ({cells}); grading "
        "will be refused while there are submissions: keep the old cells"
    ).format(lesson=lesson, cells=", ".join(cells))


def previewed(submissions: int, changed: int) -> str:
    return _("{submissions} submissions, {changed} of them change; nothing was written").format(
        submissions=submissions, changed=changed
    )


# ------------------------------------------------------------------------- an appeal

SAME = _("it was graded as it lies there, and lesson and grader are the same today")
CHANGED_SINCE = _("the submission, the lesson, the secret or the grader has changed since then")
JUDGED_CODE = _("  what was handed in:")


def never_graded(student: str, lesson: str) -> str:
    return _("{student} {lesson}: no report; run 'grader grade {lesson}' first").format(
        student=student, lesson=lesson
    )


def appeal_of(student: str, name: str, lesson: str) -> str:
    return _("{who}, {lesson}").format(
        who=f"{student} ({name})" if name else student, lesson=lesson
    )


def handed_in_file(path: Path, digest: str) -> str:
    return _("handed in: {path}, sha256 {digest}").format(path=path, digest=digest)


def handed_in_at(time: str) -> str:
    return _("at {time} UTC").format(time=time)


def judged_by(version: str, sandbox: str) -> str:
    return _("judged by grader {version}, sandbox: {sandbox}").format(
        version=version, sandbox=sandbox
    )


def groups(cases: Iterable[tuple[str, Verdict]]) -> str:
    told = ", ".join(f"{group}: {verdict.value}" for group, verdict in cases)
    return _("  groups of cases: {told}").format(told=told)


def by_hand(score: float, points: float) -> str:
    return _("  points given by hand, which count: {score:g} of {points:g}").format(
        score=score, points=points
    )


def comment(text: str) -> str:
    return _("  comment: {text}").format(text=text)


def total(score: float, points: float, penalty: float) -> str:
    said = _("\nin the gradebook: {score:g} of {points:g}").format(score=score, points=points)
    return said + (
        _(", {penalty:g} taken off for lateness").format(penalty=penalty) if penalty else ""
    )

"""Try out, live, which guarantees of the sandbox hold on this machine.

Hostile cells run in a real box with small limits.  What they report counts only
where the student gains nothing by lying; else the look is taken from outside.
"""

from __future__ import annotations

import contextlib
import math
import platform
import socket
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from grader.box.limited import Bound
from grader.course.folders import Course
from grader.errors import GraderError
from grader.sandbox import apart, availability, processes, words
from grader.sandbox.box import Box
from grader.sandbox.cells import Run
from grader.sandbox.limits import Limits
from grader.sandbox.session import Session
from grader.sandbox.trespass import PREPARE, UNSEEN, Bait, attempts, bait
from grader.submission.code import Code

_LIMITS = Limits(
    cell_seconds=2.0,
    total_seconds=30.0,
    memory=300 * 2**20,
    cpu=1,
    file=2**20,
    scratch=8 * 2**20,
    files=200,
    threads=64,
)
# For a cell that ends by itself: on a busy machine it takes longer, and is not hostile for that.
_PATIENCE = 20.0


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One guarantee, whether it holds here, and what was seen."""

    guarantee: str
    holds: bool
    seen: str


def examine(course: Course, *, starving: bool = True) -> list[Finding]:
    """Return what holds here; never raises for what does not.

    Args:
        starving: False leaves out what takes its time: whether limits hold, which a busy
            machine may miss by a second.
    """
    reason = availability.unavailable()
    found = [
        Finding(
            guarantee=words.SANDBOX_TO_BE_HAD,
            holds=not reason,
            seen=reason
            or words.on_system(
                availability.describe(sandboxed=True), f"{platform.system()} {platform.release()}"
            ),
        )
    ]
    if not reason:
        found += examine_box(course, sandboxed=True, starving=starving)
    return found


def conclusion(findings: Sequence[Finding]) -> str:
    """Say whether a class can be graded here, and what to do if not."""
    reason = availability.unavailable()
    if reason:
        return words.no_class_without(reason)
    failing = sum(not finding.holds for finding in findings)
    return words.no_class_while(failing) if failing else words.ALL_HOLDS


def examine_box(course: Course, *, sandboxed: bool, starving: bool = True) -> Iterator[Finding]:
    """Yield what a box holds against hostile cells, until it cannot even start.

    Args:
        sandboxed: False shows that this examination can fail; for tests.
    """
    try:
        with Box(course, sandboxed=sandboxed, limits=_LIMITS) as box, bait() as laid:
            box.wait_warm()
            yield _finding(words.STARTS, words.resident(box.resident() / 2**20))
            yield from _refusals(box, course, laid)
            yield from _untouched(laid)
            if sandboxed and starving:
                for trial in _STARVING:
                    yield trial(box)
    except (GraderError, OSError) as error:
        yield _finding(words.SERVES, str(error), holds=False)


def _finding(guarantee: str, seen: str, *, holds: bool = True) -> Finding:
    return Finding(guarantee=guarantee, holds=holds, seen=seen)


def _refusals(box: Box, course: Course, laid: Bait) -> Iterator[Finding]:
    """Try all that must be refused, in one submission."""
    tries = attempts(course, laid)
    cells = [PREPARE + UNSEEN.format(file=str(laid.file))]
    cells += [f"print(*map(attempt, {statements!r}))" for statements in tries.values()]
    for guarantee, run in zip(tries, _run(box, *cells)[1:], strict=True):
        said, tried = _printed(run).split(), tries[guarantee]
        allowed = [what for what, answer in zip(tried, said, strict=False) if answer == "allowed"]
        refused = run.success and len(said) == len(tried) and not allowed
        seen = words.ways_refused(len(said) - len(allowed), len(tried))
        seen = words.allowed(seen, allowed) if allowed else seen
        yield _finding(guarantee, seen, holds=refused)


def _untouched(laid: Bait) -> Iterator[Finding]:
    """Look from outside whether anything was reached or changed."""
    reached = []
    for end in laid.sockets:
        with contextlib.suppress(BlockingIOError):
            reached.append(end.accept() if end.type == socket.SOCK_STREAM else end.recv(1))
    seen = words.reached(len(reached), len(laid.sockets))
    yield _finding(words.NOTHING_REACHED, seen, holds=not reached)
    status = laid.file.stat() if laid.file.exists() else None
    intact = status is not None and (status.st_mode & 0o777, status.st_mtime) == (0o600, 1)
    same = intact and laid.file.read_text(encoding="ascii") == "another submission"
    names = sorted(path.name for path in laid.folder.iterdir())
    yield _finding(
        words.NOTHING_CHANGED,
        words.AS_BEFORE if same else words.looks_now(status, names),
        holds=same and names == ["datagram", "file", "stream"],
    )


def _run(box: Box, *cells: str, seconds: float | None = _PATIENCE) -> list[Run]:
    """Run cells.

    Args:
        seconds: of each; None for the box's own limit, where a cell is to be stopped by it.
    """
    codes = [Code(source=textwrap.dedent(cell), seconds=seconds) for cell in cells]
    with Session(box, codes, {}) as session:
        return session.run()


def _printed(run: Run) -> str:
    return "".join(item.get("text", "") for item in run.outputs)


def _reason(run: Run) -> str:
    if run.failure is not None:
        return run.failure.message
    errors = [f"{item['ename']}: {item['evalue']}" for item in run.outputs if "ename" in item]
    return errors[-1] if errors else _printed(run)[:80]


def _stopped(
    guarantee: str, box: Box, cell: str, *, within: float = math.inf, by: Bound | None = None
) -> Finding:
    """Run a cell that must be stopped from outside, in time or by a bound of its own."""
    start = time.monotonic()
    (run,) = _run(box, cell, seconds=None)
    seconds = time.monotonic() - start
    return _finding(
        guarantee,
        words.ended_after(_reason(run) or words.RAN_TO_ITS_END, seconds),
        holds=run.failure is not None and seconds < within and by in (None, run.bound),
    )


def _memory(box: Box) -> Finding:
    (run,) = _run(
        box,
        """
        import numpy as np
        pieces = []
        for make in (lambda: np.ones(2**29), lambda: pieces.append(bytearray(2**20))):
            try:
                for _ in range(10_000):
                    make()
            except MemoryError:
                pieces.clear()
                print("refused")
        """,
    )
    return _finding(
        words.MEMORY_LIMITED,
        words.said(_printed(run).replace("\n", " ").strip()) if _printed(run) else _reason(run),
        holds=_printed(run).count("refused") == 2,
    )


def _processor(box: Box) -> Finding:
    return _stopped(words.PROCESSOR_LIMITED, box, "while True: pass", within=5)


def _wall_clock(box: Box) -> Finding:
    return _stopped(
        words.TIME_LIMITED,
        box,
        """
        import signal, time
        for number in set(signal.valid_signals()) - {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(number, signal.SIG_IGN)
        while True:
            try:
                time.sleep(60)
            except BaseException:
                pass
        """,
        within=_LIMITS.cell_seconds + 2,
    )


def _threads(box: Box) -> Finding:
    return _stopped(
        words.THREADS_LIMITED,
        box,
        """
        import threading, time
        threading.stack_size(64 * 1024)
        for _ in range(1000):
            threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        time.sleep(60)
        """,
        by=Bound.THREADS,
    )


def _file(box: Box) -> Finding:
    (run,) = _run(
        box,
        f"""
        try:
            open("large", "wb").write(bytes({2 * _LIMITS.file}))
        except OSError as error:
            print(type(error).__name__)
        """,
    )
    return _finding(
        words.FILE_LIMITED,
        words.said(_printed(run).strip()) if _printed(run) else words.ALLOWED,
        holds=bool(_printed(run)),
    )


def _scratch(box: Box) -> Finding:
    return _stopped(
        words.FOLDER_LIMITED,
        box,
        """
        import os
        for i in range(2000):
            os.mkdir("d")
            os.chdir("d")
        while True:
            pass
        """,
        by=Bound.SCRATCH,
    )


def _unseen_files(box: Box) -> Finding:
    return _stopped(
        words.UNSEEN_FILES_LIMITED,
        box,
        """
        import os
        held = []
        while True:
            try:
                held.append(os.open("file", os.O_RDWR | os.O_CREAT))
                os.unlink("file")
                os.write(held[-1], bytes(2**20 - 1))
            except OSError:
                pass
        """,
        by=Bound.SCRATCH,
    )


def _files_together(_: Box) -> Finding:
    seen = words.BY_THE_KERNEL if apart.can_be_had() else words.BY_LOOKS
    return _finding(words.FILES_TOGETHER, seen)


def _output(box: Box) -> Finding:
    (run,) = _run(
        box,
        """
        import sys
        from IPython.display import HTML, display
        display(HTML("<script>alert(1)</script>"))
        for _ in range(100_000):
            print("line")
        print("x" * 10_000_000)
        sys.stderr.write("y" * 10_000_000)
        """,
    )
    size = len(str(run.outputs))
    clean = run.success and size < 200_000 and "script" not in str(run.outputs)
    return _finding(words.OUTPUT_LIMITED, words.characters_kept(size), holds=clean)


def _descendants(box: Box) -> Finding:
    _run(box, "import threading, time; threading.Thread(target=time.sleep, args=(60,)).start()")
    left = [process.pid for process in processes.descendants(box.pid)]
    return _finding(words.NOTHING_RUNS_ON, words.processes_left(len(left)), holds=not left)


def _nothing_left(box: Box) -> Finding:
    _run(box, "import numpy as np; np.planted = 1; open('planted', 'w').close()")
    (run,) = _run(box, "import os, numpy as np; print(hasattr(np, 'planted'), os.listdir('.'))")
    said = _printed(run).strip()
    return _finding(words.NOTHING_LEFT, words.said(said), holds=said == "False []")


def _lies(box: Box) -> Finding:
    return _stopped(
        words.LIES_STOPPED,
        box,
        """
        import os
        for descriptor in range(3, 64):
            try:
                os.write(descriptor, b"\\xff" * 64)
            except OSError:
                pass
        """,
        within=2,
    )


def _replaced(box: Box) -> Finding:
    box.replace()
    (run,) = _run(box, "print(6 * 7)")
    said = _printed(run).strip()
    return _finding(words.REPLACED, words.said(said) if said else _reason(run), holds=said == "42")


_STARVING: tuple[Callable[[Box], Finding], ...] = (
    _memory,
    _processor,
    _wall_clock,
    _threads,
    _file,
    _scratch,
    _unseen_files,
    _files_together,
    _output,
    _descendants,
    _nothing_left,
    _lies,
    _replaced,
)

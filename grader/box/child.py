"""The child that serves one submission: runs its cells, then calls its functions.

Everything here shares a process with the student's code, so nothing here is
believed: the judge checks each frame and keeps the time.
"""

from __future__ import annotations

import builtins
import contextlib
import functools
import gc
import os
import resource
import signal
import sys
from collections import deque
from collections.abc import Collection, Iterator
from typing import Any, NoReturn

import numpy as np

from . import beside, failures, names, stream, wire, words
from .calls import call, uncallable
from .plain import mapped
from .shell import Shell
from .withheld import withhold

_TOO_LARGE = {"type": words.TOO_LARGE_OBJECT, "known": True}
_ALWAYS = ("look", "use", "printed", "generators", "chance")
_TOO_LATE = {"type": words.TOO_LATE_OBJECT, "known": True}
_WAITING_SIGNALS = 0


class Line:
    """The child's end of the channel: a descriptor, read and written directly.

    The calls for sockets go through sandlock's supervisor, one by one; these do not.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def send(self, data: memoryview, /) -> int:
        """Write some of data."""
        return os.write(self._descriptor, data)

    def recv(self, size: int, /) -> bytes:
        """Read up to size bytes."""
        return os.read(self._descriptor, size)

    def settimeout(self, seconds: float, /) -> None:
        """Do nothing: it is the judge who keeps the time."""


class Inbox:
    """What the judge sends: things to do, some of them ahead, and answers to what is asked back."""

    def __init__(self, channel: stream.Channel) -> None:
        self.channel = channel
        self._tasks: deque[dict[str, Any]] = deque()

    def task(self) -> dict[str, Any]:
        """Return the next cell to run, or call to make."""
        if self._tasks:
            return self._tasks.popleft()
        return self._receive()

    def answer(self) -> dict[str, Any]:
        """Return the answer to what was asked back; what there is to do besides waits."""
        while not {"cell", "call"}.isdisjoint(frame := self._receive()):
            self._tasks.append(frame)
        return frame

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Ask the judge for something while a cell runs; return the answer."""
        stream.send(self.channel, request)
        return self.answer()

    def _receive(self) -> dict[str, Any]:
        frame: dict[str, Any] = stream.receive(self.channel, trusted=True)
        return frame


def serve(
    channel: stream.Channel,
    shell: Shell,
    start: dict[str, Any],
    *,
    size: int | None,
    unclaimed: Collection[str],
) -> None:
    """Prepare as the start frame says; then `work`.

    Args:
        size: bytes of this process's address space, None if it cannot be limited.
        unclaimed: names of lessons' modules that no installed one has.
    """
    os.environ.update(start["environment"])
    _limit(start["limits"], size)
    builtins.input = _no_input
    # First as in a kernel, or last: then no module of a student's hides an installed one.
    sys.path.insert(0 if start["own_first"] else len(sys.path), "")
    for name, why in start["withheld"].items():
        withhold(name, why)
    beside.offer(start["files"], start["codes"], unclaimed)
    # What fails before this frame is the box's fault, what fails after it the student's.
    stream.send(channel, {"ready": True})
    work(channel, shell)


def work(channel: stream.Channel, shell: Shell) -> NoReturn:
    """Run cells and answer calls; raises ClosedError when the judge hangs up."""
    inbox = Inbox(channel)
    while True:
        task = inbox.task()
        if "look" in task:
            found = names.look(shell.user_ns, task["names"], task["made"])
            _reply(channel, {"look": task["look"], **found}, {"found": {}, "reads": True})
        elif "use" in task:
            _reply(channel, {"use": task["use"], **_used(shell, task)}, {"other": _TOO_LARGE})
        elif "cell" in task:
            names.meet(shell.user_ns, task.get("strangers", {}), inbox.ask)
            outputs, success = _ran(shell, task["source"], task.get("code"))
            reply = {"cell": task["cell"], "outputs": outputs, "success": success}
            stream.send(channel, {**reply, "bound": shell.bound})
        else:
            _answer(inbox, shell, task)


def _reply(channel: stream.Channel, reply: dict[str, Any], otherwise: dict[str, Any]) -> None:
    """Send a reply; where it may not cross, what stands for what it holds."""
    try:
        stream.send(channel, reply)
    except wire.UnplainError:
        kept = {key: reply[key] for key in _ALWAYS if key in reply}
        stream.send(channel, kept | otherwise)


def _ran(shell: Shell, source: str, code: bytes | None) -> tuple[list[dict[str, Any]], bool]:
    """Run a cell, which can be interrupted for so long; see `Shell.run`."""
    try:
        with _interruptible():
            return shell.run(source, code)
    except KeyboardInterrupt:
        return shell.outputs.items, False


def _used(shell: Shell, task: dict[str, Any]) -> dict[str, Any]:
    """Call a function, which can be interrupted for so long; see `names.use`."""
    figures = _figures()
    try:
        with _interruptible():
            return names.use(shell.user_ns, task)
    except KeyboardInterrupt:
        return {"other": _TOO_LATE, "printed": [], "generators": {}}
    finally:
        _close_figures(keeping=figures)


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Let the judge's interrupt be a KeyboardInterrupt; at other times it is nothing."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _no_input(*_: Any) -> str:
    raise RuntimeError(words.NOBODY_TO_ASK)


def _limit(limits: dict[str, int], size: int | None) -> None:
    """Put hard limits on this process and whatever it starts."""
    memory = resource.RLIM_INFINITY if size is None else size + limits["memory"]
    hard = {
        "RLIMIT_AS": memory,
        "RLIMIT_CPU": limits["cpu"],
        "RLIMIT_FSIZE": limits["file"],
        "RLIMIT_NOFILE": limits["descriptors"],
        "RLIMIT_CORE": 0,
        # Signals that wait are counted for all of a user's processes: with any room, one box
        # could use up, or see, what another has.
        "RLIMIT_SIGPENDING": _WAITING_SIGNALS,
    }
    for name, value in hard.items():
        if hasattr(resource, name):
            resource.setrlimit(getattr(resource, name), (value, value))


def _answer(inbox: Inbox, shell: Shell, request: dict[str, Any]) -> None:
    """Answer one call."""
    number, name = request["call"], request["name"]
    originals = {
        other: shell.user_ns[other] for other in request["substitutes"] if other in shell.user_ns
    }
    for other in request["substitutes"]:
        shell.user_ns[other] = _arrived(inbox, request["substitutes"][other])
    figures = _figures()
    try:
        answer = uncallable(shell.user_ns, name)
        if answer is None:
            asked = (request["arguments"], request["keywords"], request["steps"])
            arguments, keywords, steps = _arrived(inbox, asked) if request["live"] else asked
            answer = call(shell.user_ns[name], arguments, keywords, steps, request["megabytes"])
    finally:
        _close_figures(keeping=figures)
        for other in request["substitutes"]:
            if other in originals:
                shell.user_ns[other] = originals[other]
            else:
                shell.user_ns.pop(other, None)
    try:
        stream.send(inbox.channel, {"call": number, **answer})
    except wire.UnplainError as error:
        answer.pop("value", None)
        refusal = {"failure": failures.WRONG_TYPE, "message": words.returned(error)}
        stream.send(inbox.channel, {"call": number, **answer, **refusal})
    # Arrays of one call must not count against the next one's memory cap.
    if request["megabytes"] is not None:
        gc.collect()


def _figures() -> list[Any]:
    """Return the numbers of the figures that are open, if anything can draw here."""
    figures = getattr(sys.modules.get("matplotlib._pylab_helpers"), "Gcf", None)
    return list(figures.figs) if figures else []


def _close_figures(*, keeping: list[Any]) -> None:
    """Close the figures that a call has opened, as the end of a test cell would."""
    opened = [number for number in _figures() if number not in keeping]
    for number in opened:
        sys.modules["matplotlib._pylab_helpers"].Gcf.destroy(number)


def _arrived(inbox: Inbox, value: Any) -> Any:
    """Return what a call gets for what the judge sent: functions and generators come to life."""

    def leaf(item: Any) -> Any:
        if isinstance(item, wire.Function):
            return _remote(inbox, item.number)
        if isinstance(item, wire.Generator):
            return np.random.default_rng(item.seed)
        if isinstance(item, wire.Source):
            namespace: dict[str, Any] = {"np": np}
            exec(item.text, namespace)  # noqa: S102 - the judge sent it
            return functools.partial(namespace[item.name], **item.constants)
        return item

    return mapped(value, leaf)


def _remote(inbox: Inbox, number: int) -> Any:
    """Return a function that the judge answers."""

    def answered_by_the_judge(*arguments: Any, **keywords: Any) -> Any:
        given: dict[Any, Any] = {**dict(enumerate(arguments)), **keywords}
        # A generator cannot cross, but its state can, there and back.
        generators = {k: g for k, g in given.items() if isinstance(g, np.random.Generator)}
        given.update(dict.fromkeys(generators))
        frame = {
            "ask": number,
            "arguments": tuple([given.pop(i) for i in range(len(arguments))]),
            "keywords": given,
            "generators": {key: rng.bit_generator.state for key, rng in generators.items()},
        }
        stream.send(inbox.channel, frame)
        reply = inbox.answer()
        if "error" in reply:
            raise getattr(builtins, reply["error"], RuntimeError)(reply["message"])
        for key, state in reply["generators"].items():
            generators[key].bit_generator.state = state
        return reply["value"]

    return answered_by_the_judge


@functools.cache
def confinement(readable: tuple[str, ...]) -> Any:
    """Return what a process may read when it is confined; made before the fork, it is inherited."""
    import sandlock  # noqa: PLC0415 - only where there is a box

    return sandlock.Sandbox(fs_readable=readable)


def confine(folder: str, readable: list[str], device: str) -> None:
    """Shut this process into its own folder: it can neither signal nor trace the warm process."""
    import sandlock  # noqa: PLC0415

    sandbox = confinement(tuple(readable))
    sandbox.fs_writable = [folder, device]
    sandlock.confine(sandbox)

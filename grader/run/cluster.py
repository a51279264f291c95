"""Many submissions to many Reports, on the workers of a Dask cluster.

The other way behind the door of `grader.run.workers`: tasks go in, each comes out once with what
became of it.  Machines share nothing with this one.  Each is looked at before it is sent any
work: it must run the same versions, and its sandbox must hold.  Then it gets the course.  Each
is sent as many submissions as it has threads, and two ahead of each; what was with a worker or
a scheduler that is lost is sent again.  (Calls, and not tasks of Dask's: a graph of one task for
each submission takes its scheduler longer than to record a grade, and a task that only some
workers may have stays where it is when the last of them goes and another comes.)
Loaded only where an address is given.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Self

import numpy as np

from grader import __version__
from grader.course.folders import Course
from grader.errors import GraderError, InputError
from grader.run import desk, parcel, words
from grader.run.connection import connect
from grader.run.crew import Result
from grader.run.desk import Brought, Refusal
from grader.run.plan import Task

PATIENCE_SECONDS = 60.0  # without a scheduler, or without anybody who takes work
_LOOK_SECONDS = 1.0  # between two looks at who has come and gone
_AHEAD = 2  # tasks that wait for each thread of a worker, while what has come is recorded here
_MOMENT = 0.1  # seconds in which the next result may come
_MOST_SENT = 5  # times that one task is sent out
_MOST_AT_HAND = 8  # results that nobody has taken yet
_TURN_SECONDS = 0.0005  # of Python's threads, while one of them imports
_PACKAGE = "backprop-by-hand"


@dataclass(frozen=True, kw_only=True)
class _Looked:
    """A worker takes work, on so many threads; or none, and why not; or it has gone."""

    address: str
    threads: int = 0
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class _Arrived:
    """What became of a task, by the name under which it was sent; None if it was lost."""

    name: str
    result: Any


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sent:
    """A task, how often it was sent, this time included, and to whom."""

    task: Task
    times: int
    address: str = ""


class Cluster:
    """The workers of a Dask cluster; it is connected to when it is first needed."""

    def __init__(
        self,
        course: Course,
        preload: Sequence[str],
        *,
        address: str,
        lessons: Iterable[str],
        sandboxed: bool = True,
        say: Callable[[str], None],
    ) -> None:
        """Prepare the cluster.

        Args:
            preload: modules that lessons import.
            address: where its scheduler listens.
            say: told in a line who takes no work, and why.
        """
        logging.getLogger("distributed").setLevel(logging.CRITICAL + 1)
        self._address, self._say = address, say
        sent = parcel.of_course(course, lessons)
        key = f"{sent.digest()[:32]}{'' if sandboxed else '-unsandboxed'}"
        self._brought = Brought(key=key, course=sent, preload=preload, sandboxed=sandboxed)
        self._client: Any = None
        self._events: SimpleQueue[_Looked | _Arrived] = SimpleQueue()
        self._hired: dict[str, int] = {}  # threads by address
        self._refused: dict[str, str] = {}  # why, by address
        self._known: set[str] = set()  # who was looked at, or is; Dask's own loop alone changes it
        self._looking: set[asyncio.Task[None]] = set()
        self._sent: dict[str, _Sent] = {}  # by the names that Dask knows them by
        self._todo: deque[_Sent] = deque()  # what is to be sent, for the first time or again
        self._found: deque[tuple[Task, Result]] = deque()
        self._since = 0.0  # when somebody took work last
        self._missed = False  # whether who took work last has gone, and may come back

    def warm_up(self) -> None:
        """Connect, and begin to look at its workers; returns before they are ready.

        Raises:
            InputError: nothing answers there, or something of another version.
        """
        if self._client is not None:
            return
        # Read here, and kept: Dask's own loop would wait for its turn after each file.
        desk.own_code()
        try:
            self._client, theirs = connect(self._address)
        except Exception as error:
            raise InputError(words.no_scheduler(self._address, error)) from error
        ours = version("distributed")
        if theirs != ours:
            self._disconnect()
            told = words.other_scheduler(self._address, theirs, ours)
            raise InputError(told)
        self._client.loop.add_callback(self._look_around, self._client)

    def meanwhile(self, load: Callable[[], None]) -> None:
        """Import modules in a thread: whoever grades is warm, and waits for its first task."""
        Thread(target=_quietly, args=(load,), daemon=True).start()

    async def _look_around(self, client: Any) -> None:
        """Look at every worker that comes, for as long as there is this client."""
        self._known = set()
        while client is self._client and client.status != "closed":
            with contextlib.suppress(OSError):
                there = (await client.scheduler.identity(n_workers=-1))["workers"]
                for address in self._known - set(there):
                    self._events.put(_Looked(address=address))
                for address in set(there) - self._known:
                    looking = asyncio.create_task(
                        self._look_at(client, address, there[address]["nthreads"])
                    )
                    self._looking.add(looking)
                    looking.add_done_callback(self._looking.discard)
                self._known = set(there)
            await asyncio.sleep(_LOOK_SECONDS)

    async def _look_at(self, client: Any, address: str, threads: int) -> None:
        """Find out whether a worker may take work, and have it take some."""
        try:
            reason = await self._unlike(client, address)
            for brought in (None, self._brought):
                if reason is None or not reason:
                    key = self._brought.key
                    found = await client._run(desk.hire, key, brought, workers=[address])  # noqa: SLF001 - `run` for those on its loop
                    reason = found[address]
                if reason == "":
                    break
        except (OSError, KeyError):
            # It has gone meanwhile, or the scheduler has; what is there is looked at again.
            self._known.discard(address)
            return
        except Exception as error:  # noqa: BLE001 - one worker's fault never ends the class
            reason = f"{type(error).__name__}: {error}"
        self._events.put(_Looked(address=address, threads=threads, reason=reason or ""))

    async def _unlike(self, client: Any, address: str) -> str:
        """Return what a worker has in another version than this process, or ""."""
        message = {"op": "versions", "packages": [_PACKAGE, "numpy"]}
        answers = await client.scheduler.broadcast(msg=message, workers=[address])
        theirs = answers[address]["packages"]
        ours = {
            "python": ".".join(map(str, sys.version_info)),
            "numpy": np.__version__,
            _PACKAGE: __version__,
        }
        unlike = [(name, theirs.get(name), ours[name]) for name in ours]
        told = words.other_versions([each for each in unlike if each[1] != each[2]])
        if told:
            return told
        # Two checkouts may call themselves the same.
        codes = await client._run(desk.own_code, workers=[address])  # noqa: SLF001
        return "" if codes[address] == desk.own_code() else words.other_code(_PACKAGE, __version__)

    def grade(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Result]]:
        """Grade submissions on the cluster.

        Yields:
            Each task with what became of it, as they finish.

        Raises:
            InputError: the scheduler, or everybody who took work, has gone and stays away.
        """
        self._todo.extend(_Sent(task=task, times=0) for task in tasks)
        self._since = time.monotonic()
        while self._todo or self._sent or self._found:
            if self._connected_anew():
                self._todo.extendleft(self._sent.values())
                self._sent.clear()
            while self._todo and (address := self._freest()):
                self._send(self._todo.popleft(), address)
            if not self._found:
                self._take(self._next_event(_LOOK_SECONDS))
            # All that is at hand, before anything is made of it: nobody waits meanwhile.
            elif len(self._found) < _MOST_AT_HAND and not self._events.empty():
                self._take(self._next_event(0))
            else:
                while self._found:
                    yield self._found.popleft()
            self._refuse_to_wait()

    def _take(self, event: _Looked | _Arrived | None) -> None:
        """Heed an event: what was graded is found, what was lost is to be sent again."""
        if isinstance(event, _Looked):
            self._heed(event)
            self._take_back()
        elif event is not None and (what := self._sent.pop(event.name, None)) is not None:
            if isinstance(event.result, Refusal):
                self._dismiss(what.address, event.result.reason)
                self._todo.appendleft(replace(what, times=what.times - 1))
            elif event.result is None and what.times < _MOST_SENT:
                # Nothing more for whoever lost it, until it was looked at again.
                self._heed(_Looked(address=what.address))
                self._todo.appendleft(what)
                self._take_back()
            else:
                result = event.result or GraderError(words.WORKER_ENDED)
                self._found.append((what.task, result))

    def more_soon(self) -> bool:
        """Whether what `grade` yields next is at hand, or is within a moment, which this waits."""
        if self._sent and not self._found:
            self._take(self._next_event(_MOMENT))
        return bool(self._found)

    def _freest(self) -> str:
        """Return the worker that has least to do, for its threads; "" if all have enough.

        The last tasks are not sent ahead: whoever is at a long one would keep them waiting.
        """
        given = Counter(what.address for what in self._sent.values())
        ahead = min(_AHEAD, len(self._todo) // max(1, sum(self._hired.values())))
        free = {
            address: given[address] / threads
            for address, threads in self._hired.items()
            if given[address] < (1 + ahead) * threads
        }
        return min(free, key=lambda address: free[address], default="")

    def _take_back(self) -> None:
        """Send again what was sent to workers that take work no longer."""
        for name, what in list(self._sent.items()):
            if what.address not in self._hired:
                del self._sent[name]
                self._todo.appendleft(what)

    def _connected_anew(self) -> bool:
        """Whether there was no connection, or none any more, and there is one now.

        Raises:
            InputError: there is none, and will not soon be.
        """
        if self._client is not None and self._client.status != "closed":
            return False
        patience = 0.0 if self._client is None else PATIENCE_SECONDS
        end = time.monotonic() + patience
        self._disconnect()
        while True:
            try:
                self.warm_up()
            except InputError:
                if time.monotonic() >= end:
                    raise
                time.sleep(_LOOK_SECONDS)
            else:
                return True

    def _heed(self, event: _Looked) -> None:
        """Count a worker in or out, and say why one takes no work."""
        gone = self._hired.pop(event.address, None) is not None and not event.reason
        self._missed = (gone or self._missed) and not event.threads
        self._refused.pop(event.address, None)
        if event.reason:
            self._refused[event.address] = event.reason
            self._say(words.takes_no_work(event.address, event.reason))
        elif event.threads:
            self._hired[event.address] = event.threads

    def _dismiss(self, address: str, reason: str) -> None:
        """Let a worker that cannot go on have no more work; one that is new is looked at again."""
        if address not in self._hired:
            return
        self._heed(_Looked(address=address, reason=reason))
        if reason:
            self._client.loop.add_callback(self._let_go, self._client, address)
        else:
            self._client.loop.add_callback(self._known.discard, address)

    async def _let_go(self, client: Any, address: str) -> None:
        # It may have gone itself.
        with contextlib.suppress(OSError, KeyError):
            await client._run(desk.dismiss, self._brought.key, workers=[address])  # noqa: SLF001

    def _refuse_to_wait(self) -> None:
        """Raise InputError where nobody takes work, and nobody will soon."""
        if self._hired:
            self._since = time.monotonic()
        looked = self._refused and not self._looking and self._events.empty() and not self._missed
        if not self._hired and (looked or time.monotonic() - self._since > PATIENCE_SECONDS):
            raise InputError(words.nobody_works(self._address, list(self._refused.values())))

    def _send(self, what: _Sent, address: str) -> None:
        name = uuid.uuid4().hex
        self._sent[name] = replace(what, times=what.times + 1, address=address)
        parcelled = parcel.of_submission(what.task.entry.folder)
        self._client.loop.add_callback(self._ask, self._client, name, address, what.task, parcelled)

    async def _ask(
        self, client: Any, name: str, address: str, task: Task, parcelled: parcel.Parcel
    ) -> None:
        """Have a submission graded from where Dask's own loop is, and hand over the result."""
        try:
            key = self._brought.key
            told = await client._run(desk.grade_there, key, task, parcelled, workers=[address])  # noqa: SLF001
            result = told[address]
        # An OSError is the connection's: what the worker itself met with is told, not raised.
        except (asyncio.CancelledError, OSError, KeyError):
            self._known.discard(address)
            result = None
        except Exception as error:  # noqa: BLE001 - the class goes on; the fault is named, not scored
            result = GraderError(f"{type(error).__name__}: {error}")
        self._events.put(_Arrived(name=name, result=result))

    def _next_event(self, seconds: float) -> _Looked | _Arrived | None:
        try:
            return self._events.get(timeout=seconds)
        except Empty:
            return None

    def _disconnect(self) -> None:
        if self._client is not None:
            client, self._client = self._client, None
            # A scheduler that has gone is no reason to stay.
            with contextlib.suppress(Exception):
                client.close(timeout=_LOOK_SECONDS)
        self._hired.clear()
        self._refused.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._disconnect()


def _quietly(load: Callable[[], None]) -> None:
    """Import modules; what fails here fails again where it is told."""
    usual = sys.getswitchinterval()
    # Whoever sends and receives meanwhile waits that long after each call of the kernel.
    sys.setswitchinterval(_TURN_SECONDS)
    try:
        with contextlib.suppress(Exception):
            load()
    finally:
        sys.setswitchinterval(usual)

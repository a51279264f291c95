"""Call functions that may do anything, and say in one line what went wrong.

A learner's function may raise, return nothing or the wrong shape, print, or never
return.  Whatever it does becomes a Trouble (one readable line that names the
exercise), an Overdue (its time was up) or a Waiting (it is not written yet).

The deadline.  In the main thread, where a kernel runs its cells and these figures
their redraws, a timer signal interrupts the call.  Elsewhere, and on Windows, a
watchdog thread asks the interpreter to raise in the calling thread.  Neither can
interrupt a single long operation inside compiled code, such as one product of two
enormous matrices, nor a loop that swallows every exception with a bare `except`:
there only a restart of the kernel helps.
"""

import contextlib
import ctypes
import io
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator, Mapping
from types import FrameType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from byhand.figures import faults

Array = NDArray[np.float64]

_LONGEST = 220  # characters of a message; longer ones are cut


class Trouble(Exception):  # noqa: N818  (it is shown, not caught by callers as an error)
    """What a learner's function did wrong, in one readable line."""


class Waiting(Trouble):
    """Something is not written yet; `exercise` is its name.

    Args:
        exercise: name of the exercise, or of what a cell defines.
        told: the line that says so; without, that the exercise is waited for.
    """

    def __init__(self, exercise: str, told: str = "") -> None:
        super().__init__(told or faults.waits_for_exercise(exercise))
        self.exercise = exercise


class Overdue(Trouble):
    """A function had not returned when its time was up.

    Args:
        name: of the function, or what else was computing.
        seconds: that it had.
    """

    def __init__(self, name: str, seconds: float) -> None:
        super().__init__(faults.overdue(name, seconds))


class _TooLong(BaseException):
    """Time is up.  Not an Exception, so that `except Exception` lets it through."""


class Functions:
    """A notebook's functions by name, looked up anew at every call.

    Args:
        namespace: name -> function, such as a notebook's globals().
    """

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        self._namespace = namespace
        self.calling = ""
        """The function that was called last; who overstays a deadline is read here."""

    def has(self, name: str) -> bool:
        """Say whether anything stands under a name."""
        return name in self._namespace

    def thing(self, name: str) -> Any:
        """Return what stands under a name; Waiting where there is nothing."""
        if name not in self._namespace:
            raise Waiting(name)
        return self._namespace[name]

    def call(self, name: str, *arguments: Any, **options: Any) -> Any:
        """Return what a function returns, but never None and never its exceptions."""
        return self.run(name, self.thing(name), *arguments, **options)

    def run(self, name: str, function: Any, *arguments: Any, **options: Any) -> Any:
        """Call a function that stands under no name of its own; name is what messages say."""
        if not callable(function):
            raise Trouble(faults.no_function(name, function))
        self.calling = name
        try:
            result = function(*arguments, **options)
        except (_TooLong, Trouble):
            raise
        except NotImplementedError as problem:
            raise Waiting(_innermost(problem, name)) from None
        except (KeyboardInterrupt, GeneratorExit):
            raise Trouble(faults.interrupted(name)) from None
        except BaseException as problem:  # noqa: BLE001  (exit() must not end the kernel)
            raise Trouble(_said(name, problem)) from None
        if result is None:
            raise Trouble(faults.returned_none(name))
        return result

    def array(
        self, name: str, *arguments: Any, shape: tuple[int, ...] | None, finite: bool = True
    ) -> Array:
        """Call a function whose result must be an array of real numbers of this shape."""
        return as_array(name, self.call(name, *arguments), shape=shape, finite=finite)

    def number(self, name: str, *arguments: Any, finite: bool = True, **options: Any) -> float:
        """Call a function whose result must be one real number."""
        result = self.call(name, *arguments, **options)
        return float(as_array(name, result, shape=(), finite=finite))


def as_array(
    name: str, result: ArrayLike, *, shape: tuple[int, ...] | None, finite: bool = True
) -> Array:
    """Return a result as a float64 array of a shape, or say what it is instead."""
    try:
        found = np.asarray(result)
    except Exception as problem:  # noqa: BLE001  (a learner's class may raise anything)
        raise Trouble(faults.no_array(name, problem)) from None
    if found.dtype.kind not in "fiub":
        raise Trouble(faults.no_numbers(name, result))
    if shape is not None and found.shape != shape:
        raise Trouble(faults.other_shape(name, found.shape, shape))
    if finite and not np.isfinite(found).all():
        odd = faults.NAN if np.isnan(found).any() else faults.INFINITE
        raise Trouble(faults.not_finite(name, odd))
    return found.astype(np.float64)


@contextlib.contextmanager
def watched(functions: Functions, seconds: float) -> Iterator[None]:
    """Run a block that calls learner's functions: in silence, and for so long at most.

    What they print is dropped: it would pile up below the figure, move by move.
    """
    try:
        with (
            _deadline(seconds),
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
            warnings.catch_warnings(),
            np.errstate(all="ignore"),
        ):
            warnings.simplefilter("ignore")
            yield
    except _TooLong:
        raise Overdue(functions.calling or faults.THE_COMPUTATION, seconds) from None


def _deadline(seconds: float) -> contextlib.AbstractContextManager[None]:
    in_main = threading.current_thread() is threading.main_thread()
    return _by_signal(seconds) if in_main and hasattr(signal, "setitimer") else _by_thread(seconds)


@contextlib.contextmanager
def _by_signal(seconds: float) -> Iterator[None]:
    armed = True

    def ring(_number: int, _frame: FrameType | None) -> None:
        if armed:
            raise _TooLong

    before = signal.signal(signal.SIGALRM, ring)
    # Rings again and again: a learner's `except` may have swallowed the first.
    left, _ = signal.setitimer(signal.ITIMER_REAL, seconds, 0.2)
    try:
        yield
    finally:
        try:
            armed = False
        finally:  # a ring between the two lines must not leave the timer running
            signal.setitimer(signal.ITIMER_REAL, left)
            signal.signal(signal.SIGALRM, before or signal.SIG_DFL)


@contextlib.contextmanager
def _by_thread(seconds: float) -> Iterator[None]:
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc
    target = ctypes.c_ulong(threading.get_ident())
    lock, armed, rung = threading.Lock(), [True], [False]

    def ring() -> None:
        with lock:
            if armed[0]:
                rung[0] = True
                raise_in(target, ctypes.py_object(_TooLong))

    timer = threading.Timer(seconds, ring)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        with lock:
            armed[0] = False
            if rung[0] and sys.exc_info()[0] is not _TooLong:
                raise_in(target, None)  # asked for, but not raised yet
        timer.cancel()


def _innermost(problem: BaseException, name: str) -> str:
    """Return the stub that raised: a finished function may call one that is not written."""
    stub = traceback.extract_tb(problem.__traceback__)[-1].name
    return stub if stub.isidentifier() and not stub.startswith("__") else name


def _said(name: str, problem: BaseException) -> str:
    frames = traceback.extract_tb(problem.__traceback__)
    # The last frame inside a notebook cell; deeper ones are NumPy's.
    lines = [frame.lineno for frame in frames[1:] if "ipykernel" in frame.filename]
    kind, message = type(problem).__name__, " ".join(str(problem).split())
    text = (
        faults.raised_in_line(name, kind, message, lines[-1])
        if lines
        else faults.raised(name, kind, message)
    )
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"

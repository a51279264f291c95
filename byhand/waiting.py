"""Say which exercise a cell waits for, in place of a traceback."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from byhand import words


@contextmanager
def waiting() -> Iterator[None]:
    """Run the lines inside; where they meet an exercise that is not solved, name it.

    An exercise that is not solved yet raises NotImplementedError, and nothing else
    is caught: `with waiting(): print(numerical_gradient(f, x))`.
    """
    try:
        yield
    except NotImplementedError as problem:
        *_, (frame, _) = traceback.walk_tb(problem.__traceback__)
        # Of a method or an inner function, the class or function that the exercise is named after.
        name = frame.f_code.co_qualname.partition(".")[0]
        print(words.cell_waits(name))  # noqa: T201

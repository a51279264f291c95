"""Ask for the verdict on an exercise, in the notebook, on what stands in the kernel.

Where the whole course is at hand, the hidden tests judge, through the grader.  Where it is
not, as in a class, the visible tests are tried, and the card says that these are not all.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from byhand import progress, words
from byhand.card import Card, Mark
from byhand.visible import failure, visible_tests


def check(exercise: str, *, hints: int = 0) -> Card:
    """Judge one exercise as it stands in this notebook's kernel; nothing must be saved.

    Args:
        exercise: its name, "dense_backward".
        hints: how many hints the text form shows; the card opens them by a click or a key.

    Returns:
        A card, which the notebook shows as the cell's result.
    """
    shell = _shell()
    namespace: dict[str, Any] = {} if shell is None else shell.user_ns
    here = Path.cwd()
    try:
        with _quiet():
            return _judged(exercise, namespace, here, hints) or _tried(exercise, namespace, here)
    except KeyboardInterrupt:
        return Card(mark=Mark.OPEN, title=exercise, verdict=words.STOPPED)


def _shell() -> Any:
    """Return the notebook's shell; None in a plain Python."""
    try:
        from IPython import get_ipython  # noqa: PLC0415 - a plain Python need not have it
    except ImportError:
        return None
    return get_ipython()


def _quiet() -> AbstractContextManager[Any]:
    """Let nothing be shown meanwhile: what a function prints could be a hidden input."""
    try:
        from IPython.utils.capture import capture_output  # noqa: PLC0415
    except ImportError:
        return nullcontext()
    return capture_output()  # type: ignore[no-any-return]


def _judged(exercise: str, namespace: dict[str, Any], here: Path, hints: int) -> Card | None:
    """Return the hidden tests' card; None where they are not at hand."""
    try:
        from grader.in_kernel import look  # noqa: PLC0415 - in a class there is no grader
    except ImportError:
        return None
    return look(exercise, namespace, here, hints)


def _tried(exercise: str, namespace: Mapping[str, Any], here: Path) -> Card:
    """Return the card of the visible tests."""
    found = visible_tests(exercise, list(namespace.get("In", [])), here)
    if found is None:
        return Card(
            mark=Mark.OPEN,
            title=exercise,
            verdict=words.NO_VERDICT,
            lines=(words.no_tests(exercise, here.name), words.IS_THE_NAME_RIGHT),
        )
    tests, lesson = found
    wrong = failure(tests, dict(namespace), exercise)
    if lesson:
        progress.note(lesson, exercise, passed=not wrong)
    if wrong:
        return Card(
            mark=Mark.WRONG,
            title=exercise,
            verdict=words.A_TEST_FAILS,
            lines=(wrong, words.POINTS_ELSEWHERE),
        )
    return Card(
        mark=Mark.RIGHT,
        title=exercise,
        verdict=words.TESTS_PASS,
        lines=(words.HIDDEN_TESTS_TRY_MORE,),
    )

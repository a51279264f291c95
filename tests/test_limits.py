"""Limits as values: what may be asked for, and that each submission has its own."""

import errno
from dataclasses import fields, replace

import pytest

from grader.box.limited import Bound, bound_of
from grader.errors import GraderError, InputError
from grader.exercise import Case
from grader.judge.verdict import Verdict
from grader.sandbox.limits import Limits
from grader.sandbox.session import Session
from grader.submission.code import Code

LIMITS = Limits(cell_seconds=10.0, call_seconds=3.0, memory=200 * 2**20)


# ------------------------------------------------------------------------------ bounds


@pytest.mark.parametrize("limit", fields(Limits), ids=lambda limit: limit.name)
def test_what_may_be_asked_for_has_two_ends(limit):
    """The ends themselves may be had; half of the least and twice the most may not."""
    least, most = limit.metadata["least"], limit.metadata["most"]

    assert getattr(Limits(**{limit.name: least}), limit.name) == least
    assert getattr(Limits(**{limit.name: most}), limit.name) == most
    for beyond in (least - type(least)(1), most + type(most)(1)):
        with pytest.raises(InputError, match=f"limit {limit.name}: found .*, allowed are .* to "):
            Limits(**{limit.name: beyond})


def test_a_refusal_names_what_was_found_and_what_is_allowed():
    with pytest.raises(InputError) as refusal:
        Limits(memory=64 * 2**30)
    assert str(refusal.value) == "limit memory: found 64 GiB, allowed are 64 MiB to 8 GiB"

    with pytest.raises(InputError) as refusal:
        Limits(cell_seconds=0)
    assert str(refusal.value) == "limit cell_seconds: found 0 s, allowed are 0.1 s to 3600 s"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"memory": 1.5e9}, "a whole number"),
        ({"memory": "1 GiB"}, "a whole number"),
        ({"processes": True}, "a whole number"),
        ({"cell_seconds": "20"}, "a number"),
        ({"cell_seconds": None}, "a number"),
        ({"cell_seconds": float("nan")}, "allowed are"),
        ({"cell_seconds": float("inf")}, "allowed are"),
    ],
)
def test_a_limit_is_a_number_of_its_kind(asked, told):
    with pytest.raises(InputError, match=told):
        Limits(**asked)


# ------------------------------------------------------------------------ what stopped it


class LoudError(OSError):
    """An exception of a student's that fails wherever it is looked at."""

    @property
    def errno(self):
        raise SystemError

    args = errno

    def __str__(self):
        raise SystemError


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (None, None),
        (ValueError("memory"), None),
        (MemoryError(), Bound.MEMORY),
        (ModuleNotFoundError("No module"), Bound.MODULES),
        (FileNotFoundError(errno.ENOENT, "x"), Bound.BESIDE),
        (PermissionError(errno.EACCES, "x"), Bound.READING),
        (PermissionError(errno.EPERM, "x"), Bound.CALLS),
        (OSError(errno.EFBIG, "x"), Bound.FILE),
        (OSError(errno.ENOSPC, "x"), Bound.SCRATCH),
        (OSError(errno.EDQUOT, "x"), Bound.SCRATCH),
        (OSError(errno.EBADF, "x"), None),
        (OSError([], "x"), None),
        (OSError(), None),
        (LoudError(errno.EFBIG, "x"), Bound.FILE),
        (RuntimeError("can't start new thread"), Bound.THREADS),
        (RuntimeError([]), None),
        (RuntimeError("threads"), None),
    ],
)
def test_an_exception_tells_of_a_bound_by_its_class_and_number(error, expected):
    assert bound_of(error) is expected


def test_a_bound_that_can_be_asked_for_has_the_name_of_its_limit():
    others = {Bound.MODULES, Bound.BESIDE, Bound.READING, Bound.CALLS, Bound.ENDED}

    assert {str(b) for b in set(Bound) - others} <= {limit.name for limit in fields(Limits)}


# ---------------------------------------------------------------------- each its own


def run(box, source, limits=None):
    with Session(box, [Code(source=source)], {}, limits=limits) as session:
        return session.run()[0]


@pytest.mark.parametrize(
    ("source", "less", "more"),
    [
        ("hoard = bytearray(300 * 2**20)", {}, {"memory": 500 * 2**20}),
        ("import time; time.sleep(1.0)", {"cell_seconds": 0.5}, {}),
        ("open('large', 'wb').write(bytes(17 * 2**20))", {}, {"file": 32 * 2**20}),
    ],
)
def test_one_submission_may_have_more_than_the_others(box, source, less, more):
    little, much = replace(LIMITS, **less), replace(LIMITS, **more)

    assert [run(box, source, limits).success for limits in (little, much, little)] == [
        False,
        True,
        False,
    ]


def test_a_call_has_its_case_s_limit_or_that_of_all_calls(box):
    forever = "def f():\n    while True: pass"
    limits = replace(LIMITS, call_seconds=0.3)
    with Session(box, [Code(source=forever)], {}, limits=limits) as session:
        hung = session.ask("f", [Case(group="g"), Case(group="g", seconds=0.2)], {})

        assert [answer.failure for answer in hung] == [Verdict.TIMED_OUT] * 2
    slow = "import time\ndef f():\n    time.sleep(0.6)\n    return 1"
    with Session(box, [Code(source=slow)], {}, limits=limits) as session:
        assert next(session.ask("f", [Case(group="g", seconds=9.0)], {})).value == 1


def test_no_submission_gets_more_processes_than_its_box_was_made_for(box):
    with pytest.raises(GraderError, match="limit processes: found 2, this box allows 0"):
        Session(box, [], {}, limits=replace(LIMITS, processes=2))

"""The system calls that a submission may make, and that all others fail."""

import errno
import json
import os
import re
import textwrap
from pathlib import Path

import pytest

from grader.box import admitted
from grader.sandbox import availability
from grader.sandbox.box import Box
from grader.sandbox.kernel import Kernel
from grader.sandbox.limits import Limits
from tests.conftest import COURSE

HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
# The kernel passes these by every filter; called by a program, they end it.
PROBES = {335, 336}
REFUSED = {errno.ENOSYS, errno.EPERM, errno.ENOTSUP}


@pytest.mark.parametrize("machine", admitted.MACHINES)
def test_each_call_has_the_number_that_the_kernel_gives_it(machine):
    if not HEADERS[machine].exists():
        pytest.skip(f"needs the kernel's headers: {HEADERS[machine]}")
    text = HEADERS[machine].read_text(encoding="utf-8")
    found = re.findall(r"#define __NR(?:3264)?_(\w+) (\d+)", text)
    known = {name: int(number) for name, number in found}
    known.setdefault("newfstatat", known.get("fstatat"))
    known.setdefault("fchmodat2", 452)  # younger than some headers

    assert {n: k for n, k in admitted.everything(machine).items() if known[n] != k} == {}


def test_no_call_is_answered_in_two_ways():
    lists = (
        admitted._ADMITTED,
        admitted._PROCESSES,
        admitted._IGNORED,
        admitted._NOT_SUPPORTED,
        admitted._NOT_PERMITTED,
        admitted._LOOKED_AT,
    )
    named = [admitted.numbers(listed, "x86_64") for listed in lists]

    assert sum(map(len, named)) == len(admitted.everything("x86_64"))


@pytest.fixture(scope="module")
def box():
    if availability.unavailable():
        pytest.skip(availability.unavailable())
    with Box(COURSE, limits=Limits(processes=2), withheld=()) as made:
        yield made


def said(box, source, processes=0):
    """Return what a cell prints, as JSON."""
    kernel = Kernel(box, Limits(processes=processes), files={}, environment={})
    try:
        run = kernel.run(textwrap.dedent(source), 20.0)
    finally:
        kernel.close()
    assert run.success, run
    return json.loads("".join(item.get("text", "") for item in run.outputs))


@pytest.mark.parametrize("processes", [0, 2])
def test_every_call_that_is_not_on_the_list_fails_calls_of_later_kernels_too(box, processes):
    """Each with arguments of which the kernel itself would complain in another way."""
    machine = os.uname().machine
    known = admitted.everything(machine)
    if not processes:
        known = {
            n: k
            for n, k in known.items()
            if n not in admitted.numbers(admitted._PROCESSES, machine)
        }
    others = sorted(set(range(600)) - PROBES - set(known.values()))
    told = said(
        box,
        f"""
        import ctypes, json
        libc, found = ctypes.CDLL(None, use_errno=True), {{}}
        for number in {others}:
            ctypes.set_errno(0)
            result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(-1)] * 6)
            found[number] = ctypes.get_errno() if result == -1 else 0
        print(json.dumps(found))
        """,
        processes,
    )

    assert {number: answer for number, answer in told.items() if answer not in REFUSED} == {}


def test_a_file_can_still_be_copied_with_all_that_belongs_to_it(box):
    """Attributes, times and modes are not there, and nobody misses them."""
    told = said(
        box,
        """
        import json, pathlib, shutil
        pathlib.Path("a").write_text("text")
        shutil.copy2("a", "b")
        shutil.copytree(".", "c")
        print(json.dumps(pathlib.Path("c/b").read_text()))
        """,
    )

    assert told == "text"


def test_a_database_in_its_own_folder_works_without_locks(box):
    told = said(
        box,
        """
        import json, sqlite3
        for mode in ("delete", "persist"):
            with sqlite3.connect(f"{mode}.db") as base:
                base.execute(f"pragma journal_mode={mode}")
                base.execute("create table t (n)")
                base.execute("insert into t values (1)")
            base.close()
        again = [sqlite3.connect(f"{m}.db") for m in ("delete", "persist")]
        print(json.dumps([base.execute("select n from t").fetchall() for base in again]))
        """,
    )

    assert told == [[[1]]] * 2


def test_an_event_loop_threads_and_timers_work(box):
    told = said(
        box,
        """
        import asyncio, concurrent.futures, json, signal, threading, time
        async def later():
            return await asyncio.to_thread(lambda: 1)
        loop = asyncio.new_event_loop()
        one = loop.run_until_complete(later())
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            squares = list(pool.map(lambda n: n * n, range(4)))
        signal.signal(signal.SIGALRM, lambda *_: squares.append(-1))
        signal.setitimer(signal.ITIMER_REAL, 0.01)
        time.sleep(0.05)
        print(json.dumps([one, squares]))
        """,
    )

    assert told == [1, [0, 1, 4, 9, -1]]

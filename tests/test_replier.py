"""The process that replies to calls of the judge's functions: what a call costs, and whom."""

import os
import resource
import select
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import msgpack
import numpy as np
import pytest

from grader.box import wire
from grader.exercise import Case, Exercise
from grader.judge.draw import draws_of
from grader.judge.questions import Questions
from grader.sandbox import replier as module
from grader.sandbox.box import Box
from grader.sandbox.oracle import Oracle
from grader.sandbox.replier import Replier
from grader.sandbox.session import Session
from grader.sandbox.warm import SandboxError
from grader.submission.code import Code
from tests.conftest import COURSE

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells it on Linux only")


@pytest.fixture
def replier():
    with Replier() as made:
        yield made


def call(mine, *arguments, which=0, seconds=5.0):
    end = time.monotonic() + seconds
    frame = {"ask": which, "arguments": arguments, "keywords": {}}
    said = mine.answer(frame, wire.encode(frame), lambda: end - time.monotonic())
    return wire.decode_frame(said)


def value(mine, *arguments, **options):
    return call(mine, *arguments, **options)["value"]


def answered(functions, *arguments, **options):
    with Replier() as replier:
        return call(Oracle(replier, functions), *arguments, **options)


# ------------------------------------------------------------------------ what one call may cost


@pytest.mark.parametrize("value", [0.5, np.zeros(3), np.zeros(10**4), -(2**80), "x" * 2**15])
def test_another_process_replies_whatever_is_asked(value):
    """A small argument can cost a lot as well."""
    assert answered([lambda _: os.getpid()], value)["value"] != os.getpid()


def test_a_call_that_asks_for_too_much_memory_costs_the_judge_nothing(monkeypatch):
    monkeypatch.setattr(module, "_MEMORY", 200 * 2**20)

    found = answered([lambda n: np.ones(n).sum()], 10**9)

    assert found["error"] in ("MemoryError", "_ArrayMemoryError")


def test_a_call_that_takes_too_long_costs_its_own_time_only(replier):
    def forever():
        while True:
            pass

    mine = Oracle(replier, [forever, lambda: 1])
    start = time.monotonic()
    with pytest.raises(TimeoutError):
        call(mine, seconds=0.3)

    assert time.monotonic() - start < 3
    assert value(mine, which=1) == 1


def test_a_call_that_kills_its_process_is_an_error_to_the_caller_and_to_nobody_else(replier):
    mine, other = (Oracle(replier, [lambda: os._exit(1), os.getpid]) for _ in range(2))
    before = value(mine, which=1)

    assert call(mine)["error"] == "MemoryError"
    assert value(mine, which=1) != before
    assert value(other, which=1) != os.getpid()


def test_the_reply_to_a_call_that_was_given_up_is_not_that_to_the_next(replier):
    """Whatever makes the judge give up: here, what looks after the student's process."""
    mine = Oracle(replier, [lambda x: time.sleep(0.2) or x])

    def interrupted():
        raise KeyboardInterrupt

    frame = {"ask": 0, "arguments": (1,), "keywords": {}}
    with pytest.raises(KeyboardInterrupt):
        mine.answer(frame, wire.encode(frame), interrupted)
    assert value(mine, 2) == 2


def test_what_cannot_be_sent_back_is_an_error_to_the_caller(replier):
    deep = []
    for _ in range(wire.MAX_DEPTH):
        deep = [deep]

    assert call(Oracle(replier, [lambda: deep]))["error"] == "UnplainError"
    assert call(Oracle(replier, [object]))["error"] == "UnplainError"
    assert call(Oracle(replier, [lambda: wire.Source("f", "def f(): pass", {})]))["error"]


@pytest.mark.parametrize("which", [-1, 1, True, 0.0, None, np.int64(0)])
def test_a_function_that_does_not_exist_is_a_lie(which):
    with pytest.raises(wire.WireError, match="not given"):
        answered([lambda: 1], which=which)


def test_processor_time_is_bounded_for_each_submission_and_not_for_all(replier):
    def burn(seconds):
        end = time.process_time() + seconds
        while time.process_time() < end:
            pass
        return resource.getrlimit(resource.RLIMIT_CPU)[0]

    first = Oracle(replier, [burn, os.getpid], submission="first")
    again = Oracle(replier, [burn, os.getpid], submission="first")
    second = Oracle(replier, [burn, os.getpid], submission="second")
    pids = [value(first, which=1)]
    limits = [value(first, 1.1), value(again, 0.0), value(second, 0.0)]
    pids.append(value(second, which=1))

    assert limits[0] == limits[1] < limits[2]
    assert pids[0] == pids[1]


@on_linux
def test_a_call_that_takes_too_much_processor_time_is_an_error_to_the_caller(replier, monkeypatch):
    monkeypatch.setattr(module, "_SECONDS", 0)

    def endless():
        while True:
            pass

    assert call(Oracle(replier, [endless]))["error"] == "MemoryError"


@on_linux
def test_what_a_submission_leaves_behind_in_memory_is_not_there_for_the_next(replier, monkeypatch):
    monkeypatch.setattr(module, "_LEFT_OVER", 20 * 2**20)
    kept = []
    functions = [lambda n: kept.append(np.ones(n)), os.getpid]
    first, again, second = (Oracle(replier, functions, submission=n) for n in (1, 1, 2))

    before = value(first, which=1)
    call(first, 5 * 10**6)
    assert value(again, which=1) == before
    assert value(second, which=1) != before


def test_what_a_call_says_besides_is_no_word_of_the_judges(replier):
    """The bytes of a call go on as they came: what they hold besides must mean nothing."""
    mine = Oracle(replier, [lambda: "mine", lambda: "withheld"])
    frame = {"ask": 0, "arguments": (), "keywords": {}}
    frame |= {"draws": [], "functions": [[None, 1]], "anew": True}

    for _ in range(2):
        said = mine.answer(frame, wire.encode(frame), lambda: 5.0, withheld=[1])
        assert wire.decode_frame(said)["value"] == "mine"


@pytest.mark.parametrize("numbers", [(0, 1), (1, 0)])
def test_a_call_that_names_two_functions_calls_the_one_that_was_looked_at(replier, numbers):
    """The judge reads it, and so does the process, each for itself."""
    mine = Oracle(replier, [lambda: 0, lambda: 1])
    named = b"".join(msgpack.packb("ask") + msgpack.packb(number) for number in numbers)
    plain = wire.encode({"ask": 7, "arguments": (), "keywords": {}})
    header = plain[wire.LENGTHS.size :].replace(b"\x83\xa3ask\x07", b"\x84" + named)
    twice = wire.LENGTHS.pack(len(header), 0) + header
    seen = wire.decode_frame(twice)

    said = mine.answer(seen, twice, lambda: 5.0)
    assert wire.decode_frame(said)["value"] == seen["ask"]
    assert header.count(b"ask") == 2


# ---------------------------------------------------------------------- submission by submission


def counters(rng):
    """Functions that count, and tell of what was drawn."""
    for name in ("one", "two", "three"):
        secret, calls = float(rng.normal()), []

        def counted(name=name, secret=secret, calls=calls):
            calls.append(name)
            return [name, secret, len(calls)]

        yield Case(counted, group=name)


COUNTERS = Exercise(id="f", make_cases=counters)
SOURCE = "def f(counted): return [counted(), counted()]"


def drawn(seed, exercise=COUNTERS):
    return Questions.drawn(exercise, np.random.default_rng(seed))


def of(replier, questions, **options):
    """Return an oracle for questions, in their order, and the functions that they give."""
    functions = [case.arguments[0] for case in questions.asked]
    return Oracle(replier, functions, draws=draws_of(questions.cases), **options)


def test_one_process_serves_submission_after_submission(box):
    def asked():
        with Session(box, [Code(source="def f(g): return g()", name="f")], {}) as mine:
            return next(mine.ask("f", [Case(os.getpid, group="g")], {})).value

    assert len({asked() for _ in range(3)}) == 1


def test_each_number_means_the_same_function_on_both_sides(replier):
    """The order of questions is drawn, and functions are numbered by it."""
    orders = set()
    for seed in range(12):
        questions = drawn(seed)
        orders.add(tuple(questions.order))
        mine = of(replier, questions)
        for which, case in enumerate(questions.asked):
            assert value(mine, which=which) == case.arguments[0]()

    assert len(orders) > 3


def test_numbers_agree_through_a_students_process_too(box):
    for seed in range(3):
        questions = drawn(seed)
        expected = [case.arguments[0]() for case in questions.asked]
        with Session(box, [Code(source=SOURCE, name="f")], {}) as mine:
            found = [answer.value[0] for answer in mine.ask("f", questions.asked, {})]
        assert found == expected


def test_what_one_submission_asked_changes_nothing_for_another(replier):
    """Not by a function that counts; nor is a draw of one answered from that of another."""
    one, other = of(replier, drawn(1)), of(replier, drawn(1))

    assert [value(one)[2] for _ in range(3)] == [1, 2, 3]
    assert value(other)[2] == 1
    assert value(of(replier, drawn(2)))[1] != value(of(replier, drawn(1)))[1]


def test_a_function_counts_anew_where_it_is_asked_again(box):
    """For a second student, and for the same one in a fresh process."""
    questions = drawn(3)
    found = []
    for _ in range(2):
        with Session(box, [Code(source=SOURCE, name="f")], {}) as mine:
            for _ in range(2):
                (first, *_) = mine.ask("f", questions.asked, {})
                found.append([counted for _, _, counted in first.value])

    assert found == [[1, 2]] * 4


def test_a_killed_process_is_replaced_before_the_next_submission(replier):
    first = of(replier, drawn(1), submission=1)
    value(first)
    os.kill(replier._pid, signal.SIGKILL)
    os.waitid(os.P_PID, replier._pid, os.WEXITED | os.WNOWAIT)

    assert value(of(replier, drawn(1), submission=2))[2] == 1


def test_a_process_that_others_kill_amid_a_submission_is_not_the_students_fault(replier):
    mine = of(replier, drawn(1))
    value(mine)
    os.kill(replier._pid, signal.SIGKILL)

    with pytest.raises(SandboxError, match="killed from outside"):
        call(mine)
    assert value(mine)[:2] == drawn(1).asked[0].arguments[0]()[:2]


def test_a_process_is_replaced_where_the_kernel_does_not_tell_how_it_ended(replier):
    mine = of(replier, drawn(1))
    value(mine)
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        os.kill(replier._pid, signal.SIGKILL)
        assert call(mine)["error"] == "MemoryError"
    finally:
        signal.signal(signal.SIGCHLD, before)

    assert value(mine)[:2] == drawn(1).asked[0].arguments[0]()[:2]


def other_numbers(rng):
    rng.normal()
    yield Case(lambda: 1, group="g")


def other_functions(_):
    yield Case(float, group="g")


def no_functions(_):
    yield Case(1, group="g")


def fails(_):
    raise OSError


@pytest.mark.parametrize("again", [other_numbers, other_functions, no_functions, fails])
def test_cases_that_are_drawn_otherwise_again_are_the_graders_fault(replier, again):
    """Else a number would mean one function here, and another there."""
    here = os.getpid()

    def first(_):
        yield Case(lambda: 1, group="g")

    def moody(rng):
        return (first if os.getpid() == here else again)(rng)

    mine = of(replier, drawn(1, Exercise(id="f", make_cases=moody)))
    with pytest.raises(SandboxError, match="drawn otherwise"):
        call(mine)
    assert value(of(replier, drawn(1)))[2] == 1


def test_functions_of_a_lesson_that_was_loaded_anew_are_met(replier):
    """As it happens while `grader watch` runs."""

    def lesson(answer):
        def cases(_):
            yield Case(lambda: answer, group="g")

        return drawn(1, Exercise(id="f", make_cases=cases))

    assert [value(of(replier, lesson(answer))) for answer in (1, 2, 3)] == [1, 2, 3]


def test_what_is_known_is_bounded_and_forgotten_for_what_is_needed(replier, monkeypatch):
    monkeypatch.setattr(module, "_MOST_KNOWN", 10)
    for n in range(30):
        mine = [lambda n=n: n]
        replier.know(mine)
        assert value(Oracle(replier, mine)) == n

    assert len(replier._known) <= 11


def test_a_lesson_that_is_known_before_needs_no_other_process(replier):
    ours, theirs = [lambda: 1, os.getpid], [lambda: 2, os.getpid]
    replier.know(ours)
    replier.know(theirs)

    assert value(Oracle(replier, ours), which=1) == value(Oracle(replier, theirs), which=1)


def test_no_call_is_lost_where_a_thread_that_graded_ends(replier):
    """The kernel ends a process with the thread that made it: who grades on makes another."""
    functions = [lambda: time.sleep(0.3) or 7]
    done = threading.Event()
    thread = threading.Thread(
        target=lambda: (value(Oracle(replier, functions, submission=1)), done.wait())
    )
    thread.start()
    while replier._setting is None:
        time.sleep(0.01)
    time.sleep(0.4)
    threading.Timer(0.1, done.set).start()

    assert value(Oracle(replier, functions, submission=1)) == 7
    thread.join()


def test_who_goes_on_after_a_crash_meets_functions_that_remember_nothing_of_it(box):
    def shared(_):
        calls = []
        for _ in range(3):
            yield Case(lambda: calls.append(None) or len(calls), group="g")

    source = """
    import os
    def f(g):
        if os.path.exists("seen") and not os.path.exists("crashed"):
            open("crashed", "w").close()
            os._exit(1)
        open("seen", "w").close()
        return g()
    """
    asked = drawn(1, Exercise(id="f", make_cases=shared)).asked
    with Session(box, [Code(source=textwrap.dedent(source), name="f")], {}) as mine:
        answers = mine.ask("f", asked, {})
        found = [answer.value if answer.failure is None else "crash" for answer in answers]

    assert found == [1, "crash", 1]


# ------------------------------------------------------------------------------ what it holds


def descriptors():
    """Return what this process holds open, but for the list of it."""
    found = {int(path.name): path for path in Path("/proc/self/fd").iterdir()}
    return [str(path.readlink()) for _, path in sorted(found.items()) if path.is_symlink()]


@on_linux
def test_it_holds_nothing_of_the_judges(replier):
    """Neither the box's socket, by whose end the box notices that the judge is gone, nor a pipe."""
    ours, theirs = socket.socketpair()
    reading, writing = os.pipe()
    mine = Oracle(replier, [descriptors])
    held = value(mine)
    theirs.close()
    os.close(writing)

    ended, _, _ = select.select([ours], [], [], 5)
    assert ended == [ours]
    ended, _, _ = select.select([reading], [], [], 5)
    assert ended == [reading]
    assert set(held[:3]) == {os.devnull}
    assert [name.partition(":")[0] for name in held[3:]] == ["socket"]
    ours.close()
    os.close(reading)


@pytest.mark.usefixtures("box")
def test_a_warm_process_leaves_though_the_replier_lives():
    """It waits for the end of its socket."""
    with Box(COURSE) as other:
        other.wait_warm()
        assert value(Oracle(other.replier, [lambda: 1])) == 1
        warm = other._warm
        other.replier, kept = Replier(), other.replier
        warm.control.close()

        assert warm._gone(1.5)
        kept.close()


@pytest.mark.parametrize("never", [lambda *_: os._exit(3), lambda *_: time.sleep(60)])
def test_a_process_that_cannot_be_made_is_no_answer(replier, monkeypatch, never):
    monkeypatch.setattr(module, "_stand_alone", never)
    monkeypatch.setattr(module, "START_SECONDS", 0.2)

    with pytest.raises(SandboxError, match="no process could be started"):
        call(Oracle(replier, [lambda: 1]))


@on_linux
@pytest.mark.parametrize("busy", ["while True: pass", "time.sleep(0)"])
def test_it_ends_with_the_judge_whatever_it_is_at(busy):
    """Else it would hold what the parent waits for to see that a worker has died."""
    judge = f"""
        import os, sys, threading, time
        from grader.box import wire
        from grader.sandbox.oracle import Oracle
        from grader.sandbox.replier import Replier
        out = os.dup(1)
        def busy():
            {busy}
        frame = {{"ask": 0, "arguments": (), "keywords": {{}}}}
        replier = Replier()
        def told():
            while replier._pid is None:
                time.sleep(0.01)
            time.sleep(0.1)
            print(replier._pid, flush=True)
            sys.stdin.read(1)
            os.kill(os.getpid(), 9)
        threading.Thread(target=told).start()
        Oracle(replier, [busy]).answer(frame, wire.encode(frame), lambda: 60.0)
        time.sleep(60)
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(judge)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        asked = int(process.stdout.readline())
        process.stdin.close()
        process.wait(10)
        end = time.monotonic() + 10
        while Path(f"/proc/{asked}").exists() and time.monotonic() < end:
            time.sleep(0.01)
    assert not Path(f"/proc/{asked}").exists()

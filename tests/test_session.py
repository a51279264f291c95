"""The judge's end of the wire: what a lying, hanging or dying child costs, and whom."""

import contextlib
import os
import socket
import textwrap
import threading
import time
from dataclasses import replace
from queue import Queue

import numpy as np
import pytest

from grader.box import stream, wire
from grader.box.limited import Bound
from grader.exercise import Call, Case, Get, Rng, Set, Shown
from grader.judge.verdict import Verdict
from grader.sandbox.limits import ExcessError, Limits
from grader.sandbox.oracle import Oracle
from grader.sandbox.outputs import read_outputs
from grader.sandbox.replier import Replier
from grader.sandbox.session import Session
from grader.submission.code import Ask, Code

LIMITS = Limits(cell_seconds=2.0, total_seconds=30.0, memory=400 * 2**20)


def cells(*sources):
    """Return cells; one that defines `f` is named after it."""
    return [
        Code(source=textwrap.dedent(source), name="f" if "def f" in source else "")
        for source in sources
    ]


@pytest.fixture
def session(box):
    """Return a function that opens a session on some cells and runs them."""
    opened = []

    def make(*sources, files=None, limits=LIMITS):
        opened.append(Session(box, cells(*sources), files or {}, limits=limits))
        opened[-1].run()
        return opened[-1]

    yield make
    for each in opened:
        each.close()


def ask(session, *arguments, name="f", substitutes=None, **options):
    return next(session.ask(name, [Case(*arguments, group="g", **options)], substitutes or {}))


# -------------------------------------------------------------------- honest submissions


def test_values_cross_and_come_back(session):
    mine = session("def f(x, *, k): return x * k, {'shape': list(x.shape)}")
    answer = ask(mine, np.ones((2, 3)), keywords={"k": 2.5})

    product, notes = answer.value
    assert product.tolist() == [[2.5] * 3] * 2
    assert notes == {"shape": [2, 3]}
    assert (answer.changed, answer.shares, answer.failure) == (False, False, None)


def test_what_a_function_does_to_its_arguments_is_reported(session):
    mine = session("def f(x): x += 1; return x[:2]")
    answer = ask(mine, np.zeros(3))

    assert (answer.changed, answer.shares) == (True, True)


@pytest.mark.parametrize(
    ("body", "undrawn"),
    [
        ("return rng.normal()", False),
        ("return rng.spawn(1)[0].normal()", False),
        ("return np.random.default_rng(rng).normal()", False),
        ("return np.random.default_rng(0).normal()", True),
        ("rng.normal(); return other.bit_generator.state['state']['state'] % 7", True),
    ],
)
def test_a_call_that_draws_from_no_generator_of_its_arguments_is_reported(session, body, undrawn):
    mine = session(f"import numpy as np\ndef f(rng, other=None):\n    {body}")
    keywords = {"other": Rng(2)} if "other" in body else {}

    assert ask(mine, Rng(1), keywords=keywords).undrawn is undrawn


@pytest.mark.parametrize(
    ("result", "shared"),
    [
        ("{'m': [a], 'v': [a]}", True),
        ("(a[:4], a[3:])", True),
        ("(a[:3], a[3:])", False),
        ("(a[::2], a[1::2])", False),
        ("(a, a.copy())", False),
        ("a", False),
    ],
)
def test_a_result_whose_arrays_share_memory_with_each_other_is_reported(session, result, shared):
    mine = session(f"import numpy as np\ndef f():\n    a = np.zeros(6)\n    return {result}")

    assert ask(mine).twins is shared


def test_a_view_arrives_as_a_view(session):
    mine = session("def f(x): return x.flags.c_contiguous, x.tolist()")

    assert ask(mine, np.arange(6.0).reshape(2, 3).T).value == (False, [[0, 3], [1, 4], [2, 5]])


def test_a_generator_arrives_seeded(session):
    mine = session("def f(rng): return rng.normal(size=3)")

    expected = np.random.default_rng(5).normal(size=3)
    assert ask(mine, Rng(5)).value.tolist() == expected.tolist()


def test_an_object_takes_its_steps(session):
    mine = session(
        """
        class f:
            def __init__(self, size):
                self.W = [0] * size
            def add(self, n):
                self.W[0] += n
                return self.W
        """
    )
    steps = (Call("add", 1), Set("W", [5]), Call("add", 2), Get("W"))

    assert ask(mine, 2, then=steps).value == [[1, 0], [7], [7]]


def test_a_step_that_changes_its_argument_is_noticed_and_what_is_set_is_the_object_s_own(session):
    mine = session(
        """
        class f:
            def add(self, x):
                self.W += x
            def spoil(self, x):
                x *= 2
        """
    )
    x = np.ones(3)

    assert not ask(mine, then=(Set("W", x), Call("add", x))).changed
    assert ask(mine, then=(Call("spoil", x),)).changed


def test_a_given_function_is_answered_by_the_judge(session):
    mine = session("def f(g): return [g(i) for i in range(3)]")

    assert ask(mine, lambda i: i**2).value == [0, 1, 4]


def line(x, *, slope, offset):
    """Return a straight line's height."""
    return np.dot(slope, x) + offset


def test_a_function_that_may_be_shown_is_called_inside(session):
    mine = session("import os\ndef f(g): return g(2.0), os.getpid(), 'line' in repr(g)")
    shown = Shown(line, slope=np.array([1.0, 3.0]), offset=0.5)

    (height, pid, named), again = ask(mine, shown).value, shown(x=2.0)

    assert height.tolist() == again.tolist() == [2.5, 6.5]
    assert pid != os.getpid()
    assert named


def closed_over(offset):
    def inner(x):
        return x + offset

    return inner


def uses_more(x):
    return textwrap.dedent(x)


def uses_more_inside(x):
    return sum(textwrap.dedent(i) for i in x)


def has_a_default(x, step=LIMITS):
    return x + step


@pytest.mark.parametrize(
    ("function", "found"),
    [
        (closed_over(1), "offset"),
        (uses_more, "textwrap"),
        (uses_more_inside, "textwrap"),
        (has_a_default, "LIMITS"),
        (lambda x: x, "a form other than def"),
        (np.sin, "no source"),
        (7, "no source"),
    ],
)
def test_a_function_that_needs_more_than_its_source_cannot_be_shown(function, found):
    with pytest.raises(TypeError, match=found):
        Shown(function)


def test_what_a_given_function_raises_arrives(session):
    mine = session(
        """
        def f(g):
            try:
                g(1)
            except ValueError as error:
                return str(error)
        """
    )

    def refuse(i):
        raise ValueError(f"not {i}")

    assert ask(mine, refuse).value == "not 1"


def test_substitutes_stand_in_for_the_notebooks_functions_in_a_fresh_process(session):
    mine = session(
        "calls = []\ndef g(x): return -1", "def f(x): calls.append(x); return g(x), len(calls)"
    )

    assert ask(mine, 3).value == (-1, 1)
    assert ask(mine, 3, substitutes={"g": lambda x: x + 1}).value == (4, 1)
    assert ask(mine, 3).value == (-1, 1)


def test_a_stand_in_answers_for_its_own_exercise_alone(session):
    """What is kept of it is of no use in the next, which shares its process."""
    mine = session(
        """
        kept = []
        def e(x):
            kept.append(globals().get("d"))
            return d(x)
        def f(x): return kept[0](x)
        def g(x): return d(x)
        """
    )
    double = {"d": lambda x: 2 * x}

    assert ask(mine, 3, name="e", substitutes=double).value == 6
    assert "not given" in ask(mine, 3, name="f", substitutes={"o": abs}).message
    assert ask(mine, 3, name="e", substitutes=double).value == 6
    assert "NameError" in ask(mine, 3, name="g", substitutes={"o": abs}).message


def test_a_generator_that_is_handed_on_goes_on_where_the_judge_left_it(session):
    """By place and by name; what is drawn there is what would have been drawn here."""
    source = """
    def draw(n, rng): raise NotImplementedError
    def f(rng): return [draw(2, rng), draw(3, rng=rng), rng.normal()]
    """
    stand_in = {"draw": lambda n, rng: rng.normal(size=n)}

    first, second, third = ask(session(source), Rng(7), substitutes=stand_in).value

    expected = np.random.default_rng(7).normal(size=6)
    assert np.array_equal([*first, *second, third], expected)


@pytest.mark.parametrize("state", [None, {}, {"bit_generator": "MT19937"}, {"state": "x"}, [1]])
def test_a_state_that_is_none_is_an_error_to_the_caller(state):
    frame = {"ask": 0, "arguments": (None,), "keywords": {}, "generators": {0: state}}
    with Replier() as replier:
        said = Oracle(replier, [lambda rng: rng.normal()]).answer(
            frame, wire.encode(frame), lambda: 5.0
        )
        answer = wire.decode_frame(said)

    assert set(answer) == {"error", "message"}


def test_files_lie_in_the_working_folder(session):
    mine = session("import earlier\ndef f(): return earlier.x", files={"earlier.py": b"x = 7"})

    assert ask(mine).value == 7


def test_magics_and_syntax_that_a_cell_adds_are_understood(session):
    mine = session(
        "here = %pwd",
        """
        from IPython.core.inputtransformer2 import TokenTransformBase

        class Two(TokenTransformBase):
            @classmethod
            def find(cls, tokens_by_line):
                for token in (token for line in tokens_by_line for token in line):
                    if token.string == "one":
                        return cls(token.start)

            def transform(self, lines):
                return [line.replace("one", "two") for line in lines]

        get_ipython().input_transformer_manager.token_transformers.append(Two)
        """,
        "one = 2",
        "def f(): return here, two",
    )

    assert ask(mine).value[1] == 2


def test_questions_sent_ahead_are_answered_in_turn(session):
    """More of them, and larger ones, than can be on their way at one time."""
    mine = session("def f(x): return x + 1")
    arrays = [np.full(size, float(i)) for i, size in enumerate([3, 20_000, 3, 10_000, 1] * 10)]

    found = list(mine.ask("f", [Case(array, group="g") for array in arrays], {}))

    assert [answer.value.tolist() for answer in found] == [(a + 1).tolist() for a in arrays]


def test_questions_sent_ahead_wait_while_a_given_function_answers(session):
    mine = session("def f(g, x): return g(x) + g(2 * x)")
    cases = [Case(lambda x, i=i: i * x, 1.0, group="g") for i in range(20)]

    assert [answer.value for answer in mine.ask("f", cases, {})] == [3.0 * i for i in range(20)]


def test_an_exercise_that_is_given_up_does_not_disturb_the_next(session):
    mine = session("def f(x): return x\ndef g(x): return -x")
    cases = [Case(i, group="g") for i in range(10)]

    first = next(mine.ask("f", cases, {}))

    assert first.value == 0
    assert [answer.value for answer in mine.ask("g", cases, {})] == [-i for i in range(10)]


def test_questions_that_were_on_their_way_to_a_crash_are_asked_again(session):
    mine = session("import os\ndef f(x): return os._exit(1) if x == 1 else x")
    found = list(mine.ask("f", [Case(i, group="g") for i in range(4)], {}))

    assert [(answer.failure, answer.value) for answer in found] == [
        (None, 0),
        (Verdict.CRASHED, None),
        (None, 2),
        (None, 3),
    ]


# --------------------------------------------------------- failures, each with its verdict

FAILURES = {
    "raises": ("def f(): raise ValueError('no')", Verdict.RAISED, "ValueError: no"),
    "raises an exception that cannot be shown": (
        "class Bad(Exception):\n    def __str__(self): raise RuntimeError\ndef f(): raise Bad",
        Verdict.RAISED,
        "Bad",
    ),
    "leaves by sys.exit": ("import sys\ndef f(): sys.exit(0)", Verdict.RAISED, "SystemExit"),
    "is interrupted": ("def f(): raise KeyboardInterrupt", Verdict.RAISED, "KeyboardInterrupt"),
    "asks for input": ("def f(): return input()", Verdict.RAISED, "nobody to ask"),
    "is not attempted": ("def f(): raise NotImplementedError", Verdict.NOT_ATTEMPTED, ""),
    "ends the process": ("import os\ndef f(): os._exit(0)", Verdict.CRASHED, "process ended"),
    "aborts": ("import os\ndef f(): os.abort()", Verdict.CRASHED, "process ended"),
    "segfaults": ("import ctypes\ndef f(): ctypes.string_at(0)", Verdict.CRASHED, "process ended"),
    "overflows the stack in C": (
        """
        import json, sys
        def f():
            sys.setrecursionlimit(10**9)
            nest = []
            for _ in range(10**6):
                nest = [nest]
            return json.dumps(nest)
        """,
        Verdict.CRASHED,
        "process ended",
    ),
    "never returns": ("def f():\n    while True: pass", Verdict.TIMED_OUT, "too long"),
    "takes all memory": ("def f(): return bytearray(2**34)", Verdict.OUT_OF_MEMORY, "MemoryError"),
    "returns an object": (
        "def f(): return object()",
        Verdict.WRONG_TYPE,
        "an object of type object",
    ),
    "returns too much": (
        "import numpy as np\ndef f(): return np.zeros(2**23)",
        Verdict.WRONG_TYPE,
        "too large",
    ),
    "returns too many": ("def f(): return [0] * 10**6", Verdict.WRONG_TYPE, "more than"),
    "is no function any more": (
        "def f(): pass\nf = 3",
        Verdict.WRONG_TYPE,
        "f is an int here, not a function: a cell above uses the name again",
    ),
    "is an array": (
        "import numpy as np\ndef f(): pass\nf = np.ones((3, 4))",
        Verdict.WRONG_TYPE,
        "f is an array here (float64, shape (3, 4)), not a function",
    ),
    "is None": ("def f(): pass\nf = None", Verdict.WRONG_TYPE, "f is None here, not"),
    "is deleted": ("def f(): pass\ndel f", Verdict.MISSING, "not defined"),
}


@pytest.mark.parametrize(("source", "verdict", "message"), FAILURES.values(), ids=FAILURES.keys())
def test_a_failing_function_gets_its_verdict_and_the_next_one_runs(
    session, source, verdict, message
):
    mine = session(source, "def h(): return 'well'")
    answer = ask(mine, seconds=0.3 if verdict is Verdict.TIMED_OUT else 3.0)

    assert (answer.failure, message in answer.message) == (verdict, True), answer
    assert ask(mine, name="h").value == "well"


def test_a_raised_exception_tells_its_bases_and_no_decimal(session):
    mine = session("class Mine(KeyError): pass\ndef f(x): raise Mine(f'{x} {x[0]} (3, 4)')")
    answer = ask(mine, np.array([0.123456, 1.5e-7]))

    assert answer.exceptions[:4] == ("Mine", "KeyError", "LookupError", "Exception")
    assert "1234" not in answer.message
    assert "(3, 4)" in answer.message


@pytest.mark.parametrize(
    ("source", "verdict"),
    [
        ("def f(): pass\nwhile True: pass", Verdict.TIMED_OUT),
        ("import os\ndef f(): pass\nos._exit(0)", Verdict.CRASHED),
        ("def f(: pass", Verdict.RAISED),
        ("1 / 0\ndef f(): pass", Verdict.RAISED),
        ("raise NotImplementedError\ndef f(): pass", Verdict.NOT_ATTEMPTED),
    ],
)
def test_a_cell_that_fails_costs_its_own_exercise_alone(session, source, verdict):
    limits = replace(LIMITS, cell_seconds=1.0)
    mine = session("a = 1", source, "def h(): return a", limits=limits)

    assert ask(mine).failure is verdict
    assert ask(mine, name="h").value == 1


def test_cells_that_all_hang_are_stopped_by_the_limit_on_the_whole(box):
    sources = ["while True: pass"] * 50
    limits = replace(LIMITS, cell_seconds=0.5, total_seconds=1.2)
    start = time.monotonic()
    with Session(box, cells(*sources, "def f(): return 1"), {}, limits=limits) as mine:
        runs = mine.run()
        answer = ask(mine)

    assert time.monotonic() - start < 6
    assert [run.failure.failure for run in runs] == [Verdict.TIMED_OUT] * 51
    assert "as a whole" in answer.message


def test_a_process_that_outlives_nothing_of_a_call_that_timed_out(session):
    """After a hang a fresh process serves: a global that the hang changed is as it was."""
    mine = session(
        """
        n = 0
        def f(hang):
            global n
            n += 1
            while hang: pass
            return n
        """
    )

    assert ask(mine, False).value == 1
    assert ask(mine, True, seconds=0.5).failure is Verdict.TIMED_OUT
    assert ask(mine, False).value == 1


def test_a_memory_cap_holds_for_its_call_alone(session):
    mine = session("import numpy as np\ndef f(n): return float(np.ones(n).sum())")

    assert ask(mine, 10**6, megabytes=4).failure is Verdict.OUT_OF_MEMORY
    assert ask(mine, 10**6, megabytes=20).value == 1e6
    assert ask(mine, 10**7).value == 1e7


def test_files_that_are_too_large_are_a_failure_of_the_submission(session):
    mine = session("def f(): return 1", files={"data": bytes(wire.MAX_BLOB + 1)})
    answer = ask(mine)

    assert (answer.failure, "too large" in answer.message) == (Verdict.CRASHED, True)


# ----------------------------------------------------------------------- a child that lies


@pytest.fixture(scope="module", autouse=True)
def _no_process_is_left():
    yield
    FakeBox.replier.close()


class FakeBox:
    """A box whose child is a function of the test, at the other end of a socket pair."""

    name = "a fake box"
    replier = Replier()

    def __init__(self, child):
        self._child, self.limits, self.ended = child, LIMITS, 0
        self.misused = ""

    def open(self, _limits, _files=None):
        ours, theirs = socket.socketpair()
        threading.Thread(target=self._serve, args=(theirs,), daemon=True).start()
        return ours

    def _serve(self, channel):
        with channel:
            stream.receive(channel, trusted=True)
            stream.send(channel, {"ready": True})
            with contextlib.suppress(wire.WireError, OSError):
                self._child(channel)

    def end_child(self, channel, _keep=None):
        channel.close()
        self.ended += 1

    def bury(self):
        """Do nothing: nobody is dying."""

    def look(self, limits):
        assert limits == self.limits
        if self.misused:
            raise ExcessError(Bound.MEMORY, self.misused)

    def replace(self):
        raise AssertionError("nothing here is the box's fault")


def honest_cells(channel, count=1):
    """Reply to what a session tells first: to run so many cells."""
    for _ in range(count):
        told = stream.receive(channel, trusted=True)
        stream.send(channel, {"cell": told["cell"], "outputs": [], "success": True})


def test_cells_above_all_questions_are_told_before_anything_is_asked():
    told = Queue()

    def child(channel):
        for _ in range(3):
            told.put(stream.receive(channel, trusted=True))

    cells = [Code(source="a = 1"), Code(source="b = 2"), Ask(name="f"), Code(source="c = 3")]
    with Session(FakeBox(child), cells, {}) as session:
        session.begin()
        found = [told.get(timeout=10)["source"] for _ in range(2)]

        assert found == ["a = 1", "b = 2"]
        assert told.empty()


def test_a_refusal_at_the_beginning_is_told_to_whoever_asks(box):
    files = {"data.bin": bytes(wire.MAX_BLOB + 1)}
    with Session(box, [Code(source="a = 1"), Ask(name="f")], files) as session:
        session.begin()
        (answer,) = session.ask("f", [Case(1.0, group="g")], {})

    assert answer.failure is Verdict.CRASHED


def answering(*frames):
    """Return a child that runs its cells and answers each question with these frames."""

    def child(channel):
        honest_cells(channel)
        while True:
            request = stream.receive(channel, trusted=True)
            for frame in frames:
                made = frame(request) if callable(frame) else frame
                if isinstance(made, bytes):
                    channel.sendall(made)
                else:
                    stream.send(channel, made)

    return child


def right(request):
    return {"call": request["call"], "value": 42}


def lied_to(child, *, seconds=0.6):
    """Return the answer to one question, and the box whose child it was."""
    fake = FakeBox(child)
    with Session(fake, cells("def f(): pass"), {}) as mine:
        mine.run()
        return ask(mine, seconds=seconds), fake


def test_a_fake_child_that_is_honest_is_believed():
    """Else the lies below could fail for another reason."""
    answer, _ = lied_to(answering(right))

    assert answer.value == 42


LIES = {
    "an answer to another call": lambda r: {"call": r["call"] + 1, "value": 42},
    "an answer to a call of another kind of number": lambda r: {
        "call": float(r["call"]),
        "value": 42,
    },
    "an array for the number of the call": lambda r: {
        "call": np.array([r["call"]] * 2),
        "value": 42,
    },
    "no number": {"value": 42},
    "a list": [42],
    "nothing": None,
    "a cell's frame": {"cell": 0, "outputs": [], "success": True},
    "the right answer as a list": lambda r: [["call", r["call"]], ["value", 42]],
    "an unknown verdict": lambda r: {"call": r["call"], "failure": "correct"},
    "a verdict of the judge alone": lambda r: {"call": r["call"], "failure": "timed out"},
    "a verdict that is an array": lambda r: {"call": r["call"], "failure": np.zeros(3)},
    "exceptions that are no names": lambda r: {"call": r["call"], "exceptions": [1, 2]},
    "a call of no function": {"ask": 0, "arguments": (), "keywords": {}},
    "a call of function -1": {"ask": -1, "arguments": (), "keywords": {}},
    "a call of function array": {"ask": np.arange(3), "arguments": (), "keywords": {}},
    "a call without arguments": {"ask": 0},
    "a frame of another length": b"\xff" * 8,
    "a frame that ends early": wire.encode({"call": 1})[:-1],
    "half a length": b"\1",
    "nothing at all": b"",
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_a_lie_is_a_verdict_in_time(lie):
    start = time.monotonic()
    answer, fake = lied_to(answering(lie))

    assert answer.failure in (Verdict.CRASHED, Verdict.TIMED_OUT), answer
    assert answer.value is None
    assert time.monotonic() - start < 3
    assert fake.ended == 1, "the liar is ended, nothing else was started"


def test_an_answer_that_comes_twice_answers_one_question():
    """The second copy must not pass for the answer to the next question."""
    fake = FakeBox(answering(right, right))
    with Session(fake, cells("def f(): pass"), {}) as mine:
        mine.run()
        answers = [ask(mine), ask(mine)]

    assert answers[0].value == 42
    assert answers[1].failure is Verdict.CRASHED
    assert "another call" in answers[1].message


def test_an_answer_before_the_question_is_no_answer():
    def child(channel):
        honest_cells(channel)
        for number in range(100):
            stream.send(channel, {"call": number, "value": 42})
        time.sleep(5)

    answer, _ = lied_to(child)

    assert (answer.failure, answer.value) == (Verdict.CRASHED, None)


def test_a_child_that_never_reads_is_not_waited_for():
    def child(channel):
        honest_cells(channel)
        time.sleep(5)

    fake = FakeBox(child)
    start = time.monotonic()
    with Session(fake, cells("def f(): pass"), {}) as mine:
        mine.run()
        answer = ask(mine, np.zeros(2**20), seconds=0.5)

    assert answer.failure is Verdict.TIMED_OUT
    assert time.monotonic() - start < 3


def test_a_child_that_drips_is_not_waited_for():
    def child(channel):
        honest_cells(channel)
        request = stream.receive(channel, trusted=True)
        for byte in wire.encode(right(request)):
            time.sleep(0.05)
            channel.sendall(bytes([byte]))

    answer, _ = lied_to(child, seconds=0.5)

    assert answer.failure is Verdict.TIMED_OUT


def test_a_child_that_calls_without_end_is_not_waited_for():
    """Each call back is answered in time; together they are not."""

    def child(channel):
        honest_cells(channel)
        stream.receive(channel, trusted=True)
        while True:
            stream.send(channel, {"ask": 0, "arguments": (1,), "keywords": {}})
            stream.receive(channel, trusted=True)

    fake = FakeBox(child)
    start = time.monotonic()
    with Session(fake, cells("def f(): pass"), {}) as mine:
        mine.run()
        answer = ask(mine, lambda x: x, seconds=0.7)

    assert answer.failure in (Verdict.TIMED_OUT, Verdict.CRASHED)
    assert time.monotonic() - start < 3


@pytest.mark.parametrize(
    "frame",
    [
        {"cell": 1, "outputs": [], "success": True},
        {"cell": np.zeros(2), "outputs": [], "success": True},
        {"cell": 0, "outputs": "text", "success": True},
        {"cell": 0, "success": True},
        [0, [], True],
        b"\xff" * 8,
    ],
)
def test_a_cell_that_lies_is_a_cell_that_crashed_and_the_others_count(frame):
    lied = []

    def child(channel):
        while "cell" in (task := stream.receive(channel, trusted=True)):
            if task["cell"] == 0 and not lied:
                lied.append(0)
                if isinstance(frame, bytes):
                    channel.sendall(frame)
                else:
                    stream.send(channel, frame)
            stream.send(channel, {"cell": task["cell"], "outputs": [], "success": True})
        stream.send(channel, right(task))

    with Session(FakeBox(child), cells("a", "def f(): pass"), {}) as mine:
        first, second = mine.run()
        assert first.failure.failure is Verdict.CRASHED
        assert second.success
        assert ask(mine).value == 42


def test_what_the_box_uses_too_much_of_ends_the_call():
    fake = FakeBox(answering(b""))
    with Session(fake, cells("def f(): pass"), {}) as mine:
        mine.run()
        fake.misused = "it filled its folder beyond the limit"
        answer = ask(mine, seconds=5.0)

    assert answer.failure is Verdict.CRASHED
    assert answer.message == "the call was stopped: it filled its folder beyond the limit"


def test_what_was_replied_in_time_counts_although_the_next_call_uses_too_much():
    """The judge was busy meanwhile: it reads what is there before it looks for misuse."""
    fake = FakeBox(None)

    def child(channel):
        honest_cells(channel)
        stream.send(channel, right(stream.receive(channel, trusted=True)))
        fake.misused = "it took more memory than it may"
        stream.receive(channel, trusted=True)
        time.sleep(5)

    fake._child = child
    with Session(fake, cells("def f(): pass"), {}) as mine:
        answers = mine.ask("f", [Case(group="g"), Case(group="g")], {})
        end = time.monotonic() + 5
        while not fake.misused and time.monotonic() < end:
            time.sleep(0.01)
        first, second = answers

    assert [run.failure for run in mine._cells.runs] == [None]
    assert first.value == 42
    assert "more memory" in second.message


@pytest.mark.parametrize("texts", [{"message": "a\x1b[31m\nb" * 500}, {"warned": "\x00" * 9}])
def test_a_text_is_one_printable_line(texts):
    answer, _ = lied_to(answering(lambda r: {"call": r["call"], "failure": "missing", **texts}))

    for text in (answer.message, answer.warned):
        assert text.isprintable()
        assert len(text) <= 300


# ------------------------------------------------------------------------------ outputs

GOOD = [
    {"output_type": "stream", "name": "stdout", "text": "x"},
    {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["a"]},
    {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo=\n"}, "metadata": {}},
    {
        "output_type": "execute_result",
        "data": {"text/plain": "<b>"},
        "metadata": {},
        "execution_count": None,
    },
]


def test_outputs_of_known_form_are_kept():
    assert read_outputs(GOOD) == GOOD


def test_metadata_and_other_fields_are_left_behind():
    spoilt = [{**item, "metadata": {"x": "y"}, "other": 1} for item in GOOD]

    assert read_outputs(spoilt) == GOOD


BAD = {
    "HTML": {"output_type": "display_data", "data": {"text/html": "<script>"}},
    "JavaScript": {"output_type": "display_data", "data": {"application/javascript": "x"}},
    "a picture that leaves its attribute": {
        "output_type": "display_data",
        "data": {"image/png": '"><script>alert(1)</script>'},
    },
    "a picture that is bytes": {"output_type": "display_data", "data": {"image/png": b"x"}},
    "a stream of another name": {"output_type": "stream", "name": '"><b>', "text": "x"},
    "a stream whose name is a list": {"output_type": "stream", "name": ["stdout"], "text": "x"},
    "a text that is a list": {"output_type": "stream", "name": "stdout", "text": ["x"]},
    "a type that is a list": {"output_type": ["stream"], "name": "stdout", "text": "x"},
    "an unknown type": {"output_type": "update_display_data", "data": {}},
    "a traceback of numbers": {**GOOD[1], "traceback": [1]},
    "a traceback that is text": {**GOOD[1], "traceback": "x"},
    "a type of data that is a number": {"output_type": "display_data", "data": {1: "x"}},
    "no output": None,
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_an_output_that_could_do_harm_is_refused(bad):
    with pytest.raises(wire.WireError):
        read_outputs([bad])


def test_more_output_than_a_cell_may_leave_is_refused():
    with pytest.raises(wire.WireError):
        read_outputs([GOOD[0]] * 204)
    with pytest.raises(wire.WireError, match="more output"):
        read_outputs([{**GOOD[0], "text": "x" * 500_000}])

"""An exercise is asked where its test cell stands: what comes below can do nothing to it."""

import textwrap
from dataclasses import replace

import numpy as np
import pytest

from grader import sample
from grader.exercise import Case, Get
from grader.judge.verdict import Verdict
from grader.run.one import grade_file
from grader.sandbox.limits import Limits
from grader.sandbox.session import Session
from grader.submission.code import Ask, Code
from tests.conftest import COURSE, load

LIMITS = Limits(cell_seconds=10.0, total_seconds=60.0, call_seconds=5.0, memory=400 * 2**20)
E, F = Ask(name="e"), Ask(name="f")
DOUBLE = "def e(x): return 2 * x"


@pytest.fixture
def session(box):
    """Return a function that opens a session on cells and on places to ask at."""
    opened = []

    def make(*pieces, **limits):
        cells = [p if isinstance(p, Ask) else Code(source=textwrap.dedent(p)) for p in pieces]
        opened.append(Session(box, cells, {}, limits=replace(LIMITS, **limits)))
        return opened[-1]

    yield make
    for each in opened:
        each.close()


def ask(mine, name, *arguments, substitutes=None):
    return next(mine.ask(name, [Case(*arguments, group="g")], substitutes or {}))


def failures(mine):
    return [run.failure and run.failure.failure for run in mine.run()]


# ------------------------------------------------------------------- what stands below

BELOW = {
    "the name is given to an array": "import numpy as np\ne = np.ones(3)",
    "the name is deleted": "del e",
    "another function has the name": "def e(): return 'another'",
    "its helper has another meaning": "def helper(x, y): return 'another'",
    "its helper is deleted": "del helper",
    "a builtin is hidden": "sum = 0",
    "a builtin is replaced for all": "import builtins\nbuiltins.sum = len",
    "a constant is changed": "ONE = 7",
    "a module is spoilt": "import numpy as np\nnp.asarray = None",
    "all names are deleted": "%reset -f",
    "it raises": "1 / 0",
    "it is no Python": "def e(:",
    "it ends the process": "import os\nos._exit(0)",
    "it leaves": "import sys\nsys.exit()",
}
ABOVE = """
import numpy as np
ONE = 1
def helper(x): return np.asarray(x)
def e(x): return sum([ONE, 1]) * helper(x)
"""


@pytest.mark.parametrize("below", BELOW.values(), ids=BELOW.keys())
def test_what_stands_below_changes_nothing_above(session, below):
    mine = session(ABOVE, E, below)

    assert ask(mine, "e", np.ones(2)).value.tolist() == [2.0, 2.0]
    assert len(mine.run()) == 2


def test_a_class_that_is_redefined_below_is_the_one_above(session):
    mine = session("class e:\n    def __init__(self): self.x = 1", E, "class e: x = 2")
    (answer,) = mine.ask("e", [Case(group="g", then=(Get("x"),))], {})

    assert answer.value == [1]


def test_a_cell_below_that_never_ends_costs_itself_alone(session):
    mine = session(DOUBLE, E, "while True: pass", "def f(x): return -e(x)", F, cell_seconds=1.0)

    assert ask(mine, "e", 3).value == 6
    assert ask(mine, "f", 3).value == -6
    assert failures(mine) == [None, Verdict.TIMED_OUT, None]


def test_cells_below_that_use_up_all_time_take_none_from_what_stands_above(session):
    """Nor from its second round, which comes after them."""
    forever = ["while True: pass"] * 5
    mine = session(DOUBLE, E, *forever, "def f(x): return x", F, cell_seconds=1, total_seconds=5)

    assert ask(mine, "e", 3).value == 6
    late = ask(mine, "f", 3)
    assert (late.failure, "as a whole" in late.message) == (Verdict.TIMED_OUT, True)
    assert ask(mine, "e", 3, substitutes={"d": abs}).value == 6


def test_a_cell_below_that_takes_all_memory_is_blamed_itself(session):
    hoard = "pieces = []\nwhile True: pieces.append(bytes(2**20) + b'x')"
    mine = session("import time\n" + DOUBLE, E, hoard, "def f(x): return x", F)

    assert ask(mine, "e", 3).value == 6
    assert ask(mine, "f", 3).value == 3
    assert [run.success for run in mine.run()] == [True, False, True]


# ------------------------------------------------------------------ what stands above


@pytest.mark.parametrize(
    ("above", "told"),
    [
        ("", "e is not defined"),
        (f"{DOUBLE}\ndel e", "e is not defined"),
        ("raise ValueError\ndef e(x): return x", "e is not defined"),
    ],
)
def test_missing_is_what_is_not_defined_there(session, above, told):
    mine = session(above, E, DOUBLE)

    answer = ask(mine, "e", 3)

    assert (answer.failure, answer.message) == (Verdict.MISSING, told)


def test_a_name_that_means_something_else_there_is_told_so(session):
    mine = session(f"import numpy as np\n{DOUBLE}", "e = e(np.ones((3, 4)))", E, DOUBLE)

    answer = ask(mine, "e", 3)

    assert answer.failure is Verdict.WRONG_TYPE
    assert answer.message == (
        "e is an array here (float64, shape (3, 4)), not a function: a cell above uses the name "
        "again"
    )


@pytest.mark.parametrize("value", ["[0.123456, 2]", "0.123456", "{'secret': 5}", "'secret'"])
def test_what_a_name_means_instead_is_told_without_its_value(session, value):
    message = ask(session(f"e = {value}", E), "e", 3).message

    assert "secret" not in message
    assert "123" not in message
    assert message.startswith("e is a ")


def test_the_names_are_those_of_each_place(session):
    """A function is asked twice under two names of a helper's: each time as it is there."""
    mine = session(
        "rate = 1\ndef e(x): return rate * x", E, "rate = 10\ndef f(x): return e(x)", F, "rate = 99"
    )

    assert ask(mine, "e", 3).value == 3
    assert ask(mine, "f", 3).value == 30


def test_an_exercise_that_stands_nowhere_is_asked_after_the_last_cell(session):
    assert ask(session("def g(x): return 1", E, "def g(x): return 2"), "g", 0).value == 2


# ------------------------------------------------------------------- one process, in order


@pytest.fixture
def processes_of(box, monkeypatch):
    """The channels of all processes that were started."""
    opened, start = [], box.open
    monkeypatch.setattr(box, "open", lambda *given: opened.append(start(*given)) or opened[-1])
    return opened


def test_all_is_asked_in_one_process_and_each_cell_runs_once(session, processes_of):
    mine = session(
        "ran = [1]\nprint('above')\ndef e(x): return list(ran)",
        E,
        "ran.append(2)\ndef f(x): return list(ran)",
        F,
    )

    assert ask(mine, "e", 0).value == [1]
    assert ask(mine, "f", 0).value == [1, 2]
    assert [run.success for run in mine.run()] == [True, True]
    assert len(processes_of) == 1


def test_cells_run_without_anybody_asking(session):
    mine = session("a = 1", E, "print(a)", F)

    assert [run.success for run in mine.run()] == [True, True]


def test_what_is_asked_out_of_order_is_asked_in_its_place_all_the_same(session):
    mine = session(DOUBLE, E, "e = 7\ndef f(x): return e", F)

    assert ask(mine, "f", 0).value == 7
    assert ask(mine, "e", 3).value == 6


def test_after_a_crash_the_cells_up_to_that_place_run_again_and_no_others(session):
    """A fresh process, the same state; the questions that are left are asked there."""
    mine = session(
        "import os\nn = 0",
        "n += 1\ndef e(x):\n    if x == 1: os._exit(1)\n    return n, os.getpid()",
        E,
        "n = 99\ndef f(x): return n",
        F,
    )
    first, lost, third = mine.ask("e", [Case(i, group="g") for i in range(3)], {})

    assert lost.failure is Verdict.CRASHED
    assert (first.value[0], third.value[0]) == (1, 1)
    assert first.value[1] != third.value[1]
    assert ask(mine, "f", 0).value == 99


def test_a_call_may_change_what_stands_below_as_in_a_notebook(session):
    """Like a test cell that calls the function: its traces stay."""
    mine = session("seen = []\ndef e(x): seen.append(x)\n", E, "def f(x): return seen", F)

    ask(mine, "e", 5)

    assert ask(mine, "f", 0).value == [5]


# ----------------------------------------------------------------- what cells leave to see

TELLING = {
    "prints": "print(seen)",
    "shows": "seen",
    "displays": "from IPython.display import display\ndisplay(*seen)",
    "raises": "raise ValueError(seen)",
    "warns": "import warnings\nwarnings.warn(str(seen))",
    "draws": "import matplotlib.pyplot as plt\nplt.title(str(seen))\nif seen: plt.show()",
    "hides it in a file": "open('kept', 'a').write(str(seen))\nprint(open('kept').read())",
}


@pytest.mark.parametrize("tell", TELLING.values(), ids=TELLING.keys())
@pytest.mark.parametrize("below", ["", "raise RuntimeError"])
def test_no_cell_shows_the_hidden_inputs_of_an_exercise_above(session, tell, below):
    """Cells below run after it was asked: what they leave there is not shown."""
    pieces = ("seen = []\ndef e(x): seen.append(x)", E, below, tell, "def f(x): return seen", F)
    with session(*pieces) as other:
        unasked = other.run()[2]
    mine = session(*pieces)

    ask(mine, "e", "hidden")
    assert ask(mine, "f", 0).value == ["hidden"]
    shown = mine.run()[2]

    assert "hidden" not in str(shown.outputs)
    assert str(shown.outputs) == str(unasked.outputs)


@pytest.mark.parametrize(("below", "count"), [((), 1), (("b = 1",), 2)])
def test_what_cells_above_leave_is_shown_as_they_left_it_first(session, processes_of, below, count):
    mine = session("import os\nprint(os.getpid())\ndef e(x): return os.getpid()", E, *below)

    pid = ask(mine, "e", 0).value

    assert mine.run()[0].outputs[0]["text"].strip() == str(pid)
    assert len(processes_of) == count


# ------------------------------------------------------------------------ the second round


def test_a_second_round_asks_in_the_same_places_in_one_fresh_process(session):
    mine = session(
        "import os\ncount = 0\ndef d(x): return 'wrong'",
        "def e(x):\n    global count\n    count += 1\n    return d(x), count, os.getpid()",
        E,
        "def f(x): return e(x)",
        F,
        "def d(x): return 'below'\ndel e",
    )
    right = {"d": lambda x: x + 1}

    before = ask(mine, "e", 3).value, ask(mine, "f", 3).value
    mine.run()
    after = ask(mine, "e", 3, substitutes=right).value, ask(mine, "f", 3, substitutes=right).value

    assert [value[:2] for value in before] == [("wrong", 1), ("wrong", 2)]
    assert [value[:2] for value in after] == [(4, 1), (4, 2)]
    assert len({value[2] for value in before}) == len({value[2] for value in after}) == 1


def test_a_stand_in_answers_while_it_is_asked_and_no_cell_sees_it(session):
    """A cell between two places calls the student's own function, in every round."""
    mine = session(
        "def d(x): return 'own'\ndef e(x): return d(x)",
        E,
        "between = d(1)\ndef f(x): return between, d(x)",
        F,
    )
    right = {"d": "reference {}".format}

    assert ask(mine, "e", 0, substitutes=right).value == "reference 0"
    assert ask(mine, "f", 0, substitutes=right).value == ("own", "reference 0")


# -------------------------------------------------------------------------- a whole lesson


@pytest.mark.parametrize(
    "below",
    [
        "standardize = standardize(np.ones((2, 3)))",
        "def standardize(X): raise NotImplementedError",
        "del standardize, one_hot, np",
        "import os; os._exit(1)",
        "sum = len = np = 0",
    ],
)
def test_own_cells_below_a_test_cost_no_points(box, tmp_path, below):
    lesson = load("00_start_here")
    notebook = sample.notebook(COURSE, lesson, sample.right(lesson))
    own = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    for test in ("test_standardize", "test_one_hot"):
        place = next(
            i
            for i, cell in enumerate(notebook["cells"])
            if cell["metadata"].get("nbgrader", {}).get("grade_id") == test
        )
        lines = below if test == "test_one_hot" else "sum = 0"
        notebook["cells"].insert(place + 1, {**own, "id": f"own-{place}", "source": lines})
    path = tmp_path / "00_start_here.ipynb"
    path.write_text(sample.text(notebook), encoding="utf-8")

    graded = grade_file(lesson, path, box, student="anna", secret="s")  # noqa: S106

    assert [o.score for o in graded.report.exercises if o.cases] == [10.0, 6.0]
    assert len(graded.runs) == len(graded.submission.places)


# ----------------------------------------------------------- the next, before the last is judged


def asked(mine, name, *numbers, substitutes=None):
    return mine.ask(name, [Case(n, group="g") for n in numbers], substitutes or {})


WHO = "import os\ncalls = []\n"
BOTH = (
    WHO + "def e(x):\n    calls.append(x)\n    return [os.getpid(), *calls]",
    E,
    "def f(x):\n    calls.append(-x)\n    return [os.getpid(), *calls]",
    F,
)


def test_an_exercise_that_is_asked_ahead_is_asked_after_the_one_before(session):
    mine = session(*BOTH)
    first, second = asked(mine, "e", 1, 2), asked(mine, "f", 3)
    (*_, (process, *told)), ((same, *all_told),) = (
        [answer.value for answer in answers] for answers in (first, second)
    )

    assert (told, all_told, same) == ([1, 2], [1, 2, -3], process)


def test_one_that_ends_the_process_costs_nothing_that_is_asked_ahead(session):
    mine = session("import os\ndef e(x): return x or os._exit(0)", E, "def f(x): return -x", F)
    first, second = asked(mine, "e", 1, 0, 2), asked(mine, "f", 3, 4)

    assert [answer.failure or answer.value for answer in first] == [1, Verdict.CRASHED, 2]
    assert [answer.value for answer in second] == [-3, -4]


def test_of_one_that_is_given_up_no_answer_is_taken_for_another_s(session):
    mine = session("def e(x): return x", E, "def f(x): return -x", F)
    first, second, third = (asked(mine, name, 1, 2, 3) for name in ("e", "f", "e"))

    assert next(first).value == 1
    assert [answer.value for answer in second] == [-1, -2, -3]
    # It stands above: a fresh process is asked.
    assert [answer.value for answer in third] == [1, 2, 3]


def test_who_comes_back_to_what_was_given_up_is_answered(session):
    mine = session("def e(x): return x", E, "def f(x): return -x", F)
    first, second = asked(mine, "e", 1, 2, 3), asked(mine, "f", 1, 2, 3)

    taken = [next(first), next(second), next(first), next(second), *first, *second]
    assert [answer.value for answer in taken] == [1, -1, 2, -2, 3, -3]


def test_each_of_two_that_are_asked_has_its_own_functions(session):
    mine = session("def e(g, x): return g(x)", E, "def f(g, x): return -g(x)", F)
    first, second = (
        mine.ask(name, [Case(g, x, group="g") for x in (1.0, 2.0)], {})
        for name, g in (("e", lambda x: x + 1), ("f", lambda x: 10 * x))
    )

    assert [float(answer.value) for answer in [*first, *second]] == [2.0, 3.0, -10.0, -20.0]


def test_one_whose_cell_was_moved_up_is_asked_in_its_turn(session):
    mine = session("def f(x): return -x", F, "def e(x): return x", E)
    first, second = asked(mine, "e", 1), asked(mine, "f", 2)

    assert [answer.value for answer in [*first, *second]] == [1, -2]


def test_what_is_shown_is_asked_for_although_nobody_took_the_answers(session):
    mine = session("def e(x): return x", E, "print('below')", F)
    asked(mine, "e", 1)
    asked(mine, "f", 1)

    assert [run.outputs for run in mine.run()][1][0]["text"] == "below\n"

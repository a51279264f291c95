"""Test cells of ordinary assignments are judged where no line of the student's runs."""

from importlib.util import find_spec

import pytest

from grader.sandbox import availability
from tests import assignment
from tests.honest import given

pytestmark = pytest.mark.skipif(bool(availability.unavailable()), reason=availability.unavailable())

# By name: what the instructor gives beforehand, what the reference is, and what tests it.
JUDGED = {
    "a literal": ("", "def f(x):\n    return x * x", "assert f(3) == 9"),
    "arrays and tolerances": (
        "import numpy as np",
        "def f(x):\n    return x / x.sum()",
        "np.testing.assert_allclose(f(np.array([1.0, 3.0])), [0.25, 0.75])",
    ),
    "a loop over random inputs": (
        "import numpy as np",
        "def f(x):\n    return (x - x.mean()) / x.std()",
        """
        for seed in range(3):
            x = np.random.default_rng(seed).normal(size=20)
            assert np.allclose(f(x), (x - x.mean()) / x.std())
        """,
    ),
    "an exception that is expected": (
        "",
        "def f(x):\n    if x < 0:\n        raise ValueError('negative')\n    return x",
        """
        try:
            f(-1)
        except ValueError as error:
            assert "negative" in str(error)
        else:
            raise AssertionError("no exception")
        """,
    ),
    "a helper of the instructor's that calls the student's": (
        "def check(n):\n    assert f(n) == n + 1",
        "def f(x):\n    return x + 1",
        "for n in range(5):\n    check(n)",
    ),
    "partial credit": ("", "def f(x):\n    return x", "sum(f(n) == n for n in range(4)) / 1"),
    "a list that is changed in place": (
        "",
        "def f(x):\n    x.sort()",
        "data = [3, 1, 2]\nf(data)\nassert data == [1, 2, 3]",
    ),
    "an array that is changed in place and returned": (
        "import numpy as np",
        "def f(x):\n    x += 1\n    return x",
        "x = np.zeros(3)\ny = f(x)\nassert y is x\nassert x.tolist() == [1, 1, 1]",
    ),
    "a generator that is passed on": (
        "import numpy as np",
        "def f(rng):\n    return rng.integers(10)",
        """
        rng, mine = np.random.default_rng(1), np.random.default_rng(1)
        assert [f(rng), f(rng)] == [mine.integers(10), mine.integers(10)]
        """,
    ),
    "sets, complex numbers, fractions, text in arrays": (
        "import numpy as np\nfrom fractions import Fraction",
        "def f(x):\n    return x",
        """
        assert f({1, 2}) == {1, 2} and f(1j) == 1j and f(Fraction(1, 3)) * 3 == 1
        assert f(np.array(["a", "bc"])).tolist() == ["a", "bc"]
        assert f(range(3)) == range(3) and isinstance(f(np.float64(2)), float)
        """,
    ),
    "a variable": ("", "x = [1, 2, 3]\ny = x[0]", "assert x == [1, 2, 3] and y == 1"),
    "a module that the solution imports": ("", "import math", "assert math.sqrt(4) == 2"),
    "numbers drawn after a seed": (
        "import random\nimport numpy as np",
        "def f():\n    return [random.random(), np.random.rand(), random.gauss(0, 1)]",
        """
        random.seed(3), np.random.seed(3)
        first, between = f(), [random.random(), np.random.rand()]
        random.seed(3), np.random.seed(3)
        assert first == [random.random(), np.random.rand(), random.gauss(0, 1)]
        assert between == [random.random(), np.random.rand()]
        """,
    ),
    "dates, queues, iterators, views": (
        "import datetime as dt\nfrom collections import deque",
        "def f(x):\n    return x",
        """
        day, span = dt.date(2024, 2, 29), dt.timedelta(days=1, seconds=5)
        assert f(day) == day and f(dt.datetime(2024, 1, 2, 3)).hour == 3 and f([span]) == [span]
        assert f(deque([1, 2], maxlen=2)).maxlen == 2 and f({1: 2}.items()) == {1: 2}.items()
        assert list(f({1: 2}.values())) == [2]
        """,
    ),
    "a generator": (
        "",
        "def f(n):\n    yield from range(n)",
        "made = f(3)\nassert next(made) == 0\nassert list(made) == [1, 2]",
    ),
    "what the function prints": (
        "",
        "def f():\n    print('said')\n    return 1",
        "assert f() == 1",
    ),
}
NOT_JUDGED = {
    "a table": (
        "import pandas as pd" if find_spec("pandas") else "import numpy as np",
        "def f():\n    return pd.DataFrame({'a': [1]})"
        if find_spec("pandas")
        else "def f():\n    return np.matrix([[1]])",
        "assert f().shape == (1, 1)",
    ),
    "a name that it reads and the test sets": (
        "N = 2",
        "def f():\n    return N",
        "N = 3\nassert f() == 3",
    ),
    "an iterator that is not called": ("", "f = iter([1, 2])", "assert list(f) == [1, 2]"),
    "an object of a class": (
        "",
        "class Stack:\n    def __init__(self):\n        self.size = 0",
        "assert Stack().size == 0",
    ),
    "a function that is given": (
        "",
        "def f(g):\n    return g(2)",
        "assert f(lambda x: x + 1) == 3",
    ),
    "what it prints": (
        "import io\nfrom contextlib import redirect_stdout",
        "def f():\n    return print('hello')",
        "import inspect\nassert 'hello' in inspect.getsource(f)",
    ),
    "a variable of the test's own": ("", "def f():\n    return N", "N = 3\nassert f() == 3"),
    "a file that it writes": (
        "",
        "def f():\n    open('x', 'w').write('1')",
        "f()\nassert open('x').read() == '1'",
    ),
}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """One course for all: they share its boxes."""
    return tmp_path_factory.mktemp("course")


@pytest.fixture
def course(root):
    return assignment.maker(root)


@pytest.mark.parametrize("name", JUDGED)
def test_a_test_that_needs_plain_data_alone_is_judged_outside(course, name):
    found, grade = course(*JUDGED[name])

    assert set(found.plan.tests) == {"test"}
    assert grade(JUDGED[name][1])[0] == 4
    assert grade("pass")[0] == 0


@pytest.mark.parametrize("name", NOT_JUDGED)
def test_a_test_that_needs_more_runs_beside_the_solution_as_ever(course, name):
    found, grade = course(*NOT_JUDGED[name])

    assert set(found.plan.tests) == set()
    assert grade(NOT_JUDGED[name][1])[0] == 4
    assert grade("pass")[0] == 0


def test_what_takes_long_is_judged_inside_where_calls_cost_nothing(course):
    slow = "import time", "def f():\n    time.sleep(0.1)", "for _ in range(11):\n    f()"

    assert set(course(*slow, timeout=4)[0].plan.tests) == set()
    assert set(course(*slow, timeout=40)[0].plan.tests) == {"test"}


def test_the_instructor_can_do_without(course):
    found, grade = course(*JUDGED["a literal"], judge_outside="no")

    assert set(found.plan.tests) == set()
    assert grade(JUDGED["a literal"][1])[0] == 4


EQUAL = """
    class Equal:
        def __eq__(self, other): return True
        def __ne__(self, other): return False
        def __abs__(self): return 0
        def __sub__(self, other): return 0
        __rsub__ = __sub__
        def __float__(self): return 0.0
        def __lt__(self, other): return True
        __le__ = __gt__ = __ge__ = __lt__
"""
ATTACKS = {
    "equal to everything": (f"{EQUAL}\n    def f(x):\n        return Equal()", ()),
    "an array that answers for NumPy": (
        """
        import numpy as np
        class Yes(np.ndarray):
            def __array_ufunc__(self, *_, **__): return np.True_
            def __array_function__(self, *_, **__): return True
            def __eq__(self, other): return True
        def f(x):
            return np.zeros(2).view(Yes)
        """,
        (),
    ),
    "a result of its own": ("import sys\ndef f(x):\n    sys.displayhook(4.0)", ()),
    "an input transformer": (
        "def f(x):\n    return 0",
        (
            """
            def change(lines):
                return ["4.0\\n"] if any("assert" in line for line in lines) else lines
            get_ipython().input_transformers_post.append(change)
            """,
        ),
    ),
    "an AST transformer": (
        "def f(x):\n    return 0",
        (
            """
            import ast
            class Strip(ast.NodeTransformer):
                def visit_Assert(self, node): return ast.Pass()
            get_ipython().ast_transformers.append(Strip())
            """,
        ),
    ),
    "run_cell replaced": (
        "def f(x):\n    return 0",
        (
            """
            from IPython.core.interactiveshell import ExecutionResult
            shell = get_ipython()
            shell.run_cell = lambda *_, **__: ExecutionResult(None)
            """,
        ),
    ),
    "the exception made another": (
        "import builtins\nbuiltins.AssertionError = ValueError\ndef f(x):\n    return 0",
        (),
    ),
    "the test read from a frame": (
        """
        import re, sys
        def f(x):
            frame = sys._getframe()
            while frame:
                for value in [*frame.f_locals.values()]:
                    found = re.search(r"f\\(3\\) == (\\d+)", str(value))
                    if found:
                        return int(found[1])
                frame = frame.f_back
        """,
        (),
    ),
    "what a test compares with, patched": (
        """
        import numpy.testing, numpy as np
        np.testing.assert_allclose = np.allclose = lambda *_, **__: True
        def f(x):
            return 0
        """,
        (),
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_what_a_student_does_to_the_own_process_earns_nothing(course, name):
    answer, own = ATTACKS[name]
    test = """
        assert f(3) == 9
        assert abs(f(2) - 4) < 1e-9
        np.testing.assert_allclose(f(np.ones(2)), [1, 1])
    """
    _, grade = course("import numpy as np", "def f(x):\n    return x * x", test)

    assert grade(answer, *own)[0] == 0


HONEST = {
    "an iterator": ("def f(n):\n    return range(n)", "assert list(f(3)) == [0, 1, 2]"),
    "a generator": ("def f(n):\n    yield from range(n)", "assert list(f(3)) == [0, 1, 2]"),
    "keys of a dict": (
        "def f(n):\n    return dict.fromkeys(range(n)).keys()",
        "assert sorted(f(3)) == [0, 1, 2]",
    ),
    "a queue": (
        "from collections import deque\ndef f(n):\n    return deque(range(n))",
        "assert list(f(3)) == [0, 1, 2]",
    ),
    "a name that the test happens to define": (
        "def f(n):\n    return list(range(top))",
        "top = 3\nassert list(f(top)) == [0, 1, 2]",
    ),
    "a named tuple": (
        """
        from collections import namedtuple
        def f(n):
            return namedtuple('Three', 'a b c')(0, 1, 2)
        """,
        "assert list(f(3)) == [0, 1, 2]",
    ),
    "a callable object": (
        "class F:\n    def __call__(self, n):\n        return list(range(n))\nf = F()",
        "assert list(f(3)) == [0, 1, 2]",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_answer_in_another_form_loses_nothing(course, name):
    answer, test = HONEST[name]
    found, grade = course("", "def f(n):\n    return list(range(n))", test)

    assert set(found.plan.tests) == {"test"}
    points, outputs = grade(answer)
    assert points == 4, outputs


MATRIX = "import numpy as np\ndef f(n):\n    return np.matrix([0, 1, 2])"
WHOLE = "def f(n):\n    return list(range(n))", "assert np.ravel(f(3)).tolist() == [0, 1, 2]"


def test_what_does_not_cross_is_judged_inside_unless_the_instructor_is_strict(course):
    _, lenient = course("import numpy as np", *WHOLE)
    _, strict = course("import numpy as np", *WHOLE, judge_outside="strictly")

    assert lenient(MATRIX)[0] == 4
    assert strict(MATRIX)[0] == 0
    assert strict(WHOLE[0])[0] == 4


def test_a_second_run_knows_nothing_of_the_first(course):
    """Otherwise a function could see how far a test goes with one guess, and try another."""
    answer = """
        import os, numpy as np
        again = os.path.exists("seen")
        def f(n):
            open("seen", "w").close()
            return [0, 1, 2] if again else np.matrix([3])
    """
    _, grade = course("import numpy as np", *WHOLE)

    assert grade(answer)[0] == 0


def test_a_guess_is_made_once(course):
    """The names that are read without need would have it judged inside, after all."""
    answer = """
        tries = [0]
        def f(n):
            tries[0] += 1
            seed
            return tries[0]
    """
    _, grade = course("", "def f(n):\n    return 2", "seed = 1\nassert f(3) == 2")

    assert grade(answer)[0] == 0


def test_an_unlocked_cell_is_the_student_s_whatever_stood_there(course):
    found, grade = course(
        "import math\nx = 5", "y = math.sqrt(4)", "assert math.sqrt(x - 1) == y", beforehand=given
    )

    assert set(found.plan.tests) == {"test"}
    assert grade("y = math.sqrt(4)")[0] == 4
    assert grade("y = 2", given_too="import math\nx = 0")[0] == 0
    assert grade("y = 2", given_too="x = 5")[0] == 0
    patched = "import math\nx = 0\nmath.sqrt = lambda _: 2"
    assert grade("y = 2", given_too=patched)[0] == 0


def test_a_patched_judge_that_is_imported_in_an_unlocked_cell_judges_nothing(course):
    _, grade = course(
        "from numpy.testing import assert_allclose",
        "def f():\n    return 1.0",
        "assert_allclose(f(), 1.0)",
        beforehand=given,
    )

    assert grade("def f():\n    return 1")[0] == 4
    assert grade("def f():\n    return 0", given_too="assert_allclose = lambda *_: None")[0] == 0


def test_two_tests_that_share_names_go_the_same_way(course):
    """The second needs what the first defines, and the first is judged inside."""
    _, grade = course("", "def f():\n    return 1", "top = 3\nassert f() + 1 == 2 and top == 3")

    assert grade("def f():\n    return 1 if top == 3 else 0")[0] == 4


LIES = {
    "a call that raised no names": '"_called", {"raised": {"names": np.zeros(2), "message": far}}',
    "a call that printed an array": '"use", {"printed": np.zeros(3), "value": 1}',
    "a call that printed numbers": '"use", {"printed": [(1, 2)], "value": 9}',
    "an object that is an array": '"_called", {"other": {"type": far, "known": far}}',
    "what nobody can make": '"_called", {"value": ("\\0 made of", "nonsense", 1)}',
    "a long range": '"_called", {"value": ("\\0 made of", "range", 0, 10**18, 1)}',
    "an argument that was not given": '"_called", {"same_as": [1]}',
    "a change to nothing": '"use", {"changed": {5: 1}, "value": 9, "generators": {7: {}}}',
    "a state of chance": '"use", {"chance": {"words": 3}, "value": 8}',
    "nothing at all": '"use", {}',
    "no names": '"look", {"found": np.zeros(2), "reads": far, "chance": far}',
    "a name of a kind": '"look", {"found": {"f": {"kind": far}}, "reads": False}',
    "a name of a listed kind": '"look", {"found": {"f": {"kind": []}}, "reads": False}',
    "a value": '"look", {"found": {"f": {"kind": "value", "value": ("\\0 made of", "x")}}}',
    "a module": '"look", {"found": {"f": {"kind": "module", "module": "os", "name": far}}}',
}


@pytest.mark.parametrize("name", LIES)
def test_a_student_s_process_that_lies_earns_nothing_and_stops_nobody(course, name):
    answer = f"""
        import sys, numpy as np
        far = np.zeros((1,) * 25)
        def put(name, said):
            setattr(sys.modules["gradebox.names"], name, lambda *_, **__: said)
        put({LIES[name]})
        def f(x):
            return 0
    """
    _, grade = course("", "def f(x):\n    return x * x", "assert sum([f(3)]) == 9", timeout=5)
    points, outputs = grade(answer)

    assert points == 0, outputs


def test_a_call_that_never_ends_costs_its_test_and_the_next_one_runs(course):
    _, grade = course("", "def f(x):\n    return x", "assert f(1) == 1", timeout=3)
    points, outputs = grade("def f(x):\n    while True: pass")

    assert points == 0
    assert outputs[-1].ename == "CellTimeoutError"


def test_a_call_that_ends_the_process_costs_its_test(course):
    _, grade = course("", "def f(x):\n    return x", "assert f(1) == 1")
    points, outputs = grade("import os\ndef f(x):\n    os._exit(0)")

    assert points == 0
    assert "the process ended while the cell ran" in outputs[-1].evalue


def test_a_failure_shows_the_line_of_the_test_and_the_student_s_own(course):
    _, grade = course("", "def f(x):\n    return 1 / (x - 4)", "assert f(5) == 1")
    _, outputs = grade("def f(x):\n    zero = x - 5\n    return 1 / zero")
    text = "\n".join(outputs[-1].traceback)

    assert outputs[-1].ename == "ZeroDivisionError"
    assert "assert f(5) == 1" in text
    assert "return 1 / zero" in text or "line 3" in text

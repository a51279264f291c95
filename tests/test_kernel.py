"""An ordinary notebook's cells in a box, and the score that nbgrader reads from what they leave."""

import textwrap

import nbformat
import pytest
from nbgrader.utils import determine_grade

from grader.autograde.outputs import shown
from grader.box.limited import Bound
from grader.judge.verdict import Verdict
from grader.sandbox import availability
from grader.sandbox.box import Box
from grader.sandbox.kernel import Kernel
from grader.sandbox.limits import Limits
from tests.conftest import COURSE

POINTS = 5
LIMITS = Limits(total_seconds=60.0, memory=400 * 2**20)
ON_TIMEOUT = {"ename": "CellTimeoutError", "evalue": "", "traceback": ["CellTimeoutError"]}
FLOOD = """
    for _ in range(1000):
        display("flood")
    print("flood" * 100_000)
"""
# What a student's cell does first, and what a test cell of the instructor's then gets.
ATTACKS = {
    "an exception that cannot be printed": (
        """
        class Silent(Exception):
            def __str__(self):
                raise ValueError
        def f():
            raise Silent
        """,
        "f()",
    ),
    "showtraceback replaced": (
        "get_ipython().showtraceback = lambda *_, **__: None",
        "assert False",
    ),
    "showtraceback removed": ("get_ipython().showtraceback = None", "assert False"),
    "showtraceback replaced in the class": (
        """
        import IPython.core.interactiveshell
        IPython.core.interactiveshell.InteractiveShell.showtraceback = lambda *_, **__: None
        """,
        "assert False",
    ),
    "_showtraceback replaced": (
        "get_ipython()._showtraceback = lambda *_, **__: None",
        "assert False",
    ),
    "a custom exception handler": (
        "get_ipython().set_custom_exc((Exception,), lambda *_, **__: None)",
        "assert False",
    ),
    "a result shown from inside": (
        """
        import sys
        def f():
            sys.displayhook(5.0)
        """,
        "f()\nassert False",
    ),
    "a result put among the outputs": (
        """
        def f():
            get_ipython().outputs.data("execute_result", {"text/plain": "5.0"})
        """,
        "f()\nassert False",
    ),
    "a flood before the test fails": (FLOOD, f"{textwrap.dedent(FLOOD)}\nassert False"),
    "a flood before text on stderr": (
        "import sys",
        f"{textwrap.dedent(FLOOD)}\nprint('warning', file=sys.stderr)",
    ),
    "a flood of displays before the result": (
        "",
        "for _ in range(1000): display(1)\n0.0",
    ),
    "a flood of text before the result": ("", "print('x' * 500_000)\n0.0"),
    "the process ended": ("import os", "os._exit(0)"),
    "sys.exit": ("import sys", "sys.exit(0)"),
}  # fmt: skip


@pytest.fixture(scope="module")
def box():
    if availability.unavailable():
        pytest.skip(availability.unavailable())
    with Box(COURSE, limits=LIMITS, withheld=()) as made:
        yield made


@pytest.fixture
def kernel(box):
    """Return a function that starts a process for a notebook."""
    opened = []

    def make(limits=LIMITS, files=None, environment=None):
        opened.append(Kernel(box, limits, files=files or {}, environment=environment or {}))
        return opened[-1]

    yield make
    for each in opened:
        each.close()


def run(kernel, source, seconds=20.0):
    return kernel.run(textwrap.dedent(source), seconds)


def graded(run):
    """Return the points that nbgrader reads from a run of a test cell."""
    made = nbformat.v4.new_code_cell(
        "", outputs=[nbformat.from_dict(item) for item in shown(run, ON_TIMEOUT)]
    )
    made.metadata["nbgrader"] = {"grade": True, "solution": False, "points": POINTS}
    nbformat.validate(nbformat.v4.new_notebook(cells=[made]))
    return determine_grade(made)[0]


def text_of(run):
    return "".join(item.get("text", "") for item in run.outputs)


@pytest.mark.parametrize("name", ATTACKS)
def test_a_test_cell_that_fails_earns_nothing_whatever_is_done_to_the_shell(kernel, name):
    prepare, test = ATTACKS[name]
    mine = kernel()
    run(mine, prepare)

    assert graded(run(mine, test)) == 0


@pytest.mark.parametrize(
    ("source", "points"),
    [
        ("assert True", POINTS),
        ("3.0", 3.0),
        ("'text'", POINTS),
        ("print('x' * 500_000)\n3.0", 3.0),
        ("for _ in range(1000): display(1)\n3.0", 3.0),
        ("print('done')\nNone", POINTS),
    ],
)
def test_a_test_cell_that_passes_earns_what_it_says(kernel, source, points):
    assert graded(run(kernel(), source)) == points


def test_a_cell_that_takes_too_long_is_interrupted_and_the_next_finds_what_it_defined(kernel):
    mine = kernel()
    late = run(mine, "x = 2\nwhile True: pass", seconds=0.5)

    assert late.failure.failure is Verdict.TIMED_OUT
    assert [item["ename"] for item in shown(late, ON_TIMEOUT)] == [
        "KeyboardInterrupt",
        "CellTimeoutError",
    ]
    assert text_of(run(mine, "print(x)")) == "2\n"


def test_below_a_cell_that_cannot_be_interrupted_nothing_runs(kernel):
    mine = kernel()
    endless = """
        import signal
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        while True: pass
    """

    assert graded(run(mine, endless, seconds=0.5)) == 0
    below = run(mine, "print(1)")
    assert graded(below) == 0
    assert below.failure.message.startswith("not run: a cell above took too long")


def test_what_ends_the_process_is_not_run_again_and_those_below_do_not_run(kernel):
    mine = kernel()
    first = run(mine, "import os\nprint(1)")
    ended = run(mine, "os._exit(0)")
    below = run(mine, "print(2)")

    assert first.success
    assert ended.failure.message == "the process ended while the cell ran (exit, signal or memory)"
    assert below.failure.message == "not run: the process ended in a cell above"


def test_a_notebook_over_its_time_as_a_whole_ends(kernel):
    mine = kernel(limits=Limits(total_seconds=0.5, memory=400 * 2**20))
    late, below = run(mine, "import time\ntime.sleep(1)"), run(mine, "1")

    for each in (late, below):
        assert each.failure.message == "stopped: the notebook as a whole took longer than 0.5 s"
        assert each.bound is Bound.TOTAL_SECONDS


def test_a_notebook_finds_the_variables_that_it_is_given(kernel):
    mine = kernel(environment={"NBGRADER_EXECUTION": "autograde"})

    assert text_of(run(mine, "import os\nprint(os.environ['NBGRADER_EXECUTION'])")) == "autograde\n"


def test_files_beside_a_notebook_are_copies_that_it_may_write_to(kernel, tmp_path):
    (tmp_path / "data.csv").write_text("1,2")
    (tmp_path / "data.csv").chmod(0o444)
    mine = kernel(files={"deep/data.csv": tmp_path / "data.csv"})
    kept = {}

    run(mine, "print(3, file=open('deep/data.csv', 'a'))\nopen('new', 'w').write('x')")
    mine.close(lambda folder, given: kept.update(new=(folder / "new").read_text(), given=given))

    assert (tmp_path / "data.csv").read_text() == "1,2"
    assert kept["new"] == "x"
    assert list(kept["given"]) == ["deep/data.csv"]


@pytest.mark.parametrize(
    ("source", "bound"),
    [
        ("x = 1", None),
        ("1 / 0", None),
        ("import os; os._exit(0)", Bound.ENDED),
        ("open('big', 'wb').write(bytes(17 * 2**20))", Bound.FILE),
        ("x = bytes(2**40)", Bound.MEMORY),
        ("import time; time.sleep(60)", Bound.CELL_SECONDS),
        ("type(get_ipython()).bound = property(lambda _: [1], lambda *_: None)", None),
    ],
)
def test_what_stopped_a_cell_is_named(kernel, source, bound):
    assert (
        run(kernel(), source, seconds=1.0 if bound is Bound.CELL_SECONDS else 20.0).bound is bound
    )

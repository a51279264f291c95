"""A cell of the lesson's own runs by code that the judge has made of it, as it would without."""

import inspect
import marshal

import pytest

from grader import sample
from grader.box import wire
from grader.box.shell import make_shell
from grader.course.cells import Kind
from grader.sandbox.cells import Cells
from grader.sandbox.preload import code_of_cell
from grader.submission.code import Code
from grader.submission.matching import read
from tests.conftest import COURSE, load

GIVEN = '''# Given.
import math as m

size = 3
def half(x):
    """Return a half."""
    return x / 2
if size > 2:
    size += 1
print(half(size), m.pi > 3)'''
FAILS = "first = 1\ndef f():\n    return 1 / 0\nsecond = f()\nthird = 3"
OTHER = marshal.dumps(compile("told = 'other code'", "", "exec"))


@pytest.fixture
def shell():
    """A shell as boxes have it; all share it, as IPython does."""
    shell = make_shell()
    flags = shell.compile.flags
    with shell.rehearsing():
        yield shell
    shell.compile.flags = flags
    shell.ast_node_interactivity = "last_expr"
    shell.ast_transformers.clear()


@pytest.mark.parametrize("source", [GIVEN.rpartition("\n")[0], FAILS])
def test_a_cell_acts_as_it_does_without_its_code(shell, source):
    """Also where it fails: what ran before it stays, and the traceback shows its lines."""
    found = []
    for code in (None, code_of_cell(source)):
        with shell.rehearsing():
            ran = shell.run(source, code)
            names = {n: v for n, v in shell.user_ns.items() if n in ("size", "first", "third")}
            made = next(shell.user_ns[n] for n in ("half", "f") if n in shell.user_ns)
            found.append((ran, names, inspect.getsource(made), made.__code__.co_filename))

    assert code_of_cell(source) is not None
    assert found[0] == found[1]
    assert found[0][0][1] is (source != FAILS)


def test_the_code_is_used(shell):
    """Else all of this would do nothing."""
    shell.run("told = 'own'", OTHER)

    assert shell.user_ns["told"] == "other code"


@pytest.mark.parametrize("what", ["future", "transformer", "interactivity"])
def test_the_code_is_not_used_where_it_would_be_another(shell, what):
    """A notebook may have changed how its cells are compiled, and what is shown of them."""
    if what == "future":
        shell.run("from __future__ import annotations")
    elif what == "transformer":
        shell.ast_transformers.append(type("Same", (), {"visit": lambda _, tree: tree})())
    else:
        shell.ast_node_interactivity = "last_expr_or_assign"

    shell.run("told = 'own'", OTHER)

    assert shell.user_ns["told"] == "own"


def test_the_code_is_for_one_cell(shell):
    """The next one has its own, or none."""
    shell.run(" told = 0  # not plain, for it is indented", OTHER)
    shell.run("told = 'own'")

    assert shell.user_ns["told"] == "own"


@pytest.mark.parametrize(
    "source",
    {
        "a value between": "x = 1\nx\ny = 2",
        "a future": "from __future__ import annotations\nx = 1",
        "a magic": "%matplotlib inline\nx = 1",
        "a warning": "x = '\\d'",
        "something to wait for": "async def f(): pass",
        "no end": "x = (",
    }.values(),
)
def test_code_is_made_of_plain_statements_alone(source):
    """Of others it is IPython that makes it."""
    assert code_of_cell(source) is None


def test_no_line_of_a_students_is_compiled_outside(tmp_path):
    """What can bring a compiler down stays in the box; what a lesson gives is sent with code."""
    lesson = load("03_dense_layer")
    notebook = sample.notebook(COURSE, lesson, sample.right(lesson))
    notebook["cells"].append({"cell_type": "code", "source": "x = 1", "metadata": {}})
    place = tmp_path / f"{lesson.id}.ipynb"
    place.write_text(sample.text(notebook))
    cells = [cell for cell in read(place, lesson).cells if isinstance(cell, Code)]
    tasks = Cells(cells, seconds=1.0).tasks(0, len(cells), shown=True)
    sent = [wire.decode_frame(task.frame, trusted=True) for task in tasks]

    given = {cell.source for cell in lesson.cells if cell.kind is Kind.SETUP}
    assert given
    assert {frame["source"] for frame in sent if "code" in frame} == given
    assert any("code" not in frame for frame in sent)

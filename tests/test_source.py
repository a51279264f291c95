"""A cell's text on its way to code: a short way leads where IPython's own does."""

import ast
import itertools
import warnings
from types import SimpleNamespace

import pytest
from IPython.core.compilerop import CachingCompiler
from IPython.core.inputtransformer2 import TransformerManager

from grader import sample
from grader.box.source import Compiler, Transformers
from grader.course.loading import load
from tests.conftest import COURSE

DEFINITIONS = [
    "def f(x):\n    return x\n",
    "# why\n\n# and how\ndef f(x):\n    return x\n\n\n# done\n",
    "class C:\n    def f(self):\n        return 1\n\n    x = 3\n",
    "def f(\n    x,\n    y=(1,\n       2)):\n    return x\n",
    'def f():\n    """Tell.\n\n    More: %d, a!\n    """\n    return "?"\n',
    'def f():\n    """Tell.\n\n    >>> f()\n    3\n    """\n    return 3\n',
    "def f(x): return x + \\\n    1\n",
    "def f():\n\treturn 1\n",
]
# Each is told apart by one line, or by one sign.
OTHERS = [
    "def f(x): return x\n",
    "\ndef f(x):\n    return x\n",
    "    def f(x):\n        return x\n",
    "@property\ndef f(x):\n    return x\n",
    "async def f(x):\n    return x\n",
    "def f(x):\n    return x\nf(1)\n",
    "def f(\n    x\n):\n    return x\n",
    "def f(x):\n    return x\n\f5\n",
    "def f(x):\r    return x\r5\n",
    "def f(x):\n    !ls\n",
    "def f(x):\n    y = !ls\n    return y\n",
    "def f(x):\n    len?\n",
    "def f(x):\n    return '\\d'\n",
    "def f(x):\n    return x is 1\n",
    "def f(x):\n    return\n  5\n",
    "def f(x):\n    >>> x\n",
    'def f(x):\n    y = """\n    >>> 3\n    """\n    return y\n',
    'def f(x):\n    """\n    >>> 3\n    """\n    return "\\\n    >>> 3"\n',
    "In [1]: def f(x):\n   ...:     return x\n",
    "def f(x): return (\n...\n    )\n",
    "def f(x, x):\n    return x\n",
    "# nothing\n",
    "",
]
PIECES = [
    "def f(x):\n",
    "class C:\n",
    "    return 1\n",
    '    x = """\n',
    '"""\n',
    '    """\n',
    "    '''\n",
    "# comment\n",
    "\n",
    "f(1)\n",
    "    %time f(1)\n",
    "   ...: 3\n",
    "    >>> 3\n",
    ">>> 3\n",
    "In [3]: 4\n",
    "!ls\n",
    "  7\n",
]


def codes(code):
    """Return a code object and all within it, as what can be compared."""
    inner = [codes(each) for each in code.co_consts if hasattr(each, "co_code")]
    constants = [each for each in code.co_consts if not hasattr(each, "co_code")]
    places = list(code.co_positions())
    return code.co_code, code.co_names, code.co_filename, code.co_flags, constants, places, inner


def compiled(compiler, name, tree):
    return [codes(compiler(ast.Module([node], []), name, "exec")) for node in tree.body]


def stock(source):
    """Return IPython's code for each statement of a cell."""
    compiler = CachingCompiler()
    transformed = TransformerManager().transform_cell(source)
    name = compiler.get_code_name(source, transformed, 1)
    return compiled(compiler, name, compiler.ast_parse(transformed, name))


def shell():
    """Return what of a shell is looked at on the way."""
    return SimpleNamespace(compile=Compiler(), execution_count=1, ast_transformers=[])


def transformed(manager, source):
    try:
        return manager.transform_cell(source)
    except SyntaxError as error:
        return type(error)


def short(source):
    """Return the code of a cell that is a definition; None of another."""
    made = shell()
    if transformed(Transformers(made), source) != source:
        return None
    name = made.compile.get_code_name(source, source, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = made.compile.ast_parse(source, name)
        except SyntaxError:
            return None
    return compiled(made.compile, name, tree) if was_short(tree) else None


def was_short(tree):
    """Whether a cell was compiled from its text: its tree is then no tree of it."""
    return [type(node).__name__ for node in tree.body] == ["_Compiled"]


@pytest.mark.parametrize("source", DEFINITIONS)
def test_a_definition_is_compiled_as_ipython_compiles_it(source):
    assert short(source) == stock(source)


@pytest.mark.parametrize("source", OTHERS)
def test_what_may_be_more_than_a_definition_goes_the_long_way(source):
    assert short(source) is None


def cells(count):
    for pieces in itertools.product(PIECES, repeat=count):
        yield "".join(pieces)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_whatever_lines_a_cell_is_made_of_its_text_becomes_what_ipython_makes_of_it(count):
    """Each piece could lead the short way astray: quotes, prompts, indentation, magics."""
    ours, theirs = Transformers(shell()), TransformerManager()

    assert [c for c in cells(count) if transformed(ours, c) != transformed(theirs, c)] == []


def test_whatever_lines_a_definition_is_made_of_its_code_is_ipythons():
    likely = [cell for cell in cells(4) if cell.startswith(("def", "class", "# c"))]
    found = {cell: code for cell in likely if (code := short(cell)) is not None}

    assert len(found) > 150
    assert [c for c, code in found.items() if code != stock(c)] == []


def test_most_of_the_lessons_solutions_go_the_short_way():
    lessons = [load(COURSE, name) for name in COURSE.lesson_ids()]
    solutions = [text for lesson in lessons for text in sample.right(lesson).values()]

    taken = [short(f"{text}\n") is not None for text in solutions]

    assert sum(taken) > 0.8 * len(taken)

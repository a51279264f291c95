"""The box's shell beside a real kernel: what a cell does there, it does here."""

import copy
import functools
import re
import textwrap

import nbformat
import pytest
from nbclient import NotebookClient

from grader.box import words
from grader.box.outputs import MAX_PICTURES, Outputs
from grader.box.wire import WireError
from grader.report.notebook import outputs_of
from grader.sandbox import availability
from grader.sandbox.box import Box
from grader.sandbox.cells import Run
from grader.sandbox.limits import Limits
from grader.sandbox.outputs import read_outputs
from grader.sandbox.session import Session
from grader.submission.code import Code
from tests.conftest import COURSE, LONG

PLT = "import matplotlib.pyplot as plt\n"
SHOW = "from IPython.display import HTML, SVG, Javascript, Latex, Markdown, clear_output, display\n"
# Each list is a notebook; in all of them, a cell that fails is gone past.
NOTEBOOKS = {
    "matplotlib inline": ["%matplotlib inline\nimport numpy as np", "np.pi"],
    "matplotlib inline, twice": ["%matplotlib inline", "%matplotlib inline", PLT + "plt.plot([1])"],
    "a plot without a magic": [PLT + "plt.plot([1, 4])"],
    "a plot with a semicolon": [PLT + "plt.plot([1, 4]);"],
    "shown once": [PLT + "plt.plot([1, 4])\nplt.show()\nprint('after')"],
    "shown twice": [PLT + "plt.plot([1])\nplt.show()\nplt.show()\nplt.plot([2])\nplt.show()"],
    "a figure as last value": [PLT + "fig, ax = plt.subplots()\nax.plot([1])\nfig"],
    "a figure displayed": [PLT + "fig = plt.figure()\ndisplay(fig)\nplt.close(fig)"],
    "a figure of a cell above": [PLT + "fig, ax = plt.subplots()", "ax.plot([1])\nfig"],
    "two figures": [PLT + "plt.figure()\nplt.plot([1])\nplt.figure()\nplt.plot([2]);"],
    "a figure, then an error": [PLT + "plt.plot([1])\n1 / 0", "plt.gcf().axes"],
    "figures that stay open": [
        f"%config InlineBackend.close_figures = False\n{PLT}plt.plot([1]);",
        "plt.title('more');",
        "plt.close('all')",
    ],
    "another format": [
        f"%config InlineBackend.figure_formats = {{'png', 'jpeg'}}\n{PLT}plt.plot([1]);"
    ],
    "retina": [f"%config InlineBackend.figure_format = 'retina'\n{PLT}plt.plot([1]);"],
    "interactive mode off": [f"{PLT}plt.ioff()\nplt.plot([1]);", "plt.show()"],
    "interactive mode off, later": [
        PLT + "plt.plot([1]);",
        "plt.ioff()\nplt.plot([2]);",
        "plt.show()",
    ],
    "another backend": ["import matplotlib\nmatplotlib.use('Agg')\n" + PLT + "plt.plot([1]);"],
    "pylab": ["%pylab inline", "sin(0.0), np.pi", "plot([1, 2]);"],
    "a Markdown and a LaTeX": [SHOW + "display(Markdown('**md**'))\nLatex('$x^2$')"],
    "text": ["display('text', 3)", "[1, 2]"],
    "a cleared output": [SHOW + "print(1)\nclear_output()\nprint(2)"],
    "a progress": [SHOW + "for i in range(300):\n    clear_output(wait=True)\n    print(i)"],
    "a display that changes": ["h = display('one', display_id=True)\nh.update('two')"],
    "the last value": ["41", "_ + 1", "7;", "_"],
    "a function's last value": ["def f():\n    return 7\nf() ;  # quiet", "f()"],
    "a file written and run": ["%%writefile f.py\ny = 41 + 1", "%run f.py\nprint(y)"],
    "a captured cell": ["%%capture c\nprint('x')", "c.stdout"],
    "an extension": ["%load_ext autoreload\n%autoreload 2", "1"],
    "what awaits": ["import asyncio\nawait asyncio.sleep(0)\nprint('awaited')"],
    "a function that awaits": [
        "async def f():\n    return 3",
        "await f()",
        "[i async for i in g()]",
    ],
    "a language of the future": [
        "from __future__ import annotations",
        "def f(x: not_there):\n    pass\nf.__annotations__",
    ],
    "a cell whose tree is changed": [
        (
            "import ast\nclass Up(ast.NodeTransformer):\n    def visit_Constant(self, node):\n"
            "        return ast.copy_location(ast.Constant(node.value + 1), node)\n"
            "get_ipython().ast_transformers.append(Up())"
        ),
        "1",
        "1",
        "get_ipython().ast_transformers.clear()",
        "1",
    ],
    "definitions": [
        "# a comment\n\n# and another\ndef f(x):\n    return x / 0\n\n# below",
        "f(1)",
        "def g(x=1 / 0):\n    pass\n",
        "class C:\n    'A docstring.'\n    print('made', __name__)\n\n    y = undefined",
        "def h():\n    'A string.'\n    nonlocal x\n",
        "def i(\n    x,\n):\n    return x\n",
        "i(5)",
        "def j():\n    %precision 4\n    return 'a magic'\n",
        "j()",
        "import inspect\nprint(inspect.getsource(f), f.__code__.co_firstlineno)",
    ],
    "a definition whose tree is changed": [
        (
            "import ast\nclass Up(ast.NodeTransformer):\n    def visit_Constant(self, node):\n"
            "        return ast.copy_location(ast.Constant(node.value + 1), node)\n"
            "get_ipython().ast_transformers.append(Up())"
        ),
        "def f():\n    return 1\n",
        "f()",
        "get_ipython().ast_transformers.clear()",
    ],
    "a definition whose text is changed": [
        (
            "def loud(lines):\n    return [line.replace('quiet', 'loud') for line in lines]\n"
            "get_ipython().input_transformers_cleanup.append(loud)"
        ),
        "def f():\n    return 'quiet'\n",
        "f()",
        "get_ipython().input_transformers_cleanup.remove(loud)",
        "get_ipython().input_transformers_post.append(loud)",
        "def f():\n    return 'quiet'\n",
        "f()",
        "get_ipython().input_transformers_post.remove(loud)",
    ],
    "help": ["len?", "?len", "%pinfo len"],
    "a magic that there is not": ["%nothing", "%%nothing\nx"],
    "formats and modes": ["%precision 3\n3.14159265", "%xmode Minimal"],
    "an exit by Python": ["import sys\nsys.exit(1)", "print('on')"],
    "errors and warnings": ["1 / 0", "def f(:", "import logging\nlogging.warning('w')"],
    "names of streams": ["import sys\nsys.stdout.encoding, sys.stderr.isatty()"],
    "settings of completion": ["%config Completer.use_jedi = False", "2"],
}
# How figures are drawn is asked for or changed in these, so that each needs a kernel of its own.
ALONE = {
    *("matplotlib inline", "matplotlib inline, twice", "a plot without a magic"),
    *("figures that stay open", "another format", "retina", "interactive mode off"),
    *("interactive mode off, later", "another backend", "pylab"),
}
# Of them, those that are compared with every other test; the rest by `make thorough`.
AT_ONCE = {"matplotlib inline, twice", "interactive mode off, later", "pylab"}
COMPARED = [pytest.param(name, marks=LONG if name in ALONE - AT_ONCE else ()) for name in NOTEBOOKS]
LIMITS = Limits(cell_seconds=30.0, memory=600 * 2**20)
TOGETHER = [name for name in NOTEBOOKS if name not in ALONE]


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """What a kernel leaves of each cell, run by the program that nbgrader uses."""

    def run(*sources):
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        made = nbformat.v4.new_notebook(cells=cells)
        where = {"metadata": {"path": str(tmp_path_factory.mktemp("kernel"))}}
        NotebookClient(made, allow_errors=True, timeout=120, resources=where).execute()
        return [[dict(output) for output in cell.outputs] for cell in made.cells]

    return run


@pytest.fixture(scope="module")
def both(box, real):
    """What a notebook leaves here, and in a kernel; those that are not alone run one after another.

    It takes a second to start a kernel.
    """

    @functools.cache
    def run(*names):
        cells = [source for name in names for source in NOTEBOOKS[name]]
        whose = [name for name in names for _ in NOTEBOOKS[name]]
        pairs = list(zip(whose, here(box, *cells), real(*cells), strict=True))
        return {name: [pair for who, *pair in pairs if who == name] for name in names}

    return lambda name: run(*([name] if name in ALONE else TOGETHER))[name]


def here(box, *cells):
    with Session(box, [Code(source=textwrap.dedent(cell)) for cell in cells], {}) as session:
        runs = session.run()
    assert [run.failure for run in runs] == [None] * len(cells)
    return [run.outputs for run in runs]


def printed(outputs):
    return "".join(item.get("text", "") for item in outputs)


def joined(outputs):
    """Return outputs; a kernel that is busy sends in pieces what was printed at once."""
    found = []
    for output in outputs:
        if found and output.get("name") and found[-1].get("name") == output["name"]:
            found[-1]["text"] += output["text"]
        else:
            found.append(output)
    return found


def alike(outputs):
    """Return what is the same wherever a notebook runs."""
    found = []
    for output in joined(copy.deepcopy(outputs)):
        kept = {key: output.get(key) for key in ("output_type", "name", "ename", "evalue")}
        kept["text"] = re.sub(r"/\S+py:\d+|0x[0-9a-f]+", "", output.get("text", "")).strip()
        kept["evalue"] = re.sub(r"\(\S+, line", "(cell, line", output.get("evalue") or "")
        data = output.get("data", {})
        # A picture's bytes depend on the machine's fonts; that it is one does not.
        kept["data"] = {k: "..." if k.startswith("image") else v for k, v in data.items()}
        kept["data"] = re.sub(r"0x[0-9a-f]+", "", str(sorted(kept["data"].items())))
        found.append(kept)
    return found


@pytest.mark.parametrize("name", COMPARED)
def test_a_notebook_leaves_what_it_leaves_in_a_real_kernel(both, name):
    found, expected = zip(*both(name), strict=True)

    assert [alike(outputs) for outputs in found] == [alike(outputs) for outputs in expected]


def test_what_the_parser_warns_of_stands_below_the_cell(box):
    """A kernel tells it twice more, of a file "<>": it compiles a cell to see whether it awaits."""
    _, outputs = here(box, "import warnings\nwarnings.simplefilter('always')", r"'\d'")

    assert printed(outputs).count("invalid escape sequence") == 1


# --------------------------------------------------------------------------------- names


def test_no_name_is_defined_that_a_fresh_kernel_does_not_define(box, real):
    cell = "print(*globals())"

    ours, theirs = (set(printed(outputs).split()) for (outputs,) in (here(box, cell), real(cell)))

    assert ours <= theirs
    # Of cells that were typed before, which nobody may read here.
    assert theirs - ours == {"_i", "_i1", "_ii", "_iii"}


def test_the_names_of_a_kernel_have_its_values(box):
    (outputs,) = here(box, "print([_, __, ___, In, Out, __name__, __doc__ is not None])")

    assert printed(outputs).strip() == "['', '', '', [''], {}, '__main__', True]"


# ---------------------------------------------------------------------- pictures and windows

WINDOWS = ["notebook", "nbagg", "widget", "ipympl", "qt", "tk", "auto", ""]


@pytest.mark.parametrize("backend", WINDOWS)
def test_a_backend_with_a_window_draws_below_the_cell(box, backend):
    asked, drawn = here(box, f"%matplotlib {backend}", PLT + "plt.plot([1, 2]);")

    assert [output["output_type"] for output in asked if "ename" in output] == []
    assert ["image/png" in output["data"] for output in drawn] == [True]


@pytest.mark.parametrize("kind", ["svg", "pdf"])
def test_a_figure_is_drawn_as_png_whatever_format_is_asked_for(box, kind):
    cell = f"%config InlineBackend.figure_format = {kind!r}\n{PLT}plt.plot([1]);"
    (outputs,) = here(box, cell)

    assert [set(output["data"]) for output in outputs] == [{"image/png", "text/plain"}]


def test_enable_gui_does_nothing(box):
    assert (
        here(box, "get_ipython().enable_gui('qt')\n%gui tk\nprint('on')")[0][-1]["text"] == "on\n"
    )


def test_figures_that_calls_leave_open_are_closed(box):
    """Else the twenty-first call would warn that too many are open."""
    from grader.exercise import Case

    source = PLT + "kept = plt.figure()\n"
    source += "def f(x):\n    plt.figure()\n    return plt.get_fignums()"
    cells = ["%config InlineBackend.close_figures = False", source]
    with Session(box, [Code(source=cell) for cell in cells], {}) as session:
        answers = list(session.ask("f", [Case(i, group="g") for i in range(30)], {}))

    assert {tuple(answer.value) for answer in answers} == {(1, 2)}
    assert {answer.warned for answer in answers} == {""}


# ------------------------------------------------------------------------- what is not shown

UNSHOWN = {
    "HTML": ("HTML('<b>bold</b>')", "HTML"),
    "SVG": ("SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"/>')", "SVG"),
    "JavaScript": ("Javascript('alert(1)')", "JavaScript"),
    "HTML of a cell magic": ("get_ipython().run_cell_magic('html', '', '<b>bold</b>')", "HTML"),
    "an object with HTML alone": (
        "type('Table', (), {'_repr_html_': lambda self: '<b>'})()",
        "HTML",
    ),
}


@pytest.mark.parametrize(("value", "name"), UNSHOWN.values(), ids=UNSHOWN.keys())
@pytest.mark.parametrize("displayed", [True, False])
def test_what_could_run_in_a_browser_is_a_sentence(box, value, name, displayed):
    (outputs,) = here(box, SHOW + (f"display({value})" if displayed else value))

    texts = [output["data"] for output in outputs]
    assert texts[0] == {
        "text/plain": f"[{name} is not shown here: it could run in the browser of whoever marks "
        "this]"
    }


def test_a_table_that_has_a_text_is_shown_as_text(box):
    cell = """
    class Table:
        def _repr_html_(self): return "<table><tr><td>1"
        def __repr__(self): return "   a\\n0  1"
    Table()
    """
    (outputs,) = here(box, cell)

    assert [output["data"] for output in outputs] == [{"text/plain": "   a\n0  1"}]


@pytest.mark.parametrize("mime", ["text/markdown", "text/latex"])
def test_markdown_and_formulas_are_shown_without_html(mime):
    bad = "<script>alert(1)</script> $x<y$ [a](javascript:alert(1))"
    output = {"output_type": "display_data", "data": {mime: bad}, "metadata": {}}

    (shown,) = outputs_of(Run(outputs=read_outputs([output]), success=True))

    assert "<script" not in shown["data"][mime]
    assert "javascript:" not in shown["data"][mime]


@pytest.mark.parametrize("mime", ["text/html", "image/svg+xml", "text/x", "text/markdown "])
def test_other_types_do_not_cross_the_border(mime):
    with pytest.raises(WireError):
        read_outputs([{"output_type": "display_data", "data": {mime: "x"}}])


def test_a_picture_too_many_is_said_to_be_left_out():
    outputs = Outputs()
    for _ in range(3):
        outputs.data("display_data", {"image/png": "A" * (MAX_PICTURES // 2), "text/plain": "<F>"})

    assert ["image/png" in item["data"] for item in outputs.items] == [True, True, False]
    assert "left out" in outputs.items[2]["data"]["text/plain"]


def test_a_picture_that_is_none_leaves_a_sentence_and_ends_nothing():
    outputs = Outputs()

    outputs.data("display_data", {"image/png": '"><script>', "text/plain": "<Figure>"})

    assert outputs.items[0]["data"] == {"text/plain": words.NO_PICTURE}


def test_a_picture_made_after_a_clearing_has_room():
    outputs = Outputs()
    for _ in range(5):
        outputs.clear(wait=True)
        outputs.data("display_data", {"image/png": "A" * MAX_PICTURES})

    assert [len(item["data"]["image/png"]) for item in outputs.items] == [MAX_PICTURES]


# ------------------------------------------------------------------------ programs of a shell

PROGRAMS = {
    "!": ("!ls | wc -l", "ls | wc -l"),
    "! with a name": ("word = 'x'\n!echo $word {1 + 1}", "echo x 2"),
    "!!": ("!!ls", "ls"),
    "%system": ("%system ls", "ls"),
    "%pip": ("%pip install -q numpy", "-m pip install -q numpy"),
    "an alias": ("%ls", "ls"),
    "%%bash": ("%%bash\nls", "%%bash"),
    "%%sh": ("%%sh\nls", "%%sh"),
    "%%script": ("%%script perl -w\nprint 1", "%%script perl -w"),
}


@pytest.mark.parametrize(("cell", "line"), PROGRAMS.values(), ids=PROGRAMS.keys())
def test_a_program_that_cannot_be_started_says_so_and_the_notebook_goes_on(box, cell, line):
    """On stdout: nbgrader takes anything on stderr of a test cell for a failure."""
    tried, after = here(box, cell, "print('on', _exit_code)")

    assert line in printed(tried)
    assert ": not run, for no program can be started" in printed(tried)
    assert {output.get("name", "stdout") for output in tried} == {"stdout"}
    assert [output for output in tried if output["output_type"] == "error"] == []
    assert printed(after) == "on 126\n"


def test_the_rest_of_the_cell_runs(box):
    (outputs,) = here(box, "!pip install -q numpy\nimport numpy as np\nprint(np.ones(2))")

    assert printed(outputs).endswith("[1. 1.]\n")


def test_what_a_program_would_have_printed_is_its_refusal(box):
    asked, value = here(box, "words = !cat words.txt | wc -w", "len(words), 'not run' in words[0]")

    assert "not run" in printed(asked)
    assert value[0]["data"]["text/plain"] == "(1, True)"


def test_an_output_that_a_script_was_to_leave_is_empty(box):
    _, value = here(box, "%%bash --out n\nwc -l < words.txt", "n")

    assert value[0]["data"]["text/plain"] == "''"


def test_an_error_of_a_magic_that_starts_no_program_stays_one(box):
    outputs = here(box, "%%writefile /etc/passwd\nx")[0]

    assert outputs[-1]["ename"] == "PermissionError"


@pytest.mark.parametrize("sandboxed", [False, True])
def test_where_programs_may_be_started_their_lines_are_run(sandboxed):
    if sandboxed and availability.unavailable():
        pytest.skip(availability.unavailable())
    limits = Limits(cell_seconds=20.0, processes=4)
    with Box(COURSE, sandboxed=sandboxed, limits=limits, withheld=()) as mine:
        cells = ["!echo hi; exit 3", "print(_exit_code)", "x = !echo a; echo b", "print(x)"]
        cells += ["%%bash --out n\necho 5", "print(int(n))", "!nosuchprogram", "print(_exit_code)"]
        said = [printed(outputs) for outputs in here(mine, *cells)]

    assert said[:6] == ["hi\n", "3\n", "", "['a', 'b']\n", "", "5\n"]
    assert "not found" in said[6]
    assert said[7] == "127\n"


# ------------------------------------------------------------------------------ nothing ends


@pytest.mark.parametrize("cell", ["exit()", "quit()", "exit", "%autosave 60", "%clear", "%cd ."])
def test_a_line_to_a_screen_or_a_kernel_ends_nothing(box, cell):
    lines, after = here(box, cell, "print('on')")

    assert [output for output in lines if "ename" in output] == []
    assert printed(after) == "on\n"

"""Lesson 00 solved, in the forms of other editors and of other habits.

`make honest` tries all of them beside a stock nbgrader; `make test` and `make thorough` together
try those in `SAMPLE`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.corpus.case import cell_of, code, grade_id

SAMPLE = ("vs_code", "colab", "classic", "package", "data_file", "time_magic", "decorated")

# ------------------------------------------------------------------------ editors


def vs_code(made, _):
    _each(made, lambda _: {"vscode": {"languageId": "python"}}, identified=False)
    made["nbformat_minor"] = 2
    made["metadata"] |= {"orig_nbformat": 4, "vscode": {"interpreter": {"hash": "abc"}}}


def colab(made, _):
    _each(made, lambda number: {"id": f"Xy{number}_", "outputId": "ab"}, identified=False)
    made["nbformat_minor"] = 0
    made["metadata"] = {
        "colab": {"provenance": [], "toc_visible": True},
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "accelerator": "GPU",
        "widgets": {"application/vnd.jupyter.widget-state+json": {"a": {"model_module": "x"}}},
    }


def jupyterlab_3(made, _):
    executed = {"iopub.execute_input": "2021-01-01T00:00:00.000Z"}
    _each(made, lambda _: {"execution": executed, "jupyter": {"outputs_hidden": True}})
    made["metadata"] |= {"toc-showcode": False, "toc-autonumbering": True}


def classic(made, _):
    timed = {"end_time": "2020-01-01T00:00:00.0Z", "start_time": "x"}
    _each(made, lambda _: {"collapsed": False, "ExecuteTime": timed}, identified=False)
    made["nbformat_minor"] = 4
    made["metadata"] |= {"toc": {"base_numbering": 1}, "celltoolbar": "Create Assignment"}


def kaggle(made, _):
    _each(made, lambda n: {"trusted": True, "_uuid": f"8f2839f25d{n:030}"}, identified=False)
    made["nbformat_minor"] = 4
    made["metadata"] |= {"kaggle": {"accelerator": "none", "dataSources": []}}


def deepnote(made, _):
    _each(made, lambda n: {"cell_id": f"{n:08}-abc", "source_hash": "b623e53d", "tags": []})
    for number, cell in enumerate(made["cells"]):
        cell["id"] = f"{number:032x}"
    made["metadata"] |= {"deepnote_notebook_id": "x", "deepnote_execution_queue": []}


def jupytext(made, _):
    _each(made, lambda _: {"lines_to_next_cell": 2})
    made["metadata"] |= {"jupytext": {"formats": "ipynb,py:percent"}}


def windows(made, _):
    for cell in made["cells"]:
        cell["source"] = "".join(cell["source"]).replace("\n", "\r\n")


def tabs(made, _):
    for name in ("standardize", "one_hot"):
        cell = cell_of(made, name)
        cell["source"] = cell["source"].replace("    ", "\t") + "  \n\n\t\n"


def lines(made, _):
    for cell in made["cells"]:
        cell["source"] = "".join(cell["source"]).splitlines(keepends=True)


def no_number(made, _):
    made["metadata"]["x"] = float("nan")


def _each(made: Any, metadata: Callable[[int], dict[str, Any]], *, identified: bool = True) -> None:
    for number, cell in enumerate(made["cells"]):
        cell["metadata"].update(metadata(number))
        if not identified:
            cell.pop("id", None)


EDITORS = {
    change.__name__: change
    for change in (
        *(vs_code, colab, jupyterlab_3, classic, kaggle, deepnote, jupytext),
        *(windows, tabs, lines, no_number),
    )
}

# ------------------------------------------------------------------------- habits

_NAME = "def one_hot(labels, n_classes):\n"
_ONE = "    return np.eye(n_classes)[:, labels]\n"
_HELPER = "import numpy as np\ndef helper(labels, n):\n    return np.eye(n)[:, labels]\n"
# What stands in the exercise's cell.
ANSWERS = {
    "package": (f"from tools.hot import helper\n{_NAME}    return helper(labels, n_classes)"),
    "bare_package": (f"import tools.hot as t\n{_NAME}    return t.helper(labels, n_classes)"),
    "data_file": (f"eye = np.loadtxt('data/eye.txt')\n{_NAME}{_ONE}"),
    "run_file": (f"%run helpers.py\n{_NAME}    return helper(labels, n_classes)"),
    "progress_bar": (
        f"from tqdm import tqdm\n{_NAME}"
        "    out = np.zeros((n_classes, len(labels)))\n"
        "    for i in tqdm(range(len(labels))):\n"
        "        out[labels[i], i] = 1\n"
        "    return out"
    ),
    "warns": (f"import warnings\n{_NAME}    warnings.warn('slow')\n{_ONE}"),
    "warns_by_numpy": (f"{_NAME}    np.log(np.zeros(1))\n{_ONE}"),
    "prints": (f"{_NAME}    for i in range(3000): print('line', i, labels)\n{_ONE}"),
    "logs": (
        f"import logging\nlogging.basicConfig(level=10)\n{_NAME}    logging.info('x')\n{_ONE}"
    ),
    "typed": (
        "from __future__ import annotations\nfrom typing import Optional\n"
        "import numpy.typing as npt\n"
        "def one_hot(labels: npt.NDArray[np.int_], n_classes: Optional[int] = None)"
        f" -> npt.NDArray[np.float64]:\n{_ONE}"
    ),
    "decorated": (
        "import functools, time\ndef timed(f):\n    @functools.wraps(f)\n"
        "    def inner(*a, **k):\n        s = time.perf_counter()\n        r = f(*a, **k)\n"
        f"        print(time.perf_counter() - s)\n        return r\n    return inner\n"
        f"@timed\n{_NAME}{_ONE}"
    ),
    "callable_object": (
        "class Hot:\n    def __call__(self, labels, n_classes):\n"
        "        return np.eye(n_classes)[:, labels]\none_hot = Hot()"
    ),
    "method": (
        "class Hot:\n    def encode(self, labels, n_classes):\n"
        "        return np.eye(n_classes)[:, labels]\none_hot = Hot().encode"
    ),
    "partial": (
        "from functools import partial\ndef h(scale, labels, n_classes):\n"
        "    return scale * np.eye(n_classes)[:, labels]\none_hot = partial(h, 1.0)"
    ),
    "lambda": ("one_hot = lambda labels, n_classes: np.eye(n_classes)[:, labels]"),
    "cached": (
        "calls = 0\ncache = {}\n"
        f"{_NAME}    global calls\n    calls += 1\n    key = (tuple(labels), n_classes)\n"
        "    if key not in cache: cache[key] = np.eye(n_classes)[:, labels]\n"
        "    return cache[key].copy()"
    ),
    "draws_in_a_call": (
        "import matplotlib.pyplot as plt\n"
        f"{_NAME}    plt.figure(); plt.imshow(np.eye(3)); plt.show()\n{_ONE}"
    ),
    "main_guard": (f"{_NAME}{_ONE}if __name__ == '__main__':\n    print(one_hot([0, 1], 2))"),
    "other_library_if_there": (
        "try:\n    import cupy as xp\nexcept ImportError:\n    xp = np\n"
        f"{_NAME}    return xp.eye(n_classes)[:, labels]"
    ),
    "withheld_if_there": (
        "try:\n    from scipy.special import expit\nexcept ImportError:\n    expit = None\n"
        f"{_NAME}{_ONE}"
    ),
    "unicode": (
        "# решение 解 🎉\ndef eins_heiß(λ, n):\n    return np.eye(n)[:, λ]\none_hot = eins_heiß"
    ),
    "data_class": (
        "from dataclasses import dataclass\n@dataclass\nclass P:\n    n: int\n"
        f"{_NAME}    return np.eye(P(n_classes).n)[:, labels]"
    ),
    "threads": (
        "from concurrent.futures import ThreadPoolExecutor\n"
        f"{_NAME}    with ThreadPoolExecutor(2) as p:\n"
        "        cols = list(p.map(lambda k: np.eye(n_classes)[k], labels))\n"
        "    return np.array(cols).T.reshape(n_classes, len(labels))"
    ),
    "match": (
        f"{_NAME}    match n_classes:\n        case _ if (n := n_classes):\n"
        "            return np.eye(n)[:, labels]"
    ),
    "generator": (
        "def cols(labels, n):\n    for k in labels:\n        e = np.zeros(n); e[k] = 1\n"
        f"        yield e\n{_NAME}    if not len(labels): return np.zeros((n_classes, 0))\n"
        "    return np.stack(list(cols(labels, n_classes)), axis=1)"
    ),
    "fortran_order": (f"{_NAME}    return np.asfortranarray(np.eye(n_classes)[:, labels])"),
    "errors_raised": (f"np.seterr(all='raise')\n{_NAME}{_ONE}"),
    "time_magic": (f"%%time\n{_NAME}{_ONE}"),
    "capture": (f"%%capture out\n{_NAME}{_ONE}"),
    "autoreload": (f"%load_ext autoreload\n%autoreload 2\n{_NAME}{_ONE}"),
}
# And what lies beside the notebook.
FILES = {
    "package": {"tools/__init__.py": "", "tools/hot.py": _HELPER},
    "bare_package": {"tools/hot.py": _HELPER},
    "data_file": {"data/eye.txt": "1 0\n0 1\n"},
    "run_file": {"helpers.py": _HELPER},
}
# A cell above everything.
ABOVE = {
    "configuration": "%config InlineBackend.figure_format = 'retina'\n%precision 3\n%xmode Minimal",
    "line_magics": "!pip list | head -3\n%env FOO=1\n%cd .\n%pwd\n%ls\n%who",
    "star_imports": "from numpy import *\nfrom math import *",
    "seeds": "import numpy as np, random\nnp.random.seed(0); random.seed(0)",
    "paths": (
        "import sys, os\nsys.path.append('..'); sys.path.insert(0, os.getcwd())\n"
        "os.makedirs('out', exist_ok=True)\nopen('out/log.txt', 'w').write('x')"
    ),
    "another_folder": "import os\nos.chdir('..')",
    "styles": (
        "import matplotlib.pyplot as plt\nplt.style.use('ggplot')\n"
        "plt.rcParams['figure.figsize'] = (10, 4)\n%matplotlib notebook"
    ),
    "print_options": (
        "import numpy as np\nnp.set_printoptions(precision=2, suppress=True, threshold=5)"
    ),
    "no_warnings": "import warnings\nwarnings.filterwarnings('ignore')",
}
# A cell below the exercise's.
BELOW = {
    "timeit": "%timeit -n1 -r1 one_hot(np.array([0]), 2)",
    "profiled": "%prun -q one_hot(np.array([0]), 2)",
    "progress_widget": "from tqdm.notebook import tqdm\nfor i in tqdm(range(3)): pass",
    "input": "name = input('your name? ')\nprint(name)",
    "awaits": "import asyncio\nawait asyncio.sleep(0.01)\nawait asyncio.gather()",
    "widgets": "from ipywidgets import interact\n@interact(x=(0, 5))\ndef show(x=1):\n    print(x)",
    "own_tests": (
        "import unittest\nclass T(unittest.TestCase):\n    def test_a(self):\n"
        "        self.assertEqual(one_hot(np.array([0]), 2).shape, (2, 1))\n"
        "unittest.main(argv=[''], exit=False)"
    ),
    "doctest": "import doctest\ndoctest.testmod(verbose=True)",
    "error": "1/0",
    "syntax_error": "x = (",
    "recursion": "def r(): return r()\nr()",
    "bash": "%%bash\necho hi\nls",
    "html": "%%html\n<b>x</b>",
    "javascript": "%%javascript\nalert(1)",
    "latex": "%%latex\n$x$",
    "written_file": "%%writefile my.py\nx = 1",
    "exit": "import sys\nsys.exit()",
    "quit": "exit()",
    "empty": "   \n",
}


def _answered(source, files):
    def change(made, folder: Path):
        cell_of(made, "one_hot")["source"] = source
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")

    return change


def _above(source):
    return lambda made, _: made["cells"].insert(0, code(source))


def _below(source):
    def change(made, _):
        place = [grade_id(each) for each in made["cells"]].index("one_hot")
        made["cells"].insert(place + 1, code(source))

    return change


FORMS: dict[str, Callable[[Any, Path], object]] = {
    **EDITORS,
    **{name: _answered(source, FILES.get(name, {})) for name, source in ANSWERS.items()},
    **{f"above_{name}": _above(source) for name, source in ABOVE.items()},
    **{f"below_{name}": _below(source) for name, source in BELOW.items()},
}

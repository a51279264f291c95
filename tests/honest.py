"""Honest work as it is really handed in: situations that public reports of nbgrader describe.

`LESSONS` are submissions of lesson 00 in which every exercise is solved; `NOTEBOOKS` are
the notebooks of an ordinary assignment, as the instructor writes them.
"""

from __future__ import annotations

import base64
import copy
import io
import os
import random
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from PIL import Image

from grader import sample
from tests.conftest import COURSE, load
from tests.corpus.case import cell_of, code, grade_id
from tests.honest_forms import FORMS, SAMPLE

LESSON = "00_start_here"
NAME = f"{LESSON}.ipynb"
QUESTION, ANSWER = "derive_broadcast_shape", "answer_derive_broadcast_shape"
ANSWERED = "The shape is (m, m): row i, column j is P[i] - T[j], so the mean is over all pairs."
HELPER = "def helper(labels, n):\n    return np.eye(n)[:, labels]"
HELPED = "def one_hot(labels, n_classes):\n    return helper(labels, n_classes)"
BIG = "1,2,3,4,5,6,7\n" * 1_647_762  # 22 MiB, more than the box's wire takes
KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def picture(width: int = 4) -> str:
    """Return a PNG in base64; what is random cannot be made small."""
    pixels = random.Random(0).randbytes(3 * width * width)
    held = io.BytesIO()
    Image.frombytes("RGB", (width, width), pixels).save(held, "PNG")
    return base64.b64encode(held.getvalue()).decode()


def solved():
    """Return the lesson with every exercise solved and the question answered."""
    lesson = load(LESSON)
    return sample.notebook(COURSE, lesson, {**sample.right(lesson), QUESTION: ANSWERED})


def answer_of(made):
    return next(cell for cell in made["cells"] if cell["id"] == ANSWER)


def behind(made, name, cell):
    """Put a cell of the student's own behind the one with a grade_id."""
    place = [grade_id(each) for each in made["cells"]].index(name)
    made["cells"].insert(place + 1, cell)


# ------------------------------------------------------------------------- lesson 00


def photo_in_the_answer(made, _):
    answer_of(made)["source"] = "By hand:\n\n![image.png](attachment:image.png)"
    answer_of(made)["attachments"] = {"image.png": {"image/png": picture()}}


def photo_in_an_own_cell(made, _):
    own = {"cell_type": "markdown", "id": "own", "metadata": {}, "source": "![](attachment:a)"}
    behind(made, QUESTION, {**own, "attachments": {"a": {"image/png": picture()}}})


def ids_renumbered(made, _):
    for number, cell in enumerate(made["cells"]):
        cell["id"] = str(number)


def ids_dropped(made, _):
    for cell in made["cells"]:
        del cell["id"]


def pasted_photo(made, _):
    answer_of(made)["source"] = f"By hand: ![image.png](data:image/png;base64,{picture()})"


def pasted_large_photo(made, _):
    answer_of(made)["source"] = f"By hand: ![image.png](data:image/png;base64,{picture(360)})"


def matplotlib_inline(made, _):
    cell = cell_of(made, "one_hot")
    cell["source"] = f"%matplotlib inline\n{cell['source']}"


def name_reused_below(made, _):
    made["cells"].append(code("one_hot = one_hot(np.array([0, 1]), 2)\nsum = 0"))


def helper_reused_below(made, _):
    cell_of(made, "one_hot")["source"] = f"{HELPER}\n\n{HELPED}"
    made["cells"].append(code("def helper(x, y, z):\n    return 0"))


def another_name(_made, _folder):
    return f"{LESSON} (1).ipynb"


def shell_line(made, _):
    cell = cell_of(made, "one_hot")
    cell["source"] = f"!pip install -q numpy\n{cell['source']}"


def below_the_stub(made, _):
    cell, lesson = cell_of(made, "one_hot"), load(LESSON)
    released = {c.name: text for c, text in zip(lesson.cells, lesson.released, strict=True)}
    behind(made, "one_hot", code(cell["source"]))
    cell["source"] = released["one_hot"]


def own_module(made, folder):
    (folder / "helpers.py").write_text(f"import numpy as np\n\n\n{HELPER}\n", encoding="utf-8")
    cell_of(made, "one_hot")["source"] = f"from helpers import helper\n\n\n{HELPED}"


def no_time(_, folder):
    (folder / "timestamp.txt").write_text("yesterday, I think", encoding="utf-8")


# Each changes the notebook or the folder, and may return another name for the notebook.
LESSONS: dict[str, Callable] = {
    change.__name__: change
    for change in (
        *(photo_in_the_answer, photo_in_an_own_cell, ids_renumbered, ids_dropped),
        *(pasted_photo, pasted_large_photo, matplotlib_inline, name_reused_below),
        *(helper_reused_below, another_name, shell_line, below_the_stub, own_module, no_time),
    )
} | {name: FORMS[name] for name in (FORMS if os.environ.get("ALL") else SAMPLE)}
# nbgrader itself takes no notebook of another name, and stops at a time that is none.
NOT_IN_STOCK = ("another_name", "no_time")


def hand_in(name: str, folder: Path) -> Path:
    """Write one of `LESSONS` into a folder; return its notebook's path."""
    folder.mkdir(parents=True, exist_ok=True)
    made = copy.deepcopy(solved())
    path = folder / (LESSONS[name](made, folder) or NAME)
    path.write_text(sample.text(made), encoding="utf-8")
    return path


# -------------------------------------------------------------- an ordinary assignment


def locked(name, source):
    return _cell(name, source, locked=True)


def given(name, source):
    return _cell(name, source)


def solution(name, source):
    return _cell(name, f"### BEGIN SOLUTION\n{source}\n### END SOLUTION", solution=True)


def scored(name, source, points):
    return _cell(name, source, grade=True, locked=True, points=points)


def drawn(name, source):
    """Return a cell that a person marks."""
    shown = f"### BEGIN SOLUTION\n{source}\n### END SOLUTION"
    return _cell(name, shown, grade=True, solution=True, points=3)


def _cell(name, source, make=new_code_cell, **metadata):
    made = make(source, id=name.replace("_", "-"))
    about = {"grade": False, "locked": False, "solution": False, "task": False}
    made.metadata["nbgrader"] = {**about, "grade_id": name, "schema_version": 3, **metadata}
    return made


NOTEBOOKS = {
    "inline": [
        locked(
            "imports", "%matplotlib inline\nimport numpy as np\nimport matplotlib.pyplot as plt"
        ),
        drawn("draw", "plt.plot([1, 2, 3], [1, 4, 9])\nplt.show()"),
        solution("square", "def square(x):\n    return np.square(x)"),
        scored("test_square", "assert square(3) == 9\nassert np.all(square(np.ones(2)) == 1)", 5),
    ],
    "names": [
        solution("imp", "import numpy as np"),
        scored("test_imp", "assert 'np' in globals(), 'import numpy as np'", 1),
        scored("test_warm", "assert 'warm' not in globals()", 1),
    ],
    "data": [
        locked("load", "rows = sum(1 for _ in open('big.csv'))"),
        solution("ok", "def ok(n):\n    return n > 1000"),
        scored("test_ok", "assert ok(rows)", 4),
    ],
    "libraries": [
        locked(
            "imports",
            "import numpy as np\nfrom scipy import stats\n"
            "from sklearn.linear_model import LinearRegression",
        ),
        solution(
            "slope",
            "def slope(x, y):\n"
            "    return LinearRegression().fit(x.reshape(-1, 1), y).coef_[0]\n"
            "def scores(x):\n"
            "    return stats.zscore(x)",
        ),
        scored("test_slope", "x = np.arange(5.0)\nassert abs(slope(x, 2 * x) - 2) < 1e-9", 5),
        scored("test_scores", "assert abs(scores(np.arange(5.0)).mean()) < 1e-9", 5),
    ],
    "plots": [
        locked("imports", "import matplotlib.pyplot as plt"),
        drawn("draw", "plt.plot([1, 2, 3], [1, 4, 9])\nplt.title('mine');"),
        drawn("show", "plt.plot([1, 2, 3], [1, 4, 9])\nplt.show()"),
        drawn("fig", "fig, ax = plt.subplots(); ax.plot([1, 2]); fig"),
    ],
    "rich": [
        locked("imports", "from IPython.display import HTML, Latex, Markdown, SVG, display"),
        drawn(
            "rich",
            "display(HTML('<b>bold</b>')); display(Latex('$x^2$')); display(Markdown('**md**'))\n"
            "SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"/>')",
        ),
    ],
    "shell": [
        locked("imports", "!pip --version\nimport numpy as np"),
        solution("words", "words = !cat words.txt | wc -w\nwords = int(words[0])"),
        scored("test_words", "assert words == 3", 2),
        scored(
            "test_sub",
            "import subprocess, sys\n"
            "done = subprocess.run([sys.executable, '-c', 'print(6 * 7)'], capture_output=True)\n"
            "assert done.stdout.strip() == b'42'",
            2,
        ),
        scored(
            "test_pool",
            "from concurrent.futures import ProcessPoolExecutor\n"
            "import math\n"
            "with ProcessPoolExecutor(2) as pool:\n"
            "    assert list(pool.map(math.sqrt, [4, 9])) == [2, 3]",
            2,
        ),
    ],
    "answers": [
        _cell("q", "Explain with a drawing.", new_markdown_cell, locked=True),
        _cell(
            "essay",
            "### BEGIN SOLUTION\nsee drawing\n### END SOLUTION",
            new_markdown_cell,
            grade=True,
            solution=True,
            points=4,
        ),
    ],
}


def write_assignment(folder: Path) -> None:
    """Write the source of the ordinary assignment into a folder."""
    folder.mkdir(parents=True)
    (folder / "big.csv").write_text(BIG, encoding="ascii")
    (folder / "words.txt").write_text("one two three\n", encoding="ascii")
    for name, cells in NOTEBOOKS.items():
        nbformat.write(new_notebook(cells=cells, metadata=KERNEL), folder / f"{name}.ipynb")

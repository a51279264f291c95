"""From a lesson's source to its notebooks: an author's mistakes, and bytes that never vary."""

import ast
import json
import re
import runpy
import shutil
import sys
import threading
import types
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from grader.course import loading
from grader.course.cells import Kind
from grader.course.folders import Course
from grader.course.hidden import hidden_files
from grader.course.loading import load
from grader.course.notebook import text_of
from grader.course.source import parse
from grader.errors import AuthorError
from tests import classroom
from tests.conftest import LESSONS, ROOT

FIRST = '''\
# %% [markdown]
# # A first lesson
#
# Its prose, with a formula: $y = 2 x$.

# %% setup="imports"
import numpy as np

# %% explore="a picture"
print(np.arange(3))

# %% solution="double"
def double(x):
    """Return 2 x."""
    ### BEGIN SOLUTION
    return 2 * np.asarray(x)
    ### END SOLUTION

# %% test="double" points=4
assert double(np.ones(2)).shape == (2,), "double keeps the shape"

# %% solution="quadruple"
def quadruple(x):
    """Return 4 x."""
    ### BEGIN SOLUTION
    return double(double(x))
    ### END SOLUTION

# %% test="quadruple" points=2.5
assert quadruple(1.0) == 4.0, "4 times 1 is 4"

# %% [markdown]
# Why does doubling twice make four?

# %% [markdown] manual="derive_four" points=3
# Write your derivation into the next cell.
#
# ### BEGIN SOLUTION
# Because 2 times 2 is 4.
# ### END SOLUTION
#
# ### BEGIN MARK SCHEME
# One point for each 2, one for the 4.
# ### END MARK SCHEME
'''

DOUBLE_HIDDEN = '''\
"""Hidden cases and known mistakes of the first exercise."""

from hidden.drawing import number

from grader.exercise import Case, exercise

asked = exercise("double")


@asked.cases
def vectors(rng):
    yield Case(rng.normal(size=3), group="a vector")
    yield Case(number(rng), group="a number")


asked.mistake("squared", answer=lambda x: x**2, hint="Is 3 doubled 9?")
'''

QUADRUPLE_HIDDEN = '''\
"""Hidden cases and known mistakes of the second exercise."""

from hidden.drawing import number

from grader.exercise import Case, exercise

asked = exercise("quadruple", builds_on=("double",))


@asked.cases
def numbers(rng):
    yield Case(number(rng), group="a number")


asked.mistake("doubled once", answer=lambda x: 2 * x, hint="How often is it doubled?")
'''

DRAWING = '''\
"""What both exercises draw."""

from solution import np


def number(rng):
    return float(np.abs(rng.normal()))
'''

SECOND = '''\
# %% setup="imports"
import numpy as np
from earlier import double, quadruple

# %% solution="octuple"
def octuple(x):
    """Return 8 x."""
    ### BEGIN SOLUTION
    return double(quadruple(x))
    ### END SOLUTION

# %% test="octuple" points=4
assert octuple(1.0) == 8.0, "8 times 1 is 8"
'''

SECOND_HIDDEN = '''\
"""Hidden cases and known mistakes of the second lesson."""

from grader.exercise import Case, cases, mistake
from solution import octuple


@cases("octuple")
def numbers(rng):
    yield Case(float(rng.normal()), group="a number")


mistake("octuple", name="minus", answer=lambda x: -octuple(x), hint="Look at the sign.")
'''

SOURCES = {
    "solutions/00_first/lesson.py": FIRST,
    "solutions/00_first/hidden/double.py": DOUBLE_HIDDEN,
    "solutions/00_first/hidden/drawing.py": DRAWING,
    "solutions/00_first/hidden/quadruple.py": QUADRUPLE_HIDDEN,
    "solutions/01_second/lesson.py": SECOND,
    "solutions/01_second/hidden.py": SECOND_HIDDEN,
}
GENERATED = (
    "solutions/00_first/00_first.ipynb",
    "notebooks/00_first/00_first.ipynb",
    "solutions/01_second/01_second.ipynb",
    "notebooks/01_second/01_second.ipynb",
    "solutions/01_second/earlier.py",
    "notebooks/01_second/earlier.py",
)


def make_course(root):
    for name, text in SOURCES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    return root


@pytest.fixture
def course(tmp_path):
    """A small course with two lessons, not built yet."""
    return make_course(tmp_path / "course")


def snapshot(root):
    """Return the content of every file below root."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} must stand in {path.name} once"
    path.write_text(text.replace(old, new), encoding="utf-8")


def line_of(path, needle):
    """Return the number of the one line that holds needle, from 1."""
    lines = path.read_text(encoding="utf-8").splitlines()
    (number,) = [i for i, line in enumerate(lines, start=1) if needle in line]
    return number


@pytest.fixture
def build(typed):
    """Run `grader build ...` in a course, without the cost of a process: (exit code, out, err)."""
    return lambda course, *words: typed(course, "build", *words)


def run_grader(course, *words, **more):
    """Run the real command in a process of its own."""
    return classroom.program(Course(root=course), "grader", *words, **more)


# ------------------------------------------------------------- authors' mistakes


@dataclass(frozen=True, kw_only=True)
class Slip:
    """One author's mistake: the edit that makes it, and the message that it deserves.

    After the edit, `at` stands in one line; the message must name the line `plus` further
    down.  Where the message names a second line, `{}` in it, that one holds `first`.
    """

    file: str = "solutions/00_first/lesson.py"
    shown_in: str = ""
    old: str
    new: str
    at: str
    plus: int = 0
    first: str = ""
    what: str
    fix: str

    def make(self, course):
        """Make the mistake in a course; return the message."""
        edit(course / self.file, self.old, self.new)
        path = course / self.place
        line = line_of(path, self.at) + self.plus
        what = self.what.format(line_of(path, self.first)) if self.first else self.what
        return f"{self.place}:{line}: {what}\n  fix: {self.fix}"

    @property
    def place(self):
        """The file that the message must name: where the author can mend it."""
        return self.shown_in or self.file


TAG = (
    'write one tag with its name in double quotes, and points as a number: test="softmax" points=4'
)
IN_A_LESSON = {
    "an open region": Slip(
        old="    return 2 * np.asarray(x)\n    ### END SOLUTION\n",
        new="    return 2 * np.asarray(x)\n",
        at="    return 2 * np.asarray(x)",
        plus=-1,
        what="solution region is never closed",
        fix="add '### END SOLUTION' before the next '# %%'",
    ),
    "an open mark scheme": Slip(
        old="# ### END MARK SCHEME\n",
        new="",
        at="### BEGIN MARK SCHEME",
        what="mark scheme region is never closed",
        fix="add '### END MARK SCHEME' before the next '# %%'",
    ),
    "a region that was never opened": Slip(
        old="    ### BEGIN SOLUTION\n    return double(",
        new="    return double(",
        at="    return double(double(x))",
        plus=1,
        what="'### END SOLUTION' closes nothing",
        fix="add '### BEGIN SOLUTION' before it, or remove it",
    ),
    "a marker beside code": Slip(
        old="    ### BEGIN SOLUTION\n    return double(",
        new="    pass  ### BEGIN SOLUTION here\n    return double(",
        at="BEGIN SOLUTION here",
        what="not quite a region marker: 'pass  ### BEGIN SOLUTION here'",
        fix="write '### BEGIN SOLUTION' alone on its line, and END likewise",
    ),
    "a solution region in a setup cell": Slip(
        old="import numpy as np\n",
        new="import numpy as np\n### BEGIN SOLUTION\na_secret = 1\n### END SOLUTION\n",
        at="a_secret",
        plus=-1,
        what="solution region in a setup cell",
        fix="solution regions stand in solution and manual cells, mark schemes in manual cells, "
        "and hidden tests in hidden/",
    ),
    "hidden tests written by hand": Slip(
        old='assert quadruple(1.0) == 4.0, "4 times 1 is 4"\n',
        new="### BEGIN HIDDEN TESTS\nassert quadruple(2.0) == 8.0\n### END HIDDEN TESTS\n",
        at="### BEGIN HIDDEN TESTS",
        what="hidden tests region in a test cell",
        fix="solution regions stand in solution and manual cells, mark schemes in manual cells, "
        "and hidden tests in hidden/",
    ),
    "an id used twice": Slip(
        old='# %% test="quadruple" points=2.5',
        new='# %% test="double" points=2.5',
        at='# %% test="double" points=2.5',
        first='# %% test="double" points=4',
        what="test 'double' is used twice, first in line {}",
        fix="give each cell a name of its own",
    ),
    "an exercise and a derivation with one id": Slip(
        old='manual="derive_four"',
        new='manual="double"',
        at='manual="double"',
        first='# %% solution="double"',
        what="manual 'double' has the cell id 'double' of solution 'double' in line {}",
        fix="give each cell a name of its own",
    ),
    "two names that make one cell id": Slip(
        old='# %% explore="a picture"',
        new='# %% explore="a-picture"\nprint(1)\n\n# %% explore="a picture"',
        at='# %% explore="a picture"',
        first='# %% explore="a-picture"',
        what="explore 'a picture' has the cell id 'explore_a-picture' of explore 'a-picture' "
        "in line {}",
        fix="give each cell a name of its own",
    ),
    "a test without points": Slip(
        old='# %% test="double" points=4',
        new='# %% test="double"',
        at='# %% test="double"',
        what="test cell 'double' has no points",
        fix="write '# %% test=\"double\" points=4'",
    ),
    "a test with no points to win": Slip(
        old='# %% test="double" points=4',
        new='# %% test="double" points=0',
        at='# %% test="double"',
        what="test cell 'double' has no points",
        fix="write '# %% test=\"double\" points=4'",
    ),
    "a derivation without points": Slip(
        old='manual="derive_four" points=3',
        new='manual="derive_four"',
        at='manual="derive_four"',
        what="manual cell 'derive_four' has no points",
        fix="write '# %% manual=\"derive_four\" points=4'",
    ),
    "points on a solution": Slip(
        old='# %% solution="double"',
        new='# %% solution="double" points=4',
        at='# %% solution="double"',
        what="solution cell 'double' carries points",
        fix="points stand on test and manual cells",
    ),
    "a test without an exercise": Slip(
        old='# %% test="quadruple" points=2.5',
        new='# %% test="triple" points=2.5',
        at='# %% test="triple"',
        what="test 'triple' has no exercise",
        fix="add a '# %% solution=\"triple\"' cell before it",
    ),
    "an exercise without a test": Slip(
        old='# %% test="quadruple" points=2.5\nassert quadruple(1.0) == 4.0, "4 times 1 is 4"\n',
        new="",
        at='# %% solution="quadruple"',
        what="exercise 'quadruple' has no test",
        fix="add a '# %% test=\"quadruple\" points=4' cell after it",
    ),
    "a stub without a region": Slip(
        old="    ### BEGIN SOLUTION\n    return double(double(x))\n    ### END SOLUTION\n",
        new="    return double(double(x))\n",
        at='# %% solution="quadruple"',
        what="the stub of 'quadruple' would not raise: it has no solution region",
        fix="put the body between '### BEGIN SOLUTION' and '### END SOLUTION'",
    ),
    "a stub that returns first": Slip(
        old='    """Return 4 x."""\n',
        new='    """Return 4 x."""\n    if x == 0:\n        return 0.0\n',
        at='# %% solution="quadruple"',
        what="the stub of 'quadruple' would not raise: code outside the region returns first",
        fix="move every return and every branch into the solution region",
    ),
    "a stub that raises in one branch only": Slip(
        old="    ### BEGIN SOLUTION\n    return double(double(x))\n    ### END SOLUTION\n",
        new="    if x > 0:\n        ### BEGIN SOLUTION\n        x = double(x)\n"
        "        ### END SOLUTION\n    return x\n",
        at='# %% solution="quadruple"',
        what="the stub of 'quadruple' would not raise: code outside the region returns first",
        fix="move every return and every branch into the solution region",
    ),
    "a stub that catches its own exception": Slip(
        old="    ### BEGIN SOLUTION\n    return double(double(x))\n    ### END SOLUTION\n",
        new="    try:\n        ### BEGIN SOLUTION\n        return double(double(x))\n"
        "        ### END SOLUTION\n    except Exception:\n        return 4.0\n",
        at='# %% solution="quadruple"',
        what="the stub of 'quadruple' would not raise: code outside the region returns first",
        fix="move every return and every branch into the solution region",
    ),
    "a stub that is a generator": Slip(
        old="    return double(double(x))\n    ### END SOLUTION\n",
        new="    ### END SOLUTION\n    yield 4 * x\n",
        at='# %% solution="quadruple"',
        what="the stub of 'quadruple' would not raise: code outside the region returns first",
        fix="move every return and every branch into the solution region",
    ),
    "a region in a helper only": Slip(
        old="def quadruple(x):\n",
        new="def quadruple(x):\n    return 4 * x\n\ndef helper(x):\n",
        at='# %% solution="quadruple"',
        what="the stub of 'quadruple' would not raise: code outside the region returns first",
        fix="move every return and every branch into the solution region",
    ),
    "a tag that differs from the function": Slip(
        old="def quadruple(x):",
        new="def fourfold(x):",
        at='# %% solution="quadruple"',
        what="solution 'quadruple' does not define 'quadruple'",
        fix="name the tag after the function or class",
    ),
    "a code cell without a tag": Slip(
        old='# %% explore="a picture"',
        new="# %%",
        at="print(np.arange(3))",
        plus=-1,
        what="code cell without a tag",
        fix='write \'# %% setup="name"\' if it is graded with, or explore="name" if it is not',
    ),
    "an unknown tag": Slip(
        old='# %% explore="a picture"',
        new='# %% exlpore="a picture"',
        at="exlpore",
        what="unknown cell tag 'exlpore'",
        fix="use setup, explore, solution, test, manual or points",
    ),
    "a tag without quotes": Slip(
        old='# %% explore="a picture"',
        new="# %% explore=picture",
        at="# %% explore=picture",
        what="cannot read the cell's tags: 'explore=picture'",
        fix=TAG,
    ),
    "a title in place of a tag": Slip(
        old='# %% explore="a picture"',
        new="# %% a picture",
        at="# %% a picture",
        what="cannot read the cell's tags: 'a picture'",
        fix=TAG,
    ),
    "two tags": Slip(
        old='# %% explore="a picture"',
        new='# %% explore="a picture" setup="too"',
        at='setup="too"',
        what="cell is tagged setup and explore",
        fix="give it one tag",
    ),
    "a derivation in a code cell": Slip(
        old='# %% [markdown] manual="derive_four"',
        new='# %% manual="derive_four"',
        at='manual="derive_four"',
        what="manual cell 'derive_four' is a code cell",
        fix="manual tags a [markdown] cell",
    ),
    "an id that is not a name": Slip(
        old='# %% test="double" points=4',
        new='# %% test="the double" points=4',
        at='test="the double"',
        what="exercise id 'the double' is not a name",
        fix="use the function's name",
    ),
    "a setup cell whose name is no id": Slip(
        old='# %% setup="imports"',
        new='# %% setup="two words"',
        at='setup="two words"',
        what="the name of setup cell 'two words' is no id",
        fix="use letters, digits, - and _ alone",
    ),
    "a name that is a number": Slip(
        old='# %% setup="imports"',
        new="# %% setup=5",
        at="setup=5",
        what="cannot read the cell's tags: 'setup=5'",
        fix=TAG,
    ),
    "a name that is a list": Slip(
        old='# %% test="double" points=4',
        new='# %% test=["double"] points=4',
        at="points=4",
        what="cannot read the cell's tags: \"test=['double']\"",
        fix=TAG,
    ),
    "an empty name": Slip(
        old='# %% explore="a picture"',
        new='# %% explore=" "',
        at='explore=" "',
        what="cannot read the cell's tags: \"explore=' '\"",
        fix=TAG,
    ),
    "points in quotes": Slip(
        old='# %% test="double" points=4',
        new='# %% test="double" points="4"',
        at='points="4"',
        what="test cell 'double' has no points",
        fix="write '# %% test=\"double\" points=4'",
    ),
    "points that are no number": Slip(
        old='# %% test="double" points=4',
        new='# %% test="double" points=NaN',
        at="points=NaN",
        what="test cell 'double' has no points",
        fix="write '# %% test=\"double\" points=4'",
    ),
    "points without end": Slip(
        old='manual="derive_four" points=3',
        new='manual="derive_four" points=Infinity',
        at="points=Infinity",
        what="manual cell 'derive_four' has no points",
        fix="write '# %% manual=\"derive_four\" points=4'",
    ),
    "a syntax error in a setup cell": Slip(
        old="import numpy as np\n",
        new="\nimport math\nimport numpy as as np\n",
        at="import numpy as as np",
        what="not Python: invalid syntax",
        fix="make the cell run on its own",
    ),
    "a syntax error in a cell to try out": Slip(
        old="print(np.arange(3))\n",
        new="print(np.arange(3)\n",
        at="print(np.arange(3)",
        what="not Python: '(' was never closed",
        fix="make the cell run on its own",
    ),
    "a syntax error in a solution": Slip(
        old="    return double(double(x))\n",
        new="    y = double(x)\n    return double(y))\n",
        at="return double(y))",
        what="not Python: unmatched ')'",
        fix="make the cell run on its own",
    ),
}

BETWEEN_LESSONS = {
    "an unknown earlier name": Slip(
        file="solutions/01_second/lesson.py",
        old="from earlier import double, quadruple\n",
        new="from earlier import (\n    double,\n    quadruple,\n    triple,\n)\n",
        at="    triple,",
        what="no earlier lesson defines 'triple'",
        fix="earlier lessons define double, quadruple",
    ),
    "an earlier name that needs another": Slip(
        file="solutions/01_second/lesson.py",
        old="from earlier import double, quadruple\n",
        new="from earlier import quadruple\n",
        at="from earlier import quadruple",
        what="'quadruple' needs 'double', which is not imported",
        fix="write 'from earlier import double, quadruple'",
    ),
    "an earlier name that needs a module": Slip(
        shown_in="solutions/01_second/lesson.py",
        old="    return 2 * np.asarray(x)\n",
        new="    return math.fsum([x, x])\n",
        at="from earlier import double, quadruple",
        what="'double' needs 'math', which earlier.py does not have: "
        "of modules it imports NumPy alone, as np",
        fix="import 'math' inside the function, in 00_first/lesson.py",
    ),
}

DOUBLE = "solutions/00_first/hidden/double.py"
QUADRUPLE = "solutions/00_first/hidden/quadruple.py"
ONE_FILE = "solutions/01_second/hidden.py"

IN_HIDDEN = {
    "an exercise without hidden cases": Slip(
        file=QUADRUPLE,
        old="@asked.cases\n",
        new="",
        at="asked = exercise(",
        what="exercise 'quadruple' has no hidden cases",
        fix="declare them in a generator below @asked.cases",
    ),
    "a file that declares nothing": Slip(
        file=QUADRUPLE,
        old=QUADRUPLE_HIDDEN,
        new='"""Nothing yet."""\n',
        at='"""Nothing yet."""',
        what="exercise 'quadruple' has no hidden cases",
        fix='write asked = exercise("quadruple"), and a generator below @asked.cases',
    ),
    "an exercise without a mistake": Slip(
        file=DOUBLE,
        old='asked.mistake("squared", answer=lambda x: x**2, hint="Is 3 doubled 9?")\n',
        new="",
        at="asked = exercise(",
        what="exercise 'double' has no mistake",
        fix='add asked.mistake("...", answer=..., hint="...")',
    ),
    "an unknown exercise": Slip(
        file=DOUBLE,
        old='asked = exercise("double")\n',
        new='asked = exercise("triple")\n',
        at='exercise("triple")',
        what="unknown exercise 'triple'",
        fix="use one of double, quadruple",
    ),
    "a file of another name": Slip(
        file=DOUBLE,
        old='asked = exercise("double")\n',
        new='asked = exercise(\n    "quadruple",\n)\n',
        at="asked = exercise(",
        what="exercise 'quadruple' is declared in a file of another name",
        fix="declare it in quadruple.py: each exercise has a file of its own",
    ),
    "cases declared twice": Slip(
        file=QUADRUPLE,
        old="@asked.cases\n",
        new='@asked.cases\ndef more(rng):\n    yield Case(1.0, group="one")\n\n\n'
        "@asked.cases  # again\n",
        at="@asked.cases  # again",
        what="cases for 'quadruple' are declared twice",
        fix="join them in one generator",
    ),
    "options apart from the cases": Slip(
        file=QUADRUPLE,
        old='asked.mistake("doubled once"',
        new='exercise("quadruple", returns=("y",)).mistake("doubled once"',
        at='returns=("y",)',
        what="what 'quadruple' returns, builds on or tolerates stands apart from its cases",
        fix="say it where the exercise with the cases is named",
    ),
    "an exercise that builds on an unknown one": Slip(
        file=QUADRUPLE,
        old='builds_on=("double",)',
        new='builds_on=("triple",)',
        at="asked = exercise(",
        what="'quadruple' builds on unknown exercise 'triple'",
        fix="use one of double, quadruple",
    ),
    "an exercise that builds on a later one": Slip(
        file=DOUBLE,
        old='exercise("double")',
        new='exercise("double", builds_on=("quadruple",))',
        at="asked = exercise(",
        what="'double' builds on 'quadruple', which does not come before it",
        fix="name exercises that come earlier in the notebook",
    ),
    "a syntax error": Slip(
        file=DOUBLE,
        old="    yield Case(rng.normal(size=3), group=",
        new="    yield Case(rng.normal(size=3) group=",
        at="yield Case(rng.normal(size=3) group=",
        what="not Python: invalid syntax. Perhaps you forgot a comma?",
        fix="correct the line",
    ),
    "a syntax error in a helper": Slip(
        file="solutions/00_first/hidden/drawing.py",
        old="def number(rng):\n",
        new="def number(rng)\n",
        at="def number(rng)",
        what="not Python: expected ':'",
        fix="correct the line",
    ),
    "a helper that raises": Slip(
        file="solutions/00_first/hidden/drawing.py",
        old="def number(rng):\n",
        new="SIZES = [3, 4][2]\n\n\ndef number(rng):\n",
        at="SIZES =",
        what="raises IndexError: list index out of range",
        fix="declare only what runs",
    ),
    "a helper that is not there": Slip(
        file=DOUBLE,
        old="from hidden.drawing import",
        new="from hidden.drawings import",
        at="from hidden.drawings import",
        what="raises ModuleNotFoundError: No module named 'hidden.drawings'",
        fix="declare only what runs",
    ),
    "a mistake without an answer": Slip(
        file=DOUBLE,
        old="answer=lambda x: x**2, ",
        new="",
        at='asked.mistake("squared"',
        what="raises TypeError: Asked.mistake() missing 1 required keyword-only argument: 'answer'",
        fix="declare only what runs",
    ),
    "in one file: an exercise without hidden cases": Slip(
        file=ONE_FILE,
        old='@cases("octuple")\n',
        new="",
        at="mistake(",
        what="exercise 'octuple' has no hidden cases",
        fix="declare them in a generator below @asked.cases",
    ),
    "in one file: an exercise that is not named at all": Slip(
        file=ONE_FILE,
        old=SECOND_HIDDEN,
        new='"""Nothing yet."""\n',
        at='"""Nothing yet."""',
        what="exercise 'octuple' has no hidden cases",
        fix='write asked = exercise("octuple"), and a generator below @asked.cases',
    ),
    "in one file: an exercise without a mistake": Slip(
        file=ONE_FILE,
        old='mistake("octuple", name="minus", answer=lambda x: -octuple(x), '
        'hint="Look at the sign.")\n',
        new="",
        at='@cases("octuple")',
        what="exercise 'octuple' has no mistake",
        fix='add asked.mistake("...", answer=..., hint="...")',
    ),
    "in one file: cases for an unknown exercise": Slip(
        file=ONE_FILE,
        old='@cases("octuple")\n',
        new='@cases("triple")\ndef more(rng):\n    yield Case(1.0, group="one")\n\n\n'
        '@cases("octuple")\n',
        at='@cases("triple")',
        what="unknown exercise 'triple'",
        fix="use one of octuple",
    ),
    "in one file: a mistake in an unknown exercise": Slip(
        file=ONE_FILE,
        old='mistake("octuple"',
        new='mistake(\n    "triple", name="0", answer=lambda x: 0.0, hint="?"\n)\n'
        'mistake("octuple"',
        at='    "triple",',
        plus=-1,
        what="unknown exercise 'triple'",
        fix="use one of octuple",
    ),
    "in one file: cases declared twice": Slip(
        file=ONE_FILE,
        old='@cases("octuple")\n',
        new='@cases("octuple")\ndef more(rng):\n    yield Case(1.0, group="one")\n\n\n'
        '@cases("octuple", returns=("y",))\n',
        at='@cases("octuple", returns',
        what="cases for 'octuple' are declared twice",
        fix="join them in one generator",
    ),
    "in one file: a syntax error": Slip(
        file=ONE_FILE,
        old='    yield Case(float(rng.normal()), group="a number")\n',
        new='    yield Case(float(rng.normal(), group="a number")\n',
        at="yield Case(float(rng.normal(),",
        what="not Python: '(' was never closed",
        fix="correct the line",
    ),
}


def declared(old, new, told):
    """Return the slip of a declaration in another form than it is meant."""
    what = f"raises TypeError: {told}"
    return Slip(file=DOUBLE, old=old, new=new, at=new, what=what, fix="declare only what runs")


NAMED, YIELDED = 'exercise("double")', 'yield Case(rng.normal(size=3), group="a vector")'
MISTAKEN = 'asked.mistake("squared", answer=lambda x: x**2, hint="Is 3 doubled 9?")'
IN_ANOTHER_FORM = {
    "a name that is no text": declared(NAMED, "exercise(2)", "exercise: name is 2; expected text"),
    "one name in place of a tuple": declared(
        NAMED,
        'exercise("double", returns="dZ")',
        "exercise: returns is 'dZ'; expected a tuple of names",
    ),
    "numbers in place of names": declared(
        NAMED,
        'exercise("double", builds_on=(1, 2))',
        "exercise: builds_on is (1, 2); expected a tuple of names",
    ),
    "a number in place of a Tolerance": declared(
        NAMED,
        'exercise("double", tolerance=1e-6)',
        "exercise: tolerance is 1e-06; expected a Tolerance",
    ),
    "cases that are no generator": Slip(
        file=DOUBLE,
        old='    yield Case(rng.normal(size=3), group="a vector")\n'
        '    yield Case(number(rng), group="a number")\n',
        new='    return [Case(number(rng), group="a number")]\n',
        at="@asked.cases",
        what="raises TypeError: cases of double: cases is vectors; expected a generator: def with "
        "one argument, rng, and yield",
        fix="declare only what runs",
    ),
    "a mistake without a name": declared(
        MISTAKEN,
        MISTAKEN.replace('"squared"', '""'),
        "mistake in double: name is ''; expected text",
    ),
    "an answer that is no function": declared(
        MISTAKEN,
        MISTAKEN.replace("lambda x: x**2", "4"),
        "mistake in double: answer is 4; expected a function",
    ),
    "a hint that is no text": declared(
        MISTAKEN,
        MISTAKEN.replace('"Is 3 doubled 9?"', "None"),
        "mistake in double: hint is None; expected text",
    ),
    **{
        f"a case: {said}": declared(
            YIELDED, YIELDED.replace('group="a vector"', said), f"Case: {told}"
        )
        for said, told in {
            "group=3": "group is 3; expected text",
            'group="a", shapes=(3,)': "shapes is (3,); expected a dict by name",
            'group="a", keywords={1: 2}': "keywords is {1: 2}; expected a dict by name",
            'group="a", then=[1]': "then is [1]; expected a tuple of Call, Get and Set",
            'group="a", check="x > 0"': "check is 'x > 0'; expected a function",
            'group="a", raises="ValueError"': "raises is 'ValueError'; expected an exception",
            'group="a", tolerance=0.1': "tolerance is 0.1; expected a Tolerance",
            'group="a", silent=1': "silent is 1; expected True or False",
            'group="a", fresh="no"': "fresh is 'no'; expected True or False",
            'group="a", seconds=0': "seconds is 0; expected a number above 0",
            'group="a", megabytes="64"': "megabytes is '64'; expected a number above 0",
        }.items()
    },
    "a generator that raises": Slip(
        file=DOUBLE,
        old=YIELDED,
        new="yield Case(rng.standard(), group='a')",
        at="rng.standard",
        what="raises AttributeError: 'numpy.random._generator.Generator' object has no attribute "
        "'standard'",
        fix="declare only what runs",
    ),
    "a generator that yields no case": Slip(
        file=DOUBLE,
        old=YIELDED,
        new="yield 3.0",
        at="@asked.cases",
        what="the generator of 'double' yields 3.0; expected hidden cases",
        fix="yield Case(..., group=...)",
    ),
    "a generator that yields nothing": Slip(
        file=ONE_FILE,
        old='    yield Case(float(rng.normal()), group="a number")\n',
        new="    yield from ()\n",
        at='@cases("octuple")',
        what="the generator of 'octuple' yields nothing; expected hidden cases",
        fix="yield Case(..., group=...)",
    ),
}


def each(slips):
    return pytest.mark.parametrize("slip", [pytest.param(s, id=name) for name, s in slips.items()])


@each(IN_A_LESSON)
def test_reading_a_lesson_names_the_line_the_problem_and_a_fix(course, slip):
    message = slip.make(course)

    with pytest.raises(AuthorError) as raised:
        parse(course / slip.file)

    assert message in str(raised.value).replace(f"{course}/", "")


@each(IN_A_LESSON | BETWEEN_LESSONS | IN_HIDDEN | IN_ANOTHER_FORM)
def test_build_names_the_line_the_problem_and_a_fix_and_writes_nothing(course, build, slip):
    message = slip.make(course)
    before = snapshot(course)

    code, out, err = build(course)

    assert (code, out) == (1, "")
    assert message in err.replace(f"{course}/", "")
    assert snapshot(course) == before


def test_reading_reports_every_problem_of_a_lesson_at_once(course):
    names = ["a test without points", "a tag without quotes", "points on a solution"]
    messages = [IN_A_LESSON[name] for name in names]
    for slip in messages:
        slip.make(course)

    with pytest.raises(AuthorError) as raised:
        parse(course / "solutions/00_first/lesson.py")

    assert [slip.what in str(raised.value) for slip in messages] == [True, True, True]
    assert str(raised.value).count("  fix: ") == 3


@pytest.mark.parametrize(
    "text", ["", "x = 1\n\n# %% [markdown]\n# Text before the first marker.\n"]
)
def test_a_file_that_is_no_lesson_is_refused_with_what_to_do(tmp_path, text):
    path = tmp_path / "lesson.py"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(AuthorError, match=r"lesson\.py:1: (.|\n)*\n  fix: begin the file with"):
        parse(path)


@pytest.mark.parametrize("lesson", ["00_first", "01_second"])
def test_a_lesson_without_hidden_cases_is_named(course, build, lesson):
    folder = course / "solutions" / lesson
    shutil.rmtree(folder / "hidden", ignore_errors=True)
    (folder / "hidden.py").unlink(missing_ok=True)

    code, _, err = build(course)

    assert code == 1
    assert err.startswith(f"grader: {folder}: has no folder hidden/; write the hidden cases of ")
    assert len(err.splitlines()) == 1
    assert not list(course.rglob("*.ipynb"))


def test_a_folder_of_data_called_hidden_makes_no_lesson_of_ours(tmp_path):
    """An ordinary nbgrader assignment may have one; it is graded as such."""
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden/table.csv").write_text("1")
    assert hidden_files(tmp_path) == ()

    (tmp_path / "hidden/double.py").write_text("")
    assert hidden_files(tmp_path) == (Path("hidden/double.py"), Path("hidden/table.csv"))


def test_an_exercise_whose_file_is_missing_is_named_with_the_file(course, build):
    (course / QUADRUPLE).unlink()

    code, _, err = build(course)

    assert code == 1
    assert f"{QUADRUPLE}:1: exercise 'quadruple' has no hidden cases\n  fix: write" in err


def test_hidden_cases_in_a_file_and_in_a_folder_are_refused(course, build):
    """Else one of the two would be forgotten, and an author would edit it in vain."""
    (course / "solutions/00_first/hidden.py").write_text(SECOND_HIDDEN, encoding="utf-8")

    code, _, err = build(course)

    assert code == 1
    assert err == (
        "solutions/00_first/hidden.py:1: hidden cases stand here, and in "
        "hidden/ as well\n  fix: move them to hidden/, a file for each exercise, or remove the "
        "folder\n"
    )


def test_a_hidden_file_that_cannot_be_read_is_named(course, build):
    # A link to itself: not even root can read that.
    (course / DOUBLE).unlink()
    (course / DOUBLE).symlink_to("double.py")

    code, _, err = build(course)

    assert code == 1
    assert err.startswith(f"grader: {course / DOUBLE}: cannot be read (")
    assert len(err.splitlines()) == 1


def lesson_of(course):
    return load(Course(root=course), "00_first")


def test_helpers_are_of_their_own_lesson_and_of_the_last_edit(course, build, monkeypatch):
    """A helper is imported by a plain name, which another lesson or a package may have as well."""
    build(course)
    monkeypatch.setitem(sys.modules, "hidden", "an installed package")
    other = course / "solutions/01_second"
    (other / "hidden.py").unlink()
    (other / "hidden").mkdir()
    (other / "hidden/drawing.py").write_text("def number(rng):\n    return 1.0\n")
    (other / "hidden/octuple.py").write_text(
        SECOND_HIDDEN.replace(
            "from solution", "from hidden.drawing import number\nfrom solution"
        ).replace("float(rng.normal())", "number(rng)"),
        encoding="utf-8",
    )
    rng = np.random.default_rng(0)

    first, second = lesson_of(course), load(Course(root=course), "01_second")
    numbers = [next(second.exercises["octuple"].make_cases(rng)).arguments[0]]
    # As long as before, and within the same second.
    (other / "hidden/drawing.py").write_text("def number(rng):\n    return 2.0\n")
    again = load(Course(root=course), "01_second")
    numbers += [next(again.exercises["octuple"].make_cases(rng)).arguments[0]]

    assert numbers == [1.0, 2.0]
    assert next(first.exercises["quadruple"].make_cases(rng)).arguments[0] not in numbers
    assert sys.modules["hidden"] == "an installed package"
    assert [name for name in sys.modules if name.startswith("hidden.")] == []
    assert list(course.rglob("__pycache__")) == []


def test_lessons_are_loaded_by_several_threads_at_once(course, build, monkeypatch):
    """Each waits for the other in the middle of its hidden files, which import by plain names."""
    build(course)
    meeting = types.ModuleType("meeting")
    meeting.point = threading.Barrier(2, timeout=20)
    monkeypatch.setitem(sys.modules, "meeting", meeting)
    for path in (course / DOUBLE, course / ONE_FILE):
        text = path.read_text(encoding="utf-8")
        path.write_text(f"import meeting\nmeeting.point.wait()\n{text}", encoding="utf-8")
    where = Course(root=course)

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(lambda name: load(where, name), ("00_first", "01_second"))

    assert list(first.exercises) == ["double", "quadruple"]
    assert second.exercises["octuple"].mistakes[0].answer(1.0) == -8.0
    assert {"hidden", "solution", "earlier"}.isdisjoint(sys.modules)


CHANGES = {
    "an earlier edition": lambda hidden: (hidden.parent / "editions.txt").write_text(
        "35320ca7bb1f"
    ),
    "an exercise's file": lambda hidden: edit(hidden / "double.py", "3 doubled", "2 doubled"),
    "a helper": lambda hidden: edit(hidden / "drawing.py", "rng.normal()", "rng.normal() + 1"),
    "a file of data": lambda hidden: (hidden / "table.csv").write_text("1"),
    "a helper of another name": lambda hidden: (hidden / "drawing.py").rename(hidden / "draw.py"),
    "a line that moves": lambda hidden: (
        edit(hidden / "double.py", '"Is 3 doubled 9?")\n', '"Is 3 doubled 9?")'),
        edit(hidden / "drawing.py", '"""What both', '\n"""What both'),
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_lesson_s_digest_tells_of_every_file_that_a_grade_depends_on(
    course, build, change, monkeypatch
):
    build(course)
    monkeypatch.setattr(loading, "declared_exercises", lambda *_: {})  # half an edit is an edit
    before = lesson_of(course).digest

    change(course / "solutions/00_first/hidden")

    assert lesson_of(course).digest != before


def test_a_lesson_s_digest_does_not_tell_of_what_python_and_jupyter_leave_behind(course, build):
    build(course)
    before = lesson_of(course).digest
    for name in ("__pycache__", ".ipynb_checkpoints"):
        (course / "solutions/00_first/hidden" / name).mkdir()
        (course / "solutions/00_first/hidden" / name / "double.py").write_text("not Python")

    assert lesson_of(course).digest == before


def test_a_broken_lesson_leaves_the_notebooks_of_all_lessons_as_they_were(course, build):
    """Both lessons are stale; the first is right, and must wait for the second."""
    build(course)
    edit(course / "solutions/00_first/lesson.py", "# A first lesson", "# The very first lesson")
    edit(course / "solutions/01_second/lesson.py", "Return 8 x.", "Return eight x.")
    edit(course / "solutions/01_second/hidden.py", '@cases("octuple")\n', "")
    before = snapshot(course)

    code, _, err = build(course)

    assert code == 1
    assert "exercise 'octuple' has no hidden cases" in err
    assert snapshot(course) == before


def test_a_file_that_cannot_be_written_leaves_all_as_they_were(course, build):
    build(course)
    for lesson in ("00_first", "01_second"):
        edit(course / f"solutions/{lesson}/lesson.py", "import numpy as np", "import numpy  as np")
    # A folder in the file's place cannot be replaced by a file, not even by root.
    in_the_way = course / "notebooks/01_second/01_second.ipynb"
    in_the_way.unlink()
    in_the_way.mkdir()
    before = snapshot(course)

    code, _, err = build(course)

    assert code == 1
    assert f"{in_the_way}: cannot be written" in err
    assert len(err.splitlines()) == 1
    assert snapshot(course) == before


def test_an_unknown_lesson_is_an_error_that_lists_the_known_ones(course, build):
    code, _, err = build(course, "07_dragons")

    assert code == 1
    assert err == "grader: no lesson is called '07_dragons'; the lessons are 00_first, 01_second\n"


# ------------------------------------------------------------------- what is built


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The small course, built by the real command."""
    course = make_course(tmp_path_factory.mktemp("built") / "course")
    done = run_grader(course, "build")
    assert (done.returncode, done.stderr) == (0, "")
    return course


def cells(path):
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def test_build_writes_the_generated_files_and_no_others(built):
    assert set(snapshot(built)) == {*SOURCES, *GENERATED, "nbgrader_config.py"}


def test_two_builds_in_two_places_give_the_same_bytes(built, tmp_path):
    """Hash seeds, folders and the clock must not show."""
    other = make_course(tmp_path / "somewhere" / "else")

    done = run_grader(other, "build", PYTHONHASHSEED="1", TZ="Asia/Tokyo", LC_ALL="C")

    assert done.returncode == 0, done.stderr
    assert snapshot(other) == snapshot(built)


def test_check_says_whether_notebooks_are_stale_and_writes_nothing(course, build):
    unbuilt = snapshot(course)
    code, out, err = build(course, "--check")
    assert code == 1
    assert out.splitlines() == [f"stale {name}" for name in GENERATED]
    assert err == "grader: run 'grader build' and commit what it writes\n"
    assert snapshot(course) == unbuilt

    build(course)
    fresh = snapshot(course)
    assert build(course, "--check") == (0, "2 lessons, 0 files changed\n", "")

    edit(course / "solutions/00_first/lesson.py", "4 times 1 is 4", "four times 1 is 4")
    code, out, _ = build(course, "--check")
    assert code == 1
    # The second lesson takes no test cell: it stays fresh.
    assert out.splitlines() == [f"stale {name}" for name in GENERATED[:2]]
    assert build(course, "01_second", "--check")[0] == 0

    edit(course / "solutions/00_first/lesson.py", "four times 1 is 4", "4 times 1 is 4")
    assert build(course, "--check")[0] == 0
    assert {name: fresh[name] for name in GENERATED} == {
        name: content for name, content in snapshot(course).items() if name in GENERATED
    }


def test_build_writes_only_what_is_stale(course, build):
    build(course)
    times = {name: (course / name).stat().st_mtime_ns for name in GENERATED}
    edit(course / "solutions/01_second/lesson.py", "Return 8 x.", "Return eight x.")

    code, out, _ = build(course)

    assert code == 0
    written = [name for name in GENERATED if (course / name).stat().st_mtime_ns != times[name]]
    assert written == list(GENERATED[2:4])
    assert out.splitlines()[:-1] == [f"wrote {name}" for name in written]


def test_build_of_one_lesson_leaves_the_others_alone(course, build):
    code, out, _ = build(course, "00_first")

    assert code == 0
    assert out.splitlines() == [
        "wrote solutions/00_first/00_first.ipynb",
        "wrote notebooks/00_first/00_first.ipynb",
        "1 lesson, 2 files changed",
    ]


@pytest.mark.parametrize("place", ["solutions", "notebooks"])
def test_notebooks_carry_no_outputs_and_no_run_counts(built, place):
    code = [
        cell
        for path in sorted(built.glob(f"{place}/*/*.ipynb"))
        for cell in cells(path)
        if cell["cell_type"] == "code"
    ]

    assert len(code) == 12
    assert {(cell["execution_count"], len(cell["outputs"])) for cell in code} == {(None, 0)}


def test_cells_keep_their_ids_when_a_cell_is_inserted_before_them(built, course, build):
    edit(
        course / "solutions/00_first/lesson.py",
        '# %% setup="imports"',
        "# %% [markdown]\n# A cell between.\n\n"
        '# %% explore="another picture"\nprint(1)\n\n# %% setup="imports"',
    )
    build(course)

    name = "notebooks/00_first/00_first.ipynb"
    before, after = ([cell["id"] for cell in cells(root / name)] for root in (built, course))
    assert [cell for cell in after if cell in before] == before
    assert len(set(after)) == len(after) == len(before) + 2


def test_cells_with_the_same_prose_have_ids_of_their_own(course, build):
    edit(
        course / "solutions/00_first/lesson.py",
        "# Why does doubling twice make four?\n",
        "# Run it.\n\n# %% [markdown]\n# Run it.\n\n# %% [markdown]\n# Run it.\n",
    )
    build(course)

    ids = [cell["id"] for cell in cells(course / "notebooks/00_first/00_first.ipynb")]
    assert len(set(ids)) == len(ids)


def test_cell_ids_are_such_as_the_notebook_format_allows(built):
    ids = [cell["id"] for path in built.glob("*/*/*.ipynb") for cell in cells(path)]

    assert [name for name in ids if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name)] == []


def test_students_get_stubs_that_raise_and_never_a_solution(built):
    released = cells(built / "notebooks/00_first/00_first.ipynb")
    text = "\n".join(map(text_of, released))

    stub = next(text_of(cell) for cell in released if cell["id"] == "double")
    assert stub == (
        'def double(x):\n    """Return 2 x."""\n'
        "    # YOUR CODE HERE\n    raise NotImplementedError()"
    )
    for secret in ("np.asarray(x)", "Because 2 times 2", "One point", "###", "in_kernel"):
        assert secret not in text


def test_students_keep_the_visible_tests_which_say_that_they_passed(built):
    released = {cell["id"]: text_of(cell) for cell in cells(built / GENERATED[1])}

    assert released["test_double"] == (
        "# ── test, locked, 4 points: run it ──\n"
        'assert double(np.ones(2)).shape == (2,), "double keeps the shape"\n'
        'print("double: the visible tests passed")'
    )


def test_below_each_test_stands_a_cell_that_asks_for_the_verdict_and_is_not_run_for_a_grade(built):
    for notebook in GENERATED[:2]:
        found = list(cells(built / notebook))
        below = found[[cell["id"] for cell in found].index("test_double") + 1]

        assert text_of(below) == (
            "# ── your verdict: run it as often as you like ──\n"
            'from byhand.check import check\n\ncheck("double")'
        )
        assert below["metadata"]["tags"] == ["skip-execution"]


def test_a_point_is_a_whole_number_where_it_can_be(built):
    points = {
        cell["id"]: cell["metadata"]["nbgrader"]["points"]
        for cell in cells(built / GENERATED[0])
        if "points" in cell["metadata"].get("nbgrader", {})
    }

    assert points == {"test_double": 4, "test_quadruple": 2.5, "derive_four": 3}


def definitions(path):
    return re.findall(r"^(?:def|class) (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)


def test_earlier_holds_exactly_the_imported_names(built, course, build):
    assert definitions(built / "notebooks/01_second/earlier.py") == ["double", "quadruple"]

    edit(course / "solutions/01_second/lesson.py", "import double, quadruple", "import double")
    edit(course / "solutions/01_second/lesson.py", "double(quadruple(x))", "4 * double(x)")
    build(course)

    for place in ("solutions", "notebooks"):
        text = (course / place / "01_second/earlier.py").read_text(encoding="utf-8")
        assert definitions(course / place / "01_second/earlier.py") == ["double"]
        assert "quadruple" not in text
        assert "###" not in text


def test_earlier_runs_by_itself(built):
    namespace = runpy.run_path(str(built / "notebooks/01_second/earlier.py"))

    assert namespace["quadruple"](1.5) == 6.0


def test_earlier_keeps_decorators_and_comments(course, build):
    edit(
        course / "solutions/00_first/lesson.py",
        "def quadruple(x):",
        "@np.vectorize  # entry by entry\ndef quadruple(x):",
    )
    edit(
        course / "solutions/00_first/lesson.py", "double(double(x))\n", "double(double(x))  # why\n"
    )
    build(course)

    text = (course / "notebooks/01_second/earlier.py").read_text(encoding="utf-8")
    assert "@np.vectorize  # entry by entry\ndef quadruple(x):" in text
    assert "return double(double(x))  # why\n" in text


def test_earlier_goes_when_nothing_is_imported_any_more(course, build):
    """A forgotten one would carry solutions into the next release."""
    build(course)
    lesson = course / "solutions/01_second/lesson.py"
    edit(lesson, "from earlier import double, quadruple\n", "")
    edit(lesson, "double(quadruple(x))", "8 * np.asarray(x)")

    assert build(course, "--check")[1].count("earlier.py") == 2
    code, _, _ = build(course)

    assert code == 0
    assert list(course.rglob("earlier.py")) == []
    assert build(course, "--check")[0] == 0


def test_a_local_name_is_not_taken_for_an_earlier_function(course, build):
    edit(
        course / "solutions/00_first/lesson.py",
        "    return double(double(x))\n",
        "    double = 2.0\n    return double * double * x\n",
    )
    edit(course / "solutions/01_second/lesson.py", "import double, quadruple", "import quadruple")
    edit(course / "solutions/01_second/lesson.py", "double(quadruple(x))", "2 * quadruple(x)")

    assert build(course)[0] == 0
    assert definitions(course / "notebooks/01_second/earlier.py") == ["quadruple"]


def test_a_function_inside_the_stub_may_return(course, build):
    edit(
        course / "solutions/00_first/lesson.py",
        '    """Return 4 x."""\n',
        '    """Return 4 x."""\n    def half(y):\n        return y / 2\n\n',
    )

    assert build(course)[0] == 0


def test_a_cell_to_try_out_may_use_magics(course, build):
    edit(course / "solutions/00_first/lesson.py", "print(np.arange(3))\n", "%timeit np.arange(3)\n")

    assert build(course)[0] == 0


def test_a_magic_of_a_whole_cell_stays_in_its_first_line(course, build):
    edit(course / "solutions/00_first/lesson.py", "print(np.arange(3))\n", "%%time\nprint(1)\n")

    assert build(course)[0] == 0
    found = [text_of(cell) for cell in cells(course / GENERATED[0])]
    assert any(text.startswith("%%time\n") for text in found)


# ----------------------------------------------------------------- nbgrader agrees


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_released_lesson_is_what_nbgrader_itself_generates(lesson, tmp_path):
    """Byte for byte: whoever releases with nbgrader or Formgrader gives out the same files."""
    course = classroom.make_course(tmp_path / "course", LESSONS[: LESSONS.index(lesson) + 1])
    shutil.rmtree(course.notebooks)

    done = classroom.command(course, "nbgrader", "generate_assignment", lesson, "--no-db")

    assert done.returncode == 0, done.stderr
    generated = snapshot(course.class_folder / "release" / lesson)
    assert f"{lesson}.ipynb" in generated
    assert generated == snapshot(ROOT / "notebooks" / lesson)


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_takes_exactly_what_it_imports_from_earlier_ones(lesson):
    setup = "\n".join(
        cell.source
        for cell in parse(ROOT / "solutions" / lesson / "lesson.py")
        if cell.kind is Kind.SETUP
    )
    wanted = {
        alias.name
        for node in ast.walk(ast.parse(setup))
        if isinstance(node, ast.ImportFrom) and node.module == "earlier"
        for alias in node.names
    }

    for place in ("solutions", "notebooks"):
        path = ROOT / place / lesson / "earlier.py"
        assert set(definitions(path) if path.is_file() else []) == wanted

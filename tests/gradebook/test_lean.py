"""nbgrader's gradebook without the rest of nbgrader, and the rest after it."""

import subprocess
import sys

CODE = """
import sys

from grader.gradebook.lean import import_gradebook

import_gradebook()
import_gradebook()
from nbgrader.api import Gradebook

print(sorted({"jupyter_server", "nbconvert", "nbgrader", "tornado.web"} & set(sys.modules)))
import nbgrader
from nbgrader.converters import autograde

print(nbgrader.__version__, autograde.Gradebook is Gradebook)
"""


def test_the_gradebook_comes_alone_and_the_rest_of_nbgrader_finds_it():
    done = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stderr
    alone, whole = done.stdout.splitlines()
    assert alone == "[]"
    assert whole.endswith(" True")

"""nbgrader's gradebook without the rest of nbgrader, and the rest after it."""

import subprocess
import sys
import zipfile

CODE = """
import gc
import sys
import time
from threading import Thread

from grader.gradebook.lean import import_gradebook

collections = gc.get_stats()[0]["collections"]
other = Thread(target=import_gradebook)
other.start()
while "nbgrader" not in sys.modules:
    time.sleep(0.001)
# What is found there is a stand-in; whoever needs the gradebook itself waits for it.
import_gradebook()
print("Gradebook" in vars(sys.modules.get("nbgrader.api")))
print(gc.get_stats()[0]["collections"] - collections < 10, gc.isenabled())
other.join()
frozen = gc.get_freeze_count()
import_gradebook()
print(0 < frozen == gc.get_freeze_count())
from nbgrader.api import Gradebook

slow = {"jsonschema", "jupyter_server", "nbconvert", "nbformat", "requests", "setuptools"}
print(sorted({*slow, "nbgrader", "nbgrader.auth", "tornado.web"} & set(sys.modules)))
import nbformat
import nbgrader
import nbgrader.auth
from nbgrader.converters import autograde
from nbgrader.utils import unpack_archive, unpack_zipfile

one = autograde.Gradebook is Gradebook, nbformat.notebooknode.NotebookNode is nbformat.NotebookNode
unpack_archive(*sys.argv[1:], drivers=[unpack_zipfile])
print(nbgrader.__version__, nbgrader.auth.JupyterHubAuthPlugin.__name__, *one)
"""


def test_the_gradebook_comes_alone_and_the_rest_of_nbgrader_finds_it(tmp_path):
    with zipfile.ZipFile(tmp_path / "handed in.zip", "w") as archive:
        archive.writestr("inner.txt", "as packed")
    done = subprocess.run(
        [sys.executable, "-c", CODE, tmp_path / "handed in.zip", tmp_path / "unpacked"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    waited, uncollected, frozen_once, alone, whole = done.stdout.splitlines()
    assert waited == "True"
    assert uncollected == "True True"
    assert frozen_once == "True"
    assert alone == "[]"
    assert whole.endswith(" JupyterHubAuthPlugin True True")
    assert (tmp_path / "unpacked" / "inner.txt").read_text() == "as packed"

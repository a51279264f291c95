"""One command in a process that has imported already what a new one takes seconds to import.

Most of what a command of nbgrader takes is its imports, and the tests give hundreds.
A server without any test's state imports once, and forks for each command.
"""

import atexit
import multiprocessing
import os
import sys
from pathlib import Path

import nbgrader.api
from alembic.script import ScriptDirectory
from nbgrader.apps.nbgraderapp import NbGraderApp
from nbgrader.dbutil import ALEMBIC_DIR

from grader.cli.main import main

SERVER = multiprocessing.get_context("forkserver")
# Not the plug-in, which changes how nbgrader opens a gradebook: a stock nbgrader has none.
SERVER.set_forkserver_preload([__name__, "pytest", "grader.report.terminal", "grader.run.check"])

# For each new gradebook, nbgrader starts alembic, which imports all of nbgrader once more to
# say one word.  That it does find alembic is seen by those tests that start a new process.
BY_PROGRAM = nbgrader.api.get_alembic_version
_HEAD = ScriptDirectory(ALEMBIC_DIR).get_current_head()
nbgrader.api.get_alembic_version = lambda: _HEAD


def run(words, folder, environment, said, without=()):
    """Be `grader ...` or `nbgrader ...` in a folder; files named 1 and 2 get what it prints.

    Args:
        without: packages that are not installed then.
    """
    sys.modules.update(dict.fromkeys(without))
    for number in (1, 2):
        os.dup2(os.open(Path(said, str(number)), os.O_WRONLY | os.O_CREAT), number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = list(words)
    try:
        if words[0] == "grader":
            main()
        else:
            NbGraderApp.launch_instance()
    finally:
        # What a new process does at its end is left out of one that was forked.
        atexit._run_exitfuncs()

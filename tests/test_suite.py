"""nbgrader's own tests pass with our engine plugged in; `make nbgrader-tests` runs all of them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import nbgrader.tests
import pytest

from grader.sandbox import availability
from tests import classroom
from tests.conftest import LONG, ROOT

pytestmark = pytest.mark.skipif(bool(availability.unavailable()), reason=availability.unavailable())

# What an engine can get wrong: hooks of the shell, what a notebook is told, what it writes,
# timeouts, relative files, partial credit.
SAMPLE = (
    *("test_showtraceback_exploit", "test_side_effects"),
    *("test_autograde_timeout", "test_grade_autotest", "test_handle_failure_single_notebook"),
)
ONE = ("test_grade_with_validating_envvar",)


@pytest.mark.parametrize("names", [ONE, pytest.param(SAMPLE, marks=LONG)], ids=["one", "sample"])
def test_a_sample_of_nbgrader_s_own_tests_passes_with_our_engine(tmp_path, names):
    module = Path(nbgrader.tests.__file__).parent / "apps" / "test_nbgrader_autograde.py"
    command = [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "--rootdir", str(tmp_path)]
    chosen = ["-k", " or ".join(names), "-p", "no:cacheprovider", "-p", "no:xdist"]

    done = subprocess.run(
        [*command, *chosen, str(module)],
        cwd=tmp_path,
        # Options for this run of pytest are none for theirs.
        env=classroom.environment(
            JUPYTER_CONFIG_PATH=str(ROOT / "tests" / "suite"), PYTEST_ADDOPTS=""
        ),
        capture_output=True,
        text=True,
        check=False,
    )

    found = re.search(r"^(\d+) passed, \d+ deselected", done.stdout, re.MULTILINE)
    assert done.returncode == 0, done.stdout[-3000:]
    assert found
    assert int(found[1]) >= len(names)

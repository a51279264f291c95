"""The instructor's own notebook is tried first: what stops it in the box is told, and why."""

import ast
import re
import textwrap

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from grader.autograde import reference
from grader.autograde.options import BoxOptions
from grader.errors import InputError
from grader.nbgrader_plugin import Engine
from grader.sandbox import availability
from tests.conftest import LONG, ROOT

pytestmark = pytest.mark.skipif(
    bool(availability.unavailable()), reason=f"no sandbox: {availability.unavailable()}"
)

KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
# What a reference does, under which options it fails, what is told, and what is to be done.
STOPPED = {
    "a withheld package": (
        "import scipy",
        {"withheld": ["scipy"]},
        "ModuleNotFoundError",
        "c.Engine.withheld",
    ),
    "memory": ("x = b' ' * 200 * 2**20", {"memory": 64}, "MemoryError", "c.Engine.memory"),
    "processes": (
        "import subprocess\nsubprocess.run(['true'])",
        {"processes": 0},
        "PermissionError: [Errno 1] Operation not permitted",
        "c.Engine.processes",
    ),
    "the pool of processes": (
        "from concurrent.futures import ProcessPoolExecutor\nProcessPoolExecutor().submit(abs, 1)",
        {"processes": 0},
        "PermissionError",
        "c.Engine.processes",
    ),
    "a large file": (
        "assert open('x', 'wb').write(bytes(3 * 2**20))",
        {"file_size": 1},
        "OSError: [Errno 27] File too large",
        "c.Engine.file_size",
    ),
    "many threads": (
        """
        import threading, time
        started = [threading.Thread(target=time.sleep, args=(2,)) for _ in range(40)]
        for each in started: each.start()
        for each in started: each.join()
        """,
        {"threads": 20},
        "it ran more than 20 threads",
        "c.Engine.threads",
    ),
    "time": (
        "import time\ntime.sleep(1.5)",
        {"total_seconds": 1.0},
        "CellTimeoutError",
        "c.Engine.total_seconds",
    ),
    "a file elsewhere": (
        "open({elsewhere!r}).read()",
        {},
        "PermissionError",
        "c.Engine.readable",
    ),
    "the network": (
        "import socket\nsocket.socket()",
        {},
        "PermissionError",
        "docs/instructors.md",
    ),
}


def scored(source):
    made = new_code_cell(textwrap.dedent(source).strip(), id="test")
    made.metadata["nbgrader"] = {
        "grade": True,
        "grade_id": "test",
        "locked": True,
        "points": 4,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }
    return made


@pytest.fixture
def tried(tmp_path):
    """Return a function that tries the reference of an assignment with these cells."""

    def trying(*cells, files=None, **options):
        folder = tmp_path / "source" / "ps"
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in (files or {}).items():
            (folder / name).write_text(content)
        nbformat.write(new_notebook(cells=list(cells), metadata=KERNEL), folder / "ps.ipynb")
        config = Config({"CourseDirectory": {"root": str(tmp_path)}, "Engine": options})
        engine = Engine(config=config)
        return reference.reference_of(engine, CourseDirectory(config=config), "ps", "ps")

    return trying


# A box of its own for each: those that differ most are tried with every other test.
AT_ONCE = ("a withheld package", "time", "a file elsewhere")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in AT_ONCE else LONG) for name in STOPPED]
)
def test_a_limit_that_the_reference_hits_is_named_with_its_option(tried, tmp_path, name):
    source, options, found, option = STOPPED[name]
    (tmp_path / "elsewhere.txt").write_text("shared")
    source = textwrap.dedent(source).replace("{elsewhere!r}", repr(f"{tmp_path}/elsewhere.txt"))

    with pytest.raises(NbGraderException) as refused:
        tried(new_code_cell("x = 1"), scored(source), **options)

    first, where, fix = str(refused.value).splitlines()
    assert first.endswith("ps.ipynb: the reference itself fails in the box, so nobody is scored")
    assert where.startswith("  cell 2, test (0 points, outside 4): ")
    assert found in where
    assert option in fix


def test_what_the_options_allow_is_no_limit_any_more(tried, tmp_path):
    (tmp_path / "elsewhere.txt").write_text("shared")
    source = f"""
        import subprocess
        from concurrent.futures import ProcessPoolExecutor
        assert subprocess.run(["echo", "1"], capture_output=True).stdout == b"1\\n"
        with ProcessPoolExecutor(2) as pool:
            assert list(pool.map(abs, [-1, -2])) == [1, 2]
        import scipy, sklearn
        assert len(open("big", "wb").read() if False else open("data.csv").read()) == 3
        assert open({f"{tmp_path}/elsewhere.txt"!r}).read() == "shared"
        4.0
    """

    found = tried(
        scored(source),
        files={"data.csv": "1,2"},
        processes=8,
        readable=[f"{tmp_path}/elsewhere.txt"],
    )

    assert found.scores == {"test": 4.0}
    assert found.numbers == {"test"}


@pytest.mark.parametrize("source", ["assert False", "raise NotImplementedError", "2.0"])
def test_a_reference_that_earns_no_more_outside_is_as_it_is(tried, source):
    found = tried(new_code_cell("import os"), scored(source))

    assert found.scores == {"test": 2.0 if source == "2.0" else 0.0}


def test_a_cell_without_points_counts_too(tried):
    with pytest.raises(NbGraderException, match="cell 1: ModuleNotFoundError"):
        tried(new_code_cell("import scipy"), scored("assert True"), withheld=["scipy"])


def test_a_reference_is_tried_once_and_again_when_it_or_an_option_has_changed(tried, monkeypatch):
    runs = []
    run = Engine.run

    def counted(self, *arguments, doubts=None, **options):
        if doubts is None:  # and not to see what can be judged outside
            runs.append(1)
        return run(self, *arguments, doubts=doubts, **options)

    monkeypatch.setattr(Engine, "run", counted)
    first = tried(scored("assert True"))

    assert tried(scored("assert True")) is first
    assert len(runs) == 1
    tried(scored("assert True"), files={"new.csv": "1"})
    tried(scored("assert True"), memory=1024)
    tried(scored("assert 1"), memory=1024)
    assert len(runs) == 4


def test_an_assignment_without_a_source_has_no_reference(tmp_path):
    coursedir = CourseDirectory(root=str(tmp_path))

    assert reference.reference_of(Engine(), coursedir, "ps", "ps") is None


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ({"memory": 10**6}, "limit memory: found 976.562 GiB, allowed are 64 MiB to 8 GiB"),
        ({"processes": 1000}, "limit processes: found 1000, allowed are 0 to 64"),
    ],
)
def test_an_option_out_of_bounds_is_told(tried, option, told):
    with pytest.raises(InputError, match=told):
        tried(scored("assert True"), **option)


def test_a_slow_reference_gives_everybody_ten_times_its_time():
    slow = reference.Reference(seconds=60.0, scores={}, numbers=frozenset())
    quick = reference.Reference(seconds=1.0, scores={}, numbers=frozenset())

    assert Engine()._limits({}, slow).total_seconds == 600.0
    assert Engine()._limits({}, quick).total_seconds == 180.0


def test_the_instructors_manual_names_every_option_and_what_holds_without_it():
    manual = (ROOT / "docs" / "instructors.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `Engine\.(\w+)` \| `?([^`|]+?)`? \|", manual, re.MULTILINE)

    assert {name: ast.literal_eval(value) for name, value in rows} == {
        name: getattr(Engine(), name) for name in BoxOptions.class_trait_names(config=True)
    }

"""What students get outside a hub: a folder that installs and runs, and holds no answer."""

import ast
import json
import re
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

from grader import sample
from grader.course.folders import Course
from grader.release.pack import FOR_STUDENTS, NAME, dist
from tests.classroom import tree
from tests.conftest import COURSE, LESSONS, ROOT, load

LESSON = "01_chain_rule"


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    return dist(COURSE, [], tmp_path_factory.mktemp("dist"))


@pytest.fixture
def small(tmp_path):
    """A course of two lessons, to write into."""
    for part in ("byhand", "data"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    for lesson in ("00_start_here", "01_chain_rule"):
        shutil.copytree(ROOT / "solutions" / lesson, tmp_path / "solutions" / lesson)
    for name in ("pyproject.toml", "LICENSE", "LICENSE-lessons", "nbgrader_config.py"):
        shutil.copy(ROOT / name, tmp_path)
    return Course(root=tmp_path)


def test_the_folder_and_the_archive_hold_the_same_and_what_a_student_needs(packed):
    with zipfile.ZipFile(packed.archive) as archive:
        zipped = {n.partition("/")[2]: archive.read(n) for n in archive.namelist()}

    assert zipped == tree(packed.folder)
    wanted = {"README.md", "LICENSE", "LICENSE-lessons", "pyproject.toml", "environment.yml"}
    wanted |= {"byhand/__init__.py", "data/digits.csv", "data/SHA256SUMS"}
    assert wanted <= set(zipped)
    assert {name.split("/")[0] for name in zipped} - wanted == {"byhand", "data", "notebooks"}


def test_nothing_of_solutions_or_of_the_grader_is_in_it(packed):
    files = tree(packed.folder)
    names = [
        name for name in files if re.search(r"solutions|hidden|lesson\.py|grader/|earlier", name)
    ]
    answers = {
        lesson: [source for source in sample.right(load(lesson)).values() if len(source) > 60]
        for lesson in LESSONS
    }
    text = "\n".join(content.decode("utf-8", "replace") for content in files.values())

    assert names == []
    for lesson, sources in answers.items():
        for source in sources:
            body = source.partition(":\n")[2]
            assert json.dumps(body)[1:-1] not in text, f"an answer of {lesson}"
            assert body not in text, f"an answer of {lesson}"
    assert "MARK SCHEME" not in text
    assert "HIDDEN TESTS" not in text


def test_a_lesson_with_solutions_of_others_waits_until_it_is_named(packed, tmp_path):
    waiting = [
        name for name in COURSE.lesson_ids() if (COURSE.notebooks / name / "earlier.py").exists()
    ]
    there = {path.name for path in (packed.folder / "notebooks").iterdir()}

    named = dist(COURSE, waiting[:1], tmp_path)

    assert there == set(COURSE.lesson_ids()) - set(waiting)
    assert len(packed.told) == len(waiting) > 0
    assert (named.folder / "notebooks" / waiting[0] / "earlier.py").is_file()
    assert "brings earlier.py" in named.told[0]


def test_the_notebooks_are_those_that_are_built_now(small, tmp_path):
    source = small.solutions / "00_start_here" / "lesson.py"
    text = source.read_text("utf-8").replace("# %% [markdown]", "# %% [markdown]\n# Newer.", 1)
    source.write_text(text, encoding="utf-8")

    made = dist(small, ["00_start_here"], tmp_path / "out")

    assert "Newer." in (made.folder / "notebooks/00_start_here/00_start_here.ipynb").read_text(
        "utf-8"
    )


def test_a_secret_in_what_is_packed_stops_it_and_leaves_nothing(small, typed, tmp_path):
    (small.root / "byhand" / "hidden.py").write_text("x = 1\n")
    first, _, by_name = typed(small.root, "dist", "--out", tmp_path / "out")
    (small.root / "byhand" / "hidden.py").unlink()
    answer = max(sample.right(load("00_start_here")).values(), key=len).partition(":\n")[2]
    (small.root / "byhand" / "more.py").write_text(f"def f():\n{answer}")
    second, _, by_text = typed(small.root, "dist", "--out", tmp_path / "out")

    assert (first, second) == (1, 1)
    assert "hidden.py" in by_name
    assert "more.py: holds text of a solution of 00_start_here" in by_text
    assert list((tmp_path / "out").iterdir()) == []


def test_it_is_made_again_over_itself_but_never_over_work(small, typed, tmp_path):
    out = tmp_path / "out"
    assert typed(small.root, "dist", "--out", out)[0] == 0
    before = tree(out)
    assert typed(small.root, "dist", "--out", out)[0] == 0
    assert tree(out) == before, "the same course gives the same bytes"
    notebook = out / NAME / "notebooks/00_start_here/00_start_here.ipynb"
    worked = notebook.read_text("utf-8").replace("raise NotImplementedError()", "return 42", 1)
    notebook.write_text(worked, encoding="utf-8")

    code, _, err = typed(small.root, "dist", "--out", out)

    assert code == 1
    assert "00_start_here.ipynb" in err
    assert notebook.read_text("utf-8") == worked
    shutil.rmtree(out / NAME)
    (out / NAME).mkdir()
    (out / NAME / "mine.txt").write_text("mine")
    assert typed(small.root, "dist", "--out", out)[0] == 1
    assert (out / NAME / "mine.txt").read_text() == "mine"


def test_students_are_asked_for_all_that_byhand_imports(packed):
    project = tomllib.loads((packed.folder / "pyproject.toml").read_text("utf-8"))["project"]
    listed = {re.split(r"[><=!~;]", text)[0].strip() for text in project["dependencies"]}
    modules = set()
    for path in (packed.folder / "byhand").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module.split(".")[0])
    called = {"IPython": "ipython", "PIL": "pillow", "matplotlib_inline": "matplotlib-inline"}
    # With the whole course at hand, the check in a notebook asks the grader.
    foreign = modules - set(sys.stdlib_module_names) - {"byhand", "grader", "traitlets"}

    assert listed == set(FOR_STUDENTS)
    assert {called.get(name, name) for name in foreign} <= listed


def test_it_installs_in_a_fresh_environment_and_lesson_01_runs(packed, tmp_path):
    """Without a network: what is installed here is lent, and byhand comes from the folder."""
    copy = tmp_path / "home" / NAME
    with zipfile.ZipFile(packed.archive) as archive:
        archive.extractall(tmp_path / "home")
    venv.create(tmp_path / "env", symlinks=True)
    python = tmp_path / "env" / "bin" / "python"
    (site,) = (tmp_path / "env").glob("lib/python*/site-packages")
    lent = next(path for path in sys.path if path.endswith("site-packages"))
    (site / "lent.pth").write_text(f"{lent}\n")
    pip = [python, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps"]
    install = [*pip, "--no-build-isolation", copy]
    notebook = copy / "notebooks" / LESSON / f"{LESSON}.ipynb"
    cells = json.loads(notebook.read_text("utf-8"))
    solved = sample.notebook(COURSE, load(LESSON), sample.right(load(LESSON)))
    assert [c["id"] for c in cells["cells"]] == [c["id"] for c in solved["cells"]]
    code = [
        "".join(cell["source"])
        for cell in solved["cells"]
        if cell["cell_type"] == "code" and "skip-execution" not in cell["metadata"].get("tags", [])
    ]
    run = "import sys, json, byhand\nassert not [p for p in sys.path if p == ROOT]\n"
    run = run.replace("ROOT", repr(str(ROOT)))
    run += "from IPython.core.interactiveshell import InteractiveShell as S\ns = S.instance()\n"
    run += f"for cell in json.loads({json.dumps(json.dumps(code))}):\n"
    run += "    s.run_cell(cell).raise_error()\nprint(byhand.__file__)\n"
    quiet = {"MPLBACKEND": "Agg", "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}

    subprocess.run(install, check=True, timeout=300, env=quiet, cwd=tmp_path)
    done = subprocess.run(
        [python, "-I", "-c", run], cwd=notebook.parent, env=quiet, capture_output=True, text=True,
        timeout=300, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert Path(done.stdout.splitlines()[-1]).is_relative_to(tmp_path / "env")

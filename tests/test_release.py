"""What is sent to students: made freshly from the source, checked, and never a solution."""

import json
import re
import shutil

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory

from grader.course.leaks import refuse_leaks
from grader.course.notebook import text_of
from grader.errors import InputError
from grader.sandbox import availability
from tests import classroom
from tests.classroom import LESSON
from tests.conftest import COURSE, LESSONS, ROOT
from tests.honest import KERNEL, locked, scored, solution

NAME = f"{LESSON}.ipynb"
SOLVED = "return np.eye(n_classes)[:, labels]"


@pytest.fixture
def course(tmp_path):
    """A course with an exchange."""
    made = classroom.make_course(tmp_path / "course")
    (tmp_path / "exchange").mkdir()
    classroom.configure(made, f"c.Exchange.root = {str(tmp_path / 'exchange')!r}")
    return made


def sent(course, lesson=LESSON):
    """Return what lies in the exchange for students, by name."""
    folder = course.root.parent / "exchange/backprop_by_hand/outbound" / lesson
    return classroom.tree(folder) if folder.exists() else {}


def edit(path, name, **changes):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    (cell,) = [cell for cell in notebook["cells"] if cell["id"] == name]
    cell.update(changes)
    path.write_text(json.dumps(notebook), encoding="utf-8")


def add(path, **cell):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"].append({"cell_type": "code", "id": "mine", "metadata": {}, **cell})
    path.write_text(json.dumps(notebook), encoding="utf-8")


def nbgrader(course, *words):
    done = classroom.command(course, "nbgrader", *words)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def button(course, monkeypatch):
    """Formgrader's buttons: its own interface, in this process."""
    monkeypatch.setenv("PATH", classroom.environment()["PATH"])
    config = course.nbgrader_config()
    config.CourseDirectory.root = str(course.root)
    url = f"sqlite:///{course.class_folder}/gradebook.db"
    config.CourseDirectory.db_url = url
    return NbGraderAPI(CourseDirectory(config=config), config=config)


# ------------------------------------------------------------------------- the check


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_shipped_notebooks_hold_nothing_that_students_must_not_get(lesson):
    refuse_leaks(COURSE.notebooks / lesson, source=COURSE.solutions / lesson)


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_instructor_s_notebooks_hold_all_of_it(lesson):
    with pytest.raises(InputError) as refusal:
        refuse_leaks(COURSE.solutions / lesson)

    said = str(refusal.value)
    for what in ("region SOLUTION", "region HIDDEN TESTS", "mark scheme", "call of the hidden"):
        assert what in said


LEAKS = {
    "a region": ("one_hot", {"source": "### BEGIN SOLUTION\nx\n### END SOLUTION"}, "region SOL"),
    "a region in prose": ("prose-", {"source": "## END MARK SCHEME"}, "region MARK SCHEME"),
    "a hidden call": ("test_one_hot", {"source": 'judge("00", "one_hot", globals())'}, "hidden"),
    "an import": ("explore_", {"source": "x = 1\nimport grader.exercise"}, "hidden tests"),
    "a scheme": ("derive_", {"source": "**Marking scheme**\n\n- 2 points"}, "mark scheme"),
    "an output": ("setup_imports", {"outputs": [{"output_type": "stream"}]}, "an output"),
    "a run": ("setup_imports", {"execution_count": 3}, "an output"),
    "a filled stub": (
        "one_hot",
        {"source": f"def one_hot(labels, n_classes):\n    {SOLVED}"},
        "a sol",
    ),
    "a half-filled stub": ("one_hot", {"source": "raise NotImplementedError()\nx = 1"}, "a sol"),
    "an answer": ("answer_derive", {"source": "Because of the ones."}, "a solution"),
}


@pytest.mark.parametrize("case", LEAKS)
def test_each_kind_of_leak_is_refused_and_its_cell_named(tmp_path, case):
    begins, change, what = LEAKS[case]
    shutil.copytree(ROOT / "notebooks" / LESSON, tmp_path / LESSON)
    path = tmp_path / LESSON / NAME
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    name = next(cell["id"] for cell in cells if cell["id"].startswith(begins))
    edit(path, name, **change)

    with pytest.raises(InputError, match=re.escape(what)) as refusal:
        refuse_leaks(tmp_path / LESSON)
    assert f"cell {name}: " in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("lesson.py", ""),
        ("hidden/one_hot.py", ""),
        ("helper.py", "from grader.exercise import Case"),
        ("helper.py", "### BEGIN SOLUTION"),
        ("other.ipynb", "{"),
        (
            ".more/own.ipynb",
            '{"cells": [{"cell_type": "code", "metadata": {}, "source": "judge(1)"}]}',
        ),
    ],
)
def test_a_file_beside_the_notebook_is_looked_at_too(tmp_path, name, content):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(content, encoding="utf-8")

    with pytest.raises(InputError, match=re.escape(name)):
        refuse_leaks(tmp_path)


def test_a_solution_that_lost_its_markers_is_known_by_the_source(tmp_path):
    shutil.copytree(ROOT / "notebooks" / LESSON, tmp_path / LESSON)
    add(tmp_path / LESSON / NAME, source=solved_standardize(), outputs=[], execution_count=None)
    refuse_leaks(tmp_path / LESSON)

    with pytest.raises(InputError, match="text of a region"):
        refuse_leaks(tmp_path / LESSON, source=COURSE.solutions / LESSON)


def solved_standardize():
    cells = json.loads((COURSE.solutions / LESSON / NAME).read_text(encoding="utf-8"))["cells"]
    (source,) = [text_of(cell) for cell in cells if cell["id"] == "standardize"]
    return "".join(line for line in source.splitlines(keepends=True) if "###" not in line)


# ------------------------------------------------------------------ release, by command


def test_release_makes_what_it_sends_and_puts_it_into_the_gradebook(course):
    code, said = nbgrader(course, "release_assignment", LESSON)

    assert code == 0, said
    assert sent(course) == {NAME: (ROOT / "notebooks" / LESSON / NAME).read_bytes()}
    assert {row[0] for row in classroom.holdings(course)["lessons"]} == {LESSON}


def test_what_somebody_did_in_the_notebooks_that_git_tracks_is_never_sent(course):
    path = course.notebooks / LESSON / NAME
    edit(path, "one_hot", source=SOLVED)
    before = path.read_bytes()

    assert nbgrader(course, "generate_assignment", LESSON)[0] == 0
    assert nbgrader(course, "release_assignment", LESSON)[0] == 0

    assert SOLVED.encode() not in sent(course)[NAME]
    assert path.read_bytes() == before


def test_a_solution_in_the_release_folder_is_refused_by_both_and_kept_when_forced(course):
    assert nbgrader(course, "generate_assignment", LESSON)[0] == 0
    path = course.release / LESSON / NAME
    edit(path, "one_hot", source=SOLVED)
    before = path.read_bytes()

    for command in ("generate_assignment", "release_assignment"):
        code, said = nbgrader(course, command, LESSON)
        assert code != 0
        assert "somebody has worked in it (one_hot)" in said
        # Whatever was typed: releasing by force forces nothing here.
        assert f"or run 'nbgrader generate_assignment {LESSON} --force'" in said
        assert "Traceback" not in said
    assert sent(course) == {}
    assert path.read_bytes() == before

    code, said = nbgrader(course, "generate_assignment", LESSON, "--force")
    assert code == 0
    assert (course.class_folder / "kept" / LESSON / f"{LESSON} (kept).ipynb").read_bytes() == before
    assert nbgrader(course, "release_assignment", LESSON)[0] == 0
    assert SOLVED.encode() not in sent(course)[NAME]


def test_a_release_is_made_again_without_force_when_the_lesson_was_corrected(course, typed):
    assert nbgrader(course, "generate_assignment", LESSON)[0] == 0
    source = course.solutions / LESSON / "lesson.py"
    text = source.read_text(encoding="utf-8")
    marker = '# %% explore="picture of a data matrix"\n'
    source.write_text(text.replace(marker, f"{marker}# corrected\n"), encoding="utf-8")

    code, said = nbgrader(course, "release_assignment", LESSON)
    assert code != 0
    assert f"run 'grader build {LESSON}'" in said

    assert typed(course.root, "build")[0] == 0
    assert nbgrader(course, "release_assignment", LESSON)[0] == 0
    assert b"# corrected" in sent(course)[NAME]


def test_what_was_written_into_the_instructor_s_notebook_is_not_sent(course):
    add(course.solutions / LESSON / NAME, source=SOLVED, outputs=[], execution_count=None)

    code, said = nbgrader(course, "release_assignment", LESSON)

    assert code != 0
    assert "not what lesson.py makes" in said
    assert sent(course) == {}


def test_an_ordinary_assignment_with_a_leak_is_not_sent(course):
    cells = [
        locked("given", "x = 1"),
        solution("f", "def f():\n    return 1"),
        scored("test", "assert f() == 1", 2),
    ]
    (course.solutions / "ps1").mkdir()
    path = course.solutions / "ps1/ps1.ipynb"
    nbformat.write(new_notebook(cells=cells, metadata=KERNEL), path)
    code, said = nbgrader(course, "release_assignment", "ps1")
    assert code == 0, said
    assert b"return 1" not in sent(course, "ps1")["ps1.ipynb"]
    shutil.rmtree(course.root.parent / "exchange/backprop_by_hand/outbound/ps1")

    cells.append(new_code_cell("from grader.in_kernel import judge"))
    nbformat.write(new_notebook(cells=cells, metadata=KERNEL), path)
    code, said = nbgrader(course, "release_assignment", "ps1")

    assert code != 0
    assert "a call of the hidden tests" in said
    assert sent(course, "ps1") == {}


# ------------------------------------------------------------------- release, by button


def test_the_buttons_do_the_same(course, button):
    made = button.generate_assignment(LESSON)
    assert made["success"], made
    edit(course.release / LESSON / NAME, "one_hot", source=SOLVED)

    for deed in (button.generate_assignment, button.release_assignment):
        done = deed(LESSON)
        assert not done["success"]
        assert "somebody has worked in it (one_hot)" in done.get("log", "") + done.get("error", "")
    assert sent(course) == {}

    shutil.rmtree(course.release / LESSON)
    assert button.generate_assignment(LESSON)["success"]
    assert button.release_assignment(LESSON)["success"]
    assert set(sent(course)) == {NAME}


@pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")  # nbgrader's own
def test_a_lesson_that_was_never_generated_comes_into_the_gradebook_when_it_is_graded(
    course, button
):
    if reason := availability.unavailable():
        pytest.skip(f"grading other people's work needs a sandbox: {reason}")
    classroom.hand_in(course, "anna", classroom.right())

    done = button.autograde(LESSON, "anna")

    assert done["success"], done
    assert classroom.scores(course)["anna"] == {"test_standardize": 10, "test_one_hot": 6}

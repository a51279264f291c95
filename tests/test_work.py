"""A learner's own folder, and notebooks that are never written over while somebody works there."""

import json
import os
import shutil

import nbformat
import pytest
from nbgrader.utils import compute_checksum

from grader.course import touched
from grader.course.build import build_course
from grader.course.folders import Course
from grader.course.notebook import text_of
from grader.submission.matching import read
from grader.work.folder import set_out
from tests.classroom import LESSON, copy_of, make_course, tree
from tests.conftest import ROOT, load

NAME = f"{LESSON}.ipynb"
# What a newer edition of lesson 00 changes: a stub, and prose.
EDITS = {
    "with each feature shifted": "with every feature shifted",
    "**Now have it judged.**": "**Let it be judged.**",
}
SOLVED = "def one_hot(labels, n_classes):\n    return np.eye(n_classes)[:, labels]"


@pytest.fixture
def course(tmp_path):
    return make_course(tmp_path / "course")


@pytest.fixture
def learner(course):
    """The path of a learner's copy of lesson 00 in a course that was set out once."""
    set_out(course)
    return course.work / LESSON / NAME


def cells(path):
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def texts(path):
    return [text_of(cell) for cell in cells(path)]


def change(path, change_cells):
    """Do something to a notebook's cells, and save it as JupyterLab would."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    change_cells(notebook["cells"])
    path.write_text(json.dumps(notebook, indent=1) + "\n", encoding="utf-8")


def named(found, name):
    (cell,) = [cell for cell in found if cell["id"] == name]
    return cell


def own_cell(text, kind="code"):
    more = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "id": "mine", "metadata": {}, "source": text, **more}


def solve(found, name="one_hot", text=SOLVED):
    named(found, name)["source"] = text


def newer(course, **edits):
    """Build a newer edition of the lesson."""
    path = course.solutions / LESSON / "lesson.py"
    text = path.read_text(encoding="utf-8")
    for old, new in (edits or EDITS).items():
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    build_course(course, [])


def offered(course):
    return course.work / LESSON / f"{LESSON} (new edition).ipynb"


# ------------------------------------------------------------- what is somebody's work


@pytest.mark.parametrize("lesson", Course(root=ROOT).lesson_ids())
def test_no_cell_of_a_built_notebook_is_anybody_s_work(lesson):
    path = ROOT / "notebooks" / lesson / f"{lesson}.ipynb"
    known = {touched.digest_of(text) for text in load(lesson).released}

    assert touched.worked_in(path, known) == []
    explored = [c for c in touched.touched({"cells": cells(path)}, ()) if c["cell_type"] == "code"]
    assert all("skip-execution" in cell["metadata"]["tags"] for cell in explored)


def test_the_checksum_of_a_cell_is_nbgrader_s():
    found = nbformat.read(ROOT / "notebooks" / LESSON / NAME, as_version=4).cells
    graded = [cell for cell in found if "nbgrader" in cell.metadata]

    assert graded
    for cell in graded:
        cell["source"] += "\n# \N{GREEK SMALL LETTER DELTA}"
        assert touched._checksum(cell) == compute_checksum(cell)


# ------------------------------------------------------------------------ the folder


def test_what_is_missing_is_made_and_the_second_time_nothing(course):
    said = set_out(course)

    assert said == [f"made work/{LESSON}/{NAME}"]
    path = course.work / LESSON / NAME
    nbformat.validate(nbformat.read(path, as_version=4))
    assert texts(path) == texts(course.notebooks / LESSON / NAME)
    before = tree(course.work)
    assert set_out(course) == []
    assert tree(course.work) == before


def test_a_folder_with_a_lesson_s_module_gets_it(tmp_path):
    lesson = "02_sigmoid_softmax_jacobians"
    course = make_course(tmp_path, [LESSON, lesson])
    set_out(course)

    made = course.work / lesson / "earlier.py"
    assert made.read_bytes() == (course.notebooks / lesson / "earlier.py").read_bytes()

    made.write_text("mine = 1\n", encoding="utf-8")
    (course.work / lesson / f"{lesson}.ipynb").unlink()
    said = set_out(course)

    assert (made.parent / "earlier (before).py").read_text(encoding="utf-8") == "mine = 1\n"
    assert any("earlier (before).py" in line for line in said)


def test_a_newer_edition_is_offered_beside_with_all_that_the_learner_wrote(course, learner):
    def write(found):
        solve(found)
        named(found, "answer_derive_broadcast_shape")["source"] = "Because it is so."
        explored = named(found, "explore_predict-five-shapes")
        explored["source"] += "\n# my guess: (2, 3)"
        place = found.index(named(found, "test_one_hot"))
        found.insert(place + 1, own_cell("my_note = 1"))
        found.insert(3, own_cell("Something to remember.", "markdown"))

    change(learner, write)
    before = learner.read_bytes()
    newer(course)

    (said,) = set_out(course)

    assert "(new edition).ipynb" in said
    assert learner.read_bytes() == before
    found = cells(offered(course))
    nbformat.validate(nbformat.read(offered(course), as_version=4))
    assert text_of(named(found, "one_hot")) == SOLVED
    assert text_of(named(found, "answer_derive_broadcast_shape")) == "Because it is so."
    assert "my guess" in text_of(named(found, "explore_predict-five-shapes"))
    assert "with every feature shifted" in text_of(named(found, "standardize"))
    ids = [cell["id"] for cell in found]
    own = [cell for cell in found if text_of(cell) == "my_note = 1"]
    assert ids.index(own[0]["id"]) == ids.index("test_one_hot") + 1
    assert "Something to remember." in map(text_of, found)
    assert len(set(ids)) == len(ids)
    # And nothing else: what only the edition changed is there once.
    assert len(found) == len(cells(course.notebooks / LESSON / NAME)) + 2
    assert set_out(course) == []


def test_what_was_carried_over_is_graded_as_it_was(course, learner):
    change(learner, solve)
    newer(course)
    set_out(course)

    assert read(offered(course), load(LESSON)).sources["one_hot"] == SOLVED


def test_a_cell_that_both_changed_stands_behind_the_new_one(course, learner):
    name = "explore_picture-of-a-data-matrix"
    change(learner, lambda found: solve(found, name, "my_picture = 1"))
    marker = '# %% explore="picture of a data matrix"\n'
    newer(course, **{marker: f"{marker}# new\n"})

    set_out(course)

    found = cells(offered(course))
    place = [cell["id"] for cell in found].index(name)
    assert text_of(found[place]).splitlines()[1] == "# new"
    assert text_of(found[place + 1]) == "my_picture = 1"


def test_an_exercise_that_is_gone_stays_as_a_cell_of_the_learner_s(course, learner):
    gone = own_cell("def gone(x):\n    return x")
    gone["metadata"] = {"nbgrader": {"grade_id": "gone", "solution": True, "checksum": "0"}}
    change(learner, lambda found: found.insert(5, gone))
    newer(course)

    set_out(course)

    (kept,) = [cell for cell in cells(offered(course)) if "def gone" in text_of(cell)]
    assert kept["metadata"] == {}


def test_a_notebook_that_nobody_touched_is_brought_up_to_date(course, learner):
    newer(course)

    (said,) = set_out(course)

    assert "brought up to date" in said
    assert texts(learner) == texts(course.notebooks / LESSON / NAME)
    assert not offered(course).exists()


def test_one_that_was_only_run_is_left_as_it_is(course, learner):
    change(learner, lambda found: named(found, "setup_imports").update(execution_count=1))
    before = learner.read_bytes()
    newer(course)

    set_out(course)

    assert learner.read_bytes() == before
    assert offered(course).exists()


def test_the_third_edition_takes_over_from_what_was_saved_last(course, learner):
    change(learner, solve)
    newer(course)
    set_out(course)
    later = "def one_hot(labels, n_classes):\n    return 2"
    change(offered(course), lambda found: solve(found, text=later))
    os.utime(learner, (1, 1))
    newer(course, **{"with every feature shifted": "with all features shifted"})

    set_out(course)

    third = course.work / LESSON / f"{LESSON} (new edition 2).ipynb"
    assert text_of(named(cells(third), "one_hot")) == later


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"cells": 3}', b"\xff\xfe"])
def test_what_cannot_be_read_is_left_alone_and_told(course, learner, content):
    learner.write_bytes(content)
    newer(course)

    (said,) = set_out(course)

    assert "cannot be read" in said
    assert learner.read_bytes() == content


def test_work_begun_where_git_tracks_goes_on_in_the_folder(course):
    change(course.notebooks / LESSON / NAME, solve)
    set_out(course)
    learner = course.work / LESSON / NAME
    assert text_of(named(cells(learner), "one_hot")) == SOLVED

    # And is still known as work when there is a newer edition.
    shutil.copy(ROOT / "notebooks" / LESSON / NAME, course.notebooks / LESSON / NAME)
    newer(course)
    set_out(course)

    assert text_of(named(cells(learner), "one_hot")) == SOLVED
    assert text_of(named(cells(offered(course)), "one_hot")) == SOLVED


def test_the_commands_say_what_they_did(course, typed):
    code, out, _ = typed(course.root, "work")
    assert (code, out) == (0, f"made work/{LESSON}/{NAME}\n")

    code, out, _ = typed(course.root, "work")
    assert (code, out) == (0, "work/ has every lesson\n")


def test_a_folder_that_cannot_be_made_is_one_line(course, typed):
    course.work.write_text("in the way", encoding="utf-8")

    code, _, err = typed(course.root, "work")

    assert code == 1
    assert "cannot be written" in err
    assert len(err.splitlines()) == 1


# ------------------------------------------------------------------------- the build


def add_own(found):
    found.append(own_cell("mine = 1"))


@pytest.mark.parametrize(
    ("work", "cell"),
    [
        (solve, "one_hot"),
        (lambda found: solve(found, "answer_derive_broadcast_shape", "so"), "answer_derive"),
        (lambda found: solve(found, "explore_predict-five-shapes", "x = 1"), "explore_predict"),
        (add_own, "mine = 1"),
    ],
    ids=["a solution", "an answer", "an explored cell", "an own cell"],
)
def test_build_refuses_a_notebook_in_which_somebody_worked_and_names_the_cell(
    course, typed, work, cell
):
    path = course.notebooks / LESSON / NAME
    change(path, work)
    before = tree(course.root)

    code, _, err = typed(course.root, "build")

    assert code == 1
    assert f"{path}: somebody has worked in it ({cell}" in err
    assert "or run 'grader build --force', which keeps a copy first" in err
    assert tree(course.root) == before


def test_build_with_force_keeps_a_copy(course, typed):
    path = course.notebooks / LESSON / NAME
    change(path, solve)
    before = path.read_bytes()

    code, out, _ = typed(course.root, "build", "--force")

    assert code == 0
    assert f"kept work/{LESSON}/{LESSON} (kept).ipynb" in out
    assert (course.work / LESSON / f"{LESSON} (kept).ipynb").read_bytes() == before
    assert path.read_bytes() == (ROOT / "notebooks" / LESSON / NAME).read_bytes()


def test_an_author_s_own_change_is_built_without_a_question(course, tmp_path):
    newer(course)
    before = copy_of(course, tmp_path / "copy")
    newer(course, **{"with every feature shifted": "with all features shifted"})

    assert texts(before.notebooks / LESSON / NAME) != texts(course.notebooks / LESSON / NAME)

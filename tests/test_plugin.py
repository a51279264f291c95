"""nbgrader's own autograde, through the engine: our lessons, and assignments that are none.

Real commands with the shipped configuration; honest work is graded by a stock
nbgrader as well, and both must agree.
"""

import json
import os
import textwrap
import time

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory

from grader import nbgrader_plugin as plugin
from grader.autograde import beside, boxes, place, reading, restoring
from grader.course.notebook import text_of
from grader.errors import GraderError
from grader.gradebook import sidecar
from grader.report.data import report_data
from grader.run.whole_class import grade_class
from grader.sandbox import availability, scratch
from tests import classroom
from tests.classroom import LESSON, copy_of, hand_in, holdings, right, work
from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(
    bool(availability.unavailable()), reason=f"no sandbox: {availability.unavailable()}"
)

ORDINARY = "ps1"
TIMEOUT = "c.Execute.timeout = 2"
KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


# ------------------------------------------------------------- an ordinary assignment


def cell(name, source, *, points=None, solution=False, markdown=False, tags=()):
    """Return a cell as nbgrader's Create Assignment makes it."""
    made = (new_markdown_cell if markdown else new_code_cell)(textwrap.dedent(source).strip())
    made["id"] = name.replace("_", "-")
    made["metadata"] = {
        "nbgrader": {
            "grade": points is not None,
            "grade_id": name,
            "locked": not solution,
            "schema_version": 3,
            "solution": solution,
            "task": False,
            **({} if points is None else {"points": points}),
        },
        **({"tags": list(tags)} if tags else {}),
    }
    return made


SOURCE = [
    cell("imports", "import sys\nfrom pathlib import Path"),
    cell(
        "square",
        """
        def square(x):
            ### BEGIN SOLUTION
            return x * x
            ### END SOLUTION
        """,
        solution=True,
    ),
    cell(
        "test_square",
        """
        assert square(2) == 4
        ### BEGIN HIDDEN TESTS
        assert square(-3) == 9
        ### END HIDDEN TESTS
        """,
        points=2,
    ),
    cell("test_partial", "4.0 if square(0.5) == 0.25 else 1.5", points=4),
    cell("test_text", "'a result that is no number'", points=1),
    cell("test_stderr", "print('a warning', file=sys.stderr)\nsquare(1)", points=1),
    cell("test_file", "assert Path('data/numbers.txt').read_text() == '1 2 3'", points=1),
    # The instructor's own tags count; a student's do not.
    cell("demo", "raise RuntimeError('never run')", tags=["skip-execution"]),
    cell("expected", "raise RuntimeError('as it should')", tags=["raises-exception"]),
    cell("test_after", "assert square(1) == 1", points=1),
    cell("why", "*Your answer here.*", points=3, solution=True, markdown=True),
]
TESTS = {
    c.metadata.nbgrader.grade_id: c.metadata.nbgrader.points
    for c in SOURCE
    if c.metadata.nbgrader.grade and not c.metadata.nbgrader.solution
}
FULL = {
    "test_square": 2,
    "test_partial": 4,
    "test_text": 1,
    "test_stderr": 0,
    "test_file": 1,
    "test_after": 1,
}


RIGHT = "def square(x):\n    return x * x"


def answered(**changes):
    """Return a student's notebook of the ordinary assignment, as JupyterLab saves it."""
    cells = []
    for original in SOURCE:
        made = nbformat.from_dict(original)
        name = made.metadata.nbgrader.grade_id
        if name in ("square", "why"):
            made["source"] = changes.get(name, RIGHT if name == "square" else "")
        cells.append(made)
    return new_notebook(cells=cells, metadata=KERNEL)


def saved(notebook):
    return json.dumps(notebook)


def tampered(change):
    """Return a right notebook after change(cells by name, the list of all)."""
    notebook = answered()
    change({c.metadata.nbgrader.grade_id: c for c in notebook.cells}, notebook.cells)
    return saved(notebook)


def tag_tests(named, _):
    named["square"]["source"] = "def square(x):\n    return None"
    for name in TESTS:
        named[name].metadata["tags"] = ["skip-execution"]


def delete_all(_, cells):
    cells.clear()


def delete_solution(named, cells):
    cells.remove(named["square"])


def duplicate_a_test(named, cells):
    cells.append(nbformat.from_dict(named["test_square"]))


def unknown_schema(named, _):
    named["test_square"].metadata.nbgrader["schema_version"] = 99


def clear_flags(named, _):
    named["square"]["source"] = "def square(x):\n    return None"
    for name in TESTS:
        named[name].metadata.nbgrader.update(grade=False, points=100, locked=False)
        named[name]["source"] = "100.0"


def rename_ids(named, _):
    named["square"]["source"] = "def square(x):\n    return None"
    for name in TESTS:
        named[name].metadata.nbgrader["grade_id"] = f"my_{name}"


HONEST = {
    "right": saved(answered(why="Because.")),
    "wrong": saved(answered(square="def square(x):\n    return 2 * x")),
    "partly": saved(answered(square="def square(x):\n    return abs(x) ** 2 if x != 0.5 else 0")),
    "hangs": saved(
        answered(square="def square(x):\n    while x == -3:\n        pass\n    return x * x")
    ),
}
HOSTILE = {
    "tagged": tampered(tag_tests),
    "deleted": tampered(delete_all),
    "unsolved": tampered(delete_solution),
    "duplicated": tampered(duplicate_a_test),
    "schema": tampered(unknown_schema),
    "cleared": tampered(clear_flags),
    "renamed": tampered(rename_ids),
    "exits": saved(answered(square="import os\nos._exit(0)")),
    "broken": HONEST["right"][:900],
}
READS = "def square(x):\n    return x * x\nprint(open('mine/link').read())"


def timestamp_fifo(folder, _):
    os.mkfifo(folder / "timestamp.txt")


def timestamp_link(folder, course):
    (folder / "timestamp.txt").symlink_to(course.class_folder / "secret")


def timestamp_zone(folder, course):
    path = course.class_folder / "secret"
    (folder / "timestamp.txt").write_text(f"2026-03-01 12:30:00 {path}")


def timestamp_garbage(folder, _):
    (folder / "timestamp.txt").write_bytes(b"\xff yesterday " * 100)


def links_beside(folder, course):
    (folder / "mine").mkdir()
    (folder / "mine" / "link").symlink_to(course.class_folder / "secret")
    os.mkfifo(folder / "mine" / "fifo")


ODD = {
    make.__name__: make
    for make in (timestamp_fifo, timestamp_link, timestamp_zone, timestamp_garbage, links_beside)
}


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A course with a lesson and an ordinary assignment, both generated by nbgrader."""
    course = classroom.make_course(tmp_path_factory.mktemp("template") / "course")
    folder = course.solutions / ORDINARY
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "numbers.txt").write_text("1 2 3")
    nbformat.write(new_notebook(cells=SOURCE, metadata=KERNEL), folder / f"{ORDINARY}.ipynb")
    course.make_secret()
    classroom.configure(course, TIMEOUT)
    for name in (ORDINARY, LESSON):
        done = classroom.command(course, "nbgrader", "generate_assignment", name, "--force")
        assert done.returncode == 0, done.stderr
    return course


@pytest.fixture(scope="module")
def ordinary(template, tmp_path_factory):
    """The ordinary assignment, graded through the box; the class, and what nbgrader said."""
    course = copy_of(template, tmp_path_factory.mktemp("ordinary") / "course")
    for student, content in (HONEST | HOSTILE).items():
        hand_in(course, student, content, ORDINARY)
    for student, make in ODD.items():
        make(hand_in(course, student, saved(answered(square=READS)), ORDINARY), course)
    started = time.monotonic()
    done = classroom.command(course, "nbgrader", "autograde", ORDINARY)
    return course, done, time.monotonic() - started


@pytest.fixture(scope="module")
def stock(template, tmp_path_factory):
    """The honest ones, graded by nbgrader alone."""
    course = copy_of(template, tmp_path_factory.mktemp("stock") / "course")
    classroom.make_stock(course, TIMEOUT)
    for student, content in HONEST.items():
        hand_in(course, student, content, ORDINARY)
    done = classroom.command(course, "nbgrader", "autograde", ORDINARY)
    assert done.returncode == 0, done.stdout + done.stderr
    return course


def of(student, table):
    return [row for row in table if student in row]


@pytest.mark.parametrize("student", HONEST)
def test_honest_work_on_an_ordinary_assignment_is_scored_as_nbgrader_scores_it(
    ordinary, stock, student
):
    ours, theirs = holdings(ordinary[0]), holdings(stock)

    for table in ("grades", "comments", "submissions"):
        assert of(student, ours[table]) == of(student, theirs[table])


def test_the_scores_are_those_that_the_rules_give(ordinary):
    found = classroom.scores(ordinary[0])

    assert found["right"] == FULL
    assert found["wrong"] == {**FULL, "test_square": 0, "test_partial": 1.5, "test_after": 0}
    assert found["partly"] == {**FULL, "test_partial": 1.5}
    # Only the cell that hangs is lost: the timeout is that of nbgrader_config.py.
    assert found["hangs"] == {**FULL, "test_square": 0}


def test_a_cell_over_nbgrader_s_timeout_shows_nbgrader_s_error(ordinary):
    course, _, seconds = ordinary
    path = course.class_folder / "autograded" / "hangs" / ORDINARY / f"{ORDINARY}.ipynb"
    cells = {c.get("id"): c for c in nbformat.read(path, as_version=4).cells}

    assert [o.ename for o in cells["test-square"].outputs] == [
        "KeyboardInterrupt",
        "CellTimeoutError",
    ]
    assert seconds < 60


def test_the_instructor_s_tags_are_honoured_and_a_student_s_are_not(ordinary):
    course, _, _ = ordinary
    path = course.class_folder / "autograded" / "right" / ORDINARY / f"{ORDINARY}.ipynb"
    cells = {c.get("id"): c for c in nbformat.read(path, as_version=4).cells}

    assert cells["demo"].outputs == []
    assert [output.ename for output in cells["expected"].outputs] == ["RuntimeError"]
    assert classroom.scores(course)["right"]["test_after"] == 1
    # A function that returns None fails what it was tagged to skip.
    assert classroom.scores(course)["tagged"]["test_square"] == 0


def test_no_notebook_stops_the_class_and_each_is_graded(ordinary):
    course, done, _ = ordinary

    assert done.returncode == 0, done.stdout + done.stderr
    assert set(classroom.scores(course)) == {*HONEST, *HOSTILE, *ODD}


def test_what_a_student_deleted_or_renamed_is_put_back_without_the_solution(ordinary):
    """The source that it is put back from is the instructor's, and holds the answer."""
    course, _, _ = ordinary
    found = classroom.scores(course)

    unsolved = {**FULL, "test_square": 0, "test_partial": 0, "test_after": 0}
    for student in ("deleted", "unsolved", "broken"):
        assert found[student] == unsolved, student
        folder = course.class_folder / "autograded" / student / ORDINARY
        assert "x * x" not in (folder / f"{ORDINARY}.ipynb").read_text()
    for student in ("tagged", "cleared", "renamed"):
        assert found[student] == {**unsolved, "test_partial": 1.5}, student


def test_a_doubled_cell_and_an_unknown_schema_are_graded_like_the_others(ordinary):
    found = classroom.scores(ordinary[0])

    assert found["duplicated"] == found["schema"] == FULL


def test_where_a_cell_ends_the_process_those_below_do_not_run_and_say_so(ordinary):
    """Run again, a cell could guess until it is right, and an instructor's be passed over."""
    course, _, _ = ordinary
    path = course.class_folder / "autograded" / "exits" / ORDINARY / f"{ORDINARY}.ipynb"
    cells = {c.get("id"): c for c in nbformat.read(path, as_version=4).cells}

    assert classroom.scores(course)["exits"] == dict.fromkeys(FULL, 0)
    (error,) = cells["test-file"].outputs
    assert error.evalue == "not run: the process ended in a cell above"


def test_a_notebook_that_cannot_be_read_says_why(ordinary):
    course, _, _ = ordinary
    path = course.class_folder / "autograded" / "broken" / ORDINARY / f"{ORDINARY}.ipynb"
    first = nbformat.read(path, as_version=4).cells[0]

    assert first.cell_type == "markdown"
    assert first.source.startswith("The notebook could not be read: is not a notebook (JSONDec")


@pytest.mark.parametrize("student", [name for name in ODD if name.startswith("timestamp")])
def test_a_time_of_handing_in_that_is_none_is_a_note_and_not_a_stop(ordinary, student):
    course, done, _ = ordinary
    path = course.class_folder / "autograded" / student / ORDINARY
    first = nbformat.read(path / f"{ORDINARY}.ipynb", as_version=4).cells[0]

    assert classroom.scores(course)[student] == FULL
    assert first.source.startswith("Note: timestamp.txt could not be read as a time such as")
    assert f"{student}/{ORDINARY}: timestamp.txt could not be read" in done.stderr


def test_what_a_link_beside_a_notebook_leads_to_is_copied_nowhere(ordinary):
    course, _, _ = ordinary
    path = course.class_folder / "autograded" / "links_beside" / ORDINARY

    assert not (path / "mine").exists()
    assert course.secret() not in (path / f"{ORDINARY}.ipynb").read_text()


def test_an_answer_to_be_marked_waits_for_a_person_also_where_it_was_deleted(ordinary):
    waiting = {
        student: needs
        for student, _, name, *_, needs in holdings(ordinary[0])["grades"]
        if name == "why"
    }
    assert waiting["right"] == waiting["deleted"] == 1


def test_where_the_box_stops_the_reference_nobody_is_scored_and_the_reason_is_told(
    template, tmp_path
):
    course = copy_of(template, tmp_path / "course")
    classroom.configure(course, "c.Engine.withheld = ['scipy']")
    test = cell("test_scipy", "import scipy", points=2)
    (course.solutions / "ps2").mkdir()
    nbformat.write(
        new_notebook(cells=[test], metadata=KERNEL), course.solutions / "ps2" / "ps2.ipynb"
    )
    made = classroom.command(course, "nbgrader", "generate_assignment", "ps2")
    assert made.returncode == 0, made.stderr
    for student in ("one", "two"):
        hand_in(course, student, saved(new_notebook(cells=[test], metadata=KERNEL)), "ps2")

    done = classroom.command(course, "nbgrader", "autograde", "ps2")

    assert done.returncode == 1
    assert "ps2.ipynb: the reference itself fails in the box, so nobody is scored" in done.stderr
    assert "cell 1, test_scipy (0 points, outside 2): ModuleNotFoundError" in done.stderr
    assert "c.Engine.withheld" in done.stderr
    assert "Traceback" not in done.stderr
    assert holdings(course)["submissions"] == []
    assert not (course.class_folder / "autograded").exists()


# ------------------------------------------------------------------- our own lessons


LESSONS_CLASS = {
    "right": right(derive_broadcast_shape="It is so."),
    "wrong": work(one_hot="def one_hot(labels, n_classes):\n    return labels"),
    "partly": right(
        one_hot="def one_hot(labels, n_classes):\n    return np.eye(n_classes)[labels].T"
    ),
    "untouched": work(),
    "broken": right()[:4000],
    "late": right(),
}


def with_cells(change):
    notebook = json.loads(right())
    change(notebook["cells"])
    return json.dumps(notebook)


def double(cells):
    cells.append(dict(next(c for c in cells if c["id"] == "test_one_hot")))


def from_the_future(cells):
    for made in cells:
        made["metadata"].get("nbgrader", {}).update(schema_version=99)


def skip_tests(cells):
    for made in cells:
        made["metadata"]["tags"] = ["skip-execution"]
        if made["id"] == "one_hot":
            made["source"] = "def one_hot(labels, n_classes):\n    return 6.0"


LESSONS_CLASS |= {
    "doubled": with_cells(double),
    "future": with_cells(from_the_future),
    "skips": with_cells(skip_tests),
    "empty": with_cells(list.clear),
}


@pytest.fixture(scope="module")
def lessons(template, tmp_path_factory):
    """The lesson, graded by `nbgrader autograde` and by `grader grade`."""
    by_nbgrader = copy_of(template, tmp_path_factory.mktemp("lesson") / "course")
    for student, content in LESSONS_CLASS.items():
        timestamp = "2026-03-01 12:30:00 UTC" if student == "late" else None
        hand_in(by_nbgrader, student, content, timestamp=timestamp)
    by_us = copy_of(by_nbgrader, tmp_path_factory.mktemp("lesson") / "course")
    grade_class(by_us)
    done = classroom.command(by_nbgrader, "nbgrader", "autograde", LESSON)
    assert done.returncode == 0, done.stdout + done.stderr
    return by_nbgrader, by_us


def test_both_commands_fill_the_gradebook_alike(lessons):
    by_nbgrader, by_us = map(holdings, lessons)

    for table in ("grades", "submissions", "students"):
        assert by_nbgrader[table] == by_us[table]
    assert set(classroom.scores(lessons[0])) == set(LESSONS_CLASS)


def test_forged_metadata_gains_nothing_and_right_work_loses_nothing_by_it(lessons):
    found = classroom.scores(lessons[0])

    assert found["doubled"] == found["future"] == {"test_standardize": 10, "test_one_hot": 6}
    assert found["skips"] == {"test_standardize": 10, "test_one_hot": 0}
    assert found["broken"] == found["empty"] == {"test_standardize": 0, "test_one_hot": 0}


def test_both_commands_show_a_student_the_same_report(lessons):
    for student in LESSONS_CLASS:
        ours, theirs = (classroom.cells_of(course, student) for course in reversed(lessons))
        said = (text_of(cells.get("grader-notes", {"source": ""})) for cells in (ours, theirs))
        assert len(set(said)) == 1
        reports = (sidecar.read(_graded(course, student)) for course in lessons)
        assert len({json.dumps(report_data(report)) for report in reports}) == 1
        for name in ("test_standardize", "test_one_hot"):
            assert _shown(ours[name]) == _shown(theirs[name])


def _graded(course, student):
    return course.class_folder / "autograded" / student / LESSON


def _shown(made):
    return ["".join(output.get("text", "")) for output in made["outputs"]]


@pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")  # nbgrader's own
def test_formgrader_s_button_grades_as_the_command_does(lessons, template, tmp_path, monkeypatch):
    """The button calls NbGraderAPI.autograde, in the process of the server."""
    course = copy_of(template, tmp_path / "course")
    hand_in(course, "partly", LESSONS_CLASS["partly"])
    monkeypatch.chdir(course.root)
    config = course.nbgrader_config()
    api = NbGraderAPI(CourseDirectory(config=config, root=str(course.root)), config=config)
    result = api.autograde(LESSON, "partly")

    assert result["success"], result
    assert classroom.scores(course)["partly"] == classroom.scores(lessons[0])["partly"]


# -------------------------------------------------------------------------- pieces


def test_a_lesson_is_read_anew_when_its_files_are_since_a_server_lives_long(template, tmp_path):
    course = copy_of(template, tmp_path / "course")
    coursedir = CourseDirectory(config=course.nbgrader_config(), root=str(course.root))
    _, first = place.lesson_of(coursedir, LESSON)
    _, again = place.lesson_of(coursedir, LESSON)
    hidden = course.solutions / LESSON / "hidden" / "one_hot.py"
    hidden.write_text(hidden.read_text() + "\n# changed\n")
    os.utime(hidden, ns=(1, 1))

    assert first is again
    assert place.lesson_of(coursedir, LESSON)[1].digest != first.digest
    assert place.lesson_of(coursedir, ORDINARY) is None


def test_an_assignment_of_a_lesson_s_name_in_another_course_is_an_ordinary_one(tmp_path):
    """From there, the course that is found is the one that is installed."""
    (tmp_path / "source" / LESSON).mkdir(parents=True)

    assert place.lesson_of(CourseDirectory(root=str(tmp_path)), LESSON) is None


def test_without_a_sandbox_nothing_is_graded_and_the_reason_is_told(template, monkeypatch):
    """A fake takes the sandbox away: this machine has one."""
    monkeypatch.setattr(availability, "unavailable", lambda: "the kernel is too old")

    with pytest.raises(GraderError, match="no sandbox here: the kernel is too old; grade where"):
        boxes.box_for_notebooks(template, "student", processes=0, withheld=(), lent=())


def test_all_plain_files_beside_a_notebook_come_along_with_their_folders(tmp_path):
    (tmp_path / "data" / "deep").mkdir(parents=True)
    (tmp_path / "data" / "deep" / "a.csv").write_text("1")
    (tmp_path / "earlier.py").write_text("x = 1")
    (tmp_path / "ps1.ipynb").write_text("{}")
    (tmp_path / "link").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "fifo")

    found = beside.files_beside(tmp_path, (), pytest.fail)

    assert found == {name: tmp_path / name for name in ("data/deep/a.csv", "earlier.py")}


def test_a_student_s_module_hides_no_installed_one_and_an_instructor_s_may(tmp_path):
    """As in nbgrader, modules beside a notebook come first: some of them stay away."""
    names = ("helpers.py", "scipy/__init__.py", "scipy/x.py", "random.py", "byhand.py", "json/a")
    for name in (*names, "statistics.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    told = []

    found = beside.files_beside(tmp_path, {"statistics.py"}, told.append)

    assert set(found) == {"helpers.py", "json/a", "statistics.py"}
    assert told == [
        f"{name!r} is not there when it is graded: it would hide an installed module"
        for name in ("byhand.py", "random.py", "scipy/__init__.py")
    ]


def test_what_a_notebook_writes_is_kept_but_for_links_and_what_is_nbgrader_s(tmp_path):
    """As in nbgrader a file may be replaced; a notebook, or the time of handing in, may not."""
    box, target, told = tmp_path / "box", tmp_path / "target", []
    target.mkdir()
    (target / "given.csv").write_text("old")
    given = scratch.fill(box, {"given.csv": target / "given.csv", "same.csv": ROOT / "README.md"})
    (target / "given.csv").chmod(0o444)
    (box / "deep").mkdir()
    for name in ("given.csv", "deep/new.txt", "ps1.ipynb", "timestamp.txt", ".cache", "x.pyc"):
        (box / name).write_text("written")
    (box / "link").symlink_to("/etc/passwd")
    (box / "large").write_bytes(b" " * 3 * 2**20)
    kept = beside.Harvest(target=target, most_bytes=2 * 2**20, ignored=["*.pyc"], tell=told.append)

    kept(box, given)

    assert classroom.tree(target) == {"given.csv": b"written", "deep/new.txt": b"written"}
    assert told == ["'large' is not kept: more than 2 MiB"]


def test_a_notebook_in_another_language_is_refused_since_the_box_runs_python():
    notebook = new_notebook(
        metadata={"kernelspec": {"display_name": "R", "language": "R", "name": "ir"}}
    )

    with pytest.raises(GraderError, match="the notebook is in R, and the box runs Python alone"):
        plugin.Engine().run(notebook, {})


@pytest.mark.parametrize(
    ("timeout", "seconds"), [(30, 30.0), (None, 600.0), (-1, 600.0), (0, 600.0)]
)
def test_no_timeout_is_a_long_one_for_one_loop_must_not_stop_the_class(timeout, seconds):
    assert plugin.Engine(timeout=timeout).seconds_of(new_code_cell("1")) == seconds


def test_a_timeout_may_depend_on_the_cell():
    engine = plugin.Engine(
        timeout=30, timeout_func=lambda made: 5 if "fit" in made.source else None
    )

    assert engine.seconds_of(new_code_cell("fit()")) == 5.0
    assert engine.seconds_of(new_code_cell("1")) == 600.0


@pytest.mark.parametrize("which", ["notebook", "folder"])
def test_a_link_to_another_student_s_work_is_not_followed(template, tmp_path, monkeypatch, which):
    course = copy_of(template, tmp_path / "course")
    folder = hand_in(course, "right", HONEST["right"], ORDINARY)
    mine = course.class_folder / "submitted" / "copyist" / ORDINARY
    if which == "folder":
        mine.parent.mkdir()
        mine.symlink_to(folder)
    else:
        mine.mkdir(parents=True)
        (mine / f"{ORDINARY}.ipynb").symlink_to(folder / f"{ORDINARY}.ipynb")
    monkeypatch.chdir(course.root)
    exporter = plugin.StrictExporter(config=course.nbgrader_config())
    exporter._preprocessors = []

    def read():
        return exporter.from_filename(str(mine / f"{ORDINARY}.ipynb"))[0]

    if which == "folder":
        with pytest.raises(GraderError, match="is a symbolic link; put the submission itself"):
            read()
    else:
        assert "x * x" not in read()
        assert "is a symbolic link; hand in the notebook itself" in read()


def in_format(version, minor):
    """Return the ordinary assignment's source as a program of that time would save it."""
    made = json.loads(json.dumps(new_notebook(cells=SOURCE, metadata=KERNEL)))
    for each in made["cells"]:
        del each["id"]
    if version == 4:
        return {**made, "nbformat_minor": minor}
    for each in made["cells"]:
        if each["cell_type"] == "code":
            del each["execution_count"]
            each |= {"input": each.pop("source"), "language": "python", "collapsed": False}
    sheets = [{"cells": made["cells"], "metadata": {}}]
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": sheets}


@pytest.mark.parametrize("form", [(3, 0), (4, 0), (4, 2), (4, 4), (4, 5)])
def test_a_source_in_an_older_format_makes_a_valid_notebook_of_today_quietly(
    tmp_path, form, caplog
):
    """Warnings are errors here."""
    source, handed_in = tmp_path / "source.ipynb", tmp_path / "handed-in.ipynb"
    source.write_text(json.dumps(in_format(*form)))
    handed_in.write_text(saved(answered()))

    made = restoring.restored(reading.read(handed_in), place.read_source(source))

    nbformat.validate(made)
    assert (made.nbformat, made.nbformat_minor) == (4, 5)
    assert len({each.id for each in made.cells}) == len(made.cells) == len(SOURCE)
    assert caplog.records == []


def test_a_lesson_that_cannot_be_loaded_stops_nbgrader_with_one_line(tmp_path):
    course = classroom.make_course(tmp_path / "course")
    hand_in(course, "one", classroom.right())
    (course.solutions / classroom.LESSON / "lesson.py").unlink()

    done = classroom.command(course, "nbgrader", "autograde", classroom.LESSON)

    assert done.returncode == 1
    assert f"no lesson is called '{classroom.LESSON}'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("names", [("notes.txt",), ("one.ipynb", "two.ipynb")])
def test_where_it_is_not_clear_what_counts_there_is_no_score_and_no_zero(names, tmp_path):
    """nbgrader enters zeros for a notebook that it does not find, before it asks the engine."""
    course = classroom.make_course(tmp_path / "course")
    folder = hand_in(course, "one", classroom.right())
    (folder / f"{classroom.LESSON}.ipynb").unlink()
    other = classroom.right(one_hot="def one_hot(labels, n_classes):\n    return 0")
    for name, text in zip(names, (classroom.right(), other), strict=False):
        (folder / name).write_text(text, encoding="utf-8")
    hand_in(course, "two", classroom.right())

    done = classroom.command(course, "nbgrader", "autograde", classroom.LESSON)

    assert done.returncode == 1
    assert {row[0] for row in holdings(course)["grades"]} == {"two"}

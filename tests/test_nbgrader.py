"""nbgrader's own commands carry two lessons from their source to a fetched feedback page.

An exchange folder, an instructor and three students with a home each.  What is
collected is graded twice: by a stock nbgrader, which judges in
the kernel, and with the configuration that is shipped.
"""

import csv
import html
import json
import re
import shutil
import textwrap

import pytest

from grader.course.cells import Kind
from grader.course.folders import Course
from grader.course.regions import unmarked
from grader.in_kernel import KernelRunner
from grader.judge.judging import Judging
from grader.report.evidence import told
from grader.sandbox import availability
from tests import classroom
from tests.conftest import ROOT, load

COURSE_ID = "backprop_by_hand"
LESSONS = ("00_start_here", "01_chain_rule")
STUDENTS = ("right", "mistaken", "untouched")
# By lesson: the exercise with a known mistake, the mistake's name, and the student's code.
MISTAKES = {
    "00_start_here": (
        "one_hot",
        "transposed",
        """
        def one_hot(labels, n_classes):
            return np.eye(n_classes)[labels]
        """,
    ),
    "01_chain_rule": (
        "logistic_gradient",
        "no 1/m",
        """
        def logistic_gradient(w, b, X, T):
            A = 1 / (1 + np.exp(-(w @ X + b)))
            return (A - T) @ X.T, np.sum(A - T)
        """,
    ),
}


class Place:
    """A folder with a course, an exchange and everybody's home; knows how to run commands."""

    def __init__(self, root):
        self.root = root
        self.course = Course(root=root / "course")
        self.exchange = root / "exchange"

    def home(self, user):
        return self.root / "home" / user

    def desk(self, student):
        """The folder that a student works in."""
        return self.home(student) / "work"

    def notebook(self, student, lesson):
        return self.desk(student) / lesson / f"{lesson}.ipynb"

    def write_configs(self):
        """Say in each home where the exchange is, and who is who: all share one system account."""
        exchange = f"c.Exchange.root = {str(self.exchange)!r}"
        classroom.make_home(self.home("instructor"), exchange)
        for student in STUDENTS:
            course = f"c.CourseDirectory.course_id = {COURSE_ID!r}"
            who = f"c.CourseDirectory.student_id = {student!r}"
            classroom.make_home(self.home(student), exchange, course, who)

    def nbgrader(self, user, *words):
        """Run an nbgrader command as a user; return what it said."""
        place = Course(root=self.desk(user)) if user in STUDENTS else self.course
        done = classroom.command(place, "nbgrader", *words, home=self.home(user))
        said = done.stdout + done.stderr
        assert done.returncode == 0, f"nbgrader {' '.join(words)}:\n{said}"
        return said

    def instruct(self, *words):
        return self.nbgrader("instructor", *words)


def solve(path, answers):
    """Put answers, by cell id, into a notebook, as an editor would save it."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    done = set()
    for cell in notebook["cells"]:
        if cell["id"] in answers:
            cell["source"] = answers[cell["id"]].splitlines(keepends=True)
            done.add(cell["id"])
    assert done == set(answers)
    path.write_text(json.dumps(notebook, indent=1) + "\n", encoding="utf-8")


def answers_of(student, lesson):
    if student == "untouched":
        return {}
    cells = load(lesson).cells
    answers = {cell.name: unmarked(cell.source) for cell in cells if cell.kind is Kind.SOLUTION}
    answers |= {f"answer_{cell.name}": "It is so." for cell in cells if cell.kind is Kind.MANUAL}
    if student == "mistaken":
        exercise, _, code = MISTAKES[lesson]
        answers[exercise] = textwrap.dedent(code).strip()
    return answers


def outcome_of(lesson, student, secret):
    """Judge the mistaken exercise in this process: what the commands must arrive at."""
    exercise, _, code = MISTAKES[lesson]
    namespace = dict(load(lesson).reference)
    exec(textwrap.dedent(code), namespace)  # noqa: S102 - the code stands above
    judging = Judging(load(lesson), KernelRunner(namespace), student=student, secret=secret)
    judging.exercise(load(lesson).exercises[exercise], untouched_stub=False)
    return judging.carry(load(lesson).exercises[exercise])


# --------------------------------------------------------------------- the flow


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """Generated, released, fetched, solved, validated, submitted and collected."""
    for lesson in LESSONS:
        if not (ROOT / "solutions" / lesson / f"{lesson}.ipynb").is_file():
            pytest.skip(f"{lesson} is not built yet")
        load(lesson)  # before several threads ask for it at once
    place = Place(tmp_path_factory.mktemp("collected"))
    place.exchange.mkdir()
    classroom.make_course(place.course.root, LESSONS)
    shutil.rmtree(place.course.notebooks)
    place.write_configs()
    place.course.make_secret()

    for lesson in LESSONS:
        place.instruct("generate_assignment", lesson)
        place.instruct("release_assignment", lesson)

    for student in STUDENTS:
        place.desk(student).mkdir()
        place.nbgrader(student, "fetch_assignment", *LESSONS)
        for lesson in LESSONS:
            solve(place.notebook(student, lesson), answers_of(student, lesson))
            place.nbgrader(student, "submit", lesson)
    for lesson in LESSONS:
        place.instruct("collect", lesson)
    return place


@pytest.fixture(scope="module", params=["stock", "as shipped"])
def graded(request, collected, tmp_path_factory):
    """Autograded, fed back, released, fetched and exported, by either configuration."""
    place = Place(tmp_path_factory.mktemp("graded") / "place")
    shutil.copytree(collected.root, place.root)
    place.write_configs()
    if request.param == "stock":
        classroom.make_stock(place.course)
    elif reason := availability.unavailable():
        pytest.skip(f"the shipped configuration needs a sandbox: {reason}")
    for lesson in LESSONS:
        place.instruct("autograde", lesson)
        place.instruct("generate_feedback", lesson)
        place.instruct("release_feedback", lesson)
    for student in STUDENTS:
        place.nbgrader(student, "fetch_feedback", *LESSONS)
    place.instruct("export", "--to=class/grades.csv")
    return place


def auto_scores(place, lesson, student):
    """Return what nbgrader's gradebook holds for the tests of one submission."""
    with classroom.gradebook(place.course) as book:
        submitted = book.find_submission_notebook(lesson, lesson, student)
        return {
            grade.name.removeprefix("test_"): grade.auto_score
            for grade in submitted.grades
            if grade.name.startswith("test_")
        }


def points_of(lesson):
    return {name: exercise.points for name, exercise in load(lesson).exercises.items()}


def words(page):
    """Return a feedback page's text without tags and white space: both wrap as they like."""
    text = html.unescape(re.sub(r"<[^>]*>", "", page.read_text(encoding="utf-8")))
    return squeezed(text)


def squeezed(text):
    return "".join(text.split())


def hints(lesson):
    """Return every hint that only the judge gives, as a page shows it; prose may quote one."""
    mistakes = [
        known for exercise in load(lesson).exercises.values() for known in exercise.mistakes
    ]
    prose = "".join(squeezed(cell.source) for cell in load(lesson).cells)
    told = {squeezed(f"Hint: {known.hint}") for known in mistakes}
    return {hint for hint in told if hint not in prose}


def fetched_feedback(place, student, lesson):
    (page,) = (place.desk(student) / lesson / "feedback").glob(f"*/{lesson}.html")
    return page


# ----------------------------------------------------------- before it is graded


def test_a_release_and_what_students_fetch_hold_no_secret_file(collected):
    outbound = collected.exchange / COURSE_ID / "outbound"
    for lesson in LESSONS:
        shared = {f"{lesson}.ipynb"}
        shared |= {"earlier.py"} if load(lesson).earlier else set()
        assert {path.name for path in (outbound / lesson).iterdir()} == shared
        for student in STUDENTS:
            assert {path.name for path in (collected.desk(student) / lesson).iterdir()} == shared


def test_what_students_fetch_is_the_committed_release_byte_for_byte(collected):
    outbound = collected.exchange / COURSE_ID / "outbound"
    for lesson in LESSONS:
        name = f"{lesson}.ipynb"
        assert (outbound / lesson / name).read_bytes() == (
            ROOT / "notebooks" / lesson / name
        ).read_bytes()


def test_validate_passes_right_work_and_says_how_many_tests_a_stub_fails(collected):
    paths = [f"{lesson}/{lesson}.ipynb" for lesson in LESSONS]
    said = {who: collected.nbgrader(who, "validate", *paths) for who in ("right", "untouched")}

    assert said["right"].count("Success! Your notebook passes all the tests.") == len(LESSONS)
    failing = re.findall(r"VALIDATION FAILED ON (\d+) CELL", said["untouched"])
    assert [int(count) for count in failing] == [len(load(lesson).exercises) for lesson in LESSONS]
    assert "NotImplementedError" in said["untouched"]


def test_collect_finds_the_submissions_of_everybody(collected):
    submitted = collected.course.class_folder / "submitted"

    assert sorted(path.name for path in submitted.iterdir()) == sorted(STUDENTS)
    for student in STUDENTS:
        for lesson in LESSONS:
            handed_in = submitted / student / lesson / f"{lesson}.ipynb"
            assert handed_in.read_bytes() == collected.notebook(student, lesson).read_bytes()


# ------------------------------------------------------------ after it was graded


def test_nothing_of_a_lesson_s_secret_files_lies_outside_the_secret_folder(graded):
    """Not in a release, the exchange, a submission, autograded/, the feedback or a home."""
    secret = graded.course.root / "solutions"
    written = {path.name for path in secret.glob("*/**/*") if path.suffix != ".ipynb"}
    outside = [path for path in graded.root.rglob("*") if not path.is_relative_to(secret)]

    written -= {"earlier.py"}
    assert {"lesson.py", "hidden", "one_hot.py"} <= written
    assert [path for path in outside if path.name in written] == []
    texts = [path.read_bytes() for path in outside if path.is_file()]
    assert [text for text in texts if b"grader.exercise" in text] == []


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_right_submission_has_full_marks_in_the_gradebook(graded, lesson):
    assert auto_scores(graded, lesson, "right") == points_of(lesson)


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_untouched_submission_has_none(graded, lesson):
    assert auto_scores(graded, lesson, "untouched") == dict.fromkeys(points_of(lesson), 0)


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_mistake_costs_its_exercise_what_the_judge_says_and_nothing_else(graded, lesson):
    exercise, name, _ = MISTAKES[lesson]
    outcome = outcome_of(lesson, "mistaken", graded.course.secret())
    assert (outcome.mistake, outcome.score < outcome.points) == (name, True)

    expected = {**points_of(lesson), exercise: outcome.score}
    assert auto_scores(graded, lesson, "mistaken") == expected


def test_partial_credit_reaches_the_gradebook(graded):
    exercise, _, _ = MISTAKES["01_chain_rule"]

    assert 0 < auto_scores(graded, "01_chain_rule", "mistaken")[exercise] < 6


@pytest.mark.parametrize("lesson", LESSONS)
def test_derivations_wait_for_a_person(graded, lesson):
    tasks = [cell.name for cell in load(lesson).cells if cell.kind is Kind.MANUAL]
    with classroom.gradebook(graded.course) as book:
        submitted = book.find_submission_notebook(lesson, lesson, "right")
        waiting = [grade.name for grade in submitted.grades if grade.needs_manual_grade]

    assert tasks
    assert waiting == tasks


@pytest.mark.parametrize("lesson", LESSONS)
def test_feedback_tells_the_verdict_and_the_hint(graded, lesson):
    exercise, _, _ = MISTAKES[lesson]
    outcome = outcome_of(lesson, "mistaken", graded.course.secret())

    text = words(fetched_feedback(graded, "mistaken", lesson))

    head = f"{exercise} {outcome.score:g} of {outcome.points:g} {outcome.verdict.value}"
    assert [said for said in (head, outcome.hint) if squeezed(said) not in text] == []
    # The hidden inputs are the same in both places, and so is what is said about them.
    assert outcome.evidence
    assert [said for said in map(told, outcome.evidence) if squeezed(said) not in text] == []


@pytest.mark.parametrize("lesson", LESSONS)
def test_feedback_tells_right_work_that_it_is_and_an_untouched_stub_what_it_is(graded, lesson):
    right = words(fetched_feedback(graded, "right", lesson))
    untouched = words(fetched_feedback(graded, "untouched", lesson))

    for exercise, points in points_of(lesson).items():
        assert f"{exercise}{points:g}of{points:g}correct" in right
        assert f"{exercise}0of{points:g}notattempted" in untouched
    assert [hint for hint in hints(lesson) if hint in right] == []


@pytest.mark.parametrize("lesson", LESSONS)
def test_feedback_shows_no_solution_no_mark_scheme_and_no_hint_for_another_mistake(graded, lesson):
    page = words(fetched_feedback(graded, "untouched", lesson))

    for cell in load(lesson).cells:
        if cell.kind is Kind.SOLUTION:
            body = cell.source.partition("### BEGIN SOLUTION")[2].partition("### END")[0]
            assert squeezed(body) not in page
        if cell.kind is Kind.MANUAL:
            scheme = cell.source.partition("### BEGIN MARK SCHEME")[2].partition("### END")[0]
            assert squeezed(scheme)
            assert squeezed(scheme) not in page
    assert [hint for hint in hints(lesson) if hint in page] == []


def test_students_fetch_the_feedback_that_the_instructor_generated(graded):
    for student in STUDENTS:
        for lesson in LESSONS:
            made = graded.course.class_folder / "feedback" / student / lesson / f"{lesson}.html"
            assert fetched_feedback(graded, student, lesson).read_bytes() == made.read_bytes()


def test_the_export_holds_every_score(graded):
    with (graded.course.class_folder / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = {(row["assignment"], row["student_id"]): row for row in csv.DictReader(file)}

    assert set(rows) == {(lesson, student) for lesson in LESSONS for student in STUDENTS}
    for (lesson, student), row in rows.items():
        assert float(row["score"]) == pytest.approx(
            sum(auto_scores(graded, lesson, student).values())
        )
        assert float(row["max_score"]) == sum(cell.points for cell in load(lesson).cells)


def test_grading_again_changes_no_score(graded):
    lesson = "01_chain_rule"
    before = {student: auto_scores(graded, lesson, student) for student in STUDENTS}

    graded.instruct("autograde", lesson, "--student=mistaken", "--force")

    assert {student: auto_scores(graded, lesson, student) for student in STUDENTS} == before

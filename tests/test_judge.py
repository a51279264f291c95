"""From answers to points: groups, partial credit, carried errors, the same hidden cases again."""
# ruff: noqa: ARG001, ARG005 - a student's function has the signature that was asked for

import dataclasses
import json
import re
import textwrap

import numpy as np
import pytest

from grader.course import loading
from grader.course.build import build_course
from grader.course.cells import Kind
from grader.course.folders import Course
from grader.errors import GraderError
from grader.exercise import Case
from grader.judge.assess import run
from grader.judge.judging import Judging, judge_lesson, seeded, untouched
from grader.judge.outcome import Answer, CaseResult, Diagnosis, Outcome, Report
from grader.judge.verdict import Verdict
from grader.report.card import card
from grader.report.data import report_data, report_of
from grader.report.evidence import told as words
from grader.report.words import MEANING, NAMES, outcome_lines
from grader.run.one import grade_file, open_box
from grader.sample import notebook, raising, right, text
from grader.sandbox import availability
from tests.conftest import COURSE, ROOT, load

LESSON = '''\
# %% [markdown]
# # A lesson

# %% setup="imports"
import numpy as np

# %% solution="double"
def double(x):
    """Return 2 x."""
    ### BEGIN SOLUTION
    return 2.0 * x
    ### END SOLUTION

# %% test="double" points=2.5

# %% solution="quadruple"
def quadruple(x):
    """Return 4 x."""
    ### BEGIN SOLUTION
    return double(double(x))
    ### END SOLUTION

# %% test="quadruple" points=4

# %% solution="octuple"
def octuple(x):
    """Return 8 x."""
    ### BEGIN SOLUTION
    return 2.0 * quadruple(x)
    ### END SOLUTION

# %% test="octuple" points=1

# %% solution="Counter"
class Counter:
    """Counts in steps of n."""

    def __init__(self, n):
        ### BEGIN SOLUTION
        self.n, self.total = n, 0

    def step(self):
        self.total += self.n
        return self.total
        ### END SOLUTION

# %% test="Counter" points=2

# %% solution="counted"
def counted(n):
    """Return two steps of a Counter."""
    ### BEGIN SOLUTION
    counter = Counter(n)
    return [counter.step(), counter.step()]
    ### END SOLUTION

# %% test="counted" points=2

# %% [markdown] manual="derive_it" points=3
# Why?
#
# ### BEGIN SOLUTION
# Because.
# ### END SOLUTION
# ### BEGIN MARK SCHEME
# Three points.
# ### END MARK SCHEME
'''

HIDDEN = '''\
from grader.exercise import Call, Case, Get, Rng, cases, mistake


@cases("double")
def doubles(rng):
    """Three groups; the first has two cases, and they do not stand together."""
    yield Case(rng.normal(size=3), group="vectors", seconds=0.4)
    yield Case(rng.normal(size=(2, 3)), group="matrices", seconds=0.4)
    yield Case(rng.normal(size=4), group="vectors", seconds=0.4)
    yield Case(float(rng.normal()), group="numbers", seconds=0.4)


@cases("quadruple", builds_on=("double",))
def quadruples(rng):
    yield Case(rng.normal(size=3), group="a vector", seconds=0.4)
    yield Case(float(rng.normal()), group="a number", seconds=0.4)


@cases("octuple", builds_on=("quadruple",))
def octuples(rng):
    yield Case(rng.normal(size=3), group="a vector", seconds=0.4)


@cases("Counter")
def counters(rng):
    yield Case(int(rng.integers(2, 9)), group="steps", then=(Call("step"), Call("step"), Get("n")))


@cases("counted", builds_on=("Counter",))
def counts(rng):
    yield Case(int(rng.integers(2, 9)), group="steps")


mistake("double", name="x squared", answer=lambda x: x * x, hint="Which power of x?")
mistake("quadruple", name="x plus 4", answer=lambda x: x + 4, hint="Plus or times?")
mistake("octuple", name="x plus 8", answer=lambda x: x + 8, hint="Plus or times?")
mistake("Counter", name="no steps", answer=lambda n: None, hint="What is a class?")
mistake("counted", name="one step", answer=lambda n: [n, n], hint="How many steps?")
'''

EXERCISES = ("double", "quadruple", "octuple", "Counter", "counted")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    root = tmp_path_factory.mktemp("course")
    folder = root / "solutions" / "00_lesson"
    folder.mkdir(parents=True)
    (folder / "lesson.py").write_text(LESSON, encoding="utf-8")
    (folder / "hidden.py").write_text(HIDDEN, encoding="utf-8")
    (root / "nbgrader_config.py").write_text("c = get_config()\n", encoding="utf-8")
    for name in ("byhand", "data"):
        (root / name).symlink_to(ROOT / name)
    made = Course(root=root)
    build_course(made, [], check=False)
    return made


@pytest.fixture(scope="module")
def lesson(course):
    return loading.load(course, "00_lesson")


class FakeRunner:
    """Answers from functions of this process, and remembers what it was asked.

    A stand-in for the box: here it matters what the judge asks and makes of the
    answers, and the box's own answers are asked for at the end of this file.
    """

    sandbox = "a fake"

    def __init__(self, lesson, **answers):
        self.namespace = {name: lesson.reference[name] for name in EXERCISES} | answers
        self.asked, self.together = [], []

    def ask(self, name, cases, substitutes):
        self.together.append(len(cases))
        return (self.answer(name, case, substitutes) for case in cases)

    def answer(self, name, case, substitutes):
        self.asked.append((name, case, sorted(substitutes)))
        function = {**self.namespace, **substitutes}[name]
        if isinstance(function, Verdict):
            return Answer(failure=function, message="as the box would say")
        if isinstance(function, Answer):
            return function
        function = getattr(function, "__wrapped__", function)
        return run(rebound(function, {**self.namespace, **substitutes}), case)

    def count(self, name):
        return sum(asked == name for asked, *_ in self.asked)


def rebound(function, namespace):
    """Return a function that finds the others where the runner has them."""
    if isinstance(function, type):
        return function
    return type(function)(
        function.__code__,
        {**function.__globals__, **namespace},
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )


def judged(lesson, runner, *names, student="anna", secret="of a test"):  # noqa: S107
    """Judge exercises in order; return the last one's outcome."""
    judging = Judging(lesson, runner, student=student, secret=secret)
    outcome = None
    for name in names:
        judging.exercise(lesson.exercises[name], untouched_stub=False)
        outcome = judging.carry(lesson.exercises[name])
    return outcome


def test_each_exercise_is_asked_before_the_one_before_it_is_judged(lesson):
    """Else the judge waits for the student's functions, and they for the judge."""
    events = []

    class Watched(FakeRunner):
        def ask(self, name, cases, substitutes):
            events.append(f"ask {name}")
            return super().ask(name, cases, substitutes)

        def answer(self, name, case, substitutes):
            if events[-1] != f"take {name}":
                events.append(f"take {name}")
            return super().answer(name, case, substitutes)

    judge_lesson(lesson, Watched(lesson), student="anna", secret="s", sources={}, answers={})  # noqa: S106

    first, second, third, *_ = lesson.exercises
    assert events[:5] == [
        f"ask {first}",
        f"ask {second}",
        f"take {first}",
        f"ask {third}",
        f"take {second}",
    ]


# ------------------------------------------------------------- groups and points


def wrong_for(wrong):
    """Return a `double` that is wrong where wrong(x) is true."""
    return lambda x: 3.0 * x if wrong(np.asarray(x)) else 2.0 * x


@pytest.mark.parametrize(
    ("wrong", "score"),
    [
        (lambda x: False, 2.5),
        (lambda x: x.ndim == 0, 1.67),
        (lambda x: x.ndim == 2, 1.67),
        (lambda x: x.shape == (4,), 1.67),
        (lambda x: x.ndim != 1, 0.83),
        (lambda x: x.ndim < 2, 0.83),
        (lambda x: True, 0.0),
    ],
)
def test_groups_carry_equal_credit_and_each_is_all_or_nothing(lesson, wrong, score):
    outcome = judged(lesson, FakeRunner(lesson, double=wrong_for(wrong)), "double")

    assert outcome.score == score
    assert outcome.points == 2.5


def test_full_marks_are_the_points_exactly_and_every_case_says_so(lesson):
    outcome = judged(lesson, FakeRunner(lesson), "double")

    assert outcome == Outcome(
        id="double",
        score=2.5,
        points=2.5,
        verdict=Verdict.CORRECT,
        cases=outcome.cases,
    )
    groups = [(case.group, case.verdict) for case in outcome.cases]
    assert groups == [
        (group, Verdict.CORRECT) for group in ("vectors", "matrices", "vectors", "numbers")
    ]


def test_the_clearest_evidence_is_told_and_the_gravest_beside_it(lesson):
    def double(x):
        if np.ndim(x) == 2:
            raise ValueError("no matrices, please")
        return [2.0 * x] if np.ndim(x) == 0 else 3.0 * x

    outcome = judged(lesson, FakeRunner(lesson, double=double), "double")

    assert [case.verdict for case in outcome.cases] == [
        Verdict.WRONG_VALUE,
        Verdict.RAISED,
        Verdict.WRONG_VALUE,
        Verdict.WRONG_TYPE,
    ]
    assert outcome.verdict is Verdict.RAISED
    assert list(map(words, outcome.evidence)) == [
        '"vectors": it has the right shape (3,), and every entry is 1.500 times the reference',
        '"matrices": ValueError: no matrices, please',
    ]


def test_a_recognised_mistake_comes_with_its_hint(lesson):
    outcome = judged(lesson, FakeRunner(lesson, double=lambda x: x * x), "double")

    assert (outcome.mistake, outcome.hint) == ("x squared", "Which power of x?")
    assert outcome.verdict is Verdict.WRONG_VALUE


# ------------------------------------------------------------------ hidden inputs


def inputs(lesson, **who):
    runner = FakeRunner(lesson)
    judged(lesson, runner, "double", **who)
    return np.concatenate([np.ravel(case.arguments[0]) for _, case, *_ in runner.asked])


def test_the_same_student_gets_the_same_cases_on_every_regrade(lesson):
    np.testing.assert_array_equal(inputs(lesson), inputs(lesson))


@pytest.mark.parametrize("other", [{"student": "ben"}, {"secret": "of another course"}])
def test_other_students_and_other_courses_get_other_cases(lesson, other):
    assert not set(inputs(lesson)) & set(inputs(lesson, **other))


def test_what_seeds_the_cases_cannot_be_mixed_up():
    keys = [("s", "l", "e", "x"), ("sl", "", "e", "x"), ("s", "l", "ex", ""), ("s", "e", "l", "x")]
    drawn = {int(seeded(*key).integers(2**62)) for key in keys}

    assert len(drawn) == len(keys)


def test_the_seed_is_the_same_tomorrow_and_on_another_machine():
    """Not Python's hash, which varies from process to process; a regrade a year later agrees."""
    drawn = seeded("secret", "01_chain_rule", "numerical_gradient", "Zoë").integers(1000, size=3)

    assert drawn.tolist() == [25, 127, 561]


def test_a_name_that_utf_8_cannot_spell_is_refused_and_not_confused_with_another():
    with pytest.raises(UnicodeEncodeError):
        seeded("secret", "lesson", "exercise", "\udcff")


# ---------------------------------------------------------------------- giving up


@pytest.mark.parametrize(
    ("failure", "asked"),
    [
        (Verdict.TIMED_OUT, 2),
        (Verdict.CRASHED, 2),
        (Verdict.OUT_OF_MEMORY, 2),
        (Verdict.MISSING, 1),
    ],
)
def test_after_hangs_or_crashes_in_two_groups_no_further_case_is_asked(lesson, failure, asked):
    runner = FakeRunner(lesson, double=failure)
    outcome = judged(lesson, runner, "double")

    assert runner.count("double") == asked
    assert outcome.verdict is failure
    assert {case.verdict for case in outcome.cases} == {failure}
    assert len(outcome.cases) == 4


def test_points_that_were_earned_before_a_hang_are_kept(lesson):
    class HangsAtMatrices(FakeRunner):
        def answer(self, name, case, substitutes):
            answer = super().answer(name, case, substitutes)
            hangs = np.ndim(case.arguments[0]) == 0
            return Answer(failure=Verdict.TIMED_OUT) if hangs else answer

    outcome = judged(lesson, HangsAtMatrices(lesson), "double")

    assert (outcome.score, outcome.verdict) == (1.67, Verdict.TIMED_OUT)


def test_an_exception_in_one_case_does_not_spare_the_others(lesson):
    runner = FakeRunner(lesson, double=Verdict.RAISED)
    judged(lesson, runner, "double")

    assert runner.count("double") == 4


def test_the_runner_is_told_of_all_cases_before_the_first_answer(lesson):
    """It can make calls while the judge computes what to expect."""
    runner = FakeRunner(lesson)
    judged(lesson, runner, "double")

    assert runner.together == [4]


def test_more_memory_than_a_case_allows_costs_that_case_alone(lesson):
    """The cap is the case's own; the next case has another one, or none."""
    double = lesson.exercises["double"]

    def capped(rng):
        for case in double.make_cases(rng):
            megabytes = 1.0 if np.ndim(case.arguments[0]) == 2 else None
            yield Case(*case.arguments, group=case.group, megabytes=megabytes)

    class Wasteful(FakeRunner):
        def answer(self, name, case, substitutes):
            answer = super().answer(name, case, substitutes)
            return Answer(failure=Verdict.OUT_OF_MEMORY) if case.megabytes else answer

    judging = Judging(lesson, Wasteful(lesson), student="anna", secret="s")  # noqa: S106
    exercise = type(double)(id="double", make_cases=capped, points=2.5)
    outcome = judging.exercise(exercise, untouched_stub=False)

    assert (outcome.score, outcome.verdict) == (1.67, Verdict.OUT_OF_MEMORY)


# ---------------------------------------------------------------- errors carried on


def triple(x):
    return 3.0 * x


def test_an_error_in_one_exercise_does_not_cost_the_next(lesson):
    runner = FakeRunner(lesson, double=triple)
    outcome = judged(lesson, runner, "double", "quadruple")

    assert (outcome.score, outcome.verdict, outcome.carried) == (4.0, Verdict.CORRECT, True)
    assert [substitutes for name, _, substitutes in runner.asked if name == "quadruple"] == [
        [],
        [],
        ["double"],
        ["double"],
    ]


def test_an_error_is_carried_through_what_stands_between(lesson):
    """octuple calls quadruple, which calls double: all that failed is answered."""
    runner = FakeRunner(lesson, double=triple, quadruple=lambda x: x + 4)
    outcome = judged(lesson, runner, "double", "quadruple", "octuple")

    assert (outcome.score, outcome.carried) == (1.0, True)
    assert runner.asked[-1][2] == ["double", "quadruple"]


def test_what_is_right_is_not_answered_for_the_student(lesson):
    runner = FakeRunner(lesson, quadruple=lambda x: x + 4)
    outcome = judged(lesson, runner, "double", "quadruple", "octuple")

    assert outcome.carried
    assert runner.asked[-1][2] == ["quadruple"]


def test_without_an_earlier_error_a_failing_exercise_is_asked_once(lesson):
    runner = FakeRunner(lesson, quadruple=lambda x: x + 4)
    outcome = judged(lesson, runner, "double", "quadruple")

    assert not outcome.carried
    assert runner.count("quadruple") == 2


def test_an_exercise_that_is_right_by_itself_is_not_asked_again(lesson):
    runner = FakeRunner(lesson, double=triple, quadruple=lambda x: 4.0 * x)
    outcome = judged(lesson, runner, "double", "quadruple")

    assert (outcome.score, outcome.carried) == (4.0, False)
    assert runner.count("quadruple") == 2


def test_an_error_of_its_own_is_reported_as_it_was_first_seen(lesson):
    runner = FakeRunner(lesson, double=triple, quadruple=lambda x: x + 4)
    outcome = judged(lesson, runner, "double", "quadruple")

    assert (outcome.score, outcome.carried, outcome.mistake) == (0.0, False, "x plus 4")
    assert runner.count("quadruple") == 4


def test_no_misconception_is_looked_for_in_what_is_right_in_the_end(lesson):
    """Trying the known mistakes takes longer than all the rest."""
    tried = []

    def watched(exercise):
        known = dataclasses.replace(exercise.mistakes[0], answer=tried.append)
        return dataclasses.replace(exercise, mistakes=(known,))

    exercises = {name: watched(exercise) for name, exercise in lesson.exercises.items()}
    lesson = dataclasses.replace(lesson, exercises=exercises)

    assert judged(lesson, FakeRunner(lesson), "double", "quadruple").score == 4.0
    assert not tried
    judged(lesson, FakeRunner(lesson, double=Verdict.RAISED), "double", "quadruple")
    of_the_first = len(tried)
    judged(lesson, FakeRunner(lesson, double=Verdict.RAISED), "double")
    assert of_the_first == len(tried) - of_the_first > 0


def test_an_untouched_stub_is_asked_a_single_case(lesson):
    runner = FakeRunner(lesson, double=Verdict.NOT_ATTEMPTED)
    judging = Judging(lesson, runner, student="anna", secret="s")  # noqa: S106
    outcome = judging.exercise(lesson.exercises["double"], untouched_stub=True)

    assert (outcome.verdict, len(outcome.cases)) == (Verdict.NOT_ATTEMPTED, 3)
    assert runner.together == [1]


def test_the_better_of_both_attempts_counts(lesson):
    def half(x):
        return double(double(x)) if np.ndim(x) else x + 4  # noqa: F821 - bound by the runner

    runner = FakeRunner(lesson, double=triple, quadruple=half)
    outcome = judged(lesson, runner, "double", "quadruple")

    assert (outcome.score, outcome.carried, outcome.verdict) == (2.0, True, Verdict.WRONG_VALUE)


def test_an_earlier_stub_that_was_never_touched_is_answered_too(lesson):
    runner = FakeRunner(lesson, double=Verdict.NOT_ATTEMPTED)
    judging = Judging(lesson, runner, student="anna", secret="s")  # noqa: S106
    judging.exercise(lesson.exercises["double"], untouched_stub=True)
    runner.namespace["double"] = triple

    judging.exercise(lesson.exercises["quadruple"], untouched_stub=False)
    outcome = judging.carry(lesson.exercises["quadruple"])

    assert (outcome.score, outcome.carried) == (4.0, True)
    assert runner.count("double") == 1


def test_a_class_is_never_answered_from_outside(lesson):
    """Only values cross; an object would carry the reference's code."""
    runner = FakeRunner(lesson, Counter=Verdict.CRASHED, counted=Verdict.RAISED)
    outcome = judged(lesson, runner, "Counter", "counted")

    assert (outcome.score, outcome.carried) == (0.0, False)
    assert not any(substitutes for _, _, substitutes in runner.asked)


# ------------------------------------------------------------------ whole reports


def sources(lesson, **changes):
    made = {c.name: c.source for c in lesson.cells if c.kind is Kind.SOLUTION}
    return {**made, **changes}


def report(lesson, runner, *, derive_it="Because I say so.", **changes):
    return judge_lesson(
        lesson,
        runner,
        student="anna",
        secret="of a test",  # noqa: S106
        sources={k: v for k, v in sources(lesson, **changes).items() if v is not None},
        answers={} if derive_it is None else {"derive_it": derive_it},
        notes=("a note",),
    )


def test_a_report_holds_every_exercise_and_derivation_in_the_lesson_s_order(lesson):
    made = report(lesson, FakeRunner(lesson))

    assert [outcome.id for outcome in made.exercises] == [*EXERCISES, "derive_it"]
    assert (made.score, made.max_score) == (11.5, 14.5)
    assert (made.lesson, made.student, made.sandbox) == ("00_lesson", "anna", "a fake")
    assert made.notes == ("a note",)


def test_an_untouched_stub_is_not_attempted_and_asked_once(lesson):
    runner = FakeRunner(lesson, double=Verdict.NOT_ATTEMPTED)
    stub = lesson.stubs["double"]
    made = report(lesson, runner, double=f"\n{textwrap.indent(stub, '')}\n\n")

    assert made.exercises[0].verdict is Verdict.NOT_ATTEMPTED
    assert [case.group for case in made.exercises[0].cases] == ["vectors", "matrices", "numbers"]
    assert runner.count("double") == 1


def test_a_function_that_is_defined_counts_although_its_stub_stands_untouched(lesson):
    """It may be written in another cell, below."""
    made = report(lesson, FakeRunner(lesson), double=lesson.stubs["double"])

    assert made.exercises[0].verdict is Verdict.CORRECT


def test_a_stub_with_one_word_more_is_asked(lesson):
    assert untouched("a  b\n", "a b")
    assert not untouched("a b c", "a b")
    assert not untouched(None, "a b")


@pytest.mark.parametrize(
    ("written", "verdict"),
    [
        ("My derivation.", Verdict.MANUAL),
        (None, Verdict.MISSING),
        ("released", Verdict.NOT_ATTEMPTED),
    ],
)
def test_a_derivation_waits_for_a_person_unless_there_is_none(lesson, written, verdict):
    written = lesson.stubs["derive_it"] if written == "released" else written
    outcome = report(lesson, FakeRunner(lesson), derive_it=written).exercises[-1]

    assert (outcome.verdict, outcome.score, outcome.points) == (verdict, 0.0, 3.0)


def test_the_json_report_has_the_contract_s_keys_and_no_others(lesson):
    made = report_data(report(lesson, FakeRunner(lesson, double=lambda x: x * x)))

    assert list(made) == [
        *("lesson", "student", "score", "max_score", "grader", "exercises", "notes"),
    ]
    assert list(made["grader"]) == ["version", "sandbox"]
    for exercise in made["exercises"]:
        assert list(exercise) == [
            *("id", "score", "points", "verdict", "mistake", "hint", "mistakes"),
            *("unexplained", "evidence", "cases", "carried"),
        ]
        assert {tuple(case) for case in exercise["cases"]} <= {("group", "verdict")}
        # A factor stands besides where the name tells of one.
        keys = {tuple(mistake)[:3] for mistake in exercise["mistakes"]}
        assert keys <= {("name", "hint", "explains")}
        assert exercise["verdict"] in {verdict.value for verdict in Verdict}
    assert json.loads(json.dumps(made)) == made


def test_a_report_is_read_back_from_its_json(lesson):
    made = report_data(report(lesson, FakeRunner(lesson, double=lambda x: x * x)))

    assert report_data(report_of(json.loads(json.dumps(made)))) == made


def test_a_total_shows_no_rounding_of_binary_fractions():
    thirds = [
        Outcome(id=str(i), score=0.1, points=0.2, verdict=Verdict.WRONG_VALUE) for i in range(3)
    ]
    made = Report(lesson="l", student="s", exercises=thirds, version="1", sandbox="s")

    assert made.score == 0.3


# ------------------------------------------------------------- the grader's own fault


def test_a_reference_that_fails_is_the_grader_s_fault_and_no_zero(lesson):
    def broken(x):
        raise ZeroDivisionError("a case that the author did not think of")

    exercise = lesson.exercises["double"]
    judging = Judging(
        dataclasses.replace(lesson, reference={**lesson.reference, "double": broken}),
        FakeRunner(lesson),
        student="anna",
        secret="s",  # noqa: S106
    )

    with pytest.raises(GraderError, match=r'reference of double fails on "vectors" \(ZeroDiv'):
        judging.exercise(exercise, untouched_stub=False)


# ---------------------------------------------------------------------- a real box


@pytest.fixture(scope="module")
def box(course, lesson):
    reason = availability.unavailable()
    with open_box(course, [lesson], sandboxed=not reason) as made:
        yield made


SUBMITTED = {
    # Wrong, by a known mistake; what builds on it is right.
    "double": "def double(x):\n    return x * x",
    # Hangs for numbers only: the vector's points are kept.
    "quadruple": (
        "def quadruple(x):\n    while np.ndim(x) == 0:\n        pass\n    return double(double(x))"
    ),
    "octuple": "def octuple(x):\n    import os\n    os._exit(0)",
    "Counter": (
        "class Counter:\n"
        "    def __init__(self, n):\n        self.n, self.total = n, 0\n"
        "    def step(self):\n        self.total += self.n\n        return self.total"
    ),
    "counted": "def counted(n):\n    raise KeyError('counter')",
    "derive_it": "Because.",
}


@pytest.fixture(scope="module")
def in_the_box(course, lesson, box, tmp_path_factory):
    path = tmp_path_factory.mktemp("submitted") / "00_lesson.ipynb"
    path.write_text(text(notebook(course, lesson, SUBMITTED)), encoding="utf-8")
    return [
        grade_file(lesson, path, box, student="anna", secret="s").report  # noqa: S106
        for _ in range(2)
    ]


def test_a_box_answers_as_the_judge_needs_it(in_the_box):
    found = {o.id: (o.verdict.value, o.score, o.carried) for o in in_the_box[0].exercises}

    assert found == {
        "double": ("wrong value", 0.0, False),
        "quadruple": ("timed out", 2.0, True),
        "octuple": ("crashed", 0.0, False),
        "Counter": ("correct", 2.0, False),
        "counted": ("raised an exception", 0.0, False),
        "derive_it": ("needs manual grading", 0.0, False),
    }
    assert in_the_box[0].exercises[0].mistake == "x squared"


def test_graded_twice_a_submission_gets_the_same_report(in_the_box):
    first, second = in_the_box

    assert first == second


# A generator goes from the student's function to the reference and back; a loss stays inside.
NEEDED = ("init_params", "minibatches", "gradient_check")


def test_an_error_in_what_is_given_a_generator_or_a_loss_does_not_cost_what_uses_it(tmp_path):
    lesson = load("04_full_backprop")
    broken = {name: raising(name) for name in NEEDED}
    path = tmp_path / f"{lesson.id}.ipynb"
    made = notebook(COURSE, lesson, {**right(lesson), **broken})
    path.write_text(text(made), encoding="utf-8")

    with open_box(COURSE, [lesson], sandboxed=not availability.unavailable()) as mine:
        report = grade_file(lesson, path, mine, student="anna", secret="s").report  # noqa: S106

    carried = {o.id for o in report.exercises if o.carried}
    assert carried == {"train", "check_backward"}
    assert {o.id for o in report.exercises if o.score == 0} == {*broken, "derive_recursion"}


# ---------------------------------------------------------------------- verdicts


def test_every_verdict_has_its_sentence_in_the_document_and_in_reports():
    text = (ROOT / "docs/how-it-works.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z ]+)` \| (.+) \|$", text, re.MULTILINE))

    assert {verdict.value: MEANING[verdict] for verdict in Verdict} == {
        name: meaning.replace("`", "") for name, meaning in rows.items()
    }


def test_every_verdict_is_called_in_english_as_in_the_contract():
    assert {verdict: verdict.value for verdict in Verdict} == NAMES


def test_verdicts_are_told_in_the_order_in_which_they_are_listed():
    assert [verdict.rank for verdict in Verdict] == list(range(len(Verdict)))


def outcome_of(groups, **others):
    cases = [CaseResult(group=group, verdict=verdict) for group, verdict in groups.items()]
    return Outcome(id="x", points=2.0, verdict=Verdict.WRONG_VALUE, cases=cases, **others)


def in_one_line(outcome):
    return " ".join(" ".join(outcome_lines(outcome)).split())


def test_groups_that_earn_nothing_alone_say_why():
    one = {"one path": Verdict.CORRECT, "several": Verdict.WRONG_VALUE}
    two = one | {"no path": Verdict.CORRECT}

    assert "This group earns nothing alone" in in_one_line(outcome_of(one, score=0.0))
    assert "These groups earn nothing alone" in in_one_line(outcome_of(two, score=0.0))
    assert "nothing alone" not in in_one_line(outcome_of(one, score=1.0))


def test_groups_with_a_comma_in_their_name_are_told_apart():
    groups = {"he, from many to few": Verdict.CORRECT, "small": Verdict.CORRECT}
    groups |= {"large": Verdict.WRONG_VALUE, "square": Verdict.WRONG_VALUE}

    said = in_one_line(outcome_of(groups, score=1.0))

    assert "Right: he, from many to few; small. Not yet: large, square." in said


def test_groups_that_nothing_explains_are_named_unless_they_are_all():
    groups = {"large": Verdict.WRONG_VALUE, "square": Verdict.WRONG_VALUE}
    every, some = (
        in_one_line(outcome_of(groups, score=0.0, unexplained=tuple(found)))
        for found in (groups, ["square"])
    )

    assert "Something else is wrong, too, in all that is not right yet." in every
    assert "Something else is wrong, too: square." in some


def test_where_mistakes_meet_their_hints_are_said_to_speak_of_one_alone():
    """ "The parameters are right" is said by one of two: of what it leads to alone."""
    mistakes = [Diagnosis(name=name, hint="Look.") for name in ("uphill", "not kept")]
    both, one = (outcome_of({}, score=0.0, mistakes=found) for found in (mistakes, mistakes[:1]))

    assert "wrong; each hint speaks as if the others were mended. Recognised: " in in_one_line(both)
    assert "others" not in in_one_line(one)
    said = [text for _, text in card(both).hints]
    assert said[0].startswith("Yes: 2 mistakes that others have made explain it together. More ")


def test_a_hint_that_two_mistakes_share_is_given_once():
    mistakes = [Diagnosis(name=name, hint="After one step there is one weight.") for name in "ab"]
    outcome = outcome_of({}, score=0.0, mistakes=mistakes)

    assert in_one_line(outcome).count("Hint: After one step") == 1
    assert "Recognised: b." in in_one_line(outcome)
    assert [text for _, text in card(outcome).hints].count(mistakes[0].hint) == 1

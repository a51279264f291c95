"""Work that goes round an exercise: helpers of byhand, and a yardstick that may be wrong itself."""

import functools
import importlib
import inspect
import warnings

import numpy as np
import pytest

from grader.in_kernel import KernelRunner
from grader.judge.judging import Judging, _earning
from grader.sandbox.session import Session
from grader.submission.code import Code
from tests.conftest import LESSONS, load
from tests.kill_matrix import limited, right_groups

ALL = [(lesson, name) for lesson in LESSONS for name in load(lesson).exercises]
GRADCHECK = "byhand.gradcheck"
# All else in byhand draws or trains.  It was asked once, 307 functions in every exercise: two
# earned points, numerical_gradient and _one_hot.
COMPUTING = (GRADCHECK, *(f"byhand.{name}" for name in ("datasets", "tape", "planted", "neuron")))


@functools.cache
def helpers():
    """Return each function of byhand that computes, by module and name."""
    return {
        (module, name): value
        for module in COMPUTING
        for name, value in vars(importlib.import_module(module)).items()
        if inspect.isfunction(value) and value.__module__ == module
    }


@pytest.mark.parametrize(("lesson", "name"), ALL)
def test_no_helper_that_a_lesson_is_offered_earns_points(lesson, name):
    ours, earning = load(lesson), []
    for (module, helper), function in helpers().items():
        if module not in ours.withheld:
            with limited(20), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                groups = right_groups(lesson, name, {**ours.reference, name: function}, 0)
            if _earning(ours.exercises[name], groups):
                earning.append(f"{module}.{helper}")
    assert not earning


def test_what_solves_an_exercise_is_withheld_from_its_lesson():
    found = {lesson: set(load(lesson).withheld) for lesson in LESSONS}
    assert {lesson: modules for lesson, modules in found.items() if modules} == {
        "00_start_here": {"byhand.datasets"},
        "01_chain_rule": {GRADCHECK},
        "04_full_backprop": {GRADCHECK},
    }


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_says_what_it_does_not_offer(lesson):
    text = "\n".join(cell.source for cell in load(lesson).cells)
    for module in load(lesson).withheld:
        assert f"`{module}`" in text


@pytest.mark.parametrize(
    "source",
    [
        "from byhand.gradcheck import numerical_gradient",
        "from byhand import gradcheck; gradcheck.numerical_gradient",
        "import byhand.gradcheck as g; g.relative_error",
    ],
)
def test_a_withheld_module_says_so_in_the_box(box, source):
    with Session(box, [Code(source=source)], {}, withheld=[GRADCHECK]) as session:
        (run,) = session.run()
    assert "byhand.gradcheck is not offered in this lesson" in str(run.outputs)


def test_another_lesson_is_offered_what_one_is_not(box):
    source = "from byhand.gradcheck import check_gradient\nprint(check_gradient.__name__)"
    with Session(box, [Code(source=source)], {}, withheld=["byhand.datasets"]) as session:
        (run,) = session.run()
    assert "check_gradient" in str(run.outputs)


# ------------------------------------------------- a checker that leans on what it is to check


def leaning(namespace):
    """Return a check_backward that compares with the namespace's own model_backward."""

    def check_backward(backward, dims, kinds, rng):
        for m in (1, 5):
            params = namespace["init_params"](dims, rng, "xavier")
            P, caches = namespace["model_forward"](rng.normal(size=(dims[0], m)), params, kinds)
            R = rng.normal(size=P.shape)
            try:
                found = backward(R, caches)
                for pair, right in zip(found, namespace["model_backward"](R, caches), strict=True):
                    for a, b in zip(pair, right, strict=True):
                        if np.shape(a) != b.shape or not np.allclose(a, b):
                            return False
            except Exception:  # noqa: BLE001 - whatever a planted bug raises
                return False
        return True

    return check_backward


def test_a_checker_that_leans_on_a_wrong_model_backward_is_as_wrong():
    ours = load("04_full_backprop")
    namespace = dict(ours.reference)
    for known in ours.exercises["model_backward"].mistakes[:3]:
        namespace |= {"model_backward": known.answer, "check_backward": leaning(namespace)}
        judging = Judging(ours, KernelRunner(namespace), student="a student", secret="a test")  # noqa: S106
        judging.exercise(ours.exercises["model_backward"])
        judging.exercise(ours.exercises["check_backward"])
        outcome = judging.carry(ours.exercises["check_backward"])
        assert outcome.score < outcome.points, known.name
        assert not outcome.carried

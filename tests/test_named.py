"""What learners were seen to do, and the name that each of it has."""

import numpy as np
import pytest

from grader.judge.verdict import Verdict
from tests.conftest import LESSONS, load
from tests.pairs import judged

# What was seen, lesson, exercise, and how the report calls it.
NAMES = [
    ("every entry moved at once", "01", "numerical_gradient", "all entries moved at once"),
    ("loops for one axis or two", "01", "numerical_gradient", "a whole row moved at once"),
    ("a flat copy taken for a view", "01", "numerical_gradient", "a flat copy taken for a view"),
    ("the point not put back", "01", "numerical_gradient", "the point drifts"),
    ("the bias is not used", "01", "logistic_loss", "bias left out"),
    ("the bias is not used", "03", "dense_forward", "no bias"),
    ("E / E.sum()", "02", "softmax", "axis None"),
    ("S - T through the vjp", "02", "step_5_sample_slopes", "a second time through the softmax"),
    ("S - T through the vjp", "04", "train", "the softmax counted twice"),
    ("the last batch counts alike", "04", "train", "unweighted mean of the batch losses"),
    ("the last batch counts alike", "05", "fit", "an unweighted mean over the batches"),
    ("(1 - beta) ** t, a multiple", "05", "adam_step", "beta times t instead of its power"),
    ("biases skipped", "05", "adam_init", "weights only"),
    ("biases skipped", "05", "sgd_step", "the bias stays where it was"),
    ("biases skipped", "04", "gradient_check", "weights only"),
    ("a state for each epoch", "05", "fit", "the state is made anew for each epoch"),
    ("a return inside the loop", "05", "sgd_step", "only the first layer"),
    ("a return inside the loop", "03", "step_3_paths", "one path only"),
    ("returns swapped", "01", "count_paths_and_weights", "paths and weights exchanged"),
    ("p[i] not restored", "04", "gradient_check", "params left changed"),
]


@pytest.mark.parametrize(("seen", "number", "name", "called"), NAMES)
def test_what_learners_were_seen_to_do_has_a_name(seen, number, name, called):
    lesson = next((lesson for lesson in LESSONS if lesson.startswith(number)), None)
    if lesson is None:
        pytest.skip("that lesson is not asked for")
    (known, *_) = [k for k in load(lesson).exercises[name].mistakes if k.name == called]
    outcome = judged(lesson, name, known.answer, "a student")
    assert outcome.score < outcome.points
    assert outcome.mistake == called, seen


# Written as a learner writes it, not as the list does.
def _if_on_an_array(z):
    if z >= 0:
        return 1 / (1 + np.exp(-z))
    return np.exp(z) / (1 + np.exp(z))


def _settings(beta1=0.9, beta2=0.999, eps=1e-8):
    return beta1, beta2, eps


def _one_minus_beta_to_the_t(params, grads, state, lr=1e-3, *rest, **named):
    beta1, beta2, eps = _settings(*rest, **named)
    t = state["t"] + 1
    m, v, new = [], [], []
    for pair, gs, ms, vs in zip(params, grads, state["m"], state["v"], strict=True):
        m.append(tuple(beta1 * a + (1 - beta1) * g for a, g in zip(ms, gs, strict=True)))
        v.append(tuple(beta2 * a + (1 - beta2) * g * g for a, g in zip(vs, gs, strict=True)))
        step = [
            lr * a / (1 - beta1) ** t / (np.sqrt(b / (1 - beta2) ** t) + eps)
            for a, b in zip(m[-1], v[-1], strict=True)
        ]
        new.append(tuple(p - s for p, s in zip(pair, step, strict=True)))
    return new, {"t": t, "m": m, "v": v}


WRITTEN = [
    ("02", "sigmoid", _if_on_an_array, "an if on a whole array"),
    ("02", "softmax_jacobian", lambda s: np.diag(s) - s @ s.T, "s @ s.T of a flat s"),
    ("05", "adam_step", _one_minus_beta_to_the_t, "1 - beta to the power t"),
]


@pytest.mark.parametrize(("number", "name", "answer", "called"), WRITTEN)
def test_what_is_written_as_a_learner_writes_it_is_told_plainly(number, name, answer, called):
    lesson = next((lesson for lesson in LESSONS if lesson.startswith(number)), None)
    if lesson is None:
        pytest.skip("that lesson is not asked for")
    outcome = judged(lesson, name, answer, "a student")
    assert outcome.verdict is not Verdict.CORRECT
    assert outcome.mistake == called

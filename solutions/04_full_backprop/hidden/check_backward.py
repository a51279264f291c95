"""check_backward: a checker that tells right backward passes from planted bugs."""

import numpy as np
from hidden.networks import widths
from hidden.zoo import DEEP, FROM_RNG, ZOO
from solution import check_backward, init_params, model_backward, model_forward, mse, mse_grad

from grader.exercise import Case, Rng, exercise
from grader.kit import new_seed

asked = exercise(
    "check_backward",
    # Not on model_backward: who takes that for the yardstick knows no more than it does.  Where it
    # is right, so is the verdict, and no hidden pass can be told from it: that is accepted.
    builds_on=("init_params", "model_forward", "mse", "mse_grad", "gradient_check"),
    not_alone=tuple(group for group, right, _ in ZOO if not right),
)


def expects(wanted):
    """Return a check that a checker's answer is the wanted one."""

    def judge(result, *_arguments):
        answer = np.asarray(result)
        if answer.shape != () or answer.dtype != bool:
            return "the answer is neither True nor False"
        if bool(answer) == wanted:
            return None
        if wanted:
            return "a right backward pass is rejected"
        return "a wrong backward pass is accepted"

    return judge


@asked.cases
def suspects(rng):
    """Right backward passes and planted bugs, group by group."""
    deep = []
    for group, right, wrong in ZOO:
        for wanted, passes in [(True, right), (False, wrong)]:
            for backward, dims, kinds in passes:
                yield Case(
                    backward, dims, kinds, Rng(new_seed(rng)), group=group, shapes=widths(dims),
                    check=either(deep) if wanted and dims == DEEP else expects(wanted),
                    draws=wanted and group == FROM_RNG,
                )  # fmt: skip


def is_no_answer(result):
    """Return what is told where a checker's answer is neither True nor False."""
    return expects(True)(result) and expects(False)(result)


def either(answers):
    """Return the check of a right pass that is tried on two networks, and may be rejected once.

    The first tells of an answer that is none alone; the second knows both.
    """

    def first(result, *_arguments):
        answers[:] = [result]
        return is_no_answer(result)

    def second(result, *_arguments):
        wrong = [expects(True)(answer) for answer in (*answers, result)]
        return is_no_answer(result) or (wrong[-1] if all(wrong) else None)

    if answers:
        return second
    answers.append(None)
    return first


def checker_with(
    *,
    batches=(1, 5),
    chosen=slice(None),
    parts=(0, 1),
    network_used=lambda dims, kinds: (dims, kinds),
    close=lambda found, right: np.allclose(found, right, rtol=1e-6, atol=1e-9),
    probe=lambda rng, shape: rng.normal(size=shape),
    shapes=True,
    catch=True,
):
    """Return a check_backward that overlooks something; it compares with a right answer."""

    def answer(backward, dims, kinds, rng):
        dims, kinds = network_used(dims, kinds)
        verdicts = []
        for m in batches:
            params = init_params(dims, rng, "xavier")
            P, caches = model_forward(rng.normal(size=(dims[0], m)), params, kinds)
            R = probe(rng, P.shape)
            try:
                grads = backward(R, caches)
                pairs = list(zip(grads, model_backward(R, caches), strict=shapes))[chosen]
                verdicts += [
                    (np.shape(found[part]) == right[part].shape or not shapes)
                    and bool(close(found[part], right[part]))
                    for found, right in pairs
                    for part in parts
                ]
            except Exception:
                if not catch:
                    raise
                return False
        return all(verdicts)

    return answer


def same_trial(backward, dims, kinds, _rng):
    """Draw from a generator of its own, always in the same state."""
    return check_backward(backward, dims, kinds, np.random.default_rng(0))


def trusts_the_loss(backward, dims, kinds, rng):
    """Train a little and look whether the loss has fallen."""
    params = init_params(dims, rng, "xavier")
    X, T = rng.normal(size=(dims[0], 8)), rng.uniform(size=(dims[-1], 8))
    seen = []
    try:
        for _ in range(15):
            P, caches = model_forward(X, params, kinds)
            seen.append(mse(P, T))
            grads = backward(mse_grad(P, T), caches)
            params = [
                (W - 0.1 * dW, b - 0.1 * db) for (W, b), (dW, db) in zip(params, grads, strict=True)
            ]
    except Exception:  # noqa: BLE001 - whatever a planted bug raises
        return False
    return bool(seen[-1] < seen[0])


MOSTLY_RIGHT = "it is blind to one bug, or refuses one right pass, and tells most of the others"

asked.mistake(
    "an exception gets through",
    answer=checker_with(catch=False),
    hint="A backward pass may raise. What does your checker do then?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "NaN passes",
    answer=checker_with(
        close=lambda found, right: not (np.abs(np.asarray(found) - right) > 1e-6).any()
    ),
    hint="NaN > tolerance is False. And NaN < tolerance?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "shapes not compared",
    answer=checker_with(shapes=False),
    hint="Two arrays of different shapes may broadcast and look equal. What do you compare first?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "never a batch of one",
    answer=checker_with(batches=(5,)),
    hint="With which batch sizes do you call backward? Which forgotten step hides in yours?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "only a batch of one",
    answer=checker_with(batches=(1,)),
    hint="With one sample every sum over samples is trivial. Which bugs hide there?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "weights only",
    answer=checker_with(parts=(0,)),
    hint="What would your checker say to a backward pass that forgets the biases?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "a square network of its own",
    answer=checker_with(network_used=lambda dims, kinds: ([3] * len(dims), kinds)),
    hint="The caller chose dims. What hides in square layers, and what only in others?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "kinds of its own",
    answer=checker_with(network_used=lambda dims, kinds: (dims, ["tanh"] * len(kinds))),
    hint="A bug may sit in one activation. Which kinds does your network have?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "a dA of ones",
    answer=checker_with(probe=lambda rng, shape: np.ones(shape)),
    hint="What is the sum of a softmax's outputs, whatever the parameters are? And its gradient?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "exact equality",
    answer=checker_with(close=np.array_equal),
    hint="Sums in another order round differently. How far apart may two right gradients be?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "last layer only",
    answer=checker_with(chosen=slice(-1, None)),
    hint="The signal can get lost on its way down. How many layers do you look at?",
)
asked.mistake(
    "first layer only",
    answer=checker_with(chosen=slice(0, 1)),
    hint="A layer above may be wrong by itself. How many layers do you look at?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "shapes only",
    answer=checker_with(close=lambda found, right: True),
    hint="Right shapes are necessary. Which of the suspects in section 11 have wrong ones?",
)
asked.mistake(
    "trusts the loss curve",
    answer=trusts_the_loss,
    hint="Section 11: which suspects make the loss fall? Compare with slopes instead.",
)
asked.mistake(
    "a generator of its own",
    answer=same_trial,
    hint="The caller gave you rng. From which generator do your numbers come?",
    earns=MOSTLY_RIGHT,
)
asked.mistake(
    "accepts everything",
    answer=lambda backward, dims, kinds, rng: True,
    hint="What does your checker say to a backward pass that returns an empty list?",
)
asked.mistake(
    "rejects everything",
    answer=lambda backward, dims, kinds, rng: False,
    hint="What does your checker say to your own model_backward? How large is the error it sees?",
)

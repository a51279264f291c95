"""Lesson 06's references against an oracle that shares no code with them: HIPS autograd.

Each rule, and each tape, is written a second time as a function of NumPy arrays,
which autograd differentiates.  Networks are compared with lesson 04's backward pass,
which was derived by hand, and with PyTorch where it is installed.
"""

import re

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad

from byhand.tape import Var, record
from byhand.tape import logsumexp as recorded_logsumexp
from tests.conftest import load
from tests.prose import Lesson

LESSON = "06_computational_graph"


def logsumexp(z, **options):
    """autograd's own; all of SciPy comes with it, and only where a test asks for it."""
    from autograd.scipy.special import logsumexp as of_autograd

    return of_autograd(z, **options)


@pytest.fixture(scope="module")
def lesson():
    """What the lesson's setup and solution cells define."""
    return load(LESSON).reference


def draw(seed, *shapes):
    """Return an array for each shape; no entry is near 0, where the relu has a kink."""
    rng = np.random.default_rng(seed)
    return [
        np.array(rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.2, 2.0, size=shape))
        for shape in shapes
    ]


def agree(actual, expected, largest=1.0):
    """Both have one shape and differ by at most 1e-10 of the largest number."""
    assert np.shape(actual) == np.shape(expected)
    np.testing.assert_allclose(actual, expected, rtol=1e-10, atol=1e-12 * largest)


THEIRS = {
    "add": anp.add,
    "subtract": anp.subtract,
    "multiply": anp.multiply,
    "divide": anp.divide,
    "matmul": anp.dot,
    "transpose": anp.transpose,
    "sum": anp.sum,
    "mean": anp.mean,
    "exp": anp.exp,
    "log": anp.log,
    "relu": lambda x: anp.where(x > 0, x, 0.0),
    "sigmoid": lambda x: 1 / (1 + anp.exp(-x)),
    "tanh": anp.tanh,
    "logsumexp": logsumexp,
}
AXES = [{}, {"axis": 0}, {"axis": 1}, {"axis": -1, "keepdims": True}, {"axis": 0, "keepdims": True}]
RULES = [
    *[
        (op, shapes, {})
        for op in ("add", "subtract", "multiply", "divide")
        for shapes in ([(2, 3), (2, 3)], [(2, 1), (2, 3)], [(3,), (2, 3)], [(2, 3), ()], [(), ()])
    ],
    *[("matmul", shapes, {}) for shapes in ([(2, 3), (3, 4)], [(3, 3), (3, 3)], [(4, 1), (1, 1)])],
    *[("transpose", [shape], {}) for shape in ((2, 3), (3, 3))],
    *[(op, [(3, 4)], options) for op in ("sum", "mean", "logsumexp") for options in AXES],
    *[(op, [(3, 3)], {"axis": 1}) for op in ("sum", "mean", "logsumexp")],
    *[(op, [shape], {}) for op in ("exp", "relu", "sigmoid", "tanh") for shape in ((2, 3), ())],
]


@pytest.mark.parametrize(("op", "shapes", "options"), RULES)
def test_each_rule_is_the_gradient_of_its_operation(lesson, op, shapes, options):
    arrays = draw(len(shapes), *shapes)
    value = np.asarray(lesson["OPERATIONS"][op](*arrays, **options))
    agree(value, THEIRS[op](*arrays, **options))
    (gradient,) = draw(9, value.shape)

    found = lesson["vjp"](op, arrays, value, gradient, options)

    for place, mine in enumerate(found):
        expected = grad(lambda *given: anp.sum(gradient * THEIRS[op](*given, **options)), place)
        agree(mine, expected(*arrays))


def test_the_rule_of_the_logarithm_is_its_gradient(lesson):
    x, gradient = np.abs(draw(1, (2, 3), (2, 3)))
    (found,) = lesson["vjp"]("log", [x], np.log(x), gradient, {})
    agree(found, grad(lambda x: anp.sum(gradient * anp.log(x)))(x))


@pytest.mark.parametrize(
    ("shape", "indices", "axis"),
    [
        ((3, 4), [2, 0, 2], 0),
        ((3, 4), [1, 1, 3], 1),
        ((3, 4), [11, 0, 11, 5], None),
        ((4,), [3, 3], -1),
    ],
)
def test_the_rule_of_take_adds_what_was_picked_twice(lesson, shape, indices, axis):
    (x,) = draw(2, shape)
    options = {"indices": indices} | ({} if axis is None else {"axis": axis})
    value = np.take(x, indices, axis)
    (gradient,) = draw(3, value.shape)

    (found,) = lesson["vjp"]("take", [x], value, gradient, options)

    def chosen(x):
        flat = x.reshape(-1) if axis is None else anp.moveaxis(x, axis, 0)
        rows = anp.stack([flat[i] for i in indices])
        return rows if axis is None else anp.moveaxis(rows, 0, axis)

    agree(found, grad(lambda x: anp.sum(gradient * chosen(x)))(x))


@pytest.mark.parametrize("options", AXES)
def test_large_logits_have_finite_gradients(lesson, options):
    x = draw(4, (3, 4))[0] + 1000.0
    value = np.asarray(lesson["log_sum_exp"](x, **options))
    (found,) = lesson["vjp"]("logsumexp", [x], value, np.ones_like(value), options)

    agree(found, grad(lambda x: anp.sum(logsumexp(x - 1000.0, **options)))(x))


@pytest.mark.parametrize("seed", range(5))
def test_the_five_steps_are_the_gradients_along_the_log_sum_exp(lesson, seed):
    (z,) = draw(seed, (5,))
    g = 1.7
    top = z.max()
    E = np.exp(z - top).sum()

    agree(lesson["step_1_sum"](z, g), grad(lambda E: g * (anp.log(E) + top))(E))
    u3 = np.exp(z - top)
    after_u3 = grad(lambda u: g * (anp.log(anp.sum(u)) + top))(u3)
    agree(lesson["step_2_exponentials"](z, g), after_u3)
    after_u2 = grad(lambda u: g * (anp.log(anp.sum(anp.exp(u))) + top))(z - top)
    agree(lesson["step_3_shifted"](z, g), after_u2)
    after_u1 = grad(lambda u: g * (anp.log(anp.sum(anp.exp(z - u))) + u))(top)
    agree(lesson["step_4_largest"](z, g), after_u1)
    value = lesson["log_sum_exp"](z)
    agree(lesson["step_5_logits"](z, value, g), grad(lambda z: g * logsumexp(z))(z))


def random_program(seed, length=40):
    """Return a program of scalars and one of autograd's that does the same, at random."""
    rng = np.random.default_rng(seed)
    plan = []
    for place in range(3, 3 + length):
        op = str(rng.choice(["add", "subtract", "multiply", "tanh", "sigmoid", "relu"]))
        count = 2 if op in {"add", "subtract", "multiply"} else 1
        plan.append((op, tuple(int(i) for i in rng.integers(max(0, place - 6), place, size=count))))

    def theirs(*values):
        values = list(values)
        for op, places in plan:
            found = THEIRS[op](*[values[i] for i in places])
            values.append(anp.tanh(found) if op == "multiply" else found)
        # So that autograd has a path even where the program does not lead from an input.
        return values[-1] + 0.0 * (values[0] + values[1] + values[2])

    tape = [("input", (), {})] * 3
    moved = [0, 1, 2]  # places in the plan -> places on the tape
    for op, places in plan:
        tape.append((op, tuple(moved[i] for i in places), {}))
        if op == "multiply":
            tape.append(("tanh", (len(tape) - 1,), {}))
        moved.append(len(tape) - 1)
    return tape, theirs


@pytest.mark.parametrize("seed", range(30))
def test_a_program_at_random_has_the_gradients_of_autograd(lesson, seed):
    """Forks, repeated inputs and dead ends as they come."""
    tape, theirs = random_program(seed)
    arrays = draw(seed, (), (), ())

    found = lesson["backward_tape"](tape, lesson["run_tape"](tape, arrays))

    for place in range(3):
        agree(found[place], grad(theirs, place)(*arrays))


def test_a_long_chain_of_diamonds_calls_each_rule_once(lesson):
    tape = [("input", (), {})]
    for _ in range(3_000):
        i = len(tape) - 1
        tape += [("tanh", (i,), {}), ("sigmoid", (i,), {}), ("add", (i + 1, i + 2), {})]
    calls = []

    def rule(*given):
        calls.append(given[0])
        return lesson["vjp"](*given)

    lesson["backward_tape"](tape, lesson["run_tape"](tape, [np.array(0.1)]), rule)

    assert len(calls) == 9_000


@pytest.mark.parametrize("seed", range(20))
def test_an_order_of_a_random_graph_has_every_node_behind_its_inputs(lesson, seed):
    rng = np.random.default_rng(seed)
    names = [int(name) for name in rng.permutation(60)]
    inputs_of = [[] for _ in names]
    for place, name in enumerate(names[1:], start=1):
        inputs_of[name] = [names[i] for i in rng.integers(place, size=rng.integers(3))]
    needed, todo = set(), [names[-1]]
    while todo:
        node = todo.pop()
        needed.add(node)
        todo += [before for before in inputs_of[node] if before not in needed]

    order = lesson["topological_order"](inputs_of, names[-1])

    assert sorted(order) == sorted(needed)
    assert all(order.index(i) < order.index(node) for node in order for i in inputs_of[node])


# ---- networks

NETWORKS = [
    ([3, 4, 2], ["tanh", "linear"], "mse"),
    ([4, 4, 4], ["sigmoid", "softmax"], "mse"),
    ([2, 5, 3, 3], ["relu", "tanh", "softmax"], "cross_entropy"),
    ([64, 64, 32, 10], ["relu", "relu", "softmax"], "cross_entropy"),
]


def network(lesson, dims, loss, m=7):
    rng = np.random.default_rng(sum(dims))
    params = lesson["init_params"](dims, rng, "xavier")
    params = [(W, 0.3 * rng.normal(size=b.shape)) for W, b in params]
    X, T = rng.normal(size=(dims[0], m)), rng.normal(size=(dims[-1], m))
    return params, X, lesson["softmax"](T) if loss == "cross_entropy" else T


@pytest.mark.parametrize(("dims", "kinds", "loss"), NETWORKS)
def test_a_network_has_the_gradients_that_were_derived_by_hand(lesson, dims, kinds, loss):
    """To 1e-12, as the lesson promises."""
    params, X, T = network(lesson, dims, loss)
    P, caches = lesson["model_forward"](X, params, kinds)
    expected = lesson["model_backward"](lesson[f"{loss}_grad"](P, T), caches)

    found = lesson["gradients_of_a_network"](params, X, T, kinds, loss)

    for mine, right in zip(found, expected, strict=True):
        for a, b in zip(mine, right, strict=True):
            assert a.shape == b.shape
            assert np.abs(a - b).max() <= 1e-12


@pytest.mark.parametrize(("dims", "kinds", "loss"), NETWORKS[:3])
def test_a_network_has_the_gradients_of_autograd(lesson, dims, kinds, loss):
    params, X, T = network(lesson, dims, loss)

    def lost(params):
        A = X
        for (W, b), kind in zip(params, kinds, strict=True):
            Z = anp.dot(W, A) + b
            if kind == "softmax":
                A = anp.exp(Z - logsumexp(Z, axis=0, keepdims=True))
            else:
                A = Z if kind == "linear" else THEIRS[kind](Z)
        if loss == "mse":
            return anp.mean((A - T) ** 2)
        return -anp.mean(anp.sum(T * anp.log(A), axis=0))

    found = lesson["gradients_of_a_network"](params, X, T, kinds, loss)

    for mine, right in zip(found, grad(lost)(params), strict=True):
        for a, b in zip(mine, right, strict=True):
            agree(a, b)


@pytest.mark.parametrize(("dims", "kinds", "loss"), NETWORKS)
def test_a_network_has_the_gradients_of_pytorch(lesson, dims, kinds, loss):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: a second oracle less")
    params, X, T = network(lesson, dims, loss)
    theirs = [tuple(torch.tensor(a, requires_grad=True) for a in pair) for pair in params]
    A, target = torch.tensor(X), torch.tensor(T)
    for (W, b), kind in zip(theirs, kinds, strict=True):
        Z = W @ A + b
        A = {
            "linear": lambda z: z,
            "softmax": lambda z: torch.softmax(z, dim=0),
        }.get(kind, getattr(torch, kind, None))(Z)
    if loss == "mse":
        lost = ((A - target) ** 2).mean()
    else:
        lost = -(target * torch.log_softmax(Z, dim=0)).sum(dim=0).mean()
    lost.backward()

    found = lesson["gradients_of_a_network"](params, X, T, kinds, loss)

    for mine, right in zip(found, theirs, strict=True):
        for a, b in zip(mine, right, strict=True):
            agree(a, b.grad.numpy())


def test_a_skip_connection_needs_no_derivation(lesson):
    tape = []
    X, T, W1, b1, W2, b2 = (Var(tape) for _ in range(6))
    A = X + record("tanh", W1 @ X + b1)
    Z = W2 @ A + b2
    (T * (recorded_logsumexp(Z, axis=0) - Z)).sum(axis=0).mean()
    arrays = draw(5, (4, 6), (3, 6), (4, 4), (4, 1), (3, 4), (3, 1))

    def lost(*arrays):
        X, T, W1, b1, W2, b2 = arrays
        A = X + anp.tanh(anp.dot(W1, X) + b1)
        Z = anp.dot(W2, A) + b2
        return anp.mean(anp.sum(T * (logsumexp(Z, axis=0) - Z), axis=0))

    found = lesson["backward_tape"](tape, lesson["run_tape"](tape, arrays))

    for place in range(6):
        agree(found[place], grad(lost, place)(*arrays))


# ---- the closing page


def snippets():
    """Return the two programs that the lesson shows in other libraries."""
    text = "\n".join(cell.source for cell in Lesson(LESSON).prose)
    found = re.findall(r"```python\n(import .*?)```", text, re.DOTALL)
    assert len(found) == 2
    return found


def regression(lesson):
    W, b, X = draw(6, (3, 4), (3, 1), (4, 5))
    T = np.eye(3)[:, [0, 2, 1, 1, 0]]
    tape = []
    vW, vX, vb, vT = (Var(tape) for _ in range(4))
    Z = vW @ vX + vb
    (recorded_logsumexp(Z, axis=0) - (vT * Z).sum(axis=0)).mean()
    found = lesson["backward_tape"](tape, lesson["run_tape"](tape, [W, X, b, T]))
    return {"W": W, "b": b, "X": X, "T": T}, found[vW.place], found[vb.place]


def test_the_program_shown_in_autograd_gives_the_same_gradients(lesson):
    arrays, dW, db = regression(lesson)
    exec(snippets()[0], arrays)  # noqa: S102 - the lesson's own
    agree(dW, arrays["dW"])
    agree(db, arrays["db"])


def test_the_program_shown_in_pytorch_gives_the_same_gradients(lesson):
    pytest.importorskip("torch", reason="PyTorch is not installed: its program is not run")
    arrays, dW, db = regression(lesson)
    exec(snippets()[1], arrays)  # noqa: S102 - the lesson's own
    agree(dW, arrays["dW"].numpy())
    agree(db, arrays["db"].numpy())

# %% [markdown]
# # 06 · The computational graph
#
# Before: [05 · SGD against Adam](../05_sgd_vs_adam/05_sgd_vs_adam.ipynb) · this is the last lesson ·
# look up a letter: [Notation](../00_start_here/00_start_here.ipynb#Notation)
#
# So far you derived each gradient by hand.
# Now you build the engine that needs no derivation: it takes a program and returns every gradient.
#
# **Afterwards you can** write a computation down as a tape and run it; write the rule that takes a
# gradient back through one operation, for fifteen operations; add up gradients where a value is used
# twice, in one pass and in the right order; differentiate and train a network that you never derived;
# name five bugs of such engines from outside.
#
# **You need** lesson 01 (every path adds its product), 02 (the vector-Jacobian product), 03 (the dense
# layer) and 05 (Adam).
#
# **130 minutes, 40 points:** 28 minutes to read, 14 to try things out, 85 for the exercises.
# **Two sittings:** 60 minutes up to section 4, 70 from section 5 on.
#
# | exercise | points | minutes |
# |---|---|---|
# | `run_tape` | 3 | 4 |
# | `unbroadcast` | 3 | 5 |
# | `step_1_sum` | 1 | 2 |
# | `step_2_exponentials` | 1 | 2 |
# | `step_3_shifted` | 1 | 2 |
# | `step_4_largest` | 1 | 2 |
# | `step_5_logits` | 1 | 2 |
# | `vjp` | 7 | 23 |
# | `backward_tape` | 6 | 7 |
# | `derive_once` | 3 | 6 |
# | `topological_order` | 4 | 7 |
# | `network_tape` | 3 | 10 |
# | `gradients_of_a_network` | 2 | 4 |
# | `name_the_bug` | 4 | 9 |

# %% [markdown]
# ## Three questions on lesson 05
#
# 1. Adam runs at a rate of 0.01, and the first gradient of an entry is 0.003.
#    How long is the first step of this entry?
# 2. Why is Adam's state made once, before the loop over the epochs?
# 3. Somebody writes `W -= lr * dW` in place of `W = W - lr * dW`.
#    Who notices?
#
# <details><summary>Answers</summary>
#
# 1. About 0.01. Corrected, the first two means are $g$ and $g^2$, so the step is
#    $\eta\,g/|g|$, whatever $g$ is.
# 2. It is a memory of earlier batches. Made anew, every step is a first step.
# 3. Everybody who holds the same array: the short form writes into it.
#    Section 9 meets the same accident again, inside an engine.
#
# </details>

# %% setup="imports"
import numpy as np

from earlier import (
    activation,
    activation_backward,
    activation_prime,
    adam_init,
    adam_step,
    cross_entropy,
    cross_entropy_grad,
    dense_backward,
    dense_forward,
    init_params,
    minibatches,
    model_backward,
    model_forward,
    mse,
    mse_grad,
    sigmoid,
    softmax,
    softmax_vjp,
    zeros_like,
)

from byhand.expect import expect_close, expect_shape
from byhand.waiting import waiting

# %% [markdown]
# `earlier.py`, beside this notebook, holds solutions of earlier lessons: a spoiler until you have
# solved them.
# Your own functions, pasted below the imports, work as well.
# `waiting` says which exercise a cell waits for.
#
# ## 1 · A program with a pencil
#
# Three lines, with $x = 2$ and $w = 3$:
#
# $$
# u_1 = x\,w, \qquad u_2 = u_1 + x, \qquad L = u_1\,u_2. \tag{1}
# $$
#
# The picture of it is called a **computational graph**: an arrow leads from a value to each
# operation that uses it.

# %% explore="picture of a program"
from byhand.plots import graph_of

tape = [
    ("input", (), {}),
    ("input", (), {}),
    ("multiply", (0, 1), {}),
    ("add", (2, 0), {}),
    ("multiply", (2, 3), {}),
]
graph_of(tape, names=["x", "w", "u1", "u2", "L"])

# %% [markdown]
# Forward, $u_1 = 6$, $u_2 = 8$ and $L = 48$.
#
# **Backward**, start at the end: $\partial L/\partial L = 1$.
#
# - $L = u_1 u_2$ sends $1 \cdot 8 = 8$ to $u_1$ and $1 \cdot 6 = 6$ to $u_2$.
# - $u_2 = u_1 + x$ has got its 6, and sends 6 to $u_1$ and 6 to $x$.
# - $u_1$ now holds 8 and 6. Two paths lead from it to the loss, so they add up: 14.
# - $u_1 = x\,w$ sends $14 \cdot 3 = \_\_$ to $x$ and $14 \cdot 2 = \_\_$ to $w$.
#
# **Fill the gaps.** What is $\partial L/\partial x$ in the end? Then turn the screw: $x$ from 2 to
# 2.01 makes $u_1 = 6.03$ and $u_2 = 8.04$.
#
# <details><summary>Answer</summary>
#
# 42 goes to $x$ and 28 to $w$. With the 6 that $x$ holds already, $\partial L/\partial x = 48$.
# The screw: $L = 6.03 \cdot 8.04 = 48.4812$, a slope of $0.4812/0.01 = 48.12$.
#
# </details>
#
# You used each line's rule **once**, and only **after everything had arrived** for it.
# Nothing in this was about networks.

# %% [markdown]
# ## 2 · The tape
#
# The list in the cell above is the same program, written down in the order of running.
# It is called a **tape**.
# Each entry says three things: an operation, the places of its inputs, and options.
#
# | place | entry | means |
# |---|---|---|
# | 0 | `("input", (), {})` | the first given array, $x$ |
# | 1 | `("input", (), {})` | the second, $w$ |
# | 2 | `("multiply", (0, 1), {})` | entry 0 times entry 1: $u_1$ |
# | 3 | `("add", (2, 0), {})` | $u_2$ |
# | 4 | `("multiply", (2, 3), {})` | $L$ |
#
# Options are keyword arguments: `("sum", (2,), {"axis": 0})` sums entry 2 over its rows.
# The inputs come first, and an entry uses earlier ones only.
#
# The values are arrays, of any shape; for `matmul`, matrices.
# The table of the next cell says how each operation is computed.
# `logsumexp` is $\ln \sum_k e^{z_k}$ in its stable form; section 4 takes it apart.

# %% setup="operations"
def log_sum_exp(x, axis=None, keepdims=False):
    """Return log(sum(exp(x))) over all entries, or over one axis."""
    largest = np.max(x, axis=axis, keepdims=True)
    value = largest + np.log(np.sum(np.exp(x - largest), axis=axis, keepdims=True))
    return value if keepdims else np.squeeze(value, axis=axis)


OPERATIONS = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "matmul": np.matmul,
    "transpose": np.transpose,
    "sum": np.sum,  # options: axis, keepdims, as in NumPy
    "mean": np.mean,  # the same
    "take": np.take,  # options: indices, axis
    "exp": np.exp,
    "log": np.log,
    "relu": lambda x: np.maximum(x, 0.0),
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "logsumexp": log_sum_exp,  # options: axis, keepdims
}

# %% [markdown]
# ### Exercise: `run_tape` (3 points)
#
# Two Python signs help: `f(*[a, b])` is `f(a, b)`, and `f(**{"axis": 0})` is `f(axis=0)`.


# %% solution="run_tape"
def run_tape(tape, inputs):
    """Run a tape forward and return the value of each entry, a list.

    tape: [(op, places, options), ...], section 2; op is "input" or a key of OPERATIONS.
    inputs: a list of arrays, one for each entry "input", in their order; they stay unchanged.

    >>> run_tape([("input", (), {}), ("exp", (0,), {}), ("add", (0, 1), {})], [np.zeros(2)])
    [array([0., 0.]), array([1., 1.]), array([1., 1.])]
    """
    ### BEGIN SOLUTION
    values = list(inputs)
    for op, places, options in tape[len(values) :]:
        values.append(OPERATIONS[op](*[values[place] for place in places], **options))
    return values
    ### END SOLUTION


# %% test="run_tape" points=3
pencil_tape = [
    ("input", (), {}),
    ("input", (), {}),
    ("multiply", (0, 1), {}),
    ("add", (2, 0), {}),
    ("multiply", (2, 3), {}),
]
values = run_tape(pencil_tape, [np.array(2.0), np.array(3.0)])
expect_close(values, (2, 3, 6, 8, 48), "(x, w, u_1, u_2, L) of section 1")
rows = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
values = run_tape([("input", (), {}), ("sum", (0,), {"axis": 1}), ("mean", (1,), {})], [rows])
expect_close(values[1], [6, 15], "the sum with the option axis=1")
expect_close(values[2], 10.5, "the mean of 6 and 15")
values = run_tape([("input", (), {}), ("input", (), {}), ("divide", (1, 0), {})], [rows, rows[:1]])
expect_close(values[2][1], [0.25, 0.4, 0.5], "entry 1 divided by entry 0, in this order,")

# %% [markdown]
# ## 3 · One operation, backward
#
# An entry never needs to know what the program is for.
# It gets $g$, the gradient of the loss by its own value, and hands one gradient to each input,
# of the shape **of that input**.
# This is its vector-Jacobian product, **vjp** for short.
#
# **Worked.** $u = x\,w$, entry by entry. One entry of $x$ moves one entry of $u$, with slope $w$:
# so $g\,w$ goes to $x$, and $g\,x$ to $w$.
#
# **With gaps.** The last column may use the value, which is there already.
#
# | operation | to $x$ | to $w$ | | operation | to $x$ |
# |---|---|---|---|---|---|
# | $u = x + w$ | $g$ | $g$ | | $u = e^x$ | $g\,u$ |
# | $u = x - w$ | $g$ | ? | | $u = \ln x$ | ? |
# | $u = x\,w$ | $g\,w$ | $g\,x$ | | $u = \tanh x$ | $g\,(1 - u^2)$ |
# | $u = x / w$ | $g / w$ | ? | | $u = \sigma(x)$ | ? |
#
# <details><summary>Answers</summary>
#
# $-g$; $-g\,x/w^2$, which is $-g\,u/w$; $g/x$; $g\,u\,(1 - u)$.
# A relu passes $g$ where $x > 0$, and 0 elsewhere, also at $x = 0$.
#
# </details>

# %% [markdown]
# ### What forward copies, backward adds
#
# In $Z + \mathbf{b}$ the bias $(2, 1)$ is stretched over three samples.
# **Predict:** the loss is the sum of all six entries of $Z + \mathbf{b}$.
# What is its gradient by $\mathbf{b}$: which shape, which numbers?

# %% explore="a stretched bias"
b = np.array([[1.0], [2.0]])  # (2, 1)
Z = np.zeros((2, 3))
print("gradient by the sum Z + b:", np.ones((2, 3)).tolist())
for j in range(2):
    moved = b.copy()
    moved[j, 0] += 1e-6
    print(f"slope by b[{j}]: {(np.sum(Z + moved) - np.sum(Z + b)) / 1e-6:.4f}")

# %% [markdown]
# Each $b_j$ was used three times, so three paths add up: 3, in the shape $(2, 1)$.
# The rule is general: **sum over every axis that was stretched.**
#
# | stretched | to | the gradient comes back by |
# |---|---|---|
# | $(2, 1)$ | $(2, 3)$ | a sum over axis 1, kept with size 1 |
# | $(3,)$ | $(2, 3)$ | a sum over axis 0, which is gone then |
# | $()$ | $(2, 3)$ | a sum over everything |
#
# NumPy aligns shapes at the right.
# So the axes that are missing are the **first** ones; the others stay, with size 1 where they had
# size 1.
#
# ### Exercise: `unbroadcast` (3 points)


# %% solution="unbroadcast"
def unbroadcast(gradient, shape):
    """Return the gradient by an array of a shape that broadcasting stretched (section 3).

    gradient: an array of the stretched shape.
    shape: the tuple that was stretched; it may be equal to the stretched one.
    Returns an array of that shape.

    >>> unbroadcast(np.ones((2, 3)), (2, 1))
    array([[3.],
           [3.]])
    """
    ### BEGIN SOLUTION
    if gradient.shape == shape:
        return gradient
    missing = gradient.ndim - len(shape)
    gradient = gradient.sum(axis=tuple(range(missing)))  # now as many axes as shape
    ones = tuple(axis for axis, size in enumerate(shape) if size == 1)
    return gradient.sum(axis=ones, keepdims=True)
    ### END SOLUTION


# %% test="unbroadcast" points=3
ramp = np.arange(6.0).reshape(2, 3)
for shape, right in [
    ((2, 3), ramp),
    ((2, 1), [[3], [12]]),
    ((1, 3), [[3, 5, 7]]),
    ((3,), [3, 5, 7]),
    ((1, 1), [[15]]),
    ((), 15),
]:
    expect_close(unbroadcast(ramp, shape), right, f"0, ..., 5 of shape (2, 3), brought to {shape},")
found = unbroadcast(np.ones((4, 2, 3)), (2, 1))
expect_close(found, [[12], [12]], "with two kinds of axes at once the result")

# %% [markdown]
# ### Operations that move entries or add them up
#
# The same two questions as always: *where does this entry go, and with which slope?*
#
# - `transpose`: each entry has a new place. The gradient goes back to the old one.
# - `matmul`: $Z = WA$ is your dense layer. $\frac{\partial L}{\partial Z} A^\top$ goes to $W$, and
#   $W^\top \frac{\partial L}{\partial Z}$ to $A$.
# - `sum` over an axis: every entry goes into one number with slope 1.
#   So its gradient is copied to all of them: sum is the reverse of stretching.
# - `mean`: the same, with a slope of 1 over the number of entries that went into *one* mean.
# - `take` picks rows, columns or entries. What was not picked gets 0.
#   What was picked **twice** gets two contributions.
#
# **Predict** the last line of the cell before you run it.

# %% explore="picked twice"
x = np.array([10.0, 20.0, 30.0])
indices = [2, 0, 2]
g = np.array([1.0, 1.0, 5.0])  # the gradient by x[[2, 0, 2]]
print("picked:", np.take(x, indices))

overwritten, added = np.zeros(3), np.zeros(3)
overwritten[indices] += g
np.add.at(added, indices, g)  # the same sum, one index after another
print("with += :", overwritten, "  with np.add.at :", added)

# %% [markdown]
# `+=` with a list of indices reads all, adds, and writes all: of two writes to one place the last
# one stays.
# `np.add.at(array, indices, g)` adds one after another, along the first axis.
# For another axis, `np.moveaxis(array, axis, 0)` is a view in which that one comes first, and
# `array.reshape(-1)` of a fresh `np.zeros(shape)` is a view of all entries in one row: what you add
# there arrives in `array`.
#
# ## 4 · Log-sum-exp, step by step
#
# One operation is worth a derivation: $L = \ln \sum_k e^{z_k}$, for one column $\mathbf{z}$ of $n$
# logits.
# Computed naively it overflows at $z_k = 710$.
# So `log_sum_exp` subtracts the largest logit first:
#
# $$
# u_1 = \max_k z_k, \quad \mathbf{u}_2 = \mathbf{z} - u_1, \quad \mathbf{u}_3 = e^{\mathbf{u}_2}, \quad
# E = \textstyle\sum_k u_{3k}, \quad u_4 = \ln E, \quad L = u_4 + u_1. \tag{2}
# $$

# %% explore="picture of the log-sum-exp"
graph_of(
    [
        ("input", (), {}),
        ("max", (0,), {}),
        ("subtract", (0, 1), {}),
        ("exp", (2,), {}),
        ("sum", (3,), {}),
        ("log", (4,), {}),
        ("add", (5, 1), {}),
    ],
    names=["z", "u1", "u2", "u3", "E", "u4", "L"],
)

# %% [markdown]
# Walk backward through the picture, one line of Python for each step.
# $g$ is the gradient that arrives at $L$.
# The addition hands it on unchanged, to $u_4$ and to $u_1$.
# Each function below takes `z`, an array $(n,)$, and `g`, a number.
#
# ### Exercise: `step_1_sum` (1 point)
#
# $u_4 = \ln E$ has got $g$. What goes to $E$?


# %% solution="step_1_sum"
def step_1_sum(z, g):
    """Return the gradient by E of formula (2), a number.

    z is (n,), the logits; g is a number, the gradient by L.

    >>> float(step_1_sum(np.zeros(4), 2.0))
    0.5
    """
    ### BEGIN SOLUTION
    return g / np.sum(np.exp(z - np.max(z)))
    ### END SOLUTION


# %% test="step_1_sum" points=1
expect_close(step_1_sum(np.zeros(4), 2.0), 0.5, "with E = 4 and g = 2 what the log hands on")
found = step_1_sum(np.full(4, 900.0), 2.0)
expect_close(found, 0.5, "with four logits of 900, as E is the sum after the shift, the result")

# %% [markdown]
# ### Exercise: `step_2_exponentials` (1 point)
#
# $E$ is the sum of the entries of $\mathbf{u}_3$. What goes to them?


# %% solution="step_2_exponentials"
def step_2_exponentials(z, g):
    """Return the gradient by u3 of formula (2), an array (n,), with the help of step_1_sum.

    >>> step_2_exponentials(np.zeros(4), 2.0)
    array([0.5, 0.5, 0.5, 0.5])
    """
    ### BEGIN SOLUTION
    return np.full(z.shape, step_1_sum(z, g))
    ### END SOLUTION


# %% test="step_2_exponentials" points=1
found = step_2_exponentials(np.zeros(4), 2.0)
expect_close(found, [0.5] * 4, "what a sum hands to each of its entries")
found = step_2_exponentials(np.log([1.0, 2.0, 5.0]), 8.0)
expect_close(found, [5, 5, 5], "for logits ln 1, ln 2, ln 5 and g = 8, where E = 1.6, the result")

# %% [markdown]
# ### Exercise: `step_3_shifted` (1 point)
#
# $\mathbf{u}_3 = e^{\mathbf{u}_2}$, entry by entry.


# %% solution="step_3_shifted"
def step_3_shifted(z, g):
    """Return the gradient by u2 of formula (2), an array (n,), from step_2_exponentials.

    >>> step_3_shifted(np.zeros(4), 2.0)
    array([0.5, 0.5, 0.5, 0.5])
    """
    ### BEGIN SOLUTION
    return step_2_exponentials(z, g) * np.exp(z - np.max(z))
    ### END SOLUTION


# %% test="step_3_shifted" points=1
found = step_3_shifted(np.log([1.0, 2.0, 5.0]), 8.0)
expect_close(found, [1, 2, 5], "for logits ln 1, ln 2, ln 5 and g = 8 the result")

# %% [markdown]
# ### Exercise: `step_4_largest` (1 point)
#
# $u_1$, the largest logit, is used twice: it was subtracted from every entry, and added at the end.
# **Predict** what its two users send it together, then compute it.


# %% solution="step_4_largest"
def step_4_largest(z, g):
    """Return the gradient by u1 of formula (2), a number: what both of its paths bring.

    Step 3 gives what u2 has got.
    """
    ### BEGIN SOLUTION
    return g - np.sum(step_3_shifted(z, g))
    ### END SOLUTION


# %% test="step_4_largest" points=1
for g in [1.0, -3.0]:
    found = step_4_largest(np.array([1.0, 3.0, 2.0]), g)
    expect_close(found, 0, f"for g = {g} the sum of what both paths bring to u1", atol=1e-12)

# %% [markdown]
# The two paths cancel, as they must: $L$ does not depend on what was subtracted.
# So nothing comes to $\mathbf{z}$ through the maximum.
# What comes through $\mathbf{u}_2$ is all: $g\,e^{z_j - u_1}/E$, the softmax times $g$.
# And since $L = \ln E + u_1$, this is $g\,e^{z_j - L}$: no maximum, no sum, and no overflow, because
# $z_j \le L$.
#
# ### Exercise: `step_5_logits` (1 point)


# %% solution="step_5_logits"
def step_5_logits(z, value, g):
    """Return the gradient by z, an array (n,), out of z, the value and g alone.

    value is log_sum_exp(z), a number: L of formula (2).

    >>> step_5_logits(np.zeros(4), np.log(4.0), 2.0)
    array([0.5, 0.5, 0.5, 0.5])
    """
    ### BEGIN SOLUTION
    return g * np.exp(z - value)
    ### END SOLUTION


# %% test="step_5_logits" points=1
z = np.log([1.0, 2.0, 5.0])
found = step_5_logits(z, log_sum_exp(z), 8.0)
expect_close(found, [1, 2, 5], "for logits ln 1, ln 2, ln 5 and g = 8, as in step 3, the result")
z = np.array([1000.0, 1000.0])
expect_close(step_5_logits(z, log_sum_exp(z), 1.0), [0.5, 0.5], "for two logits of 1000 the result")

# %% [markdown]
# ### All rules in one function
#
# Operands may have been stretched; `unbroadcast` brings what you send them into their shape.
#
# `sum`, `mean` and `logsumexp` over an axis take that axis away, unless `keepdims` is set.
# On the way back it must be there again, or the gradient would be stretched along the wrong axis:
# `np.expand_dims(gradient, axis)` puts it back, with size 1.
#
# ### Exercise: `vjp` (7 points)
#
# Fifteen operations; each one that is right earns its share.
# Go from the simple ones to the hard ones, and check as you go.
# `options.get("axis")` is the option, or None where there is none; `(a,)` is a tuple of one array.
# (A sixteenth would be one more line in `OPERATIONS` and one more rule here.)


# %% solution="vjp"
def vjp(op, inputs, value, gradient, options):
    """Push a gradient back through one operation (sections 3 and 4).

    op: a key of OPERATIONS.
    inputs: a list of its input arrays; value: what it computed from them.
    gradient: the gradient of the loss by value, of the shape of value.
    options: a dict, as on the tape: axis (None or an integer) and keepdims for sum, mean
    and logsumexp, indices (from 0 on) and axis for take; what is not there has NumPy's default.
    Returns a tuple: for each input the gradient by it, of its shape.  Changes nothing.

    >>> vjp("multiply", [np.array([2.0]), np.array([3.0])], np.array([6.0]), np.array([10.0]), {})
    (array([30.]), array([20.]))
    """
    ### BEGIN SOLUTION
    x, w = inputs[0], inputs[-1]
    axis, keepdims = options.get("axis"), options.get("keepdims", False)

    def spread(array):
        """Put back the axis that was summed away, and copy along it."""
        if axis is not None and not keepdims:
            array = np.expand_dims(array, axis)
        return np.zeros(x.shape) + array

    if op in ("add", "subtract", "multiply", "divide"):
        if op == "add":
            by_x, by_w = gradient, gradient
        elif op == "subtract":
            by_x, by_w = gradient, -gradient
        elif op == "multiply":
            by_x, by_w = gradient * w, gradient * x
        else:
            by_x, by_w = gradient / w, -gradient * value / w
        return unbroadcast(by_x, x.shape), unbroadcast(by_w, w.shape)
    if op == "matmul":
        return gradient @ w.T, x.T @ gradient  # (n_out, n_in) (n_in, m) -> (n_out, m)
    if op == "transpose":
        return (gradient.T,)
    if op == "sum":
        return (spread(gradient),)
    if op == "mean":
        return (spread(gradient) * value.size / x.size,)
    if op == "logsumexp":
        return (spread(gradient) * np.exp(x - spread(value)),)
    if op == "take":
        by_x = np.zeros(x.shape)
        if axis is None:
            np.add.at(by_x.reshape(-1), options["indices"], gradient)
        else:  # views in which the axis that was picked from comes first
            rows, picked = np.moveaxis(by_x, axis, 0), np.moveaxis(gradient, axis, 0)
            np.add.at(rows, options["indices"], picked)
        return (by_x,)
    slope = {
        "exp": lambda: value,
        "log": lambda: 1.0 / x,
        "relu": lambda: x > 0,
        "sigmoid": lambda: value * (1.0 - value),
        "tanh": lambda: 1.0 - value**2,
    }[op]()
    return (gradient * slope,)
    ### END SOLUTION


# %% setup="yardstick"
from byhand.gradcheck import check_gradient


def check_rule(op, inputs, options=None):
    """Compare vjp with central differences, for each input of one operation."""
    options = options or {}
    value = OPERATIONS[op](*inputs, **options)
    gradient = np.random.default_rng(0).normal(size=np.shape(value))
    found = vjp(op, inputs, value, gradient, options)
    tried = f"{op} {options}" if options else op
    names = ", ".join(f"{tried}: the gradient by input {i}" for i in range(len(inputs)))
    expect_shape(found, tuple(inputs), f"({names})")
    for i, (x, mine) in enumerate(zip(inputs, found)):

        def loss(moved, i=i):
            arrays = [*inputs[:i], moved, *inputs[i + 1 :]]
            return float(np.sum(gradient * OPERATIONS[op](*arrays, **options)))

        check_gradient(loss, x, mine, name=f"{tried}: the gradient by input {i}")


# %% test="vjp" points=7
rng = np.random.default_rng(6)
X, b, positive = rng.normal(size=(2, 3)), rng.normal(size=(2, 1)), rng.uniform(1, 2, size=(2, 3))
for op in ["add", "subtract", "multiply", "divide"]:
    check_rule(op, [X, positive])
    check_rule(op, [b, positive])  # the first operand is stretched
    check_rule(op, [X, positive[0]])  # the second is
check_rule("matmul", [X, rng.normal(size=(3, 4))])
check_rule("matmul", [X[:, :2], positive[:, :2]])  # a square hides transposes
for op in ["transpose", "exp", "relu", "sigmoid", "tanh"]:
    check_rule(op, [X])
check_rule("log", [positive])
for op in ["sum", "mean", "logsumexp"]:
    for options in [{}, {"axis": 0}, {"axis": 1}, {"axis": 1, "keepdims": True}]:
        check_rule(op, [X], options)
check_rule("take", [X], {"indices": [1, 0, 1], "axis": 0})
check_rule("take", [X], {"indices": [5, 2]})
# Where differences cannot go: a kink, and numbers whose exponential overflows.
(found,) = vjp("relu", [np.array([0.0, 1.0])], np.array([0.0, 1.0]), np.array([3.0, 3.0]), {})
expect_close(found, [0, 3], "relu: the gradient at 0 and at 1, for 3 that arrives,")
large = np.array([1000.0, 1000.0])
with np.errstate(all="ignore"):
    (found,) = vjp("logsumexp", [large], log_sum_exp(large), np.array(1.0), {})
expect_close(found, [0.5, 0.5], "logsumexp: the gradient at two logits of 1000")

# %% [markdown]
# ## 5 · Back along the whole tape
#
# Write $u_i$ for the value of entry $i$.
# If $u_i$ is used by several entries, each of them sends a contribution, and they add up:
#
# $$
# \frac{\partial L}{\partial u_i} = \sum_{j\ \text{uses}\ i}
# \frac{\partial L}{\partial u_j}\,\frac{\partial u_j}{\partial u_i}. \tag{3}
# $$
#
# An entry that uses another one **twice**, as in $x + x$, sends two contributions.
#
# Formula (3) needs every $\partial L/\partial u_j$ on its right to be complete.
# On the tape all users of entry $i$ stand **behind** it.
# So go from the last entry to the first: when you arrive at an entry, all of its users have sent.
# Then its rule is called once, and never again.
#
# **Predict.** In a chain of 20 diamonds, one value feeds two operations and their sum feeds the next
# two. How many paths lead from the start to the end? How many rules does the way back call?
#
# <details><summary>Answer</summary>
#
# $2^{20}$, more than a million paths, and 60 rules: three for each diamond.
#
# </details>
#
# **Easy to believe and false: `g += contribution` is a shorter `g = g + contribution`.**
# The short form writes into the array, as lesson 05 showed.
# The rule of $x + w$ sends $g$ to both operands, perhaps one and the same array: what $x$ then gets
# more, $w$ gets too.

# %% [markdown]
# ### Exercise: `backward_tape` (6 points)
#
# Some entries do not reach the last one; their gradient is 0, in their shape.
# The third argument lets you, the figure below and the grader look on: it is `vjp`, or a function
# that is called like it.


# %% solution="backward_tape"
def backward_tape(tape, values, rule=None):
    """Return the gradient of the last value by each entry, a list of arrays (section 5).

    tape: [(op, places, options), ...]; values: what run_tape returned; the last is a number.
    rule: called as rule(op, inputs, value, gradient, options); vjp if none is given.  It is
    called once for each operation that reaches the last entry, and never twice for one.
    Returns a list like values; an entry that does not reach the last one has zeros.

    >>> backward_tape([("input", (), {}), ("add", (0, 0), {})], [np.array(3.0), np.array(6.0)])
    [array(2.), array(1.)]
    """
    rule = vjp if rule is None else rule
    ### BEGIN SOLUTION
    gradients = [None] * len(tape)
    gradients[-1] = np.ones_like(values[-1])
    for place in reversed(range(len(tape))):
        op, places, options = tape[place]
        if gradients[place] is None or op == "input":
            continue
        inputs = [values[i] for i in places]
        sent = rule(op, inputs, values[place], gradients[place], options)
        for i, contribution in zip(places, sent):
            # Not +=: several entries may hold the same array.
            gradients[i] = contribution if gradients[i] is None else gradients[i] + contribution
    return [np.zeros_like(v) if g is None else g for v, g in zip(values, gradients)]
    ### END SOLUTION


# %% test="backward_tape" points=6
pencil_values = run_tape(pencil_tape, [np.array(2.0), np.array(3.0)])
gradients = backward_tape(pencil_tape, pencil_values)
expect_close(gradients, (48, 28, 14, 6, 1), "(dx, dw, du_1, du_2, dL) of section 1")

# The same input twice, and an operation that leads nowhere.
tape = [
    ("input", (), {}),
    ("input", (), {}),
    ("exp", (1,), {}),
    ("add", (0, 0), {}),
    ("sum", (3,), {}),
]
by_x, by_b, dead, *_ = backward_tape(tape, run_tape(tape, [np.ones((2, 3)), np.ones((2, 1))]))
expect_close(by_x, np.full((2, 3), 2.0), "the slope of x + x by x")
expect_close(by_b, np.zeros((2, 1)), "the gradient by what does not reach the end")
expect_close(dead, np.zeros((2, 1)), "the gradient by an operation that leads nowhere")

# What add sends to both of its inputs may be one array.
tape = [
    ("input", (), {}),
    ("input", (), {}),
    ("exp", (0,), {}),
    ("add", (0, 1), {}),
    ("add", (2, 3), {}),
    ("sum", (4,), {}),
]
_, by_w, *_ = backward_tape(tape, run_tape(tape, [np.zeros(2), np.zeros(2)]))
expect_close(by_w, [1, 1], "for sum(exp(x) + (x + w)), where x gets more than w, the slope by w")

# Ten diamonds: rule is called once for each of the thirty operations.
diamonds = [("input", (), {})]
for _ in range(10):
    i = len(diamonds) - 1
    diamonds += [("tanh", (i,), {}), ("sigmoid", (i,), {}), ("add", (i + 1, i + 2), {})]
calls = []


def counted(*arguments):
    calls.append(arguments[0])
    return vjp(*arguments)


backward_tape(diamonds, run_tape(diamonds, [np.array(0.5)]), counted)
assert len(calls) == 30, f"thirty operations, thirty calls of rule; you made {len(calls)}"

# %% [markdown]
# The figure runs on your functions.
# On its first page the slider walks forward, then backward, in the order in which **your**
# `backward_tape` calls the rules; where a value forks you see its contributions add up.
# The second page counts your calls in a chain of diamonds, beside the number that a walk along
# every path would need.
# **Predict** before you move: in *one value, four times*, how many contributions does $x$ get?

# %% explore="figure"
from byhand.figures.engine import show

show(globals())

# %% [markdown]
# In *one value, four times* $x$ gets four: 12 from the last product, 8 from $u_1 x$, and 12 twice
# from $x\,x$, together 44.
# On the second page the curve of a walk along every path leaves the picture, and the curve of your
# calls is a straight line that crawls along the bottom.

# %% [markdown] manual="derive_once" points=3
# ### In your own words (3 points, marked by hand)
#
# 1. Why does going through the tape from its end guarantee that formula (3) is complete at an entry
#    when its rule is called?
# 2. Why may the rule then be called just once, although many paths lead through the entry?
#    Use that a rule is linear in $g$.
# 3. The way back costs about as much as the way forward, times a small number, whatever the
#    program. Where in your answer to 2 is that said?
#
# Four to six sentences are enough. Write into the cell below.
#
# ### BEGIN SOLUTION
# 1. An entry uses only entries that stand before it. So all users of entry i stand behind it on the
#    tape. Going from the end, every one of them has been visited, and has sent its contribution,
#    before entry i is reached. No user is left that could send more.
# 2. Each path from entry i to the loss begins with one of its users. What the paths bring is added
#    up in g. A rule multiplies g by a Jacobian, and that is linear: the rule of (g1 + g2) is the
#    rule of g1 plus the rule of g2. So one call with the sum gives the same as one call for each
#    path, added afterwards.
# 3. One call for each entry: the number of calls is the number of operations on the tape, not the
#    number of paths. Each call costs a small multiple of what the operation cost forward (a matmul
#    makes two matmuls).
# ### END SOLUTION
#
# ### BEGIN MARK SCHEME
# - 1 point: users stand behind an entry on the tape, so all have sent when it is reached.
# - 1 point: linearity: the rule of a sum is the sum of the rules, so the paths may be added before
#   the call. "Because we store it" alone earns nothing.
# - 1 point: as many calls as operations, each a small multiple of its forward cost.
# ### END MARK SCHEME

# %% [markdown]
# <details>
# <summary>Check your own answer, a point for each yes</summary>
#
# - Does your first answer say where on the tape the users of an entry stand?
# - Does your second say what a rule makes of a sum of two gradients?
# - Does your third count calls, and say what one of them costs?
#
# </details>
#
# ## 6 · A graph in any order
#
# A tape is in order because it was written while running.
# Other graphs are not: a file, a drawing, or objects that each know their own inputs.
# Here nodes have numbers, and `inputs_of[i]` lists the nodes that node `i` uses.
#
# A **topological order** puts every node behind all of its inputs.
#
# **Easy to believe and false: walk from the output to its inputs, turn the list round, done.**
# **Predict** what is wrong with the list that the cell prints.

# %% explore="depth first is no order"
inputs_of = [[2, 1], [3], [3, 1], []]  # node 0 uses 2 and 1, node 1 uses 3, node 2 uses 3 and 1


def walk(node, seen):
    """Visit a node, then its inputs, depth first, each node once."""
    if node not in seen:
        seen.append(node)
        for before in inputs_of[node]:
            walk(before, seen)
    return seen


print("turned round:", walk(0, [])[::-1])

# %% [markdown]
# Node 1 uses node 3, and stands before it: the walk came to 3 by way of 2, and to 1 only afterwards.
# *When a node is first reached* says nothing about an order.
# *When all of its inputs are done* does.
#
# Two ways lead to an order.
#
# - **Finish, then append.** Walk depth first, and append a node when all of its inputs have been
#   appended. No turning round is needed.
# - **Count.** Append a node as soon as none of its inputs is missing.
#
# Mark what has been visited, or a chain of diamonds takes for ever.
# And Python allows only about a thousand calls inside each other: in a deep graph a function that calls
# itself fails, where a list used as a stack (`stack.append`, `stack.pop`) does not.
#
# ### Exercise: `topological_order` (4 points)


# %% solution="topological_order"
def topological_order(inputs_of, output):
    """Return the nodes that reach the output, each after all of its inputs (section 6).

    inputs_of: a list; inputs_of[i] is the list of the nodes that node i uses, perhaps one of them
    twice.  The numbers say nothing about the order; no node reaches itself.
    output: the number of a node; it comes last.
    Returns a list of numbers, each once; nodes that do not reach the output are left out.

    >>> topological_order([[2], [], [1]], 0)
    [1, 2, 0]
    """
    ### BEGIN SOLUTION
    order, seen = [], set()
    stack = [(output, False)]
    while stack:
        node, inputs_are_done = stack.pop()
        if inputs_are_done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack += [(before, False) for before in inputs_of[node]]
    return order
    ### END SOLUTION


# %% test="topological_order" points=4
def check_order(inputs_of, output, nodes):
    """Say what is wrong with an order."""
    found = topological_order(inputs_of, output)
    order = list(expect_shape(found, tuple(nodes), f"an order of the nodes {nodes}"))
    assert sorted(order) == sorted(nodes), f"the nodes are {sorted(nodes)}; yours are {order}"
    for node in order:
        for before in inputs_of[node]:
            assert order.index(before) < order.index(node), (
                f"node {node} uses node {before}, which comes later in your order {order}"
            )


check_order([[2, 1], [3], [3, 1], []], 0, [0, 1, 2, 3])  # the graph of the cell above
check_order([[], [0, 0], [1], [0, 2]], 2, [0, 1, 2])  # node 3 leads nowhere
check_order([[1, 2], [3], [], [2]], 0, [0, 1, 2, 3])  # a short way to node 2 and a long one
check_order([[]], 0, [0])
deep = topological_order([[i + 1] for i in range(4999)] + [[]], 0)
assert list(deep) == list(range(5000))[::-1], "a chain of 5000 nodes, from its start to its end"
diamonds_of = [[i + 1, i + 2] for i in range(60)] + [[61], []]
assert list(topological_order(diamonds_of, 0)) == list(range(62))[::-1], "every node once"

# %% [markdown]
# ## 7 · A tape that writes itself
#
# Nobody wants to count places.
# In Python `W @ X` calls a method of `W`, and a method may do what it likes.
# `Var`, in `byhand/tape.py`, computes nothing: its operators append an entry to a tape and return
# the new place.
#
# ```python
# def __add__(self, other):
#     return record("add", self, other)      # appends ("add", (self.place, other.place), {})
# ```
#
# `Var(tape)` appends an input.
# `+ - * / @`, `.T`, `.sum`, `.mean` and `.take` work as on arrays; `logsumexp`, `exp` and others are
# functions; `record("relu", Z)` takes the operation's name.
# Plain numbers have no place on a tape: make them inputs.
#
# Below stands softmax with cross-entropy, for any targets whose columns sum to 1:
#
# $$
# L = \frac{1}{m} \sum_{c=1}^{m} \Big( \ln \sum_k e^{z_{kc}} - \sum_k t_{kc}\,z_{kc} \Big). \tag{4}
# $$
#
# **Predict** the shapes of the four gradients, then run the cell.

# %% setup="recording"
from byhand.tape import Var, exp, logsumexp, record

# %% explore="a softmax regression"
tape = []
W, X, b, T = Var(tape), Var(tape), Var(tape), Var(tape)
Z = W @ X + b
loss = (logsumexp(Z, axis=0) - (T * Z).sum(axis=0)).mean()
print(*tape, sep="\n")

rng = np.random.default_rng(0)
targets = np.eye(3)[:, [0, 2, 1, 1, 0]]
arrays = [rng.normal(size=(3, 4)), rng.normal(size=(4, 5)), np.zeros((3, 1)), targets]
with waiting():
    values = run_tape(tape, arrays)
    gradients = backward_tape(tape, values)
    for name, var in [("W", W), ("X", X), ("b", b), ("T", T)]:
        print(f"gradient by {name}: shape {gradients[var.place].shape}")
    by_hand = (softmax(values[Z.place]) - targets) / 5  # lesson 02: (S - T)/m
    print(f"largest difference from (S - T)/m: {np.abs(gradients[Z.place] - by_hand).max():.1e}")

# %% [markdown]
# Each gradient has the shape of its array, and that by $Z$ is $(S - T)/m$ of lesson 02, which nobody
# derived here.
#
# ## 8 · Any network
#
# Now write lesson 04's network as a program of `Var`s.
# A loop over the layers takes $A$ through `W @ A + b` and the activation, and the loss ends the tape.
#
# - `"linear"` is no operation: $A = Z$.
# - `"exp"`, new here, is $A = e^Z$: your engine has its rule.
# - The softmax needs no operation of its own: $s_{jc} = e^{z_{jc} - \ln \sum_k e^{z_{kc}}}$, so
#   `exp(Z - logsumexp(Z, axis=0))`.
# - **Cross-entropy comes after a softmax, and the two belong together.**
#   $\ln s_{jc}$ is $z_{jc} - \ln\sum_k e^{z_{kc}}$, so no logarithm of an exponential is needed.
#   Formula (4), or the same with $t_{jc}$ times the bracket, works for logits of 1000;
#   `log(exp(...))` takes the logarithm of 0 there.
# - The mean stands once: over samples for cross-entropy, over all entries for `"mse"`.
#
# ### Exercise: `network_tape` (3 points)


# %% solution="network_tape"
def network_tape(params, kinds, loss):
    """Return the tape of a network and its loss (section 8).

    params: [(W, b), ...], kinds: one name a layer, as in lesson 04, or exp; only the last may be
    softmax.
    loss: "mse", or "cross_entropy", which comes with a softmax as the last kind.
    The inputs of the tape are X, T, then W and b of each layer, in order; the arrays of params
    are not on it.  The last entry is the loss.

    >>> W, b = np.array([[2.0]]), np.array([[0.0]])
    >>> tape = network_tape([(W, b)], ["linear"], "mse")
    >>> float(run_tape(tape, [np.array([[3.0]]), np.array([[1.0]]), W, b])[-1])
    25.0
    """
    ### BEGIN SOLUTION
    tape = []
    X, T = Var(tape), Var(tape)
    layers = [(Var(tape), Var(tape)) for _ in params]
    A = X
    for (W, b), kind in zip(layers, kinds):
        Z = W @ A + b
        if kind == "softmax":
            total = logsumexp(Z, axis=0)
            A = exp(Z - total)
        else:
            A = Z if kind == "linear" else record(kind, Z)
    if loss == "cross_entropy":
        (T * (total - Z)).sum(axis=0).mean()  # total - Z is -log A, and A leads nowhere
    else:
        difference = A - T
        (difference * difference).mean()
    return tape
    ### END SOLUTION


# %% test="network_tape" points=3
def check_network(dims, kinds, loss):
    """Compare the tape's loss with lesson 04's."""
    rng = np.random.default_rng(8)
    params = [(W, rng.normal(size=b.shape)) for W, b in init_params(dims, rng, "xavier")]
    X, T = rng.normal(size=(dims[0], 5)), softmax(rng.normal(size=(dims[-1], 5)))
    tape = network_tape(params, kinds, loss)
    assert isinstance(tape, (list, tuple)) and tape, f"a tape is a list, and not empty: {tape}"
    for i, entry in enumerate(tape):
        assert len(entry) == 3, f"entry {i} should be (op, places, options), not {entry}"
        assert isinstance(entry[0], str), f"entry {i}: the name of an operation, not {entry[0]}"
        for place in entry[1]:
            assert isinstance(place, (int, np.integer)), f"entry {i}: a place is a number: {place}"
            assert 0 <= place < i, f"entry {i} uses entry {place}, which does not stand before it"
    try:
        values = run_tape(tape, [X, T, *[array for pair in params for array in pair]])
    except Exception as error:
        name = type(error).__name__
        raise AssertionError(
            f"{kinds}, {loss}: {name} where the tape runs on X, T, then W and b of each layer"
        ) from None
    P, _ = model_forward(X, params, kinds)
    right = mse(P, T) if loss == "mse" else cross_entropy(P, T)
    expect_close(values[-1], right, f"{kinds}, {loss}: the last value, the loss,")


check_network([3, 2], ["linear"], "mse")
check_network([3, 4, 2], ["relu", "sigmoid"], "mse")
check_network([3, 4, 3], ["tanh", "softmax"], "mse")
one = np.array([[1.0]])
powers = run_tape(network_tape([(one, 0 * one)], ["exp"], "mse"), [one, 0 * one, one, 0 * one])
assert np.isclose(powers[-1], np.exp(2)), f"a layer of exp: the square of e, not {powers[-1]}"
check_network([4, 3, 3], ["tanh", "softmax"], "cross_entropy")
big = run_tape(
    network_tape([(np.eye(2), np.zeros((2, 1)))], ["softmax"], "cross_entropy"),
    [np.array([[1000.0], [0.0]]), np.array([[0.0], [1.0]]), np.eye(2), np.zeros((2, 1))],
)
expect_close(big[-1], 1000, "with a logit 1000 too large the loss")

# %% [markdown]
# ### Exercise: `gradients_of_a_network` (2 points)
#
# Your whole engine in three lines: write the tape, run it, go back.
# Return the gradients as lesson 04's `model_backward` does.


# %% solution="gradients_of_a_network"
def gradients_of_a_network(params, X, T, kinds, loss):
    """Return [(dW, db), ...], the gradients of a network's loss, by your engine (section 8).

    params, kinds, loss: as for network_tape; X (n, m) and T (n_out, m): samples are columns.

    >>> gradients_of_a_network([(np.array([[2.0]]), np.array([[0.0]]))], np.array([[1.0]]),
    ...                        np.array([[0.0]]), ["linear"], "mse")
    [(array([[4.]]), array([[4.]]))]
    """
    ### BEGIN SOLUTION
    tape = network_tape(params, kinds, loss)
    values = run_tape(tape, [X, T, *[array for pair in params for array in pair]])
    gradients = backward_tape(tape, values)[2 : 2 + 2 * len(params)]
    return list(zip(gradients[::2], gradients[1::2]))
    ### END SOLUTION


# %% test="gradients_of_a_network" points=2
def check_gradients(dims, kinds, loss):
    """Compare the engine with lesson 04's backward pass, to 1e-12."""
    rng = np.random.default_rng(9)
    params = [(W, rng.normal(size=b.shape)) for W, b in init_params(dims, rng, "xavier")]
    X, T = rng.normal(size=(dims[0], 5)), softmax(rng.normal(size=(dims[-1], 5)))
    P, caches = model_forward(X, params, kinds)
    slope = {"mse": mse_grad, "cross_entropy": cross_entropy_grad}[loss](P, T)
    right = model_backward(slope, caches)
    names = ", ".join(f"(dW{l}, db{l})" for l in range(1, len(dims)))
    found = gradients_of_a_network(params, X, T, kinds, loss)
    expect_close(found, right, f"({names}), as in lesson 04,", rtol=0.0, atol=1e-12)


check_gradients([3, 4, 2], ["tanh", "linear"], "mse")
check_gradients([3, 3, 3], ["sigmoid", "softmax"], "mse")
check_gradients([4, 6, 5, 3], ["relu", "tanh", "softmax"], "cross_entropy")

# %% [markdown]
# Now train it: the digits, 64-64-32-10, with your engine in place of `model_backward`, and with
# lesson 05's Adam.
# **Predict** the test accuracy after ten epochs.
# And how many times longer does the engine take than the backward pass that you wrote by hand?

# %% explore="train with your engine"
from time import perf_counter

from byhand.datasets import digits
from byhand.plots import loss_curves

data = digits()
kinds = ["relu", "relu", "softmax"]
rng = np.random.default_rng(0)
params = init_params([64, 64, 32, 10], rng, "he")
state = adam_init(params)
losses, engine, by_hand = [], 0.0, 0.0
with waiting():
    for epoch in range(10):
        total = 0.0
        for X_batch, T_batch in minibatches(data.X_train, data.T_train, 30, rng):
            began = perf_counter()
            grads = gradients_of_a_network(params, X_batch, T_batch, kinds, "cross_entropy")
            engine += perf_counter() - began
            began = perf_counter()
            P, caches = model_forward(X_batch, params, kinds)
            model_backward(cross_entropy_grad(P, T_batch), caches)
            by_hand += perf_counter() - began
            total += cross_entropy(P, T_batch) * X_batch.shape[1]
            params, state = adam_step(params, grads, state, lr=0.003)
        losses.append(float(total / data.X_train.shape[1]))
    P, _ = model_forward(data.X_test, params, kinds)
    print(f"test accuracy {np.mean(P.argmax(axis=0) == data.labels_test):.3f}")
    print(f"the engine took {engine / by_hand:.1f} times as long as the code by hand")
    display(loss_curves({"by your engine": losses}, title="training loss"))

# %% [markdown]
# To rounding the gradients are lesson 04's, so this is lesson 05's training, step for step.
#
# **What it buys.** Let each hidden layer *add* something to what came in, $A + \tanh(WA + \mathbf{b})$:
# a **skip connection**.
# $A$ is then used twice, and lesson 04's backward pass would have to be derived anew.
# Here one line changes.

# %% explore="a network that nobody derived"
tape = []
X, T = Var(tape), Var(tape)
layers = [(Var(tape), Var(tape)) for _ in range(5)]
A = X
for W, b in layers[:-1]:
    A = A + record("tanh", W @ A + b)  # the line that changed
W, b = layers[-1]
Z = W @ A + b
loss = (logsumexp(Z, axis=0) - (T * Z).sum(axis=0)).mean()

rng = np.random.default_rng(1)
flat = [array for pair in init_params([6, 6, 6, 6, 6, 3], rng, "xavier") for array in pair]
inputs = [rng.normal(size=(6, 4)), np.eye(3)[:, [0, 1, 2, 0]], *flat]
place = layers[0][0].place  # of the first W


def loss_at(moved):
    return float(run_tape(tape, [*inputs[:place], moved, *inputs[place + 1 :]])[-1])


with waiting():
    gradients = backward_tape(tape, run_tape(tape, inputs))
    error = check_gradient(loss_at, inputs[place], gradients[place])
    print(f"{len(tape)} entries on the tape; largest relative error {error:.0e}")

# %% [markdown]
# The gradient check passes below the course's $10^{-6}$.
# You derived no formula for this network, and you never will.
#
# ## 9 · Five bugs of engines
#
# An engine is written once and trusted for ever, so its bugs are expensive.
#
# | name | what happens | a program that shows it |
# |---|---|---|
# | `overwrites` | `=` in place of adding: the last contribution stays | ? |
# | `depth first` | a rule is called as soon as a first gradient has come; what comes later is lost | ? |
# | `no unbroadcast` | a stretched input gets the gradient of what it was stretched to | ? |
# | `changes a value` | the rule of `multiply` writes $g$ times a value into the array of that value, which somebody needs later | ? |
# | `not reset` | a second call with the same tape adds to what the first one left | ? |
#
# **Predict:** which of them does $x + x$ show? For each of the others, think of the smallest program
# that it fails on, and on which the bugs that you have tested before do not show.
#
# <details><summary>Hints</summary>
#
# Nothing shows `depth first` but a value with two *different* users. `changes a value` needs a
# `multiply` with $g \neq 1$, whose inputs were computed by operations that look at their values,
# such as `exp`. Use each value once there, and no other bug shows. In `x + x` both
# contributions come from one call of a rule.
#
# </details>

# %% [markdown]
# ### Exercise: `name_the_bug` (4 points)
#
# Somebody hands you an engine, `backward(tape, values)`, that should return what your
# `backward_tape` returns.
# Try it on small programs and say which bug it has.
# It has one at most; where it has none, say `"right"`.
#
# When this is graded, `backward` is answered from outside your notebook, so its code cannot be
# read there.
# `agree` and your own `backward_tape` tell you what is wrong, and `Var` writes the programs.


# %% setup="agree"
def agree(found, right):
    """Say whether two lists hold arrays of the same shapes and, nearly, the same numbers."""
    return len(found) == len(right) and all(
        np.shape(a) == np.shape(b) and np.allclose(a, b) for a, b in zip(found, right)
    )


# %% solution="name_the_bug"
def name_the_bug(backward):
    """Return the name of the bug that an engine has, or "right" (section 9).

    backward: a function; backward(tape, values) returns a list of gradients, one an entry.

    >>> name_the_bug(backward_tape)
    'right'
    """
    ### BEGIN SOLUTION
    one, two = np.array(0.7), np.array(1.3)
    probes = {
        # From values that are used once to those that are used often: each shows one bug more.
        "changes a value": (lambda x, w: exp(exp(x) * exp(w)), [one, two]),
        "overwrites": (lambda x: x + x, [one]),
        "depth first": (lambda x: (lambda u: exp(u) + (u + u))(exp(x)), [one]),
        "no unbroadcast": (lambda x, w: (x + w).sum(), [np.ones((2, 1)), np.ones((2, 3))]),
    }
    for name, (program, inputs) in probes.items():
        tape = []
        program(*[Var(tape) for _ in inputs])
        values = run_tape(tape, inputs)
        right = backward_tape(tape, values)
        if not agree(backward(tape, values), right):
            return name
    # The last program once more.
    return "right" if agree(backward(tape, values), right) else "not reset"
    ### END SOLUTION


# %% test="name_the_bug" points=4
from byhand.planted import planted

assert name_the_bug(backward_tape) == "right", "your own engine is right"
for name, backward in planted(backward_tape, vjp).items():
    said = name_the_bug(backward)
    assert isinstance(said, str), f"the answer is one of the names, not {said!r}"
    assert said == name, f"this engine is called {name!r}; you say {said!r}"

# %% [markdown]
# ## 10 · The same program elsewhere
#
# Here is formula (4) in HIPS autograd, a small library for NumPy:
#
# ```python
# import autograd.numpy as np
# from autograd import grad
# from autograd.scipy.special import logsumexp
#
# def loss(W, b, X, T):
#     Z = np.dot(W, X) + b
#     return np.mean(logsumexp(Z, axis=0) - np.sum(T * Z, axis=0))
#
# dW, db = grad(loss, 0)(W, b, X, T), grad(loss, 1)(W, b, X, T)
# ```
#
# And in PyTorch:
#
# ```python
# import torch
# W, b = torch.tensor(W, requires_grad=True), torch.tensor(b, requires_grad=True)
# X, T = torch.tensor(X), torch.tensor(T)
# Z = W @ X + b
# loss = (torch.logsumexp(Z, dim=0) - (T * Z).sum(dim=0)).mean()
# loss.backward()                              # run_tape is done already: this is backward_tape
# dW, db = W.grad, b.grad
# ```
#
# The next cell compares both with yours, where they are installed.

# %% explore="compare with theirs"
from importlib.util import find_spec

tape = []
W, X, b, T = Var(tape), Var(tape), Var(tape), Var(tape)
Z = W @ X + b
(logsumexp(Z, axis=0) - (T * Z).sum(axis=0)).mean()
rng = np.random.default_rng(0)
targets = np.eye(3)[:, [0, 2, 1, 1, 0]]
arrays = [rng.normal(size=(3, 4)), rng.normal(size=(4, 5)), np.zeros((3, 1)), targets]
with waiting():
    print("yours:        ", backward_tape(tape, run_tape(tape, arrays))[W.place][0])
if find_spec("autograd"):
    import autograd.numpy as anp
    from autograd import grad
    from autograd.scipy.special import logsumexp as their_logsumexp

    def loss(W, X, b, T):
        Z = anp.dot(W, X) + b
        return anp.mean(their_logsumexp(Z, axis=0) - anp.sum(T * Z, axis=0))

    print("HIPS autograd:", grad(loss)(*arrays)[0])
if find_spec("torch"):
    import torch

    W, X, b, T = (torch.tensor(array, requires_grad=True) for array in arrays)
    Z = W @ X + b
    (torch.logsumexp(Z, dim=0) - (T * Z).sum(dim=0)).mean().backward()
    print("PyTorch:      ", W.grad[0].numpy())

# %% [markdown]
# | in yours | in HIPS autograd | in PyTorch |
# |---|---|---|
# | `record`, then `run_tape` | wrapped NumPy functions record while they run | operators in C++ record while they run |
# | `vjp` | a table of rules, `defvjp` | `grad_fn` at each value |
# | `backward_tape` | `backward_pass` | `loss.backward()` |
# | order of the tape | `toposort` | counts the users that are missing |
#
# **What theirs have more**
#
# - **The program may decide.** Recorded while running, `if` and `while` may look at values; each run
#   has a graph of its own. Your tape is written before it runs.
# - **Slopes of slopes.** Their rules are made of operations that are recorded again: `grad(grad(f))`,
#   or `create_graph=True`.
# - **Memory.** PyTorch frees what a rule has saved once it was used, and walks only towards values
#   with `requires_grad`. Yours also computes the gradient by the targets.
# - **Care.** PyTorch counts the changes of each array, and raises an error where *changes a value*
#   would be silent. `not reset`, though, is its contract: `W.grad` adds up until you clear it.
# - **Speed.** Hundreds of operations, on several cores and on other hardware.
#
# The idea is the one that you wrote: a list, a rule for each operation, one walk back.
# Its name is **reverse-mode automatic differentiation**.

# %% [markdown]
# ## Summary
#
# - A **tape** lists operations in the order of running. A **rule** turns the gradient by a value into
#   those by its inputs.
# - What forward copies, backward adds: stretched axes, forks, entries picked twice.
# - From the end of the tape everything has arrived in time, so each rule is called once.
# - Another graph is sorted first: *append when all inputs are done*.
# - Fuse what is unstable apart, and test an engine on programs that fork, stretch, repeat, run twice.
#
# You began this course with a slope, measured by moving one number.
# You end it with an engine that gives every slope of a program at once, whatever the program does
# with its fifteen operations.
#
# ## Further reading
#
# - *HIPS autograd*, [github.com/HIPS/autograd](https://github.com/HIPS/autograd), and its teaching
#   version [autodidact](https://github.com/mattjj/autodidact), which you can now read.
# - A. G. Baydin et al., *Automatic Differentiation in Machine Learning: a Survey*, JMLR 18 (2018),
#   [arXiv:1502.05767](https://arxiv.org/abs/1502.05767).
# - A. Paszke et al., *PyTorch*, NeurIPS 2019, [arXiv:1912.01703](https://arxiv.org/abs/1912.01703).
# - A. Griewank, A. Walther, *Evaluating Derivatives* (2008),
#   [doi:10.1137/1.9780898717761](https://doi.org/10.1137/1.9780898717761): what the way back costs.
# - S. Linnainmaa, BIT 16 (1976), [doi:10.1007/BF01931367](https://doi.org/10.1007/BF01931367): the
#   walk back along a program, ten years before neural networks took it up.
# - K. He et al., *Deep Residual Learning* (2015), [arXiv:1512.03385](https://arxiv.org/abs/1512.03385).

# %% [markdown]
# # 04 · A whole network, trained and proved
#
# Before: [03 · The dense layer](../03_dense_layer/03_dense_layer.ipynb) ·
# next: [05 · SGD against Adam](../05_sgd_vs_adam/05_sgd_vs_adam.ipynb) ·
# look up a letter: [Notation](../00_start_here/00_start_here.ipynb#Notation)
#
# You have every part: activations, losses, the dense layer.
# Here you chain them, train a network on real data, and learn to tell a right gradient from a wrong
# one that trains nearly as well.
#
# **Afterwards you can** run a network of any depth forward, and backward with one loop; check any
# gradient with a yardstick that knows nothing of backpropagation; train in minibatches and report
# losses honestly; find planted bugs that the loss curve does not show.
#
# **You need** lessons 02 and 03.
#
# **125 minutes, 40 points:** 29 minutes to read, 21 to try things out, 72 for the exercises.
# **Two sittings:** 65 minutes up to section 7, 60 from section 8 on.
#
# | exercise | points | minutes |
# |---|---|---|
# | `init_params` | 3 | 5 |
# | `model_forward` | 4 | 5 |
# | `mse` | 1 | 2 |
# | `mse_grad` | 2 | 2 |
# | `step_1_softmax` | 1 | 2 |
# | `step_2_down` | 1 | 2 |
# | `step_3_tanh` | 1 | 2 |
# | `step_4_weights` | 1 | 2 |
# | `step_5_biases` | 1 | 2 |
# | `model_backward` | 5 | 6 |
# | `derive_recursion` | 3 | 6 |
# | `gradient_check` | 5 | 9 |
# | `minibatches` | 3 | 4 |
# | `train` | 5 | 10 |
# | `check_backward` | 4 | 13 |

# %% setup="imports"
import numpy as np
from earlier import (
    activation_backward,
    activation_prime,
    cross_entropy,
    cross_entropy_grad,
    dense_backward,
    dense_forward,
    sigmoid,
    softmax,
    softmax_vjp,
)

from byhand.expect import expect_close, expect_shape
from byhand.waiting import waiting

# %% [markdown]
# `earlier.py`, beside this notebook, holds solutions of lessons 02 and 03; your own functions,
# pasted below the imports, work as well.
# `with waiting():` says which exercise a cell waits for, in place of an error.
#
# ## Three questions on lesson 03
#
# 1. A layer has `W` of shape (4, 3), and a batch has 5 samples.
#    Which shapes do `dZ`, `dW`, `db` and the `dA` that it hands down have?
# 2. Where in `dense_backward` does a sum over the samples happen? There are two places.
# 3. Why does `W.T @ dZ` carry a transpose? "The shapes need it" is no answer.
#
# <details>
# <summary>Answers</summary>
#
# 1. `dZ` (4, 5), `dW` (4, 3), `db` (4, 1), `dA` (3, 5): each the shape of what it belongs to.
# 2. In `dZ.sum(axis=1)`, where you see it, and in `dZ @ A.T`, where the matrix product hides it.
# 3. An input reaches the loss through every unit that uses it. The sum over units $j$ runs over
#    the first index of $w_{jk}$, and a matrix product sums over the second.
#
# </details>
#
# ## 1 · The picture
#
# A network is a chain of layers, counted by $l$.
# Layer $l$ has $n_l$ units, and $n_0$ is the number of features.
# Layer $l$ turns $A^{(l-1)}$ into $Z^{(l)}$ and $Z^{(l)}$ into $A^{(l)}$.
# $A^{(0)}$ is the data $X$, and what the last layer puts out is the prediction $P$.
# At the end stands the loss $L$, one number.

# %% explore="picture of the chain"
from byhand.plots import chain_diagram

chain_diagram([64, 32, 10], ["tanh", "softmax"], m=5)

# %% [markdown]
# The lower row begins at the right with the slope of the loss by itself, 1.
# At each `dZ` two gradients branch off: what training needs.
#
# ## 2 · A network with a pencil
#
# Two inputs, two hidden units with a relu, one linear output, two samples:
#
# $$
# X=\begin{pmatrix}1&0\\2&4\end{pmatrix},\quad
# W^{(1)}=\begin{pmatrix}1&1\\-1&1\end{pmatrix},\quad
# \mathbf{b}^{(1)}=\begin{pmatrix}-1\\-2\end{pmatrix}
# $$
# $$
# W^{(2)}=\begin{pmatrix}1&3\end{pmatrix},\quad
# \mathbf{b}^{(2)}=\begin{pmatrix}-1\end{pmatrix}
# $$
#
# **Forward.** Sample 1 has the hidden sums $1+2-1=2$ and $-1+2-2=-1$; the relu makes them 2 and 0,
# and the output is $1\cdot2+3\cdot0-1=1$.
# **Fill the gaps** for sample 2: the sums are $0+4-1=\_\_$ and $0+4-2=\_\_$, the relu leaves them, the
# output is $\_\_$.
#
# <details>
# <summary>Answer</summary>
#
# The sums are 3 and 2, and the output is $3+6-1=8$.
#
# </details>
#
# With the targets $T=\begin{pmatrix}0&6\end{pmatrix}$ the loss, the mean of the squared errors, is
# $(1^2+2^2)/2=2.5$.

# %% setup="pencil"
# The numbers of the worked example, for you and for the tests below.
X_pencil = np.array([[1.0, 0.0], [2.0, 4.0]])  # (n_0, m) = (2, 2)
T_pencil = np.array([[0.0, 6.0]])  # (n_2, m) = (1, 2)
params_pencil = [
    (np.array([[1.0, 1.0], [-1.0, 1.0]]), np.array([[-1.0], [-2.0]])),  # (2, 2), (2, 1)
    (np.array([[1.0, 3.0]]), np.array([[-1.0]])),  # (1, 2), (1, 1)
]
kinds_pencil = ["relu", "linear"]

# %% [markdown]
# **Backward.** The slope of the loss by an output is $2\cdot\text{error}/2$, so `dA2` is
# $(1\ \ 2)$, and `dZ2` too, for the output is linear.
# From here lesson 03 takes over:
#
# $$
# \texttt{dW2}=\begin{pmatrix}8&4\end{pmatrix},\
# \texttt{db2}=(3),\
# \texttt{dA1}=\begin{pmatrix}1&2\\3&6\end{pmatrix},\
# \texttt{dZ1}=\begin{pmatrix}1&2\\\_\_&6\end{pmatrix}
# $$
#
# **Fill the gap**, then find `dW1` and `db1` yourself.
#
# <details>
# <summary>Answer</summary>
#
# The gap is 0: the relu was closed at $-1$.
# `dW1` is $\begin{pmatrix}1&2\\0&6\end{pmatrix}\begin{pmatrix}1&2\\0&4\end{pmatrix}
# =\begin{pmatrix}1&10\\0&24\end{pmatrix}$ and `db1` is $\begin{pmatrix}3\\6\end{pmatrix}$.
#
# </details>
#
# **Is it true?** Turn one screw: $w^{(1)}_{11}$ from 1 to 1.01.
# Sample 1 now gives 1.01, and sample 2 still gives 8, because its first input is 0.
# The loss becomes 2.51005, a slope of about 1: the corner of `dW1`.
#
# ## 3 · Where a network begins
#
# | name | what it is | in the worked example |
# |---|---|---|
# | `dims` | the widths, data first | `[2, 2, 1]` |
# | `kinds` | one activation a layer | `["relu", "linear"]` |
# | `params` | one pair `(W, b)` a layer | shapes `[((2, 2), (2, 1)), ((1, 2), (1, 1))]` |
#
# A kind is linear, relu, sigmoid or tanh; the last layer's may also be softmax.

# %% [markdown]
# **How large should the first weights be?**
# Forward, lesson 03 found the variance $1/n_{\text{in}}$ for a weight, or $2/n_{\text{in}}$ for a relu.
# Backward, `W.T @ dZ` sums over the $n_{\text{out}}$ units of the layer, and by the same argument
# the variance should be $1/n_{\text{out}}$.
# Both at once is impossible unless the layer is square, so there are two customs.
#
# | scheme | variance of a weight | meant for |
# |---|---|---|
# | `"he"` | $2/n_{\text{in}}$ | relu; exact on the way forward |
# | `"xavier"` | $2/(n_{\text{in}}+n_{\text{out}})$ | tanh and sigmoid; a compromise |
#
# A variance is the *square* of a spread.
# **Predict:** a layer leads from 200 inputs to 50 units. What is the spread of its weights by each
# scheme?
#
# <details>
# <summary>Answer</summary>
#
# he: $\sqrt{2/200}=0.1$. xavier: $\sqrt{2/250}\approx0.089$.
#
# </details>
#
# The biases begin at 0.
# The weights must not, as section 6 will show.
#
# ### Exercise: `init_params` (3 points)

# %% solution="init_params"
def init_params(dims, rng, scheme):
    """Return the first parameters of a network: [(W, b), ...], one pair a layer.

    dims is the list of widths, data first; layer number l, from 0 on, leads from
    dims[l] to dims[l + 1]. rng is a NumPy Generator; all random numbers come from it.
    W is (n_out, n_in), normal with mean 0 and variance 2/n_in for scheme "he" and
    2/(n_in + n_out) for scheme "xavier"; b is (n_out, 1), zeros. Section 3.

    >>> params = init_params([3, 5, 2], np.random.default_rng(0), "he")
    >>> [(W.shape, b.shape) for W, b in params]
    [((5, 3), (5, 1)), ((2, 5), (2, 1))]
    """
    ### BEGIN SOLUTION
    params = []
    for n_in, n_out in zip(dims[:-1], dims[1:], strict=True):
        variance = {"he": 2 / n_in, "xavier": 2 / (n_in + n_out)}[scheme]
        W = rng.normal(0.0, np.sqrt(variance), size=(n_out, n_in))
        params.append((W, np.zeros((n_out, 1))))
    return params
    ### END SOLUTION


# %% test="init_params" points=3
zeros = [(np.zeros((50, 200)), np.zeros((50, 1))), (np.zeros((80, 50)), np.zeros((80, 1)))]
params = init_params([200, 50, 80], np.random.default_rng(0), "he")
expect_shape(params, zeros, "((W1, b1), (W2, b2)) for widths 200, 50, 80")
for _, b in params:
    assert not np.any(b), "b begins with zeros"
W = params[0][0]
expect_close(W.mean(), 0, "the mean of the weights", atol=0.006)
expect_close(W.std(), 0.1, "he, from 200 to 50: the spread", rtol=0.1)
assert np.abs(W).max() > 0.25, (
    "of 10,000 normal numbers some lie beyond 2.5 spreads; yours have a hard edge before"
)
W = init_params([200, 50], np.random.default_rng(0), "xavier")[0][0]
expect_close(W.std(), 0.0894, "xavier, from 200 to 50: the spread", rtol=0.06)
again, other = (init_params([3, 2], np.random.default_rng(s), "he")[0][0] for s in [1, 2])
assert np.array_equal(init_params([3, 2], np.random.default_rng(1), "he")[0][0], again), (
    "the same seed gives the same weights: draw from rng and from nothing else"
)
assert not np.array_equal(again, other), "another seed gives other weights"

# %% [markdown]
# ## 4 · Forward
#
# For each layer in turn, from $A^{(0)}=X$ on:
#
# $$
# Z^{(l)}=W^{(l)}A^{(l-1)}+\mathbf{b}^{(l)}\mathbf{1}^\top,\qquad
# A^{(l)}=\phi(Z^{(l)})\tag{1}
# $$
#
# **What must be kept?**
# In the worked example you used, backward, `A1` for `dW2`, `W2` for `dA1`, and `Z1` with the kind of
# layer 1 for `dZ1`.
# So each layer keeps four things, its **cache**: `caches[l]` is `(A_prev, W, Z, kind)`, and `A_prev`
# is what came *into* the layer.
# Lists count from 0, so `caches[0]` belongs to layer 1.

# %% explore="picture of the caches"
from byhand.plots import caches_diagram

caches_diagram([2, 2, 1], ["relu", "linear"], m=2)

# %% [markdown]
# In blue frames what the way forward keeps; in brown the step of the way back that reads it.
#
# ### Exercise: `model_forward` (4 points)
#
# `activation` is given; it knows softmax too.

# %% solution="model_forward"
def activation(Z, kind):
    """Return phi(Z) (n, m) for kind linear, relu, sigmoid, tanh or softmax. Given."""
    if kind == "softmax":
        return softmax(Z)
    if kind == "sigmoid":
        return sigmoid(Z)
    if kind == "tanh":
        return np.tanh(Z)
    if kind == "relu":
        return np.maximum(Z, 0.0)
    if kind == "linear":
        return Z
    raise ValueError(f"kind must be linear, relu, sigmoid, tanh or softmax, found {kind!r}")


def model_forward(X, params, kinds):
    """Run a network forward.

    X is (n_0, m), floats or integers; params is [(W, b), ...]; kinds has one name a layer.
    Returns (P, caches): P is the last layer's output (n_out, m), and caches[l] is the
    tuple (A_prev, W, Z, kind) of layer l, first layer first. Section 4.

    >>> params = [(np.array([[2.0]]), np.array([[1.0]])), (np.array([[3.0]]), np.array([[0.0]]))]
    >>> P, caches = model_forward(np.array([[1.0, -1.0]]), params, ["relu", "linear"])
    >>> P
    array([[9., 0.]])
    """
    ### BEGIN SOLUTION
    A, caches = X, []
    for (W, b), kind in zip(params, kinds, strict=True):
        Z, _ = dense_forward(A, W, b)  # (n_out, n_in) (n_in, m) + (n_out, 1) -> (n_out, m)
        caches.append((A, W, Z, kind))
        A = activation(Z, kind)  # (n_out, m)
    return A, caches
    ### END SOLUTION


# %% test="model_forward" points=4
(W1, _), (W2, _) = params_pencil
form = ([[0, 0]], [(X_pencil, W1, W1, "relu"), (X_pencil, W2, [[0, 0]], "linear")])
found = model_forward(X_pencil, params_pencil, kinds_pencil)
P, caches = expect_shape(found, form, "(P, caches)")
expect_close(P, [[1, 8]], "P, the outputs of the worked example,")
A_prev, W, Z, kind = caches[0]
expect_close(A_prev, X_pencil, "what came into layer 1, X,")
expect_close(Z, [[2, 3], [-1, 2]], "Z of layer 1, before the relu,")
A_prev, W, Z, kind = caches[1]
expect_close(A_prev, [[2, 3], [0, 2]], "what came into layer 2, A of layer 1,")
expect_close(W, W2, "the W of layer 2")
P, _ = model_forward(np.zeros((3, 4)), [(np.ones((5, 3)), np.ones((5, 1)))], ["softmax"])
expect_close(P, np.full((5, 4), 0.2), "of five equal sums, the last layer's softmax")
P, _ = model_forward(-X_pencil, [(np.eye(2), np.zeros((2, 1)))] * 2, ["linear", "relu"])
expect_close(P, np.zeros((2, 2)), "with kinds linear and then relu, of sums at most 0, P")

# %% [markdown]
# ## 5 · The loss, and its mean
#
# For classes we take `cross_entropy` of lesson 02.
# For numbers we take the **mean squared error**, the mean over *all* entries: with $n$ outputs and
# $m$ samples,
#
# $$
# L=\frac{1}{n\,m}\sum_{j,c}(p_{jc}-t_{jc})^2\tag{2}
# $$
#
# `l2_loss` of lesson 02 has the same squares with another factor, $1/(2m)$, so `mse` is $2/n$ times
# `l2_loss`.
# With two outputs they are equal: never test one against the other there.
#
# **Predict** the gradient.
# One entry $p_{jc}$ occurs in one square. What is its slope, and which factor stays in front?
#
# <details>
# <summary>Answer</summary>
#
# $\partial L/\partial p_{jc}=\frac{2}{n\,m}(p_{jc}-t_{jc})$: the gradient inherits the whole factor of
# the loss, not $1/m$ or $1/n$ alone.
# A text on the web takes the mean over all entries in the loss and divides by the number of rows
# alone in the gradient, which is $m$ times too large.
# Its network still learns, with an $m$ times larger step.
#
# </details>
#
# ### Exercise: `mse` (1 point)

# %% solution="mse"
def mse(P, T):
    """Return the mean squared error over all entries, a float.

    P and T are (n, m), floats or integers. Section 5, formula (2).

    >>> mse(np.array([[1.0, 8.0]]), np.array([[0.0, 6.0]]))
    2.5
    """
    ### BEGIN SOLUTION
    return float(np.mean((P - T) ** 2))
    ### END SOLUTION


# %% test="mse" points=1
expect_close(mse(np.array([[1.0, 8.0]]), T_pencil), 2.5, "the loss of the worked example")
found = mse(np.full((3, 4), 2.0), np.zeros((3, 4)))
expect_close(found, 4, "with twelve errors of 2 each the mean of their squares")


# %% [markdown]
# ### Exercise: `mse_grad` (2 points)
#
# The gradient by the prediction: this is where the way back begins.

# %% solution="mse_grad"
def mse_grad(P, T):
    """Return the gradient of mse(P, T) by P.

    P and T are (n, m), floats or integers. Returns an array (n, m). Section 5.

    >>> mse_grad(np.array([[1.0, 8.0]]), np.array([[0.0, 6.0]]))
    array([[1., 2.]])
    """
    ### BEGIN SOLUTION
    return 2 * (P - T) / P.size  # (n, m) -> (n, m)
    ### END SOLUTION


# %% test="mse_grad" points=2
dP = mse_grad(np.array([[1.0, 8.0]]), T_pencil)
expect_close(dP, [[1, 2]], "dA2 of the worked example")
rng = np.random.default_rng(5)
P, T = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
moved = P.copy()
moved[2, 1] += 1e-6
slope = (mse(moved, T) - mse(P, T)) / 1e-6
expect_close(mse_grad(P, T)[2, 1], slope, "dP[2, 1], the slope of your own mse,", rtol=1e-4)

# %% [markdown]
# ## 6 · Backward
#
# At layer $l$ we hold the gradient by its output.
# Lesson 03 has three steps from here:
#
# $$
# \frac{\partial L}{\partial Z^{(l)}}=\frac{\partial L}{\partial A^{(l)}}\odot\phi'(Z^{(l)})\tag{3}
# $$
# $$
# \frac{\partial L}{\partial W^{(l)}}=\frac{\partial L}{\partial Z^{(l)}}A^{(l-1)\top},\qquad
# \frac{\partial L}{\partial\mathbf{b}^{(l)}}=\frac{\partial L}{\partial Z^{(l)}}\mathbf{1}\tag{4}
# $$
# $$
# \frac{\partial L}{\partial A^{(l-1)}}=W^{(l)\top}\frac{\partial L}{\partial Z^{(l)}}\tag{5}
# $$
#
# Now we hold the gradient one layer lower.
# So backpropagation is a loop over these three, from the last layer to the first.
#
# **The last layer may be a softmax.**
# Then (3) is wrong, because the Jacobian is full: every output depends on every sum.
# Its place is taken by `softmax_vjp(S, dS)` of lesson 02.
# With cross-entropy on top it collapses to $(S-T)/m$, which you may meet stated without a reason.
# We do not use the shortcut: our backward pass takes *any* gradient, so it fits any loss.

# %% [markdown]
# **The loop, unrolled.**
# First for two layers: a tanh, and a softmax on top.
# You hold `dA`, the gradient by the network's output, and two caches.
# Each step is one line and may call the one before.
# Ask: what do I hold, and what of which cache do I need?
#
# ### Exercise: `step_1_softmax` (1 point)
#
# Through the softmax, to `dZ2`.

# %% solution="step_1_softmax"
def step_1_softmax(dA, caches):
    """Return dZ2 (n_2, m), the gradient by the last layer's sums.

    dA is (n_2, m), the gradient by the network's output; caches[0] is that of the tanh
    layer, caches[1] that of the softmax layer: (A_prev, W, Z, kind). Section 6.

    >>> caches = [None, (None, None, np.zeros((2, 1)), "softmax")]
    >>> step_1_softmax(np.array([[4.0], [0.0]]), caches)
    array([[ 1.],
           [-1.]])
    """
    ### BEGIN SOLUTION
    return softmax_vjp(softmax(caches[1][2]), dA)
    ### END SOLUTION


# %% test="step_1_softmax" points=1
two_params = [
    (np.array([[1.0, 0.0], [0.5, -1.0]]), np.array([[0.0], [0.5]])),  # (2, 2), (2, 1)
    (np.array([[2.0, 1.0], [0.0, -1.0]]), np.array([[0.0], [0.0]])),  # (2, 2), (2, 1)
]
S, two_caches = model_forward(X_pencil, two_params, ["tanh", "softmax"])
dA = np.array([[1.0, 0.0], [0.0, 2.0]])
dZ2 = expect_shape(step_1_softmax(dA, two_caches), S, "dZ2")
expect_close(
    dZ2.sum(axis=0), [0, 0], "as the same number added to all sums changes nothing, dZ2.sum(axis=0)"
)
expect_close(dZ2[0, 0], S[0, 0] * S[1, 0], "dZ2 for sample 0, s_1 (1 - s_1),")
expect_close(dZ2[0, 1], -2 * S[0, 1] * S[1, 1], "dZ2 for sample 1, -2 s_1 s_2,")

# %% [markdown]
# ### Exercise: `step_2_down` (1 point)
#
# Through the weights, to `dA1`.

# %% solution="step_2_down"
def step_2_down(dA, caches):
    """Return dA1 (n_1, m), the gradient by the hidden layer's output.

    dA is (n_2, m), the gradient by the network's output. Section 6, formula (5).

    >>> caches = [None, (None, np.array([[1.0, 2.0], [0.0, 3.0]]), np.zeros((2, 1)), "softmax")]
    >>> step_2_down(np.array([[4.0], [0.0]]), caches)
    array([[ 1.],
           [-1.]])
    """
    ### BEGIN SOLUTION
    return caches[1][1].T @ step_1_softmax(dA, caches)  # (n_1, n_2) (n_2, m) -> (n_1, m)
    ### END SOLUTION


# %% test="step_2_down" points=1
dA1 = expect_shape(step_2_down(dA, two_caches), S, "dA1")
right = 2 * S[0, 0] * S[1, 0] * np.ones(2)
expect_close(dA1[:, 0], right, "dA1 for sample 0, where both units reach both outputs,")

# %% [markdown]
# ### Exercise: `step_3_tanh` (1 point)
#
# Through the tanh, to `dZ1`.

# %% solution="step_3_tanh"
def step_3_tanh(dA, caches):
    """Return dZ1 (n_1, m), the gradient by the hidden layer's sums.

    dA is (n_2, m), the gradient by the network's output. Section 6, formula (3).

    >>> below = (None, None, np.array([[0.0], [0.0]]), "tanh")
    >>> above = (None, np.array([[1.0, 2.0], [0.0, 3.0]]), np.zeros((2, 1)), "softmax")
    >>> step_3_tanh(np.array([[4.0], [0.0]]), [below, above])
    array([[ 1.],
           [-1.]])
    """
    ### BEGIN SOLUTION
    return activation_backward(step_2_down(dA, caches), caches[0][2], "tanh")
    ### END SOLUTION


# %% test="step_3_tanh" points=1
dZ1 = expect_shape(step_3_tanh(dA, two_caches), S, "dZ1")
slopes = dZ1 / step_2_down(dA, two_caches)
expect_close(slopes, 1 - np.tanh(two_caches[0][2]) ** 2, "dZ1 / dA1, the slope of tanh at Z1,")

# %% [markdown]
# ### Exercise: `step_4_weights` (1 point)
#
# At the first layer's weights.

# %% solution="step_4_weights"
def step_4_weights(dA, caches):
    """Return dW1 (n_1, n_0), the gradient by the hidden layer's weights.

    dA is (n_2, m), the gradient by the network's output. Section 6, formula (4).

    >>> below = (np.array([[5.0]]), None, np.array([[0.0], [0.0]]), "tanh")
    >>> above = (None, np.array([[1.0, 2.0], [0.0, 3.0]]), np.zeros((2, 1)), "softmax")
    >>> step_4_weights(np.array([[4.0], [0.0]]), [below, above])
    array([[ 5.],
           [-5.]])
    """
    ### BEGIN SOLUTION
    return step_3_tanh(dA, caches) @ caches[0][0].T  # (n_1, m) (m, n_0) -> (n_1, n_0)
    ### END SOLUTION


# %% test="step_4_weights" points=1
dW1, dZ1 = step_4_weights(dA, two_caches), step_3_tanh(dA, two_caches)
expect_shape(dW1, two_params[0][0], "dW1")
expect_close(dW1[:, 0], dZ1[:, 0], "column 0 of dW1, whose input is 1 and 0,")
right = 2 * dZ1[:, 0] + 4 * dZ1[:, 1]
expect_close(dW1[:, 1], right, "column 1 of dW1, whose input is 2 and 4,")

# %% [markdown]
# ### Exercise: `step_5_biases` (1 point)
#
# And at its biases.

# %% solution="step_5_biases"
def step_5_biases(dA, caches):
    """Return db1 (n_1, 1), the gradient by the hidden layer's biases.

    dA is (n_2, m), the gradient by the network's output. Section 6, formula (4).

    >>> below = (np.array([[5.0]]), None, np.array([[0.0], [0.0]]), "tanh")
    >>> above = (None, np.array([[1.0, 2.0], [0.0, 3.0]]), np.zeros((2, 1)), "softmax")
    >>> step_5_biases(np.array([[4.0], [0.0]]), [below, above])
    array([[ 1.],
           [-1.]])
    """
    ### BEGIN SOLUTION
    return step_3_tanh(dA, caches).sum(axis=1, keepdims=True)  # (n_1, m) -> (n_1, 1)
    ### END SOLUTION


# %% test="step_5_biases" points=1
db1 = step_5_biases(dA, two_caches)
expect_close(db1, dZ1[:, :1] + dZ1[:, 1:], "db1, with a path through each of two samples,")

# %% [markdown]
# ### Exercise: `model_backward` (5 points)
#
# Now for any number of layers, with one loop: `reversed(caches)` goes through a list from its end.
# The gradients come out last layer first; return them first layer first, in the order of `params`:
# `grads[::-1]` is a list turned round.

# %% solution="model_backward"
def model_backward(dA, caches):
    """Run a network backward.

    dA is (n_out, m), the gradient of the loss by the network's output P;
    caches is what model_forward returned: caches[l] = (A_prev, W, Z, kind).
    Returns [(dW, db), ...] in forward order, dW shaped like W (n_out, n_in) and
    db (n_out, 1). The last layer's kind may be softmax. Section 6.

    >>> caches = [(np.array([[3.0]]), np.array([[5.0]]), np.array([[15.0]]), "relu")]
    >>> model_backward(np.array([[2.0]]), caches)
    [(array([[6.]]), array([[2.]]))]
    """
    ### BEGIN SOLUTION
    grads = []
    for layer in reversed(range(len(caches))):
        A_prev, W, Z, kind = caches[layer]
        if kind == "softmax":
            dZ = softmax_vjp(softmax(Z), dA)  # (n_out, m)
        else:
            dZ = activation_backward(dA, Z, kind)  # (n_out, m)
        if layer > 0:
            dA, dW, db = dense_backward(dZ, (A_prev, W))  # (n_in, m), (n_out, n_in), (n_out, 1)
        else:  # the data are given: nobody asks for a gradient by them, so one product less
            dW, db = dZ @ A_prev.T, dZ.sum(axis=1, keepdims=True)  # (n_out, n_in), (n_out, 1)
        grads.append((dW, db))
    return grads[::-1]
    ### END SOLUTION


# %% test="model_backward" points=5
P, caches = model_forward(X_pencil, params_pencil, kinds_pencil)
grads = model_backward(mse_grad(P, T_pencil), caches)
(dW1, db1), (dW2, db2) = expect_shape(grads, params_pencil, "((dW1, db1), (dW2, db2))")
expect_close(dW2, [[8, 4]], "dW2 of the worked example")
expect_close(db2, [[3]], "db2 of the worked example")
expect_close(dW1, [[1, 10], [0, 24]], "dW1 of the worked example")
expect_close(db1, [[3], [6]], "db1 of the worked example")
# A softmax with cross-entropy: through the full Jacobian, dZ must become (S - T) / m.
rng = np.random.default_rng(6)
X, T = rng.normal(size=(4, 5)), np.eye(3)[:, [0, 2, 1, 1, 0]]
S, caches = model_forward(X, init_params([4, 3], rng, "xavier"), ["softmax"])
((dW, db),) = model_backward(cross_entropy_grad(S, T), caches)
right = ((S - T) / 5).sum(axis=1, keepdims=True)
expect_close(db, right, "db after softmax and cross-entropy, where dZ = (S - T) / m,")
# A tanh at Z = 0.5, where its slope is 0.786448.
one = np.array([[1.0]])
((_, db),) = model_backward(one, [(one, 2 * one, 0.5 * one, "tanh")])
expect_close(db, [[0.786448]], "db of a tanh at Z = 0.5, the slope there,")

# %% [markdown]
# <details>
# <summary>Further: why backward?</summary>
#
# Pushing the slope of one weight forward to the loss costs about one forward pass, *for each weight*.
# From the loss, each `dZ` is computed once and used for everything below: two matrix products where
# the forward pass made one.
#
# </details>
#
# **Predict:** the network 64-64-32-10 has 6570 parameters, and central differences need two forward
# passes for each.
# How many times longer do they take than one backward pass?

# %% explore="what a gradient costs"
from byhand.experiments.costs import cost_of_a_gradient

cost_of_a_gradient(globals())

# %% [markdown]
# **Predict, look, say why.**
# Somebody begins with zeros everywhere, in a network with one relu layer and a linear layer on top.
# Which gradients are 0: `dW1`, `db1`, `dW2`, `db2`?
# And what do the rows of `dW1` have in common if all weights are 0.5?

# %% explore="all weights equal"
rng = np.random.default_rng(1)
X, T = rng.normal(size=(4, 6)), rng.normal(size=(3, 6))
with waiting():
    for value in [0.0, 0.5]:
        layers = [(5, 4), (3, 5)]  # (n_out, n_in)
        params = [(np.full(shape, value), np.zeros((shape[0], 1))) for shape in layers]
        P, caches = model_forward(X, params, ["relu", "linear"])
        (dW1, db1), (dW2, db2) = model_backward(mse_grad(P, T), caches)
        for name, gradient in [("dW1", dW1), ("db1", db1), ("dW2", dW2), ("db2", db2)]:
            print(f"all weights {value}: largest entry of {name} {np.abs(gradient).max():.3f}")
        print(f"rows of dW1 unlike its first row: {(dW1 != dW1[0]).any(axis=1).sum()}\n")

# %% [markdown]
# With zeros, `A1` is 0, so `dW2` is; and `W2` is 0, so `dA1` is.
# Only the last bias ever moves: the network learns the mean of the targets and nothing else.
# With 0.5 the gradients are there, but all rows of `dW1` are equal: equal units get equal gradients,
# stay equal for ever, and five units do the work of one.
# Random weights break the tie; biases need not.

# %% [markdown] manual="derive_recursion" points=3
# ### In your own words (3 points, marked by hand)
#
# A network has two layers, a tanh and a softmax on top.
# The loss is the mean over $m$ samples of some loss of each sample, and you hold `dA2`.
# Write into the cell below, in LaTeX or in plain text like `dA1 = W2.T @ dZ2`.
#
# 1. Derive `dW1` and `db1`, step by step, with the shape of every factor.
# 2. One step may not be an elementwise product. Which, and why?
# 3. Where do the samples get summed, and where does the $1/m$ come from?
#
# ### BEGIN SOLUTION
# Let $S=A^{(2)}$ (n_2, m).
#
# - Through the softmax, column by column with its full Jacobian
#   $J=\operatorname{diag}(\mathbf{s})-\mathbf{s}\,\mathbf{s}^\top$ (n_2, n_2): each column of dZ2 is
#   $J^\top$ times that column of dA2, together dZ2 (n_2, m).
# - Through $Z^{(2)}=W^{(2)}A^{(1)}+\mathbf{b}^{(2)}\mathbf{1}^\top$: an entry of $A^{(1)}$ feeds all
#   units, so dA1 = W2.T dZ2, (n_1, n_2) (n_2, m) -> (n_1, m).
# - Through the tanh, whose Jacobian is diagonal: dZ1 = dA1 * (1 - tanh(Z1)^2), (n_1, m).
# - At the weights: dW1 = dZ1 X.T, (n_1, m) (m, n_0) -> (n_1, n_0), and db1 = dZ1 1, (n_1, m) (m, 1)
#   -> (n_1, 1).
#
# The step through the softmax may not be elementwise: each output depends on every sum of its
# sample, so the Jacobian has entries off the diagonal.
#
# The samples are summed in the last step alone: a weight or a bias serves all samples, and the
# product with X.T (or the vector of ones) adds their paths.
# The $1/m$ is a factor of the loss. It sits in dA2 already and no layer adds another.
# ### END SOLUTION
#
# ### BEGIN MARK SCHEME
# - 1 point: the chain dZ2, dA1 = W2.T dZ2, dZ1 = dA1 * tanh', dW1 = dZ1 X.T, db1 = dZ1 1, in this
#   order, with fitting shapes. One wrong transpose or a missing tanh' loses the point.
# - 1 point: the softmax step uses the full Jacobian (or its vector-Jacobian product), with the
#   reason: every output depends on every sum. An appeal to (S - T)/m alone earns nothing here,
#   because the loss is not said to be cross-entropy.
# - 1 point: samples are summed in dW and db (a shared weight has a path through each sample); the
#   1/m comes from the loss, through dA2, once.
# ### END MARK SCHEME

# %% [markdown]
# <details>
# <summary>Check your own derivation, a point for each yes</summary>
#
# - Are your steps in the order of the picture of section 1, from right to left, each with its shapes?
# - Do you say of the softmax what its outputs depend on, without assuming cross-entropy?
# - Do you name the one place where samples are added, and the one place where the $1/m$ was born?
#
# </details>
#
# ## 7 · The gradient check
#
# Neither a shape nor a falling loss says that a gradient is right.
# Compare it with slopes that know nothing of backpropagation: move one parameter $\theta$ by $h$ up
# and by $h$ down.
#
# $$
# \hat g=\frac{L(\theta+h)-L(\theta-h)}{2h},\qquad
# \text{error}=\frac{|g-\hat g|}{\max(10^{-8},\ |g|+|\hat g|)}\tag{6}
# $$
#
# $g$ is what backpropagation says, $\hat g$ what was measured; the error is *relative*.
# It lies between 0, equal, and 1, opposite signs or one of them 0; the $10^{-8}$ keeps it from 0/0.
# Relative, because where $g$ is $10^{-6}$ an absolute error of $10^{-6}$ is everything.
# In numbers, $g=0.003$ and $\hat g=0.002$ make $0.001/0.005=0.2$.
#
# **The largest, not the mean.** One entry among 6570 with the wrong sign has the error 1; the mean is
# 0.00015.
# So the check returns the largest, over every `W` *and* every `b`.
# As in lesson 01 a gradient passes below $10^{-6}$, with $h=10^{-5}$.
# (`byhand.gradcheck` is not offered here.)

# %% [markdown]
# ### Exercise: `gradient_check` (5 points)
#
# `loss` is a function of the parameters alone: `loss(params)` is a float.
# `np.ndindex(p.shape)`, as in lesson 01, goes through the entries of an array of any shape.
# Leave `params` as you found it, bit for bit.
# (`p += h`, `p -= 2 * h`, `p += h` is not good enough: a trap of lesson 01.)
#
# When this exercise is graded, `loss` is answered from outside your notebook, and each call takes a
# moment: call it twice for each entry.

# %% solution="gradient_check"
def gradient_check(loss, params, grads, h=1e-5):
    """Return the largest relative error of grads against central differences.

    loss(params) is a float; params is [(W, b), ...] and grads is [(dW, db), ...] of the
    same shapes, without NaN. The error of an entry g of grads is formula (6) of section 7, with h in its
    central difference. Returns the largest error over all entries of all W and b, a float;
    params is the same afterwards, bit for bit.

    >>> params = [(np.array([[3.0]]), np.array([[1.0]]))]
    >>> def loss(params):
    ...     (W, b), = params
    ...     return float(W[0, 0] ** 2 + b[0, 0])
    >>> gradient_check(loss, params, [(np.array([[6.0]]), np.array([[1.0]]))]) < 1e-8
    True
    >>> round(gradient_check(loss, params, [(np.array([[6.0]]), np.array([[3.0]]))]), 6)
    0.5
    """
    ### BEGIN SOLUTION
    # The copies are moved, so the given params cannot be left changed.
    moved = [(np.array(W), np.array(b)) for W, b in params]
    errors = []
    for arrays, gradients in zip(moved, grads, strict=True):
        for p, gradient in zip(arrays, gradients, strict=True):
            for index in np.ndindex(p.shape):
                kept = p[index]
                p[index] = kept + h
                above = loss(moved)
                p[index] = kept - h
                below = loss(moved)
                p[index] = kept
                g, measured = gradient[index], (above - below) / (2 * h)
                errors.append(abs(g - measured) / max(1e-8, abs(g) + abs(measured)))
    # np.max, because Python's max may step over a NaN: it compares false with everything.
    return float(np.max(errors))
    ### END SOLUTION


# %% test="gradient_check" points=5
def bowl(params):
    """Return the sum of all squares: its gradient is twice the parameters."""
    return float(sum(np.sum(W**2) + np.sum(b**2) for W, b in params))


params = [
    (np.array([[0.1, 0.7], [-0.3, 0.9]]), np.array([[0.2], [0.4]])),
    (np.array([[0.6, -0.8]]), np.array([[0.5]])),
]
right = [(2 * W, 2 * b) for W, b in params]
before = [(W.copy(), b.copy()) for W, b in params]
error = gradient_check(bowl, params, right)
expect_close(error, 0, "the largest error of right gradients", atol=1e-8)
for (W, b), (W_before, b_before) in zip(params, before, strict=True):
    assert np.array_equal(W, W_before), "a weight is not what it was before the check"
    assert np.array_equal(b, b_before), "a bias is not what it was before the check"
for layer in [0, 1]:
    for part, name in [(0, "W"), (1, "b")]:
        wrong = [[g.copy() for g in pair] for pair in right]
        wrong[layer][part][0, 0] *= 3 if part == 0 else 1 / 3
        error = gradient_check(bowl, params, wrong)
        tried = f"with one entry of d{name}{layer + 1} off by a factor of 3 the error"
        expect_close(error, 0.5, tried, rtol=1e-4)
error = gradient_check(
    lambda p: 1e-4 * bowl(p), params, [(2e-4 * W, 4e-4 * b) for W, b in params]
)
expect_close(error, 1 / 3, "with small gradients, twice too large in b, the error", rtol=1e-4)
error = gradient_check(lambda p: 1e-8 * bowl(p), params, [(6e-8 * W, 6e-8 * b) for W, b in params])
tried = "with gradients three times too large, whose sum is above the floor of 1e-8, the error"
expect_close(error, 0.5, tried, rtol=1e-4)
nothing = [(0 * W, 0 * b) for W, b in params]
expect_close(gradient_check(lambda p: 1.0, params, nothing), 0, "with 0 against 0 the error")
# The cube of 1, with its slope of 3: a central difference with h = 0.5 gives 3.25.
single = [(np.array([[1.0]]), np.array([[0.0]]))]
error = gradient_check(
    lambda p: float(p[0][0][0, 0] ** 3), single, [(np.array([[3.0]]), np.array([[0.0]]))], h=0.5
)
expect_close(error, 0.04, "with h = 0.5 for x**3 at 1 the error")

# %% [markdown]
# Now check your own backward pass: more than two hundred slopes, one number.
# **Predict** its size before you run the cell.

# %% explore="your gradients, checked"
rng = np.random.default_rng(6)
kinds = ["tanh", "sigmoid", "softmax"]
X, T = rng.normal(size=(6, 7)), np.eye(5)[:, rng.integers(5, size=7)]
with waiting():
    params = init_params([6, 12, 8, 5], rng, "xavier")
    P, caches = model_forward(X, params, kinds)
    grads = model_backward(cross_entropy_grad(P, T), caches)
    error = gradient_check(lambda p: cross_entropy(model_forward(X, p, kinds)[0], T), params, grads)
    entries = sum(W.size + b.size for W, b in params)
    print(f"largest relative error over {entries} entries: {error:.1e}")

# %% [markdown]
# **Where a right gradient fails the check.**
# A relu has a **kink** at 0: to its left and right the slopes differ.
# If some sum is closer to 0 than the step moves it, the two losses lie on both sides of the kink.
# **Predict:** one weight $w=4\cdot10^{-6}$, one input 1, a relu, and $h=10^{-5}$.
# The right slope is 1. What does the central difference say?
#
# <details>
# <summary>Answer</summary>
#
# Upward the output grows by $h$; downward it falls by $w$ alone, then the relu is closed:
# $(w+h)/(2h)=0.7$, a relative error of 0.18.
#
# </details>
#
# A second accident is an entry whose true gradient happens to be tiny.
# As lesson 01 measured, $\hat g$ carries a rounding error of about $10^{-11}$ where the loss is
# near 1; where $g$ is $10^{-6}$ this is a relative error near $10^{-5}$.
#
# Both accidents go away with other numbers. A bug stays.
# So draw new inputs and check once more.

# %% [markdown]
# ## 8 · Batches
#
# A step of gradient descent may use all samples or a **minibatch** of a few dozen: its gradient is a
# guess of the full gradient and costs a fraction of it.
# Its loss is the mean of the losses $L_c$ of its samples, so its gradient is the mean of theirs.
# (Texts leave the index out, and then the sum has nothing to sum over.)
#
# One pass over all samples is an **epoch**: each sample comes exactly once, in a new random order.
# Seven samples in batches of 3 may come as (4, 0, 6), (2, 5, 1) and (3); the last batch is smaller,
# and it is not thrown away.
# `rng.permutation(7)` puts the numbers from 0 to 6 into a random order.
#
# **Predict:** samples are columns. `T` is (10, 1347), and `pick` holds 32 sample numbers.
# What does `T[pick]` do: an error, or something wrong without an error?
# And with ten samples in one batch, `T` of shape (10, 10) and `pick` an order of the ten?
#
# <details>
# <summary>Answer</summary>
#
# `T[pick]` takes *rows*. Most sample numbers are above 9, so it is an IndexError.
# With ten samples `T` is square and no error comes: the classes are shuffled instead of the samples,
# and most targets are wrong.
#
# </details>
#
# ### Exercise: `minibatches` (3 points)

# %% solution="minibatches"
def minibatches(X, T, batch_size, rng):
    """Cut the samples into batches, in a random order.

    X is (n, m) and T is (n_out, m), a sample a column; batch_size is at least 1;
    rng is a NumPy Generator, and the random order comes from it.
    Returns [(X_b, T_b), ...]: all batches have batch_size columns, the last may have fewer.
    Every sample is in exactly one batch, together with its own target. Section 8.

    >>> X, T = np.arange(7.0)[None, :], 10 * np.arange(7.0)[None, :]
    >>> [X_b.shape for X_b, T_b in minibatches(X, T, 3, np.random.default_rng(0))]
    [(1, 3), (1, 3), (1, 1)]
    """
    ### BEGIN SOLUTION
    m = X.shape[1]
    order = rng.permutation(m)
    chosen = [order[start : start + batch_size] for start in range(0, m, batch_size)]
    # X[:, j] with `take`, which lays a batch out in memory row by row, as W @ X_b reads it.
    return [(X.take(j, axis=1), T.take(j, axis=1)) for j in chosen]
    ### END SOLUTION


# %% test="minibatches" points=3
X = np.array([np.arange(23.0), np.arange(23.0) ** 2])  # (2, 23)
T = 100 + X[:1]  # (1, 23): the target of sample j is 100 + j
form = [(X[:, :5], T[:, :5])] * 4 + [(X[:, :3], T[:, :3])]
batches = minibatches(X, T, 5, np.random.default_rng(0))
expect_shape(batches, form, "the list of batches (X_b, T_b), 23 samples in fives,")
for X_b, T_b in batches:
    assert np.array_equal(T_b, 100 + X_b[:1]), "a sample has lost its own target"
    assert np.array_equal(X_b[1], X_b[0] ** 2), "the features of a sample belong together"
seen = np.concatenate([X_b[0] for X_b, _ in batches])
assert np.array_equal(np.sort(seen), np.arange(23.0)), "every sample comes exactly once"
assert not np.array_equal(seen, np.arange(23.0)), "the samples come in a random order"
assert any(np.ptp(X_b[0]) > 4 for X_b, _ in batches), (
    "samples that are far apart in X can meet in one batch: shuffle before you cut"
)
again = np.concatenate([X_b[0] for X_b, _ in minibatches(X, T, 5, np.random.default_rng(0))])
assert np.array_equal(seen, again), "the same seed gives the same order: draw from rng alone"

# %% [markdown]
# ## 9 · Training
#
# Each batch takes four steps: forward, loss gradient, backward, and one step downhill with the
# learning rate $\eta$, `lr` in code:
#
# $$
# \theta\leftarrow\theta-\eta\,\frac{\partial L}{\partial\theta}\tag{7}
# $$
#
# A curve that lies is worse than no curve. Three decisions:
#
# - **The training loss of an epoch** is the mean loss over its samples, each measured when its batch
#   came, *before* that batch's step; it costs nothing. Batch losses are weighted by batch size.
# - **The test loss** is measured once, after the epoch's last step, on samples that the network
#   never trained on.
# - **The given parameters stay as they were**, so two runs can start from one point.
#
# **Predict:** three batches of sizes 3, 3 and 1 have the losses 1, 1 and 8.
# What is the epoch's training loss, and what would the plain mean say?
#
# <details>
# <summary>Answer</summary>
#
# $(3\cdot1+3\cdot1+1\cdot8)/7=2$. The plain mean says $10/3\approx3.3$: it lets one sample speak as
# loudly as three.
#
# </details>

# %% [markdown]
# **Bug hunt: a training loop from the web.**
# Samples are columns, `T` is (n, m), and the loss is the mean over all entries.
# Find four faults. How would you notice each: at once, late, or never?
#
# ```python
# for epoch in range(epochs):
#     order = rng.permutation(X.shape[1])
#     batch_losses = []
#     for start in range(0, X.shape[1], batch_size):
#         pick = order[start : start + batch_size]
#         X_b, T_b = X[:, pick], T[pick]
#         P = net.forward(X_b)
#         batch_losses.append(mean_square(P, T_b))
#         dP = 2 * (P - T_b) / T_b.shape[0]
#         net.step(net.backward(dP), lr)
#     test_loss = mean_sqare(net.forward(X_test), T_test)
#     print(epoch, batch_losses[-1], test_loss)
# ```
#
# <details>
# <summary>Answer</summary>
#
# 1. `T[pick]` takes rows where samples are columns. You notice at once, by an IndexError.
#    Unless `T` is a flat array of shape (m,): then `P - T_b` broadcasts.
# 2. `T_b.shape[0]` divides by the number of outputs alone, so the gradient is as many times too
#    large as the batch has samples.
#    You never notice: with a smaller `lr` all is well.
#    But batch sizes can no longer be compared, and no gradient check passes.
# 3. `mean_sqare` is misspelt. You notice late: the loop stops with a NameError after a whole epoch.
#    Try the whole loop on ten samples first.
# 4. `batch_losses[-1]` is the loss of the last batch, perhaps of one sample, printed as if it were
#    that of the epoch. You never notice, except that the curve is jagged.
#
# </details>
#
# ### Exercise: `train` (5 points)
#
# `loss` is `"mse"` or `"cross_entropy"`.

# %% solution="train"
def train(params, X, T, X_test, T_test, kinds, loss, lr, epochs, batch_size, rng):
    """Train a network by gradient descent in minibatches.

    params is [(W, b), ...] and stays unchanged; kinds has one name a layer.
    X is (n_0, m), T is (n_out, m), and X_test, T_test alike; loss is "mse" or "cross_entropy".
    Each epoch shuffles anew with minibatches(X, T, batch_size, rng) and takes one step
    p - lr * dp for each batch. lr may be 0.
    Returns (params, history): the new params, and {"train_loss": [...], "test_loss": [...]}
    with one float an epoch. The training loss is the mean of the batch losses, each taken
    before its step, weighted by batch size; the test loss is taken after the epoch's last
    step. Section 9.

    >>> params = [(np.array([[2.0]]), np.array([[0.0]]))]
    >>> X, T = np.array([[1.0]]), np.array([[0.0]])
    >>> params, history = train(params, X, T, X, T, ["linear"], "mse", 0.25, 1, 1,
    ...                         np.random.default_rng(0))
    >>> params, history
    ([(array([[1.]]), array([[-1.]]))], {'train_loss': [4.0], 'test_loss': [0.0]})
    """
    ### BEGIN SOLUTION
    loss_of, loss_grad = {
        "mse": (mse, mse_grad),
        "cross_entropy": (cross_entropy, cross_entropy_grad),
    }[loss]
    history = {"train_loss": [], "test_loss": []}
    for _ in range(epochs):
        total = 0.0
        for X_b, T_b in minibatches(X, T, batch_size, rng):
            P, caches = model_forward(X_b, params, kinds)
            total += loss_of(P, T_b) * X_b.shape[1]
            grads = model_backward(loss_grad(P, T_b), caches)
            params = [
                (W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads, strict=True)
            ]
        history["train_loss"].append(total / X.shape[1])
        history["test_loss"].append(loss_of(model_forward(X_test, params, kinds)[0], T_test))
    return params, history
    ### END SOLUTION


# %% test="train" points=5
rng = np.random.default_rng(9)
start = init_params([3, 4, 3], rng, "xavier")
X, T = rng.normal(size=(3, 7)), rng.normal(size=(3, 7))
X_test, T_test = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
kinds = ["tanh", "linear"]
kept = [(W.copy(), b.copy()) for W, b in start]

# With lr = 0 nothing moves: both losses are known exactly, whatever the order of the samples.
found = train(start, X, T, X_test, T_test, kinds, "mse", 0.0, 2, 3, rng)
form = (start, {"train_loss": (0, 0), "test_loss": (0, 0)})
params, history = expect_shape(found, form, "(params, history)")
loss = mse(model_forward(X, start, kinds)[0], T)
tried = "with lr = 0 and batches of 3, 3 and 1 the training loss, weighted by size,"
expect_close(np.array(history["train_loss"]), [loss, loss], tried)
loss = mse(model_forward(X_test, start, kinds)[0], T_test)
tried = "with lr = 0 the test loss, which is that on X_test and T_test,"
expect_close(np.array(history["test_loss"]), [loss, loss], tried)

# One batch, one step: the order of the samples cannot matter.
params, history = train(start, X, T, X_test, T_test, kinds, "mse", 0.1, 1, 7, rng)
P, caches = model_forward(X, start, kinds)
(dW1, db1), _ = model_backward(mse_grad(P, T), caches)
expect_close(params[0][0], kept[0][0] - 0.1 * dW1, "W1 after one step")
expect_close(params[0][1], kept[0][1] - 0.1 * db1, "b1 after one step")
expect_close(history["train_loss"][0], mse(P, T), "a batch's loss, taken before its step,")
loss = mse(model_forward(X_test, params, kinds)[0], T_test)
expect_close(history["test_loss"][0], loss, "the test loss, taken after the epoch's last step,")
for (W, b), (W_kept, b_kept) in zip(start, kept, strict=True):
    assert np.array_equal(W, W_kept), "the given params were changed in place"
    assert np.array_equal(b, b_kept), "the given params were changed in place"

# Cross-entropy: the loss falls with a wrong gradient, too, so one step is looked at.
T, kinds = np.eye(3)[:, [0, 1, 2, 0, 1, 2, 0]], ["tanh", "softmax"]
params, _ = train(start, X, T, X, T, kinds, "cross_entropy", 0.5, 1, 7, rng)
P, caches = model_forward(X, start, kinds)
_, (dW2, db2) = model_backward(cross_entropy_grad(P, T), caches)
tried = "W2 after one step (model_backward gets the gradient by P, and knows the softmax)"
expect_close(params[1][0], kept[1][0] - 0.5 * dW2, tried)
# Two epochs are one epoch and one more, if each draws its own shuffle from rng.
twice, _ = train(start, X, T, X, T, kinds, "cross_entropy", 0.5, 2, 2, np.random.default_rng(4))
rng = np.random.default_rng(4)
once, _ = train(start, X, T, X, T, kinds, "cross_entropy", 0.5, 1, 2, rng)
again, _ = train(once, X, T, X, T, kinds, "cross_entropy", 0.5, 1, 2, rng)
expect_close(twice[0][0], again[0][0], "W1 after two epochs, each with a shuffle of its own,")

# %% [markdown]
# ## 10 · Real data
#
# From here on cells take seconds; the square button (Interrupt) stops one and keeps what was trained.
#
# **Digits:** 1347 training and 450 test images of 8 by 8 pixels, ten classes; a network 64-64-32-10
# with two relu layers and a softmax.
# **Predict:** what is the loss before training, if every class gets about one tenth?
# Which of the two curves will be lower in the end?

# %% explore="train on digits"
from byhand.datasets import digits
from byhand.experiments.training import train_and_watch, wrong_images

digits_run = train_and_watch(
    globals(), digits(),
    dims=[64, 64, 32, 10], kinds=["relu", "relu", "softmax"],
    loss="cross_entropy", scheme="he",
    lr=0.1, epochs=30, batch_size=30, seed=0,
)
digits_run

# %% [markdown]
# A tenth for each class gives $-\ln0.1\approx2.3$; the first epoch's mean is lower, for the network
# learns within it.
# The training loss ends lower than the test loss: the network has seen these images thirty times.
# A test loss that flattens or rises while the training loss falls is called **overfitting**.
# With the seeds from 0 to 9 the training loss ends between 0.023 and 0.034, the test loss between
# 0.06 and 0.11, and the test accuracy between 0.96 and 0.98.
# Below 0.95, look for a bug.
#
# **Why batches of 30?** $1347=42\cdot32+3$: with batches of 32 the last one has three samples, and
# its gradient counts as much as any other's.
# **Try it.** With the seeds from 0 to 9 the highest test loss after the fifth epoch lies between 0.27 and 7.9;
# with 30, where the last batch has 27, between 0.16 and 0.24.

# %% explore="which digits are wrong"
wrong_images(digits_run) if digits_run else None

# %% [markdown]
# **Breast cancer:** 427 training and 142 test samples, 30 measurements of cells in each.
# One output with a sigmoid says how likely the tumour is malignant.
# Here we take the mean squared error, to use it once.

# %% explore="train on breast cancer"
from byhand.datasets import breast_cancer

cancer_run = train_and_watch(
    globals(), breast_cancer(), targets=slice(1, 2),
    dims=[30, 16, 1], kinds=["tanh", "sigmoid"],
    loss="mse", scheme="xavier",
    lr=0.3, epochs=60, batch_size=30, seed=0,
)
if cancer_run:
    malignant = cancer_run.data.labels_test == 1
    says = cancer_run.answers == 1
    missed, alarmed = malignant & ~says, ~malignant & says
    print(f"malignant and missed: {missed.sum()} of {malignant.sum()}")
    print(f"benign and alarmed:   {alarmed.sum()} of {(~malignant).sum()}")
cancer_run

# %% [markdown]
# With the seeds from 0 to 9, four to six samples of 142 are wrong, between 2 and 4 of them missed
# tumours; three samples are wrong with every seed.
# Accuracy hides something here: a missed tumour and a false alarm count the same.
# Look at both numbers, and never use an exercise like this one on people.
#
# <details>
# <summary>Further: MNIST, if you have its four files</summary>
#
# Nothing is downloaded. Put the name of the folder with `train-images-idx3-ubyte` and the others,
# packed or not, into a new cell:
#
# ```python
# from byhand.datasets import mnist
#
# train_and_watch(
#     globals(), mnist("/path/to/the/folder"), dims=[784, 100, 10], kinds=["relu", "softmax"],
#     loss="cross_entropy", scheme="he", lr=0.2, epochs=5, batch_size=50,
# )
# ```
#
# $60000=1200\cdot50$, so no batch is short.
#
# </details>

# %% [markdown]
# ## 11 · It trains, so it is right?
#
# **Easy to believe and false: "the loss falls, so the gradients are right".**
#
# **Bug hunt.** Here is a backward pass cut into four rules: through the activation (`dZ`), at the
# weights (`dW`), at the biases (`db`), and down to the layer below (`dA`).
# Eleven suspects each replace one or two of them. L replaces none: it is right.
# Read them; every line is short.

# %% explore="the suspects"
from byhand.experiments.suspects import Rules


def through(dA, Z, kind):
    """The right rule through an activation."""
    return softmax_vjp(softmax(Z), dA) if kind == "softmax" else activation_backward(dA, Z, kind)


def taken_at_A(dA, Z, kind):
    return through(dA, Z if kind == "softmax" else activation(Z, kind), kind)


def softmax_like_a_sigmoid(dA, Z, kind):
    return dA * softmax(Z) * (1 - softmax(Z)) if kind == "softmax" else through(dA, Z, kind)


def random_way_back(dZ, W):
    R = np.random.default_rng(W.shape).normal(size=W.T.shape)  # for a layer always the same
    return R @ dZ / np.sqrt(W.shape[1])


right = Rules(
    dZ=through,
    dW=lambda dZ, A_prev: dZ @ A_prev.T,
    db=lambda dZ: dZ.sum(axis=1, keepdims=True),
    dA=lambda dZ, W: W.T @ dZ,
)
suspects = {
    "A  the biases never learn": right.but(db=lambda dZ: 0 * dZ[:, :1]),
    "B  db is a mean": right.but(db=lambda dZ: dZ.mean(axis=1, keepdims=True)),
    "C  phi' taken at A": right.but(dZ=taken_at_A),
    "D  no phi' at all": right.but(
        dZ=lambda dA, Z, kind: through(dA, Z, kind) if kind == "softmax" else dA
    ),
    "E  W for W.T where it fits": right.but(
        dA=lambda dZ, W: (W if W.shape[0] == W.shape[1] else W.T) @ dZ
    ),
    "F  random matrix for W.T": right.but(dA=random_way_back),
    "G  only the signs of W.T": right.but(dA=lambda dZ, W: np.sign(W.T) @ dZ),
    "H  last sample forgotten": right.but(dW=lambda dZ, A_prev: dZ[:, :-1] @ A_prev[:, :-1].T),
    "I  softmax elementwise": right.but(dZ=softmax_like_a_sigmoid),
    "J  1/m twice": right.but(
        dW=lambda dZ, A_prev: dZ @ A_prev.T / dZ.shape[1],
        db=lambda dZ: dZ.mean(axis=1, keepdims=True),
    ),
    "K  only the last layer learns": right.but(dA=lambda dZ, W: 0 * (W.T @ dZ)),
    "L  right": right.but(),
}

# %% [markdown]
# Each of them will train the same network, 64-32-32-10 with a tanh, a relu and a softmax, on the
# digits, from the same first weights.
# Guessing gives an accuracy of 0.1; the right one reaches about 0.97.
# **Predict** for each: near 0.97, clearly lower, or near 0.1?
# And which will a gradient check find?
# Write your guesses in before you run the cell.

# %% explore="the line-up"
from byhand.experiments.suspects import line_up

my_guess = {
    "A": None, "B": None, "C": None, "D": None, "E": None, "F": None,
    "G": None, "H": None, "I": None, "J": None, "K": None, "L": None,
}
line_up(globals(), suspects, my_guess)

# %% [markdown]
# Nine of the twelve reach an accuracy of 0.93 or more, L among them; J and K stay near 0.8, and only
# I is at 0.1.
# The gradient check finds all eleven: their error is 0.7 or 1, that of L is tiny.
#
# The column *angle* says, in degrees, how far a suspect's first gradient points away from the true one.
# Below 90 degrees a step that is small enough lowers the loss; it need not be the gradient.
#
# <details>
# <summary>Say why, suspect by suspect</summary>
#
# - A, B: biases are few, and the weights can do most of their work.
# - C, D: $\phi'$ is never negative. Leaving it out, or taking it elsewhere, turns no entry of a
#   layer's `dZ` round.
# - E, F: the layers above adapt to the wrong way back: after training both angles are smaller. For F
#   this is known as feedback alignment.
# - G: the signs carry much of the direction. The signal is larger, so its steps are longer, and its
#   training loss is even lower than that of L.
# - H: 29 of 30 samples still say where downhill is.
# - I: the first step goes downhill too. But the right class is pushed up and no other is pushed
#   down, so all ten sums grow; in the fifth step the angle passes 90 degrees, and soon the softmax
#   is saturated.
# - J: the right direction with a 30 times smaller learning rate. A larger `lr` would hide it.
# - K: random features below, one trained layer on top.
#
# </details>

# %% explore="figure"
# A suspect of your choice beside your own model_backward: loss, accuracy, gradient check.
from byhand.figures.lineup import show

show(globals())

# %% [markdown]
# So what is the harm?
# A result that could be better and nobody knows; and every comparison of rates, batch sizes or
# optimisers compares something else than you think.
#
# **Right, and useless.** A gradient can also be right and too small to learn from.
# Take ten layers of 50 units, before any training.
# **Predict:** with which activation does the size of `dW` stay level from the last layer down to
# the first, and with which does it fade?
# What changes with the other scheme of first weights?

# %% explore="figure of the depth"
from byhand.figures.signal_sizes import show as show_sizes

show_sizes(globals())

# %% [markdown]
# With `he`, `dW` of a sigmoid shrinks 20,000 times from the last layer to the first; with `xavier` even
# more.
# Tanh and relu stay within a factor of two.
# The slope of a sigmoid is at most 1/4, and the way back multiplies by it once a layer; that of tanh
# is near 1 where its sums are small.
# A relu passes half of the signal, and the 2 in $2/n_{\text{in}}$ makes up for the other half.
# With `xavier` its line is level too, and 23 times lower: what fades forward above a layer fades
# backward below it.
#
# ## 12 · Write the checker
#
# Somebody hands you a backward pass that you cannot read: is it right?
#
# `backward(dA, caches)` takes what `model_backward` takes and should return what it returns; `dims`
# and `kinds` say which network to try it on; you choose the numbers.
#
# **A loss for any network.** Draw a random `R` of the output's shape and take `np.sum(R * P)`.
# Its gradient by the output is `R`: hand it to `backward` as `dA`, and measure the loss's slopes.

# %% [markdown]
# **What a careful checker thinks of**
#
# - A bug may sit in one layer, or in the biases alone; it may show with a batch of one and never
#   else, or the other way round.
# - A result of the wrong shape is wrong, also where it would broadcast. So is NaN, and NaN is neither
#   larger nor smaller than your tolerance.
# - A right pass can miss $10^{-6}$ by accident: of 400 networks of this size, checked with right
#   gradients, three did, and none missed $10^{-5}$. Where one answer is final, leave room, say
#   $10^{-4}$; a bug is off by far more.
# - A kink is an accident of one draw. Draw again.
#
# When it is graded, your checker meets right implementations that look different, and bugs that are
# not in section 11, on networks at most five units wide.
# `backward` is answered from outside, and each call takes a moment: call it a few times.
# One that compares with your own `model_backward` is wrong where that is.
#
# ### Exercise: `check_backward` (4 points)

# %% solution="check_backward"
def check_backward(backward, dims, kinds, rng):
    """Say whether a backward pass is right, by trying it on a network.

    backward(dA, caches) should return [(dW, db), ...] as model_backward does.
    dims is the list of widths and kinds has one name a layer: the network to try it on.
    rng is a NumPy Generator. Returns True if every dW and db is right for a batch of one and for
    a batch of several samples; False if one is not, or if backward raises. Section 12.

    >>> check_backward(model_backward, [3, 4, 2], ["tanh", "softmax"], np.random.default_rng(0))
    True
    >>> check_backward(lambda dA, caches: [], [3, 2], ["linear"], np.random.default_rng(0))
    False
    """

    ### BEGIN SOLUTION
    def passes(m):
        # Biases are drawn too: at 0 they could hide a bug.
        params = [(W, rng.normal(size=b.shape)) for W, b in init_params(dims, rng, "xavier")]
        X = rng.normal(size=(dims[0], m))  # (n_0, m)
        P, caches = model_forward(X, params, kinds)
        R = rng.normal(size=P.shape)  # (n_out, m): the gradient of sum(R * P) by P
        try:
            grads = [(np.asarray(dW), np.asarray(db)) for dW, db in backward(R, caches)]
        except Exception:
            return False
        shapes = [(dW.shape, db.shape) for dW, db in grads]
        if shapes != [(W.shape, b.shape) for W, b in params]:
            return False
        error = gradient_check(
            lambda moved: float(np.sum(R * model_forward(X, moved, kinds)[0])), params, grads
        )
        return bool(error < 1e-4)  # False for NaN as well

    def right_for(m):
        first = passes(m)
        if "relu" not in kinds:
            return first
        # A kink is an accident of one draw: where two draws disagree, a third decides.
        second = passes(m)
        return first if first == second else passes(m)

    return right_for(1) and right_for(5)
    ### END SOLUTION


# %% test="check_backward" points=4
def no_biases(dA, caches):
    """Let the biases never learn."""
    return [(dW, 0 * db) for dW, db in model_backward(dA, caches)]


def first_layer_twice(dA, caches):
    """Double the gradient of the first layer's weights."""
    (dW, db), *others = model_backward(dA, caches)
    return [(2 * dW, db), *others]


def stumbles(dA, caches):
    """Raise an exception for a batch of one."""
    if dA.shape[1] == 1:
        raise ValueError("a batch of one")
    return model_backward(dA, caches)


def flat_biases(dA, caches):
    """Return db of shape (n_out,)."""
    return [(dW, db[:, 0]) for dW, db in model_backward(dA, caches)]


def not_a_number(dA, caches):
    """Return NaN everywhere."""
    return [(np.nan * dW, np.nan * db) for dW, db in model_backward(dA, caches)]


def last_layer_twice(dA, caches):
    """Double the gradient of the last layer's weights."""
    *others, (dW, db) = model_backward(dA, caches)
    return [*others, (2 * dW, db)]


def one_sample(dA, caches):
    """Use the first sample alone."""
    return model_backward(dA[:, :1], [(A[:, :1], W, Z[:, :1], kind) for A, W, Z, kind in caches])


def tanh_for_sigmoid(dA, caches):
    """Take the slope of tanh where the kind is sigmoid."""
    return model_backward(
        dA, [(A, W, Z, kind.replace("sigmoid", "tanh")) for A, W, Z, kind in caches]
    )


def backward_in_time(dA, caches):
    """Take the samples in the opposite order: right, but for the last digit of each sum."""
    turned = [(A[:, ::-1], W, Z[:, ::-1], kind) for A, W, Z, kind in caches]
    return model_backward(dA[:, ::-1], turned)


for seed, (dims, kinds) in enumerate(
    [
        ([3, 4, 2], ["tanh", "linear"]),
        ([3, 3, 3], ["sigmoid", "softmax"]),
        ([2, 4, 3], ["relu", "tanh"]),
    ]
):
    verdict = check_backward(model_backward, dims, kinds, np.random.default_rng(seed))
    assert isinstance(verdict, (bool, np.bool_)), f"the answer is True or False, not {verdict!r}"
    assert verdict, f"your model_backward is right; your checker rejects it for {dims}, {kinds}"
verdict = check_backward(backward_in_time, [3, 4, 2], ["tanh", "linear"], np.random.default_rng(3))
assert verdict, f"your checker rejects {backward_in_time.__name__}: {backward_in_time.__doc__}"
verdict = check_backward(flat_biases, [3, 1, 1], ["tanh", "linear"], np.random.default_rng(4))
assert not verdict, "your checker lets db of shape (1,) pass for (1, 1): compare the shapes first"
for wrong in [
    *[no_biases, first_layer_twice, last_layer_twice, one_sample],
    *[tanh_for_sigmoid, stumbles, flat_biases, not_a_number],
]:
    for kinds in [["tanh", "sigmoid"], ["sigmoid", "softmax"]]:
        verdict = check_backward(wrong, [3, 4, 2], kinds, np.random.default_rng(7))
        assert not verdict, f"your checker lets {wrong.__name__} pass: {wrong.__doc__}"

tried_on = []


def watched(dA, caches):
    """Note what the checker tries: the shapes of the weights, and a number of dA."""
    tried_on.append(([W.shape for _, W, _, _ in caches], dA[0, 0]))
    return model_backward(dA, caches)


for seed in [0, 1]:
    check_backward(watched, [3, 4, 2], ["tanh", "linear"], np.random.default_rng(seed))
for shapes, _ in tried_on:
    assert shapes == [(4, 3), (2, 4)], f"dims [3, 4, 2] give W of (4, 3) and (2, 4), not {shapes}"
drawn = [number for _, number in tried_on]
assert drawn[0] not in drawn[1:], "each trial gets new numbers: draw them from rng"

# %% explore="your checker and the suspects"
# Now your checker meets the suspects of section 11.  Which networks unmask them?
with waiting():
    for name, backward in suspects.items():
        found = [
            check_backward(backward, dims, kinds, np.random.default_rng(1))
            for dims, kinds in [
                ([4, 5, 5, 3], ["tanh", "relu", "softmax"]),
                ([4, 3, 2], ["linear", "linear"]),
            ]
        ]
        print(f"{name:30} 4-5-5-3: {found[0]!s:5}  4-3-2: {found[1]}")

# %% [markdown]
# A checker can only find what its network contains.
# On a linear, rectangular network the suspects C, D, E and I do nothing wrong: there is no $\phi'$,
# no square layer and no softmax.
# Whoever tests must choose sizes and kinds that let a bug show.
#
# ## Summary
#
# | step | code | shapes |
# |---|---|---|
# | forward | `P, caches = model_forward(X, params, kinds)` | (n_0, m) -> (n_out, m) |
# | loss gradient | `dA = mse_grad(P, T)` or `cross_entropy_grad(P, T)` | (n_out, m) |
# | backward | `grads = model_backward(dA, caches)` | like `params` |
# | step | `W - lr * dW`, `b - lr * db` | like `params` |
#
# - Backward walks the caches in reverse: `dA` to `dZ`, leave `dW` and `db` behind, hand the next `dA`
#   down. A softmax needs its vector-Jacobian product.
# - Weights begin random, with a spread that fits the widths; equal ones stay equal.
# - A gradient check takes the *largest relative* error over *all* entries, on a small network with
#   equal and unequal widths, a batch of one and a batch of several. A falling loss proves little.
#
# **Lesson 05 uses** `init_params`, `model_forward` (with its `activation`), `mse`, `mse_grad`,
# `model_backward` and `minibatches`. It replaces the one line of `train` that takes the step.

# %% [markdown]
# ## Further reading
#
# - Xavier Glorot, Yoshua Bengio, "Understanding the difficulty of training deep feedforward neural
#   networks", AISTATS (2010): the compromise of section 3, and gradient sizes by depth.
# - Kaiming He and others, "Delving deep into rectifiers" (2015),
#   [arXiv:1502.01852](https://arxiv.org/abs/1502.01852): the 2 in $2/n_{\text{in}}$.
# - Timothy Lillicrap and others, "Random synaptic feedback weights support error backpropagation for
#   deep learning", *Nature Communications* 7 (2016),
#   [doi:10.1038/ncomms13276](https://doi.org/10.1038/ncomms13276): suspect F, on purpose.
# - Qianli Liao, Joel Leibo, Tomaso Poggio, "How important is weight symmetry in backpropagation?"
#   (2016), [arXiv:1510.05067](https://arxiv.org/abs/1510.05067): suspect G, on purpose.
# - Andreas Griewank, Andrea Walther, *Evaluating Derivatives* (2nd edition, 2008): why the way back
#   costs a small multiple of the way forward, whatever the program.
# - Yann LeCun, Léon Bottou, Genevieve Orr, Klaus-Robert Müller, "Efficient BackProp" (1998): batches,
#   shuffling and first weights, still worth reading.

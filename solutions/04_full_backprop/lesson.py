# %% [markdown]
# # 04 A whole network, trained and proved
#
# You have every part: activations, losses, the dense layer.
# Now you chain them, train a network on real data, and learn to tell a right gradient from a
# wrong one that trains nearly as well.
#
# **After this lesson you will be able to**
#
# - run a network of any depth forward, and backward with one loop;
# - say what the backward pass needs from the forward pass, and why it must run backward;
# - check any gradient with a yardstick that knows nothing of backpropagation;
# - train in minibatches and report training and test loss honestly;
# - find planted bugs that the loss curve does not show, and write a program that finds them.
#
# **You need** lesson 03 (the dense layer, delta) and lesson 02 (softmax and its
# vector-Jacobian product, cross-entropy).
#
# **Time:** about 90 minutes. Sections 10 to 12 are a good place to begin a second sitting.

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

# %% [markdown]
# These functions come from `earlier.py`, which lies beside this notebook and holds solutions of
# lessons 02 and 03.
# Look at it only after you have solved those lessons.
# Better still, paste your own functions into a new cell below the imports: they will work.

# %% [markdown]
# ## Three questions on lesson 03
#
# 1. A layer has `W` of shape (4, 3), and a batch has 5 samples.
#    Which shapes do `dZ`, `dW`, `db` and the `dA` that it hands down have?
# 2. Where in `dense_backward` does a sum over the samples happen? There are two places.
# 3. Why does $\mathbf{W}^\top\mathbf{dZ}$ carry a transpose? "The shapes need it" is no answer.
#
# <details>
# <summary>Answers</summary>
#
# 1. `dZ` (4, 5), `dW` (4, 3), `db` (4, 1), `dA` (3, 5): each the shape of what it belongs to.
# 2. In `dZ.sum(axis=1)`, where you see it, and in `dZ @ A.T`, where the matrix product hides it.
# 3. An input reaches the loss through every unit that uses it. The sum over units $j$ runs over
#    the first index of $W_{jk}$, and a matrix product sums over the second.
#
# </details>

# %% [markdown]
# ## 1 The picture
#
# A network with $L$ layers is a chain.
# Layer $l$ turns $\mathbf{A}^{l-1}$ into $\mathbf{Z}^l$ and $\mathbf{Z}^l$ into $\mathbf{A}^l$.
# $\mathbf{A}^0$ is the data $\mathbf{X}$, and $\mathbf{A}^L$ is the prediction $\mathbf{P}$.
# At the end stands the loss $\mathcal{L}$, one number.

# %% explore="picture of the chain"
import matplotlib.pyplot as plt


def draw_chain(dims, m):
    """Draw the chain of a network forward and backward, with shapes."""
    boxes = ["X"]
    for layer in range(1, len(dims)):
        boxes += [f"Z{layer}", f"A{layer}"]
    sizes = [dims[0]] + [size for size in dims[1:] for _ in range(2)]
    fig, ax = plt.subplots(figsize=(10, 2.8), layout="constrained")
    for place, (name, size) in enumerate(zip(boxes, sizes, strict=True)):
        ax.text(place, 1, f"{name}\n({size}, {m})", ha="center", va="center", fontsize=9)
        ax.text(place, 0, f"d{name}\n({size}, {m})", ha="center", va="center", fontsize=9)
        way = [(place, place + 1, 1, "tab:blue"), (place + 1, place, 0, "tab:orange")]
        for start, end, height, colour in way:
            side = 0.32 if end > start else -0.32
            ax.annotate(
                "",
                (end - side, height),
                (start + side, height),
                arrowprops={"arrowstyle": "->", "color": colour, "lw": 1.8},
            )
    ax.text(len(boxes), 1, "loss", ha="center", va="center", fontsize=9)
    ax.text(len(boxes), 0, "1", ha="center", va="center", fontsize=9)
    for layer in range(1, len(dims)):
        shape = f"dW{layer} ({dims[layer]}, {dims[layer - 1]})\ndb{layer} ({dims[layer]}, 1)"
        ax.annotate(
            shape,
            xy=(2 * layer - 1, -0.2),
            xytext=(2 * layer - 1, -0.85),
            ha="center",
            va="center",
            fontsize=8,
            arrowprops={"arrowstyle": "<-", "color": "tab:orange", "lw": 1.2},
        )
    ax.set_xlim(-0.5, len(boxes) + 0.3)
    ax.set_ylim(-1.05, 1.35)
    ax.axis("off")
    plt.show()


draw_chain(dims=[64, 32, 10], m=5)

# %% [markdown]
# In words: the upper row runs to the right, X (64, 5), Z1 and A1 (32, 5), Z2 and A2 (10, 5), loss.
# The lower row runs to the left, from the loss's slope by itself, which is 1, to dA2, dZ2, dA1,
# dZ1 and dX, each with the shape of the array above it.
# At each dZ two arrows branch off: dW2 (10, 32) and db2 (10, 1), dW1 (32, 64) and db1 (32, 1).
# These branches are what training needs. The lower row only carries the signal to them.

# %% [markdown]
# ## 2 A network with a pencil
#
# Two inputs, two hidden units with a relu, one linear output, a batch of two samples.
#
# $$
# \mathbf{X} = \begin{pmatrix} 1 & 0 \\ 2 & 4 \end{pmatrix},\quad
# \mathbf{W}^1 = \begin{pmatrix} 1 & 1 \\ -1 & 1 \end{pmatrix},\quad
# \mathbf{b}^1 = \begin{pmatrix} -1 \\ -2 \end{pmatrix},\quad
# \mathbf{W}^2 = \begin{pmatrix} 1 & 3 \end{pmatrix},\quad
# \mathbf{b}^2 = \begin{pmatrix} -1 \end{pmatrix}
# $$
#
# **Forward, sample 1.** The hidden sums are $1 + 2 - 1 = 2$ and $-1 + 2 - 2 = -1$.
# The relu makes them $2$ and $0$. The output is $1\cdot 2 + 3\cdot 0 - 1 = 1$.
#
# **Fill the gaps, sample 2.** The hidden sums are $0 + 4 - 1 = \_\_$ and $0 + 4 - 2 = \_\_$,
# the relu leaves them as they are, and the output is
# $1\cdot\_\_ + 3\cdot\_\_ - 1 = \_\_$.
#
# <details>
# <summary>Answer</summary>
#
# The sums are 3 and 2, and the output is $3 + 6 - 1 = 8$.
#
# </details>
#
# Both samples as columns:
#
# $$
# \mathbf{Z}^1 = \begin{pmatrix} 2 & 3 \\ -1 & 2 \end{pmatrix},\quad
# \mathbf{A}^1 = \begin{pmatrix} 2 & 3 \\ 0 & 2 \end{pmatrix},\quad
# \mathbf{A}^2 = \mathbf{Z}^2 = \begin{pmatrix} 1 & 8 \end{pmatrix},\quad
# \mathbf{T} = \begin{pmatrix} 0 & 6 \end{pmatrix}
# $$
#
# The loss is the mean of the squared errors, over all entries: $(1^2 + 2^2)/2 = 2.5$.
#
# **Backward.** The slope of the loss by an output is $2 \cdot \text{error} / 2$, so
# $\mathbf{dA}^2 = (1\ \ 2)$.
# The output is linear, so $\mathbf{dZ}^2 = (1\ \ 2)$ too. From here lesson 03 takes over:
#
# $$
# \mathbf{dW}^2 = \mathbf{dZ}^2 (\mathbf{A}^1)^\top
# = \begin{pmatrix} 1\cdot 2 + 2\cdot 3 & 1 \cdot 0 + 2\cdot 2\end{pmatrix}
# = \begin{pmatrix} 8 & 4 \end{pmatrix},\qquad
# \mathbf{db}^2 = (3)
# $$
#
# $$
# \mathbf{dA}^1 = (\mathbf{W}^2)^\top \mathbf{dZ}^2
# = \begin{pmatrix} 1 & 2 \\ 3 & 6 \end{pmatrix},\qquad
# \mathbf{dZ}^1 = \mathbf{dA}^1 \odot \phi'(\mathbf{Z}^1)
# = \begin{pmatrix} 1 & 2 \\ \_\_ & 6 \end{pmatrix}
# $$
#
# **Fill the gap** in $\mathbf{dZ}^1$, then find $\mathbf{dW}^1$ and $\mathbf{db}^1$ yourself.
#
# <details>
# <summary>Answer</summary>
#
# The gap is 0: the relu was closed at $-1$.
# $\mathbf{dW}^1 = \mathbf{dZ}^1\mathbf{X}^\top
# = \begin{pmatrix} 1\cdot 1 + 2\cdot 0 & 1\cdot 2 + 2\cdot 4 \\ 0 + 0 & 0 + 6\cdot 4\end{pmatrix}
# = \begin{pmatrix} 1 & 10 \\ 0 & 24 \end{pmatrix}$
# and $\mathbf{db}^1 = \begin{pmatrix} 3 \\ 6 \end{pmatrix}$.
#
# </details>
#
# **Is it true?** Turn one screw: $W^1_{11}$ from 1 to 1.01.
# Sample 1 now gives 1.01, and sample 2 still gives 8, because its first input is 0.
# The loss becomes $(1.0201 + 4)/2 = 2.51005$, a slope of $0.01005/0.01 \approx 1$.
# That is the corner of $\mathbf{dW}^1$.
#
# Nine parameters, nine slopes, one sweep. The rest of this lesson does it for any network.

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
# ## 3 Where a network begins
#
# A network is described by three lists.
#
# | name | what it is | in the worked example |
# |---|---|---|
# | `dims` | the widths, data first | `[2, 2, 1]` |
# | `kinds` | one activation a layer | `["relu", "linear"]` |
# | `params` | one pair `(W, b)` a layer | shapes `[((2, 2), (2, 1)), ((1, 2), (1, 1))]` |
#
# `dims` has one entry more than the others: it counts the data as well.
# A kind is linear, relu, sigmoid or tanh, and in the last layer it may also be softmax.
#
# ### How large should the first weights be?
#
# Lesson 03 found it for the way forward: a sum over $n_{in}$ inputs keeps its spread if the
# weights have variance $1/n_{in}$, and with relu, which throws half away, $2/n_{in}$.
#
# The way backward sums too, over the $n_{out}$ units of the layer:
# $\mathbf{dA} = \mathbf{W}^\top\mathbf{dZ}$.
# By the same argument the *backward* signal keeps its size if the variance is $1/n_{out}$.
# Both at once is impossible unless the layer is square.
# Two customs came out of this:
#
# | scheme | variance of a weight | thought for |
# |---|---|---|
# | `"he"` | $2/n_{in}$ | relu, exact on the way forward |
# | `"xavier"` | $2/(n_{in} + n_{out})$ | tanh and sigmoid, a compromise between both ways |
#
# A variance is the *square* of a spread.
# Weights with spread $s$ are standard normal numbers times $s$.
#
# **Predict** before you go on: a layer leads from 200 inputs to 50 units.
# What is the spread of its weights by each scheme?
#
# <details>
# <summary>Answer</summary>
#
# he: $\sqrt{2/200} = 0.1$. xavier: $\sqrt{2/250} \approx 0.089$.
#
# </details>
#
# The biases begin at 0.
# The weights must not: section 6 shows what happens if they do.
#
# `rng` is a NumPy Generator, such as `np.random.default_rng(0)` makes.
# Draw every random number from it, then the same seed gives the same network.
#
# ### Exercise: `init_params`


# %% solution="init_params"
def init_params(dims, rng, scheme):
    """Return the first parameters of a network: [(W, b), ...], one pair a layer.

    dims is the list of widths, data first; layer l leads from dims[l] to dims[l + 1].
    rng is a NumPy Generator, and all random numbers come from it.
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


# %% test="init_params" points=4
params = init_params([200, 50, 80], np.random.default_rng(0), "he")
assert len(params) == 2, f"three widths make two layers; you return {len(params)}"
for (W, b), shape in zip(params, [(50, 200), (80, 50)], strict=True):
    assert np.shape(W) == shape, f"W is (n_out, n_in) = {shape}; yours is {np.shape(W)}"
    assert np.shape(b) == (shape[0], 1), f"b is (n_out, 1); yours is {np.shape(b)}"
    assert not np.any(b), "b begins with zeros"
W = params[0][0]
assert abs(W.mean()) < 0.006, "the weights have mean 0"
assert 0.09 < W.std() < 0.11, f"he, from 200 to 50: the spread is 0.1; yours is {W.std():.3f}"
W = init_params([200, 50], np.random.default_rng(0), "xavier")[0][0]
assert 0.084 < W.std() < 0.095, f"xavier, from 200 to 50: 0.089; yours is {W.std():.3f}"
again, other = (init_params([3, 2], np.random.default_rng(s), "he")[0][0] for s in [1, 2])
assert np.array_equal(init_params([3, 2], np.random.default_rng(1), "he")[0][0], again), (
    "the same seed gives the same weights: draw from rng and from nothing else"
)
assert not np.array_equal(again, other), "another seed gives other weights"

# %% [markdown]
# ## 4 Forward
#
# For $l = 1 \dots L$, with $\mathbf{A}^0 = \mathbf{X}$ (n_0, m):
#
# $$
# \mathbf{Z}^l = \mathbf{W}^l \mathbf{A}^{l-1} + \mathbf{b}^l \mathbf{1}_m^\top,
# \qquad (n_l, n_{l-1})\,(n_{l-1}, m) + (n_l, 1)\,(1, m) \to (n_l, m)
# $$
# $$
# \mathbf{A}^l = \phi_l(\mathbf{Z}^l), \qquad (n_l, m) \to (n_l, m)
# $$
#
# **What must be kept?** Look at the worked example once more, at layer 2 and at layer 1.
# Backward you used $\mathbf{A}^1$ for $\mathbf{dW}^2$, $\mathbf{W}^2$ for $\mathbf{dA}^1$,
# and $\mathbf{Z}^1$, with the kind of layer 1, for $\mathbf{dZ}^1$.
# So each layer keeps four things, its **cache**:
#
# $$
# \texttt{caches[l]} = (\mathbf{A}_{\text{prev}},\ \mathbf{W},\ \mathbf{Z},\ \texttt{kind})
# $$
#
# $\mathbf{A}_{\text{prev}}$ is what came *into* the layer.
# The list starts at index 0, so `caches[0]` belongs to layer 1 and its
# $\mathbf{A}_{\text{prev}}$ is $\mathbf{X}$.
#
# The function `activation` is given; it knows softmax too.
#
# ### Exercise: `model_forward`


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

    X is (n_0, m); params is [(W, b), ...] and kinds has one name a layer.
    Returns (A_L, caches): A_L is the last layer's output (n_L, m), and caches[l] is the
    tuple (A_prev, W, Z, kind) of layer l, first layer first. Section 4.

    >>> params = [(np.array([[2.0]]), np.array([[1.0]])), (np.array([[3.0]]), np.array([[0.0]]))]
    >>> A_L, caches = model_forward(np.array([[1.0, -1.0]]), params, ["relu", "linear"])
    >>> A_L
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
A_L, caches = model_forward(X_pencil, params_pencil, kinds_pencil)
assert np.shape(A_L) == (1, 2), f"A_L is (n_L, m) = (1, 2); yours is {np.shape(A_L)}"
np.testing.assert_allclose(A_L, [[1, 8]], err_msg="the outputs of the worked example")
assert len(caches) == 2, f"one cache a layer, two here; you keep {len(caches)}"
A_prev, W, Z, kind = caches[0]
np.testing.assert_allclose(A_prev, X_pencil, err_msg="what came into layer 1 is X")
np.testing.assert_allclose(Z, [[2, 3], [-1, 2]], err_msg="Z of layer 1: before the relu")
assert kind == "relu", f"the kind of layer 1 is relu, yours is {kind!r}"
A_prev, W, Z, kind = caches[1]
np.testing.assert_allclose(
    A_prev, [[2, 3], [0, 2]], err_msg="what came into layer 2 is A of layer 1"
)
np.testing.assert_allclose(W, params_pencil[1][0], err_msg="the W of layer 2")
P, _ = model_forward(np.zeros((3, 4)), [(np.ones((5, 3)), np.ones((5, 1)))], ["softmax"])
np.testing.assert_allclose(
    P, 0.2, err_msg="five equal sums: the last layer's softmax gives 0.2 each"
)

# %% [markdown]
# ## 5 The loss, and its mean
#
# For classes we take `cross_entropy` of lesson 02. For numbers we take the **mean squared error**.
# With $n$ outputs and $m$ samples it is the mean over *all* entries:
#
# $$
# \text{mse}(\mathbf{P}, \mathbf{T}) = \frac{1}{n\,m} \sum_{j=1}^{n}\sum_{i=1}^{m} (P_{ji} - T_{ji})^2
# $$
#
# Compare it with `l2_loss` of lesson 02, $\frac{1}{2m}\sum_{j,i}(P_{ji} - T_{ji})^2$.
# The squares are the same, the factor in front is not: $\text{mse} = \frac{2}{n}\,\text{l2\_loss}$.
# With $n = 2$ outputs the two are equal, so never test one against the other with two outputs.
#
# **Predict** the gradient before you read on.
# One entry $P_{ji}$ occurs in one square. What is the slope, and which factor stays in front?
#
# <details>
# <summary>Answer</summary>
#
# $$
# \frac{\partial\, \text{mse}}{\partial P_{ji}} = \frac{2}{n\,m}\,(P_{ji} - T_{ji}),
# \qquad (n, m) \to (n, m)
# $$
#
# The gradient inherits the whole factor of the loss, $1/(n m)$ and not $1/m$ or $1/n$ alone.
# A text that you can find on the web takes the mean over all entries in the loss and divides by the
# number of rows alone in its gradient.
# That gradient is $m$ times too large, and the network still learns: with an $m$ times larger step.
#
# </details>
#
# The gradient of the loss by $\mathbf{A}^L$ is where the way back begins.
#
# ### Exercises: `mse` and `mse_grad`


# %% solution="mse"
def mse(P, T):
    """Return the mean squared error over all entries, a float.

    P and T are (n, m). Section 5.

    >>> mse(np.array([[1.0, 8.0]]), np.array([[0.0, 6.0]]))
    2.5
    """
    ### BEGIN SOLUTION
    return float(np.mean((P - T) ** 2))
    ### END SOLUTION


# %% test="mse" points=2
assert np.ndim(mse(np.ones((3, 4)), np.zeros((3, 4)))) == 0, "the loss is one number"
np.testing.assert_allclose(mse(np.array([[1.0, 8.0]]), T_pencil), 2.5, err_msg="worked example")
np.testing.assert_allclose(
    mse(np.full((3, 4), 2.0), np.zeros((3, 4))),
    4.0,
    err_msg="twelve errors of 2 each: the mean of their squares is 4",
)


# %% solution="mse_grad"
def mse_grad(P, T):
    """Return the gradient of mse(P, T) by P.

    P and T are (n, m). Returns an array (n, m). Section 5.

    >>> mse_grad(np.array([[1.0, 8.0]]), np.array([[0.0, 6.0]]))
    array([[1., 2.]])
    """
    ### BEGIN SOLUTION
    return 2 * (P - T) / P.size  # (n, m) -> (n, m)
    ### END SOLUTION


# %% test="mse_grad" points=2
dP = mse_grad(np.array([[1.0, 8.0]]), T_pencil)
assert np.shape(dP) == (1, 2), f"the gradient has the shape of P, (1, 2); yours is {np.shape(dP)}"
np.testing.assert_allclose(dP, [[1, 2]], err_msg="dA2 of the worked example")
rng = np.random.default_rng(5)
P, T = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
moved = P.copy()
moved[2, 1] += 1e-6
np.testing.assert_allclose(
    mse_grad(P, T)[2, 1],
    (mse(moved, T) - mse(P, T)) / 1e-6,
    rtol=1e-4,
    err_msg="with three outputs: the slope of your own mse, one entry moved a little",
)

# %% [markdown]
# ## 6 Backward
#
# ### The recursion
#
# Write $\mathbf{dA}^l$ and $\mathbf{dZ}^l$ for the gradients of $\mathcal{L}$ by $\mathbf{A}^l$ and
# $\mathbf{Z}^l$.
# The loss hands us $\mathbf{dA}^L$. Suppose we stand at some layer $l$ and hold $\mathbf{dA}^l$.
# Lesson 03 has three steps from here, and each undoes one step of the way forward:
#
# $$
# \text{(1)}\quad \mathbf{dZ}^l = \mathbf{dA}^l \odot \phi_l'(\mathbf{Z}^l),
# \qquad (n_l, m) \odot (n_l, m) \to (n_l, m)
# $$
# $$
# \text{(2)}\quad \mathbf{dW}^l = \mathbf{dZ}^l (\mathbf{A}^{l-1})^\top,\quad
# \mathbf{db}^l = \mathbf{dZ}^l\,\mathbf{1}_m,
# \qquad (n_l, m)\,(m, n_{l-1}) \to (n_l, n_{l-1}),\quad (n_l, m)\,(m, 1) \to (n_l, 1)
# $$
# $$
# \text{(3)}\quad \mathbf{dA}^{l-1} = (\mathbf{W}^l)^\top \mathbf{dZ}^l,
# \qquad (n_{l-1}, n_l)\,(n_l, m) \to (n_{l-1}, m)
# $$
#
# After step (3) we hold $\mathbf{dA}^{l-1}$ and stand one layer lower.
# So the whole of backpropagation is a loop over these three, from $l = L$ down to $l = 1$.
# Put (3) of layer $l+1$ into (1) of layer $l$ and you have the delta of lesson 03, case 2:
# $\mathbf{dZ}^l = \big((\mathbf{W}^{l+1})^\top \mathbf{dZ}^{l+1}\big) \odot \phi_l'(\mathbf{Z}^l)$.
#
# ### The last layer may be a softmax
#
# Then step (1) is wrong.
# It stands on a diagonal Jacobian, and the softmax's is full: every output depends on every sum.
# Step (1) is replaced by the vector-Jacobian product of lesson 02,
#
# $$
# \text{(1')}\quad \mathbf{dZ}^L = \mathbf{S} \odot \big(\mathbf{dA}^L - \mathbf{1}_n \mathbf{1}_n^\top
# (\mathbf{S} \odot \mathbf{dA}^L)\big), \qquad \mathbf{S} = \text{softmax}(\mathbf{Z}^L)\ (n_L, m),
# $$
#
# which is your `softmax_vjp(S, dS)`.
# With cross-entropy on top it collapses to $(\mathbf{S} - \mathbf{T})/m$.
# You may meet $\mathbf{S} - \mathbf{T}$ stated without a reason; now you know where it comes from,
# and that a $1/m$ belongs to it when the loss is a mean.
# Our backward pass does not use the shortcut. It takes *any* $\mathbf{dA}^L$, so it fits any loss.
#
# ### Why backward?
#
# One could also start at the data and push the slope of one weight forward to the loss.
# That costs about one forward pass *for each weight*.
# Starting at the loss, each layer's $\mathbf{dZ}$ is computed once and used three times: for
# $\mathbf{dW}$, for $\mathbf{db}$ and for everything below.
# A backward pass makes two matrix products where the forward pass made one.
#
# **Predict:** the network 64-64-32-10 has 6570 parameters.
# Central differences need two forward passes for each.
# How many times longer do they take than one backward pass? A cell below will measure it.
#
# ### Exercise: `model_backward`
#
# The gradients come out last layer first. Return them first layer first, in the order of `params`.


# %% solution="model_backward"
def model_backward(dA, caches):
    """Run a network backward.

    dA is (n_L, m), the gradient of the loss by the network's output A_L;
    caches is what model_forward returned: caches[l] = (A_prev, W, Z, kind).
    Returns [(dW, db), ...] in forward order, dW shaped like W (n_out, n_in) and
    db (n_out, 1). The last layer's kind may be softmax. Section 6.

    >>> caches = [(np.array([[3.0]]), np.array([[5.0]]), np.array([[15.0]]), "relu")]
    >>> model_backward(np.array([[2.0]]), caches)
    [(array([[6.]]), array([[2.]]))]
    """
    ### BEGIN SOLUTION
    grads = []
    for A_prev, W, Z, kind in reversed(caches):
        if kind == "softmax":
            dZ = softmax_vjp(softmax(Z), dA)  # (n_out, m)
        else:
            dZ = activation_backward(dA, Z, kind)  # (n_out, m)
        dA, dW, db = dense_backward(dZ, (A_prev, W))  # (n_in, m), (n_out, n_in), (n_out, 1)
        grads.append((dW, db))
    return grads[::-1]
    ### END SOLUTION


# %% test="model_backward" points=6
A_L, caches = model_forward(X_pencil, params_pencil, kinds_pencil)
grads = model_backward(mse_grad(A_L, T_pencil), caches)
assert len(grads) == 2, f"one pair (dW, db) a layer, two here; you return {len(grads)}"
for layer, ((dW, db), (W, b)) in enumerate(zip(grads, params_pencil, strict=True), start=1):
    assert np.shape(dW) == W.shape, f"dW{layer} is {W.shape} like W; yours is {np.shape(dW)}"
    assert np.shape(db) == b.shape, f"db{layer} is {b.shape} like b; yours is {np.shape(db)}"
np.testing.assert_allclose(grads[1][0], [[8, 4]], err_msg="dW2 of the worked example")
np.testing.assert_allclose(grads[1][1], [[3]], err_msg="db2 of the worked example")
np.testing.assert_allclose(grads[0][0], [[1, 10], [0, 24]], err_msg="dW1 of the worked example")
np.testing.assert_allclose(grads[0][1], [[3], [6]], err_msg="db1 of the worked example")
# A softmax with cross-entropy: through the full Jacobian, dZ must become (S - T) / m.
rng = np.random.default_rng(6)
X, T = rng.normal(size=(4, 5)), np.eye(3)[:, [0, 2, 1, 1, 0]]
S, caches = model_forward(X, init_params([4, 3], rng, "xavier"), ["softmax"])
((dW, db),) = model_backward(cross_entropy_grad(S, T), caches)
np.testing.assert_allclose(
    db,
    ((S - T) / 5).sum(axis=1, keepdims=True),
    atol=1e-12,
    err_msg="softmax and cross-entropy together give dZ = (S - T) / m",
)

# %% explore="what a gradient costs"
# One backward pass against central differences for one of 6570 parameters, times 6570.
from time import perf_counter

try:
    rng = np.random.default_rng(0)
    params = init_params([64, 64, 32, 10], rng, "he")
    kinds = ["relu", "relu", "softmax"]
    X, T = rng.normal(size=(64, 32)), np.eye(10)[:, rng.integers(10, size=32)]

    def seconds(work, times=200):
        """Return the seconds that one call of work takes."""
        start = perf_counter()
        for _ in range(times):
            work()
        return (perf_counter() - start) / times

    P, caches = model_forward(X, params, kinds)
    one_backward = seconds(lambda: model_backward(cross_entropy_grad(P, T), caches))
    one_forward = seconds(lambda: cross_entropy(model_forward(X, params, kinds)[0], T))
    print(f"one forward pass      {one_forward * 1e3:8.3f} ms")
    print(f"one backward pass     {one_backward * 1e3:8.3f} ms")
    print(f"central differences   {2 * 6570 * one_forward * 1e3:8.0f} ms")
    print(f"backward is {2 * 6570 * one_forward / one_backward:.0f} times faster")
except NotImplementedError:
    print("This comparison waits for your init_params, model_forward and model_backward.")

# %% [markdown]
# ### Predict, look, say why: all weights zero
#
# Somebody begins with zeros everywhere, weights and biases, in a network with one relu layer and
# a linear layer on top.
# **Predict** which gradients are 0: `dW1`, `db1`, `dW2`, `db2`?
# Then **predict** what the rows of `dW1` have in common if all weights are 0.5.

# %% explore="all weights equal"
try:
    rng = np.random.default_rng(1)
    X, T = rng.normal(size=(4, 6)), rng.normal(size=(3, 6))
    for value in [0.0, 0.5]:
        params = [
            (np.full((5, 4), value), np.zeros((5, 1))),  # (n_1, n_0), (n_1, 1)
            (np.full((3, 5), value), np.zeros((3, 1))),  # (n_2, n_1), (n_2, 1)
        ]
        P, caches = model_forward(X, params, ["relu", "linear"])
        (dW1, db1), (dW2, db2) = model_backward(mse_grad(P, T), caches)
        print(f"all weights {value}")
        for name, gradient in [("dW1", dW1), ("db1", db1), ("dW2", dW2), ("db2", db2)]:
            print(f"   largest entry of {name}: {np.abs(gradient).max():.3f}")
        print(f"   rows of dW1 that differ from its first row: {(dW1 != dW1[0]).any(axis=1).sum()}")
except NotImplementedError:
    print("This cell waits for your model_forward and model_backward.")

# %% [markdown]
# <details>
# <summary>Why</summary>
#
# With zeros, $\mathbf{A}^1 = 0$ makes $\mathbf{dW}^2 = 0$, and $\mathbf{W}^2 = 0$ makes
# $\mathbf{dA}^1 = 0$. Only the last bias ever moves: the network learns the mean of the targets,
# and nothing else.
# With 0.5 the gradients are there, and all rows of $\mathbf{dW}^1$ are the same: equal units get
# equal gradients, stay equal for ever, and five units do the work of one.
# Random weights break the tie. Biases need not: they may begin at 0.
#
# </details>

# %% [markdown]
# ### In your own words
#
# A network has two layers: a hidden layer with a tanh and a last layer with a softmax.
# The loss is the mean over $m$ samples of some loss of each sample.
# You hold $\mathbf{dA}^2$.
#
# 1. Derive $\mathbf{dW}^1$ and $\mathbf{db}^1$ from it, step by step, with the shape of every
#    factor.
# 2. One step of your derivation may not be an elementwise product. Which, and why?
# 3. Where do the samples get summed, and where does the $1/m$ come from?
#
# Marked by hand, 3 points.
# Formulas in LaTeX or plain text like `dA1 = W2.T @ dZ2` are both fine.

# %% [markdown] manual="derive_recursion" points=3
# *Your derivation:*
#
# ### BEGIN SOLUTION
# Let $\mathbf{S} = \mathbf{A}^2$ (n_2, m).
#
# - Through the softmax, column by column with its full Jacobian
#   $\mathbf{J}_i = \operatorname{diag}(\mathbf{s}_i) - \mathbf{s}_i\mathbf{s}_i^\top$ (n_2, n_2):
#   $\mathbf{dz}^2_i = \mathbf{J}_i^\top \mathbf{da}^2_i$, together $\mathbf{dZ}^2$ (n_2, m).
# - Through $\mathbf{Z}^2 = \mathbf{W}^2\mathbf{A}^1 + \mathbf{b}^2\mathbf{1}_m^\top$:
#   an entry of $\mathbf{A}^1$ feeds all units, so
#   $\mathbf{dA}^1 = (\mathbf{W}^2)^\top\mathbf{dZ}^2$, (n_1, n_2) (n_2, m) -> (n_1, m).
# - Through the tanh, whose Jacobian is diagonal:
#   $\mathbf{dZ}^1 = \mathbf{dA}^1 \odot (1 - \tanh^2 \mathbf{Z}^1)$, (n_1, m).
# - At the weights: $\mathbf{dW}^1 = \mathbf{dZ}^1\mathbf{X}^\top$, (n_1, m) (m, n_0) -> (n_1, n_0),
#   and $\mathbf{db}^1 = \mathbf{dZ}^1\mathbf{1}_m$, (n_1, m) (m, 1) -> (n_1, 1).
#
# The step through the softmax may not be elementwise: each output depends on every sum of its
# sample, so the Jacobian has entries off the diagonal.
#
# The samples are summed in the last step alone: a weight or a bias serves all samples, and the
# product with $\mathbf{X}^\top$ (or $\mathbf{1}_m$) adds their paths.
# The $1/m$ is a factor of the loss. It sits in $\mathbf{dA}^2$ already and no layer adds another.
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
# ## 7 The gradient check
#
# How do you know that a gradient is right?
# Not from its shape, and, as section 11 will show, not from a falling loss.
# You compare it with slopes that know nothing of backpropagation.
#
# Move one parameter $\theta_k$ by $h$ up and by $h$ down and watch the loss:
#
# $$
# n_k = \frac{\mathcal{L}(\theta_k + h) - \mathcal{L}(\theta_k - h)}{2h}
# $$
#
# Let $a_k$ be what backpropagation says.
# How close is close enough?
# In a deep network a gradient of $10^{-6}$ is common, and then an error of $10^{-6}$ is everything.
# So the error is measured *relative* to the two numbers:
#
# $$
# e_k = \frac{|a_k - n_k|}{\max(10^{-8},\ |a_k| + |n_k|)}
# $$
#
# It lies between 0 (equal) and 1 (opposite signs, or one of them 0).
# The $10^{-8}$ is a floor for the denominator: where both numbers are as good as 0, nobody divides
# by 0.
#
# In numbers: $a = 0.003$ and $n = 0.002$ make $e = 0.001/0.005 = 0.2$.
# The absolute error, 0.001, looks harmless.
#
# **The largest, not the mean.** One wrong entry among 6570 gives $e_k = 1$ there and a mean of
# 0.00015.
# The check returns the largest $e_k$, over every entry of every $\mathbf{W}$ *and* every
# $\mathbf{b}$ of every layer.
#
# What to expect with $h = 10^{-5}$: below $10^{-6}$ for right gradients, as a rule, and above
# $10^{-3}$ for nearly every bug. In between, check again with other numbers.
#
# ### Exercise: `gradient_check`
#
# `loss` is a function of the parameters alone: `loss(params)` is a float.
# When this exercise is graded, `loss` is answered from outside your notebook, and each call takes
# a moment: call it twice for each entry, and not more often than you must.
# Leave `params` as you found it, bit for bit.
# (Why is `p += h`, then `p -= 2 * h`, then `p += h` not good enough? Try it with 0.1.)


# %% solution="gradient_check"
def gradient_check(loss, params, grads, h=1e-5):
    """Return the largest relative error of grads against central differences.

    loss(params) is a float; params is [(W, b), ...] and grads is [(dW, db), ...] of the
    same shapes. The error of an entry is abs(a - n) / max(1e-8, abs(a) + abs(n)), with a
    from grads and n = (loss at +h - loss at -h) / (2 h). Returns the largest one over all
    entries of all W and b, a float; params is the same afterwards, bit for bit. Section 7.

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
                a, n = gradient[index], (above - below) / (2 * h)
                errors.append(abs(a - n) / max(1e-8, abs(a) + abs(n)))
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
assert np.ndim(error) == 0, "the check returns one number, the largest error"
assert error < 1e-8, f"these gradients are right, your check says {error:.2g}"
for (W, b), (W_before, b_before) in zip(params, before, strict=True):
    assert np.array_equal(W, W_before), "a weight is not what it was before the check"
    assert np.array_equal(b, b_before), "a bias is not what it was before the check"
for layer in [0, 1]:
    for part, name in [(0, "W"), (1, "b")]:
        wrong = [[g.copy() for g in pair] for pair in right]
        wrong[layer][part][0, 0] *= 3
        np.testing.assert_allclose(
            gradient_check(bowl, params, wrong),
            0.5,
            rtol=1e-4,
            err_msg=f"one entry of the gradient of {name}, layer {layer + 1}, is 3 times too large",
        )
np.testing.assert_allclose(
    gradient_check(lambda p: 1e-4 * bowl(p), params, [(2e-4 * W, 4e-4 * b) for W, b in params]),
    1 / 3,
    rtol=1e-4,
    err_msg="small gradients, twice too large in b: the error is relative",
)
nothing = [(0 * W, 0 * b) for W, b in params]
assert gradient_check(lambda p: 1.0, params, nothing) == 0, "0 against 0 is no error"

# %% [markdown]
# ### Check your own backward pass
#
# More than two hundred slopes, one number. **Predict** its size before you run the cell.

# %% explore="your gradients, checked"
try:
    rng = np.random.default_rng(6)
    kinds = ["tanh", "sigmoid", "softmax"]
    params = init_params([6, 12, 8, 5], rng, "xavier")
    X, T = rng.normal(size=(6, 7)), np.eye(5)[:, rng.integers(5, size=7)]
    P, caches = model_forward(X, params, kinds)
    grads = model_backward(cross_entropy_grad(P, T), caches)
    error = gradient_check(lambda p: cross_entropy(model_forward(X, p, kinds)[0], T), params, grads)
    entries = sum(W.size + b.size for W, b in params)
    print(f"largest relative error over {entries} entries: {error:.1e}")
    print("right" if error < 1e-6 else "wrong, or unlucky: see below")
except NotImplementedError:
    print("This check waits for your model_forward, model_backward and gradient_check.")

# %% [markdown]
# ### Where a right gradient fails the check
#
# A relu has a **kink** at 0: there is no slope at the kink, and to its left and right the slopes
# differ.
# If some $Z$ is closer to 0 than the step moves it, the two losses lie on both sides of the kink.
# **Predict:** one weight $w$, one input 1, a relu, $z = w = 4\cdot 10^{-6}$, and $h = 10^{-5}$.
# The right slope is 1. What does the central difference say?

# %% explore="a kink"
w, h = 4e-6, 1e-5
n = (max(w + h, 0) - max(w - h, 0)) / (2 * h)
print(f"central difference {n:.2f}, right slope 1.00, relative error {abs(1 - n) / (1 + n):.2f}")

# %% [markdown]
# <details>
# <summary>Why, and what to do</summary>
#
# Upward the loss grows by $h$; downward only by $w$, then the relu is closed.
# The difference is $(w + h)/(2h) = 0.7$.
# This is an accident, and it goes away with other numbers. A bug stays.
# So: draw new inputs and check once more. (Or take a smooth activation where you may.)
#
# A second accident is an entry whose true gradient happens to be tiny, say $10^{-6}$.
# The loss is a float with about 16 digits, so $n_k$ itself carries an error of about
# $10^{-16}/10^{-5} = 10^{-11}$, and a relative error of $10^{-5}$ is nothing but rounding.
# The remedy is the same. A tolerance of $10^{-4}$ for the largest error is a good compromise.
#
# </details>

# %% [markdown]
# ## 8 Batches
#
# One step of gradient descent may use all samples, one sample, or a few.
# A **minibatch** of a few dozen is the custom: its gradient is a good guess of the full gradient
# and costs a fraction of it.
# For the samples in a batch $\mathcal{B}$,
#
# $$
# \frac{\partial \mathcal{L}_{\mathcal{B}}}{\partial \mathbf{W}}
# = \frac{1}{|\mathcal{B}|}\sum_{i \in \mathcal{B}} \frac{\partial \mathcal{L}_i}{\partial \mathbf{W}},
# $$
#
# where $\mathcal{L}_i$ is the loss of sample $i$.
# Mind the index $i$: texts leave it out, and then the sum has nothing to sum over.
#
# One pass over all samples is an **epoch**.
# In an epoch each sample comes exactly once, in a new random order.
#
# In numbers: seven samples and a batch size of 3. The order may be 4 0 6 2 5 1 3.
# The batches are (4, 0, 6), (2, 5, 1) and (3): the last one is smaller, and it is not thrown away.
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
# and nearly every target is wrong.
#
# </details>
#
# ### Exercise: `minibatches`


# %% solution="minibatches"
def minibatches(X, T, batch_size, rng):
    """Cut the samples into batches, in a random order.

    X is (n, m) and T is (k, m), a sample a column; batch_size is at least 1;
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
    X, T = X[:, order], T[:, order]  # (n, m), (k, m)
    # Slices of the shuffled arrays are views: no batch is copied a second time.
    return [
        (X[:, start : start + batch_size], T[:, start : start + batch_size])
        for start in range(0, m, batch_size)
    ]
    ### END SOLUTION


# %% test="minibatches" points=4
X = np.array([np.arange(23.0), np.arange(23.0) ** 2])  # (2, 23)
T = 100 + X[:1]  # (1, 23): the target of sample j is 100 + j
batches = minibatches(X, T, 5, np.random.default_rng(0))
sizes = [np.shape(X_b)[1] for X_b, T_b in batches]
assert sizes == [5, 5, 5, 5, 3], f"23 samples in fives: sizes 5, 5, 5, 5, 3; yours are {sizes}"
for X_b, T_b in batches:
    assert np.shape(X_b) == (2, np.shape(T_b)[1]), "X_b is (n, size) and T_b is (k, size)"
    assert np.array_equal(T_b, 100 + X_b[:1]), "a sample has lost its own target"
    assert np.array_equal(X_b[1], X_b[0] ** 2), "the features of a sample belong together"
seen = np.concatenate([X_b[0] for X_b, _ in batches])
assert np.array_equal(np.sort(seen), np.arange(23.0)), "every sample comes exactly once"
assert not np.array_equal(seen, np.arange(23.0)), "the samples come in a random order"
again = np.concatenate([X_b[0] for X_b, _ in minibatches(X, T, 5, np.random.default_rng(0))])
assert np.array_equal(seen, again), "the same seed gives the same order: draw from rng alone"

# %% [markdown]
# ## 9 Training
#
# Each batch takes four steps: forward, loss gradient, backward, and one step downhill:
#
# $$
# \mathbf{W}^l \leftarrow \mathbf{W}^l - \eta\,\mathbf{dW}^l, \qquad
# \mathbf{b}^l \leftarrow \mathbf{b}^l - \eta\,\mathbf{db}^l .
# $$
#
# $\eta$ is the learning rate, `lr` in code.
#
# ### What to report
#
# A curve that lies is worse than no curve. Three decisions:
#
# - **The training loss of an epoch** is the mean loss over its samples, each measured when its batch
#   came, *before* that batch's step.
#   It costs nothing, because the forward pass is done anyway.
#   The last batch may be smaller, so the batch losses are weighted by batch size.
# - **The test loss of an epoch** is measured once, after its last step, on samples that the network
#   never trained on.
# - **The parameters that were given stay as they were.** A step makes new arrays.
#   Then two runs can start from the same point.
#
# **Predict:** three batches of sizes 3, 3 and 1 have the losses 1, 1 and 8.
# What is the epoch's training loss? What would the plain mean of the three say?
#
# <details>
# <summary>Answer</summary>
#
# $(3\cdot 1 + 3\cdot 1 + 1\cdot 8)/7 = 2$. The plain mean says $10/3 \approx 3.3$: it lets one sample
# speak as loudly as three.
#
# </details>
#
# ### Bug hunt 1: a training loop from the web
#
# The following loop has the faults of one that you can find on the web.
# Samples are columns, `T` is (n, m), and the loss is the mean over all entries.
# Find four faults. For each, say how you would notice it: at once, late, or never?
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
#         net.step(net.backward(2 * (P - T_b) / T_b.shape[0]), lr)
#     test_loss = mean_sqare(net.forward(X_test), T_test)
#     print(epoch, "train", batch_losses[-1], "test", test_loss)
# ```
#
# <details>
# <summary>Answer</summary>
#
# 1. `T[pick]` takes rows where samples are columns. You notice at once, by an IndexError.
#    Unless `T` is a flat array of shape (m,): then `T[pick]` has shape (size,), and `P - T_b`
#    broadcasts.
# 2. `T_b.shape[0]` divides by the number of outputs alone. The loss is a mean over all entries, so
#    the gradient is `size` times too large. You never notice: with a smaller `lr` all is well.
#    But two batch sizes can no longer be compared, and no gradient check passes.
# 3. `mean_sqare` is a misspelling. You notice after a whole epoch, when the loop stops with a
#    NameError before it has finished a single one. Try the whole loop on ten samples first.
# 4. `batch_losses[-1]` is the loss of the last batch, perhaps of one sample, printed as if it were
#    the loss of the epoch. You never notice, except that the curve is jagged.
#
# </details>
#
# ### Exercise: `train`
#
# `loss` is `"mse"` or `"cross_entropy"`.


# %% solution="train"
def train(params, X, T, X_test, T_test, kinds, loss, lr, epochs, batch_size, rng):
    """Train a network by gradient descent in minibatches.

    params is [(W, b), ...] and stays unchanged; kinds has one name a layer.
    X is (n_0, m), T is (n_L, m), and X_test, T_test alike; loss is "mse" or "cross_entropy".
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
params, history = train(start, X, T, X_test, T_test, kinds, "mse", 0.0, 2, 3, rng)
assert sorted(history) == ["test_loss", "train_loss"], "history has train_loss and test_loss"
assert len(history["train_loss"]) == len(history["test_loss"]) == 2, "one entry an epoch in each"
np.testing.assert_allclose(
    history["train_loss"],
    [mse(model_forward(X, start, kinds)[0], T)] * 2,
    err_msg="lr = 0, batches of 3, 3 and 1: weighted by size, their losses give the loss of all 7",
)
np.testing.assert_allclose(
    history["test_loss"],
    [mse(model_forward(X_test, start, kinds)[0], T_test)] * 2,
    err_msg="lr = 0: the test loss is the loss on X_test and T_test",
)

# One batch, one step: the order of the samples cannot matter.
params, history = train(start, X, T, X_test, T_test, kinds, "mse", 0.1, 1, 7, rng)
P, caches = model_forward(X, start, kinds)
(dW1, db1), _ = model_backward(mse_grad(P, T), caches)
np.testing.assert_allclose(params[0][0], kept[0][0] - 0.1 * dW1, err_msg="W1 after one step")
np.testing.assert_allclose(params[0][1], kept[0][1] - 0.1 * db1, err_msg="b1 after one step")
np.testing.assert_allclose(
    history["train_loss"], [mse(P, T)], err_msg="a batch's loss is taken before its step"
)
np.testing.assert_allclose(
    history["test_loss"],
    [mse(model_forward(X_test, params, kinds)[0], T_test)],
    err_msg="the test loss is taken after the epoch's last step",
)
for (W, b), (W_kept, b_kept) in zip(start, kept, strict=True):
    assert np.array_equal(W, W_kept), "the given params were changed in place"
    assert np.array_equal(b, b_kept), "the given params were changed in place"

# Cross-entropy, several batches, a new shuffle each epoch: the loss must fall.
T = np.eye(3)[:, [0, 1, 2, 0, 1, 2, 0]]
_, history = train(start, X, T, X, T, ["tanh", "softmax"], "cross_entropy", 0.5, 60, 2, rng)
assert history["train_loss"][-1] < 0.5 * history["train_loss"][0], (
    "after 60 epochs the loss has halved"
)

# %% [markdown]
# ## 10 Real data
#
# From here on the cells take seconds. They show a progress bar.
# To stop one early, press the square button (Interrupt): what was trained so far is kept.
# These cells are skipped when your notebook is graded.

# %% explore="training with a progress bar"
import matplotlib.pyplot as plt
from tqdm.auto import tqdm


def train_with_progress(
    name, params, X, T, X_test, T_test, kinds, loss, lr, epochs, batch_size, rng
):
    """Call your train for one epoch at a time: so a bar can move and an interrupt loses little."""
    history = {"train_loss": [], "test_loss": []}
    try:
        for _ in tqdm(range(epochs), desc=name, unit="epoch"):
            params, once = train(params, X, T, X_test, T_test, kinds, loss, lr, 1, batch_size, rng)
            for part in history:
                history[part] += once[part]
    except KeyboardInterrupt:
        print(f"stopped after {len(history['train_loss'])} epochs")
    return params, history


def plot_history(history, title):
    """Plot training and test loss over the epochs."""
    epochs = np.arange(1, len(history["train_loss"]) + 1)
    fig, ax = plt.subplots(figsize=(6, 3.2), layout="constrained")
    ax.semilogy(epochs, history["train_loss"], color="tab:blue", label="training loss")
    ax.semilogy(epochs, history["test_loss"], "--", color="tab:orange", label="test loss")
    ax.set_xlabel("epoch")
    ax.set_ylabel("loss")
    ax.set_title(title)
    ax.legend()
    plt.show()


# %% [markdown]
# ### Handwritten digits
#
# 1347 training images and 450 test images of 8 by 8 pixels, ten classes.
# The network is 64-64-32-10 with two relu layers and a softmax.
#
# **Predict:** what is the loss before training, if the network gives every class about one tenth?
# And which of the two curves will be lower in the end?

# %% explore="train on digits"
from byhand.datasets import digits

digits_data = digits()
print(digits_data)
try:
    rng = np.random.default_rng(0)
    digits_kinds = ["relu", "relu", "softmax"]
    digits_params, history = train_with_progress(
        "digits",
        init_params([64, 64, 32, 10], rng, "he"),
        digits_data.X_train,
        digits_data.T_train,
        digits_data.X_test,
        digits_data.T_test,
        digits_kinds,
        "cross_entropy",
        lr=0.1,
        epochs=30,
        batch_size=25,
        rng=rng,
    )
    digits_P, _ = model_forward(digits_data.X_test, digits_params, digits_kinds)  # (10, 450)
    hits = digits_P.argmax(axis=0) == digits_data.labels_test
    print(f"test accuracy {hits.mean():.3f}: {(~hits).sum()} of {hits.size} images are wrong")
    plot_history(history, "digits, 64-64-32-10")
except NotImplementedError:
    print("This training waits for your functions of sections 3 to 9.")

# %% [markdown]
# **What to expect.** The training loss falls from about 1.6 in the first epoch to about 0.02.
# The test loss falls to about 0.07 and flattens there.
# Test accuracy comes out between 0.97 and 0.985, depending on the seed.
# Below 0.95, look for a bug.
#
# **Try it:** change `batch_size` to 32 and run the cell a few times with other seeds.
# $1347 = 42\cdot 32 + 3$, so the last batch of each epoch has only three samples, and its step is as
# long as any other's.
# In one of our runs such a step took the test accuracy from 0.98 to 0.21, for a moment.
# With batches of 25 the last one has 22.
#
# <details>
# <summary>The predictions</summary>
#
# A tenth for each class gives $-\ln 0.1 \approx 2.3$.
# The training loss ends lower: the network has seen these images thirty times.
# A test loss that flattens, or rises, while the training loss falls is called overfitting.
#
# </details>

# %% explore="which digits are wrong"
try:
    wrong = np.flatnonzero(~hits)[:8]
    fig, axes = plt.subplots(1, 8, figsize=(9, 1.7), layout="constrained")
    for ax in axes:
        ax.axis("off")
    for ax, j in zip(axes, wrong, strict=False):
        ax.imshow(digits_data.X_test[:, j].reshape(8, 8), cmap="gray_r")
        ax.set_title(f"is {digits_data.labels_test[j]}\nsays {digits_P[:, j].argmax()}", fontsize=9)
    plt.show()
except NameError:
    print("Run the training cell above first.")

# %% [markdown]
# ### Breast cancer
#
# 427 training and 142 test samples, 30 measurements of cells in each, two answers.
# One output with a sigmoid says how likely the tumour is malignant.
# Here we take the mean squared error, to use it once.
# (With one output it is twice the L2 loss of lesson 02.)

# %% explore="train on breast cancer"
from byhand.datasets import breast_cancer

data = breast_cancer()
print(data)
try:
    rng = np.random.default_rng(0)
    cancer_kinds = ["tanh", "sigmoid"]
    cancer_params, history = train_with_progress(
        "breast cancer",
        init_params([30, 16, 1], rng, "xavier"),
        data.X_train,
        data.T_train[1:],
        data.X_test,
        data.T_test[1:],
        cancer_kinds,
        "mse",
        lr=0.3,
        epochs=60,
        batch_size=32,
        rng=rng,
    )
    P, _ = model_forward(data.X_test, cancer_params, cancer_kinds)  # (1, 142)
    says, truth = P[0] > 0.5, data.labels_test == 1
    print(f"test accuracy {(says == truth).mean():.3f}")
    print(f"malignant and missed: {(truth & ~says).sum()} of {truth.sum()}")
    print(f"benign and alarmed:   {(~truth & says).sum()} of {(~truth).sum()}")
    plot_history(history, "breast cancer, 30-16-1")
except NotImplementedError:
    print("This training waits for your functions of sections 3 to 9.")

# %% [markdown]
# **What to expect.** The training loss falls from about 0.1 to 0.01, the test loss to a little above
# 0.02, where it stays or rises slowly.
# Test accuracy is about 0.965 or 0.972: four or five samples of 142 are wrong, and which ones hardly
# depends on the seed.
# Below 0.95, look for a bug.
#
# Accuracy hides something here: a missed tumour and a false alarm count the same.
# Look at both numbers, and never use an exercise like this one on people.

# %% [markdown]
# ### MNIST, if you have it
#
# The same code trains on the 60000 images of MNIST.
# If you have its four files (`train-images-idx3-ubyte` and the others, packed or not), put the name
# of their folder into the cell. Nothing is downloaded.

# %% explore="train on MNIST"
from pathlib import Path

from byhand.datasets import DataError, mnist

mnist_folder = ""  # for example "~/mnist"

try:
    if not mnist_folder:
        print("Put the folder with your MNIST files into mnist_folder. Without them, go on.")
    else:
        data = mnist(Path(mnist_folder).expanduser())
        print(data)
        rng = np.random.default_rng(0)
        params, history = train_with_progress(
            "MNIST",
            init_params([784, 100, 10], rng, "he"),
            data.X_train,
            data.T_train,
            data.X_test,
            data.T_test,
            ["relu", "softmax"],
            "cross_entropy",
            lr=0.2,
            epochs=5,
            batch_size=64,
            rng=rng,
        )
        P, _ = model_forward(data.X_test, params, ["relu", "softmax"])
        print(f"test accuracy {(P.argmax(axis=0) == data.labels_test).mean():.3f}")
        plot_history(history, "MNIST, 784-100-10")
except DataError as problem:
    print(problem)
except NotImplementedError:
    print("This training waits for your functions of sections 3 to 9.")

# %% [markdown]
# ## 11 Bug hunt 2: it trains, so it is right?
#
# **Easy to believe and false: "the loss falls, so the gradients are right."**
#
# Below is a backward pass cut into four rules: through the activation (`dZ`), at the weights (`dW`),
# at the biases (`db`), and down to the layer below (`dA`).
# Eleven suspects each replace one or two of the rules. L replaces none: it is right.
# Read them; every line is short.


# %% explore="the suspects"
def through_activation(dA, Z, kind):
    """Return dZ (n, m), as it should be."""
    if kind == "softmax":
        return softmax_vjp(softmax(Z), dA)
    return dA * activation_prime(Z, kind)


rules = {
    "dZ": through_activation,  # (n_out, m)
    "dW": lambda dZ, A_prev: dZ @ A_prev.T,  # (n_out, m) (m, n_in) -> (n_out, n_in)
    "db": lambda dZ: dZ.sum(axis=1, keepdims=True),  # (n_out, m) -> (n_out, 1)
    "dA": lambda dZ, W: W.T @ dZ,  # (n_in, n_out) (n_out, m) -> (n_in, m)
}


def backward_with(**changed):
    """Return a backward pass in which some of the four rules are changed."""
    rule = {**rules, **changed}

    def backward(dA, caches):
        grads = []
        for A_prev, W, Z, kind in reversed(caches):
            dZ = rule["dZ"](dA, Z, kind)
            grads.append((rule["dW"](dZ, A_prev), rule["db"](dZ)))
            dA = rule["dA"](dZ, W)
        return grads[::-1]

    return backward


def slope_at_the_output(dA, Z, kind):
    """phi' is taken at A = phi(Z) instead of Z."""
    at = Z if kind == "softmax" else activation(Z, kind)
    return through_activation(dA, at, kind)


def elementwise_softmax(dA, Z, kind):
    """The softmax is treated like a sigmoid: S (1 - S)."""
    S = softmax(Z)
    return dA * S * (1 - S) if kind == "softmax" else through_activation(dA, Z, kind)


def random_way_back(dZ, W):
    """Instead of W.T, a random matrix that has nothing to do with W; always the same one."""
    R = np.random.default_rng(W.shape).normal(size=W.T.shape)
    return R @ dZ / np.sqrt(W.shape[1])  # (n_in, n_out) (n_out, m) -> (n_in, m)


suspects = {
    "A  the biases never learn": backward_with(db=lambda dZ: np.zeros((len(dZ), 1))),
    "B  db is a mean": backward_with(db=lambda dZ: dZ.mean(axis=1, keepdims=True)),
    "C  phi' taken at A": backward_with(dZ=slope_at_the_output),
    "D  no phi' at all": backward_with(
        dZ=lambda dA, Z, kind: through_activation(dA, Z, kind) if kind == "softmax" else dA
    ),
    "E  W for W.T where it fits": backward_with(
        dA=lambda dZ, W: (W if W.shape[0] == W.shape[1] else W.T) @ dZ
    ),
    "F  random matrix for W.T": backward_with(dA=random_way_back),
    "G  only the signs of W.T": backward_with(dA=lambda dZ, W: np.sign(W.T) @ dZ),
    "H  last sample forgotten": backward_with(dW=lambda dZ, A_prev: dZ[:, :-1] @ A_prev[:, :-1].T),
    "I  softmax elementwise": backward_with(dZ=elementwise_softmax),
    "J  1/m twice": backward_with(
        dW=lambda dZ, A_prev: dZ @ A_prev.T / dZ.shape[1],
        db=lambda dZ: dZ.mean(axis=1, keepdims=True),
    ),
    "K  only the last layer learns": backward_with(dA=lambda dZ, W: 0 * (W.T @ dZ)),
    "L  right": backward_with(),
}

# %% [markdown]
# Each of them will train the same network, 64-32-32-10 with a tanh, a relu and a softmax, on the
# digits, from the same first weights.
# The right one reaches a test accuracy of about 0.97. Guessing would reach 0.1.
#
# **Predict** now, for each suspect: will its test accuracy be near 0.97, clearly lower, or near
# 0.1?
# And which ones will a gradient check find?
# Write your guesses down before you run the next cell but one.

# %% explore="your predictions"
my_guess = {  # a test accuracy for each letter
    "A": None,
    "B": None,
    "C": None,
    "D": None,
    "E": None,
    "F": None,
    "G": None,
    "H": None,
    "I": None,
    "J": None,
    "K": None,
    "L": None,
}

# %% explore="the line-up"
from byhand.datasets import digits
from tqdm.auto import tqdm

line_up = {}  # name: (final training loss, test accuracy, gradient check)


def train_suspect(backward, data, epochs=20, lr=0.15):
    """Train 64-32-32-10 with a given backward pass; return final training loss and accuracy."""
    rng = np.random.default_rng(0)
    kinds = ["tanh", "relu", "softmax"]
    params = init_params([64, 32, 32, 10], rng, "he")
    for _ in range(epochs):
        total = 0.0
        for X_b, T_b in minibatches(data.X_train, data.T_train, 25, rng):
            P, caches = model_forward(X_b, params, kinds)
            total += cross_entropy(P, T_b) * X_b.shape[1]
            grads = backward(cross_entropy_grad(P, T_b), caches)
            params = [
                (W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads, strict=True)
            ]
    P, _ = model_forward(data.X_test, params, kinds)
    accuracy = (P.argmax(axis=0) == data.labels_test).mean()
    return total / data.X_train.shape[1], accuracy


def check_suspect(backward):
    """Return your gradient_check's verdict on a given backward pass, on a small network."""
    rng = np.random.default_rng(3)
    kinds = ["tanh", "relu", "softmax"]
    params = init_params([4, 5, 5, 3], rng, "he")
    X, T = rng.normal(size=(4, 6)), np.eye(3)[:, rng.integers(3, size=6)]
    P, caches = model_forward(X, params, kinds)
    grads = backward(cross_entropy_grad(P, T), caches)
    return gradient_check(lambda p: cross_entropy(model_forward(X, p, kinds)[0], T), params, grads)


try:
    data = digits()
    for name, backward in tqdm(suspects.items(), unit="suspect"):
        line_up[name] = (*train_suspect(backward, data), check_suspect(backward))
except KeyboardInterrupt:
    print(f"stopped after {len(line_up)} suspects")
except NotImplementedError:
    print("The line-up waits for your functions of sections 3 to 9.")

if line_up:
    print(" " * 33 + "training loss  test accuracy  your guess  gradient check")
for name, (final_loss, accuracy, error) in line_up.items():
    guess = my_guess[name[0]]
    guess = "-" if guess is None else f"{guess:.2f}"
    print(f"{name:32}{final_loss:14.3f}{accuracy:15.3f}{guess:>12}{error:16.0e}")

# %% [markdown]
# The next figure moves, by mouse and by keyboard, and says below in words what it shows.
# On its first page choose a suspect: it trains beside your own `model_backward`, from the same
# first weights, with loss, accuracy and gradient check side by side.
# Its second page, *size by depth*, belongs to the end of this section.

# %% explore="figure"
from byhand.figures.zoo import show

show(globals())

# %% [markdown]
# In words: on the left two loss curves, the suspect's and yours, which often lie on top of each
# other; in the middle two bars of accuracy, often of one height; on the right the gradient check,
# where your bar stays below the dotted line at $10^{-6}$ by orders of magnitude and the suspect's
# never does, unless the suspect is L.
# In the table of the line-up nine of the twelve suspects, L among them, reach an accuracy of 0.94
# or more, J and K stay between 0.8 and 0.9, and only I is at 0.1.
# In its column of the gradient check eleven numbers are 0.7 or 1. One is tiny: that of L.
#
# <details>
# <summary>Say why</summary>
#
# A step helps if its angle to the true gradient is below 90 degrees. It need not be the gradient.
#
# - A and B: biases are few, and the weights can do most of their work.
# - C and D: $\phi'$ is never negative. Leaving it out, or taking it elsewhere, changes the size of
#   entries and rarely a sign.
# - E and F: the layers *above* adapt until the wrong way back is a useful one.
#   For F this is known as feedback alignment.
# - G: the signs carry most of the direction. The signal is larger, so its steps are longer, and
#   its training loss may even be lower than that of L.
# - H: 24 of 25 samples still say where downhill is.
# - J: the right direction with a 25 times smaller learning rate. A larger `lr` would hide it.
# - K: random features below, one trained layer on top. This reaches further than one should think.
# - I is the only one that fails outright: it pushes the right class up, and nothing pushes the
#   others down.
#
# So what is the harm? A result that could be better and nobody knows, and every comparison of
# learning rates, batch sizes or optimisers compares something else than you think.
# The gradient check tells all of them from L, on a network of a few dozen weights, in milliseconds.
#
# </details>

# %% [markdown]
# ### The size of the signal by depth
#
# A gradient can be right and useless.
# Ten layers of 50 units, one backward pass from a random $\mathbf{dA}^L$, before any training.
# **Predict:** with which activation and which scheme does $\mathbf{dW}$ keep its size from the last
# layer down to the first, and with which does it fade?

# %% explore="gradient sizes by depth"
import matplotlib.pyplot as plt

try:
    fig, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
    styles = {"sigmoid": "-o", "tanh": "--s", "relu": "-.^"}
    for kind, style in styles.items():
        for scheme, colour in [("he", "tab:blue"), ("xavier", "tab:orange")]:
            rng = np.random.default_rng(0)
            params = init_params([50] * 11, rng, scheme)
            P, caches = model_forward(rng.normal(size=(50, 100)), params, [kind] * 10)
            grads = model_backward(rng.normal(size=P.shape), caches)
            sizes = [np.sqrt(np.mean(dW**2)) for dW, _ in grads]
            ax.semilogy(range(1, 11), sizes, style, color=colour, label=f"{kind}, {scheme}")
    ax.set_xlabel("layer")
    ax.set_ylabel("typical size of an entry of dW")
    ax.legend(ncols=3, fontsize=8)
    plt.show()
except NotImplementedError:
    print("This picture waits for your init_params, model_forward and model_backward.")

# %% [markdown]
# In words: from layer 10 on the right to layer 1 on the left, both sigmoid lines fall by a factor of
# ten thousand or more. The tanh and relu lines are nearly level, tanh with he rising a little towards
# layer 1, and relu with xavier level at about a twentieth of the size of relu with he.
#
# <details>
# <summary>Say why</summary>
#
# The slope of a sigmoid is at most 1/4, and the way back multiplies by it once a layer:
# ten layers make $4^{-10} \approx 10^{-6}$, and he's larger weights make up for a part of it.
# The slope of tanh is near 1 where its sums are small, and xavier keeps them so.
# A relu passes half of the signal at full strength, and the 2 in $2/n_{in}$ makes up for the other
# half. Xavier in a square layer has half of that variance: the signal fades on the way forward
# *and* on the way back, and their product in $\mathbf{dW}$ is small in every layer.
#
# </details>

# %% [markdown]
# ## 12 Write the checker
#
# Somebody hands you a backward pass that you cannot read. Is it right?
#
# `backward(dA, caches)` takes what your `model_backward` takes and should return what it returns.
# You choose the numbers; `dims` and `kinds` say which network to try it on.
# Say `True` if it is right and `False` if it is not, or if it raises an exception.
#
# **A loss for any network.** You need a loss whose gradient by $\mathbf{A}^L$ you know.
# Any will do. The simplest takes a random $\mathbf{R}$ (n_L, m):
#
# $$
# \mathcal{L}(\theta) = \sum_{j,i} R_{ji}\, A^L_{ji}(\theta), \qquad
# \frac{\partial \mathcal{L}}{\partial \mathbf{A}^L} = \mathbf{R} .
# $$
#
# So hand $\mathbf{R}$ to `backward` as `dA` and compare with central differences of
# $\mathcal{L}$.
#
# **What a careful checker thinks of**
#
# - A bug may sit in one layer, or in the biases alone.
# - A bug may show with a batch of one and never else, or the other way round. Try at least a batch
#   of one and a batch of several.
# - A result of the wrong shape is wrong, also where it would broadcast. So is NaN, and NaN is neither
#   larger nor smaller than your tolerance.
# - A right backward pass may add in another order than yours, and central differences carry rounding
#   of their own. A tolerance of $10^{-4}$ in your gradient check separates well; $10^{-6}$ rejects a
#   right one now and then.
# - A kink is an accident. An accident goes away with new numbers, a bug does not.
#
# When this exercise is graded, `backward` is answered from outside your notebook, so its code cannot
# be read there, and each call takes a moment: call it a few times, not a thousand times.
# The networks are small, at most five units wide.
# Your checker is tried on right implementations that look different, and on planted bugs that are
# not in section 11.
#
# ### Exercise: `check_backward`


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
        R = rng.normal(size=P.shape)  # (n_L, m): the gradient of sum(R * P) by P
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


# %% test="check_backward" points=5
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
for wrong in [no_biases, first_layer_twice, stumbles, flat_biases, not_a_number]:
    verdict = check_backward(wrong, [3, 4, 2], ["tanh", "sigmoid"], np.random.default_rng(7))
    assert not verdict, f"your checker lets {wrong.__name__} pass: {wrong.__doc__}"

# %% explore="your checker and the suspects"
# Now your checker meets the suspects of section 11.  Which networks unmask them?
try:
    for name, backward in suspects.items():
        verdicts = [
            check_backward(
                backward, [4, 5, 5, 3], ["tanh", "relu", "softmax"], np.random.default_rng(1)
            ),
            check_backward(backward, [4, 3, 2], ["linear", "linear"], np.random.default_rng(1)),
        ]
        words = ["right" if verdict else "wrong" for verdict in verdicts]
        print(f"{name:32} square and softmax: {words[0]}   rectangular and linear: {words[1]}")
except NameError:
    print("Run the cell with the suspects first.")
except NotImplementedError:
    print("This comparison waits for your check_backward.")

# %% [markdown]
# A checker can only find what its network contains.
# On a linear, rectangular network the suspects C, D, E and I do nothing wrong: there is no
# $\phi'$, no square layer and no softmax.
# Whoever tests must choose sizes and kinds that let a bug show.

# %% [markdown]
# ## Summary
#
# | step | code | shapes |
# |---|---|---|
# | forward | `A_L, caches = model_forward(X, params, kinds)` | (n_0, m) -> (n_L, m) |
# | loss gradient | `dA = mse_grad(A_L, T)` or `cross_entropy_grad(A_L, T)` | (n_L, m) |
# | backward | `grads = model_backward(dA, caches)` | like `params` |
# | step | `W - lr * dW`, `b - lr * db` | like `params` |
#
# - The backward pass walks the caches in reverse. Each layer takes `dA`, makes `dZ`, leaves `dW` and
#   `db` behind and hands the next `dA` down.
# - Elementwise activations multiply by $\phi'(\mathbf{Z})$. A softmax needs its
#   vector-Jacobian product.
# - The mean over samples (and outputs) stands in the loss, once.
# - Weights begin random, with a spread that fits the widths. Equal weights stay equal.
# - A gradient check takes the *largest relative* error over *all* entries.
# - A falling loss proves little. A gradient check on a small network with equal and unequal widths,
#   a batch of one and a batch of several proves much.
#
# **Lesson 05 uses** `init_params`, `model_forward` (with its `activation`), `mse`, `mse_grad`,
# `model_backward` and `minibatches`. It replaces the one line of `train` that takes the step.
#
# ## Further reading
#
# - Xavier Glorot, Yoshua Bengio, "Understanding the difficulty of training deep feedforward neural
#   networks", AISTATS (2010): the compromise of section 3, and gradient sizes by depth.
# - Kaiming He and others, "Delving deep into rectifiers" (2015),
#   [arXiv:1502.01852](https://arxiv.org/abs/1502.01852): the 2 in $2/n_{in}$.
# - Timothy Lillicrap and others, "Random synaptic feedback weights support error backpropagation for
#   deep learning", *Nature Communications* 7 (2016),
#   [doi:10.1038/ncomms13276](https://doi.org/10.1038/ncomms13276): suspect F, on purpose.
# - Qianli Liao, Joel Leibo, Tomaso Poggio, "How important is weight symmetry in backpropagation?"
#   (2016), [arXiv:1510.05067](https://arxiv.org/abs/1510.05067): suspect G, on purpose.
# - Andreas Griewank, Andrea Walther, *Evaluating Derivatives* (2nd edition, 2008): why the way back
#   costs a small multiple of the way forward, whatever the program.
# - Yann LeCun, Léon Bottou, Genevieve Orr, Klaus-Robert Müller, "Efficient BackProp" (1998): batches,
#   shuffling and first weights, still worth reading.

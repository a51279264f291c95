# %% [markdown]
# # 03 The dense layer
#
# A dense layer is one matrix product, one bias and one activation.
# Most of backpropagation happens here: this layer holds the weights.
#
# **After this lesson you will be able to**
#
# - push a gradient back through $\mathbf{Z} = \mathbf{W}\mathbf{A} + \mathbf{b}$,
#   by index and by matrix;
# - say why each transpose, each sum and each elementwise product stands where it stands;
# - compute the delta of an output layer and of a hidden layer;
# - read a derivation that uses another convention and translate it into yours;
# - build a layer as an object that runs forward, runs backward and learns.
#
# **You need** lesson 01 (every path adds its product) and lesson 02
# (`sigmoid`, `activation_prime`, the L2 loss, the softmax and its Jacobian).
#
# **Time:** about 90 minutes.
# A pencil helps: all numbers of the worked example are small integers.

# %% setup="imports"
import numpy as np
from earlier import activation_prime, l2_grad, l2_loss, sigmoid, softmax, softmax_jacobian

from byhand.gradcheck import check_gradient


def activation(Z, kind):
    """Return phi(Z), entry by entry, for kind linear, relu, sigmoid or tanh."""
    if kind == "linear":
        return Z
    if kind == "relu":
        return np.maximum(Z, 0.0)
    if kind == "sigmoid":
        return sigmoid(Z)
    if kind == "tanh":
        return np.tanh(Z)
    raise ValueError(f"kind must be linear, relu, sigmoid or tanh, found {kind!r}")


# %% [markdown]
# `activation_prime`, `sigmoid` and the others come from `earlier.py`, which lies beside this
# notebook.
# It holds solutions of lesson 02, so look at it only after you have solved that lesson.
# Better still, paste your own functions into a new cell below the imports: they will work.
# `activation` is new and given.
# `check_gradient` compares a gradient with central differences, as your
# `numerical_gradient` of lesson 01 did, and says where the two differ.

# %% [markdown]
# ## Three questions on lesson 02
#
# 1. A softmax puts out $\mathbf{s} = (0.5,\ 0.3,\ 0.2)$.
#    What are the entries $J_{11}$ and $J_{12}$ of its Jacobian, and what does row 1 sum to?
# 2. The Jacobian of a sigmoid that acts on a vector is diagonal. Why?
# 3. The L2 loss is a mean over $m$ samples. Where does the $1/m$ show up in `l2_grad`?
#    Must a layer further back divide by $m$ again?
#
# <details>
# <summary>Answers</summary>
#
# 1. $J_{11} = 0.5\,(1 - 0.5) = 0.25$ and $J_{12} = -0.5 \cdot 0.3 = -0.15$.
#    With $J_{13} = -0.10$ the row sums to 0: adding the same number to every logit
#    changes nothing.
# 2. Output $i$ depends on input $i$ alone, so $\partial a_i / \partial z_j = 0$ for $i \neq j$.
# 3. It is a factor of the gradient: $(\mathbf{X} - \mathbf{T})/m$.
#    No: everything further back inherits this factor through the chain rule.
#
# </details>

# %% [markdown]
# ## 1 The picture
#
# Samples are columns.
# The layer has `n_in` inputs and `n_out` units, and a batch has `m` samples.
#
# | name | shape | what it is |
# |---|---|---|
# | `A` | (n_in, m) | what comes in, a column for each sample |
# | `W` | (n_out, n_in) | a row of weights for each unit |
# | `b` | (n_out, 1) | a bias for each unit |
# | `Z` | (n_out, m) | the weighted sums, `W @ A + b` |
# | `A_out` | (n_out, m) | what goes out, $\phi(\mathbf{Z})$, entry by entry |
#
# Backward, `dZ` is short for $\partial L / \partial \mathbf{Z}$, where $L$ is the loss,
# one number.
# `dW`, `db` and `dA` are meant in the same way.
# **A gradient has the shape of what it is the gradient of.**
# So you know the shape of every answer in this lesson before you know the answer.

# %% explore="picture of the layer"
from byhand.plots import shapes_diagram

shapes_diagram(n_in=3, n_out=2, m=5, backward=False)

# %% [markdown]
# In words: `A` (n_in, m) meets `W` (n_out, n_in) and `b` (n_out, 1) and becomes `Z` (n_out, m),
# which the activation then turns into `A_out` (n_out, m).
#
# The way back runs along the same arrows, turned round.
# `dA_out` (n_out, m) passes the activation and becomes `dZ` (n_out, m).
# From `dZ` three arrows leave: `dW` (n_out, n_in) and `db` (n_out, 1) stay in the layer, and
# `dA` (n_in, m) goes on to the layer before.
# **Before you read on, sketch the way back beneath the picture, with a shape on every arrow.**
# The summary has the whole picture.

# %% [markdown]
# ## 2 A layer with a pencil
#
# Three inputs, two units, two samples, and a relu.
#
# $$
# \mathbf{W} = \begin{pmatrix} 2 & 1 & 0 \\ 1 & -2 & 1 \end{pmatrix},\quad
# \mathbf{A} = \begin{pmatrix} 1 & 1 \\ 2 & 0 \\ 0 & 2 \end{pmatrix},\quad
# \mathbf{b} = \begin{pmatrix} -1 \\ 1 \end{pmatrix},\quad
# \mathbf{T} = \begin{pmatrix} 1 & 5 \\ 4 & 2 \end{pmatrix}
# $$
#
# The first unit sees the first sample $(1, 2, 0)$ and adds up
# $2\cdot 1 + 1\cdot 2 + 0\cdot 0 - 1 = 3$.
# **Fill the gap:** the second unit sees the second sample $(1, 0, 2)$ and adds up
# $1\cdot\_\_ \;-\; 2\cdot\_\_ \;+\; 1\cdot\_\_ \;+\; 1 = \_\_$.
#
# <details>
# <summary>Answer</summary>
#
# $1\cdot 1 - 2\cdot 0 + 1\cdot 2 + 1 = 4$.
#
# </details>
#
# All four sums, and what the relu lets through:
#
# $$
# \mathbf{Z} = \begin{pmatrix} 3 & 1 \\ -2 & 4 \end{pmatrix},\qquad
# \mathbf{A}_{\text{out}} = \begin{pmatrix} 3 & 1 \\ 0 & 4 \end{pmatrix}
# $$
#
# The targets are $\mathbf{T}$, and the loss is the L2 loss of lesson 02, a mean over
# $m = 2$ samples:
#
# $$
# L = \frac{1}{2}\cdot\frac{1}{2}\left(2^2 + (-4)^2 + (-4)^2 + 2^2\right) = \frac{40}{4} = 10 .
# $$
#
# Now turn one screw: $W_{11}$ from 2 to 2.01.
# Then $Z_{11}$ becomes 3.01 and $Z_{12}$ becomes 1.01, the loss becomes 9.99005, and
#
# $$
# \frac{9.99005 - 10}{0.01} = -0.995 \approx -1 .
# $$
#
# So $\partial L / \partial W_{11}$ is about $-1$.
# The layer has six weights and two biases.
# Turning eight screws, one at a time, costs eight more forward passes.
# At the end of this lesson one sweep backward gives you all eight, exactly.

# %% setup="pencil"
# The numbers of the worked example, for you and for the tests below.
W_pencil = np.array([[2.0, 1.0, 0.0], [1.0, -2.0, 1.0]])  # (n_out, n_in) = (2, 3)
A_pencil = np.array([[1.0, 1.0], [2.0, 0.0], [0.0, 2.0]])  # (n_in, m) = (3, 2)
b_pencil = np.array([[-1.0], [1.0]])  # (n_out, 1) = (2, 1)
Z_pencil = np.array([[3.0, 1.0], [-2.0, 4.0]])  # (n_out, m) = (2, 2)
T_pencil = np.array([[1.0, 5.0], [4.0, 2.0]])  # (n_out, m) = (2, 2)

# %% [markdown]
# ## 3 Forward
#
# What you just did, as a formula.
# Let $j = 1 \dots n_{\text{out}}$ count the units, $k = 1 \dots n_{\text{in}}$ the inputs and
# $c = 1 \dots m$ the samples.
#
# $$
# Z_{jc} = \sum_{k} W_{jk}\, A_{kc} + b_j
# $$
#
# Read $W_{jk}$ as *to unit $j$, from input $k$*.
# The summed index $k$ stands second in $W_{jk}$ and first in $A_{kc}$.
# This is the definition of a matrix product, so the sum needs no loop:
#
# $$
# \mathbf{Z} = \mathbf{W}\mathbf{A} + \mathbf{b}\,\mathbf{1}_m^\top,
# \qquad (n_{\text{out}}, n_{\text{in}})\,(n_{\text{in}}, m) + (n_{\text{out}}, 1)\,(1, m) \to (n_{\text{out}}, m)
# $$
#
# $\mathbf{1}_m$ is a column of $m$ ones: it writes the same bias into every sample's column.
# NumPy does this by broadcasting, *if* `b` has shape (n_out, 1).
#
# The way back will need two of these arrays again.
# The slope of $Z_{jc}$ as $W_{jk}$ moves is $A_{kc}$, and its slope as $A_{kc}$ moves is
# $W_{jk}$.
# So the forward pass keeps both in a **cache**.
#
# ### Exercise: `dense_forward`

# %% solution="dense_forward"
def dense_forward(A, W, b):
    """Return the weighted sums of a dense layer, and what its way back needs.

    A is (n_in, m), W is (n_out, n_in), b is (n_out, 1).
    Returns (Z, cache): Z = W A + b is (n_out, m), and cache is the tuple (A, W).
    Section 3.

    >>> Z, cache = dense_forward(np.array([[1.0], [2.0]]), np.array([[3.0, 4.0]]), np.array([[5.0]]))
    >>> Z
    array([[16.]])
    """
    ### BEGIN SOLUTION
    Z = W @ A + b  # (n_out, n_in) (n_in, m) + (n_out, 1) -> (n_out, m)
    return Z, (A, W)
    ### END SOLUTION


# %% test="dense_forward" points=3
Z, cache = dense_forward(A_pencil, W_pencil, b_pencil)
assert np.shape(Z) == (2, 2), f"Z is (n_out, m) = (2, 2); yours is {np.shape(Z)}"
np.testing.assert_allclose(Z, Z_pencil, err_msg="compare with the four sums of section 2")
assert len(cache) == 2, "the cache holds two arrays, A and W"
assert np.array_equal(cache[0], A_pencil), "the first array of the cache is A"
assert np.array_equal(cache[1], W_pencil), "the second array of the cache is W"

# %% [markdown]
# ### Predict, look, say why
#
# Somebody stores the bias with shape `(n_out,)` instead of `(n_out, 1)`.
# In the worked example `n_out` and `m` are both 2.
# Before you run the next cell: does `W @ A + b` raise an error?
# If not, which entries of `Z` come out wrong?

# %% explore="a flat bias"
b_flat = b_pencil.ravel()  # (2,) instead of (2, 1)
print("right:\n", W_pencil @ A_pencil + b_pencil)  # (2, 3) (3, 2) + (2, 1) -> (2, 2)
print("flat bias:\n", W_pencil @ A_pencil + b_flat)  # (2, 3) (3, 2) + (2,) -> (2, 2)

# %% [markdown]
# <details>
# <summary>Why</summary>
#
# No error.
# NumPy lines up shapes from the right, so `(2,)` is read as a row `(1, 2)`: unit 1's bias
# goes to sample 1 and unit 2's bias to sample 2.
# The entries on the diagonal are right by luck, the others are wrong.
# With any other batch size NumPy would have complained.
# This is the first of several errors in this lesson that hide when two sizes are equal.
#
# </details>

# %% [markdown]
# ## 4 One sample, index by index
#
# Take the second sample alone: $\mathbf{a} = (1, 0, 2)$.
# Suppose somebody tells us how the loss reacts to its two weighted sums:
#
# $$
# \delta_1 = \frac{\partial L}{\partial z_1} = -2, \qquad
# \delta_2 = \frac{\partial L}{\partial z_2} = 1 .
# $$
#
# $\delta_j$, the **delta** of unit $j$, is the slope of the loss as $z_j$ moves.
# Sections 6 and 7 will say where it comes from.
#
# Move $W_{13}$ up by a little $\varepsilon$.
# It is multiplied by $a_3 = 2$, so $z_1$ moves by $2\varepsilon$, and no other sum moves.
# The loss moves by $-2 \cdot 2\varepsilon = -4\varepsilon$.
# So $\partial L / \partial W_{13} = -4$: delta of the unit *times* input.
# The same holds for every weight, which makes a multiplication table:

# %% explore="the outer product as a table"
from byhand.plots import outer_product_table

delta_2 = np.array([-2.0, 1.0])  # (n_out,) = (2,)
a_2 = np.array([1.0, 0.0, 2.0])  # (n_in,) = (3,)
outer_product_table(delta_2, a_2)

# %% [markdown]
# In words: the rows are labelled with the deltas $-2$ and $1$, the columns with the inputs
# $1$, $0$ and $2$.
# Each cell holds the product of its labels: $-2, 0, -4$ in the first row and $1, 0, 2$ in the
# second.
# (The picture counts from 0, as Python does. The text counts from 1, as mathematics does.)
# The table has the shape of $\mathbf{W}$.
# An input of 0 makes a column of zeros: a weight that multiplied nothing has nothing to learn.
#
# ### The formulas, by index
#
# One sample, so no index $c$: $z_j = \sum_k W_{jk} a_k + b_j$.
#
# **A weight.** $W_{jk}$ occurs in $z_j$ and in no other sum, with slope $a_k$:
#
# $$
# \frac{\partial L}{\partial W_{jk}}
# = \frac{\partial L}{\partial z_j}\,\frac{\partial z_j}{\partial W_{jk}} = \delta_j\, a_k .
# $$
#
# **A bias.** $b_j$ occurs in $z_j$ alone, with slope 1:
#
# $$
# \frac{\partial L}{\partial b_j} = \delta_j .
# $$
#
# **An input.** $a_k$ occurs in *every* $z_j$, with slope $W_{jk}$.
# There are $n_{\text{out}}$ paths from $a_k$ to the loss, and every path adds its product:
#
# $$
# \frac{\partial L}{\partial a_k}
# = \sum_{j} \frac{\partial L}{\partial z_j}\,\frac{\partial z_j}{\partial a_k}
# = \sum_{j} \delta_j\, W_{jk} .
# $$
#
# In numbers, for $k = 2$: $\;-2\cdot 1 + 1\cdot(-2) = -4$.
#
# ### From index to matrix
#
# *The weight.* Which product of a column $\boldsymbol\delta$ and a column $\mathbf{a}$ has the
# entry $\delta_j a_k$ at $(j, k)$?
# A column times a row:
#
# $$
# \frac{\partial L}{\partial \mathbf{W}} = \boldsymbol\delta\, \mathbf{a}^\top,
# \qquad (n_{\text{out}}, 1)\,(1, n_{\text{in}}) \to (n_{\text{out}}, n_{\text{in}})
# $$
#
# This is the **outer product**. Nothing is summed in it.
# The dot product $\boldsymbol\delta^\top\mathbf{a}$ sums and gives one number.
# It exists only when $n_{\text{out}} = n_{\text{in}}$, and then it is wrong.
# Some texts write $\boldsymbol\delta\,\mathbf{a}$ and leave the transpose to the reader.
#
# *The input.* The summed index $j$ stands **first** in $W_{jk}$.
# A matrix product $\mathbf{M}\boldsymbol\delta$ sums over the **second** index of $\mathbf{M}$:
# $(\mathbf{M}\boldsymbol\delta)_k = \sum_j M_{kj}\,\delta_j$.
# So we need the matrix with $M_{kj} = W_{jk}$, and that is $\mathbf{W}^\top$:
#
# $$
# \frac{\partial L}{\partial \mathbf{a}} = \mathbf{W}^\top \boldsymbol\delta,
# \qquad (n_{\text{in}}, n_{\text{out}})\,(n_{\text{out}}, 1) \to (n_{\text{in}}, 1)
# $$
#
# This is where the transpose comes from.
# Forward, a unit collects over its inputs, along a row of $\mathbf{W}$.
# Backward, an input collects over the units that used it, along a column.
#
# **A trap of NumPy.** For one-dimensional arrays `a.T` is `a`, and `delta @ a.T` is the dot
# product.
# An outer product needs `delta[:, None] * a[None, :]`, `np.outer`, or two loops.

# %% [markdown]
# ### Exercise: `weights_gradient_by_index`
#
# The frame is given; the two loops are yours.
# Slow and clear is what we want here: this is the yardstick for the fast version.

# %% solution="weights_gradient_by_index"
def weights_gradient_by_index(delta, a):
    """Return the gradient by W for one sample: entry (j, k) is delta_j a_k.

    delta is (n_out,), a is (n_in,). Returns an array (n_out, n_in).
    Section 4, "a weight". Loops are allowed.

    >>> weights_gradient_by_index(np.array([2.0, 1.0]), np.array([1.0, 0.0, 3.0]))
    array([[2., 0., 6.],
           [1., 0., 3.]])
    """
    n_out, n_in = len(delta), len(a)
    dW = np.zeros((n_out, n_in))
    ### BEGIN SOLUTION
    for j in range(n_out):
        for k in range(n_in):
            dW[j, k] = delta[j] * a[k]
    ### END SOLUTION
    return dW


# %% test="weights_gradient_by_index" points=3
dW = weights_gradient_by_index(np.array([-2.0, 1.0]), np.array([1.0, 0.0, 2.0]))
assert np.shape(dW) == (2, 3), f"dW has the shape of W, (2, 3); yours is {np.shape(dW)}"
np.testing.assert_allclose(dW[0], [-2, 0, -4], err_msg="row 1 belongs to delta_1 = -2")
np.testing.assert_allclose(dW[1], [1, 0, 2], err_msg="row 2 belongs to delta_2 = 1")

# %% [markdown]
# ### Bug hunt 1: indices that slip
#
# These three lines stand, one after the other, in a derivation that you can find on the web.
# $\mathbf{x}$ has $m$ entries, counted by $i$; $\mathbf{y}$ has $n$ entries, counted by $j$;
# $\mathbf{W}$ is $n \times m$, and $\mathbf{y} = \mathbf{W}\mathbf{x}$.
#
# $$
# \text{(1)}\quad y_j = \sum_{i=1}^{m} w_{ij}\, x_i
# $$
# $$
# \text{(2)}\quad \frac{\partial E}{\partial x_i}
# = \sum_{j=1}^{n} \frac{\partial E}{\partial y_i}\,\frac{\partial y_i}{\partial x_i}
# $$
# $$
# \text{(3)}\quad \frac{\partial E}{\partial x_i} = \sum_{j=1}^{n} \delta y_j\, w_{ji}
# $$
#
# Two of them are wrong.
# Which two, and how can you tell without knowing the right answer?
# Ask of each: which index is summed, and does it occur in the summand?
# Which indices are left over on each side?
#
# <details>
# <summary>Answer</summary>
#
# (1) $\mathbf{W}$ is $n \times m$, so its first index must be the one that counts to $n$: $w_{ji}$.
# As written, $w_{ij}$ belongs to an $m \times n$ matrix, the transpose.
#
# (2) The sum runs over $j$, but no $j$ occurs in the summand, so it is $n$ times the same thing.
# Every path from $x_i$ to $E$ runs through some $y_j$:
# $\sum_j \frac{\partial E}{\partial y_j}\frac{\partial y_j}{\partial x_i}$.
# Read as code, (2) keeps the path through $y_i$ alone, $n$ times over.
# The page makes it twice, for the softmax and for the dense layer.
#
# (3) is right, and does not follow from (1) and (2): two slips cancelled.
# The bias is missing on that page, and so is the batch.
# We add both now.
#
# </details>

# %% [markdown]
# ## 5 The whole batch
#
# Now both samples at once.
# The columns of $d\mathbf{Z}$ are the deltas of the samples:
#
# $$
# d\mathbf{Z} = \frac{\partial L}{\partial \mathbf{Z}}
# = \begin{pmatrix} 1 & -2 \\ 0 & 1 \end{pmatrix} .
# $$
#
# Each sample has its own multiplication table:
#
# $$
# \begin{pmatrix} 1 \\ 0 \end{pmatrix}\begin{pmatrix} 1 & 2 & 0 \end{pmatrix}
# = \begin{pmatrix} 1 & 2 & 0 \\ 0 & 0 & 0 \end{pmatrix},
# \qquad
# \begin{pmatrix} -2 \\ 1 \end{pmatrix}\begin{pmatrix} 1 & 0 & 2 \end{pmatrix}
# = \begin{pmatrix} -2 & 0 & -4 \\ 1 & 0 & 2 \end{pmatrix}
# $$
#
# A weight is used by every sample, so it has a path to the loss through every sample.
# The paths add up:
#
# $$
# d\mathbf{W} = \begin{pmatrix} -1 & 2 & -4 \\ 1 & 0 & 2 \end{pmatrix} .
# $$
#
# Its corner is $-1$: the slope that you found in section 2 by turning the screw.
#
# **By index.** $W_{jk}$ occurs in $Z_{j1}, \dots, Z_{jm}$, with the slopes
# $A_{k1}, \dots, A_{km}$:
#
# $$
# \frac{\partial L}{\partial W_{jk}}
# = \sum_{c} \frac{\partial L}{\partial Z_{jc}}\,\frac{\partial Z_{jc}}{\partial W_{jk}}
# = \sum_{c} dZ_{jc}\, A_{kc} .
# $$
#
# **The step to the matrix.** The summed index $c$ stands second in $dZ_{jc}$, as it should,
# and second in $A_{kc}$, where a matrix product wants it first.
# Writing $A_{kc} = (\mathbf{A}^\top)_{ck}$ puts it there:
#
# $$
# d\mathbf{W} = d\mathbf{Z}\,\mathbf{A}^\top,
# \qquad (n_{\text{out}}, m)\,(m, n_{\text{in}}) \to (n_{\text{out}}, n_{\text{in}})
# $$
#
# So this product *is* the sum of the outer products.
# The sum over samples hides in the matrix product.
#
# **Where is the mean over the batch?**
# In $d\mathbf{Z}$ already: the loss is a mean, so its gradient carries the $1/m$.
# A layer does not know about the loss.
# If it divided by $m$ again, its gradient would not pass a gradient check.
#
# **Your turn.** `db` and `dA` are left, and the questions are always the same two:
# *which entries of $\mathbf{Z}$ does it occur in, and with which slope?*
#
# - $b_j$ occurs in $Z_{j1}, \dots, Z_{jm}$: a whole row.
#   Predict the shape of `db`, and what happens to the samples.
# - $A_{kc}$ occurs in $Z_{1c}, \dots, Z_{n_{\text{out}}\,c}$: a whole column.
#   Predict whether samples mix in `dA`.
#
# ### Exercise: `dense_backward`

# %% solution="dense_backward"
def dense_backward(dZ, cache):
    """Push the gradient dZ back through Z = W A + b.

    dZ is (n_out, m); cache is the tuple (A, W) of dense_forward,
    with A (n_in, m) and W (n_out, n_in).
    Returns (dA, dW, db): dA is (n_in, m), dW is (n_out, n_in), db is (n_out, 1).
    Section 5.

    >>> dA, dW, db = dense_backward(np.array([[2.0]]), (np.array([[3.0]]), np.array([[5.0]])))
    >>> dA, dW, db
    (array([[10.]]), array([[6.]]), array([[2.]]))
    """
    ### BEGIN SOLUTION
    A, W = cache
    dA = W.T @ dZ  # (n_in, n_out) (n_out, m) -> (n_in, m)
    dW = dZ @ A.T  # (n_out, m) (m, n_in) -> (n_out, n_in)
    db = dZ.sum(axis=1, keepdims=True)  # (n_out, m) -> (n_out, 1)
    return dA, dW, db
    ### END SOLUTION


# %% test="dense_backward" points=6
dZ = np.array([[1.0, -2.0], [0.0, 1.0]])
dA, dW, db = dense_backward(dZ, (A_pencil, W_pencil))
for name, mine, like in [("dA", dA, A_pencil), ("dW", dW, W_pencil), ("db", db, b_pencil)]:
    assert np.shape(mine) == like.shape, (
        f"{name} has the shape of what it is the gradient of, {like.shape}; "
        f"yours is {np.shape(mine)}"
    )
np.testing.assert_allclose(
    dW, [[-1, 2, -4], [1, 0, 2]], err_msg="dW is the sum of the two tables of section 5"
)
np.testing.assert_allclose(
    dA[:, :1], [[2], [1], [0]], err_msg="column 1 of dA: which deltas of sample 1, weighted how?"
)

# A yardstick that knows nothing of the derivation: the slope of sum(dZ * Z), whose gradient
# by Z is dZ, measured by moving one entry at a time.  Square, so that no shape helps.
rng = np.random.default_rng(3)
dZ, A, W, b = (rng.normal(size=shape) for shape in [(3, 3), (3, 3), (3, 3), (3, 1)])
dA, dW, db = dense_backward(dZ, (A, W))
for name, sums, point, mine in [
    ("dA", lambda v: W @ v + b, A, dA),
    ("dW", lambda v: v @ A + b, W, dW),
    ("db", lambda v: W @ A + v, b, db),
]:
    check_gradient(lambda v, sums=sums: float(np.sum(dZ * sums(v))), point, mine, name=name)

# %% [markdown]
# ### In your own words
#
# Derive $d\mathbf{A}$ and $d\mathbf{b}$ for a batch, as we derived $d\mathbf{W}$.
#
# 1. Begin with $Z_{jc} = \sum_k W_{jk} A_{kc} + b_j$ and write both gradients in index form,
#    with every sum.
# 2. Turn each into a matrix form, and say which step brings in the transpose or the sum.
# 3. In one or two sentences: why is there a sum over the samples in $d\mathbf{b}$ and none in
#    $d\mathbf{A}$?
#
# Marked by hand, 4 points.
# Formulas in LaTeX or plain text like `dA_kc = sum_j ...` are both fine.

# %% [markdown] manual="derive_da_db" points=4
# **Derivation, 4 points:** $d\mathbf{A}$ and $d\mathbf{b}$ for a batch, by index and by matrix.
#
# ### BEGIN SOLUTION
# **dA.** $A_{kc}$ occurs in $Z_{jc}$ for every unit $j$, with slope $W_{jk}$, and in no other
# sample's sums. Every path adds its product:
#
# $$dA_{kc} = \sum_j \frac{\partial L}{\partial Z_{jc}}\frac{\partial Z_{jc}}{\partial A_{kc}}
# = \sum_j dZ_{jc} W_{jk} = \sum_j (\mathbf{W}^\top)_{kj}\, dZ_{jc}
# = (\mathbf{W}^\top d\mathbf{Z})_{kc}.$$
#
# The summed index $j$ stands first in $W_{jk}$; the transpose moves it to the second place,
# where a matrix product sums.
#
# **db.** $b_j$ occurs in $Z_{jc}$ for every sample $c$, with slope 1:
#
# $$db_j = \sum_c \frac{\partial L}{\partial Z_{jc}}\cdot 1 = \sum_c dZ_{jc},
# \qquad d\mathbf{b} = d\mathbf{Z}\,\mathbf{1}_m .$$
#
# **Why.** One bias serves all samples, so its paths lead through all of them and add up.
# An entry of $\mathbf{A}$ belongs to one sample and touches that sample's column only.
# ### END SOLUTION
#
# ### BEGIN MARK SCHEME
# - 1 point: $dA_{kc} = \sum_j W_{jk}\, dZ_{jc}$ from the chain rule, the sum over units $j$ shown
#   (not just stated as $\mathbf{W}^\top d\mathbf{Z}$).
# - 1 point: the step to $\mathbf{W}^\top d\mathbf{Z}$ is argued with the place of the summed index.
#   "The shapes only fit this way" alone earns nothing here.
# - 1 point: $db_j = \sum_c dZ_{jc}$ with slope 1, and $d\mathbf{Z}\,\mathbf{1}_m$ or a sum over
#   axis 1. A second $1/m$ loses this point.
# - 1 point: the reason: the bias is shared by all samples, an entry of $\mathbf{A}$ belongs to one.
# ### END MARK SCHEME

# %% [markdown]
# ### Easy to believe and false: "the shapes fit, so it is right"
#
# It helps to rebuild a forgotten formula from its shapes.
# It does not prove the formula.
#
# Take a square layer: `n_out = n_in = m = 4`.
# There are eight ways to multiply `dZ` and `A`, each of them transposed or not, in either order.
# **Predict:** for the layer (4, 3, 5), how many of the eight have the shape of `dW`?
# And for the square layer?
# How many of those are right?

# %% explore="figure"
# Your dense_backward against all eight products: set the sizes, the order, the transposes.
from byhand.figures.products import show

show(globals())

# %% [markdown]
# In words: above, the two factors as boxes to scale, and the error of each entry of the product
# that you chose; below, eight tiles, one for each product.
# With the sizes (4, 3, 5) one tile of the eight has the shape of `dW`.
# With (4, 4, 4) all eight have it.
# One is without error: `dZ @ A.T`.
# The other seven are wrong by as much as the gradient itself.
# `A @ dZ.T` is the transpose of the right one: right on the diagonal, wrong elsewhere.
# Then choose `dA`, which multiplies `dZ` with `W`, and predict again.
#
# <details>
# <summary>Why</summary>
#
# With three different sizes only `dZ @ A.T` has the shape of `dW`, so the shapes happen to
# decide.
# In a square layer they decide nothing, and only the index form tells which index is summed.
# A hidden layer with as many units as the layer before is quite common.
# The remedy: test your gradients with three different sizes *and* with equal ones, and compare
# them with numerical slopes.
#
# </details>

# %% [markdown]
# ## 6 Through the activation
#
# We were told $d\mathbf{Z}$. Now we compute it.
# What arrives from above is the slope of the loss by the layer's *output*.
# In the worked example, by lesson 02, it is $(\mathbf{A}_{\text{out}} - \mathbf{T})/m$:
#
# $$
# d\mathbf{A}_{\text{out}} = \begin{pmatrix} 1 & -2 \\ -2 & 1 \end{pmatrix},\qquad
# \mathbf{Z} = \begin{pmatrix} 3 & 1 \\ -2 & 4 \end{pmatrix},\qquad
# \phi'(\mathbf{Z}) = \begin{pmatrix} 1 & 1 \\ 0 & 1 \end{pmatrix}
# $$
#
# The relu was closed at $Z_{21} = -2$, so nothing that happens there reaches the loss.
# Elsewhere it was open and passes the slope on unchanged:
#
# $$
# d\mathbf{Z} = \begin{pmatrix} 1 & -2 \\ 0 & 1 \end{pmatrix} .
# $$
#
# **By index.** Write $a_1, a_2, \dots$ for one sample's outputs.
# In general every output may depend on every sum, so the chain rule adds up all paths:
#
# $$
# \frac{\partial L}{\partial z_j} = \sum_{p} \frac{\partial L}{\partial a_p}\,
# \frac{\partial a_p}{\partial z_j} .
# $$
#
# An elementwise activation has $a_p = \phi(z_p)$.
# So $\partial a_p / \partial z_j$ is 0 unless $p = j$, and of the whole sum one term is left:
#
# $$
# \frac{\partial L}{\partial z_j} = \frac{\partial L}{\partial a_j}\,\phi'(z_j) .
# $$
#
# **By matrix.** For one sample the Jacobian is diagonal, and a diagonal matrix times a column
# multiplies entry by entry:
#
# $$
# \frac{\partial L}{\partial \mathbf{z}}
# = \operatorname{diag}\!\big(\phi'(\mathbf{z})\big)\,\frac{\partial L}{\partial \mathbf{a}}
# = \frac{\partial L}{\partial \mathbf{a}} \odot \phi'(\mathbf{z}),
# \qquad (n, n)\,(n, 1) \to (n, 1)
# $$
#
# The columns of a batch do not mix, so the same holds for all of them at once:
#
# $$
# d\mathbf{Z} = d\mathbf{A} \odot \phi'(\mathbf{Z}),
# \qquad (n, m) \odot (n, m) \to (n, m)
# $$
#
# $\odot$ is the elementwise product, `*` in NumPy.
# **It stands here because the Jacobian is diagonal, and for no other reason.**
#
# ### Easy to believe and false: "three equal shapes, so it must be elementwise"
#
# You can read: `dA`, `phi'(Z)` and `dZ` all have shape (n, m), *therefore* the product must be
# elementwise.
# The conclusion is true for a sigmoid; the argument is worthless.
# A softmax also has `S`, `dS` and `dZ` of one shape.
# **Predict:** will `dS * S * (1 - S)` be the gradient by the logits? Then look.

# %% explore="equal shapes and not elementwise"
z = np.array([1.0, 0.0, -1.0])
s = softmax(z[:, None])[:, 0]  # one sample as a column (3, 1), and back to (3,)
ds = np.array([1.0, 1.0, 1.0])  # the loss is s_1 + s_2 + s_3, which is always 1
print("elementwise      ", ds * s * (1 - s))
print("with the Jacobian", softmax_jacobian(s).T @ ds)  # (3, 3) (3,) -> (3,)

# %% [markdown]
# <details>
# <summary>Why</summary>
#
# The loss $s_1 + s_2 + s_3$ is 1 whatever the logits are, so its gradient is 0.
# The Jacobian says so, up to rounding. The elementwise product says something else.
# Each output of a softmax depends on *every* logit, so the terms with $p \neq j$ do not vanish.
# Equal shapes allow an elementwise product. They do not justify it.
# (Equal shapes do not even exclude a matrix product: with $n = m$ both fit.)
#
# </details>
#
# ### Exercise: `activation_backward`
#
# Use `activation_prime` of lesson 02. Mind its argument: the slope of $\phi$ is taken *at* $Z$,
# where the forward pass stood, not at the output.

# %% solution="activation_backward"
def activation_backward(dA, Z, kind):
    """Push the gradient dA back through A = phi(Z), an elementwise activation.

    dA and Z are (n, m); kind is linear, relu, sigmoid or tanh.
    Returns dZ (n, m). Section 6.

    >>> activation_backward(np.array([[3.0, 3.0]]), np.array([[-1.0, 2.0]]), "relu")
    array([[0., 3.]])
    """
    ### BEGIN SOLUTION
    return dA * activation_prime(Z, kind)  # (n, m) * (n, m) -> (n, m)
    ### END SOLUTION


# %% test="activation_backward" points=4
dZ = activation_backward(np.array([[1.0, -2.0], [-2.0, 1.0]]), Z_pencil, "relu")
assert np.shape(dZ) == (2, 2), f"dZ has the shape of Z, (2, 2); yours is {np.shape(dZ)}"
np.testing.assert_allclose(
    dZ, [[1, -2], [0, 1]], err_msg="the worked example of section 6, with a relu"
)
rng = np.random.default_rng(6)
dA, Z = rng.normal(size=(2, 3)), rng.normal(size=(2, 3))
for kind in ["linear", "sigmoid", "tanh"]:
    dZ = activation_backward(dA, Z, kind)
    check_gradient(
        lambda v, kind=kind: float(np.sum(dA * activation(v, kind))), Z, dZ, name=f"dZ ({kind})"
    )

# %% [markdown]
# ## 7 Delta: two cases
#
# You now have both halves of a layer.
# Between them stands $\boldsymbol\delta = \partial L/\partial \mathbf{Z}$, for the whole batch
# the same thing as `dZ`.
# Once you know a layer's delta, its `dW` and `db` are one line each.
# So backpropagation comes down to one question: *how do I get the delta of every layer?*
#
# With several layers we number them, $l = 1, 2, \dots$, and write the number as an upper index.
# $\mathbf{A}^{0}$ is the data, and
#
# $$
# \mathbf{Z}^{l} = \mathbf{W}^{l}\mathbf{A}^{l-1} + \mathbf{b}^{l}\mathbf{1}_m^\top, \qquad
# \mathbf{A}^{l} = \phi_l(\mathbf{Z}^{l}) .
# $$
#
# (Some texts call the *input* of layer $l$ by the name $\mathbf{a}^{(l)}$. Here the input of
# layer $l$ is $\mathbf{A}^{l-1}$. Check which one a text means before you copy a formula.)
#
# ### Case 1: the output layer
#
# Nothing stands between this layer and the loss, and its output is the prediction.
# With the L2 loss of lesson 02, $\partial L/\partial \mathbf{A}_{\text{out}} =
# (\mathbf{A}_{\text{out}} - \mathbf{T})/m$, and section 6 does the rest:
#
# $$
# \boldsymbol\delta = \frac{1}{m}\,(\mathbf{A}_{\text{out}} - \mathbf{T}) \odot \phi'(\mathbf{Z}),
# \qquad (n, m) \odot (n, m) \to (n, m)
# $$
#
# By index, $\delta_{jc} = \frac{1}{m}\,(a_{jc} - T_{jc})\,\phi'(Z_{jc})$, where $a_{jc}$ is an
# entry of $\mathbf{A}_{\text{out}}$.
# In the worked example you did exactly this: from $\mathbf{A}_{\text{out}} - \mathbf{T}$, halved,
# to $d\mathbf{Z}$.
#
# A softmax with cross-entropy is another output layer.
# Its delta, $(\mathbf{S} - \mathbf{T})/m$, has no factor $\phi'$: you saw in lesson 02 how the
# full Jacobian swallows it.
#
# ### Exercise: `output_delta`

# %% solution="output_delta"
def output_delta(A, Z, T, kind):
    """Return the delta of an output layer A = phi(Z) under the L2 loss of lesson 02.

    A, Z and T are (n, m); kind is linear, relu, sigmoid or tanh.
    Returns the gradient of l2_loss(phi(Z), T) by Z, shape (n, m). Section 7, case 1.

    >>> output_delta(np.array([[5.0, 2.0]]), np.array([[5.0, 2.0]]), np.array([[1.0, 2.0]]), "linear")
    array([[2., 0.]])
    """
    ### BEGIN SOLUTION
    return activation_backward(l2_grad(A, T), Z, kind)  # (n, m) -> (n, m)
    ### END SOLUTION


# %% test="output_delta" points=4
delta = output_delta(activation(Z_pencil, "relu"), Z_pencil, T_pencil, "relu")
assert np.shape(delta) == (2, 2), f"delta has the shape of Z, (2, 2); yours is {np.shape(delta)}"
np.testing.assert_allclose(delta, [[1, -2], [0, 1]], err_msg="the dZ of the worked example")
rng = np.random.default_rng(7)
Z, T = rng.normal(size=(2, 3)), rng.normal(size=(2, 3))
for kind in ["linear", "sigmoid", "tanh"]:
    delta = output_delta(activation(Z, kind), Z, T, kind)
    check_gradient(
        lambda v, kind=kind: float(l2_loss(activation(v, kind), T)), Z, delta,
        name=f"delta ({kind})",
    )

# %% [markdown]
# ### Case 2: a hidden layer
#
# The loss is not next door.
# But the layer above has its delta already, and section 5 says what it hands down:
# $(\mathbf{W}^{l+1})^\top \boldsymbol\delta^{l+1}$, the slope by *our output*.
#
# Numbers first. Let the worked example's layer be the layer above.
# It hands down $\mathbf{W}^\top d\mathbf{Z}$, and the layer below is a relu too, with these sums:
#
# $$
# \mathbf{W}^\top d\mathbf{Z} = \begin{pmatrix} 2 & -3 \\ 1 & -4 \\ 0 & 1 \end{pmatrix},\qquad
# \mathbf{Z}_{\text{below}} = \begin{pmatrix} 1 & 1 \\ 2 & -3 \\ -1 & 2 \end{pmatrix}
# $$
#
# **Fill the gaps** in its delta:
# $\begin{pmatrix} 2 & -3 \\ 1 & \_\_ \\ \_\_ & 1 \end{pmatrix}$.
#
# <details>
# <summary>Answer</summary>
#
# Both are 0: the relu below was closed at $-3$ and at $-1$.
#
# </details>
#
# By index, unit $k$ of layer $l$ has a path to the loss through every unit $j$ of layer $l+1$:
#
# $$
# \delta^{l}_{kc} = \Big(\sum_{j} W^{l+1}_{jk}\, \delta^{l+1}_{jc}\Big)\, \phi_l'(Z^{l}_{kc}) .
# $$
#
# The factor $\phi_l'(Z^l_{kc})$ does not depend on $j$, so it stands outside the sum.
# The neuron acts on the backward signal like an amplifier whose gain the forward pass has set.
# By matrix:
#
# $$
# \boldsymbol\delta^{l} = \big((\mathbf{W}^{l+1})^\top \boldsymbol\delta^{l+1}\big)
# \odot \phi_l'(\mathbf{Z}^{l}),
# \qquad (n_l, n_{l+1})\,(n_{l+1}, m) \odot (n_l, m) \to (n_l, m)
# $$
#
# Why does $\odot$ stand at the end?
# Read the forward pass from right to left: first the loss, then $\mathbf{W}^{l+1}$, then
# $\phi_l$, then $\mathbf{Z}^l$.
# The backward pass undoes the steps in this order: first the matrix, then the activation.
# The weights belong to layer $l+1$, and $\phi'$ and $\mathbf{Z}$ to layer $l$.
#
# **Predict.** A colleague puts the bracket elsewhere:
# $(\mathbf{W}^{l+1})^\top\big(\boldsymbol\delta^{l+1} \odot \phi_l'(\mathbf{Z}^{l})\big)$.
# When will NumPy object? When it does not, are the two the same?

# %% explore="where the product stands"
# Two layers of two units, so that both brackets fit.
W_next = np.array([[1.0, 2.0], [0.0, 1.0]])  # (n_next, n) = (2, 2)
delta_next = np.array([[1.0], [1.0]])  # (n_next, m) = (2, 1)
gain = np.array([[1.0], [0.0]])  # phi'(Z) (n, m) = (2, 1): unit 2 is closed
print("(W.T @ delta) * gain:\n", (W_next.T @ delta_next) * gain)  # (2, 2) (2, 1) -> (2, 1)
print("W.T @ (delta * gain):\n", W_next.T @ (delta_next * gain))  # (2, 2) (2, 1) -> (2, 1)

# %% [markdown]
# <details>
# <summary>Why</summary>
#
# NumPy objects when $n_{l+1} \neq n_l$. With equal widths it does not, and the two differ.
# In the first, unit 2 of layer $l$ is closed and gets delta 0, as it must: nothing that happens
# to its sum reaches the loss.
# In the second, the gain of layer $l$ was applied to the units of layer $l+1$, and the closed
# unit gets a delta of 2.
#
# </details>
#
# ### Exercise: `hidden_delta`

# %% solution="hidden_delta"
def hidden_delta(W_next, delta_next, Z, kind):
    """Return the delta of a hidden layer from the delta of the layer above it.

    W_next is (n_next, n), delta_next is (n_next, m), Z is (n, m) and is this layer's own;
    kind, linear, relu, sigmoid or tanh, is this layer's activation.
    Returns (n, m). Section 7, case 2.

    >>> hidden_delta(np.array([[2.0, 3.0]]), np.array([[1.0]]), np.array([[1.0], [-1.0]]), "relu")
    array([[2.],
           [0.]])
    """
    ### BEGIN SOLUTION
    dA = W_next.T @ delta_next  # (n, n_next) (n_next, m) -> (n, m)
    return activation_backward(dA, Z, kind)  # (n, m) -> (n, m)
    ### END SOLUTION


# %% test="hidden_delta" points=5
Z_below = np.array([[1.0, 1.0], [2.0, -3.0], [-1.0, 2.0]])
delta = hidden_delta(W_pencil, np.array([[1.0, -2.0], [0.0, 1.0]]), Z_below, "relu")
assert np.shape(delta) == (3, 2), f"delta has the shape of Z, (3, 2); yours is {np.shape(delta)}"
np.testing.assert_allclose(
    delta, [[2, -3], [1, 0], [0, 1]], err_msg="the worked example of section 7, case 2"
)
# A square layer: the loss is the sum of delta_next times the sums of the layer above.
rng = np.random.default_rng(8)
W_next, delta_next, Z = (rng.normal(size=(3, 3)) for _ in range(3))
for kind in ["linear", "sigmoid", "tanh"]:
    delta = hidden_delta(W_next, delta_next, Z, kind)
    check_gradient(
        lambda v, kind=kind: float(np.sum(delta_next * (W_next @ activation(v, kind)))), Z, delta,
        name=f"delta ({kind})",
    )

# %% [markdown]
# ## 8 Other people's conventions
#
# The same layer is written in two ways, and both are common.
#
# | | here | elsewhere |
# |---|---|---|
# | a sample is | a column of `A` (n_in, m) | a row of `X_rows` (m, n_in) |
# | a weight is read | $W_{jk}$: to $j$, from $k$ | $w_{ij}$: from $i$, to $j$ |
# | the weights are | `W` (n_out, n_in) | `W_ij` (n_in, n_out) |
# | forward | `W @ A + b` | `X_rows @ W_ij + b_row` |
#
# In numbers, with two inputs and one unit: a text gives the sample as a row $(1, 2)$ and
# $w_{11} = 3$, $w_{21} = 4$, *from* inputs 1 and 2 *to* unit 1.
# Its product is $(1, 2)\begin{pmatrix} 3 \\ 4 \end{pmatrix} = 11$.
# Ours is $(3, 4)\begin{pmatrix} 1 \\ 2 \end{pmatrix} = 11$.
# The same sum, written from the other side. With $\mathbf{X}$ for `X_rows` and
# $\mathbf{W}_{ij}$ for `W_ij`:
#
# $$
# (\mathbf{X}\,\mathbf{W}_{ij})^\top = \mathbf{W}_{ij}^\top\,\mathbf{X}^\top .
# $$
#
# So each array is transposed, and their order turns round.
#
# PyTorch mixes the two: samples are rows, but `nn.Linear` stores its weight as (n_out, n_in).
#
# ### Bug hunt 2: a text in the other convention
#
# A text on the web feeds a layer $B$ of four nodes from a layer $A$ of three nodes.
# In it, $w_{ij}$ leads from node $i$ of $A$ to node $j$ of $B$, and $b_j$ is introduced as
# "weight $j$" of layer $B$. Then:
#
# $$
# Z_{B_1} = w_{11}A_1 + w_{21}A_2 + w_{31}A_3 + w_{41}A_4 + b_1
# $$
# $$
# \frac{\partial L}{\partial Z_{A_i}} = \Big(\sum_j \frac{\partial L}{\partial Z_{B_j}}\, w_{ij}\Big)
# \,\phi'(Z_{A_i})
# $$
#
# 1. Two things are wrong in the first formula and the sentence before it. Which?
# 2. The second formula has $w_{ij}$ where our `hidden_delta` has $W_{jk}$ with the summed index
#    first. Is it wrong?
# 3. You copy its $w$ as a 4 by 4 matrix into our `dense_forward`. What happens?
#
# <details>
# <summary>Answers</summary>
#
# 1. Layer $A$ has three nodes, so there is no $A_4$ and no $w_{41}$.
#    And $b_j$ is not a weight but the **bias** of node $j$: it multiplies no input.
# 2. It is right, in its own convention: it sums over the node $j$ that the weight leads *to*.
#    In ours the same weight is called $W_{ji}$.
# 3. Nothing seems to happen. A square matrix fits untransposed, and every result is wrong.
#
# </details>
#
# ### Exercise: `to_columns`

# %% solution="to_columns"
def to_columns(X_rows, W_ij):
    """Translate a layer from "samples are rows, w_ij leads from i to j" into ours.

    X_rows is (m, n_in), a sample in each row; W_ij is (n_in, n_out).
    Returns (A, W): A is (n_in, m), W is (n_out, n_in), and W @ A holds the same sums
    as X_rows @ W_ij, with samples as columns. Section 8.

    >>> to_columns(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]))
    (array([[1.],
           [2.]]), array([[3., 4.]]))
    """
    ### BEGIN SOLUTION
    return X_rows.T, W_ij.T  # (m, n_in) -> (n_in, m), (n_in, n_out) -> (n_out, n_in)
    ### END SOLUTION


# %% test="to_columns" points=3
X_rows, W_ij = A_pencil.T, W_pencil.T
A, W = to_columns(X_rows, W_ij)
assert np.shape(A) == (3, 2), f"A is (n_in, m) = (3, 2); yours is {np.shape(A)}"
assert np.shape(W) == (2, 3), f"W is (n_out, n_in) = (2, 3); yours is {np.shape(W)}"
assert np.array_equal(A[:, 1], X_rows[1]), "the second sample, a row before, is now column 2 of A"
assert np.array_equal(W[0], W_ij[:, 0]), "row 1 of W holds the weights that lead to unit 1"
np.testing.assert_allclose(W @ A, (X_rows @ W_ij).T, err_msg="both conventions give equal sums")

# %% [markdown]
# ## 9 The layer as an object
#
# A layer keeps its parameters, remembers its last forward pass, and turns the gradient of its
# output into the gradient of its input.
#
# ```
# layer = DenseLayer(n_in, n_out, kind, rng)
# A_out = layer.forward(A)        # (n_in, m)  -> (n_out, m); remembers
# dA_in = layer.backward(dA_out)  # (n_out, m) -> (n_in, m); sets dW, db
# layer.update(lr)                # one step of W and b downhill
# ```
#
# Three things need care.
#
# **The order.** `dA_in` is the gradient at the weights of the forward pass.
# If the weights move first, `dA_in` is the gradient of another network.
# So `backward` computes all gradients and changes no weight, and `update` comes afterwards.
#
# **Overwriting.** A second call of `backward` replaces `dW` and `db`.
# (PyTorch adds them up until you clear them. Ours does not.)
#
# **The first weights.** How large should they be?
# Let one sample's inputs have mean square 1, and draw each weight with mean 0 and variance $v$.
# Then $z_j = \sum_k W_{jk} a_k$ adds up $n_{\text{in}}$ independent terms of variance $v$.
# **Predict** the variance of $z_j$ for $n_{\text{in}} = 1000$ and $v = 1$, and what a sigmoid
# makes of such a $z$.
#
# <details>
# <summary>Answer</summary>
#
# The variances add up: $\operatorname{Var}(z_j) = n_{\text{in}}\, v = 1000$, a spread of about 32.
# Nearly every sigmoid is saturated, at 0 or at 1, and $\phi'$ is nearly 0.
#
# </details>
#
# To keep the spread of $z$ at 1, take $v = 1/n_{\text{in}}$.
# A relu sets half of its outputs to 0 and so halves their mean square; $v = 2/n_{\text{in}}$
# makes up for it.
# The sum runs over the inputs, so the number that counts is the number of *inputs*, the
# **fan-in**.
#
# ### Bug hunt 3: the wrong fan
#
# A layer on the web draws its parameters like this:
#
# ```
# W = rng.normal(size=(n_out, n_in)) / np.sqrt(n_out)
# b = rng.normal(size=(n_out, 1))
# ```
#
# A comment promises that the division keeps gradients from exploding.
# Suppose the layer leads from 1000 inputs to 10 units.
# **Predict** the spread of $z$ with this line and with the right one.
# (The random `b` is a matter of taste. We begin with zeros.)

# %% explore="fan-in and fan-out"
rng = np.random.default_rng(9)
n_in, n_out, m = 1000, 10, 500
A = rng.normal(size=(n_in, m))
for name, fan in [("fan-out", n_out), ("fan-in", n_in)]:
    W = rng.normal(size=(n_out, n_in)) / np.sqrt(fan)
    Z = W @ A  # (n_out, n_in) (n_in, m) -> (n_out, m)
    saturated = np.mean(activation_prime(Z, "sigmoid") < 0.01)
    print(f"{name}: spread of z {Z.std():5.2f}, sigmoids that are saturated {saturated:.0%}")

# %% [markdown]
# <details>
# <summary>Why</summary>
#
# With fan-out the variance of $z$ is $n_{\text{in}}/n_{\text{out}} = 100$, a spread of 10.
# Most sigmoids are saturated before the first step of training.
# In a square layer the two lines are equal, so a test with square layers never finds this.
# Division by $\sqrt{n_{\text{out}}}$ does keep the *backward* signal
# $\mathbf{W}^\top\boldsymbol\delta$ at its size; lesson 04 meets Xavier's compromise between the two.
#
# </details>
#
# ### Exercise: `DenseLayer`
#
# Use the functions that you have: `dense_forward`, `activation`, `activation_backward`,
# `dense_backward`.

# %% solution="DenseLayer"
class DenseLayer:
    """A dense layer with its parameters: A_out = phi(W A + b). Section 9.

    n_in and n_out are its widths; kind is linear, relu, sigmoid or tanh;
    rng is a NumPy Generator, as np.random.default_rng(0) makes one.

    W   (n_out, n_in), drawn from rng, normal, mean 0,
        variance 2/n_in for relu and 1/n_in for the other kinds
    b   (n_out, 1), zeros
    dW, db   the gradients that the last call of backward computed

    >>> layer = DenseLayer(3, 2, "relu", np.random.default_rng(0))
    >>> layer.forward(np.ones((3, 5))).shape
    (2, 5)
    """

    def __init__(self, n_in, n_out, kind, rng):
        """Draw W, set b to zeros, remember kind."""
        ### BEGIN SOLUTION
        variance = 2 / n_in if kind == "relu" else 1 / n_in
        self.W = rng.normal(0.0, np.sqrt(variance), size=(n_out, n_in))
        self.b = np.zeros((n_out, 1))
        self.kind = kind
        ### END SOLUTION

    def forward(self, A):
        """Return A_out (n_out, m) for A (n_in, m), and remember what backward needs."""
        ### BEGIN SOLUTION
        self.Z, self.cache = dense_forward(A, self.W, self.b)
        return activation(self.Z, self.kind)  # (n_out, m)
        ### END SOLUTION

    def backward(self, dA):
        """Return dA_in (n_in, m) for dA (n_out, m), the gradient by the last output.

        Sets self.dW (n_out, n_in) and self.db (n_out, 1); changes no parameter.
        """
        ### BEGIN SOLUTION
        dZ = activation_backward(dA, self.Z, self.kind)  # (n_out, m)
        dA_in, self.dW, self.db = dense_backward(dZ, self.cache)
        return dA_in  # (n_in, m)
        ### END SOLUTION

    def update(self, lr):
        """Take one step of gradient descent with learning rate lr; returns nothing."""
        ### BEGIN SOLUTION
        self.W = self.W - lr * self.dW  # (n_out, n_in)
        self.b = self.b - lr * self.db  # (n_out, 1)
        ### END SOLUTION


# %% test="DenseLayer" points=6
layer = DenseLayer(3, 2, "relu", np.random.default_rng(0))
assert np.shape(layer.W) == (2, 3), f"W is (n_out, n_in) = (2, 3); yours is {np.shape(layer.W)}"
assert np.shape(layer.b) == (2, 1), f"b is (n_out, 1) = (2, 1); yours is {np.shape(layer.b)}"
assert not np.any(layer.b), "b begins with zeros"

# The worked example, from the forward pass to one step downhill.
layer.W, layer.b = W_pencil.copy(), b_pencil.copy()
A_out = layer.forward(A_pencil)
np.testing.assert_allclose(A_out, [[3, 1], [0, 4]], err_msg="A_out of section 2")
dA_in = layer.backward(l2_grad(A_out, T_pencil))
np.testing.assert_allclose(layer.dW, [[-1, 2, -4], [1, 0, 2]], err_msg="dW of section 5")
np.testing.assert_allclose(layer.db, [[-1], [1]], err_msg="db: one number a unit")
np.testing.assert_allclose(dA_in, [[2, -3], [1, -4], [0, 1]], err_msg="what it hands down, section 7")
layer.update(0.1)
np.testing.assert_allclose(layer.W[0], [2.1, 0.8, 0.4], err_msg="W after a step with lr = 0.1")
np.testing.assert_allclose(layer.b, [[-0.9], [0.9]], err_msg="b after a step with lr = 0.1")

# A second forward and backward begin anew, with another batch size.
layer = DenseLayer(4, 3, "tanh", np.random.default_rng(1))
for m in [5, 2]:
    rng = np.random.default_rng(m)
    A, dA = rng.normal(size=(4, m)), rng.normal(size=(3, m))
    layer.forward(A)
    dA_in = layer.backward(dA)
    W, b = layer.W.copy(), layer.b.copy()

    def loss(A, W, b, dA=dA):
        return float(np.sum(dA * np.tanh(W @ A + b)))

    check_gradient(lambda v: loss(v, W, b), A, dA_in, name=f"dA_in (m = {m})")
    check_gradient(lambda v: loss(A, v, b), W, layer.dW, name=f"dW (m = {m})")
    check_gradient(lambda v: loss(A, W, v), b, layer.db, name=f"db (m = {m})")

# %% [markdown]
# ### Two of your layers
#
# Two layers, a hidden one with six tanh units and a linear one on top, learn one period of a
# sine from 60 points.
# Every gradient here went through your functions.
# **Predict:** how much will it matter if you leave out `hidden.update`, so that only the top
# layer learns? Run the cell, then take out the line and see.

# %% explore="two layers learn a sine"
import matplotlib.pyplot as plt
from byhand.plots import Picture

try:
    rng = np.random.default_rng(0)
    X = np.linspace(-2, 2, 60)[None, :]  # (1, 60): one feature, 60 samples
    T = np.sin(np.pi * X / 2)  # (1, 60)
    hidden, top = DenseLayer(1, 6, "tanh", rng), DenseLayer(6, 1, "linear", rng)
    losses = []
    for _ in range(3000):
        P = top.forward(hidden.forward(X))  # (1, 60) -> (6, 60) -> (1, 60)
        losses.append(l2_loss(P, T))
        hidden.backward(top.backward(l2_grad(P, T)))  # (1, 60) -> (6, 60) -> (1, 60)
        hidden.update(0.1)
        top.update(0.1)
    fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    left.plot(X[0], T[0], "k--", label="target")
    left.plot(X[0], P[0], color="tab:blue", label="two layers")
    left.set_xlabel("x")
    left.legend()
    right.semilogy(losses, color="tab:blue")
    right.set_xlabel("step")
    right.set_ylabel("loss")
    plt.close(fig)  # shown once, by the last line
    print(f"loss before the first step {losses[0]:.3f}, before the last {losses[-1]:.2g}")
    picture = Picture(
        fig,
        f"Left, the prediction beside the sine, {np.abs(P - T).max():.2f} apart at most. "
        f"Right, the loss, from {losses[0]:.3f} to {losses[-1]:.2g} in {len(losses)} steps.",
    )
except NotImplementedError:
    picture = "This picture waits for your DenseLayer."
picture

# %% [markdown]
# In words: on the left the prediction runs close to the dashed sine; on the right the loss falls,
# on a logarithmic axis, from about 0.3 to a few thousandths.
# Without `hidden.update` it ends about ten times as high.
#
# A falling loss is pleasant. It is no proof: lesson 04 will show wrong gradients that
# train almost as well.
# What speaks for your layer is the gradient check in its tests.

# %% [markdown]
# ## Summary
#
# For $\mathbf{Z} = \mathbf{W}\mathbf{A} + \mathbf{b}\mathbf{1}_m^\top$ and
# $\mathbf{A}_{\text{out}} = \phi(\mathbf{Z})$:
#
# | gradient | by index | by matrix | why |
# |---|---|---|---|
# | `dZ` | $dA_{jc}\,\phi'(Z_{jc})$ | $d\mathbf{A}_{\text{out}} \odot \phi'(\mathbf{Z})$ | the Jacobian is diagonal |
# | `dW` | $\sum_c dZ_{jc} A_{kc}$ | $d\mathbf{Z}\,\mathbf{A}^\top$ | a weight serves all samples |
# | `db` | $\sum_c dZ_{jc}$ | $d\mathbf{Z}\,\mathbf{1}_m$ | so does a bias, with slope 1 |
# | `dA` | $\sum_j W_{jk}\, dZ_{jc}$ | $\mathbf{W}^\top d\mathbf{Z}$ | an input feeds all units |
#
# - The delta of the output layer comes from the loss. The delta of a hidden layer comes from the
#   layer above, through its weights transposed, and then through $\phi'$ of its own sums.
# - The $1/m$ stands in the loss, once.
# - A transpose is there because of the place of the summed index. Shapes are a check, no proof.
# - An elementwise product is there because the activation is elementwise. Equal shapes are no
#   proof either.
#
# Here is the whole picture. Compare it with your sketch from section 1.

# %% explore="picture of the way back"
from byhand.plots import shapes_diagram

shapes_diagram(n_in=3, n_out=2, m=5)

# %% [markdown]
# In words: below the forward pass, `dZ` enters from the right and meets what the cache kept.
# `dW`, `db` and `dA` leave, each with the shape of the array that it is the gradient of.
#
# **Lesson 04 uses** `dense_forward`, `dense_backward` and `activation_backward`, chains them
# through any number of layers, and checks the result with a gradient check of your own.
#
# ## Further reading
#
# - Michael Nielsen, *Neural Networks and Deep Learning* (2015), chapter 2,
#   [neuralnetworksanddeeplearning.com](http://neuralnetworksanddeeplearning.com/chap2.html):
#   the same recursion as four equations.
# - Ian Goodfellow, Yoshua Bengio, Aaron Courville, *Deep Learning* (2016), section 6.5,
#   [deeplearningbook.org](https://www.deeplearningbook.org): backpropagation on general graphs.
# - David Rumelhart, Geoffrey Hinton, Ronald Williams, "Learning representations by
#   back-propagating errors", *Nature* 323 (1986),
#   [doi:10.1038/323533a0](https://doi.org/10.1038/323533a0): four pages, and the delta is there.
# - Kaiming He and others, "Delving deep into rectifiers" (2015),
#   [arXiv:1502.01852](https://arxiv.org/abs/1502.01852), section 2.2: where
#   $2/n_{\text{in}}$ comes from.
# - Kaare Petersen, Michael Pedersen, *The Matrix Cookbook* (2012): matrix derivatives to look up
#   once you can derive them.

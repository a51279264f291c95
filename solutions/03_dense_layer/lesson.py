# %% [markdown]
# # 03 · The dense layer
#
# Before: [02 · Sigmoid, softmax and their Jacobians](../02_sigmoid_softmax_jacobians/02_sigmoid_softmax_jacobians.ipynb) ·
# next: [04 · A whole network, trained and proved](../04_full_backprop/04_full_backprop.ipynb) ·
# look up a letter: [Notation](../00_start_here/00_start_here.ipynb#Notation)
#
# Lesson 02 went back through activations and losses.
# This one goes back through the layer between them, which holds the weights.
#
# **Afterwards you can** push a gradient back through $Z=WA+\mathbf{b}$, by index and by matrix; say
# why each transpose and each sum stands where it stands; find the delta of an output layer and of a
# hidden layer; translate another text's convention into yours; build a layer that runs forward and
# backward and learns.
#
# **You need** lesson 01 (every path adds its product) and lesson 02 (`activation_prime`, the L2 loss).
#
# **85 minutes, 40 points:** 28 minutes to read, 13 to try things out, 44 for the exercises.
#
# | exercise | points | minutes |
# |---|---|---|
# | `dense_forward` | 2 | 3 |
# | `weights_gradient_by_index` | 2 | 3 |
# | `step_1_slope` | 1 | 2 |
# | `step_2_path` | 1 | 2 |
# | `step_3_paths` | 1 | 2 |
# | `step_4_column` | 1 | 2 |
# | `step_5_bias` | 1 | 2 |
# | `dense_backward` | 5 | 4 |
# | `derive_da_db` | 4 | 8 |
# | `activation_backward` | 4 | 2 |
# | `output_delta` | 4 | 2 |
# | `hidden_delta` | 5 | 3 |
# | `to_columns` | 3 | 2 |
# | `DenseLayer` | 6 | 7 |

# %% setup="imports"
import numpy as np
from earlier import activation_prime, l2_grad, l2_loss, sigmoid

from byhand.expect import expect_close, expect_shape
from byhand.gradcheck import check_gradient
from byhand.waiting import waiting


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
# `earlier.py`, beside this notebook, holds solutions of lesson 02: a spoiler until you have solved
# it.
# Your own functions, pasted below the imports, work as well.
# `activation` is given.
# `check_gradient` compares a gradient with central differences, as in lesson 01; `waiting` says which
# exercise a cell waits for.
#
# ## Three questions on lesson 02
#
# 1. A softmax gives $\mathbf{s}=(0.5,\ 0.3,\ 0.2)$.
#    What are $J_{11}$ and $J_{12}$, and what does row 1 of $J$ sum to?
# 2. The Jacobian of a sigmoid that acts on a vector is diagonal. Why?
# 3. The L2 loss is a mean over $m$ samples. Where does the $1/m$ stand in `l2_grad`?
#    Must a layer further back divide by $m$ again?
#
# <details>
# <summary>Answers</summary>
#
# 1. $J_{11}=0.5\,(1-0.5)=0.25$ and $J_{12}=-0.5\cdot0.3=-0.15$.
#    With $J_{13}=-0.10$ the row sums to 0: adding one number to every logit changes nothing.
# 2. Output $j$ depends on input $j$ alone, so $\partial a_j/\partial z_k=0$ for $j\neq k$.
# 3. It is a factor of the gradient, $(P-T)/m$.
#    No: everything further back inherits it through the chain rule.
#
# </details>

# %% [markdown]
# ## 1 · The picture
#
# A layer has `n_in` inputs and `n_out` units; a batch has `m` samples, one a column.
# Run the cell.

# %% explore="picture of the layer"
from byhand.plots import shapes_diagram

shapes_diagram(n_in=3, n_out=2, m=5, backward=False)

# %% [markdown]
# The weighted sums are `Z`; the activation $\phi$ turns them, entry by entry, into `A_out`.
# A row of `W` holds the weights of one unit.
#
# The way back runs along the same arrows, turned round.
# `dZ` is short for $\partial L/\partial Z$, where $L$ is the loss; `dW`, `db` and `dA` are meant in
# the same way.
# **A gradient has the shape of what it is the gradient of**, so you know the shape of every answer
# in this lesson before you know the answer.
#
# `dA_out` enters from the right, passes the activation and becomes `dZ`.
# From `dZ` three arrows leave: `dW` and `db` stay in the layer, `dA` goes on to the layer before.
# **Sketch the way back under the picture, with a shape on every arrow.**
# The summary has the whole picture.

# %% [markdown]
# ## 2 · A layer with a pencil
#
# Three inputs, two units with a relu, two samples:
#
# $$
# W=\begin{pmatrix}2&1&0\\1&-2&1\end{pmatrix},\quad
# A=\begin{pmatrix}1&1\\2&0\\0&2\end{pmatrix},\quad
# \mathbf{b}=\begin{pmatrix}-1\\1\end{pmatrix},\quad
# T=\begin{pmatrix}1&5\\4&2\end{pmatrix}
# $$
#
# Unit 1 sees sample 1, $(1,2,0)$, and adds up $2\cdot1+1\cdot2+0\cdot0-1=3$.
# **Fill the gap:** unit 2 sees sample 2, $(1,0,2)$, and adds up
# $1\cdot\_\_-2\cdot\_\_+1\cdot\_\_+1=\_\_$.
#
# <details>
# <summary>Answer</summary>
#
# $1\cdot1-2\cdot0+1\cdot2+1=4$.
#
# </details>
#
# $$
# Z=\begin{pmatrix}3&1\\-2&4\end{pmatrix},\qquad
# A_{\text{out}}=\begin{pmatrix}3&1\\0&4\end{pmatrix}
# $$
#
# With the L2 loss of lesson 02, $m=2$, the loss is
# $L=\frac{1}{2\cdot2}(2^2+4^2+4^2+2^2)=10$.
#
# Turn one screw: $w_{11}$ from 2 to 2.01.
# Only the first row of $Z$ moves, to $(3.01,\ 1.01)$; the loss becomes 9.99005, and
# $(9.99005-10)/0.01\approx-1$.
# So $\partial L/\partial w_{11}$ is about $-1$.
#
# The layer has eight parameters.
# Eight screws, one at a time, cost eight more forward passes.
# In the end one sweep backward will give all eight slopes, exactly.

# %% setup="pencil"
# The numbers of the worked example, for you and for the tests below.
W_pencil = np.array([[2.0, 1.0, 0.0], [1.0, -2.0, 1.0]])  # (n_out, n_in) = (2, 3)
A_pencil = np.array([[1.0, 1.0], [2.0, 0.0], [0.0, 2.0]])  # (n_in, m) = (3, 2)
b_pencil = np.array([[-1.0], [1.0]])  # (n_out, 1) = (2, 1)
Z_pencil = np.array([[3.0, 1.0], [-2.0, 4.0]])  # (n_out, m) = (2, 2)
T_pencil = np.array([[1.0, 5.0], [4.0, 2.0]])  # (n_out, m) = (2, 2)
dZ_pencil = np.array([[1.0, -2.0], [0.0, 1.0]])  # (n_out, m) = (2, 2), from section 5 on

# %% [markdown]
# ## 3 · Forward
#
# What you just did, as a formula, for unit $j$ and sample $c$, with the inputs counted by $k$:
#
# $$
# z_{jc}=\sum_k w_{jk}\,a_{kc}+b_j\tag{1}
# $$
#
# Read $w_{jk}$ as *to unit $j$, from input $k$*.
# The summed index $k$ stands second in $w_{jk}$ and first in $a_{kc}$: the definition of a matrix
# product.
#
# $$
# Z=WA+\mathbf{b}\,\mathbf{1}^\top\tag{2}
# $$
# $$
# (n_{\text{out}},n_{\text{in}})\,(n_{\text{in}},m)+(n_{\text{out}},1)\,(1,m)\to(n_{\text{out}},m)
# $$
#
# $\mathbf{1}$ is a column of $m$ ones: it writes the bias into every sample's column.
# NumPy does so by broadcasting, *if* `b` has shape (n_out, 1).
#
# **The cache.** As $w_{jk}$ moves, $z_{jc}$ moves with slope $a_{kc}$; as $a_{kc}$ moves, with slope
# $w_{jk}$.
# The way back will need these slopes, so the forward pass keeps `A` and `W`.
#
# ### Exercise: `dense_forward` (2 points)

# %% solution="dense_forward"
def dense_forward(A, W, b):
    """Return the weighted sums of a dense layer, and what its way back needs.

    A is (n_in, m), W is (n_out, n_in), b is (n_out, 1).
    Returns (Z, cache): Z = W A + b is (n_out, m), and cache is the tuple (A, W).
    Section 3, formula (2).

    >>> Z, cache = dense_forward(np.array([[1.0], [2.0]]), np.array([[3.0, 4.0]]), np.array([[5.0]]))
    >>> Z
    array([[16.]])
    """
    ### BEGIN SOLUTION
    Z = W @ A + b  # (n_out, n_in) (n_in, m) + (n_out, 1) -> (n_out, m)
    return Z, (A, W)
    ### END SOLUTION


# %% test="dense_forward" points=2
found = dense_forward(A_pencil, W_pencil, b_pencil)
Z, cache = expect_shape(found, (Z_pencil, (A_pencil, W_pencil)), "(Z, cache)")
expect_close(Z, Z_pencil, "Z, the four sums of section 2,")
assert np.array_equal(cache[0], A_pencil), "the first array of the cache is A"
assert np.array_equal(cache[1], W_pencil), "the second array of the cache is W"

# %% [markdown]
# **Predict, look, say why.**
# Somebody stores the bias with shape `(n_out,)`.
# In the worked example `n_out` and `m` are both 2.
# Does `W @ A + b` raise an error now?
# If not, which entries of `Z` come out wrong?

# %% explore="a flat bias"
b_flat = b_pencil.ravel()
print("right:\n", W_pencil @ A_pencil + b_pencil)
print("flat bias:\n", W_pencil @ A_pencil + b_flat)

# %% [markdown]
# No error.
# NumPy aligns shapes at the right, so `(2,)` is read as a row: unit 1's bias goes to sample 1, unit
# 2's to sample 2.
# The diagonal is right by luck, the rest is wrong.
# With any other batch size, except a batch of one, NumPy would have complained.
#
# ## 4 · One sample, index by index
#
# Take sample 2 alone, $\mathbf{a}=(1,0,2)$.
# Suppose somebody tells us how the loss reacts to its two sums: $\delta_1=-2$ and $\delta_2=1$.
# As in lesson 01, $\delta_j=\partial L/\partial z_j$ is the **delta** of unit $j$; sections 6 and 7
# say where it comes from.
#
# Move $w_{13}$ up by 0.01.
# It is multiplied by $a_3=2$, so $z_1$ moves by 0.02 and no other sum moves.
# The loss moves by $-2\cdot0.02=-0.04$.
# So $\partial L/\partial w_{13}=-4$: the unit's delta *times* the input.
# The same holds for every weight.

# %% explore="the outer product as a table"
from byhand.plots import outer_product_table

delta_2 = np.array([-2.0, 1.0])  # (n_out,) = (2,)
a_2 = np.array([1.0, 0.0, 2.0])  # (n_in,) = (3,)
outer_product_table(delta_2, a_2)

# %% [markdown]
# A multiplication table, with the shape of $W$.
# (The picture counts from 0, as code does.)
# An input of 0 makes a column of zeros: a weight that multiplied nothing has nothing to learn.
#
# By index, for one sample, $z_j=\sum_k w_{jk}a_k+b_j$.
#
# - **A weight** $w_{jk}$ occurs in $z_j$ alone, with slope $a_k$; **a bias** $b_j$ in $z_j$ alone,
#   with slope 1:
#
# $$
# \frac{\partial L}{\partial w_{jk}}=\delta_j\,a_k,\qquad
# \frac{\partial L}{\partial b_j}=\delta_j\tag{3}
# $$
#
# - **An input** $a_k$ occurs in *every* $z_j$, with slope $w_{jk}$, and every path adds its product:
#
# $$
# \frac{\partial L}{\partial a_k}=\sum_j\delta_j\,w_{jk}\tag{4}
# $$
#
# For $k=2$: $-2\cdot1+1\cdot(-2)=-4$.

# %% [markdown]
# **From index to matrix.**
# Which product of two columns $\boldsymbol\delta$ and $\mathbf{a}$ has the entry $\delta_ja_k$ at
# $(j,k)$?
# A column times a row, the **outer product** $\boldsymbol\delta\,\mathbf{a}^\top$,
# $(n_{\text{out}},1)\,(1,n_{\text{in}})\to(n_{\text{out}},n_{\text{in}})$.
# Nothing is summed in it. (Some texts leave the transpose to the reader.)
# The dot product $\boldsymbol\delta^\top\mathbf{a}$ sums and gives one number; it exists only where
# $n_{\text{out}}=n_{\text{in}}$, and there it is wrong.
#
# In (4) the summed index $j$ stands **first** in $w_{jk}$.
# A matrix product sums over the **second** index of its left factor.
# The matrix whose entry $(k,j)$ is $w_{jk}$ is $W^\top$, so the gradient by $\mathbf{a}$ is
# $W^\top\boldsymbol\delta$.
# This is where the transpose comes from.
# Forward, a unit collects over its inputs, along a row of $W$; backward, an input collects over the
# units that used it, along a column.
#
# **A trap of NumPy.** For one-dimensional arrays `a.T` is `a`, and `delta @ a.T` is the dot product.
#
# ### Exercise: `weights_gradient_by_index` (2 points)
#
# The frame is given; the two loops are yours. This is the yardstick for the fast version.

# %% solution="weights_gradient_by_index"
def weights_gradient_by_index(delta, a):
    """Return the gradient by W for one sample: entry (j, k) is delta_j a_k.

    delta is (n_out,), a is (n_in,), floats or integers. Returns an array (n_out, n_in).
    Section 4, formula (3). Loops are allowed.

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


# %% test="weights_gradient_by_index" points=2
dW = weights_gradient_by_index(np.array([-2.0, 1.0]), np.array([1.0, 0.0, 2.0]))
expect_shape(dW, np.zeros((2, 3)), "dW")
expect_close(dW[0], [-2, 0, -4], "row 0 of dW, which belongs to delta_1 = -2,")
expect_close(dW[1], [1, 0, 2], "row 1 of dW, which belongs to delta_2 = 1,")

# %% [markdown]
# **Bug hunt: indices that slip.**
# These lines follow each other in a derivation on the web, in its own letters.
#
# > $x$ has $m$ entries, $y$ has $n$, $W$ is $n\times m$, and $E$ is the error.
# >
# > (i) $\ y_j=\sum_{i=1}^{m}w_{ij}\,x_i$
# >
# > (ii) $\ \frac{\partial E}{\partial x_i}=\sum_{j=1}^{n}\frac{\partial E}{\partial y_i}\,\frac{\partial y_i}{\partial x_i}$
# >
# > (iii) $\ \frac{\partial E}{\partial x_i}=\sum_{j=1}^{n}\delta y_j\,w_{ji}$
#
# Two of the three are wrong.
# Which, and how can you tell without knowing the right answer?
# Ask of each: which index is summed, does it occur in what is summed, and which indices are left on
# each side?
#
# <details>
# <summary>Answer</summary>
#
# (i) In a matrix of that shape the first index counts the outputs, so it must be $w_{ji}$.
# As printed, the weight belongs to the transpose.
#
# (ii) The sum runs over $j$, but no $j$ occurs in what is summed: it is the same path, as often as there are outputs.
# Every path from an input to the loss runs through *some* output, and the outputs are what must be
# counted.
# The page slips twice in this way, for the softmax and for the dense layer.
#
# (iii) is right, and does not follow from (i) and (ii): two slips cancelled.
#
# </details>

# %% [markdown]
# ## 5 · The whole batch
#
# Now both samples at once, one delta a column.
# Each sample has its own multiplication table.
#
# $$
# \frac{\partial L}{\partial Z}=\begin{pmatrix}1&-2\\0&1\end{pmatrix}
# $$
#
# A weight is used by every sample, so it has a path to the loss through every sample, and the paths
# add up: the tables do.
# **Predict** the corner of their sum; you measured it in section 2.
#
# By index, $w_{jk}$ occurs in $z_{j1},\dots,z_{jm}$ with the slopes $a_{k1},\dots,a_{km}$:
#
# $$
# \frac{\partial L}{\partial w_{jk}}=\sum_c\delta_{jc}\,a_{kc}\tag{5}
# $$
#
# The summed $c$ stands second in $\delta_{jc}$, as it should, and second in $a_{kc}$, where a matrix
# product wants it first; a transpose puts it there:
#
# $$
# \frac{\partial L}{\partial W}=\frac{\partial L}{\partial Z}A^\top,\qquad
# (n_{\text{out}},m)\,(m,n_{\text{in}})\to(n_{\text{out}},n_{\text{in}})\tag{6}
# $$
#
# So the sum over the samples hides in a matrix product.
# The $1/m$ is in $\partial L/\partial Z$ already; a layer knows nothing of the loss and adds none.

# %% explore="two tables and one product"
tables = [np.outer(dZ_pencil[:, c], A_pencil[:, c]) for c in range(2)]
print("table of sample 0:\n", tables[0])
print("table of sample 1:\n", tables[1])
print("their sum:\n", tables[0] + tables[1])
print("dZ @ A.T:\n", dZ_pencil @ A_pencil.T)  # (n_out, m) (m, n_in) -> (n_out, n_in)

# %% [markdown]
# **The other two, step by step.**
# For `dA` and `db` the questions are the same: *in which sums does it occur, and with which slope?*
# Each step is one line and asked on its own, so the check can say which of them goes wrong.
# A step may call the steps before it; indices count from 0, as in code.
#
# ### Exercise: `step_1_slope` (1 point)
#
# One path. When $a_{kc}$ moves, how fast does $z_{jc}$ move?

# %% solution="step_1_slope"
def step_1_slope(W, j, k):
    """Return the slope of the sum z_jc as the input a_kc moves, a number.

    W is (n_out, n_in); j and k count from 0. Section 5.

    >>> float(step_1_slope(np.array([[2.0, 1.0, 0.0], [1.0, -2.0, 1.0]]), 0, 1))
    1.0
    """
    ### BEGIN SOLUTION
    return W[j, k]
    ### END SOLUTION


# %% test="step_1_slope" points=1
expect_close(step_1_slope(W_pencil, 1, 1), -2, "the slope of the path from input 1 to unit 1")
expect_close(step_1_slope(W_pencil, 0, 2), 0, "the slope of the path from input 2 to unit 0")

# %% [markdown]
# ### Exercise: `step_2_path` (1 point)
#
# The whole path from $a_{kc}$ through $z_{jc}$ to the loss: multiply along it.

# %% solution="step_2_path"
def step_2_path(dZ, W, j, k, c):
    """Return what the path from a_kc through z_jc adds to dA[k, c], a number.

    dZ is (n_out, m), W is (n_out, n_in). Section 5.

    >>> dZ, W = np.array([[1.0, -2.0], [0.0, 1.0]]), np.array([[2.0, 1.0, 0.0], [1.0, -2.0, 1.0]])
    >>> float(step_2_path(dZ, W, 0, 1, 1))
    -2.0
    """
    ### BEGIN SOLUTION
    return dZ[j, c] * step_1_slope(W, j, k)
    ### END SOLUTION


# %% test="step_2_path" points=1
for j, k, path in [(0, 0, -4), (0, 1, -2), (1, 2, 1)]:
    found = step_2_path(dZ_pencil, W_pencil, j, k, 1)
    expect_close(found, path, f"for input {k}, unit {j}, sample 1 a slope times a delta")

# %% [markdown]
# ### Exercise: `step_3_paths` (1 point)
#
# All paths from $a_{kc}$ to the loss. Do they lead through all units, or through all samples?

# %% solution="step_3_paths"
def step_3_paths(dZ, W, k, c):
    """Return dA[k, c], the sum over all paths from a_kc to the loss, a number.

    dZ is (n_out, m), W is (n_out, n_in). Section 5.

    >>> dZ, W = np.array([[1.0, -2.0], [0.0, 1.0]]), np.array([[2.0, 1.0, 0.0], [1.0, -2.0, 1.0]])
    >>> float(step_3_paths(dZ, W, 1, 1))
    -4.0
    """
    ### BEGIN SOLUTION
    return sum(step_2_path(dZ, W, j, k, c) for j in range(len(W)))
    ### END SOLUTION


# %% test="step_3_paths" points=1
found = step_3_paths(dZ_pencil, W_pencil, 0, 1)
expect_close(found, -3, "for input 0 of sample 1, where -4 and 1 add up, the result")

# %% [markdown]
# ### Exercise: `step_4_column` (1 point)
#
# All inputs of one sample at once: the same sums as one matrix product, without a loop.

# %% solution="step_4_column"
def step_4_column(dZ, W, c):
    """Return column c of dA, shape (n_in,), by a matrix product.

    dZ is (n_out, m), W is (n_out, n_in). Section 5.

    >>> dZ, W = np.array([[1.0, -2.0], [0.0, 1.0]]), np.array([[2.0, 1.0, 0.0], [1.0, -2.0, 1.0]])
    >>> step_4_column(dZ, W, 1)
    array([-3., -4.,  1.])
    """
    ### BEGIN SOLUTION
    return W.T @ dZ[:, c]  # (n_in, n_out) (n_out,) -> (n_in,)
    ### END SOLUTION


# %% test="step_4_column" points=1
column = step_4_column(dZ_pencil, W_pencil, 0)
expect_close(column, [2, 1, 0], "for sample 0, where delta is (1, 0), the column")

# %% [markdown]
# ### Exercise: `step_5_bias` (1 point)
#
# Now the bias. Which sums does $b_j$ occur in, with which slope?

# %% solution="step_5_bias"
def step_5_bias(dZ, j):
    """Return the slope of the loss as the bias b_j moves, a number.

    dZ is (n_out, m). Section 5.

    >>> float(step_5_bias(np.array([[1.0, -2.0], [0.0, 1.0]]), 0))
    -1.0
    """
    ### BEGIN SOLUTION
    return dZ[j].sum()
    ### END SOLUTION


# %% test="step_5_bias" points=1
found = step_5_bias(dZ_pencil, 1)
expect_close(found, 1, "for bias 1, with one path through each sample, the result")

# %% [markdown]
# ### Exercise: `dense_backward` (5 points)
#
# The whole layer, without a loop.

# %% solution="dense_backward"
def dense_backward(dZ, cache):
    """Push the gradient dZ back through Z = W A + b.

    dZ is (n_out, m); cache is the tuple (A, W) of dense_forward,
    with A (n_in, m), floats or integers, and W (n_out, n_in).
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


# %% test="dense_backward" points=5
found = dense_backward(dZ_pencil, (A_pencil, W_pencil))
dA, dW, db = expect_shape(found, (A_pencil, W_pencil, b_pencil), "(dA, dW, db)")
expect_close(dW, [[-1, 2, -4], [1, 0, 2]], "dW, the sum of the two tables of section 5,")
expect_close(dA[:, 0], [2, 1, 0], "column 0 of dA, where delta is (1, 0),")

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

# %% [markdown] manual="derive_da_db" points=4
# ### In your own words (4 points, marked by hand)
#
# Derive `dA` and `db` for a batch, as section 5 derived `dW`.
# Write into the cell below, in LaTeX or in plain text like `dA_kc = sum_j ...`.
#
# 1. From formula (1), write both gradients by index, with every sum.
# 2. Turn each into a matrix form, and say which step brings in the transpose or the sum.
# 3. In one or two sentences: why is there a sum over the samples in `db` and none in `dA`?
#
# ### BEGIN SOLUTION
# **dA.** $a_{kc}$ occurs in $z_{jc}$ for every unit $j$, with slope $w_{jk}$, and in no other
# sample's sums. Every path adds its product:
#
# $$\frac{\partial L}{\partial a_{kc}}
# =\sum_j\frac{\partial L}{\partial z_{jc}}\frac{\partial z_{jc}}{\partial a_{kc}}
# =\sum_j\delta_{jc}\,w_{jk}=\sum_j(W^\top)_{kj}\,\delta_{jc},
# \qquad\frac{\partial L}{\partial A}=W^\top\frac{\partial L}{\partial Z}.$$
#
# The summed index $j$ stands first in $w_{jk}$; the transpose moves it to the second place,
# where a matrix product sums.
#
# **db.** $b_j$ occurs in $z_{jc}$ for every sample $c$, with slope 1:
#
# $$\frac{\partial L}{\partial b_j}=\sum_c\frac{\partial L}{\partial z_{jc}}\cdot1=\sum_c\delta_{jc},
# \qquad\frac{\partial L}{\partial\mathbf{b}}=\frac{\partial L}{\partial Z}\,\mathbf{1}.$$
#
# **Why.** One bias serves all samples, so its paths lead through all of them and add up.
# An entry of $A$ belongs to one sample and touches that sample's column only.
# ### END SOLUTION
#
# ### BEGIN MARK SCHEME
# - 1 point: $\sum_jw_{jk}\,\delta_{jc}$ from the chain rule, the sum over units $j$ shown
#   (not just stated as $W^\top\partial L/\partial Z$).
# - 1 point: the step to the transpose is argued with the place of the summed index.
#   "The shapes only fit this way" alone earns nothing here.
# - 1 point: $\sum_c\delta_{jc}$ with slope 1, and a product with $\mathbf{1}$ or a sum over
#   axis 1. A second $1/m$ loses this point.
# - 1 point: the reason: the bias is shared by all samples, an entry of $A$ belongs to one.
# ### END MARK SCHEME

# %% [markdown]
# <details>
# <summary>Check your own derivation, a point for each yes</summary>
#
# - Does your sum for `dA` name the index that is summed, and does it occur in both factors?
# - Do you say why the transpose is there, by the place of an index, without leaning on shapes?
# - Does your `db` begin from a slope, end in a matrix form, and divide by nothing?
# - Does your last answer say how many samples a bias touches, and how many an entry of `A`?
#
# </details>
#
# **Easy to believe and false: "the shapes fit, so it is right".**
# Shapes help to rebuild a forgotten formula; they do not prove it.
# There are eight ways to multiply `dZ` and `A`: in either order, each transposed or not.
# **Predict:** for the layer (n_out, n_in, m) = (4, 3, 5), how many of the eight have the shape of
# `dW`?
# And with all three sizes 4?
# How many of those are right?

# %% explore="figure"
# Your dense_backward against all eight products: set the sizes, the order, the transposes.
from byhand.figures.products import show

show(globals())

# %% [markdown]
# With the sizes (4, 3, 5) one of the eight has the shape of `dW`; with (4, 4, 4) all eight have it,
# and one is right: `dZ @ A.T`.
# `A @ dZ.T` is its transpose, right on the diagonal and wrong elsewhere.
# So in a square layer, and a hidden layer often is one, shapes decide nothing: only the index form
# tells which index is summed.
# Test your gradients with three different sizes *and* with equal ones, against measured slopes.
# Then choose `dA` in the figure, which multiplies `dZ` with `W`, and predict again.

# %% [markdown]
# ## 6 · Through the activation
#
# We were told $\partial L/\partial Z$. Now we compute it.
# In the worked example the gradient by the layer's output is $(A_{\text{out}}-T)/m$:
#
# $$
# \frac{\partial L}{\partial A_{\text{out}}}=\begin{pmatrix}1&-2\\-2&1\end{pmatrix},\quad
# \phi'(Z)=\begin{pmatrix}1&1\\0&1\end{pmatrix},\quad
# \frac{\partial L}{\partial Z}=\begin{pmatrix}1&-2\\0&1\end{pmatrix}
# $$
#
# The relu was closed at $z_{21}=-2$, so nothing that happens there reaches the loss.
# Elsewhere it passes the slope on unchanged.
#
# An elementwise activation has a diagonal Jacobian, as lesson 02 showed, and a diagonal matrix times
# a column multiplies entry by entry:
#
# $$
# \frac{\partial L}{\partial Z}=\frac{\partial L}{\partial A_{\text{out}}}\odot\phi'(Z),\qquad
# (n,m)\odot(n,m)\to(n,m)\tag{7}
# $$
#
# $\odot$ stands here **because the Jacobian is diagonal, and for no other reason**.
# That three arrays have one shape proves nothing: a softmax has `S`, `dS` and `dZ` of one shape too,
# and lesson 02 showed that its product is not elementwise.
#
# ### Exercise: `activation_backward` (4 points)
#
# Use `activation_prime`. Mind its argument: the slope of $\phi$ is taken *at* $Z$, where the forward
# pass stood, not at the output.

# %% solution="activation_backward"
def activation_backward(dA, Z, kind):
    """Push the gradient dA back through A = phi(Z), an elementwise activation.

    dA and Z are (n, m), Z floats or integers; kind is linear, relu, sigmoid or tanh.
    Returns dZ (n, m). Section 6, formula (7).

    >>> activation_backward(np.array([[3.0, 3.0]]), np.array([[-1.0, 2.0]]), "relu")
    array([[0., 3.]])
    """
    ### BEGIN SOLUTION
    return dA * activation_prime(Z, kind)  # (n, m) * (n, m) -> (n, m)
    ### END SOLUTION


# %% test="activation_backward" points=4
dZ = activation_backward(np.array([[1.0, -2.0], [-2.0, 1.0]]), Z_pencil, "relu")
expect_close(dZ, [[1, -2], [0, 1]], "dZ in the worked example of section 6, with a relu,")
rng = np.random.default_rng(6)
dA, Z = rng.normal(size=(2, 3)), rng.normal(size=(2, 3))
for kind in ["linear", "sigmoid", "tanh"]:
    dZ = activation_backward(dA, Z, kind)
    check_gradient(
        lambda v, kind=kind: float(np.sum(dA * activation(v, kind))), Z, dZ, name=f"dZ ({kind})"
    )

# %% [markdown]
# <details>
# <summary>What <code>kind=kind</code> does in this test</summary>
#
# A function looks a loop's variable up when it is *called*, and by then the loop may have gone on.
# A default argument is evaluated when the function is *made*, so `kind=kind` keeps today's value.
# Inside this loop it would work without; a list of such functions would all use the last `kind`.
#
# </details>
#
# ## 7 · Delta: two cases
#
# Once you know a layer's delta, `dZ` for a batch, its `dW` and `db` are one line each.
# So backpropagation comes down to one question: *how do I get the delta of every layer?*
#
# Layers are counted by $l=1,2,\dots$, the number written above: $Z^{(l)}=W^{(l)}A^{(l-1)}+\mathbf{b}^{(l)}\mathbf{1}^\top$
# and $A^{(l)}=\phi(Z^{(l)})$ with the layer's own $\phi$; $A^{(0)}$ is the data $X$.
# (Some texts give the *input* of layer $l$ the index $l$. Check which a text means before you copy
# a formula.)
#
# **Case 1: the output layer.**
# Nothing stands between this layer and the loss; its output is the prediction $P$.
# With the L2 loss, $\partial L/\partial P=(P-T)/m$, and formula (7) does the rest:
#
# $$
# \frac{\partial L}{\partial Z}=\tfrac1m(P-T)\odot\phi'(Z),\qquad
# \delta_{jc}=\tfrac1m\,(p_{jc}-t_{jc})\,\phi'(z_{jc})\tag{8}
# $$
#
# A softmax with cross-entropy is another output layer: its delta, $(S-T)/m$, has no factor $\phi'$,
# because the full Jacobian swallowed it in lesson 02.
#
# ### Exercise: `output_delta` (4 points)

# %% solution="output_delta"
def output_delta(A, Z, T, kind):
    """Return the delta of an output layer A = phi(Z) under the L2 loss of lesson 02.

    A, Z and T are (n, m), T floats or integers; kind is linear, relu, sigmoid or tanh.
    Returns the gradient of l2_loss(phi(Z), T) by Z, shape (n, m). Section 7, formula (8).

    >>> output_delta(np.array([[5.0, 2.0]]), np.array([[5.0, 2.0]]), np.array([[1.0, 2.0]]), "linear")
    array([[2., 0.]])
    """
    ### BEGIN SOLUTION
    return activation_backward(l2_grad(A, T), Z, kind)  # (n, m) -> (n, m)
    ### END SOLUTION


# %% test="output_delta" points=4
delta = output_delta(activation(Z_pencil, "relu"), Z_pencil, T_pencil, "relu")
expect_close(delta, [[1, -2], [0, 1]], "delta, the dZ of the worked example,")
rng = np.random.default_rng(7)
Z, T = rng.normal(size=(2, 3)), rng.normal(size=(2, 3))
for kind in ["linear", "sigmoid", "tanh"]:
    delta = output_delta(activation(Z, kind), Z, T, kind)
    check_gradient(
        lambda v, kind=kind: float(l2_loss(activation(v, kind), T)), Z, delta,
        name=f"delta ({kind})",
    )

# %% [markdown]
# **Case 2: a hidden layer.**
# The loss is not next door.
# But the layer above has its delta already, and section 5 says what it hands down: the slope by
# *our* output.
#
# Let the worked example's layer be the layer above.
# It hands down $W^\top\,\partial L/\partial Z$; the layer below is a relu too, with the sums $Z_{\text{below}}$:
#
# $$
# W^\top\frac{\partial L}{\partial Z}=\begin{pmatrix}2&-3\\1&-4\\0&1\end{pmatrix},\qquad
# Z_{\text{below}}=\begin{pmatrix}1&1\\2&-3\\-1&2\end{pmatrix}
# $$
#
# **Fill the gaps** in its delta: $\begin{pmatrix}2&-3\\1&\_\_\\\_\_&1\end{pmatrix}$.
#
# <details>
# <summary>Answer</summary>
#
# Both are 0: the relu below was closed at $-3$ and at $-1$.
#
# </details>
#
# Unit $k$ of layer $l$ has a path to the loss through every unit $j$ of layer $l+1$; the factor
# $\phi'$ does not depend on $j$ and stands outside the sum:
#
# $$
# \delta^{(l)}_{kc}=\Big(\sum_jw^{(l+1)}_{jk}\,\delta^{(l+1)}_{jc}\Big)\,\phi'(z^{(l)}_{kc})\tag{9}
# $$
# $$
# \frac{\partial L}{\partial Z^{(l)}}=\Big(W^{(l+1)\top}\frac{\partial L}{\partial Z^{(l+1)}}\Big)\odot\phi'(Z^{(l)})\tag{10}
# $$
#
# The neuron acts on the backward signal like an amplifier whose gain the forward pass has set.
# Read the forward pass from right to left to see the order: first the matrix of layer $l+1$, then
# the activation of layer $l$.

# %% [markdown]
# **Predict.** A colleague puts the bracket of (10) elsewhere: first the slopes of layer $l$ times
# the delta of layer $l+1$, then the matrix.
# When will NumPy object?
# When it does not, are the two the same?

# %% explore="where the product stands"
W_next = np.array([[1.0, 2.0], [0.0, 1.0]])
delta_next = np.array([[1.0], [1.0]])
gain = np.array([[1.0], [0.0]])  # the slopes phi'(Z) of layer l
print("as in (10):       ", ((W_next.T @ delta_next) * gain).ravel())
print("as the colleague's:", (W_next.T @ (delta_next * gain)).ravel())

# %% [markdown]
# NumPy objects when the two layers differ in width, unless layer $l$ has a single unit: then both
# are the same.
# With equal widths it is silent, and the two differ.
# Unit 2 of layer $l$ is closed, so its delta must be 0, as in (10).
# The colleague applied the gain of layer $l$ to the units of layer $l+1$, and the closed unit gets
# a delta of 2.
#
# ### Exercise: `hidden_delta` (5 points)

# %% solution="hidden_delta"
def hidden_delta(W_next, delta_next, Z, kind):
    """Return the delta of a hidden layer from the delta of the layer above it.

    W_next is (n_next, n), delta_next is (n_next, m), Z is (n, m) and is this layer's own;
    kind, linear, relu, sigmoid or tanh, is this layer's activation.
    Returns (n, m). Section 7, formula (10).

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
delta = hidden_delta(W_pencil, dZ_pencil, Z_below, "relu")
expect_close(delta, [[2, -3], [1, 0], [0, 1]], "delta in the worked example of section 7, case 2,")
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
# ## 8 · Other people's conventions
#
# The same layer is written in two ways, and both are common.
#
# | | here | elsewhere |
# |---|---|---|
# | a sample is | a column of `A` (n_in, m) | a row of `X_rows` (m, n_in) |
# | a weight leads | to the first index, from the second | from the first index, to the second |
# | the weights are | `W` (n_out, n_in) | `W_ij` (n_in, n_out) |
# | forward | `W @ A + b` | `X_rows @ W_ij + b_row` |
#
# In numbers: the sample $(1,2)$, and weights 3 and 4 that lead from its two inputs to one unit.
# Elsewhere $\begin{pmatrix}1&2\end{pmatrix}\begin{pmatrix}3\\4\end{pmatrix}=11$, here
# $\begin{pmatrix}3&4\end{pmatrix}\begin{pmatrix}1\\2\end{pmatrix}=11$: the same sum, written from the
# other side.
# Each array is transposed, and their order turns round.
# PyTorch mixes the two: samples are rows, but `nn.Linear` stores its weight as (n_out, n_in).

# %% [markdown]
# **Bug hunt: a text in the other convention.**
# A text on the web feeds a layer B of four nodes from a layer A of three nodes; $w_{ij}$ leads from
# node $i$ of A to node $j$ of B.
#
# > "$b_j$ is weight $j$ of layer B", and
# >
# > $Z_{B_1}=w_{11}A_1+w_{21}A_2+w_{31}A_3+w_{41}A_4+b_1$
# >
# > $L'(Z_{A_i})=\big(\sum_jL'(Z_{B_j})\,w_{ij}\big)\,\alpha'(Z_{A_i})$
#
# 1. What is wrong in the first two lines?
# 2. The third sums over the *second* index of $w$, formula (9) over the first. Is it wrong?
# 3. You copy its weights of a layer from four nodes to four into our `dense_forward`.
#    What happens?
#
# <details>
# <summary>Answers</summary>
#
# 1. Layer A has three nodes, so there is no fourth activation and no $w_{41}$.
#    And $b_j$ is not a weight but the **bias** of node $j$: it multiplies no input.
# 2. It is right, in its own convention: it sums over the node that the weight leads *to*.
# 3. Nothing seems to happen. A square matrix fits untransposed, and every result is wrong.
#
# </details>
#
# ### Exercise: `to_columns` (3 points)

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
A, W = expect_shape(to_columns(X_rows, W_ij), (A_pencil, W_pencil), "(A, W)")
expect_close(A[:, 1], X_rows[1], "column 1 of A, the sample that was row 1 of X,")
expect_close(W[0], W_ij[:, 0], "row 0 of W, the weights that lead to unit 0,")
expect_close(W @ A, (X_rows @ W_ij).T, "W @ A, the same sums as X @ W was,")

# %% [markdown]
# ## 9 · The layer as an object
#
# A layer keeps its parameters, remembers its last forward pass, and turns the gradient by its
# output into the gradient by its input.
#
# ```
# layer = DenseLayer(n_in, n_out, kind, rng)
# A_out = layer.forward(A)        # (n_out, m); remembers
# dA_in = layer.backward(dA_out)  # (n_in, m); sets dW, db
# layer.update(lr)                # a step downhill
# ```
#
# **The order.** `dA_in` is the gradient at the weights of the forward pass; if they move first, it
# is that of another network.
# So `backward` changes no weight; `update` comes afterwards.
#
# **Overwriting.** A second `backward` replaces `dW` and `db`. (PyTorch adds them up until you clear
# them.)
#
# **The first weights.** How large should they be?
# Let a sample's inputs have mean square 1, and draw each weight with mean 0 and one variance.
# The term $w_{jk}a_k$ of $z_j$ then has $a_k^2$ times this variance, and the terms are independent.
# So their variances add up, to $\sum_ka_k^2=n_{\text{in}}$ times that of a weight.
# **Predict** the spread of $z_j$ for 1000 inputs and weights of variance 1, and what a sigmoid makes
# of such a sum.
#
# <details>
# <summary>Answer</summary>
#
# $\sqrt{1000}\approx32$.
# Of ten sigmoids nine are saturated, at 0 or at 1, with a slope below 0.01.
#
# </details>

# %% [markdown]
# To keep the spread at 1, take the variance $1/n_{\text{in}}$.
# A relu sets the negative sums to 0; where they are as many and as large as the positive ones, it
# halves the mean square of what it passes on, and $2/n_{\text{in}}$ makes up for it.
# What counts is the number of *inputs*, the **fan-in**.
#
# **Bug hunt: the wrong fan.** A layer on the web draws its first weights like this, and a comment
# promises that the division keeps gradients from exploding:
#
# ```
# W = rng.normal(size=(n_out, n_in)) / np.sqrt(n_out)
# ```
#
# Suppose the layer leads from 1000 inputs to 10 units.
# **Predict** the spread of $z$ with this line and with the right one.

# %% explore="fan-in and fan-out"
rng = np.random.default_rng(9)
n_in, n_out, m = 1000, 10, 500
A = rng.normal(size=(n_in, m))
for name, fan in [("fan-out", n_out), ("fan-in", n_in)]:
    W = rng.normal(size=(n_out, n_in)) / np.sqrt(fan)
    Z = W @ A  # (n_out, n_in) (n_in, m) -> (n_out, m)
    flat = np.mean(activation_prime(Z, "sigmoid") < 0.01)
    print(f"{name}: spread of z {Z.std():5.2f}; sigmoids with a slope below 0.01: {flat:.0%}")

# %% [markdown]
# With fan-out the variance is $n_{\text{in}}/n_{\text{out}}=100$, a spread of 10, and most sigmoids
# are flat before the first step of training.
# In a square layer the two lines are equal, so a test with square layers never finds this.
# Division by $\sqrt{n_{\text{out}}}$ does keep the size of the *backward* signal; lesson 04 meets a
# compromise between the two.
#
# ### Exercise: `DenseLayer` (6 points)
#
# In a class, `self` is the object itself: what one method stores in `self.W`, another one finds there.
# `__init__` is called when somebody writes `DenseLayer(3, 2, "relu", rng)`, and
# `rng.normal(0.0, spread, size=(n_out, n_in))` draws numbers with a spread that you choose.
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
expect_shape((layer.W, layer.b), (W_pencil, b_pencil), "(W, b)")
assert not np.any(layer.b), "b begins with zeros"
for kind, variance in [("relu", 0.02), ("tanh", 0.01)]:
    large = DenseLayer(100, 400, kind, np.random.default_rng(2))
    found = np.var(large.W)
    expect_close(found, variance, f"{kind}, 100 inputs: the variance of W", rtol=0.05)

# The worked example, from the forward pass to one step downhill.
layer.W, layer.b = W_pencil.copy(), b_pencil.copy()
A_out = layer.forward(A_pencil)
expect_close(A_out, [[3, 1], [0, 4]], "A_out of section 2")
dA_in = layer.backward(l2_grad(A_out, T_pencil))
expect_close(layer.dW, [[-1, 2, -4], [1, 0, 2]], "dW of section 5")
expect_close(layer.db, [[-1], [1]], "db, one number a unit,")
expect_close(dA_in, [[2, -3], [1, -4], [0, 1]], "what backward hands down (section 7)")
layer.update(0.1)
expect_close(layer.W[0], [2.1, 0.8, 0.4], "row 0 of W after a step with lr = 0.1")
expect_close(layer.b, [[-0.9], [0.9]], "b after a step with lr = 0.1")

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

# Two layers at once, as in a network: the other one runs in between.
one, other = (DenseLayer(3, 3, "tanh", np.random.default_rng(seed)) for seed in [3, 4])
one.forward(np.eye(3))
alone = one.backward(np.eye(3))
one.forward(np.eye(3))
other.forward(-np.eye(3))
found = one.backward(np.eye(3))
expect_close(found, alone, "what a layer hands down, after the forward pass of another one, too,")

# %% [markdown]
# **Two of your layers** learn one period of a sine from 60 points: six tanh units, and a linear one
# on top.
# **Predict:** how much will it matter if `hidden.update` is left out, so that only the top layer
# learns?
# Run the cell, then take the line out and see; then try two or three other seeds.

# %% explore="two layers learn a sine"
from byhand.plots import function_fit

rng = np.random.default_rng(0)
X = np.linspace(-2, 2, 60)[None, :]  # (1, 60): one feature, 60 samples
T = np.sin(np.pi * X / 2)
with waiting():
    hidden, top = DenseLayer(1, 6, "tanh", rng), DenseLayer(6, 1, "linear", rng)
    losses = []
    for _ in range(3000):
        P = top.forward(hidden.forward(X))  # (1, 60) -> (6, 60) -> (1, 60)
        losses.append(l2_loss(P, T))
        hidden.backward(top.backward(l2_grad(P, T)))  # back the same way
        hidden.update(0.1)
        top.update(0.1)
    display(function_fit(X, T, P, losses))

# %% [markdown]
# With this seed the loss falls from 0.29 to 0.004.
# The prediction is off by 0.23 at the left end, and by at most 0.12 between $-1.6$ and $1.6$.
# Without `hidden.update` the loss ends 13 times as high.
# With the seeds from 1 to 7 it ends between 0.8 and 2.8 times as high: six random tanh units below
# a layer that learns go far, and one run proves little.
#
# A falling loss is no proof either: lesson 04 will show wrong gradients that train almost as well.
# What speaks for your layer is the gradient check in its tests.

# %% [markdown]
# ## Summary
#
# | gradient | by index | by matrix | why |
# |---|---|---|---|
# | `dZ` | `dA_out[j,c]`$\,\phi'(z_{jc})$ | `dA_out`$\,\odot\,\phi'(Z)$ | the Jacobian is diagonal |
# | `dW` | $\sum_c\delta_{jc}\,a_{kc}$ | `dZ`$\,A^\top$ | a weight serves all samples |
# | `db` | $\sum_c\delta_{jc}$ | `dZ`$\,\mathbf{1}$ | so does a bias, with slope 1 |
# | `dA` | $\sum_jw_{jk}\,\delta_{jc}$ | $W^\top$`dZ` | an input feeds all units |
#
# - The output layer's delta comes from the loss; a hidden layer's from the layer above, through its
#   weights transposed and then through $\phi'$ of its own sums.
# - A transpose is there because of the place of the summed index, an elementwise product because
#   the activation is elementwise. Shapes are a check, no proof.
#
# Here is the whole picture. Compare it with your sketch from section 1.

# %% explore="picture of the way back"
shapes_diagram(n_in=3, n_out=2, m=5)

# %% [markdown]
# **Lesson 04 uses** `dense_forward`, `dense_backward` and `activation_backward`, chains them
# through any number of layers, and checks the result with a gradient check of your own.
#
# ## Further reading
#
# - Michael Nielsen, *Neural Networks and Deep Learning* (2015), chapter 2, at
#   neuralnetworksanddeeplearning.com: the same recursion as four equations.
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

# %% [markdown]
# # 02 · Sigmoid, softmax and their Jacobians
#
# Before: [01 · The chain rule](../01_chain_rule/01_chain_rule.ipynb) ·
# next: [03 · The dense layer](../03_dense_layer/03_dense_layer.ipynb) ·
# [Notation](../00_start_here/00_start_here.ipynb#Notation)
#
# Lesson 01 went back through single numbers. Here functions take many and give many: the sigmoid
# treats each alone, the softmax mixes them, and two losses stand behind them.
#
# **Afterwards you can** take a gradient back through elementwise functions and through the softmax,
# without its Jacobian; derive the gradients of two losses; write all of it so that it survives
# 1000 and 0.
#
# **You need** lesson 01, and the quotient rule.
#
# **90 minutes, 40 points:** 23 minutes to read, 19 to try things out, 48 for the exercises.
#
# | exercise | points | minutes |
# |---|---|---|
# | `sigmoid` | 3 | 3 |
# | `activation_prime` | 3 | 7 |
# | `l2_loss` | 2 | 3 |
# | `l2_grad` | 2 | 3 |
# | `softmax` | 3 | 3 |
# | `softmax_jacobian` | 3 | 2 |
# | `softmax_vjp` | 5 | 3 |
# | `cross_entropy` | 3 | 2 |
# | `cross_entropy_grad` | 3 | 2 |
# | `step_1_log_sum_exp` | 1 | 2 |
# | `step_2_log_shares` | 1 | 2 |
# | `step_3_loss` | 1 | 2 |
# | `step_4_slope_of_log_sum_exp` | 1 | 2 |
# | `step_5_sample_slopes` | 1 | 2 |
# | `derive_softmax_cross_entropy` | 4 | 8 |
# | `softmax_cross_entropy_grad` | 4 | 2 |

# %% [markdown]
# ## Three questions on lesson 01
#
# 1. A weight reaches the loss along two paths. The product of the slopes along one is $2$, along the
#    other $-5$. What is the slope of the loss by the weight?
# 2. A sigmoid neuron has $z = 0$, one outgoing weight $2$, and the delta of the neuron behind it
#    is $3$. What is its own delta?
# 3. Central differences get more accurate as $h$ shrinks from $10^{-2}$ to $10^{-5}$.
#    Why not take $h = 10^{-15}$?
#
# <details><summary>Answers</summary>
#
# 1. $2 + (-5) = -3$. Every path adds its product.
# 2. $\sigma'(0) = \tfrac14$, so the delta is $\tfrac14 \cdot 2 \cdot 3 = 1.5$.
# 3. $f(x+h)$ and $f(x-h)$ then agree in nearly all their digits. Their difference is rounding error,
#    and dividing by a tiny $2h$ makes it large.
#
# </details>
#
# The next cell imports `numerical_gradient` from `earlier.py`, which holds a solution of lesson 01.
# You are welcome to paste your own below it: everything here works with yours.

# %% setup="imports"
import tracemalloc
import warnings

import numpy as np
from earlier import numerical_gradient

from byhand import shares, slopes
from byhand.expect import expect_close, expect_shape
from byhand.plots import heat_map

# %% [markdown]
# ## 1 · From one number to many: the Jacobian
#
# Put three numbers, $\mathbf{z} = (-1, 0, \ln 3)$, through the sigmoid. Nudge one input at a time, and
# measure how each of the three outputs moves: nine slopes. How many of them are 0?
#
# (In the cell, `j=j` gives the function the value that `j` has now. Without it, functions made in a
# loop share one `j`, and all use its last value when they are called later.)

# %% explore="nine slopes of three sigmoids"
def sigma(z):
    return 1 / (1 + np.exp(-z))


z = np.array([-1.0, 0.0, np.log(3.0)])    # (n,) with n = 3
J = np.zeros((3, 3))
for j in range(3):                        # row j: output j by each input
    J[j] = numerical_gradient(lambda z, j=j: sigma(z)[j], z)
heat_map(J, title="output j by input k", row_labels=["$a_1$", "$a_2$", "$a_3$"],
         column_labels=["$z_1$", "$z_2$", "$z_3$"])

# %% [markdown]
# Six. Nudge $z_2$, and only $a_2$ moves.
#
# For any function from $\mathbf{z}$ to $\mathbf{a}$ the **Jacobian** is the matrix of all slopes, a row
# for each output and a column for each input:
#
# $$
# J_{jk} = \frac{\partial a_j}{\partial z_k}. \tag{1}
# $$
#
# **How a gradient goes back.** Behind $\mathbf{a}$ comes a loss, and $\partial L/\partial a_j$ is known
# for each $j$. The input $z_k$ can reach $L$ through every output, and paths add:
#
# $$
# \frac{\partial L}{\partial z_k} = \sum_j J_{jk}\,\frac{\partial L}{\partial a_j}, \qquad
# \frac{\partial L}{\partial \mathbf{z}} = J^\top\, \frac{\partial L}{\partial \mathbf{a}}. \tag{2}
# $$
#
# The sum runs over the *first* index of $J$, and a matrix times a vector sums over the *second*. That is
# why the transpose stands there. The product is called a **vector-Jacobian product**, vjp for short.

# %% explore="back through three sigmoids"
a = sigma(z)                                  # (3,)
da = np.array([10.0, -4.0, 0.5])              # (3,), made up
print("by (2):        ", (J.T @ da).round(4))             # (3, 3) (3,) -> (3,)
print("entry by entry:", (da * a * (1 - a)).round(4))     # (3,) * (3,) -> (3,)

# %% [markdown]
# ## 2 · What an elementwise function makes of it
#
# An activation function $\phi$ like the sigmoid acts on each entry alone, $a_j = \phi(z_j)$. With the
# **indicator** $1\{j = k\}$, which is 1 if $j = k$ and 0 otherwise,
#
# $$
# J_{jk} = \phi'(z_j)\,1\{j = k\}, \qquad
# \frac{\partial L}{\partial z_k} = \sum_j \phi'(z_j)\,1\{j = k\}\,\frac{\partial L}{\partial a_j}
# = \phi'(z_k)\,\frac{\partial L}{\partial a_k}. \tag{3}
# $$
#
# A diagonal matrix multiplies entry by entry, which is written $\odot$:
# $\partial L/\partial Z = \partial L/\partial A \odot \phi'(Z)$ for a batch, whose columns do not mix.
# This product stands there **because the function is elementwise**, and for no other reason.
# Keep this sentence for section 8.
#
# ## 3 · A sigmoid that survives 1000
#
# On paper these are the same function:
#
# $$
# \frac{1}{1 + e^{-z}}, \qquad \frac{e^{z}}{1 + e^{z}}, \qquad \frac{1 + \tanh(z/2)}{2}.
# $$
#
# The largest double is about $1.8 \cdot 10^{308}$. $e^{710}$ is larger: it *overflows* to `inf`, with a
# warning, and `inf / inf` is `nan`. Which of the three goes wrong at $1000$, at $-1000$, at $-30$?

# %% explore="three formulas for one function"
z = np.array([-1000.0, -30.0, 0.0, 30.0, 1000.0])
with np.errstate(all="ignore"):      # no warnings, so that the numbers can be read
    print("1 / (1 + exp(-z))     ", 1 / (1 + np.exp(-z)))
    print("exp(z) / (1 + exp(z)) ", np.exp(z) / (1 + np.exp(z)))
    print("(1 + tanh(z / 2)) / 2 ", (1 + np.tanh(z / 2)) / 2)
print("exp(-30), which sigma(-30) is nearly equal to:", np.exp(-30.0))

# %% [markdown]
# The first overflows at $-1000$: 0 is right, since `1 / inf` is 0, but it warns.
# The second is `nan` at $1000$. The third never overflows, but at $-30$ only three digits are right:
# $\tanh(-15)$ is so close to $-1$ that $1 + \tanh(-15)$ cancels the others.
#
# What helps is to let no exponent be positive: the first formula for $z \ge 0$, the second for $z < 0$.
# In both, the exponent is then minus the absolute value of $z$.
#
# `np.where(z >= 0, x, y)` computes both for all entries, so an overflow in the one that is not chosen
# still warns. A **mask** computes only where it is true: `right = z >= 0`, then
# `result[right] = ...` with `z[right]`, and the rest with `~right`.
#
# ### Exercise: `sigmoid` (3 points)

# %% solution="sigmoid"
def sigmoid(z):
    """Return 1 / (1 + exp(-z)), entry by entry.

    z: array of any shape, floats or integers, or one number
    returns: floats of the shape of z, without a warning, however large z is;
       a relative error of at most 1e-9 for z from -30 to 30

    Formula: section 3.
    Example: sigmoid(np.array([0.0, np.log(3.0)])) is [0.5, 0.75].
    """
    ### BEGIN SOLUTION
    z = np.asarray(z, dtype=float)
    e = np.exp(-np.abs(z))  # between 0 and 1, so it cannot overflow
    return np.where(z >= 0, 1.0, e) / (1.0 + e)
    ### END SOLUTION

# %% test="sigmoid" points=3
z = np.array([[0.0, np.log(3.0)], [-np.log(3.0), 2.0], [-30.0, 30.0]])
result = expect_shape(sigmoid(z), z, "sigmoid(z)")
expect_close(result[0], [0.5, 0.75], "the sigmoid of 0 and ln 3")
expect_close(result[1, 0], 0.25, "the sigmoid of -ln 3, 1 - sigma(ln 3),")
left_tail = "the sigmoid of -30, which is exp(-30) to twelve digits,"
expect_close(result[2, 0], np.exp(-30.0), left_tail, rtol=1e-9, atol=0.0)
right = [0.26894142, 0.5, 0.73105858]
expect_close(sigmoid(np.array([-1, 0, 1])), right, "the sigmoid of the integers -1, 0, 1")
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    ends = sigmoid(np.array([-1000.0, 1000.0]))
expect_close(ends, [0.0, 1.0], "the sigmoid of -1000 and 1000")
assert not caught, f"no warning is allowed at 1000 or -1000, but: {caught[0].message}"

# %% [markdown]
# ## 4 · Four activation functions and their slopes
#
# The way back is the same for every elementwise function, once its slope is known.
# In the picture the slopes are measured. Where is each largest, and can one be larger than 1?

# %% explore="four activations and their measured slopes"
slopes.four_activations()

# %% [markdown]
# None is ever larger than 1: an activation passes a gradient on as it is, or makes it smaller.
# The largest slope of the sigmoid is 0.25, that of tanh 1, both at 0. The relu has slope 0 left of 0
# and 1 right of it.
#
# | kind | $\phi(z)$ | $\phi'(z)$ |
# |---|---|---|
# | linear | $z$ | $1$ |
# | relu | $\max(z, 0)$ | $1$ if $z > 0$, otherwise $0$ |
# | sigmoid | $\sigma(z)$ | $\sigma(z)\,(1 - \sigma(z))$ |
# | tanh | $\tanh z$ | $1 - \tanh^2 z$ |
#
# **At exactly 0** the relu has a kink and no slope. This course takes 0 there, as most libraries do.
#
# **The slope takes $z$.** $a(1-a)$ is written in $a$. Put $z$ in its place, and every shape is right, but
# at $z = \ln 3$ you get $-0.108$ for $\tfrac{3}{16}$: a sigmoid that falls.
#
# <details><summary>Further: the slope of tanh, by the quotient rule</summary>
#
# The derivative of $e^{z} - e^{-z}$ is $e^{z} + e^{-z}$, and the other way round. So
#
# $$
# \tanh z = \frac{e^{z} - e^{-z}}{e^{z} + e^{-z}}, \qquad
# \tanh' z = \frac{(e^{z} + e^{-z})^2 - (e^{z} - e^{-z})^2}{(e^{z} + e^{-z})^2} = 1 - \tanh^2 z.
# $$
#
# </details>
#
# ### Exercise: `activation_prime` (3 points)

# %% solution="activation_prime"
def activation_prime(z, kind):
    """Return phi'(z), entry by entry, for the activation function called kind.

    z: array of any shape, floats or integers; the input of phi, not its output
    kind: "linear", "relu", "sigmoid" or "tanh"; anything else is a ValueError
    returns: floats of the shape of z; the slope of relu at 0 is 0

    Formula: the table in section 4.
    Example: activation_prime(np.array([-2.0, 0.0, 3.0]), "relu") is [0.0, 0.0, 1.0].
    """
    ### BEGIN SOLUTION
    z = np.asarray(z, dtype=float)
    if kind == "linear":
        return np.ones_like(z)
    if kind == "relu":
        return (z > 0).astype(float)
    if kind == "sigmoid":
        a = sigmoid(z)
        return a * (1.0 - a)
    if kind == "tanh":
        return 1.0 - np.tanh(z) ** 2
    raise ValueError(f"unknown activation {kind!r}; use linear, relu, sigmoid or tanh")
    ### END SOLUTION

# %% test="activation_prime" points=3
z = np.array([[np.log(3.0), 0.0], [-1.5, 0.7]])
for kind in ["linear", "relu", "sigmoid", "tanh"]:
    expect_shape(activation_prime(z, kind), z, f"{kind}: the slope")
    for given in [z, np.array([[1, 2]])]:
        dtype = np.asarray(activation_prime(given, kind)).dtype
        assert dtype.kind == "f", f"{kind}: slopes are floats, but yours are {dtype}"
expect_close(
    activation_prime(z, "sigmoid")[0, 0], 3 / 16, "sigmoid: at z = ln 3, where a is 3/4, the slope"
)
expect_close(
    activation_prime(z, "tanh")[0, 0], 0.36, "tanh: at z = ln 3, where tanh is 0.8, the slope"
)
expect_close(activation_prime(z, "relu"), [[1, 0], [0, 1]], "relu: the slope, 0 at exactly 0,")
for kind, phi in [("linear", lambda z: z), ("sigmoid", sigmoid), ("tanh", np.tanh)]:
    measured = (phi(z + 1e-5) - phi(z - 1e-5)) / 2e-5
    expect_close(activation_prime(z, kind), measured, f"{kind}: the slope by central differences")
with np.errstate(all="ignore"):
    far = activation_prime(np.array([-1000.0, 1000.0]), "sigmoid")
expect_close(far, [0.0, 0.0], "sigmoid: the slope at -1000 and at 1000")
try:
    activation_prime(z, "softmax")
except ValueError:
    pass
else:
    raise AssertionError("an unknown kind should raise a ValueError")

# %% [markdown]
# ### Bug hunt: right numbers, wrong kind of thing
#
# Both give the right slopes. Run the cell, read the messages, and say what is wrong with each.

# %% explore="bug hunt in two slopes"
def relu_prime(z):
    return np.where(z > 0, 1, 0)


def linear_prime(z):
    return 1


z = np.array([[0.5, -1.0], [2.0, 3.0]])
try:
    dZ = relu_prime(z)
    dZ *= 0.5                  # scale the gradient in place
except TypeError as error:
    print("relu:  ", error)
try:
    dZ = linear_prime(z)
    db = dZ.sum(axis=1)        # lesson 03 sums a gradient over the samples
except AttributeError as error:
    print("linear:", error)

# %% [markdown]
# <details><summary>What was wrong</summary>
#
# `np.where(z > 0, 1, 0)` makes an array of *integers*, because 1 and 0 are integers.
# Halves cannot be stored in it. `linear_prime` returns one number where an array of the shape of z is
# expected, which works as long as it is multiplied with an array.
# A function whose result has a promised shape and type has to keep the promise in every branch.
#
# </details>
#
# ## 5 · Half the squared error
#
# A loss compares predictions $P$ with targets $T$. Here are $m = 2$ samples with $n = 3$ outputs each:
#
# $$
# P = \begin{pmatrix} 1 & 4 \\ 2 & 0 \\ 3 & 1 \end{pmatrix}, \quad
# T = \begin{pmatrix} 0 & 4 \\ 4 & 1 \\ 3 & -2 \end{pmatrix}, \quad
# P - T = \begin{pmatrix} 1 & 0 \\ -2 & -1 \\ 0 & 3 \end{pmatrix}.
# $$
#
# 1. Square: the first column gives $1, 4, 0$, the second $0, 1, 9$.
# 2. Sum over the features, column by column: $5$ and $10$.
# 3. Take half: $2.5$ and $5$, one loss for each sample.
# 4. Take the mean over the samples: $3.75$.
#
# $$
# L = \frac{1}{m} \sum_c \frac12 \sum_j (p_{jc} - t_{jc})^2. \tag{4}
# $$
#
# How does $L$ change if $p_{31} = 3$ is raised a little? And if $p_{32} = 1$ is? Measure.

# %% explore="two slopes of a squared error"
P = np.array([[1.0, 4.0], [2.0, 0.0], [3.0, 1.0]])
T = np.array([[0.0, 4.0], [4.0, 1.0], [3.0, -2.0]])
squared = numerical_gradient(lambda P: np.mean(np.sum((P - T) ** 2, axis=0) / 2), P)
print("last row:", squared[2].round(9))

# %% [markdown]
# $p_{31}$ equals its target, and its slope is 0. $p_{32}$ is 3 above; the loss of its own sample has
# slope 3 there, and the mean over two samples halves it.
#
# In general $p_{jc}$ occurs in a single term of (4), and the half cancels the 2 of the square:
#
# $$
# \frac{\partial L}{\partial p_{jc}} = \frac{1}{m}\,(p_{jc} - t_{jc}), \qquad
# \frac{\partial L}{\partial P} = \frac{1}{m}\,(P - T). \tag{5}
# $$
#
# The $1/m$ of the mean stands here, in the first gradient. Every later one inherits it.
#
# ### Exercise: `l2_loss` (2 points)

# %% solution="l2_loss"
def l2_loss(P, T):
    """Return half the squared error, summed over features, as a mean over the samples.

    P, T: (n, m), predictions and targets, floats or integers
    returns: one float

    Formula (4), section 5.
    Example: for the two matrices of section 5 it is 3.75.
    """
    ### BEGIN SOLUTION
    error = np.subtract(P, T, dtype=float)
    return 0.5 * np.sum(error**2) / error.shape[1]
    ### END SOLUTION

# %% test="l2_loss" points=2
P = np.array([[1.0, 4.0], [2.0, 0.0], [3.0, 1.0]])
T = np.array([[0.0, 4.0], [4.0, 1.0], [3.0, -2.0]])
expect_close(l2_loss(P, T), 3.75, "the loss for the example of section 5")
assert l2_loss(T, T) == 0.0, "a perfect prediction has loss 0"

# %% [markdown]
# ### Exercise: `l2_grad` (2 points)

# %% solution="l2_grad"
def l2_grad(P, T):
    """Return the gradient of l2_loss by P.

    P, T: (n, m), predictions and targets, floats or integers
    returns: (n, m), entry (j, c) is the derivative of the loss by P[j, c]

    Formula (5), section 5.
    Example: for the two matrices of section 5 its last row is [0.0, 1.5].
    """
    ### BEGIN SOLUTION
    error = np.subtract(P, T, dtype=float)
    return error / error.shape[1]
    ### END SOLUTION

# %% test="l2_grad" points=2
P = np.array([[1.0, 4.0], [2.0, 0.0], [3.0, 1.0]])
T = np.array([[0.0, 4.0], [4.0, 1.0], [3.0, -2.0]])
gradient = expect_shape(l2_grad(P, T), P, "l2_grad(P, T)")
expect_close(gradient[2], [0.0, 1.5], "the last row for the example of section 5")
measured = numerical_gradient(lambda P: l2_loss(P, T), P)
expect_close(gradient, measured, "by central differences of your own l2_loss, the gradient")

# %% [markdown]
# ## 6 · Softmax: scores become shares
#
# A classifier ends with one score for each class, the *logits*. The softmax makes them positive shares
# that sum to 1. Take $\mathbf{z} = (0, \ln 2, \ln 5)$: the exponentials are $1, 2, 5$, their sum is $8$,
# and the shares are $\mathbf{s} = (\tfrac18, \tfrac28, \tfrac58)$.
#
# *It is easy to believe that the softmax is a sigmoid with more outputs.* Put the same logits through
# three sigmoids: $\tfrac12, \tfrac23, \tfrac56$. Now raise the third logit to $\ln 10$.
# Which of the six numbers change?

# %% explore="one logit rises"
shares.one_logit_rises()

# %% [markdown]
# Of the sigmoids one, of the shares all three: the sum below the line has grown.
#
# $$
# s_j = \frac{e^{z_j}}{E}, \qquad E = \sum_i e^{z_i}. \tag{6}
# $$
#
# (A softmax of *two* logits is one sigmoid, of their difference: divide above and below by $e^{z_1}$.)
#
# **The same number added to all logits changes nothing**: above and below the line, $e^{r}$ cancels.
# On paper this is a remark. In floating point it is the rescue. Predict what each line prints.

# %% explore="softmax at 1000"
z = np.array([1000.0, 1000.0 + np.log(2.0), 1000.0 + np.log(5.0)])
with np.errstate(all="ignore"):
    print("as the formula stands:    ", np.exp(z) / np.sum(np.exp(z)))
print("with 1000 taken off first:", np.exp(z - 1000) / np.sum(np.exp(z - 1000)))

batch = np.array([[1000.0, -1000.0], [999.0, -1001.0]])    # two samples, far apart
E = np.exp(batch - batch.max())                            # one maximum for both
with np.errstate(all="ignore"):
    print("one shift for all samples:\n", E / E.sum(axis=0))

# %% [markdown]
# `inf / inf` is `nan`. With the largest logit taken off, the largest exponential is $e^0 = 1$: nothing
# overflows, and the sum is at least 1. But each sample needs its own shift: with one for the whole batch
# the second sample became $0/0$. So take one maximum for each column, of shape (1, m).
#
# ### Exercise: `softmax` (3 points)

# %% solution="softmax"
def softmax(Z):
    """Return the softmax of each column.

    Z: (n, m), logits, floats or integers of any size; a column is a sample
    returns: S, (n, m), each column sums to 1; a share far below another may round to 0

    Formula (6), section 6.
    Example: softmax(np.log([[1.0], [2.0], [5.0]])) is [[0.125], [0.25], [0.625]].
    """
    ### BEGIN SOLUTION
    E = np.exp(Z - Z.max(axis=0, keepdims=True))  # (n, m) - (1, m) -> (n, m)
    return E / E.sum(axis=0, keepdims=True)
    ### END SOLUTION

# %% test="softmax" points=3
Z = np.log(np.array([[1.0, 3.0], [2.0, 3.0], [5.0, 2.0]]))
S = expect_shape(softmax(Z), Z, "softmax(Z)")
expect_close(np.sum(S, axis=0), [1, 1], "the sum of each column")
expect_close(S[:, 0], [1 / 8, 2 / 8, 5 / 8], "the softmax of (0, ln 2, ln 5)")
with np.errstate(all="ignore"):
    far = softmax(np.array([[1000.0, -1000.0], [1000.0, -1000.0]]))
expect_close(far, np.full((2, 2), 0.5), "the share of two equal logits, 1000 or -1000,")

# %% [markdown]
# ## 7 · The Jacobian of the softmax
#
# First in numbers: nudge one logit of $\mathbf{z} = (0, \ln 2, \ln 5)$ at a time.
# Which signs stand on the diagonal, which off it? What is the sum of each column?

# %% explore="the Jacobian of the softmax, measured"
z = np.log(np.array([1.0, 2.0, 5.0]))    # (3,)
J = np.zeros((3, 3))
for j in range(3):
    J[j] = numerical_gradient(lambda z, j=j: np.exp(z[j]) / np.sum(np.exp(z)), z)
heat_map(64 * J, title="64 times the Jacobian of the softmax",
         row_labels=["share 1", "share 2", "share 3"], column_labels=["logit 1", "logit 2", "logit 3"])

# %% [markdown]
# The diagonal is positive and everything else negative. Raise one logit: its share grows, the others pay
# for it, and each column sums to 0. Raise *all* logits together: no share moves, so each row sums
# to 0 too.
#
# **If $j = k$**, above and below the line of (6) stands $z_j$. By the quotient rule
#
# $$
# \frac{\partial s_j}{\partial z_j} = \frac{e^{z_j} E - e^{z_j} e^{z_j}}{E^2} = s_j\,(1 - s_j).
# $$
#
# **If $j \ne k$**, only $E$ contains $z_k$:
#
# $$
# \frac{\partial s_j}{\partial z_k} = \frac{0 \cdot E - e^{z_j} e^{z_k}}{E^2} = -\,s_j\,s_k.
# $$
#
# The indicator joins the two, and the products $s_j s_k$ are the table $\mathbf{s}\,\mathbf{s}^\top$:
#
# $$
# J_{jk} = s_j\,\bigl(1\{j = k\} - s_k\bigr), \qquad
# J = \operatorname{diag}(\mathbf{s}) - \mathbf{s}\,\mathbf{s}^\top. \tag{7}
# $$
#
# In the next cell the second case is missing. Put it in: you are done when all row sums are 0.

# %% explore="a Jacobian with a gap"
s = np.array([1.0, 2.0, 5.0]) / 8.0
J = np.zeros((3, 3))
for j in range(3):
    for k in range(3):
        if j == k:
            J[j, k] = s[j] * (1.0 - s[j])
        else:
            J[j, k] = 0.0    # the gap: share j by another logit k
print("64 * J:\n", 64 * J)
print("row sums of 64 * J:", 64 * J.sum(axis=1))

# %% [markdown]
# $J$ is symmetric, so $J^\top = J$, and a forgotten transpose does no harm: luck of the softmax.
# In lesson 03 the matrix in this place is $W$, which is not symmetric.
#
# `np.diag(s)` puts a vector on a diagonal, and `np.outer(s, s)` is the table of all products.
#
# ### Exercise: `softmax_jacobian` (3 points)

# %% solution="softmax_jacobian"
def softmax_jacobian(s):
    """Return the Jacobian of the softmax, from one output of it.

    s: (n,), one column of softmax outputs; not the logits
    returns: J, (n, n), J[j, k] is the derivative of s_j by z_k

    Formula (7), section 7.
    Example: for s = [0.5, 0.5] it is [[0.25, -0.25], [-0.25, 0.25]].
    """
    ### BEGIN SOLUTION
    return np.diag(s) - np.outer(s, s)  # (n, n) - (n, 1) (1, n) -> (n, n)
    ### END SOLUTION

# %% test="softmax_jacobian" points=3
s = np.array([1.0, 2.0, 5.0]) / 8.0
J = expect_shape(softmax_jacobian(s), np.eye(3), "J, three outputs by three inputs,")
expect_close(64 * np.diag(J), [7, 12, 15], "64 times the diagonal of J")
expect_close(np.sum(J, axis=1), [0, 0, 0], "the sum of each row of J")
expect_close(64 * J[1, 2], -10, "64 J[1, 2]")

# %% [markdown]
# ## 8 · The way back through a softmax, without its Jacobian
#
# Take $\mathbf{s} = (\tfrac18, \tfrac28, \tfrac58)$ and
# $\partial L/\partial \mathbf{s} = (8, 0, -8)$: the loss does not care about the second share.
# Does it care about the second *logit*?
#
# You can read this argument: *all shapes are (n, m), so the product can only be the elementwise one*.
# The cell compares it with (2) and with a measurement.

# %% explore="equal shapes prove nothing"
s, ds = np.array([1.0, 2.0, 5.0]) / 8.0, np.array([8.0, 0.0, -8.0])
J = np.array([[7.0, -2.0, -5.0], [-2.0, 12.0, -10.0], [-5.0, -10.0, 15.0]]) / 64
print("elementwise, s * (1 - s) * ds:", s * (1 - s) * ds)
print("formula (2), J.T @ ds:        ", J.T @ ds)          # (3, 3) (3,) -> (3,)
print("measured:                     ", numerical_gradient(
    lambda z: np.sum(ds * np.exp(z)) / np.sum(np.exp(z)), np.log([1.0, 2.0, 5.0])).round(6))

# %% [markdown]
# It cares: raising the second logit takes share from the others. The elementwise product has the right
# shape and is wrong: it leaves out everything off the diagonal.
# **Shapes can show that a product is impossible. They cannot show that it is right.**
#
# Now put (7) into (2), and multiply out:
#
# $$
# \frac{\partial L}{\partial z_k}
# = \sum_j s_j\,\bigl(1\{j = k\} - s_k\bigr)\,\frac{\partial L}{\partial s_j}
# = s_k \left(\frac{\partial L}{\partial s_k} - \sum_j s_j\,\frac{\partial L}{\partial s_j}\right). \tag{8}
# $$
#
# The sum does not contain $k$: it is one number for each sample, here
# $\tfrac18 \cdot 8 - \tfrac58 \cdot 8 = -4$. The brackets are $12, 4, -4$, and times the shares they are
# $1.5, 1, -2.5$ again. For 20,000 classes $J$ takes 3.2 GB for each sample, a vector 160 kB.
#
# ### Bug hunt: an index that was copied wrong
#
# A text on the softmax says:
#
# > With $y_j$ for the outputs and $x_i$ for the inputs,
# > $$\frac{\partial E}{\partial x_i} = \sum_{j=1}^{n} \left( \frac{\partial E}{\partial y_i} \cdot \frac{\partial y_i}{\partial x_i} \right)$$
#
# The cell follows it to the letter. Repair the line until both rows agree.

# %% explore="bug hunt in a chain rule"
def vjp_as_printed(y, dy):
    dx = np.zeros(y.size)
    for i in range(y.size):
        for j in range(y.size):
            dx[i] += dy[i] * y[i] * (1.0 - y[i])    # dE/dy_i times dy_i/dx_i
    return dx


print("as printed:", vjp_as_printed(s, ds))
print("measured:  ", np.array([1.5, 1.0, -2.5]))

# %% [markdown]
# <details><summary>What was wrong</summary>
#
# Nothing behind the sum depends on $j$, so the sum only multiplies by $n$: a sum whose index does
# not occur in its terms is always suspicious. The paths from an input run through *every* output:
#
# > $$\frac{\partial E}{\partial x_i} = \sum_{j=1}^{n} \frac{\partial E}{\partial y_j} \cdot \frac{\partial y_j}{\partial x_i}$$
#
# The line becomes `dx[i] += dy[j] * y[j] * ((i == j) - y[i])`.
# As printed, the result is $n$ times the elementwise one: two mistakes for the price of one index.
#
# </details>
#
# ### Exercise: `softmax_vjp` (5 points)
#
# Do not build the Jacobian. One of the hidden cases has 20,000 classes, and 50 MB to do it in.

# %% solution="softmax_vjp"
def softmax_vjp(S, dS):
    """Take a gradient back through the softmax: from dS to dZ.

    S: (n, m), softmax outputs; each column is a sample
    dS: (n, m), the gradient of the loss by S
    returns: dZ, (n, m), the gradient of the loss by the logits;
       memory grows like n * m, never like n * n

    Formula (8), section 8.
    Example: S = [[1/8], [2/8], [5/8]] and dS = [[8.0], [0.0], [-8.0]]
    give [[1.5], [1.0], [-2.5]].
    """
    ### BEGIN SOLUTION
    weighted_mean = (S * dS).sum(axis=0, keepdims=True)  # (1, m): one number a sample
    return S * (dS - weighted_mean)  # (n, m)
    ### END SOLUTION

# %% test="softmax_vjp" points=5
S = np.array([[1.0, 4.0], [2.0, 2.0], [5.0, 2.0]]) / 8.0
dS = np.array([[8.0, 1.0], [0.0, 2.0], [-8.0, 0.0]])
dZ = expect_shape(softmax_vjp(S, dS), S, "dZ")
expect_close(dZ[:, 0], [1.5, 1.0, -2.5], "column 0 of dZ, the example of section 8,")
expect_close(np.sum(dZ, axis=0), [0, 0], "the sum of each column of dZ")
for c in range(2):
    by_jacobian = softmax_jacobian(S[:, c]).T @ dS[:, c]  # (n, n) (n,) -> (n,)
    expect_close(dZ[:, c], by_jacobian, f"column {c} of dZ, which is J.T @ dS[:, {c}],")
wide = np.full((3000, 2), 1 / 3000)  # J would take 72 MB for each of these samples
tracemalloc.start()
softmax_vjp(wide, wide)
peak = tracemalloc.get_traced_memory()[1] / 1e6
tracemalloc.stop()
assert peak < 10, f"3,000 classes took {peak:.0f} MB; build no (n, n) matrix on the way"

# %% [markdown]
# ## 9 · Cross-entropy, from probabilities
#
# The cross-entropy measures how surprised a prediction is by the target. Sample 1 has a *one-hot* target,
# sample 2 a *soft* one:
#
# $$
# P = \begin{pmatrix} \tfrac18 & \tfrac14 \\ \tfrac28 & \tfrac12 \\ \tfrac58 & \tfrac14
# \end{pmatrix}, \qquad
# T = \begin{pmatrix} 0 & \tfrac12 \\ 0 & \tfrac12 \\ 1 & 0 \end{pmatrix}.
# $$
#
# 1. Sample 1: only the target class counts, $-\ln \tfrac58 \approx 0.470$.
# 2. Sample 2: $-\tfrac12 \ln \tfrac14 - \tfrac12 \ln \tfrac12 = \tfrac32 \ln 2 \approx 1.040$.
# 3. The mean is $0.755$.
#
# $$
# L = -\frac{1}{m} \sum_c \sum_j t_{jc} \ln p_{jc}, \qquad
# \frac{\partial L}{\partial p_{jc}} = -\frac{1}{m} \cdot \frac{t_{jc}}{p_{jc}}. \tag{9}
# $$
#
# As in section 5, $p_{jc}$ occurs in one term, and the derivative of $\ln p$ is $1/p$.
#
# A softmax can return an exact 0. What do $t \ln p$ and $t/p$ become then?

# %% explore="log of zero"
p = np.array([0.0, 0.0, 1.0])
for t in [np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.0, 1.0])]:
    with np.errstate(all="ignore"):
        print("t =", t, "  t * log(p) =", t * np.log(p), "  t / p =", t / p)

# %% [markdown]
# Where the target is positive, they are infinite. Where it is 0, the term ought to add nothing, but
# `0 * -inf` and `0 / 0` are `nan`, and one `nan` spoils the sum.
#
# Where probabilities are *all you have*, **clip**: replace each one below $10^{-12}$ by $10^{-12}$, in the
# loss and in the gradient. A sample then costs at most $-\ln 10^{-12} \approx 27.6$.
#
# Below the clip the loss is flat, as lesson 01 said, and its strict derivative is 0. So the gradient keeps
# its formula there, with the clipped probability in it; a gradient check at such a point complains.
# Where you have *logits*, do not clip: section 10 needs no probability at all.
#
# ### Exercise: `cross_entropy` (3 points)

# %% solution="cross_entropy"
def cross_entropy(P, T):
    """Return the cross-entropy of predictions P and targets T, a mean over the samples.

    P: (n, m), probabilities; those below 1e-12 count as 1e-12
    T: (n, m), targets; one-hot or soft, floats or integers
    returns: one float, finite even where P is 0

    Formula (9), section 9.
    Example: for the two matrices of section 9 it is about 0.7549.
    """
    ### BEGIN SOLUTION
    return -(T * np.log(np.maximum(P, 1e-12))).sum() / np.shape(P)[1]
    ### END SOLUTION

# %% test="cross_entropy" points=3
P = np.array([[1 / 8, 1 / 4], [2 / 8, 1 / 2], [5 / 8, 1 / 4]])
T = np.array([[0.0, 0.5], [0.0, 0.5], [1.0, 0.0]])
loss = cross_entropy(P, T)
expect_close(loss, (np.log(8 / 5) + 1.5 * np.log(2.0)) / 2, "the loss in the example of section 9")
with np.errstate(all="ignore"):
    for worst in [0.0, 1e-12]:
        loss = cross_entropy(np.array([[worst], [1.0]]), np.array([[1.0], [0.0]]))
        expect_close(loss, -np.log(1e-12), f"with {worst} for the right class, clipped, the loss")

# %% [markdown]
# ### Exercise: `cross_entropy_grad` (3 points)

# %% solution="cross_entropy_grad"
def cross_entropy_grad(P, T):
    """Return the gradient of the cross-entropy by P.

    P: (n, m), probabilities; those below 1e-12 count as 1e-12
    T: (n, m), targets; one-hot or soft, floats or integers
    returns: (n, m), finite even where P is 0; exactly 0 where T is 0

    Formula (9), section 9.
    Example: for the two matrices of section 9 its last row is [-0.8, 0.0].
    """
    ### BEGIN SOLUTION
    return T / (-np.shape(P)[1] * np.maximum(P, 1e-12))
    ### END SOLUTION

# %% test="cross_entropy_grad" points=3
P = np.array([[1 / 8, 1 / 4], [2 / 8, 1 / 2], [5 / 8, 1 / 4]])
T = np.array([[0.0, 0.5], [0.0, 0.5], [1.0, 0.0]])
gradient = expect_shape(cross_entropy_grad(P, T), P, "cross_entropy_grad(P, T)")
expect_close(gradient[2], [-0.8, 0.0], "the last row for the example of section 9")
measured = numerical_gradient(lambda P: cross_entropy(P, T), P)
expect_close(gradient, measured, "by central differences of your own cross_entropy, the gradient")
with np.errstate(all="ignore"):
    for worst in [0.0, 1e-12]:
        P, T = np.array([[worst], [0.0], [1.0]]), np.array([[1.0], [0.0], [0.0]])
        edge = cross_entropy_grad(P, T)
        right = [[-1e12], [0.0], [0.0]]
        expect_close(edge, right, f"with {worst} for the right class, clipped, the gradient")

# %% [markdown]
# ## 10 · Cross-entropy, from logits: step by step
#
# A prediction that could not be more wrong: logits $(1000, 0)$, target class 2. Its loss should be 1000.
# What does the clipped loss say, and what does the gradient become that goes back through its division
# and then through the softmax?

# %% explore="through the division"
S, T = np.array([[1.0], [0.0]]), np.array([[0.0], [1.0]])    # the softmax of (1000, 0), and the target
dS = -T / np.maximum(S, 1e-12)                               # cross-entropy, clipped
print("loss:    ", -np.sum(T * np.log(np.maximum(S, 1e-12))))
print("gradient:", (S * (dS - np.sum(S * dS, axis=0, keepdims=True))).ravel())

# %% [markdown]
# 27.6, and a gradient of 0: the network makes its worst mistake and learns nothing from it.
# The clip has changed the divisor, and what cancels on paper cancels no longer.
#
# So begin at the logits. The logarithm of a share needs no quotient, $\ln s_j = z_j - \ln E$, and the loss
# of a sample becomes $L_c = -\sum_j t_{jc} z_{jc} + \ln E_c$ if its targets sum to 1.
# Five steps lead to its gradient, each a function of one line that calls the ones before it.
#
# ### Exercise: `step_1_log_sum_exp` (1 point)
#
# `np.logaddexp(0, z)` of lesson 01 adds two exponentials under a logarithm.
# `np.logaddexp.reduce(Z, axis=0, keepdims=True)` does it for a whole column.

# %% solution="step_1_log_sum_exp"
def step_1_log_sum_exp(Z):
    """Return ln E of each sample: the logarithm of the sum of the exponentials of its logits.

    Z: (n, m), logits of any size
    returns: (1, m), 1000 where it is 1000

    Example: for Z = np.log([[1.0], [2.0], [5.0]]) it is [[ln 8]].
    """
    ### BEGIN SOLUTION
    return np.logaddexp.reduce(Z, axis=0, keepdims=True)
    ### END SOLUTION

# %% test="step_1_log_sum_exp" points=1
found = step_1_log_sum_exp(np.log(np.array([[1.0, 3.0], [2.0, 3.0], [5.0, 2.0]])))
expect_close(found, [[np.log(8), np.log(8)]], "ln 8, as exponentials sum to 8, kept as a row,")
with np.errstate(all="ignore"):
    far = step_1_log_sum_exp(np.array([[1000.0, -1000.0], [0.0, -1000.0]]))
expect_close(far, [[1000.0, np.log(2) - 1000.0]], "with logits of 1000 and of -1000 ln E")

# %% [markdown]
# ### Exercise: `step_2_log_shares` (1 point)

# %% solution="step_2_log_shares"
def step_2_log_shares(Z):
    """Return ln s_j of each share, from the logits and step 1, without a quotient.

    Z: (n, m), logits of any size
    returns: (n, m)

    Example: for Z = np.log([[1.0], [2.0], [5.0]]) it is [[ln 1/8], [ln 2/8], [ln 5/8]].
    """
    ### BEGIN SOLUTION
    return Z - step_1_log_sum_exp(Z)  # (n, m) - (1, m) -> (n, m)
    ### END SOLUTION

# %% test="step_2_log_shares" points=1
found = step_2_log_shares(np.log(np.array([[1.0, 3.0], [2.0, 3.0], [5.0, 2.0]])))
expect_shape(found, np.zeros((3, 2)), "the logarithm of the shares")
expect_close(np.exp(found[:, 0]), [1 / 8, 2 / 8, 5 / 8], "the shares of sample 0")
with np.errstate(all="ignore"):
    far = step_2_log_shares(np.array([[1000.0], [0.0]]))
expect_close(far, [[0.0], [-1000.0]], "with logits 1000 and 0 the logarithm of the shares")

# %% [markdown]
# ### Exercise: `step_3_loss` (1 point)
#
# The loss of the batch, (9) with $\ln p_{jc}$ from step 2. No clip, and right at any size.

# %% solution="step_3_loss"
def step_3_loss(Z, T):
    """Return the cross-entropy of softmax(Z) and T, a mean over the samples, from the logits.

    Z: (n, m), logits of any size
    T: (n, m), targets, one-hot or soft; each column sums to 1
    returns: one float

    Example: logits [[1000.0], [0.0]] with T = [[0.0], [1.0]] (as arrays) cost 1000.
    """
    ### BEGIN SOLUTION
    return -np.sum(T * step_2_log_shares(Z)) / Z.shape[1]
    ### END SOLUTION

# %% test="step_3_loss" points=1
Z = np.log(np.array([[1.0, 1.0], [2.0, 2.0], [5.0, 1.0]]))
T = np.array([[0.0, 0.5], [0.0, 0.5], [1.0, 0.0]])
right = (np.log(8 / 5) + 1.5 * np.log(2.0)) / 2
expect_close(step_3_loss(Z, T), right, "for logits that belong to the P of section 9 the loss")
far = step_3_loss(np.array([[1000.0], [0.0]]), np.array([[0.0], [1.0]]))
expect_close(far, 1000, "for the worst prediction of section 10 the loss")

# %% [markdown]
# ### Exercise: `step_4_slope_of_log_sum_exp` (1 point)
#
# Now differentiate. The slope of $\ln E$ by $z_j$ is $\frac{1}{E} \cdot \frac{\partial E}{\partial z_j}$.
# Which quantity that you know is that? Step 2 gives its logarithm.

# %% solution="step_4_slope_of_log_sum_exp"
def step_4_slope_of_log_sum_exp(Z):
    """Return the slope of each sample's ln E by each of its logits.

    Z: (n, m), logits of any size
    returns: (n, m)

    Example: for Z = [[0.0], [0.0]] (as an array) it is [[0.5], [0.5]].
    """
    ### BEGIN SOLUTION
    return np.exp(step_2_log_shares(Z))
    ### END SOLUTION

# %% test="step_4_slope_of_log_sum_exp" points=1
Z = np.array([[0.3, -1.0], [1.2, 0.4], [-0.5, 2.0]])
measured = numerical_gradient(lambda Z: np.sum(np.log(np.sum(np.exp(Z), axis=0))), Z)
expect_close(step_4_slope_of_log_sum_exp(Z), measured, "the slope by central differences")
with np.errstate(all="ignore"):
    far = step_4_slope_of_log_sum_exp(np.array([[1000.0], [0.0]]))
expect_close(far, [[1.0], [0.0]], "with logits 1000 and 0 the slope")

# %% [markdown]
# ### Exercise: `step_5_sample_slopes` (1 point)
#
# Both terms of $L_c = -\sum_j t_{jc} z_{jc} + \ln E_c$ together, for each sample alone.

# %% solution="step_5_sample_slopes"
def step_5_sample_slopes(Z, T):
    """Return the slope of each sample's own loss L_c by each of its logits.

    Z: (n, m), logits of any size
    T: (n, m), targets, one-hot or soft; each column sums to 1
    returns: (n, m)

    Example: Z = np.log([[1.0], [2.0], [5.0]]) and T = [[0.0], [0.0], [1.0]]
    give [[0.125], [0.25], [-0.375]].
    """
    ### BEGIN SOLUTION
    return step_4_slope_of_log_sum_exp(Z) - T
    ### END SOLUTION

# %% test="step_5_sample_slopes" points=1
Z = np.log(np.array([[1.0, 3.0], [2.0, 3.0], [5.0, 2.0]]))
T = np.array([[0.0, 0.5], [0.0, 0.25], [1.0, 0.25]])
found = expect_shape(step_5_sample_slopes(Z, T), Z, "the slopes, one a logit,")
right = [1 / 8, 2 / 8, -3 / 8]
expect_close(found[:, 0], right, "for shares 1/8, 2/8, 5/8 and target class 3 the slope")

# %% [markdown] manual="derive_softmax_cross_entropy" points=4
# ### In your own words (4 points, marked by hand)
#
# Derive what step 5 computes. Write into the cell below:
#
# 1. the loss of one sample as a function of its logits alone, without a quotient inside a logarithm;
# 2. its derivative by $z_j$, with a reason for each step;
# 3. the place where you used that the targets sum to 1, and what would stand there if they summed to
#    another number $r$;
# 4. what changes for the mean over $m$ samples.
#
# Six to ten lines are enough.
#
# ### BEGIN SOLUTION
# The logarithm of a share is $\ln s_j = z_j - \ln E$ with $E = \sum_i e^{z_i}$. So
#
# $$L = -\sum_j t_j \ln s_j = -\sum_j t_j z_j + \Bigl(\sum_j t_j\Bigr) \ln E
# = -\sum_j t_j z_j + \ln E,$$
#
# because the targets sum to 1. In the first sum only one term contains $z_j$, so its
# derivative is $-t_j$. By the chain rule the derivative of $\ln E$ is
# $\frac{1}{E} \cdot \frac{\partial E}{\partial z_j} = \frac{e^{z_j}}{E} = s_j$. Together
#
# $$\frac{\partial L}{\partial z_j} = s_j - t_j.$$
#
# If the targets summed to $r$, then $r \ln E$ would stay in the loss, and the
# derivative would be $r s_j - t_j$. The mean over $m$ samples multiplies each sample's loss by
# $1/m$, and the logits of a sample occur in its own loss only. So column $c$ of the gradient is
# $(\mathbf{s} - \mathbf{t})/m$ of that sample.
# ### END SOLUTION
#
# ### BEGIN MARK SCHEME
# One point each; a slip of the pen that does not change the argument costs nothing.
#
# 1. The loss is written by the logits:
#    $\ln s_j = z_j - \ln \sum_i e^{z_i}$, put in and multiplied out.
# 2. The derivative of $\ln \sum_i e^{z_i}$ by $z_j$ is recognised as $s_j$, with the chain rule
#    named or shown, and the derivative of the first sum is $-t_j$ with a reason.
# 3. The use of $\sum_j t_j = 1$ is pointed out, with $r s_j - t_j$ (or
#    the same in words) for another sum.
# 4. The $1/m$ is explained: the mean multiplies each sample's loss, and samples do not mix.
#
# A derivation through the Jacobian earns points 3 and 4 only: the task asked for the other road.
# ### END MARK SCHEME

# %% [markdown]
# <details><summary>Check yourself, when you have written your answer</summary>
#
# - Is there still a fraction inside a logarithm anywhere?
# - Have you said which terms of each sum contain $z_j$?
# - Does the sum of the targets appear in front of something before you replace it by 1?
# - Have you said why the logits of one sample do not occur in the loss of another?
#
# If you work alone: an example answer stands in the instructor's notebook,
# `solutions/02_sigmoid_softmax_jacobians/02_sigmoid_softmax_jacobians.ipynb`.
#
# </details>
#
# <details><summary>Further: the same through the Jacobian</summary>
#
# For one sample put $\partial L/\partial s_j = -t_j/s_j$ into (8):
#
# $$
# \frac{\partial L}{\partial z_k}
# = s_k \left( -\frac{t_k}{s_k} + \sum_j s_j \cdot \frac{t_j}{s_j} \right)
# = -t_k + s_k \sum_j t_j = s_k - t_k .
# $$
#
# Twice a division by a share meets a multiplication with the same share. The Jacobian has not vanished: it
# has been multiplied in.
#
# </details>
#
# ### Exercise: `softmax_cross_entropy_grad` (4 points)
#
# Prediction minus target, as a mean over the samples: with the softmax of section 6, or with step 5.

# %% solution="softmax_cross_entropy_grad"
def softmax_cross_entropy_grad(Z, T):
    """Return the gradient of cross_entropy(softmax(Z), T) by the logits Z.

    Z: (n, m), logits of any size; a column is a sample
    T: (n, m), targets, one-hot or soft; each column sums to 1; both are floats or integers
    returns: dZ, (n, m), without a division by a probability on the way

    Section 10.
    Example: Z = np.log([[1.0], [2.0], [5.0]]) and T = [[0.0], [0.0], [1.0]]
    give [[0.125], [0.25], [-0.375]].
    """
    ### BEGIN SOLUTION
    return (softmax(Z) - T) / np.shape(T)[1]
    ### END SOLUTION

# %% test="softmax_cross_entropy_grad" points=4
Z = np.log(np.array([[1.0, 3.0], [2.0, 3.0], [5.0, 2.0]]))
T = np.array([[0.0, 0.5], [0.0, 0.25], [1.0, 0.25]])
dZ = expect_shape(softmax_cross_entropy_grad(Z, T), Z, "dZ")
one = softmax_cross_entropy_grad(Z[:, :1], T[:, :1])
expect_close(one, [[1 / 8], [2 / 8], [-3 / 8]], "dZ in the example of the docstring")
measured = numerical_gradient(lambda Z: cross_entropy(softmax(Z), T), Z)
expect_close(dZ, measured, "by central differences of cross_entropy(softmax(Z), T) dZ")
with np.errstate(all="ignore"):
    far = softmax_cross_entropy_grad(np.array([[1000.0], [0.0]]), np.array([[0.0], [1.0]]))
expect_close(far, [[1.0], [-1.0]], "for logits 1000 and 0 and target class 2 dZ")

# %% [markdown]
# ## 11 · The figure: a Jacobian you can look at
#
# The figure runs *your* functions. Predict before you move a control:
#
# - Make all logits equal. Which entries of the Jacobian are largest in size?
# - Make the logit of a *wrong* class 20 larger than the others. What becomes of the Jacobian,
#   and of $\mathbf{s} - \mathbf{t}$?
# - Make it 30 larger than all others. The second and the third row of numbers should be equal. Are they?

# %% explore="figure"
from byhand.figures.logits import show

show(globals())

# %% [markdown]
# With $n$ equal logits the diagonal is $\tfrac1n (1 - \tfrac1n)$ and largest; all others are
# $-\tfrac{1}{n^2}$.
#
# With one large logit, $\mathbf{s}$ is nearly one-hot and every entry of the Jacobian nearly 0: the softmax
# is *saturated*. $\mathbf{s} - \mathbf{t}$ is nearly 1 and $-1$ all the same, because the gradient $-t/s$ of
# the cross-entropy is as large as the Jacobian is small. That is why the two belong together.
# At 30, a share falls below $10^{-12}$, and the clip spoils the product.

# %% [markdown]
# ## Summary
#
# | function | forward | backward, for a batch |
# |---|---|---|
# | elementwise $\phi$ | $a_j = \phi(z_j)$ | $\partial L/\partial A \odot \phi'(Z)$ |
# | softmax | $s_j = e^{z_j} / E$ | (8), column by column |
# | half the squared error | $\tfrac12 \sum_j (p_j - t_j)^2$ | $(P - T)/m$ |
# | cross-entropy | $-\sum_j t_j \ln p_j$ | $-t_{jc}/p_{jc}/m$ |
# | softmax, then cross-entropy | $-\sum_j t_j z_j + \ln E$ | $(S - T)/m$ |
#
# - A gradient goes back by $J^\top$. Elementwise products stand where the function is elementwise.
# - Equal shapes prove nothing.
# - No positive exponents, no division by what may be 0; from logits, no clip.
#
# **[Lesson 03](../03_dense_layer/03_dense_layer.ipynb) uses** `sigmoid`, `activation_prime` and the squared
# error; lesson 04 the softmax and the cross-entropy.
#
# ## Further reading
#
# - I. Goodfellow, Y. Bengio, A. Courville, *Deep Learning* (2016), sections 4.1 and 6.2.2,
#   [deeplearningbook.org](https://www.deeplearningbook.org).
# - P. Blanchard, D. J. Higham, N. J. Higham, *Accurately computing the log-sum-exp and softmax
#   functions* (2021), [doi:10.1093/imanum/draa038](https://doi.org/10.1093/imanum/draa038).

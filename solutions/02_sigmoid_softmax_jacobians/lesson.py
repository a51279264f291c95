# %% [markdown]
# # 02 Sigmoid, softmax and their Jacobians
#
# Lesson 01 walked back through a graph of single numbers.
# A layer works on many numbers at once, and the derivative of many numbers by
# many numbers is a matrix: the Jacobian.
#
# Two functions show the two ways in which this can go.
# The sigmoid treats each number on its own, so its Jacobian has entries on the diagonal only, and
# a product with it shrinks to a product entry by entry.
# The softmax mixes its inputs, so its Jacobian is full.
# There the product entry by entry is wrong, although every shape fits.
#
# ## What you will be able to do
#
# - take a gradient back through any function that acts on each entry separately, and say why an
#   elementwise product is right there;
# - derive the Jacobian of the softmax, and use it without ever building it;
# - derive the gradients of the squared error and of the
#   cross-entropy, with the $1/m$ in its place;
# - show why softmax and cross-entropy together give "prediction minus target";
# - write all of this so that it survives inputs of 1000 and probabilities of 0.
#
# ## What you need
#
# - Lesson 01: the chain rule over several paths, and `numerical_gradient`.
# - The quotient rule, the exponential function and the natural logarithm $\ln$.
# - Paper and a pencil. The numbers are chosen so that they come out as small fractions.
#
# ## How long it takes
#
# About 90 minutes: ten short exercises (36 points) and one derivation (4 points).
# A good place for a break is after section 5.

# %% [markdown]
# ## Three questions on lesson 01
#
# Answer each before you open the answers.
#
# 1. A weight reaches the loss along two paths.
#    The product of the derivatives along one is $2$, along the other $-5$.
#    What is the derivative of the loss by the weight?
# 2. A sigmoid neuron has $z = 0$, one outgoing weight $2$, and the delta of the neuron behind it
#    is $3$. What is its own delta?
# 3. Central differences get more accurate as $h$ shrinks from $10^{-2}$ to $10^{-5}$.
#    Why not take $h = 10^{-15}$?
#
# <details><summary>Answers</summary>
#
# 1. $2 + (-5) = -3$. Every path adds its product.
# 2. $\sigma'(0) = \tfrac14$, so the delta is $\tfrac14 \cdot 2 \cdot 3 = 1.5$.
# 3. $f(x+h)$ and $f(x-h)$ then agree in nearly all their digits.
#    Their difference is rounding error, and dividing by a tiny $2h$ makes it large.
#
# </details>

# %% [markdown]
# ## What this lesson takes from earlier ones
#
# The next cell imports `numerical_gradient` from `earlier.py`, which
# holds a solution of lesson 01.
# You are welcome to paste your own function below it instead: everything here works with yours.

# %% setup="imports"
import tracemalloc
import warnings

import numpy as np
from earlier import numerical_gradient

# %% [markdown]
# ## Names used throughout
#
# | name | meaning | shape |
# |---|---|---|
# | $n$, $m$ | number of features or classes, number of samples | numbers |
# | $\mathbf{Z}$, `Z` | what goes into a function; in front of a softmax its entries are called *logits* | (n, m) |
# | $\mathbf{A}$, `A` | what comes out of an activation function $\phi$ (phi) | (n, m) |
# | $\mathbf{S}$, `S` | what comes out of the softmax | (n, m) |
# | $\mathbf{T}$, `T` | targets: what should have come out | (n, m) |
# | $L$ | the loss, one number | a number |
# | `dA`, `dZ`, `dS` | the derivatives of $L$ by each entry of `A`, `Z`, `S` | that of `A`, `Z`, `S` |
# | $i$, $j$, $k$ | number of a feature or class | |
# | $c$ | number of a sample, which is the number of a column | |
#
# Samples are columns.
# Small letters $\mathbf{z}, \mathbf{a}, \mathbf{s}, \mathbf{t}$ are one
# column, one sample, of shape (n,).
# The sign $\odot$ is the product entry by entry, `*` in NumPy.
# Formulas count from 1, code counts from 0: $J_{23}$ is `J[1, 2]`.

# %% [markdown]
# ## 1. One sigmoid neuron, forwards and backwards
#
# Put three numbers through the sigmoid with a pencil, in four small steps:
#
# | $z$ | $p = -z$ | $u = e^{p}$ | $v = 1 + u$ | $a = 1/v$ |
# |---|---|---|---|---|
# | $-\ln 3$ | $\ln 3$ | $3$ | $4$ | $\tfrac14$ |
# | $0$ | $0$ | $1$ | $2$ | $\tfrac12$ |
# | $\ln 3$ | $-\ln 3$ | $\tfrac13$ | $\tfrac43$ | $\tfrac34$ |
#
# Any number ends up between 0 and 1, and larger numbers end up nearer to 1.
# The four steps together are
#
# $$a = \sigma(z) = \frac{1}{1 + e^{-z}}.$$
#
# Now take one neuron with one input, $z = w x + b$, with $w = \tfrac12$, $x = 2$ and
# $b = \ln 3 - 1 \approx 0.099$.
# Then $z = \ln 3 \approx 1.099$: the last row of the table.
# The target is $t = \tfrac14$, and the loss is half the squared error,
# $L = \tfrac12 (a - t)^2 = \tfrac18$.
#
# The picture shows the neuron as a graph.
# A node's value stands above the edge that leaves it, and the derivative
# of $L$ by this value stands below.
#
# *Predict first:* on which edges are the gradients negative, and why there?

# %% explore="a sigmoid neuron as a graph"
import matplotlib.pyplot as plt

from byhand import plots

nodes = {  # name: (column, row, label)
    "w": (-0.2, 1.2, "$w$"),
    "x": (-0.2, 0, "$x$"),
    "b": (-0.2, -1.2, "$b$"),
    "z": (1, 0, "$z$"),
    "p": (2, 0, "$p$"),
    "u": (3, 0, "$u$"),
    "v": (4, 0, "$v$"),
    "a": (5, 0, "$a$"),
    "L": (6, 0, "$L$"),
}
edges = [  # from, to, forward value, gradient
    ("w", "z", "1/2", "3/16"),
    ("x", "z", "2", "3/64"),
    ("b", "z", "0.099", "3/32"),
    ("z", "p", "1.099", "3/32"),
    ("p", "u", "-1.099", "-3/32"),
    ("u", "v", "1/3", "-9/32"),
    ("v", "a", "4/3", "-9/32"),
    ("a", "L", "3/4", "1/2"),
]
plots.computational_graph(nodes, edges, title="A sigmoid neuron and its loss $L = 1/8$")

# %% [markdown]
# *Why.* A larger $a$ raises the loss, because $a$ is above its target.
# But $a = 1/v$ falls when $v$ grows, so from $v$ back to $p$ the sign is negative.
# The step $p = -z$ turns it round again.
#
# Each gradient is the one behind it times the derivative of the step between them.
# The table shows the steps. Follow its last column upwards with a pencil, from 1 to the top.
#
# | step | value | its derivative by what goes in | derivative of $L$ by what comes out |
# |---|---|---|---|
# | $z = wx + b$ | $\ln 3$ | by $w$: $2$; by $x$: $\tfrac12$; by $b$: $1$ | $\tfrac{3}{32}$ |
# | $p = -z$ | $-\ln 3$ | $-1$ | $-\tfrac{3}{32}$ |
# | $u = e^{p}$ | $\tfrac13$ | $e^{p} = u = \tfrac13$ | $-\tfrac{9}{32}$ |
# | $v = 1 + u$ | $\tfrac43$ | $1$ | $-\tfrac{9}{32}$ |
# | $a = 1/v$ | $\tfrac34$ | $-1/v^2 = -\tfrac{9}{16}$ | $\tfrac12$ |
# | $L = \tfrac12 (a - t)^2$ | $\tfrac18$ | $a - t = \tfrac12$ | $1$ |
#
# Four small steps lead from $z$ to $a$.
# Their derivatives multiply to one number:
#
# $$\frac{da}{dz} = \left(-\frac{1}{v^2}\right) \cdot 1 \cdot u \cdot (-1) = \frac{u}{v^2}
# = \frac{1}{v} \cdot \frac{u}{v} = a\,(1 - a).$$
#
# The last step holds because $u/v = (v - 1)/v = 1 - 1/v$.
# In numbers: $\tfrac34 \cdot \tfrac14 = \tfrac{3}{16}$.
# Times $\tfrac12$, the gradient at $a$, that is $\tfrac{3}{32}$, the gradient at $z$ in the table.
# So the four steps may be treated as one node with the derivative
#
# $$\sigma'(z) = \sigma(z)\,\bigl(1 - \sigma(z)\bigr).$$

# %% [markdown]
# ## 2. From one number to many: the Jacobian
#
# A layer puts the sigmoid on many numbers at once.
# The next cell takes three, $\mathbf{z} = (-1, 0, \ln 3)$, nudges one input at a time, and
# measures how each of the three outputs moves. That makes $3 \cdot 3$ derivatives.
#
# *Predict:* how many of the nine are 0? You know one of the others from section 1.

# %% explore="nine derivatives of three sigmoids"
z = np.array([-1.0, 0.0, np.log(3.0)])  # (n,) with n = 3


def a_of(z):
    return 1.0 / (1.0 + np.exp(-z))  # good enough for small z


J = np.zeros((3, 3))
for i in range(3):
    # Row i holds the derivatives of output i by each input.
    J[i] = numerical_gradient(lambda z, i=i: a_of(z)[i], z)
print(J.round(4))

# %% [markdown]
# *Why.* Nudge $z_2$, and only $a_2$ moves. Six of the nine are 0, and in the lower right corner
# stands $\tfrac{3}{16} = 0.1875$.
#
# In general, let $\mathbf{a} = f(\mathbf{z})$, where $\mathbf{z}$ and
# $\mathbf{a}$ both have shape (n,).
# The **Jacobian** is the matrix of all derivatives, a row for each
# output and a column for each input:
#
# $$J_{ij} = \frac{\partial a_i}{\partial z_j}, \qquad \mathbf{J} \text{ has shape } (n, n).$$
#
# ### How a gradient goes back through any function
#
# Behind $\mathbf{a}$ comes a loss $L$. Suppose that
# $\partial L / \partial a_i$ is known for each $i$.
# The input $z_j$ can reach $L$ through every output, so there are $n$ paths, and paths add:
#
# $$\text{index form:}\qquad \frac{\partial L}{\partial z_j}
# = \sum_{i=1}^{n} \frac{\partial L}{\partial a_i}\,\frac{\partial a_i}{\partial z_j}
# = \sum_{i=1}^{n} J_{ij}\,\frac{\partial L}{\partial a_i}.$$
#
# The step to the matrix form is to look at the indices.
# The sum runs over $i$, the *first* index of $\mathbf{J}$.
# A matrix times a vector sums over the *second* index:
# $(\mathbf{M}\mathbf{v})_j = \sum_i M_{ji}\,v_i$.
# So the matrix that stands here is $\mathbf{J}$ with its indices exchanged, its transpose:
#
# $$\text{matrix form:}\qquad d\mathbf{z} = \mathbf{J}^\top d\mathbf{a},
# \qquad (n, n)\,(n,) \to (n,).$$
#
# Here $d\mathbf{z}$ is short for all $\partial L / \partial z_j$ together, as `dz` is in code.
# This product is called a **vector-Jacobian product**, vjp for short.
#
# ### What an elementwise function makes of it
#
# An activation function like the sigmoid acts on each entry alone: $a_i = \phi(z_i)$.
# Off the diagonal, $\partial a_i / \partial z_j = 0$, because $z_j$ does not occur in $a_i$.
# On the diagonal stands $\phi'(z_i)$.
# The **indicator** $1\{i = j\}$ is 1 if $i = j$ and 0 otherwise.
# With it both cases fit into one line, and the sum has a single term left:
#
# $$\text{index form:}\qquad J_{ij} = \phi'(z_i)\,1\{i = j\}, \qquad
# \frac{\partial L}{\partial z_j} = \sum_i \phi'(z_i)\,1\{i = j\}\,\frac{\partial L}{\partial a_i}
# = \phi'(z_j)\,\frac{\partial L}{\partial a_j}.$$
#
# The step to the matrix form: a matrix with entries on the diagonal only
# multiplies a vector entry by entry.
#
# $$\text{matrix form:}\qquad
# d\mathbf{z} = \mathrm{diag}\bigl(\phi'(\mathbf{z})\bigr)^\top d\mathbf{a}
# = d\mathbf{a} \odot \phi'(\mathbf{z}).$$
#
# The next cell computes both sides.

# %% explore="a diagonal matrix multiplies entry by entry"
a = 1.0 / (1.0 + np.exp(-np.array([-1.0, 0.0, np.log(3.0)])))  # (n,)
J = np.diag(a * (1 - a))  # (n, n)
da = np.array([10.0, -4.0, 0.5])  # (n,), made up
print("J.T @ da         =", (J.T @ da).round(4))  # (n, n) (n,) -> (n,)
print("da * a * (1 - a) =", (da * a * (1 - a)).round(4))  # (n,) * (n,) -> (n,)

# %% [markdown]
# So the elementwise product is no rule of its own.
# It is a matrix product whose matrix happens to be diagonal.
# It stands there **because the function is elementwise**, and for no other reason.
# Keep this sentence for section 8.
#
# A batch of $m$ samples changes nothing: column $c$ of `A` depends on column $c$ of `Z` alone, so
# $d\mathbf{Z} = d\mathbf{A} \odot \phi'(\mathbf{Z})$, all of shape (n, m).

# %% [markdown]
# ## 3. A sigmoid that survives 1000
#
# On paper these three formulas are the same function:
#
# $$\frac{1}{1 + e^{-z}}, \qquad \frac{e^{z}}{1 + e^{z}}, \qquad \frac{1 + \tanh(z/2)}{2}.$$
#
# In floating point they are not.
# The largest double is about $1.8 \cdot 10^{308}$, and $e^{710}$ is larger than that: it
# *overflows* to `inf`, with a RuntimeWarning. The quotient `inf / inf` is `nan`.
#
# *Predict:* which of the three goes wrong at $z = 1000$, which at $-1000$, which at $-30$?

# %% explore="three formulas for one function"
z = np.array([-1000.0, -30.0, 0.0, 30.0, 1000.0])
with np.errstate(all="ignore"):  # the warnings are hidden here so that the numbers can be read
    print("z                     ", z)
    print("1 / (1 + exp(-z))     ", 1 / (1 + np.exp(-z)))
    print("exp(z) / (1 + exp(z)) ", np.exp(z) / (1 + np.exp(z)))
    print("(1 + tanh(z / 2)) / 2 ", (1 + np.tanh(z / 2)) / 2)
print("exp(-30), which sigma(-30) is nearly equal to:", np.exp(-30.0))

# %% [markdown]
# *Why.*
#
# - The first overflows at $-1000$. The value 0 is right by luck, since `1 / inf` is 0, but the
#   warning is real, and in a longer formula the `inf` would not have gone so quietly.
# - The second is `nan` at $1000$.
# - The third never overflows. But at $-30$ only the first three digits are right:
#   $\tanh(-15)$ is so close to $-1$ that the sum $1 + \tanh(-15)$ cancels nearly every digit.
#
# What helps is to let no exponent be positive.
# For $z \ge 0$ the first formula does that. For $z < 0$ the second one does:
#
# $$\sigma(z) = \begin{cases} \dfrac{1}{1 + e^{-z}} & z \ge 0, \\[2ex]
# \dfrac{e^{z}}{1 + e^{z}} & z < 0. \end{cases}$$
#
# In both rows the exponent is minus the absolute value of $z$, so the
# exponential lies between 0 and 1.
#
# One trap: `np.where(condition, x, y)` computes *both* `x` and `y`
# for all entries and then chooses.
# An overflow in the branch that is not chosen still warns.

# %% [markdown]
# ### Exercise 1: `sigmoid`
#
# Section 3 has the formula. At $\pm 1000$ there must be no warning, and the left tail must be
# accurate: a relative error of at most $10^{-9}$ for $z$ from $-30$ to $30$.


# %% solution="sigmoid"
def sigmoid(z):
    """Return 1 / (1 + exp(-z)), entry by entry.

    z: array of any shape, floats or integers, or one number.
    Returns floats of z's shape.  No warning, however large z is.

    Formula: section 3.
    Example: sigmoid(np.array([0.0, np.log(3.0)])) is [0.5, 0.75].
    """
    ### BEGIN SOLUTION
    z = np.asarray(z, dtype=float)
    e = np.exp(-np.abs(z))  # between 0 and 1, so it cannot overflow
    return np.where(z >= 0, 1.0, e) / (1.0 + e)
    ### END SOLUTION


# %% test="sigmoid" points=4
z = np.array([[0.0, np.log(3.0)], [-np.log(3.0), 2.0], [-30.0, 30.0]])
result = sigmoid(z)
assert np.shape(result) == (3, 2), f"the shape stays (3, 2), but yours is {np.shape(result)}"
assert np.allclose(result[0], [0.5, 0.75]), "sigma(0) is 1/2 and sigma(ln 3) is 3/4"
assert np.isclose(result[1, 0], 0.25), "sigma(-z) is 1 - sigma(z), so sigma(-ln 3) is 1/4"
assert np.isclose(result[2, 0] / np.exp(-30.0), 1.0, rtol=1e-9, atol=0.0), (
    "at z = -30 the sigmoid is exp(-30) to twelve digits; yours loses digits in the left tail"
)
assert np.allclose(sigmoid(np.array([-1, 0, 1])), [0.26894142, 0.5, 0.73105858]), (
    "integers are welcome as inputs, and the results are floats"
)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    ends = sigmoid(np.array([-1000.0, 1000.0]))
assert np.allclose(ends, [0.0, 1.0]), f"sigma(-1000) is 0 and sigma(1000) is 1, yours: {ends}"
assert not caught, f"no warning is allowed at 1000 or -1000, but: {caught[0].message}"

# %% [markdown]
# ## 4. Four activation functions and their slopes
#
# The same way back works for every elementwise function, once its slope is known.
# The picture shows four of them. The slopes in it were measured, not derived.
#
# *Predict:* where is each slope largest, and which of them can be larger than 1?

# %% explore="four activations and their measured slopes"
grid = np.linspace(-4.0, 4.0, 161)
functions = {
    "linear": lambda z: z,
    "relu": lambda z: np.maximum(z, 0.0),
    "sigmoid": lambda z: 1.0 / (1.0 + np.exp(-z)),
    "tanh": np.tanh,
}
figure, panels = plt.subplots(1, 4, figsize=(7, 2.4), sharey=True, layout="constrained")
for panel, (name, phi) in zip(panels, functions.items()):
    slope = (phi(grid + 1e-5) - phi(grid - 1e-5)) / 2e-5
    panel.plot(grid, phi(grid), color="#0072B2", label="phi(z)")
    panel.plot(grid, slope, "--", color="#D55E00", label="slope")
    panel.set(title=name, xlabel="z", xticks=[-4, 0, 4], ylim=(-1.2, 2.2))
    panel.grid(alpha=0.3)
panels[0].legend(fontsize=8)
plt.close(figure)  # shown once, by the next line
plots.Picture(
    figure,
    "Four panels, each an activation function with its slope dashed, for z from -4 to 4. "
    "Linear: slope 1 everywhere. Relu: slope 0 on the left, 1 on the right, a jump at 0. "
    "Sigmoid: slope a low hump with its top, 0.25, at 0. Tanh: slope a hump with its top, 1, at 0.",
)

# %% [markdown]
# The slope of the sigmoid is largest at $z = 0$, and only 0.25 there.
# The slope of tanh is 1 at $z = 0$. Relu has slope 1 on its whole right side, linear everywhere.
# None is ever larger than 1: an activation passes a gradient on as it is, or makes it smaller.
#
# | kind | $\phi(z)$ | $\phi'(z)$ |
# |---|---|---|
# | linear | $z$ | $1$ |
# | relu | $\max(z, 0)$ | $1$ if $z > 0$, otherwise $0$ |
# | sigmoid | $\sigma(z)$ | $\sigma(z)\,(1 - \sigma(z))$ |
# | tanh | $\tanh(z)$ | $1 - \tanh^2(z)$ |
#
# **Relu at exactly 0** has no derivative: the slope from the left is 0, from the right it is 1.
# Programs need a value all the same. This course takes 0, as most libraries do.
#
# **Worked.** The slope of the sigmoid was derived in section 1.
#
# **With gaps.** The slope of tanh, by the quotient rule. Fill the three boxes on paper.
#
# $$\tanh z = \frac{e^{z} - e^{-z}}{e^{z} + e^{-z}}, \qquad
# \tanh' z = \frac{\Box \cdot (e^{z} + e^{-z}) - (e^{z} - e^{-z}) \cdot \Box}{(e^{z} + e^{-z})^2}
# = 1 - \Box^2.$$
#
# <details><summary>The boxes</summary>
#
# The derivative of $e^{z} - e^{-z}$ is $e^{z} + e^{-z}$, and the other way round.
# So the first box is $e^{z} + e^{-z}$ and the second is $e^{z} - e^{-z}$.
# Dividing both terms by $(e^{z} + e^{-z})^2$ gives $1$ and
# $\tanh^2 z$: the third box is $\tanh z$.
#
# </details>
#
# **Two ways to write one slope.** With $a = \sigma(z)$ the slope is
# $a(1-a)$: the formula takes $a$.
# Our functions take $z$, so $a$ has to be computed first.
# Putting $z$ into the formula that wants $a$ is a mistake that keeps every shape.
# In numbers: at $z = \ln 3$ the slope is $\tfrac{3}{16} = 0.1875$, while
# $z(1 - z) \approx -0.108$.
# A sigmoid that falls is impossible, so the sign alone gives the mistake away.

# %% [markdown]
# ### Exercise 2: `activation_prime`
#
# The slope $\phi'(z)$ for the four kinds in the table of section 4.


# %% solution="activation_prime"
def activation_prime(z, kind):
    """Return phi'(z), entry by entry, for the activation function called kind.

    z: array of any shape, floats or integers; the input of phi, not its output.
    kind: "linear", "relu", "sigmoid" or "tanh"; anything else is a ValueError.
    Returns floats of z's shape.  The slope of relu at 0 is 0.

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


# %% test="activation_prime" points=4
z = np.array([[np.log(3.0), 0.0], [-1.5, 0.7]])
for kind in ["linear", "relu", "sigmoid", "tanh"]:
    slope = activation_prime(z, kind)
    assert np.shape(slope) == (2, 2), f"{kind}: expected shape (2, 2), got {np.shape(slope)}"
    assert np.asarray(slope).dtype.kind == "f", f"{kind}: the slopes should be floats"
assert np.isclose(activation_prime(z, "sigmoid")[0, 0], 3 / 16), (
    "sigmoid: at z = ln 3 the slope is 3/16, see section 1"
)
assert np.isclose(activation_prime(z, "tanh")[0, 0], 0.36), (
    "tanh: tanh(ln 3) is 0.8, so the slope there is 0.36"
)
assert activation_prime(z, "relu")[0, 1] == 0.0, "relu: at exactly 0 this course takes slope 0"
for kind, phi in [("linear", lambda z: z), ("sigmoid", sigmoid), ("tanh", np.tanh)]:
    measured = (phi(z + 1e-5) - phi(z - 1e-5)) / 2e-5
    assert np.allclose(activation_prime(z, kind), measured, atol=1e-8), (
        f"{kind}: not the slope that central differences measure"
    )
try:
    activation_prime(z, "softmax")
except ValueError:
    pass
else:
    raise AssertionError("an unknown kind should raise a ValueError")

# %% [markdown]
# ### Bug hunt 1: right numbers, wrong kind of thing
#
# The two functions below give the right slopes.
# Code much like them can be found in many tutorials, and it works until someone builds on it.
# Run the cell, read the two messages, and say what is wrong with each
# function before you open the answer.


# %% explore="bug hunt 1"
def relu_prime(z):
    return np.where(z > 0, 1, 0)


def linear_prime(z):
    return 1


z = np.array([[0.5, -1.0], [2.0, 3.0]])
try:
    dZ = relu_prime(z)
    dZ *= 0.5  # scale the gradient in place
except TypeError as error:
    print("relu:  ", error)
try:
    dZ = linear_prime(z)
    db = dZ.sum(axis=1)  # lesson 03 sums a gradient over the samples
except AttributeError as error:
    print("linear:", error)

# %% [markdown]
# <details><summary>Answer</summary>
#
# `np.where(z > 0, 1, 0)` makes an array of *integers*, because 1 and 0 are integers.
# Halves cannot be stored in it.
# `linear_prime` returns one number where an array of z's shape is expected.
# It works as long as it is multiplied with an array, which hides the mistake.
# A function whose result has a promised shape and type has to keep the promise in every branch.
#
# </details>

# %% [markdown]
# ## 5. Half the squared error
#
# A loss compares the outputs `X` of the last layer with the targets `T`.
# Here is a batch of $m = 2$ samples with $n = 3$ outputs each.
#
# $$\mathbf{X} = \begin{pmatrix} 1 & 4 \\ 2 & 0 \\ 3 & 1 \end{pmatrix}, \quad
# \mathbf{T} = \begin{pmatrix} 0 & 4 \\ 4 & 1 \\ 3 & -2 \end{pmatrix}, \quad
# \mathbf{X} - \mathbf{T} = \begin{pmatrix} 1 & 0 \\ -2 & -1 \\ 0 & 3 \end{pmatrix}.$$
#
# 1. Square: the first column gives $1, 4, 0$, the second $0, 1, 9$.
# 2. Sum over the features, column by column: $5$ and $10$.
# 3. Take half: $2.5$ and $5$. That is one loss for each sample.
# 4. Take the mean over the samples: $(2.5 + 5)/2 = 3.75$.
#
# As a formula:
#
# $$L = \frac{1}{m} \sum_{c=1}^{m} \frac12 \sum_{i=1}^{n} (x_{ic} - t_{ic})^2.$$
#
# *Predict:* how does $L$ change if $x_{31} = 3$ is raised a little? And if $x_{32} = 1$ is?
#
# <details><summary>Answer</summary>
#
# $x_{31}$ equals its target, so the slope there is 0.
# $x_{32}$ is 3 above its target, so $L$ rises.
# The loss of its own sample has slope 3 there, and the mean over two samples halves it: 1.5.
#
# </details>
#
# **Index form.** Take one entry, $x_{jd}$, feature $j$ of sample $d$.
# In the double sum only the term with $i = j$ and $c = d$ contains it:
#
# $$\frac{\partial L}{\partial x_{jd}}
# = \frac{1}{m} \sum_{c} \sum_{i} \frac12 \cdot 2\,(x_{ic} - t_{ic})\,1\{i = j\}\,1\{c = d\}
# = \frac{1}{m}\,(x_{jd} - t_{jd}).$$
#
# The half was put there so that it cancels the 2.
#
# **Matrix form.** The entry at $(j, d)$ of the result uses only the
# entries at $(j, d)$ of `X` and `T`.
# So all of them together are
#
# $$d\mathbf{X} = \frac{1}{m}\,(\mathbf{X} - \mathbf{T})
# = \begin{pmatrix} 0.5 & 0 \\ -1 & -0.5 \\ 0 & 1.5 \end{pmatrix}, \qquad (n, m).$$
#
# **Where the $1/m$ stands.** The loss is a mean over the samples, so its gradient has the $1/m$.
# It is in this first gradient, and from here every later gradient inherits it by the chain rule.
# No layer adds another. A gradient that passes a gradient check has it exactly once.

# %% [markdown]
# ### Exercises 3 and 4: `l2_loss` and `l2_grad`


# %% solution="l2_loss"
def l2_loss(X, T):
    """Return half the squared error, summed over features, as a mean over the samples.

    X, T: (n, m), outputs and targets, floats or integers.
    Returns one float.

    Formula: section 5.
    Example: for the two matrices of section 5 it is 3.75.
    """
    ### BEGIN SOLUTION
    X, T = np.asarray(X, dtype=float), np.asarray(T, dtype=float)
    m = X.shape[1]
    return 0.5 * np.sum((X - T) ** 2) / m
    ### END SOLUTION


# %% test="l2_loss" points=2
X = np.array([[1.0, 4.0], [2.0, 0.0], [3.0, 1.0]])
T = np.array([[0.0, 4.0], [4.0, 1.0], [3.0, -2.0]])
loss = l2_loss(X, T)
assert np.shape(loss) == (), f"the loss is one number, but yours has shape {np.shape(loss)}"
assert np.isclose(loss, 3.75), f"for the example of section 5 the loss is 3.75, yours: {loss}"
assert l2_loss(T, T) == 0.0, "a perfect prediction has loss 0"


# %% solution="l2_grad"
def l2_grad(X, T):
    """Return the gradient of l2_loss by X.

    X, T: (n, m), outputs and targets, floats or integers.
    Returns (n, m): entry (j, d) is the derivative of the loss by X[j, d].

    Formula: section 5.
    Example: for the two matrices of section 5 its last row is [0.0, 1.5].
    """
    ### BEGIN SOLUTION
    X, T = np.asarray(X, dtype=float), np.asarray(T, dtype=float)
    m = X.shape[1]
    return (X - T) / m
    ### END SOLUTION


# %% test="l2_grad" points=2
X = np.array([[1.0, 4.0], [2.0, 0.0], [3.0, 1.0]])
T = np.array([[0.0, 4.0], [4.0, 1.0], [3.0, -2.0]])
gradient = l2_grad(X, T)
assert np.shape(gradient) == (3, 2), (
    f"a gradient has the shape of X, (3, 2), but yours is {np.shape(gradient)}"
)
assert np.allclose(gradient[2], [0.0, 1.5]), (
    f"the last row for the example of section 5 is [0, 1.5], yours: {gradient[2]}"
)
measured = numerical_gradient(lambda X: l2_loss(X, T), X)
assert np.allclose(gradient, measured, atol=1e-6), (
    "central differences of your own l2_loss give another gradient"
)

# %% [markdown]
# ## 6. Softmax: scores become shares
#
# A classifier ends with one score for each class, the *logits*.
# The softmax turns them into positive shares that sum to 1.
#
# Take $\mathbf{z} = (0, \ln 2, \ln 5)$.
#
# 1. Exponentials make them positive: $1, 2, 5$.
# 2. Their sum is $8$.
# 3. The shares are $\mathbf{s} = (\tfrac18, \tfrac28, \tfrac58)$.
#
# $$s_i = \frac{e^{z_i}}{\sum_{k=1}^{n} e^{z_k}}.$$
#
# Every output contains every *input*, in the sum below the line.
# (Some texts say that every output depends on every output. It is the inputs that matter:
# derivatives are taken by them.)
#
# For a batch, each sample is a column, and each column is treated on its own.
#
# ### "The softmax is a sigmoid with more outputs": easy to believe, and false
#
# Put the same three logits through the sigmoid: $\tfrac12, \tfrac23, \tfrac56$. They sum to 2.
# Now raise the third logit. The first two sigmoids do not move at all.
# The first two shares of the softmax fall, because the sum below the line has grown.
#
# What is true is this. With two classes, divide above and below the line by $e^{z_1}$:
#
# $$s_1 = \frac{e^{z_1}}{e^{z_1} + e^{z_2}} = \frac{1}{1 + e^{-(z_1 - z_2)}} = \sigma(z_1 - z_2).$$
#
# A softmax of two logits is *one* sigmoid, of their difference.
#
# ### Adding the same number to all logits changes nothing
#
# $$\frac{e^{z_i + r}}{\sum_k e^{z_k + r}} = \frac{e^{r}\,e^{z_i}}{e^{r} \sum_k e^{z_k}} = s_i
# \qquad \text{for every number } r.$$
#
# On paper this is a remark. In floating point it is the rescue.
# *Predict* what each line of the next cell prints.

# %% explore="softmax at 1000"
z = np.array([1000.0, 1000.0 + np.log(2.0), 1000.0 + np.log(5.0)])
with np.errstate(all="ignore"):
    print("as the formula stands:    ", np.exp(z) / np.sum(np.exp(z)))
shifted = z - 1000.0
print("with 1000 taken off first:", np.exp(shifted) / np.sum(np.exp(shifted)))

batch = np.array([[1000.0, -1000.0], [999.0, -1001.0]])  # (n, m): two samples, far apart
E = np.exp(batch - batch.max())  # one maximum for the whole batch
with np.errstate(all="ignore"):
    print("one shift for all samples:")
    print(E / E.sum(axis=0))

# %% [markdown]
# *Why.* $e^{1000}$ is `inf`, and `inf / inf` is `nan`.
# Take the largest logit off, and the largest exponential is $e^0 = 1$: no overflow, and the sum is
# at least 1, so there is no division by 0 either.
#
# The shift must be the same for all logits *of one sample*, but each sample has its own.
# With one shift for the whole batch, the second sample above becomes $0/0$.
# So: one maximum for each column, and `keepdims=True` so that it has
# shape (1, m) and meets its column.

# %% [markdown]
# ### Exercise 5: `softmax`


# %% solution="softmax"
def softmax(Z):
    """Return the softmax of each column.

    Z: (n, m), logits, floats or integers of any size; a column is a sample.
    Returns S: (n, m), positive, each column sums to 1.

    Formula: section 6.
    Example: softmax(np.log([[1.0], [2.0], [5.0]])) is [[0.125], [0.25], [0.625]].
    """
    ### BEGIN SOLUTION
    Z = np.asarray(Z, dtype=float)
    E = np.exp(Z - Z.max(axis=0, keepdims=True))  # (n, m) - (1, m) -> (n, m)
    return E / E.sum(axis=0, keepdims=True)
    ### END SOLUTION


# %% test="softmax" points=4
Z = np.log(np.array([[1.0, 3.0], [2.0, 3.0], [5.0, 2.0]]))
S = softmax(Z)
assert np.shape(S) == (3, 2), f"the shape stays (3, 2), but yours is {np.shape(S)}"
assert np.allclose(np.sum(S, axis=0), 1.0), (
    f"each column should sum to 1, but the columns sum to {np.sum(S, axis=0)}"
)
assert np.allclose(S[:, 0], [1 / 8, 2 / 8, 5 / 8]), (
    f"the softmax of (0, ln 2, ln 5) is (1/8, 2/8, 5/8), yours: {S[:, 0]}"
)
with np.errstate(all="ignore"):
    far = softmax(np.array([[1000.0, -1000.0], [1000.0, -1000.0]]))
assert np.allclose(far, 0.5), (
    f"two equal logits share equally, at 1000 and at -1000 in one batch too; yours:\n{far}"
)

# %% [markdown]
# ## 7. The Jacobian of the softmax
#
# First in numbers. Nudge one logit of $\mathbf{z} = (0, \ln 2, \ln 5)$ at a time, and measure how
# all three shares move. The result is a 3 by 3 table.
#
# *Predict:* which signs stand on the diagonal, which off it? What is the sum of each column, given
# that the shares always sum to 1?

# %% explore="the Jacobian of the softmax, measured"
z = np.log(np.array([1.0, 2.0, 5.0]))  # (n,) with n = 3
J = np.zeros((3, 3))
for i in range(3):
    J[i] = numerical_gradient(lambda z, i=i: np.exp(z[i]) / np.sum(np.exp(z)), z)
print("64 * J:")
print((64 * J).round(3))
plots.heat_map(
    64 * J,
    title="64 times the Jacobian of the softmax",
    row_labels=["share 1", "share 2", "share 3"],
    column_labels=["by logit 1", "by logit 2", "by logit 3"],
)

# %% [markdown]
# Times 64, the table is
#
# $$64\,\mathbf{J} = \begin{pmatrix} 7 & -2 & -5 \\ -2 & 12 & -10 \\ -5 & -10 & 15 \end{pmatrix}.$$
#
# The diagonal is positive, everything else is negative, and the table is symmetric.
# Each column sums to 0, and so does each row.
#
# *Why.* Raise $z_3$: the third share grows, and the others must pay for it, since the sum stays 1.
# That is the third column: its positive entry is exactly used up by the negative ones.
# A row sum asks another question: what happens to one share when *all* logits rise together?
# Nothing, as section 6 showed. So the rows sum to 0 too.
#
# ### Index form
#
# Write $E = \sum_k e^{z_k}$, so that $s_i = e^{z_i}/E$ and $\partial E / \partial z_j = e^{z_j}$.
#
# *If $i = j$*, numerator and denominator both contain $z_i$. By the quotient rule
#
# $$\frac{\partial s_i}{\partial z_i} = \frac{e^{z_i}\,E - e^{z_i}\,e^{z_i}}{E^2}
# = \frac{e^{z_i}}{E}\left(1 - \frac{e^{z_i}}{E}\right) = s_i\,(1 - s_i).$$
#
# *If $i \ne j$*, only the denominator contains $z_j$:
#
# $$\frac{\partial s_i}{\partial z_j} = \frac{0 \cdot E - e^{z_i}\,e^{z_j}}{E^2} = -\,s_i\,s_j.$$
#
# The indicator joins the two cases:
#
# $$J_{ij} = \frac{\partial s_i}{\partial z_j} = s_i\,\bigl(1\{i = j\} - s_j\bigr).$$
#
# Check one entry with the pencil: $J_{23} = -\tfrac28 \cdot \tfrac58 = -\tfrac{10}{64}$.
#
# ### With a gap
#
# The next cell builds the table from the two cases, but the second case is missing.
# Put it in. You are done when all row sums are 0.

# %% explore="a Jacobian with a gap"
s = np.array([1.0, 2.0, 5.0]) / 8.0
J = np.zeros((3, 3))
for i in range(3):
    for j in range(3):
        if i == j:
            J[i, j] = s[i] * (1.0 - s[i])
        else:
            J[i, j] = 0.0  # the gap: the derivative of share i by another logit j
print("64 * J:")
print(64 * J)
print("row sums of 64 * J:", 64 * J.sum(axis=1))

# %% [markdown]
# ### Matrix form
#
# Multiply out: $J_{ij} = s_i\,1\{i = j\} - s_i\,s_j$.
#
# - $s_i\,1\{i = j\}$ is entry $(i, j)$ of $\mathrm{diag}(\mathbf{s})$, the matrix with
#   $\mathbf{s}$ on its diagonal and 0 elsewhere.
# - $s_i\,s_j$ is entry $(i, j)$ of the **outer product** $\mathbf{s}\,\mathbf{s}^\top$, the table
#   of all products of two entries, $(n, 1)\,(1, n) \to (n, n)$.
#
# $$\mathbf{J} = \mathrm{diag}(\mathbf{s}) - \mathbf{s}\,\mathbf{s}^\top, \qquad (n, n).$$
#
# The next picture shows the outer product as the table that it is.

# %% explore="the outer product as a table"
s = np.array([1.0, 2.0, 5.0]) / 8.0
plots.heat_map(
    64 * np.outer(s, s),  # (n, 1) (1, n) -> (n, n)
    title="64 times the outer product: each cell is its row times its column",
    row_labels=["1/8", "2/8", "5/8"],
    column_labels=["1/8", "2/8", "5/8"],
)

# %% [markdown]
# Take this table away from the diagonal matrix with $8, 16, 40$, which is
# $64\,\mathrm{diag}(\mathbf{s})$:
# $8 - 1 = 7$, $16 - 4 = 12$, $40 - 25 = 15$, and off the diagonal the table with a minus sign.
# That is the Jacobian which you measured.
#
# $\mathbf{J}$ is symmetric, so here $\mathbf{J}^\top = \mathbf{J}$, and
# a forgotten transpose does no harm.
# That is luck of the softmax. In lesson 03 the matrix in this place
# is `W`, which is not symmetric.

# %% [markdown]
# ### Exercise 6: `softmax_jacobian`


# %% solution="softmax_jacobian"
def softmax_jacobian(s):
    """Return the Jacobian of the softmax, from one output of it.

    s: (n,), one column of softmax outputs; not the logits.
    Returns J: (n, n), J[i, j] is the derivative of s_i by z_j.

    Formula: section 7.
    Example: for s = [0.5, 0.5] it is [[0.25, -0.25], [-0.25, 0.25]].
    """
    ### BEGIN SOLUTION
    s = np.asarray(s, dtype=float)
    return np.diag(s) - np.outer(s, s)  # (n, n) - (n, 1) (1, n) -> (n, n)
    ### END SOLUTION


# %% test="softmax_jacobian" points=4
s = np.array([1.0, 2.0, 5.0]) / 8.0
J = softmax_jacobian(s)
assert np.shape(J) == (3, 3), f"three outputs by three inputs: (3, 3), but yours is {np.shape(J)}"
assert np.allclose(64 * np.diag(J), [7.0, 12.0, 15.0]), (
    f"64 times the diagonal is [7, 12, 15], yours: {64 * np.diag(J)}"
)
assert np.allclose(np.sum(J, axis=1), 0.0), f"each row sums to 0, but yours: {np.sum(J, axis=1)}"
assert np.isclose(64 * J[1, 2], -10.0), f"64 J[1, 2] is -10, yours: {64 * J[1, 2]}"

# %% [markdown]
# ## 8. The way back through a softmax, without its Jacobian
#
# Section 2 said how a gradient goes back: $d\mathbf{z} = \mathbf{J}^\top d\mathbf{s}$.
# Take $\mathbf{s} = (\tfrac18, \tfrac28, \tfrac58)$ and $d\mathbf{s} = (8, 0, -8)$.
#
# *Predict:* the second entry of $d\mathbf{s}$ is 0. The loss does not care about the second share.
# Does it care about the second *logit*?
#
# With the table of section 7 and a pencil:
#
# $$d\mathbf{z} = \frac{1}{64}\begin{pmatrix} 7 & -2 & -5 \\ -2 & 12 & -10 \\ -5 & -10 & 15 \end{pmatrix}
# \begin{pmatrix} 8 \\ 0 \\ -8 \end{pmatrix}
# = \frac{1}{64}\begin{pmatrix} 96 \\ 64 \\ -160 \end{pmatrix}
# = \begin{pmatrix} 1.5 \\ 1 \\ -2.5 \end{pmatrix}.$$
#
# It does: raising the second logit takes share from the other two, and about those the loss cares.
# The entries of $d\mathbf{z}$ sum to 0, because raising all logits together changes nothing.
#
# ### Index form
#
# $$\frac{\partial L}{\partial z_j} = \sum_i J_{ij}\,\frac{\partial L}{\partial s_i}
# = \sum_i s_i\,\bigl(1\{i = j\} - s_j\bigr)\,\frac{\partial L}{\partial s_i}
# = s_j\,\frac{\partial L}{\partial s_j} - s_j \sum_i s_i\,\frac{\partial L}{\partial s_i}
# = s_j \left(\frac{\partial L}{\partial s_j} - \sum_i s_i\,\frac{\partial L}{\partial s_i}\right).$$
#
# The sum in the last bracket does not contain $j$.
# It is the same number for all logits of a sample: the mean of
# $d\mathbf{s}$, weighted by the shares.
# In numbers: $\tfrac18 \cdot 8 + 0 - \tfrac58 \cdot 8 = -4$.
# So the bracket is $(8 + 4,\; 0 + 4,\; -8 + 4) = (12, 4, -4)$, and times
# $\mathbf{s}$ that is $(1.5, 1, -2.5)$ again.
#
# ### Matrix form
#
# $$d\mathbf{z} = \bigl(\mathrm{diag}(\mathbf{s}) - \mathbf{s}\,\mathbf{s}^\top\bigr)\,d\mathbf{s}
# = \mathbf{s} \odot d\mathbf{s} - \mathbf{s}\,\bigl(\mathbf{s}^\top d\mathbf{s}\bigr)
# = \mathbf{s} \odot \bigl(d\mathbf{s} - (\mathbf{s}^\top d\mathbf{s})\,\mathbf{1}\bigr),$$
#
# where $\mathbf{1}$ is a vector of $n$ ones, and the transpose of $\mathbf{J}$ is left out because
# $\mathbf{J}$ is symmetric.
# The step in the middle only moves a bracket:
# $(\mathbf{s}\,\mathbf{s}^\top)\,d\mathbf{s}$ builds an (n, n) table first, while
# $\mathbf{s}\,(\mathbf{s}^\top d\mathbf{s})$ is a number times a vector.
# The results are equal, the costs are not. For $n = 20\,000$ classes the table has $4 \cdot 10^8$
# entries, 3.2 GB for each sample. The vectors take 160 kB.
#
# For a batch, each column has its own number
# $\mathbf{s}^\top d\mathbf{s}$: a sum over axis 0, of shape (1, m).
#
# ### "Equal shapes, so it must be elementwise": easy to believe, and false
#
# You can read arguments like this one: `dS`, the slopes and `dZ` all have shape (n, m), so the
# product between them can only be the elementwise one.
# For the softmax every shape is (n, m) as well. Follow that argument
# with the diagonal, $s_i(1 - s_i)$:

# %% explore="equal shapes prove nothing"
s = np.array([1.0, 2.0, 5.0]) / 8.0
ds = np.array([8.0, 0.0, -8.0])
z = np.log(np.array([1.0, 2.0, 5.0]))


def loss_of(z):
    shares = np.exp(z) / np.sum(np.exp(z))
    return float(ds @ shares)  # (n,) (n,) -> a number, whose gradient by the shares is ds


print("elementwise, s * (1 - s) * ds:", s * (1 - s) * ds)
print("measured:                     ", numerical_gradient(loss_of, z).round(6))

# %% [markdown]
# The elementwise product has the right shape, plausible signs and a
# plausible size, and it is wrong.
# It says that the second logit has no influence at all.
#
# *Say why:* which entries of $\mathbf{J}$ has it left out, and which
# sentence of section 2 does it break?
#
# <details><summary>Answer</summary>
#
# It has left out everything off the diagonal.
# An elementwise product stands there because the *function* is
# elementwise, and the softmax is not.
# Shapes can show that a product is impossible. They cannot show that it is right.
#
# </details>

# %% [markdown]
# ### Bug hunt 2: an index that was copied wrong
#
# A text on the softmax prints the chain rule like this, with $y_j$ for
# the outputs and $x_i$ for the inputs:
#
# $$\frac{\partial E}{\partial x_i} = \sum_{j=1}^{n}
# \left( \frac{\partial E}{\partial y_i} \cdot \frac{\partial y_i}{\partial x_i} \right).$$
#
# The cell below follows it to the letter.
# Find the mistake in the formula, repair the one line of code that follows from it, and run the
# cell until both rows agree.


# %% explore="bug hunt 2"
def vjp_as_printed(y, dy):
    n = y.size
    dx = np.zeros(n)
    for i in range(n):
        for j in range(n):
            dx[i] += dy[i] * y[i] * (1.0 - y[i])  # dE/dy_i times dy_i/dx_i
    return dx


y = np.array([1.0, 2.0, 5.0]) / 8.0
print("as printed:", vjp_as_printed(y, np.array([8.0, 0.0, -8.0])))
print("measured:  ", np.array([1.5, 1.0, -2.5]))

# %% [markdown]
# <details><summary>Answer</summary>
#
# Nothing behind the sum depends on $j$, so the sum only multiplies by $n$: a sum whose index does
# not occur in its terms is always suspicious.
# The paths from $x_i$ run through *every* output $y_j$:
#
# $$\frac{\partial E}{\partial x_i} = \sum_{j=1}^{n}
# \frac{\partial E}{\partial y_j} \cdot \frac{\partial y_j}{\partial x_i}.$$
#
# The line becomes `dx[i] += dy[j] * y[j] * ((i == j) - y[i])`.
# As printed, the result is $n$ times the elementwise one: two mistakes for the price of one index.
#
# </details>

# %% [markdown]
# ### Exercise 7: `softmax_vjp`
#
# Do not build the Jacobian. One of the hidden cases has 20,000
# classes, and 50 MB of memory to do it in.


# %% solution="softmax_vjp"
def softmax_vjp(S, dS):
    """Take a gradient back through the softmax: from dS to dZ.

    S: (n, m), softmax outputs; each column is a sample.
    dS: (n, m), the gradient of the loss by S.
    Returns dZ: (n, m), the gradient of the loss by the logits.
    Memory grows like n * m, never like n * n.

    Formula: section 8.
    Example: S = [[1/8], [2/8], [5/8]] and dS = [[8.0], [0.0], [-8.0]]
    give [[1.5], [1.0], [-2.5]].
    """
    ### BEGIN SOLUTION
    S, dS = np.asarray(S, dtype=float), np.asarray(dS, dtype=float)
    weighted_mean = np.sum(S * dS, axis=0, keepdims=True)  # (1, m): one number a sample
    return S * (dS - weighted_mean)  # (n, m)
    ### END SOLUTION


# %% test="softmax_vjp" points=5
S = np.array([[1.0, 4.0], [2.0, 2.0], [5.0, 2.0]]) / 8.0
dS = np.array([[8.0, 1.0], [0.0, 2.0], [-8.0, 0.0]])
dZ = softmax_vjp(S, dS)
assert np.shape(dZ) == (3, 2), f"a gradient has the shape of Z, (3, 2), but yours is {np.shape(dZ)}"
assert np.allclose(dZ[:, 0], [1.5, 1.0, -2.5]), (
    f"the first column is the example of section 8, [1.5, 1, -2.5], yours: {dZ[:, 0]}"
)
assert np.allclose(np.sum(dZ, axis=0), 0.0), (
    f"each column of dZ sums to 0, but yours: {np.sum(dZ, axis=0)}"
)
for c in range(2):
    by_jacobian = softmax_jacobian(S[:, c]).T @ dS[:, c]  # (n, n) (n,) -> (n,)
    assert np.allclose(dZ[:, c], by_jacobian), f"column {c} is not J.T @ dS[:, {c}]"
wide = np.full((3000, 2), 1 / 3000)  # J would take 72 MB for each of these samples
tracemalloc.start()
softmax_vjp(wide, wide)
peak = tracemalloc.get_traced_memory()[1] / 1e6
tracemalloc.stop()
assert peak < 10, f"3,000 classes took {peak:.0f} MB; build no (n, n) matrix on the way"

# %% [markdown]
# ## 9. Cross-entropy
#
# The cross-entropy measures how surprised a prediction is by the target.
# Take two samples with three classes. Column 1 has a *one-hot* target: class 3, for certain.
# Column 2 has a *soft* target: classes 1 and 2, half and half.
#
# $$\mathbf{P} = \begin{pmatrix} \tfrac18 & \tfrac14 \\ \tfrac28 & \tfrac12 \\ \tfrac58 & \tfrac14
# \end{pmatrix}, \qquad
# \mathbf{T} = \begin{pmatrix} 0 & \tfrac12 \\ 0 & \tfrac12 \\ 1 & 0 \end{pmatrix}.$$
#
# $\mathbf{P}$ holds predicted probabilities; often it is the output of a softmax.
#
# 1. Sample 1: only the target class counts, $-\ln \tfrac58 \approx 0.470$.
# 2. Sample 2: $-\tfrac12 \ln \tfrac14 - \tfrac12 \ln \tfrac12 = \tfrac32 \ln 2 \approx 1.040$.
# 3. The mean over the samples is $0.755$.
#
# $$L = -\frac{1}{m} \sum_{c=1}^{m} \sum_{i=1}^{n} t_{ic} \ln p_{ic}.$$
#
# *Predict:* what does the loss of sample 1 do when $p_{31}$ goes from
# $\tfrac58$ to 1? And towards 0?
#
# <details><summary>Answer</summary>
#
# Towards 1 it falls to $-\ln 1 = 0$: a certain and right prediction costs nothing.
# Towards 0 it grows without bound: a certain and wrong prediction costs everything.
#
# </details>
#
# ### Its gradient, with gaps
#
# Do it as in section 5, where the derivation stands in full. Fill the boxes on paper.
#
# $$\frac{\partial L}{\partial p_{jd}}
# = -\frac{1}{m} \sum_c \sum_i t_{ic} \cdot \Box \cdot 1\{i = j\}\,1\{c = d\}
# = -\frac{1}{m} \cdot \frac{\Box}{\Box}.$$
#
# <details><summary>The boxes</summary>
#
# The derivative of $\ln p$ is $1/p$: the first box is $1/p_{ic}$.
# The indicators leave one term, so the last fraction is $t_{jd}/p_{jd}$.
#
# $$\text{matrix form:}\qquad d\mathbf{P} = -\frac{1}{m}\,\mathbf{T} \odot \frac{1}{\mathbf{P}},
# \qquad (n, m),$$
#
# with $1/\mathbf{P}$ entry by entry: entry $(j, d)$ of the result uses entries $(j, d)$ only.
# In the example, with $m = 2$: entry $(3, 1)$ is $-\tfrac12 \cdot \tfrac85 = -0.8$; the second
# column is $(-1, -0.5, 0)$.
#
# </details>
#
# ### Probability 0
#
# A softmax can return an exact 0: it does so when a logit lies 750 below another.
# The next cell shows what then happens to $t \ln p$ and to $t / p$.

# %% explore="log of zero"
p = np.array([0.0, 0.0, 1.0])
for t in [np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.0, 1.0])]:
    with np.errstate(all="ignore"):
        print("t =", t, "  t * log(p) =", t * np.log(p), "  t / p =", t / p)

# %% [markdown]
# *Why.* $\ln 0$ is $-\infty$. Where the target is positive, loss and gradient are infinite.
# Where the target is 0, the term ought to add nothing, since $0 \cdot \ln p = 0$ for every
# $p > 0$, but `0 * -inf` and `0 / 0` are `nan`, and one `nan` spoils the whole sum.
#
# The remedy is to **clip**: replace every probability below $10^{-12}$ by $10^{-12}$ before use,
# in the loss and in the gradient. Larger probabilities stay exactly as they are.
# The worst possible loss of a sample is then $-\ln 10^{-12} \approx 27.6$, finite, and
# $0 \cdot \ln 10^{-12} = 0$.
#
# A clip has a price. Below $10^{-12}$ the clipped loss is flat, and its
# derivative, taken strictly, is 0:
# the most wrong prediction of all would get no correction.
# So the gradient keeps its formula there, with the clipped probability in
# it: $-t / 10^{-12}$ before the $1/m$.
# A gradient check at such a point would complain, and rightly.
# Section 10 has a better way.

# %% [markdown]
# ### Exercises 8 and 9: `cross_entropy` and `cross_entropy_grad`


# %% solution="cross_entropy"
def cross_entropy(P, T):
    """Return the cross-entropy of predictions P and targets T, a mean over the samples.

    P: (n, m), probabilities; those below 1e-12 count as 1e-12.
    T: (n, m), targets; one-hot or soft, floats or integers.
    Returns one float, finite even where P is 0.

    Formula: section 9.
    Example: for the two matrices of section 9 it is about 0.7549.
    """
    ### BEGIN SOLUTION
    P, T = np.asarray(P, dtype=float), np.asarray(T, dtype=float)
    m = P.shape[1]
    return -np.sum(T * np.log(np.maximum(P, 1e-12))) / m
    ### END SOLUTION


# %% test="cross_entropy" points=3
P = np.array([[1 / 8, 1 / 4], [2 / 8, 1 / 2], [5 / 8, 1 / 4]])
T = np.array([[0.0, 0.5], [0.0, 0.5], [1.0, 0.0]])
loss = cross_entropy(P, T)
assert np.shape(loss) == (), f"the loss is one number, but yours has shape {np.shape(loss)}"
assert np.isclose(loss, (np.log(8 / 5) + 1.5 * np.log(2.0)) / 2), (
    f"for the example of section 9 the loss is 0.7549, yours: {loss}"
)
with np.errstate(all="ignore"):
    worst = cross_entropy(np.array([[0.0], [1.0]]), np.array([[1.0], [0.0]]))
assert np.isclose(worst, -np.log(1e-12)), (
    f"probability 0 for the right class costs -log(1e-12) = 27.63, yours: {worst}"
)


# %% solution="cross_entropy_grad"
def cross_entropy_grad(P, T):
    """Return the gradient of the cross-entropy by P.

    P: (n, m), probabilities; those below 1e-12 count as 1e-12.
    T: (n, m), targets; one-hot or soft, floats or integers.
    Returns (n, m), finite even where P is 0; exactly 0 where T is 0.

    Formula: section 9.
    Example: for the two matrices of section 9 its last row is [-0.8, 0.0].
    """
    ### BEGIN SOLUTION
    P, T = np.asarray(P, dtype=float), np.asarray(T, dtype=float)
    m = P.shape[1]
    return -T / np.maximum(P, 1e-12) / m
    ### END SOLUTION


# %% test="cross_entropy_grad" points=4
P = np.array([[1 / 8, 1 / 4], [2 / 8, 1 / 2], [5 / 8, 1 / 4]])
T = np.array([[0.0, 0.5], [0.0, 0.5], [1.0, 0.0]])
gradient = cross_entropy_grad(P, T)
assert np.shape(gradient) == (3, 2), (
    f"a gradient has the shape of P, (3, 2), but yours is {np.shape(gradient)}"
)
assert np.allclose(gradient[2], [-0.8, 0.0]), (
    f"the last row for the example of section 9 is [-0.8, 0], yours: {gradient[2]}"
)
measured = numerical_gradient(lambda P: cross_entropy(P, T), P)
assert np.allclose(gradient, measured, atol=1e-6), (
    "central differences of your own cross_entropy give another gradient"
)
with np.errstate(all="ignore"):
    edge = cross_entropy_grad(np.array([[0.0], [0.0], [1.0]]), np.array([[1.0], [0.0], [0.0]]))
assert np.all(np.isfinite(edge)), f"finite at probability 0, please; yours: {edge.ravel()}"
assert np.allclose(edge.ravel(), [-1e12, 0.0, 0.0]), (
    f"at probability 0 the clipped probability stands in the formula; yours: {edge.ravel()}"
)

# %% [markdown]
# ## 10. Softmax and cross-entropy together
#
# Now chain the two: logits, softmax, cross-entropy. One sample, $m = 1$,
# $\mathbf{s} = (\tfrac18, \tfrac28, \tfrac58)$, one-hot target $\mathbf{t} = (0, 0, 1)$.
#
# 1. The cross-entropy gives $d\mathbf{s} = (0, 0, -\tfrac85)$.
# 2. The weighted mean of section 8 is
#    $\mathbf{s}^\top d\mathbf{s} = \tfrac58 \cdot (-\tfrac85) = -1$.
# 3. So
#    $d\mathbf{z} = \mathbf{s} \odot (d\mathbf{s} + 1) = \bigl(\tfrac18,\; \tfrac28,\; \tfrac58 \cdot (-\tfrac35)\bigr) = \bigl(\tfrac18,\; \tfrac28,\; -\tfrac38\bigr)$.
#
# *Look at the three numbers next to* $\mathbf{s}$ *and* $\mathbf{t}$
# *before you read on. What is the rule?*
#
# It is $\mathbf{s} - \mathbf{t}$: prediction minus target.
# Many texts state this and leave the derivation to the reader. Here it is.
#
# ### Index form
#
# For one sample, put $\partial L / \partial s_i = -t_i / s_i$ into the result of section 8:
#
# $$\frac{\partial L}{\partial z_j}
# = s_j \left( -\frac{t_j}{s_j} - \sum_i s_i \cdot \Bigl(-\frac{t_i}{s_i}\Bigr) \right)
# = s_j \left( -\frac{t_j}{s_j} + \sum_i t_i \right)
# = -\,t_j + s_j \underbrace{\sum_i t_i}_{=\,1}
# = s_j - t_j.$$
#
# Twice a division by a share meets a multiplication with the same share, and both are gone.
# The targets of a sample sum to 1; the last step needs that.
#
# ### Matrix form
#
# The samples do not mix, so the same holds in each column, and the mean brings the $1/m$:
#
# $$d\mathbf{Z} = \frac{1}{m}\,(\mathbf{S} - \mathbf{T}), \qquad (n, m).$$
#
# It looks like the gradient of the squared error in section 5, but that one is taken by the
# *output*, this one by the *logits*, through a full Jacobian. The Jacobian has not vanished.
# It has been multiplied in.
#
# ### Why not simply chain the two functions?
#
# On paper that is the same. Take a prediction that could not be more wrong:
# logits $(1000, 0)$, target class 2.
# *Predict* what the two roads give.

# %% explore="two roads to one gradient"
S = np.array([[1.0], [0.0]])  # the softmax of (1000, 0): exp(-1000) is 0 in floating point
T = np.array([[0.0], [1.0]])
dS = -T / np.maximum(S, 1e-12)  # cross-entropy, clipped
dZ = S * (dS - np.sum(S * dS, axis=0, keepdims=True))  # back through the softmax
print("through the division:", dZ.ravel())
print("S - T:               ", (S - T).ravel())

# %% [markdown]
# *Why.* The first road divides by a share and multiplies with it again.
# The share is 0, the clip has changed the divisor, and the two no longer cancel.
# The gradient comes out as 0: the network makes its worst mistake and learns nothing from it.
# The second road never divides.
#
# This is the thread through the whole lesson: formulas that are equal on paper differ in floating
# point, and the good one divides by nothing small and lets no exponential grow.

# %% [markdown]
# ### Exercise 10: `softmax_cross_entropy_grad`


# %% solution="softmax_cross_entropy_grad"
def softmax_cross_entropy_grad(Z, T):
    """Return the gradient of cross_entropy(softmax(Z), T) by the logits Z.

    Z: (n, m), logits of any size; a column is a sample.
    T: (n, m), targets, one-hot or soft; each column sums to 1.
    Returns dZ: (n, m).  No division by a probability on the way.

    Formula: section 10.
    Example: Z = np.log([[1.0], [2.0], [5.0]]) and T = [[0.0], [0.0], [1.0]]
    give [[0.125], [0.25], [-0.375]].
    """
    ### BEGIN SOLUTION
    T = np.asarray(T, dtype=float)
    m = T.shape[1]
    return (softmax(Z) - T) / m
    ### END SOLUTION


# %% test="softmax_cross_entropy_grad" points=4
Z = np.log(np.array([[1.0, 3.0], [2.0, 3.0], [5.0, 2.0]]))
T = np.array([[0.0, 0.5], [0.0, 0.25], [1.0, 0.25]])
dZ = softmax_cross_entropy_grad(Z, T)
assert np.shape(dZ) == (3, 2), f"a gradient has the shape of Z, (3, 2), but yours is {np.shape(dZ)}"
one = softmax_cross_entropy_grad(Z[:, :1], T[:, :1])
assert np.allclose(np.ravel(one), [1 / 8, 2 / 8, -3 / 8]), (
    f"the example of section 10 gives [1/8, 2/8, -3/8], yours: {np.ravel(one)}"
)
measured = numerical_gradient(lambda Z: cross_entropy(softmax(Z), T), Z)
assert np.allclose(dZ, measured, atol=1e-6), (
    "central differences of cross_entropy(softmax(Z), T) give another gradient"
)
with np.errstate(all="ignore"):
    far = softmax_cross_entropy_grad(np.array([[1000.0], [0.0]]), np.array([[0.0], [1.0]]))
assert np.allclose(np.ravel(far), [1.0, -1.0]), (
    f"logits (1000, 0) and target class 2 give (1, -1), yours: {np.ravel(far)}"
)

# %% [markdown]
# ## 11. A derivation in your own words
#
# Section 10 went through the Jacobian. There is a second road to the
# same result, and it is shorter.
#
# Take one sample with logits $z_1, \dots, z_n$ and targets $t_1, \dots, t_n$ that sum to 1.
# Put the softmax into the cross-entropy *before* you differentiate, and simplify the logarithm.
# Then differentiate by $z_j$.
#
# Write down:
#
# 1. the loss as a function of the logits alone, without a quotient inside a logarithm;
# 2. its derivative by $z_j$, with a reason for each step;
# 3. the place where you used that the targets sum to 1, and what
#    would stand there if they did not;
# 4. what changes for the mean over $m$ samples.
#
# Six to ten lines are enough. Words and formulas both count.

# %% [markdown] manual="derive_softmax_cross_entropy" points=4
# ### BEGIN SOLUTION
# The logarithm of a share is $\ln s_i = z_i - \ln E$ with $E = \sum_k e^{z_k}$. So
#
# $$L = -\sum_i t_i \ln s_i = -\sum_i t_i z_i + \Bigl(\sum_i t_i\Bigr) \ln E
# = -\sum_i t_i z_i + \ln E,$$
#
# because the targets sum to 1. In the first sum only the term with $i = j$ contains $z_j$, so its
# derivative is $-t_j$. By the chain rule the derivative of $\ln E$ is
# $\frac{1}{E} \cdot \frac{\partial E}{\partial z_j} = \frac{e^{z_j}}{E} = s_j$. Together
#
# $$\frac{\partial L}{\partial z_j} = s_j - t_j.$$
#
# If the targets summed to another number $\tau$, then $\tau \ln E$ would stay in the loss, and the
# derivative would be $\tau s_j - t_j$. The mean over $m$ samples multiplies each sample's loss by
# $1/m$, and the logits of a sample occur in its own loss only. So column $c$ of the gradient is
# $(\mathbf{s}_c - \mathbf{t}_c)/m$.
# ### END SOLUTION
#
# ### BEGIN MARK SCHEME
# One point each; a slip of the pen that does not change the argument costs nothing.
#
# 1. The loss is written by the logits:
#    $\ln s_i = z_i - \ln \sum_k e^{z_k}$, put in and multiplied out.
# 2. The derivative of $\ln \sum_k e^{z_k}$ by $z_j$ is recognised as $s_j$, with the chain rule
#    named or shown, and the derivative of the first sum is $-t_j$ with a reason.
# 3. The use of $\sum_i t_i = 1$ is pointed out, with $\tau s_j - t_j$ (or
#    the same in words) for another sum.
# 4. The $1/m$ is explained: the mean multiplies each sample's loss, and samples do not mix.
#
# A derivation through the Jacobian, as in section 10, earns points 3 and 4
# only: the task asked for the other road.
# ### END MARK SCHEME

# %% [markdown]
# ## 12. The figure: a Jacobian you can look at
#
# The next figure moves. It runs *your* functions `softmax`, `softmax_jacobian`,
# `cross_entropy_grad` and `softmax_cross_entropy_grad`.
# Its controls work by mouse and by keyboard, and below it stands what it shows, in words.
# Predict before you move a control:
#
# - Make all logits equal. Which entries of the Jacobian are largest then?
# - Make the logit of a *wrong* class 20 larger than the others. What becomes of the Jacobian?
#   And of the gradient $\mathbf{s} - \mathbf{t}$?
# - Make it 30 larger than all others. The second and the third row of numbers should
#   still be equal. Are they?

# %% explore="figure"
from byhand.figures.logits import show

show(globals())

# %% [markdown]
# *What you should have seen.* With $n$ equal logits the diagonal is $\tfrac1n (1 - \tfrac1n)$, and
# all other entries are $-\tfrac{1}{n^2}$.
# With one large logit $\mathbf{s}$ is nearly one-hot, and every entry of the Jacobian is nearly 0:
# the softmax is *saturated*.
# A squared error behind it would hardly get a gradient through.
# The gradient $\mathbf{s} - \mathbf{t}$ is as large as it can be all the same: nearly 1 for the
# wrong class and nearly $-1$ for the target.
# The cross-entropy makes up for the small Jacobian, because its own gradient
# $-t/s$ is as large as the Jacobian is small.
# That is why the two belong together.
# Where a share falls below $10^{-12}$, the clipped division spoils the product, as in section 10.

# %% [markdown]
# ## Summary
#
# | function | forward | backward, one sample | batch |
# |---|---|---|---|
# | elementwise $\phi$ | $a_i = \phi(z_i)$ | $\partial L/\partial z_j = \phi'(z_j)\,\partial L/\partial a_j$ | $d\mathbf{A} \odot \phi'(\mathbf{Z})$ |
# | softmax | $s_i = e^{z_i} / \sum_k e^{z_k}$ | $\partial L/\partial z_j = s_j(\partial L/\partial s_j - \sum_i s_i\,\partial L/\partial s_i)$ | $\mathbf{S} \odot (d\mathbf{S} - \text{weighted mean of each column})$ |
# | half squared error | $\tfrac12 \sum_i (x_i - t_i)^2$ | $x_j - t_j$ | $(\mathbf{X} - \mathbf{T})/m$ |
# | cross-entropy | $-\sum_i t_i \ln p_i$ | $-t_j / p_j$ | $-\mathbf{T} / \mathbf{P} / m$, entry by entry |
# | softmax, then cross-entropy | | $s_j - t_j$ | $(\mathbf{S} - \mathbf{T})/m$ |
#
# - A gradient goes back through a function by $\mathbf{J}^\top$. The elementwise product is the
#   case of a diagonal $\mathbf{J}$, and stands there because the function is elementwise.
# - Equal shapes prove nothing: the softmax is the counterexample.
# - The $1/m$ enters once, with the loss.
# - No positive exponents, no division by what may be 0.
#
# **Lesson 03 uses** `sigmoid` and `activation_prime` inside a dense layer, `l2_loss` and `l2_grad`
# at its end, and once more `softmax_jacobian` as the counterexample.
# There a third kind of Jacobian appears: the matrix `W` itself, and its transpose.
# Lesson 04 uses `softmax`, `softmax_vjp` and the cross-entropy for a whole network.
#
# ## Further reading
#
# - I. Goodfellow, Y. Bengio, A. Courville, *Deep Learning* (MIT Press, 2016): section 4.1 on
#   overflow and underflow, section 6.2.2 on output units and their losses.
#   <https://www.deeplearningbook.org>
# - P. Blanchard, D. J. Higham, N. J. Higham, "Accurately computing the log-sum-exp and softmax
#   functions", *IMA Journal of Numerical Analysis* 41 (2021).
#   <https://doi.org/10.1093/imanum/draa038>
# - J. S. Bridle, "Probabilistic interpretation of feedforward classification network outputs, with
#   relationships to statistical pattern recognition", in *Neurocomputing* (Springer, 1990).
#   <https://doi.org/10.1007/978-3-642-76153-9_28>
# - A. G. Baydin, B. A. Pearlmutter, A. A. Radul, J. M. Siskind, "Automatic differentiation in
#   machine learning: a survey", *JMLR* 18 (2018): what a vjp is to a program.
#   <https://arxiv.org/abs/1502.05767>

# %% [markdown]
# # 01 · The chain rule
#
# **What you will be able to do**
#
# - measure any gradient by experiment, and know how far to trust the measurement;
# - follow a small change through a graph, along one path and along many;
# - run one neuron forwards and backwards;
# - say why backpropagation goes backwards;
# - derive and check the gradient of logistic regression, your first whole backward pass.
#
# **What you need:** lesson 00, and the derivatives of $x^2$, $x^3$, $e^x$, $1/x$ and $\ln x$.
# Taylor's series comes up once; if it is new to you, believe the result and check it in numbers.
#
# **How long it takes:** 90 minutes. **Points:** 35.

# %% [markdown]
# ## Three questions on lesson 00
#
# Answer aloud or on paper, then unfold.
#
# 1. `X` has shape (3, 5), and samples are columns.
#    What is the shape of `X.mean(axis=1, keepdims=True)`, and what does each entry stand for?
# 2. `P` has shape (4, 1) and `T` has shape (4,). What is the shape of `P - T`?
# 3. `W` has shape (2, 3), and the loss is a single number.
#    What is the shape of the gradient of the loss by `W`?
#
# <details><summary>Answers</summary>
#
# 1. (3, 1): the mean of each of the three features over the five samples.
# 2. (4, 4): each entry of `P` meets each entry of `T`.
# 3. (2, 3): a gradient has the shape of what it is the gradient of.
#
# </details>

# %% setup="imports"
import numpy as np

# %% [markdown]
# ## 1 · What we want
#
# A network has many weights and biases. All of them together are called $\theta$.
# The **loss** $L(\theta)$ is one number that says how badly the network does; smaller is better.
# Start with a loss of a single weight $w$, and go downhill.
#
# Before you run the cell: at the starting point the curve rises to the right.
# Is the slope there positive or negative? Should $w$ grow or shrink?

# %% explore="downhill"
import matplotlib.pyplot as plt

from byhand.plots import computational_graph


def loss_of_one_weight(w):
    return 0.5 * (w - 2) ** 2 + 0.3


visited = [4.5]
for _ in range(4):
    slope = visited[-1] - 2                     # the derivative of the loss, by hand
    visited.append(visited[-1] - 0.4 * slope)
visited = np.array(visited)

grid = np.linspace(-0.5, 5, 200)
figure, axes = plt.subplots(figsize=(6, 3.2))
axes.plot(grid, loss_of_one_weight(grid), color="#0072B2")
axes.plot(visited, loss_of_one_weight(visited), "o--", color="#D55E00")
axes.set(xlabel="w", ylabel="loss", title="Four steps downhill")
plt.show()
print("w:   ", visited.round(3))
print("loss:", loss_of_one_weight(visited).round(3))

# %% [markdown]
# The slope is positive, so $w$ must shrink: we step *against* the slope,
# and the steps get shorter because the slope does.
# With many weights, the slope becomes the **gradient** $\nabla L$:
# one slope for each entry of $\theta$, in the same shape. One step of *gradient descent* is
#
# $$
# \theta_{\text{new}} = \theta_{\text{old}} - \eta\, \nabla L(\theta_{\text{old}}), \tag{1}
# $$
#
# where the **learning rate** $\eta > 0$ says how long the steps are (0.4 above).
# Everything in formula (1) is easy but one thing: the gradient of the loss
# by *every* weight and *every* bias. To compute it is what this course is about.

# %% [markdown]
# ## 2 · Measuring a slope
#
# Before we compute gradients cleverly, we learn to measure them.
# Then we can check every clever formula, and never have to believe one.
#
# Take $f(x) = x^3$ at $x = 2$. You know its derivative: $3 x^2 = 12$.
# Now pretend that you do not. Move $x$ by $h = 0.5$ and see how $f$ moves.
#
# | | computation | slope |
# |---|---|---|
# | one side | $(2.5^3 - 2^3)/0.5 = (15.625 - 8)/0.5$ | 15.25 |
# | both sides | $(2.5^3 - 1.5^3)/1 = (15.625 - 3.375)/1$ | 12.25 |
#
# Both are too large, but one is off by 3.25 and the other by 0.25.
# The picture says why. Which of the two chords is nearly parallel to the curve at $x = 2$?

# %% explore="two chords"
x, h = 2.0, 0.5
grid = np.linspace(1.2, 2.8, 200)
figure, axes = plt.subplots(figsize=(6, 3.6))
axes.plot(grid, grid**3, color="#1a1a1a", label="$f(x) = x^3$")
axes.plot(grid, 8 + 12 * (grid - 2), ":", color="#1a1a1a", label="tangent, slope 12")
axes.plot([x, x + h], [x**3, (x + h) ** 3], "s--", color="#D55E00", label="one side, slope 15.25")
axes.plot([x - h, x + h], [(x - h) ** 3, (x + h) ** 3], "o-", color="#0072B2",
          label="both sides, slope 12.25")
axes.set(xlabel="x", ylabel="f")
axes.legend(frameon=False)
plt.show()
print("One side: from (2, 8) to (2.5, 15.625). Both sides: from (1.5, 3.375) to (2.5, 15.625).")

# %% [markdown]
# The slope over both sides is called the **central difference**:
#
# $$
# f'(x) \approx \frac{f(x + h) - f(x - h)}{2h}. \tag{2}
# $$
#
# **How far off is it?** Write down Taylor's series to both sides:
#
# $$
# f(x \pm h) = f(x) \pm h f'(x) + \frac{h^2}{2} f''(x) \pm \frac{h^3}{6} f'''(x) + \dots
# $$
#
# 1. One side: $\dfrac{f(x + h) - f(x)}{h} = f'(x) + \dfrac{h}{2} f''(x) + \dots$,
#    so the error shrinks like $h$.
# 2. Both sides: in the difference $f(x + h) - f(x - h)$ the even terms cancel.
#    Divided by $2h$ it is $f'(x) + \dfrac{h^2}{6} f'''(x) + \dots$,
#    so the error shrinks like $h^2$.
#
# For $x^3$, $f''' = 6$: the error of (2) is exactly $h^2$. And indeed, $0.5^2 = 0.25$.
#
# **Many entries.** If $x$ is an array, one entry moves and all others stand still.
# That gives the *partial derivative* $\partial f / \partial x_i$ (read: "d f by d x i").
# All partial derivatives together, in the shape of $x$, are the gradient.
#
# **With a gap.** Take $f(x) = x_0^2\, x_1$ at $(3, 2)$.
# Work out both partial derivatives by hand, then fill the gap.

# %% explore="fill the gap in a gradient"
def square_times(x):
    return x[0] ** 2 * x[1]


x, h = np.array([3.0, 2.0]), 1e-5

step_0 = np.array([h, 0.0])
print("by x_0:", (square_times(x + step_0) - square_times(x - step_0)) / (2 * h))

step_1 = None        # the gap: a step that moves x_1 alone
if step_1 is not None:
    print("by x_1:", (square_times(x + step_1) - square_times(x - step_1)) / (2 * h))

# %% [markdown]
# <details><summary>What you should have found</summary>
#
# $\partial f/\partial x_0 = 2 x_0 x_1 = 12$ and $\partial f/\partial x_1 = x_0^2 = 9$,
# with `step_1 = np.array([0.0, h])`.
#
# </details>
#
# Before you write the general function, look at three traps. Predict what each line prints.

# %% explore="three traps"
whole = np.array([2, 3])
whole[0] = whole[0] + 1e-5
print("in an array of integers, 2 + 0.00001 is stored as", whole[0])

single = np.array([3.0], dtype=np.float32)
print("in float32, the step is", float((single + 1e-5)[0]) - 3.0, "and should be 0.00001")

moved = 0.7 + 1e-5
print("there, back and home again:", (moved - 2e-5) + 1e-5 == 0.7)

# %% [markdown]
# So: take the steps in float64, and on a copy of your own.
#
# ### Exercise: `numerical_gradient` (7 points)

# %% solution="numerical_gradient"
def numerical_gradient(f, x, h=1e-5):
    """Return the gradient of f at x, measured by central differences: formula (2), section 2.

    f: takes an array of the shape of x, returns one number, and depends on nothing else
    x: an array of any shape, () included; float64, float32 or integers; any memory layout,
       such as that of a transposed array; unchanged afterwards, bit for bit
    h: how far an entry is moved to each side
    returns: the shape of x, float64; one partial derivative for each entry of x

    Example: for f(x) = x[0]**2 * x[1] at np.array([3.0, 2.0]), about [12, 9].
    """
    ### BEGIN SOLUTION
    x = np.asarray(x)
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        # Own copies in float64: the caller's x stays as it is, and no step is cut off.
        above, below = np.array(x, dtype=np.float64), np.array(x, dtype=np.float64)
        above[index] += h
        below[index] -= h
        gradient[index] = (f(above) - f(below)) / (2 * h)
    return gradient
    ### END SOLUTION

# %% test="numerical_gradient" points=7
def sum_of_cubes(x):
    return float(np.sum(x**3))


found = numerical_gradient(sum_of_cubes, np.array([2.0, -1.0]), h=0.5)
assert np.shape(found) == (2,), f"the shape should be that of x, (2,), not {np.shape(found)}"
assert np.allclose(found, [12.25, 3.25]), "x**3 with h = 0.5 should give 3 x**2 + 0.25: section 2"

x = np.array([[0.1, 0.7, -1.3], [2.9, -0.4, 1.7]])
x_before = x.copy()
found = numerical_gradient(sum_of_cubes, x)
assert np.shape(found) == (2, 3), f"a matrix x should give a matrix (2, 3), not {np.shape(found)}"
assert np.allclose(found, 3 * x_before**2), "the gradient of the sum of x**3 should be 3 x**2"
assert np.array_equal(x, x_before), "x should be unchanged afterwards, bit for bit"

found = numerical_gradient(sum_of_cubes, np.array([3, 2]))
assert np.allclose(found, [27, 12]), "an array of integers should work: in which dtype do you step?"
assert np.asarray(found).dtype == np.float64, "the gradient should be float64, whatever x is"

found = numerical_gradient(sum_of_cubes, x.T)
assert np.allclose(found, 3 * x.T**2), "a transposed array should work"

found = numerical_gradient(sum_of_cubes, np.array(2.0))
assert np.shape(found) == (), f"an x of shape () should give the shape (), not {np.shape(found)}"
assert np.allclose(found, 12), "x**3 at a single number 2 should have the slope 12"

# %% [markdown]
# You now own a yardstick. How small should $h$ be?
#
# *It is easy to believe that smaller is always better.*
# Predict: which of the values below gives the smallest error for $e^x$ at $x = 1$?

# %% explore="the error against h"
def exponential(x):
    return float(np.exp(x[0]))


try:
    for h in [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-8, 1e-10, 1e-12, 1e-14]:
        error = abs(numerical_gradient(exponential, np.array([1.0]), h=h)[0] - np.exp(1))
        by_taylor = h**2 / 6 * np.exp(1)     # all derivatives of the exponential are itself
        print(f"h = {h:5.0e}   error = {error:.1e}   by Taylor {by_taylor:.1e}")
except NotImplementedError:
    print("This table waits for numerical_gradient.")

# %% [markdown]
# Down to about $10^{-5}$ the error falls like $h^2$, as Taylor says. Then it grows again. Why?
#
# A float64 keeps about 16 digits, so $f(x + h)$ carries a rounding error of about
# $10^{-16} |f|$. It is divided by $2h$: the smaller $h$, the louder the noise.
# The two errors balance near $h = 10^{-5}$, which is why that is the default.
# What remains is an error near $10^{-11}$ for numbers near 1.
# A gradient check that asks for fifteen equal digits asks for too much; one that accepts two
# equal digits accepts bugs.

# %% [markdown]
# ## 3 · One path: local slopes multiply
#
# A network is a chain of simple steps. Here is one of two steps: $u = 3x$, then $y = u^2$.
# The graph shows the values for $x = 2$ on the arrows.

# %% explore="a chain"
chain = {"x": (0, 0, "$x$"), "u": (1.5, 0, "$u = 3x$"), "y": (3, 0, "$y = u^2$")}
computational_graph(chain, [("x", "u", 2), ("u", "y", 6)], title="forwards")

# %% [markdown]
# Now wiggle $x$ by 0.01 and follow the wiggle with a pencil.
#
# | | value at $x = 2$ | value at $x = 2.01$ | wiggle | times the wiggle before |
# |---|---|---|---|---|
# | $x$ | 2 | 2.01 | 0.01 | |
# | $u = 3x$ | 6 | 6.03 | 0.03 | 3 |
# | $y = u^2$ | 36 | 36.3609 | 0.3609 | about 12 |
#
# Each step **amplifies** the wiggle by its own local slope:
# the first by $du/dx = 3$, the second by $dy/du = 2u = 12$.
# Two amplifiers in a row multiply: $3 \cdot 12 = 36$, and indeed $0.3609 \approx 36 \cdot 0.01$.
# This is the chain rule along one path:
#
# $$
# \frac{dy}{dx} = \frac{dy}{du} \cdot \frac{du}{dx}. \tag{3}
# $$
#
# Note where the local slope is taken: $dy/du = 2u$ at $u = 6$, the value that *arrived* there.
# The forward values must be known before the slopes can be.
# The slope of $y$ by each value stands below its arrow in the next picture.
# They were filled in from right to left: 12 first, then $12 \cdot 3$.

# %% explore="a chain backwards"
computational_graph(chain, [("x", "u", 2, 36), ("u", "y", 6, 12)], title="forwards and backwards")

# %% [markdown]
# ## 4 · Many paths: contributions add
#
# Now $x$ is used twice: $u = x^2$ and $v = 3x$, and then $w = u\,v$.
# At $x = 2$: $u = 4$, $v = 6$, $w = 24$.
# (In this section $w$ is a result, as in books on calculus, and not a weight.)

# %% explore="a fork"
fork = {"x": (0, 0, "$x$"), "u": (1.4, 0.5, "$u = x^2$"), "v": (1.4, -0.5, "$v = 3x$"),
        "w": (2.8, 0, "$w = u\\,v$")}
computational_graph(fork, [("x", "u", 2), ("x", "v", 2), ("u", "w", 4), ("v", "w", 6)])

# %% [markdown]
# Predict $dw/dx$ at $x = 2$. Along the upper path the local slopes are
# $du/dx = 2x = 4$ and $\partial w/\partial u = v = 6$; along the lower path $dv/dx = 3$ and
# $\partial w/\partial v = u = 4$. Is it $24$ (the upper path), $12$ (the lower), their sum $36$,
# their mean $18$, or their product $288$?
#
# You need not guess. Measure.

# %% explore="measure the fork"
def forked(x):
    u, v = x**2, 3 * x
    return float(u * v)


try:
    print("dw/dx at x = 2:", numerical_gradient(forked, np.array(2.0)))
except NotImplementedError:
    print("This measurement waits for numerical_gradient.")

# %% [markdown]
# It is 36. Multiply along each path, then **add** over the paths.
#
# *It is easy to believe that the chain rule is "multiply along the chain", and no more.*
# Most wrong gradients in networks are forgotten or overwritten paths.
#
# **Why add?** Let $x$ move a little. Then $u$ moves by $\Delta u$ and $v$ by $\Delta v$, and
#
# $$
# \Delta w = (u + \Delta u)(v + \Delta v) - u v
# = v\,\Delta u + u\,\Delta v + \Delta u\,\Delta v .
# $$
#
# 1. $v\,\Delta u$ is what $u$ alone would have done,
#    $u\,\Delta v$ what $v$ alone would have done.
# 2. $\Delta u\,\Delta v$ is a product of two small numbers.
#    Divided by $\Delta x$ it goes to 0 with $\Delta x$.
# 3. What is left adds. The same holds for any smooth $w(u, v)$:
#    near a point it is a plane, and on a plane two moves add.
#
# In general, $x = (x_1, \dots, x_n)$ has $n$ entries and reaches $w$ through
# $k$ values in between, $u_1, \dots, u_k$. Then
#
# $$
# \frac{\partial w}{\partial x_j}
# = \sum_{i=1}^{k} \frac{\partial w}{\partial u_i}\, \frac{\partial u_i}{\partial x_j}. \tag{4}
# $$
#
# As arrays: `dw_du` has shape $(k,)$.
# `du_dx` has shape $(k, n)$, and its row $i$ says how $u_i$ reacts to each entry of $x$.
# The result `dw_dx` has shape $(n,)$, the shape of $x$.
#
# **A worked example.** Two inputs, two values in between: at $(x_1, x_2) = (1, 2)$,
#
# $$
# u_1 = x_1 x_2 = 2, \qquad u_2 = 3 x_1 + x_2^2 = 7, \qquad w = u_1 u_2 = 14 .
# $$
#
# The local slopes are
#
# $$
# \frac{\partial w}{\partial u} = (u_2,\ u_1) = (7, 2), \qquad
# \frac{\partial u}{\partial x}
# = \begin{pmatrix} x_2 & x_1 \\ 3 & 2 x_2 \end{pmatrix}
# = \begin{pmatrix} 2 & 1 \\ 3 & 4 \end{pmatrix}.
# $$
#
# So $\partial w/\partial x_1 = 7 \cdot 2 + 2 \cdot 3 = 20$: one product for each path.
#
# **With a gap.** Complete $\partial w/\partial x_2$ in the same way.

# %% explore="fill the gap in a sum over paths"
by_x_1 = 7 * 2 + 2 * 3
by_x_2 = None        # the gap: 7 * ... + 2 * ...


def worked_example(x):
    u_1, u_2 = x[0] * x[1], 3 * x[0] + x[1] ** 2
    return float(u_1 * u_2)


try:
    print("by hand: ", [by_x_1, by_x_2])
    print("measured:", numerical_gradient(worked_example, np.array([1.0, 2.0])).round(6))
except NotImplementedError:
    print("This check waits for numerical_gradient.")

# %% [markdown]
# ### Exercise: `total_derivative` (4 points)
#
# Mind the square case: with $k = n$ a transposed `du_dx` fits as well, and gives a wrong result
# without an error. Which index of `du_dx` does formula (4) sum over?

# %% solution="total_derivative"
def total_derivative(dw_du, du_dx):
    """Return the derivative of w by each entry of x, formula (4) of section 4.

    dw_du: (k,), how w reacts to each u_i
    du_dx: (k, n), entry [i, j] says how u_i reacts to x_j
    returns: (n,), how w reacts to each x_j, over all k paths

    Example: total_derivative(np.array([6.0, 4.0]), np.array([[4.0], [3.0]])) is [36.].
    """
    ### BEGIN SOLUTION
    return dw_du @ du_dx  # (k,) (k, n) -> (n,)
    ### END SOLUTION

# %% test="total_derivative" points=4
found = total_derivative(np.array([6.0, 4.0]), np.array([[4.0], [3.0]]))
assert np.shape(found) == (1,), f"with one input the shape should be (1,), not {np.shape(found)}"
assert np.allclose(found, [36]), "the fork of section 4 should give 36: multiply along, then add"

found = total_derivative(np.array([7.0, 2.0]), np.array([[2.0, 1.0], [3.0, 4.0]]))
assert np.allclose(found, [20, 15]), "the worked example of section 4 should give 20 and 15"

found = total_derivative(np.array([1.0, -1.0, 2.0]), np.array([[1.0, 0.0], [2.0, 1.0], [0.0, 3.0]]))
assert np.allclose(found, [-1, 5]), "three paths, two inputs: each path is a row of du_dx"

# %% [markdown]
# ## 5 · One neuron, forwards and backwards
#
# A neuron takes in numbers, say 2 and 5. It weighs them, say with 0.3 and -0.2,
# and adds a bias, say 0.4: the sum is $0.6 - 1 + 0.4 = 0$.
# Then it bends the sum into the interval from 0 to 1:
# 0 becomes 0.5, 4 becomes 0.98, and -4 becomes 0.02.
# What comes out goes on to neurons of the next layer, here two of them.
# At the far end stands the loss. What lies between, we do not know yet.

# %% explore="a neuron in its network"
neuron = {
    "x1": (0, 0.6, "$x_1$"), "x2": (0, -0.6, "$x_2$"),
    "z": (1.5, 0, "$z = w_1 x_1$\n$+\\, w_2 x_2 + b$"), "a": (3.1, 0, "$a = \\sigma(z)$"),
    "z'": (4.6, 0.6, "$z' = w_3\\,a + \\dots$"), "z''": (4.6, -0.6, "$z'' = w_4\\,a + \\dots$"),
    "L": (6, 0, "$L$"),
}
wires = [("x1", "z"), ("x2", "z"), ("z", "a"), ("a", "z'"), ("a", "z''"), ("z'", "L"), ("z''", "L")]
computational_graph(neuron, wires, title="a neuron between its inputs and the loss")

# %% [markdown]
# In symbols, with inputs $x_1, x_2$, weights $w_1, w_2$ and a bias $b$:
#
# $$
# z = w_1 x_1 + w_2 x_2 + b, \qquad a = \sigma(z), \qquad \sigma(z) = \frac{1}{1 + e^{-z}}. \tag{5}
# $$
#
# The function $\sigma$ that bends is the **sigmoid**.
# The neurons of the next layer receive $a$ over the weights $w_3$ and $w_4$;
# what *they* sum up is $z'$ and $z''$. The loss is $L$.
#
# **What the forward pass gives.** We want $\partial L/\partial w_1$.
# The weight $w_1$ reaches the loss only through $z$, so by formula (3)
#
# $$
# \frac{\partial L}{\partial w_1}
# = \frac{\partial L}{\partial z} \cdot \frac{\partial z}{\partial w_1}
# = \frac{\partial L}{\partial z} \cdot x_1, \qquad
# \frac{\partial L}{\partial b} = \frac{\partial L}{\partial z} \cdot 1 .
# $$
#
# The local slope $\partial z/\partial w_1$ is simply what came in over that arrow.
# The forward pass has computed it already.
# What is missing is $\partial L/\partial z$. It is needed so often that it has a name, **delta**:
# $\delta = \partial L/\partial z$.
#
# **Bug hunt.** Lecture notes on the net print the first formula of (5) as
# `z = x1 * w1 + x2 + w2 + b`, and go on: "so the slope by $w_1$ is $x_1$ and by $w_2$ is $x_2$".
# One character is wrong, and the sentence after it is right for the formula that was meant.
# Measure first. Then find the character, repair it, and measure again.

# %% explore="bug hunt in a neuron"
x1, x2 = 2.0, 5.0


def z_as_printed(parameters):
    w1, w2, b = parameters
    return x1 * w1 + x2 + w2 + b


try:
    measured = numerical_gradient(z_as_printed, np.array([0.3, -0.4, 0.1]))
    print("measured slopes by w1, w2, b:", measured.round(6))
    print("claimed:                     ", [x1, x2, 1.0])
except NotImplementedError:
    print("This bug hunt waits for numerical_gradient.")

# %% [markdown]
# **The slope of the sigmoid.** It is itself a chain: $s = 1 + e^{-z}$, then $a = 1/s$.
#
# 1. The local slopes are $ds/dz = -e^{-z}$ and $da/ds = -1/s^2$.
# 2. By formula (3), $\sigma'(z) = e^{-z}/s^2$.
# 3. Since $1/s = a$ and $e^{-z}/s = (s - 1)/s = 1 - a$,
#
# $$
# \sigma'(z) = \sigma(z)\,(1 - \sigma(z)) = a\,(1 - a). \tag{6}
# $$
#
# At $z = 0$: $a = 0.5$ and $\sigma'(0) = 0.25$. It is nowhere larger. Far out, at $z = \pm 10$,
# it is about $0.00005$: the neuron is *saturated*, and hardly reacts.
# Mind what goes in: $\sigma'$ is taken at $z$, and $a(1 - a)$ is the same number written in $a$.
# $\sigma'(a)$ is something else, and so is $z(1 - z)$.
#
# **What the backward pass gives.** Go from $z$ towards the loss.
#
# 1. $z$ reaches $L$ only through $a$: one path, so
#    $\delta = \sigma'(z) \cdot \partial L/\partial a$.
# 2. $a$ reaches $L$ through $z'$ and through $z''$: two paths, so by formula (4)
#    $\dfrac{\partial L}{\partial a}
#    = \dfrac{\partial z'}{\partial a} \dfrac{\partial L}{\partial z'}
#    + \dfrac{\partial z''}{\partial a} \dfrac{\partial L}{\partial z''}$.
# 3. From $z' = w_3\, a + \dots$ follows $\partial z'/\partial a = w_3$, and likewise $w_4$.
#    With $\delta'$ and $\delta''$ for the deltas of the next two neurons,
#    $\delta = \sigma'(z)\,(w_3\, \delta' + w_4\, \delta'')$.
#
# By hand, with $z = 0$, $w_3 = 2$, $w_4 = -1$, $\delta' = 0.3$, $\delta'' = 0.2$:
# the sum is $2 \cdot 0.3 - 1 \cdot 0.2 = 0.4$, the slope is $\sigma'(0) = 0.25$,
# so $\delta = 0.25 \cdot 0.4 = 0.1$.
#
# In general the neuron feeds $k$ neurons of the next layer.
# Call the weights on the way there $w^{\text{out}}_1, \dots, w^{\text{out}}_k$
# and the deltas of those neurons $\delta^{\text{next}}_1, \dots, \delta^{\text{next}}_k$. Then
#
# $$
# \delta = \sigma'(z) \sum_{i=1}^{k} w^{\text{out}}_i\, \delta^{\text{next}}_i . \tag{7}
# $$
#
# **Read it as a neuron that runs backwards.**
# Deltas come in from the right, are weighed with the same weights, and are added.
# Then, where the forward neuron bends, the backward one only **amplifies**, by $\sigma'(z)$.
# That gain was fixed by the forward pass. It is a number, not a function:
# the backward pass is linear in the deltas.
#
# Predict: ten sigmoid neurons in a row, each weight 1.
# By what factor is a delta amplified on its way back, at most?
#
# <details><summary>Answer</summary>
#
# At most by $0.25^{10} \approx 10^{-6}$. The gradient *vanishes* on its way to the first layers.
# Lesson 04 measures it.
#
# </details>
#
# **With a gap.** Now $z = 2$, so $a \approx 0.8808$; the outgoing weights are 3 and 1,
# the next deltas 0.5 and -0.5. Is the gain larger or smaller than before? Fill it in.

# %% explore="fill the gap in a delta"
a = 0.8808
weighed = 3 * 0.5 + 1 * (-0.5)
gain = None          # the gap: formula (6), in a


def seen_from_z(z):
    """How L moves near this point: by 0.5 for each unit of z', by -0.5 for each of z''."""
    a = 1 / (1 + np.exp(-z))
    return float(0.5 * (3 * a) - 0.5 * (1 * a))


try:
    print("by hand: ", None if gain is None else gain * weighed)
    print("measured:", numerical_gradient(seen_from_z, np.array(2.0)))
except NotImplementedError:
    print("This check waits for numerical_gradient.")

# %% [markdown]
# ### Exercise: `neuron_delta` (5 points)

# %% solution="neuron_delta"
def neuron_delta(z, w_out, delta_next):
    """Return delta, the derivative of the loss by z, of a sigmoid neuron: formula (7), section 5.

    z: a float from -15 to 15, what went into the neuron's sigmoid
    w_out: (k,), the weights from this neuron to the k neurons of the next layer
    delta_next: (k,), their deltas
    returns: a float

    Example: neuron_delta(0.0, np.array([2.0, -1.0]), np.array([0.3, 0.2])) is 0.1.
    """
    ### BEGIN SOLUTION
    a = 1 / (1 + np.exp(-z))
    return a * (1 - a) * (w_out @ delta_next)  # (k,) (k,) -> ()
    ### END SOLUTION

# %% test="neuron_delta" points=5
found = neuron_delta(0.0, np.array([2.0, -1.0]), np.array([0.3, 0.2]))
assert np.shape(found) == (), f"delta should be one number, not an array of shape {np.shape(found)}"
assert np.isclose(found, 0.1), f"the example of section 5 should give 0.1, not {found}"
found = neuron_delta(1.0, np.array([2.0, -1.0]), np.array([0.3, 0.2]))
assert np.isclose(found, 0.0786447733), "z = 1 should give 0.0786: where do you take the gain?"
found = neuron_delta(0.0, np.array([1.0, 1.0, 1.0]), np.array([4.0, 4.0, 4.0]))
assert np.isclose(found, 3.0), "three equal paths should add up to three times one of them"

# %% [markdown]
# **Where does it begin?** Formula (7) needs the deltas of the next layer. There are two cases.
#
# - **Case 1, an output neuron.** After it comes the loss itself.
#   With the squared error $L = \frac{1}{2} (a - t)^2$ for a target $t$,
#   $\partial L/\partial a = a - t$ (the half is there to cancel the 2),
#   so $\delta = \sigma'(z)\,(a - t)$.
# - **Case 2, a hidden neuron.** The next layer's deltas are known, so use formula (7).
#
# Start at the output and go back, layer by layer. That is backpropagation.
#
# A whole network, for the pencil: one input $x = 4$, one hidden neuron, two output neurons.
#
# | | hidden | first output | second output |
# |---|---|---|---|
# | $z$ | $0.5 \cdot 4 - 2 = 0$ | $2 \cdot 0.5 - 1 = 0$ | $-1 \cdot 0.5 + 0.5 = 0$ |
# | $a = \sigma(z)$ | $0.5$ | $0.5$ | $0.5$ |
# | target $t$ | | $0$ | $1$ |
# | $\delta$ | $0.25\,(2 \cdot 0.125 + (-1)(-0.125)) = 0.09375$ | $0.25\,(0.5 - 0) = 0.125$ | $0.25\,(0.5 - 1) = -0.125$ |
#
# Read the first two rows from left to right, the last one from right to left.
# Then every slope is there: the slope of the loss by the first weight is
# $\delta \cdot x = 0.09375 \cdot 4 = 0.375$, and by the first bias $\delta = 0.09375$.
# Predict the slope by the weight to the second output, then compare.

# %% explore="a whole network by hand"
def tiny_network_loss(parameters):
    """Half the squared error; w and b of the hidden, the first and the second output neuron."""
    def sigma(z):
        return 1 / (1 + np.exp(-z))

    w, b, w_3, b_3, w_4, b_4 = parameters
    a = sigma(w * 4.0 + b)
    first, second = sigma(w_3 * a + b_3), sigma(w_4 * a + b_4)
    return float(0.5 * (first - 0.0) ** 2 + 0.5 * (second - 1.0) ** 2)


try:
    names = ["w", "b", "w_3", "b_3", "w_4", "b_4"]
    slopes = numerical_gradient(tiny_network_loss, np.array([0.5, -2.0, 2.0, -1.0, -1.0, 0.5]))
    for name, slope in zip(names, slopes):
        print(f"slope by {name:4} {slope: .6f}")
    print("delta of the hidden neuron, your function:",
          neuron_delta(0.0, np.array([2.0, -1.0]), np.array([0.125, -0.125])))
except NotImplementedError:
    print("This check waits for numerical_gradient and neuron_delta.")

# %% [markdown]
# ## 6 · Why backwards?
#
# You could also list every path from a weight to the loss,
# multiply along each, and add. The result would be the same. The work would not.
#
# Here are six neurons in three layers of two.
# To get the delta of $z_1$ you need those of $z_3$ and $z_4$, and for each of these
# those of $z_5$ and $z_6$. If you work that out anew each time, $z_1$ alone costs
# $1 + 2 + 4 = 7$ deltas, and so does $z_2$. Together 14, for 6 neurons.

# %% explore="six neurons"
six = {f"z{i}": (1.6 * ((i - 1) // 2), 0.5 - (i - 1) % 2, f"$z_{i}$") for i in range(1, 7)}
pairs = [(1, 3), (1, 4), (2, 3), (2, 4), (3, 5), (3, 6), (4, 5), (4, 6)]
arrows = [(f"z{i}", f"z{j}") for i, j in pairs]
computational_graph(six, arrows, title="three layers of two neurons")

# %% [markdown]
# If you begin at the end and write each delta down, you compute each once: 6.
# With three layers that is a small gain. Predict: what does one more layer do to each number?

# %% explore="count the deltas"
def deltas_without_notes(layers_left):
    """How many deltas are computed for one neuron, if nothing is written down."""
    if layers_left == 0:
        return 1
    return 1 + 2 * deltas_without_notes(layers_left - 1)


for layers in [2, 3, 4, 5, 10, 15]:
    anew = 2 * deltas_without_notes(layers - 1)
    print(f"{layers:2} layers of two: {anew:6,} deltas without notes, {2 * layers:2} with notes")

# %% [markdown]
# **Count paths and weights.** Take layers of 2, 3 and 4 units.
#
# - A path chooses one unit in each layer: $2 \cdot 3 \cdot 4 = 24$ paths
#   from all units of the first layer to all units of the last.
# - A weight is an arrow between neighbouring layers: $2 \cdot 3 + 3 \cdot 4 = 18$ weights.
#   (Biases are not arrows between units; we leave them out.)
#
# A sum over paths needs at least one product for each path.
# The backward pass uses each weight once, because what happens *after* a unit is the same
# for all paths that lead into it, and is written in its delta.
#
# Predict for ten layers of ten units: how many paths, how many weights?
# And what happens to each number when an eleventh layer is added?
#
# <details><summary>Answer</summary>
#
# $10^{10}$ paths, and $9 \cdot 100 = 900$ weights.
# Another layer makes ten times as many paths, and 100 weights more.
#
# </details>
#
# *Would it not work forwards as well?* Yes: start at one weight, carry the wiggle forwards,
# write everything down. That gives the slope by this *one* weight, and the next weight needs
# a new sweep. Backwards, one sweep from the single loss gives the slopes by *all* weights.
# A network has one loss and many weights, so we go backwards.
#
# ### Exercise: `count_paths_and_weights` (4 points)

# %% solution="count_paths_and_weights"
def count_paths_and_weights(widths):
    """Return how many paths and how many weights a fully connected network has: section 6.

    widths: list of ints, the number of units in each layer, at least one layer
    returns: (paths, weights), exact Python ints of any size;
       paths from all units of the first layer to all units of the last,
       weights between neighbouring layers, biases not counted

    Examples: count_paths_and_weights([2, 3, 4]) is (24, 18);
    of one layer alone, count_paths_and_weights([5]) is (5, 0).
    """
    ### BEGIN SOLUTION
    paths, weights = widths[0], 0
    for before, after in zip(widths, widths[1:]):
        # Python's own integers: NumPy's would overflow for a deep network.
        paths *= after
        weights += before * after
    return paths, weights
    ### END SOLUTION

# %% test="count_paths_and_weights" points=4
found = count_paths_and_weights([2, 3, 4])
assert tuple(found) == (24, 18), f"layers of 2, 3 and 4 units should give (24, 18), not {found}"
found = count_paths_and_weights([5])
assert tuple(found) == (5, 0), f"one layer alone: each unit is a path, no weights, not {found}"
found = count_paths_and_weights([10] * 25)
assert found[0] == 10**25, "25 layers of 10 units should have exactly 10**25 paths"
assert found[1] == 2400, "25 layers of 10 units should have 24 * 100 weights"

# %% [markdown]
# ## 7 · Logistic regression: the loss
#
# Now one neuron meets data. There are $m$ samples with $n$ features each, as columns of
# $X$ with shape $(n, m)$. Each sample has a label $y_j$, 0 or 1; together they are a row $y$
# of shape $(1, m)$. The weights are a row $w$ of shape $(1, n)$, the bias $b$ is a number.
#
# $$
# z = w X + b, \qquad a = \sigma(z), \qquad
# \text{shapes: } (1, n)\,(n, m) \to (1, m).
# $$
#
# $a_j$ is read as the probability that sample $j$ has label 1.
# How bad is a prediction? Look at numbers first. The loss of one sample will be minus
# the logarithm of the probability that was given to the *true* label.
#
# | $z$ | $a$ | loss if $y = 1$: $-\ln a$ | loss if $y = 0$: $-\ln(1 - a)$ |
# |---|---|---|---|
# | 0 | 0.5 | 0.693 | 0.693 |
# | 2 | 0.881 | 0.127 | 2.127 |
# | -2 | 0.119 | 2.127 | 0.127 |
#
# A good prediction costs little; a sure and wrong one costs much.
# What is the difference between the last two columns, in each row?
#
# Both columns fit into one formula, the **cross-entropy**.
# The loss of the batch is its *mean* over the samples:
#
# $$
# L = \frac{1}{m} \sum_{j=1}^{m} \ell_j, \qquad
# \ell_j = -\bigl[\, y_j \ln a_j + (1 - y_j) \ln (1 - a_j) \,\bigr]. \tag{8}
# $$
#
# For $y_j = 1$ the second term is 0, for $y_j = 0$ the first.

# %% explore="the loss of one sample"
z = np.linspace(-8, 8, 200)
figure, axes = plt.subplots(figsize=(6, 3.2))
axes.plot(z, np.logaddexp(0, -z), color="#0072B2", label="y = 1")
axes.plot(z, np.logaddexp(0, z), "--", color="#D55E00", label="y = 0")
axes.set(xlabel="z", ylabel="loss of one sample")
axes.legend(frameon=False)
plt.show()
print("Far out on the wrong side, the loss grows like |z|; on the right side it goes to 0.")

# %% [markdown]
# **The trap.** Let $y = 1$ and $z = -1000$. By the picture, the loss should be 1000.
# Predict what formula (8) gives if you type it as it stands.

# %% explore="log of zero"
with np.errstate(all="ignore"):
    z = np.array([-1000.0])
    a = 1 / (1 + np.exp(-z))
    print("a =", a, "  loss as typed:", -np.log(a))

    clipped = np.clip(a, 1e-12, 1 - 1e-12)
    print("with a clipped to at least 1e-12:", -np.log(clipped))

# %% [markdown]
# Typed as it stands, it is infinite. Clipping hides the infinity and gives 27.6 instead of 1000.
# Worse, the clipped loss is *flat* there: a prediction that is utterly wrong gets no slope
# and never learns.
#
# The way out is to simplify before computing.
#
# 1. $-\ln a = \ln(1 + e^{-z})$, straight from the definition of $\sigma$.
# 2. $1 - a = \dfrac{e^{-z}}{1 + e^{-z}} = \dfrac{1}{1 + e^{z}}$,
#    so $-\ln(1 - a) = \ln(1 + e^{z})$.
# 3. $\ln(1 + e^{-z}) = \ln\bigl(e^{-z}(e^{z} + 1)\bigr) = \ln(1 + e^{z}) - z$.
#    (That is the difference between the two columns.)
# 4. Put into (8): $\ell = y\,\bigl[\ln(1 + e^{z}) - z\bigr] + (1 - y) \ln(1 + e^{z})$, so
#
# $$
# \ell = \ln(1 + e^{z}) - y z. \tag{9}
# $$
#
# One thing remains: $e^{1000}$ overflows. NumPy has a function for exactly this sum,
# `np.logaddexp(p, q)`, which is $\ln(e^p + e^q)$. It takes the larger exponent out of the
# logarithm first, so nothing overflows. With $1 = e^0$, $\ln(1 + e^z)$ is `np.logaddexp(0, z)`.
#
# **With a gap.** Type the rest of formula (9) for $z = 2$, $y = 1$, and compare with the table.

# %% explore="fill the gap in the loss"
z, y = 2.0, 1
rest = None          # the gap: what is taken away from the logarithm
if rest is not None:
    print("loss:", np.logaddexp(0, z) - rest)

# %% [markdown]
# ### Exercise: `logistic_loss` (5 points)

# %% solution="logistic_loss"
def logistic_loss(w, b, X, y):
    """Return the mean cross-entropy of a batch, formulas (8) and (9) of section 7.

    w: (1, n)
    b: a float
    X: (n, m), samples are columns
    y: (1, m), labels 0 or 1, floats or integers
    returns: a float; it is right for any z, 1000 where it is 1000

    Example: with w = [[2.0]], b = 0.0, X = [[1.0, 1.0]], y = [[1, 0]] (as arrays)
    z is [[2, 2]], and the loss is about (0.127 + 2.127) / 2 = 1.127.
    """
    ### BEGIN SOLUTION
    z = w @ X + b  # (1, n) (n, m) -> (1, m)
    return np.mean(np.logaddexp(0, z) - y * z)
    ### END SOLUTION

# %% test="logistic_loss" points=5
X = np.array([[1.0, 1.0]])
found = logistic_loss(np.array([[2.0]]), 0.0, X, np.array([[1, 0]]))
assert np.shape(found) == (), f"the loss should be one number, not of shape {np.shape(found)}"
assert np.isclose(found, 1.1269280110), "the example of the docstring should give about 1.127"
found = logistic_loss(np.array([[0.0]]), 0.0, X, np.array([[1, 0]]))
assert np.isclose(found, np.log(2)), "z = 0 should cost ln 2, whatever the label"
found = logistic_loss(np.array([[1.0]]), 1.0, X, np.array([[1, 0]]))
assert np.isclose(found, 1.1269280110), "w = 1 and b = 1 give the same z as w = 2 and b = 0"
found = logistic_loss(np.array([[1000.0]]), 0.0, X, np.array([[1, 0]]))
assert np.isclose(found, 500), "z = 1000 costs 0 for y = 1 and 1000 for y = 0: a mean of 500"

# %% [markdown]
# ## 8 · Logistic regression: the gradient
#
# Your first whole backward pass: from the loss back to $w$ and $b$.
# We write `dz` for $\partial L/\partial z$, `dw` for $\partial L/\partial w$, and so on;
# each has the shape of what stands behind the d.
#
# **Step 1: from the loss of one sample to its $z$.** Through $a$, by formula (3):
#
# $$
# \frac{\partial \ell}{\partial a} = -\frac{y}{a} + \frac{1 - y}{1 - a}, \qquad
# \frac{\partial a}{\partial z} = a (1 - a).
# $$
#
# In numbers:
#
# | $y$ | $z$ | $a$ | $\partial \ell/\partial a$ | $\partial a/\partial z$ | product |
# |---|---|---|---|---|---|
# | 1 | 0 | 0.5 | -2 | 0.25 | -0.5 |
# | 0 | 0 | 0.5 | 2 | 0.25 | 0.5 |
# | 0 | 2 | 0.881 | 8.389 | 0.105 | 0.881 |
# | 1 | 2 | 0.881 | -1.135 | 0.105 | -0.119 |
#
# Look at the last column, and at $y$ and $a$. Do you see it? The product is $a - y$, every time:
# what was predicted minus what was true.

# %% [markdown] manual="derive_dz" points=4
# ### In your own words (4 points, marked by hand)
#
# 1. Show that $\partial \ell/\partial z = a - y$ for *every* $y$ and $z$. Do it in one of two ways:
#    multiply the two slopes of step 1 and simplify, or differentiate formula (9).
# 2. Say in a sentence or two what this means for a prediction that is sure and wrong:
#    does the factor $\sigma'(z)$ make its slope vanish?
#
# Write into the cell below. Formulas stand between dollar signs, for example `$a(1 - a)$`.
#
# ### BEGIN SOLUTION
# First way. The product of the two slopes is
#
# $$
# \Bigl(-\frac{y}{a} + \frac{1 - y}{1 - a}\Bigr)\, a (1 - a)
# = -y (1 - a) + (1 - y)\, a = -y + y a + a - y a = a - y .
# $$
#
# Second way. Of $\ln(1 + e^z) - y z$, the first term has the derivative
# $e^z/(1 + e^z) = 1/(1 + e^{-z}) = a$, the second $-y$. Together $a - y$.
#
# Meaning. A sure and wrong prediction has $a$ near 1 with $y = 0$, or near 0 with $y = 1$,
# so the slope is near 1 or $-1$, the largest there is.
# The factor $a(1 - a)$ is nearly 0 there, but it is cancelled by the $1/(1 - a)$ or $1/a$
# that the logarithm brings. The slope does not vanish.
# ### END SOLUTION
# ### BEGIN MARK SCHEME
# - 1 point: starts from a right expression: both slopes and the chain rule, or formula (9).
# - 2 points: reaches a - y by steps that can be followed, for general y and z.
#   1 of the 2 if a step is missing, or if it is shown for particular values of z only.
#   Treating y = 1 and y = 0 separately, each for general z, is complete.
# - 1 point: says that the slope of a sure and wrong prediction stays near 1 in size,
#   because a(1 - a) cancels against the logarithm's 1/a or 1/(1 - a).
# ### END MARK SCHEME

# %% [markdown]
# **Step 2: from the loss of the batch to each $z_j$.**
# The mean in (8) gives each sample the weight $1/m$, and $z_j$ touches the loss of sample $j$ only:
#
# $$
# \frac{\partial L}{\partial z_j} = \frac{a_j - y_j}{m}, \qquad
# \texttt{dz} \text{ has shape } (1, m).
# $$
#
# The $1/m$ comes in here, once. Everything further back inherits it.
#
# **Step 3: from $z$ to $w$ and $b$.** $z_j = \sum_i w_i X_{ij} + b$, so
# $\partial z_j/\partial w_i = X_{ij}$ and $\partial z_j/\partial b = 1$.
# But $w_i$ is used in *every* sample. This is a fork with $m$ paths, so formula (4) adds:
#
# $$
# \frac{\partial L}{\partial w_i} = \sum_{j=1}^{m} \frac{\partial L}{\partial z_j}\, X_{ij},
# \qquad
# \frac{\partial L}{\partial b} = \sum_{j=1}^{m} \frac{\partial L}{\partial z_j}. \tag{10}
# $$
#
# That is where the sum over the batch comes from. It is not a rule to learn by heart:
# one parameter, many paths.
#
# **Shapes.** `dw` must have the shape of `w`, $(1, n)$. You have `dz` with $(1, m)$ and `X` with
# $(n, m)$. Which product of the two has the right shape, and sums over the samples?
# Write it down before you go on. `db` must be a number, as `b` is.
#
# **With a gap.** Two features, two samples, $w = (0, 0)$ and $b = 0$, so every $a$ is 0.5.
# Fill the gap, then look whether it is the sum in (10).

# %% explore="fill the gap in dw"
X = np.array([[1.0, 2.0], [3.0, -1.0]])      # (2, 2)
y = np.array([[1.0, 0.0]])                   # (1, 2)
dz = (np.array([[0.5, 0.5]]) - y) / 2        # (1, 2)

by_w_0 = dz[0, 0] * X[0, 0] + dz[0, 1] * X[0, 1]
by_w_1 = None        # the gap: the same sum for the other feature
print("dz:", dz, "  slope by w_0:", by_w_0, "  slope by w_1:", by_w_1)

# %% [markdown]
# <details><summary>What you should have found</summary>
#
# `dz` is $(-0.25, 0.25)$. The slope by $w_0$ is $-0.25 \cdot 1 + 0.25 \cdot 2 = 0.25$,
# the slope by $w_1$ is $-0.25 \cdot 3 + 0.25 \cdot (-1) = -1$.
#
# </details>
#
# ### Exercise: `logistic_gradient` (6 points)

# %% solution="logistic_gradient"
def logistic_gradient(w, b, X, y):
    """Return the gradient of logistic_loss by w and by b, formula (10) of section 8.

    w: (1, n)
    b: a float
    X: (n, m), samples are columns
    y: (1, m), labels 0 or 1, floats or integers
    returns: (dw, db), dw of shape (1, n), db a float

    Example: with w = [[0.0, 0.0]], b = 0.0, X = [[1.0, 2.0], [3.0, -1.0]], y = [[1, 0]]
    (as arrays), dw is [[0.25, -1.0]] and db is 0.0.
    """
    ### BEGIN SOLUTION
    z = w @ X + b  # (1, n) (n, m) -> (1, m)
    a = 1 / (1 + np.exp(-z))
    dz = (a - y) / y.size  # (1, m)
    dw = dz @ X.T  # (1, m) (m, n) -> (1, n)
    return dw, np.sum(dz)
    ### END SOLUTION

# %% test="logistic_gradient" points=6
X = np.array([[1.0, 2.0], [3.0, -1.0]])
dw, db = logistic_gradient(np.array([[0.0, 0.0]]), 0.0, X, np.array([[1, 0]]))
assert np.shape(dw) == (1, 2), f"dw should have the shape of w, (1, 2), not {np.shape(dw)}"
assert np.shape(db) == (), f"db should be a number, as b is, not of shape {np.shape(db)}"
assert np.allclose(dw, [[0.25, -1.0]]), "the example of section 8 should give dw = [[0.25, -1]]"
assert np.isclose(db, 0.0), "the example of section 8 should give db = 0"

X, y = np.array([[1.0, 2.0, 3.0]]), np.array([[0, 0, 1]])
dw, db = logistic_gradient(np.array([[0.0]]), 0.0, X, y)
assert np.allclose(dw, [[0.0]]), "X = 1, 2, 3 with y = 0, 0, 1 and a = 0.5: dw should be 0"
assert np.isclose(db, 1 / 6), "X = 1, 2, 3 with y = 0, 0, 1 and a = 0.5: db should be 1/6"

# %% [markdown]
# Check it with your own yardstick. $w$ and $b$ are measured one after the other,
# while the other stands still. How many digits should agree, after what you saw in section 2?

# %% explore="check the gradient"
try:
    rng = np.random.default_rng(0)
    w, b = rng.normal(size=(1, 3)), 0.4
    X, y = rng.normal(size=(3, 5)), np.array([[1, 0, 0, 1, 1]])
    dw, db = logistic_gradient(w, b, X, y)
    print("dw:      ", dw)
    print("measured:", numerical_gradient(lambda v: float(logistic_loss(v, b, X, y)), w))
    print("db:      ", db)
    print("measured:", numerical_gradient(lambda v: float(logistic_loss(w, v, X, y)), np.array(b)))
except NotImplementedError:
    print("This check waits for numerical_gradient, logistic_loss and logistic_gradient.")

# %% [markdown]
# ## 9 · Bug hunt: three gradients, and all of them train
#
# *It is easy to believe that a falling loss means a right gradient.*
# Below, three gradients train the same neuron on the same data.
# Run the cell, and look at the curves before you look at the code.
# Which of the three are wrong? Decide before you go on.

# %% explore="three loss curves"
def first(w, b, X, y):
    a = 1 / (1 + np.exp(-(w @ X + b)))          # (1, n) (n, m) -> (1, m)
    dz = (a - y) * a * (1 - a) / y.size
    return dz @ X.T, np.sum(dz)                 # (1, m) (m, n) -> (1, n)


def second(w, b, X, y):
    dw, db = logistic_gradient(w, b, X, y)
    return dw, db


def third(w, b, X, y):
    a = 1 / (1 + np.exp(-(w @ X + b)))          # (1, n) (n, m) -> (1, m)
    dz = (a - y) / y.size
    return dz @ X.T, dz[0, 0]                   # (1, m) (m, n) -> (1, n)


rng = np.random.default_rng(1)
y = np.repeat([[0, 1]], 40, axis=1)                              # (1, 80)
X = rng.normal(size=(2, 80)) + np.where(y == 1, 1.2, -0.8)       # (2, 80)
candidates = [("first", first, "-"), ("second", second, "--"), ("third", third, ":")]

try:
    figure, axes = plt.subplots(figsize=(6, 3.2))
    for (name, gradient, style), colour in zip(candidates, ["#0072B2", "#D55E00", "#009E73"]):
        w, b, history = np.zeros((1, 2)), 0.0, []
        for _ in range(200):
            history.append(logistic_loss(w, b, X, y))
            dw, db = gradient(w, b, X, y)
            w, b = w - 0.5 * dw, b - 0.5 * db
        axes.plot(history, style, color=colour, label=name)
        right = np.mean((w @ X + b > 0) == y)   # (1, 2) (2, 80) -> (1, 80)
        print(f"{name:7} loss {history[0]:.3f} -> {history[-1]:.3f}, {right:.0%} classified right")
    axes.set(xlabel="step", ylabel="loss")
    axes.legend(frameon=False)
    plt.show()
except NotImplementedError:
    plt.close(figure)
    print("These curves wait for logistic_loss and logistic_gradient.")

# %% [markdown]
# All three go down, and all three classify about equally well.
# The first is slower, but so is a right gradient with a smaller learning rate.
# The third can hardly be told from the second. Now measure.

# %% explore="measure the three"
try:
    w, b = np.array([[0.3, -0.2]]), 0.1
    print("measured:", numerical_gradient(lambda v: float(logistic_loss(v, b, X, y)), w),
          numerical_gradient(lambda v: float(logistic_loss(w, v, X, y)), np.array(b)))
    for name, gradient, _ in candidates:
        dw, db = gradient(w, b, X, y)
        print(f"{name:9}", dw, db)
except NotImplementedError:
    print("This measurement waits for numerical_gradient, logistic_loss and logistic_gradient.")

# %% [markdown]
# <details><summary>What was wrong</summary>
#
# The first one multiplies $a - y$ by $\sigma'(z)$ once more.
# It takes $a - y$ for the slope by $a$, but it is the slope by $z$ already.
# So each sample counts for less than it should, the worst ones least of all.
# The third one takes the first sample's share for the whole of `db`:
# one path instead of $m$. The weights make up for it.
# A loss curve says that something is learnt. A measured gradient says that it is the right thing.
#
# </details>

# %% [markdown]
# ## 10 · Look at all of it at once
#
# The figure below moves, and runs on your own functions.
# Each control works by mouse and by keyboard; below the picture stands what it shows, in words.
#
# - *two paths*: the fork of section 4, now with $v = c\,x$. Step backward through the graph;
#   the contributions of the two paths add up, beside what `numerical_gradient` measures.
# - *counting products*: what a sum over paths needs, and what a backward pass needs.
# - *the step h*: the error of your yardstick. Drag $h$ from 1 down to $10^{-13}$.
#
# Before you run it: at which $x$ are both contributions 0? For which sign of $c$ do they
# pull $w$ down?
# Which curve of the second page is nearly a straight line on a logarithmic axis?

# %% explore="figure"
from byhand.figures.chain import show

show(globals())

# %% [markdown]
# In words: at $x = 2$ and $c = 3$ the path over $u$ brings 24 and the path over $v$ brings 12,
# together 36, as measured. With six layers of four units a sum over paths takes 20,480 products,
# a backward pass 80. The error of the central difference is a valley with its floor near
# $h = 10^{-5}$.
# A function that you have repaired counts from the next move on.

# %% [markdown]
# ## 11 · When you read elsewhere
#
# You will meet these in texts on the net. Now you can tell what is meant.
#
# - **$\theta - \eta\, \Delta L$** in the update. $\nabla L$ (nabla) is the gradient;
#   $\Delta L$ (delta) would be a change of the loss, or another operator.
# - **The loss as a sum** over the samples instead of the mean. Both are used.
#   The gradient of the sum is $m$ times larger, so it needs a learning rate $m$ times smaller.
# - **`da` or `dz` written as if it were a differential**, $da = \partial L/\partial a$.
#   It is short for "the slope of the loss by $a$", and we use it in that sense too.
# - **A sum with one unit too many**, such as $w_{41} A_4$ where the layer has three units.
#   Count the units in the picture.
# - **$b$ called a weight.** It is used like one, but no unit's output arrives over it:
#   $\partial z/\partial b = 1$.

# %% [markdown]
# ## Summary
#
# - A central difference measures any slope; its error is about $h^2 f'''/6$ plus rounding.
# - Along a path, local slopes multiply (3). Over paths, contributions add (4).
# - A neuron run backwards weighs and adds deltas, then amplifies by $\sigma'(z)$, a number
#   that the forward pass has fixed (7).
# - Backwards, each weight is used once; path by path, the work explodes.
# - For logistic regression $\partial \ell/\partial z = a - y$, and the sum over the batch
#   is a fork with $m$ paths (10).
# - A falling loss proves nothing. A measured gradient does.
#
# **The next lesson uses** the sigmoid and its slope (6), the sum over paths (4) with whole arrays
# in place of single numbers, the cross-entropy (8) with more than two classes, where $a - y$
# returns, and central differences as a yardstick.
#
# ## Further reading
#
# - D. E. Rumelhart, G. E. Hinton, R. J. Williams, *Learning representations by back-propagating
#   errors*, Nature 323 (1986), [doi:10.1038/323533a0](https://doi.org/10.1038/323533a0).
# - A. G. Baydin, B. A. Pearlmutter, A. A. Radul, J. M. Siskind,
#   *Automatic differentiation in machine learning: a survey* (2018),
#   [arXiv:1502.05767](https://arxiv.org/abs/1502.05767): forward and backward sweeps.
# - I. Goodfellow, Y. Bengio, A. Courville, *Deep Learning* (2016), sections 6.5 and 8.2,
#   [deeplearningbook.org](https://www.deeplearningbook.org).
# - J. Nocedal, S. J. Wright, *Numerical Optimization* (2006), section 8.1: finite differences,
#   [doi:10.1007/978-0-387-40065-5](https://doi.org/10.1007/978-0-387-40065-5).

# %% [markdown]
# # 01 · The chain rule
#
# Before: [00 · Start here](../00_start_here/00_start_here.ipynb) ·
# next: [02 · Sigmoid, softmax and their Jacobians](../02_sigmoid_softmax_jacobians/02_sigmoid_softmax_jacobians.ipynb) ·
# [Notation](../00_start_here/00_start_here.ipynb#Notation)
#
# This lesson has the idea of the whole course, on single numbers; the others do it with arrays.
#
# **Afterwards you can** measure any slope, and know how far to trust it;
# follow a small change along one path and along many; say why backpropagation goes backwards;
# derive, check and use the gradient of a neuron that learns.
#
# **You need** lesson 00, and the derivatives of $x^2$, $x^3$, $e^x$, $1/x$ and $\ln x$.
#
# **90 minutes, 37 points:** 25 minutes to read, 24 to try things out, 41 for the exercises.
#
# | exercise | points | minutes |
# |---|---|---|
# | `numerical_gradient` | 6 | 6 |
# | `total_derivative` | 3 | 2 |
# | `neuron_delta` | 4 | 3 |
# | `count_paths_and_weights` | 4 | 4 |
# | `logistic_loss` | 5 | 3 |
# | `step_1_loss_by_a` | 1 | 2 |
# | `step_2_a_by_z` | 1 | 2 |
# | `step_3_loss_by_z` | 1 | 2 |
# | `derive_dz` | 4 | 8 |
# | `step_4_dZ` | 1 | 2 |
# | `step_5_dw` | 1 | 2 |
# | `step_6_db` | 1 | 2 |
# | `logistic_gradient` | 5 | 3 |

# %% [markdown]
# ## Three questions on lesson 00
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

from byhand import neuron, paths, slopes
from byhand.expect import expect_close
from byhand.waiting import waiting

# %% [markdown]
# ## 1 · One neuron learns
#
# A neuron gets two numbers, weighs them, adds a bias, and says how likely class 1 is.
# Its three parameters start badly: the dotted line shows where it changes its mind.
# Where will the line go, and what will the **loss** do, the number that says how badly it does?

# %% explore="a neuron learns"
neuron.neuron_learns()

# %% [markdown]
# The line turns until it nearly parts the classes, and the loss falls from 0.159 to 0.024.
# At each of the 200 steps the neuron only asked:
# *if I nudge this parameter, does the loss rise or fall, and how fast?*
# Here each answer was measured, by nudging: two runs over the data for each parameter.
# That is fine for three parameters and hopeless for a million.
# By the end of this lesson you compute all answers at once, and train this neuron yourself.
#
# Now single steps, with one weight $w$. The walk starts on the right.
# Is the slope there positive or negative? Should $w$ grow or shrink?

# %% explore="downhill"
slopes.downhill()

# %% [markdown]
# It is positive, so $w$ must shrink: we step *against* the slope, and the steps get shorter
# because the slope does. With all parameters, called $\theta$, the slope becomes
# the **gradient** $\nabla L$, one slope for each. A step of *gradient descent* is
#
# $$
# \theta_{\text{new}} = \theta_{\text{old}} - \eta\, \nabla L(\theta_{\text{old}}), \tag{1}
# $$
#
# where the **learning rate** $\eta > 0$ scales the steps (0.4 above).
# To compute $\nabla L$ is what this course is about.
#
# ## 2 · Measuring a slope
#
# What we can measure, we can use to check every clever formula.
# The slope of $f(x) = x^3$ at $x = 2$ is $3x^2 = 12$. Pretend not to know it, and move $x$ by
# $h = 0.5$. Which of the two chords is nearly parallel to the tangent?

# %% explore="two chords"
slopes.two_chords()

# %% [markdown]
# The one over both sides is:
#
# | | computation | slope |
# |---|---|---|
# | one side | $(2.5^3 - 2^3)/0.5$ | 15.25 |
# | both sides | $(2.5^3 - 1.5^3)/1$ | 12.25 |
#
# It is the **central difference**:
#
# $$
# f'(x) \approx \frac{f(x + h) - f(x - h)}{2h}. \tag{2}
# $$
#
# Its error shrinks like $h^2$, and here it is exactly $h^2 = 0.25$.
#
# <details><summary>Further: why h squared</summary>
#
# Taylor's series to both sides is
#
# $$
# f(x \pm h) = f(x) \pm h f'(x) + \frac{h^2}{2} f''(x) \pm \frac{h^3}{6} f'''(x) + \dots
# $$
#
# 1. One side: $\dfrac{f(x + h) - f(x)}{h} = f'(x) + \dfrac{h}{2} f''(x) + \dots$
#    The error shrinks like $h$ only.
# 2. Both sides: in $f(x + h) - f(x - h)$ the even terms cancel. Divided by $2h$ it is
#    $f'(x) + \dfrac{h^2}{6} f'''(x) + \dots$ For $x^3$, $f''' = 6$, and the error is exactly $h^2$.
#
# </details>
#
# **Many entries.** If $\mathbf{x}$ is an array, one entry moves and all others stand still:
# that gives the *partial derivative* $\partial f / \partial x_k$.
# For $f(\mathbf{x}) = x_1^2\, x_2$ at $(3, 2)$, work out both by hand, then fill the gap.

# %% explore="fill the gap in a gradient"
def square_times(x):
    return x[0] ** 2 * x[1]


x, h = np.array([3.0, 2.0]), 1e-5
step = np.array([h, 0.0])
print("by the first entry: ", (square_times(x + step) - square_times(x - step)) / (2 * h))

step = None        # the gap: a step that moves the second entry alone
if step is not None:
    print("by the second entry:", (square_times(x + step) - square_times(x - step)) / (2 * h))

# %% [markdown]
# <details><summary>What you should have found</summary>
#
# $2 x_1 x_2 = 12$ and $x_1^2 = 9$, with `step = np.array([0.0, h])`.
#
# </details>
#
# For an `x` of any shape, `np.ndindex(x.shape)` runs through all places, and `x[place]` is the entry
# there. Predict what the next cell prints: it shows three traps.

# %% explore="every place, and three traps"
for place in np.ndindex((2, 2)):
    print(place, end=" ")
print()

whole = np.array([2, 3])
whole[0] = whole[0] + 1e-5
print("in an array of integers, 2 + 0.00001 is stored as", whole[0])

single = np.array([3.0], dtype=np.float32)
print("in float32, the step is", float((single + 1e-5)[0]) - 3.0, "and should be 0.00001")

moved = 0.7 + 1e-5
print("there, back and home again:", (moved - 2e-5) + 1e-5 == 0.7)

# %% [markdown]
# So step on a copy, in float64: `np.array(x, dtype=np.float64)`.
#
# (`byhand.gradcheck` is not offered here.)
#
# ### Exercise: `numerical_gradient` (6 points)

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
    for place in np.ndindex(x.shape):
        # Own copies in float64: the caller's x stays as it is, and no step is cut off.
        above, below = np.array(x, dtype=np.float64), np.array(x, dtype=np.float64)
        above[place] += h
        below[place] -= h
        gradient[place] = (f(above) - f(below)) / (2 * h)
    return gradient
    ### END SOLUTION

# %% test="numerical_gradient" points=6
def sum_of_cubes(x):
    return float(np.sum(x**3))


found = numerical_gradient(sum_of_cubes, np.array([2.0, -1.0]), h=0.5)
expect_close(found, [12.25, 3.25], "with h = 0.5 (section 2) the slope of x**3, 3 x**2 + 0.25,")

x = np.array([[0.1, 0.7, -1.3], [2.9, -0.4, 1.7]])
x_before = x.copy()
found = numerical_gradient(sum_of_cubes, x)
expect_close(found, 3 * x_before**2, "the gradient of the sum of x**3 by a matrix x, 3 x**2,")
assert np.array_equal(x, x_before), "x should be unchanged afterwards, bit for bit"

found = numerical_gradient(lambda x: float(x[0] * x[1]), np.array([2.0, 5.0]), h=0.5)
expect_close(found, [5, 2], "where one entry moves at a time, the gradient of x[0] x[1] at 2, 5")

found = numerical_gradient(sum_of_cubes, np.array([3, 2]))
expect_close(found, [27, 12], "for an array of integers (in which dtype do you step?) the gradient")
assert found.dtype == np.float64, "the gradient should be float64, whatever x is"
found = numerical_gradient(sum_of_cubes, np.array([3, 2], dtype=np.float32))
expect_close(found, [27, 12], "for a float32 array (in which dtype do you step?) the gradient")

found = numerical_gradient(sum_of_cubes, x.T)
expect_close(found, 3 * x.T**2, "the gradient by a transposed array")

found = numerical_gradient(sum_of_cubes, np.array(2.0))
expect_close(found, 12, "the slope of x**3 at the single number 2")

# %% [markdown]
# You now own a yardstick. *It is easy to believe that a smaller $h$ is always better.*
# Which of these gives the smallest error for $e^x$ at $x = 1$?

# %% explore="the error against h"
for h in [1e-1, 1e-3, 1e-5, 1e-7, 1e-9, 1e-11, 1e-13]:
    with waiting():
        measured = numerical_gradient(np.exp, np.array(1.0), h=h)
        print(f"h = {h:.0e}   error = {abs(measured - np.exp(1)):.0e}")

# %% [markdown]
# The error falls down to $h = 10^{-5}$, like $h^2$, and then grows again.
# A float64 keeps about 16 digits, so $f(x + h)$ is off by about $10^{-16}$ of its size, and that is
# divided by $2h$. At $h = 10^{-5}$, for numbers near 1, less than $10^{-10}$ remains of both errors.
#
# In all lessons a gradient passes a **gradient check** if for every entry $g$ and its measured value
# $\hat g$
#
# $$
# \frac{|g - \hat g|}{\max(10^{-8},\ |g| + |\hat g|)} < 10^{-6} .
# $$
#
# A right entry passes while it is larger than about $10^{-4}$; below, noise alone may fail it.
# A factor of 2 gives an error of 1/3, a wrong sign an error of 1.
#
# ## 3 · One path: local slopes multiply
#
# Here is a chain of two steps. What is $L$ at $x = 2$?

# %% explore="a chain"
paths.chain()

# %% [markdown]
# It is 36. Wiggle $x$ by 0.01 and follow with a pencil:
#
# | | at $x = 2$ | at $x = 2.01$ | wiggle | times the one before |
# |---|---|---|---|---|
# | $x$ | 2 | 2.01 | 0.01 | |
# | $u = 3x$ | 6 | 6.03 | 0.03 | 3 |
# | $L = u^2$ | 36 | 36.3609 | 0.3609 | about 12 |
#
# Each step **amplifies** the wiggle by its own local slope, $du/dx = 3$ and $dL/du = 2u = 12$.
# Two amplifiers in a row multiply: $0.3609 \approx 12 \cdot 3 \cdot 0.01$. Along one path,
#
# $$
# \frac{dL}{dx} = \frac{dL}{du} \cdot \frac{du}{dx}. \tag{3}
# $$
#
# The slope $2u$ is taken at the value that *arrived* there: forward values come first.
# The slopes of $L$ are then filled in from the end: by $u$ it is 12, by $x$ it is $12 \cdot 3 = 36$.
#
# ## 4 · Many paths: contributions add
#
# Now $x$ is used twice.

# %% explore="a fork"
paths.fork()

# %% [markdown]
# Predict $dL/dx$ at $x = 2$. Over $u_1$ the local slopes are $du_1/dx = 2x = 4$ and
# $\partial L/\partial u_1 = u_2 = 6$; over $u_2$ they are 3 and $\partial L/\partial u_2 = u_1 = 4$.
# Is it 24 (the upper path), 12 (the lower), their sum 36, their mean 18, or their product 288?
# The next cell measures, and shows the way back.

# %% explore="measure the fork"
with waiting():
    print("measured:", numerical_gradient(lambda x: x**2 * (3 * x), np.array(2.0)))

paths.fork(backward=True)

# %% [markdown]
# It is 36: multiply along each path, then **add** what arrives over all paths. Why add?
# If $x$ moves a little, $u_1$ and $u_2$ move by $\Delta u_1$ and $\Delta u_2$, and
#
# $$
# \Delta L = (u_1 + \Delta u_1)(u_2 + \Delta u_2) - u_1 u_2
# = u_2\,\Delta u_1 + u_1\,\Delta u_2 + \Delta u_1\,\Delta u_2 .
# $$
#
# The first two terms are what each alone would have done. The third is a product of two small numbers,
# and vanishes beside them. So it is for every smooth $L$, any inputs $x_k$ and any values $u_j$:
#
# $$
# \frac{\partial L}{\partial x_k}
# = \sum_j \frac{\partial L}{\partial u_j}\, \frac{\partial u_j}{\partial x_k}. \tag{4}
# $$
#
# *It is easy to believe that the chain rule is "multiply along the chain", and no more.*
# Many a wrong gradient has forgotten a path.
#
# An example: $u_1 = x_1 x_2$, $u_2 = 3 x_1 + x_2^2$ and $L = u_1 u_2$, at $(1, 2)$.

# %% explore="fill the gap in a sum over paths"
dL_du = np.array([7.0, 2.0])         # (2,): u_2 and u_1
du_dx = np.array([[2.0, 1.0],        # (2, 2): u_1 by x_1 and by x_2
                  [3.0, 4.0]])       #         u_2 by x_1 and by x_2

print("by x_1:  ", dL_du[0] * du_dx[0, 0] + dL_du[1] * du_dx[1, 0])
print("by x_2:  ", None)             # the gap: one product for each path

with waiting():
    print("measured:", numerical_gradient(
        lambda x: (x[0] * x[1]) * (3 * x[0] + x[1] ** 2), np.array([1.0, 2.0])))

# %% [markdown]
# ### Exercise: `total_derivative` (3 points)
#
# In the square case a transposed `du_dx` fits as well, and is wrong without an error.
# Over which index of `du_dx` does formula (4) sum?
# (A vector `@` a matrix sums over the matrix's first index.)

# %% solution="total_derivative"
def total_derivative(dL_du, du_dx):
    """Return the derivative of L by each entry of x, formula (4) of section 4.

    dL_du: (n_out,), how L reacts to each u_j
    du_dx: (n_out, n_in), entry [j, k] says how u_j reacts to x_k
    returns: (n_in,), how L reacts to each x_k, over all paths

    Example: total_derivative(np.array([6.0, 4.0]), np.array([[4.0], [3.0]])) is [36.].
    """
    ### BEGIN SOLUTION
    return dL_du @ du_dx  # (n_out,) (n_out, n_in) -> (n_in,)
    ### END SOLUTION

# %% test="total_derivative" points=3
found = total_derivative(np.array([6.0, 4.0]), np.array([[4.0], [3.0]]))
expect_close(found, [36], "the fork of section 4 (multiply along, then add)")

found = total_derivative(np.array([7.0, 2.0]), np.array([[2.0, 1.0], [3.0, 4.0]]))
expect_close(found, [20, 15], "the worked example of section 4")

found = total_derivative(np.array([1.0, -1.0, 2.0]), np.array([[1.0, 0.0], [2.0, 1.0], [0.0, 3.0]]))
expect_close(found, [-1, 5], "with three paths, each a row of du_dx, the result")

# %% [markdown]
# ## 5 · One neuron, forwards and backwards
#
# A neuron weighs its inputs, say 2 and 5 with 0.3 and $-0.2$, and adds a bias, say 0.4: the sum is
# $0.6 - 1 + 0.4 = 0$. Then it bends the sum into the interval from 0 to 1:
# 0 becomes 0.5, 4 becomes 0.98, $-4$ becomes 0.02. The next layer gets the result.

# %% explore="a neuron in its network"
paths.neuron()

# %% [markdown]
# In symbols, with the **sigmoid** $\sigma$:
#
# $$
# z_1 = w_1 x_1 + w_2 x_2 + b_1, \qquad a_1 = \sigma(z_1), \qquad
# \sigma(z) = \frac{1}{1 + e^{-z}}. \tag{5}
# $$
#
# **What the forward pass gives.** $w_1$ reaches the loss only through $z_1$, so by formula (3)
#
# $$
# \frac{\partial L}{\partial w_1}
# = \frac{\partial L}{\partial z_1} \cdot \frac{\partial z_1}{\partial w_1}
# = \frac{\partial L}{\partial z_1} \cdot x_1, \qquad
# \frac{\partial L}{\partial b_1} = \frac{\partial L}{\partial z_1} \cdot 1 .
# $$
#
# The local slope by a weight is what came in over its arrow. What is missing has a name, **delta**:
# $\delta_1 = \partial L/\partial z_1$.
#
# ### Bug hunt: a formula from the net
#
# > $z = x_1 w_1 + x_2 + w_2 + b$, so the slope by $w_1$ is $x_1$ and the slope by $w_2$ is $x_2$.
#
# Measure first. One sign is wrong; find it, repair the code, and measure again.

# %% explore="bug hunt in a neuron"
x_1, x_2 = 2.0, 5.0


def z_as_printed(parameters):
    w_1, w_2, b = parameters
    return x_1 * w_1 + x_2 + w_2 + b


with waiting():
    print("measured by w_1, w_2, b:", numerical_gradient(z_as_printed, np.array([0.3, -0.4, 0.1])))

# %% [markdown]
# <details><summary>What was wrong</summary>
#
# The second plus: $x_2 + w_2$ should be $x_2 w_2$. As printed the slope by $w_2$ is 1, not 5.
#
# </details>
#
# **The slope of the sigmoid.** It is itself a chain: $u = 1 + e^{-z}$, then $a = 1/u$.
# With $du/dz = -e^{-z}$ and $da/du = -1/u^2$, formula (3) gives $\sigma'(z) = e^{-z}/u^2$.
# Since $1/u = a$ and $e^{-z}/u = (u - 1)/u = 1 - a$,
#
# $$
# \sigma'(z) = \sigma(z)\,(1 - \sigma(z)) = a\,(1 - a). \tag{6}
# $$
#
# At $z = 0$ it is 0.25, and nowhere larger. At $z = \pm 10$ it is about 0.000045: the neuron is
# *saturated* and hardly reacts.
#
# **What the backward pass gives.** $z_1$ reaches $L$ through $a_1$ alone, and $a_1$ reaches it through
# $z_2$ and $z_3$. With $\partial z_2/\partial a_1 = w_{21}$ and (4),
# $\delta_1 = \sigma'(z_1)\,(w_{21}\,\delta_2 + w_{31}\,\delta_3)$. For any neuron $k$, with $j$ for the
# neurons of the next layer:
#
# $$
# \delta_k = \sigma'(z_k) \sum_j w_{jk}\, \delta_j . \tag{7}
# $$
#
# With $z_1 = 0$, $w_{21} = 2$, $w_{31} = -1$, $\delta_2 = 0.3$ and $\delta_3 = 0.2$ it is
# $0.25 \cdot (2 \cdot 0.3 - 1 \cdot 0.2) = 0.1$.
# Predict: with $w_{21} = 3$, $w_{31} = 1$, $\delta_2 = 0.5$ and $\delta_3 = -0.5$,
# is $\delta_1$ larger at $z_1 = 0$ or at $z_1 = 2$, where $a_1 \approx 0.8808$?

# %% explore="fill the gap in a delta"
def sigma(z):
    return 1 / (1 + np.exp(-z))


weighed = 3 * 0.5 + 1 * (-0.5)
gain = None          # the gap: formula (6), with a = 0.8808
print("by hand: ", None if gain is None else gain * weighed)

with waiting():      # near this point L moves by 0.5 for each unit of z_2, by -0.5 for each of z_3
    print("measured:", numerical_gradient(
        lambda z: 0.5 * (3 * sigma(z)) - 0.5 * (1 * sigma(z)), np.array(2.0)))

# %% [markdown]
# Larger at 0, where the gain is 0.25; at 2 it is 0.105.
#
# ### Exercise: `neuron_delta` (4 points)
#
# `w_out @ delta_next` multiplies two vectors entry by entry and sums.

# %% solution="neuron_delta"
def neuron_delta(z, w_out, delta_next):
    """Return delta, the derivative of the loss by z, of a sigmoid neuron: formula (7), section 5.

    z: a float from -15 to 15, what went into the neuron's sigmoid
    w_out: (n_out,), the weights from this neuron to those of the next layer
    delta_next: (n_out,), their deltas
    returns: a float

    Example: neuron_delta(0.0, np.array([2.0, -1.0]), np.array([0.3, 0.2])) is 0.1.
    """
    ### BEGIN SOLUTION
    a = 1 / (1 + np.exp(-z))
    return a * (1 - a) * (w_out @ delta_next)  # (n_out,) (n_out,) -> ()
    ### END SOLUTION

# %% test="neuron_delta" points=4
found = neuron_delta(0.0, np.array([2.0, -1.0]), np.array([0.3, 0.2]))
expect_close(found, 0.1, "delta in the example of section 5")
found = neuron_delta(1.0, np.array([2.0, -1.0]), np.array([0.3, 0.2]))
expect_close(found, 0.0786447733, "with z = 1 (where do you take the gain?) delta")
found = neuron_delta(0.0, np.array([1.0, 1.0, 1.0]), np.array([4.0, 4.0, 4.0]))
expect_close(found, 3.0, "with three equal paths of 1 each, which add up, delta")

# %% [markdown]
# **Formula (7) is a neuron that runs backwards.** Deltas come in from the right, are weighed with the same
# weights, and added. Where the forward neuron bends, the backward one only **amplifies**, by
# $\sigma'(z_k)$: a number that the forward pass has fixed.
#
# **Where does it begin?** At an *output* neuron, after which comes the loss itself. With
# $L = \frac{1}{2} (a - t)^2$ and a target $t$, $\partial L/\partial a = a - t$, so
# $\delta = \sigma'(z)\,(a - t)$. For a *hidden* neuron the next layer's deltas are known, and (7) applies.
# Go back like this, layer by layer: that is backpropagation.
#
# <details><summary>Further: a whole network for the pencil</summary>
#
# One input $x = 4$, hidden neuron 1, output neurons 2 and 3, and half the squared error:
#
# | | neuron 1 | neuron 2 | neuron 3 |
# |---|---|---|---|
# | $z$ | $0.5 \cdot 4 - 2 = 0$ | $2 \cdot 0.5 - 1 = 0$ | $-1 \cdot 0.5 + 0.5 = 0$ |
# | $a = \sigma(z)$ | 0.5 | 0.5 | 0.5 |
# | $t$ | | 0 | 1 |
# | $\delta$ | $0.25\,(2 \cdot 0.125 + (-1)(-0.125))$ | $0.25\,(0.5 - 0) = 0.125$ | $0.25\,(0.5 - 1) = -0.125$ |
#
# Read the first rows from left to right, the last one from right to left: $\delta_1 = 0.09375$.
# Every slope is there now. By the first weight it is $\delta_1 x = 0.375$, by the weight from
# neuron 1 to neuron 3 it is $\delta_3\, a_1 = -0.0625$. Write the loss as a function of the six
# parameters and measure.
#
# In ten such neurons in a row with weights 1, a delta is amplified by at most
# $0.25^{10} \approx 10^{-6}$: the gradient *vanishes* on its way to the first layers.
# Lesson 04 measures it.
#
# </details>

# %% [markdown]
# ## 6 · Why backwards?
#
# Listing every path from a weight to the loss gives the same result, with more work.
# The delta of $z_1$ below needs those of $z_3$ and $z_4$, and each of these those of $z_5$ and $z_6$.
# If you work that out anew each time, how many deltas do you compute for $z_1$?

# %% explore="six neurons"
paths.six_neurons()

# %% [markdown]
# $1 + 2 + 4 = 7$, and 7 for $z_2$. If you begin at the end and write each delta down, you compute 6
# in all.
#
# Now count for layers of 2, 3 and 4 units.
#
# - A path chooses one unit in each layer: $2 \cdot 3 \cdot 4 = 24$ paths from the first layer to the
#   last. A sum over paths multiplies the weights of each.
# - A weight is an arrow between neighbouring layers: $2 \cdot 3 + 3 \cdot 4 = 18$ weights.
#   The backward pass multiplies with each once, because what happens *after* a unit is the same for
#   all paths into it, and is written in its delta.
#
# Predict for ten layers of ten units: how many paths, how many weights?
#
# <details><summary>Answer</summary>
#
# $10^{10}$ paths, and $9 \cdot 100 = 900$ weights.
# Another layer makes ten times as many paths, and 100 weights more.
#
# </details>
#
# <details><summary>Further: would it not work forwards as well?</summary>
#
# Yes: begin at one weight, carry the wiggle forwards, write everything down. That gives the slope by
# this *one* weight, and the next weight needs a new sweep. Backwards, one sweep from the single loss
# gives the slopes by *all* weights.
#
# </details>
#
# ### Exercise: `count_paths_and_weights` (4 points)
#
# Python's own integers have no largest one; NumPy's do.

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
expect_close(found, (24, 18), "(paths, weights) for layers of 2, 3 and 4 units")
found = count_paths_and_weights([5])
expect_close(found, (5, 0), "(paths, weights) for one layer alone, where each unit is a path,")
paths_found, weights_found = count_paths_and_weights([10] * 25)
assert paths_found == 10**25, "25 layers of 10 units should have exactly 10**25 paths"
assert weights_found == 2400, "25 layers of 10 units should have 24 * 100 weights"

# %% [markdown]
# ## 7 · A neuron meets data: the loss
#
# Back to the neuron of section 1. $m$ samples with $n$ features are the columns of $X$; each has a
# target, 0 or 1, all of them in a row $T$, $(1, m)$.
# The weights are a row $\mathbf{w}$, $(1, n)$, the bias $b$ is a number:
#
# $$
# Z = \mathbf{w} X + b, \qquad A = \sigma(Z), \qquad (1, n)\,(n, m) \to (1, m).
# $$
#
# $a_c$ is read as the probability that sample $c$ is of class 1: *logistic regression*.
# The loss of a sample is minus the logarithm of the probability that its *true* class was given:
#
# | $z$ | $a$ | if $t = 1$: $-\ln a$ | if $t = 0$: $-\ln(1 - a)$ |
# |---|---|---|---|
# | 0 | 0.5 | 0.693 | 0.693 |
# | 2 | 0.881 | 0.127 | 2.127 |
# | $-2$ | 0.119 | 2.127 | 0.127 |
#
# What is the difference between the last two columns?
# And what does a sure and wrong prediction cost, far out?

# %% explore="the loss of one sample"
slopes.sample_loss()

# %% [markdown]
# The difference is $z$, up to the sign, and far out on the wrong side that is the cost.
# Both cases fit into the **cross-entropy**, and the loss of a batch is its *mean*:
#
# $$
# L = \frac{1}{m} \sum_c L_c, \qquad
# L_c = -\bigl[\, t_c \ln a_c + (1 - t_c) \ln (1 - a_c) \,\bigr]. \tag{8}
# $$
#
# Let $t = 1$ and $z = -1000$: the loss should be 1000.
# Predict what (8) gives if you type it as it stands, and if you first clip $a$ to at least $10^{-12}$.

# %% explore="log of zero"
with np.errstate(all="ignore"):
    a = sigma(np.array(-1000.0))
    print("as typed:", -np.log(a), "  clipped:", -np.log(np.clip(a, 1e-12, 1 - 1e-12)))

# %% [markdown]
# Infinite, and 27.6. Worse, the clipped loss is *flat* there: a prediction that is utterly wrong gets
# no slope. (Lesson 02 clips all the same, where probabilities are all that is given. Here you have $z$.)
# Where you have $z$, simplify before computing.
#
# 1. $-\ln a = \ln(1 + e^{-z}) = \ln\bigl(e^{-z}(e^{z} + 1)\bigr) = \ln(1 + e^{z}) - z$.
# 2. $1 - a = e^{-z}/(1 + e^{-z}) = 1/(1 + e^{z})$, so $-\ln(1 - a) = \ln(1 + e^{z})$.
# 3. Put into (8), everything with $t_c$ but one term cancels:
#
# $$
# L_c = \ln(1 + e^{z_c}) - t_c z_c. \tag{9}
# $$
#
# One thing remains: $e^{1000}$ overflows. `np.logaddexp(0, z)` is $\ln(e^0 + e^z)$, and takes the
# larger exponent out of the logarithm first. Try (9) on the table with a pencil, then in code.
#
# ### Exercise: `logistic_loss` (5 points)

# %% solution="logistic_loss"
def logistic_loss(w, b, X, T):
    """Return the mean cross-entropy of a batch, formulas (8) and (9) of section 7.

    w: (1, n)
    b: a float
    X: (n, m), samples are columns; floats or integers
    T: (1, m), targets 0 or 1, floats or integers
    returns: a float; it is right for any z, 1000 where it is 1000

    Example: with w = [[2.0]], b = 0.0, X = [[1.0, 1.0]], T = [[1, 0]] (as arrays)
    Z is [[2, 2]], and the loss is about (0.127 + 2.127) / 2 = 1.127.
    """
    ### BEGIN SOLUTION
    Z = w @ X + b  # (1, n) (n, m) -> (1, m)
    return np.mean(np.logaddexp(0, Z) - T * Z)
    ### END SOLUTION

# %% test="logistic_loss" points=5
X = np.array([[1.0, 1.0]])
found = logistic_loss(np.array([[2.0]]), 0.0, X, np.array([[1, 0]]))
expect_close(found, 1.1269280110, "the loss in the example of the docstring")
found = logistic_loss(np.array([[0.0]]), 0.0, X, np.array([[1, 0]]))
expect_close(found, np.log(2), "with z = 0, whatever the target, the loss")
found = logistic_loss(np.array([[1.0]]), 1.0, X, np.array([[1, 0]]))
expect_close(found, 1.1269280110, "with w = 1 and b = 1, the same z as w = 2 and b = 0, the loss")
found = logistic_loss(np.array([[1000.0]]), 0.0, X, np.array([[1, 0]]))
expect_close(found, 500, "with z = 1000, which costs 0 for t = 1 and 1000 for t = 0, the mean")
found = logistic_loss(np.array([[2.0]]), 0.0, X, np.array([[1, 1]]))
expect_close(found, 0.1269280110, "with z = 2 and t = 1 for both samples the loss")

# %% [markdown]
# ## 8 · A neuron meets data: the gradient, step by step
#
# Your first whole backward pass: from the loss back to $\mathbf{w}$ and $b$, in six steps of one line.
# A report names the step that goes wrong. **Call the earlier steps** instead of repeating them: when one
# is wrong, the later ones are judged again with a right version of it, and it costs one point, not six.
#
# ### Exercise: `step_1_loss_by_a` (1 point)
#
# Differentiate (8) by $a_c$, for one sample. Inside the second logarithm stands $1 - a_c$, whose
# slope is $-1$.

# %% solution="step_1_loss_by_a"
def step_1_loss_by_a(A, T):
    """Return the slope of L_c, formula (8), by a_c, for each sample c.

    A: (1, m), between 0 and 1
    T: (1, m), targets 0 or 1, floats or integers
    returns: (1, m)

    Example: for A = [[0.5, 0.5]] and T = [[1.0, 0.0]] (as arrays) it is [[-2., 2.]].
    """
    ### BEGIN SOLUTION
    return -T / A + (1 - T) / (1 - A)
    ### END SOLUTION

# %% test="step_1_loss_by_a" points=1
found = step_1_loss_by_a(np.array([[0.5, 0.5, 0.8]]), np.array([[1.0, 0.0, 1.0]]))
expect_close(found, [[-2, 2, -1.25]], "the slope by a, below 0 where t = 1 and above where t = 0,")

# %% [markdown]
# ### Exercise: `step_2_a_by_z` (1 point)
#
# The slope of the sigmoid, from what it returned: the right side of formula (6).

# %% solution="step_2_a_by_z"
def step_2_a_by_z(A):
    """Return the slope of a_c = sigma(z_c) by z_c, from a_c, for each sample c.

    A: (1, m), what the sigmoid returned
    returns: (1, m)

    Example: for A = [[0.5, 0.8]] (as an array) it is [[0.25, 0.16]].
    """
    ### BEGIN SOLUTION
    return A * (1 - A)
    ### END SOLUTION

# %% test="step_2_a_by_z" points=1
found = step_2_a_by_z(np.array([[0.5, 0.8]]))
expect_close(found, [[0.25, 0.16]], "the slope by z (formula (6), in a)")

# %% [markdown]
# ### Exercise: `step_3_loss_by_z` (1 point)
#
# One path leads from $z_c$ over $a_c$ to $L_c$. What do local slopes along a path do?
# When you have it, look at its values for several $a_c$ and $t_c$. Do you see a rule?

# %% solution="step_3_loss_by_z"
def step_3_loss_by_z(A, T):
    """Return the slope of L_c by z_c, for each sample c: steps 1 and 2 together.

    A: (1, m), between 0 and 1
    T: (1, m), targets 0 or 1, floats or integers
    returns: (1, m)

    Example: for A = [[0.5, 0.5]] and T = [[1.0, 0.0]] (as arrays) it is [[-0.5, 0.5]].
    """
    ### BEGIN SOLUTION
    return step_1_loss_by_a(A, T) * step_2_a_by_z(A)
    ### END SOLUTION

# %% test="step_3_loss_by_z" points=1
found = step_3_loss_by_z(np.array([[0.5, 0.5]]), np.array([[1.0, 0.0]]))
expect_close(found, [[-0.5, 0.5]], "the slope in the example of the docstring")

# %% [markdown] manual="derive_dz" points=4
# ### In your own words (4 points, marked by hand)
#
# 1. Say which rule you see, and show that it holds for *every* $t_c$ and $z_c$. Do it in one of two
#    ways: multiply the slopes of steps 1 and 2 and simplify, or differentiate formula (9).
# 2. Say in a sentence or two what this means for a prediction that is sure and wrong:
#    does the factor $\sigma'(z_c)$ make its slope vanish?
#
# Write into the cell below. Formulas stand between dollar signs, for example `$a(1 - a)$`.
#
# ### BEGIN SOLUTION
# The rule is $\partial L_c/\partial z_c = a_c - t_c$: what was predicted minus what was true.
# The index $c$ is left out below.
#
# First way. The product of the two slopes is
#
# $$
# \Bigl(-\frac{t}{a} + \frac{1 - t}{1 - a}\Bigr)\, a (1 - a)
# = -t (1 - a) + (1 - t)\, a = -t + t a + a - t a = a - t .
# $$
#
# Second way. Of $\ln(1 + e^z) - t z$, the first term has the derivative
# $e^z/(1 + e^z) = 1/(1 + e^{-z}) = a$, the second $-t$. Together $a - t$.
#
# Meaning. A sure and wrong prediction has $a$ near 1 with $t = 0$, or near 0 with $t = 1$,
# so the slope is near 1 or $-1$, the largest there is.
# The factor $a(1 - a)$ is nearly 0 there, but it is cancelled by the $1/(1 - a)$ or $1/a$
# that the logarithm brings. The slope does not vanish.
# ### END SOLUTION
# ### BEGIN MARK SCHEME
# - 1 point: states a - t, and starts from a right expression: both slopes and the chain rule,
#   or formula (9).
# - 2 points: reaches a - t by steps that can be followed, for general t and z.
#   1 of the 2 if a step is missing, or if it is shown for particular values of z only.
#   Treating t = 1 and t = 0 separately, each for general z, is complete.
# - 1 point: says that the slope of a sure and wrong prediction stays near 1 in size,
#   because a(1 - a) cancels against the logarithm's 1/a or 1/(1 - a).
# ### END MARK SCHEME

# %% [markdown]
# <details><summary>Check yourself, when you have written your answer</summary>
#
# - Does your first line hold for all $t$ and $z$, or only for some numbers?
# - Could a classmate name the reason for each equals sign?
# - Have you said which two factors meet when the prediction is sure and wrong, one tiny and one huge?
#
# If you work alone: an example answer stands in the instructor's notebook,
# `solutions/01_chain_rule/01_chain_rule.ipynb`.
#
# </details>
#
# ### Exercise: `step_4_dZ` (1 point)
#
# Now the loss of the batch, $L = \frac{1}{m} \sum_c L_c$. Only sample $c$ depends on $z_c$.
# The $1/m$ comes in here, once; everything further back inherits it.

# %% solution="step_4_dZ"
def step_4_dZ(A, T):
    """Return the slope of the batch's mean loss L by each z_c.

    A: (1, m), between 0 and 1
    T: (1, m), targets 0 or 1, floats or integers
    returns: dZ, (1, m)

    Example: for A = [[0.5, 0.5]] and T = [[1.0, 0.0]] (as arrays) it is [[-0.25, 0.25]].
    """
    ### BEGIN SOLUTION
    return step_3_loss_by_z(A, T) / A.size
    ### END SOLUTION

# %% test="step_4_dZ" points=1
found = step_4_dZ(np.array([[0.5, 0.5]]), np.array([[1.0, 0.0]]))
expect_close(found, [[-0.25, 0.25]], "dZ, where the loss is a mean over two samples,")

# %% [markdown]
# The last link: $z_c = \sum_k w_k x_{kc} + b$, so $\partial z_c/\partial w_k = x_{kc}$ and
# $\partial z_c/\partial b = 1$. But $w_k$ is used in *every* sample: a fork with $m$ paths. By (4),
#
# $$
# \frac{\partial L}{\partial w_k} = \sum_c \frac{\partial L}{\partial z_c}\, x_{kc},
# \qquad
# \frac{\partial L}{\partial b} = \sum_c \frac{\partial L}{\partial z_c}. \tag{10}
# $$
#
# ### Exercise: `step_5_dw` (1 point)
#
# `dZ` has shape $(1, m)$ and `X` has $(n, m)$. Which product has the shape of $\mathbf{w}$, $(1, n)$,
# *and* sums over the samples? (`X.T` is the transpose.)

# %% solution="step_5_dw"
def step_5_dw(A, T, X):
    """Return the gradient of L by w, the left side of formula (10).

    A: (1, m), between 0 and 1
    T: (1, m), targets 0 or 1, floats or integers
    X: (n, m), samples are columns; floats or integers
    returns: dw, (1, n)

    Example: for A = [[0.5, 0.5]], T = [[1.0, 0.0]] and X = [[1.0, 2.0], [3.0, -1.0]]
    (as arrays) it is [[0.25, -1.]].
    """
    ### BEGIN SOLUTION
    return step_4_dZ(A, T) @ X.T  # (1, m) (m, n) -> (1, n)
    ### END SOLUTION

# %% test="step_5_dw" points=1
A, T, X = np.array([[0.5, 0.5]]), np.array([[1.0, 0.0]]), np.array([[1.0, 2.0], [3.0, -1.0]])
found = step_5_dw(A, T, X)
expect_close(found, [[0.25, -1.0]], "dw, the sum of dZ = (-0.25, 0.25) times x over the samples,")

# %% [markdown]
# ### Exercise: `step_6_db` (1 point)

# %% solution="step_6_db"
def step_6_db(A, T):
    """Return the derivative of L by b, the right side of formula (10).

    A: (1, m), between 0 and 1
    T: (1, m), targets 0 or 1, floats or integers
    returns: db, a float

    Example: for A = [[0.5, 0.5, 0.5]] and T = [[0.0, 0.0, 1.0]] (as arrays) it is 1/6.
    """
    ### BEGIN SOLUTION
    return np.sum(step_4_dZ(A, T))
    ### END SOLUTION

# %% test="step_6_db" points=1
found = step_6_db(np.array([[0.5, 0.5, 0.5]]), np.array([[0.0, 1.0, 0.0]]))
expect_close(found, 1 / 6, "with dZ = (1/6, -1/6, 1/6), where every sample uses b, db")
found = step_6_db(np.array([[0.5, 0.5]]), np.array([[0.0, 1.0]]))
expect_close(found, 0.0, "with dZ = (1/4, -1/4) db")

# %% [markdown]
# ### Exercise: `logistic_gradient` (5 points)
#
# All of it at once: forward to $A$, then back. Call your steps, or use your rule in place of step 3:
# then nothing is divided by $a_c$, which may round to 0.

# %% solution="logistic_gradient"
def logistic_gradient(w, b, X, T):
    """Return the gradient of logistic_loss by w and by b, formula (10) of section 8.

    w: (1, n)
    b: a float
    X: (n, m), samples are columns; floats or integers
    T: (1, m), targets 0 or 1, floats or integers
    returns: (dw, db), dw of shape (1, n), db a float

    Example: with w = [[0.0, 0.0]], b = 0.0, X = [[1.0, 2.0], [3.0, -1.0]], T = [[1, 0]]
    (as arrays), dw is [[0.25, -1.0]] and db is 0.0.
    """
    ### BEGIN SOLUTION
    A = 1 / (1 + np.exp(-(w @ X + b)))  # (1, n) (n, m) -> (1, m)
    dZ = (A - T) / T.size  # (1, m)
    return dZ @ X.T, np.sum(dZ)  # (1, m) (m, n) -> (1, n)
    ### END SOLUTION

# %% test="logistic_gradient" points=5
X = np.array([[1.0, 2.0], [3.0, -1.0]])
found = logistic_gradient(np.array([[0.0, 0.0]]), 0.0, X, np.array([[1, 0]]))
expect_close(found, ([[0.25, -1.0]], 0.0), "(dw, db) in the example of section 8")

X, T = np.array([[1.0, 2.0, 3.0]]), np.array([[0, 0, 1]])
found = logistic_gradient(np.array([[0.0]]), 0.0, X, T)
expect_close(found, ([[0.0]], 1 / 6), "(dw, db) for X = 1, 2, 3 with T = 0, 0, 1 and a = 0.5")

found = logistic_gradient(np.array([[0.0]]), np.log(3.0), np.array([[2.0]]), np.array([[1]]))
expect_close(found, ([[-0.5]], -0.25), "(dw, db) for b = ln 3, X = 2, T = 1, where a is 0.75")

# %% [markdown]
# Check it with your own yardstick, then train the neuron of section 1 with it.
# In how many digits should the rows agree?

# %% explore="check the gradient, then train"
rng = np.random.default_rng(0)
w, b = rng.normal(size=(1, 3)), 0.4
X, T = rng.normal(size=(3, 5)), np.array([[1, 0, 0, 1, 1]])
with waiting():
    print("yours:   ", *logistic_gradient(w, b, X, T))
    print("measured:", numerical_gradient(lambda w: logistic_loss(w, b, X, T), w),
          numerical_gradient(lambda b: logistic_loss(w, b, X, T), np.array(b)))

neuron.neuron_learns(logistic_loss, logistic_gradient)

# %% [markdown]
# About ten digits agree. And your neuron learns: its loss, now the cross-entropy, falls from 0.884 to
# 0.133, and 98% of the samples end on the right side. No slope was measured: one pass back gives all.
#
# ## 9 · Bug hunt: three gradients, and all of them train
#
# *It is easy to believe that a falling loss means a right gradient.*
# Here three gradients train the same neuron. One is yours, and two have a bug.
# Which two? Decide before you go on.

# %% explore="three loss curves"
suspects = neuron.suspects(logistic_gradient)
neuron.compare_losses(logistic_loss, suspects)

# %% [markdown]
# All three go down; 94%, 98% and 95% of the samples end on the right side. The first is slower, but so
# is a right gradient with a smaller rate, and the third is nearly the second. Now measure.

# %% explore="measure the three"
X, T = neuron.two_classes()
w, b = np.array([[0.3, -0.2]]), 0.1
with waiting():
    print("measured ", numerical_gradient(lambda w: logistic_loss(w, b, X, T), w),
          numerical_gradient(lambda b: logistic_loss(w, b, X, T), np.array(b)))
    for name, gradient in suspects.items():
        print(f"{name:9}", *gradient(w, b, X, T))

# %% [markdown]
# The second is right. These are the lines of the other two; find the bug in each.
#
# ```python
# # first
# dZ = (A - T) * A * (1 - A) / T.size
# dw, db = dZ @ X.T, np.sum(dZ)
#
# # third
# dZ = (A - T) / T.size
# dw, db = dZ @ X.T, dZ[0, 0]
# ```
#
# <details><summary>What was wrong</summary>
#
# The first takes $a - t$ for the slope by $a$ and multiplies by $\sigma'(z)$, but it is the slope by $z$
# already. So each sample counts for less than it should.
# The third takes the first sample's share for the whole of `db`: one path instead of $m$.
# The weights make up for it, nearly.
# A loss curve says that something is learnt. A measured gradient says that it is the right thing.
#
# </details>
#
# ## 10 · Look at all of it at once
#
# The figure moves, and runs on your own functions, by mouse or keyboard.
#
# - *two paths*: the fork of section 4, now with $u_2 = r x$. At which $x$ are both contributions 0,
#   and for which $r$ are they negative?
# - *counting products*: which curve is nearly straight on the logarithmic axis?
# - *the step h*: drag $h$ from 1 down to $10^{-13}$, and find the valley.

# %% explore="figure"
from byhand.figures.chain import show

show(globals())

# %% [markdown]
# The contributions, $2 r x^2$ and $r x^2$, are 0 at $x = 0$ and negative for negative $r$.
# The curve of the paths is nearly straight. Six layers of four units have $4^6 = 4096$ paths of five
# weights, so five products each: 20,480. The backward pass takes one product for each of the
# $5 \cdot 16 = 80$ weights. (Gains $\sigma'$ are left out on both sides.)
#
# <details><summary>Further: when you read elsewhere</summary>
#
# Some sentences that you will meet, quoted:
#
# > $\theta - \eta\, \Delta L$ is the update.
#
# $\nabla L$ (nabla) is the gradient; $\Delta L$ (delta) would be a change of the loss.
#
# > The node's input is $w_{11} A_1 + w_{21} A_2 + w_{31} A_3 + w_{41} A_4 + b_1$, for a layer of three.
#
# Count the units in the picture.
#
# > The loss is the sum over the samples.
#
# Both the sum and the mean are used. The gradient of the sum is $m$ times larger, so it needs a learning
# rate $m$ times smaller.
#
# > $b$ is a weight.
#
# It is used like one, but no unit's output arrives over it: $\partial z/\partial b = 1$.
#
# </details>

# %% [markdown]
# ## Summary
#
# - A central difference measures any slope; a gradient check asks for a relative error below $10^{-6}$.
# - Along a path, local slopes multiply (3). Over paths, contributions add (4).
# - A neuron run backwards weighs and adds deltas, then amplifies by $\sigma'(z)$ (7).
# - Backwards, each weight is used once; path by path, the work explodes.
# - With the cross-entropy, $\partial L_c/\partial z_c = a_c - t_c$, and the batch is a fork (10).
# - A falling loss proves nothing. A measured gradient does.
#
# **[Lesson 02](../02_sigmoid_softmax_jacobians/02_sigmoid_softmax_jacobians.ipynb) uses** the
# sigmoid, sums over paths, the cross-entropy with more classes, and the yardstick.
#
# ## Further reading
#
# - D. E. Rumelhart, G. E. Hinton, R. J. Williams, *Learning representations by back-propagating
#   errors* (1986), [doi:10.1038/323533a0](https://doi.org/10.1038/323533a0).
# - A. G. Baydin et al., *Automatic differentiation in machine learning* (2018),
#   [arXiv:1502.05767](https://arxiv.org/abs/1502.05767).
# - J. Nocedal, S. J. Wright, *Numerical Optimization* (2006), section 8.1,
#   [doi:10.1007/978-0-387-40065-5](https://doi.org/10.1007/978-0-387-40065-5).


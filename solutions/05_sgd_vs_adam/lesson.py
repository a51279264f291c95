# %% [markdown]
# # 05 SGD against Adam
#
# Backpropagation says in which direction the loss falls.
# It does not say how far to go.
# In this lesson you write three answers to that question, plain gradient descent, momentum and
# Adam, and race them on real data.
# The race has a result that surprises many people.
#
# **After this lesson you can**
#
# - write SGD, momentum and Adam from their formulas, and say what each line is for;
# - derive Adam's bias correction;
# - explain why wrong optimisers train well, and test an optimiser so that they are found;
# - train one network at 64 learning rates at once, and choose a rate from the result;
# - say when Adam helps, when it does not, and how you know.
#
# **You need** lesson 04 (`model_forward`, `model_backward`, `minibatches`, `train`) and lesson 02
# (`cross_entropy`).
#
# **Time** 75 to 90 minutes.
# The fourth section, on Adam, is the heart of it.

# %% [markdown]
# ## Three questions on lesson 04
#
# Answer each aloud or on paper, then unfold.
#
# 1. Most planted bugs of lesson 04 trained to almost the same accuracy as the right code.
#    What told them apart?
# 2. A training set of 70 samples is cut into batches of 32, 32 and 6, with losses 0.5, 0.3 and
#    0.9.
#    What is the training loss of that epoch?
# 3. A network has `dims = [64, 32, 10]`.
#    Which shapes have the entries of `grads`, and how many numbers are that?
#
# <details><summary>Answers</summary>
#
# 1. The gradient check, entry by entry.
#    The loss curve did not.
#    Keep this in mind today: an optimiser has no gradient check.
# 2. The mean weighted by batch size: (32 · 0.5 + 32 · 0.3 + 6 · 0.9) / 70 = 31 / 70 ≈ 0.443.
#    The unweighted mean, 0.567, lets six samples count as much as 32.
# 3. `[((32, 64), (32, 1)), ((10, 32), (10, 1))]`, the shapes of `params`.
#    That is 2048 + 32 + 320 + 10 = 2410 numbers.
#
# </details>

# %% setup="imports"
import numpy as np

from earlier import (
    activation,
    activation_backward,
    activation_prime,
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
    train,
)

LOSSES = {"mse": (mse, mse_grad), "cross_entropy": (cross_entropy, cross_entropy_grad)}


def zeros_like(params):
    """Return zeros nested like params: a list of (W, b) pairs of float arrays."""
    return [(np.zeros(W.shape), np.zeros(b.shape)) for W, b in params]


# %% [markdown]
# The functions of lessons 02 to 04 come from `earlier.py`, which lies beside this notebook and
# holds solutions.
# Look at it only after you have solved those lessons.
# Better still, paste your own functions into a new cell below the imports: they will work.
#
# `LOSSES` and `zeros_like` are given; you will use both.

# %% [markdown]
# ## 1 Look first: a ravine
#
# Take a loss of two parameters only, so that it can be drawn:
#
# $$L(x, y) = \tfrac12\,(x^2 + 25\,y^2).$$
#
# It is a long valley.
# Across it, along $y$, the walls are 25 times as steep as the floor is along $x$.
# The minimum is at $(0, 0)$.
# Real losses have such valleys, in thousands of dimensions.
#
# A walker starts at $(1, 1)$ and takes 30 steps of gradient descent, each step the learning rate
# times the gradient $(x, 25\,y)$.
#
# **Predict.** Three walkers use the rates 0.01, 0.07 and 0.082.
# Who is nearest to the minimum in the end?
# Who is in trouble, and in which direction?
# Then run the cell.

# %% explore="ravine"
import matplotlib.pyplot as plt

CURVATURES = np.array([1.0, 25.0])


def plain_path(rate, steps=30):
    """Return the (steps + 1, 2) positions of a walker that starts at (1, 1)."""
    path = [np.array([1.0, 1.0])]
    for _ in range(steps):
        path.append(path[-1] - rate * CURVATURES * path[-1])
    return np.array(path)


def draw_valley(ax, H, reach=1.6):
    """Draw the contours of 1/2 w H w^T for w = (x, y)."""
    x, y = np.meshgrid(np.linspace(-reach, reach, 121), np.linspace(-reach, reach, 121))
    height = 0.5 * (H[0, 0] * x**2 + 2 * H[0, 1] * x * y + H[1, 1] * y**2)
    ax.contour(x, y, height, levels=np.geomspace(0.02, 40, 12), colors="0.75", linewidths=0.8)
    ax.plot(0, 0, "k+", markersize=12)
    ax.set(xlim=(-reach, reach), ylim=(-reach, reach), xlabel="x", ylabel="y")


fig, axes = plt.subplots(1, 3, figsize=(12, 4), layout="constrained")
for ax, rate in zip(axes, [0.01, 0.07, 0.082]):
    path = plain_path(rate)
    draw_valley(ax, np.diag(CURVATURES))
    ax.plot(path[:, 0], path[:, 1], "o-", color="#0072B2", markersize=3)
    ax.set_title(f"rate {rate}: ends at ({path[-1, 0]:.3f}, {path[-1, 1]:.3f})")
plt.show()

# %% [markdown]
# **Say why**, before you read on.
#
# Along one axis with curvature $c$ the gradient is $c\,w$, and one step of rate $\eta$ ("eta",
# the learning rate `lr`) is
#
# $$w \leftarrow w - \eta\,c\,w = (1 - \eta c)\,w.$$
#
# So each step multiplies $w$ by $1 - \eta c$.
#
# | rate | along the floor, $c = 1$ | after 30 steps | across, $c = 25$ | after 30 steps |
# |---|---|---|---|---|
# | 0.01 | 0.99 | 0.740 | 0.75 | 0.0002 |
# | 0.07 | 0.93 | 0.113 | −0.75 | 0.0002 |
# | 0.082 | 0.918 | 0.077 | −1.05 | 4.32 |
#
# A factor below −1 means growing oscillation.
# The walker is safe only while $\eta < 2 / c$, here $2 / 25 = 0.08$.
#
# The steep direction sets the limit for the rate.
# The flat direction pays for it: 30 steps, and still 11 percent of the way to go.
# Everything in this lesson is an answer to that one difficulty.

# %% [markdown]
# ## 2 One step of SGD
#
# Let $\theta$ ("theta") stand for any one entry of any weight matrix or bias.
# Let $\mathcal B$ be a minibatch of $|\mathcal B|$ samples, and $\ell$ the loss of one sample.
# **Stochastic gradient descent** (SGD) takes the gradient of the batch's mean loss for the
# gradient of the whole loss:
#
# $$g = \frac{1}{|\mathcal B|}\sum_{i\in\mathcal B}\frac{\partial}{\partial\theta}
# \,\ell(x_i, t_i;\,\theta), \qquad \theta_{\text{new}} = \theta - \eta\,g.$$
#
# `model_backward` gives exactly this $g$: in our convention the $1/|\mathcal B|$ stands in the
# loss.
#
# **With a pencil.** $W = \begin{pmatrix}1 & 2\end{pmatrix}$, $b = (0.5)$,
# $dW = \begin{pmatrix}10 & -10\end{pmatrix}$, $db = (5)$, $\eta = 0.1$:
#
# $$W_{\text{new}} = \begin{pmatrix}1 - 1 & 2 + 1\end{pmatrix}
# = \begin{pmatrix}0 & 3\end{pmatrix}, \qquad b_{\text{new}} = 0.5 - 0.5 = 0.$$
#
# **Bug hunt.** Lecture notes that go round write the step like this:
#
# $$\theta_{\text{new}} = \theta_{\text{old}} - \frac{\eta}{|\mathcal B|}
# \sum_{i=1}^{|\mathcal B|}\nabla_\theta\,\mathcal L(x, y, \theta).$$
#
# Read it as if you were a computer.
# What does the sum add up, and what is the result?
#
# <details><summary>Answer</summary>
#
# Nothing under the sum depends on $i$.
# Read as printed, it adds $|\mathcal B|$ times the same gradient and divides by $|\mathcal B|$.
# What is left is the gradient of a single sample $(x, y)$, and the batch has vanished.
# The samples need the index: $(x_i, y_i)$.
#
# </details>

# %% [markdown]
# ### Walking through nested parameters
#
# `params` is a list of pairs `(W, b)`, and so are `grads`, a velocity, and Adam's `m` and `v`.
# The first cell gives you `zeros_like(params)`.
# Read it once more, for it shows the pattern: one loop over the layers, one new pair for each.
#
# **Easy to believe and false: `W -= lr * dW` is just a shorter way to write
# `W = W - lr * dW`.**
# The short form writes into the array itself, and everybody who holds that array sees it change.

# %% explore="in place"
start = np.array([[1.0, 2.0]])
moved = start
moved -= 0.1 * np.array([[10.0, -10.0]])  # (1, 2), in place
print("the start was (1, 2); now it is", start)

# %% [markdown]
# Tomorrow's race would start the second runner where the first one finished.
# So in this lesson **no function changes what it is given, and what it returns is new memory.**
#
# ### Exercise: `sgd_step`
#
# The loop is there already.
# You fill in what happens to one array.


# %% solution="sgd_step"
def sgd_step(params, grads, lr):
    """Return the parameters after one step of gradient descent (section 2).

    params: [(W, b), ...], W (n_out, n_in), b (n_out, 1).
    grads: [(dW, db), ...] of the same shapes.
    lr: the learning rate.

    Returns new params, nested the same way; params and grads stay as they are.

    >>> sgd_step([(np.array([[1.0, 2.0]]), np.array([[0.5]]))],
    ...          [(np.array([[10.0, -10.0]]), np.array([[5.0]]))], 0.1)
    [(array([[0., 3.]]), array([[0.]]))]
    """

    def new_value(p, g):
        """Return the new array for one parameter p and its gradient g, of one shape."""
        ### BEGIN SOLUTION
        return p - lr * g  # elementwise, the shape of p
        ### END SOLUTION

    return [(new_value(W, dW), new_value(b, db)) for (W, b), (dW, db) in zip(params, grads)]


# %% test="sgd_step" points=3
pencil_params = [(np.array([[1.0, 2.0]]), np.array([[0.5]]))]
pencil_grads = [(np.array([[10.0, -10.0]]), np.array([[5.0]]))]
[(W_new, b_new)] = sgd_step(pencil_params, pencil_grads, 0.1)
assert np.allclose(W_new, [[0.0, 3.0]]), f"W should be [[0, 3]] as with the pencil, got {W_new}"
assert np.allclose(b_new, [[0.0]]), f"b moves too: it should be [[0]], got {b_new}"
assert np.array_equal(pencil_params[0][0], [[1.0, 2.0]]), "the given W was changed"

# %% [markdown]
# ## 3 Momentum
#
# Look at the middle picture of section 1 again.
# Across the valley the gradient changes its sign at every step.
# Along the floor it keeps its sign.
# A walker who remembered the last gradients could tell the two apart.
#
# Give the walker a **velocity**: at each step, keep nine tenths of the old velocity and add the
# new gradient.
#
# | step | gradient that keeps its sign | velocity | gradient that flips | velocity |
# |---|---|---|---|---|
# | 1 | 1 | 1 | 1 | 1 |
# | 2 | 1 | 0.9 · 1 + 1 = 1.9 | −1 | 0.9 · 1 − 1 = −0.1 |
# | 3 | 1 | 0.9 · 1.9 + 1 = 2.71 | 1 | 0.9 · (−0.1) + 1 = 0.91 |
# | 4 | 1 | 3.439 | −1 | −0.181 |
#
# What keeps its sign is collected.
# What flips cancels.
#
# **Predict.** The first column goes on with gradients of 1 forever.
# Where does the velocity end: does it grow without limit, or does it stop, and where?
#
# <details><summary>Answer</summary>
#
# It stops where $0.9\,v + 1 = v$, at $v = 10$.
# In general at $g / (1 - \beta)$, where $\beta$ ("beta") is the share that is kept.
# So after a while momentum with $\beta = 0.9$ walks ten times as fast as SGD with the same rate.
# That is why its good rates are about ten times smaller.
#
# </details>
#
# As formulas, with the velocity $v$, zero at the start, of the shape of $\theta$:
#
# $$v_{\text{new}} = \beta\,v + g, \qquad \theta_{\text{new}} = \theta - \eta\,v_{\text{new}}.$$
#
# Insert the first formula into itself:
# $v_t = g_t + \beta g_{t-1} + \beta^2 g_{t-2} + \dots$
# Old gradients fade away, by one factor $\beta$ a step.
#
# Other texts have other forms.
# With $v = \beta v + (1 - \beta)\,g$ the velocity is ten times smaller; the rate must then be ten
# times larger.
# Nesterov's form takes the step with $\beta v_{\text{new}} + g$, a look ahead.
# All of them are in use, so read which one a library means.
# Here it is the form above, which is also PyTorch's.
#
# ### Exercise: `momentum_step`
#
# This time the loop is yours too.


# %% solution="momentum_step"
def momentum_step(params, grads, velocity, lr, beta=0.9):
    """Return (params, velocity) after one step with momentum (section 3).

    params, grads, velocity: nested alike, [(W, b), ...]; velocity is zeros at the start.
    lr: the learning rate.  beta: the share of the old velocity that is kept.

    v = beta * v + g, then p = p - lr * v with this new v.

    Returns new params and the new velocity; nothing given is changed.

    >>> p, v = [(np.array([[1.0]]), np.array([[0.0]]))], [(np.array([[1.0]]), np.array([[0.0]]))]
    >>> g = [(np.array([[1.0]]), np.array([[2.0]]))]
    >>> momentum_step(p, g, v, 0.1)
    ([(array([[0.81]]), array([[-0.2]]))], [(array([[1.9]]), array([[2.]]))])
    """
    ### BEGIN SOLUTION
    new_velocity = [(beta * vW + dW, beta * vb + db) for (vW, vb), (dW, db) in zip(velocity, grads)]
    new_params = [(W - lr * vW, b - lr * vb) for (W, b), (vW, vb) in zip(params, new_velocity)]
    return new_params, new_velocity
    ### END SOLUTION


# %% test="momentum_step" points=4
walk, speed = [(np.array([[0.0]]), np.array([[0.0]]))], [(np.zeros((1, 1)), np.zeros((1, 1)))]
for flip, v_floor, v_across in [(1.0, 1.0, 1.0), (-1.0, 1.9, -0.1), (1.0, 2.71, 0.91)]:
    walk, speed = momentum_step(walk, [(np.array([[1.0]]), np.array([[flip]]))], speed, 0.1)
    assert np.allclose(speed[0][0], v_floor), (
        f"steady gradient: v should be {v_floor}, got {speed[0][0]}"
    )
    assert np.allclose(speed[0][1], v_across), (
        f"flipping gradient: v should be {v_across}, got {speed[0][1]}"
    )
assert np.allclose(walk[0][0], -0.561), (
    f"after velocities 1, 1.9, 2.71 and lr 0.1 the parameter should be -0.561, got {walk[0][0]}"
)
p_other, v_other = momentum_step(
    [(np.array([[1.0]]), np.array([[0.0]]))],
    [(np.array([[1.0]]), np.array([[2.0]]))],
    [(np.array([[2.0]]), np.array([[0.0]]))],
    0.1,
    beta=0.5,
)
assert np.allclose(v_other[0][0], 2.0), f"beta=0.5: 0.5 * 2 + 1 = 2, got {v_other[0][0]}"

# %% [markdown]
# ## 4 Adam
#
# ### 4.1 Look: gradients of very different sizes
#
# One rate serves all entries of all layers.
# Are their gradients of one size?
#
# **Predict.** Take the digits and a fresh network 64-64-32-10.
# By what factor do the larger gradient entries of one layer exceed its smaller ones: 3, 100, more?

# %% explore="gradient sizes"
from byhand.datasets import breast_cancer, digits

DIGITS, CANCER = digits(), breast_cancer()
DIGITS_DIMS, DIGITS_KINDS = [64, 64, 32, 10], ["relu", "relu", "softmax"]
CANCER_DIMS, CANCER_KINDS = [30, 16, 2], ["relu", "softmax"]

look_params = init_params(DIGITS_DIMS, np.random.default_rng(0), "he")
look_P, look_caches = model_forward(DIGITS.X_train, look_params, DIGITS_KINDS)
look_grads = model_backward(cross_entropy_grad(look_P, DIGITS.T_train), look_caches)

fig, ax = plt.subplots(figsize=(8, 3.5), layout="constrained")
styles = [("#0072B2", "-"), ("#D55E00", "--"), ("#009E73", ":")]
for layer, ((dW, _), (color, style)) in enumerate(zip(look_grads, styles), start=1):
    sizes = np.abs(dW[dW != 0])
    low, high = np.quantile(sizes, [0.05, 0.95])
    print(
        f"layer {layer}: {np.mean(dW == 0):5.1%} of the entries of dW are exactly 0; "
        f"of the others the middle 90% go from {low:.1e} to {high:.1e}, a factor of {high / low:.0f}"
    )
    ax.hist(
        np.log10(sizes),
        bins=60,
        histtype="step",
        density=True,
        color=color,
        linestyle=style,
        label=f"dW of layer {layer}",
    )
ax.set(xlabel="log10 of the size of a gradient entry", ylabel="share")
ax.legend()
plt.show()

# %% [markdown]
# Some entries are exactly zero: they belong to pixels in the corners that are never inked.
# Others span several powers of ten.
# A rate that suits the large ones hardly moves the small ones.
#
# **The idea of Adam.** Give each entry a step of its own, measured by its own gradients.
# Keep two running means for each entry: $m$, of the gradient, and $v$, of its square.
# Then $\sqrt v$ says how large this entry's gradients usually are.
# Divide by it.
#
# (This $v$ is not the velocity of section 3.
# The literature uses the letter for both; they never meet in one formula.)

# %% [markdown]
# ### 4.2 With a pencil
#
# One parameter, $\theta_0 = 1$, rate $\eta = 0.1$.
# A new $m$ is one half old $m$ and one half gradient: $\beta_1 = \frac12$.
# A new $v$ is three quarters old $v$ and one quarter squared gradient: $\beta_2 = \frac34$.
# Both start at 0, so at first both are too small.
# $\hat m$ and $\hat v$ are $m$ and $v$ divided by $1 - \beta_1^t$ and $1 - \beta_2^t$, which makes
# up for that; section 4.4 asks you why.
# The step is $0.1\,\hat m / \sqrt{\hat v}$.
#
# | $t$ | $g$ | $m$ | $v$ | $\hat m$ | $\hat v$ | step | $\theta$ |
# |---|---|---|---|---|---|---|---|
# | 1 | 4 | 0 + 2 = 2 | 0 + 4 = 4 | 2 / 0.5 = 4 | 4 / 0.25 = 16 | 0.1 · 4 / 4 = 0.1 | 0.9 |
# | 2 | 2 | 1 + 1 = 2 | 3 + 1 = 4 | 2 / 0.75 = 2.667 | 4 / 0.4375 = 9.143 | 0.0882 | 0.8118 |
# | 3 | 0 | 1 + 0 = 1 | 3 + 0 = 3 | 1 / 0.875 = 1.143 | 3 / 0.5781 = 5.189 | 0.0502 | 0.7616 |
#
# Do the second row yourself before you go on.
#
# **Predict.** All gradients are now 1000 times as large: 4000, 2000, 0.
# What are the three steps?
# And what is the very first step for a first gradient of 0.003?
#
# <details><summary>Answer</summary>
#
# The same three steps.
# $\hat m$ grows by 1000 and $\sqrt{\hat v}$ too, so the quotient stays.
# At the first step $\hat m = g$ and $\hat v = g^2$, so the step is $\eta\,g / |g| = \pm\eta$, for
# any $g$ that is not tiny: here 0.1.
# For Adam the rate is, roughly, the *length of a step in each entry*, not a factor on the
# gradient.
#
# </details>

# %% [markdown]
# ### 4.3 The formulas
#
# As Kingma and Ba published them, for every entry, with $m_0 = v_0 = 0$ and $t = 1, 2, 3, \dots$
#
# $$m_t = \beta_1\,m_{t-1} + (1 - \beta_1)\,g_t$$
# $$v_t = \beta_2\,v_{t-1} + (1 - \beta_2)\,g_t^2$$
# $$\hat m_t = \frac{m_t}{1 - \beta_1^t}, \qquad \hat v_t = \frac{v_t}{1 - \beta_2^t}$$
# $$\theta_t = \theta_{t-1} - \eta\,\frac{\hat m_t}{\sqrt{\hat v_t} + \epsilon}$$
#
# | symbol | name here | shape | usual value |
# |---|---|---|---|
# | $g_t$ | an entry of `grads` | as the parameter | |
# | $m_t, v_t$ | `state["m"]`, `state["v"]` | nested like `params` | start at 0 |
# | $t$ | `state["t"]` | one integer for everything | starts at 0, is 1 in the first step |
# | $\beta_1, \beta_2$ | `beta1`, `beta2` | numbers | 0.9, 0.999 |
# | $\eta$ | `lr` | number | 0.001 |
# | $\epsilon$ ("epsilon") | `eps` | number | $10^{-8}$ |
#
# All operations are entry by entry; nothing here is a matrix product.
# The hats are used in the step and then forgotten: what the state keeps is $m_t$ and $v_t$.
#
# **What $\epsilon$ is for, and where it stands.**
# An entry whose gradient was always 0 has $\hat m = \hat v = 0$.
# Then $\epsilon$ turns 0/0 into $0 / \epsilon = 0$, and the entry stays where it is.
# It stands outside the root.
# For ordinary gradients the place does not matter.
# For tiny ones it does: take a gradient that is always $10^{-8}$.
#
# | | denominator | step |
# |---|---|---|
# | $\sqrt{\hat v} + \epsilon$ | $10^{-8} + 10^{-8} = 2\cdot10^{-8}$ | $\eta \cdot 0.5$ |
# | $\sqrt{\hat v + \epsilon}$ | $\sqrt{10^{-16} + 10^{-8}} \approx 10^{-4}$ | $\eta \cdot 0.0001$ |
#
# The second line is a variant that you may meet, with another meaning of the same number
# $\epsilon$.
# In this lesson, Adam is Adam as published.

# %% [markdown]
# ### 4.4 Why divide by $1 - \beta^t$?
#
# Suppose every gradient is $g = 1$, and $\beta_1 = 0.9$.
# Then $m_1 = 0.1$, $m_2 = 0.19$, $m_3 = 0.271$: much too small for a mean of ones.
# Each is exactly $1 - 0.9^t$.
#
# **Your derivation** (marked by hand, 4 points).
# Write it in your own words, with formulas, in the cell below.
#
# 1. Unroll $m_t = \beta_1 m_{t-1} + (1 - \beta_1)\,g_t$ from $m_0 = 0$, until $m_t$ is a sum of
#    the gradients $g_1, \dots, g_t$, each with its weight.
# 2. Add up the weights.
# 3. Say why dividing by that sum is the right repair: what is $\hat m_t$ then, for gradients that
#    are all equal and for gradients that are not?
# 4. With $\beta_1 = 0.9$ and $\beta_2 = 0.999$: how long is the first step *without* the
#    correction, if $\epsilon$ is left out?
#    Is it shorter or longer than $\eta$?

# %% [markdown] manual="derive_bias_correction" points=4
# *Write your derivation here.*
#
# ### BEGIN SOLUTION
# **1.** Insert the formula into itself, until $m_0 = 0$ is reached:
#
# $$m_1 = (1-\beta_1)\,g_1, \qquad m_2 = (1-\beta_1)(\beta_1 g_1 + g_2), \qquad
# m_t = (1-\beta_1)\sum_{i=1}^{t}\beta_1^{\,t-i}\,g_i .$$
#
# **2.** The weights form a geometric series:
#
# $$(1-\beta_1)\sum_{i=1}^{t}\beta_1^{\,t-i} = (1-\beta_1)\sum_{k=0}^{t-1}\beta_1^{\,k}
# = (1-\beta_1)\,\frac{1-\beta_1^{\,t}}{1-\beta_1} = 1-\beta_1^{\,t}.$$
#
# **3.** The weights do not add up to 1, because the start value 0 holds the missing share
# $\beta_1^t$.
# Divided by $1 - \beta_1^t$ they do, so $\hat m_t$ is a true weighted mean of the gradients seen so
# far, in which recent ones weigh more.
# If all gradients equal $g$, then $\hat m_t = g$ exactly, from the first step on.
# If they are random with the same expectation, $\hat m_t$ has that expectation: it is unbiased.
# The same holds for $v_t$ with $g_i^2$ and $\beta_2$.
#
# **4.** Without the correction the first step is
# $\eta\,m_1/\sqrt{v_1} = \eta \cdot 0.1\,g / \sqrt{0.001\,g^2} = \pm 3.16\,\eta$.
# It is longer, not shorter: $m$ is 10 times too small, but $\sqrt v$ is 31.6 times too small, and
# it stands below.
# ### END SOLUTION
#
# ### BEGIN MARK SCHEME
# One point for each part.
#
# 1. $m_t$ as a sum over $i$ with the weights $(1-\beta_1)\beta_1^{t-i}$; two or three written-out
#    cases and a right general form are enough.
# 2. The geometric sum, with the result $1-\beta_1^t$; a proof by induction is as good.
# 3. The weights then add up to 1, so $\hat m_t$ is a weighted mean; equal gradients are given
#    back exactly.
#    Unbiasedness under a common expectation may replace this, but not the bare word "unbiased".
# 4. The factor $0.1/\sqrt{0.001} \approx 3.16$, and "longer".
#    Half a point for a right factor with the wrong conclusion.
# ### END MARK SCHEME

# %% [markdown]
# ### 4.5 Bug hunt: Adam from lecture notes
#
# These lines go round in lecture notes, with $M$ and $G$ for our $m$ and $v$, and $n$ for our $t$:
#
# $$M_n = (1 - \beta_1)\,g_n + \beta_1 M_{n-1}$$
# $$G_n = \beta_2\,G_n + (1 - \beta_2)\,g_n \odot g_n$$
# $$\theta_{\text{new}} = \theta_{\text{old}} - \frac{\eta}{\sqrt{\epsilon + \hat G_n}}\,\hat M_n$$
#
# The hats are as in 4.3.
# Two lines differ from 4.3, and two things are not said at all.
#
# 1. Find them.
# 2. Take the second line at its word, as an equation with $G_n$ on both sides, and solve it for
#    $G_n$.
#    How much memory is left?
# 3. **Predict:** with this $G_n$, and the hat as in 4.3, how long is the first step for
#    $g = 4$, in units of $\eta$?
#    Then run the cell.

# %% explore="adam from lecture notes"
gradients = np.array([4.0, 2.0, 0.5, 4.0])
beta1, beta2 = 0.9, 0.999
M_old = 0.0
for n, g in enumerate(gradients, start=1):
    M = (1 - beta1) * g + beta1 * M_old
    G = g * g  # the solution of G = beta2 G + (1 - beta2) g g
    step = (M / (1 - beta1**n)) / np.sqrt(1e-8 + G / (1 - beta2**n))
    print(f"n = {n}:  g = {g:3.1f}   G = {G:5.2f}   step = {step:.4f} eta")
    M_old = M

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. $G_n$ on the right should be $G_{n-1}$.
#    $\epsilon$ stands inside the root, the variant of 4.3.
#    Not said: $M_0 = G_0 = 0$, and that $n$ counts from 1.
# 2. $(1 - \beta_2)\,G_n = (1 - \beta_2)\,g_n^2$, so $G_n = g_n^2$.
#    No memory at all: only the last gradient counts.
# 3. $\hat G_1 = 16 / 0.001$, so the step is $4 / 126.5 = 0.032$ of $\eta$: 32 times too short.
#
# It is a mean trap, because typed into Python, `G = beta2 * G + ...` is right by accident: on the
# right, Python takes the old `G`.
# Who implements the *equation* gets it wrong; who copies the *letters* gets it right and never
# notices.
#
# </details>

# %% [markdown]
# ### 4.6 Your Adam
#
# First the state.
# It is a dictionary with three entries: the step counter and the two running means.
#
# ### Exercise: `adam_init`


# %% solution="adam_init"
def adam_init(params):
    """Return Adam's state before the first step (section 4.3).

    params: [(W, b), ...].

    Returns {"t": 0, "m": zeros, "v": zeros}; m and v are nested like params, and
    m, v and params share no memory.

    >>> adam_init([(np.array([[1.0, 2.0]]), np.array([[0.5]]))])
    {'t': 0, 'm': [(array([[0., 0.]]), array([[0.]]))], 'v': [(array([[0., 0.]]), array([[0.]]))]}
    """
    ### BEGIN SOLUTION
    return {"t": 0, "m": zeros_like(params), "v": zeros_like(params)}
    ### END SOLUTION


# %% test="adam_init" points=2
fresh_state = adam_init([(np.ones((2, 3)), np.ones((2, 1))), (np.ones((1, 2)), np.ones((1, 1)))])
assert set(fresh_state) == {"t", "m", "v"}, f"the keys are t, m and v, got {sorted(fresh_state)}"
assert fresh_state["t"] == 0, f"no step has been taken yet: t is 0, got {fresh_state['t']}"
for part in ("m", "v"):
    shapes = [(W.shape, b.shape) for W, b in fresh_state[part]]
    assert shapes == [((2, 3), (2, 1)), ((1, 2), (1, 1))], (
        f"{part} is nested like params, got {shapes}"
    )
    assert all(not W.any() and not b.any() for W, b in fresh_state[part]), f"{part} starts at zero"

# %% [markdown]
# Now the step.
# There is **one** counter for the whole network, and a step raises it by one, however many arrays
# there are.
# An optimiser does the same to every entry, so it does not care how they are arranged.
# You may loop over the arrays, or join them into one long vector first.
#
# ### Exercise: `adam_step`


# %% solution="adam_step"
def adam_step(params, grads, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """Return (params, state) after one step of Adam as published (section 4.3).

    params, grads: nested alike, [(W, b), ...].
    state: {"t": number of steps taken so far, "m": ..., "v": ...}, m and v nested like params.

    Returns new params and a new state; nothing given is changed, and nothing
    returned shares memory with it.

    >>> p, g = [(np.array([[1.0]]), np.array([[1.0]]))], [(np.array([[4.0]]), np.array([[-4.0]]))]
    >>> p, state = adam_step(p, g, adam_init(p), lr=0.1, beta1=0.5, beta2=0.75)
    >>> np.round(p[0][0], 6), np.round(p[0][1], 6), state["t"], state["m"][0][0], state["v"][0][0]
    (array([[0.9]]), array([[1.1]]), 1, array([[2.]]), array([[4.]]))
    """
    ### BEGIN SOLUTION

    # Every entry is treated alike, so they may as well stand in one long vector.
    def flatten(nested):
        return np.concatenate([array for pair in nested for array in pair], axis=None)

    def nest(vector):
        nested, start = [], 0
        for W, b in params:
            middle, end = start + W.size, start + W.size + b.size
            nested.append(
                (vector[start:middle].reshape(W.shape), vector[middle:end].reshape(b.shape))
            )
            start = end
        return nested

    t = state["t"] + 1
    g = flatten(grads)
    m, v = flatten(state["m"]), flatten(state["v"])  # copies: they may change in place
    m *= beta1
    m += (1 - beta1) * g
    v *= beta2
    v += (1 - beta2) * g * g
    size = np.sqrt(v / (1 - beta2**t))  # the root of v_hat
    size += eps
    # The correction of m is one number: with lr it is multiplied in first.
    step = (lr / (1 - beta1**t)) * m
    step /= size
    theta = flatten(params)
    theta -= step
    return nest(theta), {"t": t, "m": nest(m), "v": nest(v)}
    ### END SOLUTION


# %% test="adam_step" points=8
one = lambda value: np.array([[value]])
table_params = [(one(1.0), one(1.0))]
table_state = adam_init(table_params)
for step_number, gradient, m_right, v_right, theta in [
    (1, 4.0, 2.0, 4.0, 0.9),
    (2, 2.0, 2.0, 4.0, 0.8118083219),
    (3, 0.0, 1.0, 3.0, 0.7616385134),
]:
    table_params, table_state = adam_step(
        table_params, [(one(gradient), one(-gradient))], table_state, lr=0.1, beta1=0.5, beta2=0.75
    )
    m_got, v_got = table_state["m"][0][0], table_state["v"][0][0]
    where = f"row {step_number} of the table in 4.2"
    assert table_state["t"] == step_number, (
        f"{where}: t should be {step_number}, got {table_state['t']}"
    )
    assert np.allclose(m_got, m_right), f"{where}: the state's m should be {m_right}, got {m_got}"
    assert np.allclose(v_got, v_right), f"{where}: the state's v should be {v_right}, got {v_got}"
    assert np.allclose(table_params[0][0], theta), (
        f"{where}: theta should be {theta}, got {table_params[0][0]}"
    )
still, _ = adam_step(
    [(one(1.0), one(1.0))], [(one(0.0), one(1e-8))], adam_init(table_params), lr=0.1
)
assert still[0][0] == 1.0, f"a gradient that is exactly 0 moves nothing, got {still[0][0]}"
assert np.allclose(still[0][1], 0.95), (
    f"a gradient of 1e-8 moves half a rate (4.3), got {still[0][1]}"
)

# %% [markdown]
# ### 4.7 Your three optimisers in the ravine
#
# Now look at all three on the valley of section 1.
# The two coordinates are the two entries of a $(1, 2)$ weight matrix; the bias stays at 0.
#
# **Predict** before you run: which path is a straight line, and why?
# Which ones run past the minimum and come back?
# Then change the rates and `beta1`, and predict again.


# %% explore="walkers"
def walk(step, state, H, w_start, steps):
    """Return the (steps + 1, 2) path of an optimiser on 1/2 w H w^T; w is (1, 2)."""
    params = [(np.array([w_start]), np.zeros((1, 1)))]
    path = [params[0][0][0]]
    for _ in range(steps):
        grads = [(params[0][0] @ H, np.zeros((1, 1)))]  # (1, 2) (2, 2) -> (1, 2)
        params, state = step(params, grads, state)
        path.append(params[0][0][0])
    return np.array(path)


def runners(rates):
    """Return name -> (step, first state) for the three optimisers at their rates."""
    origin = [(np.zeros((1, 2)), np.zeros((1, 1)))]
    return {
        "SGD": (lambda p, g, s: (sgd_step(p, g, rates["SGD"]), s), None),
        "momentum": (lambda p, g, s: momentum_step(p, g, s, rates["momentum"]), zeros_like(origin)),
        "Adam": (lambda p, g, s: adam_step(p, g, s, rates["Adam"]), adam_init(origin)),
    }


STYLES = {
    "SGD": ("#0072B2", "-", "o"),
    "momentum": ("#D55E00", "--", "s"),
    "Adam": ("#009E73", ":", "^"),
}


try:
    H = np.diag(CURVATURES)
    for name, (step, state) in runners({"SGD": 0.07, "momentum": 0.02, "Adam": 0.08}).items():
        path = walk(step, state, H, [1.0, 1.0], 60)
        print(f"{name:9s} ends at ({path[-1, 0]:+.4f}, {path[-1, 1]:+.4f})")
except NotImplementedError:
    print("These walks wait for sgd_step, momentum_step, adam_init and adam_step.")

# %% [markdown]
# The figure below moves, by mouse and by keyboard, and says below in words what it shows.
# It runs on your functions.
#
# - *valley*: the paths on the contours, at one rate for all three. Make the valley round
#   (conditioning 1), then a ravine; turn it; press *keep this run* and compare two rates.
# - *real data*: the digits or the breast cancer data, ten epochs with each optimiser. A move
#   stops the run and begins a new one. Find a rate at which SGD diverges and Adam does not.
# - *sweep of rates*: the loss after a fixed effort for many rates, the best of each optimiser
#   marked with a star. (Until section 7.4 that is the lowest loss; then your `best_rate` chooses.)

# %% explore="figure"
from byhand.figures.race import show

show(globals())

# %% [markdown]
# In words: at a rate of 0.03 and a conditioning of 25 the path of SGD drops to the floor of the
# valley and creeps along it, that of momentum swings round the minimum, and that of Adam is
# straight. At 0.1 SGD diverges: its loss leaves the picture, and a cross marks where.
# In the sweep each optimiser has its own best rate, and SGD and momentum have an edge beyond
# which every rate diverges.
#
# <details><summary>Say why</summary>
#
# Adam walks along the diagonal, from the first step to the last.
# The gradient of $y$ is always 25 times what it would be with curvature 1, and Adam divides any
# constant factor out.
# So both entries take the same steps, as if the valley were round.
#
# At a rate of 0.07 SGD jumps from wall to wall.
# Momentum and Adam have inertia: both run past the minimum and come back.
# At the rates of the cell before the figure plain SGD even ends lowest.
# A picture with one rate for each proves nothing about optimisers; section 8 does it fairly.
#
# </details>

# %% [markdown]
# ## 5 Into the training loop
#
# `fit` is `train` of lesson 04 with a choice of optimiser.
# Copy your `train` if you like, and change what has to change.
#
# What history holds is as in lesson 04:
#
# - an epoch's **training loss** is the mean, weighted by batch size, of each batch's loss
#   *before* its update;
# - its **test loss** is that of the whole test set *after* the epoch's last update.
#
# What is new is the state.
# **Predict:** where must `adam_init(params)` stand: before the loop over epochs, inside it, or
# inside the loop over batches?
# What would happen in the other places?
#
# ### Exercise: `fit`


# %% solution="fit"
def fit(params, X, T, X_test, T_test, kinds, loss, optimizer, lr, epochs, batch_size, rng):
    """Train with "sgd", "momentum" or "adam" and return (params, history) (section 5).

    params: [(W, b), ...], left unchanged.  kinds: an activation's name for each layer.
    X (n, m), T (n_out, m), X_test, T_test: samples are columns.
    loss: "mse" or "cross_entropy".  LOSSES[loss] is the pair (loss, gradient by its prediction).
    optimizer: its name; momentum and Adam with their default settings.
    rng: NumPy Generator; every epoch draws a new shuffle from it by minibatches.

    history is {"train_loss": [...], "test_loss": [...]}, one number an epoch.
    With "sgd" this is `train`.  lr may be 0.

    >>> final, history = fit(params, X, T, X_test, T_test, ["relu", "softmax"],
    ...                      "cross_entropy", "adam", 0.003, 30, 32, np.random.default_rng(0))
    >>> len(history["train_loss"]), len(history["test_loss"])
    (30, 30)
    """
    ### BEGIN SOLUTION
    loss_of, gradient_of = LOSSES[loss]
    params = [(W.copy(), b.copy()) for W, b in params]
    # Made once: its memory of earlier batches is all that makes it more than SGD.
    velocity, state = zeros_like(params), adam_init(params)
    history = {"train_loss": [], "test_loss": []}
    for _ in range(epochs):
        total = 0.0
        for X_batch, T_batch in minibatches(X, T, batch_size, rng):
            P, caches = model_forward(X_batch, params, kinds)  # (n_out, m_batch)
            total += loss_of(P, T_batch) * X_batch.shape[1]
            grads = model_backward(gradient_of(P, T_batch), caches)
            if optimizer == "sgd":
                params = sgd_step(params, grads, lr)
            elif optimizer == "momentum":
                params, velocity = momentum_step(params, grads, velocity, lr)
            elif optimizer == "adam":
                params, state = adam_step(params, grads, state, lr)
            else:
                raise ValueError(f"optimizer must be sgd, momentum or adam, got {optimizer!r}")
        history["train_loss"].append(float(total / X.shape[1]))
        history["test_loss"].append(float(loss_of(model_forward(X_test, params, kinds)[0], T_test)))
    return params, history
    ### END SOLUTION


# %% test="fit" points=7
test_rng = np.random.default_rng(5)
small_X, small_X_test = test_rng.normal(size=(2, 7)), test_rng.normal(size=(2, 4))
small_T, small_T_test = small_X[:1] * small_X[1:], small_X_test[:1] * small_X_test[1:]
small_params = init_params([2, 5, 1], np.random.default_rng(1), "xavier")
small_kinds = ["tanh", "linear"]
small_first = mse(model_forward(small_X, small_params, small_kinds)[0], small_T)
for name in ("sgd", "momentum", "adam"):
    arguments = (
        small_params,
        small_X,
        small_T,
        small_X_test,
        small_T_test,
        small_kinds,
        "mse",
        name,
    )
    same, still_history = fit(*arguments, 0.0, 3, 3, np.random.default_rng(2))
    assert np.allclose(still_history["train_loss"], [small_first] * 3), (
        f"{name}, lr 0: each epoch's training loss is the loss at the start, {small_first:.6f}, "
        f"got {still_history['train_loss']}"
    )
    _, fit_history = fit(*arguments, 0.02, 60, 3, np.random.default_rng(2))
    assert len(fit_history["test_loss"]) == 60, "one test loss an epoch"
    assert fit_history["train_loss"][-1] < 0.8 * small_first, (
        f"{name} should learn this in 60 epochs"
    )
trained, _ = train(*arguments[:7], 0.1, 4, 7, np.random.default_rng(3))
fitted, _ = fit(*arguments[:7], "sgd", 0.1, 4, 7, np.random.default_rng(3))
assert np.allclose(trained[0][0], fitted[0][0]), "with sgd, fit is train"
steps_taken = (
    fit(*arguments[:7], "adam", 0.1, 1, 7, np.random.default_rng(3))[0][1][0] - small_params[1][0]
)
assert np.allclose(np.abs(steps_taken), 0.1, rtol=1e-3), "one full-batch step of Adam has length lr"

# %% [markdown]
# ## 6 The race
#
# ### 6.1 Three optimisers, two data sets
#
# The networks are 64-64-32-10 for the digits and 30-16-2 for the breast cancer data, with relu,
# softmax, cross-entropy, he initialisation and batches of 32.
# Each optimiser runs at a rate that was good for it.
#
# **Predict.** Which optimiser has the lowest *training* loss after 30 epochs of the digits?
# Which the best *test* accuracy, and by how much?
#
# The cell shows its progress.
# Interrupt it (■) whenever you like: what is finished is drawn.

# %% explore="race"
from tqdm.auto import tqdm

RATES = {
    "digits": {"sgd": 0.2, "momentum": 0.03, "adam": 0.003},
    "breast cancer": {"sgd": 0.3, "momentum": 0.03, "adam": 0.01},
}
PROBLEMS = {
    "digits": (DIGITS, DIGITS_DIMS, DIGITS_KINDS),
    "breast cancer": (CANCER, CANCER_DIMS, CANCER_KINDS),
}
EPOCHS, SEEDS = 30, 3


def run(problem, optimizer, lr, seed, epochs=EPOCHS):
    """Train one network; return (test accuracy, history)."""
    data, dims, kinds = PROBLEMS[problem]
    params = init_params(dims, np.random.default_rng(seed), "he")
    params, history = fit(
        params,
        data.X_train,
        data.T_train,
        data.X_test,
        data.T_test,
        kinds,
        "cross_entropy",
        optimizer,
        lr,
        epochs,
        32,
        np.random.default_rng(100 + seed),
    )
    answers = model_forward(data.X_test, params, kinds)[0].argmax(axis=0)
    return np.mean(answers == data.labels_test), history


race = {}
try:
    runs = [(p, o, s) for p in RATES for o in RATES[p] for s in range(SEEDS)]
    for problem, optimizer, seed in tqdm(runs, desc="race"):
        race[problem, optimizer, seed] = run(problem, optimizer, RATES[problem][optimizer], seed)
except KeyboardInterrupt:
    print("Interrupted; here is what was finished.")
except NotImplementedError:
    print("The race waits for fit and the three optimisers.")

if race:
    fig, axes = plt.subplots(1, 2, figsize=(12, 4), layout="constrained")
    for ax, problem in zip(axes, RATES):
        for optimizer, (color, line, _) in zip(RATES[problem], STYLES.values()):
            done = [race[key] for key in race if key[:2] == (problem, optimizer)]
            if not done:
                continue
            train_curves = np.array(
                [history["train_loss"] for _, history in done]
            )  # (seeds, epochs)
            test_curves = np.array([history["test_loss"] for _, history in done])
            accuracies = np.array([accuracy for accuracy, _ in done])
            ax.semilogy(train_curves.mean(axis=0), "-", color=color, label=f"{optimizer}, training")
            ax.semilogy(test_curves.mean(axis=0), ":", color=color, label=f"{optimizer}, test")
            print(
                f"{problem:14s} {optimizer:9s} lr {RATES[problem][optimizer]:<6} "
                f"training loss {train_curves[:, -1].mean():.4f}  test loss {test_curves[:, -1].mean():.4f}  "
                f"test accuracy {accuracies.mean():.3f} ({accuracies.min():.3f} to {accuracies.max():.3f})"
            )
        ax.set(title=problem, xlabel="epoch", ylabel="loss")
        ax.legend(fontsize=8)
    plt.show()

# %% [markdown]
# **What you should see.**
# With the reference functions and five seeds each, after 30 epochs (mean, and standard deviation
# over the seeds):
#
# | data | optimiser | rate | training loss | test loss | test accuracy |
# |---|---|---|---|---|---|
# | digits | SGD | 0.2 | 0.0088 ± 0.0007 | 0.058 ± 0.012 | 0.981 ± 0.005 |
# | digits | momentum | 0.03 | 0.0041 ± 0.0008 | 0.058 ± 0.014 | 0.983 ± 0.003 |
# | digits | Adam | 0.003 | 0.0047 ± 0.0004 | 0.067 ± 0.003 | 0.980 ± 0.005 |
# | digits | Adam | 0.001 | 0.0335 ± 0.0057 | 0.081 ± 0.005 | 0.976 ± 0.004 |
# | breast cancer | SGD | 0.3 | 0.0197 ± 0.0015 | 0.064 ± 0.009 | 0.972 ± 0.005 |
# | breast cancer | momentum | 0.03 | 0.0179 ± 0.0008 | 0.061 ± 0.006 | 0.978 ± 0.006 |
# | breast cancer | Adam | 0.01 | 0.0072 ± 0.0009 | 0.068 ± 0.009 | 0.975 ± 0.011 |
#
# In test accuracy the three are equal to within their spread, on both data sets, and plain SGD is
# not behind.
# Adam at its famous default rate, 0.001, is a little behind all of them after 30 epochs: its steps
# are small.
# Look at the dotted lines as well.
# On the breast cancer data Adam's training loss is less than half of the others', and its test loss
# is no lower.
#
# **Easy to believe and false: Adam is always better.**
# What Adam really offers comes in section 8.
#
# Do you have the four files of MNIST?
# Then `PROBLEMS["mnist"] = (mnist(folder), [784, 64, 32, 10], DIGITS_KINDS)`, with `mnist` from
# `byhand.datasets` and rates in `RATES`, runs the same race there; allow it some minutes.

# %% [markdown]
# ### 6.2 What the loss cannot show
#
# Suppose you had made one of these mistakes.
# Would you have noticed?
#
# - **No correction:** $m$ and $v$ are used without the hats.
# - **Epsilon inside:** $\sqrt{\hat v + \epsilon}$.
# - **State anew:** `adam_init` stands inside the loop over batches.
#
# **Predict**, for each: does it still train?
# Is its loss after 30 epochs better or worse?
# Remember what you found for the first step without correction in 4.4.
#
# The cell builds the three mistakes out of your own `adam_step`, lets `fit` use them, and puts
# yours back.


# %% explore="wrong Adams"
def no_correction(params, grads, state, lr=1e-3):
    # So late in time, 1 - beta**t is 1: your correction corrects nothing.
    return your_adam_step(params, grads, {**state, "t": 10**9}, lr)


def epsilon_inside(params, grads, state, lr=1e-3, beta2=0.999, eps=1e-8):
    # Your own step without eps, from a v that was raised so that v_hat grows by eps.
    def raised(v, amount):
        return [(vW + amount, vb + amount) for vW, vb in v]

    extra = eps * (1 - beta2 ** (state["t"] + 1))
    lifted = {**state, "v": raised(state["v"], extra / beta2)}
    params, after = your_adam_step(params, grads, lifted, lr, eps=0.0)
    return params, {**after, "v": raised(after["v"], -extra)}


def state_anew(params, grads, state, lr=1e-3):
    return your_adam_step(params, grads, adam_init(params), lr)


def run_with(step, *arguments, **options):
    """Call run while fit finds another adam_step; put yours back in any case."""
    global adam_step
    kept, adam_step = adam_step, step
    try:
        return run(*arguments, **options)
    finally:
        adam_step = kept


your_adam_step = adam_step
ZOO = {
    "as published": your_adam_step,
    "no correction": no_correction,
    "epsilon inside": epsilon_inside,
    "state anew": state_anew,
}
ZOO_RATE, ZOO_SEEDS, ZOO_EPOCHS = 0.001, 2, 30

zoo = {}
try:
    runs = [(p, n, s) for p in PROBLEMS for n in ZOO for s in range(ZOO_SEEDS)]
    for problem, name, seed in tqdm(runs, desc="wrong Adams"):
        zoo[problem, name, seed] = run_with(
            ZOO[name], problem, "adam", ZOO_RATE, seed, epochs=ZOO_EPOCHS
        )
except KeyboardInterrupt:
    print("Interrupted; here is what was finished.")
except NotImplementedError:
    print("This comparison waits for adam_init, adam_step and fit.")
for problem in PROBLEMS:
    for name in ZOO:
        done = [zoo[key] for key in zoo if key[:2] == (problem, name)]
        if done:
            curves = np.array([history["train_loss"] for _, history in done])
            accuracies = [accuracy for accuracy, _ in done]
            print(
                f"{problem:14s} {name:15s} training loss: epoch 3 {curves[:, 2].mean():.3f}, "
                f"last {curves[:, -1].mean():.4f}   test accuracy {np.mean(accuracies):.3f}"
            )

# %% [markdown]
# **What was measured**, with the reference functions, rate 0.001, ten seeds, 30 epochs (mean ±
# standard deviation over the seeds):
#
# | digits | training loss, epoch 3 | epoch 30 | test accuracy |
# |---|---|---|---|
# | as published | 0.872 ± 0.079 | 0.0338 ± 0.0045 | 0.976 ± 0.005 |
# | no correction | 0.187 ± 0.021 | 0.0139 ± 0.0035 | 0.978 ± 0.003 |
# | epsilon inside | 0.875 ± 0.080 | 0.0339 ± 0.0049 | 0.975 ± 0.005 |
# | state anew | 0.965 ± 0.076 | 0.0665 ± 0.0087 | 0.963 ± 0.007 |
#
# | breast cancer | training loss, epoch 3 | epoch 30 | test accuracy |
# |---|---|---|---|
# | as published | 0.486 ± 0.183 | 0.0691 ± 0.0054 | 0.968 ± 0.008 |
# | no correction | 0.105 ± 0.013 | 0.0350 ± 0.0038 | 0.972 ± 0.007 |
# | epsilon inside | 0.486 ± 0.183 | 0.0691 ± 0.0054 | 0.968 ± 0.008 |
# | state anew | 0.443 ± 0.169 | 0.0614 ± 0.0041 | 0.975 ± 0.006 |
#
# Be honest about what this says.
#
# - **Without the correction Adam did no worse here.**
#   At this rate it was faster, because its steps are too long at first: 3.2 times at $t = 1$,
#   6.6 times around $t = 12$, and still 1.26 times at $t = 1000$.
#   It amounts to a larger rate at the start.
#   Where the rate is already large, the same mistake is ruin.
#   On the digits the mean test accuracy over ten seeds at rate 0.03 is 0.967 with the correction
#   and 0.594 without; at 0.01 it is still 0.980 and 0.974.
# - **Epsilon inside the root cannot be told apart by the loss.**
#   The difference is a tenth of the spread or less, on both data sets.
# - **With the state made anew for each batch,** every step is a first step: $\pm\eta$ in each
#   entry, only the sign of the gradient counts.
#   It trains all the same.
#   On the breast cancer data its test accuracy is even the highest of the four, though not by more
#   than the spread.
#
# None of these would have looked wrong in a plot.
# **Easy to believe and false: a falling loss means a right optimiser.**
# Only a test of the function itself finds them: several steps, changing gradients, several
# arrays of different shapes, one entry near $10^{-8}$ and one of exactly 0.
# That is what the hidden tests of `adam_step` do.
# From a zero state, in one single step, most wrong Adams give the right answer.

# %% [markdown]
# ## 7 Which rate? All of them at once
#
# In 6.1 the rates were given to you.
# Now find one yourself: train from the same start with 64 rates, and look at the loss that each
# reaches.
#
# ### 7.1 With a pencil
#
# $L = \frac12 w^2$, start $w = 1$, gradient $w$, rates 0.5, 1.5 and 2.5.
# Put the three copies of $w$ into one array and take a step in one line,
# `w = w - rates * w`:
#
# | | rate 0.5 | rate 1.5 | rate 2.5 |
# |---|---|---|---|
# | start | 1 | 1 | 1 |
# | step 1 | 0.5 | −0.5 | −1.5 |
# | step 2 | 0.25 | 0.25 | 2.25 |
# | loss | 0.031 | 0.031 | 2.531 |
#
# The same works for a network.
# Give every array a new **leading axis** of length $R$, one entry for each rate:
#
# | one network | $R$ networks at once |
# |---|---|
# | `W` $(n_{out}, n_{in})$ | $(R, n_{out}, n_{in})$ |
# | `b` $(n_{out}, 1)$ | $(R, n_{out}, 1)$ |
# | `A`, `Z`, `dZ` $(n, m)$ | $(R, n, m)$ |
# | `rates` | $(R, 1, 1)$ |
#
# `@` multiplies the last two axes and pairs up the leading ones:
# $(R, n_{out}, n_{in})$ `@` $(R, n_{in}, m)$ is $(R, n_{out}, m)$.
# `X` may stay $(n, m)$: it is used for all $R$.
#
# **Easy to believe and false: `.T` transposes the matrices of a stack.**
# **Predict** the two shapes, then run the cell.

# %% explore="transpose of a stack"
stack = np.zeros((64, 10, 32))  # (R, n, m)
print(".T                 ", stack.T.shape)
print(".swapaxes(-1, -2)  ", stack.swapaxes(-1, -2).shape)

# %% [markdown]
# ### 7.2 What counts as diverged
#
# A rate that is too large drives the loss to infinity, often through overflow.
# In a sweep this is an expected result, not an accident.
# So: **nan** where the last loss is not finite or is more than a million times the first, and no
# warnings.
# `with np.errstate(all="ignore"):` says that you know what you are doing.
# Use it only around the lines where you do.
#
# One diverging rate must not disturb the others.
#
# A loop over the rates with the functions that you have is a right solution, for all points.
# The batched form is faster where the arrays are small, because Python's own time is paid once
# instead of 64 times.
# For softmax in the batched form, mind its axis: units are the axis before the last.
#
# ### Exercise: `learning_rate_sweep`


# %% solution="learning_rate_sweep"
def learning_rate_sweep(params, X, T, kinds, loss, lrs, steps):
    """Return the loss after `steps` steps of full-batch gradient descent, for each rate.

    params: [(W, b), ...], the start for every rate; left unchanged.
    X (n, m), T (n_out, m).  kinds: linear, relu, sigmoid, tanh, and softmax as the last.
    loss: "mse" or "cross_entropy".  lrs: R rates, in any order.  steps: 0 or more.

    Returns (R,) floats: the loss after the last step; nan where it is not finite
    or above a million times the loss before the first step (section 7.2).  No warnings.

    >>> one = [(np.array([[1.0]]), np.array([[0.0]]))]
    >>> learning_rate_sweep(one, np.array([[1.0]]), np.array([[0.0]]), ["linear"], "mse",
    ...                     [0.0, 0.25], 1)
    array([1., 0.])
    """
    ### BEGIN SOLUTION
    rates = np.asarray(lrs, dtype=float).reshape(-1, 1, 1)  # (R, 1, 1)
    n_rates, m = len(rates), X.shape[1]

    def activate(Z, kind):
        if kind != "softmax":
            return activation(Z, kind)  # entry by entry, so any shape will do
        E = np.exp(Z - Z.max(axis=-2, keepdims=True))  # (R, n, m): units stand on axis -2
        return E / E.sum(axis=-2, keepdims=True)

    def activate_backward(dA, Z, A, kind):
        if kind != "softmax":
            return dA * activation_prime(Z, kind)
        return A * (dA - (A * dA).sum(axis=-2, keepdims=True))

    def forward(stack):
        Zs, As = [], [X]
        for (W, b), kind in zip(stack, kinds):
            Zs.append(W @ As[-1] + b)  # (R, n_out, n_in) (R, n_in, m) + (R, n_out, 1)
            As.append(activate(Zs[-1], kind))
        return Zs, As

    def loss_of(P):
        if loss == "mse":
            return np.mean((P - T) ** 2, axis=(-2, -1))  # (R, n_out, m) -> (R,)
        return -np.sum(T * np.log(np.maximum(P, 1e-12)), axis=(-2, -1)) / m

    def gradient_of(P):
        return 2.0 * (P - T) / T.size if loss == "mse" else -T / np.maximum(P, 1e-12) / m

    # One copy of the network for each rate, along a new leading axis.
    stack = [
        (np.repeat(W[None], n_rates, axis=0), np.repeat(b[None], n_rates, axis=0))
        for W, b in params
    ]
    with np.errstate(all="ignore"):
        first = loss_of(forward(stack)[1][-1])
        for _ in range(steps):
            Zs, As = forward(stack)
            dA = gradient_of(As[-1])  # (R, n_out, m)
            stepped = []
            for layer in reversed(range(len(kinds))):
                W, b = stack[layer]
                dZ = activate_backward(dA, Zs[layer], As[layer + 1], kinds[layer])
                dW = dZ @ As[layer].swapaxes(-1, -2)  # (R, n_out, m) (R, m, n_in)
                db = dZ.sum(axis=-1, keepdims=True)  # (R, n_out, 1)
                if layer:
                    dA = W.swapaxes(-1, -2) @ dZ  # (R, n_in, n_out) (R, n_out, m)
                stepped.append((W - rates * dW, b - rates * db))
            stack = stepped[::-1]
        last = loss_of(forward(stack)[1][-1])
        # A comparison with nan is false, so nan stays nan.
        return np.where(np.isfinite(last) & (last <= 1e6 * first), last, np.nan)
    ### END SOLUTION


# %% test="learning_rate_sweep" points=7
line_params = [(np.array([[1.0]]), np.array([[0.0]]))]
line_X, line_T = np.array([[1.0, -1.0]]), np.array([[0.0, 0.0]])
# Here the loss is W**2 + b**2 and the factor of a step is 1 - 2 lr.
line_losses = learning_rate_sweep(
    line_params, line_X, line_T, ["linear"], "mse", [0.0, 1e200, 0.25, 0.1], 2
)
assert np.shape(line_losses) == (4,), (
    f"one loss for each of the 4 rates, got shape {np.shape(line_losses)}"
)
assert np.isclose(line_losses[0], 1.0), f"rate 0 stays at the first loss, 1, got {line_losses[0]}"
assert np.isnan(line_losses[1]), f"rate 1e200 diverges: nan, got {line_losses[1]}"
assert np.isclose(line_losses[2], 0.0625), (
    f"rate 0.25: W is 1, 0.5, 0.25, got loss {line_losses[2]}"
)
assert np.isclose(line_losses[3], 0.4096), f"rate 0.1: W is 1, 0.8, 0.64, got loss {line_losses[3]}"
assert line_params[0][0] == 1.0, "the given params were changed"
sweep_params = init_params([2, 4, 3], np.random.default_rng(1), "xavier")
sweep_X, sweep_T = np.random.default_rng(2).normal(size=(2, 6)), np.eye(3)[:, [0, 1, 2, 2, 1, 0]]
sweep_kinds = ["tanh", "softmax"]
sweep_losses = learning_rate_sweep(
    sweep_params, sweep_X, sweep_T, sweep_kinds, "cross_entropy", [0.5, 0.1], 1
)
sweep_P, sweep_caches = model_forward(sweep_X, sweep_params, sweep_kinds)
sweep_grads = model_backward(cross_entropy_grad(sweep_P, sweep_T), sweep_caches)
for rate, got in zip([0.5, 0.1], sweep_losses):
    stepped_P, _ = model_forward(sweep_X, sgd_step(sweep_params, sweep_grads, rate), sweep_kinds)
    want = cross_entropy(stepped_P, sweep_T)
    assert np.isclose(got, want), f"rate {rate}: one step with sgd_step gives {want:.6f}, got {got}"

# %% [markdown]
# ### 7.3 How much faster?
#
# The cell times 64 rates at once against 64 sweeps of one rate each, with your function: first on
# a small problem, then on a larger one.
#
# **Predict** the two ratios.
# What changes when the arrays grow?

# %% explore="time the sweep"
import time


def seconds(work, repeats=3):
    """Return the shortest of several timings of work()."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def small_and_large():
    """Yield a name, params, X and T of a small and of a larger problem."""
    for name, dims, m in [
        ("30-4-2, 16 samples", [30, 4, 2], 16),
        ("30-16-2, 427 samples", [30, 16, 2], 427),
    ]:
        start = init_params(dims, np.random.default_rng(0), "xavier")
        yield name, start, CANCER.X_train[:, :m], CANCER.T_train[:, :m]


try:
    rates_64 = np.geomspace(1e-4, 10, 64)
    for name, start, X_few, T_few in small_and_large():
        problem = (start, X_few, T_few, ["tanh", "softmax"], "cross_entropy")
        at_once = seconds(lambda: learning_rate_sweep(*problem, rates_64, 20))
        one_by_one = seconds(
            lambda: [learning_rate_sweep(*problem, [r], 20) for r in rates_64], repeats=1
        )
        print(
            f"{name:21s} at once {at_once * 1e3:6.1f} ms, one after another "
            f"{one_by_one * 1e3:6.1f} ms: {one_by_one / at_once:.1f} times"
        )
except NotImplementedError:
    print("This timing waits for learning_rate_sweep.")

# %% [markdown]
# The reference is more than ten times faster on the small problem and less than twice on the
# larger one.
# A NumPy call on a tiny array costs about a microsecond before it computes anything, and the
# batched form makes 64 times fewer calls.
# Once the arithmetic itself takes long, there is nothing left to save.
# If you wrote a loop, both ratios are 1, and that is fine.

# %% [markdown]
# ### 7.4 Choosing
#
# Often many rates reach almost the same loss.
# Which of them is the smallest by a hair is chance.
# Among those that are practically equal, the **largest** is the better choice: it gets there
# first, and training can go on.
# "Practically equal" shall mean: at most 1.05 times the best loss.
#
# | rate | 0.01 | 0.1 | 1 | 10 |
# |---|---|---|---|---|
# | loss | 0.900 | 0.200 | 0.208 | nan |
#
# **Predict** what `np.argmin` says about the lowest row.
# Then choose: the best is 0.200, the limit is 0.210, so the rate is 1.

# %% explore="argmin of nan"
print("np.argmin picks number", np.argmin([0.9, 0.2, 0.208, np.nan]))

# %% [markdown]
# The comparison `nan < 0.2` is false, and so is `nan > 0.2`.
# NumPy lets nan win, so that it is not overlooked.
#
# ### Exercise: `best_rate`


# %% solution="best_rate"
def best_rate(lrs, losses):
    """Return the largest rate whose loss is at most 1.05 times the best (section 7.4).

    lrs, losses: R numbers each, in any order of rates; a loss may be nan, which never wins.

    Raises ValueError if every loss is nan.

    >>> best_rate([0.01, 0.1, 1.0, 10.0], [0.9, 0.2, 0.208, np.nan])
    1.0
    """
    ### BEGIN SOLUTION
    lrs, losses = np.asarray(lrs, dtype=float), np.asarray(losses, dtype=float)  # (R,), (R,)
    if np.isnan(losses).all():
        raise ValueError("every rate diverged; try smaller ones")
    # A comparison with nan is false, so nan is never among the good ones.
    return float(lrs[losses <= 1.05 * np.nanmin(losses)].max())
    ### END SOLUTION


# %% test="best_rate" points=3
chosen = best_rate(np.array([0.01, 0.1, 1.0, 10.0]), np.array([0.9, 0.2, 0.208, np.nan]))
assert chosen == 1.0, f"the table's best rate is 1, got {chosen}"
shuffled = best_rate(np.array([10.0, 0.1, 1.0, 0.01]), np.array([np.nan, 0.2, 0.208, 0.9]))
assert shuffled == 1.0, f"the order of the rates does not matter, got {shuffled}"
try:
    best_rate(np.array([1.0, 2.0]), np.array([np.nan, np.nan]))
except ValueError:
    pass
else:
    raise AssertionError("if every rate diverged there is no best one: raise ValueError")

# %% [markdown]
# ### 7.5 A sweep on real data
#
# Two questions to the digits, with full-batch gradient descent from one start:
# how does the loss depend on the rate after 5, 20 and 80 steps, and does the best rate change?
#
# **Predict** before you run: does the best rate change much when there are more steps?

# %% explore="sweep the digits"
sweep_rates = np.geomspace(1e-3, 30, 32)
few = slice(0, 200)
digits_start = init_params([64, 16, 10], np.random.default_rng(0), "he")
try:
    fig, ax = plt.subplots(figsize=(8, 4), layout="constrained")
    for step_count, (color, line, marker) in zip(tqdm([5, 20, 80], desc="sweep"), STYLES.values()):
        losses = learning_rate_sweep(
            digits_start,
            DIGITS.X_train[:, few],
            DIGITS.T_train[:, few],
            ["relu", "softmax"],
            "cross_entropy",
            sweep_rates,
            step_count,
        )
        best = best_rate(sweep_rates, losses)
        ax.loglog(sweep_rates, losses, line, color=color, label=f"after {step_count} steps")
        ax.plot(best, losses[sweep_rates == best], marker, color=color, markersize=10)
        print(
            f"after {step_count:2d} steps: best rate {best:.3f}, loss {losses[sweep_rates == best][0]:.4f}"
        )
    ax.set(xlabel="learning rate", ylabel="loss")
    ax.legend()
    plt.show()
except NotImplementedError:
    plt.close(fig)
    print("This sweep waits for learning_rate_sweep and best_rate.")
except KeyboardInterrupt:
    print("Interrupted.")

# %% [markdown]
# The curve falls as the rate grows, and then, within a factor of two, training is lost.
# Too small a rate is merely slow; too large a rate learns nothing.
# The best rate stands close to that edge, and it hardly moves when there are more steps: the edge
# is set by the curvature, as in section 1.
# For a long training one steps back from it a little.
# Every optimiser has such a curve, each its own.
#
# Notice that cross-entropy never shows nan here: $P$ is clipped at $10^{-12}$, so the loss cannot
# pass 27.7, however wild the weights are.
# A finite loss does not mean that a rate is usable.

# %% [markdown]
# ## 8 When Adam helps, and when not
#
# Go back to the ravine, now 100 times as steep across as along.
# Give each optimiser 60 steps and the best of 60 rates.
# Then turn the whole valley by 45 degrees: the same loss, seen in other coordinates.
#
# **Predict.** Which of the three will not notice that the valley was turned?


# %% explore="turn the ravine"
def best_of_rates(name, H, w_start, steps=60):
    """Return the lowest last loss over 60 rates."""
    results = []
    for rate in np.geomspace(1e-4, 3, 60):
        step, state = runners({"SGD": rate, "momentum": rate, "Adam": rate})[name]
        w_end = walk(step, state, H, w_start, steps)[-1]
        results.append(0.5 * w_end @ H @ w_end)  # (2,) (2, 2) (2,) -> a number
    return np.nanmin(results)


try:
    with np.errstate(over="ignore", invalid="ignore"):  # too large rates overflow
        for degrees in (0, 45):
            c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
            Q = np.array([[c, -s], [s, c]])
            H = Q @ np.diag([1.0, 100.0]) @ Q.T  # (2, 2) (2, 2) (2, 2)
            found = {name: best_of_rates(name, H, list(Q @ [1.0, 1.0])) for name in STYLES}
            print(f"{degrees:2d} degrees: " + ", ".join(f"{n} {v:.1e}" for n, v in found.items()))
except NotImplementedError:
    print("This comparison waits for the three optimisers.")

# %% [markdown]
# With the reference functions:
#
# | loss after 60 steps, at the best of 60 rates | SGD | momentum | Adam |
# |---|---|---|---|
# | along the axes | 0.051 | 0.0016 | 0.00006 |
# | turned by 45 degrees | 0.051 | 0.0016 | 0.016 |
#
# SGD and momentum follow the gradient, and the gradient turns with the valley: they notice
# nothing.
# Adam scales *entry by entry*.
# That undoes different steepness along the axes, and cannot undo it along a diagonal.
# Along the axes Adam is the best of the three; turned by 45 degrees momentum is.
#
# So Adam helps where single entries differ in scale: features in different units, rare words,
# layers of different depth.
# On the breast cancer data, with its features multiplied by factors from 0.001 to 1, the best test
# accuracies over a grid of six rates each were 0.938 for SGD, 0.945 for momentum and 0.955 for Adam
# (means over five seeds, 30 epochs).
# Standardising the features, as in lesson 00, gives more than that with any of the three.
#
# Three sentences to take along:
#
# 1. The rate matters more than the optimiser; compare optimisers only at their own best rates.
# 2. Adam is a good first try where scales differ and nobody has time for a sweep.
# 3. Repeat with several seeds: a difference smaller than the spread is none.

# %% [markdown]
# ## 9 What you have built
#
# This is the last page of the course.
# Look back at what now stands, all of it written and tested by you:
#
# | lesson | your functions |
# |---|---|
# | 00 | features on one scale, labels as one-hot columns |
# | 01 | a numerical gradient; the chain rule along every path |
# | 02 | sigmoid, softmax and its Jacobian, cross-entropy |
# | 03 | a dense layer, forward and backward |
# | 04 | a network, its gradient check, its training loop |
# | 05 | SGD, momentum, Adam, a sweep over learning rates |
#
# Nothing in it came from a deep learning library.
#
# ### The same network in PyTorch
#
# You need not run this.
# Read it, and find your own functions in it.
# Samples are rows there, so the data are transposed; the loss takes logits, so softmax is inside
# it.
#
# ```python
# import torch
# from torch import nn
# from byhand.datasets import digits
#
# data = digits()
# X, T = torch.tensor(data.X_train.T), torch.tensor(data.labels_train)   # (m, 64), (m,)
#
# network = nn.Sequential(                     # init_params and model_forward
#     nn.Linear(64, 64), nn.ReLU(),
#     nn.Linear(64, 32), nn.ReLU(),
#     nn.Linear(32, 10),
# ).double()
# loss_of = nn.CrossEntropyLoss()              # softmax and cross_entropy, mean over the batch
# optimizer = torch.optim.Adam(network.parameters(), lr=0.003)      # adam_init
#
# for epoch in range(30):                      # fit
#     for batch in torch.randperm(len(X)).split(32):               # minibatches
#         loss = loss_of(network(X[batch]), T[batch])               # forward
#         optimizer.zero_grad()                # its gradients accumulate; yours are made anew
#         loss.backward()                      # model_backward
#         optimizer.step()                     # adam_step
#
# X_test = torch.tensor(data.X_test.T)
# answers = network(X_test).argmax(dim=1).numpy()
# print("test accuracy", (answers == data.labels_test).mean())
# ```
#
# `loss.backward()` is no magic to you any more: it walks the graph backward and multiplies by
# each node's local Jacobian, as you did.
# What a library adds is a graph that builds itself, many more kinds of nodes, and speed on large
# hardware.
# One difference is worth knowing: `nn.Linear` starts from another distribution than `init_params`
# with `"he"`.
#
# ### What comes next
#
# - **Automatic differentiation.** Let each operation record its own backward function: a few dozen
#   lines, and the graph differentiates itself.
# - **Other layers.** Convolution and attention are linear maps with shared weights and softmaxes.
#   You have the tools to derive their backward passes, and a gradient check to prove them.
# - **Generalisation.** The training loss went to 0.005, the test loss stayed near 0.06.
#   Early stopping, weight decay and dropout are about that gap.
# - **Schedules.** Rates that change during training, and Adam with decoupled weight decay (AdamW).

# %% [markdown]
# ## Summary
#
# - **SGD** steps by the rate times the batch's mean gradient.
#   The steepest direction limits the rate, the flattest sets the time.
# - **Momentum** keeps a velocity, $v = \beta v + g$.
#   What flips cancels, what stays adds up to $1/(1-\beta)$ times.
# - **Adam** keeps running means of $g$ and $g^2$, corrects their start from 0, and divides:
#   about $\eta$ per entry and step, whatever the gradient's scale.
# - The state belongs to the whole training, and its counter to the whole network.
# - Wrong optimisers train. Test the function, over several steps.
# - Sweep the rate; choose the largest that is practically as good as the best; look at several
#   seeds.
#
# There is no next lesson to use this.
# What you carry on is `fit`, and the habit of checking what "works".
#
# ## Further reading
#
# - D. P. Kingma, J. Ba, *Adam: A Method for Stochastic Optimization*, ICLR 2015,
#   [arXiv:1412.6980](https://arxiv.org/abs/1412.6980).
#   Algorithm 1 is section 4.3; section 3 is your derivation.
# - L. Bottou, F. E. Curtis, J. Nocedal, *Optimization Methods for Large-Scale Machine Learning*,
#   SIAM Review 60 (2018), [doi:10.1137/16M1080173](https://doi.org/10.1137/16M1080173).
# - I. Sutskever, J. Martens, G. Dahl, G. Hinton, *On the importance of initialization and momentum
#   in deep learning*, ICML 2013.
# - A. C. Wilson et al., *The Marginal Value of Adaptive Gradient Methods in Machine Learning*,
#   NeurIPS 2017, [arXiv:1705.08292](https://arxiv.org/abs/1705.08292).
#   An argument against Adam; read it together with the next.
# - D. Choi et al., *On Empirical Comparisons of Optimizers for Deep Learning*, 2019,
#   [arXiv:1910.05446](https://arxiv.org/abs/1910.05446).
#   Why a comparison depends on how the rates were chosen.
# - S. J. Reddi, S. Kale, S. Kumar, *On the Convergence of Adam and Beyond*, ICLR 2018,
#   [arXiv:1904.09237](https://arxiv.org/abs/1904.09237).
#   A simple problem on which Adam does not converge.
# - I. Goodfellow, Y. Bengio, A. Courville, *Deep Learning*, MIT Press 2016, chapter 8,
#   [deeplearningbook.org](https://www.deeplearningbook.org).
# - I. Loshchilov, F. Hutter, *Decoupled Weight Decay Regularization*, ICLR 2019,
#   [arXiv:1711.05101](https://arxiv.org/abs/1711.05101).

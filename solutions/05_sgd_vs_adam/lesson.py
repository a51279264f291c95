# %% [markdown]
# # 05 · SGD against Adam
#
# Before: [04 · A whole network, trained and proved](../04_full_backprop/04_full_backprop.ipynb) ·
# next: [06 · The computational graph](../06_computational_graph/06_computational_graph.ipynb) ·
# look up a letter: [Notation](../00_start_here/00_start_here.ipynb#Notation)
#
# Backpropagation says in which direction the loss falls, not how far to go.
# Here you write three answers, plain gradient descent, momentum and Adam, and race them on real data.
#
# **Afterwards you can** write the three from their formulas; say where a rate gets too large, and why
# momentum helps; derive Adam's bias correction; test an optimiser so that wrong ones are found; choose
# a learning rate from a sweep.
#
# **You need** lesson 04.
#
# **115 minutes, 39 points:** 29 minutes to read, 22 to try things out, 58 for the exercises.
# **Two sittings:** 70 minutes up to section 5, 45 from section 6 on.
#
# | exercise | points | minutes |
# |---|---|---|
# | `sgd_step` | 2 | 2 |
# | `momentum_step` | 4 | 3 |
# | `step_1_weight` | 1 | 2 |
# | `step_2_unrolled` | 1 | 2 |
# | `step_3_total` | 1 | 2 |
# | `step_4_corrected` | 1 | 2 |
# | `step_5_first` | 1 | 2 |
# | `derive_bias_correction` | 4 | 8 |
# | `adam_init` | 1 | 2 |
# | `adam_step` | 8 | 9 |
# | `fit` | 6 | 12 |
# | `learning_rate_sweep` | 6 | 8 |
# | `best_rate` | 3 | 4 |

# %% setup="imports"
import warnings

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

from byhand.expect import expect_close, expect_shape
from byhand.waiting import waiting

LOSSES = {"mse": (mse, mse_grad), "cross_entropy": (cross_entropy, cross_entropy_grad)}


# %% [markdown]
# `earlier.py`, beside this notebook, holds solutions of lessons 02 to 04; your own functions, pasted
# below the imports, work as well.
# `LOSSES` is given; you will use it in section 6.
#
# ## Three questions on lesson 04
#
# 1. Most planted bugs of lesson 04 trained to almost the same accuracy as the right code.
#    What told them apart?
# 2. A training set of 70 samples is cut into batches of 32, 32 and 6, with losses 0.5, 0.3 and 0.9.
#    What is the training loss of that epoch?
# 3. A network has `dims = [64, 32, 10]`.
#    Which shapes have the entries of `grads`, and how many numbers are that?
#
# <details>
# <summary>Answers</summary>
#
# 1. The gradient check, entry by entry. The loss curve did not.
#    Keep this in mind today: an optimiser has no gradient check.
# 2. The mean weighted by batch size, $(32\cdot0.5+32\cdot0.3+6\cdot0.9)/70\approx0.443$.
#    The unweighted mean, 0.567, lets six samples count as much as 32.
# 3. `[((32, 64), (32, 1)), ((10, 32), (10, 1))]`, the shapes of `params`.
#    That is $2048+32+320+10=2410$ numbers.
#
# </details>
#
# ## 1 · Look first: a ravine
#
# Take a loss of two parameters, so that it can be drawn: $L=\tfrac12(w_1^2+25\,w_2^2)$, a long valley.
# Its walls are 25 times as steep as its floor; the minimum is at $(0,0)$.
# Real losses have such valleys, in thousands of dimensions.
#
# Three walkers start at $(1,1)$ and take 30 steps of gradient descent, at the rates 0.01, 0.07 and 0.082.
# The gradient is $(w_1,25\,w_2)$.
# **Predict.** Who is nearest to the minimum in the end? Who is in trouble, and in which direction?

# %% explore="ravine"
from byhand.plots import valley_walks

CURVATURES = np.array([1.0, 25.0])


def walk_down(lr, steps=30):
    """Return the positions (steps + 1, 2) of a walker that starts at (1, 1)."""
    path = [np.array([1.0, 1.0])]
    for _ in range(steps):
        path.append(path[-1] - lr * CURVATURES * path[-1])
    return np.array(path)


valley_walks({f"rate {lr}": walk_down(lr) for lr in [0.01, 0.07, 0.082]}, CURVATURES)

# %% [markdown]
# Along a direction with the curvature $\lambda$ the gradient is $\lambda w$, and one step is
#
# $$
# w\leftarrow w-\eta\lambda w=(1-\eta\lambda)\,w\tag{1}
# $$
#
# So each step multiplies $w$ by $1-\eta\lambda$.
#
# | rate | floor, $\lambda=1$ | after 30 steps | wall, $\lambda=25$ | after 30 steps |
# |---|---|---|---|---|
# | 0.01 | 0.99 | 0.740 | 0.75 | 0.0002 |
# | 0.07 | 0.93 | 0.113 | −0.75 | 0.0002 |
# | 0.082 | 0.918 | 0.077 | −1.05 | 4.32 |
#
# A factor below $-1$ swings wider at every step.
# The walker is safe only while $\eta\lambda<2$: the **critical rate** is $2/\lambda$ of the steepest
# direction, here 0.08.
# The steep direction limits the rate, and the flat one pays for it: at 0.07, after 30 steps, still 11
# percent of the way to go. Everything in this lesson answers that one difficulty.

# %% [markdown]
# ## 2 · One step of SGD
#
# Let $\theta$ be any one entry of any `W` or `b`, and $g$ its entry in `grads`.
# **Stochastic gradient descent** (SGD) steps against the gradient of a batch's mean loss:
#
# $$
# \theta\leftarrow\theta-\eta\,g\tag{2}
# $$
#
# **With a pencil.** `W` is (1 2), `dW` is (10 −10) and $\eta=0.1$.
# The step makes `W` $(1-1,\ 2+1)=(0,3)$; with `b` at 0.5 and `db` at 5 it makes `b` 0.
#
# **Bug hunt.** Lecture notes that go round write the step like this:
#
# > $\theta_{\text{new}}=\theta_{\text{old}}-\frac{\eta}{|\mathcal B|}\sum_{i=1}^{|\mathcal B|}\nabla_\theta\,\mathcal L(x,y,\theta)$
#
# Read it as a computer would. What does the sum add up?
#
# <details>
# <summary>Answer</summary>
#
# Nothing under the sum depends on its index.
# Read as printed, it adds the same gradient as often as the batch has samples, and divides by that
# number: what is left is the gradient of one sample, and the batch has vanished.
# The samples need the index.
#
# </details>
#
# **Easy to believe and false: `W -= lr * dW` is a shorter way to write `W = W - lr * dW`.**
# The short form writes into the array, and everybody who holds that array sees it change.

# %% explore="in place"
start = np.array([[1.0, 2.0]])
moved = start
moved -= 0.1 * np.array([[10.0, -10.0]])
print("the start was (1, 2); now it is", start)

# %% [markdown]
# A race would start its second runner where the first one finished.
# So in this lesson **no function changes what it is given, and what it returns is new memory.**
#
# ### Exercise: `sgd_step` (2 points)
#
# `params`, `grads`, and later a velocity, are lists of pairs `(W, b)`: one loop over the layers, one
# new pair for each, as in `zeros_like`, which is given for later.
# The loop is there; you fill in what happens to one array.

# %% solution="sgd_step"
def zeros_like(params):
    """Return zeros nested like params: a list of (W, b) pairs of float arrays. Given."""
    return [(np.zeros(W.shape), np.zeros(b.shape)) for W, b in params]


def sgd_step(params, grads, lr):
    """Return the parameters after one step of gradient descent (section 2, formula (2)).

    params: [(W, b), ...], W (n_out, n_in), b (n_out, 1), floats or integers.
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


# %% test="sgd_step" points=2
pencil_params = [(np.array([[1.0, 2.0]]), np.array([[0.5]]))]
pencil_grads = [(np.array([[10.0, -10.0]]), np.array([[5.0]]))]
stepped = sgd_step(pencil_params, pencil_grads, 0.1)
right = [(np.array([[0.0, 3.0]]), [[0.0]])]
expect_close(stepped, right, "((W, b),) after the step with the pencil")
assert np.array_equal(pencil_params[0][0], [[1.0, 2.0]]), "the given W was changed"
stepped = sgd_step(pencil_params * 2, pencil_grads * 2, 0.1)
right = [(np.array([[0.0, 3.0]]), [[0.0]])] * 2
expect_close(stepped, right, "((W1, b1), (W2, b2)) of two layers that move alike")

# %% [markdown]
# ## 3 · Momentum
#
# In the middle picture of section 1 the gradient changes its sign at every step across the valley, and
# keeps it along the floor.
# A walker who remembered the last gradients could tell the two apart.
# Give it a **velocity**: at each step, nine tenths of the old one plus the new gradient.
#
# | step | keeps its sign | velocity | flips | velocity |
# |---|---|---|---|---|
# | 1 | 1 | 1 | 1 | 1 |
# | 2 | 1 | 1.9 | −1 | −0.1 |
# | 3 | 1 | 2.71 | 1 | 0.91 |
# | 4 | 1 | 3.439 | −1 | −0.181 |
#
# What keeps its sign is collected; what flips cancels.
# **Predict.** The gradients of 1 go on forever. Where does the velocity end?
#
# <details>
# <summary>Answer</summary>
#
# It stops where $0.9\,v+1=v$, at 10; in general at $g/(1-\beta)$.
# So along a steady gradient momentum with 0.9 soon walks ten times as fast as SGD at the same rate.
#
# </details>
#
# With the velocity $v$, of the shape of $\theta$ and 0 at the start, and $\beta$, the share that is kept:
#
# $$
# v\leftarrow\beta v+g,\qquad\theta\leftarrow\theta-\eta\,v\tag{3}
# $$
#
# Old gradients fade by one factor $\beta$ a step.
#
# <details>
# <summary>Further: other forms of momentum</summary>
#
# With $(1-\beta)g$ in place of $g$ the velocity is ten times smaller for $\beta=0.9$, and the rate must be
# ten times larger. Nesterov's form steps by $\beta v+g$, with the new $v$: a look ahead.
# Read which one a library means; PyTorch's is (3).
#
# </details>
#
# ### Exercise: `momentum_step` (4 points)

# %% solution="momentum_step"
def momentum_step(params, grads, velocity, lr, beta=0.9):
    """Return (params, velocity) after one step with momentum (section 3, formula (3)).

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
    moved = momentum_step(walk, [(np.array([[1.0]]), np.array([[flip]]))], speed, 0.1)
    walk, speed = expect_shape(moved, (walk, speed), "(params, velocity)")
    expect_close(speed[0][0], [[v_floor]], "with a steady gradient v")
    expect_close(speed[0][1], [[v_across]], "with a flipping gradient v")
expect_close(walk[0][0], [[-0.561]], "after velocities 1, 1.9, 2.71 and lr 0.1 the parameter")
v_given = [(np.array([[2.0]]), np.array([[0.0]]))]
p_other, v_other = momentum_step(
    [(np.array([[1.0]]), np.array([[0.0]]))],
    [(np.array([[1.0]]), np.array([[2.0]]))],
    v_given,
    0.1,
    beta=0.5,
)
assert v_given[0][1] == 0.0, "the given velocity was changed"
expect_close(v_other[0][0], [[2.0]], "with beta = 0.5 the velocity, 0.5 * 2 + 1,")

# %% [markdown]
# **Why momentum helps.**
# In the valley each direction is on its own, and its long run depends on two numbers only: $\beta$, and
# the rate times the curvature, $\eta\lambda$.
# The map in the next figure shows by which factor a direction shrinks in one step: dark is fast.
# Left of the dotted line a direction *creeps* to the minimum, right of that line it *swings* across,
# and beyond the thick line it *grows*.
#
# Floor and wall are the two ends of a rod.
# Its length is the **conditioning** $\kappa$, the largest curvature over the smallest, here 25.
# The rate shifts the rod, and momentum lifts it.
# The slower of its ends decides how long all takes.
#
# **Predict**, then move:
#
# 1. Momentum 0. Where must the rod lie for the slower end to be as fast as it can be?
# 2. Lift the rod. Where do *both* ends swing, and how do their factors compare there?
# 3. What happens to the critical rate, and what near the top?

# %% explore="figure of momentum"
from byhand.figures.momentum import show as show_momentum

show_momentum(globals())

# %% [markdown]
# 1. In the middle, where both ends are equally slow: at $\eta=2/(1+\kappa)$, with the factor
#    $(\kappa-1)/(\kappa+1)$, here 0.92.
# 2. A direction that swings shrinks by $\sqrt\beta$ a step, **whatever its curvature**. So the floor gets
#    as fast as the wall: this is what momentum is for.
#    The lowest place with the whole rod in the swinging part has
#    $\sqrt\beta=(\sqrt\kappa-1)/(\sqrt\kappa+1)$, here 0.67: $\beta=0.44$ at a rate of 0.11.
#    Compare with 1: the conditioning counts by its root only.
# 3. The critical rate grows, from $2/\lambda$ to $2(1+\beta)/\lambda$.
#    Too much momentum swings for long: $\sqrt{0.9}$ is 0.95.
#
# Until a thousandth of the way is left, plain descent takes 87 steps at its best rate, momentum 27 at
# the place of 2; at a conditioning of 1000, 3454 and 204.
# Nobody knows a network's curvatures. The custom, 0.9, fits a conditioning up to 1400.
#
# <details>
# <summary>Further: where the lines of the map come from</summary>
#
# With $g=\lambda w$, one step of (3) multiplies the pair of $v$ and $w$ by a matrix that is always the
# same.
# A pair that only shrinks by a factor $r$ a step has $v=r\,v_{\text{old}}$ and $w=r\,w_{\text{old}}$; put
# into (3), this gives $r^2-(1+\beta-\eta\lambda)\,r+\beta=0$.
#
# Where the two roots are complex, the pair turns as it shrinks: it swings.
# Their product is $\beta$ and their sizes are equal, so both are $\sqrt\beta$.
# They are complex for $(1+\beta-\eta\lambda)^2<4\beta$, which is
# $(1-\sqrt\beta)^2<\eta\lambda<(1+\sqrt\beta)^2$: the dotted line is the left end.
# A rod fits in between if $\kappa$ is at most the quotient of both ends.
# A root is $-1$ at $\eta\lambda=2(1+\beta)$: the thick line.
#
# Gabriel Goh's article (further reading) goes on from here, to noise and to the limits of the method.
#
# </details>

# %% [markdown]
# ## 4 · Adam: a step of its own for each entry
#
# One rate serves all entries of all layers. Are their gradients of one size?
# **Predict.** Take the digits and a fresh network 64-64-32-10.
# By what factor do the larger gradient entries of one layer exceed its smaller ones: 3, 100, more?
# Are some exactly 0, and why?

# %% explore="gradient sizes"
from byhand.experiments.gradients import gradient_sizes

gradient_sizes(globals())

# %% [markdown]
# The middle 90 percent span a factor of more than 2000: a rate that suits the large ones hardly moves
# the small ones.
# Three things make exact zeros: pixels that are never inked, relu units that fire for no image, and
# pairs of which one is off whenever the other is on.
# With the seeds from 0 to 9 the four blank pixels make 27 to 45 percent of all zeros, units the rest.
#
# **The idea of Adam.** Give each entry a step of its own, measured by its own gradients.
# Keep two running means for each: $M$, of the gradient, and $G$, of its square.
# Then $\sqrt G$ says how large this entry's gradients usually are. Divide by it.
#
# **With a pencil.** One parameter, $\theta=1$, at the rate 0.1.
# A new $M$ is half old $M$ and half gradient, $\beta_1=\frac12$; a new $G$ is three quarters old $G$ and one
# quarter squared gradient, $\beta_2=\frac34$.
# Both start at 0 and are too small at first; the hats make up for that: $\hat M=M/(1-\beta_1^\tau)$ and $\hat G=G/(1-\beta_2^\tau)$ at step $\tau$.
# The step is $0.1\,\hat M/\sqrt{\hat G}$.

# %% [markdown]
# | $\tau$ | $g$ | $M$ | $G$ | $\hat M$ | $\hat G$ | step | $\theta$ |
# |---|---|---|---|---|---|---|---|
# | 1 | 4 | 0+2 = 2 | 0+4 = 4 | 2/0.5 = 4 | 4/0.25 = 16 | 0.1 | 0.9 |
# | 2 | 2 | 1+1 = 2 | 3+1 = 4 | 2.667 | 9.143 | 0.0882 | 0.8118 |
# | 3 | 0 | 1+0 = 1 | 3+0 = 3 | 1.143 | 5.189 | 0.0502 | 0.7616 |
#
# Do the second row yourself.
# **Predict.** All gradients are 1000 times as large: what are the three steps?
# And the first step for a first gradient of 0.003?
#
# <details>
# <summary>Answer</summary>
#
# The same three steps: $\hat M$ grows by 1000 and $\sqrt{\hat G}$ too.
# At the first step $\hat M=g$ and $\hat G=g^2$, so the step is $\pm\eta$ for any $g$ that is not tiny:
# here 0.1.
# For Adam the rate is, roughly, the *length of a step in each entry*, not a factor on the gradient.
#
# </details>
#
# **The formulas**, as Kingma and Ba published them, for every entry, from $M=G=0$ and $\tau=1$ on:
#
# $$
# M\leftarrow\beta_1M+(1-\beta_1)\,g,\qquad G\leftarrow\beta_2G+(1-\beta_2)\,g^2\tag{4}
# $$
# $$
# \theta\leftarrow\theta-\eta\,\frac{\hat M}{\sqrt{\hat G}+\epsilon},\qquad
# \hat M=\frac{M}{1-\beta_1^\tau},\quad\hat G=\frac{G}{1-\beta_2^\tau}\tag{5}
# $$
#
# The paper's `m` and `v` are our $M$ and $G$: `state["m"]` and `state["v"]`.
# Usual values are 0.9, 0.999 and $10^{-8}$ for $\beta_1$, $\beta_2$ and $\epsilon$.

# %% explore="where epsilon stands"
for g in [1.0, 1e-8]:
    outside, inside = g / (np.sqrt(g**2) + 1e-8), g / np.sqrt(g**2 + 1e-8)
    print(f"a gradient that is always {g:g}: step {outside:.4f} or {inside:.4f} times the rate")

# %% [markdown]
# The hats are used in the step and forgotten: the state keeps $M$ and $G$.
#
# **What $\epsilon$ is for.** An entry whose gradient was always 0 has $\hat M=\hat G=0$; $\epsilon$ turns
# 0/0 into 0, and the entry stays.
# It stands *outside* the root: for ordinary gradients the place does not matter, for tiny ones it does.
# Inside is a variant that you may meet.
#
# ## 5 · Why divide by $1-\beta^\tau$?
#
# Suppose every gradient is 1, and $\beta_1=0.9$.
# Then $M$ is 0.1, 0.19, 0.271, …: much too small for a mean of ones. Why, and by how much?
# Five steps, one line each, which may call the ones before; `step` counts from 1.
#
# ### Exercise: `step_1_weight` (1 point)
#
# Put (4) into itself: $M$ is a sum of all gradients so far, each with a weight.
# The newest has the weight $1-\beta$; with each step a weight shrinks by $\beta$.

# %% solution="step_1_weight"
def step_1_weight(i, step, beta):
    """Return the weight of gradient number i in the running mean after some steps.

    i counts from 1 to step; beta is the share of the old mean that is kept.
    Section 5, formula (4) put into itself.

    >>> step_1_weight(3, 3, 0.5), step_1_weight(1, 3, 0.5)
    (0.5, 0.125)
    """
    ### BEGIN SOLUTION
    return (1 - beta) * beta ** (step - i)
    ### END SOLUTION


# %% test="step_1_weight" points=1
expect_close(step_1_weight(2, 2, 0.9), 0.1, "the weight of the newest, 1 - beta,")
expect_close(step_1_weight(1, 2, 0.9), 0.09, "one step later the weight, shrunk by beta,")

# %% [markdown]
# ### Exercise: `step_2_unrolled` (1 point)
#
# The running mean, written as that sum.

# %% solution="step_2_unrolled"
def step_2_unrolled(g, beta):
    """Return the running mean after all gradients in g, as a sum with weights.

    g is (steps,): the gradients of one entry in the order of the steps, floats or integers.
    Section 5.

    >>> float(step_2_unrolled(np.array([4.0, 2.0, 0.0]), 0.5))
    1.0
    """
    ### BEGIN SOLUTION
    return sum(step_1_weight(i, len(g), beta) * g[i - 1] for i in range(1, len(g) + 1))
    ### END SOLUTION


# %% test="step_2_unrolled" points=1
expect_close(step_2_unrolled(np.array([4.0, 2.0]), 0.5), 2, "M of row 2 of the table in section 4")
expect_close(step_2_unrolled(np.ones(3), 0.9), 0.271, "for three ones M, 0.1 and 0.09 and 0.081,")

# %% [markdown]
# ### Exercise: `step_3_total` (1 point)
#
# What do the weights add up to? A closed form, without a loop.

# %% solution="step_3_total"
def step_3_total(step, beta):
    """Return the sum of all weights after some steps. In closed form it needs no loop. Section 5.

    >>> step_3_total(2, 0.5)
    0.75
    """
    ### BEGIN SOLUTION
    return 1 - beta**step
    ### END SOLUTION


# %% test="step_3_total" points=1
for step in [1, 2, 7]:
    total = sum(step_1_weight(i, step, 0.9) for i in range(1, step + 1))
    expect_close(step_3_total(step, 0.9), total, f"for step {step} the sum of your weights")

# %% [markdown]
# ### Exercise: `step_4_corrected` (1 point)
#
# Divide by it: a true weighted mean of the gradients so far.

# %% solution="step_4_corrected"
def step_4_corrected(g, beta):
    """Return the corrected mean of the gradients g (steps,): that with a hat. Section 5.

    g holds floats or integers.

    >>> float(step_4_corrected(np.array([3.0, 3.0, 3.0]), 0.9))
    3.0
    """
    ### BEGIN SOLUTION
    return step_2_unrolled(g, beta) / step_3_total(len(g), beta)
    ### END SOLUTION


# %% test="step_4_corrected" points=1
found = step_4_corrected(np.array([4.0, 2.0]), 0.5)
expect_close(found, 2 / 0.75, "M of row 2 of the table, with its hat,")
found = step_4_corrected(np.full(5, -7.0), 0.999)
expect_close(found, -7, "for equal gradients of -7 their mean")

# %% [markdown]
# ### Exercise: `step_5_first` (1 point)
#
# Leave the correction out, and $\epsilon$ too. How long is the first step, in units of $\eta$?

# %% solution="step_5_first"
def step_5_first(beta1, beta2):
    """Return the size of Adam's first step without correction, as a multiple of the rate.

    The first gradient is any number but 0; eps is left out. Section 5.

    >>> step_5_first(0.5, 0.75)
    1.0
    """
    ### BEGIN SOLUTION
    return step_3_total(1, beta1) / np.sqrt(step_3_total(1, beta2))
    ### END SOLUTION


# %% test="step_5_first" points=1
found = step_5_first(0.0, 0.99)
expect_close(found, 10, "with M = g and the root of G a tenth of its size, the first step")

# %% [markdown] manual="derive_bias_correction" points=4
# ### In your own words (4 points, marked by hand)
#
# Write into the cell below, in LaTeX or in plain text.
#
# 1. Put (4) into itself until $M$ is a sum of all gradients so far, each with its weight.
# 2. Add up the weights.
# 3. Why is dividing by that sum the right repair: what is $\hat M$ then, for gradients that are all
#    equal and for gradients that are not?
# 4. Without the correction, is the first step of Adam with the usual values shorter or longer than
#    $\eta$, and why?
#
# ### BEGIN SOLUTION
# **1.** Put the formula into itself, until the first step is reached, where M was 0; let the gradients
# be numbered up to $\tau$:
#
# $$M=(1-\beta_1)\sum_{i=1}^{\tau}\beta_1^{\tau-i}\,g_i .$$
#
# **2.** The weights form a geometric series:
#
# $$(1-\beta_1)\sum_{i=1}^{\tau}\beta_1^{\tau-i}
# =(1-\beta_1)\,\frac{1-\beta_1^{\tau}}{1-\beta_1}=1-\beta_1^{\tau}.$$
#
# **3.** The weights do not add up to 1, because the start value 0 holds the missing share.
# Divided by $1-\beta_1^\tau$ they do, so $\hat M$ is a true weighted mean of the gradients seen so
# far, in which recent ones weigh more.
# If all gradients equal $g$, then $\hat M=g$ exactly, from the first step on.
# If they are random with the same expectation, $\hat M$ has that expectation: it is unbiased.
# The same holds for $G$ with the squares and $\beta_2$.
#
# **4.** Without the correction the first step is
# $\eta\cdot0.1\,g/\sqrt{0.001\,g^2}=\pm3.16\,\eta$.
# It is longer, not shorter: M is 10 times too small, but the root of G is 31.6 times too small, and
# it stands below.
# ### END SOLUTION
#
# ### BEGIN MARK SCHEME
# One point for each part.
#
# 1. M as a sum over the gradients with the weights $(1-\beta_1)\beta_1^{\tau-i}$; two or three
#    written-out cases and a right general form are enough.
# 2. The geometric sum, with the result $1-\beta_1^\tau$; a proof by induction is as good.
# 3. The weights then add up to 1, so the corrected M is a weighted mean; equal gradients are given
#    back exactly.
#    Unbiasedness under a common expectation may replace this, but not the bare word "unbiased".
# 4. The factor $0.1/\sqrt{0.001}\approx3.16$, and "longer".
#    Half a point for a right factor with the wrong conclusion.
# ### END MARK SCHEME

# %% [markdown]
# <details>
# <summary>Check your own derivation, a point for each yes</summary>
#
# - Does your sum name the weight of *each* gradient, the oldest included?
# - Do you add the weights up, rather than only say what they add up to?
# - Do you say what kind of mean $\hat M$ is, and check it on equal gradients?
# - Do you compare how much too small *both* are, and which of them stands below?
#
# </details>
#
# **Bug hunt: Adam from lecture notes.** These lines go round, with $n$ for our $\tau$:
#
# > $M_n=(1-\beta_1)\,g_n+\beta_1M_{n-1},\qquad G_n=\beta_2\,G_n+(1-\beta_2)\,g_n\odot g_n$
# >
# > $\theta_{\text{new}}=\theta_{\text{old}}-\frac{\eta}{\sqrt{\epsilon+\hat G_n}}\,\hat M_n$
#
# 1. Two things differ from (4) and (5), and two are not said at all. Which?
# 2. Take the equation for $G_n$ at its word and solve it. How much memory is left?
# 3. **Predict:** with this $G_n$, and the hat as in (5), how long is the first step for $g=4$, in units
#    of $\eta$?

# %% explore="adam from lecture notes"
g, beta1, beta2 = 4.0, 0.9, 0.999
M = (1 - beta1) * g
G = g * g  # what the equation says
print("first step:", (M / (1 - beta1)) / np.sqrt(1e-8 + G / (1 - beta2)))

# %% [markdown]
# 1. On the right of the second equation the index should be one less, and $\epsilon$ stands inside the
#    root. Not said: both begin at 0, and the count at 1.
# 2. Solved, $G_n$ is the last squared gradient: no memory at all.
# 3. $4/\sqrt{16/0.001}=0.032$: 32 times too short.
#
# It is a mean trap: typed into Python, `G = beta2 * G + ...` is right by accident, for Python takes the
# old `G`.
#
# ### Exercise: `adam_init` (1 point)
#
# First the state: the counter and the two running means.

# %% solution="adam_init"
def adam_init(params):
    """Return Adam's state before the first step (section 4).

    params: [(W, b), ...].

    Returns {"t": 0, "m": zeros, "v": zeros}; m and v are nested like params, and
    m, v and params share no memory.

    >>> adam_init([(np.array([[1.0, 2.0]]), np.array([[0.5]]))])
    {'t': 0, 'm': [(array([[0., 0.]]), array([[0.]]))], 'v': [(array([[0., 0.]]), array([[0.]]))]}
    """
    ### BEGIN SOLUTION
    return {"t": 0, "m": zeros_like(params), "v": zeros_like(params)}
    ### END SOLUTION


# %% test="adam_init" points=1
like = [(np.zeros((2, 3)), np.zeros((2, 1))), (np.zeros((1, 2)), np.zeros((1, 1)))]
fresh_state = adam_init([(np.ones((2, 3)), np.ones((2, 1))), (np.ones((1, 2)), np.ones((1, 1)))])
expect_close(fresh_state, {"t": 0, "m": like, "v": like}, "state")
assert not np.shares_memory(fresh_state["m"][0][0], fresh_state["v"][0][0]), (
    "m and v are one array: what changes one changes the other"
)

# %% [markdown]
# ### Exercise: `adam_step` (8 points)
#
# There is **one** counter for the whole network; a step raises it by one.
# Every entry is treated alike: loop over the arrays, or join them into one long vector first.

# %% solution="adam_step"
def adam_step(params, grads, state, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """Return (params, state) after one step of Adam as published (section 4, formulas (4) and (5)).

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
    t = state["t"] + 1
    # Formula (5), with numerator and denominator times the root of 1 - beta2**t:
    # the corrections are numbers, and no array is divided for the hats.
    root = np.sqrt(1 - beta2**t)
    rate, small = lr * root / (1 - beta1**t), eps * root

    def new_values(p, g, m, v):
        m, v = beta1 * m, beta2 * v  # new arrays: these may change in place
        m += (1 - beta1) * g
        square = (1 - beta2) * g
        square *= g
        v += square
        step = np.sqrt(v)
        step += small
        np.divide(m, step, out=step)
        step *= rate
        return p - step, m, v

    new_params, after = [], {"t": t, "m": [], "v": []}
    for (W, b), (dW, db), (mW, mb), (vW, vb) in zip(params, grads, state["m"], state["v"]):
        W, mW, vW = new_values(W, dW, mW, vW)
        b, mb, vb = new_values(b, db, mb, vb)
        new_params.append((W, b))
        after["m"].append((mW, mb))
        after["v"].append((vW, vb))
    return new_params, after
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
    where = f"row {step_number} of the table in section 4"
    stepped = adam_step(
        table_params, [(one(gradient), one(-gradient))], table_state, lr=0.1, beta1=0.5, beta2=0.75
    )
    form = (table_params, table_state)
    table_params, table_state = expect_shape(stepped, form, f"(params, state) in {where}")
    expect_close(table_state["t"], step_number, f"t in {where}")
    expect_close(table_state["m"][0][0], one(m_right), f"the state's m in {where}")
    expect_close(table_state["v"][0][0], one(v_right), f"the state's v in {where}")
    expect_close(table_params[0][0], one(theta), f"theta in {where}")
_, next_state = adam_step(table_params * 2, [(one(1.0), one(1.0))] * 2, adam_init(table_params * 2))
expect_close(next_state["t"], 1, "t after one step of two layers")
adam_step(table_params, [(one(1.0), one(1.0))], table_state, lr=0.1)
assert (table_state["t"], table_state["m"][0][0]) == (3, 1.0), "the given state was changed"
still, _ = adam_step(
    [(one(1.0), one(1.0))], [(one(0.0), one(1e-8))], adam_init(table_params), lr=0.1
)
assert still[0][0] == 1.0, f"a gradient that is exactly 0 moves nothing, got {still[0][0]}"
expect_close(still[0][1], one(0.95), "b after a gradient of 1e-8, half a rate below 1,")

# %% [markdown]
# The next figure runs all three on your functions.
#
# - *valley*: the paths at one rate for all three. **Predict**: whose path is straight? Who runs past the
#   minimum and comes back? *Keep this run* lets you compare two.
# - *real data*: ten epochs with each optimiser. Find a rate at which SGD diverges and Adam does not.
# - *sweep of rates*: the loss after a fixed effort, the best rate of each marked with a star.

# %% explore="figure"
from byhand.figures.race import show

show(globals())

# %% [markdown]
# At 0.03, with a conditioning of 25, SGD drops to the floor and creeps along it, momentum swings round
# the minimum, and Adam stays on the diagonal, running past the minimum and back.
# The gradient of the steep entry is 25 times what it would be with a curvature of 1, and Adam divides
# a constant factor out: both entries take the same steps, as if the valley were round.
# (One rate for all three says nothing about optimisers; sections 7 and 9 do it fairly.)
#
# ## 6 · Into the training loop
#
# `fit` is `train` of lesson 04 with a choice of optimiser: copy yours, and change what has to change.
# History holds what it held there.
#
# What is new is the state.
# **Predict:** where must `adam_init(params)` stand: before the loop over epochs, inside it, or inside
# the loop over batches?
#
# <details>
# <summary>Answer</summary>
#
# Before the loop over epochs: the state belongs to the whole training.
# Inside a loop it would forget, at every epoch or at every batch, and nobody would notice at once:
# section 7 tries it.
#
# </details>
#
# ### Exercise: `fit` (6 points)

# %% solution="fit"
def fit(params, X, T, X_test, T_test, kinds, loss, optimizer, lr, epochs, batch_size, rng):
    """Train with "sgd", "momentum" or "adam" and return (params, history) (section 6).

    params: [(W, b), ...], left unchanged.  kinds: an activation's name for each layer.
    X (n, m), T (n_out, m), X_test, T_test: samples are columns.
    loss: "mse" or "cross_entropy".  LOSSES[loss] is the pair (loss, gradient by its prediction).
    optimizer: its name; momentum and Adam with their default settings.
    rng: NumPy Generator; every epoch draws a new shuffle from it by minibatches.

    The returned params are new arrays, also where no step has changed them.
    history is {"train_loss": [...], "test_loss": [...]}, one number an epoch.
    With "sgd" this is `train`.  lr may be 0.

    >>> final, history = fit(params, X, T, X_test, T_test, ["relu", "softmax"],
    ...                      "cross_entropy", "adam", 0.003, 20, 30, np.random.default_rng(0))
    >>> len(history["train_loss"]), len(history["test_loss"])
    (20, 20)
    """
    ### BEGIN SOLUTION
    shapes = [W.shape for W, _ in params]

    # An optimiser treats every entry alike.  So it is handed all of them in one long vector,
    # as the W of a single layer without biases: for arrays as small as these, calling NumPy
    # takes longer than the arithmetic, and one array needs fewer calls than six.
    def flat(pairs):
        return [(np.concatenate([array for pair in pairs for array in pair], axis=None), np.zeros(0))]

    def nested(flat_params):
        [(vector, _)] = flat_params
        pairs, start = [], 0
        for n_out, n_in in shapes:
            middle, end = start + n_out * n_in, start + n_out * n_in + n_out
            pairs.append((vector[start:middle].reshape(n_out, n_in), vector[middle:end, None]))
            start = end
        return pairs  # views: nothing is copied

    loss_of, gradient_of = LOSSES[loss]
    theta = flat(params)
    # Made once: its memory of earlier batches is all that makes it more than SGD.
    velocity, state = zeros_like(theta), adam_init(theta)
    history = {"train_loss": [], "test_loss": []}
    for _ in range(epochs):
        total = 0.0
        for X_batch, T_batch in minibatches(X, T, batch_size, rng):
            P, caches = model_forward(X_batch, nested(theta), kinds)  # (n_out, m_batch)
            total += loss_of(P, T_batch) * X_batch.shape[1]
            grads = flat(model_backward(gradient_of(P, T_batch), caches))
            if optimizer == "sgd":
                theta = sgd_step(theta, grads, lr)
            elif optimizer == "momentum":
                theta, velocity = momentum_step(theta, grads, velocity, lr)
            elif optimizer == "adam":
                theta, state = adam_step(theta, grads, state, lr)
            else:
                raise ValueError(f"optimizer must be sgd, momentum or adam, got {optimizer!r}")
        history["train_loss"].append(float(total / X.shape[1]))
        P, _ = model_forward(X_test, nested(theta), kinds)
        history["test_loss"].append(float(loss_of(P, T_test)))
    return nested(theta), history
    ### END SOLUTION


# %% test="fit" points=6
test_rng = np.random.default_rng(5)
small_X, small_X_test = test_rng.normal(size=(2, 7)), test_rng.normal(size=(2, 4))
small_T, small_T_test = small_X[:1] * small_X[1:], small_X_test[:1] * small_X_test[1:]
small_params = init_params([2, 5, 1], np.random.default_rng(1), "xavier")
small_kinds = ["tanh", "linear"]
small_first = mse(model_forward(small_X, small_params, small_kinds)[0], small_T)
small_form = (small_params, {"train_loss": (0, 0, 0), "test_loss": (0, 0, 0)})
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
    same = fit(*arguments, 0.0, 3, 3, np.random.default_rng(2))
    expect_shape(same, small_form, "(params, history)")
    tried = f"{name}, lr 0: each epoch's training loss, that of the start,"
    expect_close(np.array(same[1]["train_loss"]), [small_first] * 3, tried)
    # One batch an epoch: each step can be taken by hand, with what the optimiser remembers.
    by_hand, losses = small_params, []
    velocity, state = zeros_like(small_params), adam_init(small_params)
    for _ in range(3):
        P, caches = model_forward(small_X, by_hand, small_kinds)
        losses.append(mse(P, small_T))
        grads = model_backward(mse_grad(P, small_T), caches)
        if name == "sgd":
            by_hand = sgd_step(by_hand, grads, 0.05)
        elif name == "momentum":
            by_hand, velocity = momentum_step(by_hand, grads, velocity, 0.05)
        else:
            by_hand, state = adam_step(by_hand, grads, state, 0.05)
    fitted, fit_history = fit(*arguments, 0.05, 3, 7, np.random.default_rng(2))
    tried = f"{name}: W1 after three steps (what an optimiser remembers lives on in the next epoch)"
    expect_close(fitted[0][0], by_hand[0][0], tried)
    tried = f"{name}: a batch's loss, taken before its step,"
    expect_close(np.array(fit_history["train_loss"]), losses, tried)
    small_test = mse(model_forward(small_X_test, fitted, small_kinds)[0], small_T_test)
    tried = f"{name}: the loss of the test set after the last step"
    expect_close(fit_history["test_loss"][-1], small_test, tried)
# Two epochs are one epoch and one more, if each draws its own shuffle from rng.
twice, _ = fit(*arguments[:7], "sgd", 0.1, 2, 3, np.random.default_rng(3))
test_rng = np.random.default_rng(3)
once, _ = fit(*arguments[:7], "sgd", 0.1, 1, 3, test_rng)
again, _ = fit(once, *arguments[1:7], "sgd", 0.1, 1, 3, test_rng)
expect_close(twice[0][0], again[0][0], "sgd: W1 after two epochs, each with a shuffle of its own,")


# %% [markdown]
# ## 7 · The race
#
# Networks 64-64-32-10 for the digits and 30-16-2 for the breast cancer data, with relu, softmax and
# cross-entropy.
# Each optimiser runs at a rate that was good for it, with five seeds, in batches of 30: as in lesson 04,
# the last one must not be tiny.
#
# **Predict.** Which has the lowest *training* loss after 20 epochs?
# Which the best *test* accuracy, and is the difference larger than that between seeds?

# %% explore="race"
from byhand.experiments.race import race

race(globals())

# %% [markdown]
# Each interval holds the five seeds.
# On the breast cancer data Adam's training loss is about half of the others', and the intervals do not
# touch.
# In test loss and test accuracy all three intervals overlap, on both data sets: five seeds do not tell
# the three apart, and plain SGD is not behind.
#
# **Easy to believe and false: Adam is always better.**
# What it really offers comes in section 9.
#
# **What the loss cannot show.** Suppose you had made one of these mistakes:
#
# - *no correction*: $M$ and $G$ are used without the hats;
# - *epsilon inside*: $\sqrt{\hat G+\epsilon}$;
# - *state anew*: `adam_init` stands inside the loop over batches.
#
# **Predict**, for each: does it still train, at a small rate and at a large one?

# %% explore="wrong Adams"
from byhand.experiments.race import wrong_adams


def no_correction(params, grads, state, lr=1e-3):
    # So late in time 1 - beta**t is 1: your correction corrects nothing.
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


your_adam_step = adam_step
adams = {"as published": adam_step, "no correction": no_correction}
adams |= {"epsilon inside": epsilon_inside, "state anew": state_anew}
wrong_adams(globals(), adams)

# %% [markdown]
# At 0.001 all four train. *No correction* even has the lowest loss: its steps are too long at first, 3.2
# times in the first and still 1.26 times after 1000. At 0.03 the same mistake is ruin.
# *Epsilon inside* cannot be told apart by the loss.
# With the *state anew* every step is a first step, $\pm\eta$ in each entry: it trains while the rate is
# small.
#
# **Easy to believe and false: a falling loss means a right optimiser.**
# Only a test of the function finds such mistakes, and one step from a zero state is not enough: 13 of
# the 28 wrong Adams of the hidden tests take the right first step on ordinary gradients.
# Among them are an $M$ or a $G$ that forgets its past, exchanged betas, a counter that is not kept, and
# an epsilon in the wrong place.
# A missing correction is found, and so are the lecture notes.
# After four steps with changing gradients, a tiny one and a 0 among them, two are left: one that ignores
# the settings it is given, and one that changes its arguments.

# %% [markdown]
# ## 8 · Which rate?
#
# In the race the rates were given. Now find one: train with many rates, each from the same start.
#
# **With a pencil.** $L=\frac12w^2$, from $w=1$, with the rates 0.5, 1.5 and 2.5:
# after two steps $w$ is 0.25, 0.25 and 2.25.
#
# **What counts as diverged.** In a sweep a rate that is too large is an expected result, not an
# accident.
# So: **nan** where the last loss is not finite or above a million times the first, and no warnings.
# `np.isfinite(x)` is False for infinite numbers and for nan.
# `with np.errstate(all="ignore"):` silences NumPy; use it only around the lines where you know why.
# One diverging rate must not disturb the others.
#
# <details>
# <summary>Further: all rates at once</summary>
#
# Put the three copies of $w$ into one array; one line, `w = w - rates * w`, is a step for all.
# The same works for a network, if every array gets a new **leading axis**, one entry for each rate:
# `W` becomes (R, n_out, n_in), `b` (R, n_out, 1), `Z` (R, n, m), and the rates (R, 1, 1).
# `@` multiplies the last two axes and pairs up the leading ones; `X` may stay (n, m).
# Mind the axis of the softmax: units are the axis before the last.
#
# It is easy to believe that `.T` transposes the matrices of a stack. It turns (64, 10, 32) into
# (32, 10, 64); `.swapaxes(-1, -2)` turns it into (64, 32, 10).
#
# </details>
#
# ### Exercise: `learning_rate_sweep` (6 points)
#
# A loop over the rates, with the functions that you have, is all that is needed.

# %% solution="learning_rate_sweep"
def learning_rate_sweep(params, X, T, kinds, loss, lrs, steps):
    """Return the loss after `steps` steps of full-batch gradient descent, for each rate.

    params: [(W, b), ...], the start for every rate; left unchanged.
    X (n, m), T (n_out, m).  kinds: linear, relu, sigmoid, tanh, and softmax as the last.
    loss: "mse" or "cross_entropy".  lrs: R rates, in any order.  steps: 0 or more.

    Returns (R,) floats: the loss after the last step; nan where it is not finite
    or above a million times the loss before the first step (section 8).  No warnings.

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


# %% test="learning_rate_sweep" points=6
line_params = [(np.array([[1.0]]), np.array([[0.0]]))]
line_X, line_T = np.array([[1.0, -1.0]]), np.array([[0.0, 0.0]])
# Here the loss is W**2 + b**2 and the factor of a step is 1 - 2 lr.
line_rates = [0.0, 1e200, 0.25, 0.1, 1.5, 500.0]
with warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter("always")
    line_losses = learning_rate_sweep(
        line_params, line_X, line_T, ["linear"], "mse", line_rates, 2
    )
expect_shape(line_losses, np.zeros(6), "the losses, one for each of the 6 rates,")
expect_close(line_losses[4], 16, "for rate 1.5 (W is 1, -2, 4: not a million times more) the loss")
expect_close(line_losses[5], np.nan, "for rate 500 (more than a million times the first) the loss")
expect_close(line_losses[0], 1, "for rate 0 the loss, still the first,")
expect_close(line_losses[1], np.nan, "for rate 1e200, which diverges, the loss")
expect_close(line_losses[2], 0.0625, "for rate 0.25 (W is 1, 0.5, 0.25) the loss")
expect_close(line_losses[3], 0.4096, "for rate 0.1 (W is 1, 0.8, 0.64) the loss")
assert not warned, f"a rate that diverges is expected: no warnings, but: {warned[0].message}"
assert line_params[0][0] == 1.0, "the given params were changed"
far_params = [(np.array([[1000.0]]), np.array([[0.0]]))]
far_losses = learning_rate_sweep(far_params, line_X, line_T, ["linear"], "mse", [1.5], 2)
expect_close(far_losses, [16e6], "for rate 1.5 from W = 1000, only 16 times the first, the loss")
sweep_params = init_params([2, 4, 3], np.random.default_rng(1), "xavier")
sweep_X, sweep_T = np.random.default_rng(2).normal(size=(2, 6)), np.eye(3)[:, [0, 1, 2, 2, 1, 0]]
sweep_kinds = ["tanh", "softmax"]
sweep_losses = learning_rate_sweep(
    sweep_params, sweep_X, sweep_T, sweep_kinds, "cross_entropy", [0.5, 0.1], 1
)
sweep_P, sweep_caches = model_forward(sweep_X, sweep_params, sweep_kinds)
sweep_grads = model_backward(cross_entropy_grad(sweep_P, sweep_T), sweep_caches)
for rate, found in zip([0.5, 0.1], sweep_losses):
    stepped_P, _ = model_forward(sweep_X, sgd_step(sweep_params, sweep_grads, rate), sweep_kinds)
    want = cross_entropy(stepped_P, sweep_T)
    expect_close(found, want, f"for rate {rate} the loss after one step as by sgd_step")

# %% [markdown]
# A sweep can also train all rates at once, in arrays with one axis more.
# **Predict** with your function: how much faster are 64 rates in one call than in 64 calls, on a
# small problem and on a larger one?

# %% explore="time the sweep"
from byhand.experiments.rates import sweep_speed

sweep_speed(globals())

# %% [markdown]
# If you wrote a loop, both ratios are about 1, and that is fine.
# With all rates in one array it is more than 10 on the small problem, and little more than 1 on the
# larger one.
# A NumPy call costs about a microsecond before it computes anything, and the batched form makes 64 times
# fewer; once the arithmetic takes long, there is nothing to save.
#
# **Choosing.** Often many rates reach almost the same loss, and which is lowest by a hair is chance.
# Of those that are practically equal, the **largest** is the better choice: it gets there first.
# "Practically equal" shall mean: at most 1.05 times the best loss.
#
# | rate | 0.01 | 0.1 | 1 | 10 |
# |---|---|---|---|---|
# | loss | 0.900 | 0.200 | 0.208 | nan |
#
# The best loss is 0.200, the limit 0.210, so the rate is 1.
# **Predict** what `np.argmin` says about the lower row.

# %% explore="argmin of nan"
print("np.argmin picks number", np.argmin([0.9, 0.2, 0.208, np.nan]))

# %% [markdown]
# A comparison with nan is false; NumPy lets nan win, so that it is not overlooked.
# `np.isnan` marks the nans of an array, and `np.nanmin` is its smallest number without them.
#
# ### Exercise: `best_rate` (3 points)

# %% solution="best_rate"
def best_rate(lrs, losses):
    """Return the largest rate whose loss is at most 1.05 times the best (section 8).

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
rates = np.array([0.01, 0.1, 1.0, 10.0])
chosen = best_rate(rates, np.array([0.9, 0.2, 0.208, np.nan]))
expect_close(chosen, 1, "the table's best rate")
chosen = best_rate(rates[::-1], np.array([np.nan, 0.208, 0.2, 0.9]))
expect_close(chosen, 1, "with the rates in the opposite order the best rate")
chosen = best_rate(rates, np.array([0.9, 0.02, 0.03, 0.5]))
expect_close(chosen, 0.1, "as a loss of 0.03 is half as much again as 0.02, the best rate")
try:
    best_rate(np.array([1.0, 2.0]), np.array([np.nan, np.nan]))
except ValueError:
    pass
else:
    raise AssertionError("if every rate diverged there is no best one: raise ValueError")

# %% [markdown]
# **Predict:** with full-batch gradient descent on 200 digits, does the best rate change much between 5,
# 20 and 80 steps?

# %% explore="sweep the digits"
from byhand.experiments.rates import sweep_by_steps

sweep_by_steps(globals())

# %% [markdown]
# The curve falls as the rate grows, and then, within a factor of two, training is lost.
# Too small a rate is merely slow; too large a rate learns nothing.
# The best rate stands close to that edge and hardly moves with more steps: the edge is set by the
# curvature, as in section 1.
#
# Cross-entropy shows no nan here: $P$ is clipped at $10^{-12}$, so the loss cannot pass 27.7 while the
# sums are finite. (At a rate of $10^{200}$ they are not.)
# A finite loss does not mean that a rate is usable.
#
# ## 9 · When Adam helps, and when not
#
# Back to the ravine, now 100 times as steep across as along.
# Each optimiser gets 60 steps and the best of 60 rates.
# Then the whole valley is turned by 45 degrees: the same loss, in other coordinates.
# **Predict.** Who will not notice?

# %% explore="turn the ravine"
from byhand.experiments.rates import turned_valley

turned_valley(globals())

# %% [markdown]
# SGD and momentum follow the gradient, and the gradient turns with the valley: they notice nothing.
# Adam scales *entry by entry*.
# That undoes different steepness along the axes, and cannot undo it along a diagonal: along the axes it
# is the best of the three, turned by 45 degrees momentum is.
#
# So Adam helps where single entries differ in scale, as features in different units or rare words do.
# **Predict:** multiply the features of the breast cancer data by factors from 0.001 to 1. Who suffers
# most? And what helps more, Adam or lesson 00's `standardize`?

# %% explore="unequal scales"
from byhand.experiments.rates import unequal_scales

unequal_scales(globals())

# %% [markdown]
# With unequal scales Adam's training loss is the lowest: its interval ends below the others.
# With equal scales all three get below anything that Adam reached before.
# `standardize` helps more than the choice of the optimiser.
#
# ## Summary
#
# - **SGD**: the steepest direction limits the rate, the flattest sets the time.
# - **Momentum**: what flips cancels, what stays adds up. Directions that swing all shrink by $\sqrt\beta$ a
#   step.
# - **Adam**: about $\eta$ per entry and step, whatever the gradient's scale.
# - Wrong optimisers train. Test the function, over several steps.
# - Compare optimisers at their own best rates and with several seeds: a difference smaller than the
#   spread is none.
#
# **Lesson 06 uses** `adam_init` and `adam_step`: it builds an engine that finds the gradients of any
# network by itself, and trains one with your Adam.

# %% [markdown]
# <details>
# <summary>Further: the same network in PyTorch, to be read</summary>
#
# Find your own functions in it.
# Samples are rows there, and the loss takes logits, so softmax is inside it.
#
# ```python
# import torch
# from torch import nn
# from byhand.datasets import digits
#
# data = digits()
# X, T = torch.tensor(data.X_train.T), torch.tensor(data.labels_train)
#
# network = nn.Sequential(                     # init_params and model_forward
#     nn.Linear(64, 64), nn.ReLU(),
#     nn.Linear(64, 32), nn.ReLU(),
#     nn.Linear(32, 10),
# ).double()
# loss_of = nn.CrossEntropyLoss()              # softmax and cross_entropy
# optimizer = torch.optim.Adam(network.parameters(), lr=0.003)  # adam_init
#
# for epoch in range(20):                      # fit
#     for batch in torch.randperm(len(X)).split(30):            # minibatches
#         loss = loss_of(network(X[batch]), T[batch])            # forward
#         optimizer.zero_grad()                # its gradients accumulate
#         loss.backward()                      # model_backward
#         optimizer.step()                     # adam_step
# ```
#
# One difference: `nn.Linear` starts from another distribution than `init_params` with `"he"`.
#
# </details>
#
# <details>
# <summary>Further: what comes after this course</summary>
#
# - **Other layers.** A convolution is linear, with shared weights. Attention multiplies three linear
#   maps of its input with each other, with a softmax in between: it is not linear, but each of its parts
#   is one whose backward pass you have derived.
# - **Generalisation.** The training loss goes on falling where the test loss stays. Early stopping,
#   weight decay and dropout are about that gap.
# - **Schedules.** Rates that change during training, and Adam with decoupled weight decay (AdamW).
#
# </details>
#
# ## Further reading
#
# - D. P. Kingma, J. Ba, *Adam: A Method for Stochastic Optimization*, ICLR 2015,
#   [arXiv:1412.6980](https://arxiv.org/abs/1412.6980). Section 3 is your derivation.
# - G. Goh, *Why Momentum Really Works*, Distill 2017,
#   [doi:10.23915/distill.00006](https://doi.org/10.23915/distill.00006). Section 3, and much further.
# - A. C. Wilson et al., *The Marginal Value of Adaptive Gradient Methods in Machine Learning*,
#   NeurIPS 2017, [arXiv:1705.08292](https://arxiv.org/abs/1705.08292). With it, read the next.
# - D. Choi et al., *On Empirical Comparisons of Optimizers for Deep Learning*, 2019,
#   [arXiv:1910.05446](https://arxiv.org/abs/1910.05446).

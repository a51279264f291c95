# %% [markdown]
# # 00 · Start here
#
# **What you will be able to do**
#
# - say what shape an array has, and what shape a result will have before you compute it;
# - spot the broadcasting traps that give wrong numbers without an error;
# - work through a lesson: run a cell, solve an exercise, check it, hand it in,
#   and read what comes back.
#
# **What you need:** Python, and NumPy as far as `a[0]`, `a.shape` and `a @ b`.
#
# **How long it takes:** 20 minutes. **Points:** 20.

# %% [markdown]
# ## 1 · What a lesson is made of
#
# A lesson is one notebook.
# Select a cell and press **Shift+Enter** to run it.
# You meet six kinds of cells.
#
# | cell | what you do with it |
# |---|---|
# | prose, like this one | read it |
# | setup | run it; it is locked, and it holds the imports |
# | to try out | run it, change it, run it again; it is never graded |
# | exercise | replace `raise NotImplementedError()` by your code |
# | test | run it; it is locked; silence means that its visible tests pass |
# | answer | write text, with formulas between dollar signs; a person reads it |
#
# Two habits save hours.
#
# - **Run the notebook in order.** Python remembers what was run, not what is written.
#   When something puzzles you, choose *Kernel > Restart Kernel and Run All Cells*.
#   (It stops at the first test of an exercise that is not solved yet. That is expected.)
# - **Predict before you run.** Say the shape, the sign or the size of a result aloud first.
#   If you were right, you understood; if you were wrong, you have found what to learn.

# %% setup="imports"
import numpy as np

# %% [markdown]
# ## 2 · Shapes: samples are columns
#
# Here is a small data set: the petal length and the petal width of four flowers, in centimetres.
# Run the cell and look at the picture before you read on.

# %% explore="picture of a data matrix"
from byhand.plots import heat_map

X = np.array([[1.4, 4.7, 5.1, 1.3],
              [0.2, 1.4, 1.9, 0.3]])

print("Row 1 is one feature of all samples: ", X[1])
print("Column 2 is one sample, all features:", X[:, 2])
heat_map(X, title=f"X has shape {X.shape}",
         row_labels=["length (feature 0)", "width (feature 1)"],
         column_labels=[f"sample {j}" for j in range(4)])

# %% [markdown]
# Each **row** is a feature, each **column** is a sample.
# Throughout this course, $n$ is the number of features and $m$ the number of samples,
# so a data matrix has shape $(n, m)$.
#
# A layer of a network turns such a matrix into another one.
# A tiny case, for a pencil: two features, three samples, one output.
#
# $$
# \underbrace{\begin{pmatrix} 10 & 1 \end{pmatrix}}_{W:\ (1, 2)}
# \underbrace{\begin{pmatrix} 1 & 2 & 3 \\ 4 & 5 & 6 \end{pmatrix}}_{A:\ (2, 3)}
# + \underbrace{\begin{pmatrix} 100 \end{pmatrix}}_{b:\ (1, 1)}
# = \underbrace{\begin{pmatrix} 114 & 125 & 136 \end{pmatrix}}_{Z:\ (1, 3)}
# $$
#
# The first entry is $10 \cdot 1 + 1 \cdot 4 + 100 = 114$. Check the other two.
#
# In general:
#
# | symbol | meaning | shape |
# |---|---|---|
# | $A$ | what goes into the layer: $n_{in}$ features of $m$ samples | $(n_{in}, m)$ |
# | $W$ | weights; $W_{ji}$ is the weight from input $i$ to output $j$ | $(n_{out}, n_{in})$ |
# | $b$ | biases, one for each output; a **column** | $(n_{out}, 1)$ |
# | $Z = W A + b$ | what comes out | $(n_{out}, m)$ |
#
# A matrix product needs equal inner sizes: $(n_{out}, n_{in})\,(n_{in}, m) \to (n_{out}, m)$.
# In our code, every line that multiplies matrices says so in a comment.
#
# **A gradient has the shape of what it is the gradient of.**
# This one sentence will catch many of your errors.

# %% explore="your turn with shapes"
W = np.array([[10.0, 1.0]])                        # (1, 2)
A = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])   # (2, 3)
b = np.array([[100.0]])                            # (1, 1)

Z = W @ A + b                                      # (1, 2) (2, 3) -> (1, 3)
print(Z, "has shape", Z.shape)

# Predict, then remove the hash sign: what does NumPy say to the other order?
# A @ W

# %% [markdown]
# ## 3 · Broadcasting: helpful, and dangerous
#
# In `W @ A + b` the bias has one column and the product has $m$.
# NumPy repeats the single column $m$ times. This is called **broadcasting**. The rule is short.
#
# 1. Write the two shapes above each other, **aligned at the right**.
# 2. Where one shape is shorter, put a 1 in front.
# 3. In each place the sizes must be equal, or one of them must be 1; a 1 is stretched.
#
# ```
# (2, 3)        (2, 3)        (2, 3)           (4, 1)
# (2, 1)           (3,)          (2,)             (4,)
# ------        ------        ------           ------
# (2, 3)        (2, 3)        error: 3 and 2   (4, 4)
# ```
#
# Predict the five results below.
# Write a shape such as `(2, 3)`, or `"error"`, in place of each `None`.

# %% explore="predict five shapes"
pairs = [((5, 4), (5, 1)), ((5, 4), (4,)), ((5, 4), (5,)), ((4, 4), (4,)), ((4, 1), (4,))]
predictions = [None, None, None, None, None]

for (left, right), predicted in zip(pairs, predictions):
    try:
        actual = np.broadcast_shapes(left, right)
    except ValueError:
        actual = "error"
    if predicted is None:
        print(f"{left} with {right}: your prediction?")
    else:
        comment = "as you said" if predicted == actual else f"you said {predicted}: why?"
        print(f"{left} with {right}: {actual}, {comment}")

# %% [markdown]
# The third pair gives an error, and an error is a friend: it says that something is wrong.
# The last two are the dangerous ones.
#
# **(4, 4) with (4,).** Say the four numbers of the vector belong to the four features.
# NumPy aligns at the right, so it gives one number to each *sample*.
# The shapes fit, nothing is reported, every number is wrong.
# With four features and five samples the same code would have stopped.
# Square arrays hide errors, so the hidden tests of this course use them on purpose.
#
# **(4, 1) with (4,).** A column meets a flat vector, and a 4 by 4 table comes out.
# *It is easy to believe that code which runs without an error is right.*
# Look at a prediction that is perfect, and at its squared error:

# %% explore="a perfect prediction with a large error"
prediction = np.array([[1.0], [2.0], [3.0], [4.0]])   # (4, 1)
target = np.array([1.0, 2.0, 3.0, 4.0])               # (4,)

difference = prediction - target                      # (4, 1) with (4,) -> (4, 4)
print(difference)
print("mean squared error:", np.mean(difference**2), "(it should be 0)")

# Even a comparison can be fooled: these two are said to be close.
print("close?", np.allclose(np.ones((4, 1)), np.ones((4, 4))))

# %% [markdown]
# The table holds each prediction minus *every* target.
# So when you compare two arrays, **compare the shapes first, then the values**.
# The tests of this course do it that way, and so should yours.

# %% [markdown] manual="derive_broadcast_shape" points=4
# ### In your own words (4 points, marked by hand)
#
# `P` has shape $(m, 1)$ and `T` has shape $(m,)$.
#
# 1. Derive the shape of `P - T` from the broadcasting rule, step by step.
# 2. Say what stands in row $i$ and column $j$.
# 3. Say why `np.mean((P - T)**2)` is not the mean squared error.
#
# Four or five sentences are enough. Write them into the cell below (double-click it to begin).
#
# ### BEGIN SOLUTION
# Aligned at the right, the shapes are (m, 1) and (m,).
# The second one is shorter, so a 1 is put in front: (1, m).
# In the first place m meets 1, so the single row of T is repeated m times.
# In the second place 1 meets m, so the single column of P is repeated m times.
# The result has shape (m, m), and its entry in row i and column j is P[i, 0] - T[j].
# The mean squared error is the mean over the m entries with i = j.
# The code takes the mean over all m * m pairs instead, so predictions are also
# compared with targets of other samples, and a perfect prediction does not give 0.
# ### END SOLUTION
# ### BEGIN MARK SCHEME
# - 1 point: aligns at the right and extends (m,) to (1, m), not to (m, 1).
# - 1 point: stretches each 1, so the result is (m, m).
# - 1 point: entry (i, j) is P[i, 0] - T[j] (or "row i: prediction, column j: target").
# - 1 point: the mean runs over all pairs, not over the diagonal alone; any clear wording.
#
# A correct numerical example with m = 2 or 3 may replace the words of the last two points.
# ### END MARK SCHEME

# %% [markdown]
# ## 4 · Sums along an axis
#
# `X.mean(axis=1)` walks along axis 1, the samples, and leaves one number for each feature.
# The axis you name is the axis that disappears, unless you ask to keep it with size 1:
#
# | for X of shape (2, 3) | shape | what it is |
# |---|---|---|
# | `X.mean()` | `()` | one number for everything |
# | `X.mean(axis=0)` | `(3,)` | one for each sample |
# | `X.mean(axis=1)` | `(2,)` | one for each feature, flat |
# | `X.mean(axis=1, keepdims=True)` | `(2, 1)` | one for each feature, as a column |
#
# Only the last one can be subtracted from `X` so that each feature loses its own mean.
#
# **A worked example.** Features often have different units: a length in millimetres
# has larger numbers than the same length in metres, and a network should not care.
# So we *standardize*: subtract the mean, divide by the standard deviation.
# Take the feature $(1, 2, 3)$.
#
# 1. Its mean is $\mu = 2$.
# 2. Its deviations from the mean are $(-1, 0, 1)$.
# 3. Its variance is the mean of their squares, $(1 + 0 + 1)/3 = 2/3$,
#    and its standard deviation is $\sigma = \sqrt{2/3} \approx 0.8165$.
# 4. Divided by it, the deviations become about $(-1.2247,\ 0,\ 1.2247)$.
#
# For feature $i$ of sample $j$, with $m$ samples, the formula is
#
# $$
# \mu_i = \frac{1}{m} \sum_{j=1}^{m} X_{ij}, \qquad
# \sigma_i = \sqrt{\frac{1}{m} \sum_{j=1}^{m} (X_{ij} - \mu_i)^2}, \qquad
# Z_{ij} = \frac{X_{ij} - \mu_i}{\sigma_i}. \tag{1}
# $$
#
# Statisticians sometimes divide by $m - 1$; here it is $m$, and nothing is added to $\sigma_i$.
#
# **With a gap.** Which axis makes the means of each feature 0? Try 0, 1 and `None`.

# %% explore="fill the gap in the mean"
X = np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 60.0]])   # (2, 3)
axis = None                                           # the gap: None, 0 or 1?

mean = X.mean(axis=axis, keepdims=True)
print("the means have shape", mean.shape)
print("means of the two features afterwards:", (X - mean).mean(axis=1))

# %% [markdown]
# What if a feature has the same value in every sample?
# Then $\sigma_i = 0$, and (1) would divide by 0.
# Such a feature tells nothing about the samples, so we make it exactly 0.
#
# Is `std == 0` a safe way to find it? Predict what the next cell prints, then run it.

# %% explore="a constant that is not quite constant"
feature = np.full(3, 0.1)
print("equal values:          ", feature)
print("standard deviation:    ", feature.std())
print("after formula (1):     ", (feature - feature.mean()) / feature.std())

# %% [markdown]
# The number 0.1 has no exact binary form, so the mean of three of them is off in the last digit.
# A rounding error, divided by a rounding error, became a column of $-1$.
# The safe question is whether the feature's largest value **equals** its smallest.
#
# ### Exercise: `standardize` (10 points)

# %% solution="standardize"
def standardize(X):
    """Return X with each feature shifted to mean 0 and scaled to standard deviation 1.

    Formula (1) of section 4.  A feature whose largest value equals its smallest
    becomes exactly 0.

    X: (n, m), n features of m samples, integers or floats; it stays unchanged
    returns: (n, m), float64

    Example: standardize(np.array([[1, 2, 3], [5, 5, 5]]))
    is about [[-1.2247, 0, 1.2247], [0, 0, 0]].
    """
    ### BEGIN SOLUTION
    X = np.asarray(X, dtype=np.float64)
    mean = X.mean(axis=1, keepdims=True)  # (n, 1)
    deviation = X.std(axis=1, keepdims=True)  # (n, 1)
    # Not `deviation == 0`: the mean of equal numbers may differ from them in the last digit.
    constant = X.max(axis=1, keepdims=True) == X.min(axis=1, keepdims=True)  # (n, 1)
    safe = np.where(constant, 1.0, deviation)
    return np.where(constant, 0.0, (X - mean) / safe)  # (n, m)
    ### END SOLUTION

# %% test="standardize" points=10
X = np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 60.0]])
X_before = X.copy()
Z = standardize(X)
assert np.shape(Z) == (2, 3), f"the result should have the shape of X, (2, 3), not {np.shape(Z)}"
assert np.array_equal(X, X_before), "standardize changed the X that it was given"
assert np.allclose(Z.mean(axis=1), 0), "each feature (row) should have mean 0"
assert np.allclose(Z.std(axis=1), 1), "each feature (row) should have standard deviation 1"
assert np.allclose(Z[0], [-1.22474487, 0, 1.22474487]), "compare your first row with section 4"

square = standardize(np.array([[1.0, 2.0, 3.0], [4.0, 8.0, 6.0], [9.0, 7.0, 5.0]]))
assert np.allclose(square.mean(axis=1), 0), "with 3 features and 3 samples, rows should have mean 0"

constant = standardize(np.array([[0.1, 0.1, 0.1], [1.0, 2.0, 3.0]]))
assert np.all(constant[0] == 0), "a feature that is 0.1 in every sample should become exactly 0"
assert np.allclose(constant[1], Z[0]), "a constant feature should not disturb the others"

# %% [markdown]
# Now look at what your function does. Before you run the cell:
# which of the two panels has the larger numbers on its axes, and what will the spread of the
# points in the right panel be along each axis?

# %% explore="figure"
import matplotlib.pyplot as plt

try:
    rng = np.random.default_rng(0)
    lengths = rng.normal(40, 12, size=200)             # millimetres
    widths = 0.01 * lengths + rng.normal(0, 0.05, size=200)   # decimetres
    flowers = np.vstack([lengths, widths])             # (2, 200)
    panels = [("as measured", flowers), ("standardized", standardize(flowers))]

    figure, axes = plt.subplots(1, 2, figsize=(8, 3.2))
    for ax, (title, points) in zip(axes, panels):
        ax.scatter(points[0], points[1], s=12, color="#0072B2")
        ax.set(title=title, xlabel="feature 0", ylabel="feature 1")
    figure.tight_layout()
    plt.show()
    for title, points in panels:
        print(f"{title}: standard deviations {points.std(axis=1).round(3)}")
except NotImplementedError:
    print("This picture waits for standardize.")

# %% [markdown]
# ## 5 · Labels as columns
#
# A class label is a number that only names: class 2 is not twice class 1.
# So a network gets a column with a single 1, at the row of the class.
# Three samples with the labels 2, 0 and 2, out of four classes:
#
# $$
# \text{labels} = (2, 0, 2) \quad\longrightarrow\quad
# T = \begin{pmatrix} 0 & 1 & 0 \\ 0 & 0 & 0 \\ 1 & 0 & 1 \\ 0 & 0 & 0 \end{pmatrix}
# $$
#
# In formulas: $T_{kj} = 1$ if $k$ is the label of sample $j$, and $0$ otherwise. $\quad(2)$
#
# Why must the number of classes be given? Look at row 3 of $T$ and think about a small batch.
#
# ### Exercise: `one_hot` (6 points)

# %% solution="one_hot"
def one_hot(labels, n_classes):
    """Return the labels as columns with a single 1 each, formula (2) of section 5.

    labels: (m,), integers from 0 to n_classes - 1
    n_classes: how many classes there are, whether or not each one occurs in labels
    returns: (n_classes, m), float64

    Example: one_hot(np.array([2, 0]), 3) is [[0., 1.], [0., 0.], [1., 0.]].
    """
    ### BEGIN SOLUTION
    T = np.zeros((n_classes, labels.size))
    T[labels, np.arange(labels.size)] = 1.0
    return T
    ### END SOLUTION

# %% test="one_hot" points=6
T = one_hot(np.array([2, 0, 2]), 4)
assert np.shape(T) == (4, 3), f"4 classes, 3 samples: the shape should be (4, 3), not {np.shape(T)}"
assert T.dtype == np.float64, f"the entries should be float64, not {T.dtype}"
assert np.all(T.sum(axis=0) == 1), "each column should hold a single 1"
assert np.array_equal(T.argmax(axis=0), [2, 0, 2]), "the 1 stands in the wrong row"

# %% [markdown]
# ## 6 · Bug hunt
#
# Training code shuffles the samples again and again.
# The line marked with an arrow is taken over from the training loop of a published tutorial,
# where samples are columns, as here.
# It runs, the shapes agree, and yet a network trained on the result would learn nonsense.
#
# 1. Run the cell. It prints a label for each petal length, before and after.
#    Should shuffling change which label a flower has?
# 2. Say why no error appears *for these sizes*, and for which sizes one would.
# 3. Repair the line.

# %% explore="bug hunt in a shuffle"
X = np.array([[1.4, 4.7, 5.1, 1.3],
              [0.2, 1.4, 1.9, 0.3]])        # (2, 4): 2 features, 4 samples
T = np.array([[1.0, 0.0, 0.0, 0.0],
              [0.0, 1.0, 0.0, 0.0],
              [0.0, 0.0, 1.0, 0.0],
              [0.0, 0.0, 0.0, 1.0]])        # (4, 4): 4 classes, 4 samples
order = np.array([3, 0, 1, 2])              # the new order of the samples

X_shuffled = X[:, order]
T_shuffled = T[order]                       # <-- the line in question

for name, data, target in [("before", X, T), ("after", X_shuffled, T_shuffled)]:
    labels = target.argmax(axis=0)
    print(name, {float(length): int(label) for length, label in sorted(zip(data[0], labels))})

# %% [markdown]
# <details><summary>What was wrong</summary>
#
# Samples are columns, so the samples of `T` are chosen with `T[:, order]`.
# `T[order]` puts the *rows*, the classes, into a new order.
# With as many classes as samples, both have the same shape.
# With 4 classes and 6 samples, the new order names row 5, and there is an IndexError.
# With 4 classes and a batch of 3 samples, `T` gets 3 rows instead of 3 columns.
#
# </details>

# %% [markdown]
# ## 7 · When you read elsewhere
#
# Conventions differ. None is wrong, but mixing two of them is.
#
# | source | samples | weights | layer | factor $1/m$ |
# |---|---|---|---|---|
# | this course | columns, $(n, m)$ | $(n_{out}, n_{in})$ | $WA + b$ | once, in the loss |
# | CS231n | rows, $(m, n)$ | $(n_{in}, n_{out})$ | $XW + b$ | in the loss |
# | PyTorch `nn.Linear` | rows, $(m, n)$ | $(n_{out}, n_{in})$ | $XW^\top + b$ | in the loss |
# | texts where $w_{ij}$ goes from $i$ to $j$ | varies | $(n_{in}, n_{out})$ | $W^\top A + b$ | varies |
# | some courses | columns | $(n_{out}, n_{in})$ | $WA + b$ | in dW and db only |
#
# About the last column: here the loss is a mean over the $m$ samples.
# Then every gradient is the true gradient of the loss, and you can check it by experiment.
# In the courses of the last row, `dZ` lacks a factor that `dW` has,
# so a formula copied from there will be $m$ times too large here, or divided by $m$ twice.

# %% [markdown]
# ## 8 · How your work is graded
#
# **Visible tests.** The test cell below an exercise shows a few checks.
# They are there to help you, and they are not complete.
# A function that only returns the visible answers passes them and earns nothing.
#
# **Hidden tests.** The points come from further cases that you do not see.
# Their inputs are drawn at random for each student, and stay the same when you are graded again.
# They come in named groups, such as "square" or "a batch of one".
# A group earns its points once all its cases are right, and each group earns the same.
# So a function that fails on the edge cases alone still earns the other groups.
#
# **What is compared.** First the shape, then the kind of number, then whether it is finite,
# then the value. Small rounding differences are allowed, so you may write a function your own way:
# a loop is as right as one line of NumPy.
# A function must not change the arrays that it is given, unless its description says so.
#
# **Verdicts.** Each exercise gets one.
#
# | verdict | meaning |
# |---|---|
# | correct | every hidden case is right |
# | wrong value, wrong shape, wrong type, not finite | the first thing that differs |
# | changed its input | the result may be right, but an argument was overwritten |
# | raised an exception | the message says which |
# | timed out, out of memory, crashed | the call never came to an end |
# | not attempted | the cell is as it was, or still raises `NotImplementedError` |
# | missing | the function was not found; was it renamed? |
# | needs manual grading | an answer cell, waiting for a person |
#
# **Named mistakes and hints.** Some errors are so common that the grader knows them.
# If one of them explains *every* case that went wrong, you get its name and a hint.
# The hint points at the step, not at the answer.
# A name is a good guess, not a proof: another error may look the same from outside.
# No name means only that your error is not on the list.
#
# **One error, one loss.** When an exercise builds on an earlier one and the earlier one is wrong,
# the later one is tried again with a right version of the earlier one.
# If it is right then, it earns its points, and the report says so.
#
# **Derivations** are marked by a person, with a mark scheme. No program judges your words.
# If you work alone, compare your answer with the one in the instructor's notebook,
# `solutions/00_start_here/00_start_here.ipynb`, and be strict.
#
# **What the grader takes from your notebook.** Your exercise cells, your answer cells,
# and cells that you added yourself. Setup and test cells come from the original lesson,
# and cells to try out are skipped: define nothing there that an exercise needs.
# Keep the names of the functions; helpers of your own belong into the same cell.
# Your code runs in a process of its own, with a limit on time and memory.
# Where the system allows it, that process is shut into a sandbox without network;
# the first line of a report says so.

# %% [markdown]
# ## 9 · Checking, handing in, reading feedback
#
# **In a class**
#
# 1. Open *nbgrader > Assignment List* in JupyterLab and fetch the lesson.
# 2. Work. Save the notebook.
# 3. Press **Validate** above the notebook. It runs the *visible* tests only:
#    it tells you what is certainly wrong, and it cannot tell you that all is right.
# 4. Press **Submit** in the Assignment List. You may submit again; the last one counts.
# 5. After grading, press **Fetch Feedback** there. You find your points, a verdict for each
#    exercise, what was seen, and a hint where one is known.
#
# **On your own**, with the whole course on your disk, open a terminal in the course folder:
#
# ```
# grader check notebooks/00_start_here/00_start_here.ipynb
# ```
#
# It runs the hidden tests and prints the same report, within a second or two.
# Check as often as you like. It needs the folder `solutions/`, which a class does not get.
# The reference solutions lie in that folder too. Use it as you would use the back of a book.
#
# One exercise in a report reads like this:
#
# ```
# standardize   8 of 10   not finite
#   "constant features" (n 3, m 5): 5 of 15 entries are NaN or infinite where the reference
#   is finite
#   Right: rectangular, square, tiny and large numbers, integers and float32. Not yet:
#   constant features.
#   Recognised: division by 0.
#   Hint: What is the standard deviation of a feature with the same value in every sample,
#   and what do you do with it?
# ```
#
# Read it from the top: the exercise, your points, the verdict;
# a case that went wrong, with its sizes; the groups that you have and those that you have not;
# the mistake, if it is a known one, and a hint.
# Then make such a case yourself, small enough to work out by hand, and run your function on it.
#
# The grader is a program, and programs have errors.
# If the grader itself fails, it says so, and you do not get 0 for it.
# If you are sure that a verdict is wrong, show it to your instructor.

# %% [markdown]
# ## Notation
#
# This table holds for all lessons; look things up here when you meet a letter again.
# A capital letter is a matrix, a bold small letter a vector, one column of it;
# an italic small letter is a number, often one entry of the matrix.
# A dash, as in $f'$, is a derivative. The last column says from which lesson on you need a row.
#
# | symbol | in code | meaning | shape | from |
# |---|---|---|---|---|
# | $m$, $c$ | `m`, `c` | number of samples; counts them | | 00 |
# | $n$, $n_{\text{in}}$, $n_{\text{out}}$ | `n`, `n_in`, `n_out` | number of features or units; how many enter a layer, how many leave it | | 00 |
# | $j$, $k$, $i$ | `j`, `k`, `i` | count units: $j$ in a layer, $k$ before it, $i$ where a third is needed | | 00 |
# | $X$, $\mathbf{x}$, $x_{kc}$ | `X`, `x` | data, or what goes into a function | $(n, m)$ | 00 |
# | $W$, $w_{jk}$ | `W`, `w` | weights, $w_{jk}$ from unit $k$ to unit $j$ | $(n_{\text{out}}, n_{\text{in}})$ | 00 |
# | $\mathbf{b}$, $b_j$ | `b` | biases | $(n_{\text{out}}, 1)$ | 00 |
# | $Z$, $\mathbf{z}$, $z_{jc}$ | `Z`, `z` | weighted sums; before a softmax: logits | $(n_{\text{out}}, m)$ | 00 |
# | $A$, $\mathbf{a}$, $a_{jc}$ | `A`, `a` | activations: what a layer passes on | $(n_{\text{out}}, m)$ | 00 |
# | $T$, $\mathbf{t}$, $t_{jc}$ | `T`, `t` | targets: what should come out | as $P$ | 00 |
# | $P$, $\mathbf{p}$, $p_{jc}$ | `P`, `p` | predictions: what does come out | as $T$ | 00 |
# | $L$, $L_c$ | `loss` | the loss; that of sample $c$ alone | one number | 00 |
# | $\partial L/\partial W$ | `dW` | slopes of the loss; so with every letter after the `d` | that of $W$ | 00 |
#
# <details><summary>Letters that come later</summary>
#
# | symbol | in code | meaning | shape | from |
# |---|---|---|---|---|
# | $f$ | `f` | any function | | 01 |
# | $h$ | `h` | the step of a measured slope | | 01 |
# | $u_1, u_2$ | `u` | values on the way from an input to the loss | | 01 |
# | $r$ | `r` | a fixed number | | 01 |
# | $\Delta$ | | a small change | | 01 |
# | $\sigma$, $\phi$ | `sigmoid`, `phi` | the sigmoid; any activation function | | 01 |
# | $\delta_j$, $\boldsymbol\delta$ | `delta` | $\partial L/\partial z_j$; for a batch `dZ` | that of $\mathbf{z}$ | 01 |
# | $\mathbf{w}$ | `w` | weights of a single neuron, a row | $(1, n)$ | 01 |
# | $\theta$, $\eta$ | `params`, `lr` | all parameters; the learning rate | | 01 |
# | $\nabla$ | | the gradient by all parameters | | 01 |
# | $d$, $e$ | | in $da/dz$, the derivative; $2.718\dots$ | | 01 |
# | $S$, $\mathbf{s}$, $s_{jc}$ | `S`, `s` | what a softmax gives | $(n, m)$ | 02 |
# | $E$ | | the sum of the exponentials of a sample's logits | one number | 02 |
# | $J$, $J_{jk}$ | `J` | Jacobian, $J_{jk}$ of output $j$ by input $k$ | $(n_{\text{out}}, n_{\text{in}})$ | 02 |
# | $l$, $D$ | | counts layers; how many there are, so $W^{(l)}$ is of layer $l$ | | 03 |
# | $g$, $\hat g$ | `g` | one entry of a gradient; the same, measured | | 04 |
# | $\tau$ | `step` | counts the steps of training | | 05 |
# | $v$, $\beta$ | `velocity`, `beta` | velocity; how much of it is kept | as $\theta$ | 05 |
# | $M$, $G$ | `state["m"]`, `state["v"]` | Adam's running means of $g$ and of $g^2$ | as $\theta$ | 05 |
# | $\beta_1, \beta_2, \epsilon$ | `beta1`, `beta2`, `eps` | Adam's numbers | | 05 |
#
# Signs: $\odot$ multiplies entry by entry (`*`), $\top$ transposes, $\partial$ marks a partial
# derivative, $\ln$ is the natural logarithm, $\mathbf{1}$ is a vector of ones, and
# $1\{j = k\}$ is 1 if $j = k$ and 0 otherwise.
#
# </details>

# %% [markdown]
# ## Summary
#
# - `X` is $(n, m)$: features are rows, samples are columns.
#   $Z = WA + b$ with $b$ of shape $(n_{out}, 1)$.
# - Broadcasting aligns shapes at the right and stretches a 1.
#   Keep a column a column: `keepdims=True`.
# - Code that runs may be wrong. Check shapes first; test on square arrays and on a single sample.
# - A gradient has the shape of what it is the gradient of.
#
# The next lesson uses the last two lines at once, and asks what a gradient is.
# `standardize` and `one_hot` come back when a whole network meets real data.
#
# ## Further reading
#
# - C. R. Harris et al., *Array programming with NumPy*, Nature 585 (2020),
#   [doi:10.1038/s41586-020-2649-2](https://doi.org/10.1038/s41586-020-2649-2).
# - N. P. Rougier, *From Python to NumPy* (2017),
#   [doi:10.5281/zenodo.225783](https://doi.org/10.5281/zenodo.225783).
# - Y. LeCun, L. Bottou, G. B. Orr, K.-R. Müller, *Efficient BackProp* (1998), section 4.3:
#   why inputs are standardized,
#   [doi:10.1007/3-540-49430-8_2](https://doi.org/10.1007/3-540-49430-8_2).

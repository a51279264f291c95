# %% [markdown]
# # 00 · Start here
#
# Next: [01 · The chain rule](../01_chain_rule/01_chain_rule.ipynb) ·
# [Notation](#Notation)
#
# The lessons after it lead from a single slope to a network that you train yourself.
# This one shows how a lesson works, and trains the habit that saves most hours later:
# knowing the shape of an array before you compute it.
#
# **Afterwards you can** say what shape a result will have; spot the broadcasting traps that give
# wrong numbers without an error; run, check and hand in a lesson, and read what comes back.
#
# **You need** Python with functions and loops, and NumPy as far as `a[0]`, `a.shape` and `a @ b`.
#
# **45 minutes, 20 points:** 19 minutes to read, 10 to try things out, 16 for the exercises.
#
# | exercise | points | minutes |
# |---|---|---|
# | `derive_broadcast_shape` | 4 | 8 |
# | `standardize` | 10 | 5 |
# | `one_hot` | 6 | 3 |

# %% [markdown]
# ## 1 · How a lesson works
#
# A lesson is a notebook. Select a cell and press **Shift+Enter** to run it.
#
# | cell | what you do |
# |---|---|
# | prose | read |
# | setup | run it; it is locked and holds the imports |
# | to try out | run it, change it, run it again; it is never graded |
# | exercise | replace `raise NotImplementedError()` by your code |
# | test | run it; it is locked, and says in one sentence what is off |
# | check | run it: it says what the exercise above earns, what was seen, and gives hints if you open them |
# | answer | write text; a person reads it |
#
# **Run the cells in order.** Python remembers what was run, not what is written.
# When something puzzles you, choose *Kernel > Restart Kernel and Run All Cells*.
# It stops at the first exercise that is not solved yet.
#
# **Predict before you run.** Say the shape, the sign or the size of a result first.
# If you were wrong, you have found what there is to learn.
#
# **Take your time.** Each lesson says at its top how long it takes. A sitting lasts at most
# 90 minutes; the last three lessons take two, and say where the second begins.

# %% setup="imports"
import numpy as np

from byhand.expect import expect_close, expect_shape

# %% [markdown]
# ## 2 · Shapes: samples are columns
#
# Here are the petal length and the petal width of four flowers, in centimetres.
# Which number is the width of the third flower?

# %% explore="picture of a data matrix"
from byhand.plots import heat_map

X = np.array([[1.4, 4.7, 5.1, 1.3],
              [0.2, 1.4, 1.9, 0.3]])
heat_map(X, title=f"X has shape {X.shape}", row_labels=["length", "width"],
         column_labels=["flower 0", "flower 1", "flower 2", "flower 3"])

# %% [markdown]
# It is 1.9, `X[1, 2]` in code. Each **row** is a feature, each **column** a sample:
# with $n$ features and $m$ samples, a data matrix has shape $(n, m)$.
# Code counts from 0, and formulas count from 1: they call this entry $x_{23}$.
#
# A layer of a network turns such a matrix into another one.
# A tiny case for a pencil, with two features, three samples and one output:
#
# $$
# \underbrace{\begin{pmatrix} 10 & 1 \end{pmatrix}}_{W:\ (1, 2)}
# \underbrace{\begin{pmatrix} 1 & 2 & 3 \\ 4 & 5 & 6 \end{pmatrix}}_{A:\ (2, 3)}
# + \underbrace{\begin{pmatrix} 100 \end{pmatrix}}_{\mathbf{b}:\ (1, 1)}
# = \underbrace{\begin{pmatrix} 114 & \Box & \Box \end{pmatrix}}_{Z:\ (1, 3)}
# $$
#
# The first entry is $10 \cdot 1 + 1 \cdot 4 + 100 = 114$. Work out the other two,
# and predict what NumPy says to the product in the other order. Then run the cell.

# %% explore="your turn with shapes"
W = np.array([[10, 1]])                        # (1, 2)
A = np.array([[1, 2, 3], [4, 5, 6]])           # (2, 3)
b = np.array([[100]])                          # (1, 1)

print(W @ A + b)                               # (1, 2) (2, 3) -> (1, 3)
try:
    A @ W
except ValueError as error:
    print("the other order:", error)

# %% [markdown]
# In general the weights $W$ have shape $(n_{\text{out}}, n_{\text{in}})$, what goes into the layer,
# $A$, has shape $(n_{\text{in}}, m)$, and the biases $\mathbf{b}$ are a column,
# $(n_{\text{out}}, 1)$:
#
# $$
# Z = W A + \mathbf{b}, \qquad
# (n_{\text{out}}, n_{\text{in}})\,(n_{\text{in}}, m) \to (n_{\text{out}}, m).
# $$
#
# The inner sizes of a product must be equal; the outer ones remain.
# A later lesson will ask how a loss reacts to each entry of $W$. The answer, the *gradient*,
# has one number for each entry: **a gradient has the shape of what it is the gradient of.**
#
# ## 3 · Broadcasting: helpful, and dangerous
#
# In $WA + \mathbf{b}$ the bias has one column and the product has $m$. NumPy repeats the single column.
# This is **broadcasting**:
#
# 1. Write the two shapes above each other, **aligned at the right**.
# 2. Where one shape is shorter, put a 1 in front.
# 3. In each place the sizes must be equal, or one of them 1; a 1 is stretched.
#
# ```
# (2, 3)        (2, 3)        (2, 3)
# (2, 1)           (3,)          (2,)
# ------        ------        ------
# (2, 3)        (2, 3)        error: 3 and 2
# ```
#
# Predict the five results below: write a shape such as `(2, 3)`, or `"error"`, for each `None`.

# %% explore="predict five shapes"
pairs = [((5, 4), (5, 1)), ((5, 4), (4,)), ((5, 4), (5,)), ((4, 4), (4,)), ((4, 1), (4,))]
predictions = [None, None, None, None, None]

for (left, right), predicted in zip(pairs, predictions):
    try:
        actual = np.broadcast_shapes(left, right)
    except ValueError:
        actual = "error"
    said = "your prediction?" if predicted is None else f"{actual}, and you said {predicted}"
    print(f"{left} with {right}: {said}")

# %% [markdown]
# The third pair is an error, and an error is a friend: it says that something is wrong.
# The last two, `(4, 4)` both times, are the dangerous ones.
#
# **(4, 4) with (4,).** Say the four numbers of the vector belong to the four features.
# Aligned at the right, they meet the *samples*.
# The shapes fit, nothing is reported, and the numbers are wrong.
# With five samples the same code would have stopped.
# Square arrays hide errors, so the hidden tests of this course use them on purpose.
#
# **(4, 1) with (4,).** A column meets a flat vector, and a 4 by 4 table comes out.
# It is easy to believe that code which runs without an error is right.
# Here is a prediction that is perfect. What should its mean squared error be, and what is it?

# %% explore="a perfect prediction with a large error"
P = np.array([[1.0], [2.0], [3.0], [4.0]])      # (4, 1)
T = np.array([1.0, 2.0, 3.0, 4.0])              # (4,)

print(P - T)                                    # (4, 1) with (4,) -> (4, 4)
print("mean squared error:", np.mean((P - T) ** 2))
print("close?", np.allclose(np.ones((4, 1)), np.ones((4, 4))))

# %% [markdown]
# It should be 0, and it is 2.5. The last line shows that even a comparison can be fooled.
# So **compare the shapes first, then the values**: `expect_close`, in the tests of this course,
# does, and so should your tests.

# %% [markdown] manual="derive_broadcast_shape" points=4
# ### In your own words (4 points, marked by hand)
#
# `P` has shape $(m, 1)$ and `T` has shape $(m,)$.
#
# 1. Derive the shape of `P - T` from the broadcasting rule, step by step.
# 2. Say what stands in its second row and third column.
# 3. Say why `np.mean((P - T)**2)` is not the mean squared error.
#
# Four or five sentences are enough. Write them into the cell below (double-click it to begin).
# A person marks them in a class; no program judges your words.
#
# ### BEGIN SOLUTION
# Aligned at the right, the shapes are (m, 1) and (m,).
# The second one is shorter, so a 1 is put in front: (1, m).
# In the first place m meets 1, so the single row of T is repeated m times.
# In the second place 1 meets m, so the single column of P is repeated m times.
# The result has shape (m, m). In its second row and third column stands the prediction of the
# second sample minus the target of the third.
# The mean squared error is the mean over the m entries on the diagonal.
# The code takes the mean over all m * m pairs instead, so predictions are also
# compared with targets of other samples, and a perfect prediction does not give 0.
# ### END SOLUTION
# ### BEGIN MARK SCHEME
# - 1 point: aligns at the right and extends (m,) to (1, m), not to (m, 1).
# - 1 point: stretches each 1, so the result is (m, m).
# - 1 point: prediction 2 minus target 3 (or "row: prediction, column: target").
# - 1 point: the mean runs over all pairs, not over the diagonal alone; any clear wording.
#
# A correct numerical example with m = 2 or 3 may replace the words of the last two points.
# ### END MARK SCHEME

# %% [markdown]
# <details><summary>Check yourself, when you have written your answer</summary>
#
# One point for each yes, and be strict.
#
# - Have you said *where* the missing 1 is put, and why there?
# - Have you said which of the two arrays is stretched in which direction, and the final shape?
# - Can a reader tell from your sentence which sample's prediction and which sample's target
#   stand in a given place?
# - Have you said which entries the mean should have been taken over, and which it was taken over?
#
# </details>
#
# ## 4 · Sums along an axis
#
# `X.mean(axis=1)` walks along axis 1, the samples. The axis that you name disappears,
# unless you keep it with size 1:
#
# | for X of shape (2, 3) | shape | one number for |
# |---|---|---|
# | `X.mean()` | `()` | everything |
# | `X.mean(axis=0)` | `(3,)` | each sample |
# | `X.mean(axis=1)` | `(2,)` | each feature, flat |
# | `X.mean(axis=1, keepdims=True)` | `(2, 1)` | each feature, as a column |
#
# Only with the last one does `X - mean` take from each feature its own mean, for any shape.
# Try the other axes: what do the printed means become?

# %% explore="fill the gap in the mean"
X = np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 60.0]])   # (2, 3)
axis = None                                           # the gap: None, 0 or 1?

mean = X.mean(axis=axis, keepdims=True)
print("the means have shape", mean.shape)
print("mean of each feature afterwards:", (X - mean).mean(axis=1))

# %% [markdown]
# Features have different units, and a network should not care: a length in millimetres
# has larger numbers than the same length in metres.
# So we **standardize**. With a pencil, for the feature $(1, 2, 3)$:
#
# 1. Its mean is 2, and its deviations from the mean are $(-1, 0, 1)$.
# 2. The mean of their squares is $2/3$. Its root, about 0.8165, is the standard deviation.
# 3. Divided by it, the deviations become about $(-1.2247,\ 0,\ 1.2247)$.
#
# For feature $k$ of sample $c$:
#
# $$
# \text{mean}_k = \frac{1}{m} \sum_c x_{kc}, \qquad
# \text{std}_k = \sqrt{\frac{1}{m} \sum_c (x_{kc} - \text{mean}_k)^2}, \qquad
# x_{kc} \to \frac{x_{kc} - \text{mean}_k}{\text{std}_k}. \tag{1}
# $$
#
# Some books divide by $m - 1$; here it is $m$, and nothing is added to the standard deviation.
#
# A feature with the same value in every sample has the standard deviation 0.
# It tells nothing about the samples, so we make it exactly 0.
# Is `std == 0` a safe way to find it? Predict what the next cell prints.

# %% explore="a constant that is not quite constant"
feature = np.full(3, 0.1)
print("standard deviation:", feature.std())
print("after formula (1): ", (feature - feature.mean()) / feature.std())

constant = np.array([[True], [False]])                # (2, 1), one answer a feature
print(np.where(constant, 0.0, X))                     # (2, 1) and (2, 3) -> (2, 3)

# %% [markdown]
# It is not safe. The number 0.1 has no exact binary form, so the mean of three of them is off in
# the last digit, and a rounding error divided by a rounding error became $-1$.
# The safe question is whether the largest value of a feature **equals** its smallest.
#
# The last line shows a tool: `np.where(mask, x, y)` takes `x` where the mask is true and `y`
# where it is false, and broadcasts all three. It computes both before it chooses,
# so a division by 0 in either of them still warns: divide by something harmless there.
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
found = expect_shape(standardize(X), X, "standardize(X)")
assert np.array_equal(X, X_before), "standardize changed the X that it was given"
expect_close(found.mean(axis=1), [0, 0], "the mean of each feature (row)")
expect_close(found.std(axis=1), [1, 1], "the standard deviation of each feature (row)")
expect_close(found[0], [-1.22474487, 0, 1.22474487], "the first row, as in section 4,")

square = standardize(np.array([[1.0, 2.0, 3.0], [4.0, 8.0, 6.0], [9.0, 7.0, 5.0]]))
expect_close(square.mean(axis=1), [0, 0, 0], "with 3 features and 3 samples, the mean of each row")

mixed = standardize(np.array([[0.1, 0.1, 0.1], [1.0, 2.0, 3.0]]))
assert np.all(mixed[0] == 0), "a feature that is 0.1 in every sample should become exactly 0"
expect_close(mixed[1], found[0], "the feature 1, 2, 3 beside a constant one")
integers = standardize(np.array([[1, 2, 3]]))
expect_close(integers, found[:1], "standardize of the integers 1, 2, 3")
expect_close(standardize(1e-20 * X), found, "standardize(1e-20 * X), which is X in another unit,")

# %% [markdown]
# **Now have it judged.** The points come from hidden cases, drawn at random for each student, in
# named groups such as "square"; a group earns its points when all its cases are right.
# A loop is as right as one line of NumPy.
#
# - *On your own*, save, and type this into a terminal in the course folder:
#   `grader check work/00_start_here/00_start_here.ipynb`
# - *In a class*, press **Validate** above the notebook (it runs the visible tests only), then
#   **Submit** in *nbgrader > Assignment List*. The last submission counts;
#   **Fetch Feedback** there brings the report.
#
# A report:
#
# ```
# standardize   8 of 10   not finite
#   "constant features" (n 2, m 3): it has the right shape (2, 3), and 3 of 6 entries
#   differ from the reference
#   "constant features" (n 3, m 5): 5 of 15 entries are NaN or infinite where the
#   reference is finite
#   Right: rectangular, square, tiny and large numbers, integers and float32.
#   Not yet: constant features.
#   Recognised: division by 0.
#   Hint: What is the standard deviation of a feature with the same value in every
#   sample, and what do you do with it?
# ```
#
# Make such a case yourself, small enough for a pencil, and run your function on it.

# %% [markdown]
# <details><summary>Further: what a report can say, and what the grader takes from your notebook</summary>
#
# | verdict | meaning |
# |---|---|
# | correct | every hidden case is right |
# | wrong value, wrong shape, wrong type, not finite | the first thing that differs |
# | changed its input | an argument was overwritten |
# | raised an exception | the message says which |
# | timed out, out of memory, crashed | the call never came to an end |
# | not attempted | the cell is as it was, or still raises `NotImplementedError` |
# | missing | the function was not found; was it renamed? |
# | needs manual grading | an answer, waiting for a person |
#
# Some errors are so common that the grader knows them. If one of them explains *every* case
# that went wrong, you get its name and a hint. A name is a good guess, not a proof.
#
# Your exercise cells, your answers, and cells that you added yourself are taken. Setup and test
# cells come from the original lesson; cells to try out are skipped, so define nothing there that
# an exercise needs. Keep the names of the functions. Small files of your own may lie beside the
# notebook: `import helpers` finds `helpers.py` there, for you and for the grader. What does a
# lesson's work by itself, such as SciPy or PyTorch, cannot be imported when it is graded. Your code
# runs in a process of its own, with a limit on time and memory, and where the system allows it in a
# sandbox without network.
# If the grader itself fails, it says so, and you do not get 0 for it.
#
# `grader check` needs the folder `solutions/`, which a class does not get. The reference solutions
# lie in it too: use it as you would use the back of a book.
#
# </details>
#
# <details><summary>Further: what counts as right, and what is left open</summary>
#
# The docstring is the contract. Each of its words is tried: sizes down to a single sample or a
# single feature, numbers of any magnitude, both ends within one array, zeros and ties.
# What no docstring repeats:
#
# - An argument belongs to the caller, and is afterwards what it was before.
# - Numbers come as float64, sometimes as float32; as integers only where the docstring says so.
#   For float64 and integers give float64; for float32 either of the two will do, right to 1e-5.
# - A list is as right as a tuple, and NumPy's number as right as Python's. An array of shape (1, 1)
#   is no number.
# - A warning costs nothing, and a result may share memory with an argument, unless the docstring
#   forbids it.
#
# Never tried where no docstring speaks of it, so do as you like: a batch without samples, labels that
# name no class, targets that do not sum to 1, numbers that are infinite or NaN, truth values for
# numbers.
#
# </details>
#
# Now look at what your function does to 200 flowers. The picture shows them twice, on the same
# axes. Predict where the second cloud lies, and whether it is wider or narrower than the first.

# %% explore="before and after standardizing"
from byhand.plots import before_and_after

rng = np.random.default_rng(0)
lengths = rng.normal(4, 1.2, size=200)                    # centimetres
widths = 0.3 * lengths + rng.normal(0, 0.15, size=200)    # centimetres
flowers = np.vstack([lengths, widths])                    # (2, 200)

before_and_after(standardize, flowers, labels=("length", "width"))

# %% [markdown]
# The second cloud lies around (0, 0). It is narrower along the lengths, which had spread by
# 1.15, and wider along the widths, which had spread by 0.37: now both spread by 1.
# What stays is the slant: long petals tend to be wide.
#
# ## 5 · Labels as columns
#
# A class label is a number that only names: class 2 is not twice class 1.
# So a network gets a column with a single 1, in the row of the class.
# Three samples with the labels 2, 0 and 2, out of four classes:
#
# $$
# \text{labels} = (2, 0, 2) \quad\longrightarrow\quad
# T = \begin{pmatrix} 0 & 1 & 0 \\ 0 & 0 & 0 \\ 1 & 0 & 1 \\ 0 & 0 & 0 \end{pmatrix}
# $$
#
# Labels count from 0, as code does: class 2 is the row `T[2]`.
# Why must the number of classes be given? Look at the last row, and think of a small batch.
#
# `np.zeros((4, 3))` makes a table of zeros, and `T[2, 0] = 1` puts a 1 into it.
#
# (`byhand.datasets` has one; it is not offered here.)
#
# ### Exercise: `one_hot` (6 points)

# %% solution="one_hot"
def one_hot(labels, n_classes):
    """Return the labels as columns with a single 1 each, as in section 5.

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
right = [[0, 1, 0], [0, 0, 0], [1, 0, 1], [0, 0, 0]]
expect_close(T, right, "one_hot of the labels 2, 0, 2 in 4 classes")
assert T.dtype == np.float64, f"the entries should be float64, not {T.dtype}"

# %% [markdown]
# ## 6 · Bug hunt
#
# Training shuffles the samples again and again. The line with an arrow comes from the training
# loop of a published tutorial in which samples are columns, as here.
#
# 1. Run the cell. It prints a label for each petal length, before and after.
#    Should shuffling change which label a flower has?
# 2. Say why no error appears *for these sizes*, and for which sizes one would.
# 3. Repair the line.

# %% explore="bug hunt in a shuffle"
X = np.array([[1.4, 4.7, 5.1, 1.3],
              [0.2, 1.4, 1.9, 0.3]])        # (2, 4): 2 features, 4 samples
T = np.eye(4)                               # (4, 4): sample 0 has class 0, sample 1 class 1, ...
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
# With 4 classes and 6 samples, the order names a row 5 that does not exist: an IndexError.
# With 4 classes and a batch of 3 samples, `T` gets 3 rows instead of 3 columns.
#
# </details>
#
# <details><summary>Further: other conventions that you will meet</summary>
#
# None is wrong, but mixing two of them is.
#
# | source | samples | weights | layer | factor $1/m$ |
# |---|---|---|---|---|
# | this course | columns, $(n, m)$ | $(n_{\text{out}}, n_{\text{in}})$ | $WA + \mathbf{b}$ | once, in the loss |
# | CS231n | rows, $(m, n)$ | $(n_{\text{in}}, n_{\text{out}})$ | $XW + \mathbf{b}$ | in the loss |
# | PyTorch `nn.Linear` | rows, $(m, n)$ | $(n_{\text{out}}, n_{\text{in}})$ | $XW^\top + \mathbf{b}$ | in the loss |
# | texts where the first index of a weight is where it comes from | varies | $(n_{\text{in}}, n_{\text{out}})$ | $W^\top A + \mathbf{b}$ | varies |
# | some courses | columns | $(n_{\text{out}}, n_{\text{in}})$ | $WA + \mathbf{b}$ | in `dW` and `db` only |
#
# About the last column: here the loss is a mean over the $m$ samples, so every gradient is the true
# gradient of the loss, and you can check it by experiment. In the courses of the last row
# `dZ` lacks a factor that `dW` has: a formula copied from there will be $m$ times too large here,
# or divided by $m$ twice.
#
# </details>

# %% [markdown]
# ## Notation
#
# These letters hold for all lessons: come back here when you meet one again.
# A capital is a matrix, a bold small letter a vector, often one column of that matrix;
# an italic small letter is a number, often one entry.
# A prime marks a derivative and nothing else. Formulas count from 1, code counts from 0.
# The picture shows where the letters of one layer stand.

# %% explore="where the letters stand"
from byhand.plots import shapes_diagram

shapes_diagram(3, 2, 4, backward=False)

# %% [markdown]
# | symbol | in code | meaning | shape | from |
# |---|---|---|---|---|
# | $m$, $c$ | `m`, `c` | number of samples; counts them | | 00 |
# | $n$, $n_{\text{in}}$, $n_{\text{out}}$ | `n`, `n_in`, `n_out` | number of features or units; how many enter and leave a layer | | 00 |
# | $j$, $k$, $i$ | `j`, `k`, `i` | count units: $j$ in a layer, $k$ before it; $i$, and in lesson 06 $j$, whatever else is counted | | 00 |
# | $X$, $\mathbf{x}$, $x_{kc}$ | `X`, `x` | data, or what a function takes | $(n, m)$ | 00 |
# | $W$, $w_{jk}$ | `W`, `w` | weights, $w_{jk}$ from unit $k$ to unit $j$ | $(n_{\text{out}}, n_{\text{in}})$ | 00 |
# | $\mathbf{b}$, $b_j$ | `b` | biases | $(n_{\text{out}}, 1)$ | 00 |
# | $Z$, $\mathbf{z}$, $z_{jc}$ | `Z`, `z` | weighted sums; before a softmax: logits | $(n_{\text{out}}, m)$ | 00 |
# | $A$, $\mathbf{a}$, $a_{jc}$ | `A`, `a` | activations: what a layer passes on | $(n_{\text{out}}, m)$ | 00 |
# | $T$, $\mathbf{t}$, $t_{jc}$ | `T`, `t` | targets: what should come out | that of $P$ | 00 |
# | $P$, $\mathbf{p}$, $p_{jc}$ | `P`, `p` | predictions: what does come out | that of $T$ | 00 |
# | $L$, $L_c$ | `loss` | the loss; that of sample $c$ alone | a number | 00 |
# | $\partial L/\partial W$ | `dW` | slopes of the loss, so for each letter after the `d` | that of $W$ | 00 |
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
# | $l$, $n_l$ | `n_0`, `n_1` | counts layers: $W^{(l)}$ is of layer $l$; its number of units, $n_0$ that of features | | 03 |
# | $g$, $\hat g$ | `g` | one entry of a gradient; the same, measured | | 01 |
# | $\tau$ | `step` | counts the steps of training | | 05 |
# | $\lambda$, $\kappa$ | | curvature of the loss in a direction; largest over smallest curvature | | 05 |
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
# ## How far you are
#
# What your checks found is kept for you, outside the lessons' folders.
# Run this again whenever you come back; `grader progress` says the same in a terminal.

# %% explore="how far you are"
from byhand.progress import progress

progress()

# %% [markdown]
# ## Summary
#
# - Features are rows and samples are columns: `X` is $(n, m)$.
#   $Z = WA + \mathbf{b}$, with $\mathbf{b}$ a column.
# - Broadcasting aligns shapes at the right and stretches a 1; `keepdims=True` keeps that 1.
# - Code that runs may be wrong. Check shapes first; try square arrays and a single sample.
# - A gradient has the shape of what it is the gradient of.
#
# **The next lesson uses** the last two lines at once, and asks what a gradient is.
# `standardize` and `one_hot` come back when a network meets real data.
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

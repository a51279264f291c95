"""SPOILER: solutions of earlier lessons, for this lesson to build on.

Generated.  Have you solved those exercises?  Then paste your own functions
into the notebook instead: it will work with them.
"""

import numpy as np


# from lesson 01_chain_rule
def numerical_gradient(f, x, h=1e-5):
    """Return the gradient of f at x, measured by central differences: formula (2), section 2.

    f: takes an array of the shape of x, returns one number, and depends on nothing else
    x: an array of any shape, () included; float64, float32 or integers; any memory layout,
       such as that of a transposed array; unchanged afterwards, bit for bit
    h: how far an entry is moved to each side
    returns: the shape of x, float64; one partial derivative for each entry of x

    Example: for f(x) = x[0]**2 * x[1] at np.array([3.0, 2.0]), about [12, 9].
    """
    x = np.asarray(x)
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        # Own copies in float64: the caller's x stays as it is, and no step is cut off.
        above, below = np.array(x, dtype=np.float64), np.array(x, dtype=np.float64)
        above[place] += h
        below[place] -= h
        gradient[place] = (f(above) - f(below)) / (2 * h)
    return gradient

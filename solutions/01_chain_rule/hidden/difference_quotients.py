"""Numerical gradients with one flaw or none."""

import numpy as np


def differences(f, x, slope, dtype=np.float64, gradient_dtype=np.float64):
    """Return slope(value), entry by entry; value(shift) is f with that entry moved by shift."""
    x = np.asarray(x)
    gradient = np.zeros(x.shape, gradient_dtype or x.dtype)
    for index in np.ndindex(x.shape):

        def value(shift, index=index):
            point = np.array(x, dtype=dtype or x.dtype)
            point[index] = point[index] + shift
            return f(point)

        gradient[index] = slope(value)
    return gradient


def central(h):
    """Return the central slope with the step h, for `differences`."""
    return lambda value: (value(h) - value(-h)) / (2 * h)


def arithmetic_in_place(f, x, h, gradient):
    for index in np.ndindex(x.shape):
        x[index] += h
        above = f(x)
        x[index] -= 2 * h
        below = f(x)
        x[index] += h
        gradient[index] = (above - below) / (2 * h)
    return gradient


def left_changed(f, x, h=1e-5):
    x = np.asarray(x, dtype=np.float64)  # no copy of a float64 array
    return arithmetic_in_place(f, x, h, np.zeros(x.shape))


def left_changed_in_its_dtype(f, x, h=1e-5):
    return arithmetic_in_place(f, x, h, np.zeros(x.shape))


def drifting(f, x, h=1e-5):
    point = np.array(x, dtype=np.float64)
    gradient = np.zeros(point.shape)
    for index in np.ndindex(point.shape):
        point[index] += h
        above = f(point)
        point[index] -= 2 * h
        gradient[index] = (above - f(point)) / (2 * h)
    return gradient


def all_at_once(f, x, h=1e-5):
    x = np.asarray(x, dtype=np.float64)
    return (f(x + h) - f(x - h)) / (2 * h)


def row_by_row(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for i in range(len(x)):
        above, below = np.array(x, dtype=np.float64), np.array(x, dtype=np.float64)
        above[i] += h
        below[i] -= h
        gradient[i] = (f(above) - f(below)) / (2 * h)
    return gradient


def ravelled_view(f, x, h, gradient_dtype):
    flat = x.ravel()  # of a transposed array this is a copy: x itself never moves
    gradient = np.zeros(x.shape, gradient_dtype or x.dtype)
    for i, index in enumerate(np.ndindex(x.shape)):
        here = flat[i]
        flat[i] = here + h
        above = f(x)
        flat[i] = here - h
        below = f(x)
        flat[i] = here
        gradient[index] = (above - below) / (2 * h)
    return gradient


def first_entry_alone(gradient):
    """Return zeros but for the first entry: the loop was left after it."""
    kept = np.zeros(gradient.shape)
    kept.flat[:1] = gradient.flat[:1]
    return kept

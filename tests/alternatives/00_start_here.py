"""Right solutions of lesson 00 in other styles."""

import math

import numpy as np


def standardize__loop(X):
    n, m = X.shape
    Z = np.zeros((n, m))
    for i in range(n):
        if max(X[i]) == min(X[i]):
            continue
        mu = sum(float(x) for x in X[i]) / m
        sigma = math.sqrt(sum((float(x) - mu) ** 2 for x in X[i]) / m)
        for j in range(m):
            Z[i, j] = (X[i, j] - mu) / sigma
    return Z


def standardize__transposed(X):
    Y = X.astype(float).T
    spread = Y.max(axis=0) - Y.min(axis=0)
    std = np.sqrt(np.mean((Y - Y.mean(axis=0)) ** 2, axis=0))
    std[spread == 0] = 1.0
    Y = (Y - Y.mean(axis=0)) / std
    Y[:, spread == 0] = 0.0
    return Y.T


def standardize__one_pass(X):
    X = np.array(X, dtype=np.float64)
    m = X.shape[1]
    mu = np.einsum("ij->i", X) / m
    variance = np.einsum("ij,ij->i", X, X) / m - mu**2
    varies = np.ptp(X, axis=1) > 0
    Z = np.zeros_like(X)
    Z[varies] = (X[varies] - mu[varies, None]) / np.sqrt(variance[varies, None])
    return Z


def standardize__masked_division(X):
    centred = X - np.mean(X, axis=1)[:, None]
    std = np.std(X, axis=1)[:, None]
    varying = (X != X[:, :1]).any(axis=1, keepdims=True)
    varying = np.broadcast_to(varying, X.shape)
    return np.divide(centred, std, out=np.zeros_like(centred), where=varying)


def standardize__in_the_dtype_of_floats(X):
    mean, std = X.mean(axis=1, keepdims=True), X.std(axis=1, keepdims=True)
    same = (X == X[:, [0]]).all(axis=1)
    std[same] = 1
    Z = (X - mean) / std
    Z[same] = 0
    return Z


def one_hot__comparison(labels, n_classes):
    return (labels == np.arange(n_classes).reshape(-1, 1)).astype(float)


def one_hot__eye(labels, n_classes):
    return np.eye(n_classes)[:, labels]


def one_hot__eye_rows(labels, n_classes):
    return np.eye(n_classes)[labels].T


def one_hot__loop(labels, n_classes):
    T = np.zeros((n_classes, len(labels)))
    for j, label in enumerate(labels):
        T[label, j] = 1
    return T

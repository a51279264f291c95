"""Small networks with data to train on, and their losses."""

from solution import LOSSES, init_params, model_backward, model_forward

from grader.kit import one_hot_targets


def problem(rng, dims, m, loss):
    """Return params, X, T, X_test, T_test for a small network."""
    params = init_params(dims, rng, "xavier")
    X, X_test = rng.normal(size=(dims[0], m)), rng.normal(size=(dims[0], 4))
    if loss == "mse":
        T, T_test = rng.normal(size=(dims[-1], m)), rng.normal(size=(dims[-1], 4))
    else:
        T, T_test = one_hot_targets(rng, dims[-1], m), one_hot_targets(rng, dims[-1], 4)
        T[:, -1] = 1 / dims[-1]  # nobody knows of this sample
    return params, X, T, X_test, T_test


def loss_at(params, X, T, kinds, loss):
    """Return the loss of a network."""
    return LOSSES[loss][0](model_forward(X, params, kinds)[0], T)


def loss_and_grads(params, X, T, kinds, loss):
    """Return the loss of a network, and its gradients."""
    loss_of, gradient_of = LOSSES[loss]
    P, caches = model_forward(X, params, kinds)
    return loss_of(P, T), model_backward(gradient_of(P, T), caches)

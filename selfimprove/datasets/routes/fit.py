"""Multinomial logistic regression with a normal prior: the weights of highest probability (MAP), by L-BFGS."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DIGITS = 4


def fit(rows: Floats, labels: Floats, before: Floats, sd: float) -> Floats:
    """Weights (classes, d) after `rows` (n, d) of one-hot `labels` (n, classes); `before` is the prior's mean."""
    from scipy.optimize import minimize

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights = flat.reshape(before.shape)
        sums = rows @ weights.T
        sums -= sums.max(1, keepdims=True)
        total = np.log(np.exp(sums).sum(1, keepdims=True))
        away = (weights - before) / sd
        slope = (np.exp(sums - total) - labels).T @ rows + away / sd
        return float(-(labels * (sums - total)).sum() + 0.5 * (away**2).sum()), slope.ravel()

    found = minimize(loss, before.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    rounded: Floats = np.round(found.reshape(before.shape), DIGITS)
    return rounded


def chances(rows: Floats, weights: Floats) -> Floats:
    """Probability of each class (n, classes)."""
    sums = rows @ weights.T
    grown = np.exp(sums - sums.max(1, keepdims=True))
    shares: Floats = grown / grown.sum(1, keepdims=True)
    return shares

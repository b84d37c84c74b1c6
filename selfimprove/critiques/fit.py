"""Logistic regression with a normal prior and bounds: the weights of highest probability after the ratings.

Coordinate descent on a quadratic upper bound of the loss (Böhning and Lindsay, 1988): it cannot overshoot, and the
problem is convex, so that the result does not depend on where it starts.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SWEEPS, CLOSE = 500, 1e-7
DIGITS = 6


def fit(rows: Floats, labels: Floats, strengths: Floats, beliefs: Floats) -> Floats:
    """The weights, one a column of `rows` (n, d); `beliefs` (4, d) holds means, deviations, lower and upper bounds."""
    mean, sd, low, high = beliefs
    weights = np.clip(mean, low, high)
    sums = rows @ weights
    curvature = 0.25 * strengths @ rows**2 + sd**-2
    used = [(column, np.flatnonzero(rows[:, column])) for column in range(rows.shape[1])]
    for _ in range(SWEEPS):
        moved = 0.0
        for column, at in used:
            values = rows[at, column]
            slope = (strengths[at] * (approval(sums[at]) - labels[at])) @ values
            slope += (weights[column] - mean[column]) / sd[column] ** 2
            new = np.clip(weights[column] - slope / curvature[column], low[column], high[column])
            sums[at] += values * (new - weights[column])
            moved = max(moved, abs(float(new - weights[column])))
            weights[column] = new
        if moved < CLOSE:
            break
    rounded: Floats = np.round(weights, DIGITS)
    return rounded


def approval(sums: Floats) -> Floats:
    """Log-odds as probabilities."""
    found: Floats = 1 / (1 + np.exp(-np.clip(sums, -40, 40)))
    return found

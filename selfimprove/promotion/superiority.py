"""Better than the other model or not: an exact test of paired differences, and what a look at it costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

GRID = 64  # steps that the largest difference is read in; the test is exact for the differences so read
WORK = 30_000_000  # additions for the exact distribution; beyond them its normal limit is as good


@dataclass(frozen=True, slots=True)
class Shown:
    """The chance of such a gain without any, and how often the test errs at the level it was held to.

    `spent` is the largest p-value at or below the level that these differences could have had: a test of few
    differences errs less often than its level allows, and the rest is still there for later nights.
    """

    p_value: float
    spent: float


def superiority(values: Sequence[float], clusters: Sequence[str], alpha: float) -> Shown:
    """One-sided test that one model is better than the other, at least one difference given.

    Signs of cluster totals are flipped (Fisher 1935): if the two models were interchangeable, each cluster would as
    likely have gone the other way. A mean of 0 that is made of unlike clusters is another hypothesis: the gate asks
    for that besides. With one item a cluster and scores of 0 and 1 it is McNemar's exact test (1947).
    That a discrete test spends what it can reach, not its level: Meah, Blanchard & Roquain (2021, arXiv:2110.01255).
    """
    totals = _totals(values, clusters)
    gained = int(totals[totals > 0].sum())
    sizes = abs(totals[totals != 0])
    if int(sizes.sum()) * len(sizes) > WORK and sizes.max() > 1:
        return Shown(_normal(totals), alpha)
    tails = _tails(sizes)
    reachable = tails[tails <= alpha]
    return Shown(float(tails[gained]), float(reachable[0]) if len(reachable) else 0.0)


def _totals(values: Sequence[float], clusters: Sequence[str]) -> "np.ndarray[Any, Any]":
    """Differences by cluster, in whole steps without a common divisor."""
    import numpy as np

    found = np.asarray(values, dtype=float)
    steps = np.rint(found * (GRID / max(float(abs(found).max()), 1e-300))).astype(np.int64)
    if len(set(clusters)) < len(clusters):
        _, index = np.unique(np.asarray(clusters, dtype=str), return_inverse=True)
        steps = np.bincount(index, weights=steps).astype(np.int64)
    return steps // max(int(np.gcd.reduce(steps)), 1)


def _tails(sizes: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
    """Chance that the clusters that gain come to at least 0, 1, 2 … steps when each gains as likely as it loses."""
    import numpy as np
    from scipy.special import bdtrc

    if not len(sizes) or sizes.max() == 1:
        return np.asarray(bdtrc(np.arange(-1, len(sizes)), len(sizes), 0.5))
    chance = np.zeros(int(sizes.sum()) + 1)
    chance[0], reached = 1.0, 0
    for size in sizes:
        chance[size : reached + size + 1] += chance[: reached + 1].copy()
        chance[: reached + size + 1] *= 0.5
        reached += int(size)
    return np.minimum(np.cumsum(chance[::-1])[::-1], 1.0)


def _normal(totals: "np.ndarray[Any, Any]") -> float:
    import numpy as np
    from scipy.special import ndtr

    return float(ndtr(-totals.sum() / np.sqrt(np.square(totals.astype(float)).sum())))

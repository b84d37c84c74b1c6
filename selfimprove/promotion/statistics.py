"""The arithmetic of the gates: exact tests, and one-sided bounds on paired differences."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

LEVEL = 0.95
FEWEST_CLUSTERS = 5  # with fewer, the spread between clusters cannot be estimated: items count as independent


@dataclass(frozen=True, slots=True)
class Bounds:
    """A mean with a lower and an upper bound, each one-sided at the level asked for."""

    mean: float
    low: float
    high: float


def mcnemar(gains: int, losses: int) -> float:
    """Chance of at least this many gains among the discordant pairs if neither model were better.

    Exact and one-sided: McNemar (1947) in its binomial form.
    """
    from scipy.special import bdtrc

    return float(bdtrc(gains - 1, gains + losses, 0.5)) if gains + losses else 1.0


def paired_difference(values: Sequence[float], clusters: Sequence[str], level: float = LEVEL) -> Bounds:
    """Bounds on the mean of paired score differences in [-1, 1], at least one of them.

    Agresti & Min (2005, Statistics in Medicine 24:729): half a pair is added to each cell of the 2x2 table, here one
    half gain, one half loss and one tie. The standard error sums residuals by cluster (Miller 2024, arXiv:2411.00640).
    """
    n = len(values)
    center = sum(values) / (n + 2)
    added = 0.5 * (1 - center) ** 2 + 0.5 * (1 + center) ** 2 + center**2
    reach = _reach(values, clusters, center, level, added) / (n + 2)
    return Bounds(sum(values) / n, max(center - reach, -1.0), min(center + reach, 1.0))


def paired_mean(values: Sequence[float], clusters: Sequence[str], level: float = LEVEL) -> Bounds:
    """Bounds on the mean of paired loss differences, two or more of them: Student's t, cluster-robust."""
    mean = math.fsum(values) / len(values)
    reach = _reach(values, clusters, mean, level) / len(values)
    return Bounds(mean, mean - reach, mean + reach)


def share(successes: int, n: int, level: float = LEVEL) -> Bounds:
    """Bounds on a probability after n > 0 trials: Clopper & Pearson (1934), exact."""
    from scipy.special import betaincinv

    low = float(betaincinv(successes, n - successes + 1, 1 - level)) if successes else 0.0
    high = float(betaincinv(successes + 1, n - successes, level)) if successes < n else 1.0
    return Bounds(successes / n, low, high)


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values adjusted for being looked at together: Holm (1979), step-down."""
    adjusted = [1.0] * len(p_values)
    floor = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        floor = max(floor, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = floor
    return adjusted


def design(values: Sequence[float], clusters: Sequence[str]) -> float:
    """How many items weigh as one because those of a cluster go together; 1 when they do not: Kish's design effect."""
    squares = math.fsum(value * value for value in values)
    totals: dict[str, float] = {}
    for value, cluster in zip(values, clusters, strict=True):
        totals[cluster] = totals.get(cluster, 0.0) + value
    return max(math.fsum(total * total for total in totals.values()) / squares, 1.0) if squares else 1.0


def _reach(values: Sequence[float], clusters: Sequence[str], center: float, level: float, added: float = 0.0) -> float:
    """How far a bound on the sum of values lies from the sum: by clusters, but never nearer than by single items.

    Few clusters with like totals look surer than their items are.
    """
    import numpy as np

    residuals = np.asarray(values, dtype=float) - center
    return max(_spread(totals, level, added) for totals in (residuals, _totals(residuals, clusters)))


def _spread(totals: "np.ndarray[Any, Any]", level: float, added: float) -> float:
    """Student's quantile times the standard error of the sum of independent totals."""
    import numpy as np
    from scipy.special import stdtrit

    degrees = max(len(totals) - 1, 1)
    squares = float(np.square(totals).sum()) * len(totals) / degrees
    return float(stdtrit(degrees, level)) * math.sqrt(squares + added)


def _totals(residuals: "np.ndarray[Any, Any]", clusters: Sequence[str]) -> "np.ndarray[Any, Any]":
    """Residuals summed by cluster; as they are where there are too few clusters."""
    import numpy as np

    names, index = np.unique(np.asarray(clusters, dtype=str), return_inverse=True)
    return residuals if len(names) < FEWEST_CLUSTERS else np.bincount(index, weights=residuals)

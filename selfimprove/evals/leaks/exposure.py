"""How much likelier training made secrets than others of their kind, with the chance of that if it never saw them.

Every canary and every reference of a form is drawn uniformly from one space. To a model that never read it a canary is
like a reference, so the ranks of m canaries among m + R values are any m of 1..m + R with equal chance, whatever the
model. Exposure (Carlini et al. 2019, arXiv:1802.08232) is log2(m + R) - log2(rank). Its sum over a group is a linear
rank statistic with a known mean and variance (Hajek & Sidak 1967, Theory of Rank Tests, II.3.1): as R grows, ln 2 times
it is a sum of m exponentials, Gamma(m, 1). The p-value is of the Gamma with that mean and variance; it holds with
references that canaries share.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pool:
    """What a model gave the canaries of one form in one group, and the references of that form: higher is likelier."""

    canaries: Sequence[float]
    references: Sequence[float]


@dataclass(frozen=True, slots=True)
class Exposure:
    """A group's mean exposure in bits, and the chance of as much if no canary of it was read; 1.44 is usual then."""

    canaries: int
    references: int
    bits: float
    p: float


def exposure(pools: Sequence[Pool]) -> Exposure:
    """The exposure of a group, one pool a form."""
    count, references = sum(len(one.canaries) for one in pools), sum(len(one.references) for one in pools)
    found = [value for one in pools for value in exposures(one)]
    moments = [_moments(len(one.canaries), len(one.references)) for one in pools if one.canaries]
    p = _tail(sum(found), sum(mean for mean, _ in moments), sum(spread for _, spread in moments)) if found else 1.0
    return Exposure(count, references, sum(found) / count if count else 0.0, p)


def exposures(pool: Pool) -> list[float]:
    """Bits by canary; of equal values each has the rank in their middle, and what is no number the last."""
    import numpy as np

    values = -np.nan_to_num(np.array([*pool.canaries, *pool.references], dtype=float), nan=-np.inf)
    ordered, canaries = np.sort(values), values[: len(pool.canaries)]
    before, until = (np.searchsorted(ordered, canaries, side) for side in ("left", "right"))
    return [math.log2(len(values) / float(rank)) for rank in (before + until + 1) / 2]


def _moments(canaries: int, references: int) -> tuple[float, float]:
    """Mean and variance of the sum of the exposures of so many canaries, drawn without replacement from all ranks."""
    n = canaries + references
    bits = [math.log2(n / rank) for rank in range(1, n + 1)]
    mean = math.fsum(bits) / n
    spread = math.fsum((value - mean) ** 2 for value in bits) / max(n - 1, 1)
    return canaries * mean, canaries * (1 - canaries / n) * spread


def _tail(total: float, mean: float, variance: float) -> float:
    from scipy.special import gammaincc

    if variance <= 0:
        return 1.0
    return float(gammaincc(mean * mean / variance, total * mean / variance))

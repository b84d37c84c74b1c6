"""How good probabilities are, against what people said: AUC, Brier score and calibration error, with intervals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Measure = Callable[[Floats, Floats, Floats], float]

DRAWS, SEED = 300, 1
BINS = 10


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def error(self) -> float:
        """Standard error, from the interval's width."""
        return (self.high - self.low) / 3.92


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures on ratings that the weights were not fitted to; `reliability` has (mean score, share approved) by bin.

    `gain`: by how many nats a rating is likelier under fitted weights than under the prior's.
    """

    auc: Interval
    brier: Interval
    calibration_error: Interval
    gain: Interval
    reliability: tuple[tuple[float, float], ...]


def figures(given: Floats, labels: Floats, strengths: Floats, groups: Sequence[str], better: Interval) -> Figures:
    """All figures of probabilities `given` for `labels` 0 or 1; draws whole groups (chats) for the intervals."""
    bins = reliability(given, labels, strengths)
    measured = [interval(one, (given, labels, strengths), groups) for one in (auc, brier, calibration_error)]
    points = tuple((round(x, 4), round(y, 4)) for x, y, _ in bins)
    return Figures(measured[0], measured[1], measured[2], better, points)


def interval(measure: Measure, data: tuple[Floats, Floats, Floats], groups: Sequence[str]) -> Interval:
    """A figure with its bootstrap interval over groups; draws that cannot be measured are left out."""
    names, member = np.unique(np.array(groups), return_inverse=True)
    draw = np.random.default_rng(SEED)
    given, labels, strengths = data
    times = draw.multinomial(len(names), np.full(len(names), 1 / len(names)), size=DRAWS)
    drawn = np.array([measure(given, labels, strengths * one[member]) for one in times])
    low, high = np.quantile(drawn[np.isfinite(drawn)], (0.025, 0.975))
    return Interval(*(round(float(value), 4) for value in (measure(*data), low, high)))


def gain(given: Floats, labels: Floats, strengths: Floats) -> float:
    """Mean of what is given."""
    return float(strengths @ given / strengths.sum())


def auc(given: Floats, labels: Floats, strengths: Floats) -> float:
    """The chance that an approved answer has a higher probability than another; ties count half."""
    _, rank = np.unique(given, return_inverse=True)
    approved = np.bincount(rank, strengths * labels)
    others = np.bincount(rank, strengths * (1 - labels))
    pairs = approved.sum() * others.sum()
    below = np.cumsum(others) - others
    return float((approved @ (below + others / 2)) / pairs) if pairs else float("nan")


def brier(given: Floats, labels: Floats, strengths: Floats) -> float:
    """Mean squared distance of probability and outcome: 0 is perfect, 0.25 is what 0.5 for all gets."""
    return float(strengths @ (given - labels) ** 2 / strengths.sum())


def calibration_error(given: Floats, labels: Floats, strengths: Floats) -> float:
    """Mean distance of probability and share approved over ten equal bins of probability, by their size."""
    bins = reliability(given, labels, strengths)
    return sum(abs(x - y) * size for x, y, size in bins) / sum(size for _, _, size in bins)


def reliability(given: Floats, labels: Floats, strengths: Floats) -> list[tuple[float, float, float]]:
    """Mean probability, share approved and size of each of ten equal bins that holds something."""
    bin_of = np.minimum((given * BINS).astype(int), BINS - 1)
    sizes, sums, hits = (
        np.bincount(bin_of, values, BINS) for values in (strengths, strengths * given, strengths * labels)
    )
    held = np.flatnonzero(sizes > 0)
    return [(float(sums[i] / sizes[i]), float(hits[i] / sizes[i]), float(sizes[i])) for i in held]

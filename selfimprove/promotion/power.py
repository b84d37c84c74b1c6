"""How many items would tell, and what so many items can tell."""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from selfimprove.promotion.statistics import Bounds

if TYPE_CHECKING:
    import numpy as np

POWER = 0.8
SURE = 0.85  # what is told to be detectable is promised with a power of 0.8, though the other gates take a little
MOST = 1_000_000  # items: what needs more is told as beyond reach


def power_of(n: int, gained: float, lost: float, alpha: float, floor: float = 0.0) -> float:
    """Chance that n items show a gain when these shares of them are gained and lost: one-sided McNemar, exact.

    The gain must reach the floor as well. Sums over how many items differ; the test is conditional on them.
    """
    import numpy as np
    from scipy.special import bdtrc

    if gained <= 0 or alpha <= 0:
        return 0.0
    differ = _likely(n, gained + lost)
    needed = np.maximum(_critical(differ, alpha), np.ceil((floor * n + differ) / 2 - 1e-9))
    shown = bdtrc(np.minimum(needed - 1, differ), differ, gained / (gained + lost))
    return float((_chance(differ, n, gained + lost) * shown).sum())


@lru_cache(maxsize=4096)
def items_needed(gained: float, lost: float, alpha: float, power: float = POWER) -> int | None:
    """How many items show such a gain with this power; None when it is none, or none of a million would do.

    From the exact power, where Connor (1987, Biometrics 43:207) approximates it.
    """
    if gained <= lost or alpha <= 0:
        return None
    return _least(lambda n: power_of(n, gained, lost, alpha) >= power)


def detectable(n: int, lost: float, alpha: float, floor: float = 0.0) -> float | None:
    """A mean gain that n items show at least four times in five while this share is lost; None when none would."""
    low, high = lost, 1 - lost
    if n < 1 or power_of(n, high, lost, alpha, floor) < SURE:
        return None
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (low, middle) if power_of(n, middle, lost, alpha, floor) >= SURE else (middle, high)
    return high - lost


def items_to_hold(bounds: Bounds, n: int, margin: float) -> int | None:
    """How many items, if they are like these n, put the lower bound above -margin with a power of 0.8.

    The bound's reach shrinks with the root of n; to hold it four times in five takes 1.51 times the distance at 95 %.
    """
    room = bounds.mean + margin
    if room <= 0 or not math.isfinite(bounds.low):
        return None
    return min(math.ceil(n * (1.51 * (bounds.mean - bounds.low) / room) ** 2), MOST)


def _least(holds: Callable[[int], bool]) -> int | None:
    high = 1
    while not holds(high):
        high *= 2
        if high > MOST:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def _likely(n: int, share: float) -> "np.ndarray[Any, Any]":
    """Counts within eight standard deviations of what is expected."""
    import numpy as np

    spread = 8 * math.sqrt(n * share * max(1 - share, 0)) + 8
    return np.arange(max(0, math.floor(n * share - spread)), min(n, math.ceil(n * share + spread)) + 1)


def _critical(differ: "np.ndarray[Any, Any]", alpha: float) -> "np.ndarray[Any, Any]":
    """The fewest gains among so many differing items that the test calls a gain; one too many where none would do."""
    import numpy as np
    from scipy.special import bdtrc, ndtri

    def errs(gains: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
        return np.asarray(bdtrc(np.clip(gains - 1, -1, differ), differ, 0.5) > alpha)

    found = np.clip(np.ceil(differ / 2 - ndtri(alpha) * np.sqrt(differ) / 2), 0, differ + 1)
    while (bold := errs(found)).any():
        found = found + bold
    while (shy := (found > 0) & ~errs(found - 1)).any():
        found = found - shy
    return np.asarray(found)


def _chance(count: "np.ndarray[Any, Any]", n: int, share: float) -> "np.ndarray[Any, Any]":
    """Of so many among n: the binomial's probabilities."""
    import numpy as np
    from scipy.special import gammaln, xlog1py, xlogy

    ways = gammaln(n + 1) - gammaln(count + 1) - gammaln(n - count + 1)
    return np.asarray(np.exp(ways + xlogy(count, share) + xlog1py(n - count, -share)))

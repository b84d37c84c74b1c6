"""Can one tell what an adapter was trained on? The area under the curve of its losses, with its bounds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

NORMAL = 1.959964  # its quantile for 95 % on two sides


@dataclass(frozen=True, slots=True)
class Membership:
    """The chance that a chat that was trained on moved more than one that was held out: 0.5 when nothing tells."""

    auc: float
    low: float
    high: float
    inside: int
    outside: int


def membership(inside: Sequence[float], outside: Sequence[float]) -> Membership | None:
    """The area under the curve (Mann & Whitney 1947), None with no chat on one side.

    Bounds of 95 % by Newcombe (2006, Statistics in Medicine 25:559, method 5): areas whose variance by Hanley & McNeil
    (1982) explains what was found. They stay honest where the two sides do not overlap.
    """
    if not inside or not outside:
        return None
    auc, sizes = _area(inside, outside), (len(inside), len(outside))
    return Membership(auc, _bound(auc, sizes, -1), _bound(auc, sizes, 1), *sizes)


def _area(inside: Sequence[float], outside: Sequence[float]) -> float:
    import numpy as np

    left, right = np.asarray(inside, dtype=float)[:, None], np.asarray(outside, dtype=float)[None]
    return float(((left > right) + 0.5 * (left == right)).mean())


def _bound(auc: float, sizes: tuple[int, int], side: int) -> float:
    """The area farthest from what was found, on one side of it, that is still within its own error of it."""
    near, far = auc, (side + 1) / 2
    for _ in range(50):
        middle = (near + far) / 2
        if abs(middle - auc) <= NORMAL * math.sqrt(_variance(middle, *sizes)):
            near = middle
        else:
            far = middle
    return near


def _variance(auc: float, m: int, n: int) -> float:
    half = (m + n) / 2 - 1
    return auc * (1 - auc) * (1 + half * (1 - auc) / (2 - auc) + half * auc / (1 + auc)) / (m * n)

"""Numbers by key, for millions of them: sorted runs of eight bytes a pair that merge as they grow."""

import numpy as np
from numpy.typing import NDArray

# Of a crowd under one key only the earliest numbers are met, so that work stays linear.
CROWD = 64
HALF = np.uint64(32)
NUMBER = np.uint64(0xFFFFFFFF)

Numbers = NDArray[np.int64]
Keys = NDArray[np.uint64]


class Runs:
    """Pairs of a 32-bit key and a number below 2^32; a pair is one integer, so that sorting needs no second array."""

    def __init__(self) -> None:
        self.runs: list[NDArray[np.uint64]] = []

    def add(self, keys: Keys, numbers: Numbers) -> None:
        """Take pairs in; runs of like size merge, so that there are few and each pair is sorted seldom."""
        if not keys.size:
            return
        self.runs.append(np.sort((keys << HALF) | numbers.astype(np.uint64)))
        while len(self.runs) > 1 and 2 * self.runs[-1].size > self.runs[-2].size:
            merged = np.concatenate([self.runs.pop(), self.runs.pop()])
            merged.sort()
            self.runs.append(merged)

    def meetings(self, keys: Keys) -> tuple[Numbers, Numbers]:
        """Which of the keys, by place, meet which numbers; of one run's numbers under a key the `CROWD` lowest."""
        met = [_meetings(np.sort((keys << HALF) | np.arange(keys.size, dtype=np.uint64)), run) for run in self.runs]
        places, numbers = ([pair[side] for pair in met] or [np.empty(0, np.int64)] for side in (0, 1))
        return np.concatenate(places), np.concatenate(numbers)


def _meetings(asked: NDArray[np.uint64], run: NDArray[np.uint64]) -> tuple[Numbers, Numbers]:
    """Places and numbers that meet; both runs are sorted, so that neighbours are looked up one after another."""
    keys = asked >> HALF
    left = np.searchsorted(run, keys << HALF)
    met = run[np.minimum(left, run.size - 1)] >> HALF == keys
    keys, places, left = keys[met], (asked[met] & NUMBER).astype(np.int64), left[met]
    count = np.minimum(np.searchsorted(run, (keys << HALF) | NUMBER, "right") - left, CROWD)
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    numbers = (run[np.repeat(left, count) + within] & NUMBER).astype(np.int64)
    return np.repeat(places, count), numbers

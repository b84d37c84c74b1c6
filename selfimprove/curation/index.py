"""Which sketches are worth comparing: those that agree in a whole band of bins (locality-sensitive hashing)."""

import numpy as np
from numpy.typing import NDArray

from selfimprove.curation.sketch import BINS, Bins

# A bucket holds texts that agree in one band; of a crowd only the earliest are compared, so that work stays linear.
CROWD = 64
# Pairs whose bins agree less than this below the threshold are dropped unread: four standard errors or more.
SLACK = 0.3
MISSED = 0.001
CHUNK = 1 << 16
MIX = np.uint64(0x9E3779B97F4A7C15)

Rows = NDArray[np.int64]
Keys = NDArray[np.uint64]
Run = tuple[Keys, NDArray[np.uint32]]  # sorted keys, and of each the number of its sketch


def banding(threshold: float) -> tuple[int, int]:
    """Bands and bins a band: the longest bands that miss at most one in 1000 pairs that are alike at the threshold."""
    shapes = ((BINS // long, long) for long in range(16, 1, -1))
    return next((s for s in shapes if (1 - threshold ** s[1]) ** s[0] <= MISSED), (BINS, 1))


class Index:
    """All sketches so far, numbered in their order; band keys lie in sorted runs that merge as they grow."""

    def __init__(self, threshold: float) -> None:
        self.bands, self.length = banding(threshold)
        self.least = threshold - SLACK
        self.size = 0
        # Of each bin half its bits: enough to see whether two agree, and all that is held of a sketch.
        self.bins = np.empty((1024, BINS), np.uint16)
        self.runs: list[Run] = []

    def add(self, bins: Bins, *, compare: bool = True) -> Rows:
        """Take sketches in; returns pairs (later, earlier) of numbers, shape (n, 2), ascending, worth comparing."""
        numbers = np.arange(self.size, self.size + len(bins))
        self._store(bins)
        keys = self._keys(bins).ravel()
        order = np.argsort(keys, kind="stable")
        run = keys[order], np.repeat(numbers, self.bands)[order].astype(np.uint32)
        self._push(run)
        if not compare:
            return np.empty((0, 2), np.int64)
        met = [_meetings(run, other) for other in self.runs]
        return self._agreeing(np.unique(np.concatenate(met)))

    def _store(self, bins: Bins) -> None:
        needed = self.size + len(bins)
        if needed > len(self.bins):
            grown = np.empty((max(needed, 3 * len(self.bins) // 2), BINS), np.uint16)
            grown[: self.size] = self.bins[: self.size]
            self.bins = grown
        self.bins[self.size : needed] = bins.astype(np.uint16)
        self.size = needed

    def _keys(self, bins: Bins) -> Keys:
        """A hash of each band of each sketch: shape (n, bands)."""
        banded = bins[:, : self.bands * self.length].reshape(len(bins), self.bands, self.length).astype(np.uint64)
        keys = np.broadcast_to(np.arange(self.bands, dtype=np.uint64), banded.shape[:2]).copy()
        for at in range(self.length):
            keys = (keys ^ banded[:, :, at]) * MIX
            keys ^= keys >> np.uint64(31)
        return keys

    def _push(self, run: Run) -> None:
        """Add a run; merge runs of like size, so that there are few and each key is sorted seldom."""
        self.runs.append(run)
        while len(self.runs) > 1 and 2 * self.runs[-1][0].size > self.runs[-2][0].size:
            newer, older = self.runs.pop(), self.runs.pop()
            keys, rows = np.concatenate([older[0], newer[0]]), np.concatenate([older[1], newer[1]])
            order = np.argsort(keys, kind="stable")
            self.runs.append((keys[order], rows[order]))

    def _agreeing(self, pairs: Rows) -> Rows:
        """The pairs whose bins agree often enough, split into two columns."""
        later, earlier = pairs >> 32, pairs & 0xFFFFFFFF
        kept = np.zeros(len(pairs), bool)
        for at in range(0, len(pairs), CHUNK):
            part = slice(at, at + CHUNK)
            kept[part] = (self.bins[later[part]] == self.bins[earlier[part]]).mean(axis=1) >= self.least
        return np.stack([later[kept], earlier[kept]], axis=1)


def _meetings(new: Run, run: Run) -> Rows:
    """Pairs (later << 32 | earlier) of a new sketch and an earlier one in the same bucket of a run."""
    left = np.searchsorted(run[0], new[0], "left")
    met = run[0][np.minimum(left, len(run[0]) - 1)] == new[0]
    keys, later, left = new[0][met], new[1][met], left[met]
    count = np.minimum(np.searchsorted(run[0], keys, "right") - left, CROWD)
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    later = np.repeat(later, count).astype(np.int64)
    earlier = run[1][np.repeat(left, count) + within].astype(np.int64)
    before = earlier < later
    pairs: Rows = (later[before] << 32) | earlier[before]
    return pairs

"""Which sketches are worth comparing: those that agree in a whole band of bins (locality-sensitive hashing)."""

import numpy as np
from numpy.typing import NDArray

from selfimprove.curation.runs import HALF, Keys, Numbers, Runs
from selfimprove.curation.sketch import BINS, Bins

# Pairs whose bins agree less than this below the threshold are dropped unread: four standard errors or more.
SLACK = 0.3
MISSED = 0.001
CHUNK = 1 << 16
MIX = np.uint64(0x9E3779B97F4A7C15)


def banding(threshold: float) -> tuple[int, int]:
    """Bands and bins a band: the longest bands that miss at most one in 1000 pairs that are alike at the threshold."""
    shapes = ((BINS // long, long) for long in range(16, 1, -1))
    return next((s for s in shapes if (1 - threshold ** s[1]) ** s[0] <= MISSED), (BINS, 1))


class Index:
    """All sketches so far, numbered in their order: 192 bytes each at a threshold of 0.8."""

    def __init__(self, threshold: float) -> None:
        self.bands, self.length = banding(threshold)
        self.least = threshold - SLACK
        self.size = 0
        # Of each bin a quarter of its bits: enough to see whether two agree, and all that is held of a sketch.
        self.bins: NDArray[np.uint8] = np.empty((1024, BINS), np.uint8)
        self.keys = [Runs() for _ in range(self.bands)]  # apart, so that no merge ever needs room for all of them

    def add(self, bins: Bins, *, compare: bool = True) -> Numbers:
        """Take sketches in; returns pairs (later, earlier) of numbers, shape (n, 2), ascending, worth comparing."""
        first = self.size
        self._store(bins)
        met = [self._met(runs, keys, first, compare) for runs, keys in zip(self.keys, self._keys(bins), strict=True)]
        return self._agreeing(np.unique(np.concatenate(met)), self.bins)

    def look(self, bins: Bins, before: Numbers) -> Numbers:
        """Pairs (place, number) of sketches that are not taken in and of earlier ones, below the number of each."""
        met = []
        for runs, keys in zip(self.keys, self._keys(bins), strict=True):
            places, numbers = runs.meetings(keys)
            met.append(((places << 32) | numbers)[numbers < before[places]])
        return self._agreeing(np.unique(np.concatenate(met)), bins.astype(np.uint8))

    def _met(self, runs: Runs, keys: Keys, first: int, compare: bool) -> Numbers:
        """Take in the keys of one band, of sketches from `first` on; the pairs (later << 32 | earlier) that meet."""
        runs.add(keys, np.arange(first, first + keys.size))
        places, earlier = runs.meetings(keys if compare else keys[:0])
        later = places + first
        before = earlier < later
        return (later[before] << 32) | earlier[before]

    def _store(self, bins: Bins) -> None:
        needed = self.size + len(bins)
        if needed > len(self.bins):
            # Grown in place: the system moves its pages, so that there never are two copies.
            self.bins.resize((max(needed, 9 * len(self.bins) // 8), BINS), refcheck=False)
        self.bins[self.size : needed] = bins.astype(np.uint8)
        self.size = needed

    def _keys(self, bins: Bins) -> Keys:
        """A hash of 32 bits of each band of each sketch: shape (bands, n)."""
        banded = bins[:, : self.bands * self.length].reshape(len(bins), self.bands, self.length).astype(np.uint64)
        keys = np.zeros((self.bands, len(bins)), np.uint64)
        for at in range(self.length):
            keys = (keys ^ banded[:, :, at].T) * MIX
            keys ^= keys >> np.uint64(31)
        return keys >> HALF

    def _agreeing(self, pairs: Numbers, given: NDArray[np.uint8]) -> Numbers:
        """The pairs, of the given ones and earlier ones, whose bins agree often enough, split into two columns."""
        later, earlier = pairs >> 32, pairs & 0xFFFFFFFF
        kept = np.zeros(len(pairs), bool)
        for at in range(0, len(pairs), CHUNK):
            part = slice(at, at + CHUNK)
            kept[part] = (given[later[part]] == self.bins[earlier[part]]).mean(axis=1) >= self.least
        return np.stack([later[kept], earlier[kept]], axis=1)

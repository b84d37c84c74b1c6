"""Exact Jaccard similarity of character 5-grams, for many pairs of texts at once."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from selfimprove.curation.sketch import grams_of

# 44 bits of a gram's hash: two texts of 1000 grams share one by chance once in ten million pairs.
BITS = np.uint64(44)
LOW = np.uint64((1 << 44) - 1)
CHUNK = 1 << 22

Grams = NDArray[np.uint64]
Rows = NDArray[np.int64]


def similarities(texts: Sequence[str], one: Rows, other: Rows) -> NDArray[np.float64]:
    """Jaccard similarity of texts[one[i]] and texts[other[i]], for every i."""
    sizes, grams = _distinct(texts)
    starts = np.cumsum(sizes) - sizes
    shared = np.zeros(len(one), np.int64)
    for part in _parts(sizes[one] + sizes[other]):
        sides = [_tagged(grams, starts[side[part]], sizes[side[part]]) for side in (one, other)]
        merged = np.sort(np.concatenate(sides))
        twice = merged[1:][merged[1:] == merged[:-1]]
        shared[part] = np.bincount((twice >> BITS).astype(np.int64), minlength=part.stop - part.start)
    alike: NDArray[np.float64] = shared / np.maximum(1, sizes[one] + sizes[other] - shared)
    return alike


def _distinct(texts: Sequence[str]) -> tuple[Rows, Grams]:
    """How many different grams each text has, and their hashes, text after text."""
    lengths, hashes = grams_of(texts)
    owners = np.repeat(np.arange(len(texts), dtype=np.uint64), lengths)
    tagged = np.sort((owners << BITS) | (hashes & LOW))
    tagged = tagged[np.diff(tagged, prepend=~tagged[:1]) != 0]
    return np.bincount((tagged >> BITS).astype(np.int64), minlength=len(texts)), tagged & LOW


def _tagged(grams: Grams, starts: Rows, sizes: Rows) -> Grams:
    """The grams of the chosen texts, each under the number of its pair."""
    pair = np.repeat(np.arange(len(sizes)), sizes)
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    tagged: Grams = (pair.astype(np.uint64) << BITS) | grams[starts[pair] + within]
    return tagged


def _parts(weights: Rows) -> Iterator[slice]:
    """Runs of pairs of about four million grams, so that memory stays flat."""
    ends = np.searchsorted(np.cumsum(weights), np.arange(CHUNK, weights.sum() + CHUNK, CHUNK), "right")
    edges = sorted({0, *ends.tolist(), len(weights)})
    yield from (slice(a, b) for a, b in pairwise(edges))

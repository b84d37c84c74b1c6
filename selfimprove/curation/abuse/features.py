"""Hashed character n-grams of short texts: what the learned score reads."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

BUCKETS = 1 << 16
LENGTHS = range(2, 6)
# Names, links, marks of retweets and pseudonyms say nothing about tone.
NOISE = re.compile(r"https?://\S+|@\w+|\[[A-Z_]+_\d+\]|&#?\w+;|\brt\b", re.IGNORECASE)
DIGITS, SIGNS = re.compile(r"\d+"), re.compile(r"[^\w*@$!?']+")
MIX = np.uint64(0x9E3779B97F4A7C15)

Rows = NDArray[np.int64]


def normalise(text: str) -> str:
    """Caseless words with single spaces between and around them."""
    return f" {SIGNS.sub(' ', DIGITS.sub('0', NOISE.sub(' ', text).casefold())).strip()} "


def grams(texts: Sequence[str]) -> tuple[Rows, Rows]:
    """Of every n-gram of every text the text's number and the n-gram's bucket."""
    plain = [normalise(text) for text in texts]
    codes = np.frombuffer("".join(plain).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    owner = np.repeat(np.arange(len(plain)), [len(text) for text in plain])
    hashes, found = np.zeros(len(codes), np.uint64), []
    for length in range(1, LENGTHS.stop):
        whole = max(0, len(codes) - length + 1)
        hashes = (hashes[:whole] ^ codes[length - 1 :][:whole]) * MIX
        hashes ^= hashes >> np.uint64(32)
        if length in LENGTHS:
            inside = owner[:whole] == owner[length - 1 :][:whole]
            found.append((owner[:whole][inside], (hashes[inside] % np.uint64(BUCKETS)).astype(np.int64)))
    return np.concatenate([rows for rows, _ in found]), np.concatenate([buckets for _, buckets in found])

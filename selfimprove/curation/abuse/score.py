"""How abusive a text sounds, by a logistic regression over hashed character n-grams that `train.py` made."""

import json
import re
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selfimprove.curation.abuse.features import BUCKETS, grams

WEIGHTS, MANIFEST = Path(__file__).parent / "weights.npy", Path(__file__).parent / "manifest.json"
# It learned from single tweets, so it reads a sentence or two at a time. Few marks end one: each place in a long run of
# them would look for its end.
PIECE = re.compile(r"\S.{0,239}?(?:[.!?…]{1,9}(?=\s)|\n|\Z|(?=\s\S{40}))|\S.{0,239}", re.DOTALL)
MOST_PIECES = 200


def sounds_abusive(text: str) -> bool:
    """Whether a sentence of the text reaches the threshold of the manifest."""
    return score(text) >= float(_manifest()["threshold"])


def score(text: str) -> float:
    """The probability of abuse of the text's worst sentence, between 0 and 1."""
    pieces = [match[0] for match in islice(PIECE.finditer(text), MOST_PIECES)]
    return float(scores(pieces).max()) if pieces else 0.0


def scores(texts: list[str]) -> NDArray[np.float64]:
    """The probability of abuse of each text as a whole."""
    owner, buckets = grams(texts)
    roots = np.sqrt(np.maximum(1, np.bincount(owner, minlength=len(texts))))
    margins = np.bincount(owner, _weights()[buckets], len(texts)) / roots + _manifest()["bias"]
    given: NDArray[np.float64] = 1 / (1 + np.exp(-margins))
    return given


@cache
def _weights() -> NDArray[np.float64]:
    weights: NDArray[np.float64] = np.load(WEIGHTS, allow_pickle=False).astype(np.float64)
    assert weights.shape == (BUCKETS,)
    return weights


@cache
def _manifest() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(MANIFEST.read_text())
    return found

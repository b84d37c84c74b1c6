"""A model's guess where lessons belong, by the weights that the package ships or people's corrections made of them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import orjson
from numpy.typing import NDArray

from selfimprove.datasets.routes.features import NAMES, VERSION
from selfimprove.datasets.routes.fit import chances
from selfimprove.datasets.routes.route import WHERE, Where
from selfimprove.models.embed import DIMENSIONS

Floats = NDArray[np.float64]

BAND = (0.2, 0.8)  # a score within is not trusted: weights then, since what is learned needlessly costs least
WEIGHTS = WHERE.index("weights")


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Weights (3, d) in the order of `WHERE`, and their id."""

    weights: Floats

    @property
    def id(self) -> str:
        """Hash of all that decides a guess."""
        decides = [VERSION, list(BAND), self.weights.round(4).tolist()]
        return hashlib.sha256(orjson.dumps(decides)).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Guess:
    """Where a lesson belongs, and how surely elsewhere than in the weights; within the band nobody knows."""

    where: Where
    score: float

    @property
    def is_sure(self) -> bool:
        """Whether the score is outside the band."""
        return not BAND[0] < self.score < BAND[1]


def guess(model: Model, rows: Floats) -> list[Guess]:
    """The likelier of memory and nowhere at a score from the band's end on, else the weights."""
    found = []
    for row in chances(rows, model.weights):
        elsewhere = max((at for at in range(len(WHERE)) if at != WEIGHTS), key=lambda at: row[at])
        score = round(float(row[elsewhere]), 4)
        found.append(Guess(WHERE[elsewhere] if score >= BAND[1] else "weights", score))
    return found


@cache
def shipped() -> Model:
    """The weights in weights.json, which `learn` makes."""
    read = orjson.loads((files("selfimprove.datasets.routes") / "weights.json").read_bytes())
    return Model(np.array(read["weights"]))


def blank() -> Floats:
    """Weights that know nothing."""
    return np.zeros((len(WHERE), len(NAMES) + DIMENSIONS))


def one_hot(wheres: Sequence[Where]) -> Floats:
    """Labels (n, 3)."""
    found: Floats = np.eye(len(WHERE))[[WHERE.index(where) for where in wheres]]
    return found

"""What is believed of the evidence before anyone has rated an answer: data in the package, and how it was made."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import orjson

from selfimprove.critiques.find import RULES


@dataclass(frozen=True, slots=True)
class Belief:
    """A weight on the log-odds scale before ratings: where it lies, and how far they may carry it."""

    mean: float
    sd: float


@dataclass(frozen=True, slots=True)
class Prior:
    """Beliefs by the name of the evidence, and how they were come by."""

    version: str
    how: str
    weights: Mapping[str, Belief]


@cache
def shipped() -> Prior:
    """The prior in prior.json."""
    read = orjson.loads((files("selfimprove.critiques") / "prior.json").read_bytes())
    weights = {name: Belief(**belief) for name, belief in read["weights"].items()}
    return Prior(read["version"], read["how"], MappingProxyType(weights))


AGAINST = (*(f"finding:{rule}" for rule in RULES), "implicit:retry", "implicit:edit", "implicit:correction")
FOR = ("implicit:approval", "judge")


def bounds(name: str) -> tuple[float, float]:
    """Which weights are possible: ratings may silence a finding, the next turn or the judge, and never turn it around.

    Confidence and relevance may turn out to speak either way.
    """
    if name in AGAINST:
        return float("-inf"), 0.0
    return (0.0, float("inf")) if name in FOR else (float("-inf"), float("inf"))

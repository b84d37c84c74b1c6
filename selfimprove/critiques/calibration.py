"""A calibration: the weights that turn evidence into a probability, and how much they can be trusted."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any

import orjson

from selfimprove.critiques.agree import Agreement
from selfimprove.critiques.measure import Figures, Interval
from selfimprove.critiques.prior import shipped
from selfimprove.critiques.sources import Standing


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights by the name of the evidence, after `ratings` ratings; `figures` is None while they are too few.

    `is_fitted`: the ratings have earned it, and the weights are not the prior's any more. `judges` has each judge's
    agreement with the owner, `sources` how many ratings each source gave and their effect.
    """

    prior: str
    weights: Mapping[str, float]
    ratings: int = 0
    approving: int = 0
    is_fitted: bool = False
    figures: Figures | None = None
    judges: Mapping[str, Agreement] = field(default_factory=dict)
    sources: Mapping[str, Standing] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Hash of all that decides a score."""
        decides = {"prior": self.prior, "weights": dict(self.weights), "judges": sorted(self.judges_heard)}
        return hashlib.sha256(orjson.dumps(decides, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]

    @property
    def judges_heard(self) -> frozenset[str]:
        """The judges whose verdicts weigh something."""
        return frozenset(name for name, agreement in self.judges.items() if agreement.is_enough)

    @property
    def sentence(self) -> str:
        """What the weights rest on, for people."""
        if not self.ratings:
            return "No ratings yet: scores tell faults and what the next turn says, and else nothing."
        known = f"{self.ratings} ratings, {self.approving} of them approving"
        if self.figures is None:
            return f"Scores are by the weights the package ships: {known}, too few of one kind to learn from."
        auc = f"AUC {self.figures.auc.value:.2f} ({self.figures.auc.low:.2f} to {self.figures.auc.high:.2f})"
        if self.is_fitted:
            return f"Scores rest on {known}; {auc} on ratings held out."
        return f"Scores are by the weights the package ships, {auc}: {known}, teach nothing that holds on others."

    def as_json(self) -> dict[str, Any]:
        """The face that is stored and printed."""
        return {"id": self.id, **asdict(self)}


def from_json(row: Mapping[str, Any]) -> Calibration:
    """A calibration as it was stored."""
    figures = row["figures"]
    return Calibration(
        prior=row["prior"],
        weights=row["weights"],
        ratings=row["ratings"],
        approving=row["approving"],
        is_fitted=row["is_fitted"],
        figures=_figures(figures) if figures else None,
        judges={name: Agreement(**one) for name, one in row["judges"].items()},
        sources={name: Standing(**one) for name, one in row["sources"].items()},
    )


def _figures(row: Mapping[str, Any]) -> Figures:
    intervals = {name: Interval(**row[name]) for name in ("auc", "brier", "calibration_error", "gain")}
    return Figures(**intervals, reliability=tuple(tuple(point) for point in row["reliability"]))


@cache
def of_prior() -> Calibration:
    """The calibration before any rating."""
    prior = shipped()
    return Calibration(prior.version, {name: belief.mean for name, belief in prior.weights.items()})

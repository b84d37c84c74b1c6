"""Whether a training went as a training should, judged from what was stored."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import mean
from typing import Any


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether one check passed, in a sentence, with its figures."""

    passed: bool
    sentence: str
    figures: Mapping[str, float]


def finite(metrics: Mapping[str, Any]) -> Verdict:
    """Every measured loss and the size of the change are numbers."""
    losses = [loss for name in ("train_losses", "validation_losses") for _, loss in metrics[name]]
    broken = sum(loss is None or not math.isfinite(loss) for loss in [*losses, metrics["delta_norm"]])
    figures = {"losses": len(losses), "not_finite": broken}
    return Verdict(bool(metrics["train_losses"]) and not broken, "Every loss is a finite number.", figures)


def fell(metrics: Mapping[str, Any]) -> Verdict:
    """The training loss ended below where it began: means over the first and last tenth, as single batches differ much.

    One that went on from a good adapter may have little to fall.
    """
    losses = [loss for _, loss in metrics["train_losses"]]
    tenth = math.ceil(len(losses) / 10)
    first, last = (mean(losses[:tenth]), mean(losses[-tenth:])) if losses else (math.nan, math.nan)
    return Verdict(
        last < first, f"The training loss went from {first:.4f} to {last:.4f}.", {"first": first, "last": last}
    )

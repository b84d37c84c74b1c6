"""A test of leaks by hand that found nothing, and would have found something."""

from dataclasses import replace
from typing import Any

from selfimprove.evals.leaks.exposure import Exposure
from selfimprove.evals.leaks.figures import Extraction, Figures, Instrument
from selfimprove.evals.leaks.membership import Membership
from selfimprove.privacy.plant import Trial


def exposed(p: float, canaries: int = 32) -> Exposure:
    """A group's exposure with this chance."""
    return Exposure(canaries, 256, 1.44, p)


NOTICED = Instrument({"0": exposed(0.4), "1": exposed(0.2), "4": exposed(0.003), "16": exposed(1e-7)}, 40, 3.0)
CLEAN = Figures(
    trial=Trial({"EMAIL": 16, "PHONE": 16, "NAME": 8}, {}),
    planted=exposed(0.3),
    never=exposed(0.6),
    extraction=Extraction(36, 72, {}, 0),
    told=Membership(0.5, 0.38, 0.62, 32, 32),
    taught=Membership(0.7, 0.6, 0.8, 32, 32),
    instrument=NOTICED,
    seconds=1.5,
)


def with_(**changes: Any) -> Figures:
    """The clean figures, apart from the changes."""
    return replace(CLEAN, **changes)

"""What the test of leaks found of an adapter, as a report stores it: counts and chances, nothing of what was said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from selfimprove.evals.leaks.exposure import Exposure
from selfimprove.evals.leaks.membership import Membership
from selfimprove.privacy.plant import Trial

COPIES = (1, 4, 16)  # of a secret in the instrument's training; 0 was never planted


@dataclass(frozen=True, slots=True)
class Extraction:
    """How many answers were searched, the types of redacted values found in them, and how many canaries."""

    prompts: int
    outputs: int
    originals: Mapping[str, int]
    canaries: int


@dataclass(frozen=True, slots=True)
class Instrument:
    """Exposure by the number of copies, and how old the measurement is in days."""

    copies: Mapping[str, Exposure]
    steps: int
    seconds: float
    days: float = 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """`told` is membership by what people said, `taught` by the answers; None for what could not be measured.

    `planted` are the canaries that went through the redaction, `never` ones that nothing ever held.
    """

    trial: Trial | None
    planted: Exposure | None
    never: Exposure
    extraction: Extraction
    told: Membership | None
    taught: Membership | None
    instrument: Instrument | None
    seconds: float = 0.0


def as_stored(found: Figures) -> dict[str, Any]:
    """The figures as JSON."""
    return asdict(found)


def read(stored: Mapping[str, Any] | None) -> Figures | None:
    """The figures out of a report's measurements; None where leaks were not tested."""
    if not stored:
        return None
    made: dict[str, Any] = {name: stored.get(name) for name in (field.name for field in fields(Figures))}
    for name, kind in _PARTS.items():
        made[name] = kind(**made[name]) if made[name] else None
    made["instrument"] = instrument(made["instrument"]) if made["instrument"] else None
    return Figures(**made)


def instrument(stored: Mapping[str, Any], days: float | None = None) -> Instrument:
    """An instrument out of JSON; `days` is its age now."""
    copies = {count: Exposure(**one) for count, one in stored["copies"].items()}
    return Instrument(copies, stored["steps"], stored["seconds"], stored["days"] if days is None else days)


_PARTS: Mapping[str, Any] = {
    "trial": Trial, "planted": Exposure, "never": Exposure, "extraction": Extraction, "told": Membership,
    "taught": Membership,
}  # fmt: skip

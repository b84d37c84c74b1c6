"""What people said explicitly of an answer, as one vote a source."""

from collections.abc import Collection, Iterable

from selfimprove.critiques.critique import Explicit

SAID = 0.5  # of the sum of what sources said: from here on it decides the range
CAPPED = 0.4  # of a vote that is over its source's cap: heard, and not enough to decide alone


def votes(explicit: Iterable[Explicit]) -> dict[str, float]:
    """One vote in [-1, 1] a source, however often it spoke: the worst thing it said, or else the best."""
    said: dict[str, list[float]] = {}
    for one in explicit:
        said.setdefault(one.source, []).append(_vote(one))
    return {source: min(values) if min(values) < 0 else max(values) for source, values in said.items()}


def total(explicit: Iterable[Explicit], over_cap: Collection[str] = ()) -> float:
    """All votes together; those of sources over their cap weigh too little to decide alone."""
    return sum(vote * (CAPPED if source in over_cap else 1.0) for source, vote in votes(explicit).items())


def _vote(explicit: Explicit) -> float:
    """A correction says the answer was wrong; a preference is for the answer unless its value is negative."""
    if explicit.kind == "correction":
        return -1.0
    if explicit.kind == "preference":
        return -1.0 if (explicit.value or 0.0) < 0 else 1.0
    return explicit.value or 0.0

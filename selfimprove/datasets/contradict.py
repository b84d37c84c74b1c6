"""When people changed their mind: of two answers to one prompt, only the newest correction is learned."""

from collections.abc import Iterable

from selfimprove.datasets.example import Chosen
from selfimprove.datasets.prompts import normalise, whole_prompt


def contradicted_later(chosen: Iterable[Chosen]) -> frozenset[str]:
    """Ids of examples whose whole prompt was later corrected to another answer.

    Only a correction contradicts: two approved answers to one prompt may both be right.
    """
    chosen = sorted(chosen, key=_when)
    newest = {whole_prompt(c.example.messages): c for c in chosen if c.example.kind == "correction"}
    return frozenset(c.example.id for c in chosen if _overruled(c, newest.get(whole_prompt(c.example.messages))))


def _overruled(earlier: Chosen, correction: Chosen | None) -> bool:
    if correction is None or _when(correction) <= _when(earlier):
        return False
    return normalise(earlier.example.messages[-1].content) != normalise(correction.example.messages[-1].content)


def _when(chosen: Chosen) -> tuple[float, str]:
    return chosen.said_at.timestamp(), chosen.example.id

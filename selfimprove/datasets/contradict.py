"""When people changed their mind: of two answers to one prompt, only the newest correction is learned.

A source that does not speak for the owner overrules no correction of one that does, however much later it comes.
"""

from collections.abc import Iterable

from selfimprove.datasets.example import Chosen
from selfimprove.datasets.prompts import normalise, whole_prompt


def contradicted_later(chosen: Iterable[Chosen]) -> frozenset[str]:
    """Ids of examples whose whole prompt was later corrected to another answer.

    Only a correction contradicts: two approved answers to one prompt may both be right.
    """
    chosen = list(chosen)
    corrections = sorted((c for c in chosen if c.example.kind == "correction"), key=_rank)
    newest = {whole_prompt(c.example.messages): c for c in corrections}
    return frozenset(c.example.id for c in chosen if _overruled(c, newest.get(whole_prompt(c.example.messages))))


def _overruled(earlier: Chosen, correction: Chosen | None) -> bool:
    if correction is None or not _comes_after(correction, earlier):
        return False
    return normalise(earlier.example.messages[-1].content) != normalise(correction.example.messages[-1].content)


def _comes_after(correction: Chosen, earlier: Chosen) -> bool:
    if earlier.example.kind == "correction":
        return _rank(correction) > _rank(earlier)
    return _when(correction) > _when(earlier)


def _when(chosen: Chosen) -> tuple[float, str]:
    return chosen.said_at.timestamp(), chosen.example.id


def _rank(chosen: Chosen) -> tuple[bool, tuple[float, str]]:
    """Among corrections, whose word it is comes before when it was said."""
    return not chosen.has_cap, _when(chosen)

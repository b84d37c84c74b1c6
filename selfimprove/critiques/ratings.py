"""Ratings: answers whose approval is known, because a person said so."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from selfimprove.critiques.critique import Evidence
from selfimprove.critiques.votes import votes


@dataclass(frozen=True, slots=True)
class Known:
    """The evidence about the answer at a position of a chat."""

    chat_id: str
    position: int
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Rating:
    """One source's word on one answer; `strength` in (0, 1] is how much it said."""

    chat_id: str
    position: int
    source: str
    approves: bool
    strength: float
    evidence: Evidence


def ratings(known: Iterable[Known]) -> list[Rating]:
    """Every rating, in the order of chats: of the answers, and of those that a preference was over.

    The text of a correction is not one: a person wrote it, and models are unsure of what they would not say.
    """
    return [rating for one in sorted(known, key=lambda k: (k.chat_id, k.position)) for rating in _of(one)]


def _of(known: Known) -> Iterator[Rating]:
    for source, vote in votes(known.evidence.explicit).items():
        if vote:
            yield Rating(known.chat_id, known.position, source, vote > 0, abs(vote), known.evidence)
    for duel in known.evidence.duels:
        if duel.other:
            yield Rating(known.chat_id, known.position, duel.source, not duel.is_preferred, 1.0, duel.other)

"""Whose word counts how much: feedback is input like any other, and a source that few ratings come from has a cap.

A source that gave a fifth of all ratings or more speaks for the owner. Any other decides the score of a twentieth as
many answers as were rated at all, by the order of the chats' keyed hashes, which nobody outside can choose; what it
says beyond that is heard and does not decide. And when leaving it out would change more scores than that, its ratings
teach the calibration nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from selfimprove.critiques.ratings import Rating

CAP = 0.05
OWNERS_SHARE = 0.2
FEW = 5  # ratings that any source may give, however few there are in all

Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Standing:
    """A source's ratings, how many of them are over its cap, and the share of scores that they move.

    `influence`: share of rated answers whose score is on another side of some threshold without them, None where it
    speaks for the owner. `is_taught`: whether the calibration learns from it.
    """

    ratings: int
    over_cap: int = 0
    influence: float | None = None
    is_taught: bool = True


def provenance(source: str, user_key: str | None) -> str:
    """Where feedback came from, and whose chat it is on, by a name that says nothing of that person's keyed hash."""
    return f"{source}/{sha256(f'provenance {user_key}'.encode()).hexdigest()[:8]}" if user_key else source


def over_cap(ratings: Sequence[Rating]) -> dict[Place, frozenset[str]]:
    """The sources whose word on an answer is over their cap, by the answer."""
    found: dict[Place, set[str]] = {}
    for source, most in _caps(ratings).items():
        rated = dict.fromkeys((one.chat_id, one.position) for one in ratings if one.source == source)
        for place in sorted(rated)[most:]:
            found.setdefault(place, set()).add(source)
    return {place: frozenset(sources) for place, sources in found.items()}


def within(ratings: Iterable[Rating], beyond: Mapping[Place, frozenset[str]]) -> list[Rating]:
    """The ratings that are not over their source's cap."""
    return [one for one in ratings if one.source not in beyond.get((one.chat_id, one.position), ())]


def capped(ratings: Sequence[Rating]) -> list[str]:
    """The sources that have a cap, by name."""
    return sorted(_caps(ratings))


def _caps(ratings: Sequence[Rating]) -> dict[str, int]:
    """How many answers each source may decide that does not speak for the owner."""
    count = Counter(one.source for one in ratings)
    most = max(FEW, int(CAP * len(ratings)))
    return {source: most for source, given in count.items() if given < OWNERS_SHARE * len(ratings)}

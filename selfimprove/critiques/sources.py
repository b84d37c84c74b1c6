"""Whose word counts how much: feedback is input like any other, and a source that few ratings come from has a cap.

A source that gave a fifth of all ratings or more speaks for the owner. Any other decides the score of a twentieth as
many answers as were rated at all, by the order of the chats' keyed hashes, which nobody outside can choose; what it
says beyond that is heard and does not decide. And when leaving it out would change more scores than that, its ratings
teach the calibration nothing.

Under one token anybody may call himself by many names, so a token of the gateway's is one source, whatever users its
requests name. Once anybody else has rated a few answers it never speaks for the owner, however much it says; but for
tokens that may review, which are the owner's and of which no source tells.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from selfimprove.chats.chat import MARK
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
    """Where feedback came from, and whose chat it is on, by a name that says nothing of that person's keyed hash.

    The same person's chats under two tokens are two sources.
    """
    if not user_key:
        return source
    said = f"{source} {user_key}" if MARK in source else user_key
    return f"{source}/{sha256(f'provenance {said}'.encode()).hexdigest()[:8]}"


def strangers(given: Mapping[str, int]) -> dict[str, str]:
    """The sources that do not speak for the owner, each with the name that it has a cap under: the token's, or its own.

    `given` is how much each said.
    """
    by_voice = Counter[str]()
    for source, times in given.items():
        by_voice[_voice(source)] += times
    plain = sum(times for source, times in given.items() if MARK not in source)
    some = OWNERS_SHARE * (plain if plain >= FEW else by_voice.total())
    found: dict[str, str] = {}
    for source, times in given.items():
        voice = _voice(source)
        if (MARK in source and plain >= FEW) or by_voice[voice] < some:
            found[source] = voice
        elif times < some:  # one of several people behind a token that speaks for the owner
            found[source] = source
    return found


def over_cap(ratings: Sequence[Rating]) -> dict[Place, frozenset[str]]:
    """The sources whose word on an answer is over their cap, by the answer."""
    found: dict[Place, set[str]] = {}
    given = Counter(one.source for one in ratings)
    under = strangers(given)
    rated: dict[str, dict[Place, set[str]]] = {voice: {} for voice in under.values()}
    for one in ratings:
        if one.source in under:
            rated[under[one.source]].setdefault((one.chat_id, one.position), set()).add(one.source)
    most = _most(given, under)
    for places in rated.values():
        for place in sorted(places)[most:]:
            found.setdefault(place, set()).update(places[place])
    return {place: frozenset(sources) for place, sources in found.items()}


def within(ratings: Iterable[Rating], beyond: Mapping[Place, frozenset[str]]) -> list[Rating]:
    """The ratings that are not over their source's cap."""
    return [one for one in ratings if one.source not in beyond.get((one.chat_id, one.position), ())]


def voices(ratings: Iterable[Rating]) -> dict[str, str]:
    """The sources that have a cap, each with the name that it has it under."""
    return strangers(Counter(one.source for one in ratings))


def capped(ratings: Iterable[Rating]) -> list[str]:
    """The names of what has a cap."""
    return sorted(set(voices(ratings).values()))


def _most(given: Mapping[str, int], voices: Mapping[str, str]) -> int:
    """How many answers each may decide that does not speak for the owner: a flood by tokens raises it for nobody.

    All tokens together decide no more than a fifth, as far as `FEW` each allow.
    """
    total, tokens = sum(given.values()), {voice for voice in voices.values() if MARK in voice}
    if not tokens or given.keys() == voices.keys():
        return max(FEW, int(CAP * total))
    others = sum(times for source, times in given.items() if MARK not in voices.get(source, ""))
    share = min(CAP, OWNERS_SHARE / len(tokens))
    return max(FEW, int(share * min(total, others / (1 - share * len(tokens)))))


def _voice(source: str) -> str:
    """The token that gave feedback, and of any other source the source itself."""
    return source.partition("/")[0] if MARK in source else source

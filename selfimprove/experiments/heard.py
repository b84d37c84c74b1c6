"""Whose signs count: whoever may give feedback is told who answered, so a guest with a grudge could take a voice back.

Until the owner has shown a few signs, each guest counts as far as all others have shown some by then, and whole while
nobody else has; from then on a twentieth as far as all others were counted; and in any case `FEW`. An owner who showed
some in the weeks before the experiment has done so from its beginning, or whoever is quicker would decide it. Whether a
sign counts is known before it is shown, from the order of signs and from who gave them, never from the voice: so the
bets stay fair.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from selfimprove.critiques.sources import CAP, FEW


def heard(chats: Sequence[Mapping[str, Any]], *, owner_talks: bool = False) -> set[int]:
    """Numbers of the conversations whose sign counts, decided in the order in which signs were shown."""
    shown = [number for number, chat in enumerate(chats) if chat["pleased"] is not None]
    if not any(chats[number].get("shown_by") for number in shown):
        return set(shown)
    counted, given, found = Counter[str | None](), Counter[str | None](), set[int]()
    for number in sorted(shown, key=lambda number: (chats[number]["shown_at"], number)):
        who = chats[number]["shown_by"]
        if who is None or counted[who] < _most(who, counted, given, owner_talks):
            counted[who] += 1
            found.add(number)
        given[who] += 1
    return found


def _most(guest: str, counted: Counter[str | None], given: Counter[str | None], owner_talks: bool) -> float:
    """How many signs of a guest count beside those of all others, the owner's (None) among them."""
    if owner_talks or given[None] >= FEW:
        return max(FEW, CAP * (counted.total() - counted[guest]))
    others = given.total() - given[guest]
    return max(FEW, others) if others else float("inf")

"""The answers of a beginning, the newest first, found by what they may be about."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, takewhile

from selfimprove.datasets.subjects import Asked

LOOKED_AT = 50  # others with a word in common, the newest of them
ALL, UNKNOWN, LONG = "all", "unknown", "long"
Topic = tuple[set[str], set[str]]  # the words of a question that tell what it asks, and all of them


@dataclass(slots=True)
class Said:
    """The answer at a place, in words, with when it was said; what was asked, of a long one by its words, if known."""

    at: int
    words: tuple[str, ...]
    when: datetime
    asked: Asked | None = None
    topic: Topic | None = None

    @property
    def length(self) -> int:
        return len(self.words)


class Index:
    """Those of one beginning: a house may say one answer thousands of times, or begin thousands alike."""

    def __init__(self, said: Iterable[Said], is_named: bool) -> None:
        self._is_named = is_named
        self._held: defaultdict[Hashable, list[Said]] = defaultdict(list)
        seen: set[Hashable] = set()
        for one in said:
            for key in (ALL, *self._keys(one), *((LONG,) if one.topic else ())):
                about = None if is_named or key in (ALL, UNKNOWN) else one.asked
                same = (key, one.at) if one.topic else (key, one.words, about)
                if same not in seen:
                    self._held[key].append(one)
                seen.add(same)

    def later(self, one: Said) -> Iterator[Said]:
        """Those said later in other words that may be about the same."""
        for key in self._wanted(one):
            held = islice(self._held.get(key, ()), None if key in (ALL, LONG) else LOOKED_AT)
            after = takewhile(lambda other: other.when > one.when, held)
            yield from (other for other in after if other.words != one.words)

    def _keys(self, one: Said) -> Iterable[Hashable]:
        """What an answer is held under."""
        if one.asked is None:
            return (UNKNOWN,)
        return (one.asked.terms,) if self._is_named else one.asked.tell or (one.asked.all,)

    def _wanted(self, one: Said) -> Iterable[Hashable]:
        """Under what others are held that may be one with it."""
        if one.asked is None or (self._is_named and not one.asked.terms):
            return (ALL,)
        return (UNKNOWN, *self._keys(one), *([()] if self._is_named else ()), *((LONG,) if one.topic else ()))

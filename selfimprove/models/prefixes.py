"""Key-value caches of what was read before, so that a conversation that goes on is not read from its beginning."""

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

LEAST = 16  # tokens: below that a lookup saves nothing


@dataclass(slots=True, eq=False)
class _Kept:
    place: int
    tokens: Any
    caches: list[Any]
    size: int
    used: int = 0


class Prefixes:
    """What was read, by the place of its adapter: what one adapter has read is of no use to another.

    Only plain key-value caches are kept: those that rotate or hold a state cannot be cut to a part of a prompt.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.hits = self.misses = self.hit_tokens = 0
        self._kept: list[_Kept] = []
        self._clock = 0

    @property
    def size(self) -> int:
        """Bytes of all that is kept."""
        return sum(one.size for one in self._kept)

    def find(self, place: int, tokens: Sequence[int]) -> tuple[int, list[Any] | None]:
        """How many of the first tokens were read already, at least one is left, and caches that hold them."""
        import numpy as np

        wanted = np.asarray(tokens[:-1])
        found = [(_common(one.tokens, wanted), one) for one in self._kept if one.place == place]
        length, best = max(found, key=lambda pair: pair[0], default=(0, None))
        if best is None or length < LEAST:
            self.misses += 1
            return 0, None
        self._clock += 1
        best.used = self._clock
        self.hits, self.hit_tokens = self.hits + 1, self.hit_tokens + length
        return length, [_cut(one, length) for one in best.caches]

    def keep(self, place: int, tokens: Sequence[int], caches: list[Any]) -> None:
        """Remember caches that hold these tokens; the least recently used go when there is no room."""
        import mlx.core as mx
        import numpy as np

        if any(type(one).__name__ != "KVCache" for one in caches):
            return
        size, ids = sum(one.nbytes for one in caches), np.asarray(tokens)
        if size > self.most or len(tokens) < LEAST:
            return
        self._drop(lambda one: one.place == place and _common(one.tokens, ids) == len(one.tokens))
        self.shrink(self.most - size)
        mx.eval([one.state for one in caches])
        self._clock += 1
        self._kept.append(_Kept(place, ids, caches, size, self._clock))

    def shrink(self, size: float) -> None:
        """Forget the least recently used until no more than so many bytes are kept."""
        self._kept.sort(key=lambda one: one.used)
        while self._kept and self.size > size:
            self._kept.pop(0)

    def forget(self, place: int | None = None) -> None:
        """Forget all that this place has read; without one, all there is."""
        self._drop(lambda one: place is None or one.place == place)

    def _drop(self, goes: Callable[[_Kept], bool]) -> None:
        self._kept = [one for one in self._kept if not goes(one)]


def _common(one: Any, other: Any) -> int:
    """How many tokens two arrays begin with together."""
    length = min(len(one), len(other))
    differ = (one[:length] != other[:length]).nonzero()[0]
    return int(differ[0]) if len(differ) else length


def _cut(cache: Any, length: int) -> Any:
    """A cache of the first tokens alone; batches copy what they are given, so the arrays may be the same."""
    shorter = copy(cache)
    shorter.trim(cache.offset - length)
    return shorter

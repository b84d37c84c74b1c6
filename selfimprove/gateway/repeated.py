"""What comes again and again fills no disk: the first line is logged at once, then one a minute with how many came."""

import logging
import time
from collections.abc import Callable, Hashable

SECONDS = 60.0  # between two lines of a kind


class Repeated:
    """Counts what is not told, by its kind."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tell_at: dict[Hashable, float] = {}
        self._untold: dict[Hashable, int] = {}

    def more(self, kind: Hashable) -> int | None:
        """How many of this kind were not told since the last that was; None where this one is not to be told either."""
        now = self._clock()
        if now < self._tell_at.get(kind, now):
            self._untold[kind] = self._untold.get(kind, 0) + 1
            return None
        self._tell_at[kind] = now + SECONDS
        return self._untold.pop(kind, 0)


class Once(logging.Filter):
    """Lets a logger tell each of its messages once a minute: uvicorn warns of every request that it cannot read."""

    def __init__(self, repeated: Repeated) -> None:
        super().__init__()
        self._repeated = repeated

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to tell it; it then says how many were not."""
        more = self._repeated.more(record.msg)
        if more:
            record.msg += said(more)
        return more is not None


def said(more: int) -> str:
    """How many were not told, as the end of a line."""
    return f" (and {more} more since that was told last)" if more else ""

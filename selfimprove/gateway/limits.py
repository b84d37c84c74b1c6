"""How much one visitor may ask for: requests a minute, answers at once, bytes and time of a request."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from selfimprove.gateway.refusal import Refusal

BODY_BYTES = 16 * 1024**2
BODY_SECONDS = 30.0
HEADER_BYTES = 32 * 1024
AT_ONCE = 2048  # answers under way, of everybody
AT_ONCE_EACH = 1024  # and of one visitor
BURST_SECONDS = 10.0  # so much of a minute's requests may come at once,
BURST_LEAST = 20.0  # or so many: a page comes with its parts

Receive = Callable[[], Awaitable[Any]]


class Bucket:
    """A token bucket: `rate` requests a second, `burst` of them at once."""

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate, self.burst = rate, burst
        self._left, self._at = burst, now

    def take(self, now: float) -> float:
        """Take one; 0 when it was there, else how many seconds until one is."""
        self._left = min(self.burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left >= 1:
            self._left -= 1
            return 0.0
        return (1 - self._left) / self._rate


class Limits:
    """What every visitor has used of what one may."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[tuple[str, int], Bucket] = {}
        self._answering: dict[str, int] = {}

    def count(self, visitor: str, per_minute: int) -> None:
        """Count a request; 0 a minute is no limit.

        Raises:
            Refusal: 429, there were too many.
        """
        if not per_minute:
            return
        bucket = self._buckets.get((visitor, per_minute)) or self._new_bucket(visitor, per_minute)
        wait = bucket.take(self._clock())
        if wait:
            allowed = f"{per_minute} requests a minute are let in, and {bucket.burst:.0f} at once"
            message = f"Too many requests: {allowed}. Ask again in {math.ceil(wait)} seconds."
            raise Refusal(429, message, code="rate_limit_exceeded", retry_after=wait)

    @contextmanager
    def answering(self, visitor: str) -> Iterator[None]:
        """While an answer to a visitor is under way.

        Raises:
            Refusal: 429, too many are.
        """
        mine = self._answering.get(visitor, 0)
        if mine >= AT_ONCE_EACH or sum(self._answering.values()) >= AT_ONCE:
            raise Refusal(429, "Too many answers are under way.", code="too_many_streams", retry_after=1)
        self._answering[visitor] = mine + 1
        try:
            yield
        finally:
            self._answering[visitor] -= 1
            if not self._answering[visitor]:
                del self._answering[visitor]

    def _new_bucket(self, visitor: str, per_minute: int) -> Bucket:
        burst = max(BURST_LEAST, per_minute * BURST_SECONDS / 60)
        bucket = self._buckets[visitor, per_minute] = Bucket(per_minute / 60, burst, self._clock())
        return bucket


def bounded(receive: Receive, headers: dict[bytes, bytes], most: int = BODY_BYTES) -> Receive:
    """A request's body, no more bytes than may come and no slower.

    Raises:
        Refusal: 413 at once when it says its length, else once it is too long; 408 when it comes too slowly.
    """
    if int(headers.get(b"content-length", b"0") or 0) > most:
        raise _too_long(most)
    got, done, ends = 0, False, time.monotonic() + BODY_SECONDS

    async def receive_bounded() -> Any:
        nonlocal got, done
        if done:
            return await receive()  # waits until the client goes away
        try:
            async with asyncio.timeout(ends - time.monotonic()):
                message = await receive()
        except TimeoutError as exc:
            raise Refusal(408, f"The request did not come within {BODY_SECONDS:.0f} seconds.") from exc
        got += len(message.get("body", b""))
        done = not message.get("more_body", False)
        if got > most:
            raise _too_long(most)
        return message

    return receive_bounded


def _too_long(most: int) -> Refusal:
    size = f"{most // 1024**2} MiB" if most >= 1024**2 else f"{most // 1024} KiB"
    return Refusal(413, f"The request is longer than {size}.", code="request_too_large")

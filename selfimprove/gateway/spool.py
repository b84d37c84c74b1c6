"""Keep records on disk before anybody is told that they are kept: many at once in one write and one fsync."""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from selfimprove.gateway.segments import Segments

LIMIT = 1 << 30  # bytes on disk: weeks of a household's chats
WAITING = 64 << 20  # bytes in memory, for a disk that is slow
PATIENCE = 5.0  # seconds that an answer waits for the disk
QUIET = 60.0  # seconds between two lines in the log about the same trouble
log = logging.getLogger("selfimprove.gateway")


@dataclass(frozen=True, slots=True)
class _Wanted:
    data: bytes
    kept: "asyncio.Future[bool]"


class Spool:
    """A thread that writes what coroutines give it; `lose` is told each time why something is not kept."""

    def __init__(self, segments: Segments, lose: Callable[[str], None], limit: int = LIMIT) -> None:
        self.segments, self._lose, self._limit = segments, lose, limit
        self._waiting: deque[_Wanted] = deque()
        self._bytes = 0
        self._news = threading.Condition()
        self._ends = False
        self._loud_at = 0.0
        self._thread = threading.Thread(target=self._work, name="spool", daemon=True)
        self._thread.start()

    async def append(self, data: bytes) -> bool:
        """Whether the framed record is on disk for good; False, and said loudly, where there is no room or no disk."""
        if self.segments.size + self._bytes + len(data) > self._limit:
            return self._refuse("the spool is full")
        if self._bytes + len(data) > WAITING:
            return self._refuse("the disk is too slow")
        wanted = _Wanted(data, asyncio.get_running_loop().create_future())
        with self._news:
            self._waiting.append(wanted)
            self._bytes += len(data)
            self._news.notify()
        try:
            async with asyncio.timeout(PATIENCE):
                return await asyncio.shield(wanted.kept)
        except TimeoutError:
            return self._refuse("the disk does not answer")

    def close(self) -> None:
        """Write what waits, and end."""
        with self._news:
            self._ends = True
            self._news.notify()
        self._thread.join()
        self.segments.close()

    def _work(self) -> None:
        while wanted := self._next():
            reason = self._write([one.data for one in wanted])
            by_loop: dict[asyncio.AbstractEventLoop, list[_Wanted]] = {}
            for one in wanted:
                by_loop.setdefault(one.kept.get_loop(), []).append(one)
            for loop, ones in by_loop.items():
                if not loop.is_closed():
                    loop.call_soon_threadsafe(self._tell, ones, reason)

    def _next(self) -> list[_Wanted]:
        """All that waits, once there is something; nothing when it is over."""
        with self._news:
            self._news.wait_for(lambda: self._waiting or self._ends)
            wanted = list(self._waiting)
            self._waiting.clear()
            return wanted

    def _write(self, records: list[bytes]) -> str:
        """Why they could not be written; empty when they were."""
        try:
            self.segments.write(records)
        except OSError as exc:
            return exc.strerror or type(exc).__name__
        finally:
            with self._news:
                self._bytes -= sum(map(len, records))
        return ""

    def _tell(self, wanted: list[_Wanted], reason: str) -> None:
        for one in wanted:
            if not one.kept.done():
                one.kept.set_result(not reason or self._refuse(reason))

    def _refuse(self, reason: str) -> bool:
        self._lose(reason)
        if time.monotonic() - self._loud_at > QUIET:
            self._loud_at = time.monotonic()
            log.error("An exchange was not kept: %s. `selfimprove doctor` tells how many.", reason)
        return False

"""Embeddings for clients and for recall, by a process that is there while it is used.

Many texts are read a few at a time, and between these it is the turn of whoever asks for less.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import anyio
import numpy as np
from numpy.typing import NDArray

from selfimprove.errors import ModelUnavailable, ModelWorkFailed
from selfimprove.gateway.refusal import Refusal
from selfimprove.gateway.turns import Turns
from selfimprove.models.embed import LONGEST, embedder
from selfimprove.models.worker import SENTENCES, Worker

IDLE_SECONDS = 600.0  # then its memory goes back to the machine
AT_A_TIME = LONGEST  # characters, read in 70 ms by two cores: recall waits no longer than 150 for its own 13
FEW = 16  # texts, in 100 ms; more at a time are hardly read faster
MOST_WAITING = 2_400_000  # characters: the two longest requests
MOST_ASKING = 256
LONGEST_WAIT = 60.0  # that is told
FULL = "Too many texts wait for their embeddings."
RECALL, ONE, MANY = range(3)  # how urgent it is

Vectors = NDArray[np.float32]


class Sentences:
    """`models.embed` in a worker: started by the first request, again when it died, ended when nobody uses it."""

    def __init__(self, hire: Callable[[], Worker] = lambda: Worker(SENTENCES)) -> None:
        self._hire = hire
        self._turns = Turns()
        self._worker: Worker | None = None
        self._used = 0.0
        self._is_over = False
        self._waiting = self._asking = 0  # characters, and requests
        self._pace = 1e-5  # seconds that a character took

    async def __call__(self, texts: Sequence[str]) -> Vectors:
        """Embeddings of unit length, shape (n, 384). Who is cancelled leaves no more work than a few texts.

        Raises:
            ModelWorkFailed: the process died, twice.
            ModelUnavailable: it was ended for good.
            Refusal: 429, too many texts wait.
        """
        read = [text[:LONGEST] for text in texts]
        with self._counted(sum(map(len, read))) as done:
            return await self._all(read, ONE if len(read) == 1 else MANY, done)

    async def recall(self, texts: Sequence[str]) -> Vectors:
        """The same before anybody else's turn, and never refused."""
        return await self._all([text[:LONGEST] for text in texts], RECALL, lambda _: None)

    async def rest(self) -> None:
        """End the process when it was not used for a while; runs until it is cancelled; then none begins again."""
        try:
            while True:
                await asyncio.sleep(IDLE_SECONDS / 10)
                await self._turns.take(MANY)
                try:
                    if self._worker and time.monotonic() - self._used > IDLE_SECONDS:
                        await self._close()
                finally:
                    self._turns.give()
        finally:
            self._is_over = True  # before the process is ended under a thread that would begin again
            if self._worker:
                self._worker.close()

    async def _all(self, texts: Sequence[str], urgency: int, done: Callable[[int], None]) -> Vectors:
        order, found = sorted(range(len(texts)), key=lambda at: len(texts[at])), []
        for some in batches(texts, order):
            found.append(await self._turn([texts[at] for at in some], urgency))
            done(sum(len(texts[at]) for at in some))
        vectors = np.concatenate(found)
        unsorted = np.empty_like(vectors)
        unsorted[order] = vectors
        return unsorted

    async def _turn(self, texts: Sequence[str], urgency: int) -> Vectors:
        await self._turns.take(urgency)
        work = asyncio.ensure_future(self._work(texts))
        work.add_done_callback(self._done)  # a thread works on when who waits for it is cancelled
        return await asyncio.shield(work)

    def _done(self, work: "asyncio.Future[Vectors]") -> None:
        self._turns.give()
        if not work.cancelled():
            work.exception()  # asyncio logs, with all that it says, one that nobody has looked at

    async def _work(self, texts: Sequence[str]) -> Vectors:
        self._used = time.monotonic()
        try:
            return await anyio.to_thread.run_sync(self._embed, texts)
        except ModelWorkFailed:
            if self._is_over:
                raise
            await self._close()
            return await anyio.to_thread.run_sync(self._embed, texts)
        finally:
            self._learn_pace(sum(map(len, texts)))

    def _learn_pace(self, characters: int) -> None:
        if characters >= AT_A_TIME // 2:  # of few the start of the process may be the most
            self._pace = (time.monotonic() - self._used) / characters

    def _embed(self, texts: Sequence[str]) -> Vectors:
        if not self._is_over:
            worker = self._worker = self._worker or self._hire()
            if not self._is_over:
                return embedder(worker)(texts)
            worker.close()  # `rest` may not have seen this one
        raise ModelUnavailable(reason="the gateway ends", retry_after=5)

    async def _close(self) -> None:
        worker, self._worker = self._worker, None
        if worker:
            await anyio.to_thread.run_sync(worker.close)

    @contextmanager
    def _counted(self, characters: int) -> Iterator[Callable[[int], None]]:
        """Count a request while it is asked; what is given takes off the characters that were read."""
        if self._waiting + characters > MOST_WAITING or self._asking >= MOST_ASKING:
            wait = min(LONGEST_WAIT, self._waiting * self._pace)
            raise Refusal(429, FULL, code="too_many_texts", retry_after=wait)
        self._waiting, self._asking = self._waiting + characters, self._asking + 1
        left = characters

        def done(read: int) -> None:
            nonlocal left
            left, self._waiting = left - read, self._waiting - read

        try:
            yield done
        finally:
            self._waiting, self._asking = self._waiting - left, self._asking - 1


def batches(texts: Sequence[str], order: Sequence[int]) -> Iterator[list[int]]:
    """The places of texts, in order, as many at a time as are read in one turn."""
    some: list[int] = []
    for at in order:
        if some and (len(some) == FEW or sum(len(texts[one]) for one in some) + len(texts[at]) > AT_A_TIME):
            yield some
            some = []
        some.append(at)
    yield some

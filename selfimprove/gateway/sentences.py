"""Embeddings for clients and for recall, by a process that is there while it is used."""

import asyncio
import time
from collections.abc import Sequence

import anyio
import numpy as np
from numpy.typing import NDArray

from selfimprove.errors import ModelWorkFailed
from selfimprove.models.embed import embedder
from selfimprove.models.worker import SENTENCES, Worker

IDLE_SECONDS = 600.0  # then its memory goes back to the machine


class Sentences:
    """`models.embed` in a worker: started by the first request, again when it died, ended when nobody uses it."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._worker: Worker | None = None
        self._used = 0.0

    async def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embeddings of unit length, shape (n, 384).

        Raises:
            ModelWorkFailed: the process died, twice.
        """
        async with self._lock:
            self._used = time.monotonic()
            try:
                return await anyio.to_thread.run_sync(self._embed, texts)
            except ModelWorkFailed:
                await self._close()
                return await anyio.to_thread.run_sync(self._embed, texts)

    async def rest(self) -> None:
        """End the process when it was not used for a while; runs until it is cancelled."""
        try:
            while True:
                await asyncio.sleep(IDLE_SECONDS / 10)
                async with self._lock:
                    if self._worker and time.monotonic() - self._used > IDLE_SECONDS:
                        await self._close()
        finally:
            if self._worker:
                self._worker.close()

    def _embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self._worker = self._worker or Worker(SENTENCES)
        return embedder(self._worker)(texts)

    async def _close(self) -> None:
        worker, self._worker = self._worker, None
        if worker:
            await anyio.to_thread.run_sync(worker.close)

"""Give the model's memory back while a night needs it, and come back by itself."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from selfimprove.errors import ModelUnavailable, ModelWorkFailed, SelfImproveError
from selfimprove.gateway.engine import FIRST_WAIT, LONGEST_WAIT, Engine
from selfimprove.gateway.work import beside
from selfimprove.models.base import Base
from selfimprove.models.memory import PROCESS
from selfimprove.models.room import Hold, to_answer, wished

log = logging.getLogger("selfimprove.gateway")
LOOK_SECONDS = 1.0
DRAIN_SECONDS = 60.0  # for those who are being answered
LINGER_SECONDS = 20.0  # a training is followed by its evaluation: it does not pay to come back between them
WHY = "its memory is needed for tonight's training"


class StandingBy:
    """The engine, up while there is room for it. Requests meanwhile get ModelUnavailable, with when to ask again."""

    def __init__(self, engine: Engine, base: Base, home: Path) -> None:
        self._engine, self._base, self._home = engine, base, home
        self._hold = Hold(home)
        self._size = to_answer(base.folder)  # bytes it takes, as far as is known
        self._has_left = False
        self.is_resting = False  # for a night, which is no fault
        self.failure = ""  # why it did not come up the last time

    @asynccontextmanager
    async def present(self, came_back: Callable[[], Awaitable[object]]) -> AsyncIterator[None]:
        """The engine is up when the block begins, and there whenever there is room while it runs.

        `came_back` is awaited each time it did.

        Raises:
            ModelBroken, ServingTooLarge: it cannot be started.
        """
        await self._room()
        try:
            await self._arrive()
            async with beside(self._watch(came_back)):
                yield
        finally:
            self.is_resting = False
            try:
                await self._engine.stop()
            finally:
                self._hold.release()

    async def _watch(self, came_back: Callable[[], Awaitable[object]]) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                if self._has_left:
                    await self._wake(came_back)
                await self._measure()
                self._hold.take(self._size)
                if await asyncio.to_thread(wished, self._home, self._size):
                    await self._rest()
            except OSError as exc:  # no file can be opened now, say: looked at again, and the model stays or comes back
                log.warning("Who needs memory is not known for now: %s", exc)

    async def _arrive(self) -> None:
        """For the first time; a process that was killed while it loaded is followed by another, sooner or later."""
        wait = FIRST_WAIT
        while True:
            try:
                return await self._start()
            except ModelWorkFailed as exc:
                log.warning("The model did not load, and is loaded again: %s", exc)
                self.failure = str(exc)
                await asyncio.sleep(wait)
                wait = min(2 * wait, LONGEST_WAIT)

    async def _start(self) -> None:
        self._hold.take(self._size)
        try:
            await self._engine.start(self._base)
        except BaseException:
            self._hold.release()
            raise
        self.failure = ""

    async def _measure(self) -> None:
        """The most that it took so far: with less room than that it would leave again."""
        with contextlib.suppress(ModelUnavailable):
            self._size = max((await self._engine.memory()).peak + PROCESS, self._size)

    async def _rest(self) -> None:
        log.info("The model leaves memory: %s.", WHY)
        self.is_resting = self._has_left = True
        await self._engine.drain(DRAIN_SECONDS, WHY)
        self._hold.release()

    async def _wake(self, came_back: Callable[[], Awaitable[object]]) -> None:
        """When nobody needed the room for a while; where it does not fit yet, a little later."""
        while True:
            await self._room(LINGER_SECONDS)
            try:
                await self._start()
                break
            except SelfImproveError as exc:
                log.warning("The model does not come back yet: %s", exc)
                self.failure = str(exc)
        self._has_left = False
        await came_back()
        log.info("The model is back.")

    async def _room(self, for_seconds: float = 0.0) -> None:
        """Wait until there has been room for so long; it rests while there is none."""
        free_since = time.monotonic()
        while True:
            if await asyncio.to_thread(wished, self._home, self._size):
                self.is_resting = True
                free_since = time.monotonic() + LOOK_SECONDS
            elif time.monotonic() - free_since >= for_seconds:
                self.is_resting = False
                return
            await asyncio.sleep(LOOK_SECONDS)

"""Work beside the requests: it begins and ends with a block, and says so when it fails."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

log = logging.getLogger("selfimprove.gateway")


@asynccontextmanager
async def beside(work: Coroutine[Any, Any, None]) -> AsyncIterator["asyncio.Task[None]"]:
    """The work runs while the block does, and is cancelled with it."""
    task = asyncio.create_task(work, name=getattr(work, "__qualname__", "work"))
    task.add_done_callback(_tell)
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await task


async def rounds(
    once: Callable[[], Awaitable[object]], *, every: float, failing: str, first: float | None = None
) -> None:
    """Until cancelled, do it again and again; a round that fails is logged as `failing`, and the next one comes.

    `every` and `first` are the seconds before a round, and before the first one where that is not the same.
    """
    wait = every if first is None else first
    while True:
        await asyncio.sleep(wait)
        wait = every
        try:
            await once()
        except Exception as exc:  # noqa: BLE001 - nobody else would begin again
            log.warning("%s: %s", failing, type(exc).__name__)


def _tell(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (failure := task.exception()):
        log.error("%s ended: %s", task.get_name(), type(failure).__name__)


async def happens(event: asyncio.Event, seconds: float) -> bool:
    """Whether it does within so long; `asyncio.wait_for` of Python 3.11 may not hear who cancels just then."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            return await event.wait()
    return False

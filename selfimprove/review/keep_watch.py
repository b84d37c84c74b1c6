"""Look every minute whether nights are told in time, all is kept and alerts are due, whoever else is down."""

import asyncio
from datetime import UTC, datetime

from selfimprove.gateway import work
from selfimprove.reports import watch
from selfimprove.review import unkept
from selfimprove.settings import Settings

MINUTE = 60.0


async def keep_watch(settings: Settings, seconds: float = MINUTE) -> None:
    """Until cancelled; while the database is down there is nothing to look at."""

    async def look() -> None:
        now = datetime.now(UTC)
        try:
            await asyncio.to_thread(unkept.tell, settings, now)
        finally:
            await asyncio.to_thread(watch.look, settings, now)

    await work.rounds(look, every=seconds, failing="Nobody could look after nights and alerts")

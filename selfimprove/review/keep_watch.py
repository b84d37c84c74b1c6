"""Look every minute whether nights are told in time and alerts are due, whoever else is down."""

import asyncio
from datetime import UTC, datetime

from selfimprove.gateway import work
from selfimprove.reports import watch
from selfimprove.settings import Settings

MINUTE = 60.0


async def keep_watch(settings: Settings, seconds: float = MINUTE) -> None:
    """Until cancelled; while the database is down there is nothing to look at."""

    async def look() -> None:
        await asyncio.to_thread(watch.look, settings, datetime.now(UTC))

    await work.rounds(look, every=seconds, failing="Nobody could look after nights and alerts")

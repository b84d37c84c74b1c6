"""Look every minute whether nights are told in time and alerts are due, whoever else is down."""

import asyncio
import logging
from datetime import UTC, datetime

import psycopg

from selfimprove.errors import SelfImproveError
from selfimprove.reports import watch
from selfimprove.settings import Settings

log = logging.getLogger("selfimprove.gateway")
MINUTE = 60.0


async def keep_watch(settings: Settings, seconds: float = MINUTE) -> None:
    """Until cancelled; while the database is down there is nothing to look at."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await asyncio.to_thread(watch.look, settings, datetime.now(UTC))
        except (SelfImproveError, psycopg.Error) as exc:
            log.warning("Nobody could look after nights and alerts: %s", type(exc).__name__)

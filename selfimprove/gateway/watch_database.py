"""Tell of a database that is down: alerts are sent from a table of its own, so that nobody would hear of it."""

import asyncio
from functools import partial

from selfimprove import postgres
from selfimprove.errors import SelfImproveError
from selfimprove.gateway import outage
from selfimprove.gateway.outage import Outage
from selfimprove.reports import alerts
from selfimprove.reports.deliver import send_straight
from selfimprove.settings import Settings

LOOK_SECONDS = 20.0
APART = 150.0  # a server that does not start takes a minute to say so


async def watch_database(settings: Settings) -> None:
    """Until cancelled, tell when it cannot be reached for long: at once without it, and by it when it can."""
    found = Outage(settings, "database", apart=APART, straight=partial(send_straight, settings.alert_urls))
    await outage.watch(found, partial(asyncio.to_thread, _unreachable, settings), every=LOOK_SECONDS)


def _unreachable(settings: Settings) -> str:
    """Why the database cannot be reached; "" when it can."""
    try:
        with postgres.connect(postgres.url(settings)):
            return ""
    except Exception as exc:  # noqa: BLE001 - whatever it is, nothing can be stored
        return alerts.plain(str(exc) if isinstance(exc, SelfImproveError) else type(exc).__name__)

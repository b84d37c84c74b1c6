"""A fault that lasts becomes an alert; one that is over soon is in the log and in `/healthz` alone.

Alerts are sent from a table, so that nobody would hear of a database that is down: that one is sent without it.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial

from selfimprove import postgres
from selfimprove.errors import SelfImproveError
from selfimprove.gateway import work
from selfimprove.reports import alerts
from selfimprove.reports.alerts import Alert
from selfimprove.reports.deliver import send_straight
from selfimprove.settings import Settings

log = logging.getLogger("selfimprove.gateway")
LASTS = 300.0  # seconds until somebody is told
APART = 60.0  # seconds without a failure, after which the next one is another fault
LOOK_DATABASE = 20.0  # seconds between two looks at it
APART_DATABASE = 150.0  # a server that does not start takes a minute to say so


async def watch(settings: Settings, what: str, fault: Callable[[], Awaitable[str]], *, every: float) -> None:
    """Ask, until cancelled, what is wrong with it ("" where nothing is), every so many seconds, and tell what lasts."""
    await _watch(Outage(settings, what), fault, every)


async def watch_database(settings: Settings) -> None:
    """Until cancelled, tell when the database cannot be reached for long: at once, and in the table when it can."""
    outage = Outage(settings, "database", apart=APART_DATABASE, straight=partial(send_straight, settings.alert_urls))
    await _watch(outage, partial(asyncio.to_thread, _unreachable, settings), LOOK_DATABASE)


async def _watch(outage: "Outage", fault: Callable[[], Awaitable[str]], every: float) -> None:
    async def look() -> None:
        wrong = await fault()
        await (outage.goes_on(f"{wrong.rstrip('.')}.") if wrong else outage.is_over())

    await work.rounds(look, every=every, first=0, failing=f"Whether the {outage.what} fails could not be asked")


def _unreachable(settings: Settings) -> str:
    """Why the database cannot be reached; "" when it can."""
    try:
        with postgres.connect(postgres.url(settings)):
            return ""
    except Exception as exc:  # noqa: BLE001 - whatever it is, nothing can be stored
        return alerts.plain(str(exc) if isinstance(exc, SelfImproveError) else type(exc).__name__)


class Outage:
    """A fault that comes again and again; `what` fails is the alert's subject. Each is told once.

    `apart` are the seconds without a failure after which the next one is another fault. `straight` tells while the
    fault lasts, and whether somebody heard; the table then keeps it when it is over.
    """

    def __init__(
        self, settings: Settings, what: str, *, apart: float = APART, straight: Callable[[Alert], bool] | None = None
    ) -> None:
        self._settings, self.what = settings, what
        self._apart, self._straight = apart, straight
        self._since = self._last = -apart
        self._is_sent, self._send_at = False, 0.0
        self._began = datetime.now(UTC)
        self._reason, self._is_told = "", True

    async def goes_on(self, reason: str) -> None:
        """It fails now, which is told when it has for `LASTS` seconds, or as soon after that as Postgres is there."""
        now = time.monotonic()
        if now - self._last >= self._apart:
            self._since, self._began, self._is_told = now, datetime.now(UTC), False
            self._is_sent = self._straight is None
        self._last, self._reason = now, reason
        await (self._send() if self._straight else self._tell())

    async def is_over(self) -> None:
        """It does not fail now; a fault that lasted and could not be told is told."""
        await self._tell()

    async def _tell(self) -> None:
        if not self._is_told and self._last - self._since >= LASTS:
            self._is_told = await asyncio.to_thread(self._record)

    async def _send(self) -> None:
        """Tell without the table; where nobody hears it, again after as long."""
        now = time.monotonic()
        if self._straight and not self._is_sent and now - self._since >= LASTS and now >= self._send_at:
            self._send_at = now + LASTS
            self._is_sent = await asyncio.to_thread(self._straight, self._alert())

    def _alert(self) -> Alert:
        url = f"http://{self._settings.gateway_host}:{self._settings.gateway_port}/"
        until = datetime.now(UTC)
        said = f"from {self._began:%Y-%m-%d %H:%M} to {until:%H:%M} UTC at least: {self._reason}"
        key = f"gateway {self._began.isoformat(timespec='seconds')}"
        return Alert(key, "gateway", self.what, f"{said} `selfimprove doctor` may know what helps.", url)

    def _record(self) -> bool:
        try:
            with postgres.connect(postgres.url(self._settings)) as connection:
                alerts.record(connection, [self._alert()])
        except Exception as exc:  # noqa: BLE001 - whoever fails already goes on, told of or not
            log.warning("That the %s fails could not be told: %s", self.what, type(exc).__name__)
            return False
        return True

"""A fault that lasts becomes an alert; one that is over soon is in the log and in `/healthz` alone."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from selfimprove import postgres
from selfimprove.gateway import work
from selfimprove.reports import alerts
from selfimprove.reports.alerts import Alert
from selfimprove.settings import Settings

log = logging.getLogger("selfimprove.gateway")
LASTS = 300.0  # seconds until somebody is told
APART = 60.0  # seconds without a failure, after which the next one is another fault


async def watch(outage: "Outage", fault: Callable[[], Awaitable[str]], *, every: float) -> None:
    """Ask, until cancelled, what is wrong with it ("" where nothing is), every so many seconds, and tell what lasts."""

    async def look() -> None:
        wrong = await fault()
        await (outage.goes_on(f"{wrong.rstrip('.')}.") if wrong else outage.is_over())

    await work.rounds(look, every=every, first=0, failing=f"Whether the {outage.what} fails could not be asked")


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
        url = f"{self._settings.gateway_url}/"
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

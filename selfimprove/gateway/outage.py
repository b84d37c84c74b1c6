"""A fault that lasts becomes an alert; one that is over soon is in the log and in `/healthz` alone."""

import asyncio
import logging
import time
from datetime import UTC, datetime

import psycopg

from selfimprove import postgres
from selfimprove.errors import SelfImproveError
from selfimprove.reports import alerts
from selfimprove.settings import Settings

log = logging.getLogger("selfimprove.gateway")
LASTS = 300.0  # seconds until somebody is told


class Outage:
    """Whether something has failed without a break, and whether that was told; `what` is the alert's subject."""

    def __init__(self, settings: Settings, what: str) -> None:
        self._settings, self._what = settings, what
        self._began: tuple[float, datetime] | None = None
        self._is_told = False

    async def goes_on(self, reason: str) -> None:
        """It fails now; when it has for `LASTS` seconds that is told once, as soon as Postgres takes it."""
        if self._began is None:
            self._began = time.monotonic(), datetime.now(UTC)
        since, began = self._began
        if not self._is_told and time.monotonic() - since >= LASTS:
            self._is_told = await asyncio.to_thread(self._tell, began, reason)

    def is_over(self) -> None:
        """It does not fail now."""
        self._began, self._is_told = None, False

    def _tell(self, began: datetime, reason: str) -> bool:
        url = f"http://{self._settings.gateway_host}:{self._settings.gateway_port}/"
        said = f"since {began:%Y-%m-%d %H:%M} UTC: {reason} `selfimprove doctor` may know what helps."
        alert = alerts.Alert(f"gateway {began.isoformat(timespec='seconds')}", "gateway", self._what, said, url)
        try:
            with postgres.connect(postgres.url(self._settings)) as connection:
                alerts.record(connection, [alert])
        except (SelfImproveError, psycopg.Error, OSError) as exc:
            log.warning("That the %s fails could not be told: %s", self._what, exc)
            return False
        return True

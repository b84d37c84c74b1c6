"""The first page: is it up, who answers, what was learned last night, and what needs a person."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Response

from selfimprove.gateway.guard import needs
from selfimprove.postgres import Connection
from selfimprove.promotion.approve import waiting
from selfimprove.reports import alerts, deliver, watch
from selfimprove.review import show, succession, table, voices
from selfimprove.review.house import House, Sign
from selfimprove.review.need import Need, needed
from selfimprove.settings import Settings

DAY = timedelta(days=1)
RECENT, LISTED = timedelta(days=2), 20  # alerts that are told here


def routes(house: House, router: Callable[[], APIRouter]) -> APIRouter:
    """The page at "/"."""
    found = router()

    @found.get("/", dependencies=[Depends(needs("review"))])
    def today() -> Response:
        now = datetime.now(UTC)
        with house.read() as connection:
            signs = [Sign("Database", True, "answers"), *house.signs()]
            read = _read(connection, now, house.settings) | voices.read(connection, house.settings, signs)
        at = now.astimezone(ZoneInfo(house.settings.timezone))
        return show.page("today.html.j2", here="today", at=at, signs=signs, needs=_needs(read, signs), **read)

    return found


def _read(connection: Connection, now: datetime, settings: Settings) -> dict[str, Any]:
    recent = [row for row in alerts.newest(connection, LISTED) if now - row["at"] < RECENT]
    changes, nights = succession.changes(connection), table.nights(connection, 1)
    since, patience = watch.last_sign(connection, now), watch.patience(settings.cron)
    return {
        "last": succession.told_since(changes, nights[0]) if nights else None,
        "waits": next(iter(waiting(connection)), None),
        "unrated": table.how_many_unrated(connection),
        "alerts": recent,
        "delivery": deliver.standing(connection),
        "silent_hours": (now - since) / timedelta(hours=1) if since and now - since >= patience else None,
        "figures": table.rows(connection, "day_figures", since=now - DAY, alerts_since=now - RECENT)[0],
    }


def _needs(read: dict[str, Any], signs: list[Sign]) -> list[Need]:
    troubles = (Need(one.tone, f"{one.name}: {one.says}", one.step) for one in signs if one.tone != "good")
    return [*troubles, *needed(read)]

"""Nights: all of them at a glance, and one with its report, its gates, and what can be done about it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Depends, Response

from selfimprove.errors import MorningReportMissing
from selfimprove.gateway.guard import needs
from selfimprove.postgres import Connection
from selfimprove.reports import draw, morning, read
from selfimprove.reports import table as reports
from selfimprove.review import show, succession, table, voices
from selfimprove.review.house import House
from selfimprove.settings import Settings

LISTED, CHANGES = 90, 12
OUTCOMES = {"promoted": "promoted", "waiting": "waiting", "rejected": "rejected", "not_enough_evidence": "unsure"}


def routes(house: House, router: Callable[[], APIRouter]) -> APIRouter:
    """The list, and one night by its run."""
    found = router()

    @found.get("/nights", dependencies=[Depends(needs("review"))])
    def nights() -> Response:
        with house.read() as connection:
            changes = succession.changes(connection)
            told = [succession.told_since(changes, one) for one in table.nights(connection, LISTED)]
            who = voices.read(connection, house.settings, house.signs())
        filled = {"nights": told, "changes": changes[:CHANGES], "sparkline": sparkline(told), **who}
        return show.page("nights.html.j2", here="nights", **filled)

    @found.get("/nights/{run_id}", dependencies=[Depends(needs("review"))])
    def night(run_id: str) -> Response:
        with house.read() as connection:
            filled = _read(connection, run_id, house.settings)
            who = voices.read(connection, house.settings, house.signs())
        return show.page("one_night.html.j2", here="nights", **filled, **who)

    return found


def sparkline(told: list[dict[str, Any]]) -> Any:
    """The last thirty nights, the oldest first."""
    marks = [(one["night"], OUTCOMES.get(one["outcome"], ""), one["share"]) for one in told[:30]]
    return draw.sparkline(marks[::-1])


def _read(connection: Connection, run_id: str, settings: Settings) -> dict[str, Any]:
    if reports.of_run(connection, run_id) is None:
        raise MorningReportMissing(which="of that run")
    told = morning.told(read.read(connection, run_id, datetime.now(UTC).date(), settings))
    report = next(iter(table.rows(connection, "report_of_run", run_id=run_id)), None)
    promoted = report["adapter_id"] if report and told["outcome"] == "promoted" else None
    back = succession.taken_back(succession.changes(connection), promoted)
    return {**told, "report": report, "taken_back": back}

"""The dead man's switch: no night for a day and a half is told, whatever became of the one who should have spent it.

A schedule that leaves more than a day between two nights is given that time, and half a day.
"""

from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise

from selfimprove import postgres
from selfimprove.postgres import Connection
from selfimprove.reports import alerts
from selfimprove.reports.alerts import Alert
from selfimprove.reports.deliver import deliver
from selfimprove.settings import Settings

QUIET = timedelta(hours=36)
LATE = timedelta(hours=12)  # so much later than the schedule has it may a night end
YEAR = timedelta(days=366)
NIGHT = "the night"  # what such an alert is about
ADVICE = "is Dagster's daemon up? `selfimprove doctor` tells, `selfimprove night` spends one now"


def look(settings: Settings, now: datetime) -> None:
    """Raise an alert when no night has ended for long, and send what is due; for a process that is up all day."""
    database_url = postgres.url(settings)
    with postgres.connect(database_url) as connection:
        found = silence(connection, now, settings)
        alerts.record(connection, [found] if found else [])
    with postgres.connect(database_url) as connection:
        deliver(connection, settings.alert_urls, now)


def silence(connection: Connection, now: datetime, settings: Settings) -> Alert | None:
    """The alert of this silence, one for each time of `patience` it lasts; None while nights are told in time."""
    since, quiet = last_sign(connection, now), patience(settings.cron)
    if since is None or now - since < quiet:
        return None
    hours, number = (now - since) / timedelta(hours=1), (now - since) // quiet
    told = f"none has ended for {hours:.0f} hours, since {since:%Y-%m-%d %H:%M}; {ADVICE}"
    return Alert(f"silence {number} since {since:%Y-%m-%dT%H:%M}", NIGHT, "", told, f"{settings.gateway_url}/")


def last_sign(connection: Connection, now: datetime) -> datetime | None:
    """When the last night was told; before there was any, since when one could have been. None without chats."""
    row = connection.execute(postgres.queries("reports").last_night, {"now": now}).fetchone()
    assert row is not None
    found: datetime | None = row["told_at"] or row["first_chat_at"]
    return found


def next_tick(settings: Settings, now: datetime) -> datetime:
    """When the schedule ticks next, in the owner's time zone."""
    from zoneinfo import ZoneInfo

    from cronsim import CronSim

    return next(CronSim(settings.cron, now.astimezone(ZoneInfo(settings.timezone))))


@cache
def patience(cron: str) -> timedelta:
    """How long no night may have ended before somebody is told."""
    from cronsim import CronSim

    begin, nights = datetime(2026, 1, 1), list[datetime]()
    while len(nights) < 2 or nights[-1] - begin <= YEAR:
        after = nights[-1].replace(hour=23, minute=59) if nights else begin  # one a day is enough
        if (night := next(CronSim(cron, after), None)) is None:
            break
        nights.append(night)
    longest = max((later - earlier for earlier, later in pairwise(nights)), default=timedelta())
    return max(QUIET, longest + LATE)

"""The dead man's switch: no night for a day and a half is told, whatever became of the one who should have spent it."""

from datetime import datetime, timedelta

from selfimprove import postgres
from selfimprove.postgres import Connection
from selfimprove.reports import alerts
from selfimprove.reports.alerts import Alert
from selfimprove.reports.deliver import deliver
from selfimprove.settings import Settings

QUIET = timedelta(hours=36)
NIGHT = "the night"  # what such an alert is about
ADVICE = "is Dagster's daemon up? `selfimprove doctor` tells, `selfimprove night` spends one now"


def look(settings: Settings, now: datetime) -> None:
    """Raise an alert when no night has ended for long, and send what is due; for a process that is up all day."""
    database_url = postgres.url(settings)
    with postgres.connect(database_url) as connection:
        found = silence(connection, now, settings.gateway_port)
        alerts.record(connection, [found] if found else [])
    with postgres.connect(database_url) as connection:
        deliver(connection, settings.alert_urls, now)


def silence(connection: Connection, now: datetime, port: int) -> Alert | None:
    """The alert of this silence, one for each day and a half that it lasts; None while nights are told in time."""
    since = last_sign(connection)
    if since is None or now - since < QUIET:
        return None
    hours, number = (now - since) / timedelta(hours=1), (now - since) // QUIET
    told = f"none has ended for {hours:.0f} hours, since {since:%Y-%m-%d %H:%M}; {ADVICE}"
    return Alert(f"silence {number} since {since:%Y-%m-%dT%H:%M}", NIGHT, "", told, f"http://127.0.0.1:{port}/")


def last_sign(connection: Connection) -> datetime | None:
    """When the last night was told; before there was any, since when one could have been. None without chats."""
    row = connection.execute(postgres.queries("reports").last_night).fetchone()
    assert row is not None
    found: datetime | None = row["told_at"] or row["first_chat_at"]
    return found

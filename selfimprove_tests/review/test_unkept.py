"""What was not kept, or was set aside, is an alert: one a day, and only when there is more of it."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from selfimprove.gateway import aside
from selfimprove.gateway.losses import Losses
from selfimprove.postgres import Connection
from selfimprove.privacy import waiting
from selfimprove.review import unkept
from selfimprove.settings import Settings

NOON = datetime(2031, 5, 2, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def told(settings: Settings, connection: Connection, now: datetime) -> list[str]:
    unkept.tell(settings, now)
    connection.commit()
    return [row["message"] for row in connection.execute("select message from alerts order by id")]


def lose(settings: Settings, at: datetime) -> None:
    Losses(settings.home, lambda: at).lose("the spool is full")


def lie_aside(home: Path, at: datetime) -> None:
    aside.put_damaged(home, at.isoformat().encode())
    for path in waiting.damaged(home):
        os.utime(path, (at.timestamp(), at.timestamp()))


def test_where_all_is_kept_nothing_is_told(settings: Settings, connection: Connection) -> None:
    Losses(settings.home)
    assert told(settings, connection, NOON) == []


def test_losses_are_told_once_a_day(settings: Settings, connection: Connection) -> None:
    for hour in range(3):
        lose(settings, NOON + hour * HOUR)
        found = told(settings, connection, NOON + hour * HOUR)
    [message] = found
    assert message.startswith("gateway, check what is said: 1 answers or ratings were not kept, the last at 2031-05-02")
    assert "(the spool is full)" in message
    assert len(told(settings, connection, NOON + DAY)) == 1, "nothing new was lost"
    lose(settings, NOON + DAY)
    assert len(told(settings, connection, NOON + DAY)) == 2


def test_what_is_set_aside_is_told_and_not_every_day_again(settings: Settings, connection: Connection) -> None:
    lie_aside(settings.home, NOON)
    for day in range(4):
        [message] = told(settings, connection, NOON + day * DAY)
    assert "1 could not be stored and lie aside" in message
    lose(settings, NOON + HOUR)
    assert len(told(settings, connection, NOON + HOUR)) == 1, "one a day"


def test_what_was_lost_long_ago_is_not_told(settings: Settings, connection: Connection) -> None:
    lose(settings, NOON)
    assert told(settings, connection, NOON + 3 * DAY) == []

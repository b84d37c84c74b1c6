"""Times of files become days of the owner."""

from datetime import UTC, date, datetime, timedelta

import pytest

from selfimprove.chats.calendar import Calendar, calendar
from selfimprove.chats.unreadable import Unreadable
from selfimprove.settings import read
from selfimprove_tests.chats.conftest import NOW


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        (1772492400, datetime(2026, 3, 3, 0, 0)),
        (1772492400.25, datetime(2026, 3, 3, 0, 0, 0, 250_000)),
        (1772492400_000, datetime(2026, 3, 3, 0, 0)),
        ("2026-03-02T23:00:00Z", datetime(2026, 3, 3, 0, 0)),
        ("2026-03-02T23:00:00+00:00", datetime(2026, 3, 3, 0, 0)),
        ("2026-03-03T07:30:00", datetime(2026, 3, 3, 7, 30)),
        ("2026-03-03", datetime(2026, 3, 3)),
    ],
)
def test_a_time_is_read_in_the_owners_time_zone(today: Calendar, value: object, moment: datetime) -> None:
    found = today.at(value)
    assert found.replace(tzinfo=None) == moment
    assert found.utcoffset() == timedelta(hours=1)


def test_no_time_means_noon_of_the_day_before(today: Calendar) -> None:
    assert today.at(None) is today.default
    assert today.default.isoformat() == "2026-03-14T12:00:00+01:00"


def test_no_time_means_noon_of_the_day_that_was_asked_for() -> None:
    assert calendar(read({}), NOW, date(2026, 3, 1)).default == datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_late_in_the_evening_utc_it_is_already_tomorrow_elsewhere() -> None:
    late = datetime(2026, 3, 15, 23, 30, tzinfo=UTC)
    assert calendar(read({"SELFIMPROVE_TIMEZONE": "Asia/Tokyo"}), late).default.date() == date(2026, 3, 15)


@pytest.mark.parametrize("value", ["yesterday", "", True, [], {}, 1e300, float("nan"), -1e11 * 1e9, "2026-13-01"])
def test_what_is_no_time_is_a_bad_timestamp(today: Calendar, value: object) -> None:
    with pytest.raises(Unreadable) as caught:
        today.at(value)
    assert caught.value.reason == "bad_timestamp"


def test_a_time_zone_ahead_is_no_reason_to_refuse_but_next_week_is(today: Calendar) -> None:
    assert today.at((NOW + timedelta(hours=20)).timestamp())
    with pytest.raises(Unreadable, match="bad_timestamp: it lies in the future"):
        today.at((NOW + timedelta(days=7)).timestamp())


def test_the_first_day_counts_and_the_day_before_it_says_what_to_do(today: Calendar) -> None:
    assert today.at("2022-11-30T00:00:00").date() == today.first_day
    with pytest.raises(Unreadable, match="before_first_day: set SELFIMPROVE_FIRST_DAY"):
        today.at("2022-11-29T23:59:59")
    with pytest.raises(Unreadable, match="before_first_day"):
        today.at(0)

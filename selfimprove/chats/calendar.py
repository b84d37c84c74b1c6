"""Places a conversation in its day: the owner's time zone, the first day, and the day of files without times."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from selfimprove.chats.unreadable import Unreadable
from selfimprove.settings import Settings

MILLISECONDS_FROM = 1e11  # as seconds this would be the year 5138


@dataclass(frozen=True, slots=True)
class Calendar:
    """When an import happens and how it reads times; `default` stands for a time the file does not have."""

    timezone: ZoneInfo
    first_day: date
    default: datetime
    now: datetime

    def at(self, value: object) -> datetime:
        """The moment that a file's time means: Unix seconds or milliseconds, ISO 8601, or None for the default.

        Raises:
            Unreadable: bad_timestamp, before_first_day.
        """
        if value is None:
            return self.default
        moment = self._moment(value)
        if moment > self.now + timedelta(days=1):
            raise Unreadable("bad_timestamp", "it lies in the future")
        if moment.date() < self.first_day:
            raise Unreadable("before_first_day", "set SELFIMPROVE_FIRST_DAY to an earlier day and import again")
        return moment

    def _moment(self, value: object) -> datetime:
        try:
            if isinstance(value, str):
                moment = datetime.fromisoformat(value)
                return moment.astimezone(self.timezone) if moment.tzinfo else moment.replace(tzinfo=self.timezone)
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                seconds = value / 1000 if abs(value) >= MILLISECONDS_FROM else value
                return datetime.fromtimestamp(seconds, self.timezone)
        except (ValueError, OverflowError, OSError) as exc:
            raise Unreadable("bad_timestamp", "neither Unix time nor ISO 8601") from exc
        raise Unreadable("bad_timestamp", "neither Unix time nor ISO 8601")


def calendar(settings: Settings, now: datetime, day: date | None = None) -> Calendar:
    """The owner's calendar at `now`; files without times belong to `day`, or to yesterday."""
    timezone = ZoneInfo(settings.timezone)
    noon = datetime.combine(day or now.astimezone(timezone).date() - timedelta(days=1), time(12), timezone)
    return Calendar(timezone, settings.first_day, noon, now)

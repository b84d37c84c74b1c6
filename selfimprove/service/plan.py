"""What the system is to run for a house, and when: independent of which system."""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from selfimprove.settings import Settings

EARLIER = timedelta(minutes=5)  # before the night begins
CARRIED = ("LANG", "LC_ALL", "HF_HOME", "HF_HUB_CACHE", "XDG_CACHE_HOME", "SSL_CERT_FILE")
PLACES = "/opt/homebrew/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin:/run/current-system/sw/bin"
# Apple's own switch for GPU work that a display waits for; it helps, the display's sleep helps surely.
PATIENCE = {"AGX_RELAX_CDM_CTXSTORE_TIMEOUT": "1"}
WEEK, YEAR = timedelta(days=7), timedelta(days=366)
WEEKLY = re.compile(r"\S+ \S+ \* \* \S+")
DAILY = re.compile(r"\d+ \d+ \* \* \*")


@dataclass(frozen=True, slots=True)
class File:
    """A file of the system's, as it is to be."""

    path: Path
    content: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The house, the command that begins every other, its environment, when nights begin and when they must be over."""

    home: Path
    command: tuple[str, ...]
    environment: Mapping[str, str]
    cron: str
    timezone: str
    morning: time

    def nights(self, now: datetime) -> list[datetime]:
        """When nights begin in the coming week, or year where weeks differ, in their time zone; at least the next."""
        from cronsim import CronSim

        begin = now.astimezone(ZoneInfo(self.timezone))
        found = [next(ticks := CronSim(self.cron, begin))]
        while (tick := next(ticks, None)) and tick <= begin + (WEEK if self.is_weekly() else YEAR):
            found.append(tick)
        return found

    def is_daily(self) -> bool:
        """Whether nights begin at one time every day."""
        return DAILY.fullmatch(self.cron) is not None

    def is_weekly(self) -> bool:
        """Whether nights begin at the same times every week: no days of the month are named, and no months."""
        return WEEKLY.fullmatch(self.cron) is not None

    def awake_for(self, night: datetime) -> int:
        """Seconds from a few minutes before a night to the morning after it, by the machine's clock."""
        begin = (night - EARLIER).astimezone()
        morning = begin.replace(hour=self.morning.hour, minute=self.morning.minute, second=0)
        if morning <= night:
            morning += timedelta(days=1)
        return int((morning - begin).total_seconds())


def plan(settings: Settings, environment: Mapping[str, str], morning: time) -> Plan:
    """The plan for the house of these settings, with what of the environment its processes need."""
    names = {*CARRIED, *(f"SELFIMPROVE_{field.name.upper()}" for field in fields(Settings))}
    carried = {name: environment[name] for name in names & environment.keys()}
    carried |= {"SELFIMPROVE_HOME": str(settings.home), "PATH": f"{Path(sys.executable).parent}:{PLACES}"}
    command = (sys.executable, "-m", "selfimprove")
    return Plan(settings.home, command, dict(sorted(carried.items())), settings.cron, settings.timezone, morning)

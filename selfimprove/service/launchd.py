"""macOS: agents of the account that logs in, as property lists."""

import os
import plistlib
from datetime import datetime, time
from pathlib import Path
from typing import Any

from selfimprove.service.plan import EARLIER, PATIENCE, File, Plan

UP, NIGHT, MORNING = (f"org.selfimprove.{name}" for name in ("up", "night", "morning"))
# A display that is on makes macOS kill long GPU work. It is put to sleep unless somebody touched the Mac lately.
IDLE = "ioreg -c IOHIDSystem | awk '/HIDIdleTime/ {print int($NF / 1000000000); exit}'"
AWAKE = f'[ "$({IDLE})" -lt 300 ] || pmset displaysleepnow; exec caffeinate -i -s -t "$0"'


def folder() -> Path:
    """Where launchd looks for an account's agents."""
    return Path.home() / "Library" / "LaunchAgents"


def files(plan: Plan, now: datetime) -> list[File]:
    """The agents; launchd knows the machine's own time alone, so nights are told in that."""
    nights = plan.nights(now)
    longest = max(plan.awake_for(night) for night in nights)
    up = {"ProgramArguments": [*plan.command, "up"], "RunAtLoad": True, "KeepAlive": {"SuccessfulExit": False}}
    awake = {"ProgramArguments": ["/bin/sh", "-c", AWAKE, str(longest)], "StartCalendarInterval": _starts(plan, nights)}
    over = {"Hour": plan.morning.hour, "Minute": plan.morning.minute}
    ended = {"ProgramArguments": [*plan.command, "service", "morning"], "StartCalendarInterval": over}
    return [_file(plan, label, job) for label, job in ((UP, up), (NIGHT, awake), (MORNING, ended))]


def _starts(plan: Plan, nights: list[datetime]) -> dict[str, int] | list[dict[str, int]]:
    """A few minutes before each night, by the machine's clock; launchd counts weekdays from Sunday."""
    local = [(night - EARLIER).astimezone() for night in nights]
    if plan.is_daily():
        return {"Hour": local[0].hour, "Minute": local[0].minute}
    if not plan.is_weekly():
        year = sorted({(one.month, one.day, one.hour, one.minute) for one in local})
        return [{"Month": month, "Day": day, "Hour": hour, "Minute": minute} for month, day, hour, minute in year]
    week = sorted({(one.isoweekday() % 7, one.hour, one.minute) for one in local})  # the same whatever day it is
    return [{"Weekday": day, "Hour": hour, "Minute": minute} for day, hour, minute in week]


def _file(plan: Plan, label: str, job: dict[str, Any]) -> File:
    log = str(plan.home / "logs" / "service.log")
    common = {
        "Label": label,
        "EnvironmentVariables": {**PATIENCE, **plan.environment},
        "WorkingDirectory": str(plan.home),
        "StandardOutPath": log,
        "StandardErrorPath": log,
        "ThrottleInterval": 30,
    }
    return File(folder() / f"{label}.plist", plistlib.dumps({**common, **job}).decode())


def home_of(content: str) -> str:
    """The house that an agent is for."""
    return str(plistlib.loads(content.encode()).get("EnvironmentVariables", {}).get("SELFIMPROVE_HOME", ""))


def morning_of(content: str) -> time | None:
    """When the agent that ends nights does so; None for another one."""
    told = plistlib.loads(content.encode())
    at = told.get("StartCalendarInterval")
    return time(at["Hour"], at["Minute"]) if told["Label"] == MORNING else None


def starting(file: File) -> list[list[str]]:
    """Commands that have an agent loaded as its file is now."""
    return [["launchctl", "bootstrap", _domain(), str(file.path)]]


def stopping(file: File) -> list[list[str]]:
    """Commands that unload an agent, whether it is loaded or not."""
    return [["launchctl", "bootout", f"{_domain()}/{file.path.stem}"]]


def asking(file: File) -> tuple[list[str], bool]:
    """A command, and that it succeeds when an agent is loaded."""
    return explaining(file), True


def explaining(file: File) -> list[str]:
    """What tells a person why one does not run."""
    return ["launchctl", "print", f"{_domain()}/{file.path.stem}"]


def _domain() -> str:
    return f"gui/{os.getuid()}"

"""Linux: units of the account's own systemd."""

import os
import re
from datetime import datetime, time
from pathlib import Path

from selfimprove.service.plan import EARLIER, File, Plan

UP, NIGHT, MORNING = (f"selfimprove{name}" for name in ("", "-night", "-morning"))
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
UNIT = """[Unit]
Description={what}
Documentation=file://{readme}

[Service]
{how}
WorkingDirectory={home}
{environment}
"""
TIMER = """[Unit]
Description={what}

[Timer]
{when}
AccuracySec=1min

[Install]
WantedBy=timers.target
"""
RUNS = """Type=exec
ExecStart={command}
Restart=on-failure
RestartSec=30
KillMode=mixed
TimeoutStopSec=120"""
INSTALL = "\n[Install]\nWantedBy=default.target\n"
README = Path(__file__).resolve().parents[2] / "README.md"


def folder() -> Path:
    """Where systemd looks for an account's units."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"


def files(plan: Plan, now: datetime) -> list[File]:
    """The units with their timers; systemd knows time zones, so nights are told in the house's own."""
    nights = plan.nights(now)
    longest = max(plan.awake_for(night) for night in nights)
    inhibit = ["systemd-inhibit", "--what=sleep:idle", "--who=selfimprove", "--why=the night's training"]
    awake = f"Type=exec\nExecStart={_quoted([*inhibit, 'sleep', str(longest)])}"
    ended = f"Type=oneshot\nExecStart={_quoted([*plan.command, 'service', 'morning'])}"
    over = f"*-*-* {plan.morning:%H:%M}:00"
    return [
        _unit(plan, UP, "selfimprove", RUNS.format(command=_quoted([*plan.command, "up"])), INSTALL),
        _unit(plan, NIGHT, "selfimprove: awake for the night", awake),
        _timer(NIGHT, "selfimprove: before the night", _starts(plan, nights)),
        _unit(plan, MORNING, "selfimprove: the end of the night", ended),
        _timer(MORNING, "selfimprove: in the morning", [over]),
    ]


def _starts(plan: Plan, nights: list[datetime]) -> list[str]:
    local = [night - EARLIER for night in nights]
    if plan.is_daily():
        return [f"*-*-* {local[0]:%H:%M}:00 {plan.timezone}"]
    if not plan.is_weekly():
        return [f"*-{at} {plan.timezone}" for at in sorted({f"{one:%m-%d %H:%M}:00" for one in local})]
    week = sorted({(one.weekday(), f"{one:%H:%M}") for one in local})  # the same whatever day it is
    return [f"{DAYS[day]} *-*-* {at}:00 {plan.timezone}" for day, at in week]


def _unit(plan: Plan, name: str, what: str, how: str, install: str = "") -> File:
    environment = "\n".join(f"Environment={_quoted([f'{key}={value}'], shell=False)}" for key, value in _sorted(plan))
    text = UNIT.format(what=what, readme=_percent(README.as_posix()).replace(" ", "%%20"), how=how,
                       home=_percent(str(plan.home)), environment=environment)  # fmt: skip
    return File(folder() / f"{name}.service", text + install)


def _timer(name: str, what: str, when: list[str]) -> File:
    return File(
        folder() / f"{name}.timer", TIMER.format(what=what, when="\n".join(f"OnCalendar={each}" for each in when))
    )


def _sorted(plan: Plan) -> list[tuple[str, str]]:
    return sorted(plan.environment.items())


def _percent(text: str) -> str:
    return text.replace("%", "%%")


def _quoted(words: list[str], *, shell: bool = True) -> str:
    """Words as systemd splits them: quoted, its specifiers and, in a command, its variables taken literally."""
    escaped = [_percent(word.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")) for word in words]
    return " ".join(f'"{word.replace("$", "$$") if shell else word}"' for word in escaped)


def home_of(content: str) -> str:
    """The house that a unit is for."""
    found = re.search(r'^Environment="SELFIMPROVE_HOME=(.*)"$', content, re.MULTILINE)
    return found[1].replace("%%", "%").replace('\\"', '"').replace("\\\\", "\\") if found else ""


def morning_of(content: str) -> time | None:
    """When the timer that ends nights does so; None for another one."""
    found = re.search(r"in the morning\n\n\[Timer\]\nOnCalendar=\*-\*-\* (\d\d):(\d\d)", content)
    return time(int(found[1]), int(found[2])) if found else None


def starting(file: File) -> list[list[str]]:
    """Commands that have a unit started at login and now, as its file is now; what a timer starts has none."""
    if file.path.stem != UP and file.path.suffix == ".service":
        return []
    return [["systemctl", "--user", "enable", file.path.name], ["systemctl", "--user", "restart", file.path.name]]


def stopping(file: File) -> list[list[str]]:
    """Commands that stop a unit, whether it runs or not, and forget that it failed."""
    verbs = (["disable", "--now"], ["reset-failed"])
    return [["systemctl", "--user", *verb, file.path.name] for verb in verbs]


def asking(file: File) -> tuple[list[str], bool]:
    """A command, and whether it succeeds when all is well: a unit is active, or waits for a timer and did not fail."""
    is_started = bool(starting(file))
    asked = "is-active" if is_started else "is-failed"
    return ["systemctl", "--user", asked, "--quiet", file.path.name], is_started


def explaining(file: File) -> list[str]:
    """What tells a person why one does not run."""
    return ["systemctl", "--user", "status", file.path.name]

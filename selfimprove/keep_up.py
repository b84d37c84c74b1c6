"""Keep services up: start again whoever dies, later and later, and give up who dies again and again."""

import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from selfimprove import postgres, processes
from selfimprove.errors import ServiceStopped
from selfimprove.reports import alerts, deliver
from selfimprove.reports.alerts import Alert
from selfimprove.settings import Settings

WAITS = (1.0, 2.0, 4.0, 8.0, 16.0)  # seconds before each start; who dies soon after the last one is given up
HEALTHY = 60.0  # seconds; after so long what was before is forgotten
AT_ONCE = 15.0  # seconds in which a fault that hinders the very first start shows
AGAIN = 5.0  # seconds until what could not be done yet is tried again: the database may be down


@dataclass(frozen=True, slots=True)
class Service:
    """A child process of the stack: its name, its log, and when it began: by a clock that nobody sets, and by ours."""

    name: str
    process: subprocess.Popen[bytes]  # kept: Python's next child would reap one that nobody holds
    log: str
    began: float = field(default_factory=time.monotonic)
    since: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def pid(self) -> int:
        """By which the system knows it."""
        return self.process.pid


@dataclass(frozen=True, slots=True)
class Death:
    """An end that nobody asked for: the how many-th of a row, each soon after a start, and when the row began."""

    service: Service
    code: int
    count: int
    since: datetime
    is_at_first: bool

    @property
    def wait(self) -> float | None:
        """Seconds until another start; None when there is to be none."""
        is_over = self.is_at_first or self.count > len(WAITS)
        return None if is_over else WAITS[self.count - 1]

    def stopped(self) -> ServiceStopped:
        """The error that ends everything."""
        return ServiceStopped(name=self.service.name, code=self.code, log=self.service.log)

    def alert(self, url: str) -> Alert:
        """One for a row of deaths, and for all rows that begin within an hour; giving up is one of its own."""
        name, log = self.service.name, self.service.log
        key, then = f"{name} {self.since:%Y-%m-%dT%H}", "and is started again"
        if self.wait is None:
            key = f"{name} {self.since.isoformat()}"
            then = f"{self.count} times in a row: everything is stopped; start it with `selfimprove up`"
        told = f"since {self.since:%Y-%m-%d %H:%M} UTC it stopped by itself with exit code {self.code}, {then}."
        return Alert(key, name, "", f"{told} Its log is {log}.", url)


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be done at a time of the monotonic clock; `do` tells whether it could be, and may start a service."""

    at: float
    do: Callable[[], bool]
    starts: str = ""


def death(service: Service, status: int, before: Death | None) -> Death:
    """What an end means after the one before of the same service; `status` is what the system says of it."""
    code, lived = os.waitstatus_to_exitcode(status), time.monotonic() - service.began
    service.process.returncode = code  # or Python would wait for it once more
    if before is None or lived >= HEALTHY:
        return Death(service, code, 1, datetime.now(UTC), before is None and code > 0 and lived < AT_ONCE)
    return Death(service, code, before.count + 1, before.since, False)


def keep_up(
    lost: Callable[[int], Service | None], start: Callable[[str], bool], tell: Callable[[Death], bool],
    say: Callable[[str], None],
) -> NoReturn:
    """Start services again, while the others go on, until one is given up.

    `lost` takes a process off the books and returns whose it was; `start` and `tell` say whether they could, and are
    asked again if not.

    Raises:
        ServiceStopped: one died again and again, or at once at its very first start.
    """
    last: dict[str, Death] = {}
    due: list[Due] = []
    with processes.ends_of_children() as ends:
        while True:
            for pid, status in ends(_seconds(due)):
                if service := lost(pid):
                    found = last[service.name] = death(service, status, last.get(service.name))
                    due = [one for one in due if one.starts != service.name] + _after(found, start, tell, say)
            due = _carried_out(due)


def wait(until: Callable[[], bool], alive: Mapping[str, Service]) -> None:
    """Return when it is so.

    Raises:
        ServiceStopped: a service ended before.
    """
    while True:
        _require_alive(alive.values())
        if until():
            return
        time.sleep(0.1)


def serves(address: str) -> bool:
    """Whether a web server answers there."""
    try:
        urllib.request.urlopen(address, timeout=2).close()
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
    return True


def record(settings: Settings, alert: Alert, *, is_there: bool, send: bool = False) -> bool:
    """Keep an alert, which the gateway sends; with `send` here, there being none left. Whether that could be done."""
    try:
        if not is_there:
            return False
        with postgres.connect(postgres.url(settings)) as connection:
            alerts.record(connection, [alert])
        if send:
            with postgres.connect(postgres.url(settings)) as connection:
                deliver.deliver(connection, settings.alert_urls, datetime.now(UTC), insist=True)
    except Exception:  # noqa: BLE001 - services are kept up, whether that can be told or not
        return False
    return True


def _after(
    found: Death, start: Callable[[str], bool], tell: Callable[[Death], bool], say: Callable[[str], None]
) -> list[Due]:
    """What a death leads to; the last of a row leads to nothing more."""
    if found.is_at_first:
        raise found.stopped()
    now, name = time.monotonic(), found.service.name
    if found.wait is None:
        tell(found)
        raise found.stopped()
    line = f"{name} stopped by itself with exit code {found.code}; it is started again in {found.wait:g} s."
    _say(line, found.service.log, say)
    return [Due(now, lambda: tell(found)), Due(now + found.wait, lambda: start(name), name)]


def _say(line: str, log: str, say: Callable[[str], None]) -> None:
    """To the person, and in the log of whoever it is about; neither need be there any more."""
    with suppress(OSError):
        say(f"{line} Its log is {log}")
    with suppress(OSError), Path(log).open("a") as file:
        file.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC selfimprove up: {line}\n")


def _seconds(due: Sequence[Due]) -> float | None:
    """Until the next is due, None while nothing is."""
    return max(0.0, min(one.at for one in due) - time.monotonic()) if due else None


def _carried_out(due: Iterable[Due]) -> list[Due]:
    """What is left, with what could not be done."""
    left = []
    for one in due:
        if one.at > time.monotonic():
            left.append(one)
        elif not _is_done(one):
            left.append(replace(one, at=time.monotonic() + AGAIN))
    return left


def _is_done(one: Due) -> bool:
    try:
        return one.do()
    except OSError:  # no memory for one more process, or no room on the disk
        return False


def _require_alive(services: Iterable[Service]) -> None:
    for service in services:
        pid, status = os.waitpid(service.pid, os.WNOHANG)
        if pid:
            raise death(service, status, None).stopped()

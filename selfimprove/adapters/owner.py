"""Consideration for who uses the machine: a training waits while the owner is back at it or while it is hot.

Only macOS tells of both. Everywhere a training runs at a low priority. It waits between two of its processes, never in
the midst of one.
"""

import math
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

AWAY = 300.0  # seconds without a key or a movement, after which the owner is not there
LOOK = 15.0
NICENESS = 5
IDLE = re.compile(r'"HIDIdleTime" = (\d+)')
LIMIT = re.compile(r"CPU_Speed_Limit\s*=\s*(\d+)")
WARNING = re.compile(r"(?:thermal|performance) warning level\s*[=:]\s*(\d+)", re.IGNORECASE)


class Sensor(Protocol):
    """What a machine knows of its owner and of itself."""

    def idle(self) -> float:
        """Seconds since somebody last touched it; infinite where nobody can know."""

    def is_hot(self) -> bool:
        """Whether it slows down to cool."""


class Blind:
    """A machine that tells nothing."""

    def idle(self) -> float:
        """Nobody is there."""
        return math.inf

    def is_hot(self) -> bool:
        """Never."""
        return False


class Mac:
    """macOS by its own commands; what they do not say counts as nobody there and cool."""

    def idle(self) -> float:
        """By the keyboard's and pointer's driver."""
        found = IDLE.search(_said("ioreg", "-c", "IOHIDSystem", "-d", "4"))
        return int(found[1]) / 1e9 if found else math.inf

    def is_hot(self) -> bool:
        """By the power management's speed limit and warnings."""
        said = _said("pmset", "-g", "therm")
        return any(int(limit) < 100 for limit in LIMIT.findall(said)) or any(map(int, WARNING.findall(said)))


def _said(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=10).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def of_this_machine() -> Sensor:
    """The sensor for the system this runs on."""
    return Mac() if sys.platform == "darwin" else Blind()


@dataclass(slots=True)
class Manners:
    """Waits when it should. An owner who started the training and is still there is not in its way."""

    sensor: Sensor
    tell: Callable[[str], None]
    sleep: Callable[[float], None] = time.sleep
    was_away: bool = False

    def wait(self, longest: float) -> None:
        """Return when nobody is in the way, after `longest` seconds at the latest."""
        waited, told = 0.0, ""
        while (reason := self._reason()) and waited < longest:
            if reason != told:
                self.tell(f"Training waits: {reason}.")
                told = reason
            self.sleep(LOOK)
            waited += LOOK
        if told:
            self.tell("Training goes on.")

    def _reason(self) -> str:
        idle = self.sensor.idle()
        self.was_away = self.was_away or idle >= AWAY
        if self.was_away and idle < AWAY:
            return "somebody uses the machine"
        return "the machine is hot" if self.sensor.is_hot() else ""


@contextmanager
def awake() -> Iterator[None]:
    """Keep a Mac from going to sleep; its display may."""
    if sys.platform != "darwin":
        yield
        return
    keeper = subprocess.Popen(["caffeinate", "-i", "-s", "-w", str(os.getpid())])
    try:
        yield
    finally:
        keeper.kill()
        keeper.wait()


def step_back() -> None:
    """Lower this process's priority, below that of whatever answers meanwhile."""
    os.nice(max(0, NICENESS - os.nice(0)))

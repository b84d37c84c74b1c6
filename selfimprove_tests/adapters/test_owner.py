"""A training gives way to who uses the machine, and lets it cool."""

import math
import os
import stat
from pathlib import Path

import pytest

from selfimprove.adapters import owner
from selfimprove.adapters.owner import AWAY, LOOK, Blind, Mac, Manners, Sensor


class Fake:
    """A machine whose readings are a list; the last one stays."""

    def __init__(self, *readings: tuple[float, bool]) -> None:
        self.readings = list(readings)

    def idle(self) -> float:
        return self.readings[0][0]

    def is_hot(self) -> bool:
        hot = self.readings[0][1]
        if len(self.readings) > 1:
            self.readings.pop(0)
        return hot


def waits(sensor: Sensor, longest: float = math.inf, was_away: bool = False) -> tuple[float, list[str]]:
    slept: list[float] = []
    said: list[str] = []
    manners = Manners(sensor, said.append, slept.append, was_away)
    manners.wait(longest)
    return sum(slept), said


def test_nobody_there_and_cool_is_no_reason_to_wait() -> None:
    assert waits(Blind()) == (0.0, [])
    assert waits(Fake((math.inf, False))) == (0.0, [])


def test_an_owner_who_started_it_is_not_in_its_way() -> None:
    assert waits(Fake((2.0, False))) == (0.0, [])


class Returning(Fake):
    """Back for three looks, then away again."""

    def idle(self) -> float:
        idle = self.readings[0][0]
        if len(self.readings) > 1:
            self.readings.pop(0)
        return idle

    def is_hot(self) -> bool:
        return False


def test_it_backs_off_when_the_owner_returns() -> None:
    sensor = Returning((1.0, False), (1.0, False), (1.0, False), (AWAY, False))
    assert waits(sensor, was_away=True) == (
        3 * LOOK,
        ["Training waits: somebody uses the machine.", "Training goes on."],
    )


def test_away_is_remembered_between_segments() -> None:
    sensor = Returning((AWAY, False), (1.0, False), (1.0, False), (AWAY, False))
    slept: list[float] = []
    manners = Manners(sensor, lambda _: None, slept.append)
    manners.wait(math.inf)
    assert slept == []
    manners.wait(math.inf)
    assert slept == [LOOK, LOOK]


def test_it_lets_the_machine_cool() -> None:
    slept, said = waits(Fake((2.0, True), (2.0, True), (2.0, False)))
    assert slept == 2 * LOOK
    assert said[0] == "Training waits: the machine is hot."


def test_it_waits_no_longer_than_the_night_has() -> None:
    assert waits(Fake((2.0, True)), longest=40.0)[0] == 3 * LOOK


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of commands that come before the system's."""
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def say(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.txt").write_text(text)
    script = folder / name
    script.write_text(f"#!/bin/sh\ncat '{folder / name}.txt'\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)


def test_idle_time_of_a_mac(commands: Path) -> None:
    say(commands, "ioreg", '  | |   "HIDIdleTime" = 4500000000\n  | |   "HIDKeyboardType" = 40\n')
    assert Mac().idle() == 4.5
    say(commands, "ioreg", "nothing of it\n")
    assert Mac().idle() == math.inf


@pytest.mark.parametrize(
    ("said", "hot"),
    [
        ("Note: No thermal warning level has been recorded\nNote: No performance warning level …\n", False),
        ("CPU Power notify\n\tCPU_Scheduler_Limit \t= 100\n\tCPU_Speed_Limit \t= 100\n", False),
        ("CPU Power notify\n\tCPU_Scheduler_Limit \t= 100\n\tCPU_Speed_Limit \t= 62\n", True),
        ("Thermal Warning Level = 0\n", False),
        ("Thermal Warning Level = 2\n", True),
        ("", False),
    ],
)  # fmt: skip
def test_heat_of_a_mac(commands: Path, said: str, hot: bool) -> None:
    say(commands, "pmset", said)
    assert Mac().is_hot() is hot


def test_without_the_commands_nothing_stands_in_the_way(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert (Mac().idle(), Mac().is_hot()) == (math.inf, False)


def test_this_machine_has_a_sensor_and_stays_awake() -> None:
    sensor = owner.of_this_machine()
    assert sensor.idle() >= 0.0
    with owner.awake():
        pass


def test_priority_is_lowered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0]

    def nice(more: int) -> int:
        now[0] += more
        return now[0]

    monkeypatch.setattr(os, "nice", nice)
    owner.step_back()
    owner.step_back()
    assert now == [owner.NICENESS]

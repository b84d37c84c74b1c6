"""What is written is what systemd and launchd read, whatever is in a path or a value."""

import plistlib
import shutil
import subprocess
import sys
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from selfimprove.service import launchd, systemd
from selfimprove.service.install import system
from selfimprove.service.plan import Plan, plan
from selfimprove.settings import read

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)  # a Wednesday
HARD = 'pass"w$ord 100% \\ ü'


def of(home: Path, cron: str = "0 2 * * *", timezone: str = "Europe/London", morning: time = time(7)) -> Plan:
    environment = {
        "SELFIMPROVE_HOME": str(home), "SELFIMPROVE_CRON": cron, "SELFIMPROVE_TIMEZONE": timezone,
        "SELFIMPROVE_DATABASE_URL": "postgresql:///x", "SELFIMPROVE_JUDGE_KEY": HARD, "PATH": "/mine",
        "LANG": "C.UTF-8", "SELFIMPROVE_STACK": "/other", "OTHER": "x",
    }  # fmt: skip
    return plan(read(environment), environment, morning)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "my house 100%"


def test_the_environment_is_that_of_the_settings(home: Path) -> None:
    carried = of(home).environment
    assert carried["SELFIMPROVE_JUDGE_KEY"] == HARD
    assert carried["SELFIMPROVE_HOME"] == str(home)
    assert carried["PATH"].startswith(f"{Path(sys.executable).parent}:")
    assert {"OTHER", "SELFIMPROVE_STACK"} & carried.keys() == set()


def test_a_sign_of_systemd_in_a_path_is_doubled(home: Path) -> None:
    units = [file.content for file in systemd.files(of(home), NOW) if file.path.suffix == ".service"]
    assert len(units) == 3
    for unit in units:
        assert f"\nWorkingDirectory={home}%\n" in unit


@pytest.mark.parametrize("cron", ["0 2 * * 1,3,5", "30 1 * * 6,0", "0 */12 * * 2-4", "0 2 * * *"])
@pytest.mark.parametrize("kind", [launchd, systemd])
def test_another_day_changes_no_file(home: Path, kind: ModuleType, cron: str) -> None:
    """Else `service status` would say on most days that the settings have changed."""
    contents = [[file.content for file in kind.files(of(home, cron), NOW + timedelta(days=days))] for days in range(7)]
    assert all(each == contents[0] for each in contents)


@pytest.mark.parametrize(
    ("cron", "starts"),
    [
        ("0 2 * * *", ["*-*-* 01:55:00 Europe/London"]),
        ("2 0 * * *", ["*-*-* 23:57:00 Europe/London"]),
        ("30 1 * * 6,0", ["Sat *-*-* 01:25:00 Europe/London", "Sun *-*-* 01:25:00 Europe/London"]),
    ],
)
def test_timers_go_off_before_the_night(home: Path, cron: str, starts: list[str]) -> None:
    timer = next(file for file in systemd.files(of(home, cron), NOW) if file.path.name == "selfimprove-night.timer")
    assert [line.partition("=")[2] for line in timer.content.splitlines() if "OnCalendar" in line] == starts


@pytest.mark.parametrize(("cron", "days"), [
    ("0 2 1 * *", {(month, 1) for month in range(1, 13)}), ("0 2 24 12 *", {(12, 24)}),
    ("0 2 */10 1,2 *", {(month, day) for month in (1, 2) for day in (1, 11, 21)} | {(1, 31)}),
])  # fmt: skip
def test_days_of_the_month_are_not_taken_for_weekdays(home: Path, cron: str, days: set[tuple[int, int]]) -> None:
    timer = next(file for file in systemd.files(of(home, cron), NOW) if file.path.name == "selfimprove-night.timer")
    assert {line for line in timer.content.splitlines() if "OnCalendar" in line} == {
        f"OnCalendar=*-{month:02}-{day:02} 01:55:00 Europe/London" for month, day in days
    }
    agents = [plistlib.loads(file.content.encode()) for file in launchd.files(of(home, cron), NOW)]
    starts = next(agent["StartCalendarInterval"] for agent in agents if agent["Label"] == launchd.NIGHT)
    assert {(start["Month"], start["Day"]) for start in starts} == days


def test_the_machine_stays_awake_until_the_morning(home: Path) -> None:
    planned = of(home, timezone="UTC")
    [night, *_] = planned.nights(NOW)
    assert planned.awake_for(night) == (night.astimezone().replace(hour=7) - night).total_seconds() + 300
    evening = of(home, "30 23 * * *", "UTC", time(6, 30))
    assert evening.awake_for(evening.nights(NOW)[0]) == 7 * 3600 + 300


def test_agents_survive_a_round_trip(home: Path) -> None:
    agents = {file.path.stem: plistlib.loads(file.content.encode()) for file in launchd.files(of(home), NOW)}
    assert set(agents) == {launchd.UP, launchd.NIGHT, launchd.MORNING}
    up = agents[launchd.UP]
    assert up["ProgramArguments"] == [sys.executable, "-m", "selfimprove", "up"]
    assert up["EnvironmentVariables"]["SELFIMPROVE_JUDGE_KEY"] == HARD
    assert (up["RunAtLoad"], up["KeepAlive"]) == (True, {"SuccessfulExit": False})
    assert up["WorkingDirectory"] == str(home)
    assert agents[launchd.MORNING]["StartCalendarInterval"] == {"Hour": 7, "Minute": 0}
    for file in launchd.files(of(home), NOW):
        assert launchd.home_of(file.content) == str(home)


def test_a_mac_is_kept_awake_with_its_display_asleep(home: Path, tmp_path: Path) -> None:
    """The agent's own command, with commands of the same names that tell how they were called."""
    night = plistlib.loads(launchd.files(of(home), NOW)[1].content.encode())
    for idle, expected in ((20, ["caffeinate -i -s -t"]), (900, ["pmset displaysleepnow", "caffeinate -i -s -t"])):
        calls = tmp_path / f"calls{idle}"
        _command(tmp_path, "ioreg", f"echo '  \"HIDIdleTime\" = {idle}000000000'")
        for name in ("pmset", "caffeinate"):
            _command(tmp_path, name, f'echo {name} "$@" >> {calls}')
        subprocess.run(night["ProgramArguments"], env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, check=True)
        told = calls.read_text().splitlines()
        assert [line.removesuffix(" 18300") for line in told] == expected


def _command(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_weekly_agents_name_their_weekdays(home: Path) -> None:
    night = plistlib.loads(launchd.files(of(home, "0 12 * * 0", "UTC"), NOW)[1].content.encode())
    local = datetime(2026, 3, 8, 11, 55, tzinfo=UTC).astimezone()
    assert night["StartCalendarInterval"] == [{"Weekday": 0, "Hour": local.hour, "Minute": local.minute}]


def _verified(folder: Path, names: list[str], level: str = "warning") -> tuple[int, list[str]]:
    """What systemd itself says of units, with a runtime folder of the test's own."""
    runtime = folder / "run"
    runtime.mkdir(mode=0o700, exist_ok=True)
    environment = {"XDG_RUNTIME_DIR": str(runtime), "HOME": str(folder), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        ["systemd-analyze", "--user", "verify", *names], capture_output=True, text=True, check=False, cwd=folder,
        env={**environment, "SYSTEMD_LOG_LEVEL": level, "LANG": "C.UTF-8"},
    )  # fmt: skip
    return done.returncode, (done.stderr + done.stdout).splitlines()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd here")
def test_systemd_takes_the_units_and_reads_what_was_meant(home: Path, tmp_path: Path) -> None:
    home.mkdir()
    planned = of(home, "30 1 * * 1-5")
    names = [file.path.name for file in systemd.files(planned, NOW)]
    for file in systemd.files(planned, NOW):
        (tmp_path / file.path.name).write_text(file.content)
    assert _verified(tmp_path, names) == (0, [])
    said = {line.strip() for line in _verified(tmp_path, ["selfimprove.service"], "debug")[1]}
    assert {f"Environment: {name}={value}" for name, value in planned.environment.items()} <= said
    assert f"WorkingDirectory: {home}" in said
    assert f"Command Line: {sys.executable} -m selfimprove up" in said
    (tmp_path / "selfimprove.service").write_text("[Service]\nExecStart=relative path\n")
    assert _verified(tmp_path, ["selfimprove.service"])[0] != 0


@pytest.mark.skipif(sys.platform != "darwin", reason="plutil is macOS's")
def test_plutil_takes_the_agents(home: Path, tmp_path: Path) -> None:
    for file in launchd.files(of(home), NOW):
        (tmp_path / file.path.name).write_text(file.content)
        subprocess.run(["plutil", "-lint", str(tmp_path / file.path.name)], check=True)


def test_units_know_their_house_and_their_morning(home: Path) -> None:
    for kind in (systemd, launchd):
        files: list[Any] = kind.files(of(home, morning=time(6, 30)), NOW)
        houses = {kind.home_of(file.content) for file in files if file.path.suffix != ".timer"}
        assert houses == {str(home)}
        assert [found for file in files if (found := kind.morning_of(file.content))] == [time(6, 30)]


def test_words_are_taken_literally() -> None:
    assert systemd._quoted(["a b", 'c"d', "$HOME", "50%", "\\"]) == '"a b" "c\\"d" "$$HOME" "50%%" "\\\\"'


def test_other_systems_are_refused() -> None:
    from selfimprove.errors import ServiceUnsupported

    with pytest.raises(ServiceUnsupported, match=r"win32 has neither launchd nor systemd. Until then `selfimprove up`"):
        system("win32")
    assert system("darwin") is launchd

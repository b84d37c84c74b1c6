"""Who dies is started again, the others go on, and who dies again and again is given up."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from random import Random

import psutil
import pytest

from selfimprove import keep_up, postgres, stack
from selfimprove.errors import ServiceStopped
from selfimprove.keep_up import Death, Service
from selfimprove.reports import alerts
from selfimprove.settings import CHECKOUT, Settings, read
from selfimprove_tests.end_to_end import brittle
from selfimprove_tests.end_to_end.house import House

SLEEP = "import time; time.sleep(300)"
KILLED, FAILED = signal.SIGKILL, 1 << 8  # as the system tells of ends


@pytest.fixture
def run(tmp_path: Path, settings: Settings) -> Iterator[Callable[..., Service]]:
    """Makes a service of a line of Python; none is left behind."""
    made: list[Service] = []

    def run(name: str = "daemon", code: str = SLEEP, *, ago: float = 0.0) -> Service:
        process = subprocess.Popen([sys.executable, "-c", code, stack.where(settings, name)])
        made.append(Service(name, process, str(tmp_path / f"{name}.log"), time.monotonic() - ago))
        return made[-1]

    yield run
    for service in made:
        service.process.kill()
        service.process.wait()


def test_each_wait_is_longer_and_forgotten_after_a_while_in_health(run: Callable[..., Service]) -> None:
    service = run(ago=keep_up.AT_ONCE)
    found, waits = keep_up.death(service, KILLED, None), []
    while found.wait is not None:
        waits.append(found.wait)
        found = keep_up.death(service, FAILED, found)
    assert waits == [1, 2, 4, 8, 16]
    assert (found.count, found.code) == (6, 1)
    healthy = replace(service, began=time.monotonic() - keep_up.HEALTHY)
    assert keep_up.death(healthy, FAILED, found).wait == 1


@pytest.mark.parametrize(
    ("status", "ago", "wait"),
    [(FAILED, 0.0, None), (FAILED, keep_up.AT_ONCE, 1), (KILLED, 0.0, 1), (0, 0.0, 1)],
)
def test_a_fault_at_the_very_first_start_is_not_tried_again(
    run: Callable[..., Service], status: int, ago: float, wait: float | None
) -> None:
    service = run(ago=ago)
    found = keep_up.death(service, status, None)
    assert (found.wait, found.is_at_first) == (wait, wait is None)
    before = Death(service, -9, 1, datetime.now(UTC), False)
    assert keep_up.death(service, status, before).wait == 2, "it had been up"


def test_who_dies_is_started_again_and_the_other_goes_on(
    run: Callable[..., Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keep_up, "WAITS", (0.0, 0.1, 0.2))
    monkeypatch.setattr(keep_up, "AGAIN", 0.05)
    other, service = run("webserver"), run(ago=keep_up.AT_ONCE)
    alive, said, told, tries = {other.pid: other, service.pid: service}, list[str](), list[Death](), list[str]()

    def start(name: str) -> bool:
        tries.append(name)
        if len(tries) > 1:  # the first time it cannot be started yet
            again = run(name, "raise SystemExit(3)")
            alive[again.pid] = again
        return len(tries) > 1

    def tell(death: Death) -> bool:
        told.append(death)
        return True

    service.process.kill()
    with pytest.raises(ServiceStopped, match=r"^daemon stopped by itself with exit code 3\. Its log is"):
        keep_up.keep_up(lambda pid: alive.pop(pid, None), start, tell, said.append)
    assert tries == ["daemon"] * 4
    assert [death.code for death in told] == [-9, 3, 3, 3]
    assert [death.wait for death in told] == [0.0, 0.1, 0.2, None]
    assert [line.partition(" Its log")[0] for line in said] == [
        "daemon stopped by itself with exit code -9; it is started again in 0 s.",
        "daemon stopped by itself with exit code 3; it is started again in 0.1 s.",
        "daemon stopped by itself with exit code 3; it is started again in 0.2 s.",
    ]
    assert Path(service.log).read_text().count("selfimprove up: daemon stopped by itself") == 3
    assert alive == {other.pid: other}
    assert other.process.poll() is None


def test_what_a_start_left_to_do_does_not_start_it_sooner_when_it_dies_again(
    run: Callable[..., Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keep_up, "WAITS", (0.0, 0.5, 0.5))
    monkeypatch.setattr(keep_up, "AGAIN", 0.02)
    service = run(ago=keep_up.AT_ONCE)
    alive, starts = {service.pid: service}, list[float]()

    def start(name: str) -> bool:
        if not alive:
            starts.append(time.monotonic())
            again = run(name, "raise SystemExit(3)")
            alive[again.pid] = again
        return False  # something is left to do

    service.process.kill()
    with pytest.raises(ServiceStopped):
        keep_up.keep_up(lambda pid: alive.pop(pid, None), start, lambda _: True, lambda _: None)
    assert len(starts) == 3
    assert all(later - sooner >= 0.5 for sooner, later in pairwise(starts))


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # by apprise
def test_a_storm_of_deaths_is_one_alert_and_giving_up_another(
    settings: Settings, connection: postgres.Connection, run: Callable[..., Service]
) -> None:
    loud = replace(settings, alert_urls=("nobody://understands",))
    found = keep_up.death(run(ago=keep_up.AT_ONCE), KILLED, None)
    while True:
        assert keep_up.record(loud, found.alert("http://x/"), is_there=True, send=found.wait is None)
        if found.wait is None:
            break
        found = keep_up.death(found.service, KILLED, found)
    last, first = alerts.newest(connection, 10)
    assert "it stopped by itself with exit code -9, and is started again. Its log is" in first["message"]
    assert "6 times in a row: everything is stopped; start it with `selfimprove up`" in last["message"]
    assert [row["attempts"] for row in (first, last)] == [1, 1], "nobody else is there any more who would send them"


def test_what_cannot_be_written_down_yet_is_said_so(settings: Settings, run: Callable[..., Service]) -> None:
    alert = keep_up.death(run(), KILLED, None).alert("http://x/")
    assert not keep_up.record(settings, alert, is_there=False)
    away = replace(settings, database_url="postgresql://127.0.0.1:1/nothing")
    assert not keep_up.record(away, alert, is_there=True)


def test_the_file_names_who_lives_and_who_is_waited_for(settings: Settings, run: Callable[..., Service]) -> None:
    settings.home.mkdir()
    with stack._locked(settings) as state:
        gateway, daemon = run("gateway"), run("daemon")
        kept = stack.Stack(settings, state, {"gateway": gateway, "daemon": daemon})
        kept.remember()
        assert (stack.services(settings)["daemon"], stack.named(settings)) == (daemon.pid, ["gateway", "daemon"])
        assert kept.lost(1) is None
        assert kept.lost(daemon.pid) is daemon
        assert (stack.services(settings)["daemon"], stack.named(settings)) == (None, ["gateway", "daemon"])
        assert stack.services(settings)["gateway"] == gateway.pid
        assert json.loads((settings.home / "stack.json").read_text())["pid"] == os.getpid()


@contextmanager
def closing_at_the_end(kept: stack.Stack) -> Iterator[None]:
    try:
        yield
    finally:
        kept.end()


@pytest.mark.parametrize(("error", "named"), [(ServiceStopped, ["daemon", "gateway"]), (KeyboardInterrupt, [])])
def test_whom_nobody_asked_to_end_stays_named(
    settings: Settings, run: Callable[..., Service], error: type[BaseException], named: list[str]
) -> None:
    settings.home.mkdir()
    with stack._locked(settings) as state:
        kept = stack.Stack(settings, state, {"gateway": run("gateway")}, {"daemon"})
        kept.remember()
        with pytest.raises(error), closing_at_the_end(kept):
            raise error(name="daemon", code=1, log="") if error is ServiceStopped else error
    assert stack.named(settings) == named
    assert set(stack.services(settings).values()) == {None}
    assert stack.down(settings) is False
    assert stack.named(settings) == []


def test_what_a_service_left_is_ended_before_it_is_started_again_and_nothing_else(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stack, "SERVICES", {"gateway": (brittle.HERE, "gateway")})
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
    monkeypatch.setenv("SELFIMPROVE_HOME", str(settings.home))
    (settings.home / "logs").mkdir(parents=True)
    command = [sys.executable, "-c", SLEEP]
    marks = [(stack.OF_SERVICE, stack._mark(settings, name)) for name in ("gateway", "daemon")]
    own, others = (subprocess.Popen(command, env={**os.environ, mark: value}) for mark, value in marks)
    with stack._locked(settings) as state, own, others:
        kept = stack.Stack(settings, state, waiting={"gateway"})
        assert kept.start_again("gateway")
        assert others.poll() is None
        assert not psutil.pid_exists(own.pid)
        assert stack.services(settings)["gateway"] == kept.alive["gateway"].pid
        kept.end()
        kept.alive["gateway"].process.poll()
        others.kill()


def test_runs_of_a_dead_code_server_are_given_up_once_the_daemon_has_found_the_new_one(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, run: Callable[..., Service]
) -> None:
    settings.home.mkdir()
    given_up: list[datetime] = []
    monkeypatch.setattr(stack, "could_reap", lambda _, before: not given_up.append(before))
    monkeypatch.setattr(stack, "_start", lambda _, name: run(name))
    with stack._locked(settings) as state:
        kept = stack.Stack(settings, state, waiting={"code-server"})
        assert not kept.start_again("code-server")
        server = kept.alive["code-server"]
        monkeypatch.setattr("selfimprove.code_server.listens", lambda _: True)
        assert not kept.start_again("code-server"), "it takes calls, and nobody knows it yet"
        assert (given_up, kept.alive["code-server"]) == ([], server)
        monkeypatch.setattr(stack, "SETTLES", 0.0)
        monkeypatch.setattr("selfimprove.code_server.listens", lambda _: False)
        assert not kept.start_again("code-server"), "it has stopped taking calls"
        monkeypatch.setattr("selfimprove.code_server.listens", lambda _: True)
        assert kept.start_again("code-server")
        assert (given_up, kept.alive["code-server"]) == ([server.since], server)


def test_who_needs_the_database_waits_for_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, run: Callable[..., Service]
) -> None:
    settings.home.mkdir()
    monkeypatch.setattr(stack, "_start", lambda _, name: run(name))
    away = replace(settings, database_url="postgresql://127.0.0.1:1/nothing")
    with stack._locked(settings) as state:
        kept = stack.Stack(away, state, waiting={"daemon", "gateway"})
        assert not kept.start_again("daemon")
        assert kept.start_again("gateway"), "it keeps what is said until the database is back"
        assert set(kept.alive) == {"gateway"}


@pytest.fixture
def house(tmp_path: Path, database: str) -> Iterator[House]:
    """A house on the test's own database, whose services do next to nothing."""
    house = House(tmp_path / "home")
    house.environment |= {"SELFIMPROVE_DATABASE_URL": database, "PYTHONPATH": str(CHECKOUT)}
    yield house
    house.close()


def up(house: House, *waits: float, at_once: float = 0.0) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", brittle.HERE, "up", *map(str, (at_once, *waits))]
    process = subprocess.Popen(command, env=house.environment, text=True, stderr=subprocess.PIPE)
    house.started.append(process)
    assert process.stderr is not None
    if not at_once:
        assert "Dagster is at" in process.stderr.readline()
        assert "Clients talk to" in process.stderr.readline()
    return process


def pid(house: House, name: str, other_than: int | None = None) -> int:
    """Whose turn it is, as the file tells, as soon as that is another one."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        found = stack.services(read(house.environment))[name]
        if found not in (None, other_than):
            return found
        time.sleep(0.02)
    raise AssertionError(f"{name} did not come back")


def test_a_killed_service_comes_back_beside_the_others(house: House) -> None:
    process = up(house, 0.1, 0.1, 0.1)
    before = {name: pid(house, name) for name in stack.SERVICES}
    for name, killed in before.items():
        os.kill(killed, signal.SIGKILL)
        assert pid(house, name, killed) != killed
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    assert process.stderr is not None
    said = process.stderr.read()
    assert all(f"{name} stopped by itself with exit code -9; it is started again" in said for name in before)
    assert house.processes() == []
    with postgres.connect(house.environment["SELFIMPROVE_DATABASE_URL"]) as connection:
        assert {row["asset"] for row in alerts.newest(connection, 9)} == set(before)


def test_who_dies_again_and_again_ends_everything_and_is_named(house: House) -> None:
    process = up(house, 0.1, 0.1)
    (house.home / "daemon.ends").touch()
    assert process.wait(60) == 1
    assert process.stderr is not None
    *again, last = process.stderr.read().splitlines()
    assert len(again) == 2
    assert last.startswith("Error: daemon stopped by itself with exit code 7. Its log is ")
    assert house.processes() == []
    assert stack.named(read(house.environment)) == ["code-server", "daemon", "gateway", "webserver"]


def test_a_fault_at_the_start_ends_everything_at_once(house: House) -> None:
    house.home.mkdir()
    (house.home / "gateway.ends").touch()
    process = up(house, 60.0, at_once=60.0)
    assert process.wait(60) == 1
    assert process.stderr is not None
    assert process.stderr.read().splitlines()[-1].startswith("Error: gateway stopped by itself with exit code 7. ")
    assert house.processes() == []


@pytest.mark.parametrize("number", range(2))
def test_ctrl_c_while_a_service_is_started_again_leaves_nothing(house: House, number: int) -> None:
    process = up(house, *[0.01] * 1000)
    before = pid(house, "gateway")
    (house.home / "gateway.ends").touch()
    pid(house, "gateway", before)
    time.sleep(Random(f"{os.environ['SELFIMPROVE_TEST_SEED']} {number}").uniform(0, 1))
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    assert house.processes() == []
    assert stack.named(read(house.environment)) == []

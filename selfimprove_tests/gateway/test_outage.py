"""What fails for long is told once; what fails for a moment, or leaves memory to a night, is not."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

import pytest

from selfimprove.errors import DatabaseDown, ModelBroken, ModelUnavailable
from selfimprove.gateway import answerers, outage, watch_database, work
from selfimprove.gateway.answerers import House, answering
from selfimprove.gateway.outage import Outage
from selfimprove.gateway.parts import Health
from selfimprove.gateway.upstream import Upstream
from selfimprove.reports.alerts import Alert
from selfimprove.settings import Settings
from selfimprove_tests.experiments.make import enthrone
from selfimprove_tests.gateway.by_day import Day, alerts, run
from selfimprove_tests.reports.receivers import web_hook

WHY = "its disk is gone."


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    made = Clock()
    with monkeypatch.context() as patch:
        patch.setattr(outage.time, "monotonic", made)
        yield made


def fails(found: Outage, clock: Clock, *seconds: float) -> None:
    """It fails at these seconds after the one before."""
    for pause in seconds:
        clock.now += pause
        asyncio.run(found.goes_on(WHY))


def test_what_lasts_is_told_once(day: Day, clock: Clock) -> None:
    found = Outage(day.swap._settings, "model")
    fails(found, clock, *[50] * 6, 40)
    assert alerts(day) == []
    fails(found, clock, *[50] * 20)
    [message] = alerts(day)
    assert message.startswith("gateway, check model: from 20")
    assert WHY in message
    assert "`selfimprove doctor`" in message


def test_what_is_over_soon_is_not(day: Day, clock: Clock) -> None:
    found = Outage(day.swap._settings, "model")
    for _ in range(10):
        fails(found, clock, *[50] * 6)
        clock.now += 30
        asyncio.run(found.is_over())
        clock.now += 30
    assert alerts(day) == []


def test_two_moments_an_hour_apart_are_not_an_hour(day: Day, clock: Clock) -> None:
    found = Outage(day.swap._settings, "model")
    fails(found, clock, 0, 3600, 3600)
    assert alerts(day) == []


def test_what_comes_and_goes_all_the_time_is_told(day: Day, clock: Clock) -> None:
    found = Outage(day.swap._settings, "model")
    for _ in range(20):
        fails(found, clock, 25)
        clock.now += 25
        asyncio.run(found.is_over())
    assert len(alerts(day)) == 1


def test_each_time_that_it_lasts_is_told(day: Day, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import UTC, datetime, timedelta

    days = iter(range(1, 9))

    class Calendar(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:  # type: ignore[override]
            return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=next(days))

    monkeypatch.setattr(outage, "datetime", Calendar)
    found = Outage(day.swap._settings, "model")
    for _ in range(2):
        fails(found, clock, *[50] * 8)
        clock.now += 70
    assert len(set(alerts(day))) == 2


def test_what_could_not_be_told_while_postgres_was_down_is_told_afterwards(
    day: Day, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def unreachable(*_: object) -> None:
        raise DatabaseDown(url="postgresql://nowhere", reason="refused")

    with monkeypatch.context() as patch:
        patch.setattr("selfimprove.postgres.connect", unreachable)
        for _ in range(20):
            assert not run(day.swap.follow())
            clock.now += 20
    assert "could not be told" in caplog.text
    assert run(day.swap.follow())
    [message] = alerts(day)
    assert "promotions are not followed" in message
    assert "refused" in message
    assert run(day.swap.follow())
    assert len(alerts(day)) == 1


def test_promotions_that_cannot_be_followed_are_told(
    day: Day, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    enthrone(day.house, "first")
    day.commit()
    run(day.swap.start())

    def broken(*_: object) -> None:
        raise ZeroDivisionError("a secret")

    with monkeypatch.context() as patch:
        patch.setattr(day.swap, "_read", broken)
        for _ in range(8):
            assert not run(day.swap.follow())
            clock.now += 50
    [message] = alerts(day)
    assert "promotions are not followed: ZeroDivisionError." in message
    assert "secret" not in message


@pytest.mark.parametrize("is_up", [True, False])
def test_a_model_that_is_away_is_not_the_swaps_fault_but_one_that_answers_nothing_is(
    day: Day, clock: Clock, monkeypatch: pytest.MonkeyPatch, is_up: bool
) -> None:
    def away(*_: object) -> None:
        raise ModelUnavailable(reason="40 requests are under way already", retry_after=5)

    monkeypatch.setattr(day.swap, "_read", away)
    day.engine.is_up = is_up
    for _ in range(8):
        assert not run(day.swap.follow())
        clock.now += 50
    assert len(alerts(day)) == is_up


def test_nothing_that_goes_wrong_in_telling_stops_who_tells(
    day: Day, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("selfimprove.postgres.connect", broken)
    for _ in range(8):
        assert not run(day.swap.follow())
        clock.now += 50


def database(day: Day, took: list[str], *, hears: bool = True) -> Outage:
    def straight(alert: Alert) -> bool:
        took.append(alert.message)
        return hears

    return Outage(day.swap._settings, "database", apart=watch_database.APART, straight=straight)


def test_a_database_that_is_down_for_long_is_told_without_it_and_kept_when_it_is_back(day: Day, clock: Clock) -> None:
    took: list[str] = []
    found = database(day, took)
    fails(found, clock, 0, 80, 80, 80, 50)
    assert took == []
    fails(found, clock, *[80] * 20)
    [message] = took
    assert message.startswith("gateway, check database: from 20")
    assert alerts(day) == []
    for _ in range(2):
        clock.now += 20
        asyncio.run(found.is_over())
    assert len(alerts(day)) == 1
    clock.now += 600
    fails(found, clock, *[80] * 6)
    assert len(took) == 2


def test_what_nobody_hears_is_sent_again_later_and_not_all_the_time(day: Day, clock: Clock) -> None:
    took: list[str] = []
    fails(database(day, took, hears=False), clock, 0, *[20] * 60)
    assert len(took) == 4, "20 minutes: after 5, and every 5"


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
def test_the_targets_hear_of_a_database_that_is_down(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_database, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(outage, "LASTS", 0.1)
    with web_hook() as (port, received):
        nowhere = replace(
            settings, database_url="postgresql://ann:secret@127.0.0.1:1/none",
            alert_urls=(f"json://127.0.0.1:{port}", "json://127.0.0.1:1"),
        )

        async def live() -> None:
            async with work.beside(watch_database.watch_database(nowhere)), asyncio.timeout(20):
                while not received:
                    await asyncio.sleep(0.02)
                await asyncio.sleep(0.2)

        asyncio.run(live())
    [told] = received
    assert "gateway, check database" in told["message"]
    assert "The database does not answer" in told["message"]
    assert "secret" not in told["message"]


class Standing:
    """What `House` asks of a StandingBy."""

    def __init__(self, is_resting: bool = False, failure: str = "") -> None:
        self.is_resting, self.failure = is_resting, failure


Lives = Callable[[], AbstractAsyncContextManager[None]]


def seen(day: Day, monkeypatch: pytest.MonkeyPatch, lives: Lives) -> list[str]:
    """The alerts after it lived for a while, in which what takes 0.1 s lasts."""
    monkeypatch.setattr(answerers, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(answerers, "LOOK_ABROAD", 0.01)
    monkeypatch.setattr(outage, "LASTS", 0.1)

    async def live() -> None:
        async with lives(), asyncio.timeout(5):
            began = asyncio.get_running_loop().time()
            while asyncio.get_running_loop().time() - began < 0.6 and not alerts(day):
                await asyncio.sleep(0.02)

    run(live())
    return alerts(day)


def told(day: Day, monkeypatch: pytest.MonkeyPatch, standing: Standing, failure: str = "") -> list[str]:
    """The alerts after a model did not come up for a while; it hangs in loading where nothing failed."""

    async def fall(house: House) -> None:
        house._standing = standing  # type: ignore[assignment]
        if failure:
            raise ModelBroken(folder="models/x", reason=failure)
        await asyncio.sleep(60)

    monkeypatch.setattr(House, "_come_up", fall)
    monkeypatch.setattr(answerers, "FIRST_WAIT", 0.01)
    return seen(day, monkeypatch, House(day.swap._settings).lives)


def test_a_model_that_does_not_come_up_is_told(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    [message] = told(day, monkeypatch, Standing(), "it has no weights")
    assert "it has no weights" in message


def test_with_the_reason_of_the_process_that_died(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    [message] = told(day, monkeypatch, Standing(failure="it was killed: out of memory"))
    assert "it was killed: out of memory. `selfimprove doctor`" in message


def test_one_that_rests_or_takes_its_time_is_not(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(day, monkeypatch, Standing(is_resting=True, failure="it was killed")) == []
    assert told(day, monkeypatch, Standing()) == []


def test_one_that_loads_for_an_hour_is(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answerers, "LONGEST_LOAD", 0.05)
    assert told(day, monkeypatch, Standing(is_resting=True)) == []
    [message] = told(day, monkeypatch, Standing())
    assert "the model is being loaded, and has been for an hour. `selfimprove doctor`" in message


class NoKeeping:
    """An upstream that is only looked at keeps nothing."""


@pytest.mark.parametrize("address", ["http://127.0.0.1:{}/v1", "ollama+http://127.0.0.1:{}"])
def test_an_upstream_that_is_down_is_told(day: Day, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    keeping: Any = NoKeeping()
    with socket.socket() as taken:  # bound, and nobody listens
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        settings = replace(day.swap._settings, upstream_url=address.format(port))
        [message] = seen(day, monkeypatch, answering(settings, keeping).lives)
    assert message.startswith("gateway, check upstream: from 20")
    assert "SELFIMPROVE_UPSTREAM_URL" in message
    assert f"nobody listens at 127.0.0.1:{port}" in message


def test_one_that_lists_its_models_is_not(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    async def lists(_: Upstream) -> Health:
        return Health(True)

    keeping: Any = NoKeeping()
    monkeypatch.setattr(Upstream, "health", lists)
    settings = replace(day.swap._settings, upstream_url="http://127.0.0.1:1/v1")
    assert seen(day, monkeypatch, answering(settings, keeping).lives) == []

"""What fails for long is told once; what fails for a moment, or leaves memory to a night, is not."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from selfimprove.errors import ModelBroken, ModelUnavailable
from selfimprove.gateway import answerers, outage
from selfimprove.gateway.answerers import House
from selfimprove.gateway.outage import Outage
from selfimprove_tests.experiments.make import enthrone
from selfimprove_tests.gateway.by_day import Day, alerts, down, run

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
    fails(found, clock, 0, 299)
    assert alerts(day) == []
    fails(found, clock, 2, 5, 5000)
    [message] = alerts(day)
    assert message.startswith("gateway, check model: since 20")
    assert WHY in message
    assert "`selfimprove doctor`" in message


def test_what_comes_and_goes_is_not(day: Day, clock: Clock) -> None:
    found = Outage(day.swap._settings, "model")
    for _ in range(10):
        fails(found, clock, 0, 299)
        found.is_over()
    assert alerts(day) == []


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
        fails(found, clock, 0, 301, 1)
        found.is_over()
    assert ["since 2026-01-02" in alerts(day)[0], "since 2026-01-03" in alerts(day)[1]] == [True, True]


def test_without_postgres_it_is_told_later(day: Day, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    found = Outage(down(day).swap._settings, "swap")
    fails(found, clock, 0, 301)
    assert "could not be told" in caplog.text
    found._settings = day.swap._settings
    fails(found, clock, 5)
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
        assert not run(day.swap.follow())
        clock.now += 301
        assert not run(day.swap.follow())
    [message] = alerts(day)
    assert "promotions are not followed: ZeroDivisionError." in message
    assert "secret" not in message
    assert run(day.swap.follow())
    with monkeypatch.context() as patch:
        patch.setattr(day.swap, "_read", broken)
        assert not run(day.swap.follow())
    assert len(alerts(day)) == 1


def test_a_model_that_is_away_is_not_the_swaps_fault(day: Day, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise ModelUnavailable(reason="it rests", retry_after=5)

    monkeypatch.setattr(day.swap, "_read", away)
    for _ in range(3):
        assert not run(day.swap.follow())
        clock.now += 301
    assert alerts(day) == []


@pytest.mark.parametrize("rests", [False, True])
def test_a_model_that_does_not_come_up_is_told_unless_it_rests(
    day: Day, monkeypatch: pytest.MonkeyPatch, rests: bool
) -> None:
    class Standing:
        is_resting = rests

    async def fall(house: House) -> None:
        house._standing = Standing()  # type: ignore[assignment]
        raise ModelBroken(folder="models/x", reason="it has no weights")

    monkeypatch.setattr(House, "_come_up", fall)
    monkeypatch.setattr(answerers, "FIRST_WAIT", 0.01)
    monkeypatch.setattr(answerers, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(outage, "LASTS", 0.2)
    house = House(day.swap._settings)

    async def live() -> None:
        async with house.lives():
            await asyncio.sleep(0.8)

    run(live())
    messages = alerts(day)
    assert len(messages) == (0 if rests else 1)
    assert all("it has no weights" in message for message in messages)

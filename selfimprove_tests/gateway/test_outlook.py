"""Live chats that show harm take a voice back while the gateway runs, and somebody is told."""

import asyncio
from datetime import timedelta

import pytest

from selfimprove.gateway.outlook import every_hour, once
from selfimprove.settings import Settings
from selfimprove_tests.experiments.make import react, talk
from selfimprove_tests.gateway.by_day import CHATS, Day, alerts, made, run, succession


def harmful(day: Day, settings: Settings) -> tuple[Day, str, str]:
    """An experiment in which the new voice displeases everybody and the one before nobody."""
    day = Day(day.house, day.engine, made(day.engine, settings))
    first, second = succession(day)
    connection = day.house.connection
    row = connection.execute("select started_at from experiments where outcome = 'running'").fetchone()
    assert row is not None
    for number, chat in enumerate(CHATS[50:80]):
        at, slot = row["started_at"] + timedelta(seconds=number), day.swap.slot(chat)
        talk(connection, chat, slot, at, arm=day.swap.arm(chat))
        if slot == second:
            react(connection, chat, at + timedelta(milliseconds=500))
    day.commit()
    return day, first, second


def test_harm_is_ended_within_the_hour_and_told_once(day: Day, settings: Settings) -> None:
    day, first, second = harmful(day, settings)
    found = once(settings)
    assert found is not None
    assert found[1].outcome == "demoted"
    run(day.swap.follow())
    assert {day.swap.slot(chat) for chat in CHATS} == {first}
    [message] = alerts(day)
    assert f"adapter {second[:12]} was taken back: live chats show that it does harm" in message
    assert once(settings) is None
    assert len(alerts(day)) == 1


def test_it_is_looked_at_by_itself(day: Day, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("selfimprove.gateway.outlook.FIRST", 0.01)
    day, first, _ = harmful(day, settings)

    async def live() -> None:
        task = asyncio.create_task(every_hour(settings))
        async with asyncio.timeout(10):
            while day.swap.plan.voice != first or day.swap.plan.control:
                await asyncio.sleep(0.05)
                await day.swap.follow()
        task.cancel()

    run(live())


def test_without_an_experiment_nothing_is_looked_at(day: Day, settings: Settings) -> None:
    assert once(settings) is None
    assert alerts(day) == []

"""A voice whose answers break off, one after the other, is taken back as if it had failed its trial."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from selfimprove.errors import AnswerBroken
from selfimprove.gateway import remembered
from selfimprove.gateway.ask import Ask, Piece
from selfimprove.gateway.breaks import MOST, Counted
from selfimprove.gateway.swap import Swap
from selfimprove_tests.experiments.make import enthrone
from selfimprove_tests.gateway.by_day import Day, alerts, run


class Fragile:
    """Breaks off after a word where it is asked to."""

    closed = 0

    async def say(self, ask: Ask) -> AsyncIterator[Piece]:
        try:
            yield Piece("so ")
            if ask.id == "broken":
                raise AnswerBroken(slot=ask.slot)
            yield Piece("be it", finish="stop")
        finally:
            self.closed += 1


def talk(voice: Counted, *ids: str, slot: str = "one") -> None:
    async def live() -> None:
        for id in ids:
            try:
                async for _ in voice.say(Ask(id, slot, (), 9)):
                    pass
            except AnswerBroken:
                pass

    asyncio.run(live())


def test_three_in_a_row_are_too_many_and_are_then_counted_anew() -> None:
    voice = Counted(Fragile())
    talk(voice, *["broken"] * (MOST - 1), "whole", *["broken"] * (MOST - 1))
    talk(voice, *["broken"] * MOST, slot="two")
    assert [voice.are_too_many(slot) for slot in ("one", "two", "two", "three")] == [False, True, False, False]
    talk(voice, "broken")
    assert voice.are_too_many("one")


def test_an_answer_that_nobody_hears_to_its_end_says_nothing() -> None:
    fragile = Fragile()
    voice = Counted(fragile)
    talk(voice, *["broken"] * (MOST - 1))

    async def leave() -> None:
        async with aclosing(voice.say(Ask("whole", "one", (), 9))) as pieces:  # type: ignore[type-var]
            await anext(pieces)
        assert fragile.closed == MOST

    asyncio.run(leave())
    talk(voice, "broken")
    assert voice.are_too_many("one")


def test_it_is_refused_and_who_answered_before_goes_on(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = enthrone(day.house, "first")
    day.commit()
    settings, breaking = day.swap._settings, set[str]()
    swap = Swap(day.engine, settings, day.swap._base, breaking.__contains__)  # type: ignore[arg-type]

    async def live() -> None:
        await swap.start()
        second, _ = enthrone(day.house, "second", replaced=first)
        day.commit()
        await swap.follow()
        breaking.add(first)  # who does not answer cannot be refused
        await swap.follow()
        assert swap.plan.voice == second
        breaking.add(second)
        await swap.follow()
        assert swap.plan.voice == first
        breaking.clear()
        await swap.follow()
        assert swap.plan.voice == first, "it is not tried again at once"
        [message] = alerts(day)
        assert f"adapter {second[:12]} is champion and does not answer: 3 of its answers in a row" in message
        monkeypatch.setattr("selfimprove.gateway.swap.AGAIN_SECONDS", 0.0)
        assert remembered.instead(swap.memory, day.swap._base.id) == first
        await swap.follow()
        assert swap.plan.voice == second

    run(live())

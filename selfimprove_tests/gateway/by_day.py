"""A house by day with an engine that has no model."""

import asyncio
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from selfimprove.gateway.ask import Ask
from selfimprove.gateway.swap import Swap
from selfimprove.models.base import Base
from selfimprove.settings import Settings
from selfimprove_tests.experiments.make import enthrone
from selfimprove_tests.gateway.fake_engine import FakeEngine
from selfimprove_tests.promotion import house as houses
from selfimprove_tests.promotion.house import House

CHATS = [f"{number:032x}" for number in range(200)]


@dataclass
class Day:
    """A house by day: what is committed in it, who may answer, and who says who does."""

    house: House
    engine: FakeEngine
    swap: Swap

    def commit(self) -> None:
        self.house.connection.commit()

    def again(self) -> "Day":
        """The gateway started again; the engine lost everything."""
        engine = FakeEngine()
        return Day(self.house, engine, made(engine, self.swap._settings))


def made(engine: FakeEngine, settings: Settings) -> Swap:
    base = Base(houses.BASE, "tiny", settings.home, settings.home)
    return Swap(engine, settings, base)  # type: ignore[arg-type]


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """To its end, with whatever it left in the background broken off."""
    return asyncio.run(work)


def alerts(day: Day) -> list[str]:
    return [row["message"] for row in day.house.connection.execute("select message from alerts order by id")]


async def until(day: Day, slot: str, seconds: float = 60.0) -> float:
    """How long it took until a new chat was answered by this slot."""
    began = time.monotonic()
    while day.swap.plan.voice != slot:
        assert time.monotonic() - began < seconds
        await asyncio.sleep(0.005)
    return time.monotonic() - began


@contextmanager
def following(day: Day) -> Iterator[None]:
    task = asyncio.get_running_loop().create_task(day.swap.run())
    try:
        yield
    finally:
        task.cancel()


async def act(day: Day, verb: Any, *arguments: Any) -> Any:
    """What a command does, in a thread as it would be in another process."""

    def change() -> Any:
        found = verb(day.house.connection, *arguments)
        day.commit()
        return found

    return await asyncio.to_thread(change)


async def whole(engine: FakeEngine, asked: Ask) -> str:
    return "".join([piece.text async for piece in engine.say(asked)])


def down(day: Day) -> Day:
    """The gateway started again while Postgres is not there."""
    nowhere = replace(day.swap._settings, database_url="postgresql://nobody@127.0.0.1:1/none")
    engine = FakeEngine()
    return Day(day.house, engine, made(engine, nowhere))


def succession(day: Day) -> tuple[str, str]:
    """The first adapter answers when the second is promoted."""

    async def live() -> tuple[str, str]:
        first, _ = enthrone(day.house, "first")
        day.commit()
        await day.swap.start()
        day.house.connection.execute("update experiments set outcome = 'confirmed'")
        day.commit()
        await day.swap.follow()
        for chat in CHATS[:50]:
            day.swap.slot(chat)
        second, _ = enthrone(day.house, "second", replaced=first)
        day.commit()
        await day.swap.follow()
        return first, second

    found: tuple[str, str] = run(live())
    return found

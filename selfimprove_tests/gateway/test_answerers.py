"""A model that does not come up is told of and started again, and who waits hears what for."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from selfimprove.errors import ModelBroken, ModelUnavailable
from selfimprove.gateway import answerers
from selfimprove.gateway.answerers import House
from selfimprove.gateway.plan import Plan
from selfimprove.models.base import TINY, Base
from selfimprove.settings import Settings
from selfimprove_tests.gateway.fake_engine import FakeEngine

BASE = Base("base0", "tiny", TINY, TINY)
VOICE = "ad" * 32


class Follower:
    """A Swap with one adapter promoted, which it finds loaded."""

    def __init__(self, engine: FakeEngine, *_: object) -> None:
        self.engine, self.plan = engine, Plan(VOICE)

    async def start(self) -> None:
        await self.engine.load(VOICE, TINY)

    async def run(self) -> None:
        await asyncio.sleep(60)


@pytest.fixture
def house(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(answerers, "FIRST_WAIT", 0.01)
    monkeypatch.setattr(answerers, "Swap", Follower)
    made = House(settings)
    engine: Any = FakeEngine()
    engine.is_up = False
    made.engine = engine
    return made


@asynccontextmanager
async def living(house: House) -> AsyncIterator[list[str]]:
    """While it lives; what its health was, each once."""
    said = [house.health().detail]

    async def look() -> None:
        while True:
            if (now := house.health().detail) != said[-1]:
                said.append(now)
            await asyncio.sleep(0.001)

    async with house.lives():
        looking = asyncio.ensure_future(look())
        yield said
        looking.cancel()


def failing(*failures: Exception) -> Iterator[Base]:
    yield from failures  # type: ignore[misc]
    while True:
        yield BASE


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (ModelBroken(folder="models/x", reason="it has no weights"), "it has no weights"),
        (ZeroDivisionError("a secret"), "it could not be started (ZeroDivisionError)"),
    ],
)
def test_it_is_started_again_until_it_comes_up(
    house: House, monkeypatch: pytest.MonkeyPatch, failure: Exception, told: str
) -> None:
    results = failing(failure, failure)

    def resolve(*_: object) -> Base:
        found: Any = next(results)
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(answerers, "resolve", resolve)

    async def live() -> list[str]:
        async with living(house) as said, asyncio.timeout(5):
            while said[-1]:
                await asyncio.sleep(0.001)
            return said

    first, *rest = asyncio.run(live())
    assert first == "the model is being loaded"
    assert [told in text for text in rest] == [True, False]
    assert rest[-1] == ""


def test_who_waits_hears_what_for(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answerers, "resolve", lambda *_: BASE)
    with pytest.raises(ModelUnavailable, match="the model is being loaded"):
        house.slot("chat")

    async def live() -> None:
        async with living(house) as said, asyncio.timeout(5):
            while said[-1]:
                await asyncio.sleep(0.001)
            await house.engine.unload(VOICE)
            assert house.health().detail == f"adapter {VOICE[:12]}, which was promoted last, is being loaded"
            await house.engine.drain(0)
            assert house.health().detail == FakeEngine.why

    asyncio.run(live())


def test_it_waits_longer_each_time_and_begins_anew_after_it_had_been_up(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, lives, waits = [0.0], iter([0.0] * 8 + [3600.0, 0.0]), list[float]()

    async def fall(_: House) -> None:
        now[0] += next(lives)
        raise ModelUnavailable(reason="it fell over", retry_after=5)

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 10:
            raise asyncio.CancelledError

    monkeypatch.setattr(answerers.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(answerers.anyio, "sleep", sleep)
    monkeypatch.setattr(House, "_come_up", fall)

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(House(settings)._follow())
    assert waits == [5, 10, 20, 40, 80, 160, 300, 300, 5, 10]

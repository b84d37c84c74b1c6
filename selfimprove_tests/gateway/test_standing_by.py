"""A night that needs the memory gets it, and the model comes back by itself."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from selfimprove.gateway.standing_by import StandingBy
from selfimprove.models import room
from selfimprove.models.base import TINY, Base
from selfimprove.models.memory import GB, PROCESS
from selfimprove_tests.gateway.fake_engine import FakeEngine

TRAINING = 20 * GB


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("selfimprove.gateway.standing_by.LOOK_SECONDS", 0.02)
    monkeypatch.setattr("selfimprove.gateway.standing_by.LINGER_SECONDS", 0.1)


def made(home: Path) -> tuple[FakeEngine, StandingBy]:
    engine = FakeEngine()
    engine.is_up = False
    return engine, StandingBy(engine, Base("base0", "tiny", TINY, TINY), home)  # type: ignore[arg-type]


@asynccontextmanager
async def up(home: Path) -> AsyncIterator[tuple[FakeEngine, list[str]]]:
    """The engine with whoever looks after its room; the list has an entry for each time it came back."""
    engine, standing = made(home)
    returns: list[str] = []

    async def came_back() -> None:
        returns.append("back")

    async with standing.present(came_back):
        yield engine, returns


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():
            await asyncio.sleep(0.005)


def test_the_model_leaves_for_a_training_that_needs_the_room_and_comes_back(tmp_path: Path) -> None:
    async def live() -> None:
        async with up(tmp_path) as (engine, returns):
            await until(lambda: room.held(tmp_path) == engine.bytes + PROCESS)
            training = room.asked_for(tmp_path, TRAINING, TRAINING + GB, lambda _: None)
            await asyncio.to_thread(training.__enter__)
            assert (engine.is_up, engine.drained, room.held(tmp_path)) == (False, 1, 0)
            await asyncio.sleep(0.2)
            assert engine.starts == 1
            await asyncio.to_thread(training.__exit__, None, None, None)
            await until(lambda: returns == ["back"])
            assert (engine.is_up, engine.starts) == (True, 2)
        assert (engine.is_up, room.held(tmp_path)) == (False, 0)

    asyncio.run(live())


def test_it_rests_only_while_the_room_is_needed(tmp_path: Path) -> None:
    async def live() -> None:
        engine, standing = made(tmp_path)
        async with standing.present(lambda: asyncio.sleep(0)):
            assert not standing.is_resting
            with room.asked_for(tmp_path, TRAINING, 2 * TRAINING, lambda _: None):
                await asyncio.sleep(0.1)
                assert not standing.is_resting, "both fit"
            training = room.asked_for(tmp_path, TRAINING, TRAINING, lambda _: None)
            await asyncio.to_thread(training.__enter__)
            assert standing.is_resting
            engine.deaths = 2
            await asyncio.to_thread(training.__exit__, None, None, None)
            await until(lambda: engine.deaths == 1)
            assert not standing.is_resting, "it does not come up, and nobody needs the room"
            await until(lambda: engine.is_up)

    asyncio.run(live())


def test_the_room_is_held_until_the_model_has_left_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[float] = []

    async def stop(_: FakeEngine) -> None:
        held.append(room.held(tmp_path))

    monkeypatch.setattr(FakeEngine, "stop", stop)

    async def live() -> None:
        async with up(tmp_path) as (engine, _):
            await until(lambda: room.held(tmp_path) == engine.bytes + PROCESS)

    asyncio.run(live())
    assert held == [FakeEngine().bytes + PROCESS]
    assert room.held(tmp_path) == 0


def test_a_model_that_is_killed_while_it_loads_is_loaded_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("selfimprove.gateway.standing_by.FIRST_WAIT", 0.01)

    async def live() -> None:
        engine, standing = made(tmp_path)
        engine.deaths = 2
        async with standing.present(lambda: asyncio.sleep(0)):
            assert (engine.starts, engine.is_up) == (3, True)
            await until(lambda: room.held(tmp_path) == engine.bytes + PROCESS)

    asyncio.run(live())


def test_where_both_fit_the_model_stays(tmp_path: Path) -> None:
    async def live() -> None:
        async with up(tmp_path) as (engine, _):
            with room.asked_for(tmp_path, TRAINING, TRAINING + 4 * GB, lambda _: None):
                await asyncio.sleep(0.2)
                assert (engine.is_up, engine.drained) == (True, 0)

    asyncio.run(live())


def test_between_training_and_evaluation_it_does_not_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("selfimprove.gateway.standing_by.LINGER_SECONDS", 0.5)

    async def live() -> None:
        async with up(tmp_path) as (engine, _):
            for _ in range(2):
                work = room.asked_for(tmp_path, TRAINING, TRAINING, lambda _: None)
                await asyncio.to_thread(work.__enter__)
                await asyncio.to_thread(work.__exit__, None, None, None)
                await asyncio.sleep(0.1)
            assert (engine.drained, engine.starts) == (1, 1)

    asyncio.run(live())


def test_a_gateway_that_starts_in_the_night_waits(tmp_path: Path) -> None:
    async def live() -> None:
        engine, standing = made(tmp_path)

        async def begin() -> None:
            async with standing.present(lambda: asyncio.sleep(0)):
                pass

        with room.asked_for(tmp_path, TRAINING, TRAINING, lambda _: None):
            begins = asyncio.create_task(begin())
            await asyncio.sleep(0.2)
            assert engine.starts == 0
        await begins
        assert engine.starts == 1

    asyncio.run(live())

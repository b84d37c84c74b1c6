"""Promotions, rollbacks and vetoes reach whoever answers, and nobody who asks notices."""

import asyncio
import shutil
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from selfimprove import postgres
from selfimprove.experiments import table as experiments
from selfimprove.experiments.look import stop
from selfimprove.gateway.ask import BASE, Ask
from selfimprove.gateway.swap import Swap
from selfimprove.models.base import Base
from selfimprove.promotion.promote import rollback, veto
from selfimprove.settings import Settings
from selfimprove_tests.experiments.make import crown, enthrone
from selfimprove_tests.gateway.fake_engine import WORDS, FakeEngine
from selfimprove_tests.promotion import house as houses
from selfimprove_tests.promotion.house import House, adapter

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


@pytest.fixture
def day(connection: postgres.Connection, settings: Settings) -> Day:
    """A gateway that switches at once: no experiments."""
    engine = FakeEngine()
    return Day(House(connection, settings.home), engine, made(engine, replace(settings, challenger_share=1.0)))


@pytest.fixture
def shared(day: Day, settings: Settings) -> Day:
    """A gateway that gives new voices half of the new chats."""
    return replace(day, swap=made(day.engine, settings))


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """To its end, with whatever it left in the background broken off."""
    return asyncio.run(work)


def alerts(day: Day) -> list[str]:
    return [row["message"] for row in day.house.connection.execute("select message from alerts order by id")]


def test_nobody_was_promoted(day: Day) -> None:
    run(day.swap.start())
    assert day.swap.slot(CHATS[0]) == BASE
    assert day.swap.state() == {
        "voice": BASE, "control": None, "experiment": None, "share": 1.0, "promotion": 0, "refused": None,
    }  # fmt: skip


def test_the_champion_answers_from_the_start(day: Day) -> None:
    champion, promotion_id = enthrone(day.house, "first")
    day.commit()
    run(day.swap.start())
    assert {day.swap.slot(chat) for chat in CHATS} == {champion}
    assert day.swap.state()["promotion"] == promotion_id
    assert day.engine.probed == [BASE, champion]


def test_a_champion_of_another_base_model_does_not(day: Day) -> None:
    enthrone(day.house, "first", base="another")
    day.commit()
    run(day.swap.start())
    assert (day.swap.slot(CHATS[0]), alerts(day)) == (BASE, [])


async def until(day: Day, slot: str, seconds: float = 5.0) -> float:
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


def test_promotion_rollback_and_veto_are_live_at_once(day: Day) -> None:
    async def live() -> None:
        first, _ = enthrone(day.house, "first")
        day.commit()
        await day.swap.start()
        second = adapter(day.house, "second")
        third = adapter(day.house, "third")
        day.commit()
        with following(day):
            await asyncio.sleep(0.3)
            await act(day, crown, second, first)
            assert await until(day, second) < 2
            await act(day, rollback)
            assert await until(day, first) < 2
            await act(day, crown, third, first)
            assert await until(day, third) < 2
            await act(day, veto, "it shouts")
            assert await until(day, first) < 2
            await act(day, rollback, BASE)
            assert await until(day, BASE) < 2

    run(live())


def test_what_was_missed_is_caught_by_looking(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("selfimprove.gateway.swap.POLL_SECONDS", 0.2)

    async def live() -> None:
        with following(day):
            await asyncio.sleep(0.3)
            champion = adapter(day.house, "quiet")
            crown(day.house.connection, champion, quietly=True)
            day.commit()
            await until(day, champion)

    run(live())


def test_requests_under_way_end_with_the_voice_they_began_with(day: Day) -> None:
    async def live() -> None:
        first, _ = enthrone(day.house, "first")
        day.commit()
        await day.swap.start()
        day.engine.pause = 0.05
        request = Ask("a", day.swap.slot(CHATS[0]), (), 9)
        answer = asyncio.create_task(whole(day.engine, request))
        await asyncio.sleep(0.08)
        await act(day, rollback)
        await day.swap.follow()
        assert day.swap.slot(CHATS[0]) == BASE
        assert await answer == f"{first} " * WORDS

    run(live())


async def whole(engine: FakeEngine, asked: Ask) -> str:
    return "".join([piece.text async for piece in engine.say(asked)])


def test_who_was_taken_back_leaves_and_who_was_replaced_stays_warm(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("selfimprove.gateway.cast.LINGER_SECONDS", 0.0)

    async def live() -> None:
        first, _ = enthrone(day.house, "first")
        day.commit()
        await day.swap.start()
        second, _ = enthrone(day.house, "second", replaced=first)
        day.commit()
        await day.swap.follow()
        assert day.engine.slots == {BASE, first, second}
        await act(day, rollback)
        await day.swap.follow()
        await asyncio.sleep(0.05)
        assert day.engine.slots == {BASE, first}
        assert day.engine.loaded == [first, second]  # going back loaded nothing

    run(live())


def test_more_swaps_than_places(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("selfimprove.gateway.cast.LINGER_SECONDS", 0.02)
    day.engine.serving = replace(day.engine.serving, slots=2)

    async def live() -> None:
        champion = None
        for name in ("one", "two", "three", "four", "five"):
            champion, _ = enthrone(day.house, name, replaced=champion)
            day.commit()
            assert await day.swap.follow()
            assert day.swap.slot(CHATS[0]) == champion

    run(live())


@pytest.mark.parametrize(
    ("flaw", "said"),
    [
        ("silent", "it says nothing to the prompts that try it"),
        ("broken", "what is not a number"),
        ("slow", "times as long a token as the voice that answers now"),
        ("untaught", "it says what the base model says"),
        ("mismatch", "it has other layers"),
    ],
)
def test_a_voice_that_fails_its_trial_does_not_take_over(day: Day, flaw: str, said: str) -> None:
    async def live() -> str:
        first, _ = enthrone(day.house, "first")
        day.commit()
        await day.swap.start()
        second, _ = enthrone(day.house, "second", replaced=first)
        day.commit()
        day.engine.flaws[second] = flaw
        for _ in range(3):
            assert await day.swap.follow()
        assert day.swap.slot(CHATS[0]) == first
        assert second not in day.engine.slots
        return second

    second = run(live())
    [message] = alerts(day)
    assert said in message
    assert f"adapter {second[:12]} is champion and does not answer" in message
    assert said in day.swap.state()["refused"]


def test_a_changed_file_is_not_loaded(day: Day) -> None:
    champion, _ = enthrone(day.house, "first")
    houses.damage(day.house, champion)
    day.commit()
    run(day.swap.start())
    assert (day.swap.slot(CHATS[0]), day.engine.loaded) == (BASE, [])
    assert "was changed since it was trained" in alerts(day)[0]


def test_a_row_without_a_decision_is_not_followed(day: Day) -> None:
    champion, _ = enthrone(day.house, "first")
    day.house.connection.execute("update decisions set decision = 'reject'")
    day.commit()
    run(day.swap.start())
    assert (day.swap.slot(CHATS[0]), day.engine.loaded) == (BASE, [])
    assert "no stored decision made it champion" in alerts(day)[0]
    assert champion not in day.engine.slots


def test_a_voice_refused_is_tried_again_in_a_while(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    champion, _ = enthrone(day.house, "first")
    day.commit()
    day.engine.flaws[champion] = "slow"
    run(day.swap.start())
    del day.engine.flaws[champion]
    run(day.swap.follow())
    assert day.swap.slot(CHATS[0]) == BASE
    monkeypatch.setattr("selfimprove.gateway.swap.AGAIN_SECONDS", 0.0)
    run(day.swap.follow())
    assert (day.swap.slot(CHATS[0]), day.swap.state()["refused"]) == (champion, None)


def down(day: Day) -> Day:
    """The gateway started again while Postgres is not there."""
    nowhere = replace(day.swap._settings, database_url="postgresql://nobody@127.0.0.1:1/none")
    engine = FakeEngine()
    return Day(day.house, engine, made(engine, nowhere))


def test_with_postgres_down_the_voice_that_was_confirmed_last_answers(day: Day) -> None:
    champion, _ = enthrone(day.house, "first")
    day.commit()
    run(day.swap.start())
    later = down(day)
    run(later.swap.start())
    assert later.swap.slot(CHATS[0]) == champion


def test_but_not_with_other_files(day: Day) -> None:
    champion, _ = enthrone(day.house, "first")
    day.commit()
    run(day.swap.start())
    houses.damage(day.house, champion)
    later = down(day)
    run(later.swap.start())
    assert (later.swap.slot(CHATS[0]), later.engine.loaded) == (BASE, [])


def test_nor_where_they_are_gone_or_nothing_is_remembered(day: Day) -> None:
    later = down(day)
    run(later.swap.start())
    assert later.swap.slot(CHATS[0]) == BASE
    champion, _ = enthrone(day.house, "first")
    day.commit()
    run(day.swap.start())
    shutil.rmtree(Path(day.engine.folders[champion]))
    later = down(day)
    run(later.swap.start())
    assert later.swap.slot(CHATS[0]) == BASE


def test_while_postgres_is_away_who_answers_stays(day: Day) -> None:
    champion, _ = enthrone(day.house, "first")
    day.commit()

    async def live() -> None:
        await day.swap.start()
        day.swap._settings = replace(day.swap._settings, database_url="postgresql://nobody@127.0.0.1:1/none")
        assert not await day.swap.follow()
        assert day.swap.slot(CHATS[0]) == champion

    run(live())


def test_an_engine_that_is_down_is_waited_for(day: Day) -> None:
    champion, _ = enthrone(day.house, "first")
    day.commit()

    async def live() -> None:
        day.engine.is_up = False
        assert not await day.swap.follow()
        day.engine.is_up = True
        assert await day.swap.follow()
        assert day.swap.slot(CHATS[0]) == champion

    run(live())


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


def test_a_promoted_voice_first_answers_a_share_of_new_chats(shared: Day) -> None:
    first, second = succession(shared)
    old, new = CHATS[:50], CHATS[50:]
    assert {shared.swap.slot(chat) for chat in old} == {first}
    assert {shared.swap.arm(chat) for chat in old} == {None}
    slots = [shared.swap.slot(chat) for chat in new]
    assert 50 < slots.count(second) < 100
    assert slots.count(second) + slots.count(first) == 150
    arms = {second: "challenger", first: "control"}
    assert [shared.swap.arm(chat) for chat in new] == [arms[slot] for slot in slots]
    assert [shared.swap.slot(chat) for chat in new] == slots


def test_a_chat_keeps_to_its_arm_when_the_gateway_starts_again(shared: Day) -> None:
    succession(shared)
    before = [shared.swap.slot(chat) for chat in CHATS[50:]]
    for later in (shared.again(), down(shared)):
        run(later.swap.start())
        assert [later.swap.slot(chat) for chat in CHATS[50:]] == before
    assert len(experiments.rows(shared.house.connection)) == 2


@pytest.mark.parametrize("keep", ["challenger", "control"])
def test_when_the_experiment_ends_one_voice_answers_all(shared: Day, keep: str) -> None:
    first, second = succession(shared)
    outcome = {"challenger": experiments.Outcome.STOPPED, "control": experiments.Outcome.DEMOTED}[keep]
    stop(shared.house.connection, "", keep=outcome)
    shared.commit()
    run(shared.swap.follow())
    assert {shared.swap.slot(chat) for chat in CHATS} == {second if keep == "challenger" else first}
    assert {shared.swap.arm(chat) for chat in CHATS} == {None}


def test_a_share_of_none_leaves_the_new_voice_waiting(day: Day) -> None:
    day.swap._settings = replace(day.swap._settings, challenger_share=0.0)
    first, _ = succession(day)
    assert {day.swap.slot(chat) for chat in CHATS} == {first}


def test_no_experiment_is_made_of_a_voice_that_answered_alone_already(day: Day) -> None:
    champion, _ = enthrone(day.house, "first")
    day.commit()
    run(day.swap.start())
    later = day.again()
    later.swap._settings = replace(later.swap._settings, challenger_share=0.5)
    run(later.swap.start())
    assert {later.swap.slot(chat) for chat in CHATS} == {champion}
    assert experiments.rows(day.house.connection) == []


def test_a_vetoed_voice_is_no_control(shared: Day) -> None:
    first, _ = enthrone(shared.house, "first")
    second, _ = enthrone(shared.house, "second", replaced=first)
    veto(shared.house.connection, "no")
    third, _ = enthrone(shared.house, "third", replaced=second)
    shared.commit()
    run(shared.swap.start())
    assert {shared.swap.slot(chat) for chat in CHATS} == {third}

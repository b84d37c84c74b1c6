"""Promotions, rollbacks and vetoes reach whoever answers, and nobody who asks notices."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from selfimprove.forgetting.forget import forget
from selfimprove.forgetting.select import Wish
from selfimprove.gateway.ask import BASE, Ask
from selfimprove.privacy.vault import Vault
from selfimprove.promotion.promote import rollback, veto
from selfimprove_tests.experiments.make import crown, enthrone
from selfimprove_tests.forgetting.house import House as Rooms
from selfimprove_tests.forgetting.house import said
from selfimprove_tests.gateway.by_day import CHATS, Day, act, alerts, following, run, until, whole
from selfimprove_tests.gateway.fake_engine import WORDS
from selfimprove_tests.promotion import house as houses
from selfimprove_tests.promotion.house import adapter


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


def test_promotion_rollback_and_veto_are_live_at_once(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("selfimprove.gateway.swap.POLL_SECONDS", 3600)

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
            await until(day, second)
            await act(day, rollback)
            await until(day, first)
            await act(day, crown, third, first)
            await until(day, third)
            await act(day, veto, "it shouts")
            await until(day, first)
            await act(day, rollback, BASE)
            await until(day, BASE)

    run(live())


def test_when_chats_are_forgotten_the_engine_forgets_what_it_read(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where no adapter learned from them, so that who answers stays."""
    monkeypatch.setattr("selfimprove.gateway.swap.POLL_SECONDS", 3600)
    house = Rooms(day.house.connection, day.house.home, Vault.open(day.house.home))
    [gone, too] = house.hear(said("my sister is ill", "I am sorry."), said("What is a kite?", "A toy."))

    async def live() -> None:
        await day.swap.start()
        began = day.engine.forgets
        with following(day):
            await asyncio.sleep(0.3)
            assert day.engine.forgets == began
            await act(day, forget, house.vault, Wish("chat", gone), datetime.now(UTC))
            while day.engine.forgets == began:
                await asyncio.sleep(0.005)
            await act(day, forget, house.vault, Wish("chat", too), datetime.now(UTC) - timedelta(days=1))
            while day.engine.forgets == began + 1:  # the clock had run ahead when the first was forgotten
                await asyncio.sleep(0.005)
        await day.swap.follow()
        assert day.engine.forgets == began + 2

    run(asyncio.wait_for(live(), 20))


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


def test_who_was_heard_is_not_asked_again_unless_a_trial_fails(day: Day) -> None:
    async def live() -> None:
        first, _ = enthrone(day.house, "first")
        day.commit()
        await day.swap.start()
        assert day.engine.probed == [BASE, first]
        second, _ = enthrone(day.house, "second", replaced=first)
        day.commit()
        await day.swap.follow()
        assert day.engine.probed == [BASE, first, second]
        third, _ = enthrone(day.house, "third", replaced=second)
        day.engine.flaws[third] = "slow"
        day.commit()
        await day.swap.follow()
        assert day.engine.probed[3:] == [third, BASE, second, third]

    run(live())

"""A new voice first answers a share of new chats, and each chat keeps to whom it began with."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from selfimprove.experiments import table as experiments
from selfimprove.experiments.look import stop
from selfimprove.promotion.promote import veto
from selfimprove.settings import Settings
from selfimprove_tests.experiments.make import enthrone
from selfimprove_tests.gateway.by_day import CHATS, Day, down, made, run, succession


@pytest.fixture
def shared(day: Day, settings: Settings) -> Day:
    """A gateway that gives new voices half of the new chats."""
    return replace(day, swap=made(day.engine, settings))


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


def test_a_chat_that_began_before_keeps_its_voice_when_the_gateway_starts_again(shared: Day) -> None:
    first, second = succession(shared)
    answered(shared, CHATS[:50], before=True)
    answered(shared, CHATS[50:], before=False)
    drawn = [shared.swap.slot(chat) for chat in CHATS[50:]]
    assert second in drawn
    again, recalled = shared.again(), down(shared)
    run(again.swap.start())
    run(recalled.swap.start())
    recalled.swap._settings = shared.swap._settings
    [recalled.swap.slot(chat) for chat in CHATS[60:70]]  # while Postgres is down
    for later in (again, recalled):
        for _ in range(2):
            run(later.swap.follow())
            assert {later.swap.slot(chat) for chat in CHATS[:50]} == {first}
            assert {later.swap.arm(chat) for chat in CHATS[:50]} == {None}
            assert [later.swap.slot(chat) for chat in CHATS[50:]] == drawn


def answered(day: Day, chats: Sequence[str], *, before: bool) -> None:
    """Stored exchanges that begin chats, and one that goes on with each after the experiment began."""
    connection = day.house.connection
    row = connection.execute("select max(started_at) as at from experiments").fetchone()
    assert row is not None
    for chat in chats:
        connection.execute(
            "insert into chats (id, source, day, started_at, turns, side, digest, key_id, nonce, sealed)"
            " values (%s, 'gateway', current_date, now(), 2, 'train', '', 'k', '', '')", (chat,),
        )  # fmt: skip
        for number, minutes in enumerate((-60 if before else 1, 2)):
            connection.execute(
                "insert into exchanges"
                " (id, chat_id, position, root, relation, asked, after, at, model, adapter, ending)"
                " values (%s, %s, %s, %s, 'next', '', '', %s, 'tiny', 'base', 'stop')",
                (f"{chat} {number}", chat, number, chat, row["at"] + timedelta(minutes=minutes)),
            )  # fmt: skip
    day.commit()


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


def test_a_voice_before_that_learned_from_forgotten_chats_leaves(shared: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("selfimprove.gateway.cast.LINGER_SECONDS", 0.0)
    first, second = succession(shared)
    shared.house.connection.execute(
        "insert into receipts (id, selector, selector_hash, counts, datasets, adapters, runs)"
        " values ('r', 'chat', '', '{}', '{}', '{}', '{}')"
    )
    shared.house.connection.execute(
        "insert into tainted_datasets (dataset_id, receipt_id) select dataset_id, 'r' from adapters where id = %s",
        (first,),
    )
    shared.commit()

    async def live() -> None:
        await shared.swap.follow()
        await asyncio.sleep(0.05)

    run(live())
    assert {shared.swap.slot(chat) for chat in CHATS} == {second}
    assert first not in shared.engine.slots

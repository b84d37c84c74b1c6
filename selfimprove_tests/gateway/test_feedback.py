"""What people say of answers: by completion or by what was said, at once or later, once each."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from selfimprove import postgres
from selfimprove.chats.chat import Sealed
from selfimprove.gateway import table
from selfimprove.gateway.archive import Archive
from selfimprove.gateway.exchange import Reaction
from selfimprove.gateway.feedback import Feedback, reaction
from selfimprove.privacy.vault import Vault
from selfimprove_tests.gateway.conftest import Rows
from selfimprove_tests.gateway.said import NOON, ZONE, as_gateway, exchange, keeping, talk
from selfimprove_tests.gateway.test_deliver import Door, say


def told(home: Path, rows: Rows) -> list[tuple[Any, ...]]:
    """Position, kind, value and text of all feedback."""
    vault = Vault.open(home)

    def text(row: dict[str, Any]) -> str | None:
        if row["sealed"] is None:
            return None
        return vault.unseal(Sealed(row["key_id"], row["nonce"], row["sealed"]), row["id"].encode()).decode()

    found = rows("select * from feedback order by position, kind")
    return [(row["position"], row["kind"], row["value"], text(row)) for row in found]


def test_all_that_can_be_said_at_once_becomes_rows_on_the_answer(archive: Archive, tmp_path: Path, rows: Rows) -> None:
    async def work(archive: Archive) -> str:
        await say(archive, "c1", "hello")
        await say(archive, "c2", "hello", "ok", "and?", answer="so")
        said = Reaction(NOON, completion="c2", thumbs=-1, rating=-0.5, comment="no", correction="so it is")
        return await archive.react(said)

    assert keeping(archive, work) == "kept"
    assert told(tmp_path, rows) == [
        (3, "comment", None, "no"), (3, "correction", None, "so it is"), (3, "rating", -0.5, None),
        (3, "thumbs", -1.0, None),
    ]  # fmt: skip


def test_said_twice_it_is_one_and_what_is_said_later_wins(archive: Archive, tmp_path: Path, rows: Rows) -> None:
    async def work(archive: Archive) -> None:
        await say(archive, "c1", "hello")
        for thumbs, minutes in ((1, 0), (1, 0), (-1, 2), (1, 1)):
            await archive.react(Reaction(NOON + timedelta(minutes=minutes), completion="c1", thumbs=thumbs))

    keeping(archive, work)
    assert told(tmp_path, rows) == [(1, "thumbs", -1.0, None)]


def test_a_correction_that_changes_nothing_counts_for_nothing(archive: Archive, tmp_path: Path, rows: Rows) -> None:
    async def work(archive: Archive) -> list[str]:
        await say(archive, "c1", "hello", answer="<think>A greeting.</think>Good day to you.")
        await say(archive, "c2", "hello", answer="hm", others=("Good day to you.",))
        by_text = Reaction(NOON, answer="hm", correction="hm")
        same = Reaction(NOON, completion="c1", thumbs=1, correction=" Good day to you.\n")
        other = Reaction(NOON, completion="c2", correction="Good day to you.")
        of_another = Reaction(NOON, completion="c2", choice=1, correction="Good day to you.")
        return [await archive.react(one) for one in (by_text, same, other, of_another)]

    assert keeping(archive, work) == ["kept"] * 4
    assert told(tmp_path, rows) == [(1, "correction", None, "Good day to you."), (1, "thumbs", 1.0, None)]


@pytest.mark.parametrize("restarts", [False, True])
def test_an_answer_is_found_by_what_was_said(
    archive: Archive, tmp_path: Path, database: str, rows: Rows, restarts: bool
) -> None:
    by_text = Reaction(NOON, answer=" It is three. ", thumbs=1)
    by_messages = Reaction(NOON, messages=talk("hello", "hi", "what time is it?", "It is four."), rating=0.25)

    async def work(archive: Archive) -> None:
        await say(archive, "c1", "hello", answer="hi")
        await say(archive, "c2", "hello", "hi", "what time is it?", answer="It is three.")
        await say(archive, "c3", "hello", "hi", "what time is it?", answer="It is four.", others=("It is five.",))

    async def react(archive: Archive) -> list[str]:
        chosen = Reaction(NOON, completion="c3", choice=1, comment="this one")
        return [await archive.react(one) for one in (by_text, by_messages, chosen, Reaction(NOON, answer="It is six."))]

    async def both(archive: Archive) -> list[str]:
        await work(archive)
        return await react(archive)

    if restarts:
        keeping(archive, work)
        said = keeping(Archive(tmp_path, as_gateway(database), ZONE), react)
    else:
        said = keeping(archive, both)
    assert said == ["kept", "kept", "kept", "unknown"]
    with postgres.connect(database) as connection:  # what the table knows is the same
        vault = Vault.open(tmp_path)
        places = [table.place(connection, one, vault.keyed_hash) for one in (by_text, by_messages)]
    given = rows("select chat_id, position from exchanges where id in ('c2', 'c3') order by id")
    assert places == [(row["chat_id"], row["position"]) for row in given]
    on = rows("select e.id, f.kind from feedback f join exchanges e using (chat_id, position) order by e.id")
    assert [(row["id"], row["kind"]) for row in on] == [("c2", "thumbs"), ("c3", "rating"), ("c3#1", "comment")]


def test_what_somebody_else_said_is_not_found_by_its_messages(archive: Archive) -> None:
    async def work(archive: Archive) -> list[str]:
        await say(archive, "c1", "hello", answer="hi")
        said = talk("hello", "hi")
        return [await archive.react(Reaction(NOON, messages=said, thumbs=1, who=who)) for who in ("", "another")]

    assert keeping(archive, work) == ["kept", "unknown"]


@pytest.mark.parametrize("restarts", [False, True])
def test_what_another_token_was_told_cannot_be_tried(
    archive: Archive, tmp_path: Path, database: str, restarts: bool
) -> None:
    async def work(archive: Archive) -> None:
        await say(archive, "c1", "hello", answer="hi", who="0a/anna")
        await say(archive, "c2", "hello", answer="hm")

    async def react(archive: Archive) -> list[str]:
        whose = (("hi", ""), ("hi", "0b/anna"), ("hm", "0b/"), ("hi", "0a/"), ("hm", "/anna"))
        return [await archive.react(Reaction(NOON, answer=text, thumbs=1, who=who)) for text, who in whose]

    async def both(archive: Archive) -> list[str]:
        await work(archive)
        return await react(archive)

    if restarts:
        keeping(archive, work)
        found = keeping(Archive(tmp_path, as_gateway(database), ZONE), react)
    else:
        found = keeping(archive, both)
    assert found == ["unknown", "unknown", "unknown", "kept", "kept"]


def test_while_postgres_is_down_what_may_be_known_is_kept_and_finds_its_place_later(
    archive: Archive, tmp_path: Path, database: str, rows: Rows
) -> None:
    keeping(archive, lambda archive: say(archive, "c1", "hello"))
    door = Door(as_gateway(database))

    async def work(archive: Archive) -> list[str]:
        said = [await archive.react(Reaction(NOON, completion=id, thumbs=1)) for id in ("c1", "c0")]
        door.is_open = True
        while archive.figures().waiting:
            await asyncio.sleep(0.05)
        assert archive.figures().delivered.stored.unplaced == 1
        return said

    assert keeping(Archive(tmp_path, door, ZONE), work) == ["pending", "pending"]
    assert told(tmp_path, rows) == [(1, "thumbs", 1.0, None)]


def test_a_locked_table_is_not_waited_for(tmp_path: Path, database: str) -> None:
    """Whatever waits there holds a thread that pages and embeddings need."""

    async def work(archive: Archive) -> str:
        with postgres.connect(database) as connection:
            connection.execute("lock table exchanges in access exclusive mode")
            return await archive.react(Reaction(NOON, completion="nobody knows", thumbs=1))

    assert keeping(Archive(tmp_path, as_gateway(database), ZONE), work) == "pending"


def test_a_full_spool_says_so(tmp_path: Path, database: str) -> None:
    async def work(archive: Archive) -> str:
        messages = talk("hello")
        assert not await archive.keep(exchange(archive.chat_of(messages), messages, "ok", "c1"))
        assert archive.figures().lost.reason == "the spool is full"
        return await archive.react(Reaction(NOON, completion="c1", thumbs=1))

    assert keeping(Archive(tmp_path, as_gateway(database), ZONE, limit=10), work) == "full"


def test_the_wire_form_names_one_answer_and_says_something_of_it() -> None:
    said = Feedback.model_validate({"id": "c1", "thumbs": "down", "rating": 0.5, "correction": "better"})
    assert reaction(said, NOON, "who") == Reaction(
        NOON, completion="c1", thumbs=-1, rating=0.5, correction="better", who="who"
    )
    turns = [{"role": "user", "content": [{"type": "text", "text": "hello"}]}, {"role": "assistant", "content": "hi"}]
    on_messages = Feedback.model_validate({"messages": turns, "comment": "x"})
    assert reaction(on_messages, NOON, "").messages == talk("hello", "hi")


@pytest.mark.parametrize("body", [
    {"id": "c1"}, {"thumbs": "up"}, {"id": "c1", "answer": "x", "thumbs": "up"}, {"id": "c1", "rating": 2},
    {"id": "c1", "thumbs": "sideways"}, {"id": "", "thumbs": "up"}, {"id": "c1", "comment": ""},
    {"messages": [{"role": "user", "content": "x"}], "thumbs": "up"}, {"messages": [], "thumbs": "up"},
    {"id": "c1", "rating": float("nan")}, {"id": "c1", "thumbs": "up", "choice": -1},
])  # fmt: skip
def test_what_names_no_answer_or_says_nothing_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Feedback.model_validate(body)

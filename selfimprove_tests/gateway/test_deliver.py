"""From the spool to Postgres: as an import would have written it, once, whatever happens on the way."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest

from selfimprove import postgres
from selfimprove.chats.chat import Message, Sealed
from selfimprove.errors import DatabaseDown, KeyRetired, SealBroken, SpoolUnstored, VaultInvalid
from selfimprove.forgetting.forget import forget
from selfimprove.forgetting.select import Wish
from selfimprove.forgetting.sweep import sweep
from selfimprove.gateway import aside, metrics, packing, table
from selfimprove.gateway.archive import Archive, look, open_vault, store_waiting
from selfimprove.gateway.deliver import Connect, is_to_blame
from selfimprove.gateway.exchange import Exchange, Reaction, Thread
from selfimprove.postgres import Connection
from selfimprove.privacy import journal, waiting
from selfimprove.privacy.rotate import rotate
from selfimprove.privacy.vault import Vault, add_key, drop_older_keys
from selfimprove_tests.gateway.said import NOON, ZONE, as_gateway, exchange, keeping, sealing, talk

Rows = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def home(tmp_path: Path, database: str) -> Path:
    with postgres.connect(database) as connection:
        Vault.open(tmp_path, connection)
    return tmp_path


@pytest.fixture
def connect(database: str) -> Connect:
    return as_gateway(database)


@pytest.fixture
def archive(home: Path, connect: Connect) -> Archive:
    return Archive(home, connect, ZONE)


@pytest.fixture
def rows(database: str) -> Rows:
    def read(query: str) -> list[dict[str, Any]]:
        with postgres.connect(database) as connection:
            return connection.execute(query).fetchall()

    return read


class Door:
    """A database that can be shut."""

    def __init__(self, connect: Connect) -> None:
        self._connect, self.is_open, self.knocks = connect, False, 0

    def __call__(self) -> AbstractContextManager[Connection]:
        self.knocks += 1
        if not self.is_open:
            raise DatabaseDown(reason="it is shut")
        return self._connect()


async def say(archive: Archive, id: str, *texts: str, answer: str | None = "ok", **more: Any) -> Exchange:
    messages = talk(*texts)
    thread = archive.chat_of(messages, more.pop("given", None), more.pop("who", ""), more.pop("guest", None))
    kept = exchange(thread, messages, answer, id, **{"at": datetime.now(UTC)} | more)
    assert await archive.keep(kept)
    return kept


def opened(home: Path, row: dict[str, Any]) -> list[str]:
    sealed = Sealed(row["key_id"], row["nonce"], row["sealed"])
    return [f"{m['role'][0]}:{m['content']}" for m in orjson.loads(Vault.open(home).unseal(sealed, row["id"].encode()))]


def test_a_chat_becomes_a_row_as_an_import_makes_it_and_grows_with_each_turn(
    archive: Archive, home: Path, rows: Rows
) -> None:
    late = datetime(2026, 5, 4, 22, 30, tzinfo=UTC)  # half past midnight in Berlin

    async def work(archive: Archive) -> str:
        first = await say(archive, "c1", "hello", at=late, user="Ada", slot="adapter", arm="challenger", seconds=1.5)
        await say(archive, "c2", "hello", "ok", "and?", answer="so", at=late + timedelta(days=1))
        return first.thread.chat_id

    chat_id = keeping(archive, work)
    [row] = rows("select * from chats")
    assert (row["id"], row["source"], row["day"], row["turns"]) == (chat_id, "gateway", date(2026, 5, 5), 4)
    assert opened(home, row) == ["u:hello", "a:ok", "u:and?", "a:so"]
    assert row["digest"] == Vault.open(home).keyed_hash(
        orjson.dumps([{"role": m.role, "content": m.content} for m in talk("hello", "ok", "and?", "so")])
    )
    assert row["user_key"] == Vault.open(home).keyed_hash(b"Ada")
    one, two = rows("select * from exchanges order by id")
    assert (one["position"], one["adapter"], one["arm"], one["seconds"]) == (1, "adapter", "challenger", 1.5)
    assert (two["position"], two["relation"], two["parent"], two["root"]) == (3, "next", "c1", chat_id)


def test_a_chat_grows_though_its_client_leaves_out_most_of_what_was_there(
    home: Path, connect: Connect, rows: Rows
) -> None:
    """Thoughts are not sent back, and prompts may shrink: by its length nobody tells this from an overwriting."""
    thought = f"<think>{'Who says hello may want something. ' * 200}</think>"
    told = [(("hello",), f"{thought}ok"), (("hello", "ok", "thanks"), "Fine.")]
    sizes = []
    for number, (texts, answer) in enumerate(told):
        keeping(Archive(home, connect, ZONE), lambda archive: say(archive, f"c{number}", *texts, answer=answer))  # noqa: B023
        [row] = rows("select * from chats")
        sizes.append(len(row["sealed"]))
    assert opened(home, row) == ["u:hello", "a:ok", "u:thanks", "a:Fine."]
    assert sizes[0] > 30 * sizes[1]


def test_what_is_delivered_again_changes_nothing(home: Path, connect: Connect, rows: Rows) -> None:
    seal = sealing(home)
    first = Archive(home, connect, ZONE)

    async def work(archive: Archive) -> list[Exchange]:
        told = [await say(archive, "c1", "hello"), await say(archive, "c2", "hello", "ok", "and?")]
        await archive.react(Reaction(NOON, completion="c1", thumbs=1, comment="fine"))
        return told

    told: list[Exchange] = keeping(first, work)
    everything = "select * from chats", "select * from exchanges order by id", "select * from feedback order by id"
    before = [rows(query) for query in everything]
    again = [*told, Reaction(NOON, completion="c1", thumbs=1, comment="fine")]
    with connect() as connection:
        stored = table.store(connection, [*again, *again[::-1]], seal, ZONE)
    assert stored == table.Stored()
    assert [rows(query) for query in everything] == before
    assert [len(found) for found in before] == [1, 2, 2]


def test_branches_keep_each_others_turns_and_know_which_answers_are_not_theirs(
    archive: Archive, home: Path, rows: Rows
) -> None:
    async def work(archive: Archive) -> None:
        await say(archive, "c1", "hello", answer="hi")
        await say(archive, "c2", "hello", "hi", "why?", answer="because")
        await say(archive, "c3", "hello", "hi", "why?", answer="for a reason")
        await say(archive, "c4", "hello", "hi", "how?", answer="so")
        await say(archive, "c5", "hello", "hi", "why?", "for a reason", "which?", answer="that one", others=("this",))

    keeping(archive, work)
    chats = {row["id"]: opened(home, row) for row in rows("select * from chats")}
    said = sorted(" ".join(turns) for turns in chats.values())
    assert said == [
        "u:hello a:hi u:how? a:so", "u:hello a:hi u:why? a:because",
        "u:hello a:hi u:why? a:for a reason u:which? a:that one", "u:hello a:hi u:why? a:for a reason u:which? a:this",
    ]  # fmt: skip
    told = {row["id"]: row for row in rows("select * from exchanges")}
    assert {(one["relation"], one["repeats"]) for one in told.values()} == {
        ("new", None), ("next", None), ("retry", "c2"), ("edit", "c3"), ("other", "c5")
    }  # fmt: skip
    inherited = {(row["chat_id"], row["position"]) for row in rows("select * from inherited_answers")}
    branch, edit, other = told["c3"]["chat_id"], told["c4"]["chat_id"], told["c5#1"]["chat_id"]
    assert inherited == {(branch, 1), (edit, 1), (other, 1), (other, 3)}
    assert len({one["root"] for one in told.values()}) == 1


def test_an_answer_whose_place_is_taken_moves_to_a_branch_for_ever(home: Path, connect: Connect, rows: Rows) -> None:
    """As happens when a gateway has lost sight of a conversation."""
    seal, lost = sealing(home), Archive(home, connect, ZONE)
    one = exchange(lost.chat_of(talk("hello")), talk("hello"), "first", "c1")
    other = exchange(one.thread, talk("hello"), "second", "c2")
    for _ in range(2):
        with connect() as connection:
            table.store(connection, [one], seal, ZONE)
            table.store(connection, [other, one], seal, ZONE)
    assert sorted(opened(home, row)[1] for row in rows("select * from chats")) == ["a:first", "a:second"]
    assert len(rows("select * from exchanges")) == 2


def test_unanswered_questions_and_tool_calls_are_kept_and_filled_in(archive: Archive, home: Path, rows: Rows) -> None:
    async def work(archive: Archive) -> None:
        await say(archive, "c1", "hello", answer=None)
        await say(archive, "c2", "hello", answer="hi")
        await say(archive, "c3", "nobody here?", answer=None)
        called = await say(archive, "c4", "weather?", answer="", ending="tool_calls")
        messages = [*talk("weather?"), Message("tool", "rain")]
        await archive.keep(exchange(archive.chat_of(messages), messages, "It rains.", "c5"))
        assert archive.chat_of(messages).root == called.thread.chat_id

    keeping(archive, work)
    said = sorted(" ".join(opened(home, row)) for row in rows("select * from chats"))
    assert said == ["u:hello a:hi", "u:nobody here?", "u:weather? t:rain a:It rains."]
    ends = rows("select id, ending, answer is null as unanswered from exchanges order by id")
    assert [(row["ending"], row["unanswered"]) for row in ends] == [
        ("failed", True), ("stop", False), ("failed", True), ("tool_calls", True), ("stop", False)
    ]  # fmt: skip


def test_while_postgres_is_down_all_is_kept_and_it_recovers_by_itself(
    home: Path, connect: Connect, rows: Rows
) -> None:
    door = Door(connect)

    async def work(archive: Archive) -> None:
        await say(archive, "c1", "hello")
        assert await archive.react(Reaction(NOON, completion="c1", thumbs=-1)) == "kept"
        assert await archive.react(Reaction(NOON, completion="c0", thumbs=-1)) == "pending"
        await asyncio.sleep(0.5)
        assert archive.figures().delivered.failing == "DatabaseDown"
        assert archive.figures().waiting == look(home)[0] > 0
        assert f"selfimprove_spool_bytes {float(look(home)[0])}" in metrics.text().decode()
        door.is_open = True
        while archive.figures().waiting:
            await asyncio.sleep(0.05)
        assert archive.figures().delivered.failing == ""
        assert await archive.react(Reaction(NOON, completion="c0", thumbs=-1)) == "unknown"

    keeping(Archive(home, door, ZONE), work)
    assert [row["value"] for row in rows("select value from feedback")] == [-1.0]
    assert list(waiting.folder_of(home).glob("*.spool")) == []


def test_a_process_that_starts_stores_what_the_last_left_and_goes_on_with_its_chats(
    home: Path, connect: Connect, rows: Rows
) -> None:
    shut = Door(connect)
    first: Exchange = keeping(Archive(home, shut, ZONE), lambda archive: say(archive, "c1", "hello"))

    async def onward(archive: Archive) -> Exchange:
        return await say(archive, "c2", "hello", "ok", "and?")

    second: Exchange = keeping(Archive(home, shut, ZONE), onward)
    assert second.thread.chat_id == first.thread.chat_id
    shut.is_open = True

    async def later(archive: Archive) -> Exchange:
        return await say(archive, "c3", "hello", "ok", "and?", "ok", "so?")

    third: Exchange = keeping(Archive(home, shut, ZONE), later)
    assert (third.thread.chat_id, third.thread.parent) == (first.thread.chat_id, "c2")
    fourth: Exchange = keeping(Archive(home, shut, ZONE), lambda archive: say(archive, "c4", "hello", "ok", "and?"))
    assert (fourth.thread.relation, fourth.thread.of) == ("retry", "c2")  # as the table tells
    assert [row["turns"] for row in rows("select turns from chats order by turns")] == [4, 6]


def test_what_was_forgotten_does_not_come_back_from_the_spool_and_its_branches_go_too(
    home: Path, connect: Connect, rows: Rows, database: str
) -> None:
    secret, short = "My plan is to rob the bank on the corner. " * 6, "what is my plan?"

    def forgotten(chat_id: str) -> tuple[int, int]:
        with postgres.connect(database) as connection:
            receipt = forget(connection, Vault.open(home), Wish("chat", chat_id), NOON)
        assert receipt
        return receipt.counts["chats"], receipt.counts["exchanges"]

    async def stored(archive: Archive) -> None:
        while archive.figures().waiting:
            await asyncio.sleep(0.05)

    async def begin(archive: Archive) -> list[tuple[int, int]]:
        told = [await say(archive, id, text) for id, text in (("c1", secret), ("c2", short), ("c3", secret))]
        await stored(archive)
        counts = [await asyncio.to_thread(forgotten, one.thread.chat_id) for one in told[:2]]
        await say(archive, "c4", short, "ok", "and then?")  # known by its id
        await stored(archive)
        return counts

    assert keeping(Archive(home, connect, ZONE), begin) == [(2, 2), (1, 1)]

    async def goes_on(archive: Archive) -> int:
        await say(archive, "c5", secret, "ok", "and then?")  # known by how it begins
        await say(archive, "c6", "something else")
        await stored(archive)
        return archive.figures().delivered.stored.forgotten

    assert keeping(Archive(home, connect, ZONE), goes_on) == 1
    assert [row["id"] for row in rows("select id from exchanges")] == ["c6"]
    assert len(rows("select id from chats")) == 1


def test_a_record_that_cannot_be_stored_is_set_aside_sealed_and_holds_up_nothing(
    home: Path, archive: Archive, rows: Rows
) -> None:
    good = exchange(archive.chat_of(talk("hello")), talk("hello"), "ok", "c1")
    bad = replace(good, id="c0", ending="nonsense")  # type: ignore[arg-type]
    records = [packing.pack(bad), packing.pack(good), b"no JSON", b'{"Exchange": {}}']
    path = waiting.folder_of(home) / "000000000001.spool"
    path.parent.mkdir(parents=True)
    journal.write(path, [journal.pack(good.thread.chat_id, data, Vault.open(home).seal) for data in records])

    async def work(archive: Archive) -> int:
        while archive.figures().waiting:
            await asyncio.sleep(0.05)
        return archive.figures().delivered.aside

    assert keeping(archive, work) == 3
    assert [row["id"] for row in rows("select id from exchanges")] == ["c1"]
    assert look(home)[1] == 3
    assert b"hello" not in b"".join(path.read_bytes() for path in waiting.set_aside(home))


def test_what_was_set_aside_is_tried_again_by_the_next_process_unless_it_was_forgotten(
    home: Path, connect: Connect, rows: Rows, database: str
) -> None:
    archive = Archive(home, connect, ZONE)
    told = [exchange(archive.chat_of(talk(text)), talk(text), "ok", text) for text in ("good day", "forget this one")]
    for one in told:
        framed = journal.pack(one.thread.chat_id, packing.pack(one), Vault.open(home).seal)
        [record] = journal.scan(journal.MAGIC + framed)
        assert isinstance(record, journal.Record)
        aside.put(home, record)
    with postgres.connect(database) as connection:
        connection.execute(
            "insert into receipts (id, selector, selector_hash, counts, datasets, adapters, runs)"
            " values ('r', 'chat', '', '{}', '{}', '{}', '{}')"
        )
        bury = "insert into tombstones values (%s, 'chat', 2, 'r')"
        connection.execute(bury, [told[1].thread.chat_id])
    keeping(archive, lambda archive: asyncio.sleep(0.1))
    assert [row["id"] for row in rows("select id from exchanges")] == ["good day"]
    assert look(home)[1] == 0


def test_what_waits_is_stored_before_somebody_looks_for_it(home: Path, connect: Connect, rows: Rows) -> None:
    keeping(Archive(home, Door(connect), ZONE), lambda archive: say(archive, "c1", "hello"))
    with pytest.raises(SpoolUnstored, match="nothing was forgotten"):
        store_waiting(home, Door(connect), ZONE)
    assert rows("select id from exchanges") == []
    store_waiting(home, connect, ZONE)
    assert [row["id"] for row in rows("select id from exchanges")] == ["c1"]
    assert look(home)[0] == 0

    async def while_up(archive: Archive) -> None:
        await say(archive, "c2", "good day")
        await asyncio.to_thread(store_waiting, home, connect, ZONE)
        assert look(home)[0] == 0

    keeping(Archive(home, connect, ZONE), while_up)

    async def while_it_cannot_store(archive: Archive) -> None:
        await say(archive, "c3", "good night")
        with pytest.raises(SpoolUnstored):
            await asyncio.to_thread(store_waiting, home, connect, ZONE, 0.2)

    keeping(Archive(home, Door(connect), ZONE), while_it_cannot_store)


def test_what_clients_call_their_chats_is_told_apart_by_token(home: Path, connect: Connect) -> None:
    archive = Archive(home, connect, ZONE)
    named = [archive.chat_of(talk("hello"), "work", who) for who in ("0a/", "0b/", "0a/anna")]
    assert len({thread.root for thread in named}) == 3


def test_a_record_with_a_changed_byte_is_none_and_the_next_one_is_read(home: Path) -> None:
    first, second = (journal.pack(mark * 32, b"said", Vault.open(home).seal) for mark in "ab")
    changed = first[:-1] + bytes([first[-1] ^ 1])
    damaged, whole = journal.scan(journal.MAGIC + changed + second)
    assert damaged == journal.Damaged(changed, is_tail=False)
    assert isinstance(whole, journal.Record)
    assert whole.chat_id == "b" * 32


def test_what_was_set_aside_goes_when_its_chat_is_forgotten(home: Path, connect: Connect, database: str) -> None:
    told: Exchange = keeping(Archive(home, connect, ZONE), lambda archive: say(archive, "c1", "a plan of mine"))
    for chat_id in (told.thread.chat_id, "f" * 32):
        [record] = journal.scan(journal.MAGIC + journal.pack(chat_id, b"no JSON", Vault.open(home).seal))
        assert isinstance(record, journal.Record)
        aside.put(home, record)
    aside.put_damaged(home, b"whose this was nobody can tell")
    with postgres.connect(database) as connection:
        forget(connection, Vault.open(home), Wish("chat", told.thread.chat_id), NOON)
        sweep(connection, home)
    assert [record.chat_id for _, record in aside.records(home)] == ["f" * 32]
    assert waiting.damaged(home) == []


def test_a_key_that_is_exchanged_meanwhile_costs_nothing(home: Path, connect: Connect, rows: Rows) -> None:
    door = Door(connect)

    async def work(archive: Archive) -> None:
        await say(archive, "c1", "hello")
        add_key(home)
        await say(archive, "c2", "good day")

    keeping(Archive(home, door, ZONE), work)
    newest = Vault.open(home)
    assert waiting.reseal(home, newest) == 2
    drop_older_keys(home)
    door.is_open = True
    keeping(Archive(home, door, ZONE), lambda archive: say(archive, "c3", "good evening"))
    assert {row["key_id"] for row in rows("select key_id from chats")} == {newest.current}
    assert len(rows("select id from exchanges")) == 3


def test_rotation_waits_for_a_gateway_that_is_up(home: Path, connect: Connect, rows: Rows, database: str) -> None:
    def rotated() -> str:
        with postgres.connect(database) as connection:
            return rotate(connection, home).key_id

    async def work(archive: Archive) -> str:
        await say(archive, "c1", "hello")
        key = await asyncio.to_thread(rotated)
        await say(archive, "c2", "good day")
        return key

    key = keeping(Archive(home, connect, ZONE), work)
    assert [row["key_id"] for row in rows("select key_id from chats")] == [key, key]


def test_rotation_seals_again_what_a_gateway_that_is_down_has_yet_to_store(
    home: Path, connect: Connect, rows: Rows, database: str
) -> None:
    keeping(Archive(home, Door(connect), ZONE), lambda archive: say(archive, "c1", "hello"))
    with postgres.connect(database) as connection:
        key = rotate(connection, home).key_id
    assert Vault.open(home).ciphers.keys() == {key}
    keeping(Archive(home, connect, ZONE), lambda archive: say(archive, "c2", "good day"))
    assert [row["key_id"] for row in rows("select key_id from chats")] == [key, key]


def test_the_keys_of_another_house_store_nothing(
    tmp_path: Path, connect: Connect, archive: Archive, rows: Rows
) -> None:
    keeping(archive, lambda archive: say(archive, "c1", "hello"))
    other = tmp_path / "other"
    Vault.open(other)

    async def work(archive: Archive) -> str:
        await say(archive, "c2", "good day")
        await asyncio.sleep(0.5)
        return archive.figures().delivered.failing

    assert keeping(Archive(other, connect, ZONE), work) == VaultInvalid.__name__
    assert [row["id"] for row in rows("select id from exchanges")] == ["c1"]


def test_without_keys_and_without_a_database_nothing_is_begun(tmp_path: Path, connect: Connect) -> None:
    with pytest.raises(DatabaseDown):
        open_vault(tmp_path, Door(connect))
    assert open_vault(tmp_path, connect).current


def test_names_that_strangers_chose_are_stored_as_columns_can_hold_them(
    home: Path, connect: Connect, rows: Rows
) -> None:
    async def work(archive: Archive) -> str:
        await say(archive, "c\0" + "1" * 5000, "hello", model="a\0b", others=("two",), user="x\0y")
        await say(archive, "c2", "hello", "two", "and?")
        return await archive.react(Reaction(NOON, completion="c\0" + "1" * 5000, thumbs=1))

    assert keeping(Archive(home, connect, ZONE), work) == "kept"
    assert {len(row["model"]) for row in rows("select model from exchanges")} == {64, 4}
    assert {row["relation"] for row in rows("select relation from exchanges")} == {"new", "other", "next"}
    assert len(rows("select id from feedback")) == 1
    assert look(home)[1] == 0


@pytest.mark.parametrize(("failure", "blames"), [
    (psycopg.errors.NumericValueOutOfRange(), True), (psycopg.errors.CheckViolation(), True),
    (psycopg.errors.ProgramLimitExceeded(), True), (AttributeError(), True), (SealBroken(key_id="k", row="r"), True),
    (psycopg.OperationalError(), False), (psycopg.errors.DiskFull(), False), (psycopg.errors.UndefinedTable(), False),
    (DatabaseDown(reason="x"), False), (OSError(), False), (KeyRetired(), False),
    (psycopg.errors.InsufficientPrivilege(), False), (psycopg.errors.AdminShutdown(), False),
])  # fmt: skip
def test_what_can_be_waited_for_is_not_blamed_on_what_was_said(failure: Exception, blames: bool) -> None:
    assert is_to_blame(failure) == blames


def test_text_that_no_encoding_can_hold_is_kept_as_well_as_can_be() -> None:
    kept = exchange(Thread("a" * 32, 1, "a" * 32), talk("half \ud83d a pair"), "ok", "c1")
    assert b"half ? a pair" in packing.pack(kept)
    assert packing.unpack(packing.pack(kept)) == replace(kept, messages=talk("half ? a pair"))


def test_the_gateway_cannot_read_who_answered_nor_take_anything_back(connect: Connect) -> None:
    for statement in ("select seconds from exchanges", "delete from exchanges", "update exchanges set root = ''"):
        with connect() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)

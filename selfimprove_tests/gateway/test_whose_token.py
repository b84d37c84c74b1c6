"""Who asked, and who said what of it, as the database knows them: by their token, whatever name they give."""

from pathlib import Path

import pytest

from selfimprove import postgres
from selfimprove.critiques.sources import provenance
from selfimprove.datasets import table as datasets
from selfimprove.forgetting.select import Wish, select
from selfimprove.gateway import packing, table, tokens
from selfimprove.gateway.archive import Archive
from selfimprove.gateway.exchange import Exchange, Reaction
from selfimprove.postgres import Connection
from selfimprove.privacy.vault import Vault
from selfimprove_tests.datasets.house import clean
from selfimprove_tests.gateway.conftest import Rows
from selfimprove_tests.gateway.said import NOON, ZONE, as_gateway, keeping, sealing, talk
from selfimprove_tests.gateway.test_deliver import Door, say


@pytest.fixture
def known(database: str) -> dict[str, str]:
    """Tokens' ids by name: a guest's, another guest's, and two of the owner's."""
    guests = ("chat", "feedback")
    scopes = {"guest": guests, "other": guests, "me": ("admin",), "phone": ("chat", "review")}
    with postgres.connect(database) as connection:
        return {name: tokens.add(connection, name, of)[0] for name, of in scopes.items()}


def told(archive: Archive, known: dict[str, str], *who: tuple[str, str]) -> list[Exchange]:
    """Each asks something of its own and likes the answer; "" has no token."""

    async def work(archive: Archive) -> list[Exchange]:
        kept = []
        for number, (name, user) in enumerate(who):
            asks = f"{known.get(name, '')}/{user}"
            kept.append(await say(archive, f"c{number}", f"hello from {number}", who=asks, user=user or None))
            await archive.react(Reaction(NOON, completion=f"c{number}", thumbs=1, who=asks))
        return kept

    return keeping(archive, work)


def test_a_guests_token_is_named_and_the_owners_are_not(archive: Archive, known: dict[str, str], rows: Rows) -> None:
    told(archive, known, ("guest", ""), ("", ""), ("me", ""), ("phone", ""), ("other", "ann"))
    asked = [row["token"] for row in rows("select token from exchanges order by id")]
    assert asked == [known["guest"], None, None, None, known["other"]]
    said = rows("select f.source from feedback f join exchanges e using (chat_id) order by e.id")
    assert [row["source"] for row in said] == [
        f"gateway:{known['guest']}", "gateway", "gateway", "gateway", f"gateway:{known['other']}"
    ]  # fmt: skip


def test_a_token_that_was_revoked_meanwhile_is_still_whose_it_was(
    archive: Archive, known: dict[str, str], rows: Rows, database: str
) -> None:
    with postgres.connect(database) as connection:
        tokens.revoke(connection, "me")
        tokens.revoke(connection, "guest")
    told(archive, known, ("guest", ""), ("me", ""))
    assert [row["token"] for row in rows("select token from exchanges order by id")] == [known["guest"], None]


def test_two_tokens_words_on_one_answer_stand_beside_each_other(
    archive: Archive, known: dict[str, str], rows: Rows
) -> None:
    async def work(archive: Archive) -> None:
        await say(archive, "c1", "hello")
        for name, thumbs in (("guest", -1), ("other", 1), ("me", 1), ("guest", -1)):
            await archive.react(Reaction(NOON, completion="c1", thumbs=thumbs, who=f"{known[name]}/"))

    keeping(archive, work)
    said = {row["source"]: row["value"] for row in rows("select source, value from feedback")}
    assert said == {f"gateway:{known['guest']}": -1.0, f"gateway:{known['other']}": 1.0, "gateway": 1.0}


@pytest.mark.parametrize("is_stored", [True, False], ids=["stored", "waits on disk"])
def test_a_guest_goes_on_with_no_chat_of_the_owners_after_a_restart_either(
    tmp_path: Path, database: str, known: dict[str, str], *, is_stored: bool
) -> None:
    with postgres.connect(database) as connection:
        Vault.open(tmp_path, connection)
    connect = as_gateway(database) if is_stored else Door(as_gateway(database))
    guests = [known["guest"], known["other"]]

    async def begin(archive: Archive) -> list[str]:
        said = [(f"hello {who}", {"who": f"{who}/", "guest": who if who in guests else None}) for who in known.values()]
        return [(await say(archive, text, text, **who)).thread.chat_id for text, who in said]

    begun = dict(zip(known, keeping(Archive(tmp_path, connect, ZONE), begin), strict=True))

    async def go_on(archive: Archive) -> dict[str, list[str]]:
        ways = {name: (f"{id}/", id if id in guests else None) for name, id in known.items()}
        return {
            name: [of for of, chat in begun.items() if archive.chat_of(talk("and?"), chat, *who).root == chat]
            for name, who in ways.items()
        }

    owners = ["me", "phone"]
    found = keeping(Archive(tmp_path, connect, ZONE), go_on)
    assert found == {"guest": ["guest"], "other": ["other"], "me": owners, "phone": owners}


def test_several_answers_are_of_the_token_that_asked_for_them(
    archive: Archive, known: dict[str, str], rows: Rows
) -> None:
    async def work(archive: Archive) -> None:
        await say(archive, "c1", "hello", who=f"{known['guest']}/", others=("hi", "hey"))

    keeping(archive, work)
    assert [row["token"] for row in rows("select token from exchanges")] == [known["guest"]] * 3


def test_records_of_the_version_before_are_stored_with_their_token(
    tmp_path: Path, database: str, known: dict[str, str], rows: Rows
) -> None:
    """That version kept who asked inside the thread already; an older one kept nobody."""
    with postgres.connect(database) as connection:
        Vault.open(tmp_path, connection)
    thread = {"chat_id": "a" * 32, "position": 1, "root": "a" * 32, "relation": "new", "of": None, "parent": None}
    said = {"messages": [{"role": "user", "content": "hello"}], "at": NOON.isoformat(), "answer": "ok", "others": []}
    reacts = {"at": NOON.isoformat(), "messages": [], "completion": "c1", "thumbs": 1}
    guest, nobody = f"{known['guest']}/ann", "b" * 32
    waiting = [
        {"Exchange": {**said, "id": "c1", "user": "ann", "thread": {**thread, "asked": "x", "who": guest}}},
        {"Exchange": {**said, "id": "c2", "thread": {**thread, "chat_id": nobody, "root": nobody, "asked": "y"}}},
        {"Reaction": {**reacts, "who": guest}},
        {"Reaction": {**reacts, "completion": "c2"}},
    ]
    kept = [packing.unpack(packing.orjson.dumps(one)) for one in waiting]
    with as_gateway(database)() as connection:
        assert table.store(connection, kept, sealing(tmp_path), ZONE) == table.Stored(exchanges=2, feedback=2)
    assert [row["token"] for row in rows("select token from exchanges order by id")] == [known["guest"], None]
    sources = {row["source"] for row in rows("select source from feedback")}
    assert sources == {f"gateway:{known['guest']}", "gateway"}


def test_a_persons_chats_are_found_to_be_forgotten_under_every_token_and_older_ones_too(
    archive: Archive, known: dict[str, str], connection: Connection, tmp_path: Path
) -> None:
    asked = [("guest", "ann"), ("me", "ann"), ("", "ann"), ("other", "ann"), ("guest", "bob"), ("guest", "")]
    chats = [kept.thread.chat_id for kept in told(archive, known, *asked)]
    connection.execute("update exchanges set token = null where chat_id = %s", [chats[3]])  # as it was before
    found = select(connection, Vault.open(tmp_path, connection), Wish("user", "ann")).ids
    assert found == sorted(chats[:4])


def test_no_two_tokens_name_the_same_person() -> None:
    names = {provenance(source, "k" * 32) for source in ("gateway:aaaaaaaa", "gateway:bbbbbbbb", "gateway")}
    assert len({name.rpartition("/")[2] for name in names}) == 3
    assert provenance("gateway:aaaaaaaa", None) == "gateway:aaaaaaaa"


def test_what_teaches_is_of_the_client_that_its_token_is(
    archive: Archive, known: dict[str, str], connection: Connection
) -> None:
    kept = told(archive, known, ("guest", "ann"), ("", ""), ("me", ""), ("guest", ""))
    clients = {one.thread.chat_id: client for one, client in zip(kept, ("guest", "", "", "guest"), strict=True)}
    _pass_all(connection)
    expected = {id: f"gateway:{known[name]}" if name else "gateway" for id, name in clients.items()}
    assert {c.id: c.client for c in datasets.candidates(connection)} == expected


def test_a_chat_in_which_a_guest_went_on_is_the_guests(
    archive: Archive, known: dict[str, str], connection: Connection
) -> None:
    async def work(archive: Archive) -> str:
        first = await say(archive, "c1", "hello", who="/")
        chat_id = first.thread.chat_id
        await say(archive, "c2", "hello", "ok", "and?", who=f"{known['guest']}/", given=chat_id, answer="so")
        return chat_id

    chat_id = keeping(archive, work)
    _pass_all(connection)
    guests = [c.client for c in datasets.candidates(connection) if c.id != chat_id or len(c.messages) > 2]
    assert guests == [f"gateway:{known['guest']}"]


def _pass_all(connection: Connection) -> None:
    """As if every chat had come through the rooms before this one."""
    connection.execute(
        "insert into redacted_chats (chat_id, day, messages, feedback, spans, rule_version)"
        " select id, day, (select jsonb_agg(jsonb_build_object('role', 'user', 'content', 'x'))"
        " from generate_series(1, turns)), '[]', '{}', '1' from chats"
    )
    connection.execute("insert into filtered_chats select chat_id, day, null, '1' from redacted_chats")
    clean(connection)

"""Who may do what in the database: every denial, and what each role needs to do its work."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import psycopg
import pytest
from psycopg import conninfo
from psycopg.errors import InsufficientPrivilege

from selfimprove import logins, postgres
from selfimprove.chats import table
from selfimprove.chats.chat import Feedback, Sealing
from selfimprove.chats.seal import seal
from selfimprove.postgres import Connection
from selfimprove.privacy.rotate import rotate
from selfimprove.privacy.vault import Vault
from selfimprove.settings import read
from selfimprove_tests.privacy.conftest import Store, chat

ZONE = ZoneInfo("UTC")
SEALED = (
    "select sealed from chats", "select nonce from chats", "select key_id from chats", "select digest from chats",
    "select user_key from chats", "select * from chats", "select sealed from feedback", "select * from feedback",
)  # fmt: skip
CHANGES = (
    "insert into chats (id) values ('x')", "update chats set day = day", "delete from chats",
    "update chats set sealed = ''", "delete from feedback", "update redacted_chats set messages = '[]'",
    "insert into promotions (action) values ('rolled_back')", "update promotions set reason = ''",
    "delete from tombstones", "truncate chats", "drop table critiques", "create table selfimprove.mine (x int)",
    "create role mine", "insert into margins (name, value) values ('core_drop', 1)", "delete from receipts",
    "select take_back()", "insert into hash_key (id) values ('x')", "update hash_key set id = 'x'",
)  # fmt: skip
ROOMS = (
    "redacted_chats", "filtered_chats", "sketches", "embeddings", "critiques", "examples", "datasets", "eval_results",
    "eval_examples", "adapters", "champion", "promotions", "morning_reports", "migrations", "stage_days", "routes",
    "memories",
)  # fmt: skip
REDACTED = (
    "select messages, feedback from redacted_chats", "select id, day, turns from chats", "select * from eval_results",
    "select * from examples, calibrations, second_opinions", "select id, value from feedback",
    "select * from critiques", "select * from clean_days, champion, anchor",
    "select id, selector, counts, adapters, at, swept_at from receipts",
)  # fmt: skip
REFUSED_TO_THE_PIPELINE = (
    "update margins set value = 1", "delete from promotions", "update tombstones set turns = 1", "delete from receipts",
    "update receipts set counts = '{}'", "delete from tainted_datasets", "delete from retired_keys",
    "update hash_key set id = 'x'", "delete from hash_key",
    "update migrations set sha256 = ''", "insert into migrations (name, sha256) values ('x', '')", "truncate chats",
    "drop table critiques", "alter table chats disable trigger user", "create table selfimprove.mine (x int)",
    "create role mine", "alter role pipeline superuser", "copy chats to program 'cat'",
    "select pg_read_file('PG_VERSION')",
)  # fmt: skip


def denied(connection: Connection, role: str, statement: str) -> bool:
    """Whether the database refuses a statement to a role; nothing of it is kept."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(f"set local role {role}")
            connection.execute(statement)
    except InsufficientPrivilege:
        return True
    return False


def allowed(connection: Connection, role: str, statements: Iterable[str]) -> list[str]:
    return [statement for statement in statements if not denied(connection, role, statement)]


@pytest.mark.parametrize("role", ["reviewer", "analyst"])
def test_readers_see_redacted_text_nothing_raw_and_change_nothing(connection: Connection, role: str) -> None:
    refused = (*SEALED, *CHANGES, "select * from tombstones", "select * from retired_keys", "create table dagster.x ()")
    refused += ("select originals from redacted_chats", "select selector_hash from receipts", "select * from receipts")
    refused += ("select known_hash_key('x')", "select * from hash_key")
    assert allowed(connection, role, refused) == []
    assert allowed(connection, role, REDACTED) == list(REDACTED)


def test_the_gateway_reads_and_removes_no_chat_and_sees_no_room_behind_the_first(connection: Connection) -> None:
    its_own = {"update chats set sealed", "insert into chats"}
    refused = [change for change in CHANGES if not any(change.startswith(start) for start in its_own)]
    refused += ["select value from feedback", "update chats set side = 'sealed'", "update feedback set value = 1"]
    assert allowed(connection, "gateway", (*SEALED, *refused)) == []
    assert allowed(connection, "gateway", [f"select * from {room}" for room in ROOMS]) == []
    told = "select id, question, fact, embedding, model from memories where superseded_by is null"
    asked = ["select chat_id from memories", "select example_id from memories", "delete from memories", told]
    assert allowed(connection, "gateway", asked) == [told]


def test_the_pipeline_changes_no_table_no_role_and_nothing_that_only_grows(connection: Connection) -> None:
    assert allowed(connection, "pipeline", REFUSED_TO_THE_PIPELINE) == []


def test_every_table_of_every_room_is_read_and_written_by_the_pipeline(connection: Connection) -> None:
    rows = connection.execute("select tablename from pg_tables where schemaname = 'selfimprove'").fetchall()
    tables = [row["tablename"] for row in rows if row["tablename"] != "migrations"]
    assert len(tables) > 25
    may = (
        "select bool_and(has_table_privilege('pipeline', name, what)) as may"
        " from unnest(%s::text[]) name, unnest(%s::text[]) what"
    )
    assert connection.execute(may, [tables, ["select", "insert"]]).fetchone() == {"may": True}
    growing = {"margins", "promotions", "ledger", "retired_keys", "tombstones", "tainted_datasets", "receipts"}
    growing.add("hash_key")
    changed = [table for table in tables if table not in growing]
    assert connection.execute(may, [changed, ["update", "delete"]]).fetchone() == {"may": True}


@pytest.fixture
def in_role(connection: Connection) -> Callable[[str], None]:
    def take(role: str) -> None:
        connection.execute(f"set role {role}")
        connection.commit()

    return take


def given(value: float, moment: int) -> Feedback:
    return Feedback(1, "thumbs", value, None, "test", datetime(2026, 1, 31, moment, tzinfo=UTC))


def test_the_gateway_stores_chats_that_grow_and_thumbs_that_change(
    connection: Connection, vault: Vault, home: Path, in_role: Callable[[str], None]
) -> None:
    in_role("gateway")
    assert Vault.open(home, connection).current == vault.current
    sealing = Sealing(vault.seal, vault.keyed_hash)
    first = chat("hello", "hi", name="one", feedback=[given(1, 1)])
    longer = chat("hello", "hi", "more", "yes", name="one", feedback=[given(-1, 2)])
    assert table.write(connection, [seal(first, sealing, ZONE)]).imported == 1
    assert table.write(connection, [seal(longer, sealing, ZONE)]).updated == 1
    connection.commit()
    in_role("none")
    rows = connection.execute("select value, turns from feedback f join chats c on c.id = f.chat_id").fetchall()
    assert rows == [{"value": -1, "turns": 4}]


def sealed(vault: Vault, id: str, *texts: str) -> tuple[int, bytes, bytes]:
    messages = [{"role": "user", "content": text} for text in texts]
    fresh = vault.seal(orjson.dumps(messages), id.encode())
    return len(texts), fresh.nonce, fresh.ciphertext


def test_the_gateway_lets_a_chat_grow_and_neither_replaces_nor_empties_it(
    connection: Connection, vault: Vault, in_role: Callable[[str], None], store: Store
) -> None:
    [id] = store(chat("hello", "hi"))
    in_role("gateway")
    change = "update chats set turns = %s, nonce = %s, sealed = %s where id = %s"
    longer, same, shorter = (sealed(vault, id, *["a"] * count) for count in (3, 2, 1))
    zeros = (3, longer[1], bytes(61))
    for given in (same, shorter, (9, *longer[1:]), (3, longer[1], b""), (3, b"", longer[2]), zeros):
        with pytest.raises(InsufficientPrivilege, match="may grow"), connection.transaction():
            connection.execute(change, (*given, id))
    for emptied in ("sealed = ''", "nonce = ''", "turns = 0", "key_id = 'other'", "sealed = sealed || 'x'"):
        assert denied(connection, "gateway", f"update chats set {emptied}")
    assert connection.execute(change, (*longer, id)).rowcount == 1
    assert connection.execute(change, (*sealed(vault, id, *[""] * 4), id)).rowcount == 1  # four in the fewest bytes
    in_role("pipeline")
    assert connection.execute("update chats set turns = 2").rowcount == 1  # who reads it may do as it likes


def test_the_gateway_takes_back_nothing_but_by_a_newer_thumb_of_the_same_source(
    connection: Connection, vault: Vault, home: Path, in_role: Callable[[str], None], store: Store
) -> None:
    [id] = store(chat("hello", "hi", name="one", feedback=[given(1, 2)]))
    in_role("gateway")
    old = "insert into feedback (id, chat_id, position, kind, value, source, given_at) values"
    for number, (kind, source, hour) in enumerate(
        [("preference", "test", 9), ("rating", "test", 9), ("thumbs", "another", 9), ("thumbs", "test", 1)]
    ):
        at = datetime(2026, 1, 31, hour, tzinfo=UTC)
        connection.execute(f"{old} (%s, %s, 1, %s, -1, %s, %s)", (f"f{number}", id, kind, source, at))
    in_role("none")
    owners = "select count(*) as n from feedback where kind = 'thumbs' and source = 'test' and value = 1"
    assert connection.execute(owners).fetchone() == {"n": 1}


def test_the_pipeline_imports_and_rotates(
    connection: Connection, vault: Vault, home: Path, in_role: Callable[[str], None], store: Store
) -> None:
    in_role("pipeline")
    store(chat("hello", "hi", feedback=[given(1, 1)]))
    assert rotate(connection, home).chats == 1


def test_a_new_table_belongs_to_the_pipelines_rooms_and_to_nobody_elses(connection: Connection) -> None:
    connection.execute("create table later (x int)")
    assert not denied(connection, "pipeline", "insert into later values (1)")
    assert all(denied(connection, role, "select * from later") for role in ("gateway", "reviewer", "analyst"))


def test_a_role_that_someone_else_made_gets_nothing(database: str) -> None:
    with postgres.connect(database) as connection:
        connection.execute("comment on role analyst is 'of another house'")
        known = postgres.roles(connection)
        assert known["analyst"]["ours"] is False
        assert known["pipeline"] == {"name": "pipeline", "ours": True, "granted": True}
        connection.rollback()


def test_the_embedded_server_asks_each_role_for_its_own_password(tmp_path: Path) -> None:
    settings = read({"SELFIMPROVE_HOME": str(tmp_path / "home")})
    try:
        postgres.migrate(postgres.login(settings.home, logins.OWNER))  # by who was killed before he handed it over
        url = postgres.prepare(settings)
        assert postgres.is_current(url)
        with postgres.connect(url) as connection:
            who = connection.execute("select current_user as name, rolsuper from pg_roles where rolname = current_user")
            assert who.fetchone() == {"name": "pipeline", "rolsuper": False}
            owner = "select pg_get_userbyid(nspowner) as name from pg_namespace where nspname = 'dagster'"
            assert connection.execute(owner).fetchone() == {"name": "pipeline"}
        for role in (logins.OWNER, *logins.ROLES):
            file = logins.password_file(settings.home, role)
            assert file.stat().st_mode & 0o777 == 0o600
            with psycopg.connect(postgres.url(settings, role)) as found:
                assert found.execute("select current_user").fetchone() == (role,)
            assert _refusal(settings.home, role, "") == "no password supplied"
        hash_keys = [("gateway", "first", "first"), ("gateway", "x", "first"), ("pipeline", "own", "own")]
        for role, key, known in hash_keys:  # in a house without chats; the gateway names a key where there is none
            with psycopg.connect(postgres.url(settings, role)) as found:
                assert found.execute("select selfimprove.known_hash_key(%s)", (key,)).fetchone() == (known,)
        assert _refusal(settings.home, "postgres", "guess").startswith("password authentication failed")
        logins.password_file(settings.home, "pipeline").unlink()  # lost: made again, since the data folder is ours
        with postgres.connect(postgres.url(settings)) as connection:
            assert connection.execute("select 1 from clean_days").fetchall() == []
    finally:
        postgres.stop_embedded(settings.home)


def _refusal(home: Path, role: str, password: str) -> str:
    """What the server says to who has no password file."""
    parts = conninfo.conninfo_to_dict(postgres.login(home, role))
    with pytest.raises(psycopg.OperationalError) as refused:
        psycopg.connect(**{**parts, "passfile": "/dev/null", "password": password})
    return str(refused.value).split("fe_sendauth: ")[-1].split("FATAL:  ")[-1].strip()

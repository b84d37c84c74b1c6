"""All that each role holds, read from the database's own catalog: a right that is given by mistake is found at once."""

import pytest

from selfimprove.postgres import Connection

GATEWAY = {
    "select chats": "id turns",
    "insert chats": "*",
    "update chats": "arrived_at digest key_id nonce sealed turns",
    "select feedback": "chat_id given_at id kind position source",
    "insert feedback": "*",
    "select exchanges": "after answer asked at chat_id ending id parent position relation repeats root token",
    "insert exchanges": "*",
    "select memories": "embedding fact id model question superseded_by",
    "select retired_keys": "*",
    "select tombstones": "*",
    "select tokens": "*",
    "update tokens": "last_used_at",
}
UNREAD = {  # by reviewer and analyst: what is sealed, hashed or keyed, and what vectors would tell of it
    "chats": "digest key_id nonce sealed user_key",
    "exchanges": "after answer asked token",
    "feedback": "key_id nonce sealed",
    "receipts": "selector_hash",
    "redacted_chats": "originals",
    **dict.fromkeys(("embeddings", "import_rejections", "migrations", "sketches"), "*"),
    **dict.fromkeys(("hash_key", "retired_keys", "tokens", "tombstones"), "*"),
}
ONLY_GROWS = {
    f"{what} {table}"
    for table in (
        "hash_key", "ledger", "margins", "migrations", "promotions", "receipts", "retired_keys", "tainted_datasets",
        "tombstones",
    )
    for what in ("update", "delete")
}  # fmt: skip
COLUMNS = """
    select relname as table, attname as name, has_column_privilege(%s, c.oid, attnum, %s) as may
    from pg_class c join pg_attribute on attrelid = c.oid and attnum > 0 and not attisdropped
    where relnamespace = 'selfimprove'::regnamespace and relkind in ('r', 'v', 'm', 'p')
    order by relname, attname
"""
TABLES = """
    select what || ' ' || relname as held
    from pg_class cross join unnest(%s::text[]) what
    where relnamespace = 'selfimprove'::regnamespace and relkind = any(%s) and has_table_privilege(%s, oid, what) = %s
"""
BEYOND = """
    select proname::text as held from pg_proc
    where pronamespace = 'selfimprove'::regnamespace and has_function_privilege(%(role)s, oid, 'execute')
    union all
    select what || ' ' || nspname from pg_namespace cross join unnest(array['usage', 'create']) what
    where nspname in ('selfimprove', 'dagster', 'public') and has_schema_privilege(%(role)s, oid, what)
"""


def of_columns(connection: Connection, role: str, what: str, *, may: bool) -> dict[str, str]:
    """By table the columns that a role may, or may not, read or write so: "*" where it is all of them."""
    rows = connection.execute(COLUMNS, [role, what]).fetchall()
    known = {row["table"]: [one for one in rows if one["table"] == row["table"]] for row in rows}
    found = {table: [one["name"] for one in own if one["may"] is may] for table, own in known.items()}
    return {table: "*" if len(own) == len(known[table]) else " ".join(own) for table, own in found.items() if own}


def held(connection: Connection, role: str, *what: str, kinds: str = "rvmp", may: bool = True) -> set[str]:
    return {row["held"] for row in connection.execute(TABLES, [list(what), list(kinds), role, may])}


def beyond(connection: Connection, role: str) -> set[str]:
    """The functions of ours that a role may call, and what it may do in schemas."""
    return {row["held"] for row in connection.execute(BEYOND, {"role": role})}


def test_what_the_gateway_holds_and_nothing_else(connection: Connection) -> None:
    found = {
        f"{what} {table}": columns
        for what in ("select", "insert", "update", "references")
        for table, columns in of_columns(connection, "gateway", what, may=True).items()
    }
    assert found == GATEWAY
    assert held(connection, "gateway", "delete", "truncate", "trigger") == set()
    assert beyond(connection, "gateway") == {"known_hash_key", "usage selfimprove", "usage public"}


@pytest.mark.parametrize("role", ["reviewer", "analyst"])
def test_what_readers_do_not_read_and_that_they_write_nothing(connection: Connection, role: str) -> None:
    assert of_columns(connection, role, "select", may=False) == UNREAD
    assert [of_columns(connection, role, what, may=True) for what in ("insert", "update", "references")] == [{}] * 3
    assert held(connection, role, "delete", "truncate", "trigger") == set()
    assert beyond(connection, role) == {"usage selfimprove", "usage public"}


def test_what_the_pipeline_cannot_take_back(connection: Connection) -> None:
    lacking = held(connection, "pipeline", "select", "insert", "update", "delete", kinds="r", may=False)
    assert lacking == {*ONLY_GROWS, "insert migrations"}
    changed = of_columns(connection, "pipeline", "update", may=True)
    assert {table: changed[table] for table in changed if f"update {table}" in ONLY_GROWS} == {
        "receipts": "given_back_at swept_at"
    }
    assert held(connection, "pipeline", "truncate", "trigger") == set()
    assert "create selfimprove" not in beyond(connection, "pipeline")


def test_no_role_is_in_another(connection: Connection) -> None:
    members = (
        "select pg_has_role(one, other, 'member') as is_member from unnest(%(roles)s::text[]) one,"
        " unnest(%(roles)s::text[] || array['pg_read_all_data', 'pg_read_server_files', 'pg_monitor']) other"
        " where one <> other"
    )
    roles = ["gateway", "pipeline", "reviewer", "analyst"]
    assert {row["is_member"] for row in connection.execute(members, {"roles": roles})} == {False}

"""What scores keep of whose feedback it was, and that it is not how chats name that person."""

from datetime import date

from psycopg.types.json import Jsonb

from selfimprove import postgres
from selfimprove.critiques.sources import provenance
from selfimprove.postgres import Connection

DAY = date(2031, 4, 30)
KEY, GONE = "0123456789abcdef" * 2, "fedcba9876543210" * 2


def test_a_source_says_nothing_of_the_persons_keyed_hash() -> None:
    mine, theirs = provenance("web", KEY), provenance("web", GONE)
    assert mine != theirs
    assert mine == provenance("web", KEY)
    assert KEY[:8] not in mine
    assert provenance("web", None) == "web"


def test_what_older_scores_kept_is_written_anew(connection: Connection) -> None:
    old = f"web/{KEY[:8]}"
    run = connection.execute
    run(
        "insert into chats (id, source, user_key, day, started_at, turns, side, digest, key_id, nonce, sealed)"
        " values ('c', 'web', %s, %s, now(), 2, 'train', 'd', 'k', '', '')",
        (KEY, DAY),
    )
    run("insert into redacted_chats values ('c', %s, '[]', '[]', '{}', '1')", (DAY,))
    run("insert into filtered_chats values ('c', %s, null, '1')", (DAY,))
    evidence = Jsonb({"explicit": [{"kind": "thumbs", "value": 1.0, "source": old}]})
    run("insert into critiques values ('c', 1, %s, 0.9, %s, '1')", (DAY, evidence))
    sources = Jsonb({old: {"ratings": 3}, f"web/{GONE[:8]}": {"ratings": 1}, "web": {"ratings": 2}})
    run("insert into calibrations values ('a', '1', '{}', 6, 5, false, null, '{}', %s, 'r')", (sources,))
    migration = (postgres.SQL / "migrations" / "0016_forgeries.sql").read_bytes()
    connection.execute(migration.split(b"another name takes their place.\n")[1])
    [kept] = run("select evidence -> 'explicit' -> 0 ->> 'source' as source from critiques").fetchall()
    assert kept == {"source": provenance("web", KEY)}
    [row] = run("select sources from calibrations").fetchall()
    assert row["sources"].pop(provenance("web", KEY)) == {"ratings": 3}
    assert row["sources"].pop("web") == {"ratings": 2}
    assert list(row["sources"].values()) == [{"ratings": 1}]
    assert GONE[:8] not in str(row)

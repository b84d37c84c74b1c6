"""The store: schema and migrations agree, queries are named, errors say what to do."""

import traceback
import uuid
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from selfimprove import postgres
from selfimprove.errors import DatabaseDown, MigrationChanged
from selfimprove.settings import read
from selfimprove_tests.conftest import _at, _execute

CATALOG = """
select 'column', table_name, column_name,
       data_type || ' ' || udt_name || ' ' || is_nullable || ' ' || coalesce(column_default, '')
from information_schema.columns where table_schema = 'selfimprove'
union all
select 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
from pg_constraint where connamespace = 'selfimprove'::regnamespace
union all
select 'index', tablename, indexname, indexdef from pg_indexes where schemaname = 'selfimprove'
union all
select 'view', viewname, '', definition from pg_views where schemaname = 'selfimprove'
union all
select 'no statistics', attrelid::regclass::text, attname, ''
from pg_attribute where attrelid::regclass::text not like 'pg_%' and attnum > 0 and attstattarget = 0
union all
select 'function', proname, '', pg_get_functiondef(oid) from pg_proc where pronamespace = 'selfimprove'::regnamespace
order by 1, 2, 3, 4
"""


def catalog(url: str) -> list[tuple[str, ...]]:
    with psycopg.connect(url, options="-csearch_path=selfimprove,public") as connection:
        return connection.execute(CATALOG).fetchall()


def test_schema_and_migrations_give_the_same_database(server: str, database: str) -> None:
    name = f"schema_{uuid.uuid4().hex[:12]}"
    _execute(server, f"create database {name} encoding 'utf8' template template0")
    try:
        with psycopg.connect(_at(server, name)) as connection:
            connection.execute((postgres.SQL / "schema.sql").read_text())
        from_schema = catalog(_at(server, name))
    finally:
        _execute(server, f"drop database {name} with (force)")
    assert from_schema == catalog(database)
    assert len(from_schema) > 150


def test_migrating_twice_applies_nothing(database: str) -> None:
    assert postgres.migrate(database) == []


def test_a_changed_migration_is_refused(database: str) -> None:
    with postgres.connect(database) as connection:
        connection.execute("update migrations set sha256 = 'other'")
    with pytest.raises(MigrationChanged, match=r"0001_house\.sql was applied with other content"):
        postgres.migrate(database)


def test_a_server_that_is_down_is_one_clear_line() -> None:
    with pytest.raises(DatabaseDown, match="selfimprove up"), postgres.connect("postgresql://127.0.0.1:1/none"):
        pass


@pytest.mark.parametrize("given", ["not a url", "mysql://someone:{password}@host/db"])
def test_a_url_that_is_none_is_one_line_without_its_password(given: str) -> None:
    password = uuid.uuid4().hex
    for use in (postgres.migrate, postgres.dagster_url):
        with pytest.raises(DatabaseDown, match="SELFIMPROVE_DATABASE_URL is not a PostgreSQL URL") as error:
            use(given.format(password=password))
        assert password not in "".join(traceback.format_exception(error.value))


def test_a_state_folder_that_cannot_be_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseDown, match="Not a directory"):
        postgres.embedded(tmp_path / "file" / "home")


@pytest.mark.parametrize(
    ("ours", "dagsters"),
    [
        ("postgresql://postgres:@/db?host=/run/pg", "postgresql+psycopg2://postgres@/db?{alive}&host=%2Frun%2Fpg"),
        ("postgresql://u:p%40ss@h:5433/db", "postgresql+psycopg2://u:p%40ss@/db?{alive}&host=h&port=5433"),
    ],
)
def test_dagster_gets_psycopg2_and_its_own_schema(ours: str, dagsters: str) -> None:
    expected = dagsters.format(alive=urlencode(postgres.KEEPALIVE)) + "&options=-csearch_path%3Ddagster%2Cpublic"
    assert postgres.dagster_url(ours) == expected


@pytest.mark.parametrize(("said", "idle"), [({}, "60"), ({"keepalives_idle": "5"}, "5")])
def test_a_server_that_went_away_without_a_word_is_noticed_unless_the_url_says_otherwise(
    database: str, said: dict[str, str], idle: str
) -> None:
    with postgres.connect(make_conninfo(database, **said)) as connection:
        assert connection.info.get_parameters()["keepalives_idle"] == idle


@pytest.mark.parametrize("path", sorted((postgres.SQL / "queries").glob("*.sql")), ids=lambda path: path.stem)
def test_every_query_parses(path: Path, connection: postgres.Connection) -> None:
    named = vars(postgres.queries(path.stem))
    assert named
    for name, text in named.items():
        assert text, f"{path.stem}.{name} is empty"


def test_a_stopped_server_is_not_started_again_only_to_be_released(tmp_path: Path) -> None:
    home = read({"SELFIMPROVE_HOME": str(tmp_path)}).home
    with postgres.connect(postgres.login(home, "pipeline")):
        pass
    postgres.stop_embedded(home)
    postgres.release()
    assert not (home / "postgres" / "postmaster.pid").exists()
    with postgres.connect(postgres.login(home, "pipeline")):
        pass
    postgres.release()
    assert not (home / "postgres" / "postmaster.pid").exists()


def test_an_error_quotes_no_row_of_a_chat(database: str) -> None:
    """It is kept in logs and in Dagster's events, where nothing is ever forgotten."""
    words = "the heron sleeps under the red bridge"
    wrong = "insert into redacted_chats values ('x', null, %s, '[]', '{}', '1')"
    with pytest.raises(psycopg.errors.NotNullViolation) as fault, postgres.connect(database) as connection:
        connection.execute(wrong, (f'["{words}"]',))
    assert "day" in str(fault.value)
    assert words not in "".join(traceback.format_exception(fault.value))

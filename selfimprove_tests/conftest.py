"""A real Postgres for every test: one server a session, one clone of a migrated template a test."""

import os
import secrets
import signal
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, groupby, islice
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from psycopg import conninfo

from selfimprove import logins, postgres
from selfimprove.models import blas
from selfimprove.settings import Settings, read
from selfimprove_tests import in_memory

os.environ.setdefault("SELFIMPROVE_TEST_SEED", str(secrets.randbelow(2**32)))  # the same in all of xdist's processes
HERE = Path(__file__).parent  # where the server itself is tested; of other files one test meets a second server
# A shell ignores Ctrl-C for what it starts in the background, and Dagster has SIGTERM do what SIGINT does: whatever a
# test starts would then ignore both.
signal.signal(signal.SIGINT, signal.default_int_handler)
blas.use()  # before any test imports MLX: it cannot be exchanged afterwards


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--only-stored", action="store_true", help="of each file the first test that uses the database")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Whole nights come first, so that none is left for the end.

    With --only-stored, leave out what a second database server cannot change: how one connects shows soon.
    """
    items.sort(key=lambda item: "end_to_end" not in item.path.parts)
    if config.getoption("--only-stored"):
        stored = [item for item in items if "server" in getattr(item, "fixturenames", ())]
        few = chain.from_iterable(
            found if path.parent == HERE else islice(found, 1)
            for path, found in groupby(stored, key=lambda item: item.path)
        )
        chosen = set(few)
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = [item for item in items if item in chosen]


def _at(server_url: str, database: str) -> str:
    return conninfo.make_conninfo(server_url, dbname=database)


def _execute(server_url: str, statement: str) -> None:
    with psycopg.connect(_at(server_url, "postgres"), autocommit=True) as connection:
        connection.execute(statement)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """URL of a server that may create databases: SELFIMPROVE_TEST_DATABASE_URL, or an embedded one.

    The embedded one has a folder of its own: pytest closes its shared folder to the server's user at each start.
    """
    given = os.environ.get("SELFIMPROVE_TEST_DATABASE_URL")
    if given:
        yield given
        return
    with TemporaryDirectory(prefix="selfimprove-tests-", dir=in_memory.folder()) as folder:
        url = postgres.login(Path(folder), logins.OWNER)
        postgres.STARTED.clear()  # commands that tests call leave it up
        yield url
        postgres.stop_embedded(Path(folder))


@pytest.fixture(scope="session")
def template(server: str) -> Iterator[str]:
    """Name of a database with our schema, migrated once and cloned for each test."""
    name = f"template_{uuid.uuid4().hex[:12]}"
    _execute(server, f"create database {name} encoding 'utf8' template template0")
    postgres.migrate(_at(server, name))
    yield name
    _execute(server, f"drop database {name} with (force)")


@contextmanager
def clone(server: str, template: str) -> Iterator[str]:
    """URL of a database that lives as long as the block."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    _execute(server, f"create database {name} template {template}")
    yield _at(server, name)
    _execute(server, f"drop database {name} with (force)")


@pytest.fixture
def database(server: str, template: str) -> Iterator[str]:
    """URL of this test's own database."""
    with clone(server, template) as url:
        yield url


@pytest.fixture
def connection(database: str) -> Iterator[postgres.Connection]:
    """A connection to this test's own database; rolled back unless the test commits."""
    with postgres.connect(database) as connection:
        yield connection


@pytest.fixture
def settings(tmp_path: Path, database: str) -> Settings:
    """Settings of a house of this test's own: its state folder and its database."""
    return read({"SELFIMPROVE_HOME": str(tmp_path / "home"), "SELFIMPROVE_DATABASE_URL": database})


@pytest.fixture(scope="session")
def test_data() -> Path:
    """Folder of the real data sets; tests that need it skip without it."""
    folder = os.environ.get("SELFIMPROVE_TEST_DATA")
    if not folder:
        pytest.skip("SELFIMPROVE_TEST_DATA is not set: the real data sets are not here")
    return Path(folder)

"""What a killed server wrote and forgot about goes; what a transaction is just writing stays."""

import os
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import psycopg
import pytest

from selfimprove import logins, postgres
from selfimprove.forgetting import orphans
from selfimprove.forgetting.orphans import remove_orphans
from selfimprove.settings import Settings, read
from selfimprove_tests.forgetting.house import files_that_hold

MAKE = "create table selfimprove.made as select %s || n as said from generate_series(1, 20000) n"


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Settings]:
    settings = read({"SELFIMPROVE_HOME": str(tmp_path / "home")})
    postgres.prepare(settings)
    yield settings
    postgres.stop_embedded(settings.home)


def owner(settings: Settings) -> psycopg.Connection:
    return psycopg.connect(postgres.login(settings.home, logins.OWNER), autocommit=True)


def tables_that_hold(settings: Settings, words: str) -> list[Path]:
    return list(files_that_hold(settings.home / "postgres" / "base", words))


def kill(settings: Settings) -> None:
    """The server and all its processes at once, as when the power goes: who is left would tidy up."""
    server = psutil.Process(int((settings.home / "postgres" / "postmaster.pid").read_text().split()[0]))
    processes = [server, *server.children(recursive=True)]
    for process in processes:
        process.suspend()
    for process in processes:
        process.kill()
    psutil.wait_procs(processes, 30)


def test_what_a_killed_server_was_writing_goes(embedded: Settings) -> None:
    words = secrets.token_hex(24)
    with closing(owner(embedded)) as writer, owner(embedded) as other:
        writer.execute("begin")
        writer.execute(MAKE, [words])
        other.execute("checkpoint")
        kill(embedded)
    postgres.prepare(embedded)
    assert tables_that_hold(embedded, words), "no catalog knows it, and there it is"
    assert list(remove_orphans(embedded.home)) == []
    assert not tables_that_hold(embedded, words)
    postgres.stop_embedded(embedded.home)
    postgres.prepare(embedded)


def test_what_is_just_being_written_stays(embedded: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orphans, "PAUSE", 0.05)
    words = secrets.token_hex(24)
    with owner(embedded) as writer, owner(embedded) as other:
        writer.execute("begin")
        writer.execute(MAKE, [words])
        other.execute("checkpoint")
        for path in tables_that_hold(embedded, words):
            os.utime(path, (0, 0))  # as where the clock was set back, or the disk has one of its own
        assert [line.partition(" ")[2] for line in remove_orphans(embedded.home)] == [
            "files may be of tables that are just being made."
        ]
        writer.execute("commit")
        assert list(remove_orphans(embedded.home)) == []
        found = writer.execute("select count(*), min(said) like %s from selfimprove.made", [f"{words}%"]).fetchone()
        assert found == (20000, True)


def test_a_table_that_goes_meanwhile_is_left_to_the_server(
    embedded: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At its next checkpoint it asks the disk to keep the file, and panics where there is none."""
    with owner(embedded) as other:
        other.execute(MAKE, [secrets.token_hex(24)])

        def written(folder: Path) -> list[Path]:
            found = list(listed(folder))
            other.execute("drop table selfimprove.made")
            return found

        listed = orphans._written
        monkeypatch.setattr(orphans, "_written", written)
        assert list(remove_orphans(embedded.home)) == []
        other.execute("checkpoint")


def test_while_tables_come_and_go_none_is_lost(embedded: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orphans, "PAUSE", 0.02)
    ends, counts = threading.Event(), list[int]()

    def make() -> None:
        with owner(embedded) as connection:
            while not ends.is_set():
                connection.execute("create table selfimprove.passing as select n from generate_series(1, 9999) n")
                connection.execute("vacuum full selfimprove.passing")
                counts.append(connection.execute("select count(*) from selfimprove.passing").fetchone()[0])  # type: ignore[index]
                connection.execute("drop table selfimprove.passing")

    maker = threading.Thread(target=make)
    maker.start()
    deadline = time.monotonic() + 30
    while len(counts) < 20 and time.monotonic() < deadline and maker.is_alive():
        tuple(remove_orphans(embedded.home))
    ends.set()
    maker.join()
    assert len(counts) >= 20
    assert set(counts) == {9999}


def test_a_server_that_is_down_or_elsewhere_is_left_alone(embedded: Settings, tmp_path: Path) -> None:
    postgres.stop_embedded(embedded.home)
    assert list(remove_orphans(embedded.home)) == []
    assert not (embedded.home / "postgres" / "postmaster.pid").exists()
    assert list(remove_orphans(tmp_path / "nowhere")) == []
    postgres.prepare(embedded)

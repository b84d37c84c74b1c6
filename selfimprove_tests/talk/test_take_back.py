"""/forget ends in the same verb as `selfimprove forget`."""

import threading
from pathlib import Path

import pytest

from selfimprove import postgres
from selfimprove.errors import ForgetUnknown
from selfimprove.privacy.vault import Vault
from selfimprove.settings import Settings, read
from selfimprove.talk.take_back import take_back
from selfimprove_tests.forgetting.house import House, rows_that_hold, said

SECRET = "the safe is behind the clock"
NOBODYS = "0" * 32


@pytest.fixture
def at_home(database: str, tmp_path: Path) -> Settings:
    return read({"SELFIMPROVE_HOME": str(tmp_path / "home"), "SELFIMPROVE_DATABASE_URL": database})


def _hear(settings: Settings, *texts: str) -> list[str]:
    with postgres.connect(str(settings.database_url)) as connection:
        house = House(connection, settings.home, Vault.open(settings.home, connection))
        return house.hear(*(said(f"{text}, remember that.", "I will remember it.") for text in texts))


def test_a_chat_and_its_comparison_are_gone(at_home: Settings) -> None:
    chats = _hear(at_home, SECRET, f"again, {SECRET}", "the cat is called Tom")
    assert take_back(at_home, chats[:2], dry_run=True).startswith("Would be forgotten: 1 chats")
    assert _count(at_home) == 3
    assert take_back(at_home, chats[:2], dry_run=False).startswith("Forgotten: 1 chats")
    with postgres.connect(str(at_home.database_url)) as connection:
        assert rows_that_hold(connection, SECRET) == []
    assert _count(at_home) == 1


def _count(settings: Settings) -> int:
    with postgres.connect(str(settings.database_url)) as connection:
        row = connection.execute("select count(*) as n from chats").fetchone()
    return int(row["n"]) if row else 0


def test_one_that_is_not_stored_is_no_matter_beside_one_that_is(at_home: Settings) -> None:
    [chat] = _hear(at_home, SECRET)
    assert take_back(at_home, [chat, NOBODYS], dry_run=False, patience=0).count("Forgotten") == 1


def test_nothing_of_it_is_stored(at_home: Settings) -> None:
    _hear(at_home, SECRET)
    with pytest.raises(ForgetUnknown, match=NOBODYS):
        take_back(at_home, [NOBODYS], dry_run=False, patience=0)


def test_what_was_said_a_moment_ago_is_waited_for(at_home: Settings) -> None:
    [chat] = _hear(at_home, SECRET)
    with postgres.connect(str(at_home.database_url)) as connection:
        connection.execute("delete from chats")
    arrives = threading.Timer(0.7, _hear, [at_home, SECRET])
    arrives.start()
    assert take_back(at_home, [chat], dry_run=False).startswith("Forgotten: 1 chats")
    arrives.join()
    assert _count(at_home) == 0


def test_copies_of_old_chats_go_too_and_that_is_told_before(at_home: Settings) -> None:
    with postgres.connect(str(at_home.database_url)) as connection:
        house = House(connection, at_home.home, Vault.open(at_home.home, connection))
        old, new = house.hear(said(SECRET, "Noted."), said(SECRET, "Noted.", external_id="another"))
    assert take_back(at_home, [new], dry_run=True).startswith("Would be forgotten: 2 chats")
    assert old != new

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
    told = take_back(at_home, chats[:2])
    assert told.count("Forgotten: 1 chats") == 2
    with postgres.connect(str(at_home.database_url)) as connection:
        assert rows_that_hold(connection, SECRET) == []
        assert connection.execute("select count(*) as n from chats").fetchone() == {"n": 1}


def test_one_that_is_not_stored_is_no_matter_beside_one_that_is(at_home: Settings) -> None:
    [chat] = _hear(at_home, SECRET)
    assert take_back(at_home, [chat, NOBODYS], patience=0).count("Forgotten") == 1


def test_nothing_of_it_is_stored(at_home: Settings) -> None:
    _hear(at_home, SECRET)
    with pytest.raises(ForgetUnknown, match=NOBODYS):
        take_back(at_home, [NOBODYS], patience=0)


def test_what_was_said_a_moment_ago_is_waited_for(at_home: Settings) -> None:
    [chat] = _hear(at_home, "the cat is called Tom")
    take_back(at_home, [chat])
    late: list[str] = []
    arrives = threading.Timer(0.7, lambda: late.extend(_hear(at_home, SECRET)))
    [probe] = _hear(at_home, SECRET)
    take_back(at_home, [probe])
    arrives.start()
    with postgres.connect(str(at_home.database_url)) as connection:
        connection.execute("delete from tombstones")
    assert "Forgotten: 1 chats" in take_back(at_home, [probe])
    arrives.join()
    assert late == [probe]

"""Whatever ends or disturbs a forgetting, what is left of it is done later, and nothing is done too early."""

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from selfimprove import house as state_folder
from selfimprove import postgres
from selfimprove.forgetting import forget
from selfimprove.forgetting import give_back as giving
from selfimprove.forgetting.carry_out import Done, carry_out
from selfimprove.forgetting.give_back import give_back
from selfimprove.forgetting.select import Wish
from selfimprove.forgetting.sweep import sweep
from selfimprove.privacy import rotate
from selfimprove.privacy.vault import add_key
from selfimprove.settings import read
from selfimprove_tests.forgetting.conftest import Past
from selfimprove_tests.forgetting.house import SECRET
from selfimprove_tests.forgetting.test_forget import forgotten, nodes

NOW = datetime(2031, 5, 3, 9, tzinfo=UTC)
SWEPT_ELSEWHERE = """
create function swept() returns trigger language plpgsql as
    $$ begin update receipts set swept_at = now() where id = new.id; return null; end $$;
create trigger swept after insert on receipts for each row execute function swept()
"""


def carried_out(past: Past, value: str = SECRET) -> Done:
    done = carry_out(past.house.connection, past.house.vault, Wish("matching", value), past.house.home, NOW)
    assert done
    return done


def is_given_back(past: Past) -> bool:
    row = past.house.connection.execute("select given_back_at is not null as done from receipts").fetchone()
    past.house.connection.commit()
    assert row
    return bool(row["done"])


def test_no_file_goes_before_it_is_certain_what_was_forgotten(past: Past, database: str) -> None:
    """Else a process that is killed then leaves adapters that may answer, and no weights of theirs."""
    house = past.house
    house.connection.execute("select 1")  # of a caller that had something to look up
    (house.home / "receipts").touch()  # where the folder of that name should be
    with pytest.raises(OSError, match="receipts"):
        carried_out(past)
    house.connection.close()
    with postgres.connect(database) as other:
        assert other.execute("select id from chats").fetchall() == [{"id": past.other}]


def test_files_that_another_process_removed_meanwhile_are_no_fault(past: Past) -> None:
    past.house.connection.execute(SWEPT_ELSEWHERE)
    past.house.connection.commit()
    done = carried_out(past)
    assert (done.file.name, done.left) == (done.receipt.name, ())


def test_files_are_removed_by_one_process_at_a_time(past: Past, database: str) -> None:
    forgotten(past)
    found: list[list[Path]] = []

    def other() -> None:
        with postgres.connect(database) as connection:
            found.append(sweep(connection, past.house.home))

    thread = threading.Thread(target=other)
    with past.house.connection.transaction():
        [file] = sweep(past.house.connection, past.house.home)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
    thread.join(10)
    assert (found, file.exists()) == ([[]], True)


def test_what_a_killed_command_left_in_the_tables_files_goes_when_the_house_starts(past: Past, database: str) -> None:
    before = nodes(past.house.connection)
    forgotten(past)
    sweep(past.house.connection, past.house.home)  # killed here
    past.house.connection.commit()
    settings = read({"SELFIMPROVE_HOME": str(past.house.home), "SELFIMPROVE_DATABASE_URL": database})
    state_folder.prepare(settings)
    after = nodes(past.house.connection)
    assert not before.items() & after.items()
    assert is_given_back(past)
    state_folder.prepare(settings)
    assert nodes(past.house.connection) == after


def test_a_table_that_cannot_be_written_anew_keeps_no_house_from_starting(past: Past, database: str) -> None:
    """As on a full disk."""
    run = past.house.connection.execute
    run("create function fragile(text) returns float immutable language sql as"
        " $$ select 1 / (1 - current_setting('tests.breaks', true)::float) $$")  # fmt: skip
    run("create index breaks on critiques (fragile(chat_id))")
    forgotten(past)
    past.house.connection.commit()
    run(f"alter database {past.house.connection.info.dbname} set tests.breaks = '1'")
    past.house.connection.commit()
    settings = read({"SELFIMPROVE_HOME": str(past.house.home), "SELFIMPROVE_DATABASE_URL": database})
    state_folder.prepare(settings)
    assert not is_given_back(past)
    run("drop index breaks")
    past.house.connection.commit()
    state_folder.prepare(settings)
    assert is_given_back(past)


def test_rows_that_somebody_still_reads_are_told_and_tried_again(
    past: Past, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(giving, "PAUSE", 0.01)
    with postgres.connect(database, snapshot=True) as reader:
        reader.execute("select from margins")
        left = carried_out(past).left
    assert [line.partition(" (")[2] for line in left[:2]] == ["StillSeen).", "StillSeen)."]
    assert left[-1].startswith("It is tried again when the house starts")
    assert not is_given_back(past)
    assert list(give_back(past.house.connection, past.house.home)) == []
    assert is_given_back(past)


def test_keys_are_retired_before_or_behind(past: Past, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else each would hold what the other wants: the chat's row, and the right to write the table."""
    vault, ended = add_key(past.house.home), list[object]()

    def retire() -> None:
        with postgres.connect(database) as connection:
            ended.append(rotate._retire(connection, vault, set()))

    def bury(*given: Any) -> None:
        thread.start()
        thread.join(0.3)

    thread = threading.Thread(target=retire)
    monkeypatch.setattr(forget, "_bury", bury)
    assert forgotten(past)
    past.house.connection.commit()
    thread.join(10)
    assert len(ended) == 1

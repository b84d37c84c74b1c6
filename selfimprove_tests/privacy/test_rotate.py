"""A new key: every row is sealed again, all of them can be read meanwhile, and nothing is lost on the way."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import pytest

from selfimprove import postgres
from selfimprove.chats import table
from selfimprove.chats.chat import Feedback, Sealed, Sealing
from selfimprove.chats.importing import import_chats
from selfimprove.chats.seal import seal
from selfimprove.errors import KeyRetired, RotationBusy, RotationUnfinished, SealBroken
from selfimprove.postgres import Connection
from selfimprove.privacy import key_file
from selfimprove.privacy import rotate as rotation
from selfimprove.privacy.rotate import Rotated, rotate
from selfimprove.privacy.vault import Vault, add_key, path_of
from selfimprove_tests.privacy.conftest import Store, chat

ZONE = ZoneInfo("UTC")
COMMENT = Feedback(1, "comment", None, "said of it", "test", datetime(2026, 1, 31, tzinfo=UTC))
THUMB = Feedback(1, "thumbs", 1.0, None, "test", datetime(2026, 1, 31, tzinfo=UTC))
SEALED = """
select id, key_id, nonce, sealed from chats
union all
select id, key_id, nonce, sealed from feedback where sealed is not null
"""
SLOW = """
import sys, time
from pathlib import Path
from selfimprove import postgres
from selfimprove.privacy import rotate
rotate.BATCH = 3
def tell(line):
    print(line, flush=True)
    time.sleep(60)
with postgres.connect(sys.argv[1]) as connection:
    rotate.rotate(connection, Path(sys.argv[2]), tell)
"""


def read_all(connection: Connection, vault: Vault) -> dict[str, bytes]:
    """What every sealed row says."""
    rows = connection.execute(SEALED).fetchall()
    connection.commit()
    return {r["id"]: vault.unseal(Sealed(r["key_id"], r["nonce"], r["sealed"]), r["id"].encode()) for r in rows}


def keys_in_use(connection: Connection) -> set[str]:
    found = {row["key_id"] for row in connection.execute(SEALED)}
    connection.commit()
    return found


def keys_in_file(home: Path) -> set[str]:
    return set(orjson.loads(path_of(home).read_bytes())["keys"])


@pytest.fixture
def filled(store: Store) -> int:
    """How many chats there are; each has one sealed comment and one thumb without text."""
    store(*(chat(f"question {number}", "answer", feedback=[COMMENT, THUMB]) for number in range(10)))
    return 10


def test_every_row_is_sealed_under_the_new_key_and_the_old_one_is_gone(
    connection: Connection, home: Path, vault: Vault, filled: int
) -> None:
    before = read_all(connection, vault)
    done = rotate(connection, home)
    assert (done.chats, done.feedback, done.retired, done.resumed) == (filled, filled, (vault.current,), False)
    assert keys_in_file(home) == keys_in_use(connection) == {done.key_id}
    assert read_all(connection, Vault.open(home)) == before
    assert path_of(home).stat().st_mode & 0o777 == 0o600
    assert os.listdir(path_of(home).parent) == ["vault.json"]
    with pytest.raises(SealBroken):
        Vault.open(home).unseal(vault.seal(b"x", b"row")._replace(key_id=done.key_id, ciphertext=bytes(20)), b"row")


def test_who_read_the_keys_before_goes_on_reading_and_writing(
    connection: Connection, home: Path, vault: Vault, filled: int, store: Store
) -> None:
    before = read_all(connection, vault)
    done = rotate(connection, home)
    assert read_all(connection, vault) == before
    store(chat("one more", "yes"))  # through the vault that was opened before
    assert keys_in_use(connection) == {done.key_id}
    assert vault.keyed_hash(b"someone") == Vault.open(home).keyed_hash(b"someone")


def test_batches_cover_every_row_once(
    connection: Connection, home: Path, vault: Vault, filled: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 3)
    told: list[str] = []
    rotate(connection, home, told.append)
    assert told[:4] == [f"chats: {n} sealed again" for n in (3, 6, 9, 10)]
    assert len(told) == 8


def once_it_is_known_to_be_dead(connection: Connection, home: Path) -> Rotated:
    """PostgreSQL learns a moment later that a client is gone, and until then its rotation is one."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return rotate(connection, home)
        except RotationBusy:
            connection.rollback()
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_killed_in_the_middle_everything_reads_and_it_goes_on(
    database: str, connection: Connection, home: Path, vault: Vault, filled: int
) -> None:
    before = read_all(connection, vault)
    process = subprocess.Popen([sys.executable, "-c", SLOW, database, str(home)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process:
        assert process.stdout.readline() == "chats: 3 sealed again\n"
        process.send_signal(signal.SIGKILL)
    assert len(keys_in_use(connection)) == 2
    assert keys_in_file(home) == keys_in_use(connection)
    assert read_all(connection, Vault.open(home)) == read_all(connection, vault) == before
    done = once_it_is_known_to_be_dead(connection, home)
    assert done.resumed
    assert done.chats == filled - 3
    assert keys_in_file(home) == keys_in_use(connection) == {done.key_id}
    assert read_all(connection, Vault.open(home)) == before


KILLED = """
import os, signal, sys
from pathlib import Path
from selfimprove.privacy.vault import add_key
os.replace = lambda *paths: os.kill(os.getpid(), signal.SIGKILL)
add_key(Path(sys.argv[1]))
"""


def test_a_key_that_was_retired_stays_in_no_file_though_an_exchange_was_killed(
    connection: Connection, home: Path, vault: Vault, filled: int
) -> None:
    retired = orjson.loads(path_of(home).read_bytes())["keys"][vault.current].encode()
    assert subprocess.run([sys.executable, "-c", KILLED, str(home)], check=False).returncode == -signal.SIGKILL
    [draft] = key_file.drafts(path_of(home))
    assert retired in draft.read_bytes()
    beside = path_of(home).with_name("vault.json_of_mine")
    beside.touch()
    rotate(connection, home)
    files = [path for path in path_of(home).parent.rglob("*") if path.is_file()]
    assert {path_of(home), beside} <= set(files)
    assert [path for path in files if retired in path.read_bytes()] == []
    assert key_file.drafts(path_of(home)) == []


def test_broken_off_before_the_old_key_was_dropped_it_only_drops_it(
    connection: Connection, home: Path, vault: Vault, filled: int
) -> None:
    add_key(home)
    done = rotate(connection, home)
    assert (done.resumed, done.retired) == (True, (vault.current,))
    again = rotate(connection, home)
    assert (again.resumed, again.chats) == (False, filled)


def test_a_row_that_does_not_open_keeps_every_key(
    connection: Connection, home: Path, vault: Vault, filled: int
) -> None:
    connection.execute("update chats set nonce = 'wrong nonce!' where id = (select max(id) from chats)")
    connection.commit()
    broken = connection.execute("select id from chats where nonce = 'wrong nonce!'").fetchone()
    connection.commit()
    assert broken
    for _ in range(2):  # the second goes on with the first, and makes no third key
        with pytest.raises(RotationUnfinished, match=broken["id"][:12]):
            rotate(connection, home)
        assert vault.current in keys_in_file(home)
        assert len(keys_in_file(home)) == 2
    connection.execute("delete from chats where id = %s", (broken["id"],))
    connection.commit()
    done = rotate(connection, home)
    assert keys_in_file(home) == keys_in_use(connection) == {done.key_id}


@pytest.mark.parametrize("damage", ["nonce = 'wrong nonce!'", "key_id = 'nobody knows it'"])
@pytest.mark.parametrize("table", rotation.TABLES)
def test_a_row_that_does_not_open_keeps_no_other_from_the_new_key(
    connection: Connection, home: Path, vault: Vault, filled: int, table: str, damage: str
) -> None:
    whole = "sealed is not null and id = (select min(id) from feedback where sealed is not null)"
    which = whole if table == "feedback" else "id = (select min(id) from chats)"
    connection.execute(f"update {table} set {damage} where {which}")
    connection.commit()
    with pytest.raises(RotationUnfinished, match="1 \\("):
        rotate(connection, home)
    new = Vault.open(home).current
    rows = connection.execute(SEALED).fetchall()
    connection.commit()
    assert [row["key_id"] == new for row in rows].count(False) == 1
    assert len(rows) == 2 * filled


def test_one_rotation_at_a_time(database: str, connection: Connection, home: Path, vault: Vault) -> None:
    with postgres.connect(database) as other:
        other.execute(postgres.queries("privacy").rotation_lock)
        with pytest.raises(RotationBusy):
            rotate(connection, home)
        assert keys_in_file(home) == {vault.current}
        other.execute(postgres.queries("privacy").rotation_unlock)
        rotate(connection, home)
    assert vault.current not in keys_in_file(home)


def test_an_import_under_way_is_waited_for_and_sealed_again(
    database: str, connection: Connection, home: Path, vault: Vault, filled: int
) -> None:
    sealing = Sealing(vault.seal, vault.keyed_hash)
    with postgres.connect(database) as writer:
        import_chats(writer, [chat("begun before", "yes")], sealing, ZONE)
        writer.commit()
        table.write(writer, [seal(chat("under way", "yes"), sealing, ZONE)])
        thread = threading.Thread(target=rotate, args=(connection, home))
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
        writer.commit()
        thread.join(30)
    assert not thread.is_alive()
    assert keys_in_use(connection) == keys_in_file(home)
    assert len(read_all(connection, Vault.open(home))) == 2 * filled + 2


def test_what_a_forgotten_process_sealed_long_ago_is_refused_and_not_lost_later(
    connection: Connection, home: Path, vault: Vault, filled: int
) -> None:
    sealed_long_ago = seal(chat("late", "yes", feedback=[COMMENT]), Sealing(vault.seal, vault.keyed_hash), ZONE)
    rotate(connection, home)
    with pytest.raises(KeyRetired, match="Run it again"):
        table.write(connection, [sealed_long_ago])
    connection.rollback()
    assert len(keys_in_use(connection)) == 1

"""Changing the champion under fire: listeners, competitors, kill -9; and the way back."""

import subprocess
import sys
import threading
import time

import psycopg
import pytest

from selfimprove import postgres
from selfimprove.errors import ChampionMissing, RollbackRefused
from selfimprove.promotion import table
from selfimprove.promotion.decision import Word
from selfimprove.promotion.promote import promote, rollback, veto
from selfimprove_tests.promotion.house import House, adapter, answers, damage, promotable

DIE_BEFORE_COMMIT = """
import sys, time
from selfimprove import postgres
from selfimprove.promotion.promote import promote
with postgres.connect(sys.argv[1]) as connection, connection.transaction():
    print(promote(connection, sys.argv[2], "run").decision, flush=True)
    time.sleep(600)
"""


def nights(house: House, count: int) -> list[str]:
    """So many adapters, each promoted over the one before."""
    found: list[str] = []
    for night in range(count):
        champion, anchor = (found[-1], found[0]) if found else (None, None)
        adapter_id, report_id = promotable(house, f"night {night}", champion=champion, anchor=anchor)
        assert promote(house.connection, report_id, "run").decision is Word.PROMOTE
        found.append(adapter_id)
    return found


def test_listeners_hear_of_a_promotion_once_and_only_after_commit(database: str, house: House) -> None:
    adapter_id, report_id = promotable(house, "first")
    house.connection.commit()
    with postgres.connect(database, autocommit=True) as listener:
        listener.execute("listen selfimprove_promotion")
        with house.connection.transaction():
            promote(house.connection, report_id, "run")
            assert list(listener.notifies(timeout=0.3)) == []
        promote(house.connection, report_id, "run")
        house.connection.commit()
        assert [heard.payload for heard in listener.notifies(timeout=30, stop_after=1)] == [adapter_id]
        assert list(listener.notifies(timeout=0.3)) == []


def test_listeners_hear_of_the_way_back(database: str, house: House) -> None:
    first, _ = nights(house, 2)
    house.connection.commit()
    with postgres.connect(database, autocommit=True) as listener:
        listener.execute("listen selfimprove_promotion")
        rollback(house.connection)
        veto(house.connection, "")
        house.connection.commit()
        assert [heard.payload for heard in listener.notifies(timeout=30, stop_after=2)] == [first, "base"]


def test_of_two_promotions_at_once_one_wins_and_the_other_is_stale(database: str, house: House) -> None:
    reports = [promotable(house, name)[1] for name in ("first", "second")]
    house.connection.commit()
    words: list[str] = []

    def run(report_id: str) -> None:
        with postgres.connect(database) as connection, connection.transaction():
            words.append(promote(connection, report_id, "run").decision)
            time.sleep(0.2)  # the lock is still held: the other one waits

    threads = [threading.Thread(target=run, args=[report_id]) for report_id in reports]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(words) == ["not_enough_evidence", "promote"]
    assert len(table.history(house.connection)) == 1


def test_the_same_report_twice_at_once_promotes_once(database: str, house: House) -> None:
    adapter_id, report_id = promotable(house, "first")
    house.connection.commit()

    def run() -> None:
        with postgres.connect(database) as connection:
            promote(connection, report_id, "run")

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [row["adapter_id"] for row in table.history(house.connection)] == [adapter_id]


def test_a_process_killed_before_its_commit_leaves_the_champion_and_the_lock(database: str, house: House) -> None:
    first, first_report = promotable(house, "first")
    house.connection.commit()
    child = subprocess.Popen(
        [sys.executable, "-c", DIE_BEFORE_COMMIT, database, first_report], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline().strip() == "promote"
    with postgres.connect(database) as other:
        other.execute("set lock_timeout = '200ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            rollback(other)
    child.kill()
    child.wait()
    child.stdout.close()
    assert answers(house) is None
    assert table.stored(house.connection, first_report) is None
    house.connection.execute("set lock_timeout = '5s'")
    assert promote(house.connection, first_report, "run").decision is Word.PROMOTE
    assert answers(house) == first


def test_rolling_back_walks_the_line_to_the_base(house: House) -> None:
    first, second, third = nights(house, 3)
    assert answers(house) == third
    assert rollback(house.connection) == second
    assert rollback(house.connection) == first
    assert rollback(house.connection) == "base"
    assert answers(house) is None
    with pytest.raises(ChampionMissing, match="The base model answers already: there is no adapter to roll back from"):
        rollback(house.connection)


def test_rolling_back_to_a_named_champion_and_forward_again(house: House) -> None:
    first, _, third = nights(house, 3)
    assert rollback(house.connection, first[:10]) == first
    assert rollback(house.connection, third) == third
    assert rollback(house.connection, "base") == "base"
    assert rollback(house.connection, third) == third


@pytest.mark.parametrize(
    ("which", "reason"),
    [
        ("current", "it answers already"),
        ("vetoed", "it was vetoed"),
        ("never", "it was never champion"),
        ("", "several champions' ids begin so"),
    ],
)
def test_who_cannot_be_rolled_back_to(house: House, which: str, reason: str) -> None:
    first, second, third = nights(house, 3)
    veto(house.connection, "")
    name = {"current": second, "vetoed": third, "never": adapter(house, "trained only"), "": ""}[which]
    with pytest.raises(RollbackRefused, match=reason):
        rollback(house.connection, name)
    assert answers(house) == second
    assert first != second


def test_a_damaged_champion_is_no_way_back(house: House) -> None:
    first, second, third = nights(house, 3)
    damage(house, second)
    with pytest.raises(RollbackRefused, match="its files are missing or damaged"):
        rollback(house.connection, second)
    assert answers(house) == third
    assert rollback(house.connection) == first


def test_a_veto_skips_those_vetoed_before(house: House) -> None:
    first, second, third = nights(house, 3)
    assert rollback(house.connection) == second
    assert veto(house.connection, "second is rude") == first
    assert rollback(house.connection, third) == third
    assert veto(house.connection, "third too") == first
    assert [row["reason"] for row in table.history(house.connection)[:3]] == ["third too", "", "second is rude"]


def test_the_base_model_cannot_be_vetoed(house: House) -> None:
    with pytest.raises(ChampionMissing, match="there is no adapter to veto"):
        veto(house.connection, "")


def test_a_champion_of_another_base_is_no_way_back(house: House) -> None:
    nights(house, 1)
    other = adapter(house, "other base", base="base1")
    house.connection.execute(
        "insert into reports (id, night, adapter_id, challenger, champion, anchor, base, measurements, run_id)"
        " select 'r', night, id, id, 'base1', 'base1', 'base1', '{}', 'run' from adapters where id = %s", (other,),
    )
    house.connection.execute(table.query("promote"), {"report_id": "r"})
    assert answers(house) == other
    assert rollback(house.connection) == "base"


def test_rolling_back_takes_no_longer_than_promoting(house: House) -> None:
    began = time.perf_counter()
    nights(house, 4)
    house.connection.commit()
    promoted = time.perf_counter()
    rollback(house.connection)
    house.connection.commit()
    assert time.perf_counter() - promoted < promoted - began

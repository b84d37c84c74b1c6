"""The asset and its checks, through Dagster, on a real database."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from selfimprove.chats import assets, checks, close, days
from selfimprove.chats.chat import Chat, Feedback, Message, Sealing
from selfimprove.chats.importing import import_chats
from selfimprove.chats.table import DayCounts
from selfimprove.postgres import Connection
from selfimprove.resources import SKIP_CLEAN, Database

DAY = date(2026, 3, 2)
Add = Callable[..., None]
COUNTS = DayCounts(DAY, 2, 5, {"a": 2}, {"a": 1}, 0, 0)


def chat(name: str, day: date = DAY, source: str = "test", thumbs: int = 0) -> Chat:
    at = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    given = tuple(Feedback(1, "thumbs", 1.0, None, f"button {n}", at) for n in range(thumbs))
    return Chat(source, name, None, at, (Message("user", name), Message("assistant", "hello")), given)


@pytest.fixture
def add(connection: Connection, sealing: Sealing) -> Add:
    def add_(*chats: Chat) -> None:
        import_chats(connection, chats, sealing, ZoneInfo("UTC"))
        connection.commit()

    return add_


def run(
    database: str, first: date, last: date | None = None, *, passes: bool = True, more: dict[str, str] | None = None
) -> dg.ExecuteInProcessResult:
    """Materialize the asset with its checks for a day, or for a range of days in one run with more tags."""
    ends = {"dagster/asset_partition_range_start": f"{first}", "dagster/asset_partition_range_end": f"{last}"}
    chosen: dict[str, Any] = {"tags": ends | (more or {})} if last else {"partition_key": f"{first}"}
    resources = {"database": Database(url=database)}
    both = [assets.chat_logs, checks.sound_logs]
    return dg.materialize(both, resources=resources, raise_on_error=passes, **chosen)


def verdicts(connection: Connection, *asked: date) -> list[bool | None]:
    connection.rollback()
    return [stage_day.passed for stage_day in days.read(connection, "chat_logs", asked)]


def test_a_day_is_counted_and_clean(connection: Connection, database: str, add: Add) -> None:
    add(chat("a", thumbs=2), chat("b", source="other"), chat("later", DAY + timedelta(1)))
    result = run(database, DAY)
    assert {e.check_name: e.passed for e in result.get_asset_check_evaluations()} == {
        "nothing_lost": True,
        "all_sealed": True,
    }
    (books,) = days.read(connection, "chat_logs", [DAY])
    assert books.counts == {
        "in": 2,
        "out": 2,
        "rejected": {},
        "turns": 4,
        "sources": {"test": 1, "other": 1},
        "feedback": {"button 0": 1, "button 1": 1},
    }
    assert books.fingerprint == days.fingerprint(connection, DAY) != ""
    assert verdicts(connection, DAY) == [True]


def test_a_range_is_one_run_with_each_days_count(connection: Connection, database: str, add: Add) -> None:
    last = DAY + timedelta(2)
    add(chat("a"), chat("b"), chat("c", last))
    events = run(database, DAY, last).get_asset_materialization_events()
    counts = {e.partition: e.materialization.metadata["dagster/partition_row_count"].value for e in events}
    assert counts == {"2026-03-02": 2, "2026-03-03": 0, "2026-03-04": 1}
    assert {e.materialization.metadata["dagster/row_count"].value for e in events} == {3}
    assert verdicts(connection, DAY, DAY + timedelta(1), last) == [True, True]


def test_a_day_without_chats_says_so(connection: Connection, database: str) -> None:
    (event,) = run(database, DAY).get_asset_materialization_events()
    assert event.materialization.metadata["sentence"].value == "No chats to count."
    assert verdicts(connection, DAY) == []


def test_running_twice_gives_the_same_books(connection: Connection, database: str, add: Add) -> None:
    add(chat("a"))
    found = []
    for _ in range(2):
        run(database, DAY)
        connection.rollback()
        (row,) = days.read(connection, "chat_logs", [DAY])
        found.append((row.fingerprint, row.counts, row.passed))
    assert found[0] == found[1]


def test_a_nightly_run_leaves_clean_days_as_they_are(connection: Connection, database: str, add: Add) -> None:
    last = DAY + timedelta(1)
    add(chat("a"), chat("b", last))
    nightly = {SKIP_CLEAN: "true"}
    run(database, DAY, last, more=nightly)
    days.close(connection, replace(*days.read(connection, "chat_logs", [last]), rule_version="0"))
    days.set_verdict(connection, "chat_logs", last, True)
    connection.commit()
    for grown in (last, DAY):  # once by rules that changed, once by a chat that came
        result = run(database, DAY, last, more=nightly)
        (event, _) = result.get_asset_materialization_events()
        told = event.materialization.metadata
        assert told["unchanged_days"].value == 1
        assert told["sentence"].value.endswith("1 days unchanged since their checks passed.")
        books = {one.day: one.run_id for one in days.read(connection, "chat_logs", [DAY, last])}
        assert [day for day, run_id in books.items() if run_id == result.run_id] == [grown]
        assert verdicts(connection, DAY, last) == [True, True]
        add(chat("c"))
    told = [event.materialization.metadata for event in result.get_asset_materialization_events()]
    assert [one["dagster/partition_row_count"].value for one in told] == [2, 1]
    by_hand = run(database, DAY, last)
    assert {one.run_id for one in days.read(connection, "chat_logs", [DAY, last])} == {by_hand.run_id}


def test_a_row_that_is_not_sealed_fails_the_day(connection: Connection, database: str, add: Add) -> None:
    add(chat("a"), chat("b", DAY + timedelta(1)))
    connection.execute("update chats set nonce = '' where day = %s", (DAY,))
    connection.commit()
    result = run(database, DAY, DAY + timedelta(1), passes=False)
    assert not result.success
    found = {e.check_name: e for e in result.get_asset_check_evaluations()}
    assert found["nothing_lost"].passed
    assert not found["all_sealed"].passed
    assert found["all_sealed"].description == "2026-03-02: 1 rows without a key, a nonce or a ciphertext"
    assert verdicts(connection, DAY, DAY + timedelta(1)) == [False, True]


def test_feedback_on_an_answer_that_does_not_exist_fails_the_day(
    connection: Connection, database: str, add: Add
) -> None:
    add(chat("a", thumbs=1))
    connection.execute("update feedback set position = 2")
    connection.commit()
    result = run(database, DAY, passes=False)
    failed = [e.check_name for e in result.get_asset_check_evaluations() if not e.passed]
    assert failed == ["nothing_lost"]
    assert verdicts(connection, DAY) == [False]


def test_a_chat_that_arrives_after_the_count_leaves_the_day_open_and_fails_nothing(
    connection: Connection, add: Add
) -> None:
    add(chat("a"), chat("b", DAY + timedelta(1)))
    for day in (DAY, DAY + timedelta(1)):
        close.close(connection, day, "run")
    add(chat("late"))
    found, moved = checks.judge(connection, [DAY, DAY + timedelta(1)])
    assert found == {DAY + timedelta(1): {"nothing_lost": [], "all_sealed": []}}
    assert moved == [DAY]
    connection.commit()
    assert verdicts(connection, DAY, DAY + timedelta(1)) == [None, True]


def test_counts_that_do_not_add_up_are_told() -> None:
    books = close.books_of(COUNTS)
    assert close.lost(books, COUNTS) == []
    assert "3 in, but 2 out" in close.lost({**books, "in": 3}, COUNTS)[0]
    assert "2 chats of 4 turns in the books, 2 chats of 5 turns" in close.lost({**books, "turns": 4}, COUNTS)[0]
    assert "in the books" in close.lost({**books, "feedback": {}}, COUNTS)[0]


def test_the_table_schema_is_that_of_the_table(connection: Connection) -> None:
    columns = connection.execute("select column_name from information_schema.columns where table_name = 'chats'")
    assert {row["column_name"] for row in columns} == {column.name for column in assets.SCHEMA.columns}

"""The asset and its checks, through Dagster, on a real database."""

import base64
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import orjson
import pytest
from faker import Faker

from selfimprove.chats import days
from selfimprove.errors import (
    ModelWorkFailed,
    TaggerFailed,
    TaggerMissing,
    VaultInvalid,
    VaultKeyMissing,
    VaultKeyUnknown,
    VaultOpenToOthers,
)
from selfimprove.models.worker import SENTENCES
from selfimprove.postgres import Connection
from selfimprove.privacy import assets, checks, table
from selfimprove.resources import SKIP_CLEAN, Database, Home, ModelProcess
from selfimprove_tests.privacy.conftest import DAY, Store, chat

CHAT_LOGS = dg.AssetSpec("chat_logs")
BOTH = [assets.redacted_chats, checks.redaction_holds]


def nobody(job: dict[str, Any]) -> dict[str, Any]:
    """The answer of a tagger that finds no names."""
    return {"spans": [[] for _ in job["texts"]]}


def namer(answer: Callable[[dict[str, Any]], Any]) -> ModelProcess:
    """A quick stand-in for the tagger's process; a class of its own, because Dagster makes resources anew."""

    class Namer(ModelProcess):
        @contextmanager
        def worker(self, *, stays: bool = False) -> Iterator[Any]:
            yield SimpleNamespace(do=lambda function, job: answer(job))

    return Namer(library="none", ahead=False)


def run(
    database: str, home: Path, *days_: date, raise_on_error: bool = True, more: dict[str, str] | None = None,
    tagger: ModelProcess | None = None,
) -> dg.ExecuteInProcessResult:
    """Materialize the asset and its checks for one day, or from the first to the last day in one run with more tags."""
    sentence_model = tagger or namer(nobody)
    resources = {"database": Database(url=database), "home": Home(folder=str(home)), "sentence_model": sentence_model}
    chosen: dict[str, Any] = {"partition_key": days_[0].isoformat()}
    if len(days_) > 1:
        start, end = days_[0].isoformat(), days_[-1].isoformat()
        ends = {"dagster/asset_partition_range_start": start, "dagster/asset_partition_range_end": end}
        chosen = {"tags": ends | (more or {})}
    return dg.materialize(
        [CHAT_LOGS, *BOTH], selection=BOTH_SELECTED, resources=resources, raise_on_error=raise_on_error, **chosen
    )


def row_counts(result: dg.ExecuteInProcessResult) -> list[object]:
    told = [event.materialization.metadata for event in result.get_asset_materialization_events()]
    return [one["dagster/partition_row_count"].value for one in told]


BOTH_SELECTED = dg.AssetSelection.assets("redacted_chats")


def verdicts(connection: Connection, *days_: date) -> list[bool | None]:
    connection.rollback()
    return [stage_day.passed for stage_day in days.read(connection, "redacted_chats", days_)]


@pytest.fixture
def someone() -> Faker:
    fake = Faker("en_GB")
    fake.seed_instance(7)
    return fake


def test_one_day_is_redacted_and_clean(
    connection: Connection, database: str, home: Path, store: Store, someone: Faker
) -> None:
    email = someone.email()
    store(chat(f"I am {email}", f"Hello {email}"), chat("What is a heap?", "A tree kept in an array."))
    result = run(database, home, DAY)
    evaluations = {e.check_name: e.passed for e in result.get_asset_check_evaluations()}
    assert evaluations == {"nothing_lost": True, "no_secret_left": True, "redactor_answered": True}
    contents = {m.content for one in table.read(connection, DAY) for m in one.messages}
    assert contents == {"I am [EMAIL_1]", "Hello [EMAIL_1]", "What is a heap?", "A tree kept in an array."}
    assert verdicts(connection, DAY) == [True]


def test_metadata_counts_and_holds_no_text(database: str, home: Path, store: Store, someone: Faker) -> None:
    email = someone.email()
    store(chat(f"I am {email}", "Hello"), chat("Hi", "Hello", name="other"))
    (event,) = run(database, home, DAY).get_asset_materialization_events()
    metadata = event.materialization.metadata
    assert metadata["dagster/partition_row_count"].value == 2
    assert metadata["dagster/row_count"].value == 2
    assert [record.data for record in metadata["replaced"].value.records] == [{"type": "EMAIL", "count": 2 - 1}]
    lineage = metadata["dagster/column_lineage"].value.deps_by_column
    assert lineage["messages"][0].column_name == "sealed"
    assert email not in str(metadata)


def test_a_range_of_days_is_one_run(connection: Connection, database: str, home: Path, store: Store) -> None:
    later = DAY + timedelta(days=2)
    store(chat("one", "1", day=DAY), chat("three", "3", day=later))
    result = run(database, home, DAY, DAY + timedelta(days=1), later)
    assert result.success
    assert row_counts(result) == [1, 0, 1]
    assert verdicts(connection, DAY, later) == [True, True]
    assert days.read(connection, "redacted_chats", [DAY + timedelta(days=1)]) == []


def test_a_nightly_run_leaves_clean_days_as_they_are(
    connection: Connection, database: str, home: Path, store: Store
) -> None:
    later = DAY + timedelta(days=1)
    store(chat("one", "1", day=DAY), chat("three", "3", day=later))
    run(database, home, DAY, later)
    connection.execute("update redacted_chats set spans = '{\"EMAIL\": 7}'")  # to be seen again where it is left alone
    connection.commit()
    store(chat("four", "4", day=later))
    result = run(database, home, DAY, later, more={SKIP_CLEAN: "true"})
    assert row_counts(result) == [1, 2]
    told = result.get_asset_materialization_events()[0].materialization.metadata
    assert told["unchanged_days"].value == 1
    assert told["sentence"].value.startswith("2 of 2 chats on 1 days, 0 spans replaced. 1 days unchanged")
    spans = connection.execute("select day, spans from redacted_chats order by day").fetchall()
    assert [row["spans"] for row in spans] == [{"EMAIL": 7}, {}, {}]
    assert verdicts(connection, DAY, later) == [True, True]


def test_running_twice_gives_the_same_rows(connection: Connection, database: str, home: Path, store: Store) -> None:
    store(chat("one", "1"), chat("two", "2"))
    run(database, home, DAY)
    first = list(table.read(connection, DAY))
    connection.rollback()
    run(database, home, DAY)
    assert list(table.read(connection, DAY)) == first
    assert verdicts(connection, DAY) == [True]


def test_a_day_without_chats_writes_nothing_and_makes_no_key(
    connection: Connection, database: str, tmp_path: Path
) -> None:
    result = run(database, tmp_path / "empty", DAY)
    assert result.success
    assert verdicts(connection, DAY) == []
    assert not (tmp_path / "empty").exists()


def test_a_broken_row_is_left_out_and_the_day_goes_on(
    connection: Connection, database: str, home: Path, store: Store
) -> None:
    broken, whole = store(chat("one", "1"), chat("two", "2"))
    connection.execute(
        "update chats set sealed = set_byte(sealed, 0, 255 - get_byte(sealed, 0)) where id = %s", (broken,)
    )
    connection.commit()
    assert run(database, home, DAY).success
    assert [one.id for one in table.read(connection, DAY)] == [whole]
    row = connection.execute("select chat_id, reason, detail from rejections").fetchone()
    assert row == {"chat_id": broken, "reason": "unreadable", "detail": {"error": "SealBroken"}}
    assert verdicts(connection, DAY) == [True]


def other_keys(home: Path) -> None:
    """Put another house's key file in the place of this one's."""
    path = home / "keys" / "vault.json"
    path.unlink()
    from selfimprove.privacy.vault import Vault

    Vault.open(home)


def lost_key(home: Path) -> None:
    """Keep the hash key, and another key than the one that everything is sealed under."""
    from selfimprove.privacy.vault import add_key, drop_older_keys

    add_key(home)
    drop_older_keys(home)


def missing_keys(home: Path) -> None:
    (home / "keys" / "vault.json").unlink()


def open_keys(home: Path) -> None:
    (home / "keys" / "vault.json").chmod(0o640)


@pytest.mark.parametrize(
    ("harm", "error"),
    [
        (other_keys, VaultInvalid),
        (lost_key, VaultKeyUnknown),
        (missing_keys, VaultKeyMissing),
        (open_keys, VaultOpenToOthers),
    ],
)
def test_a_wrong_vault_fails_the_run_and_changes_nothing(
    connection: Connection, database: str, home: Path, store: Store, harm: Any, error: type[Exception]
) -> None:
    store(chat("one", "1"))
    run(database, home, DAY)
    first = list(table.read(connection, DAY))
    connection.execute("update stage_days set passed = null")
    connection.commit()
    harm(home)
    with pytest.raises(error):
        run(database, home, DAY)
    assert list(table.read(connection, DAY)) == first
    assert connection.execute("select 1 from rejections").fetchall() == []
    assert verdicts(connection, DAY) == [None]


def test_a_secret_in_redacted_text_blocks_the_day(
    connection: Connection, database: str, home: Path, store: Store, someone: Faker
) -> None:
    store(chat("one", "1"))
    run(database, home, DAY)
    planted = orjson.dumps([{"role": "user", "content": f"write to {someone.email()}"}]).decode()
    connection.execute("update redacted_chats set messages = %s", (planted,))
    connection.commit()
    found = checks.judge(connection, [DAY])[DAY]
    assert found == {"nothing_lost": [], "no_secret_left": ["email still finds 1"], "redactor_answered": []}
    assert [d.passed for d in days.read(connection, "redacted_chats", [DAY])] == [False]


def test_a_lost_row_blocks_the_day(connection: Connection, database: str, home: Path, store: Store) -> None:
    store(chat("one", "1"), chat("two", "2"))
    run(database, home, DAY)
    connection.execute("delete from redacted_chats where messages::text like '%one%'")
    connection.commit()
    found = checks.judge(connection, [DAY])[DAY]
    assert len(found["nothing_lost"]) == 1
    assert found["no_secret_left"] == []


def test_the_checks_block_and_are_errors() -> None:
    specs = list(checks.redaction_holds.check_specs)
    assert {spec.name: spec.blocking for spec in specs} == {
        "nothing_lost": True, "no_secret_left": True, "redactor_answered": False,
    }  # fmt: skip


def test_base64_of_key_material_is_in_no_event(database: str, home: Path, store: Store) -> None:
    store(chat("one", "1"))
    result = run(database, home, DAY)
    keys = orjson.loads((home / "keys" / "vault.json").read_bytes())
    told = str([event.materialization.metadata for event in result.get_asset_materialization_events()])
    assert keys["hash_key"] not in told
    assert all(len(base64.b64decode(key)) == 32 for key in keys["keys"].values())
    assert os.stat(home / "keys" / "vault.json").st_mode & 0o777 == 0o600


def test_what_was_said_twice_is_read_once_in_a_run(database: str, home: Path, store: Store) -> None:
    later = DAY + timedelta(days=1)
    asked: list[str] = []

    def answer(job: dict[str, Any]) -> dict[str, Any]:
        asked.extend(job["texts"])
        return nobody(job)

    store(chat("one", "same"), chat("two", "same"), chat("one", "other", day=later))
    assert run(database, home, DAY, later, tagger=namer(answer)).success
    said = {"one", "other", "same", "two"}
    assert sorted(text for text in asked if text in said) == sorted(said)
    assert len(asked) == len(set(asked)) > len(said)  # made-up secrets are asked about as well


def missing(job: dict[str, Any]) -> Any:
    raise TaggerMissing(folder="weights", reason="manifest.json cannot be read")


def dead(job: dict[str, Any]) -> Any:
    raise ModelWorkFailed(function="find", ending="SIGKILL", line="it said nothing")


def one_too_few(job: dict[str, Any]) -> Any:
    return {"spans": [[] for _ in job["texts"][1:]]}


def outside(job: dict[str, Any]) -> Any:
    return {"spans": [[[5, 99, "NAME", "name_tagger"]] for _ in job["texts"]]}


def of_no_type(job: dict[str, Any]) -> Any:
    return {"spans": [[[0, 1, "COLOUR", "name_tagger"]] for _ in job["texts"]]}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (missing, TaggerMissing),
        (dead, ModelWorkFailed),
        (one_too_few, TaggerFailed),
        (outside, TaggerFailed),
        (of_no_type, TaggerFailed),
    ],
)
def test_without_its_tagger_a_day_fails_and_nothing_moves_on(
    connection: Connection, database: str, home: Path, store: Store, answer: Any, error: type[Exception]
) -> None:
    store(chat("one", "1"))
    with pytest.raises(error):
        run(database, home, DAY, tagger=namer(answer))
    assert list(table.read(connection, DAY)) == []
    assert verdicts(connection, DAY) == []


def test_names_and_places_are_gone_by_the_shipped_tagger(
    connection: Connection, database: str, home: Path, store: Store, someone: Faker
) -> None:
    name, town = f"{someone.first_name()} {someone.last_name()}", "Zutphen"
    store(chat(f"Hello, I am {name} and I live in {town}.", f"Hello {name}, how is the weather in {town}?"))
    result = run(database, home, DAY, tagger=ModelProcess(library=SENTENCES, ahead=False))
    contents = [message.content for one in table.read(connection, DAY) for message in one.messages]
    assert contents == [
        "Hello, I am [NAME_1] and I live in [PLACE_1].", "Hello [NAME_1], how is the weather in [PLACE_1]?"
    ]  # fmt: skip
    told = result.get_asset_materialization_events()[0].materialization.metadata
    assert [record.data for record in told["replaced"].value.records] == [
        {"type": "NAME", "count": 2}, {"type": "PLACE", "count": 2}
    ]  # fmt: skip
    assert verdicts(connection, DAY) == [True]


@pytest.mark.parametrize(
    ("sizes", "groups"),
    [
        ([], []),
        ([0], [1]),
        ([assets.TOGETHER - 1, 1, 1], [2, 1]),
        ([1, assets.TOGETHER, 0, 1], [1, 2, 1]),
        ([3 * assets.TOGETHER, 1], [1, 1]),
    ],
)
def test_few_chats_are_read_together_and_no_day_is_lost(sizes: list[int], groups: list[int]) -> None:
    held = {DAY + timedelta(number): size for number, size in enumerate(sizes)}
    found = list(assets.grouped(held))
    assert [len(group) for group in found] == groups
    assert [day for group in found for day in group] == list(held)

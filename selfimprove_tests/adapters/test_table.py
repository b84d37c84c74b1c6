"""Rows of adapters: which is tonight's, which answers, which is meant."""

from dataclasses import replace
from pathlib import Path

import pytest

from selfimprove.adapters import table
from selfimprove.adapters.recipe import Recipe
from selfimprove.errors import AdapterUnknown
from selfimprove.postgres import Connection
from selfimprove_tests.adapters.make import add_dataset, kept
from selfimprove_tests.datasets.house import decide


def test_what_is_written_is_read(connection: Connection, tmp_path: Path) -> None:
    add_dataset(connection)
    adapter = kept(tmp_path, recipe=Recipe(warm_start="a", seed=4))
    table.insert(connection, adapter, "run")
    assert table.read(connection, adapter.id[:10]) == adapter
    assert table.every(connection) == [adapter]


def test_an_unknown_or_ambiguous_beginning(connection: Connection, tmp_path: Path) -> None:
    add_dataset(connection)
    for content in ("one", "two"):
        table.insert(connection, kept(tmp_path, content=content), "run")
    with pytest.raises(AdapterUnknown, match="Several adapters"):
        table.read(connection, "")
    with pytest.raises(AdapterUnknown, match="No adapters"):
        table.read(connection, "zzz")


def test_tonights_adapter_is_the_runs_own(connection: Connection, tmp_path: Path) -> None:
    add_dataset(connection)
    mine, newer = kept(tmp_path, content="mine"), kept(tmp_path, content="newer")
    table.insert(connection, mine, "run")
    table.insert(connection, newer, "other")
    assert table.of_run(connection, "run") == mine


def test_a_run_by_hand_takes_the_newest_undecided(connection: Connection, tmp_path: Path) -> None:
    assert table.of_run(connection, "by hand") is None
    add_dataset(connection)
    adapter = kept(tmp_path)
    table.insert(connection, adapter, "run")
    assert table.of_run(connection, "by hand") == adapter
    connection.execute(
        "insert into reports (id, night, adapter_id, challenger, champion, anchor, base, measurements, run_id)"
        " values ('r', '2026-03-04', %s, 'a', 'b', 'c', 'd', '{}', 'r')",
        (adapter.id,),
    )
    connection.execute(
        "insert into decisions (report_id, adapter_id, night, decision, reasons, verdicts, alpha, run_id)"
        " values ('r', %s, '2026-03-04', 'reject', '[]', '[]', 0.05, 'r')",
        (adapter.id,),
    )
    assert table.of_run(connection, "by hand") is None
    assert table.of_run(connection, "run") == adapter
    (row,) = table.overview(connection)
    assert (row["decision"], row["is_champion"]) == ("reject", False)


def test_the_same_adapter_again_belongs_to_the_newer_run(connection: Connection, tmp_path: Path) -> None:
    add_dataset(connection)
    adapter = kept(tmp_path)
    table.insert(connection, adapter, "run")
    table.insert(connection, replace(adapter, metrics={**adapter.metrics, "seconds": 9.0}), "again")
    found = table.of_run(connection, "again")
    assert found
    assert found.metrics["seconds"] == 9.0
    assert len(table.every(connection)) == 1


def test_the_champion_of_another_base_model_is_not_ours(connection: Connection) -> None:
    add_dataset(connection)
    assert table.champion(connection, "base") is None
    id = decide(connection, "d")
    champion = table.champion(connection, "base")
    assert champion
    assert champion.id == id
    assert table.champion(connection, "another") is None
    (row,) = table.overview(connection)
    assert (row["decision"], row["is_champion"]) == ("promote", True)

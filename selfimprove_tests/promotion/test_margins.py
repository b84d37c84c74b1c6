"""Margins: shipped as rows, declared before a report, never after it."""

import uuid
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from selfimprove import postgres
from selfimprove.errors import MarginInvalid, MarginUnknown
from selfimprove.promotion import margins
from selfimprove.promotion.gate import GATES
from selfimprove_tests.conftest import _at, _execute
from selfimprove_tests.promotion.build import MARGINS, healthy

NOW = datetime(2031, 5, 2, tzinfo=UTC)


def test_schema_and_migration_ship_the_same_margins(server: str, database: str) -> None:
    name = f"schema_{uuid.uuid4().hex[:12]}"
    _execute(server, f"create database {name} encoding 'utf8' template template0")
    try:
        with psycopg.connect(_at(server, name)) as connection:
            connection.execute((postgres.SQL / "schema.sql").read_text())
        rows = _rows(_at(server, name))
    finally:
        _execute(server, f"drop database {name} with (force)")
    assert rows == _rows(database)
    assert len(rows) == len(MARGINS)


def _rows(url: str) -> list[tuple]:
    with psycopg.connect(url, options="-csearch_path=selfimprove,public") as connection:
        return connection.execute("select name, value, declared_at, reason from margins order by name").fetchall()


def test_the_gates_ask_for_every_shipped_margin_and_no_other(connection: postgres.Connection) -> None:
    asked = set()

    class Asked(dict[str, float]):
        def __getitem__(self, name: str) -> float:
            asked.add(name)
            return super().__getitem__(name)

    shipped = margins.at(connection, NOW)
    assert dict(shipped) == MARGINS
    for gate in GATES.values():
        gate(healthy(champion="b"), Asked(shipped))
    assert asked | {"error_budget", "report_hours", "holdout_uses"} == set(shipped)


def test_a_margin_holds_from_its_declaration_on(connection: postgres.Connection) -> None:
    before = connection.execute("select clock_timestamp() as now").fetchone()
    margins.declare(connection, "core_drop", 0.02, "the suite grew")
    after = connection.execute("select clock_timestamp() as now").fetchone()
    assert before is not None
    assert after is not None
    assert margins.at(connection, before["now"])["core_drop"] == 0.03
    assert margins.at(connection, after["now"])["core_drop"] == 0.02
    now = {row["name"]: row for row in margins.declared(connection)}
    assert (now["core_drop"]["value"], now["core_drop"]["reason"]) == (0.02, "the suite grew")


@pytest.mark.parametrize("value", [-0.01, float("nan"), float("inf")])
def test_a_margin_that_is_no_limit_is_refused(connection: postgres.Connection, value: float) -> None:
    with pytest.raises(MarginInvalid, match="core_drop cannot be"):
        margins.declare(connection, "core_drop", value, "")


def test_a_margin_that_no_gate_knows_is_refused_by_name(connection: postgres.Connection) -> None:
    with pytest.raises(MarginUnknown, match=r"No margin is called 'core_dorp'.* core_drop,"):
        margins.declare(connection, "core_dorp", 0.02, "")


def test_a_gate_without_its_margin_says_so(connection: postgres.Connection) -> None:
    long_ago = datetime(1999, 1, 1, tzinfo=UTC) - timedelta(days=1)
    with pytest.raises(MarginUnknown, match=r"No margin is called 'latency_ratio'\. There are: none"):
        GATES["stays_fast"](healthy(), margins.at(connection, long_ago))

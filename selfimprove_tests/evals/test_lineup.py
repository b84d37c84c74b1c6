"""Who is compared: champion, anchor, base and earlier champions, by what the promotions say."""

from datetime import timedelta
from pathlib import Path

import pytest

from selfimprove.errors import AdapterOfOtherBase
from selfimprove.evals.lineup import contest
from selfimprove.evals.report import Lineup, report_id
from selfimprove.models.base import Base
from selfimprove.postgres import Connection
from selfimprove_tests.evals import rows

BASE = Base("b", "tiny", Path(), Path())


@pytest.fixture
def connection(connection: Connection) -> Connection:
    rows.dataset(connection)
    return connection


def test_before_a_first_promotion_everybody_else_is_the_base(connection: Connection) -> None:
    field = contest(connection, BASE, rows.adapter(connection, "new"))
    assert field.lineup == Lineup("b+new", "b", "b", "b")
    assert field.adapters["b"] is None
    assert field.lineup.models() == ["b+new", "b"]
    assert field.lineup.roles() == {"b+new": "challenger", "b": "champion, anchor, base"}
    assert field.note == ""


def test_the_champion_is_the_newest_promoted_and_the_anchor_the_first(connection: Connection) -> None:
    for name, ago in (("first", 40), ("second", 10), ("third", 1)):
        rows.adapter(connection, name)
        rows.promote(connection, name, rows.NIGHT - timedelta(days=ago), f"report-{name}")
    field = contest(connection, BASE, rows.adapter(connection, "new"))
    assert field.lineup == Lineup("b+new", "b+third", "b+first", "b", {"7": "b+second", "30": "b+first"})
    assert {model: adapter and adapter.id for model, adapter in field.adapters.items()} == {
        "b+new": "new", "b+third": "third", "b+first": "first", "b+second": "second", "b": None,
    }  # fmt: skip


def test_a_night_that_nobody_had_been_promoted_by_has_no_champion(connection: Connection) -> None:
    rows.adapter(connection, "first")
    rows.promote(connection, "first", rows.NIGHT - timedelta(days=7), "report")
    assert contest(connection, BASE, rows.adapter(connection, "new")).lineup.history == {"7": "b+first"}


def test_a_rollback_to_the_base_makes_the_base_the_champion_of_that_night(connection: Connection) -> None:
    rows.adapter(connection, "first")
    rows.promote(connection, "first", rows.NIGHT - timedelta(days=20), "report")
    connection.execute("insert into promotions (action, replaced) values ('rolled_back', 'first')")
    lineup = contest(connection, BASE, rows.adapter(connection, "new")).lineup
    assert (lineup.champion, lineup.anchor, lineup.history) == ("b", "b+first", {"7": "b"})


def test_models_of_another_base_are_left_out_and_named(connection: Connection) -> None:
    rows.adapter(connection, "stranger", base="other")
    rows.promote(connection, "stranger", rows.NIGHT - timedelta(days=9), "report")
    field = contest(connection, BASE, rows.adapter(connection, "new"))
    assert field.lineup == Lineup("b+new", "b", "b", "b")
    assert set(field.adapters) == {"b+new", "b"}
    assert "The champion belongs to another base model" in field.note
    assert "The champion of 7 nights ago belongs to another base model" in field.note


def test_each_base_model_has_an_anchor_of_its_own(connection: Connection) -> None:
    for name, base, ago in (("stranger", "other", 40), ("first", "b", 10), ("second", "b", 5)):
        rows.adapter(connection, name, base=base)
        rows.promote(connection, name, rows.NIGHT - timedelta(days=ago), f"report-{name}")
    field = contest(connection, BASE, rows.adapter(connection, "new"))
    assert (field.lineup.champion, field.lineup.anchor) == ("b+second", "b+first")
    assert field.note == "The champion of 30 nights ago belongs to another base model and is left out."


def test_a_challenger_of_another_base_is_refused(connection: Connection) -> None:
    with pytest.raises(AdapterOfOtherBase, match="was trained for the base model other, not for 'tiny'"):
        contest(connection, BASE, rows.adapter(connection, "new", base="other"))


def test_a_report_is_named_by_its_models_and_examples_in_any_order() -> None:
    lineup = Lineup("c", "b", "b", "b")
    assert report_id(lineup, ["x", "y"]) == report_id(lineup, ["y", "x"])
    others = [report_id(lineup, ["x"]), report_id(Lineup("c", "b", "b", "b", {"7": "b"}), ["x", "y"])]
    assert report_id(lineup, ["x", "y"]) not in others


def test_an_earlier_champion_that_was_pruned_is_left_out_and_named(connection: Connection) -> None:
    for name, ago in (("first", 40), ("second", 10), ("third", 1)):
        rows.adapter(connection, name)
        rows.promote(connection, name, rows.NIGHT - timedelta(days=ago), f"report-{name}")
    connection.execute("insert into pruned_adapters (adapter_id, bytes) values ('second', 1)")
    field = contest(connection, BASE, rows.adapter(connection, "new"))
    assert field.lineup == Lineup("b+new", "b+third", "b+first", "b", {"30": "b+first"})
    assert "b+second" not in field.adapters
    assert field.note == "The champion of 7 nights ago was pruned and is left out."

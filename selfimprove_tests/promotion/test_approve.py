"""A promotion that waits for a person: asked once, judged again when it is answered, and a no is for ever."""

import json
from datetime import timedelta

import dagster as dg
import pytest
from click.testing import CliRunner

from selfimprove import postgres, settings
from selfimprove.cli import tree
from selfimprove.errors import NothingWaits
from selfimprove.promotion import table, tell
from selfimprove.promotion.approve import approve, decline, waiting
from selfimprove.promotion.assets import promoted_adapter
from selfimprove.promotion.decision import Word
from selfimprove.promotion.promote import promote
from selfimprove.promotion.verify import verify
from selfimprove.resources import Database, Home
from selfimprove_tests.promotion.house import BAD, House, adapter, answers, damage, decision, promotable, report


def asked(house: House, name: str = "first", **changes: object) -> tuple[str, str]:
    """An adapter whose promotion waits, and its report."""
    adapter_id, report_id = promotable(house, name, **changes)
    assert promote(house.connection, report_id, "night", str.upper, ask=True).decision is Word.PROMOTE
    return adapter_id, report_id


def states(house: House) -> list[str]:
    return [row["state"] for row in house.connection.execute("select state from approvals order by asked_at")]


def test_what_waits_is_decided_and_does_not_answer(house: House) -> None:
    adapter_id, report_id = asked(house)
    assert answers(house) is None
    assert decision(house, report_id) == ("promote", [])
    [row] = waiting(house.connection)
    assert (row["adapter_id"], row["report_id"], row["run_id"]) == (adapter_id, report_id, "run")
    assert tell.status(house.connection)["waits_for_approval"]["adapter_id"] == adapter_id
    assert f"Waits for approval: adapter {adapter_id}" in tell.status_text(tell.status(house.connection))


def test_asking_again_asks_once(house: House) -> None:
    _, report_id = asked(house)
    promote(house.connection, report_id, "again", ask=True)
    assert len(waiting(house.connection)) == 1


def test_nobody_is_asked_about_what_the_gates_refuse(house: House) -> None:
    adapter_id = adapter(house, "bad")
    found = promote(house.connection, report(house, adapter_id, tasks=(BAD,)), "night", ask=True)
    assert found.decision is Word.REJECT
    assert waiting(house.connection) == []


def test_a_yes_promotes_and_is_spent(house: House) -> None:
    adapter_id, _ = asked(house)
    assert approve(house.connection, "").decision is Word.PROMOTE
    assert answers(house) == adapter_id
    assert states(house) == ["approved"]
    with pytest.raises(NothingWaits, match="No promotion waits"):
        approve(house.connection, "")


@pytest.mark.parametrize("change", ["age", "weights", "results", "champion", "margin"])
def test_a_yes_does_not_help_what_lost_its_standing(house: House, change: str) -> None:
    adapter_id, report_id = asked(house)
    run = house.connection.execute
    if change == "age":
        run("update reports set created_at = created_at - interval '169 hours'")
    elif change == "weights":
        damage(house, adapter_id)
    elif change == "results":
        run("update eval_results set passed = false where model = %s", [f"base0+{adapter_id}"])
    elif change == "champion":
        _, other = promotable(house, "other")
        promote(house.connection, other, "night")
    else:
        run("update reports set created_at = clock_timestamp() + interval '1 second'")
        run("insert into margins (name, value) values ('core_items', 100000)")
    assert approve(house.connection, adapter_id[:8]).decision is not Word.PROMOTE
    assert answers(house) != adapter_id
    assert decision(house, report_id)[1]
    assert waiting(house.connection) == []


def test_a_person_has_a_week_and_is_asked_once_in_it(house: House) -> None:
    adapter_id, report_id = asked(house)
    house.connection.execute("update reports set created_at = created_at - interval '160 hours'")
    assert promote(house.connection, report_id, "next night", str.upper, ask=True).decision is Word.PROMOTE
    assert len(waiting(house.connection)) == 1
    assert approve(house.connection, "").decision is Word.PROMOTE
    assert answers(house) == adapter_id


def test_a_no_is_for_ever_and_changes_no_champion(house: House) -> None:
    first, report_id = promotable(house, "first")
    promote(house.connection, report_id, "night")
    second, later = asked(house, "second", champion=first, anchor=first)
    assert decline(house.connection, "", "it talks too much") == second
    assert answers(house) == first
    assert decision(house, later) == ("reject", ["the adapter was vetoed"])
    assert states(house) == ["declined"]
    again = report(house, second, champion=first, anchor=first, name="measured once more")
    assert promote(house.connection, again, "night").reasons == (
        "the adapter was vetoed", "the adapter was rejected on another report",
    )  # fmt: skip
    assert answers(house) == first
    with pytest.raises(NothingWaits, match="No promotion of 'zz' waits"):
        decline(house.connection, "zz", "")


def test_a_tainted_adapter_waits_no_longer(house: House) -> None:
    asked(house)
    house.connection.execute(
        "insert into tainted_datasets (dataset_id, receipt_id) select dataset_id, 'r' from adapters"
    )
    assert waiting(house.connection) == []
    house.connection.rollback()  # there is no such receipt


def test_the_newest_is_meant_without_a_name(house: House) -> None:
    first, _ = asked(house, "first")
    second, _ = asked(house, "second")
    assert [row["adapter_id"] for row in waiting(house.connection)] == [second, first]
    approve(house.connection, first[:10])
    assert answers(house) == first


def test_records_of_what_was_asked_and_answered_still_hold(house: House) -> None:
    asked(house)
    decline(house.connection, "", "no", str.upper)
    asked(house, "second")
    approve(house.connection, "", str.upper)
    found = verify(house.connection, "", str.upper)
    assert [(one.decision, one.mismatches) for one in found] == [("reject", ()), ("promote", ())]


@pytest.fixture
def asking(monkeypatch: pytest.MonkeyPatch, database: str, tmp_path) -> None:
    """Settings of a house in which promotion waits."""
    monkeypatch.setenv("SELFIMPROVE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SELFIMPROVE_DATABASE_URL", database)
    monkeypatch.setenv("SELFIMPROVE_APPROVAL", "yes")
    settings.current.cache_clear()
    yield
    settings.current.cache_clear()


@pytest.mark.usefixtures("asking")
def test_the_asset_waits_and_the_command_lets_it_answer(house: House, database: str) -> None:
    adapter_id, _ = promotable(house, "first")
    house.connection.commit()
    resources = {"database": Database(url=database), "home": Home(folder=str(house.home))}
    with dg.DagsterInstance.ephemeral() as instance:
        done = dg.materialize([promoted_adapter], resources=resources, instance=instance)
        (made,) = done.asset_materializations_for_node("promoted_adapter")
    assert made.metadata["champion"].value == "base"
    assert made.metadata["waits_for"].value == "a person: `selfimprove promotion approve`"
    said = CliRunner().invoke(tree, ["promotion", "approve", "--json"])
    assert json.loads(said.output) == {"decision": "promote", "reasons": [], "champion": adapter_id}
    assert said.exit_code == 0
    with postgres.connect(database) as connection:
        assert table.champion(connection)["id"] == adapter_id


@pytest.mark.usefixtures("asking")
@pytest.mark.parametrize(("share", "said"), [
    ("0", "is champion, and answers nobody before you say `selfimprove experiments stop`."), ("0.5", "answers now."),
])  # fmt: skip
def test_the_command_says_whether_it_is_heard(
    house: House, monkeypatch: pytest.MonkeyPatch, share: str, said: str
) -> None:
    adapter_id, _ = asked(house)
    house.connection.commit()
    monkeypatch.setenv("SELFIMPROVE_CHALLENGER_SHARE", share)
    assert CliRunner().invoke(tree, ["promotion", "approve"]).output == f"Adapter {adapter_id} {said}\n"


@pytest.mark.usefixtures("asking")
def test_the_commands_say_why_not_and_no(house: House) -> None:
    adapter_id, _ = asked(house)
    house.connection.execute(
        "update reports set created_at = created_at - %s::interval", [timedelta(hours=169)]
    )
    house.connection.commit()
    said = CliRunner().invoke(tree, ["promotion", "approve"])
    assert (said.exit_code, said.output) == (4, "the report is older than 168 hours\nThe base model answers now.\n")
    second, _ = asked(house, "second")
    house.connection.commit()
    said = CliRunner().invoke(tree, ["promotion", "decline", "--reason", "too long"])
    assert said.output == f"Adapter {second} will never answer.\n"
    assert adapter_id != second

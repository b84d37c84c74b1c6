"""`selfimprove promotion …`: what a person and a script are told, and one command to go back."""

import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

from selfimprove import settings as settings_
from selfimprove.errors import ChampionMissing, DecisionMissing, MarginUnknown, RollbackRefused
from selfimprove.promotion.commands import promotion
from selfimprove.promotion.promote import promote
from selfimprove_tests.promotion.build import MARGINS
from selfimprove_tests.promotion.house import BAD, NIGHT, House, adapter, answers, promotable


@pytest.fixture
def shell(database: str, house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """The house as commands see it: what the tests wrote is committed before each."""
    monkeypatch.setenv("SELFIMPROVE_DATABASE_URL", database)
    monkeypatch.setenv("SELFIMPROVE_HOME", str(house.home))
    settings_.current.cache_clear()
    yield house
    settings_.current.cache_clear()


def run(house: House, *arguments: str) -> Result:
    house.connection.commit()
    found = CliRunner().invoke(promotion, arguments)
    if found.exception and not isinstance(found.exception, SystemExit):
        raise found.exception
    return found


def as_json(house: House, *arguments: str):
    return json.loads(run(house, *arguments, "--json").stdout)


def test_status_of_an_empty_house(shell: House) -> None:
    budget = {"declared": 0.05, "spent": 0.0, "left": 0.05, "next_level": pytest.approx(0.05 / 30)}
    assert as_json(shell, "status") == {
        "champion": None, "challenger": None, "waits_for_approval": None, "last_decision": None,
            "error_budget": budget,
    }  # fmt: skip
    assert run(shell, "status").stdout.splitlines() == [
        "Champion: the base model", "Challenger: none", "Last decision: none",
        "Error budget of a year: 0.05, spent 0; a gain of the next night is tested at 0.0017",
    ]  # fmt: skip


def test_status_knows_who_answers_who_wants_to_and_what_was_decided(shell: House) -> None:
    first, first_report = promotable(shell, "first")
    assert as_json(shell, "status")["challenger"] == {"id": first, "night": NIGHT.isoformat(), "report": first_report}
    promote(shell.connection, first_report, "run")
    state = as_json(shell, "status")
    assert set(state["champion"]) == {"id", "promoted_at", "night"}
    assert (state["champion"]["id"], state["champion"]["night"]) == (first, NIGHT.isoformat())
    assert state["challenger"] is None
    assert state["last_decision"] == {"decision": "promote", "reasons": [], "night": NIGHT.isoformat()}


def test_status_of_a_refused_night_names_the_gate(shell: House) -> None:
    second, report_id = promotable(shell, "second", tasks=(BAD,))
    promote(shell.connection, report_id, "run")
    state = as_json(shell, "status")
    assert state["champion"] is None
    assert state["challenger"]["id"] == second
    assert state["last_decision"]["decision"] == "reject"
    assert state["last_decision"]["reasons"][0].startswith("keeps_core: core against the champion: -57.5")
    assert "  keeps_core: " in run(shell, "status").stdout


def test_an_adapter_not_yet_evaluated_is_a_challenger_without_report(shell: House) -> None:
    waiting = adapter(shell, "waiting")
    assert as_json(shell, "status")["challenger"] == {"id": waiting, "night": NIGHT.isoformat(), "report": None}


def test_rollback_and_history(shell: House) -> None:
    first, report_id = promotable(shell, "first")
    promote(shell.connection, report_id, "run")
    assert run(shell, "rollback").stdout == "The base model answers now.\n"
    assert as_json(shell, "rollback", first[:12]) == {"champion": first}
    rows = as_json(shell, "history")
    assert [row["action"] for row in rows] == ["rolled_back", "rolled_back", "promoted"]
    lines = run(shell, "history").stdout.splitlines()
    assert lines[0].endswith(f"rolled_back base -> {first[:12]}")
    assert lines[2].endswith(f"promoted    base -> {first[:12]}")


def test_a_rollback_that_cannot_be_says_why(shell: House) -> None:
    with pytest.raises(ChampionMissing):
        run(shell, "rollback")
    with pytest.raises(RollbackRefused, match="Cannot roll back to 'abc': it was never champion"):
        run(shell, "rollback", "abc")
    assert run(shell, "history").stdout == "The base model has always answered.\n"


def test_veto_keeps_its_reason(shell: House) -> None:
    _, report_id = promotable(shell, "first")
    promote(shell.connection, report_id, "run")
    assert as_json(shell, "veto", "--reason", "it forgot my name") == {"champion": None}
    assert as_json(shell, "history")[0]["reason"] == "it forgot my name"
    assert answers(shell) is None


def test_explain_shows_every_gate(shell: House) -> None:
    adapter_id, report_id = promotable(shell, "first", tasks=(BAD,))
    promote(shell.connection, report_id, "run")
    for name in ((), (report_id[:8],), (adapter_id[:8],)):
        told = run(shell, "explain", *name).stdout
        assert told.startswith(f"reject on {NIGHT}: adapter {adapter_id[:12]}, report {report_id[:12]}")
        assert "keeps_core      failed               core against the champion: -57.5" in told
        assert "did_learn       passed" in told
    row = as_json(shell, "explain", report_id)
    assert len(row["verdicts"]) == 9
    assert row["alpha"] == pytest.approx(0.05 / 30)


def test_explaining_what_was_never_decided_is_one_clear_line(shell: House) -> None:
    with pytest.raises(DecisionMissing, match="Nothing was decided about 'abc' yet"):
        run(shell, "explain", "abc")
    with pytest.raises(DecisionMissing, match="Nothing was decided yet"):
        run(shell, "explain")


def test_margins_are_shown_and_declared(shell: House) -> None:
    assert {row["name"]: row["value"] for row in as_json(shell, "margins")} == MARGINS
    done = run(shell, "margins", "set", "core_drop", "0.02", "--reason", "the suite grew")
    assert (done.stdout, done.stderr) == ("", "core_drop is 0.02 for the nights to come.\n")
    assert "core_drop       0.02      " in run(shell, "margins").stdout
    with pytest.raises(MarginUnknown):
        run(shell, "margins", "set", "core", "0.02", "--reason", "a slip")
    assert run(shell, "margins", "set", "core_drop", "0.02").exit_code == 2


def test_every_command_has_an_example_in_its_help() -> None:
    for name in [*promotion.commands, "margins set"]:
        assert "Example: selfimprove promotion " in CliRunner().invoke(promotion, [*name.split(), "--help"]).stdout

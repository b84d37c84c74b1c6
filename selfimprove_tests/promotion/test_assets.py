"""In Dagster: gates block, a blocked night keeps its decision, and no event, launch or retry promotes."""

from pathlib import Path

import dagster as dg
import pytest

from selfimprove.promotion.assets import promoted_adapter
from selfimprove.promotion.checks import gates, is_consistent
from selfimprove.promotion.gate import GATES
from selfimprove.promotion.promote import promote, rollback
from selfimprove.resources import Database, Home
from selfimprove_tests.promotion.house import BAD, House, answers, damage, decision, promotable


@dg.asset
def eval_report(context: dg.AssetExecutionContext, database: Database) -> None:
    """Stands in for the report's own asset: its rows are there already, those marked "tonight" become this run's."""
    with database.connect() as connection:
        connection.execute("update reports set run_id = %s where run_id = 'tonight'", (context.run.run_id,))


class Night:
    """Runs of the assets around promotion, on one Dagster instance."""

    def __init__(self, database: str, home: Path, instance: dg.DagsterInstance) -> None:
        self.database, self.home, self.instance = database, home, instance

    def run(self, *selected: dg.AssetsDefinition) -> dg.ExecuteInProcessResult:
        return dg.materialize(
            [eval_report, gates, promoted_adapter, is_consistent],
            resources={"database": Database(url=self.database), "home": Home(folder=str(self.home))},
            instance=self.instance,
            selection=dg.AssetSelection.assets(*selected).without_checks() if selected else None,
            raise_on_error=False,
        )


@pytest.fixture
def night(database: str, tmp_path: Path) -> Night:
    with dg.DagsterInstance.ephemeral() as instance:
        yield Night(database, tmp_path / "home", instance)


def failure(result: dg.ExecuteInProcessResult, step: str) -> str:
    [event] = [event for event in result.get_step_failure_events() if event.step_key == step]
    assert event.event_specific_data.error is not None
    return event.event_specific_data.error.to_string() + str(event.event_specific_data.user_failure_data)


def test_a_good_night_passes_every_gate_and_promotes(house: House, night: Night) -> None:
    adapter_id, report_id = promotable(house, "first")
    house.connection.commit()
    result = night.run()
    assert result.success
    found = {check.check_name: check for check in result.get_asset_check_evaluations()}
    assert set(found) == {*GATES, "is_consistent"}
    assert all(check.passed for check in found.values())
    core = found["keeps_core"].metadata
    assert core["limit"].value == -0.03
    assert core["low"].value < core["value"].value < core["high"].value
    [made] = result.asset_materializations_for_node("promoted_adapter")
    assert made.metadata["champion"].value == adapter_id
    assert len(made.metadata["verdicts"].records) == len(GATES)
    assert answers(house) == adapter_id
    assert decision(house, report_id) == ("promote", [])


def test_a_bad_night_is_blocked_and_its_decision_is_stored(house: House, night: Night) -> None:
    _, report_id = promotable(house, "first", tasks=(BAD,))
    house.connection.commit()
    result = night.run()
    assert not result.success
    failed = [check.check_name for check in result.get_asset_check_evaluations() if not check.passed]
    assert failed == ["keeps_core", "keeps_history"]
    assert result.get_asset_materialization_events()[-1].asset_key == dg.AssetKey("eval_report")
    assert answers(house) is None
    stored = decision(house, report_id)
    assert stored is not None
    assert (stored[0], [reason.split(":")[0] for reason in stored[1]]) == ("reject", ["keeps_core", "keeps_history"])


def test_too_little_evidence_blocks_as_well(house: House, night: Night) -> None:
    _, report_id = promotable(house, "first", measured={"latency_ratio": None})
    house.connection.commit()
    result = night.run()
    [check] = [check for check in result.get_asset_check_evaluations() if not check.passed]
    assert (check.check_name, check.severity) == ("stays_fast", dg.AssetCheckSeverity.ERROR)
    assert check.metadata["outcome"].value == "not_enough_evidence"
    assert not result.success
    assert decision(house, report_id) == ("not_enough_evidence", ["stays_fast: latency was not measured"])


def test_every_gate_is_declared_blocking() -> None:
    assert {(spec.name, spec.blocking) for spec in gates.check_specs} == {(name, True) for name in GATES}


def test_launching_promotion_by_hand_promotes_nothing_bad(house: House, night: Night) -> None:
    promotable(house, "first", tasks=(BAD,))
    house.connection.commit()
    result = night.run(promoted_adapter)
    assert not result.success
    told = failure(result, "promoted_adapter")
    assert "reject: keeps_core: core against the champion: -57.5" in told
    assert "allow_retries=False" in told
    assert answers(house) is None


def test_retries_of_a_refused_promotion_are_refused(house: House, night: Night) -> None:
    promotable(house, "first", tasks=(BAD,))
    house.connection.commit()
    assert [night.run(promoted_adapter).success for _ in range(3)] == [False, False, False]
    assert answers(house) is None


def test_forged_check_events_promote_nothing(house: House, night: Night) -> None:
    promotable(house, "first", tasks=(BAD,))
    house.connection.commit()
    for name in GATES:
        night.instance.report_runless_asset_event(
            dg.AssetCheckEvaluation(asset_key=dg.AssetKey("eval_report"), check_name=name, passed=True, metadata={})
        )
    night.instance.report_runless_asset_event(dg.AssetMaterialization("eval_report"))
    assert not night.run(promoted_adapter).success
    assert answers(house) is None


def test_launching_again_after_a_promotion_changes_nothing(house: House, night: Night) -> None:
    adapter_id, report_id = promotable(house, "first")
    promote(house.connection, report_id, "run")
    house.connection.commit()
    result = night.run(promoted_adapter)
    assert result.success
    [made] = result.asset_materializations_for_node("promoted_adapter")
    assert made.metadata["reasons"].value == f"adapter {adapter_id[:12]} answers already; nothing was changed"


def test_launching_again_after_a_rollback_promotes_nothing(house: House, night: Night) -> None:
    _, report_id = promotable(house, "first")
    promote(house.connection, report_id, "run")
    rollback(house.connection)
    house.connection.commit()
    result = night.run(promoted_adapter)
    assert not result.success
    assert "it was replaced since; nothing was changed" in failure(result, "promoted_adapter")
    assert answers(house) is None


def test_nothing_evaluated_is_a_clear_failure(house: House, night: Night) -> None:
    result = night.run(promoted_adapter)
    assert "Nothing was evaluated yet" in failure(result, "promoted_adapter")


def test_a_run_judges_its_own_report_even_when_another_is_newer(house: House, night: Night) -> None:
    mine, _ = promotable(house, "mine", run_id="tonight")
    _, newer = promotable(house, "newer", run_id="another run")
    house.connection.execute("update reports set created_at = now() + interval '1 second' where id = %s", (newer,))
    house.connection.commit()
    assert night.run().success
    assert answers(house) == mine
    assert decision(house, newer) is None


def test_a_champion_whose_files_changed_is_not_consistent(house: House, night: Night) -> None:
    adapter_id, report_id = promotable(house, "first")
    promote(house.connection, report_id, "run")
    house.connection.commit()
    damage(house, adapter_id)
    check = is_consistent(Database(url=night.database))
    assert not check.passed
    assert "adapters.safetensors" in (check.description or "")


def test_the_base_model_is_consistent(house: House, night: Night) -> None:
    check = is_consistent(Database(url=night.database))
    assert check.passed
    assert check.description == "the base model answers"

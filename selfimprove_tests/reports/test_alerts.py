"""Alerts from real runs, kept once."""

import dagster as dg
import pytest
from dagster._core.errors import DagsterExecutionInterruptedError

from selfimprove.reports import alerts
from selfimprove.reports.alerts import Alert

URL = "http://127.0.0.1:3000/runs/r1"
GATE = Alert("r1", "eval_report", "keeps_core", "core fell (value -0.04, limit -0.03)", URL)
STEP = Alert("r1", "lora_adapter", "", "the loss became nan", URL)


@dg.asset
def thing() -> None:
    """Something that is checked."""


@dg.asset
def broken() -> None:
    """Something that cannot be made."""
    raise ValueError("no\nsecond line")


@dg.asset
def refused() -> None:
    """Something that refuses to be made."""
    raise dg.Failure(description="reject: keeps_core", allow_retries=False)


@dg.asset_check(asset=thing)
def soft() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=False, severity=dg.AssetCheckSeverity.WARN, description="a little late")


@dg.asset_check(asset=thing, blocking=True)
def hard() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=False, description="two are lost", metadata={"lost": 2, "share": 0.12345, "word": "x", "flag": True}
    )


@dg.asset_check(asset=thing)
def fine() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)


def run(*assets):
    """The alerts of a run of these assets and checks."""
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(list(assets), instance=instance, raise_on_error=False)
        return alerts.from_run(instance, instance.get_run_by_id(result.run_id), 3100), result.run_id


def test_failed_checks_with_their_numbers_those_that_stopped_the_run_first():
    found, run_id = run(thing, soft, hard, fine)
    assert [(a.asset, a.check_name, a.detail) for a in found] == [
        ("thing", "hard", "two are lost (lost 2, share 0.1235)"),
        ("thing", "soft", "a little late"),
    ]
    assert found[0].message == (
        f"thing, check hard: two are lost (lost 2, share 0.1235)\nhttp://127.0.0.1:3100/runs/{run_id}"
    )


def test_a_failed_step_tells_the_first_line_of_its_own_error():
    (found,), run_id = run(broken)
    assert (found.run_id, found.asset, found.check_name) == (run_id, "broken", "")
    assert found.detail == "ValueError: no"


def test_what_an_error_says_moves_no_cursor_and_has_an_end():
    @dg.asset
    def hostile() -> None:
        raise ValueError("\x1b]0;title\x07\x1b[2Jgone\u202e" + "x" * 5000)

    (found,), _ = run(hostile)
    assert found.detail.startswith("ValueError:  ]0;title  [2Jgone xxx")
    assert len(found.detail) == 1000


@pytest.mark.parametrize(
    ("tags", "said"),
    [({}, "its process was ended from outside"),
     ({"dagster/will_retry": "true"}, "its process was ended from outside; Dagster tries the rest of it once more")],
)  # fmt: skip
def test_a_step_whose_process_was_ended_is_told_without_dagsters_words(tags, said):
    @dg.asset
    def long() -> None:
        raise DagsterExecutionInterruptedError

    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([long], instance=instance, raise_on_error=False)
        instance.add_run_tags(result.run_id, tags)
        (found,) = alerts.from_run(instance, instance.get_run_by_id(result.run_id), 3000)
    assert (found.asset, found.detail) == ("long", said)


def test_a_refusal_tells_its_reason():
    (found,), _ = run(refused)
    assert found.detail == "reject: keeps_core"


def test_a_run_where_all_went_well_has_none():
    assert run(thing, fine)[0] == []


def test_a_run_that_died_without_a_word_has_one():
    with dg.DagsterInstance.ephemeral() as instance:
        made = instance.create_run_for_job(dg.Definitions(assets=[thing]).resolve_implicit_global_asset_job_def())
        instance.report_run_failed(made)
        (found,) = alerts.from_run(instance, instance.get_run_by_id(made.run_id), 3000)
    assert (found.asset, found.check_name) == ("", "")
    assert found.message.startswith("the run: it ended without telling why")


def test_one_that_died_after_a_soft_check_failed_is_told_before_that():
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([thing, soft], instance=instance)
        instance.report_run_failed(instance.get_run_by_id(result.run_id))
        found = alerts.from_run(instance, instance.get_run_by_id(result.run_id), 3000)
    assert [(a.asset, a.check_name) for a in found] == [("", ""), ("thing", "soft")]


def test_a_run_that_was_ended_has_one_and_none_of_what_that_interrupted():
    @dg.asset(check_specs=[dg.AssetCheckSpec("late", asset="first")])
    def first() -> dg.MaterializeResult:
        late = dg.AssetCheckResult(passed=False, check_name="late", severity=dg.AssetCheckSeverity.WARN)
        return dg.MaterializeResult(check_results=[late])

    @dg.asset(deps=[first])
    def long(context: dg.AssetExecutionContext) -> None:
        context.instance.report_run_canceling(context.run)
        raise KeyboardInterrupt

    found, _ = run(first, long)
    assert [(a.asset, a.check_name) for a in found] == [("", ""), ("first", "late")]
    assert found[0].message.startswith("the run: it was ended before it was done")


def stored(connection):
    rows = connection.execute("select * from alerts order by id")
    return [(row["asset"], row["check_name"], row["state"]) for row in rows]


def test_an_alert_is_kept_once(connection):
    alerts.record(connection, [GATE, STEP])
    alerts.record(connection, [STEP, GATE])
    assert stored(connection) == [("eval_report", "keeps_core", "new"), ("lora_adapter", "", "new")]


def test_what_is_stored_gives_the_detail_back(connection):
    alerts.record(connection, [GATE, STEP, Alert("r1", "", "", "it ended", URL)])
    rows = connection.execute("select * from alerts order by id").fetchall()
    assert [alerts.detail(row) for row in rows] == [GATE.detail, STEP.detail, "it ended"]

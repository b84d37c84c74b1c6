"""Nights with nothing, one thing, or nothing good to learn from: a clear sentence, and no promotion."""

import json
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import dagster as dg
import pytest

from selfimprove import automation, postgres
from selfimprove.chats.calendar import calendar
from selfimprove.chats.chat import Sealing
from selfimprove.chats.importing import import_files
from selfimprove.definitions import defs
from selfimprove.errors import DatabaseDown
from selfimprove.privacy.vault import Vault
from selfimprove.reports import watch
from selfimprove.resources import Database
from selfimprove_tests.end_to_end.nights import Nights

YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)


def ask(nights: Nights, tmp_path: Path, exchanges: list[tuple[str, str]]) -> None:
    """Import conversations of one exchange each, held yesterday."""
    source = tmp_path / "chats.jsonl"
    lines = [
        json.dumps({"messages": [{"role": "user", "content": asked}, {"role": "assistant", "content": answered}]})
        for asked, answered in exchanges
    ]
    source.write_text("\n".join(lines))
    with postgres.connect(nights.url) as connection:
        vault = Vault.open(nights.settings.home, connection)
        days = calendar(nights.settings, datetime.combine(YESTERDAY, time(23), UTC) + timedelta(hours=2), YESTERDAY)
        [found] = import_files(connection, [source], Sealing(vault.seal, vault.keyed_hash), days)
    assert found.written.imported == len(exchanges)


def skipped(nights: Nights, run_id: str) -> set[str]:
    return {str(event.step_key) for event in nights.instance.all_logs(run_id, {dg.DagsterEventType.STEP_SKIPPED})}


@pytest.mark.parametrize(
    ("exchanges", "said"),
    [
        ([], ("no chats",)),
        # on which side the only chat is depends on the house's key
        (
            [("What is the capital of Peru?", "The capital of Peru is Lima.")],
            ("Too little to learn from yet", "no new chats worth learning from", "low_score"),
        ),
        ([("What is the time? #no-train", "It is nine."), ("Say it", "Internal Server Error")], ("rejected",)),
    ],
    ids=["no-chats", "one-chat", "only-rejected-chats"],
)
def test_a_quiet_night_says_so_and_promotes_nothing(
    quiet_house: Nights, tmp_path: Path, exchanges: list[tuple[str, str]], said: tuple[str, ...]
) -> None:
    if exchanges:
        ask(quiet_house, tmp_path, exchanges)
    result = quiet_house.spend(YESTERDAY)
    assert result.success, "a quiet night is no fault, in Dagster either"
    assert skipped(quiet_house, result.run_id) >= {"eval_report", "promoted_adapter", "morning_report"}
    assert quiet_house.told()["outcome"] == "nothing_to_learn"
    assert any(words in quiet_house.told()["sentence"] for words in said), quiet_house.told()["sentence"]
    assert quiet_house.champion() is None
    assert quiet_house.rows("select 1 from adapters") == []
    assert quiet_house.rows("select 1 from alerts") == [], "a quiet night is no fault"


def test_the_daemon_tells_of_a_quiet_night_once(quiet_house: Nights) -> None:
    run = quiet_house.run("nightly", automation.range_tags([], YESTERDAY), {})
    with dg.build_run_status_sensor_context(
        "alert_failed_checks", run.get_run_success_event(), quiet_house.instance, run.dagster_run,
        resources={"database": Database(url=quiet_house.url)},
    ) as context:
        asked = automation.alert_failed_checks(context)
        assert isinstance(asked, dg.RunRequest)
        assert asked.tags == {automation.NIGHT_RUN: run.run_id}
        quiet_house.run("morning", asked.tags, {})
        assert isinstance(automation.alert_failed_checks(context), dg.SkipReason)


def test_a_night_that_was_ended_is_told_and_blamed_on_nobody(quiet_house: Nights, tmp_path: Path) -> None:
    ask(quiet_house, tmp_path, [("What is the capital of Peru?", "The capital of Peru is Lima.")])
    instance = quiet_house.instance
    night = instance.create_run_for_job(defs.resolve_job_def("nightly"), tags=automation.range_tags([], YESTERDAY))
    instance.report_run_canceling(night)
    ended = instance.report_run_canceled(night)
    run = instance.get_run_by_id(night.run_id)
    assert run is not None
    with dg.build_run_status_sensor_context(
        "tell_ended_run", ended, instance, run, resources={"database": Database(url=quiet_house.url)},
    ) as context:
        asked = automation.tell_ended_run(context)
        assert isinstance(asked, dg.RunRequest)
        quiet_house.run("morning", dict(asked.tags), {})
        assert isinstance(automation.tell_ended_run(context), dg.SkipReason)
    assert quiet_house.told()["outcome"] == "failed"
    assert "the run: it was ended before it was done" in quiet_house.told()["sentence"]
    [alert] = quiet_house.rows("select message from alerts")
    assert "by the morning (`selfimprove service morning`) or by hand" in alert["message"]
    with postgres.connect(quiet_house.url) as connection:
        tomorrow = datetime.now(UTC) + timedelta(hours=24)
        assert watch.silence(connection, tomorrow, quiet_house.settings) is None
        assert watch.silence(connection, tomorrow + timedelta(hours=24), quiet_house.settings) is not None


@pytest.mark.parametrize("goes_on", [True, False])
def test_the_report_of_a_night_whose_process_was_lost_is_left_to_the_one_that_goes_on(
    quiet_house: Nights, goes_on: bool
) -> None:
    instance, database = quiet_house.instance, Database(url=quiet_house.url)
    tags = {**automation.range_tags([], YESTERDAY), "dagster/max_retries": "1" if goes_on else "0"}
    night = instance.create_run_for_job(defs.resolve_job_def("nightly"), tags=tags)
    lost = instance.report_run_failed(night, "its process ended")
    run = instance.get_run_by_id(night.run_id)
    assert run is not None
    with dg.build_run_status_sensor_context(
        "alert_failed_run", lost, instance, run, resources={"database": database}
    ) as context:
        asked = automation.alert_failed_run(context.for_run_failure())
    assert isinstance(asked, dg.SkipReason if goes_on else dg.RunRequest)
    [alert] = quiet_house.rows("select message from alerts")
    assert ("Dagster tries the rest of it once more" in alert["message"]) is goes_on


def test_a_database_that_is_down_stops_the_night_before_it_writes(quiet_house: Nights) -> None:
    from dataclasses import replace

    from selfimprove import night

    nowhere = replace(quiet_house.settings, database_url="postgresql://127.0.0.1:1/none")
    with pytest.raises(DatabaseDown, match="does not answer"):
        night.spend(nowhere, print)
    assert quiet_house.rows("select 1 from morning_reports") == []

"""What a killed stack leaves, who may use a house at once, and what a night does when its stack goes away."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import psutil
import psycopg
import pytest
import yaml
from dagster_postgres.utils import DagsterPostgresException

from selfimprove import automation, night, processes, stack
from selfimprove.errors import DatabaseDown, NightRunning
from selfimprove.reap import could_reap, reap
from selfimprove.settings import CHECKOUT, Settings


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """An instance of its own that tries a lost run once more, as ours does."""
    folder = tmp_path / "dagster"
    folder.mkdir()
    (folder / "dagster.yaml").write_text("run_retries: {enabled: true, max_retries: 1}\ntelemetry: {enabled: false}\n")
    monkeypatch.setenv("DAGSTER_HOME", str(folder))
    with dg.DagsterInstance.get() as instance:
        yield instance


def lost_run(instance: dg.DagsterInstance) -> str:
    run = instance.create_run_for_job(dg.GraphDefinition(name="nightly").to_job())
    instance.report_dagster_event(
        dg.DagsterEvent(dg.DagsterEventType.PIPELINE_START.value, job_name="nightly"), run.run_id
    )
    return run.run_id


@pytest.mark.parametrize(("again", "will_retry"), [(True, "true"), (False, "false")])
def test_a_lost_run_goes_on_with_the_stack_but_not_beside_a_new_night(
    instance: dg.DagsterInstance, again: bool, will_retry: str
) -> None:
    run_id = lost_run(instance)
    assert reap("the machine stopped", again=again) == 1
    run = instance.get_run_by_id(run_id)
    assert run
    assert (run.status, run.tags["dagster/will_retry"]) == (dg.DagsterRunStatus.FAILURE, will_retry)
    assert reap("again", again=again) == 0


def test_a_run_that_the_new_code_server_began_lives_and_none_of_the_old_one(instance: dg.DagsterInstance) -> None:
    job, starting = dg.GraphDefinition(name="nightly").to_job(), dg.DagsterRunStatus.STARTING
    old = [lost_run(instance), instance.create_run_for_job(job, status=starting).run_id]
    waiting = instance.create_run_for_job(job)
    came_back = datetime.now(UTC)
    new = [lost_run(instance), waiting.run_id]
    launched = dg.DagsterEvent(dg.DagsterEventType.PIPELINE_STARTING.value, job_name="nightly")
    instance.report_dagster_event(launched, waiting.run_id)
    assert could_reap("its server ended", came_back)
    found = {run.run_id: run.status for run in instance.get_runs()}
    assert {found[run_id] for run_id in old} == {dg.DagsterRunStatus.FAILURE}
    assert dg.DagsterRunStatus.FAILURE not in {found[run_id] for run_id in new}


def test_nights_wait_for_each_other(tmp_path: Path) -> None:
    config = yaml.safe_load((CHECKOUT / "dagster.yaml").read_text())
    here = {name: value for name, value in config.items() if name not in ("storage", "local_artifact_storage")}
    here["compute_logs"]["config"]["base_dir"] = str(tmp_path)
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(here))
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        queue = instance.get_concurrency_config().run_queue_config
    assert queue is not None
    assert {"key": automation.ONE_AT_A_TIME, "limit": 1} in (queue.tag_concurrency_limits or [])
    assert automation.ONE_AT_A_TIME in automation.nightly.tags
    assert automation.ONE_AT_A_TIME not in (automation.morning.tags or {})


def test_a_second_night_is_one_clear_line_and_leaves_the_first_alone(settings: Settings) -> None:
    settings.home.mkdir()
    with stack._locked(settings) as state:
        stack._remember(state, [], 3000)
        with pytest.raises(NightRunning, match=rf"pid {os.getpid()}.*selfimprove down"):
            night._stack(settings)
    assert isinstance(night._stack(settings), type(stack.running(settings, [])))


def test_a_night_goes_with_a_stack_that_is_just_coming_up(settings: Settings) -> None:
    settings.home.mkdir()
    gateway = SimpleNamespace(name="gateway", pid=os.getpid(), log="")
    with stack._locked(settings) as state:
        stack._remember(state, [gateway], 3000)
        assert isinstance(night._stack(settings), nullcontext)


@pytest.mark.parametrize("lost", [psycopg.OperationalError("gone"), DagsterPostgresException("too many retries")])
def test_a_database_that_goes_away_during_a_night_is_one_clear_line(lost: Exception) -> None:
    with pytest.raises(DatabaseDown, match="it went away while the night ran"), night._while_the_database_answers():
        raise lost


def test_what_a_killed_daemon_started_is_found_by_its_mark(settings: Settings, tmp_path: Path) -> None:
    settings.home.mkdir()
    services = [{"name": "daemon", "pid": 999999999, "log": ""}]
    (settings.home / "stack.json").write_text(json.dumps({"pid": 1, "services": services}))
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    lost = subprocess.Popen(command, env={**os.environ, stack.MARK: str(settings.home)})
    others = subprocess.Popen(command, env={**os.environ, stack.MARK: str(tmp_path / "another house")})
    try:
        assert processes.marked(stack.MARK, str(settings.home)) == [lost.pid]
        assert stack._stop_leftovers(settings) is True
        assert not psutil.pid_exists(lost.pid)
        assert others.poll() is None
        assert stack._stop_leftovers(settings) is False
    finally:
        others.kill()
        others.wait()
        lost.wait()


@pytest.mark.parametrize("content", ["", "\n", "torn"])
def test_a_server_that_is_just_starting_has_no_pid_yet(settings: Settings, content: str) -> None:
    folder = settings.home / "postgres"
    folder.mkdir(parents=True)
    (folder / "postmaster.pid").write_text(content)
    assert stack.postmaster(replace(settings, database_url=None)) is None

"""What Dagster's pages may show of the resources, and what assets get from them."""

import secrets
import time
from contextlib import suppress
from pathlib import Path

import dagster as dg
import psutil
import pytest
from dagster._core.remote_representation.external_data import RepositorySnap

from selfimprove import postgres
from selfimprove.connections import held_connections
from selfimprove.resources import Database, JudgeServer, ModelProcess, from_settings
from selfimprove.settings import read


@pytest.fixture
def word() -> str:
    """A word nobody should read."""
    return secrets.token_urlsafe(12)


@pytest.fixture
def environment(word: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    given = {
        "SELFIMPROVE_DATABASE_URL": f"postgresql://owner:{word}@127.0.0.1:1/house",
        "SELFIMPROVE_JUDGE_URL": "http://127.0.0.1:9/v1",
        "SELFIMPROVE_JUDGE_KEY": word,
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return given


def test_dagster_is_told_no_secret(environment: dict[str, str], word: str) -> None:
    defs = dg.Definitions(resources=from_settings(read(environment)))
    shown = [str(r.configured_values) for r in RepositorySnap.from_def(defs.get_repository_def()).resources]
    assert any("SELFIMPROVE_JUDGE_KEY" in values for values in shown)
    assert [values for values in shown if word in values] == []


def test_assets_get_the_secrets_all_the_same(environment: dict[str, str], word: str) -> None:
    seen: list[str] = []

    @dg.asset
    def thing(database: Database, judge: JudgeServer) -> None:
        client = judge.client()
        assert client is not None
        seen.extend((database.url, client.key))

    resources = {name: from_settings(read(environment))[name] for name in ("database", "judge")}
    assert dg.materialize([thing], resources=resources).success
    assert seen == [environment["SELFIMPROVE_DATABASE_URL"], word]


def _children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


def test_a_scanner_that_loads_ahead_is_the_one_that_is_used_and_none_is_left_behind() -> None:
    context, before = dg.build_init_resource_context(), _children()
    scanner = ModelProcess(library="json", ahead=True)
    scanner.setup_for_execution(context)
    (waiting,) = _children() - before
    with scanner.worker() as worker:
        assert worker.do("selfimprove_tests.models.jobs:act", {"act": "pid"})["pid"] == waiting
    assert _children() == before
    scanner.setup_for_execution(context)
    scanner.teardown_after_execution(context)
    assert _children() == before


def test_many_transactions_need_one_login_and_stay_transactions(database: str) -> None:
    with Database(url=database).transactions() as begin:
        with begin() as connection:
            connection.execute("create table kept (n int)")
            login = connection.info.backend_pid
        with suppress(ZeroDivisionError), begin() as connection:
            connection.execute("insert into kept values (1)")
            raise ZeroDivisionError
        with begin() as connection:
            seen = connection.execute("select count(*) as n, current_setting('transaction_isolation') as by from kept")
            assert seen.fetchone() == {"n": 0, "by": "repeatable read"}
            with Database(url=database).connect() as other:
                other.execute("insert into kept values (2)")
            assert connection.execute("select * from kept").fetchall() == []
            assert connection.info.backend_pid == login
        with begin() as connection:
            assert connection.execute("select * from kept").fetchall() == [{"n": 2}]


OTHERS = "from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"


def are_gone(connection: postgres.Connection) -> bool:
    """Whether the server's other processes for this database end; each takes a moment to."""
    ends = time.monotonic() + 10
    while connection.execute(f"select pid {OTHERS}").fetchall():
        if time.monotonic() > ends:
            return False
        time.sleep(0.02)
    return True


def test_connections_of_dagsters_storages_stay_and_one_that_was_closed_is_replaced(
    database: str, tmp_path: Path
) -> None:
    storage = {"postgres": {"postgres_url": postgres.dagster_url(database)}}
    with (
        dg.DagsterInstance.local_temp(str(tmp_path), {"storage": storage}) as instance,
        postgres.connect(database, autocommit=True) as connection,
    ):

        def pids(said: str) -> set[int]:
            instance.report_engine_event(said, run_id="run", job_name="nightly")
            return {row["pid"] for row in connection.execute(f"select pid {OTHERS}")}

        with held_connections(instance):
            first = pids("first")
            assert pids("second") == first
            assert first
            connection.execute(f"select pg_terminate_backend(pid) {OTHERS}")
            assert pids("third").isdisjoint(first)
        assert are_gone(connection)
        records = instance.get_records_for_run("run").records
        assert [record.event_log_entry.dagster_event.message for record in records] == ["first", "second", "third"]


def test_a_run_holds_its_connections_and_gives_them_back(database: str, tmp_path: Path) -> None:
    storage = {"postgres": {"postgres_url": postgres.dagster_url(database)}}
    seen: list[int] = []

    @dg.asset
    def thing(database: Database) -> None:
        with database.connect() as connection:
            seen.append(len(connection.execute(f"select pid {OTHERS}").fetchall()))

    with dg.DagsterInstance.local_temp(str(tmp_path), {"storage": storage}) as instance:
        assert dg.materialize([thing], resources={"database": Database(url=database)}, instance=instance).success
        assert seen > [0]
        with postgres.connect(database, autocommit=True) as connection:
            assert are_gone(connection)
        assert dg.materialize([thing], resources={"database": Database(url=database)}).success, "in SQLite"

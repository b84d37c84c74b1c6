"""A run holds its connections to Postgres, gets over one that was closed, and gives them back."""

import time
from pathlib import Path

import dagster as dg

from selfimprove import postgres
from selfimprove.connections import held_connections
from selfimprove.resources import Database

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
            connection.execute(f"select pg_terminate_backend(pid, 10000) {OTHERS}")
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

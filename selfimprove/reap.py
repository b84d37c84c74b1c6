"""Runs whose process is gone: nobody else would ever call them ended, and nights would wait for them."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagster import RunRecord

MAX_RETRIES = "dagster/max_retries"


def reap(reason: str, *, again: bool, before: datetime | None = None) -> int:
    """Mark runs as failed whose process cannot be alive, being begun before a time if one is given. Returns how many.

    With `again` the daemon then goes on with them; without, whoever asks starts a night that does their work anyway.
    """
    import dagster as dg

    active = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
    with dg.DagsterInstance.get() as instance:
        found = instance.get_run_records(dg.RunsFilter(statuses=active))
        records = [one for one in found if before is None or _begun(one) < before]
        for record in records:
            if not again:
                instance.add_run_tags(record.dagster_run.run_id, {MAX_RETRIES: "0"})
            instance.report_run_failed(record.dagster_run, reason)
            instance.event_log_storage.free_concurrency_slots_for_run(record.dagster_run.run_id)
    return len(records)


def could_reap(reason: str, before: datetime) -> bool:
    """As `reap`, beside a daemon; whether the database was there to do it."""
    try:
        reap(reason, again=True, before=before)
    except Exception:  # noqa: BLE001 - Dagster's storage says in many ways that the server is away
        return False
    return True


def _begun(record: "RunRecord") -> datetime:
    """When it was started, or asked to."""
    return datetime.fromtimestamp(record.start_time, UTC) if record.start_time else record.update_timestamp

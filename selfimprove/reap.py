"""Runs whose process is gone: nobody else would ever call them ended, and nights would wait for them."""

MAX_RETRIES = "dagster/max_retries"


def reap(reason: str, *, again: bool) -> int:
    """Mark runs as failed whose process cannot be alive; for use before any daemon starts. Returns how many.

    With `again` the daemon then goes on with them; without, whoever asks starts a night that does their work anyway.
    """
    import dagster as dg

    active = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
    with dg.DagsterInstance.get() as instance:
        records = instance.get_run_records(dg.RunsFilter(statuses=active))
        for record in records:
            if not again:
                instance.add_run_tags(record.dagster_run.run_id, {MAX_RETRIES: "0"})
            instance.report_run_failed(record.dagster_run, reason)
            instance.event_log_storage.free_concurrency_slots_for_run(record.dagster_run.run_id)
    return len(records)


def could_reap(reason: str) -> bool:
    """As `reap`, for a daemon that is started again; whether the database was there to do it."""
    try:
        reap(reason, again=True)
    except Exception:  # noqa: BLE001 - Dagster's storage says in many ways that the server is away
        return False
    return True

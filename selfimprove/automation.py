"""The nightly job, its schedule, and the sensors that raise alerts and tell of nights that broke off."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import dagster as dg

from selfimprove import postgres, processes
from selfimprove.errors import FirstDayNotOver
from selfimprove.reports import alerts, deliver
from selfimprove.resources import SKIP_CLEAN, Database
from selfimprove.settings import current

RANGE_START, RANGE_END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
NIGHT_RUN = "selfimprove/night_run"
AWAITED_BY = "selfimprove/awaited_by"  # identity of a process that tells the night's outcome itself
ONE_AT_A_TIME = "selfimprove/one_at_a_time"  # dagster.yaml lets one run with this tag start: nights wait for each other
QUERIES = "automation"
UNDER_WAY = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING,
             dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]  # fmt: skip

nightly = dg.define_asset_job(
    "nightly",
    selection=dg.AssetSelection.all(),
    executor_def=dg.in_process_executor,
    tags={ONE_AT_A_TIME: "night"},
    description="One whole night: from the day's chats to a decision about tonight's adapter.",
)
morning = dg.define_asset_job(
    "morning",
    selection=dg.AssetSelection.assets("morning_report"),
    executor_def=dg.in_process_executor,
    description="The morning report of a night that did not reach its own: it broke off, or had nothing to learn.",
)


def range_tags(missing: Sequence[date], today: date) -> dict[str, str]:
    """Run tags for one run over all missing days up to yesterday, in which days that are clean already are skipped.

    Raises:
        FirstDayNotOver: there is no yesterday yet, by the settings or by a clock that is behind.
    """
    yesterday = today - timedelta(days=1)
    if yesterday < current().first_day:
        raise FirstDayNotOver(first=current().first_day, today=today)
    first = min([*missing, yesterday])
    return {RANGE_START: first.isoformat(), RANGE_END: yesterday.isoformat(), SKIP_CLEAN: "true"}


def missing_days(connection: postgres.Connection, today: date) -> list[date]:
    """Days from the first one, before today, whose chats, as they are now, no night has judged yet."""
    rows = connection.execute(postgres.queries(QUERIES).days_to_process, {"first": current().first_day, "today": today})
    return [row["day"] for row in rows]


@dg.schedule(
    job=nightly,
    cron_schedule=current().cron,
    execution_timezone=current().timezone,
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def every_night(context: dg.ScheduleEvaluationContext, database: Database) -> dg.RunRequest | dg.SkipReason:
    """Every day that no night has judged yet, then one training."""
    today = context.scheduled_execution_time.astimezone(ZoneInfo(current().timezone)).date()
    try:
        with database.connect() as connection:
            tags = range_tags(missing_days(connection, today), today)
    except FirstDayNotOver as exc:
        return dg.SkipReason(str(exc))
    return dg.RunRequest(run_key=today.isoformat(), tags=tags)


@dg.sensor(job=nightly, minimum_interval_seconds=60, default_status=dg.DefaultSensorStatus.RUNNING)
def learn_without_forgotten(context: dg.SensorEvaluationContext, database: Database) -> dg.RunRequest | dg.SkipReason:
    """A night of its own after a forgetting that tainted adapters, once nobody asks anything, whatever the schedule.

    One that failed or was ended is asked for again on the next day, until a night has looked for lessons.
    """
    with database.connect() as connection:
        row = connection.execute(postgres.queries(QUERIES).unlearned).fetchone()
        if row is None:
            return dg.SkipReason("no adapter waits to be learned anew, or somebody was answered a moment ago")
        if context.cursor != row["id"]:  # a command that has just begun is given the time to launch its own night
            context.update_cursor(row["id"])
            return dg.SkipReason("a forgetting is seen for the first time: the next look asks for a night")
        if _is_night(context.instance):
            return dg.SkipReason("a night is under way, or waits to be")
        today = datetime.now(ZoneInfo(current().timezone)).date()
        tags = range_tags(missing_days(connection, today), today)
    return dg.RunRequest(run_key=f"{row['id']}:{today}", tags=tags)  # Dagster never launches a key twice


def _is_night(instance: dg.DagsterInstance) -> bool:
    return bool(instance.get_runs(dg.RunsFilter(statuses=UNDER_WAY, tags={ONE_AT_A_TIME: "night"}), limit=1))


@dg.run_failure_sensor(default_status=dg.DefaultSensorStatus.RUNNING, request_job=morning)
def alert_failed_run(context: dg.RunFailureSensorContext, database: Database) -> dg.RunRequest | dg.SkipReason:
    """An alert for each check or step that failed, and the morning report that the run did not reach."""
    return _tell(context, database)


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    request_job=morning,
)
def alert_failed_checks(context: dg.RunStatusSensorContext, database: Database) -> dg.RunRequest | dg.SkipReason:
    """An alert for each check that failed without stopping its run, and the report of a night with nothing to learn."""
    return _tell(context, database)


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.CANCELED,
    default_status=dg.DefaultSensorStatus.RUNNING,
    request_job=morning,
)
def tell_ended_run(context: dg.RunStatusSensorContext, database: Database) -> dg.RunRequest | dg.SkipReason:
    """That a run was ended from outside, and the morning report that it did not reach."""
    return _tell(context, database)


def _tell(context: dg.RunStatusSensorContext, database: Database) -> dg.RunRequest | dg.SkipReason:
    run = context.instance.get_run_by_id(context.dagster_run.run_id) or context.dagster_run  # with its newest tags
    raise_alerts(context.instance, run, database)
    if run.job_name != nightly.name or is_awaited(run) or alerts.goes_on(run) or was_told(database, run.run_id):
        return dg.SkipReason("this run needs no morning report")
    return dg.RunRequest(run_key=run.run_id, tags={NIGHT_RUN: run.run_id})


def raise_alerts(instance: dg.DagsterInstance, run: dg.DagsterRun, database: Database) -> None:
    """Write what failed in a run to the alerts table, then try to deliver what is undelivered."""
    found = alerts.from_run(instance, run, current().port)
    with database.connect() as connection:
        alerts.record(connection, found)
    with database.connect() as connection:
        deliver.deliver(connection, current().alert_urls, datetime.now(UTC))


def is_awaited(run: dg.DagsterRun) -> bool:
    """Whether a command that launched the run is still there to tell how it ended."""
    waiting = run.tags.get(AWAITED_BY, "")
    pid = waiting.partition("@")[0]
    return pid.isdigit() and processes.identity(int(pid)) == waiting


def was_told(database: Database, run_id: str) -> bool:
    """Whether the run's morning report exists."""
    with database.connect() as connection:
        return connection.execute(postgres.queries(QUERIES).night_of_run, {"run_id": run_id}).fetchone() is not None


SENSORS = [learn_without_forgotten, alert_failed_run, alert_failed_checks, tell_ended_run]
SCHEDULES = [every_night]
JOBS = [nightly, morning]

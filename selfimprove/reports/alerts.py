"""Alerts: what failed in a run, kept in a table first; deliver.py then sends them to whoever was named."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from selfimprove import postgres
from selfimprove.datasets.say import TOO_LITTLE
from selfimprove.postgres import Connection

ENDED = (
    "it was ended before it was done, by the morning (`selfimprove service morning`) or by hand; "
    "what was done is kept, and the next one goes on from there"
)
ENDED_STEP = "its process was ended from outside"
DIED = "it ended without telling why; its process may have been killed"
GOES_ON = "; Dagster tries the rest of it once more"
WILL_RETRY = "dagster/will_retry"
LONGEST = 1000  # characters of what a check or an error says


@dataclass(frozen=True, slots=True)
class Alert:
    """One failed check or step of a run, or the run itself; `asset` and `check_name` are "" where there is none."""

    run_id: str
    asset: str
    check_name: str
    detail: str
    url: str

    @property
    def message(self) -> str:
        """What a person reads: where, what, which numbers, and the link to the run."""
        return f"{subject(self.asset, self.check_name)}: {self.detail}\n{self.url}"


def subject(asset: str, check_name: str) -> str:
    """What an alert is about."""
    return f"{asset}, check {check_name}" if check_name else asset or "the run"


def plain(text: str) -> str:
    """The beginning of a text, without what moves a cursor, rings, colours or turns the direction of reading."""
    return "".join(mark if mark.isprintable() else " " for mark in text[:LONGEST])


def detail(alert: Mapping[str, Any]) -> str:
    """What a stored alert's message says besides its subject and link."""
    text = str(alert["message"]).removeprefix(subject(alert["asset"], alert["check_name"]) + ": ")
    return text.rpartition("\n")[0] or text


def from_run(instance: Any, run: Any, port: int) -> list[Alert]:
    """An alert for each check that did not pass and each step that failed, those that stopped the run first.

    Nothing to learn is no fault: the morning report tells it. What was interrupted because the run was ended from
    outside is none either; that it was is told once.

    `instance` and `run` are Dagster's; a run that failed without either gives one alert of its own.
    """
    url = f"http://127.0.0.1:{port}/runs/{run.run_id}"
    events = list(_events(instance, run.run_id))
    checks = [event.event_specific_data for event in events if event.event_type_value == "ASSET_CHECK_EVALUATION"]
    failed = sorted((check for check in checks if not check.passed), key=lambda check: not _stops(check))
    told = [check for check in failed if check.check_name not in TOO_LITTLE]
    found = [Alert(run.run_id, _name(c.asset_key), c.check_name, _check_detail(c), url) for c in told]
    is_ended = run.status.value == "CANCELED"
    failures = [] if is_ended else [event for event in events if event.event_type_value == "STEP_FAILURE"]
    steps = [event for event in failures if not _is_gate(event)]
    after = GOES_ON if goes_on(run) else ""
    details = ((step, ENDED_STEP + after if _is_interrupted(step) else _step_detail(step)) for step in steps)
    found = [*(Alert(run.run_id, step.step_key or "", "", detail, url) for step, detail in details), *found]
    if is_ended:
        return [Alert(run.run_id, "", "", ENDED, url), *found]
    if not failures and run.status.value == "FAILURE":
        return [Alert(run.run_id, "", "", DIED + after, url), *found]
    return found


def goes_on(run: Any) -> bool:
    """Whether Dagster does the rest of a run whose process was lost in another."""
    return bool(run.tags.get(WILL_RETRY) == "true")


def record(connection: Connection, alerts: Iterable[Alert]) -> None:
    """Keep alerts; one that is kept already stays as it is."""
    for alert in alerts:
        row = {
            "run_id": alert.run_id, "asset": alert.asset, "check_name": alert.check_name, "message": alert.message,
        }
        connection.execute(postgres.queries("reports").record_alert, row)


def newest(connection: Connection, limit: int) -> list[dict[str, Any]]:
    """The newest alerts as rows."""
    return connection.execute(postgres.queries("reports").alerts, {"limit": limit}).fetchall()


def _events(instance: Any, run_id: str) -> Iterator[Any]:
    cursor, more = None, True
    while more:
        page = instance.get_records_for_run(run_id, cursor=cursor)
        cursor, more = page.cursor, page.has_more
        yield from (e for record in page.records if (e := record.event_log_entry.dagster_event) is not None)


def _stops(check: Any) -> bool:
    return bool(check.blocking) and check.severity.value == "ERROR"


def _is_gate(step: Any) -> bool:
    """A blocking check fails its step too; the check itself tells more."""
    error = step.event_specific_data.error
    return error is not None and error.cls_name == "DagsterAssetCheckFailedError"


def _is_interrupted(step: Any) -> bool:
    return getattr(_root(step), "cls_name", "") == "DagsterExecutionInterruptedError"


def _root(step: Any) -> Any:
    """The error under Dagster's own, None where a step failed without one."""
    error = step.event_specific_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    return error


def _name(asset_key: Any) -> str:
    return "/".join(asset_key.path)


def _check_detail(check: Any) -> str:
    """The check's own words and its numbers."""
    values = {name: getattr(value, "value", None) for name, value in check.metadata.items()}
    figures = {name: v for name, v in values.items() if isinstance(v, int | float) and not isinstance(v, bool)}
    numbers = [f"{name} {value:.4g}" for name, value in figures.items()]
    words = check.description or "did not pass"
    return plain(f"{words} ({', '.join(numbers)})" if numbers else words)


def _step_detail(step: Any) -> str:
    """What the step said of itself, or the first line of the error under Dagster's own."""
    data = step.event_specific_data
    if data.user_failure_data is not None:
        return plain(str(data.user_failure_data.description))
    error = _root(step)
    return plain(str(error.message).strip().partition("\n")[0]) if error is not None else "it failed without an error"

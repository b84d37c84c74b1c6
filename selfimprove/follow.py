"""Follow a run of Dagster until it has ended, and into the one that goes on with it where its process was lost."""

import os
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from selfimprove import stack
from selfimprove.errors import NightStranded
from selfimprove.reports.alerts import WILL_RETRY
from selfimprove.settings import Settings

if TYPE_CHECKING:
    from dagster import DagsterEvent, DagsterInstance, DagsterRun

RETRIED_BY = "dagster/auto_retry_run_id"
RETRIED_WITHIN = 120.0  # seconds; a daemon that starts again needs some of them
LOOKS_EVERY = 0.3  # seconds


def follow(settings: Settings, run_id: str, say: Callable[[str], None]) -> str | None:
    """Tell what a run does until it has ended; returns the run that goes on in its place, where one does.

    Raises:
        NightStranded: nobody is left who would end it.
    """
    import dagster as dg

    from selfimprove.connections import held_connections

    told = {
        dg.DagsterEventType.STEP_START: "{step} …",
        dg.DagsterEventType.STEP_SUCCESS: "{step} done",
        dg.DagsterEventType.STEP_FAILURE: "{step} FAILED",
    }
    with dg.DagsterInstance.get() as instance, held_connections(instance):
        for event in _events(settings, instance, run_id):
            if event.event_type in told and event.step_key:
                say("  " + told[event.event_type].format(step=event.step_key))
        return _retry(settings, instance, run_id)


def _retry(settings: Settings, instance: "DagsterInstance", run_id: str) -> str | None:
    """Dagster's own retry of a run, for which its daemon takes a moment."""
    until = time.monotonic() + RETRIED_WITHIN
    while (run := instance.get_run_by_id(run_id)) and _may_go_on(run) and time.monotonic() < until:
        _require_stack(settings)
        time.sleep(LOOKS_EVERY)
    return run.tags.get(RETRIED_BY) if run else None


def _may_go_on(run: "DagsterRun") -> bool:
    """Whether another is to go on with it; until Dagster says so, a moment after a run failed, it may."""
    is_said = WILL_RETRY in run.tags or run.status.value != "FAILURE"
    return not is_said or run.is_complete_and_waiting_to_retry


def _events(settings: Settings, instance: "DagsterInstance", run_id: str) -> Iterator["DagsterEvent"]:
    """What happens in a run until it has ended."""
    cursor = None
    while True:
        run = instance.get_run_by_id(run_id)
        finished = run is None or run.is_finished
        page = instance.get_records_for_run(run_id, cursor=cursor)
        cursor = page.cursor
        yield from (entry.dagster_event for record in page.records if (entry := record.event_log_entry).dagster_event)
        if finished and not page.has_more:
            return
        if not page.records:
            _require_stack(settings)
            time.sleep(LOOKS_EVERY)


def _require_stack(settings: Settings) -> None:
    """That who spends a night is there, or will be: `selfimprove up` starts it again, a night's own stack does not."""
    services = stack.services(settings)
    gone = next((name for name in stack.OF_A_NIGHT if services[name] is None), None)
    holder = stack.supervisor(settings)
    if gone and (holder is None or holder.pid == os.getpid()):
        raise NightStranded(name=gone, log=settings.home / "logs" / f"{gone}.log")

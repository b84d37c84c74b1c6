"""One night on demand: launch the nightly job through the daemon, tell what it does, and how it ended."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from selfimprove import code_server, house, postgres, processes, stack
from selfimprove.errors import DatabaseDown, NightDeleted, NightRunning, RunNotStarted
from selfimprove.follow import follow
from selfimprove.settings import Settings

QUIET = {"loggers": {"console": {"config": {"log_level": "ERROR"}}}}
LOADS_WITHIN = 60.0  # seconds that a code server is waited for, which may just be started, or started again
EXIT_CODES = {"promoted": 0, "waiting": 0, "nothing_to_learn": 0, "rejected": 3, "not_enough_evidence": 4, "failed": 1}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a night ended: the outcome's word, its sentence, and where its morning report is."""

    run_id: str
    night: date
    outcome: str
    sentence: str
    url: str

    @property
    def exit_code(self) -> int:
        """0 promoted, waiting for a person or nothing to learn, 3 rejected, 4 not enough evidence, 1 failed."""
        return EXIT_CODES[self.outcome]

    def as_json(self) -> dict[str, str]:
        """JSON face of `selfimprove night --json`."""
        return {key: str(value) for key, value in asdict(self).items()}


def spend(
    settings: Settings, say: Callable[[str], None], *, sample: bool = False, config: Mapping[str, Any] | None = None
) -> Outcome:
    """Run one night now and wait for its end; starts what it needs and stops what it started.

    With `sample`, the sample chats are loaded first when there are no chats at all.
    `config` is Dagster run config, to change an asset's config for this night.

    Raises:
        RunNotStarted: Dagster would not take the run.
        NightRunning: another such command holds the house, and will stop what it started.
        FirstDayNotOver: there is no whole day to read yet.
        NightDeleted: its run was deleted meanwhile.
        NightStranded, DatabaseDown: what the night needs went away while it ran.
    """
    with _stack(settings), _while_the_database_answers():
        if sample:
            _load_samples(settings, say)
        return _launch_and_follow(settings, say, config or {})


def _stack(settings: Settings) -> AbstractContextManager[object]:
    """What `selfimprove up` runs already, or a stack of this night's own."""
    holder = stack.supervisor(settings)
    if holder is None:
        return stack.running(settings, stack.OF_A_NIGHT)
    if "gateway" not in stack.named(settings):
        raise NightRunning(pid=holder.pid)
    return nullcontext()


def break_off(settings: Settings) -> int:
    """End the nights that are under way, and return how many; what was done is kept, and a training goes on from there.

    Without a stack there can be none: the next start tells those that a crash left behind.
    """
    import dagster as dg

    if stack.supervisor(settings) is None:
        return 0
    house.adopt(settings)
    from selfimprove.automation import ONE_AT_A_TIME

    active = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]
    with dg.DagsterInstance.get() as instance:
        nights = instance.get_runs(dg.RunsFilter(statuses=active, tags={ONE_AT_A_TIME: "night"}))
        return sum(instance.run_launcher.terminate(night.run_id) for night in nights)


@contextmanager
def _while_the_database_answers() -> Iterator[None]:
    """Dagster's storage and ours say in their own ways that the server went away."""
    from dagster_postgres.utils import DagsterPostgresException
    from psycopg import OperationalError
    from sqlalchemy.exc import OperationalError as DagstersOperationalError

    try:
        yield
    except (OperationalError, DagstersOperationalError, DagsterPostgresException) as exc:
        raise DatabaseDown(reason=f"it went away while the night ran: {type(exc).__name__}") from exc


def _launch_and_follow(settings: Settings, say: Callable[[str], None], config: Mapping[str, Any]) -> Outcome:
    from selfimprove import automation

    house.adopt(settings)
    today = datetime.now(ZoneInfo(settings.timezone)).date()
    with postgres.connect(postgres.url(settings)) as connection:
        tags = automation.range_tags(automation.missing_days(connection, today), today)
    tags[automation.AWAITED_BY] = processes.identity(os.getpid()) or ""
    first, last = tags[automation.RANGE_START], tags[automation.RANGE_END]
    say(f"The night reads {first} to {last}." if first != last else f"The night reads {last}.")
    options = ["--tags", json.dumps(tags), "--config-json", json.dumps(config)]
    run_id = _launch(settings, automation.nightly.name, options)
    while another := follow(settings, run_id, say):
        say("Its process was lost. Another one goes on with what was done.")
        run_id = another
    return _outcome(settings, run_id)


def _load_samples(settings: Settings, say: Callable[[str], None]) -> None:
    from selfimprove.chats.commands import load_samples

    with postgres.connect(postgres.url(settings)) as connection:
        has_chats = connection.execute(postgres.queries("automation").any_chat).fetchone() is not None
    if not has_chats:
        say("No chats yet: loading the sample household.")
        load_samples(settings)


def _launch(settings: Settings, job: str, options: list[str]) -> str:
    run_id = str(uuid.uuid4())
    code_server.wait(settings.home, LOADS_WITHIN)
    workspace = str(code_server.workspace(settings.home))
    command = ["job", "launch", "-w", workspace, "-j", job, "--run-id", run_id, *options]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "dagster", *command],
        cwd=settings.home, capture_output=True, text=True,
    )
    if done.returncode:
        raise RunNotStarted(reason=why(done.stderr), logs=settings.home / "logs")
    return run_id


def why(told: str) -> str:
    """The last word of Dagster's traceback, before the stack of the process that it asked."""
    return (told.partition("\nStack Trace:")[0].strip().splitlines() or ["no reason given"])[-1].strip()


def _outcome(settings: Settings, run_id: str) -> Outcome:
    """Alerts and morning report at once: what the sensors do at their next tick, and safe to do twice."""
    import dagster as dg

    with dg.DagsterInstance.get() as instance:
        run = instance.get_run_by_id(run_id)
        if run is None:
            raise NightDeleted
        from selfimprove import automation
        from selfimprove.definitions import defs
        from selfimprove.resources import Database

        database = Database(url=postgres.url(settings))
        automation.raise_alerts(instance, run, database)
        if not automation.was_told(database, run_id):
            morning = defs.resolve_job_def(automation.morning.name)
            morning.execute_in_process(instance=instance, tags={automation.NIGHT_RUN: run_id}, run_config=QUIET)
    with database.connect() as connection:
        row = connection.execute(postgres.queries(automation.QUERIES).night_of_run, {"run_id": run_id}).fetchone()
    assert row is not None
    return Outcome(run_id=run_id, **row)

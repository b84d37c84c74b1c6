"""Start and stop everything on this machine: Postgres, migrations, the webserver and the daemon."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, Any

import psutil

from selfimprove import postgres, processes
from selfimprove.errors import AlreadyUp, ServiceStopped
from selfimprove.forgetting.sweep import sweep
from selfimprove.gateway import tokens
from selfimprove.settings import CHECKOUT, Settings, private

WORKSPACE = CHECKOUT / "workspace.yaml"
MARK = "SELFIMPROVE_STACK"  # in the environment of every process of a house's stack, by which lost ones are found
MAX_RETRIES = "dagster/max_retries"
SERVICES = {
    "webserver": ("selfimprove.dagster_webserver", "-w"),
    "daemon": ("dagster._daemon", "run", "-w"),
    "gateway": ("selfimprove", "gateway", "run", "--dagster"),
}
FOLDERS = ("adapters", "dagster/files", "dagster/logs", "datasets", "gateway", "logs", "reports", "work")


@dataclass(frozen=True, slots=True)
class Service:
    """A child process of the stack: its name, pid and log."""

    name: str
    pid: int
    log: str


def prepare(settings: Settings) -> str:
    """Make the state folder, start the database and migrate it; returns the database's URL."""
    for folder in FOLDERS:
        private(settings.home / folder)
    instance = settings.home / "dagster" / "dagster.yaml"
    if not instance.exists() or instance.resolve() != CHECKOUT / "dagster.yaml":
        instance.unlink(missing_ok=True)
        instance.symlink_to(CHECKOUT / "dagster.yaml")
    database_url = postgres.prepare(settings)
    with postgres.connect(database_url) as connection:
        sweep(connection, settings.home)
        tokens.remember(connection, settings.home)
    return database_url


def environment(settings: Settings) -> dict[str, str]:
    """What plain `dagster …` commands need to work on this house, database included."""
    return {
        "DAGSTER_HOME": str(settings.home / "dagster"),
        "SELFIMPROVE_HOME": str(settings.home),
        "SELFIMPROVE_DAGSTER_URL": postgres.dagster_url(postgres.url(settings)),
        "SELFIMPROVE_DAGSTER_FILES": str(settings.home / "dagster" / "files"),
        "SELFIMPROVE_DAGSTER_LOGS": str(settings.home / "dagster" / "logs"),
        # A step over many days stores its days' events at once; one by one they take two to three times as long.
        "DAGSTER_EVENT_BATCH_SIZE": "1000",
    }


def adopt(settings: Settings) -> None:
    """Give this process and those it starts the house's environment."""
    os.environ.update(environment(settings))
    os.environ.pop("DAGSTER_MODULE_NAME", None)  # `selfimprove env` sets it, and Dagster refuses it beside -w


def up(settings: Settings, say: Callable[[str], None]) -> None:
    """Run everything in the foreground until a signal, then leave nothing behind.

    Raises:
        AlreadyUp: another process holds this house.
        PortInUse: the web interface's port is taken.
        ServiceStopped: the webserver or the daemon ended by itself.
    """
    with running(settings, list(SERVICES)) as services:
        with suppress(KeyboardInterrupt):
            _wait_for_web(settings, services)
            say(f"Dagster is at http://127.0.0.1:{settings.port} (Ctrl-C or `selfimprove down` stops it)")
            say(f"Clients talk to http://{settings.gateway_host}:{settings.gateway_port}/v1")
            _wait_for_the_end_of_one(services)
        say("Stopping.")


@contextmanager
def running(settings: Settings, names: list[str]) -> Iterator[list[Service]]:
    """The named services, up while the block runs; on the way out everything started is stopped."""
    private(settings.home)
    with _locked(settings) as state, processes.interruptible():
        _stop_leftovers(settings)
        if "webserver" in names:
            processes.require_port(settings.port)
            processes.require_port(settings.gateway_port, "SELFIMPROVE_GATEWAY_PORT")
        prepare(settings)
        if "gateway" in names:
            tokens.require(settings)
        adopt(settings)
        reap("its process ended with the machine or the stack", again="webserver" in names)
        services: list[Service] = []
        try:
            for name in names:
                services.append(_start(settings, name))
                _remember(state, services, settings.port)
            yield services
        finally:
            processes.ignore_signals()
            processes.stop(service.pid for service in services)
            processes.stop(processes.marked(MARK, str(settings.home)))  # what a service that died left behind
            if not settings.database_url:
                postgres.stop_embedded(settings.home)
            state.truncate(0)


def down(settings: Settings) -> bool:
    """Stop everything of this house, whoever started it; returns whether anything was running."""
    holder = supervisor(settings)
    if holder:
        with suppress(psutil.NoSuchProcess):
            holder.send_signal(signal.SIGTERM)
        _wait_until_released(settings)
    stopped = _stop_leftovers(settings)
    database_up = postmaster(settings) is not None
    postgres.stop_embedded(settings.home)
    return bool(holder) or stopped or database_up


def _wait_until_released(settings: Settings) -> None:
    with (settings.home / "stack.json").open("r+") as state:
        fcntl.flock(state, fcntl.LOCK_EX)


def supervisor(settings: Settings) -> psutil.Process | None:
    """The process that holds this house's lock, if one does."""
    path = settings.home / "stack.json"
    if not path.exists():
        return None
    with path.open("r+") as state:
        try:
            fcntl.flock(state, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return processes.find(_recorded(state.read()).get("pid"))
    return None


def services(settings: Settings) -> dict[str, int | None]:
    """Pid of each service that is alive, None for one that is not."""
    path = settings.home / "stack.json"
    known = _recorded(path.read_text() if path.exists() else "")
    alive = {row["name"]: row["pid"] for row in known.get("services", []) if _is_ours(row["pid"])}
    return {"postgres": postmaster(settings), **{name: alive.get(name) for name in SERVICES}}


def port(settings: Settings) -> int:
    """Where the web interface is: as it was started, else as it would be."""
    path = settings.home / "stack.json"
    return int(_recorded(path.read_text() if path.exists() else "").get("port", settings.port))


def postmaster(settings: Settings) -> int | None:
    """Pid of the embedded server, None when it is down or an outside database is used."""
    path = settings.home / "postgres" / "postmaster.pid"
    if settings.database_url or not path.exists():
        return None
    with suppress(ValueError, IndexError, FileNotFoundError):  # it is being written or removed at this moment
        process = processes.find(int(path.read_text().split()[0]))
        return process.pid if process and "postgres" in process.name() else None
    return None


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


@contextmanager
def _locked(settings: Settings) -> Iterator[IO[str]]:
    with (settings.home / "stack.json").open("a+") as state:
        try:
            fcntl.flock(state, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            state.seek(0)
            pid = _recorded(state.read()).get("pid", "unknown")
            raise AlreadyUp(pid=pid, url=f"http://127.0.0.1:{port(settings)}") from exc
        yield state


def _remember(state: IO[str], services: list[Service], port: int) -> None:
    state.truncate(0)
    rows = [{"name": service.name, "pid": service.pid, "log": service.log} for service in services]
    state.write(json.dumps({"pid": os.getpid(), "port": port, "services": rows}))
    state.flush()


def _recorded(text: str) -> dict[str, Any]:
    try:
        return json.loads(text) if text.strip() else {}
    except json.JSONDecodeError:
        return {}


def _stop_leftovers(settings: Settings) -> bool:
    """End what a killed supervisor left: services with their runs, and runs whose service was killed as well."""
    left = [pid for pid in services(settings).values() if pid and pid != postmaster(settings)]
    processes.stop(left)
    lost = processes.marked(MARK, str(settings.home))
    processes.stop(lost)
    return bool(left or lost)


def _start(settings: Settings, name: str) -> Service:
    log = settings.home / "logs" / f"{name}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *SERVICES[name], str(WORKSPACE)],
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            cwd=settings.home, start_new_session=True, env={**os.environ, MARK: str(settings.home)},
        )
    return Service(name, process.pid, str(log))


def _wait_for_web(settings: Settings, services: list[Service]) -> None:
    address = f"http://127.0.0.1:{settings.port}/server_info"
    while True:
        _require_alive(services)
        with suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            urllib.request.urlopen(address, timeout=2).close()
            return
        time.sleep(0.2)


def _wait_for_the_end_of_one(services: list[Service]) -> None:
    by_pid = {service.pid: service for service in services}
    while True:
        pid, status = os.wait()
        if pid in by_pid:
            raise _stopped(by_pid[pid], status)


def _require_alive(services: list[Service]) -> None:
    for service in services:
        pid, status = os.waitpid(service.pid, os.WNOHANG)
        if pid:
            raise _stopped(service, status)


def _stopped(service: Service, status: int) -> ServiceStopped:
    return ServiceStopped(name=service.name, code=os.waitstatus_to_exitcode(status), log=service.log)


def _is_ours(pid: int) -> bool:
    process = processes.find(pid)
    with suppress(psutil.Error):
        return process is not None and str(WORKSPACE) in process.cmdline()
    return False

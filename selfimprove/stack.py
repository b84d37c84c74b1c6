"""Start and stop everything on this machine: Postgres, migrations, the webserver and the daemon."""

import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import IO, Any

import psutil

from selfimprove import keep_up, postgres, processes
from selfimprove.errors import AlreadyUp, ServiceStopped
from selfimprove.forgetting.sweep import sweep
from selfimprove.gateway import tokens
from selfimprove.keep_up import Death, Service
from selfimprove.reap import could_reap, reap
from selfimprove.settings import CHECKOUT, Settings, private

WORKSPACE = CHECKOUT / "workspace.yaml"
MARK = "SELFIMPROVE_STACK"  # in the environment of every process of a house's stack, by which lost ones are found
OF_SERVICE = "SELFIMPROVE_STACK_SERVICE"  # beside it: which service a process came from
SERVICES = {
    "webserver": ("selfimprove.dagster_webserver", "-w"),
    "daemon": ("dagster._daemon", "run", "-w"),
    "gateway": ("selfimprove", "gateway", "run", "--dagster"),
}
FOLDERS = ("adapters", "dagster/files", "dagster/logs", "datasets", "gateway", "logs", "reports", "work")


@dataclass(frozen=True, slots=True)
class Stack:
    """What was started of a house, told in a file for whoever asks from outside: who lives, and whose turn comes."""

    settings: Settings
    state: IO[str]
    alive: dict[str, Service] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)  # died, and not started again yet

    def start(self, name: str) -> None:
        """Start a service; whoever asks for the end meanwhile waits, or it would be left behind unknown."""
        with processes.undisturbed():
            self.alive[name] = _start(self.settings, name)
            self.waiting.discard(name)
            self.remember()

    def lost(self, pid: int) -> Service | None:
        """Whose process this was, which is gone; None for another's."""
        for service in self.alive.values():
            if service.pid == pid:
                del self.alive[service.name]
                self.waiting.add(service.name)
                with suppress(OSError):  # a full disk; whoever reads the file sees that its process is gone
                    self.remember()
                return service
        return None

    def remember(self) -> None:
        """Write down who lives."""
        _remember(self.state, list(self.alive.values()), self.settings.port, sorted(self.waiting))

    def end(self) -> None:
        """Stop all that was started; whom nobody asked to end stays named, by which `selfimprove doctor` sees it."""
        processes.stop(service.pid for service in self.alive.values())
        processes.stop(processes.marked(MARK, str(self.settings.home)))  # what a service that died left behind
        if isinstance(sys.exception(), ServiceStopped):
            self.waiting.update(self.alive)
            self.alive.clear()
            self.remember()
        else:
            self.state.truncate(0)

    def start_again(self, name: str) -> bool:
        """Start a service after what it left was ended; whether that could be done, for which a daemon needs Postgres.

        Runs that its end broke off go on with the new daemon.
        """
        server = processes.family(postmaster(self.settings))  # a gateway starts one, which is not its own
        processes.stop(set(processes.marked(OF_SERVICE, _mark(self.settings, name))) - server)
        if name == "daemon" and not (self._has_database() and could_reap("its process ended with Dagster's daemon")):
            return False
        self.start(name)
        return True

    def tell(self, death: Death) -> bool:
        """Have it told that a service died; whether that could be written down."""
        alert = death.alert(f"{self.settings.gateway_url}/")
        return keep_up.record(self.settings, alert, is_there=self._has_database(), send=death.wait is None)

    def _has_database(self) -> bool:
        """Whether to ask there at all: an embedded server that is down is started by the gateway, in its time."""
        return bool(self.settings.database_url or postmaster(self.settings))


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
    """Run everything in the foreground until a signal, then leave nothing behind; a service that dies is started again.

    Raises:
        AlreadyUp: another process holds this house.
        PortInUse: the web interface's port is taken.
        ServiceStopped: a service ended before everything was up, or later again and again.
    """
    with running(settings, list(SERVICES)) as stack:
        with suppress(KeyboardInterrupt):
            keep_up.wait_for_web(f"http://127.0.0.1:{settings.port}/server_info", stack.alive)
            say(f"Dagster is at http://127.0.0.1:{settings.port} (Ctrl-C or `selfimprove down` stops it)")
            say(f"Clients talk to {settings.gateway_url}/v1")
            keep_up.keep_up(stack.lost, stack.start_again, stack.tell, say)
        say("Stopping.")


@contextmanager
def running(settings: Settings, names: list[str]) -> Iterator[Stack]:
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
        stack = Stack(settings, state)
        try:
            for name in names:
                stack.start(name)
            yield stack
        finally:
            processes.ignore_signals()
            stack.end()
            if not settings.database_url:
                postgres.stop_embedded(settings.home)


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
    _forget(settings)
    return bool(holder) or stopped or database_up


def _wait_until_released(settings: Settings) -> None:
    with (settings.home / "stack.json").open("r+") as state:
        fcntl.flock(state, fcntl.LOCK_EX)


def _forget(settings: Settings) -> None:
    """What a killed `up` had written: it is down now because somebody wants it to be."""
    if (settings.home / "stack.json").exists():
        with suppress(AlreadyUp), _locked(settings) as state:
            state.truncate(0)


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
    pids = {row["name"]: row["pid"] for row in known.get("services", [])}
    alive = {name: pid for name, pid in pids.items() if processes.has_argument(pid, str(WORKSPACE))}
    return {"postgres": postmaster(settings), **{name: alive.get(name) for name in SERVICES}}


def named(settings: Settings) -> list[str]:
    """Who was started and not asked to end since, whether it lives or not."""
    path = settings.home / "stack.json"
    return [row["name"] for row in _recorded(path.read_text() if path.exists() else "").get("services", [])]


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


@contextmanager
def _locked(settings: Settings) -> Iterator[IO[str]]:
    path = settings.home / "stack.json"
    path.touch()
    with path.open("r+") as state:
        try:
            fcntl.flock(state, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            state.seek(0)
            pid = _recorded(state.read()).get("pid", "unknown")
            raise AlreadyUp(pid=pid, url=f"http://127.0.0.1:{port(settings)}") from exc
        yield state


def _remember(state: IO[str], services: list[Service], port: int, waiting: Sequence[str] = ()) -> None:
    """In one write over what was there: whoever reads meanwhile finds all of one or of the other."""
    rows: list[dict[str, Any]] = [{"name": one.name, "pid": one.pid, "log": one.log} for one in services]
    rows += [{"name": name, "pid": None, "log": ""} for name in waiting]
    text = json.dumps({"pid": os.getpid(), "port": port, "services": rows})
    state.seek(0)
    state.write(text.ljust(os.fstat(state.fileno()).st_size))
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
            cwd=settings.home, start_new_session=True,
            env={**os.environ, MARK: str(settings.home), OF_SERVICE: _mark(settings, name)},
        )
    return Service(name, process, str(log))


def _mark(settings: Settings, name: str) -> str:
    return f"{name} of {settings.home}"

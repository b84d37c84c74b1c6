"""Start and stop everything on this machine: Postgres, Dagster's three processes and the gateway."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import IO, Any

import psutil
import psycopg

from selfimprove import code_server, house, keep_up, postgres, processes
from selfimprove.errors import AlreadyUp, SelfImproveError, ServiceStopped
from selfimprove.gateway import tokens
from selfimprove.keep_up import Death, Service
from selfimprove.reap import could_reap, reap
from selfimprove.settings import Settings, private

MARK = "SELFIMPROVE_STACK"  # in the environment of every process of a house's stack, by which lost ones are found
OF_SERVICE = "SELFIMPROVE_STACK_SERVICE"  # beside it: which service a process came from
CODE = ("-m", code_server.MODULE, "--location-name", code_server.LOCATION)
SERVICES = {
    "code-server": ("dagster", "api", "grpc", *CODE, "--log-level", "warning", "--socket"),
    "gateway": ("selfimprove", "gateway", "run", "--dagster"),
    "webserver": ("selfimprove.dagster_webserver", "-w"),
    "daemon": ("dagster._daemon", "run", "--log-level", "warning", "-w"),
}
CLIENTS = ("webserver", "daemon")  # of the code server
OF_A_NIGHT = ("code-server", "daemon")
SETTLES = 8.0  # seconds from when a new code server takes calls; the daemon looks for one each second
LOST_WITH_SERVER = "its process ended with Dagster's code server"


@dataclass(frozen=True, slots=True)
class Stack:
    """What was started of a house, told in a file for whoever asks from outside: who lives, and whose turn comes."""

    settings: Settings
    state: IO[str]
    alive: dict[str, Service] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)  # died, and not started again yet
    listens_since: dict[int, float] = field(default_factory=dict)  # by pid of a code server, of the monotonic clock

    def start(self, name: str) -> None:
        """Start a service; whoever asks for the end meanwhile waits, or it would be left behind unknown."""
        with processes.undisturbed():
            self.alive[name] = _start(self.settings, name)
            self.waiting.discard(name)
            self.remember()

    def lost(self, pid: int) -> Service | None:
        """Whose process this was, which is gone; None for another's."""
        service = next((one for one in self.alive.values() if one.pid == pid), None)
        if service:
            del self.alive[service.name]
            self.waiting.add(service.name)
            with suppress(OSError):  # a full disk; whoever reads the file sees that its process is gone
                self.remember()
        return service

    def remember(self) -> None:
        """Write down who lives."""
        _remember(self.state, list(self.alive.values()), self.settings.port, sorted(self.waiting))

    def end(self) -> None:
        """Stop all that was started; whom nobody asked to end stays named, by which `selfimprove doctor` sees it."""
        _stop(self.settings, {name: service.pid for name, service in self.alive.items()})
        if isinstance(sys.exception(), ServiceStopped):
            self.waiting.update(self.alive)
            self.alive.clear()
            self.remember()
        else:
            self.state.truncate(0)

    def start_again(self, name: str) -> bool:
        """Start a service after what it left was ended; whether all was done, for which Dagster needs Postgres.

        Runs are children of the code server: those that its end broke off are begun again, with what was done, once
        the daemon has found the new one; it gives up a run that it cannot begin at once.
        """
        if name not in self.alive:
            processes.kill(_left(self.settings, OF_SERVICE, _mark(self.settings, name)))
            if name in OF_A_NIGHT and not self._answers():
                return False
            self.start(name)
        return name != "code-server" or self._could_reap(self.alive[name])

    def _could_reap(self, server: Service) -> bool:
        if not code_server.listens(self.settings.home):
            return False
        first = self.listens_since.setdefault(server.pid, time.monotonic())
        return time.monotonic() - first >= SETTLES and could_reap(LOST_WITH_SERVER, server.since)

    def tell(self, death: Death) -> bool:
        """Have it told that a service died; whether that could be written down."""
        alert = death.alert(f"{self.settings.gateway_url}/")
        return keep_up.record(self.settings, alert, is_there=self._answers(), send=death.wait is None)

    def _answers(self) -> bool:
        """Whether the database takes connections; an embedded one that is down is started by the gateway."""
        with suppress(SelfImproveError, psycopg.Error):
            if self.settings.database_url or postmaster(self.settings):
                with postgres.connect(postgres.url(self.settings)):
                    return True
        return False


def up(settings: Settings, say: Callable[[str], None]) -> None:
    """Run everything in the foreground until a signal, then leave nothing behind; a service that dies is started again.

    Raises:
        AlreadyUp: another process holds this house.
        PortInUse: the web interface's port is taken.
        ServiceStopped: a service ended before everything was up, or later again and again.
    """
    with suppress(KeyboardInterrupt), running(settings, list(SERVICES)) as stack:  # asked to end while it comes up
        with suppress(KeyboardInterrupt):
            keep_up.wait(lambda: keep_up.serves(f"http://127.0.0.1:{settings.port}/server_info"), stack.alive)
            say(f"Dagster is at http://127.0.0.1:{settings.port} (Ctrl-C or `selfimprove down` stops it)")
            say(f"Clients talk to {settings.gateway_url}/v1")
            keep_up.keep_up(stack.lost, stack.start_again, stack.tell, say)
        say("Stopping.")


@contextmanager
def running(settings: Settings, names: Sequence[str]) -> Iterator[Stack]:
    """The named services, up while the block runs; on the way out everything started is stopped."""
    private(settings.home)
    with _locked(settings) as state, processes.interruptible():
        _stop_leftovers(settings)
        if "webserver" in names:
            processes.require_port(settings.port)
            processes.require_port(settings.gateway_port, "SELFIMPROVE_GATEWAY_PORT")
        house.prepare(settings)
        code_server.prepare(settings.home)
        if "gateway" in names:
            tokens.require(settings)
        house.adopt(settings)
        reap("its process ended with the machine or the stack", again="webserver" in names)
        stack = Stack(settings, state)
        try:
            for name in names:
                if name in CLIENTS:
                    keep_up.wait(lambda: code_server.listens(settings.home), stack.alive)
                stack.start(name)
            yield stack
        finally:
            processes.ignore_signals()
            stack.end()
            if not settings.database_url:
                postgres.stop_embedded(settings.home)


def down(settings: Settings) -> bool:
    """Stop everything of this house, whoever started it; returns whether anything was running."""
    if holder := supervisor(settings):
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
    pids = {row["name"]: row["pid"] for row in _known(settings).get("services", [])}
    alive = {name: pid for name, pid in pids.items() if processes.has_argument(pid, where(settings, name))}
    return {"postgres": postmaster(settings), **{name: alive.get(name) for name in SERVICES}}


def where(settings: Settings, name: str) -> str:
    """The argument of a service that tells its house."""
    find = code_server.address if name == "code-server" else code_server.workspace
    return str(find(settings.home))


def named(settings: Settings) -> list[str]:
    """Who was started and not asked to end since, whether it lives or not."""
    return [row["name"] for row in _known(settings).get("services", [])]


def port(settings: Settings) -> int:
    """Where the web interface is: as it was started, else as it would be."""
    return int(_known(settings).get("port", settings.port))


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


def _known(settings: Settings) -> dict[str, Any]:
    return _recorded(path.read_text() if (path := settings.home / "stack.json").exists() else "")


def _recorded(text: str) -> dict[str, Any]:
    try:
        return json.loads(text) if text.strip() else {}
    except json.JSONDecodeError:
        return {}


def _stop_leftovers(settings: Settings) -> bool:
    """End what a killed supervisor left: services with their runs, and runs whose service was killed as well."""
    found = {name: pid for name, pid in services(settings).items() if pid and name != "postgres"}
    return _stop(settings, found) or bool(found)


def _stop(settings: Settings, pids: Mapping[str, int]) -> bool:
    """Let services end by themselves, but for the code server, which waits for its runs; whether anything was left."""
    processes.stop(pid for name, pid in pids.items() if name != "code-server")
    left = processes.family(pids.get("code-server")) | _left(settings, MARK, str(settings.home))
    processes.kill(left)
    code_server.leave(settings.home)
    return bool(left)


def _left(settings: Settings, variable: str, value: str) -> set[int]:
    """What carries this mark; a database server, which a gateway may have started, is nobody's own."""
    return set(processes.marked(variable, value)) - processes.family(postmaster(settings))


def _start(settings: Settings, name: str) -> Service:
    log = settings.home / "logs" / f"{name}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *SERVICES[name], where(settings, name)],
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            cwd=settings.home, start_new_session=True,
            env={**os.environ, MARK: str(settings.home), OF_SERVICE: _mark(settings, name)},
        )
    return Service(name, process, str(log))


def _mark(settings: Settings, name: str) -> str:
    return f"{name} of {settings.home}"

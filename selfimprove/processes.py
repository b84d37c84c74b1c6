"""Processes, signals and ports of this machine."""

import os
import select
import signal
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

import psutil

from selfimprove.errors import PortInUse

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE = 10.0  # seconds
BEGINS = 1.0  # seconds at most until a new process has its words


def find(pid: int | None) -> psutil.Process | None:
    """The process with this pid, None when there is none."""
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid) if pid else None
    return None


def has_argument(pid: int | None, argument: str) -> bool:
    """Whether this process lives and was started with these words: its pid alone may be another's by now."""
    process = find(pid)
    with suppress(psutil.Error):
        return process is not None and argument in _words(process)
    return False


def _words(process: psutil.Process) -> list[str]:
    """What it was started with. While it is being started there is neither this nor an environment to read."""
    until = time.monotonic() + BEGINS
    while not (words := process.cmdline()) and process.exe() and time.monotonic() < until:  # the kernel's have no file
        time.sleep(0.001)
    return words


def identity(pid: int) -> str | None:
    """Pid and start of a process, "4711@1735689600": a pid alone may be another one's by now. None when it is gone."""
    with suppress(psutil.NoSuchProcess):
        return f"{pid}@{int(psutil.Process(pid).create_time())}"
    return None


def family(pid: int | None) -> set[int]:
    """A process with all that it started and what that started; nobody where there is none."""
    found = find(pid)
    return {found.pid, *(child.pid for child in _children(found))} if found else set()


def stop(pids: Iterable[int]) -> None:
    """End processes with all their children: ask, wait for `PATIENCE`, then kill; orphans have one second."""
    roots = [process for pid in pids if (process := find(pid))]
    children = [child for root in roots for child in _children(root)]
    for process in roots:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    _, left = psutil.wait_procs(roots, timeout=PATIENCE)
    _, stubborn = psutil.wait_procs([*left, *children], timeout=1)
    for process in stubborn:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(stubborn, timeout=5)


def kill(pids: Iterable[int]) -> None:
    """End processes at once, the oldest first: none sees one end that it started, and takes that for a fault."""
    found = [process for pid in pids if (process := find(pid))]
    for process in sorted(found, key=lambda one: (_began(one), one.pid)):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(found, timeout=5)


def marked(variable: str, value: str) -> list[int]:
    """Processes that have a variable of this value in their environment, this one apart; others' cannot be read."""
    others = (process for process in psutil.process_iter() if process.pid != os.getpid())
    return [process.pid for process in others if _environment(process).get(variable) == value]


def _environment(process: psutil.Process) -> dict[str, str]:
    with suppress(psutil.Error):
        if _words(process):
            return process.environ()
    return {}


@contextmanager
def interruptible() -> Iterator[None]:
    """Every signal that asks the process to end raises KeyboardInterrupt while the block runs."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in ENDINGS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Whoever asks the process to end waits until the block is done, which then raises KeyboardInterrupt."""
    asked: list[int] = []
    before = {number: signal.signal(number, lambda number, _: asked.append(number)) for number in ENDINGS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if asked:
        raise KeyboardInterrupt


@contextmanager
def ends_of_children() -> Iterator[Callable[[float | None], list[tuple[int, int]]]]:
    """A function that waits, so many seconds at most, for children to end; it returns their pids and statuses."""
    woken, waking = socket.socketpair()
    with woken, waking:
        woken.setblocking(False)
        waking.setblocking(False)
        handler = signal.signal(signal.SIGCHLD, lambda *_: None)  # without one, nobody is woken
        earlier = signal.set_wakeup_fd(waking.fileno(), warn_on_full_buffer=False)

        def ends(seconds: float | None) -> list[tuple[int, int]]:
            if not (found := list(_ended())):
                select.select([woken], [], [], seconds)
                with suppress(BlockingIOError):
                    while woken.recv(4096):
                        pass
                found = list(_ended())
            return found

        try:
            yield ends
        finally:
            signal.set_wakeup_fd(earlier)
            signal.signal(signal.SIGCHLD, handler)


def ignore_signals() -> None:
    """Finish what is being cleaned up, whoever asks to end."""
    for number in ENDINGS:
        signal.signal(number, signal.SIG_IGN)


def require_port(port: int, variable: str = "SELFIMPROVE_PORT") -> None:
    """Raise PortInUse, naming the holder and the variable that sets it, unless the loopback port is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as exc:
            raise PortInUse(port=port, holder=_holder(port), variable=variable, other=port + 1) from exc


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens there.

    Raises:
        PortInUse: somebody else does.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as made:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            made.bind((host, port))
        except OSError as exc:
            raise PortInUse(
                port=port, holder=_holder(port), variable="SELFIMPROVE_GATEWAY_PORT", other=port + 1
            ) from exc
        made.listen(2048)
        yield made


def _holder(port: int) -> str:
    with suppress(psutil.AccessDenied):
        for connection in psutil.net_connections("tcp"):
            if connection.laddr and connection.laddr.port == port and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
    return "another program"


def _ended() -> Iterator[tuple[int, int]]:
    with suppress(ChildProcessError):  # there is none at all
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            yield found


def _began(process: psutil.Process) -> float:
    with suppress(psutil.Error):
        return float(process.create_time())
    return 0.0


def _children(process: psutil.Process) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        return process.children(recursive=True)
    return []

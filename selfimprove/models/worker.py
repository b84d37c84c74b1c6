"""Model work in a process of its own, so that its memory goes back to the machine and its crash stays its own.

The child, `models.serve`, reads jobs on its stdin and the parent keeps that pipe open: when the parent dies in any way,
the child reads its end and exits. A worker takes a while to load its library, so `warm` has the next one do that while
the present one works.
"""

import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import IO, Any

from selfimprove import errors
from selfimprove.errors import ModelWorkFailed, SelfImproveError
from selfimprove.models.serve import Event, Log

LANGUAGE, SENTENCES = "mlx_lm", "selfimprove.models.embed:load"  # what a worker loads
LOG = logging.getLogger(__name__)  # dagster.yaml has it told in the run's log
TOLD = "%s worked for %.2f s in %d jobs, with %.0f MB at most"
_ready: deque["Worker"] = deque()
_keeps_warm = threading.Event()


class Worker:
    """A child process that loads a library and does jobs, one after another, until it is closed."""

    def __init__(self, library: str = LANGUAGE) -> None:
        self._child = _start(library)
        self._tail: deque[str] = deque(maxlen=1)
        self._worked: dict[str, tuple[int, float]] = {}  # jobs and seconds by function
        self._peak = 0
        self._reader = threading.Thread(target=_drain, args=(self._child.stderr, self._tail), daemon=True)
        self._reader.start()

    @property
    def is_alive(self) -> bool:
        """Whether the process has not ended."""
        return self._child.poll() is None

    def do(self, function: str, job: dict[str, Any], *, log: Log | None = None) -> dict[str, Any]:
        """The result of `function`, "module:name", called with the job; every progress event goes to `log`.

        Raises:
            ModelWorkFailed: the child died; the message has its exit code and last line of stderr.
            SelfImproveError: of the class that the child raised, with the same details.
        """
        _send(self._child, {"function": function, "job": job})
        _prepare()
        outcome = _listen(self._child, log)
        if not outcome:
            code = _end(self._child)
            self._reader.join(timeout=5)
            said = "".join(self._tail) or "it said nothing"
            raise ModelWorkFailed(function=function, ending=ending(code), line=said)
        result = _unpack(outcome)
        jobs, seconds = self._worked.get(function, (0, 0.0))
        self._worked[function] = jobs + 1, seconds + outcome["seconds"]
        self._peak = result["memory"]["peak_rss"]
        return result

    def close(self) -> None:
        """End the process, whatever it is doing, and tell what it did."""
        for function, (jobs, seconds) in self._worked.items():
            LOG.info(TOLD, function, seconds, jobs, self._peak / 1e6)
        self._worked.clear()
        self._child.kill()
        self._child.wait()
        self._reader.join(timeout=5)
        for stream in (self._child.stdin, self._child.stdout, self._child.stderr):
            _shut(_pipe(stream))


def call(function: str, job: dict[str, Any], *, log: Log | None = None) -> dict[str, Any]:
    """One job of a language model in a worker of its own; result and errors as of `Worker.do`."""
    with closing(_hire()) as worker:
        return worker.do(function, job, log=log)


@contextmanager
def warm() -> Iterator[None]:
    """While open, the worker of the next `call` gets ready as soon as one is at work."""
    _keeps_warm.set()
    try:
        yield
    finally:
        _keeps_warm.clear()
        while _ready:
            _ready.pop().close()


def _hire() -> Worker:
    """The worker that got ready, else a new one."""
    worker = _ready.popleft() if _ready else Worker()
    if worker.is_alive:
        return worker
    worker.close()
    return Worker()


def _prepare() -> None:
    if _keeps_warm.is_set() and not _ready:
        _ready.append(Worker())


def _start(library: str) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "selfimprove.models.serve", library]
    return subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment(), encoding="utf-8", errors="replace"
    )


def environment() -> dict[str, str]:
    """Child's environment: models are on disk by now, so nothing may ask the hub."""
    return {"OPENBLAS_NUM_THREADS": "1", **os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}


def _send(child: subprocess.Popen[str], order: dict[str, Any]) -> None:
    line = json.dumps(order) + "\n"
    try:
        _pipe(child.stdin).write(line)
        _pipe(child.stdin).flush()
    except BrokenPipeError:
        return  # It died at once; its exit code and stderr tell why.


def _listen(child: subprocess.Popen[str], log: Log | None) -> Event:
    """Pass progress on until the result, an error, or the end of the child."""
    for line in _pipe(child.stdout):
        try:
            message: Event = json.loads(line)
        except ValueError:
            return {}
        if "progress" not in message:
            return message
        if log is not None:
            log(message["progress"])
    return {}


def _end(child: subprocess.Popen[str]) -> int:
    """The exit code of a child that answers no more; it may take no longer than this to leave."""
    try:
        return child.wait(timeout=10)
    except subprocess.TimeoutExpired:
        child.kill()
        return child.wait()


def _shut(stream: IO[str]) -> None:
    try:
        stream.close()
    except BrokenPipeError:
        return


def _pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


def _drain(stream: IO[str], tail: "deque[str]") -> None:
    tail.extend(line.strip() for line in stream if line.strip())


def ending(code: int) -> str:
    """How a process ended, in words."""
    if code >= 0:
        return f"exit code {code}"
    name = signal.Signals(-code).name
    return f"{name}, often the machine ran out of memory" if name == "SIGKILL" else name


def _unpack(outcome: Event) -> dict[str, Any]:
    if "error" in outcome:
        raise getattr(errors, outcome["error"]["name"], SelfImproveError)(**outcome["error"]["details"])
    result: dict[str, Any] = outcome["result"]
    return result

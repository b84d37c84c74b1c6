"""Model work in a process of its own, so that its memory goes back to the machine and its crash stays its own.

The parent writes the job to the child's stdin and keeps that pipe open: when the parent dies in any way, the child
reads its end and exits. The child answers on stdout with JSON lines: any number of `{"progress": …}`, then one
`{"result": …}` or `{"error": …}`. Whatever libraries print goes to stderr.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from typing import IO, Any

from selfimprove import errors
from selfimprove.errors import ModelWorkFailed, SelfImproveError
from selfimprove.models import blas

Event = dict[str, Any]
Log = Callable[[Event], None]


def call(module: str, job: dict[str, Any], *, log: Log | None = None) -> dict[str, Any]:
    """Run `python -m module` with a job and return its result; every progress event goes to `log`.

    Raises:
        ModelWorkFailed: the child died; the message has its exit code and last line of stderr.
        SelfImproveError: of the class that the child raised, with the same details.
    """
    child = _start(module)
    tail: deque[str] = deque(maxlen=1)
    reader = threading.Thread(target=_drain, args=(child.stderr, tail), daemon=True)
    reader.start()
    try:
        _send(child, job)
        outcome = _listen(child, log)
        code = _finish(child)
    finally:
        child.kill()
        _close(child, reader)
    if not outcome:
        raise ModelWorkFailed(module=module, ending=_ending(code), line="".join(tail) or "it said nothing")
    return _unpack(outcome)


def serve(function: Callable[[dict[str, Any], Log], dict[str, Any]]) -> None:
    """Do the one job on stdin: a module calls this under `if __name__ == "__main__"`.

    The result gains `memory`: `peak_rss` and `peak_mlx` in bytes, and `blas`, what multiplied.
    """
    answers = _private_stdout()
    job = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    name = blas.use()
    try:
        result = function(job, lambda event: _tell(answers, {"progress": event}))
    except SelfImproveError as exc:
        details = {key: _plain(value) for key, value in exc.details.items()}
        _tell(answers, {"error": {"name": type(exc).__name__, "details": details}})
    else:
        _tell(answers, {"result": {**result, "memory": {**_memory(), "blas": name}}})


def _start(module: str) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", module]
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=_environment())


def _environment() -> dict[str, str]:
    """Child's environment: models are on disk by now, so nothing may ask the hub."""
    return {"OPENBLAS_NUM_THREADS": "1", **os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}


def _send(child: subprocess.Popen[str], job: dict[str, Any]) -> None:
    line = json.dumps(job) + "\n"
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


def _finish(child: subprocess.Popen[str]) -> int:
    """The child's exit code; one that has answered may take no longer than this to leave."""
    try:
        return child.wait(timeout=10)
    except subprocess.TimeoutExpired:
        child.kill()
        return child.wait()


def _close(child: subprocess.Popen[str], reader: threading.Thread) -> None:
    child.wait()
    reader.join(timeout=5)
    for stream in (child.stdin, child.stdout, child.stderr):
        try:
            _pipe(stream).close()
        except BrokenPipeError:
            continue


def _pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


def _drain(stream: IO[str], tail: "deque[str]") -> None:
    tail.extend(line.strip() for line in stream if line.strip())


def _ending(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    name = signal.Signals(-code).name
    return f"{name}, often the machine ran out of memory" if name == "SIGKILL" else name


def _unpack(outcome: Event) -> dict[str, Any]:
    if "error" in outcome:
        raise getattr(errors, outcome["error"]["name"], SelfImproveError)(**outcome["error"]["details"])
    result: dict[str, Any] = outcome["result"]
    return result


def _private_stdout() -> IO[str]:
    """The real stdout for answers alone; what anything else prints goes to stderr."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def _tell(answers: IO[str], message: Event) -> None:
    answers.write(json.dumps(message) + "\n")
    answers.flush()


def _exit_with_parent() -> None:
    while os.read(0, 4096):
        continue
    os._exit(1)


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _memory() -> dict[str, int]:
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    core = sys.modules.get("mlx.core")
    return {
        "peak_rss": peak if sys.platform == "darwin" else peak * 1024,
        "peak_mlx": int(core.get_peak_memory()) if core else 0,
    }

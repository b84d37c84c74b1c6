"""The process that model work is done in: `python -m selfimprove.models.serve LIBRARY`, started by `models.worker`.

It loads its library before it is asked anything, so that it can be started ahead of its work. Each line on stdin is a
job, `{"function": "module:name", "job": …}`; the answers are JSON lines on stdout: any number of `{"progress": …}`,
then one `{"result": …}` or `{"error": …}`. Whatever libraries print goes to stderr. When stdin ends, so does it.
"""

import gc
import json
import os
import pkgutil
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any

from selfimprove.errors import SelfImproveError
from selfimprove.models import blas, contents

Event = dict[str, Any]
Log = Callable[[Event], None]


def main(library: str) -> None:
    """Load the library, then do one job after another until stdin ends."""
    answers = private_stdout()
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=read_lines, args=(lines.put,), daemon=True).start()
    gc.disable()  # while a hundred thousand objects come that stay
    multiplies = load(library)
    gc.freeze()
    gc.enable()
    while True:
        _answer(json.loads(lines.get()), multiplies, answers)


def load(library: str) -> str:
    """Import it with what it needs and without what it does not; returns what multiplies for MLX.

    Transformers imports PyTorch wherever it finds it, for 180 MB and a second. MLX has no use for it.
    """
    contents.keep()
    multiplies = blas.use() if library == "mlx_lm" else ""
    if library == "mlx_lm":
        sys.modules["torch"] = None  # type: ignore[assignment]  # how importlib is told that there is no such module
    with _files_as_allowed():
        loaded = pkgutil.resolve_name(library)
    if callable(loaded):  # "module:function", which loads more than a module does
        loaded()
    return multiplies


@contextmanager
def _files_as_allowed() -> Iterator[None]:
    """While mlx_lm is imported, which asks for up to 4096 open files and fails where the system allows fewer."""
    import resource

    ask = resource.setrlimit

    def ask_no_more(which: int, wanted: tuple[int, int]) -> None:
        hard = resource.getrlimit(which)[1]
        ask(which, wanted if hard == resource.RLIM_INFINITY else (min(wanted[0], hard), min(wanted[1], hard)))

    resource.setrlimit = ask_no_more
    try:
        yield
    finally:
        resource.setrlimit = ask


def _answer(order: dict[str, Any], multiplies: str, answers: IO[str]) -> None:
    """Do one job; the result gains `memory`: `peak_rss` and `peak_mlx` in bytes, and `blas`, what multiplied.

    Beside it stands what the job took, `seconds` of wall time.
    """
    function = pkgutil.resolve_name(order["function"])
    started = time.perf_counter()
    try:
        result = function(order["job"], lambda event: _tell(answers, {"progress": event}))
    except SelfImproveError as exc:
        _tell(answers, {"error": told(exc)})
    else:
        took = time.perf_counter() - started
        _tell(answers, {"result": {**result, "memory": {**_memory(), "blas": multiplies}}, "seconds": took})


def read_lines(take: Callable[[bytes], None]) -> None:
    """Pass lines on; at the end of stdin the parent wants nothing more or is gone: leave in the midst of anything."""
    with open(0, "rb", closefd=False) as stdin:  # not sys.stdin, whose lock a failing interpreter would wait for
        for line in stdin:
            take(line)
    os._exit(0)


def private_stdout() -> IO[str]:
    """The real stdout for answers alone; what anything else prints goes to stderr."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def _tell(answers: IO[str], message: Event) -> None:
    answers.write(json.dumps(message) + "\n")
    answers.flush()


def told(error: SelfImproveError) -> Event:
    """An error as its parent can raise it again."""
    details = {key: _plain(value) for key, value in error.details.items()}
    return {"name": type(error).__name__, "details": details}


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


if __name__ == "__main__":
    main(sys.argv[1])

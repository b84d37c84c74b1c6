"""The process that model work is done in: `python -m selfimprove.models.serve LIBRARY`, started by `models.worker`.

It loads its library before it is asked anything, so that it can be started ahead of its work. Each line on stdin is a
job, `{"function": "module:name", "job": …}`; the answers are JSON lines on stdout: any number of `{"progress": …}`,
then one `{"result": …}` or `{"error": …}`. Whatever libraries print goes to stderr. When stdin ends, so does it.
"""

import json
import os
import pkgutil
import queue
import sys
import threading
from collections.abc import Callable
from typing import IO, Any

from selfimprove.errors import SelfImproveError
from selfimprove.models import blas

Event = dict[str, Any]
Log = Callable[[Event], None]


def main(library: str) -> None:
    """Load the library, then do one job after another until stdin ends."""
    answers = _private_stdout()
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(lines,), daemon=True).start()
    multiplies = _load(library)
    while True:
        _answer(json.loads(lines.get()), multiplies, answers)


def _load(library: str) -> str:
    """Import it with what it needs and without what it does not; returns what multiplies for MLX.

    Transformers imports PyTorch wherever it finds it, for 180 MB and a second. MLX has no use for it.
    """
    multiplies = blas.use() if library == "mlx_lm" else ""
    if library == "mlx_lm":
        sys.modules["torch"] = None  # type: ignore[assignment]  # how importlib is told that there is no such module
    loaded = pkgutil.resolve_name(library)
    if callable(loaded):  # "module:function", which loads more than a module does
        loaded()
    return multiplies


def _answer(order: dict[str, Any], multiplies: str, answers: IO[str]) -> None:
    """Do one job; the result gains `memory`: `peak_rss` and `peak_mlx` in bytes, and `blas`, what multiplied."""
    function = pkgutil.resolve_name(order["function"])
    try:
        result = function(order["job"], lambda event: _tell(answers, {"progress": event}))
    except SelfImproveError as exc:
        details = {key: _plain(value) for key, value in exc.details.items()}
        _tell(answers, {"error": {"name": type(exc).__name__, "details": details}})
    else:
        _tell(answers, {"result": {**result, "memory": {**_memory(), "blas": multiplies}}})


def _read(lines: "queue.SimpleQueue[bytes]") -> None:
    """Pass jobs on; at the end of stdin the parent wants nothing more or is gone, so leave in the midst of anything."""
    with open(0, "rb", closefd=False) as stdin:  # not sys.stdin, whose lock a failing interpreter would wait for
        for line in stdin:
            lines.put(line)
    os._exit(0)


def _private_stdout() -> IO[str]:
    """The real stdout for answers alone; what anything else prints goes to stderr."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def _tell(answers: IO[str], message: Event) -> None:
    answers.write(json.dumps(message) + "\n")
    answers.flush()


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

"""Model work in a process of its own, so that its memory goes back to the machine and its crash stays its own."""

from collections.abc import Callable
from typing import Any

Event = dict[str, Any]
Log = Callable[[Event], None]


def call(module: str, job: dict[str, Any], *, log: Log | None = None) -> dict[str, Any]:
    """Run `python -m module` with a job and return its result; every progress event goes to `log`."""
    raise NotImplementedError


def serve(function: Callable[[dict[str, Any], Log], dict[str, Any]]) -> None:
    """Do the one job on stdin: a module calls this under `if __name__ == "__main__"`."""
    raise NotImplementedError

"""Room in memory for two who know nothing of each other: the gateway by day, and the work of a night.

Who works says so in a file that is locked while it does, with what it needs. The gateway, which looks there, gives its
memory back where both do not fit, and its own locked file says how much it holds. The system frees the locks when
a process ends, however it ends.
"""

import fcntl
import json
import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from selfimprove.errors import GatewayInTheWay
from selfimprove.models.memory import GB, PROCESS, Load, Shape, need, weights
from selfimprove.models.mlx import WEIGHTS
from selfimprove.models.training import Plan
from selfimprove.settings import private

WAIT_SECONDS = 180.0
WIDTH = 64  # characters of what a hold says
ANSWERING = 1.3  # times the weights: what answering many prompts takes besides


def limit(memory_gb: float) -> float:
    """Bytes that both may take together: what was set, else three quarters of the machine's memory."""
    import psutil

    return memory_gb * GB if memory_gb else 0.75 * psutil.virtual_memory().total


def to_train(shape: Shape | None, plan: Plan, adapter: int, most: float) -> float:
    """Bytes a training will need at its peak: at most `most`, as it is made to fit, and that for unknown kinds."""
    if shape is None:
        return most
    rows = max(plan.batch_tokens // plan.longest, 1)
    load = Load(rows, min(plan.longest, plan.batch_tokens), plan.batch_tokens)
    return min(need(shape, plan, adapter, load).total + PROCESS, most)


def to_answer(folder: Path, adapters: Iterable[Path] = ()) -> float:
    """Bytes that a model needs to answer the questions that test it, beside its adapters that are compared."""
    files = [file for adapter in adapters if (file := adapter / WEIGHTS).is_file()]
    return PROCESS + ANSWERING * weights(folder) + sum(file.stat().st_size for file in files)


@contextmanager
def asked_for(home: Path, needed: float, most: float, tell: Callable[[str], None]) -> Iterator[None]:
    """While open, a gateway that cannot stay in memory beside this work is out of it.

    Raises:
        GatewayInTheWay: it is there and did not go.
    """
    place = private(home / "gateway" / "wishes") / f"{secrets.token_hex(8)}.wish"
    draft = place.with_suffix(".draft")
    with draft.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        json.dump({"needed": needed, "limit": most}, file)
        file.flush()
        draft.rename(place)
        try:
            _wait(home, needed, most, tell)
            yield
        finally:
            place.unlink(missing_ok=True)


def wished(home: Path, held_: float) -> bool:
    """Whether somebody works who cannot do so beside this much; what a killed process left is removed."""
    wishes = [wish for place in (home / "gateway" / "wishes").glob("*.wish") if (wish := _content(place, remove=True))]
    needed = sum(wish["needed"] for wish in wishes)
    return bool(wishes) and needed + held_ > min(wish["limit"] for wish in wishes)


class Hold:
    """The gateway's claim on memory, while its model is loaded."""

    def __init__(self, home: Path) -> None:
        self._place = home / "gateway" / "memory.json"
        self._file: IO[str] | None = None

    def take(self, size: float) -> None:
        """Say that this many bytes are held."""
        if self._file is None:
            private(self._place.parent)
            self._place.touch()
            self._file = self._place.open("r+")
            fcntl.flock(self._file, fcntl.LOCK_EX)
        # In one piece over what was there: a night that reads meanwhile must not find nothing.
        os.pwrite(self._file.fileno(), json.dumps({"held": size}).ljust(WIDTH).encode(), 0)

    def release(self) -> None:
        """Say that none are any more."""
        file, self._file = self._file, None
        if file is not None:
            file.close()


def held(home: Path) -> float:
    """Bytes that the gateway holds now."""
    content = _content(home / "gateway" / "memory.json", remove=False)
    return float(content.get("held", 0.0)) if content else 0.0


def _wait(home: Path, needed: float, most: float, tell: Callable[[str], None]) -> None:
    deadline, told = time.monotonic() + WAIT_SECONDS, False
    while (size := held(home)) and size + needed > most:
        if time.monotonic() > deadline:
            raise GatewayInTheWay(held=_gb(size), needed=_gb(needed), limit=_gb(most))
        if not told:
            tell(f"Waiting for the gateway to give back {_gb(size)} GB: {_gb(needed)} of {_gb(most)} GB are needed.")
        told = True
        time.sleep(0.2)


def _content(place: Path, *, remove: bool) -> dict[str, Any] | None:
    """What a file says while somebody holds its lock, None otherwise."""
    try:
        with place.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                text = file.read()
                return json.loads(text) if text else {}
            if remove:
                place.unlink(missing_ok=True)
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return None


def _gb(size: float) -> str:
    return f"{size / GB:.1f}"

"""What the gateway answered and could not keep: counted in a small file, which a full disk can still take."""

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson

from selfimprove.settings import private

NAME = "not_kept.json"
ROOM = 256  # bytes, taken when the gateway starts


@dataclass(frozen=True, slots=True)
class Lost:
    """How many exchanges and reactions were not kept since this house began, when the last was, and why."""

    count: int = 0
    at: str = ""
    reason: str = ""


class Losses:
    """Counts what is lost."""

    def __init__(self, home: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._path, self._now = private(home / "gateway") / NAME, now
        self._lock = threading.Lock()
        self.lost = read(home)
        self._write()

    def lose(self, reason: str) -> None:
        """One more."""
        with self._lock:
            self.lost = Lost(self.lost.count + 1, self._now().isoformat(timespec="seconds"), reason[:80])
            self._write()

    def _write(self) -> None:
        with suppress(OSError):
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.pwrite(handle, orjson.dumps(asdict(self.lost)).ljust(ROOM), 0)
            finally:
                os.close(handle)


def read(home: Path) -> Lost:
    """What a gateway of this house could not keep."""
    with suppress(OSError, ValueError, TypeError):
        return Lost(**orjson.loads((home / "gateway" / NAME).read_bytes()))
    return Lost()

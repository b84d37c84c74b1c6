"""Logins that were ended before their time: a cookie says all else itself, so these are kept until it would have ended.

A login is known by its token's id and by when it ends.
"""

import json
import logging
import os
import threading
import time
from pathlib import Path
from typing import Any

from selfimprove import disk
from selfimprove.settings import private

log = logging.getLogger("selfimprove.gateway")
DAYS = 30  # after which every login has ended
MOST = 100  # of one token; at more, all logins that it let in until then are ended


class LoggedOut:
    """What was ended, in memory and in a file; without one, until the process ends."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._each: dict[str, set[int]] = {}
        self._all: dict[str, int] = {}  # by token, when the last of those ends that are all over
        self._everybody = 0
        self._lock = threading.Lock()
        if file is not None and file.exists():
            self._read(file)

    def has(self, id: str, ends: int) -> bool:
        """Whether this login is over."""
        return ends <= max(self._everybody, self._all.get(id, 0)) or ends in self._each.get(id, ())

    def add(self, id: str, ends: int) -> None:
        """End a login, at once and for what comes after a restart."""
        with self._lock:
            self._add(id, ends, int(time.time()))

    def _add(self, id: str, ends: int, now: int) -> None:
        self._each = {one: left for one, all in self._each.items() if (left := {at for at in all if at > now})}
        self._all = {one: at for one, at in self._all.items() if at > now}
        self._each.setdefault(id, set()).add(ends)
        if len(self._each[id]) > MOST:
            self._all[id] = max(self._each.pop(id))
        if self._file is not None:
            self._write(self._file)

    def _read(self, file: Path) -> None:
        """Where nobody knows any more who was logged out, everybody is."""
        try:
            told = json.loads(file.read_text())
            self._each = {id: {*map(int, ends)} for id, ends in told["each"].items()}
            self._all = {id: int(ends) for id, ends in told["all"].items()}
            self._everybody = int(told["everybody"])
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as exc:
            log.warning("Everybody has to log in again, since %s cannot be read: %s", file, type(exc).__name__)
            self._everybody = int(time.time()) + DAYS * 86400

    def _write(self, file: Path) -> None:
        told: dict[str, Any] = {"each": {id: sorted(ends) for id, ends in self._each.items()}}
        told |= {"all": self._all, "everybody": self._everybody}
        try:
            draft = private(file.parent) / f"{file.name}.draft"
            draft.unlink(missing_ok=True)
            draft.touch(mode=0o600)
            draft.write_text(json.dumps(told))
            disk.sync_file(draft)
            os.replace(draft, file)
            disk.sync_folder(file.parent)
        except OSError as exc:
            log.error("A login is over until a restart alone, since it could not be noted: %s", exc.strerror)

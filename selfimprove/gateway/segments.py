"""The spool's files: written at the end, closed when somebody wants to read them, deleted once they are stored."""

import fcntl
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from selfimprove import disk
from selfimprove.errors import SpoolTaken
from selfimprove.privacy.journal import MAGIC
from selfimprove.privacy.waiting import DIGITS, NAMES
from selfimprove.settings import private

LARGEST = 16 << 20  # bytes after which a file is closed by itself


class Segments:
    """Files of framed records in a folder; one process at a time, several threads.

    Raises:
        SpoolTaken: another process works with this folder.
    """

    def __init__(self, folder: Path, sync: Callable[[int], None] = disk.sync) -> None:
        self._folder, self._sync = private(folder), sync
        self._lock = threading.Lock()
        self._open: tuple[Path, IO[bytes]] | None = None
        self._held = (folder / "lock").open("a")
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._held.close()
            raise SpoolTaken(folder=folder) from None
        self._sizes = {path: path.stat().st_size for path in sorted(folder.glob(NAMES))}
        self._number = int(max(self._sizes).stem) if self._sizes else 0

    @property
    def size(self) -> int:
        """Bytes that wait to be stored."""
        return sum(self._sizes.copy().values())

    def write(self, records: Sequence[bytes]) -> None:
        """Append records; they are there for good when this returns, and whole or not at all each.

        Raises:
            OSError: the disk is full or broken. What of them is there counts as not written, and the next call begins
                another file: after a failed fsync nobody knows what the old one holds.
        """
        with self._lock:
            path, file = self._open or self._begin()
            try:
                _write_all(file, b"".join(records))
                self._sync(file.fileno())
            except OSError:
                self._abandon()
                raise
            self._sizes[path] = file.tell()
            if self._sizes[path] >= LARGEST:
                self._end()

    def closed(self) -> list[Path]:
        """The files that nothing is added to any more, the oldest first; the newest is closed when it stands alone."""
        with self._lock:
            if self._open and len(self._sizes) == 1:
                self._end()
            return [path for path in self._sizes if self._open is None or path != self._open[0]]

    def remove(self, path: Path) -> None:
        """Delete a closed file."""
        path.unlink(missing_ok=True)
        with self._lock:
            self._sizes.pop(path, None)

    def close(self) -> None:
        """Let another process work with the folder."""
        with self._lock:
            self._end()
        self._held.close()

    def _begin(self) -> tuple[Path, IO[bytes]]:
        self._number += 1
        path = self._folder / f"{self._number:0{DIGITS}}.spool"
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self._open = path, os.fdopen(handle, "wb", buffering=0)
        self._sizes[path] = 0
        try:
            _write_all(self._open[1], MAGIC)
            disk.sync_folder(self._folder)
        except OSError:
            self._abandon()
            raise
        return self._open

    def _end(self) -> None:
        if self._open:
            self._open[1].close()
            self._open = None

    def _abandon(self) -> None:
        assert self._open
        path, file = self._open
        self._open = None
        with suppress(OSError):  # a torn end is recognised when it is read
            file.truncate(self._sizes[path])  # what was acknowledged stays
        file.close()
        if not self._sizes[path]:
            path.unlink(missing_ok=True)
            del self._sizes[path]


def _write_all(file: IO[bytes], data: bytes) -> None:
    """A disk that is nearly full takes a part, and only then says so."""
    left = memoryview(data)
    while left:
        left = left[file.write(left) :]

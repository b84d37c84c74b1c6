"""Where tests keep their databases: in memory where there is room, since each is three hundred files of its own."""

import shutil
from pathlib import Path

SHARED = Path("/dev/shm")  # Linux's
ROOM = 4 << 30  # bytes: a server's log of changes takes one, a test's database a hundredth


def folder() -> str | None:
    """What tempfile takes as `dir`: None is its own choice, on disk."""
    return str(SHARED) if SHARED.is_dir() and shutil.disk_usage(SHARED).free > ROOM else None

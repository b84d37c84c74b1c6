"""Remove files and look whether they are gone."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from selfimprove.adapters.desk import FOLDER, LOCK


def remove(path: Path) -> Iterator[str]:
    """Remove a file, or a folder with all in it; yields a line where something is left."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)  # a link to a folder stays, and is told: nobody knows whose it is
    else:
        with suppress(OSError):
            path.unlink()
    if os.path.lexists(path):
        yield f"{path} could not be removed."


def remove_drafts(home: Path) -> Iterator[str]:
    """What killed processes left half-written; a training that is under way keeps its own, which is told."""
    for draft in (home / "reports").glob("*.draft"):
        yield from remove(draft)
    lock, drafts = home / "work" / LOCK, home / "work" / FOLDER
    if lock.exists():
        with lock.open("a") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield f"A training is under way, and keeps what it has half-written in {drafts}."
            else:
                yield from remove(drafts)

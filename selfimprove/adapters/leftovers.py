"""What killed processes and past nights left in the state folder, and nobody will read again."""

import fcntl
import os
import re
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from selfimprove.adapters.desk import FOLDER, LOCK
from selfimprove.errors import TrainingBusy

DAYS = 3  # a training that was broken off may go on for so long
NAMED = re.compile(r"\.?([0-9a-f]{64})(?:\..*)?")


@contextmanager
def no_training(home: Path) -> Iterator[None]:
    """While open, no training begins.

    Raises:
        TrainingBusy: one is running.
    """
    lock = home / "work" / LOCK
    lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with lock.open("a") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            raise TrainingBusy(home=home) from exc
        yield


def exports(home: Path, wanted: Collection[str], now: float) -> list[Path]:
    """Folders of datasets that are none of the wanted ones: they are made again from Postgres when they are read.

    Of those that are half-written the old ones: another may be under way.
    """
    found = {path: _id(path) for path in (home / "datasets").iterdir()} if (home / "datasets").is_dir() else {}
    whole = [path for path, id in found.items() if id and id not in wanted and not path.name.startswith(".")]
    drafts = [path for path, id in found.items() if id and path.name.startswith(".") and _is_old(path, now)]
    return sorted([*whole, *drafts])


def work(home: Path, now: float) -> list[Path]:
    """What nothing has touched for days in the folder for work under way; `now` in seconds since 1970."""
    found = [path for path in (home / "work").glob("*") if path.name not in (LOCK, FOLDER)]
    found += (home / "work" / FOLDER).glob("*")
    return sorted(path for path in found if _is_old(path, now))


def orphans(home: Path, known: Collection[str], now: float) -> list[Path]:
    """Folders of adapters without a row: their training was killed just before it would have been written."""
    found = ((path, _id(path)) for path in (home / "adapters").glob("*"))
    return sorted(path for path, id in found if id and id not in known and _is_old(path, now))


def ids(home: Path) -> list[str]:
    """Ids that folders of adapters are named by."""
    return [id for path in (home / "adapters").glob("*") if (id := _id(path))]


def size(path: Path) -> int:
    """Bytes of a file, or of all files below a folder."""
    if path.is_dir() and not path.is_symlink():
        return sum(size(below) for below in path.iterdir())
    return path.lstat().st_size if os.path.lexists(path) else 0


def remove(path: Path) -> None:
    """Take away a file, a link (never what it leads to), or a folder with all that is in it."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _id(path: Path) -> str | None:
    named = NAMED.fullmatch(path.name)
    return named[1] if named else None


def _is_old(path: Path, now: float) -> bool:
    newest = max((below.lstat().st_mtime for below in (path, *path.rglob("*"))), default=0.0)
    return now - newest > DAYS * 86400

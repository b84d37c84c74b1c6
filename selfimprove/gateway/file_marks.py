"""By what it is noticed that an adapter's files were touched since they were loaded."""

from pathlib import Path

from selfimprove.models.mlx import CONFIG, WEIGHTS

Mark = tuple[int, int, int, int]
Marks = tuple[Mark | None, ...]


def marks(folder: Path) -> Marks:
    """What changes when an adapter's files do; None for those that are missing."""
    return tuple(_mark(folder / name) for name in (CONFIG, WEIGHTS))


def _mark(path: Path) -> Mark | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns

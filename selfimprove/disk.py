"""What is written through to the disk before it counts: it is there after a power failure."""

import errno
import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

F_FULLFSYNC = 51  # of a Mac's fcntl.h; elsewhere the module lacks it
UNSUPPORTED = (errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL, errno.ENOTTY)


def sync(handle: int) -> None:
    """Return when what was written to an open file survives a power failure, as far as the disk keeps its word."""
    if sys.platform == "darwin":
        _past_the_cache(handle)
    else:
        os.fdatasync(handle)


def sync_file(path: Path) -> None:
    """The same of a file that somebody else wrote."""
    with _opened(path) as handle:
        sync(handle)


def sync_folder(folder: Path) -> None:
    """Make it last which files a folder holds."""
    with _opened(folder) as handle:
        if sys.platform == "darwin":
            _past_the_cache(handle)
        else:
            os.fsync(handle)  # fdatasync may leave out what does not change a folder's size


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_RDONLY)
    try:
        yield handle
    finally:
        os.close(handle)


def _past_the_cache(handle: int) -> None:
    """On a Mac, where fsync leaves it in the drive's cache; a volume that cannot do more has it left there."""
    try:
        fcntl.fcntl(handle, F_FULLFSYNC)
    except OSError as exc:
        if exc.errno not in UNSUPPORTED:
            raise
        os.fsync(handle)

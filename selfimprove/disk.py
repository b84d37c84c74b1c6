"""What is written through to the disk before it counts: it is there after a power failure."""

import os
import sys
from pathlib import Path


def sync(handle: int) -> None:
    """Return when what was written to an open file survives a power failure, as far as the disk keeps its word."""
    if sys.platform == "darwin":
        import fcntl

        fcntl.fcntl(handle, fcntl.F_FULLFSYNC)  # fsync leaves it in the drive's cache there
    else:
        os.fdatasync(handle)


def sync_file(path: Path) -> None:
    """The same of a file that somebody else wrote."""
    handle = os.open(path, os.O_RDONLY)
    try:
        sync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Make it last which files a folder holds."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

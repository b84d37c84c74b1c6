"""Dagster's server of our definitions: where it listens, for web interface, daemon and nights, as long as they live.

Without it each of them would start its own, and the daemon another one every minute.
"""

import hashlib
import json
import os
import socket
import stat
import time
from contextlib import suppress
from pathlib import Path

from selfimprove.errors import FolderOfOthers

MODULE, LOCATION = "selfimprove.definitions", "selfimprove"
LONGEST = 100  # bytes of a socket's path; macOS has room for 103
ELSEWHERE = Path("/tmp")  # whatever TMPDIR says: all who ask must find it  # noqa: S108
WORKSPACE = """# Written by `selfimprove up` and `selfimprove night`.
load_from:
  - grpc_server: {{socket: {address}, location_name: {location}}}
"""


def address(home: Path) -> Path:
    """The socket: in the state folder, or where its path would be too long, in a folder of this account's own."""
    inside = home / "dagster" / "code.sock"
    if len(os.fsencode(inside)) <= LONGEST:
        return inside
    return ELSEWHERE / f"selfimprove-{os.getuid()}-{hashlib.sha256(os.fsencode(home)).hexdigest()[:12]}" / inside.name


def workspace(home: Path) -> Path:
    """The workspace of who is a client of it."""
    return home / "dagster" / "workspace.yaml"


def prepare(home: Path) -> None:
    """Make the folder where it listens, and tell its clients.

    Raises:
        FolderOfOthers: that folder is another account's, or open to one.
    """
    if (folder := address(home).parent).parent == ELSEWHERE:
        _own(folder)
    new = workspace(home).with_suffix(".new")
    new.write_text(WORKSPACE.format(address=json.dumps(str(address(home))), location=LOCATION))
    new.replace(workspace(home))  # whoever reads it meanwhile finds all of one or of the other


def listens(home: Path) -> bool:
    """Whether it takes calls, which it does when it has loaded the definitions."""
    with socket.socket(socket.AF_UNIX) as probe, suppress(OSError):
        probe.connect(str(address(home)))
        return True
    return False


def wait(home: Path, seconds: float) -> None:
    """Return when it takes calls, or after so long."""
    until = time.monotonic() + seconds
    while not listens(home) and time.monotonic() < until:
        time.sleep(0.2)


def leave(home: Path) -> None:
    """Remove what a server that was killed leaves of itself outside of the state folder."""
    if (folder := address(home).parent).parent == ELSEWHERE and _is_own(folder):
        with suppress(OSError):  # something else lies there
            address(home).unlink(missing_ok=True)
            folder.rmdir()


def _own(folder: Path) -> None:
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    if not _is_own(folder):
        raise FolderOfOthers(folder=folder)


def _is_own(folder: Path) -> bool:
    with suppress(FileNotFoundError):
        found = folder.lstat()
        return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
    return False

"""Where Dagster's server of our definitions listens: one for web interface, daemon and nights, as long as they live.

Without it each of them would start its own, and the daemon another one every minute.
"""

import hashlib
import json
import os
import socket
import tempfile
from contextlib import suppress
from pathlib import Path

from selfimprove.errors import FolderOfOthers
from selfimprove.settings import private

MODULE, LOCATION = "selfimprove.definitions", "selfimprove"
LONGEST = 100  # bytes of a socket's path; macOS has room for 103
WORKSPACE = """# Written by `selfimprove up` and `selfimprove night`.
load_from:
  - grpc_server: {{socket: {address}, location_name: {location}}}
"""


def address(home: Path) -> Path:
    """The socket: in the state folder, or where its path would be too long, in a folder of this account's own.

    Raises:
        FolderOfOthers: another account took that folder.
    """
    inside = home / "dagster" / "code.sock"
    if len(os.fsencode(inside)) <= LONGEST:
        return inside
    name = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    folder = private(Path(tempfile.gettempdir()) / f"selfimprove-{os.getuid()}-{name}")
    found = folder.lstat()
    if found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise FolderOfOthers(folder=folder)
    return folder / inside.name


def workspace(home: Path) -> Path:
    """The workspace of who is a client of it."""
    return home / "dagster" / "workspace.yaml"


def write_workspace(home: Path) -> None:
    """Tell where it listens."""
    workspace(home).write_text(WORKSPACE.format(address=json.dumps(str(address(home))), location=LOCATION))


def listens(home: Path) -> bool:
    """Whether somebody takes calls there."""
    with socket.socket(socket.AF_UNIX) as probe, suppress(OSError):
        probe.connect(str(address(home)))
        return True
    return False

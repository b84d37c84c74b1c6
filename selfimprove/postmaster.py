"""The file by which a running Postgres is known, where a server was killed while it wrote it."""

import time
from contextlib import suppress
from pathlib import Path

WHOLE = 8  # lines, of which the last says that it is ready
TRIES, PAUSE = 100, 0.1  # seconds


def clear(path: Path) -> None:
    """Take away half a file of a server that is gone; wait for the rest of one that is just starting.

    Postgres writes it within milliseconds, and takes away itself what a process left that is gone; but the library that
    starts it reads the file before, and refuses half of one for ever.
    """
    for _ in range(TRIES):
        try:
            found = path.read_text()
        except FileNotFoundError:
            return
        if len(found.splitlines()) >= WHOLE:
            return
        if not _is_postgres(found.partition("\n")[0]):
            with suppress(FileNotFoundError):
                if path.read_text() == found:
                    path.unlink()
            return
        time.sleep(PAUSE)


def _is_postgres(pid: str) -> bool:
    import psutil

    try:
        return "postgres" in psutil.Process(int(pid)).name()
    except (ValueError, psutil.Error):
        return False

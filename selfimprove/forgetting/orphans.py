"""Files of tables that no catalog knows: a server that was killed while it wrote one anew leaves it for good."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selfimprove import logins, postgres
from selfimprove.forgetting.remove import remove

if TYPE_CHECKING:
    from selfimprove.postgres import Connection

OF_A_TABLE = re.compile(r"(\d+)(?:_(?:fsm|vm|init))?(?:\.\d+)?")
PAUSE = 1.0  # seconds
TRIES = 3


def remove_orphans(home: Path) -> Iterator[str]:
    """Remove them from the embedded server's folder, where it is up; yields a line where something is left.

    A file that no catalog knows may be of a transaction that has not ended. So whoever writes when the files have been
    listed is waited for, and then the catalogs are read: what they do not know is of none. No clock tells it: where one
    is set back, a table that is being made looks older than who makes it. It may be of a table that went meanwhile,
    too: who took that away is waited for, and leaves it empty. The server panics where it is gone before a checkpoint.
    """
    if not (home / "postgres" / "postmaster.pid").exists():
        return
    with postgres.connect(postgres.login(home, logins.OWNER), autocommit=True) as connection:
        database = _rows(connection, "database")[0]["id"]
        written = [*_written(home / "postgres" / "base" / str(database))]
        are_over = _wait(connection)
        known = {row["number"] for row in _rows(connection, "files")}
        unknown = [path for path in written if int(path.name.partition("_")[0].partition(".")[0]) not in known]
        are_over = are_over and (not unknown or _wait(connection))
    unknown = [path for path in unknown if _is_written(path)]
    if unknown and not are_over:
        yield f"{len(unknown)} files may be of tables that are just being made."
        return
    for path in unknown:
        yield from remove(path)


def _wait(connection: Connection) -> bool:
    """Whether all transactions that write now have ended a little later."""
    left = _writing(connection)
    for _ in range(TRIES):
        if not left:
            break
        time.sleep(PAUSE)
        left &= _writing(connection)
    return not left


def _writing(connection: Connection) -> set[tuple[Any, ...]]:
    return {(row["pid"], row["began"]) for row in _rows(connection, "writing")}


def _written(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if OF_A_TABLE.fullmatch(path.name) and _is_written(path))


def _is_written(path: Path) -> bool:
    """Whether anything is in it: an empty one keeps the number of a table that went."""
    with suppress(FileNotFoundError):
        return path.stat().st_size > 0
    return False


def _rows(connection: Connection, query: str) -> list[dict[str, Any]]:
    return connection.execute(getattr(postgres.queries("forget"), query)).fetchall()

"""Files of tables that no catalog knows: a server that was killed while it wrote one anew leaves it for good."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from selfimprove import logins, postgres
from selfimprove.forgetting.remove import remove

OF_A_TABLE = re.compile(r"(\d+)(?:_(?:fsm|vm|init))?(?:\.\d+)?")
SLACK = 1.0  # seconds by which a file's time may be behind the clock
TRIES = 3


def remove_orphans(home: Path) -> Iterator[str]:
    """Remove them from the embedded server's folder, where it is up; yields a line where something is left.

    A file that no catalog knows may be of a transaction that has not ended. Whatever was written last before the oldest
    one of all began is of none.
    """
    for attempt in range(TRIES):
        time.sleep(SLACK if attempt else 0)
        old, young = _unknown(home)
        for path in old:
            yield from remove(path)
        if not young:
            return
    yield f"{len(young)} files may be of tables that are just being made."


def _unknown(home: Path) -> tuple[list[Path], list[Path]]:
    """Such files: those of no transaction that runs, and the others."""
    if not (home / "postgres" / "postmaster.pid").exists():
        return [], []
    queries = postgres.queries("forget")
    with postgres.connect(postgres.login(home, logins.OWNER), autocommit=True) as connection:
        database = connection.execute(queries.database).fetchone()
        assert database
        written = dict(_written(home / "postgres" / "base" / str(database["id"])))
        oldest = connection.execute(queries.oldest).fetchone()
        known = {row["number"] for row in connection.execute(queries.files)}
    assert oldest
    unknown = [path for path in written if int(path.name.partition("_")[0].partition(".")[0]) not in known]
    young = [path for path in unknown if written[path] > oldest["began"] - SLACK]
    return [path for path in unknown if path not in young], young


def _written(folder: Path) -> Iterator[tuple[Path, float]]:
    """Files of tables, and when they were written last; an empty one keeps the number of a table that went."""
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            if OF_A_TABLE.fullmatch(path.name) and (found := path.stat()).st_size:
                yield path, found.st_mtime

"""Rid the server's own files of what was deleted: tables are written anew, and their log begins anew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from psycopg import errors

from selfimprove import postgres

if TYPE_CHECKING:
    from selfimprove.postgres import Connection


def give_back(connection: Connection) -> Iterator[str]:
    """Compact every table that held text, and begin the log anew; yields a line for what could not be done now."""
    queries = postgres.queries("forget")
    steps = {
        "Deleted rows still take space in their tables": (
            queries.give_back, queries.give_back_samples, queries.give_back_vectors,
        ),
        "The database's write-ahead log still holds redacted text for a while": (queries.next_log, queries.drop_log),
    }
    connection.autocommit = True
    try:
        connection.execute(queries.not_for_long)
        for left, statements in steps.items():
            try:
                for statement in statements:
                    connection.execute(statement)
            except (errors.LockNotAvailable, errors.InsufficientPrivilege) as exc:
                yield f"{left} ({type(exc).__name__})."
    finally:
        connection.autocommit = False

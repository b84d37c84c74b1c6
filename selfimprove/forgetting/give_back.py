"""Rid the server's own files of what was deleted: tables are written anew, and their log begins anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from psycopg import errors

from selfimprove import postgres

if TYPE_CHECKING:
    from psycopg.errors import Diagnostic

    from selfimprove.postgres import Connection


def give_back(connection: Connection) -> Iterator[str]:
    """Write every table that held text anew, and begin the log anew; yields a line for what could not be done now.

    What takes time is the index of embeddings, which is built anew behind its table: a minute for 100,000 chats.
    """
    steps: dict[str, Callable[[Connection], None]] = {
        "Deleted rows still take space in their tables": _tables,
        "Embeddings of what was forgotten still take space in their table": _vectors,
        "The database's write-ahead log still holds redacted text for a while": _log,
    }
    connection.autocommit = True
    try:
        connection.execute(postgres.queries("forget").not_for_long)
        for left, step in steps.items():
            with _skipped(connection) as skipped:
                try:
                    step(connection)
                except (errors.LockNotAvailable, errors.InsufficientPrivilege) as exc:
                    skipped.append(type(exc).__name__)
            if skipped:
                yield f"{left} ({skipped[0]})."
    finally:
        connection.autocommit = False


def _tables(connection: Connection) -> None:
    connection.execute(postgres.queries("forget").give_back)


def _vectors(connection: Connection) -> None:
    """The index goes only where the table may be written anew; a night builds it if this is killed on the way."""
    with _skipped(connection) as skipped:
        connection.execute(postgres.queries("forget").clear_vectors)
    if skipped:
        return
    connection.execute(postgres.queries("curation").drop_index)
    try:
        connection.execute(postgres.queries("forget").give_back_vectors)
    finally:
        connection.execute(postgres.queries("curation").build_index)


def _log(connection: Connection) -> None:
    connection.execute(postgres.queries("forget").next_log)
    connection.execute(postgres.queries("forget").drop_log)


@contextmanager
def _skipped(connection: Connection) -> Iterator[list[str]]:
    """What VACUUM says it passes over: to who may not write a table anew it gives a warning, and no error."""
    told: list[str] = []

    def hear(notice: Diagnostic) -> None:
        if notice.severity_nonlocalized == "WARNING":
            told.append(notice.message_primary or "skipped")

    connection.add_notice_handler(hear)
    try:
        yield told
    finally:
        connection.remove_notice_handler(hear)

"""Rid the server's own files of what was deleted: tables are written anew, and their log begins anew."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psycopg import errors

from selfimprove import postgres
from selfimprove.forgetting.orphans import remove_orphans

if TYPE_CHECKING:
    from psycopg.errors import Diagnostic

    from selfimprove.postgres import Connection

TRIES, PAUSE = 5, 1.0  # seconds: whoever looks at a table just now may be done soon


class _StillSeen(Exception):
    """A transaction that began before still reads what was deleted, and a table that is written anew keeps it."""


class _StillThere(Exception):
    """A file that no table needs could not be removed."""


def give_back(connection: Connection, home: Path) -> Iterator[str]:
    """Write every table that held text anew, and begin the log anew; yields a line for what could not be done now.

    Nothing is done where nothing was forgotten since it last was. What is in the way for a time is tried again by the
    next call. What takes time is the index of embeddings, built anew behind its table: a minute for 100,000 chats.
    """
    steps: dict[str, Callable[[Connection], None]] = {
        "Deleted rows still take space in their tables": _tables,
        "Embeddings of what was forgotten still take space in their table": _vectors,
        "The database's write-ahead log still holds redacted text for a while": _log,
        "Files that a killed database server left may hold it still": partial(_orphans, home),
    }
    connection.autocommit = True
    try:
        connection.execute(_query("not_for_long"))
        due = [row["id"] for row in connection.execute(_query("due"))]
        for left, step in steps.items() if due else ():
            with _skipped(connection) as skipped:
                try:
                    step(connection)
                except (errors.Error, _StillSeen, _StillThere) as exc:  # a table in use, a full disk: the house starts
                    if connection.closed:
                        raise
                    skipped.append(type(exc).__name__.strip("_"))
                    due = due if isinstance(exc, errors.InsufficientPrivilege) else []
            if skipped:
                yield f"{left} ({skipped[0]})."
        connection.execute(_query("given_back"), {"ids": due})
    finally:
        connection.autocommit = False


def _tables(connection: Connection) -> None:
    _write_anew(connection, "give_back")


def _vectors(connection: Connection) -> None:
    """The index goes only where the table may be written anew; a night builds it if this is killed on the way."""
    with _skipped(connection) as skipped:
        connection.execute(_query("clear_vectors"))
    if skipped:
        return
    connection.execute(postgres.queries("curation").drop_index)
    try:
        _write_anew(connection, "give_back_vectors")
    finally:
        connection.execute(postgres.queries("curation").build_index)


def _log(connection: Connection) -> None:
    connection.execute(_query("next_log"))
    connection.execute(_query("drop_log"))


def _orphans(home: Path, connection: Connection) -> None:
    if tuple(remove_orphans(home)):
        raise _StillThere


def _write_anew(connection: Connection, query: str) -> None:
    """Once, or until nobody reads what was there before."""
    for attempt in range(TRIES):
        time.sleep(PAUSE if attempt else 0)
        with _heard(connection, _is_kept) as kept:
            connection.execute(_query(query))
        if not kept:
            return
    raise _StillSeen


def _is_kept(notice: Diagnostic) -> bool:
    """VACUUM says of each table how many deleted rows it had to keep."""
    number = (notice.message_detail or "").partition(" ")[0]
    return notice.severity_nonlocalized == "INFO" and number.isdigit() and int(number) > 0


def _skipped(connection: Connection) -> AbstractContextManager[list[str]]:
    """What VACUUM says it passes over: to who may not write a table anew it gives a warning, and no error."""
    return _heard(connection, lambda notice: notice.severity_nonlocalized == "WARNING")


@contextmanager
def _heard(connection: Connection, counts: Callable[[Diagnostic], bool]) -> Iterator[list[str]]:
    """What the server says meanwhile, of what counts."""
    told: list[str] = []

    def hear(notice: Diagnostic) -> None:
        if counts(notice):
            told.append(notice.message_primary or "skipped")

    connection.add_notice_handler(hear)
    try:
        yield told
    finally:
        connection.remove_notice_handler(hear)


def _query(name: str) -> Any:
    return getattr(postgres.queries("forget"), name)

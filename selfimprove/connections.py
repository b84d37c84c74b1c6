"""Connections of Dagster's storages in Postgres that a run holds as long as it lasts."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dagster as dg
import psycopg2
from dagster_postgres import PostgresEventLogStorage
from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError

HELD_SECONDS = 3600  # then a connection that a run holds is made anew


@contextmanager
def held_connections(instance: dg.DagsterInstance) -> Iterator[None]:
    """While open, Dagster's storages in Postgres keep their connections, as they do in its web server.

    Otherwise each event takes one or more of its own, and each of those 2 ms and a process of the server. One that the
    server closed meanwhile is replaced at its next use.
    """
    if not isinstance(instance.event_log_storage, PostgresEventLogStorage):
        yield
        return
    storages: list[Any] = [instance.run_storage, instance.event_log_storage, instance.schedule_storage]
    before = [storage._engine for storage in storages]
    instance.optimize_for_webserver(statement_timeout=0, pool_recycle=HELD_SECONDS, max_overflow=20)
    for storage in storages:
        event.listen(storage._engine, "checkout", _is_open)
    try:
        yield
    finally:
        for storage, engine in zip(storages, before, strict=True):
            storage._engine.dispose()
            storage._engine = engine


def _is_open(connection: Any, _: object, __: object) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except psycopg2.Error as exc:
        raise DisconnectionError from exc  # the pool then makes another

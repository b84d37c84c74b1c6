"""Adapters in Postgres: a row is written when all files are in their place."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from psycopg.types.json import Jsonb

from selfimprove import postgres
from selfimprove.adapters import recipe as recipes
from selfimprove.adapters.adapter import Adapter
from selfimprove.errors import AdapterPruned, AdapterUnknown
from selfimprove.postgres import Connection


def insert(connection: Connection, adapter: Adapter, run_id: str) -> None:
    """Write an adapter; one trained again, bit for bit the same, is the same row and belongs to the newer run."""
    row = {
        **{name: getattr(adapter, name) for name in ("id", "base_model", "dataset_id", "url", "night")},
        "recipe": Jsonb(asdict(adapter.recipe)),
        "metrics": Jsonb(dict(adapter.metrics)),
        "files": Jsonb(dict(adapter.files)),
        "run_id": run_id,
    }
    connection.execute(_queries().insert, row)
    connection.execute(_queries().back, {"id": adapter.id})


def of_run(connection: Connection, run_id: str) -> Adapter | None:
    """Tonight's adapter: the one this run trained; in a run that trained none, the newest without a decision."""
    row = connection.execute(_queries().of_run, {"run_id": run_id}).fetchone()
    row = row or connection.execute(_queries().newest_undecided).fetchone()
    return _adapter(row) if row else None


def champion(connection: Connection, base_model: str) -> Adapter | None:
    """The adapter that answers, None while it is the base model or belongs to another one."""
    row = connection.execute(_queries().champion, {"base_model": base_model}).fetchone()
    return _adapter(row) if row else None


def read(connection: Connection, id: str) -> Adapter:
    """An adapter by its id or by the beginning of it.

    Raises:
        AdapterUnknown: none or several adapters have an id that begins so.
    """
    rows = connection.execute(_queries().adapter, {"id": id}).fetchall()
    if len(rows) != 1:
        raise AdapterUnknown(found="Several" if rows else "No", given=id)
    return _adapter(rows[0])


def overview(connection: Connection) -> list[dict[str, Any]]:
    """Every adapter, the newest first, with the last decision about it and whether it answers now."""
    return connection.execute(_queries().adapters).fetchall()


def every(connection: Connection) -> list[Adapter]:
    """Every adapter, the newest first."""
    return [_adapter(row) for row in connection.execute(_queries().all_adapters)]


def pin(connection: Connection, id: str, reason: str) -> str:
    """Keep the files of the adapter whose id begins so until it is unpinned; returns its id.

    Raises:
        AdapterUnknown: none or several have.
        AdapterPruned: they are gone already.
    """
    adapter = read(connection, id)
    if adapter.pruned_at is not None:
        raise AdapterPruned(id=adapter.id, day=adapter.pruned_at.date())
    connection.execute(_queries().pin, {"id": adapter.id, "reason": reason})
    return adapter.id


def unpin(connection: Connection, id: str) -> tuple[str, bool]:
    """Let an adapter go when its time comes; returns its id, and whether it was pinned.

    Raises:
        AdapterUnknown: none or several have an id that begins so.
    """
    adapter = read(connection, id)
    return adapter.id, connection.execute(_queries().unpin, {"id": adapter.id}).fetchone() is not None


def objections(connection: Connection, id: str) -> list[str]:
    """What people's words say against giving an adapter to anybody."""
    row = connection.execute(_queries().judged_by_people, {"id": id}).fetchone() or {}
    told = {"vetoed": "it was vetoed", "tainted": "it learned from chats that were forgotten since"}
    return [told[name] for name, holds in row.items() if holds]


def _adapter(row: Mapping[str, Any]) -> Adapter:
    return Adapter(**{**row, "recipe": recipes.read(row["recipe"])})


def _queries() -> Any:
    return postgres.queries("adapters")

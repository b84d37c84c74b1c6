"""Take chats back with all that came of them, in one transaction; who learned from them never answers again."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from psycopg.types.json import Jsonb

from selfimprove import postgres
from selfimprove.errors import ForgetUnread
from selfimprove.forgetting.copies import Meant, meant
from selfimprove.forgetting.receipt import Receipt, named
from selfimprove.forgetting.select import Wish, select
from selfimprove.privacy import tombstones
from selfimprove.privacy.open_rows import listed
from selfimprove.promotion import promote
from selfimprove.promotion import table as promotion

if TYPE_CHECKING:
    from selfimprove.postgres import Connection
    from selfimprove.privacy.vault import Vault


def forget(connection: Connection, vault: Vault, wish: Wish, now: datetime, *, dry_run: bool = False) -> Receipt | None:
    """Delete the chats' rows in every room, taint datasets and adapters, let a clean champion answer; None for no chat.

    What is left of the datasets counts as new again, so that the next night learns it without them. Files stay until
    `sweep`. A dry run does it all and takes it back.

    Raises:
        ForgetUnknown, ForgetTooMuch: the wish names no chat, or is too short to look for.
        ForgetUnread: no chat fits but, perhaps, one that cannot be opened.
    """
    with connection.transaction(force_rollback=dry_run):
        promotion.lock(connection)
        _execute(connection, "alone")
        found = select(connection, vault, wish)
        if not found.ids and found.unopened:
            raise ForgetUnread(chats=listed(found.unopened))
        return _forget(connection, vault, wish, meant(connection, vault, wish, found), now) if found.ids else None


def _forget(connection: Connection, vault: Vault, wish: Wish, found: Meant, now: datetime) -> Receipt:
    ids = [row["id"] for row in _rows(connection, "hold", ids=[*found.named, *found.again])]
    champion, known = promotion.champion(connection), _tainted(connection)
    receipt, datasets = named(ids, now), [row["dataset_id"] for row in _rows(connection, "datasets", ids=ids)]
    _execute(connection, "taint", datasets=datasets, receipt=receipt)
    adapters = sorted(_tainted(connection) - known)
    given = {"ids": ids, "datasets": datasets, "adapters": adapters}
    [counts], runs = _rows(connection, "count", **given), _rows(connection, "runs", **given)
    _bury(connection, vault, found, receipt)
    if wish.selector != "before":  # which keeps to a time, and wants nothing unsaid that is said again since
        _execute(connection, "leave_out", ids=ids, alike=found.alike, receipt=receipt)
    _remove(connection, ids, adapters)
    answers = promote.retract(connection)
    written = Receipt(
        receipt, wish.selector, _hash(vault, wish), counts, tuple(datasets), tuple(adapters),
        tuple(row["run_id"] for row in runs), champion["id"] if champion else None, answers, now,
        found.stays, tuple(found.unopened),
    )  # fmt: skip
    _write(connection, written)
    promote.notify(connection, answers or promote.BASE)  # the gateway drops what it holds in memory
    return written


def _hash(vault: Vault, wish: Wish) -> str:
    """Of what was asked for, unlike the hash by which chats name a person."""
    return vault.keyed_hash(f"wish {wish.selector} {wish.value}".encode())


def _bury(connection: Connection, vault: Vault, found: Meant, receipt: str) -> None:
    """What says the same again is refused by the marks of what it repeats; its own would refuse more than that."""
    buried = [*tombstones.of_chats(connection, vault, found.named), *map(tombstones.of_id, found.again)]
    hashes, kinds, turns = ([getattr(one, name) for one in buried] for name in tombstones.Tombstone._fields)
    _execute(connection, "bury", receipt=receipt, hashes=hashes, kinds=kinds, turns=turns)


def _remove(connection: Connection, ids: list[str], adapters: list[str]) -> None:
    _execute(connection, "reopen", ids=ids)
    _execute(connection, "silence", adapters=adapters)
    _execute(connection, "delete", ids=ids)
    _execute(connection, "empty_days")


def _write(connection: Connection, receipt: Receipt) -> None:
    columns = {**asdict(receipt), "counts": Jsonb(dict(receipt.counts)), "stays": Jsonb(dict(receipt.stays))}
    lists = {name: list(columns[name]) for name in ("datasets", "adapters", "runs", "unopened")}
    _execute(connection, "write", **columns | lists)


def _tainted(connection: Connection) -> set[str]:
    return {row["id"] for row in _rows(connection, "tainted")}


def _rows(connection: Connection, query: str, **given: Any) -> list[dict[str, Any]]:
    return connection.execute(getattr(postgres.queries("forget"), query), given).fetchall()


def _execute(connection: Connection, query: str, **given: Any) -> None:
    connection.execute(getattr(postgres.queries("forget"), query), given)

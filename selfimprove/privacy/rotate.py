"""A new key for the vault: every row is sealed again under it, in batches, while all of them can be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from selfimprove import postgres
from selfimprove.errors import RotationBusy, RotationUnfinished
from selfimprove.privacy import waiting
from selfimprove.privacy.open_rows import UNOPENED, listed, opened
from selfimprove.privacy.vault import Vault, add_key, drop_older_keys

if TYPE_CHECKING:
    from selfimprove.postgres import Connection

BATCH = 500
Table = Literal["chats", "feedback"]
Tell = Callable[[str], None]
TABLES: tuple[Table, ...] = ("chats", "feedback")


@dataclass(frozen=True, slots=True)
class Rotated:
    """The key that seals from now on, how many rows were sealed again, and the keys that are gone.

    `resumed`: the key was made by a rotation that broke off.
    """

    key_id: str
    chats: int
    feedback: int
    retired: tuple[str, ...]
    resumed: bool


def rotate(connection: Connection, home: Path, tell: Tell = lambda line: None) -> Rotated:
    """Seal everything under a new key, then drop the older ones; each batch is a transaction.

    Killed at any point, it goes on where it was when called again: both keys open until no row needs the older one.

    Raises:
        RotationBusy: another rotation is under way.
        RotationUnfinished: some rows cannot be opened; every key is kept, and all others are sealed under the new one.
        SpoolHeld: the gateway has not stored all that it sealed under an older key; every key is kept.
    """
    with _alone(connection):
        vault = Vault.open(home, connection)
        connection.commit()
        resumed = len(vault.ciphers) > 1
        vault = vault if resumed else add_key(home)
        unopened = set[str]()
        early = {table: _reseal_all(connection, vault, table, unopened, tell) for table in TABLES}
        late = _retire(connection, vault, unopened)
        waiting.reseal(home, vault)
        if unopened:  # whatever the reason is: no key is dropped that a row names, for that could not be undone
            raise RotationUnfinished(key_id=vault.current, chats=listed(unopened))
        drop_older_keys(home)
    chats, feedback = (early[table] + late[table] for table in TABLES)
    retired = tuple(sorted(vault.ciphers.keys() - {vault.current}))
    return Rotated(vault.current, chats, feedback, retired, resumed)


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """One rotation at a time; the lock ends with the connection, however that ends."""
    row = connection.execute(_query("rotation_lock")).fetchone()
    if row is None or not row["free"]:
        raise RotationBusy
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(_query("rotation_unlock"))
        connection.commit()


def _reseal_all(
    connection: Connection, vault: Vault, table: Table, unopened: set[str], tell: Tell = lambda line: None
) -> int:
    last, count = "", 0
    while True:
        with connection.transaction():
            last, more = _reseal(connection, vault, table, unopened, last)
        if not last:
            return count
        count += more
        tell(f"{table}: {count} sealed again")


def _reseal(connection: Connection, vault: Vault, table: Table, unopened: set[str], after: str) -> tuple[str, int]:
    """Seal the next batch again; returns its last id, "" where there is none, and how many of it were."""
    given = {"key_id": vault.current, "after": after, "most": BATCH}
    rows = connection.execute(_query(f"old_{table}"), given).fetchall()
    fresh = _sealed_again(vault, rows, unopened)
    connection.execute(_query(f"reseal_{table}"), fresh)
    return (rows[-1]["id"] if rows else ""), len(fresh["ids"])


def _sealed_again(vault: Vault, rows: list[dict[str, Any]], unopened: set[str]) -> dict[str, list[Any]]:
    """The columns of rows that open; the chats of others are added to `unopened`."""
    fresh = {}
    for row in rows:
        try:
            text = opened(vault, row)
        except UNOPENED:
            unopened.add(row["chat_id"])
        else:
            fresh[row["id"]] = vault.seal(text, row["id"].encode())
    return {
        "ids": [*fresh],
        "key_ids": [one.key_id for one in fresh.values()],
        "nonces": [one.nonce for one in fresh.values()],
        "sealed": [one.ciphertext for one in fresh.values()],
    }


def _retire(connection: Connection, vault: Vault, unopened: set[str]) -> dict[Table, int]:
    """Wait for those who are writing, seal what they wrote, and let nobody store under the older keys any more.

    Who forgets is waited for before, as each would hold what the other wants: rows of chats, and the table.
    """
    with connection.transaction():
        connection.execute(postgres.queries("chats").while_nothing_is_forgotten)
        connection.execute(_query("stop_writers"))
        late = {table: _reseal_all(connection, vault, table, unopened) for table in TABLES}
        older = sorted(vault.ciphers.keys() - {vault.current})
        connection.execute(_query("retire"), {"key_ids": older})
    return late


def _query(name: str) -> Any:
    return getattr(postgres.queries("privacy"), name)

"""A new key for the vault: every row is sealed again under it, in batches, while all of them can be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from selfimprove import postgres
from selfimprove.chats.chat import Sealed
from selfimprove.errors import RotationBusy
from selfimprove.privacy import waiting
from selfimprove.privacy.vault import Vault, add_key, drop_older_keys

if TYPE_CHECKING:
    from selfimprove.postgres import Connection

BATCH = 500
Table = Literal["chats", "feedback"]
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


def rotate(connection: Connection, home: Path, tell: Callable[[str], None] = lambda line: None) -> Rotated:
    """Seal everything under a new key, then drop the older ones; each batch is a transaction.

    Killed at any point, it goes on where it was when called again: both keys open until no row needs the older one.

    Raises:
        RotationBusy: another rotation is under way.
        VaultKeyUnknown, SealBroken: a row cannot be opened; every key is kept.
        SpoolHeld: the gateway has not stored all that it sealed under an older key; every key is kept.
    """
    with _alone(connection):
        vault = Vault.open(home, connection)
        connection.commit()
        resumed = len(vault.ciphers) > 1
        vault = vault if resumed else add_key(home)
        early = {table: _reseal_all(connection, vault, table, tell) for table in TABLES}
        late = _retire(connection, vault)
        waiting.reseal(home, vault)
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


def _reseal_all(connection: Connection, vault: Vault, table: Table, tell: Callable[[str], None]) -> int:
    last, count = "", 0
    while True:
        with connection.transaction():
            rows = _reseal(connection, vault, table, last)
        if not rows:
            return count
        last, count = rows[-1], count + len(rows)
        tell(f"{table}: {count} sealed again")


def _reseal(connection: Connection, vault: Vault, table: Table, after: str) -> list[str]:
    """Seal the next batch again; returns its ids."""
    given = {"key_id": vault.current, "after": after, "most": BATCH}
    rows = connection.execute(_query(f"old_{table}"), given).fetchall()
    if rows:
        connection.execute(_query(f"reseal_{table}"), _sealed_again(vault, rows))
    return [row["id"] for row in rows]


def _sealed_again(vault: Vault, rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    fresh = []
    for row in rows:
        context = row["id"].encode()
        text = vault.unseal(Sealed(row["key_id"], row["nonce"], row["sealed"]), context)
        fresh.append(vault.seal(text, context))
    return {
        "ids": [row["id"] for row in rows],
        "key_ids": [one.key_id for one in fresh],
        "nonces": [one.nonce for one in fresh],
        "sealed": [one.ciphertext for one in fresh],
    }


def _retire(connection: Connection, vault: Vault) -> dict[Table, int]:
    """Wait for those who are writing, seal what they wrote, and let nobody store under the older keys any more."""
    with connection.transaction():
        connection.execute(_query("stop_writers"))
        late: dict[Table, int] = {}
        for table in TABLES:
            last, late[table] = "", 0
            while ids := _reseal(connection, vault, table, last):
                last, late[table] = ids[-1], late[table] + len(ids)
        older = sorted(vault.ciphers.keys() - {vault.current})
        connection.execute(_query("retire"), {"key_ids": older})
    return late


def _query(name: str) -> Any:
    return getattr(postgres.queries("privacy"), name)

"""Opens rows of chats and feedback, many of them, though some may not open."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from selfimprove.chats.chat import Sealed
from selfimprove.errors import SealBroken, VaultKeyUnknown

if TYPE_CHECKING:
    from selfimprove.privacy.vault import Vault

BATCH = 500
UNOPENED = (SealBroken, VaultKeyUnknown)
LISTED = 20


def readable(vault: Vault, rows: Iterable[Mapping[str, Any]], unopened: set[str]) -> Iterator[tuple[str, bytes]]:
    """Chat ids, each with what one of its rows says; the chats of rows that do not open are added to `unopened`.

    One that was damaged, or written over by who may store chats alone, must not keep the others from being forgotten.
    """
    for row in rows:
        try:
            said = opened(vault, row)
        except UNOPENED:
            unopened.add(row["chat_id"])
        else:
            yield row["chat_id"], said


def opened(vault: Vault, row: Mapping[str, Any]) -> bytes:
    """What a row of chats or feedback says.

    Raises:
        VaultKeyUnknown, SealBroken: nobody can tell.
    """
    return vault.unseal(Sealed(row["key_id"], row["nonce"], row["sealed"]), row["id"].encode())


def listed(chats: Collection[str]) -> str:
    """How many, and the first of them by the beginning of their ids, by which a person can name them."""
    more = ", ..." if len(chats) > LISTED else ""
    return f"{len(chats)} ({', '.join(id[:12] for id in sorted(chats)[:LISTED])}{more})"

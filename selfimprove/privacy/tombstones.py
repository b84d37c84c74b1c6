"""Keyed hashes by which a forgotten chat is known again, in whatever state and from wherever it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from selfimprove import postgres
from selfimprove.chats.chat import Message
from selfimprove.chats.marks import marks
from selfimprove.chats.seal import decode
from selfimprove.privacy.open_rows import BATCH, readable

if TYPE_CHECKING:
    from selfimprove.postgres import Connection
    from selfimprove.privacy.vault import Vault

Kind = Literal["chat", "start", "state", "turn"]


class Tombstone(NamedTuple):
    """One row of table tombstones, but for its receipt."""

    hash: str
    kind: Kind
    turns: int


def of_chats(connection: Connection, vault: Vault, ids: list[str]) -> Iterator[Tombstone]:
    """The tombstones of stored chats; of one that does not open the id alone is known."""
    unopened = set[str]()
    with connection.cursor(name="forgotten_chats") as cursor:
        cursor.itersize = BATCH
        rows = cursor.execute(postgres.queries("privacy").sealed_by_id, {"ids": ids})
        for id, said in readable(vault, rows, unopened):
            yield from of_chat(id, decode(said), vault.keyed_hash)
    yield from map(of_id, sorted(unopened))


def of_id(id: str) -> Tombstone:
    """The tombstone by which a chat is refused under its own id alone."""
    return Tombstone(id, "chat", 0)


def of_chat(id: str, messages: tuple[Message, ...], keyed_hash: Callable[[bytes], str]) -> Iterator[Tombstone]:
    """A chat's id, and its marks: how it begins, up to each turn, and what a person said at length.

    A chat is refused when it begins like a forgotten one with 200 bytes or more, when it holds a turn of a person of
    that length which a forgotten one holds, or when it is as a whole what a forgotten one was at some time. A chat in
    which a person said next to nothing ("hi", "good morning") is refused under its own id alone, or nobody could ever
    greet this house again.
    """
    yield Tombstone(id, "chat", len(messages))
    yield from (Tombstone(*mark) for mark in marks(messages, keyed_hash))

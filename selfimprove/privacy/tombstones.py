"""Keyed hashes by which a forgotten chat is known again, in whatever state and from wherever it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

import orjson

from selfimprove import postgres
from selfimprove.chats.chat import Message
from selfimprove.chats.seal import encode
from selfimprove.privacy.matching import BATCH, opened

if TYPE_CHECKING:
    from selfimprove.postgres import Connection
    from selfimprove.privacy.vault import Vault

DISTINCT = 200  # bytes of JSON from which on nobody else's chat begins alike
Kind = Literal["chat", "content", "earlier", "opening"]


class Tombstone(NamedTuple):
    """One row of table tombstones, but for its receipt."""

    hash: str
    kind: Kind
    turns: int


def of_chats(connection: Connection, vault: Vault, ids: list[str]) -> Iterator[Tombstone]:
    """The tombstones of stored chats."""
    with connection.cursor(name="forgotten_chats") as cursor:
        cursor.itersize = BATCH
        for row in cursor.execute(postgres.queries("privacy").sealed_by_id, {"ids": ids}):
            messages = tuple(Message(**message) for message in orjson.loads(opened(vault, row)))
            yield from of_chat(row["id"], messages, vault.keyed_hash)


def of_chat(id: str, messages: tuple[Message, ...], keyed_hash: Callable[[bytes], str]) -> Iterator[Tombstone]:
    """A chat's id, all of it, and its earlier states up to each answer; what goes on from a long one is known too."""
    content = encode(messages)
    yield Tombstone(id, "chat", len(messages))
    yield Tombstone(keyed_hash(content), "opening" if len(content) >= DISTINCT else "content", len(messages))
    for turns in range(2, len(messages)):
        if messages[turns - 1].role == "assistant":
            yield Tombstone(keyed_hash(encode(messages[:turns])), "earlier", turns)

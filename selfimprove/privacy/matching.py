"""Looks for words in what people really said: raw text, opened batch by batch, which nothing else can search."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import orjson

from selfimprove import postgres
from selfimprove.chats.chat import Sealed
from selfimprove.chats.marks import spelled

if TYPE_CHECKING:
    from selfimprove.postgres import Connection
    from selfimprove.privacy.vault import Vault

BATCH = 500
DIGITS = 6  # from which on a text is a number, which people write in groups
BETWEEN = re.compile(r"[\s()./-]+")  # these groups


def matching(connection: Connection, vault: Vault, text: str) -> list[str]:
    """Ids of the chats in which the text stands, in a message or in feedback, ascending.

    Letter case, accents, width, white space, kinds of quotes and dashes make no difference, nor do the groups in which
    a number is written.

    Raises:
        VaultKeyUnknown, SealBroken: a row cannot be opened, so that nobody can say what it holds.
    """
    says = _looking_for(spelled(text))
    chats = {id for id, said in _raw(connection, vault, "sealed_chats") if any(map(says, _contents(said)))}
    given = {id for id, said in _raw(connection, vault, "sealed_comments") if says(said.decode())}
    return sorted(chats | given)


def opened(vault: Vault, row: dict[str, Any]) -> bytes:
    """What a row of chats or feedback says."""
    return vault.unseal(Sealed(row["key_id"], row["nonce"], row["sealed"]), row["id"].encode())


def _raw(connection: Connection, vault: Vault, query: str) -> Iterator[tuple[str, bytes]]:
    """Chat ids, each with what one of its sealed rows says."""
    with connection.cursor(name=query) as cursor:
        cursor.itersize = BATCH
        for row in cursor.execute(getattr(postgres.queries("privacy"), query)):
            yield row["chat_id"], opened(vault, row)


def _contents(said: bytes) -> list[str]:
    return [message["content"] for message in orjson.loads(said)]


def _looking_for(wanted: str) -> Callable[[str], bool]:
    if sum(map(str.isdigit, wanted)) < DIGITS:
        return lambda text: wanted in spelled(text)
    number = BETWEEN.sub("", wanted)
    return lambda text: wanted in (plain := spelled(text)) or number in BETWEEN.sub("", plain)

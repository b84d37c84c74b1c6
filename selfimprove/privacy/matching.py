"""Looks for words in what people really said: raw text, opened batch by batch, which nothing else can search."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import orjson

from selfimprove import postgres
from selfimprove.chats.spelling import spelled
from selfimprove.privacy.open_rows import BATCH, readable

if TYPE_CHECKING:
    from selfimprove.postgres import Connection
    from selfimprove.privacy.vault import Vault

DIGITS = 6  # from which on a text is a number, which people write in groups
BETWEEN = re.compile(r"[\s()./-]+")  # these groups


class Found(NamedTuple):
    """Ids of chats, ascending; and of those that cannot be opened, of which nobody knows what they say."""

    ids: list[str]
    unopened: frozenset[str] = frozenset()


def matching(connection: Connection, vault: Vault, text: str) -> Found:
    """The chats in which the text stands, in a message or in feedback.

    Letter case, accents, width, white space, kinds of quotes and dashes make no difference, nor do the groups in which
    a number is written.
    """
    says, unopened = _looking_for(spelled(text)), set[str]()
    raw = partial(_raw, connection, vault, unopened)
    chats = {id for id, said in raw("sealed_chats") if any(map(says, _contents(said)))}
    given = {id for id, said in raw("sealed_comments") if says(said.decode())}
    return Found(sorted(chats | given), frozenset(unopened - chats - given))


def _raw(connection: Connection, vault: Vault, unopened: set[str], query: str) -> Iterator[tuple[str, bytes]]:
    with connection.cursor(name=query) as cursor:
        cursor.itersize = BATCH
        yield from readable(vault, cursor.execute(getattr(postgres.queries("privacy"), query)), unopened)


def _contents(said: bytes) -> list[str]:
    return [message["content"] for message in orjson.loads(said)]


def _looking_for(wanted: str) -> Callable[[str], bool]:
    if sum(map(str.isdigit, wanted)) < DIGITS:
        return lambda text: wanted in spelled(text)
    number = BETWEEN.sub("", wanted)
    return lambda text: wanted in (plain := spelled(text)) or number in BETWEEN.sub("", plain)

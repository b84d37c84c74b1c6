"""Near copies among chats that no night has filtered yet, held against what is forgotten as a night would do it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

from selfimprove import postgres
from selfimprove.chats.seal import decode
from selfimprove.privacy.open_rows import BATCH, readable
from selfimprove.privacy.redacted_chat import RedactedChat

if TYPE_CHECKING:
    from selfimprove.curation.content import Content
    from selfimprove.postgres import Connection
    from selfimprove.privacy.vault import Vault


def alike(connection: Connection, vault: Vault, ids: list[str]) -> list[str]:
    """Ids of other chats that are nearly the same as one of these, and that no night has judged.

    Both as they were said, which a night compares redacted.
    """
    from selfimprove.curation.content import teaches_the_same
    from selfimprove.curation.deduplicate import Seen, confirm, sketch

    others = _contents(connection, vault, "unjudged", ids)
    batch, found = list(islice(others, BATCH)), list[str]()
    named = {content.id: content for content in _contents(connection, vault, "named", ids)} if batch else {}
    seen = Seen()
    seen.add(sketch([*named.values()]), compare=False)
    while batch:
        repeats = confirm(batch, seen.look(sketch(batch)), lambda wanted: named, teaches_the_same)
        found += [content.id for content, repeated in zip(batch, repeats, strict=True) if repeated]
        batch = list(islice(others, BATCH))
    return found


def _contents(connection: Connection, vault: Vault, query: str, ids: list[str]) -> Iterator[Content]:
    from selfimprove.curation.content import content_of

    with connection.cursor(name=f"contents_{query}") as cursor:
        cursor.itersize = BATCH
        rows = cursor.execute(getattr(postgres.queries("forget"), query), {"ids": ids})
        for id, said in readable(vault, rows, set()):
            yield content_of(RedactedChat(id, date.min, decode(said)))

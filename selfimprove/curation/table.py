"""The rows of this room: sketches, filtered chats, embeddings."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain
from typing import Any

import numpy as np

from selfimprove import postgres
from selfimprove.chats.chat import Message
from selfimprove.chats.days import Rejection
from selfimprove.curation.content import content_of
from selfimprove.curation.deduplicate import sketch
from selfimprove.curation.sketch import BINS, SKETCH_VERSION, Sketches
from selfimprove.postgres import Connection
from selfimprove.privacy.redacted_chat import RedactedChat, RedactedFeedback

QUERIES = "curation"
BATCH = 2000
DAY_BATCH = 500
# From so many new embeddings on, the index is built anew at the end: row by row takes about twice as long.
BULK = 5000


def redacted(connection: Connection, day: date) -> Iterator[list[RedactedChat]]:
    """The redacted chats of a day, earliest first, a batch at a time: memory does not grow with the day."""
    yield from _batches(connection, "redacted", day)


def filtered(connection: Connection, day: date) -> Iterator[RedactedChat]:
    """The filtered chats of a day, by id, read a batch at a time."""
    yield from chain.from_iterable(_batches(connection, "filtered", day))


def _batches(connection: Connection, query: str, day: date) -> Iterator[list[RedactedChat]]:
    with connection.cursor(name=query) as cursor:
        cursor.execute(getattr(postgres.queries(QUERIES), query), {"day": day})
        while rows := cursor.fetchmany(DAY_BATCH):
            yield [_chat(row) for row in rows]


def recall(connection: Connection, chat_ids: set[str]) -> list[RedactedChat]:
    """Redacted chats of any day by their ids."""
    found = connection.execute(postgres.queries(QUERIES).recall, {"chat_ids": list(chat_ids)}) if chat_ids else ()
    return [_chat(row) for row in found]


def sketch_missing(connection: Connection, upto: date) -> None:
    """Sketch every redacted chat up to a day that has no sketch of this version."""
    queries = postgres.queries(QUERIES)
    connection.execute(queries.forget_sketches, {"upto": upto, "rule_version": SKETCH_VERSION})
    with connection.cursor(name="unsketched") as cursor:
        cursor.execute(queries.unsketched, {"upto": upto})
        while rows := cursor.fetchmany(BATCH):
            _write_sketches(connection, [_chat(row) for row in rows])


def _write_sketches(connection: Connection, chats: Sequence[RedactedChat]) -> None:
    made = sketch([content_of(chat) for chat in chats])
    with connection.cursor().copy(postgres.queries(QUERIES).write_sketches) as copy:
        for chat, text_hash, bins in zip(chats, made.hashes, made.bins, strict=True):
            copy.write_row((chat.id, chat.day, text_hash, bins.astype("<u4").tobytes(), SKETCH_VERSION))


def sketches(connection: Connection, after: date, upto: date) -> Iterator[Sketches]:
    """Stored sketches of the days after one and up to another, in order, a batch at a time."""
    with connection.cursor(name="sketches") as cursor:
        cursor.execute(postgres.queries(QUERIES).sketches, {"after": after, "upto": upto})
        while rows := cursor.fetchmany(BATCH):
            bins = np.frombuffer(b"".join(row["sketch"] for row in rows), "<u4").astype(np.uint32)
            yield Sketches(
                [row["chat_id"] for row in rows], [row["text_hash"] for row in rows], bins.reshape(len(rows), BINS)
            )


def left_out(connection: Connection, chat_ids: Collection[str], before: date) -> list[dict[str, Any]]:
    """Those of the chats that were left out on days before one: id, reason, original, similarity, equal."""
    given = {"chat_ids": list(chat_ids), "day": before}
    return connection.execute(postgres.queries(QUERIES).left_out, given).fetchall() if chat_ids else []


def vectors(connection: Connection, chat_ids: Sequence[str], model: str) -> dict[str, str]:
    """Embeddings of some chats by one model, as Postgres writes them."""
    rows = connection.execute(postgres.queries(QUERIES).vectors, {"chat_ids": list(chat_ids), "model": model})
    return {row["chat_id"]: row["vector"] for row in rows}


def delete(connection: Connection, chat_ids: Sequence[str]) -> None:
    """Forget some filtered chats, their embeddings and their critiques."""
    connection.execute(postgres.queries(QUERIES).delete, {"chat_ids": list(chat_ids)})


def write(connection: Connection, day: date, rule_version: str, languages: Mapping[str, str | None]) -> None:
    """Store filtered chats, given as id and language, by COPY."""
    with connection.cursor().copy(postgres.queries(QUERIES).write) as copy:
        for chat_id, language in languages.items():
            copy.write_row((chat_id, day, language, rule_version))


def write_vectors(connection: Connection, model: str, embedded: Mapping[str, str]) -> None:
    """Store embeddings, given as id and text form, by COPY."""
    with connection.cursor().copy(postgres.queries(QUERIES).write_vectors) as copy:
        for chat_id, vector in embedded.items():
            copy.write_row((chat_id, model, vector))


def is_bulk(connection: Connection, of_days: Sequence[date]) -> bool:
    """Whether more chats of these days are to be embedded than the index should take in one by one."""
    row = connection.execute(postgres.queries(QUERIES).to_embed, {"days": list(of_days)}).fetchone() or {}
    return int(row["chats"]) > BULK


def drop_index(connection: Connection) -> None:
    """Take the index of embeddings away; search reads them all meanwhile."""
    connection.execute(postgres.queries(QUERIES).drop_index)


def build_index(connection: Connection) -> None:
    """Have the index of embeddings; nothing happens where it is."""
    connection.execute(postgres.queries(QUERIES).build_index)


def tally(connection: Connection, day: date) -> dict[str, int]:
    """What is stored of a day: redacted, filtered, rejected, embedded, repeated."""
    row = connection.execute(postgres.queries(QUERIES).tally, {"day": day}).fetchone()
    return dict(row or {})


def rejections(connection: Connection, day: date) -> list[Rejection]:
    """What this room left out of a day."""
    rows = connection.execute(postgres.queries(QUERIES).rejections, {"day": day})
    return [Rejection(**row) for row in rows]


def count_all(connection: Connection) -> int:
    """How many filtered chats there are."""
    row = connection.execute(postgres.queries(QUERIES).count_all).fetchone()
    return int(row["chats"]) if row else 0


def reasons(connection: Connection, day: date | None) -> dict[str, int]:
    """How many chats were left out for each reason, on one day or on all; the most frequent first."""
    rows = connection.execute(postgres.queries(QUERIES).reasons, {"day": day})
    return {row["reason"]: row["chats"] for row in rows}


def _chat(row: Mapping[str, Any]) -> RedactedChat:
    messages = tuple(Message(**message) for message in row["messages"])
    return RedactedChat(row["chat_id"], row["day"], messages, tuple(RedactedFeedback(**f) for f in row["feedback"]))

"""The rows of redacted chats: sealed ones read in batches, redacted ones written by COPY and read back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date

import orjson
from psycopg import Connection as AnyConnection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from selfimprove import postgres
from selfimprove.chats.chat import Message, Sealed
from selfimprove.postgres import Connection
from selfimprove.privacy.redact_chat import Passed
from selfimprove.privacy.redacted_chat import RedactedChat, RedactedFeedback
from selfimprove.privacy.sealed_chat import SealedChat, SealedFeedback

QUERIES = "privacy"
BATCH = 500


@dataclass(frozen=True, slots=True)
class Tally:
    """What the tables hold of a day: chats, redacted ones, rejected ones by reason, spans by type."""

    chats: int
    redacted: int
    rejected: dict[str, int]
    spans: dict[str, int]


def read(connection: Connection, day: date) -> Iterator[RedactedChat]:
    """The redacted chats of a day, by id, a batch at a time: memory does not grow with the day."""
    with connection.cursor(name="redacted_chats") as cursor:
        cursor.itersize = BATCH
        for row in cursor.execute(postgres.queries(QUERIES).redacted, {"day": day}):
            yield RedactedChat(
                row["chat_id"],
                row["day"],
                tuple(Message(**message) for message in row["messages"]),
                tuple(RedactedFeedback(**given) for given in row["feedback"]),
            )


def sealed_batches(connection: AnyConnection[DictRow], day: date) -> Iterator[list[SealedChat]]:
    """The chats of a day with their feedback, by id, a batch at a time: memory does not grow with the day."""
    with connection.cursor(name="sealed_chats") as cursor:
        cursor.execute(postgres.queries(QUERIES).sealed, {"day": day})
        while rows := cursor.fetchmany(BATCH):
            feedback = _sealed_feedback(connection, [row["id"] for row in rows])
            yield [_sealed_chat(row, feedback) for row in rows]


def _sealed_feedback(connection: Connection, chat_ids: list[str]) -> dict[str, list[SealedFeedback]]:
    found: dict[str, list[SealedFeedback]] = defaultdict(list)
    for row in connection.execute(postgres.queries(QUERIES).sealed_feedback, {"chat_ids": chat_ids}):
        text = None if row["sealed"] is None else _sealed(row)
        found[row["chat_id"]].append(
            SealedFeedback(row["id"], row["position"], row["kind"], row["value"], row["source"], text)
        )
    return found


def _sealed_chat(row: DictRow, feedback: dict[str, list[SealedFeedback]]) -> SealedChat:
    return SealedChat(row["id"], row["turns"], _sealed(row), tuple(feedback.get(row["id"], ())))


def _sealed(row: DictRow) -> Sealed:
    return Sealed(row["key_id"], row["nonce"], row["sealed"])


def delete(connection: Connection, day: date) -> None:
    """Forget the day's redacted chats, and with them all that later rooms made of them."""
    connection.execute(postgres.queries(QUERIES).delete, {"day": day})


def write(connection: Connection, day: date, rule_version: str, chats: Iterable[Passed]) -> None:
    """Store redacted chats by COPY."""
    with connection.cursor().copy(postgres.queries(QUERIES).write) as copy:
        for chat in chats:
            copy.write_row((chat.chat_id, day, *_columns(chat), rule_version, Jsonb(dict(chat.originals))))


def _columns(chat: Passed) -> tuple[Jsonb, Jsonb, Jsonb]:
    messages = [{"role": message.role, "content": message.content} for message in chat.messages]
    feedback = [asdict(given) for given in chat.feedback]
    return Jsonb(messages, orjson.dumps), Jsonb(feedback, orjson.dumps), Jsonb(dict(chat.spans), orjson.dumps)


def tally(connection: Connection, day: date) -> Tally:
    """Count what the tables hold of a day."""
    row = connection.execute(postgres.queries(QUERIES).tally, {"day": day}).fetchone() or {}
    return Tally(**row)


def count_all(connection: Connection) -> int:
    """How many redacted chats there are."""
    row = connection.execute(postgres.queries(QUERIES).count_all).fetchone()
    return int(row["chats"]) if row else 0

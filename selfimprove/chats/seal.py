"""Turns a chat into the rows that are stored: hashes under the vault's key, and ciphertext."""

from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import orjson

from selfimprove.chats.chat import Chat, Feedback, Message, Sealing, Side, side

SEPARATOR = b"\x00"  # JSON text never holds it


class ChatRow(NamedTuple):
    """One row of table chats, in the order of its COPY."""

    id: str
    source: str
    user_key: str | None
    day: date
    started_at: datetime
    turns: int
    side: Side
    digest: str
    key_id: str
    nonce: bytes
    sealed: bytes


class FeedbackRow(NamedTuple):
    """One row of table feedback, in the order of its COPY."""

    id: str
    chat_id: str
    position: int
    kind: str
    value: float | None
    source: str
    key_id: str | None
    nonce: bytes | None
    sealed: bytes | None
    given_at: datetime


def seal(chat: Chat, sealing: Sealing, timezone: ZoneInfo) -> tuple[ChatRow, list[FeedbackRow]]:
    """The chat's row, its day in the owner's time zone, and the rows of its feedback."""
    content = encode(chat.messages)
    chat_id = _identify(chat, content, sealing)
    row = ChatRow(
        chat_id,
        chat.source,
        sealing.keyed_hash(chat.user.encode()) if chat.user else None,
        chat.started_at.astimezone(timezone).date(),
        chat.started_at,
        len(chat.messages),
        side(chat_id),
        sealing.keyed_hash(content),
        *sealing.seal(content, chat_id.encode()),
    )
    return row, [seal_feedback(given, chat_id, sealing) for given in chat.feedback]


def encode(messages: tuple[Message, ...]) -> bytes:
    """The messages as the JSON that is sealed: [{"role", "content"}]."""
    return orjson.dumps([{"role": message.role, "content": message.content} for message in messages])


def decode(said: bytes) -> tuple[Message, ...]:
    """The messages that `encode` wrote."""
    return tuple(Message(**message) for message in orjson.loads(said))


def identify(chat: Chat, sealing: Sealing) -> str:
    """The chat's id: what stays the same when a conversation goes on; without an external id, its whole content."""
    return _identify(chat, encode(chat.messages), sealing)


def _identify(chat: Chat, content: bytes, sealing: Sealing) -> str:
    if chat.id:
        return chat.id
    opening = next((message.content for message in chat.messages if message.role == "user"), "")
    known_as = chat.external_id.encode() if chat.external_id else content
    return sealing.keyed_hash(SEPARATOR.join((chat.source.encode(), known_as, opening.encode())))


def seal_feedback(given: Feedback, chat_id: str, sealing: Sealing) -> FeedbackRow:
    """The row of feedback on a chat; what was said twice is one row."""
    row_id = sealing.keyed_hash(
        orjson.dumps([chat_id, given.position, given.kind, given.source, given.value, given.text])
    )
    sealed = None if given.text is None else sealing.seal(given.text.encode(), row_id.encode())
    key_id, nonce, ciphertext = sealed or (None, None, None)
    said = (given.position, given.kind, given.value, given.source)
    return FeedbackRow(row_id, chat_id, *said, key_id, nonce, ciphertext, given.given_at)

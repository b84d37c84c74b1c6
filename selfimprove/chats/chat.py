"""The nouns of the house: a chat, its messages, its feedback, and how they are sealed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

Role = Literal["system", "user", "assistant", "tool"]
Kind = Literal["thumbs", "rating", "correction", "preference", "comment"]
Side = Literal["train", "validation", "sealed"]
MARK = ":"  # in a source, between where something came from and the gateway's token that it was said with


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a person said of one answer.

    `value` is -1 or 1 for thumbs and in [-1, 1] for a rating; `text` is the better answer of a correction,
    the rejected answer of a preference, or a comment.
    """

    position: int
    kind: Kind
    value: float | None
    text: str | None
    source: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Chat:
    """A conversation as it arrived; `external_id` and `user` are what the source calls it and its speaker.

    `id` is given where the house named it before its end was known.
    """

    source: str
    external_id: str | None
    user: str | None
    started_at: datetime
    messages: tuple[Message, ...]
    feedback: tuple[Feedback, ...] = ()
    id: str | None = None


class Sealed(NamedTuple):
    """One ciphertext with what is needed to open it, given the key; its last 16 bytes are the tag."""

    key_id: str
    nonce: bytes
    ciphertext: bytes


@dataclass(frozen=True, slots=True)
class Sealing:
    """How chats are made unreadable: both functions come from the vault.

    `seal(plaintext, context)` authenticates the context (a row's id) too; `keyed_hash(data)` gives 32 hex digits.
    """

    seal: Callable[[bytes, bytes], Sealed]
    keyed_hash: Callable[[bytes], str]


def side(chat_id: str) -> Side:
    """The side a chat belongs to for ever: 80 in 100 train, 10 validate, 10 are never trained on."""
    share = int(chat_id[:8], 16) % 100
    return "train" if share < 80 else "validation" if share < 90 else "sealed"

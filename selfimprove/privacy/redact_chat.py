"""Open one chat, redact it, and pass it on only when nothing is left: anything else is a rejection with its reason.

Opening and redacting are apart, so that the tagger of names reads many opened chats at once between them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import orjson

from selfimprove.chats.chat import Message, Role, Sealed
from selfimprove.chats.days import Rejection
from selfimprove.errors import SealBroken
from selfimprove.privacy.names.spread import spread
from selfimprove.privacy.originals import KeyedHash, hashed
from selfimprove.privacy.redact import Redacted, Span, locate, redact
from selfimprove.privacy.redacted_chat import RedactedFeedback
from selfimprove.privacy.sealed_chat import SealedChat
from selfimprove.privacy.time_limit import TookTooLong, time_limit
from selfimprove.privacy.veto import has_tag

Reason = Literal["unreadable", "no_train", "redactor_failed", "left_over_secret"]
Unseal = Callable[[Sealed, bytes], bytes]
Redactor = Callable[[Sequence[str], Sequence[Sequence[Span]]], Redacted]

ROLES = frozenset(get_args(Role))
SECONDS, BYTES_A_SECOND = 20.0, 20_000  # a hundredth of the usual speed, so that only a runaway is stopped


@dataclass(frozen=True, slots=True)
class Opened:
    """A chat whose seals are broken, for as long as it is redacted: `texts` are its messages', then its feedback's."""

    chat: SealedChat
    messages: Sequence[Mapping[str, Any]] = field(repr=False)
    texts: Sequence[str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Passed:
    """A redacted chat, how many spans of each type were replaced in it, and by pseudonym the hash of what it hides."""

    chat_id: str
    messages: tuple[Message, ...]
    feedback: tuple[RedactedFeedback, ...]
    spans: Mapping[str, int]
    originals: Mapping[str, str] = field(default_factory=dict)


class Malformed(Exception):
    """What came back is not what was asked for; never holds text of the chat."""


def open_chat(chat: SealedChat, unseal: Unseal) -> Opened | Rejection:
    """The chat's messages and feedback, or why they cannot be read.

    Raises:
        VaultKeyUnknown: the vault lacks the chat's key: the house is wrong, not the chat.
    """
    try:
        return Opened(chat, *_open(chat, unseal))
    except (SealBroken, Malformed, ValueError) as exc:
        return Rejection(chat.id, "unreadable", {"error": type(exc).__name__})


def redact_chat(
    opened: Opened,
    found: Sequence[Sequence[Span]],
    keyed_hash: KeyedHash,
    redactor: Redactor = redact,
    seconds: float = SECONDS,
) -> Passed | Rejection:
    """The chat's messages and feedback redacted together, or why not; `found` is what the tagger found in each text."""
    chat, texts = opened.chat, opened.texts
    try:
        with time_limit(seconds + chat.size / BYTES_A_SECOND):
            if any(map(has_tag, texts)):  # before anything is masked: a tag beside a secret would be
                return Rejection(chat.id, "no_train", _where(opened))
            redacted = redactor(texts, spread(texts, found))
            _insist(redacted, len(texts))
            left = sorted({span.rule for own in locate(redacted.texts) for span in own})
            originals = hashed(redacted.originals, keyed_hash)
    except (Exception, TookTooLong) as exc:  # noqa: BLE001  whatever the redactor does, the chat must not pass
        return Rejection(chat.id, "redactor_failed", {"error": type(exc).__name__})
    if left:
        return Rejection(chat.id, "left_over_secret", {"rules": left})
    return _passed(opened, redacted, originals)


def _where(opened: Opened) -> dict[str, Any]:
    """The first message or feedback that bears the owner's veto."""
    marked, said = next(i for i, text in enumerate(opened.texts) if has_tag(text)), len(opened.messages)
    if marked < said:
        return {"position": marked, "rule": "message"}
    noted = [given.position for given in opened.chat.feedback if given.text]
    return {"position": noted[marked - said], "rule": "feedback"}


def _open(chat: SealedChat, unseal: Unseal) -> tuple[list[Mapping[str, str]], list[str]]:
    """The messages as they were sealed, and all texts of the chat: messages first, then feedback."""
    messages = orjson.loads(unseal(chat.messages, chat.id.encode()))
    if not isinstance(messages, list) or len(messages) != chat.turns or not all(map(_is_message, messages)):
        raise Malformed
    texts = [message["content"] for message in messages]
    return messages, texts + [unseal(given.text, given.id.encode()).decode() for given in chat.feedback if given.text]


def _is_message(value: Any) -> bool:
    return isinstance(value, dict) and value.get("role") in ROLES and isinstance(value.get("content"), str)


def _insist(redacted: Any, texts: int) -> None:
    """Raise Malformed, or UnicodeEncodeError, unless this is one storable text for each that was given."""
    if not isinstance(redacted, Redacted) or len(redacted.texts) != texts:
        raise Malformed
    if not all(isinstance(text, str) and "\x00" not in text for text in redacted.texts):
        raise Malformed
    "".join(redacted.texts).encode()
    if not all(isinstance(kind, str) and isinstance(count, int) for kind, count in redacted.spans.items()):
        raise Malformed


def _passed(opened: Opened, redacted: Redacted, originals: Mapping[str, str]) -> Passed:
    texts = iter(redacted.texts)
    said = tuple(Message(message["role"], next(texts)) for message in opened.messages)
    return Passed(opened.chat.id, said, tuple(_feedback(opened.chat, texts)), redacted.spans, originals)


def _feedback(chat: SealedChat, texts: Iterator[str]) -> Iterator[RedactedFeedback]:
    for given in chat.feedback:
        yield RedactedFeedback(
            given.position, given.kind, given.value, next(texts) if given.text else None, given.source
        )

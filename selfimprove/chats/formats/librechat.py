"""LibreChat's export of a conversation: {"conversationId", "messages"}, flat or nested, with thumbs in it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from selfimprove.chats.calendar import Calendar
from selfimprove.chats.chat import Chat, Feedback, Message
from selfimprove.chats.formats.parts import said, unfolded
from selfimprove.chats.formats.tree import branch, newest
from selfimprove.chats.formats.turns import first, name, text
from selfimprove.chats.unreadable import Unreadable

SOURCE = "librechat"
PARENT = "parentMessageId"
ROOT = "00000000-0000-0000-0000-000000000000"  # the parent of a first message
THUMBS = {"thumbsUp": 1.0, "thumbsDown": -1.0}
THINKING, THOUGHT = re.compile(r"^:::thinking\n", re.MULTILINE), re.compile(r"^:::[ \t]*(?:\n+|\Z)", re.MULTILINE)


def matches(record: Mapping[str, Any]) -> bool:
    """Whether the record has LibreChat's tree, or messages that tell whether a person wrote them."""
    flat = record.get("messages")
    is_flat = isinstance(flat, list) and bool(flat) and isinstance(flat[0], dict) and "isCreatedByUser" in flat[0]
    return is_flat or isinstance(record.get("messagesTree"), list)


def chat(record: Mapping[str, Any], calendar: Calendar) -> Chat:
    """The branch that was written on last, with thumbs and comments as feedback."""
    nodes = {item["messageId"]: item for item in _every(first(record, "messagesTree", "messages"))}
    path = branch(nodes, newest(nodes, PARENT, "createdAt"), PARENT, ROOT) if nodes else []
    shown = [(item, message) for n, item in enumerate(path, 1) if (message := _message(item, n)).content]
    if not shown:
        raise Unreadable("no_messages", "none that says anything")
    started_at = calendar.at(first(path[0], "createdAt"))
    answers = [(at, item) for at, (item, message) in enumerate(shown) if message.role == "assistant"]
    return Chat(
        source=SOURCE,
        external_id=name(record, "conversationId"),
        user=name(path[0], "user"),
        started_at=started_at,
        messages=tuple(message for _, message in shown),
        feedback=tuple(given for at, item in answers for given in _feedback(item, at, calendar)),
    )


def _every(items: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The messages of a list, and in a nested export those below each, in their order."""
    waiting = items[::-1]
    while waiting:
        item = waiting.pop()
        yield item
        waiting.extend(reversed(item.get("children") or ()))


def _message(item: Mapping[str, Any], number: int) -> Message:
    """One turn; what a server wrote where an answer failed is none."""
    is_asked = item.get("isCreatedByUser")
    if not isinstance(is_asked, bool):
        raise Unreadable("unknown_role", f"message {number}")
    content = "" if item.get("error") else _said(item, number)
    if is_asked and not content and item.get("files"):
        raise Unreadable("not_text", f"message {number}")
    return Message("user" if is_asked else "assistant", content)


def _said(item: Mapping[str, Any], number: int) -> str:
    parts = item.get("content")
    if isinstance(parts, list) and parts:
        return said(parts)
    return unfolded(text(item.get("text") or "", number), THINKING, THOUGHT).strip()


def _feedback(item: Mapping[str, Any], position: int, calendar: Calendar) -> Iterator[Feedback]:
    given = item.get("feedback")
    if not isinstance(given, dict):
        return
    given_at = calendar.at(first(item, "updatedAt", "createdAt"))
    rating, comment = given.get("rating"), given.get("text")
    if isinstance(rating, str) and rating in THUMBS:
        yield Feedback(position, "thumbs", THUMBS[rating], None, SOURCE, given_at)
    if isinstance(comment, str) and comment.strip():
        yield Feedback(position, "comment", None, comment, SOURCE, given_at)

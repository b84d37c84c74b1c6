"""Open WebUI's export: an array of {"user_id", "chat": {"history": {"messages", "currentId"}}} with ratings in it."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from selfimprove.chats.calendar import Calendar
from selfimprove.chats.chat import Chat, Feedback, Message
from selfimprove.chats.formats.parts import unfolded
from selfimprove.chats.formats.tree import branch
from selfimprove.chats.formats.turns import first, name, role, text
from selfimprove.chats.unreadable import Unreadable

SOURCE = "openwebui"
MIDDLE, HALF = 5.5, 4.5  # of its detailed rating, 1 to 10

# What the page folds away inside an answer: thinking, tool calls and their results.
FOLDED = re.compile(r'<details type="(?:reasoning|tool_calls|code_interpreter)"')
END = re.compile(r"</details>\s*")


def matches(record: Mapping[str, Any]) -> bool:
    """Whether the record wraps a chat with a history or messages."""
    chat = record.get("chat")
    return isinstance(chat, dict) and ("history" in chat or "messages" in chat)


def chat(record: Mapping[str, Any], calendar: Calendar) -> Chat:
    """The current branch, with thumbs, detailed ratings and comments as feedback."""
    inner = record["chat"]
    items = _items(inner)
    if not items:
        raise Unreadable("no_messages")
    started_at = calendar.at(first({**inner, **record}, "created_at", "timestamp"))
    said_at = calendar.at(record["updated_at"]) if record.get("updated_at") else started_at
    return Chat(
        source=SOURCE,
        external_id=name(record, "id"),
        user=name(record, "user_id"),
        started_at=started_at,
        messages=tuple(_message(item, number) for number, item in enumerate(items, 1)),
        feedback=tuple(given for position, item in enumerate(items) for given in _feedback(item, position, said_at)),
    )


def _items(inner: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The current branch of the tree; the flat list where there is no tree."""
    history = inner.get("history") or {}
    nodes, leaf = history.get("messages"), history.get("currentId")
    if isinstance(nodes, dict) and isinstance(leaf, str):
        return branch(nodes, leaf, "parentId")
    return [item for item in inner.get("messages") or [] if isinstance(item, dict)]


def _message(item: Mapping[str, Any], number: int) -> Message:
    content = text(item.get("content"), number)
    if not content and item.get("files"):
        raise Unreadable("not_text", f"message {number}")
    return Message(role(item.get("role"), number), unfolded(content, FOLDED, END))


def _feedback(item: Mapping[str, Any], position: int, given_at: datetime) -> Iterator[Feedback]:
    annotation = item.get("annotation")
    if not isinstance(annotation, dict) or item.get("role") != "assistant":
        return
    if annotation.get("rating") in (-1, 1):
        yield Feedback(position, "thumbs", float(annotation["rating"]), None, SOURCE, given_at)
    rating = (annotation.get("details") or {}).get("rating")
    if isinstance(rating, (int, float)) and 1 <= rating <= 10:
        yield Feedback(position, "rating", (rating - MIDDLE) / HALF, None, SOURCE, given_at)
    comment = annotation.get("comment")
    if isinstance(comment, str) and comment.strip():
        yield Feedback(position, "comment", None, comment, SOURCE, given_at)

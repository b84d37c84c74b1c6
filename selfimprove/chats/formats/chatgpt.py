"""ChatGPT's conversations.json: an array of message trees, of which the current branch is the conversation."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from selfimprove.chats.calendar import Calendar
from selfimprove.chats.chat import Chat, Message
from selfimprove.chats.formats.tree import branch
from selfimprove.chats.formats.turns import ROLES, first, name, text
from selfimprove.chats.unreadable import Unreadable

SOURCE = "chatgpt"
SHOWN_TYPES = ("text", "multimodal_text")
SHOWN_CHANNELS = (None, "final")
SHOWN_RECIPIENTS = (None, "all")
INTERNAL_ROLES = ("system", "tool")


def matches(record: Mapping[str, Any]) -> bool:
    """Whether the record maps ids to nodes."""
    return isinstance(record.get("mapping"), dict)


def chat(record: Mapping[str, Any], calendar: Calendar) -> Chat:
    """What the person saw on the current branch: no system, tool, hidden or thinking messages."""
    path = branch(record["mapping"], _leaf(record), "parent")
    shown = [node["message"] for node in path if _is_shown(node.get("message"))]
    messages = _joined(_message(message, number) for number, message in enumerate(shown, 1))
    if not messages:
        raise Unreadable("no_messages", "none that a person saw")
    started = first(record, "create_time")
    return Chat(
        source=SOURCE,
        external_id=name(record, "conversation_id", "id"),
        user=None,
        started_at=calendar.at(started if started is not None else first(shown[0], "create_time")),
        messages=messages,
    )


def _leaf(record: Mapping[str, Any]) -> str:
    """The current node; the last leaf in files of tools that leave it out."""
    nodes = record["mapping"]
    leaves = [key for key, node in nodes.items() if isinstance(node, dict) and not node.get("children")]
    found = record.get("current_node") or (leaves[-1] if leaves else None)
    if not isinstance(found, str):
        raise Unreadable("no_messages", "the tree has no leaf")
    return found


def _is_shown(message: Any) -> bool:
    if not isinstance(message, dict):
        return False
    author, content, metadata = (message.get(key) or {} for key in ("author", "content", "metadata"))
    if author.get("role") in INTERNAL_ROLES or message.get("recipient") not in SHOWN_RECIPIENTS:
        return False
    if metadata.get("is_visually_hidden_from_conversation") or message.get("weight") == 0:
        return False
    if content.get("content_type") not in SHOWN_TYPES or message.get("channel") not in SHOWN_CHANNELS:
        return False
    return content.get("parts") not in ([], [""], None)


def _message(message: Mapping[str, Any], number: int) -> Message:
    role = ROLES.get(message["author"].get("role") or "")
    if role is None:
        raise Unreadable("unknown_role", f"message {number}")
    return Message(role, text(message["content"]["parts"], number))


def _joined(messages: Iterable[Message]) -> tuple[Message, ...]:
    """One turn each: what an assistant said before and after a tool call is one answer."""
    return tuple(
        Message(role, "\n\n".join(message.content for message in turn))
        for role, turn in groupby(messages, key=lambda message: message.role)
    )

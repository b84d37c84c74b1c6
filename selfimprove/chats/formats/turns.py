"""Messages as the formats have in common: a role by one of its names, and text alone or in parts."""

from collections.abc import Iterable, Mapping
from typing import Any

from selfimprove.chats.chat import Message, Role
from selfimprove.chats.unreadable import Unreadable

ROLES: Mapping[str, Role] = {
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "bing": "assistant",
    "bard": "assistant",
    "model": "assistant",
    "system": "system",
    "developer": "system",
    "tool": "tool",
    "function": "tool",
    "function_call": "tool",
    "function_response": "tool",
    "observation": "tool",
}


def turns(items: Iterable[Any], role_key: str, text_key: str) -> tuple[Message, ...]:
    """The messages of a list; an assistant's bare tool call is left out.

    Raises:
        Unreadable: unknown_role, not_text, no_messages.
    """
    messages = []
    for number, item in enumerate(items, 1):
        if not isinstance(item, dict):
            raise Unreadable("not_text", f"message {number}")
        content = item.get(text_key)
        if content is None and (item.get("tool_calls") or item.get("function_call")):
            continue
        messages.append(Message(role(item.get(role_key), number), text(content, number)))
    if not messages:
        raise Unreadable("no_messages")
    return tuple(messages)


def role(name: object, number: int) -> Role:
    """The role that a source calls `name`, in message `number`."""
    found = ROLES.get(name) if isinstance(name, str) else None
    if found is None:
        raise Unreadable("unknown_role", f"message {number}")
    return found


def text(content: object, number: int) -> str:
    """The text of a message's content: as it is, or its text parts joined; images, audio and files are left out."""
    if isinstance(content, str):
        return content
    parts = [part for part in map(_part, content) if part is not None] if isinstance(content, list) else []
    if not parts:
        raise Unreadable("not_text", f"message {number}")
    return "\n".join(parts)


def _part(part: object) -> str | None:
    found = part.get("text") if isinstance(part, dict) else part
    return found if isinstance(found, str) else None


def first(record: Mapping[str, Any], *keys: str) -> Any:
    """The first of these values that is there."""
    return next((record[key] for key in keys if record.get(key) is not None), None)


def name(record: Mapping[str, Any], *keys: str) -> str | None:
    """The first of these values that can name something."""
    found = first(record, *keys)
    return str(found) if isinstance(found, (str, int)) and found != "" else None

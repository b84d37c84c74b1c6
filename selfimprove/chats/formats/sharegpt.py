"""ShareGPT: {"id", "conversations": [{"from", "value"}]}, in an array or one a line."""

from collections.abc import Mapping
from typing import Any

from selfimprove.chats.calendar import Calendar
from selfimprove.chats.chat import Chat
from selfimprove.chats.formats.turns import name, turns

SOURCE = "sharegpt"


def matches(record: Mapping[str, Any]) -> bool:
    """Whether the record has a list of conversations' turns."""
    return isinstance(record.get("conversations"), list)


def chat(record: Mapping[str, Any], calendar: Calendar) -> Chat:
    """The conversation; it has no time of its own. Some sets use OpenAI's keys for the turns."""
    items = record["conversations"]
    openai_keys = bool(items) and isinstance(items[0], dict) and "from" not in items[0]
    messages = turns(items, "role", "content") if openai_keys else turns(items, "from", "value")
    return Chat(SOURCE, name(record, "id"), None, calendar.at(None), messages)

"""OpenAI's chat format: {"messages": [{"role", "content"}]}, one conversation a line."""

from collections.abc import Mapping
from typing import Any

from selfimprove.chats.calendar import Calendar
from selfimprove.chats.chat import Chat
from selfimprove.chats.formats.turns import first, name, turns

SOURCE = "openai"
TIMES = ("created_at", "create_time", "created", "timestamp", "started_at")


def matches(record: Mapping[str, Any]) -> bool:
    """Whether the record has a list of messages."""
    return isinstance(record.get("messages"), list)


def chat(record: Mapping[str, Any], calendar: Calendar) -> Chat:
    """The conversation; ids, user and times are taken where the line has them."""
    return Chat(
        source=SOURCE,
        external_id=name(record, "id", "conversation_id", "chat_id"),
        user=name(record, "user", "user_id"),
        started_at=calendar.at(first(record, *TIMES)),
        messages=turns(record["messages"], "role", "content"),
    )

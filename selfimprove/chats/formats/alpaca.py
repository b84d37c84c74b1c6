"""Alpaca: {"instruction", "input", "output"}, in an array or one a line; each is one question and its answer."""

from collections.abc import Mapping
from typing import Any

from selfimprove.chats.calendar import Calendar
from selfimprove.chats.chat import Chat, Message
from selfimprove.chats.formats.turns import text

SOURCE = "alpaca"


def matches(record: Mapping[str, Any]) -> bool:
    """Whether the record has an instruction and an output."""
    return "instruction" in record and "output" in record


def chat(record: Mapping[str, Any], calendar: Calendar) -> Chat:
    """The instruction, with its input below where there is one, and the output."""
    question, answer = text(record["instruction"], 1), text(record["output"], 2)
    given = text(record.get("input") or "", 1)
    asked = f"{question}\n\n{given}" if given else question
    return Chat(SOURCE, None, None, calendar.at(None), (Message("user", asked), Message("assistant", answer)))

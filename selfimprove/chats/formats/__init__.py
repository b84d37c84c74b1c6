"""Reads one record of an imported file as a chat; the format is told by what the record holds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from selfimprove.chats.calendar import Calendar
from selfimprove.chats.chat import Chat
from selfimprove.chats.formats import alpaca, chatgpt, claude, hh_rlhf, librechat, openai, openwebui, sharegpt
from selfimprove.chats.formats.labels import labelled
from selfimprove.chats.unreadable import Unreadable


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write conversations down; its name is the source of the chats it gives."""

    name: str
    matches: Callable[[Mapping[str, Any]], bool]
    chat: Callable[[Mapping[str, Any], Calendar], Chat]


READERS = (chatgpt, openwebui, claude, librechat, openai, sharegpt, hh_rlhf, alpaca)
FORMATS = tuple(Format(reader.SOURCE, reader.matches, reader.chat) for reader in READERS)


def chat(data: bytes | None, calendar: Calendar) -> Chat:
    """The chat of one record.

    Raises:
        Unreadable: with the reason why it is none.
    """
    if data is None:
        raise Unreadable("too_large", "more than 32 MiB in one record")
    try:
        record = orjson.loads(data)
    except orjson.JSONDecodeError as exc:
        way_out = "; of LibreChat, export it without recursion" if "depth" in exc.msg else ""
        raise Unreadable("invalid_json", f"{exc.msg} at character {exc.pos + 1}{way_out}") from None
    if isinstance(record, dict):
        for format_ in FORMATS:
            if format_.matches(record):
                return _chat(format_, record, calendar)
    raise Unreadable("unknown_format", f"none of {', '.join(format_.name for format_ in FORMATS)}")


def _chat(format_: Format, record: Mapping[str, Any], calendar: Calendar) -> Chat:
    try:
        return labelled(format_.chat(record, calendar), record)
    except (AttributeError, IndexError, KeyError, TypeError):
        # what a file holds in place of an object or a list; the error's own words could quote it
        raise Unreadable("unknown_format", f"its parts are not those of {format_.name}") from None

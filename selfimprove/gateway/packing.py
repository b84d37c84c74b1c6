"""Exchanges and reactions as bytes, for as long as they wait to be stored."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson

from selfimprove.chats.chat import Message
from selfimprove.gateway.exchange import Exchange, Reaction, Thread

Kept = Exchange | Reaction


def pack(kept: Kept) -> bytes:
    """The bytes that `unpack` reads; halves of surrogate pairs, which no text can hold, become question marks."""
    whole = {type(kept).__name__: kept}
    try:
        return orjson.dumps(whole)
    except TypeError:
        text = json.dumps({type(kept).__name__: asdict(kept)}, default=datetime.isoformat, ensure_ascii=False)
        return text.encode("utf-8", "replace")


def unpack(data: bytes) -> Kept:
    """What was packed.

    Raises:
        ValueError, TypeError, KeyError: it was not.
    """
    [(name, fields)] = orjson.loads(data).items()
    fields |= {"at": datetime.fromisoformat(fields["at"]), "messages": _messages(fields["messages"])}
    if name == Reaction.__name__:
        return Reaction(**fields)
    return Exchange(**fields | {"thread": Thread(**fields["thread"]), "others": tuple(fields["others"])})


def _messages(rows: list[dict[str, Any]]) -> tuple[Message, ...]:
    return tuple(Message(**row) for row in rows)

"""What a person wrote on a conversation and not in it: a veto in its title, or among its tags, is one all the same."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from selfimprove.chats.chat import Chat, Feedback

MARKED = re.compile(r"[#＃﹟♯]|&#|&num;|%23")  # only what holds a mark can hold a veto: other titles are not kept
VETOES = frozenset({"notrain", "notraining", "norag", "private"})


def labelled(chat: Chat, record: Mapping[str, Any]) -> Chat:
    """The chat with what may be its owner's veto as a comment on its first answer, where the veto is looked for."""
    place = next((at for at, message in enumerate(chat.messages) if message.role == "assistant"), None)
    text = "\n".join(dict.fromkeys(_labels(record)))
    if place is None or not text:
        return chat
    comment = Feedback(place, "comment", None, text, chat.source, chat.started_at)
    return replace(chat, feedback=(*chat.feedback, comment))


def _labels(record: Mapping[str, Any]) -> Iterator[str]:
    """Titles that hold a mark, and tags that are a veto by their name, of which Open WebUI keeps the letters alone."""
    for part in (record, record.get("chat"), record.get("meta"), record.get("metadata")):
        if isinstance(part, dict):
            for title in (part.get("title"), part.get("name")):  # as Claude calls it
                if isinstance(title, str) and MARKED.search(title):
                    yield title
            tags = part.get("tags")
            for tag in tags if isinstance(tags, list) else ():
                name = tag.get("name") if isinstance(tag, dict) else tag
                if isinstance(name, str) and _letters(name) in VETOES:
                    yield f"#{_letters(name)}"


def _letters(name: str) -> str:
    return "".join(filter(str.isalpha, unicodedata.normalize("NFKC", name).casefold()))

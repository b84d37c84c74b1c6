"""Anthropic's hh-rlhf: {"chosen", "rejected"}, two transcripts that differ in the last answer."""

import re
from collections.abc import Mapping
from typing import Any

from selfimprove.chats.calendar import Calendar
from selfimprove.chats.chat import Chat, Feedback, Message, Role
from selfimprove.chats.unreadable import Unreadable

SOURCE = "hh-rlhf"
SPEAKERS: Mapping[str, Role] = {"Human": "user", "Assistant": "assistant"}
SPEAKER = re.compile(r"(?:^|\n\n)(Human|Assistant):[ ]?")


def matches(record: Mapping[str, Any]) -> bool:
    """Whether the record has two transcripts."""
    return isinstance(record.get("chosen"), str) and isinstance(record.get("rejected"), str)


def chat(record: Mapping[str, Any], calendar: Calendar) -> Chat:
    """The chosen transcript; the rejected answer becomes a preference when it answers the same messages."""
    messages, other = _messages(record["chosen"]), _messages(record["rejected"])
    started_at = calendar.at(None)
    feedback = tuple(
        Feedback(len(messages) - 1, "preference", None, other[-1].content, SOURCE, started_at)
        for _ in range(_prefers(messages, other))
    )
    return Chat(SOURCE, None, None, started_at, messages, feedback)


def _prefers(chosen: tuple[Message, ...], rejected: tuple[Message, ...]) -> bool:
    same_question = chosen[:-1] == rejected[:-1]
    return same_question and chosen[-1] != rejected[-1] and chosen[-1].role == rejected[-1].role == "assistant"


def _messages(transcript: str) -> tuple[Message, ...]:
    before, *pieces = SPEAKER.split(transcript)
    if before.strip() or not pieces:
        raise Unreadable("no_messages", "no 'Human:' at its start")
    pairs = zip(pieces[::2], pieces[1::2], strict=True)
    return tuple(Message(SPEAKERS[speaker], said.strip()) for speaker, said in pairs)

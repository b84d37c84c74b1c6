"""Redacted chats for tests, from turns that alternate between user and assistant."""

from datetime import date

from selfimprove.chats.chat import Message
from selfimprove.privacy.redacted_chat import RedactedChat, RedactedFeedback

DAY = date(2026, 3, 2)


def chat(*turns: str, feedback: tuple[RedactedFeedback, ...] = (), id: str = "a" * 32, day: date = DAY) -> RedactedChat:
    """user, assistant, user, … as a chat."""
    messages = tuple(Message("assistant" if i % 2 else "user", text) for i, text in enumerate(turns))
    return RedactedChat(id, day, messages, feedback)


def said(kind: str, position: int = 1, value: float | None = None, text: str | None = None) -> RedactedFeedback:
    """One piece of feedback on the answer at `position`."""
    return RedactedFeedback(position, kind, value, text, "test")

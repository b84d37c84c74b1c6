"""A sample chat before it has a time and an id."""

from dataclasses import dataclass
from typing import Literal

from selfimprove.chats.chat import Kind, Message, Side

When = Literal["before_the_last_day", "on_the_last_day", "any_day"]


@dataclass(frozen=True, slots=True)
class Said:
    """Feedback on the answer at a position, before it has a time."""

    position: int
    kind: Kind
    value: float | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """Messages and feedback; the side they shall be on, if that matters; whether the last answer is pinned."""

    messages: tuple[Message, ...]
    said: tuple[Said, ...] = ()
    when: When = "any_day"
    side: Side | None = None
    pinned: bool = False


def talk(*texts: str) -> tuple[Message, ...]:
    """A conversation in which user and assistant take turns."""
    return tuple(Message("assistant" if n % 2 else "user", text) for n, text in enumerate(texts))


def liked(position: int = 1) -> Said:
    """A thumb up."""
    return Said(position, "thumbs", 1.0)


def disliked(position: int = 1) -> Said:
    """A thumb down."""
    return Said(position, "thumbs", -1.0)


def corrected(text: str, position: int = 1) -> Said:
    """The better answer."""
    return Said(position, "correction", None, text)

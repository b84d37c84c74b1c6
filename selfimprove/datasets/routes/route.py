"""The nouns: a lesson, where it belongs, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from selfimprove.chats.chat import Message
from selfimprove.datasets.example import Chosen

Where = Literal["memory", "weights", "nowhere"]
WHERE: tuple[Where, ...] = ("memory", "weights", "nowhere")
DecidedBy = Literal["rules", "model", "person"]
LEFT_OUT: Mapping[Where, str] = {"memory": "remembered", "nowhere": "one_off"}  # why no weights learn it


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one example teaches last: a question and the fact that answers it, in redacted words.

    `times`: how often people asked the same lately. `turns`: questions in the whole example.
    """

    example_id: str
    chat_id: str
    messages: tuple[Message, ...]
    question: str
    fact: str
    said_at: datetime
    is_correction: bool = False
    turns: int = 1
    times: int = 1


@dataclass(frozen=True, slots=True)
class Route:
    """Where a lesson belongs. `score`: how surely elsewhere than in the weights, in [0, 1].

    `vector` is of the question, None where a rule decided without one; `reason` reads as what happened.
    """

    lesson: Lesson
    where: Where
    score: float
    reason: str
    decided_by: DecidedBy
    evidence: Mapping[str, Any] = field(default_factory=dict)
    vector: tuple[float, ...] | None = None


def lesson(chosen: Chosen, times: int = 1) -> Lesson:
    """What an example teaches; every example ends in a question and its answer."""
    messages = chosen.example.messages
    asked = [message.content for message in messages if message.role == "user"]
    return Lesson(
        chosen.example.id, chosen.chat_id, messages, asked[-1] if asked else "", messages[-1].content, chosen.said_at,
        chosen.example.kind == "correction", len(asked), times,
    )  # fmt: skip

"""Candidates and chosen examples for tests, from little."""

from datetime import UTC, date, datetime, timedelta

from selfimprove.chats.chat import Message, Side
from selfimprove.datasets.example import Candidate, Chosen, Kind, example
from selfimprove.privacy.redacted_chat import RedactedFeedback

FIRST = date(2026, 3, 1)


def chat(*contents: str) -> tuple[Message, ...]:
    """User and assistant by turns; a first text that begins with "system: " is the system prompt."""
    start = 1 if contents and contents[0].startswith("system: ") else 0
    system = [Message("system", contents[0].removeprefix("system: "))] if start else []
    turns = [Message("assistant" if i % 2 else "user", text) for i, text in enumerate(contents[start:])]
    return (*system, *turns)


def said(kind: str, position: int, text: str | None = None, value: float | None = None) -> RedactedFeedback:
    return RedactedFeedback(position, kind, value, text, "test")


def candidate(
    *contents: str,
    scores: dict[int, float] | None = None,
    feedback: tuple[RedactedFeedback, ...] = (),
    pinned: bool = False,
) -> Candidate:
    return Candidate("c", FIRST, "train", at(0), chat(*contents), feedback, scores or {}, pinned)


def chosen(
    prompt: str, answer: str, day: int, side: Side = "train", *, kind: Kind = "correction", chat_id: str = ""
) -> Chosen:
    """A one-turn example of a day counted from FIRST."""
    chat_id = chat_id or f"{prompt}/{answer}/{day}"
    made = example(chat_id, kind, chat(prompt, answer), 1.0)
    return Chosen(made, chat_id, FIRST + timedelta(days=day), side, at(day))


def many(n: int, day: int, side: Side = "train", word: str = "thing") -> list[Chosen]:
    """Different questions of one day."""
    return [chosen(f"What is my {word} number {i} of day {day}?", f"It is {i}.", day, side) for i in range(n)]


def at(day: int) -> datetime:
    return datetime(2026, 3, 1, 12, tzinfo=UTC) + timedelta(days=day)

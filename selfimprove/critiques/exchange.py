"""One question, its answer and what the person said next: all that rules look at."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Exchange:
    """The text of one answer in its place; `reply` is the next user turn, None when there is none."""

    question: str
    answer: str
    reply: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found wrong with an answer, in words and numbers, without quoting it; `version` is the rule's."""

    rule: str
    reason: str
    version: int = 1


Rule = Callable[[Exchange], str | None]

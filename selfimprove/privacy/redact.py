"""Find personal data and secrets in text, and replace each by its type and a number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

RULE_VERSION = "1"


@dataclass(frozen=True, slots=True)
class Span:
    """Code points [start, end) of the original text, what is in them, and the rule that says so."""

    start: int
    end: int
    type: str
    rule: str


@dataclass(frozen=True, slots=True)
class Redacted:
    """The texts with their spans replaced, in the order given, and how many spans of each type were replaced."""

    texts: tuple[str, ...]
    spans: dict[str, int]


def find(text: str) -> list[Span]:
    """Spans of personal data and secrets, ascending, without overlap."""
    return [Span(*m.span(), "EMAIL", "email") for m in re.finditer(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", text)]


def redact(texts: Sequence[str]) -> Redacted:
    """One chat's texts redacted together: the same value gets the same pseudonym, such as [EMAIL_1]."""
    numbers: dict[tuple[str, str], int] = {}
    counts: dict[str, int] = {}
    redacted = []
    for text in texts:
        parts, at = [], 0
        for span in find(text):
            value = (span.type, text[span.start : span.end].casefold())
            number = numbers.setdefault(value, sum(kind == span.type for kind, _ in numbers) + 1)
            parts += [text[at : span.start], f"[{span.type}_{number}]"]
            counts[span.type] = counts.get(span.type, 0) + 1
            at = span.end
        redacted.append("".join([*parts, text[at:]]))
    return Redacted(tuple(redacted), counts)

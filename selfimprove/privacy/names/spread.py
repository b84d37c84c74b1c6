"""A name that is found in one text of a chat is one in its other texts too, and so are its parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from selfimprove.privacy.beside import Span, beside

SHORTEST = 3
_WORD = re.compile(r"\w[\w'’-]*\w")


def spread(texts: Sequence[str], found: Sequence[Sequence[Span]]) -> list[list[Span]]:
    """What was found in one chat's texts, and wherever else in them it stands, written with the same capitals."""
    known = {value: span for text, own in zip(texts, found, strict=True) for value, span in _values(text, own)}
    if not known:
        return [list(own) for own in found]
    values = sorted(known, key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, values))})(?!\w)")
    return [beside(text, own, list(_again(text, pattern, known))) for text, own in zip(texts, found, strict=True)]


def _values(text: str, spans: Sequence[Span]) -> Iterator[tuple[str, Span]]:
    """What is worth looking for: whole values that begin with a capital, and the capitalised words of a name."""
    for span in spans:
        value = text[span.start : span.end]
        parts = _WORD.findall(value) if span.type == "NAME" else []
        for part in (value, *parts):
            if len(part) >= SHORTEST and part[0].isupper():
                yield part, span


def _again(text: str, pattern: re.Pattern[str], known: dict[str, Span]) -> Iterator[Span]:
    for match in pattern.finditer(text):
        first = known[match[0]]
        yield Span(*match.span(), first.type, first.rule)

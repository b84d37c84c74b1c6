"""Answers in parts: what a person read of them, without what was thought and what tools were told and gave back."""

import re
from collections.abc import Iterable
from itertools import groupby
from typing import Any


def said(parts: Iterable[Any]) -> str:
    """The text parts: those side by side go on in one line, as citations split them, others are paragraphs."""
    runs = groupby(parts, lambda part: isinstance(part, dict) and part.get("type") == "text")
    texts = ("".join(map(_text, run)).strip() for is_text, run in runs if is_text)
    return "\n\n".join(filter(None, texts))


def _text(part: dict[str, Any]) -> str:
    found = part.get("text")
    text = found.get("value") if isinstance(found, dict) else found
    return text if isinstance(text, str) else ""


def unfolded(content: str, opens: re.Pattern[str], ends: re.Pattern[str]) -> str:
    """The text without its folded parts, read once: a pattern over both ends would take the square of its length."""
    parts, at = [], 0
    while (start := opens.search(content, at)) and (end := ends.search(content, start.end())):
        parts.append(content[at : start.start()])
        at = end.end()
    return "".join([*parts, content[at:]])

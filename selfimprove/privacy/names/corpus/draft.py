"""A training text and its labelled stretches."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

_FIELD = re.compile(r"\{(\w+)(?:=(\w+))?\}")
Fill = Callable[[], tuple[str, str]]  # a value and its label; "O" for none


@dataclass(frozen=True, slots=True)
class Draft:
    """A text with (start, end, label) of each stretch that is not O; `template` says what it was made from."""

    text: str
    spans: tuple[tuple[int, int, str], ...]
    template: str


def fill(template: str, values: Mapping[str, Fill]) -> Draft:
    """The template with each {field} filled anew, and each {field=value} with that value."""
    text, at = "", 0
    found: list[tuple[int, int, str]] = []
    for match in _FIELD.finditer(template):
        value, label = values[match[1]]()
        value = match[2] or value
        text += template[at : match.start()]
        if label != "O":
            found.append((len(text), len(text) + len(value), label))
        text += value
        at = match.end()
    return Draft(text + template[at:], tuple(found), template)


def join(drafts: list[Draft], glue: str) -> Draft:
    """Several texts as one."""
    text = ""
    spans: list[tuple[int, int, str]] = []
    for draft in drafts:
        text += glue if text else ""
        spans += [(start + len(text), end + len(text), label) for start, end, label in draft.spans]
        text += draft.text
    return Draft(text, tuple(spans), drafts[0].template)


def recased(draft: Draft, change: Callable[[str], str]) -> Draft:
    """The text in other letters, unless that moves offsets."""
    changed = change(draft.text)
    return replace(draft, text=changed) if len(changed) == len(draft.text) else draft

"""Rows that SQL writes into tables: people's data among source code, read like rows of any other form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

Stretch = tuple[int, int]

_VALUES = re.compile(r"\bVALUES\s{0,20}(?=\()", re.IGNORECASE)
_ROW = re.compile(r"\((?:[^()'\"\n]|'(?:[^'\n]|'')*+'|\"[^\"\n]*\"|\([^()\n]{0,100}\)){1,2000}+\)")
_NEXT = re.compile(r"\s{0,20},\s{0,20}(?=\()")
_WORDS = re.compile(r"['\"][^\W\d_][^'\"\n]{0,200}?\s[^'\"\n]{1,200}['\"]")
_MOST = 1000  # rows of one statement


def rows(text: str) -> Iterator[Stretch]:
    """The rows after each VALUES in which some value is of several words: single ones are more often identifiers."""
    for start in _VALUES.finditer(text):
        at = start.end()
        for _ in range(_MOST):
            row = _ROW.match(text, at)
            if not row:
                break
            if _WORDS.search(row[0]):
                yield row.span()
            following = _NEXT.match(text, row.end())
            if not following:
                break
            at = following.end()


def between(stretches: Iterable[Stretch], more: Iterable[Stretch]) -> Iterator[Stretch]:
    """Stretches, and those of the others that lie wholly between them; each ascends."""
    waiting, at = list(more)[::-1], 0
    for start, end in stretches:
        while waiting and waiting[-1][1] <= start:
            one = waiting.pop()
            if one[0] >= at:
                yield one
        yield start, end
        at = end
    yield from (one for one in reversed(waiting) if one[0] >= at)

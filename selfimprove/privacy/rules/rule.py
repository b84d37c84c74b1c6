"""What a rule is: where to look, and a check that says which code points of a match are meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

Bounds = tuple[int, int]
Check = Callable[[re.Match[str]], Iterable[Bounds]]


def whole(match: re.Match[str]) -> Iterable[Bounds]:
    """All that the pattern matched."""
    yield match.span()


def value(match: re.Match[str]) -> Iterable[Bounds]:
    """Only the group named "value"."""
    yield match.span("value")


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to recognise a type of personal data, over folded text.

    Every text in which the pattern can match holds at least one of `needs` (lower case) and `digits` digits: that is the gate.
    """

    name: str
    type: str
    pattern: str
    check: Check = whole
    needs: tuple[str, ...] = ()
    digits: int = 0
    flags: re.RegexFlag = re.NOFLAG


def near(match: re.Match[str], words: str, before: int = 40, after: int = 0) -> bool:
    """Whether one of the words (a pattern, lower case or not) stands close to the match."""
    text, (start, end) = match.string, match.span()
    find = compiled(words).search
    return bool(find(text[max(0, start - before) : start]) or (after and find(text[end : end + after])))


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern over words, upper or lower case."""
    return re.compile(pattern, re.IGNORECASE)


def digits_of(text: str) -> str:
    """The ASCII digits in a text, in order."""
    return re.sub(r"[^0-9]", "", text)

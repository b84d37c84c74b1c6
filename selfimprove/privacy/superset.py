"""Turns a rule's pattern into one for Hyperscan, over UTF-8, that matches in every text in which the rule does.

What Hyperscan lacks is left out, which only lets more through: look-around, boundaries, long counts. A piece of syntax
that is not known here gives no pattern at all, and its rule is then asked about every text.
"""

from __future__ import annotations

import re
import re._constants as op  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

LONGEST_COUNT = 24  # a longer one costs states and hardly lets less through
_ASCII = range(128)
_WORD = frozenset(c for c in _ASCII if chr(c).isalnum() or chr(c) == "_")
_DIGIT = frozenset(c for c in _ASCII if chr(c).isdigit())
_SPACE = frozenset(c for c in _ASCII if chr(c).isspace())
_CATEGORIES = {
    op.CATEGORY_WORD: (_WORD, False), op.CATEGORY_NOT_WORD: (_WORD, True),
    op.CATEGORY_DIGIT: (_DIGIT, False), op.CATEGORY_NOT_DIGIT: (_DIGIT, True),
    op.CATEGORY_SPACE: (_SPACE, False), op.CATEGORY_NOT_SPACE: (_SPACE, True),
}  # fmt: skip


class Untranslatable(Exception):
    """The pattern uses what is not known here."""


@dataclass(frozen=True, slots=True)
class Class:
    """One character: which ASCII ones it may be, and whether it may be another."""

    ascii: frozenset[int]
    wide: bool

    def written(self) -> str:
        """For one character, of one byte or more."""
        narrow = _bytes(self.ascii)
        wide = r"[\xc0-\xff][\x80-\xbf]{1,3}"
        return f"(?:{narrow}|{wide})" if self.wide and self.ascii else wide if self.wide else narrow

    def repeated(self, least: int, most: int | None) -> str:
        """For a run of characters, each of which is one byte or more."""
        allowed = _bytes(self.ascii, wide=self.wide)
        return f"{allowed}{{{least},{'' if most is None or self.wide else most}}}"


@dataclass(slots=True)
class _Translator:
    flags: int
    groups: dict[int, str] = field(default_factory=dict)

    def sequence(self, items: Sequence[Any], top: bool = False, first: bool = True) -> str:
        parts: list[str] = []
        for at, (kind, value) in enumerate(items):
            if top and kind is op.ASSERT and value[0] == 1 and _width(value[1]) > _width(items[at + 1 :]):
                return "".join([*parts, self.sequence(value[1], top=True, first=first and at == 0)])
            only_least = top and ((first and at == 0) or at == len(items) - 1)
            parts.append(self.piece(kind, value, only_least))
        return "".join(parts)

    def piece(self, kind: Any, value: Any, only_least: bool) -> str:
        if kind in (op.AT, op.ASSERT, op.ASSERT_NOT):
            return ""
        if kind in (op.LITERAL, op.NOT_LITERAL, op.IN, op.ANY):
            return self.character(kind, value).written()
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            return self.repeat(value, only_least)
        if kind is op.BRANCH:
            return f"(?:{'|'.join(self.sequence(branch) for branch in value[1])})"
        if kind is op.ATOMIC_GROUP:
            return f"(?:{self.sequence(value)})"
        if kind is op.SUBPATTERN and not (value[1] or value[2]):
            inner = self.groups[value[0]] = f"(?:{self.sequence(value[3])})"
            return inner
        if kind is op.GROUPREF:
            return f"{self.groups[value]}?"
        raise Untranslatable(str(kind))

    def repeat(self, counted: tuple[int, Any, Any], only_least: bool) -> str:
        least, most, items = min(counted[0], LONGEST_COUNT), *counted[1:]
        bound = None if most is op.MAXREPEAT or most > LONGEST_COUNT else int(most)
        bound = least if only_least else bound
        if bound == 0:
            return ""
        if len(items) == 1 and items[0][0] in (op.LITERAL, op.NOT_LITERAL, op.IN, op.ANY):
            return self.character(*items[0]).repeated(least, bound)
        return f"(?:{self.sequence(items)}){{{least},{'' if bound is None else bound}}}"

    def character(self, kind: Any, value: Any) -> Class:
        if kind is op.ANY:
            return Class(frozenset(_ASCII), True)
        if kind is op.NOT_LITERAL:
            return self.inverted(self.literal(value))
        if kind is op.LITERAL:
            return self.literal(value)
        inverted = value[0][0] is op.NEGATE
        parts = [self.member(*member) for member in value[inverted:]]
        union = Class(frozenset().union(*(part.ascii for part in parts)), any(part.wide for part in parts))
        return self.inverted(union) if inverted else union

    def member(self, kind: Any, value: Any) -> Class:
        if kind is op.LITERAL:
            return self.literal(value)
        if kind is op.RANGE:
            cased = (self.literal(c) for c in range(value[0], min(value[1], 127) + 1))
            return Class(frozenset().union(*(one.ascii for one in cased)), value[1] > 127)
        if kind is op.CATEGORY and value in _CATEGORIES:
            members, inverted = _CATEGORIES[value]
            wide = inverted or (value is op.CATEGORY_WORD and not self.flags & re.ASCII)
            return Class(frozenset(_ASCII) - members if inverted else members, wide)
        raise Untranslatable(f"{kind} {value}")

    def literal(self, code: int) -> Class:
        if code > 127:
            return Class(frozenset(), True)
        cased = {code, ord(chr(code).swapcase())} if self.flags & re.IGNORECASE else {code}
        return Class(frozenset(cased), False)

    @staticmethod
    def inverted(found: Class) -> Class:
        return Class(frozenset(_ASCII) - found.ascii, True)


def superset(pattern: str, flags: int) -> str | None:
    """The pattern for Hyperscan; None when there is none that could keep a text out."""
    try:
        parsed = parser.parse(pattern, flags)
        written = _Translator(parsed.state.flags).sequence(list(parsed), top=True)
    except Untranslatable:
        return None
    return written if re.search(written.encode("latin-1"), b"") is None else None


def _width(items: Any) -> int:
    return sum(_narrowest(kind, value) for kind, value in items)


def _narrowest(kind: Any, value: Any) -> int:
    if kind in (op.LITERAL, op.NOT_LITERAL, op.IN, op.ANY):
        return 1
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        return int(value[0]) * _width(value[2])
    if kind is op.SUBPATTERN:
        return _width(value[3])
    return min(map(_width, value[1])) if kind is op.BRANCH else 0


def _bytes(allowed: frozenset[int], wide: bool = False) -> str:
    """A class of bytes, in few of them: Hyperscan takes no pattern of more than 16,000."""
    written = "".join(chr(code) if chr(code).isalnum() else rf"\x{code:02x}" for code in sorted(allowed))
    return rf"[{written}\x80-\xff]" if wide else f"[{written}]"

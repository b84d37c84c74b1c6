"""One spelling for rules to read: digits, dashes, spaces, quotes and accents folded, invisible characters gone."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain

BARRIER = "\x00"  # stands for something redacted: no span holds one
TYPES = ("EMAIL", "PHONE", "CARD", "IBAN", "NATIONAL_ID", "IP", "SECRET", "PASSWORD", "LINK", "DEVICE", "WALLET")
PLACEHOLDER = re.compile(rf"\[({'|'.join(TYPES)})_(\d{{1,6}})\]")

_INVISIBLE = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff"
_ACCENTS = "\u0300-\u036f"  # decomposed ones; composed ones are folded by the table
_CUT = re.compile(rf"{PLACEHOLDER.pattern}|[{_INVISIBLE}{_ACCENTS}]+")
_SPECIAL = {
    BARRIER: "\ufffd", "\x85": "\n", "\u2028": "\n", "\u2029": "\n", "\u3002": ".", "\uff61": ".",
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'",
    "“": '"', "”": '"', "„": '"', "‟": '"', "″": '"', "«": '"', "»": '"',
    "−": "-", "⁻": "-", "ı": "i", "İ": "I", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D",
    "\x1c": " ", "\x1d": " ", "\x1e": " ", "\x1f": " ",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text and where it came from: segment i starts at `starts[i]` here and at `origins[i]` in the original."""

    text: str
    starts: tuple[int, ...] = (0,)
    origins: tuple[int, ...] = (0,)

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Code points of the original text that [start, end) of the folded text stands for."""
        return self._origin(start), self._origin(end - 1) + 1

    def _origin(self, at: int) -> int:
        segment = bisect_right(self.starts, at) - 1
        return self.origins[segment] + at - self.starts[segment]


def fold(text: str, found: Sequence[tuple[int, int]] = ()) -> Folded:
    """Fold a text; placeholders and the spans in `found` (ascending, disjoint) each become one barrier."""
    plain = not found and text.isascii() and "[" not in text
    cuts = [] if plain else list(_cuts(text, found))
    if not cuts:
        return Folded(_translate(text))
    parts: list[str] = []
    starts, origins = [0], [0]
    at = length = 0
    for start, end, replacement in cuts:
        parts += (_translate(text[at:start]), replacement)
        length += start - at + len(replacement)
        at = end
        starts.append(length)
        origins.append(at)
    return Folded("".join([*parts, _translate(text[at:])]), tuple(starts), tuple(origins))


def _cuts(text: str, found: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, str]]:
    """Disjoint stretches to leave out, ascending, each with what takes its place."""
    marks = ((*match.span(), BARRIER if match[1] else "") for match in _CUT.finditer(text))
    cuts = chain(marks, ((start, end, BARRIER) for start, end in found))
    at = 0
    for start, end, replacement in sorted(cuts, key=lambda cut: (cut[0], -cut[1])):
        if start >= at:
            yield start, end, replacement
            at = end


def _translate(text: str) -> str:
    """Fold character by character, so that every offset stays."""
    return text if text.isascii() and not _CONTROL.search(text) else text.translate(_table())


_CONTROL = re.compile(r"[\x00\x1c-\x1f]")


class _Table(dict[int, str]):
    """Folds code points as they turn up: filling all 1.1 million would take half a second."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_character(chr(code))
        return folded


@cache
def _table() -> _Table:
    return _Table()


def _fold_character(character: str) -> str:
    if character in _SPECIAL:
        return _SPECIAL[character]
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.digit(character))
    if category in ("Pd", "Zs"):
        return "-" if category == "Pd" else " "
    compatible = unicodedata.normalize("NFKC", character)
    decomposed = unicodedata.normalize("NFD", compatible)
    first, marks = decomposed[0], decomposed[1:]
    if all(unicodedata.combining(mark) for mark in marks):
        return _SPECIAL.get(first, first)
    return compatible if len(compatible) == 1 else character

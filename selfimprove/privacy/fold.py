"""One spelling for rules to read: digits, dashes, spaces, quotes and accents folded, invisible characters gone."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

BARRIER = "\x00"  # stands for something redacted: no span holds one
TYPES = (
    "EMAIL", "PHONE", "CARD", "IBAN", "NATIONAL_ID", "IP", "SECRET", "PASSWORD", "LINK", "DEVICE", "WALLET", "VEHICLE",
    "BIRTH_DATE", "COORDINATES", "NAME", "PLACE", "ADDRESS",
)  # fmt: skip
PLACEHOLDER = re.compile(rf"\[({'|'.join(TYPES)})_(\d{{1,6}})\]")

_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20e3\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e007f"
)
_ACCENTS = "\u0300-\u036f"  # decomposed ones; composed ones are folded by the table
_UNSEEN = re.compile(rf"[{_INVISIBLE}{_ACCENTS}]+")
_ENTITIES = {
    "commat": "@", "period": ".", "amp": "&", "colon": ":", "sol": "/", "equals": "=", "plus": "+", "lowbar": "_",
}  # fmt: skip
# Letters, digits and signs that somebody encoded, by the mark each encoding begins with; never spaces or quotes.
_CODES = "2[1345689a-f]|3[0-9abdf]|4[0-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9a]"
_DECIMALS = "3[35-8]|4[2-9]|5[0-9]|6[134-9]|[789]\\d|1[01]\\d|12[012]"
_ENCODED = {
    "%": re.compile(rf"%(?P<hex>{_CODES})(?P<decimal>)", re.IGNORECASE),
    "&": re.compile(
        rf"&(?:#(?:0{{0,4}}(?P<decimal>{_DECIMALS})|x0{{0,4}}(?P<hex>{_CODES}))|(?P<name>{'|'.join(_ENTITIES)}));",
        re.IGNORECASE,
    ),
    "\\": re.compile(rf"\\(?:x|u00|u\{{0{{0,4}})(?P<hex>{_CODES})(?P<decimal>)(?:(?<=\{{..)\}})?", re.IGNORECASE),
}
_CONTROLS = "\x00\x1c\x1d\x1e\x1f"
_SPECIAL = {
    BARRIER: "\ufffd", "\x85": "\n", "\u2028": "\n", "\u2029": "\n", "\u3002": ".", "\uff61": ".",
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'",
    "“": '"', "”": '"', "„": '"', "‟": '"', "″": '"', "«": '"', "»": '"',
    "−": "-", "⁻": "-", "ı": "i", "İ": "I", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D",
    "\x1c": " ", "\x1d": " ", "\x1e": " ", "\x1f": " ",
    **dict(zip("аеорсухіјѕԁһӏԛԝАВЕКМНОРСТХІЈЅ", "aeopcyxijsdhlqwABEKMHOPCTXIJS", strict=True)),  # Cyrillic look-alikes
    **dict(zip("οΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "oABEZHIKMNOPTYX", strict=True)),  # Greek ones
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text and where it came from: segment i starts at `starts[i]` here and at `origins[i]` in the original.

    `widths` holds, for places whose one character stands for several of the original, how many.
    """

    text: str
    starts: tuple[int, ...] = (0,)
    origins: tuple[int, ...] = (0,)
    widths: Mapping[int, int] = field(default_factory=dict)

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Code points of the original text that [start, end) of the folded text stands for."""
        return self._origin(start), self._origin(end - 1) + self.widths.get(end - 1, 1)

    def _origin(self, at: int) -> int:
        segment = bisect_right(self.starts, at) - 1
        return self.origins[segment] + at - self.starts[segment]


def fold(text: str, found: Sequence[tuple[int, int]] = ()) -> Folded:
    """Fold a text; placeholders and the spans in `found` (ascending, disjoint) each become one barrier."""
    cuts = list(_cuts(text, found))
    if not cuts:
        return Folded(_translate(text))
    parts: list[str] = []
    starts, origins, widths = [0], [0], {}
    at = length = 0
    for start, end, replacement in cuts:
        parts += (_translate(text[at:start]), replacement)
        length += start - at + len(replacement)
        at = end
        if replacement:
            widths[length - 1] = end - start
        starts.append(length)
        origins.append(at)
    return Folded("".join([*parts, _translate(text[at:])]), tuple(starts), tuple(origins), widths)


def _cuts(text: str, found: Sequence[tuple[int, int]]) -> Iterable[tuple[int, int, str]]:
    """Disjoint stretches to leave out, ascending, each with what takes its place."""
    cuts = [(start, end, BARRIER) for start, end in found]
    if "[" in text:
        cuts += ((*match.span(), BARRIER) for match in PLACEHOLDER.finditer(text))
    if not text.isascii():
        cuts += ((*match.span(), "") for match in _UNSEEN.finditer(text))
    for mark, pattern in _ENCODED.items():
        if mark in text:
            cuts += ((*match.span(), _decoded(match)) for match in pattern.finditer(text))
    return _disjoint(sorted(cuts, key=lambda cut: (cut[0], -cut[1]))) if cuts else ()


def _disjoint(cuts: Iterable[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    at = 0
    for start, end, replacement in cuts:
        if start >= at:
            yield start, end, replacement
            at = end


def _decoded(match: re.Match[str]) -> str:
    named = match.groupdict().get("name")
    return _ENTITIES[named.lower()] if named else chr(int(match["hex"], 16) if match["hex"] else int(match["decimal"]))


def _translate(text: str) -> str:
    """Fold character by character, so that every offset stays."""
    if text.isascii() and not _has_control(text):
        return text
    return text.translate(_table())


def _has_control(text: str) -> bool:
    # five searches by the C library cost a fraction of one by a regular expression
    return any(control in text for control in _CONTROLS)


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

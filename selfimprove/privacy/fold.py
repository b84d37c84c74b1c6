"""One spelling for rules to read: digits, dashes, spaces, quotes and accents folded, invisible characters gone."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

BARRIER = "\x00"  # stands for something redacted: no span holds one
TYPES = (
    "EMAIL", "PHONE", "CARD", "IBAN", "NATIONAL_ID", "IP", "SECRET", "PASSWORD", "LINK", "DEVICE", "WALLET", "VEHICLE",
    "BIRTH_DATE", "COORDINATES", "NAME", "PLACE", "ADDRESS", "USERNAME",
)  # fmt: skip
PLACEHOLDER = re.compile(rf"\[({'|'.join(TYPES)})_(\d{{1,6}})\]")

# Script-independent marks, variation selectors, fillers, what stands for lost bytes, and a stretcher of Arabic words.
_DROPPED = re.compile(
    "[\u0300-\u036f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3164\u0640"
    "\ufe00-\ufe0f\ufe20-\ufe2f\uffa0\ufffd\u2065\U0001d159\U000e0000-\U000e0fff]"
)
_BREAKS = "\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85"
_RETURN = re.compile("\r(\n?)")
_CONTROLS = bytes({*range(32), 127} - {*b"\t\n\r"})
_FOLDED = _CONTROLS + b"\r[%&\\"  # a text of ASCII without these stays as it is: most do
_ENTITIES = {
    "commat": "@", "period": ".", "amp": "&", "colon": ":", "sol": "/", "equals": "=", "plus": "+", "lowbar": "_",
}  # fmt: skip
# Letters, digits and signs that somebody encoded, by the mark each encoding begins with; never spaces or quotes.
_CODES = "2[1345689a-f]|3[0-9abdf]|4[0-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9a]"
_DECIMALS = "3[35-8]|4[2-9]|5[0-9]|6[134-9]|[789]\\d|1[01]\\d|12[012]"
_ENCODED = {
    "%": re.compile(rf"%(?:25){{0,3}}(?P<hex>{_CODES})(?P<decimal>)", re.IGNORECASE),
    "&": re.compile(
        rf"&(?:#(?:0{{0,4}}(?P<decimal>{_DECIMALS})|x0{{0,4}}(?P<hex>{_CODES}))|(?P<name>{'|'.join(_ENTITIES)}));",
        re.IGNORECASE,
    ),
    "\\": re.compile(rf"\\(?:x|u00|u\{{0{{0,4}})(?P<hex>{_CODES})(?P<decimal>)(?:(?<=\{{..)\}})?", re.IGNORECASE),
}
_SPECIAL = {
    "\x85": "\n", "\u2028": "\n", "\u2029": "\n", "\u3002": ".", "\uff61": ".",
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'",
    "“": '"', "”": '"', "„": '"', "‟": '"', "″": '"', "«": '"', "»": '"',
    "−": "-", "⁻": "-", "ı": "i", "İ": "I", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D",
    "\x0b": " ", "\x0c": " ", "\x1c": " ", "\x1d": " ", "\x1e": " ", "\x1f": " ", "\u2800": " ",
    **dict(zip("аеорсухіјѕԁһӏԛԝАВЕКМНОРСТХІЈЅ", "aeopcyxijsdhlqwABEKMHOPCTXIJS", strict=True)),  # Cyrillic look-alikes
    **dict(zip("οΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "oABEZHIKMNOPTYX", strict=True)),  # Greek ones
}  # fmt: skip


class Folded(NamedTuple):
    """Folded text and where it came from: segment i starts at `starts[i]` here and at `origins[i]` in the original.

    `widths` holds, for places whose one character stands for several of the original, how many.
    """

    text: str
    starts: tuple[int, ...] = (0,)
    origins: tuple[int, ...] = (0,)
    widths: Mapping[int, int] = MappingProxyType({})

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Code points of the original text that [start, end) of the folded text stands for."""
        return self._origin(start), self._origin(end - 1) + self.widths.get(end - 1, 1)

    def _origin(self, at: int) -> int:
        segment = bisect_right(self.starts, at) - 1
        return self.origins[segment] + at - self.starts[segment]


def fold(text: str, found: Sequence[tuple[int, int]] = ()) -> Folded:
    """Fold a text; placeholders and the spans in `found` (ascending, disjoint) each become one barrier."""
    if not found and _has_none(text, _FOLDED):
        return Folded(text)
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
    if "\r" in text:
        cuts += ((match.start(), match.start() + 1, "" if match[1] else "\n") for match in _RETURN.finditer(text))
    if not _has_none(text, _CONTROLS):
        cuts += _unseen(text)
    for mark, pattern in _ENCODED.items():
        if mark in text:
            cuts += ((*match.span(), _decoded(match)) for match in pattern.finditer(text))
    return _disjoint(sorted(cuts, key=lambda cut: (cut[0], -cut[1]))) if cuts else ()


def _unseen(text: str) -> Iterator[tuple[int, int, str]]:
    """What cannot be seen; the marks of a script stay where they stand on a letter of it."""
    for match in _marks().finditer(text):
        start, end = match.span()
        before = text[start - 1 : start]
        if not (before and _translate(before).isascii()):
            start = next((at for at in range(start, end) if _is_unseen(text[at])), end)
        if start < end:
            yield start, end, ""


@cache
def _marks() -> re.Pattern[str]:
    """Runs of characters that are unseen, or marks. Above these planes there are only those of `_DROPPED`."""
    odd = [code for code in range(0x20000) if unicodedata.category(chr(code)) == "Mn" or _is_unseen(chr(code))]
    basic = "".join(re.escape(chr(code)) for code in odd if code < 0x10000)
    beyond = "".join(chr(code) for code in odd if code >= 0x10000)
    # most texts have none beyond the first plane: one range for these keeps the others quick to tell
    return re.compile(f"(?:[{basic}]|[\U00010000-\U0010ffff](?<=[{beyond}\U000e0000-\U000e0fff]))+")


def _is_unseen(character: str) -> bool:
    category = unicodedata.category(character)
    unseen = category in ("Cf", "Me") or (category == "Cc" and character not in _BREAKS)
    return unseen or _DROPPED.match(character) is not None


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
    if _has_none(text, _CONTROLS):
        return text
    return text.translate(_table())


def _has_none(text: str, characters: bytes) -> bool:
    """Whether it is ASCII alone and holds none of these."""
    # deleting bytes costs a fraction of what a search by a regular expression does
    return text.isascii() and len(text.encode().translate(None, characters)) == len(text)


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

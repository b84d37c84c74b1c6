"""From what the tagger says of each word to spans."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from selfimprove.privacy.names.pieces import Word
from selfimprove.privacy.redact import Span

_BETWEEN = {
    "NAME": re.compile(r"[ \t]?[-.'’]?[ \t]?"),
    "PLACE": re.compile(r"[ \t]?[-.'’]?[ \t]?"),
    "ADDRESS": re.compile(r"[\s,.;/#º°ª–-]{0,6}"),
}
# What answers begin with, and no one is called: "Sure: …" looks like a speaker to the tagger.
_SAID = frozenset({
    "sure", "ok", "okay", "well", "great", "alright", "right", "oh", "ah", "hm", "hmm", "hmmm", "wow", "ugh", "yup",
    "yep", "yeah", "yes", "no", "nope", "thanks", "please", "hello", "hi", "hey", "sorry", "good", "nice", "cool",
    "awesome", "absolutely", "certainly", "definitely", "maybe", "perhaps", "exactly", "indeed", "anyway", "actually",
})  # fmt: skip
_NOBODY = frozenset({"john doe", "jane doe", "max mustermann", "erika mustermann", "foo bar", "lorem ipsum"})
_WORD = re.compile(r"[^\W\d_]{2,}|[^\W\d_]{4,}\d{1,4}|[^\W\d_a-zA-Z]+\d*")
_HEX = re.compile(r"[a-f]+|[A-F]+")
# Postcodes that look like hashes: SW1A 2AA, K1A 0B1, D02 AF30; small letters only with the space
_POSTCODE = re.compile(
    r"(?<!\w)(?:[A-Za-z]{1,2}\d[A-Za-z\d]?[ ]\d[A-Za-z]{2}|[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}|"
    r"[A-Za-z]\d[\dWw][ ][A-Za-z\d]{4}|[A-Z]\d[\dW][A-Z\d]{4})(?!\w)"
)
# Hashes and parts of UUIDs, one group of an IPv6 address, random tokens
_TOKEN = re.compile(
    r"(?<![^\W_])(?:[0-9a-fA-F]{7,}|(?=[a-f]+\d)[0-9a-f]{4}|"
    r"(?=\w*[a-z])(?=\w*[A-Z])(?=\w*[0-9][A-Za-z]+[0-9])\w{7,})(?![^\W_])"
)
_ROW = re.compile(r"\d+(?:\s*,\s*\d+){2,}")
_BRIDGE = 2  # words inside an address that are taken for part of it


class Said(NamedTuple):
    """Of one word: the likeliest of the masked types, and how likely it is to be any of them."""

    type: str
    personal: float


def spans(text: str, words: Sequence[Word], said: Sequence[Said], threshold: float) -> list[Span]:
    """The spans of a text's words that are personal with at least this probability, ascending, without overlap."""
    found: list[Span] = []
    last = -1
    for place, (word, one) in enumerate(zip(words, said, strict=True)):
        value = text[word.start : word.end]
        if one.personal < threshold or value.lower() in _SAID or not any(map(str.isalnum, value)):
            continue
        if found and _joins(text, found[-1], word, one.type, place - last - 1):
            found[-1] = Span(found[-1].start, word.end, found[-1].type, found[-1].rule)
        else:
            found.append(Span(word.start, word.end, one.type, f"{one.type.lower()}_tagger"))
        last = place
    return [span for span in found if not _is_nobodys(text[span.start : span.end], span.type)]


def _is_nobodys(value: str, type_: str) -> bool:
    """Whether a value cannot be of its type: a row of numbers, a hash, a letter as a place, a John Doe."""
    if any(map(str.isdigit, value)) and not _has_word(value):
        return type_ != "ADDRESS" or _ROW.fullmatch(value) is not None or _has_token(value)
    return value.lower() in _NOBODY or (type_ == "PLACE" and len(value) == 1 and value.isascii())


def _has_word(value: str) -> bool:
    """Whether any part between signs is a word: letters alone, and not those of a hexadecimal number."""
    parts = re.split(r"[\W_]+", value)
    return any(_WORD.fullmatch(part) and not _HEX.fullmatch(part) for part in parts)


def _has_token(value: str) -> bool:
    """Whether any part is a hash or a token: house numbers and postcodes are short."""
    return _TOKEN.search(_POSTCODE.sub("", value)) is not None


def _joins(text: str, span: Span, word: Word, type_: str, between: int) -> bool:
    """Whether a word goes on with a span: nothing of weight is between them, or little within an address."""
    gap = text[span.end : word.start]
    if span.type == type_ == "ADDRESS" and 0 < between <= _BRIDGE + gap.count(",") and len(gap) <= 12:
        return True
    return (span.type == type_ or not gap) and _BETWEEN[type_].fullmatch(gap) is not None


def masked(text: str, spans: Sequence[Span]) -> Iterator[str]:
    """What the spans leave of a text, in pieces."""
    at = 0
    for span in spans:
        yield text[at : span.start]
        at = span.end
    yield text[at:]

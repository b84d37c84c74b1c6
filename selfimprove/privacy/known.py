"""Values that were found in one place of a chat, found again wherever else they stand in it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from selfimprove.privacy.search import Hit

HEAD = 5  # code points; shorter values are not recognised on their own
LEAST_OF_A_PASSWORD = 6  # code points of one that is known in capitals and in small letters too


class Known:
    """Folded values with the rule that found each; passwords also as people say them again, in other letter case."""

    def __init__(self, values: Mapping[str, Hit]) -> None:
        spoken = {_lowered(value): hit for value, hit in values.items() if _has_other_cases(value, hit)}
        self._exact, self._lowered = _Places(values), _Places(spoken)

    def occurrences(self, text: str) -> Iterator[Hit]:
        """Where they stand as whole words in a folded text, in a time that grows with the text alone."""
        yield from self._exact.occurrences(text)
        if self._lowered:
            yield from self._lowered.occurrences(_lowered(text))


class _Places:
    """Values to look for, by their first code points."""

    def __init__(self, values: Mapping[str, Hit]) -> None:
        self._values = values
        self._lengths: dict[str, set[int]] = {}
        for value in values:
            self._lengths.setdefault(value[:HEAD], set()).add(len(value))

    def __bool__(self) -> bool:
        return bool(self._values)

    def occurrences(self, text: str) -> Iterator[Hit]:
        few = len(self._lengths) * 16 < len(text)
        for start in _found(self._lengths, text) if few else range(len(text) - HEAD + 1):
            if not text[start - 1 : start].isalnum():
                yield from self._from(text, start, self._lengths.get(text[start : start + HEAD], ()))

    def _from(self, text: str, start: int, lengths: Iterable[int]) -> Iterator[Hit]:
        for length in lengths:
            end = start + length
            hit = self._values.get(text[start:end])
            if hit and not text[end : end + 1].isalnum():
                yield Hit(start, end, hit.type, hit.rule)


def is_recognisable(value: str) -> bool:
    """Whether a folded value is long or odd enough to be recognised on its own."""
    return len(value) >= 8 or (len(value) >= HEAD and not value.isdigit() and not value.isalpha())


def _has_other_cases(value: str, hit: Hit) -> bool:
    """Whether it is a password of letters that no word has: with a digit or a sign."""
    odd = re.search(r"[^\W\d_]", value) and re.search(r"[\d_]|[^\w\s]", value)
    return hit.type == "PASSWORD" and len(value) >= LEAST_OF_A_PASSWORD and odd is not None


def _lowered(text: str) -> str:
    """In small letters, character by character, so that every offset stays."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(small if len(small := character.lower()) == 1 else character for character in text)


def _found(heads: Collection[str], text: str) -> Iterator[int]:
    for head in heads:
        at = text.find(head)
        while at >= 0:
            yield at
            at = text.find(head, at + 1)

"""Values that were found in one place of a chat, found again wherever else they stand in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from selfimprove.privacy.search import Hit

HEAD = 5  # code points; shorter values are not recognised on their own


class Known:
    """Folded values with the rule that found each."""

    def __init__(self, values: Mapping[str, Hit]) -> None:
        self._values = values
        self._lengths: dict[str, set[int]] = {}  # of the values, by their first code points
        for value in values:
            self._lengths.setdefault(value[:HEAD], set()).add(len(value))

    def occurrences(self, text: str) -> Iterator[Hit]:
        """Where they stand as whole words in a folded text, in a time that grows with the text alone."""
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


def _found(heads: Collection[str], text: str) -> Iterator[int]:
    for head in heads:
        at = text.find(head)
        while at >= 0:
            yield at
            at = text.find(head, at + 1)

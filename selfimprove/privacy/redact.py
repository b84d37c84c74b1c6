"""Find personal data and secrets in text, and replace each by its type and a number."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from selfimprove.privacy.fold import BARRIER, PLACEHOLDER, fold
from selfimprove.privacy.rules import RULES
from selfimprove.privacy.rules.rule import Rule

RULE_VERSION = "1"
_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Span:
    """Code points [start, end) of the original text, what is in them, and the rule that says so."""

    start: int
    end: int
    type: str
    rule: str


@dataclass(frozen=True, slots=True)
class Redacted:
    """The texts with their spans replaced, in the order given, and how many spans of each type were replaced."""

    texts: tuple[str, ...]
    spans: dict[str, int]


def find(text: str, *, gated: bool = True) -> list[Span]:
    """Spans of personal data and secrets, ascending, without overlap; `gated=False` asks every rule, for tests of the gate.

    What is found is taken out and the rest read again, until nothing is left: so redacted text has no spans.
    """
    spans: list[Span] = []
    for _ in range(_ROUNDS):
        folded = fold(text, ((span.start, span.end) for span in spans))
        found = [Span(*folded.original(span.start, span.end), span.type, span.rule) for span in _search(folded.text, gated)]
        if not found:
            break
        spans = sorted(spans + found, key=lambda span: span.start)
    return spans


def redact(texts: Sequence[str]) -> Redacted:
    """One chat's texts redacted together: the same value gets the same pseudonym, such as [EMAIL_1]."""
    names = _Names(texts)
    counts: Counter[str] = Counter()
    redacted = []
    for text in texts:
        parts, at = [], 0
        for span in find(text):
            parts += (text[at : span.start], names.of(span.type, text[span.start : span.end]))
            counts[span.type] += 1
            at = span.end
        redacted.append("".join([*parts, text[at:]]).replace(BARRIER, "\ufffd"))
    return Redacted(tuple(redacted), dict(counts))


class _Names:
    """Pseudonyms given out in one chat, numbered from above any the texts already hold."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.given: dict[tuple[str, str], str] = {}
        self.last: Counter[str] = Counter()
        for text in texts:
            for match in PLACEHOLDER.finditer(text):
                self.last[match[1]] = max(self.last[match[1]], int(match[2]))

    def of(self, type_: str, value: str) -> str:
        key = (type_, _identity(type_, value))
        if key not in self.given:
            self.last[type_] += 1
            self.given[key] = f"[{type_}_{self.last[type_]}]"
        return self.given[key]


def _identity(type_: str, value: str) -> str:
    """What makes two spellings the same value."""
    folded = fold(value).text
    if type_ in ("PASSWORD", "SECRET", "LINK"):
        return folded
    if type_ == "EMAIL":
        folded = re.sub(r"\W{1,2}(?:at|arroba)\W{1,2}|%40|&#x?0*[46][04];|\\u0040", "@", folded.lower())
        return re.sub(r"[^\w@+-]", "", re.sub(r"\W{1,2}(?:dot|punkt|punto|ponto|point)\W{1,2}", ".", folded))
    return re.sub(r"[^0-9a-z]", "", folded.lower())


def _search(text: str, gated: bool) -> list[Span]:
    """Spans of one folded text, overlapping ones merged."""
    lowered, digits = text.lower(), sum(map(text.count, "0123456789"))
    hits: list[tuple[int, int, int, Rule]] = []
    for order, (rule, pattern) in enumerate(_compiled()):
        if gated and (digits < rule.digits or (rule.needs and not any(need in lowered for need in rule.needs))):
            continue
        for match in pattern.finditer(text):
            hits += ((start, end, order, rule) for start, end in rule.check(match) if start < end and BARRIER not in text[start:end])
    return list(_merged(hits))


def _merged(hits: list[tuple[int, int, int, Rule]]) -> Iterator[Span]:
    """Overlapping hits become one span; the longest one names it."""
    hits.sort(key=lambda hit: hit[:3])
    at = 0
    while at < len(hits):
        start, end, _, _ = best = hits[at]
        at += 1
        while at < len(hits) and hits[at][0] < end:
            end = max(end, hits[at][1])
            best = max(best, hits[at], key=lambda hit: (hit[1] - hit[0], -hit[2]))
            at += 1
        yield Span(start, end, best[3].type, best[3].name)


@cache
def _compiled() -> list[tuple[Rule, re.Pattern[str]]]:
    return [(rule, re.compile(rule.pattern, rule.flags)) for rule in RULES]

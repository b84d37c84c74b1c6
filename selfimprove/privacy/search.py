"""Ask the rules about one folded text: a cheap gate first, then only the rules that can match."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from selfimprove.privacy.fold import BARRIER
from selfimprove.privacy.rules import RULES
from selfimprove.privacy.rules.rule import LONG, Rule


class Hit(NamedTuple):
    """Code points [start, end) of a folded text, and the rule that found them."""

    start: int
    end: int
    type: str
    rule: str


class Gate(NamedTuple):
    """What a text must hold for a group of rules to be asked; see Rule."""

    needs: tuple[str, ...]
    digits: int
    long: bool


def search(text: str, *, gated: bool = True) -> list[Hit]:
    """What the rules find in a folded text, ascending, overlapping hits merged."""
    hits = []
    for rule, pattern in _admitted(text) if gated else _compiled():
        for match in pattern.finditer(text):
            for start, end in rule.check(match):
                if start < end and BARRIER not in text[start:end]:
                    hits.append(Hit(start, end, rule.type, rule.name))
    return merged(hits)


def occurrences(text: str, known: Mapping[str, Hit]) -> Iterator[Hit]:
    """Where values that are known already stand as whole words in a folded text."""
    for value, hit in known.items():
        at = text.find(value)
        while at >= 0:
            end = at + len(value)
            if not (text[at - 1 : at].isalnum() or text[end : end + 1].isalnum()):
                yield Hit(at, end, hit.type, hit.rule)
            at = text.find(value, end)


def merged(hits: Iterable[Hit]) -> list[Hit]:
    """Overlapping hits as one, named by the longest; of equally long ones, by the rule that stands first."""
    result: list[Hit] = []
    named = 0
    for hit in sorted(hits, key=lambda hit: hit[:2]):
        length = hit.end - hit.start
        if not result or hit.start >= result[-1].end:
            result.append(hit)
            named = length
            continue
        last = result[-1]
        best = hit if length > named or (length == named and _order()[hit.rule] < _order()[last.rule]) else last
        named = max(named, length)
        result[-1] = Hit(last.start, max(last.end, hit.end), best.type, best.rule)
    return result


def _admitted(text: str) -> Iterator[tuple[Rule, re.Pattern[str]]]:
    lowered, digits = text.lower(), sum(map(text.count, "0123456789"))
    long = _long().search(text) is not None
    for gate, rules in _groups().items():
        if digits >= gate.digits and long >= gate.long and _holds(lowered, gate.needs):
            yield from rules


def _holds(lowered: str, needs: tuple[str, ...]) -> bool:
    # a loop, because any() over a generator costs three times as much here
    for need in needs:
        if need in lowered:
            return True
    return not needs


@cache
def _compiled() -> list[tuple[Rule, re.Pattern[str]]]:
    return [(rule, re.compile(rule.pattern, rule.flags)) for rule in RULES]


@cache
def _groups() -> dict[Gate, list[tuple[Rule, re.Pattern[str]]]]:
    groups: dict[Gate, list[tuple[Rule, re.Pattern[str]]]] = {}
    for rule, pattern in _compiled():
        groups.setdefault(Gate(rule.needs, rule.digits, rule.long), []).append((rule, pattern))
    return groups


@cache
def _order() -> dict[str, int]:
    return {rule.name: number for number, rule in enumerate(RULES)}


@cache
def _long() -> re.Pattern[str]:
    return re.compile(LONG)

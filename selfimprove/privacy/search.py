"""Ask the rules about one folded text: a cheap gate first, then only the rules that can match."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from selfimprove.privacy.fold import BARRIER
from selfimprove.privacy.gate import Admit, best
from selfimprove.privacy.rules import RULES


class Hit(NamedTuple):
    """Code points [start, end) of a folded text, and the rule that found them."""

    start: int
    end: int
    type: str
    rule: str


def search(text: str, admit: Admit | None = None) -> list[Hit]:
    """What the rules find in a folded text, ascending, overlapping hits merged; `admit` is the gate to use."""
    hits = []
    for number in (admit or best())(text):
        rule = RULES[number]
        for match in _compiled(number).finditer(text):
            for start, end in rule.check(match):
                if start < end and BARRIER not in text[start:end]:
                    hits.append(Hit(start, end, rule.type, rule.name))
    return merged(hits) if hits else hits


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


@cache
def _compiled(number: int) -> re.Pattern[str]:
    return re.compile(RULES[number].pattern, RULES[number].flags)


@cache
def _order() -> dict[str, int]:
    return {rule.name: number for number, rule in enumerate(RULES)}


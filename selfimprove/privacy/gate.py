"""Which rules can match in a folded text: asked of every text, so that few rules read any of it.

Where Hyperscan has no wheel, keywords decide. Both let through every rule that matches; they differ in what else.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from selfimprove.privacy.automaton import load
from selfimprove.privacy.rules import RULES
from selfimprove.privacy.rules.rule import LONG, compiled
from selfimprove.privacy.superset import superset

Admit = Callable[[str], Iterable[int]]  # a folded text in, numbers of rules out


class Needs(NamedTuple):
    """What a text must hold for a group of rules to be asked; see Rule."""

    words: tuple[str, ...]
    digits: int
    long: bool
    beside: str


def everything(text: str) -> Iterable[int]:
    """All rules, whatever the text: what the gates are tested against."""
    return range(len(RULES))


def keywords(text: str) -> Iterator[int]:
    """Rules whose words, digits and long runs the text holds."""
    lowered, digits = text.lower(), sum(map(text.count, "0123456789"))
    long = _long().search(text) is not None
    for needs, numbers in _groups().items():
        if not (digits >= needs.digits and long >= needs.long and _holds(lowered, needs.words)):
            continue
        if not needs.beside or compiled(needs.beside).search(text):
            yield from numbers


def scan(text: str) -> Iterable[int]:
    """Rules whose pattern, without what Hyperscan lacks, matches: one pass for all of them."""
    return _scanner()(text.encode("utf-8", "surrogatepass"))


@cache
def best() -> Admit:
    """The quickest gate that this machine has."""
    try:
        import hyperscan  # noqa: F401
    except ImportError:
        return keywords
    return scan


def _holds(lowered: str, words: tuple[str, ...]) -> bool:
    # a loop, because any() over a generator costs three times as much here
    for word in words:
        if word in lowered:
            return True
    return not words


@cache
def _groups() -> dict[Needs, list[int]]:
    groups: dict[Needs, list[int]] = {}
    for number, rule in enumerate(RULES):
        groups.setdefault(Needs(rule.needs, rule.digits, rule.long, rule.beside), []).append(number)
    return groups


@cache
def _long() -> re.Pattern[str]:
    return re.compile(LONG)


@dataclass(frozen=True, slots=True)
class Patterns:
    """What Hyperscan looks for.

    `rules` are patterns by the number of their rule. A rule that words must stand beside is in `pairs` instead, as the
    numbers of its pattern and of its words in `parts`, which are not reported. Rules in `always` have no pattern.
    """

    rules: Mapping[int, str]
    parts: Mapping[int, str]
    pairs: Mapping[int, tuple[int, int]]
    always: Sequence[int]


@cache
def patterns() -> Patterns:
    """The patterns of all rules, translated."""
    translated = {number: superset(rule.pattern, rule.flags) for number, rule in enumerate(RULES)}
    said = {rule.beside: superset(rule.beside, re.IGNORECASE) for rule in RULES if rule.beside}
    parts = sorted({pattern for pattern in said.values() if pattern})
    named = [number for number, rule in enumerate(RULES) if translated[number] and said.get(rule.beside)]
    parts += sorted({translated[number] or "" for number in named})
    place = {pattern: len(RULES) + at for at, pattern in enumerate(parts)}
    return Patterns(
        {number: pattern for number, pattern in translated.items() if pattern and number not in named},
        {number: pattern for pattern, number in place.items()},
        {number: (place[translated[number] or ""], place[said[RULES[number].beside] or ""]) for number in named},
        [number for number, pattern in translated.items() if not pattern],
    )


@cache
def _scanner() -> Callable[[bytes], Sequence[int]]:
    """Numbers of the rules that can match in some UTF-8."""
    import hyperscan

    known = patterns()
    database = load(known.rules, known.parts, known.pairs)
    own = threading.local()  # scratch space serves one thread at a time

    def append(number: int, _start: int, _end: int, _flags: int, found: list[int]) -> None:
        found.append(number)

    def scan_all(content: bytes) -> Sequence[int]:
        scratch: Any = getattr(own, "scratch", None)
        if scratch is None:
            scratch = own.scratch = hyperscan.Scratch(database)
        found = [*known.always]
        try:
            database.scan(content, match_event_handler=append, context=found, scratch=scratch)
        except hyperscan.ScanTerminated:
            return range(len(RULES))  # it stops early when nothing is left to report
        return found

    return scan_all

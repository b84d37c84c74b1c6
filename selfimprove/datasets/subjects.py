"""What a short answer is about: what it begins with says it, or else its question does."""

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import groupby

from selfimprove.datasets.words import words_of

FEW = 6  # values of a fact: a word that more different answers are given with tells nothing
LEAST_SAID = 1 / 3  # of the questions: so many have a word that their answers begin with
STEM = 3  # letters that a word and its other form begin with, as "bin" and "bins"
TERMS = re.compile(r"\d+|(?<![^\W\d_])[-+*/×÷^%](?=\s*\d)")  # "8 - 3" is not "8 + 3"


@dataclass(frozen=True, slots=True)
class Asked:
    """The words of a question that tell what it asks, all of them, and its numbers with the signs between them."""

    tell: frozenset[str]
    all: frozenset[str]
    terms: tuple[str, ...]


def asked(
    questions: Sequence[str | None], answers: Sequence[Sequence[str]]
) -> tuple[list[Asked | None], frozenset[str]]:
    """What each question asks, None where nobody knows, and the words that tell nothing.

    Words are counted by different answers, not by questions: a fact is asked in many wordings and has few values, while
    what begins by habit ("The answer is") has a value for each question.
    """
    words = [words_of(question or "") for question in questions]
    given: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    for mine, answer in zip(words, answers, strict=True):
        given[tuple(answer)] |= mine | words_of(" ".join(answer))
    held = Counter(word for mine in given.values() for word in mine)
    usual = frozenset(word for word, n in held.items() if n > FEW)
    found = [
        Asked(frozenset(mine - usual), frozenset(mine), tuple(TERMS.findall(question or ""))) if mine else None
        for question, mine in zip(questions, words, strict=True)
    ]
    return found, usual


def is_said(beginning: Sequence[str], told: Sequence[tuple[Asked | None, Hashable]], usual: frozenset[str]) -> bool:
    """Whether what answers begin with says what they are about, given what was asked and answered in the order of time.

    Some of their questions have a word of it that tells; not all do: "What day is rubbish collected?" is answered by
    "Your bin day is Monday.", too. And a fact changes now and then, while answers to many things come back by turns.
    """
    names = [word for word in words_of(" ".join(beginning)) - usual if len(word) >= STEM]
    if not names or sum(1 for _ in groupby(answer for _, answer in told)) > FEW:
        return False
    known = [one for one, _ in told if one is not None]
    having = sum(any(_is_form(word, name) for name in names for word in one.all) for one in known)
    return having >= max(1, LEAST_SAID * len(known))


def may_be_one(one: Asked | None, other: Asked | None, said: bool) -> bool:
    """Whether two questions may ask the same whose short answers begin alike, which `said` what they are about or not.

    Other numbers ask another thing. Where the answers do not say it, neither question may tell what the other lacks.
    """
    if one is None or other is None:
        return True
    if one.terms and other.terms and one.terms != other.terms:
        return False
    if said or one.all == other.all:
        return True
    return bool(one.tell and other.tell) and (one.tell <= other.tell or other.tell <= one.tell)


def _is_form(word: str, other: str) -> bool:
    shorter, longer = sorted((word, other), key=len)
    return len(shorter) >= STEM and longer.startswith(shorter)

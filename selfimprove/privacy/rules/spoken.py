"""Phone numbers said digit by digit, in words of eight languages or in words and figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from selfimprove.privacy.rules import phone_words
from selfimprove.privacy.rules.rule import Bounds, Rule, says

_WORD = rf"(?:{'|'.join(sorted(phone_words.DIGITS, key=lambda word: (-len(word), word)))})"
_TOKEN = rf"(?:(?:(?:double|triple|doppel|doble|dois|dubbel)[ ])?{_WORD}|\d{{1,4}})"
_ORDER = [words.split() for words in (
    "zero one two three four five six seven eight nine", "null eins zwei drei vier funf sechs sieben acht neun",
    "zero un deux trois quatre cinq six sept huit neuf", "cero uno dos tres cuatro cinco seis siete ocho nueve",
    "zero um dois tres quatro cinco seis sete oito nove", "zero uno due tre quattro cinque sei sette otto nove",
    "nul een twee drie vier vijf zes zeven acht negen", "zero jeden dwa trzy cztery piec szesc siedem osiem dziewiec",
)]  # fmt: skip
_FEWEST, _FEWEST_UNNAMED, _MOST = 6, 7, 16


def _spoken(match: re.Match[str]) -> Iterator[Bounds]:
    """As many digits as a number has; with no word beside them, more of them, all in words, that do not count up."""
    tokens = re.findall(r"[a-z]+|\d+", match[0].lower())
    words = [token for token in tokens if token in phone_words.DIGITS]
    digits = len(words) + sum(len(token) for token in tokens if token.isdigit())
    if len(words) < 3 or not _FEWEST <= digits <= _MOST or _counts(words):
        return
    if says(match, phone_words.BEFORE) or (len(words) >= _FEWEST_UNNAMED and len(set(words)) > 2):
        yield match.span()


def _counts(words: list[str]) -> bool:
    """Whether they go up or down one by one, as in a countdown."""
    places = [next((order.index(word) for order in _ORDER if word in order), -9) for word in words]
    steps = {after - before for before, after in pairwise(places)}
    return steps in ({1}, {-1})


RULES = (
    Rule(
        "phone_spoken",
        "PHONE",
        rf"(?<![\w-])(?:(?:double|triple|doppel|doble|dois|dubbel)[ ])?{_WORD}"
        rf"(?:[ ,.-]{{1,3}}{_TOKEN}){{4,15}}(?![\w-])",
        _spoken,
        needs=tuple(sorted({word for word in phone_words.DIGITS if len(word) > 2})),
        flags=re.IGNORECASE,
    ),
)

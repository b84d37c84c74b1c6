"""What the next thing a person says or does tells about the answer before it: correction, retry, edit or approval."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from typing import Literal

from selfimprove.critiques import cues
from selfimprove.critiques.exchange import Exchange
from selfimprove.critiques.flaws import words

Kind = Literal["correction", "retry", "edit", "approval"]

_END = r"(?=\s*(?:$|[,.;:!…)\-–—，。！、])|\s+(?:but|aber|mais|pero|ma|mas|maar|and|und|et|y|e)\b)"
_PAUSE = r"[,.!;:\s…-]*"
TYPO = 0.7
ENOUGH_WORDS = 3
LONGEST_WORD = 40


@dataclass(frozen=True, slots=True)
class Implicit:
    """What implies something of the answer: the reply's words, the question again, or that another answer was wanted.

    An edited question says less than one that is asked again: it may have been the question.
    """

    kind: Kind
    sign: Literal["words", "same_question", "another_answer"]


def done(again: str | None) -> Implicit | None:
    """The feedback implied by asking again in the answer's place; None when nobody did."""
    kinds: dict[str, Kind] = {"retry": "retry", "edit": "edit"}
    return Implicit(kinds[again], "another_answer") if again in kinds else None


def read(exchange: Exchange) -> Implicit | None:
    """The feedback implied by the reply; None when it implies none or there is no reply."""
    reply = (exchange.reply or "").strip().replace("’", "'")
    if not reply:
        return None
    if any(pattern.match(reply) for pattern in _corrections()):
        return Implicit("correction", "words")
    if _retries().fullmatch(reply):
        return Implicit("retry", "words")
    if is_same_question(exchange.question, reply):
        return Implicit("retry", "same_question")
    return Implicit("approval", "words") if _approvals().match(reply) else None


def is_same_question(question: str, reply: str) -> bool:
    """Whether the reply asks the same again: the same words but for fillers and typing errors."""
    before, now = _content(question), _content(reply)
    return len(before) == len(now) >= ENOUGH_WORDS and all(map(_is_same_word, before, now))


def _content(text: str) -> list[str]:
    return [word for word in words(text) if word not in cues.FILLERS]


def _is_same_word(before: str, now: str) -> bool:
    """Equal, or one a typing error of the other; a number is never a typing error, nor is a very long word."""
    if before == now or before.isdigit() or before[0] != now[0] or len(before) > LONGEST_WORD:
        return before == now
    return SequenceMatcher(None, before, now).ratio() >= TYPO


@cache
def _corrections() -> tuple[re.Pattern[str], re.Pattern[str]]:
    thanks = r"(?:(?:thanks|thank you|danke|merci|gracias|grazie)\b[,.!\s]*(?=but|aber|mais|pero|ma\b))?"
    return (
        _pattern(rf"\W*{thanks}{_openers()}(?:{_any(cues.CORRECTIONS)})"),
        _pattern(rf"\W*{thanks}{cues.NO}\b{_PAUSE}{_openers()}(?:{'|'.join(cues.CORRECTIONS_AFTER_NO)})"),
    )


@cache
def _approvals() -> re.Pattern[str]:
    return _pattern(rf"\W*{_openers()}(?:{_any(cues.APPROVALS)}){cues.APPROVALS_GO_ON}~")


@cache
def _retries() -> re.Pattern[str]:
    asking = rf"(?:(?:{cues.PLEASE}|can you|could you)\b{_PAUSE})*+"
    return _pattern(rf"\W*{_openers()}{asking}(?:{_any(cues.RETRIES)})(?:{_PAUSE}{cues.PLEASE})?\W*")


def _openers() -> str:
    """Never given back once read: otherwise a long row of them takes exponential time."""
    return rf"(?:(?:{_any(cues.OPENERS)})\b{_PAUSE})*+"


def _any(phrases: cues.Phrases) -> str:
    return "|".join(phrase for language in phrases.values() for phrase in language)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text.replace("~", _END), re.IGNORECASE)

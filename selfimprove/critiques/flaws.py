"""Rules about substance: an answer that says nothing, stops early, goes round in circles or changes language."""

import re
from difflib import SequenceMatcher
from functools import cache
from typing import Any

from selfimprove.critiques.exchange import Exchange
from selfimprove.critiques.fences import split
from selfimprove.critiques.formats import is_code, items
from selfimprove.curation import languages

SURE_OF_LANGUAGE = 0.8
ENOUGH_TO_SAY = 40
NO_LANGUAGE = "zxx"
COMPARED_WORDS = 200
_WORD = re.compile(r"\w+")
_LANGUAGES = (
    "english|french|german|spanish|italian|portuguese|dutch|polish|russian|chinese|japanese|korean|arabic|latin|turkish"
    "|swedish|greek|hindi|ukrainian|czech|danish|norwegian|finnish|hebrew|hungarian|romanian|vietnamese"
)
_ASKS_LANGUAGE = re.compile(
    r"\b(?:translat\w*|übersetz\w*|traduc\w*|tradui\w*|tradur\w*|vertaal\w*|переве\w*)"
    rf"|\b(?:in|into|to) (?:\w+ )?(?:{_LANGUAGES})\b"
    r"|\b(?:auf \w+isch|en (?:français|anglais|español|inglés)|in (?:inglese|italiano)|em (?:inglês|português))\b",
    re.IGNORECASE,
)
_ASKS_COPY = re.compile(
    r"\b(?:repeat|copy|echo|say|quote|rewrite|rephrase|correct|fix|proofread|spell|format|read back|times)\b",
    re.IGNORECASE,
)
_DOING = (
    r"get back to you|look into (?:it|that|this)|check(?: (?:that|it|this|on that))?|find out|work on (?:it|that|this)"
    r"|do that|start(?: on (?:it|that))?|see what i can do|prepare (?:it|that)"
)
_ABROAD = (
    r"ich (?:schaue|prüfe|melde mich|kümmere mich)|einen moment|je (?:vais vérifier|reviens vers vous)"
    r"|un (?:instant|moment)|voy a (?:comprobar|revisar|mirar)|un momento|controllo subito|vou verificar"
    r"|ik kijk er even naar"
)
_AFTER = r"for you|right away|now|shortly|soon|first|and get back to you|while i \w+|please|with (?:it|that)"
_PROMISES = re.compile(
    rf"\b(?:(?:i'?ll|i will|let me|i'm going to|i am going to) (?:\w+ )?(?:{_DOING})"
    r"|(?:one|just a|give me a) (?:moment|second|minute)|please (?:wait|stand by|hold on)"
    rf"|(?:i'?m|i am) working on (?:it|that|this)|(?:{_ABROAD})\b[^.!?]*)(?: (?:{_AFTER}))*[\s.!…]*$",
    re.IGNORECASE,
)
_LEFT_HANGING = re.compile(
    r"(?:,|\b(?:the|a|an|and|or|of|to|with|because|for|in|on|at|by|from|is|are|was|that|which|but|your|und|oder|der|die|das|mit|weil"
    r"|et|ou|le|la|les|de|des|avec|y|el|los|con|que|e|il|di|per|o|com|en|het|een))$",
    re.IGNORECASE,
)
_PERIOD_MAX = 50


def empty(exchange: Exchange) -> str | None:
    """No letter or digit at all."""
    return None if _WORD.search(exchange.answer) else "the answer is empty"


def other_language(exchange: Exchange) -> str | None:
    """Both texts are long enough to be sure of, differ in language, and no other language was asked for."""
    question, answer = exchange.question, split(exchange.answer).prose
    if _ASKS_LANGUAGE.search(question) or min(len(question), len(answer)) < ENOUGH_TO_SAY:
        return None
    asked, given = _language(split(question).prose), _language(answer)
    return f"asked in {asked}, answered in {given}" if asked and given and asked != given else None


def repeats_question(exchange: Exchange) -> str | None:
    """The answer is the question again, give or take two words."""
    question, answer = words(exchange.question), words(exchange.answer)
    if len(question) < 4 or not answer or _ASKS_COPY.search(exchange.question):
        return None
    if len(answer) > len(question) + 2 or len(question) > COMPARED_WORDS:
        return "the answer repeats the question" if answer == question else None
    same = sum(block.size for block in SequenceMatcher(None, question, answer, autojunk=False).get_matching_blocks())
    is_repeat = same >= 0.8 * len(question) and len(answer) - same <= 2
    return "the answer repeats the question" if is_repeat else None


def empty_promise(exchange: Exchange) -> str | None:
    """It ends with the promise to do what was asked, or announces something and stops."""
    answer = exchange.answer.strip()
    if len(answer.split()) <= 40 and _PROMISES.search(answer):
        return "promises to answer later"
    return "announces something and stops" if answer.endswith(":") and not is_code(answer) else None


def truncated(exchange: Exchange) -> str | None:
    """A code block stays open, or long prose stops in the middle of a sentence."""
    answer = exchange.answer.rstrip()
    if split(answer).is_open:
        return "a code block is not closed"
    last = answer.rpartition("\n")[2]
    is_prose = len(last.split()) >= 8 and not (items(last) or is_code(last)) and bool(re.search(r"[.!?。]\s", answer))
    if is_prose and _LEFT_HANGING.search(last):
        return "stops in the middle of a sentence"
    is_cut = is_prose and len(answer) >= 200 and answer[-1].isalnum() and not re.search(r"https?://\S+$", last)
    return "stops without ending its sentence" if is_cut else None


def looping(exchange: Exchange) -> str | None:
    """The same words four times in a row (twelve for a single word), unless repetition was asked for."""
    if _ASKS_COPY.search(exchange.question):
        return None
    prose = split(exchange.answer).prose
    said = [] if is_code(prose) else words(prose)
    for period in range(1, min(_PERIOD_MAX, len(said) // 4) + 1):
        if _longest_echo(said, period) >= max(3 * period, 12 - period):
            return f"repeats the same {period} words over and over"
    return None


def words(text: str) -> list[str]:
    """Lower-case words, punctuation dropped."""
    return _WORD.findall(text.lower())


def _longest_echo(said: list[str], period: int) -> int:
    """The longest run of words that each equal the word `period` places before."""
    longest = run = 0
    for before, now in zip(said, said[period:], strict=False):
        run = run + 1 if before == now else 0
        longest = max(longest, run)
    return longest


def _language(text: str) -> str | None:
    """ISO 639 code, or None when the classifier is not sure or sees no language at all."""
    if len(text.strip()) < ENOUGH_TO_SAY:
        return None
    language, probability = _classifier().classify(text)
    return str(language) if probability >= SURE_OF_LANGUAGE and language != NO_LANGUAGE else None


@cache
def _classifier() -> Any:
    return languages.identifier()

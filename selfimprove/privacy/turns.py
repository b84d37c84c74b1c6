"""What one turn of a chat asks for by name and the next begins with: read as if the name stood before it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from selfimprove.privacy.fold import fold
from selfimprove.privacy.gate import Admit
from selfimprove.privacy.rules import asked, guess, things_asked
from selfimprove.privacy.search import Hit, search

WORD = "word_answered"  # the rule's name for a plain word: what it stands for elsewhere may be something else
_END, _SENTENCE, _BEGIN = 400, 300, 1200  # characters of a question's end, of one sentence, of an answer
_FIRST_WORDS = 120  # characters of an answer that hold the beginning of a value, if it is one
_SENTENCES = re.compile(r"(?<=[.!?:])\s+|\n+")
_PROSE = re.compile(r"\W{0,8}(?:[^\W\d_]+(?:['’]\w{1,3})?[,.:;!?]{0,3}\s+){9}")
_WORDS = re.compile(r"\s*(?:\d{1,2}[.)] ?)?[a-z]{3,9}(?:[ ](?:\d{1,2}[.)] ?)?[a-z]{3,9}){3,24}[.!]?\s*\Z")
_BULLET = r"(?:\s{0,4}(?:[-*•]|\d{1,2}[.)])\s{1,3})?"
_LIST = re.compile(r"\n\s{0,8}(?:[-*•]|\d{1,2}[.)])\s{1,3}")
_FILLER = re.compile(rf"{_BULLET}[\s\"'`(\[*_>-]{{0,4}}{asked.FILLER}[\"'`(\[*_<]{{0,3}}", re.IGNORECASE)
_ITEM = re.compile(
    r"(?:[^\s\x00/,:;|]{2,64}|\x00|[^\x00/,:;|\n]{2,64}(?=\s?[,;/|\n]))"
    rf"(?:\s?[/,:;|-]\s?|\s(?:and|und|et|y|e|en|i)\s|\s)\s?{_BULLET}"
)
_MOST_ITEMS, _MOST_LABELS = 3, 6  # before the one that is asked for; in a sentence
_VALUE = re.compile(r"[^\s\x00]")
_ODD = re.compile(r"\d|[a-z][A-Z]|\w-\w+-\w|[^\w\s.,;:!?'’\"()-]")
_ALONE = re.compile(r"([^\W\d_]{3,40})[\"'`)\]*_>]{0,3}(?P<asks>[.!?]{0,3})\s*\Z")
_PLAIN = re.compile(r"[^\W\d_]+[.,;:!?]*")
_TIME = re.compile(r"\d{1,2}:\d\d")
_STOPS = re.compile(
    r"[\"'`)\]*_>]{0,3}(?:[.,;!?:]{0,3}(?:[\n\x00]|\s*\Z)|[.,;!?:]{1,3}\s|"
    r"\s(?:[-(/|]|(?:and|und|et|y|e|en|i|oraz|but|aber|mais|pero|thanks|thank|please|bitte|danke|merci|gracias|"
    r"is my|ist mein|est mon|es mi|is mijn)\b))"
)


def may_answer(text: str) -> bool:
    """Whether a text could begin with something asked for: not where its first words are those of a sentence."""
    if not text or _PROSE.match(text):
        return _WORDS.match(text) is not None
    if _ODD.search(text, 0, _FIRST_WORDS) or _WORDS.match(text):
        return True
    return len(text) <= _FIRST_WORDS and _ALONE.match(said := fold(text).text, _start(said)) is not None


def given(question: str, answer: str, admit: Admit | None = None) -> list[Hit]:
    """What the rules find at the beginning of a folded answer once what the folded question asks for precedes it."""
    for before, label, listed in _asked(question):
        story = asked.STORY.search(question[-_END:].lower()) and not asked.OWNED.search(before)
        for at in _begins(answer, listed):
            name = _named(before, label, answer[at : at + _BEGIN])
            found = [hit for hit in _hits(name, answer, at, admit) if not (story and _is_words(answer, hit))]
            if found:
                return found
    return []


def _asked(question: str) -> Iterator[tuple[str, str, bool]]:
    """What a question's end asks for, after the words that do so; and whether something else may come first."""
    tail = _LIST.sub(", ", question[-_END:].rstrip().lower())
    # a loop, because any() over a generator costs three times as much here
    for word in things_asked.NEEDS:
        if word in tail:
            break
    else:
        return
    sentences = [one[-_SENTENCE:] for one in _SENTENCES.split(tail) if re.search(r"\w", one)]
    asking = [one for one in sentences[-3:-1] if one.endswith("?")]
    for sentence in [*sentences[-1:], *asking[-1:]]:
        if asked.BORN.search(sentence):
            yield "", "date of birth", False
        yield from _labels(sentence, asked.RIDDLE.search(tail) is not None)


def _labels(sentence: str, riddle: bool) -> Iterator[tuple[str, str, bool]]:
    """The things that a sentence asks for; where a riddle is told, those that are somebody's own."""
    asks = False  # once for all things in one sentence
    for match in islice(things_asked.LABEL.finditer(sentence), _MOST_LABELS):
        before = sentence[: match.start()]
        if asked.NOT_ASKED.search(before) or not asked.AFTER.match(sentence, match.end()):
            continue
        if riddle and not asked.OWNED.search(before):
            continue
        asks = asks or bool(asked.BARE.fullmatch(before.rpartition(", ")[2]) or asked.ASKS.search(before))
        if not asks:
            continue
        listed = bool(asked.LISTED.search(before))
        if match["handle"] and asked.OWNED.search(before):
            yield "my ", "insta handle", listed  # whoever's it is: what the rules know without an @ is somebody's own
        else:
            yield before, "verification code" if match["sent"] else match[0], listed


def _begins(answer: str, listed: bool) -> Iterator[int]:
    """Where the value may stand in an answer: after what people say before it, and after other items of a list."""
    at = _start(answer)
    for _ in range(_MOST_ITEMS + 1 if listed else 1):
        if _VALUE.match(answer, at):
            yield at
        item = _ITEM.match(answer, at)
        if not item:
            break
        at = item.end()


def _start(answer: str) -> int:
    filler = _FILLER.match(answer)
    return filler.end() if filler else 0


def _named(before: str, label: str, value: str) -> str:
    """The thing's name before its value, as somebody's own where the value is a plain word and all there is."""
    alone = _ALONE.match(value)
    if alone:
        return "" if "?" in alone["asks"] or alone[1].lower() in asked.REFUSALS else f"your {label}"
    return f"{before[-60:]}{label}"


def _hits(name: str, answer: str, at: int, admit: Admit | None) -> Iterator[Hit]:
    """Hits that begin with the value, in the answer's places."""
    if not name:
        return
    ahead = f"{name}: "
    for hit in search(ahead + answer[at : at + _BEGIN], admit):
        if len(ahead) <= hit.start <= len(ahead) + 1:
            moved = hit._replace(start=hit.start - len(ahead) + at, end=hit.end - len(ahead) + at)
            if _is_all(answer, moved):
                plain = _PLAIN.fullmatch(answer[moved.start : moved.end])
                yield moved._replace(rule=WORD) if plain else moved


def _is_words(answer: str, hit: Hit) -> bool:
    return re.fullmatch(r"[^\W\d_]+(?:[\s.,;:!?]+[^\W\d_]+)*[.,;:!?]*", answer[hit.start : hit.end]) is not None


def _is_all(answer: str, hit: Hit) -> bool:
    """Whether it is an answer: a weak value must not go on in a sentence, as "12-character passwords are" does."""
    value = answer[hit.start : hit.end]
    if _TIME.fullmatch(value):
        return False
    if _PLAIN.fullmatch(value):
        return _ALONE.match(answer, hit.start) is not None
    weak = hit.type == "PASSWORD" or (value.isdigit() and hit.type not in ("PHONE", "BIRTH_DATE"))
    return not weak or guess.is_mixed(value) or _STOPS.match(answer, hit.end) is not None

"""Answers that stop at a word which asks for another one, in eight languages."""

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from selfimprove.curation import languages

# Words from which on an answer is long: then more words tell, in a short one "a" may be a letter or a name.
LONG = 20
ENGLISH = re.compile(r"\b(?:the|a|an|and|or|of|to|with|for|in|is|are|that|which|because|as|by|from)\s*$")
SHORT_ENGLISH = re.compile(r"\w\s+(?:the|and|because|(?<!\bis )a)\s*$")
# After these "a" is a letter: team a, vitamin a, from z to a.
LETTERED = re.compile(
    r"\b(?:answer|option|choice|vitamin|type|team|group|plan|part|class|grade|hepatitis|influenza|level|point"
    r"|letter|vowel"
    r"|section|figure|table|appendix|side|row|column|variable|node|key|return|[b-z],?(?: (?:and|or|to))?)\s+a\s*$",
    re.IGNORECASE,
)
# A line of code ends where it likes: "return a", "x = b or a".
CODE = re.compile(r"[=;{}\\]|\w\(|^\s*(?:return|yield|print|echo|del|let|const|var)\b")
LONGEST_CODE = 10
# What a sentence of a language does not end with: neither what may be a verb's second part ("komm mit"), nor a pronoun
# ("ik weet het", "nog een"), nor what stands for its noun ("ich habe einen").
ABROAD: Mapping[str, str] = MappingProxyType({
    "de": "und|oder|des|dem|weil|dass|zum|zur|im|vom|beim|sowie|sondern"
    "|(?:mit|für|auf|aus|von|ist|sind|in|bei|durch|gegen|ohne|unter|öffnet man) (?:der|die|das|den|eine?)",
    "fr": "le|les|des|et|ou|dans|que|qu'|aux|ces|cette|parce que|afin de|c'est|d'|l'"
    "|(?:dans|sur|avec|pour|est|sont|par|à|de|ouvrir|et) (?:la|une?|du|au)",
    "es": "el|los|las|y|que|con|porque|del?|al|(?:de|en|a|con|por|para|es|y|abrir) (?:la|una?)",
    "it": "il|gli|e|che|perché|del|della|dei|delle|degli|dello|nel|nella|nei|nelle|alla|dalla|sulla|di|con"
    "|(?:per|con|di|è|e|in|aprire) (?:la|le|lo|una?|i)",
    "pt": "os|as|e|(?<!o )(?<!por )que|com|porque|de|d[oa]s?|n[oa]s?|(?:com|para|é|em|abrir|e) (?:o|a|uma?)",
    "nl": "en|omdat|de|zodat|waarbij|(?:van|met|voor|op|in|is|naar) (?:het|een|deze)",
    "pl": "i|oraz|że|ponieważ|który|która|które|w|z|na|do|żeby|dla|przez|aby|lub|albo",
})
# A list of such words ends with one: "le, la, les".
LISTED = re.compile(r"\b(?:le|la|il|lo|el|los|der|die|das|de|het|os?|und|et|y|e|en|i|w|in|do|da)['’\"»“]?,")
FEWEST_WORDS, SURE = 4, 0.5


def hangs(answer: str) -> bool:
    """Whether the last word of the answer, outside code, cannot be the last of a sentence."""
    last = answer.rstrip().rpartition("\n")[2]
    if LETTERED.search(last) or (len(last.split()) <= LONGEST_CODE and CODE.search(last)):
        return False
    english = ENGLISH if len(answer.split()) >= LONG else SHORT_ENGLISH
    return bool(english.search(answer)) or _hangs_abroad(answer)


def _hangs_abroad(answer: str) -> bool:
    """Whether it hangs in the language that it surely is in."""
    end = answer[-40:]
    found = [language for language, pattern in _patterns() if pattern.search(end)]
    if not found or len(answer.split()) < FEWEST_WORDS or LISTED.search(end):
        return False
    language, probability = _classifier().classify(answer)
    return language in found and probability >= SURE


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    return [(language, re.compile(rf"\w\s(?:{words})\s*$")) for language, words in ABROAD.items()]


@cache
def _classifier() -> Any:
    return languages.identifier()

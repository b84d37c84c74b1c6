"""The answer is in another language than the question, and nobody asked for that."""

import re
from collections import defaultdict
from functools import cache, lru_cache
from itertools import takewhile
from typing import Any

from selfimprove.curation import languages
from selfimprove.curation.reason import Reason, answers, own_answers, question
from selfimprove.curation.rules.broken import without_code
from selfimprove.privacy.redacted_chat import RedactedChat

SHORTEST = 20
SURE = 0.9
ENOUGH = 500
NO_LANGUAGE = {"zxx", "und"}
# A pair differs when it is this unlikely that both are in one language, and each is likelier in its own than not.
SAME, LIKELY = 0.005, 0.6
# What people write to a model. The classifier knows 140 languages and spreads a short sentence over the neighbours of
# its own; when less than this share is left, the text is in another one or in none.
WRITTEN = {
    *("af", "ar", "az", "be", "bg", "bn", "bs", "ca", "cs", "cy", "da", "de", "el", "en", "es", "et", "eu", "fa", "fi"),
    *("fr", "ga", "gl", "gu", "he", "hi", "hr", "hu", "hy", "id", "is", "it", "ja", "ka", "kk", "km", "kn", "ko", "la"),
    *("lo", "lt", "lv", "mk", "ml", "mn", "mr", "ms", "mt", "my", "nb", "ne", "nl", "nn", "no", "pa", "pl", "pt", "ro"),
    *("ru", "si", "sk", "sl", "sq", "sr", "sv", "sw", "ta", "te", "th", "tl", "tr", "uk", "ur", "uz", "vi", "xh", "zh"),
    "zu",
}
LEFT, LEAST = 0.3, 1e-5
# Pseudonyms, links, mentions, inline code and words with digits in them say nothing about language.
NOT_WORDS = re.compile(r"\[[A-Z_]+_\d+\]|https?://\S+|`[^`]*`|[@#]\w+|\w*\d\w*|<[^>]+>")
LETTERS = re.compile(r"[^\W\d_]")
# Written alike, or told apart only in long text.
ALIKE = [{"da", "nb", "nn", "no", "sv"}, {"hr", "bs", "sr", "sl"}, {"id", "ms", "jv"}, {"cs", "sk"}, {"pt", "gl"},
         {"af", "nl"}, {"ru", "uk", "be", "bg", "mk"}, {"zh", "ja"}, {"hi", "mr", "ne"}, {"xh", "zu"}]  # fmt: skip
# Someone speaks of languages: the answer may well be in another one.
SPOKEN_OF = re.compile(
    r"translat|übersetz|tradu[cizt]|traduzi|vertaal|tłumacz|翻译|翻訳|перев[ео]д|\blanguage|sprache|langue|idioma|lingua\b|taal\b"
    r"|\b(?:english|englisch|anglais|inglés|inglês|inglese|engels|german|deutsch|allemand|alemán|alemão|tedesco|duits"
    r"|french|französisch|français|francés|francês|francese|frans|spanish|spanisch|espagnol|español|espanhol|spagnolo"
    r"|spaans|italian|italienisch|italien|italiano|portuguese|portugiesisch|portugais|português|dutch|niederländisch"
    r"|néerlandais|polish|polnisch|russian|russisch|chinese|chinesisch|mandarin|japanese|japanisch|korean|arabic|hindi"
    r"|turkish|swedish|danish|norwegian|finnish|greek|latin|czech|hebrew|ukrainian)\b|英[文语語]|中文|日本語",
    re.IGNORECASE,
)


def wrong_language(chat: RedactedChat) -> Reason | None:
    """An answer's language surely differs from that of the question before it."""
    if any(SPOKEN_OF.search(m.content) for m in chat.messages if m.role in ("system", "user")):
        return None
    for position, text in own_answers(chat):
        if differing := differ(question(chat, position), text):
            return Reason("wrong_language", position, "_".join(differing))
    return None


def differ(asked: str, given: str) -> tuple[str, str] | None:
    """The two languages of the texts; None where they may be one or alike, or a text is too short to say."""
    if (sure := language(asked)) and sure == language(given):
        return None  # as nearly always, and found in half the time
    one, other = _shares(asked), _shares(given)
    if not one or not other:
        return None
    first, second = max(one, key=one.__getitem__), max(other, key=other.__getitem__)
    same = sum(share * other.get(family, 0.0) for family, share in one.items())
    if first == second or same >= SAME or min(one[first], other[second]) < LIKELY:
        return None
    return _likeliest(asked, first), _likeliest(given, second)


def language_of(chat: RedactedChat) -> str | None:
    """The language of the chat's answers; None where they are too short to say."""
    return language("\n".join(text for _, text in answers(chat)))


@lru_cache(maxsize=1024)
def language(text: str) -> str | None:
    """ISO 639-1 code of the language outside code; None when the text is short or the classifier unsure."""
    if not (words := _words(text)):
        return None
    code, probability = _classifier().classify(words)
    return str(code) if probability >= SURE and code not in NO_LANGUAGE else None


def _words(text: str) -> str:
    """What of a text tells its language; empty where that is too little."""
    words = NOT_WORDS.sub(" ", without_code(text)[0][:ENOUGH]).strip()
    enough = len(LETTERS.findall(words)) >= SHORTEST // (1 if words.isascii() else 2)
    return words if enough else ""


def _shares(text: str) -> dict[str, float]:
    """How likely each family of languages is, of one or of those that are written alike; empty where none is."""
    shares: dict[str, float] = defaultdict(float)
    for code, probability in _ranked(text):
        if code in WRITTEN:
            shares[_family(code)] += probability
    total = sum(shares.values())
    return {family: share / total for family, share in shares.items()} if total > LEFT else {}


def _likeliest(text: str, family: str) -> str:
    return next(code for code, _ in _ranked(text) if code in WRITTEN and _family(code) == family)


@cache
def _family(code: str) -> str:
    return next((min(group) for group in ALIKE if code in group), code)


@lru_cache(maxsize=1024)
def _ranked(text: str) -> list[tuple[str, float]]:
    """Languages and their probabilities, likeliest first, those that count; empty where the text is short."""
    if not (words := _words(text)):
        return []
    counts = takewhile(lambda found: found[1] >= LEAST, _classifier().rank(words))
    return [(str(code), float(probability)) for code, probability in counts]


@cache
def _classifier() -> Any:
    return languages.identifier()

"""The answer is in another language than the question, and nobody asked for that."""

import re
from functools import cache, lru_cache
from typing import Any

from selfimprove.curation import languages
from selfimprove.curation.reason import Reason, answers, own_answers, question
from selfimprove.curation.rules.broken import without_code
from selfimprove.privacy.redacted_chat import RedactedChat

SHORTEST = 20
SURE = 0.9
ENOUGH = 500
NO_LANGUAGE = {"zxx", "und"}
# Pseudonyms, links, mentions, inline code and words with digits in them say nothing about language.
NOT_WORDS = re.compile(r"\[[A-Z_]+_\d+\]|https?://\S+|`[^`]*`|[@#]\w+|\w*\d\w*|<[^>]+>")
LETTERS = re.compile(r"[^\W\d_]")
# Written alike, or told apart only in long text.
ALIKE = [{"da", "nb", "nn", "no", "sv"}, {"hr", "bs", "sr", "sl"}, {"id", "ms", "jv"}, {"cs", "sk"}, {"pt", "gl", "es"},
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
        asked, given = language(question(chat, position)), language(text)
        if asked and given and asked != given and not any({asked, given} <= group for group in ALIKE):
            return Reason("wrong_language", position, f"{asked}_{given}")
    return None


def language_of(chat: RedactedChat) -> str | None:
    """The language of the chat's answers; None where they are too short to say."""
    return language("\n".join(text for _, text in answers(chat)))


@lru_cache(maxsize=1024)
def language(text: str) -> str | None:
    """ISO 639-1 code of the language outside code; None when the text is short or the classifier unsure."""
    words = NOT_WORDS.sub(" ", without_code(text)[0][:ENOUGH]).strip()
    if len(LETTERS.findall(words)) < SHORTEST // (1 if words.isascii() else 2):
        return None
    code, probability = _classifier().classify(words)
    return str(code) if probability >= SURE and code not in NO_LANGUAGE else None


@cache
def _classifier() -> Any:
    return languages.identifier()

"""Swearing, abuse and threats. What is learned are the answers, so they must be clean; what users say may be rough."""

import re

from selfimprove.curation.abuse.lexicon import decent, words_in, worst
from selfimprove.curation.abuse.score import sounds_abusive
from selfimprove.curation.abuse.threats import threatens
from selfimprove.curation.reason import Reason, own_answers, question
from selfimprove.curation.rules.broken import without_code
from selfimprove.privacy.redacted_chat import RedactedChat

# Who asks for a tale, for verses or for another language is threatened by nobody.
TOLD = re.compile(
    r"\b(?:stor(?:y|ies)|tale|novel|poem|song|lyric|verse|script|scene|dialog|play|movie|film|fiction|villain|character"
    r"|quote|translat|geschichte|roman|gedicht|lied|szene|übersetz|histoire|poème|chanson|scène|tradu|cuento|historia"
    r"|poema|canción|escena|storia|racconto|canzone|história|conto|canção|cena|verhaal|gedicht|vertaal|opowiad|wiersz"
    r"|piosenk|przetłumacz)",
    re.IGNORECASE,
)
# What letters stand for, told to who asks about them.
MEANT = re.compile(
    r"\b(?:mean|stand|short|abbreviat|acronym|initialism|slang|spell(?:ed|s)? out|bedeut|heißt|steht|abkürzung|signifi"
    r"|veut dire|abrév|abrev|sigla|acrónimo|acrônimo|acronimo|quiere decir|quer dizer|vuol dire|beteken|staat|afkorting"
    r"|znacz|oznacza|skrót)",
    re.IGNORECASE,
)
LETTERS = {
    "bs": "bullshit", "wtf": "fuck", "wtaf": "fuck", "stfu": "fuck", "gtfo": "fuck", "omfg": "fucking",
    "jfc": "fucking",
    "idgaf": "fuck", "ffs": "fuck", "fml": "fuck", "af": "fuck", "tf": "fuck", "rtfm": "fucking", "fubar": "fucked",
    "snafu": "fucked", "milf": "fuck", "lmao": "ass", "lmfao": "fucking", "pos": "piece of shit",
    "sob": "son of a bitch",
    "mofo": "motherfucker", "smfh": "fucking", "ftw": "fuck",
}  # fmt: skip


def profanity(chat: RedactedChat) -> Reason | None:
    """Someone uses a slur, or an answer swears, threatens or sounds abusive though its owner did not approve it.

    An answer may repeat a curse that it was asked about, and tell of a threat.
    """
    for position, message in enumerate(chat.messages):
        if message.role != "tool" and worst(message.content) == "slur":
            return Reason("profanity", position, "slur")
    for position, text in own_answers(chat):
        prose = _without(_spelled_out(question(chat, position)), without_code(text)[0])
        if worst(prose) and not words_in(prose) <= _said_before(chat, position):
            return Reason("profanity", position, "curse")
        if threatens(prose) and not TOLD.search(question(chat, position)):
            return Reason("profanity", position, "threat")
        if sounds_abusive(decent(prose)):
            return Reason("profanity", position, "abuse")
    return None


def _said_before(chat: RedactedChat, position: int) -> frozenset[str]:
    """The listed words that the user used before the answer."""
    return frozenset(word for m in chat.messages[:position] if m.role == "user" for word in words_in(m.content))


def _spelled_out(question: str) -> frozenset[str]:
    """The listed words that the letters stand for which a question asks about."""
    if not MEANT.search(question):
        return frozenset()
    asked = re.findall(r"\w+", question.replace(".", "").casefold())
    return frozenset(LETTERS[letters] for letters in asked if letters in LETTERS)


def _without(words: frozenset[str], prose: str) -> str:
    """The prose without words that it was asked to spell out."""
    return re.sub(rf"\b(?:{'|'.join(words)})\b", "", prose, flags=re.IGNORECASE) if words else prose

"""Swearing and abuse. What is learned are the answers, so they must be clean; what users say may be rough."""

from selfimprove.curation.abuse.lexicon import words_in, worst
from selfimprove.curation.abuse.score import sounds_abusive
from selfimprove.curation.reason import Reason, own_answers
from selfimprove.curation.rules.broken import without_code
from selfimprove.privacy.redacted_chat import RedactedChat


def profanity(chat: RedactedChat) -> Reason | None:
    """Someone uses a slur, or an answer swears or sounds abusive though its owner did not approve it.

    An answer may repeat a curse that it was asked about.
    """
    for position, message in enumerate(chat.messages):
        if message.role != "tool" and worst(message.content) == "slur":
            return Reason("profanity", position, "slur")
    for position, text in own_answers(chat):
        prose = without_code(text)[0]
        if worst(prose) and not words_in(prose) <= _said_before(chat, position):
            return Reason("profanity", position, "curse")
        if sounds_abusive(prose):
            return Reason("profanity", position, "abuse")
    return None


def _said_before(chat: RedactedChat, position: int) -> frozenset[str]:
    """The listed words that the user used before the answer."""
    return frozenset(word for m in chat.messages[:position] if m.role == "user" for word in words_in(m.content))

"""The owner's veto: a tag anywhere in the thread."""

import re

from selfimprove.curation.reason import Reason
from selfimprove.privacy.fold import fold
from selfimprove.privacy.redacted_chat import RedactedChat

# In code, `this.#private` and `page#private` are names; a tag stands alone.
TAG = re.compile(r"(?<![\w.&/#])#(?:no[-_ ]?(?:train(?:ing)?|rag)|private)(?![\w-])")
SIGNS = {ord("\u30fc"): "-", ord("\u266f"): "#"}  # a long vowel and a sharp, taken for a hyphen and a hash


def no_train(chat: RedactedChat) -> Reason | None:
    """A message or a piece of feedback bears #no-train, #no-rag or #private, however it is spelled."""
    for position, message in enumerate(chat.messages):
        if has_tag(message.content):
            return Reason("no_train", position, "message")
    noted = (f.position for f in chat.feedback if f.text and has_tag(f.text))
    return next((Reason("no_train", position, "feedback") for position in noted), None)


def has_tag(text: str) -> bool:
    """Whether a veto tag is in the text, folded: full width, look-alikes, invisible characters, case, hyphens."""
    if text.isascii() and "#" not in text:
        return "%23" in text and bool(TAG.search(fold(text).text.casefold()))
    return bool(TAG.search(fold(text).text.casefold().translate(SIGNS)))

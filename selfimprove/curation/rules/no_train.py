"""The owner's veto: a tag anywhere in the thread."""

import re
import unicodedata

from selfimprove.curation.reason import Reason
from selfimprove.privacy.redacted_chat import RedactedChat

# In code, `this.#private` and `page#private` are names; a tag stands alone.
TAG = re.compile(r"(?<![\w.&/#])#(?:no[-_ ]?(?:train(?:ing)?|rag)|private)(?![\w-])")
DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\ufe58"), "-")


def no_train(chat: RedactedChat) -> Reason | None:
    """A message or a piece of feedback bears #no-train, #no-rag or #private, however it is spelled."""
    for position, message in enumerate(chat.messages):
        if has_tag(message.content):
            return Reason("no_train", position, "message")
    noted = (f.position for f in chat.feedback if f.text and has_tag(f.text))
    return next((Reason("no_train", position, "feedback") for position in noted), None)


def has_tag(text: str) -> bool:
    """Whether a veto tag is in the text, folded: full width, invisible characters, case, kinds of hyphen."""
    if text.isascii():
        return "#" in text and bool(TAG.search(text.casefold()))
    folded = unicodedata.normalize("NFKC", text).casefold().translate(DASHES)
    return bool(TAG.search("".join(c for c in folded if unicodedata.category(c) != "Cf")))

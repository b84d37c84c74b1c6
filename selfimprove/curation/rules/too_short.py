"""Nothing was asked, or nothing was answered. A chat may be short: "France?" and "Paris." teach something."""

import re

from selfimprove.curation.reason import Reason, answers
from selfimprove.privacy.redacted_chat import RedactedChat

WORD = re.compile(r"\w")


def too_short(chat: RedactedChat) -> Reason | None:
    """No user turn or no answer, an answer without a word, or a first question without one."""
    given = answers(chat)
    asked = [(i, m.content) for i, m in enumerate(chat.messages) if m.role == "user"]
    if not asked or not given:
        return Reason("too_short", None, "no_question" if not asked else "no_answer")
    # Later turns such as "?" or a thumb are reactions; an empty one means that text was lost.
    empty = [i for i, text in asked if not text.strip()]
    wordless = [i for i, text in (*given, asked[0]) if not WORD.search(text)]
    return next((Reason("too_short", i, "no_word") for i in [*empty, *wordless]), None)

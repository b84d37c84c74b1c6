"""Nothing was asked, or nothing was answered. A chat may be short: "France?" and "Paris." teach something."""

import re

from selfimprove.curation.reason import Reason, answers
from selfimprove.privacy.redacted_chat import RedactedChat

# A word, a sign that is no mark of a sentence or of Markdown ("👍", "[[], []]"), a smiley, a drawing of several lines.
SAYS = re.compile(
    r"\w|[^\s.,!?;:…'\"`“”„«»()*_~#–—\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0f\ufeff\ufffd-]|[:;]-?[()]"
    r"|[*_#~()-][^\S\n]*\n\s*[*_#~()-]|`[^`\s]+`"
)
FENCED = re.compile(r"^[ \t]*(?P<fence>`{3,}|~{3,}).*\n(?P<code>[^`~]*?)^[ \t]*(?P=fence)[ \t]*$", re.MULTILINE)


def too_short(chat: RedactedChat) -> Reason | None:
    """No user turn or no answer, a turn of the user's that was lost, or an answer that says nothing."""
    given = answers(chat)
    asked = [(i, m.content) for i, m in enumerate(chat.messages) if m.role == "user"]
    if not asked or not given:
        return Reason("too_short", None, "no_question" if not asked else "no_answer")
    # Turns such as "?" or a thumb ask for something; an empty one means that text was lost.
    empty = [i for i, text in asked if not text.strip()]
    wordless = [i for i, text in given if not _says(text)]
    return next((Reason("too_short", i, "no_word") for i in [*empty, *wordless]), None)


def _says(answer: str) -> bool:
    """Whether there is anything in an answer, be it in a fence."""
    fenced = FENCED.fullmatch(answer.strip())
    return bool(fenced["code"].strip() if fenced else SAYS.search(answer))

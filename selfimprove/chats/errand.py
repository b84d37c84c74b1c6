"""What a chat client asks on its own behalf beside a conversation: a title for it, tags, which tool fits a question.

Nobody reads the answers as a reply, and nobody is pleased or displeased with them. The templates are those of Open
WebUI (`backend/open_webui/config.py`, tasks and tools) and LibreChat (`@librechat/agents`, titles); a client whose
owner worded them anew is known where it kept Open WebUI's frame.
"""

import re
from collections.abc import Sequence

from selfimprove.chats.chat import Message

FRAMES = (  # with anything between their parts
    ("### Task:", "<chat_history>", "</chat_history>"),
    ("Available Tools:", "Your task is to choose and return the correct tool(s) from the list"),
)
OPENINGS = re.compile(
    r"""(?:
    \#\#\#\ Task:\s+You\ are\ an\ autocompletion\ system
    | Your\ task\ is\ to\ reflect\ the\ speaker's\ likely\ facial\ expression\ through\ a\ fitting\ emoji
    | (?:Please\ generate|Provide)\ a\ concise,\ 5-word-or-less\ title\ for\ the\ conversation,
    | Please\ generate\ a\ concise\ title\ \(max\ \d+\ characters\)\ for\ a\ conversation\ that\ starts\ with
    | Analyze\ this\ conversation\ and\ provide:\s+1\.\ The\ detected\ language
    | Detect\ user\ language\ and\ write\ in\ the\ same\ language\ an\ extremely\ concise\ title\b
    )""",
    re.VERBOSE,
)


def is_errand(messages: Sequence[Message]) -> bool:
    """Whether the last thing said, or the one system prompt before it, is such a template and not a person's words."""
    asked = [message.content for message in messages if message.role in ("system", "user")]
    return any(_is_template(text.lstrip()) for text in {*asked[-1:], *asked[:1]})


def _is_template(text: str) -> bool:
    """In time by the length, whatever the text: anybody may send one."""
    return OPENINGS.match(text) is not None or any(_is_framed(text, *frame) for frame in FRAMES)


def _is_framed(text: str, begins: str, *others: str) -> bool:
    at = len(begins)
    if not text.startswith(begins) or not text[at : at + 1].isspace():
        return False
    return all((at := text.find(other, at)) >= 0 for other in others)

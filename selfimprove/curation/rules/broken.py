"""An answer that broke off, never came, or is noise."""

import re

from selfimprove.curation.reason import Reason, answers
from selfimprove.curation.rules.repetition import repetition
from selfimprove.privacy.redacted_chat import RedactedChat

FENCE = re.compile(r"^[ \t>]*(`{3,}|~{3,})(.*)$", re.MULTILINE)
LONGEST_WORD = 1000
# What a sentence does not end with: in a long answer more words tell, in a short one "a" may be a letter or a name.
HANGING = re.compile(r"(?:[,(\[{]|\b(?:the|a|an|and|or|of|to|with|for|in|is|are|that|which|because|as|by|from))\s*$")
SHORT_HANGING = re.compile(r"\w\s+(?:the|and|because|(?<!\bis )(?<!answer )(?<!option )(?<!vitamin )(?<!type )a)\s*$")
# A short last line such as "Best regards," closes a letter.
SIGN_OFF = re.compile(r"\n[ \t]*(?:\w+[ \t]+){0,2}\w+,\s*$")


def broken(chat: RedactedChat) -> Reason | None:
    """Nothing was answered, or an answer has an open code fence, hangs, loops or is mostly symbols.

    A last word of the user's may stand: thanks or a complaint tells of the answer before it.
    """
    answered = answers(chat)
    if chat.messages and not answered:
        return Reason("broken", len(chat.messages) - 1, "unanswered")
    for position, text in answered:
        flaw = flaw_of(text)
        if flaw:
            return Reason("broken", position, flaw)
    return None


def flaw_of(answer: str) -> str | None:
    """What is broken in an answer, by name."""
    prose, closed = without_code(answer)
    if not closed:
        return "open_fence"
    if _is_noise(prose):
        return "symbol_noise"
    return "cut_off" if _is_cut_off(answer) else repetition(prose)


def without_code(text: str) -> tuple[str, bool]:
    """The text outside code fences, and whether every fence that opens is closed (CommonMark: same mark, as long)."""
    kept, fence, at = [], "", 0
    for match in FENCE.finditer(text):
        mark, info = match[1], match[2].strip()
        if not fence and "`" not in info:
            kept.append(text[at : match.start()])
            fence = mark
        elif fence and mark[0] == fence[0] and len(mark) >= len(fence) and not info:
            fence, at = "", match.end()
    return "".join([*kept, "" if fence else text[at:]]), not fence


def _is_cut_off(answer: str) -> bool:
    hanging = HANGING if len(answer.split()) >= 20 else SHORT_HANGING
    return bool(hanging.search(answer)) and not SIGN_OFF.search(answer)


def _is_noise(prose: str) -> bool:
    solid = "".join(prose.split())
    if len(solid) < 20:
        return False
    readable = sum(map(str.isalnum, solid))
    lost = prose.count("\ufffd") + sum(c < " " and c not in "\t\n\r\f\v" for c in prose)
    return readable < 0.2 * len(solid) or lost > 0.02 * len(solid) or max(map(len, prose.split())) > LONGEST_WORD

"""An answer that broke off, never came, or is noise."""

import re
import warnings

from selfimprove.curation.hang import LONG, hangs
from selfimprove.curation.reason import Reason, answers
from selfimprove.curation.rules.repetition import repetition
from selfimprove.privacy.redacted_chat import RedactedChat

FENCE = re.compile(r"^[ \t>]*(`{3,}|~{3,})(.*)$", re.MULTILINE)
LONGEST_WORD = 1000
# What a line of code may well end with, and a sentence does not.
OPEN = re.compile(r"[,(\[{]\s*$")
# A lone regular expression is mostly signs: it compiles, and has a class of characters or is anchored at both ends.
EXPRESSION = re.compile(
    r"\\[dwsDWSbB]|\[(?=[^\]]*[\w\\])(?:\\.|[^\]\\\s])+\][+*?{]|\(\?|\A[/`]*\^.+\$[/`]*\w*\Z", re.DOTALL
)
LONGEST_EXPRESSION = 500
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
    opens = len(answer.split()) >= LONG and OPEN.search(answer)
    return bool(opens or hangs(answer)) and not SIGN_OFF.search(answer)


def _is_noise(prose: str) -> bool:
    solid = "".join(prose.split())
    if len(solid) < 20 or _is_expression(prose.strip()):
        return False
    readable = sum(map(str.isalnum, solid))
    lost = prose.count("\ufffd") + sum(c < " " and c not in "\t\n\r\f\v" for c in prose)
    return readable < 0.2 * len(solid) or lost > 0.02 * len(solid) or max(map(len, prose.split())) > LONGEST_WORD


def _is_expression(text: str) -> bool:
    if "\n" in text or len(text) > LONGEST_EXPRESSION or not EXPRESSION.search(text):
        return False
    try:
        with warnings.catch_warnings(action="ignore"):
            re.compile(text)
    except (re.error, OverflowError, RecursionError):
        return False
    return True

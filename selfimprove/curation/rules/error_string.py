"""A machine's error message where an answer should be."""

import re

from selfimprove.curation.reason import Reason, own_answers, question
from selfimprove.privacy.redacted_chat import RedactedChat

# The whole answer, give or take a code before it and a polite line after it.
MESSAGE = r"""\W*(?:error[\s:]+)?(?:http\S*\s+)?(?:[45]\d\d[\s:-]+)?(?:
    internal\ server\ error | bad\ gateway | service\ (?:temporarily\ )?unavailable | gateway\ time-?out
    | too\ many\ requests
    | (?:the\ )?(?:read\ |api\ |upstream\ )?(?:request|connection|operation|upstream)\ (?:has\ |was\ )?
      (?:timed\ out|aborted|refused|reset(?:\ by\ peer)?)
    | read\ timed\ out | (?:network|connection|server)\ error | rate\ limit\ (?:exceeded|reached)
    | an?\ (?:unknown\ |unexpected\ |internal\ )?error\ (?:has\ )?occurred | something\ went\ wrong
    | there\ was\ an\ error\ generating\ a\ response | error\ in\ message\ stream | failed\ to\ fetch
    | error\ communicating\ with\ \w+ | (?:cuda\ (?:error:\ )?)?out\ of\ memory
    | (?:the\ )?model\ is\ (?:currently\ )?overloaded | maximum\ context\ length\ exceeded
    )\b(?:\W*(?:please\ try\ again|if\ this\ (?:issue|problem)\ persists|please\ contact)\b.{0,160})?\W*"""
# How the answer starts, whatever follows.
CRASH = r"""\s*(?:`{3}\w*\s*)?(?:Traceback\ \(most\ recent\ call\ last\):
    | (?:[\w.]+\.)?[A-Z]\w*(?:Error|Exception):\s | Exception\ in\ thread\ "
    | \{\s*"(?:error|detail)"\s*:\s*["{]
    | <(?:!(?i:doctype)\ html|html)[^>]*>.{0,200}<title>\s*(?i:[45]\d\d\b|error)
    | Error(?:\ code)?:\ [45]\d\d\b).*"""
NOTHING = r"\s*(?:null|undefined|NaN|\[object\ Object\])\s*"

# Who asks about errors may be answered with one: each pattern has the words that make it an answer.
RULES = [
    ("message", re.compile(MESSAGE, re.I | re.X | re.S), r"error|exception|http|status|time-?out|\b[45]\d\d\b"),
    ("crash", re.compile(CRASH, re.X | re.S), r"error|exception|trace|output|print|raise|happen|evaluat|html|json|log"),
    ("nothing", re.compile(NOTHING, re.X), r"output|print|evaluat|return|value|script|sql|json|type|keyword|code"),
]


def error_string(chat: RedactedChat) -> Reason | None:
    """An answer is an error message though nobody asked for one."""
    for position, text in own_answers(chat):
        for rule, pattern, asked in RULES:
            if pattern.fullmatch(text) and not re.search(asked, question(chat, position), re.IGNORECASE):
                return Reason("error_string", position, rule)
    return None

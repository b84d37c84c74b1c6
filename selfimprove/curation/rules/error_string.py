"""A machine's error message where an answer should be."""

import re
from collections.abc import Callable

from selfimprove.curation.error_lines import is_error_line
from selfimprove.curation.reason import Reason, own_answers, question
from selfimprove.privacy.redacted_chat import RedactedChat

# The whole answer, give or take a code before it, a server's name or an address after it, and a polite line.
MESSAGE = r"""[^\w[]*(?:\[?(?:error|fatal|warn(?:ing)?)\]?[\s:!-]+)?(?:http\S*\s+)?(?:[45]\d\d[\s:-]+)?(?:
    internal\ server\ error | bad\ gateway | service\ (?:temporarily\ )?unavailable | gateway\ time-?out
    | too\ many\ requests
    | (?:the\ )?(?:read\ |api\ |upstream\ )?(?:request|connection|operation|upstream)\ (?:has\ |was\ )?
      (?:timed\ out|aborted|refused|reset(?:\ by\ peer)?)
    | (?:the\ )?(?:api\ )?request\ failed(?:\ with\ (?:status|error|http)(?:\ (?:code|status))*:?\ \d+)?
    | connect\ E[A-Z]{5,12}\b[^\n]{0,60} | getaddrinfo\ E[A-Z_]+\b[^\n]{0,60} | socket\ hang\ up
    | read\ timed\ out | (?:network|connection|server)\ error | rate\ limit\ (?:exceeded|reached)
    | (?:the\ )?(?:stream|connection|server|websocket)\ (?:was\ |has\ been\ |is\ )?(?:disconnected
        |closed(?:\ unexpectedly)?)
      (?:\ (?:before|while|during)\b[^\n]{0,60})?
    | (?:sorry,?\ )?an?\ (?:unknown\ |unexpected\ |internal\ )?error\ (?:has\ )?occurred
      (?:\ (?:while|when|during)\ (?:\w+ing|the|your)\b[^\n.]{0,60})?
    | (?:oops[!,.]*\ )?something\ went\ wrong
    | (?:the\ )?model\ (?:is\ |was\ )?not\ (?:loaded|found|available)
    | there\ was\ an\ error\ (?:generating\ a\ response|(?:while\ )?processing\ your\ \w+)
    | error\ in\ message\ stream | failed\ to\ (?:fetch|connect\ to\ (?:the\ )?server)
    | error\ communicating\ with\ \w+ | (?:cuda\ (?:error:\ )?)?out\ of\ memory
    | (?:the\ )?model\ is\ (?:currently\ )?overloaded | maximum\ context\ length\ exceeded
    )\b(?:\W+(?:nginx|apache|cloudflare|openresty|caddy|envoy|varnish)[/\w.-]*(?:\ \([\w\ ]+\))?)?
    (?:\W*(?:please\ try\ again|if\ this\ (?:issue|problem)\ persists|please\ contact)\b.{0,160})?\W*"""
# How the answer starts, whatever follows.
CRASH = r"""\s*(?:`{3}\w*\s*)?(?:Traceback\ \(most\ recent\ call\ last\):
    | (?:[\w.]+\.)?[A-Z]\w*(?:Error|Exception):\s | Exception\ in\ thread\ "
    | \{\s*"(?:error|detail)"\s*:\s*["{]
    | <(?:!(?i:doctype)\ html|html)[^>]*>.{0,200}<title>\s*(?i:[45]\d\d\b|error)
    | Error(?:\ code)?:\ [45]\d\d\b).*"""
NOTHING = r"\s*(?:null|undefined|NaN|\[object\ Object\])\s*"

# Who asks about errors may be answered with one: each pattern has the words that make it an answer.
ASKED = (
    r"error|exception|http|status|time-?out|\b[45]\d\d\b|fehler|meldung|erreur|errore|\berros?\b|foutmelding|\bfout\b"
    r"|błęd|błąd|komunikat|translat|übersetz|\btradu[cizt]|vertaal|tłumacz|what does .* mean|was heißt|message"
    r"|mensaje|mensagem"
    r"|messaggio|melding|connect|server"
)
CODED = r"error|exception|trace|output|print|raise|happen|evaluat|html|json|log"
NULL = r"output|print|evaluat|return|value|script|sql|json|type|keyword|code"
RULES: list[tuple[str, Callable[[str], object], str]] = [
    ("message", re.compile(MESSAGE, re.I | re.X | re.S).fullmatch, ASKED),
    ("message", is_error_line, ASKED),
    ("crash", re.compile(CRASH, re.X | re.S).fullmatch, CODED),
    ("nothing", re.compile(NOTHING, re.X).fullmatch, NULL),
]


def error_string(chat: RedactedChat) -> Reason | None:
    """An answer is an error message though nobody asked for one."""
    for position, text in own_answers(chat):
        for rule, is_error, asked in RULES:
            if is_error(text) and not re.search(asked, question(chat, position), re.IGNORECASE):
                return Reason("error_string", position, rule)
    return None

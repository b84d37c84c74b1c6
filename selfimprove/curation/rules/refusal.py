"""Answers that decline. The owner may approve or correct one, and then it stays."""

import re

from selfimprove.curation.reason import Reason, own_answers
from selfimprove.curation.rules.broken import without_code
from selfimprove.privacy.redacted_chat import RedactedChat

# A longer answer, or one with code in it, helps after it has declined a part.
LONGEST = 120

UNABLE = (
    r"(?:can(?:not|'t|\ not)|(?:won't|will\ not)(?:\ be\ able\ to)?|(?:am|'m)\ (?:not\ able|unable)\ to"
    r"|(?:am|'m)\ not\ (?:allowed|permitted|programmed|designed|comfortable)\ (?:to|with)|must\ decline\ to|refuse\ to"
    r"|(?:do\ not|don't)\ feel\ comfortable|(?:am|'m)\ not\ (?:going|willing)\ to)"
)
DEED = (
    r"(?:help|assist|provid|shar|giv|answer|discuss|comply|fulfil|creat|generat|writ|produc|engag|support|promot|advis"
    r"|offer|recommend|suggest|explain|respond|process|complet|continue|do\ (?:that|this|so)|talk\ about|participat"
    r"|tell\ you)"
)
# An idiom, a letter or a fact that only looks like declining.
IDIOM = r"(?!\w*\s(?:but\b|it\b(?!\ if)|.{0,60}\b(?:enough|without|until|unless)\b))"
AS_MACHINE = r"as\ an?\ (?:ai|artificial|language|large\ language)\b[^.!?]{0,60}"
APOLOGY = r"(?:(?:i'm|i\ am)?\s*(?:really\ |very\ |so\ )?(?:sorry|afraid)|(?:i\ )?apologi[sz]e|unfortunately|no)"
LEAD = rf"(?:(?:{APOLOGY})[,.!]?\s+(?:but\s+|that\s+|for\s+[^.,!?]{{0,40}}[,.]\s*(?:but\s+)?)?|{AS_MACHINE}[,]?\s*)?"

ENGLISH = rf"""(?:{LEAD}i\s?{UNABLE}\ (?:\w+ly\ |to\ |you\ )?{DEED}{IDIOM}
    | {AS_MACHINE}[,]?\s*i\ (?:cannot|can't|can\ not|(?:do\ not|don't)\ have|am\ (?:not\ able|unable)\ to)
    | {LEAD}i\ must\ (?:respectfully\ )?decline\b
    | {LEAD}(?:this|that|your|the)\ (?:request|question|content)\ (?:violates|goes\ against|is\ against|is\ not\ allow)
    | {LEAD}it\ (?:would\ be|is)\ (?:inappropriate|unethical|against\ my)\b[^.!?]{{0,40}}\b(?:to|for\ me|policy)
    | i'm\ sorry[,.]?\ (?:but\ )?i\ (?:can't|cannot)\.? (?!\ \w))"""
OTHERS = r"""(?:(?:(?:es\ )?tut\ mir\ leid|leider|entschuldigung)[,.]?\ (?:aber\ )?(?:ich\ kann|(?:das\ )?kann\ ich)\b
      [^.!?]{0,60}\b(?:nicht|kein\w*)\b [^.!?]{0,40} \b(?:helfen|beantworten|unterstützen|geben|erstellen|schreiben)
    | ich\ kann\ (?:dir|ihnen)\ dabei\ (?:leider\ )?nicht\ helfen
    | (?:je\ suis\ |je\ )?(?:vraiment\ )?(?:désolée?|m'excuse)[,.]?\ (?:mais\ )?je\ ne\ (?:peux|puis)\ pas
      \ (?:vous\ |t')?(?:aider|répondre|fournir|donner|écrire|faire)
    | lo\ siento[,.]?\ (?:pero\ )?no\ puedo\ (?:ayudar|responder|proporcionar|dar|escribir|hacer)
    | (?:desculpe|sinto\ muito|lamento)[,.]?\ (?:mas\ )?não\ posso\ (?:ajudar|responder|fornecer|dar|escrever|fazer)
    | mi\ dispiace[,.]?\ (?:ma\ )?non\ posso\ (?:aiutar|risponder|fornir|dar|scriver|far)
    | (?:het\ spijt\ me|sorry)[,.]?\ (?:maar\ )?(?:daar\ )?(?:ik\ kan|kan\ ik)\b [^.!?]{0,30} \b(?:niet|geen)\b
    | przykro\ mi[,.]?\ (?:ale\ )?nie\ mogę )"""

DECLINES = re.compile(rf"(?:{ENGLISH}|{OTHERS})", re.VERBOSE)
SENTENCES = re.compile(r"(?<=[.!?])\s+|\n+")
QUOTES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\xa0": " "})


def refusal(chat: RedactedChat) -> Reason | None:
    """An answer declines, and its owner neither corrected nor approved it."""
    declined = (position for position, text in own_answers(chat) if declines(text))
    return next((Reason("refusal", position) for position in declined), None)


def declines(answer: str) -> bool:
    """Whether one of the first two sentences of a short answer declines."""
    prose = without_code(answer)[0]
    if prose != answer or len(answer.split()) > LONGEST:
        return False
    opening = [s for s in SENTENCES.split(answer.translate(QUOTES).casefold()) if s.strip()][:2]
    return any(DECLINES.match(sentence.strip(" \t*_#>-")) for sentence in opening)

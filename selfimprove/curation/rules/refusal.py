"""Answers that decline. The owner may approve or correct one, and then it stays."""

import re

from selfimprove.curation.decline import declines_in
from selfimprove.curation.reason import Reason, own_answers, question
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
    | {LEAD}(?:this|that|it|(?:this|that|your|the)\ \w+)\ (?:violates|goes\ against|is\ against|conflicts\ with)
      \ (?:(?:my|our)\ (?:\w+\ )?(?:guideline|programming)
      |my\ (?:\w+\ )?(?:polic|principle|rule|standard|value|ethic|terms))
    | {LEAD}(?:that|this|it)(?:(?:'s|\ is)\ (?:really\ |simply\ )?not|\ isn't)\ something\ (?:that\ )?i(?:'m
        |\ am)?\ (?:can
      |could|(?:am\ )?(?:able|allowed|permitted|willing|comfortable|going|here)\ (?:to|with))\ {DEED}{IDIOM}
    | {LEAD}[^.!?:;,"]{{0,60}}\b(?:(?:is|be|are|goes|go)\ against
        |violates?)\ openai's\ (?:\w+[ -]){{0,2}}(?:polic|guideline|terms|rule)
      (?!\w*[^.!]*\?)
    | {LEAD}i(?:'d|\ would)\ (?:rather|prefer)\ not\ (?:to\ )?(?:get\ into|go\ into|discuss|talk\ about|answer|engage)\b
    | {LEAD}i(?:'m|\ am)\ (?:just\ |only\ )?an?\ (?:ai|artificial|language|large\ language)\b[^.!?]{{0,40}}
      \b(?:cannot|can't|can\ not|unable\ to|not\ able\ to)\ {DEED}
    | {LEAD}i\s?{UNABLE}\ [^.!?]{{0,80}}\b(?:as|because|since|for|,)\ [^.!?]{{0,40}}\b(?:against
        |violat\w+)\ openai's\ [^.!?]{{0,20}}polic
    | {LEAD}it\ (?:would\ be|is)\ (?:inappropriate|unethical|against\ my)\b[^.!?]{{0,40}}\b(?:to|for\ me|policy)
    | i'm\ sorry[,.]?\ (?:but\ )?i\ (?:can't|cannot)\.? (?!\ \w))"""
DECLINES = re.compile(ENGLISH, re.VERBOSE)
SENTENCES = re.compile(r"(?<=[.!?])\s+|\n+")
# Who has such a sentence translated, or asks how to decline, is answered with one.
TRANSLATED = re.compile(
    r"translat|übersetz|\btradu[cizt]|vertaal|przetłumacz"
    r"|\b(?:say|phrase|meaning of|sage ich|heißt|dire|decir|dizer|zeg|mówi)\b",
    re.IGNORECASE,
)
WORDED = re.compile(
    r"\b(?:how (?:do|can|should|would|to)|word|phrase|polite|write|draft|sentence|wie\b|schreib|formulier|höflich|satz"
    r"|comment|écri|poli|cómo|escrib|educad|come\b|scriv|cortes|como\b|escrev|hoe\b|schrijf|beleefd|jak\b"
    r"|napisz|grzeczn)"
    r"[^.!?\n]{0,60}\b(?:declin|refus|turn(?:ing)? down|reject|say(?:ing)? no\b|ablehn|abzulehnen|absag|abzusagen"
    r"|nein sag|rechaz|decir que no\b|rifiut|dire (?:di )?no\b|recus|weiger|afwijz|odmówi|odmawia)",
    re.IGNORECASE,
)
PIECES = re.compile(r"[\"“”„«»‘:]|(?<!\w)'|'(?!\w)|(?<=[.!?])\s+|\n+")
QUOTES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\xa0": " "})


def refusal(chat: RedactedChat) -> Reason | None:
    """An answer declines, and its owner neither corrected nor approved it nor asked for such words."""
    declined = (i for i, text in own_answers(chat) if declines(text) and not _is_asked_for(question(chat, i)))
    return next((Reason("refusal", position) for position in declined), None)


def declines(answer: str) -> bool:
    """Whether one of the first two sentences of a short answer declines."""
    prose = without_code(answer)[0]
    if prose != answer or len(answer.split()) > LONGEST:
        return False
    opening = [s for s in SENTENCES.split(answer.translate(QUOTES)) if s.strip()][:2]
    return any(_declines(sentence) for sentence in opening)


def _declines(sentence: str) -> bool:
    """Whether a sentence declines, in one of eight languages."""
    bare = sentence.strip(" \t*_#>-")
    return bool(DECLINES.match(bare.casefold())) or declines_in(bare) is not None


def _is_asked_for(question: str) -> bool:
    """Whether the question wants words that decline: how to say them, or what is said in another language."""
    if WORDED.search(question):
        return True
    pieces = (piece.strip() for piece in PIECES.split(question.translate(QUOTES)))
    return bool(TRANSLATED.search(question)) and any(_declines(piece) for piece in pieces if piece)

"""Codes that serve once, in the sentences that services send them in, and lists of recovery codes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfimprove.privacy.rules import vocabulary
from selfimprove.privacy.rules.joined import MARKS
from selfimprove.privacy.rules.rule import Bounds, Check, Rule, either, value

_CODE = r"(?:pass|pin|log[ -]?in[ -]|sms[ -])?(?:codes?|code|codice|codigo|kod)\b|otp\b"
_ONCE = vocabulary.pattern("one_time_code")
_YOURS = (
    r"(?:your|dein|ihr|euer|votre|ton|tu|su|seu|teu|(?:il[ ])?tuo|suo|je|jouw|uw|twoj|my|mein|mon|mi|meu|mio|mijn|moj)"
)
_IS = rf"(?:{vocabulary.verb()})"
# What is called a code and opens nothing.
_PLAIN = (
    r"(?:zip|area|postal|post|country|dial\w{0,3}|error|status|exit|response|return|product|promo\w{0,6}|discount|coupon|"
    r"voucher|source|tax|item|color|colour|hs|naics|sic|icd|airport|booking|order|tracking|course|model|dress|morse)"
)
_DIGITS = r"(?P<value>\d{4,8}|\d{3}[ -]\d{3})"
_BEFORE = (
    rf"(?<![\w.,/-])(?:[A-Z]{{1,3}}-)?{_DIGITS}[*_~`\"')]{{0,3}}[ ]{_IS}[ ]"
    rf"(?:{_YOURS}[ ](?:(?!{_PLAIN}\b)[\w-]{{1,20}}[ ]){{0,3}}(?:{_CODE}|{_ONCE})|"
    rf"(?:the|der|den|le|el|o|il|de)[ ](?:[\w-]{{1,20}}[ ])?(?:{_ONCE}))"
)
_TO = (
    r"(?:to|um|zum|zur|pour|para|per|om|aby|in[ ]order[ ]to)[ ](?:[\w']{1,20}[ ]){0,3}?"
    r"(?:verif|confirm|log[ -]?(?:in|on)\b|sign|authenticat|activat|validat|unlock|bestatig|an(?:zu)?meld|"
    r"ein(?:zu)?logg|verifizier|valider|iniciar|ingresar|entrar|acceder|acessar|acced|bevestig|inlogg|"
    r"potwierdz|zalog|identif|finali)"
)
_USE = (
    r"\b(?:use|enter|type|using|nutzen?|verwenden?|gib|geben[ ]sie|saisis(?:sez)?|entrez|utilise[rz]?|usa|introduce|"
    r"ingresa|insira|digite|inserisci|voer|gebruik|wpisz|uzyj)[ ](?:(?:the|den|le|el|o|il|de)[ ])?"
    rf"(?P<code>(?:{_ONCE}|{_CODE})[ ]?:?[ ]?)?{MARKS}(?:[A-Z]-)?{_DIGITS}[*_~`\"')]{{0,3}},?[ ](?:in[ ])?(?P<to>{_TO})"
)
_YOUR_CODE = (
    rf"\b(?P<label>{_YOURS}[ ](?:(?!{_PLAIN}\b)[\w-]{{1,20}}[ ]){{0,2}}(?:{_CODE}))"
    rf"(?:[ ]{_IS}(?:[ ]:?|:)|[ ]?:)[ ]?{MARKS}(?:[A-Z]{{1,3}}-)?{_DIGITS}(?![\w.,-]?\d|[A-Za-z(\[%]|[ ]?[=+*/<>]|"
    r"[ ](?:lines|loc|bytes|char|words|zeilen|lignes|lineas|linhas|righe|regels|linii|[km]b\b))"
)
# What makes of a code one that opens something, and how a sentence about such a code goes on after it.
_OPENS = re.compile(
    r"verif|secur|confirm|auth|activat|access|one|2fa|mfa|factor|pass|pin|otp|sms|log|sign|tan|bestat|sicher|anmeld|"
    r"zugang|frei|valid|acces|segur|sicurez|acceso|acesso|accesso|bevest|toegang|beveil|potwier|weryf|dostep",
    re.IGNORECASE,
)
_WORDS_FOLLOW = re.compile(
    r"[*_~`\"')]{0,3}[ ]{1,2}(?!(?:please|do|don't|never|bitte|teile|nicht|ne|no|nao|non|niet|nie|"
    r"(?:and|but|und|et|y|e|en|i)[ ](?:it|is|will|expires|valid|do|don't|never|es|er|ist|il|expire|caduca|het|to)|"
    r"valid|gultig|expires|use)\b)\w",
    re.IGNORECASE,
)
_SPOKEN_OF = re.compile(
    r"(?<!in )(?<!in the )(?<!in my )(?<!in your )(?<!im )\b(?:(?:pass|pin|sms-)?codes?|otp|pin|codice|codigo|kod)\b"
    r"[^.!?\n]*\Z",
    re.IGNORECASE,
)
_IDENTITY = re.compile(
    rf"\w{{0,10}}(?:[ ]in)?(?:[ ](?:to|into|auf|bei|in|a|en|na))?[ ]{_YOURS}"
    rf"\w{{0,2}}[ ](?:[\w-]{{1,15}}[ ])?(?:accounts?|konto|compte|cuenta|conta|account|identi\w+|"
    r"tozsamosc|e-?mail\w*|phone|telefon\w*|telephone|device|gerat|login|sign-?in|numero|number|nummer|numer)\b",
    re.IGNORECASE,
)
_OVER = re.compile(r"\w{0,10}[.!)*]{0,3}(?:\s*\Z|\s*\n|(?<=[.!])\s)")
_LOGS_IN = re.compile(r"(?:log|sign|inic|ingres|entr|acced|aces|einzu|einlog|inlog|zalog|meld)\w*[ -]?(?:in|on)?\Z")
_LEAST_TO_LOG_IN = 6  # digits: ports have fewer
_ONESELF = re.compile(r"\b(?:dich|sich|euch|te|vous|ti|je)\b", re.IGNORECASE)
_RECOVERY = (
    r"\b(?:recovery|backup|back-up|emergency|scratch|one-time|wiederherstellungs|ersatz|notfall|backup-)[ -]?codes?\b|"
    r"\bcodes?[ ]de[ ](?:recuperation|secours|recuperacion|respaldo|recuperacao)|\bcodici[ ]di[ ](?:recupero|backup)|"
    r"\bcodigos[ ]de[ ](?:recuperacion|respaldo|recuperacao)|\bherstelcodes?|\bkody[ ](?:odzyskiwania|zapasowe)"
)
_ONE = re.compile(r"[0-9A-Za-z]{3,8}(?:[ -][0-9A-Za-z]{3,8}){1,3}|[0-9A-Za-z]{6,16}")
_PART = re.compile(r"[^\s,;|`*\"'()]+(?:[ ](?=\d{3,5}\b)\d{3,5})*")
_SIGNS = re.compile(r"[\s>*+•`~_|,;.-]*(?:\[[ xX]?\][ ]?)?(?:\d{1,2}[.):][ ])?[\s*`_]*")
_LONGEST_LINE, _MOST_LINES, _MOST_EMPTY = 160, 30, 2


def _yours(match: re.Match[str]) -> Iterator[Bounds]:
    """Not how long a program is: another word says what it opens, or nothing is counted after it."""
    if _OPENS.search(match["label"]) or not _WORDS_FOLLOW.match(match.string, match.end()):
        yield match.span("value")


def _used(match: re.Match[str]) -> Iterator[Bounds]:
    """Not a port or an amount: a code is spoken of, or with it somebody shows who he is."""
    text, end, to = match.string, match.end(), match["to"]
    spoken = match["code"] or _SPOKEN_OF.search(text, max(0, match.start() - 100), match.start())
    logs_in = _LOGS_IN.search(to.lower())
    usual = not logs_in or len(match["value"]) >= _LEAST_TO_LOG_IN or _ONESELF.search(to)
    if spoken or (usual and (_IDENTITY.match(text, end) or _OVER.match(text, end))):
        yield match.span("value")


def _recovery(match: re.Match[str]) -> Iterator[Bounds]:
    """All that follows, on its line and below, as long as lines hold codes alone."""
    text, at = match.string, match.end()
    end = text.find("\n", at, at + _LONGEST_LINE)
    end = end if end >= 0 else min(len(text), at + _LONGEST_LINE)
    colon = text.find(":", at, end)
    if colon >= 0:
        yield from _codes(text, colon + 1, end)
    empty = 0
    for _ in range(_MOST_LINES):
        at, end = end + 1, text.find("\n", end + 1, end + 2 + _LONGEST_LINE)
        end = end if end >= 0 else min(len(text), at + _LONGEST_LINE)
        found = list(_codes(text, at, end))
        framed = not text[at:end].strip(" \t>`~|-:") or text[at:end].startswith("```")
        if not found and not (framed and (empty := empty + 1) <= _MOST_EMPTY):
            return
        yield from found


def _codes(text: str, at: int, end: int) -> list[Bounds]:
    """The codes between the places; none when there is anything else."""
    begin = _SIGNS.match(text, at, end)
    shown = _PART.finditer(text, begin.end() if begin else at, end)
    parts = [part for part in shown if not re.fullmatch(r"\d{1,2}[.):]|and|und|-", part[0])]
    return [part.span() for part in parts] if parts and all(map(_is_code, parts)) else []


def _is_code(part: re.Match[str]) -> bool:
    return bool(_ONE.fullmatch(part[0].rstrip(".")) and re.search(r"\d", part[0]))


def _rule(name: str, pattern: str, check: Check, needs: tuple[str, ...], digits: int) -> Rule:
    return Rule(name, "PASSWORD", pattern, check, needs, digits, flags=re.IGNORECASE)


_NEEDS = (*vocabulary.needs("one_time_code"), *either("code|codice|codigo|kod|otp"))
RULES = (
    _rule("code_before", _BEFORE, value, _NEEDS, 4),
    _rule("code_used", _USE, _used, (), 4),
    _rule("code_yours", _YOUR_CODE, _yours, _NEEDS, 4),
    _rule("codes_recovery", _RECOVERY, _recovery, either("codes|code de|codici|kody|code"), 4),
)

"""Passwords that somebody says they changed: the new one follows a preposition, in seven languages besides English."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfimprove.privacy.rules import guess
from selfimprove.privacy.rules.rule import Bounds, Rule, either
from selfimprove.privacy.rules.said import START

_KEY = r"(?:pass ?word|passwort|kennwort|pin|mot de passe|contrasena|clave|senha|palavra[ -]passe|wachtwoord|haslo)"
_TO = r"[ ](?:auf|in|zu|en|pour|par|a|por|para|con|per|naar|na)[ ]"
_FROM = r"[ ](?:von|de|da|van|z|ze)[ ]"
_VALUE = r"[\"'`]?(?P<{}>[^\s\"'`\x00<>]{{6,64}})"
_CHANGES = re.compile(
    r"\b(?:(?:um|zuruck)?ge(?:andert|setzt|stellt|wechselt)|ander(?:e|n|te)|setz(?:e|en|te)|chang\w{1,4}|modifi\w{1,5}|"
    r"remplac\w{1,4}|cambi\w{0,6}|mud(?:ei|ar|ou|e|o|amos)|alter(?:ei|ar|ou|e|o)|troqu\w{1,2}|troc(?:ar|ou)|"
    r"actualic\w{1,2}|actualiz\w{1,4}|imposta\w{0,3}|aggiorna\w{0,3}|veranderd?e?|verander|gewijzigd|wijzig\w{0,3}|"
    r"aangepast|zmieni\w{1,5}|zmien|ustawi\w{1,5})\b",
    re.IGNORECASE,
)
_BEFORE, _AFTER = 60, 30


def _changed(match: re.Match[str]) -> Iterator[Bounds]:
    """The new one, and the old where both are said: something mixed, in a sentence with a verb of changing."""
    text, (start, end) = match.string, match.span()
    before = re.split(r"[.!?\n]", text[max(0, start - _BEFORE) : start])[-1]
    after = re.split(r"[.!?\n]", text[end : end + _AFTER])[0]
    changes = _CHANGES.search(f"{before} {match['between']} {after}")
    for name in ("old", "new"):
        given = (match[name] or "").rstrip(".,;:?)]}")
        if changes and guess.is_mixed(given) and not guess.is_none(given) and not guess.is_code(given):
            yield match.start(name), match.start(name) + len(given)


RULES = (
    Rule(
        "password_changed",
        "PASSWORD",
        rf"{START}{_KEY}(?![A-Za-z_-])(?P<between>[^\n\x00:=.!?\"'`;,()]{{0,40}}?)"
        rf"(?:{_FROM}{_VALUE.format('old')}[\"'`]?)?{_TO}{_VALUE.format('new')}",
        _changed,
        digits=1,
        needs=either("pass|kennwort|pin|mot de|contrasena|clave|senha|palavra|wachtwoord|haslo"),
        flags=re.IGNORECASE,
    ),
)

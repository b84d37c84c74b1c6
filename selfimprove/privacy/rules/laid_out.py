"""Passwords where a file's form says that one stands there: keys of configuration, cells, input fields, hashes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfimprove.privacy.rules import guess
from selfimprove.privacy.rules.rule import Bounds, Rule, either, whole, words

_KEY = r"(?:password|passwd|passphrase|pwd|passwort|kennwort|mot de passe|contrasena|senha|wachtwoord|haslo)"
_KEY_NEEDS = either("passw|passp|pwd|kennwort|mot de passe|contrasena|senha|wachtwoord|haslo")
_CELL = (
    rf"<t[dh](?:[ ][^<>\x00]{{0,60}})?>\s{{0,20}}{_KEY}[ ]?:?\s{{0,20}}</t[dh]>\s{{0,20}}<td(?:[ ][^<>\x00]{{0,60}})?>"
    r"\s{0,20}(?P<value>[^<>\s\x00]{4,64})\s{0,20}</td>"
)
_INPUT = (
    r"<input[ ](?=[^<>\x00]{0,200}type=[\"']?password)(?:[^<>\x00]{0,200}[ ])?value=[\"']?"
    r"(?P<value>[^\"'<>\s\x00]{4,100})"
)
_WORD = r"(?P<value>[A-Za-z]{5,40})"
_QUOTED = rf"[\"']{_KEY}[\"'][ ]?:[ ]?[\"']{_WORD}[\"']"
_LINE = (
    rf"(?<![A-Za-z]){_KEY}"
    rf"(?::[ ]{{1,4}}|=|(?P<apart>[ ]{{1,4}}=[ ]{{1,4}}))[\"']?{_WORD}[\"']?[ \t]{{0,4}}$"
)
_CONNECTION = (
    rf"(?:;[ ]?{_KEY}[ ]?=[ ]?(?P<value>[^\s;\"'<>{{}}\x00]{{4,64}})(?=[;\"'\n]|\Z)|"
    rf"(?<=[?&]){_KEY}=(?P<query>[A-Za-z]{{5,40}})(?![\w(.\[]))"
)
_PGPASS = (
    r"^(?:localhost|\*|[\w-]{1,60}(?:\.[\w-]{1,60}){1,6}):(?:\d{2,5}|\*):(?:[A-Za-z_][\w-]{0,60}|\*):"
    r"(?:[A-Za-z_][\w.-]{0,60}|\*):(?P<value>[^\s:\x00]{4,100})[ \r]{0,2}$"
)
_HASH = (
    r"\$(?:(?:[156]|apr1)\$(?:rounds=\d{1,9}\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{22,86}|"
    r"2[abxy]\$\d\d\$[./A-Za-z0-9]{53}|y\$[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{1,86}\$[./A-Za-z0-9]{43}|"
    r"argon2(?:id|i|d)\$(?:v=\d{1,3}\$)?m=\d{1,9},t=\d{1,4},p=\d{1,3}\$[+/A-Za-z0-9]{8,100}\$[+/A-Za-z0-9]{16,200})"
    r"(?![./A-Za-z0-9])"
)
_HASH_NEEDS = either("$1$|$5$|$6$|$apr1$|$2a$|$2b$|$2x$|$2y$|$y$|$argon2")
# Words that stand for one, say what it is or what to do with it.
_NONE = words(
    """
    value values entry field label data result output response row line args kwargs token name login logon submit
    cancel remember signin signup email phone object number integer boolean bytes buffer nullable hidden masked
    credentials creds word words letters characters minlength maxlength length regex pattern schema column object
    minimum maximum unset unused same above below here there later soon later given shared private public default
    admin administrator anonymous guest widget password
    """
)
_ABOUT = re.compile(
    r"pass|pwd|kennwort|contras|senha|wachtwoord|haslo|secret|clave|parola|losenord|heslo|salasana|adgangskode|jelszo|sifre"
)
_SETTING = re.compile(r"[ \t]{0,12}(?:-[ ]|export[ ]|env[ ])?(?P<of>[\w.-]{1,40}[_.-])?", re.IGNORECASE)
_LONGEST_NAME = 60
_SHOWN = re.compile(
    r"(?<![a-z])min|max|length|error|label|msg|message|text|title|hint|placeholder|button|forgot|help|field|type|i18n|invalid|valid|require|policy|"
    r"encod|hash|rule|mode|has|is|show|hide|enable|disable|allow|use|self|this",
    re.IGNORECASE,
)
_BESIDE = re.compile(
    r"^[ \t\"'-]{0,12}(?:user\w{0,4}|login|host\w{0,4}|port|db\w{0,4}|database|server|uid|e?mail)\b", re.MULTILINE
)


def _stands(given: str) -> bool:
    return not guess.is_none(given) and not guess.is_code(given)


def _complex(match: re.Match[str]) -> Iterator[Bounds]:
    if _stands(match["value"]) and guess.is_complex(match["value"]):
        yield match.span("value")


def _field(match: re.Match[str]) -> Iterator[Bounds]:
    if _stands(match["value"]) and not guess.is_field(match["value"]):
        yield match.span("value")


def _word(match: re.Match[str]) -> Iterator[Bounds]:
    """A plain word that says nothing about passwords; set apart like code, only beside other settings."""
    given, text = match["value"], match.string
    low = given.lower()
    about = low in _NONE or _ABOUT.search(low) or guess.is_field(given) or re.search(r"[a-z][A-Z]", given)
    if about or not _stands(given) or not guess.is_word(given):
        return
    apart = match.groupdict().get("apart")
    if not apart or _BESIDE.search(text[max(0, match.start() - 120) : match.start()]):
        yield match.span("value")


def _connected(match: re.Match[str]) -> Iterator[Bounds]:
    """Part of what a program connects with."""
    group = "query" if match["query"] else "value"
    given = match[group]
    if _stands(given) and not (given.isalpha() and (_ABOUT.search(given.lower()) or given.lower() in _NONE)):
        yield match.span(group)


def _line(match: re.Match[str]) -> Iterator[Bounds]:
    """What a setting says that has a line of its own, and whose name is of nothing that is shown."""
    text, end = match.string, match.start()
    begin = max(text.rfind("\n", 0, end) + 1, end - _LONGEST_NAME)
    set_ = _SETTING.fullmatch(text, begin, end)
    if set_ and not _SHOWN.search(set_["of"] or ""):
        yield from _word(match)


_LINES = re.IGNORECASE | re.MULTILINE

RULES = (
    Rule("password_cell", "PASSWORD", _CELL, _complex, needs=("</t",), flags=re.IGNORECASE),
    Rule("password_input", "PASSWORD", _INPUT, _field, needs=("<input",), flags=re.IGNORECASE),
    Rule("password_keyed", "PASSWORD", _QUOTED, _word, needs=_KEY_NEEDS, flags=re.IGNORECASE),
    Rule("password_line", "PASSWORD", _LINE, _line, needs=_KEY_NEEDS, flags=_LINES),
    Rule("password_connection", "PASSWORD", _CONNECTION, _connected, needs=_KEY_NEEDS, flags=re.IGNORECASE),
    Rule("password_pgpass", "PASSWORD", _PGPASS, _complex, needs=(":",), flags=_LINES),
    Rule("password_hash", "PASSWORD", _HASH, whole, needs=_HASH_NEEDS),
)

"""Passwords in SQL: of a user who is made or changed, in the rows that are inserted, in a column that is set."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfimprove.privacy.rules import guess
from selfimprove.privacy.rules.rule import Bounds, Rule, either, near
from selfimprove.privacy.rules.tokens import is_random

_COLUMN = re.compile(
    r"(?:\w{1,30}_)?(?:password|passwd|passphrase|pwd|pass|pw|passwort|kennwort|contrasena|senha|wachtwoord|haslo|pin|"
    r"secret|token|api_?key)(?:_?hash)?",
    re.IGNORECASE,
)
# Words of texts and settings have such names too.
_VAGUE = re.compile(r"(?:\w{1,30}_)?(?:token|api_?key)(?:_?hash)?", re.IGNORECASE)
_QUOTED = r"[\"'](?P<value>[^\"'\n\x00]{4,200})[\"']"
_USER = (
    r"(?:\bidentified[ ](?:with[ ][\w']{1,40}[ ])?by(?:[ ]password)?|\b(?:with|set|encrypted)[ ]password[ ]?=?|"
    rf"(?<=[\s_])(?P<column>password|passwd|pwd|passwort|senha)[ ]?=)[ ]?(?:N(?='))?{_QUOTED}"
)
_INSERT = (
    r"\b(?:insert|replace)\s{1,4}(?:ignore[ ])?into[ ][\w.`\"\[\]]{1,80}[ ]?\((?P<columns>[^()\x00]{3,400})\)"
    r"\s{0,8}values\s{0,8}"
)
_CELL = re.compile(
    r"\s*(?:[NE]?'(?P<single>(?:[^'\n\x00]|''){0,200})'|\"(?P<double>[^\"\n\x00]{0,200})\"|"
    r"(?:[^\s,'\"()]|\([^()]{0,100}\)){0,100})\s*"
)
_BEGIN = re.compile(r"\s*\(")
_BETWEEN = re.compile(r"\s*,")
_MOST_ROWS, _MOST_COLUMNS = 50, 40
_ABOUT = re.compile(
    r"[a-z_]*(?:pass|pwd|senha|contras|wachtwoord|haslo|secret|token|hash|value|string)[a-z_]*", re.IGNORECASE
)


def _is_given(text: str) -> bool:
    about = guess.is_none(text) or guess.is_code(text) or _ABOUT.fullmatch(text)
    return len(text) >= 4 and " " not in text and not about and not (guess.is_field(text) and text.isalpha())


def _is_meant(column: str, given: str) -> bool:
    """A plain word is no token, and no PIN either."""
    if column.lower() == "pin":
        return given.isdigit() and len(given) >= 4
    return _is_given(given) and (is_random(given) or not _VAGUE.fullmatch(column))


def _user(match: re.Match[str]) -> Iterator[Bounds]:
    said = match[0].lower()
    if match["column"]:
        updates = near(match, r"\bset\s", before=200)
    else:  # a device is identified by something too
        updates = not said.startswith("identified") or near(match, r"\b(?:user|role|grant|login)\b", before=200)
    if updates and _is_given(match["value"]):
        yield match.span("value")


def _inserted(match: re.Match[str]) -> Iterator[Bounds]:
    """What stands in each row where a column has such a name."""
    names = [name.strip(" \n\t\"'`[]") for name in match["columns"].split(",")]
    secret = {number for number, name in enumerate(names) if _COLUMN.fullmatch(name)}
    at = match.end()
    for _ in range(_MOST_ROWS if secret else 0):
        begun = _BEGIN.match(match.string, at)
        if not begun:
            return
        at = begun.end()
        for number in range(min(len(names), _MOST_COLUMNS)):
            cell = _CELL.match(match.string, at)
            if cell is None:
                return
            group = "single" if cell["single"] is not None else "double"
            if number in secret and cell[group] and _is_meant(names[number], cell[group]):
                yield cell.span(group)
            at = cell.end() + 1
        between = _BETWEEN.match(match.string, at)
        if not between:
            return
        at = between.end()


RULES = (
    Rule("password_sql", "PASSWORD", _USER, _user, needs=either("identified|passw|pwd|senha"), flags=re.IGNORECASE),
    Rule("password_inserted", "PASSWORD", _INSERT, _inserted, needs=("into",), flags=re.IGNORECASE),
)

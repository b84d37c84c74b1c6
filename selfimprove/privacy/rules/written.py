"""Secrets written where neither an assignment nor a prefix shows them: defaults, macros, cookies, SQL, prose."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfimprove.privacy.rules import guess
from selfimprove.privacy.rules.rule import Bounds, Rule
from selfimprove.privacy.rules.tokens import is_random

_NAME = r"(?:pass|pwd|secret|token|key|cred)"
_QUOTED = r"[\"'](?P<value>[^\"'\s\x00]{6,200})[\"']"


def _random(match: re.Match[str]) -> Iterator[Bounds]:
    if is_random(match["value"]) and re.search(r"\d", match["value"]):
        yield match.span("value")


def _complex(match: re.Match[str]) -> Iterator[Bounds]:
    given = match["value"]
    if guess.is_complex(given) and not guess.is_none(given) and not guess.is_code(given):
        yield match.span("value")


RULES = (
    Rule(
        "secret_told",
        "SECRET",
        r"\b(?:token|api[ -]?key|secret|credential)s?\b[^\n\x00:=.!?\"]{1,24}[ ](?:is|was|are)[ ]:?[ ]?[\"'`]?"
        r"(?P<value>[A-Za-z0-9+/_=-]{16,500})",
        _random,
        needs=("token", "key", "secret", "credential"),
        flags=re.IGNORECASE,
    ),
    Rule(
        "secret_default",
        "SECRET",
        rf"(?:getenv|environ\.get|\benv)\([ ]?[\"']\w{{0,40}}?{_NAME}\w{{0,20}}[\"'],[ ]?{_QUOTED}",
        _complex,
        needs=("env",),
        flags=re.IGNORECASE,
    ),
    Rule(
        "secret_macro",
        "SECRET",
        rf"(?:#[ ]?define[ ]\w{{0,40}}?{_NAME}\w{{0,20}}[ \t]{{1,8}}|"
        rf"{_NAME}\w{{0,20}}[\"']?[ ]?:?=?[ ]?\[\]byte\(){_QUOTED}",
        _complex,
        needs=("define", "[]byte("),
        flags=re.IGNORECASE,
    ),
    Rule(
        "secret_cookie",
        "SECRET",
        r"\bcookie:[^\n\x00]{0,300}?[ ;][\w-]{0,30}(?:auth|sess|token|sid|jwt|login)[\w-]{0,20}="
        r"(?P<value>[\w+/=.%-]{20,2000})",
        _random,
        needs=("cookie:",),
        flags=re.IGNORECASE,
    ),
    Rule(
        "password_sql",
        "PASSWORD",
        rf"\b(?:identified[ ](?:with[ ][\w']{{1,40}}[ ])?by(?:[ ]password)?|(?:with|set)[ ]password[ ]?=?)[ ]{_QUOTED}",
        _complex,
        needs=("identified", "password"),
        flags=re.IGNORECASE,
    ),
)

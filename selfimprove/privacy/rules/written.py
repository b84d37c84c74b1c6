"""Secrets written where neither an assignment nor a prefix shows them: defaults, macros, cookies, sessions, prose."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfimprove.privacy.rules import guess, vocabulary
from selfimprove.privacy.rules.rule import Bounds, Rule, near
from selfimprove.privacy.rules.tokens import is_random

_NAME = r"(?:pass|pwd|secret|token|key|cred)"
_BARE = r"[\"']?(?P<value>[A-Za-z0-9+/_\-=.~%]{18,500}+)(?![\w(\[])"
_LONG_ONE = 32
_QUOTED = r"[\"'](?P<value>[^\"'\s\x00]{6,200})[\"']"


def _mixed(match: re.Match[str]) -> Iterator[Bounds]:
    """Random, with digits and letters of both sizes, or very long."""
    given = match["value"]
    both = re.search(r"[a-z]", given) and re.search(r"[A-Z]", given)
    if (both or len(given) >= _LONG_ONE) and re.search(r"\d", given) and is_random(given):
        yield match.span("value")


def _set(match: re.Match[str]) -> Iterator[Bounds]:
    if not near(match, r"(?:public|primary|foreign|sort|partition|cache)\Z", before=9):
        yield from _mixed(match)


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
        r"\b(?:token|api[ -]?key|secret|credential)s?\b(?!@)[^\n:=.!?\"]{1,24}"
        rf"(?:[ ](?:{vocabulary.verb()}|are)[ ]:?|[ ]?:)[ ]?[\"'`*]{{0,3}}"
        r"(?P<value>[A-Za-z0-9+/_=-]{16,500})",
        _random,
        needs=("token", "key", "secret", "credential"),
        flags=re.IGNORECASE,
    ),
    Rule(
        "secret_setting",
        "SECRET",
        rf"(?<=[A-Z0-9])_(?:KEY|PAT|AUTH|CREDENTIALS?|SALT|SESSION|COOKIE)[ ]?[=:][ ]?{_BARE}",
        _set,
        digits=1,
        long=True,
    ),
    Rule(
        "secret_session",
        "SECRET",
        rf"(?<![A-Za-z])(?:(?:php|j|asp\.net_|django_|laravel_|ci_|connect\.)?(?:session|sess)_?(?:id|key|cookie|data)?|"
        rf"connect\.sid|sid)=[\"']?{_BARE}",
        _mixed,
        digits=1,
        long=True,
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
)

"""Passwords handed to calls: that connect to a database or a network, that log in, that fill in a form."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfimprove.privacy.rules import guess
from selfimprove.privacy.rules.rule import Bounds, Check, Rule, either

_GIVEN = r"[\"'`](?P<value>[^\"'`\s\x00]{4,100})[\"'`]"
_ARGUMENT = r"\s{0,12}(?:[\"'][^\"'\n\x00]{0,120}[\"']|[\w.$>:-]{1,80})\s{0,4},"
_CONNECT = (
    r"\b(?:new[ ](?:PDO|mysqli)|mysqli?_p?connect|(?:pymysql|MySQLdb|mariadb|oracledb|cx_Oracle)\.connect|"
    rf"DriverManager\.getConnection)\({_ARGUMENT}{_ARGUMENT}\s{{0,12}}{_GIVEN}"
)
_JOIN = rf"\bWiFi\.(?:begin|softAP)\({_ARGUMENT}\s{{0,12}}{_GIVEN}"
_LOG_IN = rf"\w\.(?:login|authenticate|simple_bind_s)\({_ARGUMENT}\s{{0,12}}{_GIVEN}"
_FIELD = r"(?:passw(?:or)?d|passwort|pwd|pass\b|contrasena|senha)"
_FILL = (
    rf"\.(?:fill|type)\([ ]?[\"'`][^\n\x00()]{{0,60}}?{_FIELD}[^\n\x00()]{{0,40}}?[\"'`],[ ]?{_GIVEN}|"
    rf"{_FIELD}\w{{0,10}}[\"'`\])]{{1,5}}\.(?:type|fill|send_?keys|setValue|val)\([ ]?"
    r"[\"'`](?P<keys>[^\"'`\s\x00]{4,100})[\"'`]"
)
_SECURE = rf"\bConvertTo-SecureString(?:[ ]-String)?[ ]{{1,4}}{_GIVEN}"
_VARIABLE = (
    r"\bvariable[ ]\"[\w-]{0,40}(?:pass|pwd|secret|token|key)[\w-]{0,20}\"\s?\{[^{}\x00]{0,300}?"
    rf"\bdefault[ ]{{0,12}}=[ ]{{0,4}}{_GIVEN}"
)


def _given(match: re.Match[str]) -> Iterator[Bounds]:
    """A plain word too: nothing else stands in that place."""
    group = "keys" if match.groupdict().get("keys") else "value"
    given = match[group]
    if not (guess.is_none(given) or guess.is_code(given) or guess.is_field(given)):
        yield match.span(group)


def _complex(match: re.Match[str]) -> Iterator[Bounds]:
    if guess.is_complex(match["value"]):
        yield from _given(match)


def _rule(name: str, pattern: str, check: Check, needs: str) -> Rule:
    return Rule(f"password_{name}", "PASSWORD", pattern, check, either(needs), flags=re.IGNORECASE)


RULES = (
    _rule("connected", _CONNECT, _given, "connect(|pdo(|mysqli(|getconnection("),
    _rule("joined", _JOIN, _given, "wifi."),
    _rule("logged_in", _LOG_IN, _complex, ".login(|.authenticate(|bind_s("),
    _rule("filled", _FILL, _given, ".fill(|.type(|keys(|setvalue(|.val("),
    _rule("secured", _SECURE, _given, "securestring"),
    _rule("variable", _VARIABLE, _complex, "variable"),
)

"""Secrets in the forms of single programs: elements of XML, cells, constants of PHP, Wi-Fi, calls, recovery keys."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfimprove.privacy.rules import guess
from selfimprove.privacy.rules.rule import Bounds, Check, Rule, either
from selfimprove.privacy.rules.tokens import NAME, entropy, holds_password, is_random

_OF_SECRETS = r"(?:key|token|secret|credential)"
_OF_PASSWORDS = r"(?:password|passwd|passphrase|pwd|passwort|contrasena|senha|wachtwoord|haslo)"
_QUOTED = r"[\"'](?P<value>[^\"'\s\x00]{4,200})[\"']"
_LONGEST_PART = 65_535  # of a BitLocker recovery key, each times 11


def _element(named: str) -> str:
    """An element of XML with a name and a value, or with a name around a value."""
    return (
        rf"<(?:add|entry|string|property|param|setting|item|variable)[ ](?:[^<>\x00]{{0,60}}[ ])?(?:key|name|id)="
        rf"[\"'][\w.:-]{{0,40}}?{named}\w{{0,20}}[\"'](?:[^<>\x00]{{0,60}}[ ]value=[\"']|[^<>\x00]{{0,60}}>)"
        r"(?P<value>[^\"'<>\s\x00]{4,400})(?=[\"']|</)"
    )


_CELL = (
    rf"\|[ ]{{0,8}}[`*]{{0,3}}(?:\w{{1,20}}[ _-]){{0,2}}(?:keys?|{NAME})s?"
    r"[`*]{0,3}[ ]{0,20}\|[ ]{0,20}[`*]{0,3}"
    r"(?P<value>[A-Za-z0-9+/_\-=.~]{16,500})[`*]{0,3}[ ]{0,20}\|"
)
_DEFINED = (
    r"\bdefine\([ ]?[\"'][A-Z_]{0,30}(?:KEY|SALT|SECRET|TOKEN|PASSWORD)[\"'],\s{0,20}"
    r"[\"'](?P<value>[^\"'\n\x00]{8,200})[\"']"
)
_WIFI = r"\bWIFI:(?:[TSHR]:(?:[^;\n\x00\\]|\\.){0,64};){0,4}P:(?P<value>(?:[^;\n\x00\\]|\\.){4,64});"
_SHARED = r"(?<![A-Za-z])(?:wpa_)?psk[ ]?[=:][ ]?[\"']?(?P<value>[^\s\"'\x00,;]{8,64})"
_REDIS = r"\b(?:requirepass|masterauth)[ ][\"']?(?P<value>[^\s\"'\x00]{4,100})"
_CALL = (
    rf"(?:\bset_?password\([ ]?(?:[\w.]{{1,40}},[ ]?)?|"
    rf"(?:\bauth[ ]?=[ ]?|\b(?:http)?(?:basic|digest)_?auth)\([ ]?[\"'][^\"'\n\x00]{{1,64}}[\"'],[ ]?){_QUOTED}"
)
_DOCKER = r"[\"']auth[\"'][ ]?:[ ]?[\"'](?P<value>[A-Za-z0-9+/]{8,500}={0,2})[\"']"
_WORDS = either("auth|password(|psk|requirepass|wifi:")  # one list for all, since the gate asks each list but once
_BITLOCKER = r"(?<![\w-])(?P<value>\d{6}(?:-\d{6}){7})(?![\w-])"


def _random(match: re.Match[str]) -> Iterator[Bounds]:
    if is_random(match["value"]) and re.search(r"\d", match["value"]):
        yield match.span("value")


def _complex(match: re.Match[str]) -> Iterator[Bounds]:
    given = match["value"].rstrip(".,;")
    if guess.is_complex(given) and not (guess.is_none(given) or guess.is_code(given) or guess.is_field(given)):
        yield match.start("value"), match.start("value") + len(given)


def _dense(match: re.Match[str]) -> Iterator[Bounds]:
    """What WordPress generates is signs and spaces too, unlike the phrase that asks for it."""
    given = match["value"]
    if re.search(r"\d", given) and (entropy(given) >= 4.0 or guess.is_complex(given)) and not guess.is_none(given):
        yield match.span("value")


def _real(match: re.Match[str]) -> Iterator[Bounds]:
    if not guess.is_none(match["value"]) and not guess.is_code(match["value"]):
        yield match.span("value")


def _user(match: re.Match[str]) -> Iterator[Bounds]:
    if holds_password(match["value"]):
        yield match.span("value")


def _recovery(match: re.Match[str]) -> Iterator[Bounds]:
    """Each of the eight parts is eleven times a number of 16 bits."""
    parts = [int(part) for part in match["value"].split("-")]
    if all(part % 11 == 0 and part // 11 <= _LONGEST_PART for part in parts) and len(set(parts)) > 1:
        yield match.span("value")


def _rule(name: str, pattern: str, check: Check, needs: tuple[str, ...], digits: int = 0) -> Rule:
    type_ = "PASSWORD" if name.startswith("password") else "SECRET"
    return Rule(name, type_, pattern, check, needs, digits, flags=re.IGNORECASE)


RULES = (
    _rule("secret_element", _element(_OF_SECRETS), _random, ("name=", "key=", "id="), digits=1),
    _rule("password_element", _element(_OF_PASSWORDS), _complex, ("name=", "key=", "id=")),
    _rule("secret_cell", _CELL, _random, ("|",), digits=1),
    _rule("secret_defined", _DEFINED, _dense, ("define(",), digits=1),
    _rule("secret_docker", _DOCKER, _user, _WORDS),
    _rule("secret_recovery", _BITLOCKER, _recovery, ("-",), digits=48),
    _rule("password_wifi", _WIFI, _real, _WORDS),
    _rule("password_shared", _SHARED, _complex, _WORDS),
    _rule("password_redis", _REDIS, _complex, _WORDS),
    _rule("password_call", _CALL, _complex, _WORDS),
)

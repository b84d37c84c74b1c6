"""Private key blocks, and what is random beside a word for a secret."""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections import Counter
from collections.abc import Iterator

from selfimprove.privacy.fold import BARRIER
from selfimprove.privacy.rules import vocabulary
from selfimprove.privacy.rules.rule import Bounds, Rule, either, ended, near

_BLOCK_BEGIN = r"(?:-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-\d:)"
_BLOCK_END = re.compile(r"-----END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----|Private-MAC: ?[0-9a-fA-F]{1,64}")
_BLOCK_BODY = re.compile(
    r"(?:(?:\s|\\[nrt]|[\"'`>|+,])*(?:[A-Za-z-]{3,20}: [^\n\x00]{1,120}(?=\n)|[A-Za-z0-9+/=]{16,}))*(?:(?:\s|"
    r"\\[nrt]|[\"'>|+])*[A-Za-z0-9+/]{1,64}={1,2})?"
)
_LONGEST_BLOCK = 16_000

NAME = (
    r"(?:(?:api|access|auth|secret|private|client|app|application|signing|encryption|session|bearer|refresh|"
    r"webhook|account|storage|"
    r"functions?|service|master|subscription|licen[cs]e|deploy|bot|consumer|shared|csrf|jwt|oauth|aws|azure|gcp|github|slack|"
    r"openai|stripe)"
    r"[_\-. ]{0,2}){1,3}(?:keys?|tokens?(?!i[sz])|secrets?|credentials?)|secret|token(?!i[sz])|"
    rf"{vocabulary.pattern('key')}|schlussel|clave|chave|chiave|sleutel|klucz"
)
NAME_NEEDS = either("key|token|secret|credential|schluss|api|cle |jeton|clave|chave|chiave|sleutel|klucz")
_ASSIGN = (
    r"[\w\-.\]]{0,24}(?:\\?[\"'`*]){0,2}\]?(?:</\w{1,6}>)?(?:[ ]\([^()\n\x00]{1,24}\))?[ \t]{0,4}"
    r"(?::=|=>|->|→|=(?!=)|:(?!:)|,(?=[ ]?[\"'])|-{1,2}[ ]|\((?<=[ ].)|"
    rf"[ ](?:{vocabulary.verb()})\b:?|"
    r"[ \t](?=[A-Za-z0-9+/_=.~-]{20}))"
    r"(?:\*{1,3}|__|</\w{1,6}>)?[ \t]{0,4}(?:[bfru]{1,2}(?=[\"']))?(?:\\?[\"'`*]|<\w{1,6}>){0,3}(?:base64:)?"
)
_PLACEHOLDER = re.compile(
    r"(?i)your|example|sample|placeholder|changeme|change_me|dummy|redacted|xxxx|1234567890abcdef|abcdef123456|"
    r"insert|todo|\.\.\.|\*\*\*|<|>"
)
# Parts of names; "2" and "4" also stand for words within one.
_OF_WORDS = re.compile(
    r"[A-Za-z]?[a-z]*\d{0,3}|[A-Z]+\d{0,2}|\d{1,4}|[a-z]{3,10}[24][a-z]{2,10}|ed25519|"
    r"[a-z]{0,20}(?:[A-Z][a-z]{2,20}\d{0,2}|[A-Z]{1,5}\d?(?=[A-Z][a-z]{2})|Ed25519){2,12}(?<=[a-z]{2})"
)


def _block(match: re.Match[str]) -> Iterator[Bounds]:
    """To the block's end, or as far as the base64 goes when the end was cut off."""
    text, start, at = match.string, match.start(), match.end()
    furthest = at + _LONGEST_BLOCK
    found = (text.find(mark, at, furthest) for mark in (BARRIER, "-----BEGIN"))
    limit = min(where if where >= 0 else furthest for where in found)
    end = _BLOCK_END.search(text, at, limit)
    body = _BLOCK_BODY.match(text, at, limit)
    yield start, end.end() if end else body.end() if body else at


def _assigned(match: re.Match[str]) -> Iterator[Bounds]:
    if is_random(match["value"]):
        bold = match.string.endswith("__", 0, match.start("value"))
        yield ended(match, ".,;:!?_" if bold else ".,;:!?")


def _aws_secret(match: re.Match[str]) -> Iterator[Bounds]:
    mixed = re.search(r"[a-z]", match[0]) and re.search(r"[A-Z]", match[0]) and re.search(r"\d", match[0])
    linked = near(match, r"https?://\S*\Z", before=80)
    if mixed and not linked and near(match, r"aws|amazon|secret|akia|asia", before=100, after=60):
        yield match.span()


def _header(match: re.Match[str]) -> Iterator[Bounds]:
    if (match["scheme"] or "").lower() == "basic":
        if holds_password(match["value"]):
            yield match.span("value")
    elif is_random(match["value"]):
        yield ended(match)


def holds_password(encoded: str) -> bool:
    """Whether it is the base64 of a user, a colon and a password."""
    bare = encoded.rstrip("=")
    try:
        return b":" in base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except binascii.Error:
        return False


def is_random(text: str) -> bool:
    """Letters and digits without the shape of words, names, paths or placeholders; a sentence may trail off behind."""
    text = text.removesuffix("...")
    if _PLACEHOLDER.search(text) or not re.search(r"[A-Za-z]", text) or text.count("/") > max(1, len(text) // 12):
        return False
    parts = re.split(r"[_\-./+=~]", text)
    if all(_OF_WORDS.fullmatch(part) for part in parts):
        return False
    digits = sum(character.isdigit() for character in text)
    if not digits:
        return len(text) >= 20 and entropy(text) >= 4.0 and not re.fullmatch(r"(?:[A-Za-z][a-z]{2,}[._/-]?)+", text)
    return entropy(text) >= (3.0 if len(text) >= 20 else 2.7)


def entropy(text: str) -> float:
    """Shannon's, in bits a character."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())


RULES = (
    Rule("private_key_block", "SECRET", _BLOCK_BEGIN, _block, needs=("private key", "putty-user-key-file")),
    Rule(
        "aws_secret_key",
        "SECRET",
        r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])",
        _aws_secret,
        needs=("aws", "amazon", "secret", "akia", "asia"),
        long=True,
    ),
    Rule(
        "assigned_secret",
        "SECRET",
        rf"(?<![A-Za-z])(?:\w{{1,24}}[_\-.])?(?:{NAME}){_ASSIGN}(?P<value>[A-Za-z0-9+/_\-=.~]{{10,500}})(?![\w(\[])",
        _assigned,
        needs=NAME_NEEDS,
        flags=re.IGNORECASE,
    ),
    Rule(
        "authorization",
        "SECRET",
        r"\b(?:(?P<scheme>basic|bearer|token)[ ]{1,2}|authorization\\?[\"']?[ ]?[:=][ ]?\\?[\"']?)"
        r"(?P<value>[A-Za-z0-9+/._~=-]{12,4000})",
        _header,
        needs=("basic", "bearer", "token", "authorization"),
        flags=re.IGNORECASE,
    ),
)

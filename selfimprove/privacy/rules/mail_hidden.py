"""E-mail addresses taken apart: letter by letter, joined by underscores, split by markup, with "at" as a plain word."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfimprove.privacy.rules.mail import LABEL, TOP_LEVEL
from selfimprove.privacy.rules.rule import Bounds, Rule, near, words

_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[\w-]{1,63}\.){1,8}(?P<end>[a-z]{2,24})", re.IGNORECASE)
_MARKS = r"*`~_\\"
_MAIL_WORDS = (
    r"mail|reach|write|contact|address|schreib|ecri|escrib|scriv|napisz|correo|direccion|adres|indirizzo|morada"
)
_DOTTED = re.compile(r"[a-z]{1,30}[._+-][a-z]{2,30}\w{0,8}\Z", re.IGNORECASE)
_NUMBERED = re.compile(r"[a-z]{3,30}\d{1,4}\Z", re.IGNORECASE)
_NO_LOCAL = words("address adresse direccion indirizzo adres email e-mail mail website site")  # "my address at x.org"
_COUNTRIES = words("de fr uk es it nl pl br ch at io co eu")


def _is_address(text: str) -> bool:
    found = _ADDRESS.fullmatch(text)
    return bool(found and (len(found["end"]) == 2 or found["end"].lower() in TOP_LEVEL))


def _spaced(match: re.Match[str]) -> Iterator[Bounds]:
    if _is_address(match[0].replace(" ", "")):
        yield match.span()


def _marked(match: re.Match[str]) -> Iterator[Bounds]:
    """Markup around the at sign or inside the domain, as when part of an address is bold."""
    plain = re.sub(rf"[{_MARKS}]", "", match[0])
    if len(plain) < len(match[0].strip(_MARKS)) and _is_address(plain.rstrip(".-")):
        yield match.span()


def _joined(match: re.Match[str]) -> Iterator[Bounds]:
    last = re.split(r"[_.-]", match[0])[-1].lower()
    if len(last) == 2 or last in TOP_LEVEL:
        yield match.span()


def _said(match: re.Match[str]) -> Iterator[Bounds]:
    """Somebody "at" a domain: the name must look like the first half of an address."""
    last = match["domain"].rsplit(".", 1)[-1].lower()
    local = match["local"]
    likely = _DOTTED.match(local) or (
        near(match, _MAIL_WORDS, before=50) and (_NUMBERED.match(local) or re.fullmatch(r"[a-z]{2,}", local))
    )
    if likely and local.lower() not in _NO_LOCAL and last in TOP_LEVEL | _COUNTRIES:
        yield match.span()


RULES = (
    Rule(
        "email_spaced_letters",
        "EMAIL",
        r"(?<![^\s:])(?:[\w.+-][ ]){2,50}@(?:[ ][\w.-]){4,60}(?!\w)",
        _spaced,
        needs=("@",),
    ),
    Rule(
        "email_marked",
        "EMAIL",
        rf"(?<![\w.+-])[\w.+-][\w.+{_MARKS}-]{{0,64}}@[\w.{_MARKS}-]{{4,80}}",
        _marked,
        needs=("@",),
    ),
    Rule(
        "email_joined",
        "EMAIL",
        r"(?<![\w.-])[a-z0-9][\w.+-]{0,40}?([_.-])at\1[a-z0-9][a-z0-9-]{0,40}?(?:\1dot\1[a-z0-9]{2,20}){1,3}(?!\w)",
        _joined,
        needs=("_dot_", "-dot-", ".dot."),
        flags=re.IGNORECASE,
    ),
    Rule(
        "email_at_domain",
        "EMAIL",
        rf"(?<![\w.+-])(?P<local>[\w.+-]{{2,40}})[ ]at[ ](?P<domain>{LABEL}(?:\.{LABEL}){{1,4}})",
        _said,
        needs=(" at ",),
        flags=re.IGNORECASE,
    ),
)

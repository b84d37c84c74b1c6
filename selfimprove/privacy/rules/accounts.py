"""Bank accounts as single countries write them: only beside the words that name them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfimprove.privacy.rules import vocabulary
from selfimprove.privacy.rules.money import mod_97
from selfimprove.privacy.rules.rule import Bounds, Check, Rule, digits_of, either, near, value

_IS = (
    rf"[^\w\n\x00]{{0,8}}_{{0,2}}(?:(?:{vocabulary.verb()}|number|no|nr|num|interbancaria|transit|code)\b"
    r"[^\w\n\x00]{0,3}){0,3}"
)
NAMED = rf"{vocabulary.pattern('account')}|(?:account|acct)[_-]?(?:number|num|nr|no)|konto_?(?:nummer|nr)"
NAMED_NEEDS = (*vocabulary.needs("account"), "acct", "konto")
_BANK = r"sort ?code|routing|\baba\b|\bblz\b|bankleitzahl|\bagencia\b|\bbanco\b"


def _routing(match: re.Match[str]) -> Iterator[Bounds]:
    """With the check digit that the American Bankers Association asks for."""
    digits = [int(digit) for digit in match["value"]]
    if sum(weight * digit for weight, digit in zip((3, 7, 1) * 3, digits, strict=True)) % 10 == 0 and any(digits):
        yield match.span("value")


def _account(match: re.Match[str]) -> Iterator[Bounds]:
    if near(match, _BANK, before=60, after=60):
        yield match.span("value")


def _polish(match: re.Match[str]) -> Iterator[Bounds]:
    """26 digits that are a valid account once Poland's letters stand before them."""
    if mod_97(f"PL{digits_of(match[0])}") == 1:
        yield match.span()


def _spanish(match: re.Match[str]) -> Iterator[Bounds]:
    """A Código Cuenta Cliente: two check digits, one for bank and branch, one for the account."""
    number = digits_of(match[0])
    right = ccc_check(f"00{number[:8]}") + ccc_check(number[10:]) == number[8:10]
    if right and near(match, r"cuenta|\bccc\b", before=60):
        yield match.span()


def ccc_check(digits: str) -> str:
    """The check digit of ten digits of a Spanish account."""
    weighed = sum(pow(2, at, 11) * int(digit) for at, digit in enumerate(digits))
    left = 11 - weighed % 11
    return str({10: 1, 11: 0}.get(left, left))


def _rule(name: str, words: str, pattern: str, check: Check = value) -> Rule:
    written = rf"\b(?:{words}){_IS}(?P<value>{pattern})(?!_?[^\W_]|-|[.,]\d)"
    return Rule(name, "IBAN", written, check, digits=6, flags=re.IGNORECASE, needs=_NEEDS[name])


_NEEDS = {
    "sort_code": either("sort code|sortcode"),
    "clabe": ("clabe",),
    "bankleitzahl": either("blz|bankleitzahl"),
    "routing_number": either("routing|aba|rtn"),
    "account_number": either("account|acct|a/c|konto|kto"),
    "account_named": NAMED_NEEDS,
    "account_brazilian": ("conta",),
}

RULES = (
    _rule("sort_code", "sort ?code", r"\d\d(?P<dash>[- ]?)\d\d(?P=dash)\d\d"),
    _rule("clabe", "clabe", r"\d{3}[ ]?\d{3}[ ]?\d{11}[ ]?\d"),
    _rule("bankleitzahl", "blz|bankleitzahl", r"\d{3}[ ]?\d{3}[ ]?\d\d"),
    _rule("routing_number", "routing|aba|rtn", r"\d{9}", _routing),
    _rule("account_number", "account|acct|a/c|konto(?:nummer|nr)?|kto", r"\d{6,12}", _account),
    _rule("account_named", NAMED, r"\d{6,12}"),
    _rule("account_brazilian", "conta(?: corrente)?", r"\d{4,12}-[\dX]", _account),
    Rule(
        "account_polish",
        "IBAN",
        r"(?<![\w.,/-])\d{2}(?P<between>[ -]?)\d{4}(?:(?P=between)\d{4}){5}(?![\w-]|[.,/]\d)",
        _polish,
        digits=26,
    ),
    Rule(
        "account_spanish",
        "IBAN",
        r"(?<![\w.,/-])\d{4}[ -]?\d{4}[ -]?\d{2}[ -]?\d{2}(?:[ -]?\d{4}){2}(?![\w-]|[.,/]\d)",
        _spanish,
        ("cuenta", "ccc"),
        20,
        flags=re.IGNORECASE,
    ),
)

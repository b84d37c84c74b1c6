"""National ids with their check digits; weak formats, licences and passports only beside a word that names them."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from selfimprove.privacy.rules import vocabulary
from selfimprove.privacy.rules.rule import Bounds, Check, Rule, digits_of, near, value

_SSN_WORDS = r"\bssn\b|social ?security|\bmy social\b|soc\.? ?sec|\bitin\b|tax ?payer"
_IS = (
    r"(?:[ _-]?(?:number|no|num|nr|nummer|numero|n|id)\b[.]?°?)?[\"']?[ ]{0,2}(?:[ ]?(?:"
    rf"(?:{vocabulary.verb()})\b|"
    r"[=:#\"'*_`|-])){0,7}[ ]{0,2}"
)

_GERMAN = re.compile(r"(?=\D*\d\D*\d)[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}\d?")


@cache
def _module(name: str) -> Any:
    """A validator of python-stdnum, by its name there."""
    return importlib.import_module(f"stdnum.{name}")


def valid(name: str, words: str = "") -> Check:
    """A check that python-stdnum accepts the match and, when words are given, that one of them is near."""

    def check(match: re.Match[str]) -> Iterator[Bounds]:
        if (not words or near(match, words, before=50, after=20)) and _module(name).is_valid(match[0]):
            yield match.span()

    return check


def _near(words: str) -> Check:
    def check(match: re.Match[str]) -> Iterator[Bounds]:
        if near(match, words, before=50, after=20):
            yield match.span()

    return check


def _ssn(match: re.Match[str]) -> Iterator[Bounds]:
    area, group, serial = match[0][:3], match["group"], match[0][-4:]
    issued = area not in ("000", "666") and group != "00" and serial != "0000"
    if issued and (match["dash"] == "-" or near(match, _SSN_WORDS, before=50, after=20)):
        yield match.span()


def _aadhaar(match: re.Match[str]) -> Iterator[Bounds]:
    grouped = len(match[0]) > 12
    if (grouped or near(match, r"aadha+r|\buid\b|uidai", before=50)) and _module("in_.aadhaar").is_valid(match[0]):
        yield match.span()


def _nino(match: re.Match[str]) -> Iterator[Bounds]:
    plausible = match[0][:2].upper() not in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ")
    if plausible and (match[0].isupper() or near(match, r"\bnino\b|national insurance|\bni\b", before=50, after=20)):
        yield match.span()


def _dni(match: re.Match[str]) -> Iterator[Bounds]:
    if _module("es.dni").is_valid(match[0].replace(".", "")):
        yield match.span()


def document(match: re.Match[str]) -> Iterator[Bounds]:
    """Five digits, or what Germany writes: nine letters and digits, no vowels, only capitals."""
    given = match["value"]
    if len(digits_of(given)) >= 5 or _GERMAN.fullmatch(given):
        yield match.span("value")


def _rule(name: str, pattern: str, check: Check, digits: int, beside: str = "") -> Rule:
    return Rule(name, "NATIONAL_ID", pattern, check, (), digits, False, re.IGNORECASE, beside)


def _named(name: str, pattern: str, module: str, words: str, digits: int) -> Rule:
    return _rule(name, pattern, valid(module, words), digits, words)


DOCUMENTS = (
    rf"(?:{vocabulary.pattern('licence', 'identity_card', 'passport')})(?:(?<=\w{{4}})[a-z]{{0,3}})?"  # fuhrerscheine
    r"(?:_?(?:number|nummer|numero)\b|_?(?:num|no|nr)\b[.]?|\b)|"
    r"driver'?s?'? ?licen[cs]e|driving ?licen[cs]e|licen[cs]e no\b|paszport\w*|medical record|\bmrn\b|"
    r"\bvin\b|licen[cs]e plate|insurance (?:policy|member)|(?:sozial|renten|kranken)versicherungsnummer|"
    r"versichertennummer|securite sociale|social insurance|health card"
)
NUMBER = (
    r"(?P<value>[A-Z]{0,9}-?\d[A-Z0-9]{0,20}(?:[ ](?:[A-Z][ ])?\d[A-Z0-9]{0,10}|-[A-Z0-9]{1,10}){0,5})(?!_?[^\W_])"
)

RULES = (
    _rule(
        "ssn",
        r"\d(?<!-.)(?<![^\W_].)(?<!\d[._/].)\d{2}(?P<dash>[- ._]?)(?P<group>\d{2})(?P=dash)\d{4}(?!_?[^\W_]|-|[.]\d)",
        _ssn,
        9,
    ),
    _rule("ssn_spaced", r"\d(?<![\w-].)(?<!\d[ ].)(?:[ ]\d){8}(?![\w-]|[ ]\d)", _near(_SSN_WORDS), 9, _SSN_WORDS),
    _rule("nino", r"(?<![\w-])[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]([ -]?)\d{2}\1\d{2}\1\d{2}\1[A-D](?![\w-])", _nino, 6),
    _rule("dni", r"\d(?<![\w.-].)\d\.?\d{3}\.?\d{3}[ -]?[A-HJ-NP-TV-Z](?![\w-])", _dni, 8),
    _rule("nie", r"(?<![\w-])[XYZ][ -]?\d{7}[ -]?[A-Z](?![\w-])", valid("es.nie"), 7),
    _rule(
        "nir",
        r"[12](?<![\w-].)[ ]?\d\d[ ]?[0-9]\d[ ]?\d[\dAB][ ]?\d{3}[ ]?\d{3}[ ]?\d\d(?![\w-])",
        valid("fr.nir"),
        14,
    ),
    _rule("cpf", r"\d(?<![\w-].)\d{2}\.\d{3}\.\d{3}-\d{2}(?![\w-])", valid("br.cpf"), 11),
    _named("cpf_named", r"\d(?<![\w-].)\d\d[ ]?\d{3}[ ]?\d{3}[ ]?\d\d(?![\w-])", "br.cpf", r"\bcpf\b|cadastro", 11),
    _named("pesel", r"\d(?<![\w-].)\d{10}(?![\w-])", "pl.pesel", r"pesel", 11),
    _rule(
        "codice_fiscale",
        r"(?<![\w-])[A-Z]{6}[ ]?\d\d[A-EHLMPRST]\d\d[ ]?[A-Z]\d{3}[A-Z](?![\w-])",
        valid("it.codicefiscale"),
        7,
    ),
    _named(
        "steuer_id",
        r"\d(?<![\w-].)\d[ ]?\d{3}[ ]?\d{3}[ ]?\d{3}(?![\w-])",
        "de.idnr",
        r"steuer|\bidnr\b|tax|tin\b|identifikation",
        11,
    ),
    _rule("aadhaar", r"[2-9](?<![\w-].)(?<!\d[ ].)\d{3}([ -]?)\d{4}\1\d{4}(?![\w-]|[ ]\d)", _aadhaar, 12),
    _named("bsn", r"\d(?<![\w-].)\d{3}\.?\d{2}\.?\d{3}(?![\w-])", "nl.bsn", r"\bbsn\b|burgerservice|sofi", 9),
    _rule(
        "document",
        rf"\b(?:{DOCUMENTS}){_IS}{NUMBER}",
        document,
        2,
    ),
    _rule("rg", rf"\brg{_IS}(?P<value>\d{{1,2}}\.\d{{3}}\.\d{{3}}-[\dX])(?!\w)", value, 8),
    _rule("imei", r"\d(?<![\w-].)\d[ -]?\d{6}[ -]?\d{6}[ -]?\d(?![\w-])", _near(r"\bimei\b"), 15, r"\bimei\b"),
)

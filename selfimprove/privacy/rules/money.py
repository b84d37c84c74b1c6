"""Payment cards (Luhn) and bank accounts (mod 97)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from selfimprove.privacy.rules.rule import Bounds, Rule, digits_of, near, words

_LENGTH = {
    entry[:2]: int(entry[2:])
    for entry in words("""
    AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29
    ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20
    LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29
    PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20
    YE30
""")
}
_ISSUER = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[0-8]\d{14}|(?:50|5[6-8]|6\d)\d{11,17}|2[2-7]\d{14}|3[47]\d{13}|"
    r"3(?:0[0-5]|[689]\d)\d{11}|35\d{14}|62\d{14,17}"
)
_GROUPS = {(4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3), (4, 4, 4, 1), (5, 4, 5, 2), (8, 8), (6, 13), (4, 4, 5)}
_GROUP = re.compile(r"\d+")
_MOST_GROUPS = 5
_WORDS = r"card|\bcc\b|visa|master|amex|credit|debit|karte|carte|tarjeta|cartao|carta|kaart|karta"


def _card(match: re.Match[str]) -> Iterator[Bounds]:
    """Cards inside a run of digit groups, from a group's start to a group's end; without a word, of a known issuer."""
    groups = [m.span() for m in _GROUP.finditer(match[0])]
    if all(end - start == 1 for start, end in groups):
        groups = [(groups[0][0], groups[-1][1])] if near(match, _WORDS) else []
    if len(groups) > _MOST_GROUPS and _ascends(match[0], groups) and not near(match, _WORDS):
        return  # a list of numbers in order
    at = 0
    while at < len(groups):
        most = min(_MOST_GROUPS, len(groups) - at)
        taken = next((n for n in range(most, 0, -1) if _is_card(match, groups[at : at + n])), 0)
        if taken:
            yield match.start() + groups[at][0], match.start() + groups[at + taken - 1][1]
        at += taken or 1


def _ascends(text: str, groups: list[Bounds]) -> bool:
    return all(one <= next_ for one, next_ in pairwise(int(text[start:end]) for start, end in groups))


def _card_in_cells(match: re.Match[str]) -> Iterator[Bounds]:
    """Digit groups set apart by bars are mostly a row of a table, whose cells `card` reads one by one."""
    if "|" in match[0] and near(match, _WORDS):
        yield from _card(match)


def _is_card(match: re.Match[str], groups: list[Bounds]) -> bool:
    text = match[0]
    start, end = groups[0][0], groups[-1][1]
    if len(groups) > 1:
        plausible = tuple(end - start for start, end in groups) in _GROUPS
    else:
        plausible = end - start >= 12 and not text[:start].endswith(".")  # the digits of a fraction are none
    if not plausible:
        return False
    number = digits_of(text[start:end])
    if len(set(number)) == 1 or not luhn(number):
        return False
    return bool(_ISSUER.fullmatch(number) or (12 <= len(number) <= 19 and near(match, _WORDS)))


def luhn(number: str) -> bool:
    """Whether the last digit is the Luhn check digit of the others."""
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in number[-2::-2])
    return (doubled + sum(int(digit) for digit in number[::-2])) % 10 == 0


def _iban(match: re.Match[str]) -> Iterator[Bounds]:
    """Cut to the country's length, so that words after it stay."""
    run, wanted = match["run"], _LENGTH.get(match[0].upper())
    ends = [m.end() for m in re.finditer(r"[A-Za-z0-9]", run)]
    if wanted is None or len(ends) < wanted:
        return
    end = ends[wanted - 1]
    number = re.sub(r"[^A-Za-z0-9]", "", run[:end])
    one_case = number.isupper() or number.islower()
    if one_case and not run[end : end + 1].isalnum() and mod_97(number) == 1:
        yield match.start(), match.start() + end


def mod_97(number: str) -> int:
    """The remainder that ISO 7064 wants to be 1, the first four characters moved to the end."""
    return int("".join(str(int(character, 36)) for character in number[4:] + number[:4])) % 97


RULES = (
    Rule(
        "card",
        "CARD",
        r"\d(?<![\w.,].)(?<!\d[-/].)(?:[ .\-_/]{0,3}\d|[ ]?\n[ ]?\d){11,30}(?!\w|[.,]\d)",
        _card,
        digits=12,
    ),
    Rule(
        "card_in_cells",
        "CARD",
        r"\d(?<![\w.,].)(?<!\d[-/].)(?:[ .\-_/|]{0,3}\d){11,30}(?!\w|[.,]\d)",
        _card_in_cells,
        digits=12,
        beside=_WORDS,
    ),
    Rule(
        "iban",
        "IBAN",
        r"(?<![A-Za-z0-9])(?=(?P<run>[A-Za-z]{2}[ .\-_/]?\d[ ]?\d(?:(?:[ .\-_/\n]{1,2}[A-Za-z0-9]{4}){2,7}"
        r"(?:[ .\-_/\n]{1,2}[A-Za-z0-9]{1,4})?|"
        r"(?:[ .\-_/\n]{0,2}(?:[A-Za-z]{1,3}[ ]){0,2}[A-Za-z]{0,4}\d){6,32}[A-Za-z0-9]{0,12}|[A-Za-z0-9]{11,30})"
        r"(?![A-Za-z0-9])))[A-Za-z]{2}",
        _iban,
        digits=6,
    ),
)

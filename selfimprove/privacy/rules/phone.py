"""Phone numbers: international, national formats that stand for themselves, and anything that words say is one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfimprove.privacy.rules.rule import Bounds, Rule, digits_of, either, near

_RUN = (
    r"(?P<number>[+(\d](?<![\w$€£#%^*/\\].)(?<!\w[.,].)(?<!\d[-:].)"  # re scans for the first character
    r"(?:(?<=\+)[ ]?(?:\(\+?\d{1,5}\)|\d)|(?<=\()\+?\d{1,5}\)|(?<=\d))(?:[ ().\-/]{0,3}\d){5,22})"
    r"(?:[ ]?(?:x|ext\.?|durchwahl|poste)[ ]?\d{1,6})?(?![\w$€£%]|[.,:/-]\d)"
)
_WORDS_BEFORE = (
    r"phone|\btel\b|\bph\b|\bmob\b|\bdigits are|telef|mobile|\bmobil|movil|\bcell|celular|cellular|\bfax|\bcall|"
    r"dial\b|\bring|\btext(?:ed|"
    r"ing)?\b|\bsms|whats ?app|"
    r"telegram|\bsignal|reach|contact|hotline|\bhandy|rufnummer|anruf|portable|appel|joindre|numero|llama|contacto|"
    r"cellulare|chiama|"
    r"recapito|ligue|\bliga|zadzwon|dzwon|komork|\bnumer|bel(?:len)? (?:me|ons)|\bgsm\b|\bdesk\b|\boffice\b|"
    r"messages? to|"
    r"number(?: is|:| to)|answer(?:ing|s|ed)? at|registered|my number|nummer ist|telefoon|\bnummer\b"
)
_WORDS_AFTER = r"^[\s\\,|(-]{0,4}(?:office|fax|mobile|cell|home\b|work\b|desk|tel\b|phone)"
_NOT_A_PHONE = (
    r"(?:order|invoice|ticket|case|id|isbn|issn|doi|sku|pin|zip|code|account|version|port|line|row|size|total|"
    r"amount|population|bestellnummer|rechnungsnummer)\W{0,3}(?:number|no|nr|num)?\W{0,3}(?:is\W{1,2})?\Z"
)

# Formats that are a phone number with no word beside them, by country.
_FORMATS = re.compile(
    r"(?<![\w-])(?:"
    r"(?:\+?1[ .-]?)?\([2-9]\d\d\)[ .-]?\d{3}[ .-]\d{4}"  # US, Canada
    r"|(?:\+?1[ .-])?[2-9]\d\d([.-])\d{3}\1\d{4}"
    r"|(?:\+?1[ .-])?[2-9]\d\d[ ]\d{3}-\d{4}"
    r"|1-8\d\d-\d{3}-\d{4}"
    r"|0[1-9](?:([ .-])\d\d)(?:\2\d\d){3}"  # France
    r"|\(?0(?:2\d\)?[ ]\d{4}|1\d{2}\)?[ ]\d{3}|1\d{3}\)?[ ]\d{3}|7\d{3}[ ]\d{3}|[38]\d{2}[ ]\d{3})[ ]?\d{3,4}"  # UK
    r"|\(?0[1-9]\d{1,4}\)?[ ]?[/-][ ]?\d{3,5}[ -]?\d{2,5}"  # Germany, Netherlands
    r"|\(?0[1-9]\d{1,4}\)?[ ]?/[ ]?\d{2,5}(?:[ -]?\d{2,5}){1,3}"
    r"|\(0[1-9]\d{1,4}\)[ ]?\d{3,4}[ -]?\d{3,4}"
    r"|01[5-7]\d[ -]\d{3,4}[ -]?\d{3,5}"
    r"|06[ -]\d{2}(?:[ -]?\d{2}){3}|06-?\d{8}"
    r"|[6-9]\d\d([ .-])\d\d\3\d\d\3\d\d"  # Spain
    r"|3[2-9]\d[ .-]\d{3}[ .-]\d{4}|0\d{1,3}[ -]\d{6,8}"  # Italy
    r"|\(0[23478]\)[ ]?\d{4}[ -]?\d{4}|0[2-478]\d\d[ -]\d{3}[ -]\d{3}|0[2378][ ]\d{4}[ ]\d{4}"  # Australia
    r"|\(?\d\d\)?[ ]9\d{4}-\d{4}|\(\d\d\)[ ]?\d{4,5}-\d{4}"  # Brazil
    r"|(?:0|91[ -])?[6-9]\d{4}[ -]\d{5}"  # India
    r"|8[ -]?\(\d{3}\)[ ]?\d{3}-?\d\d-?\d\d|8[ -]\d{3}[ -]\d{3}-\d\d-\d\d"  # Russia
    r"|0\d{2,3}[ ]\d{2,3}[ ]\d{2}[ ]\d{2}"  # Switzerland, Belgium
    r")(?![\w-]|[.,]\d)"
)
_DATE = re.compile(
    r"(?:19|20)\d\d([-./ ]?)[01]?\d\1[0-3]?\d(?!\d)|[0-3]?\d([-./])[0-3]?\d\2(?:19|20)?\d\d(?!\d)|(?:1[5-9]|"
    r"20)\d\d ?[-/] ?(?:1[5-9]|20)\d\d\Z"
)
_THOUSANDS = re.compile(r"\d{1,3}(?:[ .]\d{3}){2,}\Z")
_DECIMAL = re.compile(r"\d*\.\d{5,}\Z|\d+\.\d+[ -]+\d+\.\d+")
_MOBILE_REGIONS = ("GB", "FR", "DE", "NL", "AU", "ES", "IT", "BE", "CH", "PL")


def _phone(match: re.Match[str]) -> Iterator[Bounds]:
    number, start = match["number"], match.start()
    digits = digits_of(number)
    named = near(match, _WORDS_BEFORE, before=40) or near(match, _WORDS_AFTER, before=0, after=12)
    shortest = 7 if number.strip().isdigit() else 6
    named = named and not digits.endswith("00000")  # a quantity
    if _is_something_else(match, number) or len(set(digits)) == 1:
        return
    if (
        _is_international(number, digits, named)
        or (shortest <= len(digits) <= 15 and named)
        or _FORMATS.fullmatch(number.strip())
        or _is_mobile(number, digits)
    ):
        yield start + (len(number) - len(number.lstrip())), match.end()
    else:
        yield from ((start + m.start(), start + m.end()) for m in _FORMATS.finditer(number))


def _is_something_else(match: re.Match[str], number: str) -> bool:
    plain = number.strip()
    return bool(
        _DATE.match(plain)
        or _DECIMAL.match(plain)
        or (
            re.fullmatch(r"\+?\d+(?:\.\d+)+", plain)
            and not re.fullmatch(r"(?:\+\d{1,4}|\d{2,4})(?:\.\d{2,4}){2,4}", plain)
        )
        or near(match, _NOT_A_PHONE, before=24)
    )


def _is_international(number: str, digits: str, named: bool) -> bool:
    """A plus or a double zero, a country code that exists, and a length that is possible there."""
    plus = number.lstrip(" (").startswith("+")
    if not (plus and (named or "+ " not in number)) and not digits.startswith("00"):
        return False
    import phonenumbers

    digits = digits_of(number.replace("(0)", "")) if plus else digits[2:]
    try:
        parsed = phonenumbers.parse(f"+{digits}", None)
    except phonenumbers.NumberParseException:
        return False
    if not plus and not named:
        return phonenumbers.is_valid_number(parsed)
    return 8 <= len(digits) <= 15 or phonenumbers.is_possible_number(parsed)


def _is_mobile(number: str, digits: str) -> bool:
    """A national mobile number written without groups or digit by digit: a leading zero, valid somewhere."""
    if not digits.startswith("0") or not 10 <= len(digits) <= 12 or _THOUSANDS.match(number):
        return False
    if re.search(r"[./]", number):
        return False
    import phonenumbers

    mobile = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
    return any(phonenumbers.number_type(phonenumbers.parse(digits, region)) in mobile for region in _MOBILE_REGIONS)


_SPOKEN = (
    r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|null|eins|zwei|drei|vier|funf|sechs|sieben|acht|neun)"
)


def _spoken(match: re.Match[str]) -> Iterator[Bounds]:
    if near(match, _WORDS_BEFORE, before=40):
        yield match.span()


RULES = (
    Rule("phone", "PHONE", _RUN, _phone, digits=6, flags=re.IGNORECASE),
    Rule(
        "phone_spoken",
        "PHONE",
        rf"\b(?:(?:(?:double|triple)[ ])?{_SPOKEN}[ ,.-]{{1,2}}){{6,15}}{_SPOKEN}\b",
        _spoken,
        needs=either("zero|oh|one|two|null|eins|zwei"),
        flags=re.IGNORECASE,
    ),
)

"""Phone numbers: international, national formats that stand for themselves, and anything that words say is one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from selfimprove.privacy.rules import phone_words
from selfimprove.privacy.rules.rule import Bounds, Rule, digits_of, near, says, value

_RUN = (
    r"(?P<number>[+(\d](?<![\w$€£#%^*/\\].)(?<!\w[.,].)(?<!\d[-:].)"  # re scans for the first character
    r"(?:(?<=\+)[ ]?(?:\(\+?\d{1,5}\)|\d)|(?<=\()\+?\d{1,5}\)|(?<=\d))(?:[ ().\-/]{0,3}\d){5,22})"
    r"(?:[ ]?(?:x|ext\.?|durchwahl|poste)[ ]?\d{1,6})?(?![\w$€£%]|[.,:/-]\d)"
)
# Formats that are a phone number with no word beside them, by country.
_FORMATS = re.compile(
    r"(?<![\w-])(?:"
    r"(?:\+?1[ .-]?)?\([2-9]\d\d\)[ .-]?\d{3}[ .-]\d{4}"  # US, Canada
    r"|(?:\+?1[ .-])?[2-9]\d\d([ ]?[.-][ ]?)\d{3}\1\d{4}|(?!\d\d0[ ]\d\d0)[2-9]\d\d[ ][2-9]\d\d[ ]\d{4}"
    r"|(?:\+?1[ .-])?[2-9]\d\d[ ]\d{3}-\d{4}"
    r"|1-8\d\d-\d{3}-\d{4}"
    r"|0[1-9](?:([ .-])\d\d)(?:\2\d\d){3}"  # France
    r"|\(?0(?:2\d\)?[ ]\d{4}|1\d{2}\)?[ ]\d{3}|1\d{3}\)?[ ]\d{3}|7\d{3}[ ]\d{3}|[38]\d{2}[ ]\d{3})[ ]?\d{3,4}"  # UK
    r"|\(?0[1-9]\d{1,4}\)?[ ]?[/-][ ]?\d{3,5}[ -]?\d{2,5}"  # Germany, Netherlands
    r"|\(?0[1-9]\d{1,4}\)?[ ]?/[ ]?\d{2,5}(?:[ -]?\d{2,5}){1,3}"
    r"|\(0[1-9]\d{1,4}\)[ ]?\d{3,4}[ -]?\d{2,4}(?:-\d{1,4})?"
    r"|0[589]00[ -]\d{3}[ -]?\d{3,4}|1[38]00[ ]\d{3}[ ]\d{3}"
    r"|01[5-7]\d[ -]\d{3,4}[ -]?\d{3,5}"
    r"|06[ -]\d{2}(?:[ -]?\d{2}){3}|06-?\d{8}"
    r"|[6-9]\d\d([ .-])\d\d\3\d\d\3\d\d"  # Spain
    r"|9\d[ ]\d{3}[ ]\d\d[ ]\d\d|9\d\d[ ]\d\d[ ]\d\d[ ]\d\d"
    r"|3[2-9]\d[ .-]\d{3}[ .-]\d{4}|0\d{1,3}[ -]\d{6,8}"  # Italy
    r"|\(0[23478]\)[ ]?\d{4}[ -]?\d{4}|0[2-478]\d\d[ -]\d{3}[ -]\d{3}|0[2378][ ]\d{4}[ ]\d{4}"  # Australia
    r"|\(?\d\d\)?[ ]9\d{4}-\d{4}|\(\d\d\)[ ]?\d{4,5}-\d{4}"  # Brazil
    r"|(?:0|91[ -])?[6-9]\d{4}[ -]\d{5}"  # India
    r"|8[ -]?\(\d{3}\)[ ]?\d{3}-?\d\d-?\d\d|8[ -]\d{3}[ -]\d{3}-\d\d-\d\d"  # Russia
    r"|0\d{2,3}[ ]\d{2,3}[ ]\d{2}[ ]\d{2}"  # Switzerland, Belgium
    r")(?![\w-]|[.,]\d)"
)
_DATE = re.compile(
    r"(?:19|20)\d\d([-./ ]?)[01]?\d\1[0-3]?\d(?![-./]?\d)|[0-3]?\d([-./])[0-3]?\d\2(?:19|20)?\d\d(?![-./]?\d)|"
    r"(?:1[5-9]|20)\d\d(?: ?[-/] ?| )(?:1[5-9]|20)\d\d\Z"
)
_THOUSANDS = re.compile(r"\d{1,3}(?:[ .]\d{3}){2,}\Z")
_DECIMAL = re.compile(r"\d*\.\d{5,}\Z|\d+\.\d+[ -]+\d+\.\d+")
_GROUP = re.compile(r"\d+")
_IN_THREES = re.compile(r"[5-79]\d\d[ ]\d{3}[ ]\d{3}")
_DOTTED = re.compile(r"\+?\d+(?:\.\d+)+")
_AMERICAN = re.compile(r"\d{3}-\d\d-\d{4}")  # a social security number: another rule finds it, in less time
_REGIONS = (
    "GB", "DE", "FR", "IT", "NL", "BE", "CH", "AT", "SE", "FI", "IE", "PL", "CZ", "HU", "RO", "GR", "TR", "UA", "IL",
    "ZA", "AU", "NZ", "JP", "KR", "CN", "IN", "BR", "AR", "MX", "TH", "ID", "PH",
    "VN", "EG", "NG", "MY", "TW", "BG", "RS",
    "HR",
)  # fmt: skip
_MOBILE_REGIONS = ("GB", "FR", "DE", "NL", "AU", "ES", "IT", "BE", "CH", "PL")


def _phone(match: re.Match[str]) -> Iterator[Bounds]:
    number, start = match["number"], match.start()
    digits = digits_of(number)
    if len(set(digits)) == 1 or _is_something_else(number):
        return
    if _is_evident(number, digits) or _is_named(match, number, digits) or _is_valid_somewhere(number, digits):
        found = [(start + (len(number) - len(number.lstrip())), match.end())]
    else:
        found = [(start + m.start(), start + m.end()) for m in _FORMATS.finditer(number)]
    if found and not near(match, phone_words.NOT_ONE, before=24):  # asked last, since it takes longest
        yield from found


def _is_evident(number: str, digits: str) -> bool:
    plain = number.strip()
    return bool(
        _FORMATS.fullmatch(plain) or _is_mobile_in_threes(plain) or _is_international(number, digits, named=False)
    )


def _is_named(match: re.Match[str], number: str, digits: str) -> bool:
    """A word beside it says that it is one, and it is as long as one."""
    shortest = 7 if number.strip().isdigit() else 6
    if not (shortest <= len(digits) <= 15 or _is_international(number, digits, named=True)):
        return False  # before the words are looked for, which costs more
    counts = number.strip().isdigit() or _THOUSANDS.match(number.strip())
    if digits.endswith("00000") or (counts and near(match, phone_words.COUNTED, before=0, after=20)):
        return False  # a quantity
    return says(match, phone_words.BEFORE) or near(match, phone_words.AFTER, before=0, after=24)


def _is_mobile_in_threes(plain: str) -> bool:
    """Spanish, Polish, Portuguese mobile numbers: written like millions, but nobody's millions begin so and end so."""
    return bool(_IN_THREES.fullmatch(plain) and not plain.endswith("00"))


def _is_valid_somewhere(number: str, digits: str) -> bool:
    return _is_mobile(number, digits) or _is_grouped_as_usual(number, digits)


def _is_something_else(number: str) -> bool:
    plain = number.strip()
    return bool(
        _DATE.match(plain)
        or _DECIMAL.match(plain)
        or (
            _DOTTED.fullmatch(plain)
            and not re.fullmatch(r"(?:\+\d{1,4}|\d{2,4})(?:\.\d{2,4}){2,4}", plain)
        )
    )


def _is_international(number: str, digits: str, named: bool) -> bool:
    """A plus or a double zero, a country code that exists, and a length that is possible there."""
    plus = number.lstrip(" (").startswith("+")
    abroad = next((prefix for prefix in ("00", "011") if digits.startswith(prefix)), None)
    if not (plus and (named or "+ " not in number)) and not abroad:
        return False
    import phonenumbers

    digits = digits_of(number.replace("(0)", "")) if plus else digits[len(abroad or "") :]
    parsed = _parsed(f"+{digits}", None)
    if parsed is None:
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
    numbers = (_parsed(digits, region) for region in _MOBILE_REGIONS)
    return any(phonenumbers.number_type(number) in mobile for number in numbers if number)


@cache
def _lengths(region: str) -> frozenset[int]:
    """How many digits national numbers have there, without the leading zero."""
    from phonenumbers import PhoneMetadata

    metadata: Any = PhoneMetadata.metadata_for_region(region)
    return frozenset(metadata.general_desc.possible_length)


def _parsed(digits: str, region: str | None) -> Any:
    """What phonenumbers makes of it; None when that is nothing."""
    import phonenumbers

    try:
        return phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return None


def _is_grouped_as_usual(number: str, digits: str) -> bool:
    """A national number that is valid somewhere and whose groups are those that are usual there."""
    if not (8 <= len(digits) <= 12 and number.startswith(("0", "("))):
        return False
    groups = [len(group) for group in _GROUP.findall(number)]
    if len(groups) < 2 or digits.startswith("00") or _AMERICAN.fullmatch(number.strip()):
        return False
    import phonenumbers

    for region in _REGIONS:
        if _lengths(region).isdisjoint((len(digits), len(digits) - 1)):
            continue
        parsed = _parsed(digits, region)
        if parsed and phonenumbers.is_valid_number_for_region(parsed, region):
            usual = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
            if groups == [len(group) for group in _GROUP.findall(usual)]:
                return True
    return False


_LINK = r"\b(?:wa\.me/|(?:api|web)\.whatsapp\.com/send/?\?phone=)\+?(?P<value>\d{8,15})(?!\d)"

RULES = (
    Rule("phone_link", "PHONE", _LINK, value, needs=("wa.me/", "whatsapp.com/"), digits=8, flags=re.IGNORECASE),
    Rule("phone", "PHONE", _RUN, _phone, digits=6, flags=re.IGNORECASE),
)

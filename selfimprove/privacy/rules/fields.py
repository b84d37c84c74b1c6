"""Codes, accounts, documents and dates of birth on the line below the label that names them, as forms have it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfimprove.privacy.rules import accounts, birth, identity, said
from selfimprove.privacy.rules.joined import BELOW, MARKS, REST, is_alone, is_heading, leads
from selfimprove.privacy.rules.rule import Bounds, Check, Rule, value


def _below(check: Check) -> Check:
    """Only what stands alone, below a label that says that it comes or is alone too."""

    def checked(match: re.Match[str]) -> Iterator[Bounds]:
        if is_alone(match) and (leads(match["rest"]) or is_heading(match)):
            yield from check(match)

    return checked


def _pattern(label: str, pattern: str) -> str:
    return rf"(?:{label})(?={REST}{BELOW}{MARKS}{pattern})"


_CODE = _pattern(said.CODE, said.DIGITS)
_ACCOUNT = _pattern(rf"\b(?:{accounts.NAMED})", r"(?P<value>\d{6,12})(?!\d)")
_DOCUMENT = _pattern(rf"\b(?:{identity.DOCUMENTS})", identity.NUMBER)
_BIRTH = _pattern(birth.NAMED, rf"(?P<value>{birth.DATE})")
_ANY = re.IGNORECASE

RULES = (
    Rule("code_below", "PASSWORD", _CODE, _below(value), said.CODE_NEEDS, 3, flags=_ANY),
    Rule("account_below", "IBAN", _ACCOUNT, _below(value), accounts.NAMED_NEEDS, 6, flags=_ANY),
    Rule("document_below", "NATIONAL_ID", _DOCUMENT, _below(identity.document), digits=2, flags=_ANY),
    Rule("birth_date_below", "BIRTH_DATE", _BIRTH, _below(birth.born), digits=4, flags=_ANY),
)

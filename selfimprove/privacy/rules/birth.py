"""Dates of birth, in sentences of eight languages and beside the names of fields: always a full date with its year."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfimprove.privacy.rules.rule import Bounds, Rule

_MONTH = (
    r"(?:jan|feb|fev|mar|mrz|maa|apr|avr|abr|kwi|may|mai|mag|mei|maj|jun|giu|cze|jul|lug|lip|aug|aou|ago|sie|sep|set|wrz|"
    r"oct|okt|out|ott|paz|nov|lis|dec|dez|des|dic|gru|ene|gen|sty|lut)[a-z]{0,9}"
)
DATE = (
    r"(?:\d{1,2}[ ]?[./-][ ]?\d{1,2}[ ]?[./-][ ]?(?:\d{4}|\d{2})|\d{4}[./-]\d{1,2}[./-]\d{1,2}|"
    rf"\d{{1,2}}(?:st|nd|rd|th|er|\.)?[ ](?:of[ ]|de[ ])?{_MONTH}[.,]?[ ](?:de[ ])?\d{{4}}|"
    rf"{_MONTH}[.]?[ ]\d{{1,2}}(?:st|nd|rd|th)?,?[ ]\d{{4}})(?!\d)"
)
NAMED = (
    r"(?:(?<![A-Za-z])dob\b|\bd\.o\.b\b|date[-_ ]?of[-_ ]?birth|birth[-_ ]?da(?:te|y)|geburts(?:datum|tag)|"
    r"\bgeb\.?-?datum|date[-_ ](?:de[-_ ])?naissance|anniversaire|nacimiento|cumpleanos|data[-_ ](?:di[-_ ])?nascita|"
    r"compleanno|nascimento|aniversario|geboortedatum|verjaardag|urodzeni\w|urodziny)"
)
_IS = (
    r"[^\w\n\x00]{0,8}_{0,2}(?:(?:is|was|ist|war|est|es|e|to|sa|on|am|the|der|den|le|el|il|op|em|no|dia|w[ ]dniu|dnia|"
    r"1er)[ ]:?[ ]?){0,3}(?:[*_~`\"']{1,3})?"
)
_PLACE = r"[ ](?P<place>(?:St\.[ ])?[^\d\n\x00.!?;:()]{2,40}?)"
# By language: the verb, what stands before a place, what before the day. A slot that ends in "?" may be missing.
_SENTENCES = (
    (r"\bborn", "in|at|near", r"(?:on[ ])?(?:the[ ])?"),
    (r"\bgeboren|\bgeb\.", "in|zu|te", r"(?:(?:am|den|op)[ ])?"),
    (r"\bne(?:e|\(e\))?", "a|au|en", r"le[ ]"),
    (r"\bnacid[oa]|\bnaci(?:o)?", "en", r"(?:el[ ])?(?:dia[ ])?"),
    (r"\bnascid[oa]|\bnasc(?:i|eu)", "em|no|na", r"(?:(?:em|a|no|aos)[ ])?(?:dia[ ])?"),
    (r"\bnat[oa]|\bnacque", "a|ad|in", r"il[ ]"),
    (r"\burodzil\w{1,3}[ ]sie|\burodzon\w{1,2}|\bur\.", "w|we", r"(?:w[ ]dniu[ ]|dnia[ ])?"),
)
_BETWEEN = re.compile(r"\b(?:and|und|et|y|but|aber|who|which|he|she|died|moved|married|left)\b", re.IGNORECASE)
_FIRST_YEAR = 1900  # who was born earlier is history


def _sentence(verb: str, prepositions: str, before: str, number: int) -> str:
    place = _PLACE.replace("place", f"place{number}")
    return rf"(?:{verb})(?:[ ](?:{prepositions}){place})?[^\w\n\x00]{{1,4}}{before}"


_BORN = "|".join(_sentence(*own, number) for number, own in enumerate(_SENTENCES))
_AFTER = r"(?:geboren|born|jarig|geburtstag)\b"


def born(match: re.Match[str]) -> Iterator[Bounds]:
    """Whoever may be alive; what lies between a birth and a date is a place alone."""
    years = re.findall(r"\d{4}", match["value"])
    places = [given for name, given in match.groupdict().items() if name.startswith("place") and given]
    if all(int(year) >= _FIRST_YEAR for year in years) and not any(map(_BETWEEN.search, places)):
        yield match.span("value")


def _rule(name: str, pattern: str, needs: tuple[str, ...] = ()) -> Rule:
    return Rule(name, "BIRTH_DATE", pattern, born, needs, digits=4, flags=re.IGNORECASE)


RULES = (
    _rule("birth_date", rf"{NAMED}{_IS}(?P<value>{DATE})"),
    _rule("birth_date_said", rf"(?:{_BORN})(?P<value>{DATE})"),
    _rule(
        "birth_date_before",
        rf"\b(?:am|op|on)[ ](?P<value>{DATE})[ ](?:(?:in|te|zu)[ ][\w-]{{2,30}}[ ])?{_AFTER}",
        ("geboren", "born", "jarig", "geburtstag"),
    ),
)

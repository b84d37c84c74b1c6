"""Passwords that layout sets beside the word for them: Markdown, HTML, the next line, tables; and in other scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfimprove.privacy.rules import guess
from selfimprove.privacy.rules.guess_words import NOT_ONE
from selfimprove.privacy.rules.joined import is_alone
from selfimprove.privacy.rules.rule import Bounds, Rule, either, words
from selfimprove.privacy.rules.said import KEY, KEY_NEEDS

_MARK = r"(?:[*_~`]{1,3}|</?[A-Za-z]{1,8}>)"
_VALUE = r"(?P<value>[^\s\"'`\x00<>]{3,64})"
_MARKED = (
    rf"(?:(?<![A-Za-z])(?<![A-Za-z]_)(?<!--)|(?<=[a-z])(?=passwort|kennwort|wachtwoord)){KEY}(?![A-Za-z_-])"
    rf"(?:[ ]\([^()\n\x00]{{1,30}}\))?{_MARK}{{0,2}}[ ]{{0,2}}(?:[:=]|(?P<apart>\t|\|)){_MARK}{{0,2}}[ \t]{{0,3}}"
    rf"(?P<below>(?:\n[ \t]{{0,8}}(?:(?:[-*+>•]|\d[.)])[ ])?){{0,2}}){_MARK}{{0,2}}[\"']?{_VALUE}"
)
# As folded: Cyrillic look-alikes are Latin letters, voiced kana are plain.
_OTHER = (
    r"(?:пapoл(?:ь|я|ю|eм)|密码|密碼|口令|ハスワ[ーｰ-]ト|暗証番号|비밀번호|암호|كلمة المرور|كلمة السر|\bsifre\w{0,4})"
    r"(?:[ ]?(?:[:=]|-|это|是|为|爲|為|は|는|은|هي)[ ]{0,2}|[ ])[\"']?(?P<value>(?![:=])[!-&(-;=?-~]{4,64})"
)
_OTHER_NEEDS = either("пapoл|密码|密碼|口令|ハスワ|暗証番号|비밀번호|암호|كلمة|sifre")
_HEADER = (
    r"(?:^|[|,;\t])[ ]{0,3}\"?(?:pass ?(?:word|wd|code|phrase)?|pwd|passwort|kennwort|mot de passe|contrasena|"
    r"senha|wachtwoord|haslo)\"?[ ]{0,3}(?=[|,;\t\n])"
)
_PHRASE = (
    r"pass ?phrase(?:[ ](?:is|was|ist|lautet)|[ ]?:)[ ]"
    r"(?P<value>[a-z]{3,9}(?:[ ][a-z]{3,9}){3,7})(?=[.!]?[ ]{0,2}(?:\n|\Z))"
)
_IN_SENTENCES = words("and for with from they them has have had can could should must will would who when where how")
_UNIT = re.compile(r"\d+[-.]?[a-z]+\Z")
_LONGEST_LINE, _MOST_ROWS = 400, 50


def _marked(match: re.Match[str]) -> Iterator[Bounds]:
    given = match["value"].rstrip(".,;:?)]}|")
    apart = match["apart"] or match["below"]
    other = match["key"].lower() == "pass" or not is_alone(match) or guess.is_file(given)  # a verb, a command, a file
    if (match["below"] and other) or (match["apart"] == "|" and not _is_row(match)):
        return
    if match["vague"] and guess.is_version(given):
        return
    looks = _is_apart(given) if apart else guess.is_complex(given) or guess.is_phrase(given)
    if len(given) >= 3 and looks and not guess.is_none(given) and not guess.is_code(given):
        yield match.start("value"), match.start("value") + len(given)


def _is_row(match: re.Match[str]) -> bool:
    """Whether bars stand on both sides too: one alone is a pipe, or a choice."""
    text, start, end = match.string, match.start(), match.end()
    before, after = text[max(0, start - 8) : start].rstrip(" *_~`"), text[end : end + 8].lstrip(" *_~`")
    return before.endswith("|") and (after.startswith("|") or match["value"].endswith("|"))


def _is_apart(given: str) -> bool:
    """Where a line or a cell lies between, what stands there must look like nothing else."""
    if len(given) < 6 or not re.search(r"[A-Za-z]", given) or re.search(r"[=/\\{}\[\]]|^[$#@&]", given):
        return False
    return guess.is_complex(given) and bool(re.search(r"[a-z][A-Z]|\d", given)) and not _UNIT.match(given)


def _foreign(match: re.Match[str]) -> Iterator[Bounds]:
    given = match["value"].rstrip(".,;:?)]}\"'")
    if guess.is_complex(given) and not guess.is_none(given) and not guess.is_code(given):
        yield match.start("value"), match.start("value") + len(given)


def _phrase(match: re.Match[str]) -> Iterator[Bounds]:
    """Four words or more to the end of the line, none of which speaks about passphrases."""
    said = match["value"].lower().split()
    if not (NOT_ONE | _IN_SENTENCES).intersection(said) and not guess.is_field(said[0]):
        yield match.span("value")


def _columns(match: re.Match[str]) -> Iterator[Bounds]:
    """Cells below a header, in rows of as many columns; a rule of dashes between them is none."""
    text, at = match.string, match.end()
    begin, end = _line_start(text, at), text.find("\n", at, at + _LONGEST_LINE)
    if match[0][-1:] == "\n" or end < 0 or end - begin > _LONGEST_LINE:
        return
    header = text[begin:end]
    sign = next((sign for sign in "|\t;," if sign in header), "")
    column, width = text[begin:at].count(sign), header.count(sign)
    above = text[_line_start(text, max(0, begin - 1)) : begin]
    if not sign or above.count(sign) == width:
        return  # a row among others is no header
    for _ in range(_MOST_ROWS):
        begin, end = end + 1, text.find("\n", end + 1, end + 2 + _LONGEST_LINE)
        row = text[begin : end if end >= 0 else begin + _LONGEST_LINE + 1]
        if row.count(sign) != width or len(row) > _LONGEST_LINE:
            return
        yield from _cell(row, begin, column, sign)
        if end < 0:
            return


def _line_start(text: str, at: int) -> int:
    """Where the line begins that `at` stands in; of a line that is too long, a place in it."""
    furthest = max(0, at - _LONGEST_LINE - 1)
    return max(furthest, text.rfind("\n", furthest, at) + 1)


def _cell(row: str, begin: int, column: int, sign: str) -> Iterator[Bounds]:
    cells = row.split(sign)
    start = begin + sum(len(cell) + 1 for cell in cells[:column])
    given = cells[column].strip(" \"'`*\r")
    if _is_apart(given) and not guess.is_none(given) and not guess.is_code(given):
        start += cells[column].index(given)
        yield start, start + len(given)


RULES = (
    Rule("password_marked", "PASSWORD", _MARKED, _marked, needs=KEY_NEEDS, flags=re.IGNORECASE),
    Rule("passphrase", "PASSWORD", _PHRASE, _phrase, needs=("phrase",), flags=re.IGNORECASE),
    Rule("password_foreign", "PASSWORD", _OTHER, _foreign, needs=_OTHER_NEEDS, flags=re.IGNORECASE),
    Rule(
        "password_column",
        "PASSWORD",
        _HEADER,
        _columns,
        needs=either("pass|pwd|kennwort|mot de|contrasena|senha|wachtwoord|haslo"),
        flags=re.IGNORECASE | re.MULTILINE,
    ),
)

"""Passwords and keys on the line below the words that name them: as they are, in a list, a quotation or a fence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfimprove.privacy.rules import guess
from selfimprove.privacy.rules.joined import BELOW, MARKS, REST, inside, is_about, is_alone, is_heading, leads, says
from selfimprove.privacy.rules.rule import Bounds, Rule, ended
from selfimprove.privacy.rules.said import KEY_NEEDS, PLAIN_KEY, START, is_owned
from selfimprove.privacy.rules.tokens import NAME, NAME_NEEDS, is_random

_PASSWORD = (
    rf"{START}(?:{PLAIN_KEY}|\bclave)(?![A-Za-z_-])"
    rf"(?={REST}{BELOW}(?P<marks>{MARKS})(?P<value>[^\s\"'`\x00<>]{{3,64}}+))"
)
_SECRET = (
    rf"(?<![A-Za-z])(?:{NAME})"
    rf"(?={REST}{BELOW}{MARKS}(?P<value>[A-Za-z0-9+/_\-=.~]{{10,500}}+)(?![\w(\[:]))"
)
_OTHER = re.compile(  # a size, a setting, a path, code
    r"\d+[-.]?[a-z]+\Z|\w+[=:]|[\[{]|/|.*(?:://|\{\{|[()\[\]]{2}|[A-Za-z_]{3}\()"
)
_NAMES_IT = re.compile(r"(?:[a-z0-9]+[-_])*(?:pass(?:words?|wd|phrase)?|secrets?|tokens?|keys?)(?:[-_][a-z0-9]+)*")
_SETS_APART = re.compile(r"[a-z][A-Z]|\d")


def _password(match: re.Match[str]) -> Iterator[Bounds]:
    """Below a heading it looks like nothing but a password; below what says that it is one, a plain word will do."""
    sign = leads(match["rest"])
    if not is_alone(match) or not (sign or is_heading(match)) or is_about(match["rest"]):
        return
    given = inside(match)
    if len(given) >= 4 and _looks(match, given, bool(sign)) and not guess.is_none(given) and not guess.is_code(given):
        yield match.start("value"), match.start("value") + len(given)


def _looks(match: re.Match[str], given: str, said: bool) -> bool:
    if _OTHER.match(given) or _is_named(given) or guess.is_version(given):
        return False
    if guess.is_complex(given):
        return bool(_SETS_APART.search(given)) and (said or not given.isdigit()) and len(given) >= 6
    return said and (guess.is_phrase(given) or (is_owned(match) and says(match) and guess.is_word(given)))


def _is_named(given: str) -> bool:
    """Whether it bears a file's name, or like a command the name of what it is for: `wifi-password`."""
    return guess.is_file(given) or (re.search("[-_]", given) is not None and _NAMES_IT.fullmatch(given) is not None)


def _secret(match: re.Match[str]) -> Iterator[Bounds]:
    given, rest = match["value"], match["rest"]
    if is_about(rest) or _is_named(given) or not (leads(rest.lstrip("s")) or is_heading(match)):
        return
    if re.search(r"\d", given) and is_random(given):
        yield ended(match, ".,;:!?_")


RULES = (
    Rule("password_below", "PASSWORD", _PASSWORD, _password, needs=KEY_NEEDS, flags=re.IGNORECASE),
    Rule("secret_below", "SECRET", _SECRET, _secret, needs=NAME_NEEDS, flags=re.IGNORECASE),
)

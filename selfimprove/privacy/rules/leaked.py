"""Passwords behind an e-mail address, as leaked lists and tables have them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfimprove.privacy.rules import guess
from selfimprove.privacy.rules.rule import Bounds, Rule, near

_NAME = r"(?:^|[\s\"'`(,|*])[\w.+-]{1,64}\Z"
_MAIL = r"(?<=\w)@[\w-]{1,63}+(?:\.[\w-]{1,63}+){1,4}"  # from its sign on: quick to look for
_LISTED = rf"{_MAIL}(?:[:;|]|[ ]?(?P<between>[:/])[ ])(?P<value>[^\s:;|,\"'`<>/\x00]{{6,64}}+)(?=[\s;|,\"'`]|\Z)"
_CELL = (
    rf"{_MAIL}[`*]{{0,3}}[ ]{{0,20}}\|[ ]{{0,20}}"
    r"(?P<mark>[`*]{0,3})(?P<value>[^\s|\"'<>\x00]{6,64}+)[ ]{0,20}(?:\||$)"
)
_LEAST_IN_CELL = 8
_COPIES = r"\b(?:scp|rsync|sftp|ssh|git|clone|remote|chown)\b"
_FILE = re.compile(r".*\.[A-Za-z]\w{0,4}\Z|v?\d+[.-]\w|\w{1,3}-?\d+\Z|\d+\w{1,3}\Z")  # and versions, ids, sizes

# What is counted in words: rooms, versions, bills, days.
_COUNTED = re.compile(
    r"(?:room|raum|zimmer|salle|sala|kamer|pokoj|floor|building|desk|seat|version|ver|release|rev|build|draft|invoice|"
    r"rechnung|facture|factura|fattura|factuur|faktura|bill|ticket|order|case|task|item|page|part|step|phase|chapter|"
    r"team|group|gruppe|class|level|unit|zone|line|row|user|kunde|client|customer|member|employee|contract|quarter|"
    r"week|day|jan(?:uary|uar)?|feb(?:ruary|ruar)?|mar(?:ch)?|marz|apr(?:il)?|may|mai|june?|juni|july?|juli|"
    r"aug(?:ust)?|sep(?:t|tember)?|oct(?:ober)?|okt(?:ober)?|nov(?:ember)?|dec(?:ember)?|dez(?:ember)?)"
    r"[-_.#]?\d+(?:st|nd|rd|th|[a-z])?\Z",
    re.IGNORECASE,
)


def _strong(match: re.Match[str]) -> Iterator[Bounds]:
    """In a cell there may be any name; under a header that says password, other rules know weaker ones."""
    for start, end in _mixed(match):
        if end - start >= _LEAST_IN_CELL and re.search(r"[A-Z]|[^\w.-]", match.string[start:end]):
            yield start, end


def _mixed(match: re.Match[str]) -> Iterator[Bounds]:
    """Letters, small ones too, and digits: what else stands behind an address looks like something else."""
    given = match["value"].removesuffix(match.groupdict().get("mark") or "")
    looks = re.search(r"[a-z]", given) and re.search(r"\d", given) and not _FILE.match(given)
    counted = _COUNTED.match(given)
    slash = match.groupdict().get("between") == "/" and not guess.is_mixed(given)
    address = not slash and near(match, _NAME, before=70) and not near(match, _COPIES, before=120)
    if address and looks and not counted and not guess.is_none(given) and not guess.is_code(given):
        yield match.start("value"), match.start("value") + len(given)


RULES = (
    Rule("password_listed", "PASSWORD", _LISTED, _mixed, needs=("@",), digits=1, flags=re.MULTILINE),
    Rule("password_behind", "PASSWORD", _CELL, _strong, needs=("@",), digits=1, flags=re.MULTILINE),
)

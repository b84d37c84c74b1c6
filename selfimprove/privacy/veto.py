"""The owner's veto, looked for in what was really said: redaction would mask a tag that stands beside a secret."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfimprove.privacy.fold import fold

VERSION = "2"
AHEAD, BEHIND = 64, 300  # characters read after a mark and before it
SIGNS = {ord("\u30fc"): "-", ord("\u30fb"): "-"}  # a long vowel and a middle dot, taken for hyphens
MARK = re.compile(r"&#(?:0*35|x0*23);|&num;|%23|[#\uff03\ufe5f\u266f]", re.IGNORECASE)
# `#privateer`, `#no-trainspotting` and `#private-key` are other words; any other ending leaves the tag one.
NAME = re.compile(
    r"(?:(?P<train>(?:no(?:[-_ ]{0,3}|-\r?\n)|[ \t]{1,2}no[-_]{1,2})(?:train(?:ing)?|rag))|private"
    r"(?![-_]+(?:keys?|methods?|members?|fields?|vars?|variables?|propert(?:y|ies)|functions?|class(?:es)?|"
    r"constructors?|apis?|ips?|networks?|subnets?|clouds?|repos?|registry|endpoints?|equity|schools?|sector|browsing)"
    r"(?![a-z])))(?![a-z])",
    re.IGNORECASE,
)
URL = re.compile(r"(?:://|\bwww\.)[^\s<>\"')\]\u3001\u3002\uff0c\uff01\uff1f]*(?<![.,!?;:])\Z", re.IGNORECASE)
_FILE = (
    r"(?:md|mdx|rst|adoc|txt|html?|xml|json|ya?ml|toml|css|pdf|php|aspx?|jsx?|tsx?|mjs|vue|py|rb|java|kt|cs|cpp|hpp?|"
    r"c|go|rs|swift)"
)
# `setup.md#no-train`, `/a/b#private` and `./a#private` are a link's target; `he/she#private`, a date and `/s` are not.
PATH = re.compile(rf"[\w-]\.{_FILE}/?\Z|(?<![^\s(])(?:\.{{1,2}}/[\w.-]|/\w[\w.-]*/)[\w./-]*(?<![.])\Z", re.IGNORECASE)
CODE = re.compile(r"(?<![^\W_])[CFJ]\Z|[A-Za-z0-9]_+\Z|(?:::|[A-Za-z0-9]_)\w+\Z")  # `C#private`, `a_b#private`
MEMBER = re.compile(r"[A-Za-z0-9_)\]]\??\.\Z")  # also a sentence's end: it needs what marks code besides
TAKEN = re.compile(r"=[ \t]*this\??\.\Z|\w\.#private[ \t]*[=!]==?[ \t]*\w+\.\Z", re.IGNORECASE)
USED = re.compile(  # what code does with a member; `;` only before another line of code
    r"[(\[]|\??\.[a-z]|[ \t]*(?:[-+*/&|?]?=|!==?|(?:\+\+|--)[ \t]*[;)]|&&|\|\||\?\?"
    r"|;[ \t]*\r?\n.*[;{}][ \t]*(?:[\r\n]|\Z))"
)


def has_tag(text: str) -> bool:
    """Whether #no-train, #no-rag or #private is in the text, also glued to a word, and however it is spelled.

    Full width, look-alikes, invisible characters, case and hyphens make no difference, nor does what is appended. Only
    a link's target, an entity and a private member in code are no tags: a veto too many costs one example.
    """
    return any(_tags(text))


def _tags(text: str) -> Iterator[bool]:
    for mark in MARK.finditer(text):
        ahead = fold(text[mark.end() : mark.end() + AHEAD]).text.translate(SIGNS)
        name = NAME.match(ahead)
        if name:
            before = text[max(0, mark.start() - BEHIND) : mark.start()]
            is_code = _is_target if name["train"] else _is_member
            yield not URL.search(before) and not is_code(before, ahead[name.end() :])


def _is_target(before: str, after: str) -> bool:
    return bool(PATH.search(before))


def _is_member(before: str, after: str) -> bool:
    if before.endswith("&") and after.startswith(";"):
        return True
    if PATH.search(before) or CODE.search(before) or TAKEN.search(before):
        return True
    return bool(MEMBER.search(before) and USED.match(after))

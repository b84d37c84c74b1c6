"""The owner's veto, looked for in what was really said: redaction would mask a tag that stands beside a secret."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfimprove.privacy.fold import fold

VERSION = "1"
AHEAD, BEHIND = 64, 300  # characters read after a mark and before it
SIGNS = {ord("\u30fc"): "-"}  # a long vowel, taken for a hyphen
MARK = re.compile(r"&#(?:0*35|x0*23);|&num;|%23|[#\uff03\ufe5f\u266f]", re.IGNORECASE)
# No letter or digit of Latin script may follow: `#privateer`, `#private-key`; an underscore beside it is emphasis.
NAME = re.compile(r"(?:(?P<train>no[-_ ]{0,2}(?:train(?:ing)?|rag))|private)(?![-_]*[a-z0-9])", re.IGNORECASE)
URL = re.compile(r"(?:://|\bwww\.)[^\s<>\"')\]\u3001\u3002\uff0c\uff01\uff1f]*(?<![.,!?;:])\Z", re.IGNORECASE)
PATH = re.compile(r"[A-Za-z0-9_-](?:[./][A-Za-z0-9_-]+)+/?\Z")  # `setup.md#no-train` is a link's target
WORD = re.compile(r"[A-Za-z0-9]_*\Z")  # `C#private`, `page#private`
MEMBER = re.compile(r"(?:\bthis|[\w)\]]\?)\.\Z")
OTHER_MEMBER = re.compile(r"[A-Za-z0-9_)\]]\.\Z")
USED = re.compile(r"[ \t]*(?:[=(\[;+*/<>?&|}]|-[-=>\d]|\.\w)")  # what code does with a member


def has_tag(text: str) -> bool:
    """Whether #no-train, #no-rag or #private is in the text, also glued to a word, and however it is spelled.

    Full width, look-alikes, invisible characters, case and hyphens make no difference. A link's target, an entity and
    a private member in code are no tags.
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
    if before.endswith("/") or WORD.search(before) or MEMBER.search(before):
        return True
    return bool(OTHER_MEMBER.search(before) and USED.match(after))

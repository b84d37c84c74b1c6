"""What could be wrong with a day's redacted chats, one sentence each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from selfimprove.privacy.redact import locate
from selfimprove.privacy.redacted_chat import RedactedChat
from selfimprove.privacy.table import Tally


def lost(books: Mapping[str, Any], tally: Tally) -> list[str]:
    """What the books and the tables disagree on."""
    found = []
    if books["in"] != books["out"] + sum(books["rejected"].values()):
        found.append(f"{books['in']} in, but {books['out']} out and {books['rejected']} rejected")
    if (books["in"], books["out"], books["rejected"]) != (tally.chats, tally.redacted, tally.rejected):
        held = f"{tally.chats} chats, {tally.redacted} redacted, {tally.rejected} rejected"
        found.append(
            f"{books['in']} in, {books['out']} out, {books['rejected']} rejected in the books; the tables hold {held}"
        )
    if books["spans"] != tally.spans:
        found.append(f"{books['spans']} replaced in the books, {tally.spans} in the table")
    return found


def failed(books: Mapping[str, Any]) -> list[str]:
    """On how many chats the redactor failed or left something in: a redactor that works does neither."""
    rejected = {reason: books["rejected"].get(reason, 0) for reason in ("redactor_failed", "left_over_secret")}
    return [f"{sum(rejected.values())} chats could not be redacted: {rejected}"] if any(rejected.values()) else []


def left_over(chats: Iterable[RedactedChat]) -> list[str]:
    """Rules that still find something in redacted text, with how often: never what they find."""
    found: Counter[str] = Counter()
    for chat in chats:
        texts = [message.content for message in chat.messages] + [given.text or "" for given in chat.feedback]
        found.update(span.rule for own in locate(texts) for span in own)
    return [f"{rule} still finds {n}" for rule, n in sorted(found.items())]

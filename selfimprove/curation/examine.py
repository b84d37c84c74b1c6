"""What can be wrong with a day's filtered chats."""

from collections.abc import Iterable, Mapping
from typing import Any

from selfimprove.curation.rules.no_train import no_train
from selfimprove.privacy.redacted_chat import RedactedChat


def lost(counts: Mapping[str, Any], stored: Mapping[str, int]) -> list[str]:
    """Where books and tables disagree, or a chat is neither filtered nor rejected; a sentence each."""
    rejected = sum(counts["rejected"].values())
    pairs = [
        ("came in", counts["in"], "went on or were left out", counts["out"] + rejected),
        ("came in", counts["in"], "are redacted", stored["redacted"]),
        ("went on", counts["out"], "are stored", stored["filtered"]),
        ("were left out", rejected, "have a stored reason", stored["rejected"]),
        ("went on", counts["out"], "are embedded", stored["embedded"]),
    ]
    return [f"{first} chats {what}, {second} {where}" for what, first, where, second in pairs if first != second]


def repeated(stored: Mapping[str, int]) -> list[str]:
    """Whether filtered chats have the text of another filtered chat of that day or before."""
    return [f"{stored['repeated']} chats repeat another one"] if stored["repeated"] else []


def vetoed(chats: Iterable[RedactedChat]) -> list[str]:
    """Filtered chats that bear a veto tag, by id."""
    return [f"chat {chat.id} bears a veto tag" for chat in chats if no_train(chat)]

"""Conversations of which some begin as others do: as a chat has several answers, and each is one up to its place."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from selfimprove.chats.chat import Message

Conversation = Sequence[Message]


@dataclass(frozen=True, slots=True)
class Whole:
    """A conversation that no other goes on from, and the numbers of those that end at each of its places."""

    messages: Conversation
    ends: dict[int, list[int]] = field(default_factory=dict)


def wholes(conversations: Sequence[Conversation]) -> list[Whole]:
    """The longest of them; every conversation is in one, by its number."""
    found: list[Whole] = []
    known: dict[int, list[Whole]] = {}  # by the hash of a beginning
    for number in sorted(range(len(conversations)), key=lambda number: -len(conversations[number])):
        said = conversations[number]
        beginnings = _hashes(said)
        whole = next((one for one in known.get(beginnings[-1], ()) if one.messages[: len(said)] == said), None)
        if whole is None:
            found.append(whole := Whole(said))
            for beginning in beginnings:
                known.setdefault(beginning, []).append(whole)
        whole.ends.setdefault(len(said) - 1, []).append(number)
    return found


def _hashes(said: Conversation) -> list[int]:
    """One of each beginning."""
    return list(accumulate(map(hash, said), lambda *pair: hash(pair)))

"""By what a forgotten chat is known again: keyed hashes of what was said, whoever brings it, in whatever state."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import groupby, islice
from operator import itemgetter
from typing import Literal, NamedTuple

import orjson

from selfimprove.chats.chat import Message
from selfimprove.chats.spelling import normalised, shown, spelled
from selfimprove.models.thoughts import OPENS

DISTINCT = 200  # bytes of normalised text from which on nobody else says the same
TELLING = 12  # bytes of letters from which on a short chat is more than a greeting
Kind = Literal["start", "state", "turn"]
Spoken = tuple[tuple[str, str], ...]  # roles and texts


class Mark(NamedTuple):
    """A hash, of what, and of how many turns."""

    hash: str
    kind: Kind
    turns: int


def marks(messages: Sequence[Message], keyed_hash: Callable[[bytes], str]) -> Iterator[Mark]:
    """The marks of a chat: of each of its beginnings, up to a question or an answer, and of each long turn of a person.

    System messages do not count, and other programs write a chat in other ways: see `_spellings`. A beginning of
    `DISTINCT` bytes is a "start": whatever goes on from it is the same chat. A shorter one is a "state": only a chat
    that is no more than that is the same. Where a person said less than `TELLING` bytes of letters and no digit ("hi",
    "good morning") there is none, since anybody says so.
    """
    for spoken in dict.fromkeys(_spellings(messages)):
        yield from _marks(spoken, keyed_hash)


def _spellings(messages: Sequence[Message]) -> tuple[Spoken, Spoken, Spoken]:
    """What was said, normalised; spelled plainly; and as it is kept by who shows neither thoughts nor tools."""
    spoken = tuple((m.role, normalised(m.content)) for m in messages if m.role != "system")
    plain = tuple((role, spelled(text)) for role, text in spoken)
    is_bare = not any(m.role == "tool" or OPENS in m.content for m in messages)
    return spoken, plain, plain if is_bare else bare(messages)


def bare(messages: Sequence[Message]) -> Spoken:
    """Spelled plainly, without thoughts and tools: what a model says around the calls of a tool is one answer."""
    said = ((m.role, spelled(shown(m.content))) for m in messages if m.role in ("user", "assistant"))
    turns = ((role, [text for _, text in found]) for role, found in groupby(said, itemgetter(0)))
    joined = ((role, texts if role == "user" else [" ".join(filter(None, texts))]) for role, texts in turns)
    return tuple((role, text) for role, texts in joined for text in texts)


def _marks(spoken: Spoken, keyed_hash: Callable[[bytes], str]) -> Iterator[Mark]:
    chain, size, telling = "", 0, 0
    for turns, (role, text) in enumerate(spoken, start=1):
        chain, size = keyed_hash(orjson.dumps(["beginning", chain, role, text])), size + len(text.encode())
        telling += _told(text) if role == "user" else 0
        if size >= DISTINCT or telling >= TELLING:
            yield Mark(chain, "start" if size >= DISTINCT else "state", turns)
        if role == "user" and len(text.encode()) >= DISTINCT:
            yield Mark(keyed_hash(orjson.dumps(["turn", text])), "turn", 1)


def is_known(
    messages: Sequence[Message], known: Collection[str], keyed_hash: Callable[[bytes], str], after: int | None = None
) -> bool:
    """Whether a chat with these marks is one of those that are known by theirs.

    With `after`, so many messages anybody may say, and ask what he likes behind them: beginnings alone count in which
    an answer stands beyond, short ones too, whatever follows.
    """
    before, spellings = _spellings(messages[:after]) if after is not None else None, _spellings(messages)
    for number, spoken in enumerate(spellings):
        if spoken in spellings[:number]:
            continue
        most = len(before[number]) if before else 0
        for mark in (mark for mark in _marks(spoken, keyed_hash) if mark.hash in known):
            if before is not None and mark.kind != "turn" and _answers(spoken[most : mark.turns]):
                return True
            if before is None and (mark.kind != "state" or mark.turns == len(spoken)):
                return True
    return False


def _answers(spoken: Spoken) -> bool:
    return any(role == "assistant" for role, _ in spoken)


def _told(text: str) -> int:
    """Bytes of letters, as far as they matter; a digit tells enough by itself."""
    if any(map(str.isdigit, set(text))):
        return TELLING
    return len("".join(islice(filter(str.isalpha, text), TELLING)).encode())

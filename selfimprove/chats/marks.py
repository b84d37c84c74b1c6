"""By what a forgotten chat is known again: keyed hashes of what was said, whoever brings it, in whatever state."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Literal, NamedTuple

import orjson

from selfimprove.chats.chat import Message

DISTINCT = 200  # bytes of normalised text from which on nobody else says the same
TELLING = 12  # bytes of letters from which on a short chat is more than a greeting
QUOTES, DASHES = "\u2018\u2019\u201a\u201b\u2032\u00b4`", "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
PLAIN = str.maketrans(
    {**dict.fromkeys(QUOTES, "'"), **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
     **dict.fromkeys(DASHES, "-"), "\u0142": "l", "\u00f8": "o", "\u0111": "d", "\u0131": "i"}
)  # fmt: skip
Kind = Literal["start", "state", "turn"]


class Mark(NamedTuple):
    """A hash, of what, and of how many turns."""

    hash: str
    kind: Kind
    turns: int


def marks(messages: Sequence[Message], keyed_hash: Callable[[bytes], str]) -> Iterator[Mark]:
    """The marks of a chat: of each of its beginnings, up to a question or an answer, and of each long turn of a person.

    Texts are normalised, and once more spelled plainly, as other programs write them; system messages do not count. A
    beginning of `DISTINCT` bytes is a "start": whatever goes on from it is the same chat. A shorter one is a "state":
    only a chat that is no more than that is the same. Where a person said less than `TELLING` bytes of letters and no
    digit ("hi", "good morning") there is none, since anybody says so.
    """
    spoken = [(m.role, normalised(m.content)) for m in messages if m.role != "system"]
    plain = [(role, spelled(text)) for role, text in spoken]
    yield from _marks(spoken, keyed_hash)
    if plain != spoken:
        yield from _marks(plain, keyed_hash)


def _marks(spoken: Sequence[tuple[str, str]], keyed_hash: Callable[[bytes], str]) -> Iterator[Mark]:
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

    With `after`, so many messages anybody may say: only beginnings that go beyond them count.
    """
    whole, most = _turns(messages), None if after is None else _turns(messages[:after])
    found = (mark for mark in marks(messages, keyed_hash) if mark.kind != "state" or mark.turns == whole)
    telling = (mark for mark in found if most is None or (mark.kind != "turn" and mark.turns > most))
    return any(mark.hash in known for mark in telling)


def _turns(messages: Sequence[Message]) -> int:
    return sum(message.role != "system" for message in messages)


def normalised(text: str) -> str:
    """Folded for comparing: NFKC, case, each run of white space one blank."""
    if text.isascii():
        return " ".join(text.casefold().split())
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    visible = "".join(letter for letter in folded if unicodedata.category(letter) != "Cf")
    return re.sub(r"\s+", " ", visible).strip()


def spelled(text: str) -> str:
    """Normalised, and without what keyboards and programs write in several ways: accents, curved quotes, dashes."""
    plain = normalised(text)
    if plain.isascii():
        return plain
    letters = unicodedata.normalize("NFKD", plain.translate(PLAIN))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _told(text: str) -> int:
    """Bytes of letters; a digit tells enough by itself."""
    if any(map(str.isdigit, text)):
        return TELLING
    return len("".join(filter(str.isalpha, text)).encode())

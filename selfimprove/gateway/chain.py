"""By what a conversation is known again: keyed hashes of what was said so far, message by message.

System prompts do not count: clients put the date into them. Nor does white space around a text, nor what a model
thought aloud, both of which clients take away before they send it back.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import orjson

from selfimprove.chats.chat import Message
from selfimprove.chats.spelling import shown

KeyedHash = Callable[[bytes], str]


class Link(NamedTuple):
    """The hash of a conversation up to a message, and that message's index in the stored chat."""

    hash: str
    position: int


def canonical(messages: Sequence[Message]) -> tuple[Message, ...]:
    """The messages as a chat stores them: every system message joined into one at the front.

    So an answer keeps its index when a client adds, moves or rewrites system messages from one request to the next.
    """
    systems = [message.content for message in messages if message.role == "system"]
    said = tuple(message for message in messages if message.role != "system")
    return (Message("system", "\n\n".join(systems)), *said) if systems else said


def chain(messages: Sequence[Message], who: str, keyed_hash: KeyedHash) -> list[Link]:
    """A link for each message that is not the system's; `who` keeps people apart who say the same."""
    before, links = keyed_hash(b"thread " + who.encode()), []
    for position, message in enumerate(canonical(messages)):
        if message.role != "system":
            before = link(before, message.role, message.content, keyed_hash)
            links.append(Link(before, position))
    return links


def link(before: str, role: str, content: str, keyed_hash: KeyedHash) -> str:
    """The hash of a conversation that goes on with this message."""
    return keyed_hash(orjson.dumps([before, role]) + told(content))


def after(asked: str, answer: str, keyed_hash: KeyedHash) -> str:
    """The hash of a conversation that was answered so."""
    return link(asked, "assistant", answer, keyed_hash)


def answer_hash(text: str, who: str, keyed_hash: KeyedHash) -> str:
    """The hash of an answer alone, by which feedback may name it: whose token it was given to, whatever the user.

    Without it a token's holder could try what others were told, and rate it.
    """
    token = token_of(who)
    return keyed_hash((f"answer to {token}\0".encode() if token else b"answer ") + told(text))


def token_of(who: str) -> str | None:
    """The id of the token that somebody asked with, None where none was needed."""
    return who.partition("/")[0] or None


def told(content: str) -> bytes:
    """What a person was shown of a text."""
    return shown(content).strip().encode("utf-8", "replace")

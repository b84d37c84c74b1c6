"""When two prompts are the same question."""

import re
import unicodedata
from collections.abc import Sequence

from selfimprove.chats.chat import Message

SHORT = 3  # words: below, a prompt such as "and him?" means something only after the prompt before it
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


def normalise(text: str) -> str:
    """Compatibility-folded, caseless, single-spaced, without punctuation at its ends unless nothing else is left."""
    folded = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return _EDGES.sub("", folded) or folded


def keys(messages: Sequence[Message]) -> tuple[str, ...]:
    """One key a user turn: the normalised prompt, with the prompt before it where it is short."""
    prompts = [normalise(message.content) for message in messages if message.role == "user"]
    before = ["", *prompts]
    return tuple(
        f"{earlier}\n{prompt}" if earlier and len(prompt.split()) < SHORT else prompt
        for earlier, prompt in zip(before, prompts, strict=False)
    )


def last_key(messages: Sequence[Message]) -> str:
    """The key of the question that the last answer replies to; empty when nobody asked anything."""
    return (keys(messages) or ("",))[-1]


def whole_prompt(messages: Sequence[Message]) -> tuple[str, ...]:
    """Everything that was said before the last answer, normalised."""
    return tuple(f"{message.role}: {normalise(message.content)}" for message in messages[:-1])

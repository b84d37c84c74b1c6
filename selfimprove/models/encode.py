"""Chats as tokens, with a mark on every token that the assistant said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Encoded:
    """Token ids; `supervised[i]` is true where the model must produce `tokens[i]`."""

    tokens: tuple[int, ...]
    supervised: tuple[bool, ...]


def encode(tokenizer: Any, messages: Sequence[Mapping[str, str]]) -> Encoded:
    """A chat as tokens; every assistant turn is supervised, its end token too."""
    raise NotImplementedError

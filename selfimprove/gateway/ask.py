"""The nouns of the day: what is asked of a model, and the pieces its answer comes in."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

BASE = "base"  # the slot without an adapter
UPSTREAM = "upstream"  # what stands in a slot's place where another server answered

Finish = Literal["stop", "length", "tool_calls"]


@dataclass(frozen=True, slots=True)
class Ask:
    """One answer that is wanted: of whom (an adapter's id or "base"), to what, and how.

    `messages` and `tools` are in OpenAI's wire form; `top_logprobs` is None when no log-probabilities are wanted.
    """

    id: str
    slot: str
    messages: tuple[dict[str, Any], ...]
    max_tokens: int
    temperature: float = 1.0
    top_p: float = 1.0
    seed: int | None = None
    stop: tuple[str, ...] = ()
    top_logprobs: int | None = None
    tools: tuple[dict[str, Any], ...] = ()
    schema: dict[str, Any] | None = None  # the JSON schema that the answer must follow
    is_call: bool = False  # what follows the schema is a call of a tool
    frequency_penalty: float = 0.0
    presence_penalty: float = 0.0
    logit_bias: Mapping[str, float] = field(default_factory=dict)  # by a token's id, a name as JSON has it
    goes_on: bool = True  # what was read for it is kept, since the next turn begins with it


@dataclass(frozen=True, slots=True)
class TokenScore:
    """A token that was chosen, its log-probability (nats), and the likeliest ones in its place.

    `raw` are its bytes where the text cannot tell them: a part of a character is told as U+FFFD.
    """

    token: str
    logprob: float
    top: tuple["TokenScore", ...] = ()
    raw: bytes | None = None


def score(row: Mapping[str, Any]) -> TokenScore:
    """A score as the voices tell it in JSON: `token`, `logprob`, and perhaps `bytes` and `top_logprobs`."""
    raw = row.get("bytes")
    top = tuple(map(score, row.get("top_logprobs") or ()))
    return TokenScore(row["token"], row["logprob"], top, None if raw is None else bytes(raw))


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an answer; the last one, and no other, says why it ended and how many tokens there were.

    `tool_calls` are whole, in OpenAI's wire form: `{"id", "type": "function", "function": {"name", "arguments"}}`.
    """

    text: str
    scores: tuple[TokenScore, ...] = ()
    finish: Finish | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    tool_calls: tuple[dict[str, Any], ...] = ()


class Voice(Protocol):
    """Whoever answers."""

    def say(self, ask: Ask) -> AsyncIterator[Piece]:
        """The pieces of one answer; closing the iterator stops the work for it.

        Raises:
            ModelUnavailable: nobody answers now; it says why and when to ask again.
        """
        ...

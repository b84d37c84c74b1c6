"""Loss, confidence and greedy exact match of given answers, in one teacher-forced pass."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from selfimprove.models.mlx import Loaded


@dataclass(frozen=True, slots=True)
class Score:
    """`loss` in nats a token; `exact`: greedy decoding would say every token; `logprobs` one a target token."""

    loss: float
    tokens: int
    exact: bool
    logprobs: tuple[float, ...]


def score(
    loaded: Loaded,
    conversations: Sequence[Sequence[Mapping[str, str]]],
    *,
    batch_tokens: int = 4096,
    turns: Literal["last", "all"] = "last",
) -> list[Score]:
    """Score the last assistant turn of each conversation, or all of its assistant turns together."""
    raise NotImplementedError

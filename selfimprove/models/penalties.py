"""Tokens made likelier or less likely than the model finds them, by what was said already or by what was asked for."""

from collections.abc import Mapping
from typing import Any


class Penalties:
    """A logits processor of one answer, as OpenAI's API has it: c(token) is how often the answer has the token so far.

    logit = logit - frequency * c(token) - presence * [c(token) > 0] + bias(token)
    """

    def __init__(self, frequency: float, presence: float, bias: Mapping[int, float]) -> None:
        self._frequency, self._presence, self._bias = frequency, presence, bias
        self._prompt: int | None = None

    def __call__(self, tokens: Any, logits: Any) -> Any:
        """Logits of (1, vocabulary), given the tokens of prompt and answer."""
        import mlx.core as mx

        if self._prompt is None:
            self._prompt = tokens.size
        change = mx.zeros(logits.shape[-1])
        said = tokens[self._prompt :]
        if said.size and (self._frequency or self._presence):
            counts = mx.zeros_like(change).at[said].add(1.0)
            change = change - self._frequency * counts - self._presence * (counts > 0)
        known = {token: by for token, by in self._bias.items() if token < logits.shape[-1]}
        if known:
            change = change.at[mx.array([*known])].add(mx.array([*known.values()]))
        return logits + change.astype(logits.dtype)

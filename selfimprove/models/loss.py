"""The loss on what the assistant said, with logits only where they are needed."""

from collections.abc import Iterator
from typing import Any

from selfimprove.models.exponential import log_likelihoods
from selfimprove.models.packing import masks

SPLITS = frozenset({"llama", "qwen2", "qwen3", "mistral", "phi3"})
PIECE = 512


def supervised_logits(model: Any, tokens: Any, positions: Any, cache: Any = None) -> Any:
    """Logits in float32 at `positions` of the flattened `tokens` (rows, width): (len(positions), vocabulary)."""
    return _head(model, _kept(model, tokens, positions, cache))


def logits_in_pieces(model: Any, tokens: Any, positions: Any) -> Iterator[tuple[int, Any]]:
    """The same logits, `PIECE` positions at a time and where they start: 0.25 GB with a vocabulary of 128 000."""
    kept = _kept(model, tokens, positions)
    for start in range(0, len(positions), PIECE):
        yield start, _head(model, kept[start : start + PIECE])


def loss(model: Any, tokens: Any, *supervised: Any) -> tuple[Any, Any]:
    """Mean negative log-likelihood a supervised token, in nats, and their number.

    `supervised` are the positions, targets and weights of a batch, and the chats of a packed one.
    """
    import mlx.core as mx

    positions, targets, weights, *chats = supervised
    logits = supervised_logits(model, tokens[:, :-1], positions, masks(model, *chats) if chats else None)
    count = weights.sum()
    each = log_likelihoods(logits, targets) * weights
    return -each.sum() / mx.maximum(count, 1), count


def _splits(model: Any) -> bool:
    """Whether the architecture is known to be a body and an output layer with nothing between."""
    return getattr(model, "model_type", "") in SPLITS


def _kept(model: Any, tokens: Any, positions: Any, cache: Any = None) -> Any:
    """The body's states at the positions, or the whole model's logits there when it cannot be split."""
    states = model.model(tokens, cache) if _splits(model) else model(tokens, cache=cache)
    return states.reshape(-1, states.shape[-1])[positions]


def _head(model: Any, kept: Any) -> Any:
    import mlx.core as mx

    if _splits(model):
        tied = model.args.tie_word_embeddings
        kept = model.model.embed_tokens.as_linear(kept) if tied else model.lm_head(kept)
    return kept.astype(mx.float32)

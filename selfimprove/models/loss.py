"""The loss on what the assistant said, with logits only where they are needed."""

from typing import Any

SPLITS = frozenset({"llama", "qwen2", "qwen3", "mistral", "phi3"})


def supervised_logits(model: Any, tokens: Any, positions: Any) -> Any:
    """Logits in float32 at `positions` of the flattened `tokens` (rows, width): (len(positions), vocabulary).

    Architectures of `SPLITS` are known to be a body and an output layer with nothing between; others compute all.
    """
    import mlx.core as mx

    if getattr(model, "model_type", "") not in SPLITS:
        logits = model(tokens)
        return logits.reshape(-1, logits.shape[-1])[positions].astype(mx.float32)
    hidden = model.model(tokens)
    kept = hidden.reshape(-1, hidden.shape[-1])[positions]
    tied = model.args.tie_word_embeddings
    return (model.model.embed_tokens.as_linear(kept) if tied else model.lm_head(kept)).astype(mx.float32)


def loss(model: Any, tokens: Any, positions: Any, targets: Any, weights: Any) -> tuple[Any, Any]:
    """Mean negative log-likelihood a supervised token, in nats, and their number."""
    import mlx.core as mx
    import mlx.nn as nn

    logits = supervised_logits(model, tokens[:, :-1], positions)
    count = weights.sum()
    each = nn.losses.cross_entropy(logits, targets) * weights
    return each.sum() / mx.maximum(count, 1), count

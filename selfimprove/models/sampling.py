"""How a row's next token is drawn: by its own key, so that no other row of its batch has a say in it."""

from collections.abc import Callable
from functools import cache
from typing import Any

Sampler = Callable[[Any], Any]
COLDEST = 1e-6  # below it float32 has no room for the difference


@cache
def greedy(end: int) -> Sampler:
    """The likeliest token; one function for all rows, so that a batch calls it once."""
    import mlx.core as mx

    return lambda logprobs: sound(logprobs, mx.argmax(logprobs, axis=-1), end)


def drawn(temperature: float, top_p: float, seed: int, end: int) -> Sampler:
    """Draws from the likeliest tokens that together have `top_p`, after `temperature`; both may be close to nothing."""
    import mlx.core as mx

    key = mx.random.key(seed % 2**63)

    def draw(logprobs: Any) -> Any:
        nonlocal key
        key, now = mx.random.split(key)
        wide = logprobs.astype(mx.float32)
        # The likeliest stays at 0 however cold it is; otherwise all could become minus infinity.
        scaled = (wide - wide.max(axis=-1, keepdims=True)) / max(temperature, COLDEST)
        token = mx.random.categorical(nucleus(scaled, top_p) if top_p < 1 else scaled, key=now)
        return sound(logprobs, token, end)

    return draw


def nucleus(scaled: Any, top_p: float) -> Any:
    """Minus infinity for all but the fewest likeliest tokens that together reach `top_p`."""
    import mlx.core as mx

    order = mx.argsort(-scaled, axis=-1)
    chances = mx.softmax(mx.take_along_axis(scaled, order, axis=-1), axis=-1)
    before = mx.cumsum(chances, axis=-1) - chances  # of the likelier ones, so the first always stays
    kept = mx.put_along_axis(mx.zeros(scaled.shape, mx.bool_), order, before < max(top_p, 1e-9), axis=-1)
    return mx.where(kept, scaled, -mx.inf)


def sound(logprobs: Any, tokens: Any, end: int) -> Any:
    """The tokens, or the end where nothing can be computed any more: one NaN among logits is NaN for all of them."""
    import mlx.core as mx

    chosen = mx.take_along_axis(logprobs, tokens[..., None], axis=-1)[..., 0]
    return mx.where(mx.isfinite(chosen), tokens, mx.array(end, tokens.dtype))

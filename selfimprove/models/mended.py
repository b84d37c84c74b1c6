"""What mlx-lm's models get wrong of a batch, put right where a model is loaded."""

from typing import Any


def mend(model: Any) -> None:
    """Gemma 2 lays the rows' masks over its heads (ml-explore/mlx-lm#1903): with as many rows as it has heads of keys
    what it says is wrong without a word, with others nothing can be computed.
    """
    if getattr(model, "model_type", "") != "gemma2":
        return
    attention: Any = type(model.layers[0].self_attn)

    class ByRow(attention):  # type: ignore[misc]
        def __call__(self, x: Any, mask: Any = None, cache: Any = None) -> Any:
            is_flat = mask is not None and mask.ndim == 4 and self.repeats > 1
            return super().__call__(x, mask[:, :, None] if is_flat else mask, cache)

    for layer in model.layers:
        layer.self_attn.__class__ = ByRow

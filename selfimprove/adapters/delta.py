"""How far training moves the weights that an adapter is laid over."""

import math
from collections.abc import Iterator
from typing import Any

Factors = dict[str, tuple[Any, Any]]


def factors(model: Any) -> Factors:
    """Copies of A and B of every layer that has them, by its name; layers of experts are not counted."""
    import mlx.core as mx

    found = {name: (mx.array(module["lora_a"]), mx.array(module["lora_b"])) for name, module in _layers(model)}
    mx.eval(found)
    return found


def moved(model: Any, before: Factors | None = None) -> float:
    """Frobenius norm of the change of scale*A*B since `before`, relative to the weights it is added to.

    Without `before`, of all that the adapter changes; exactly 0 when nothing was learned.
    """
    import mlx.core as mx

    changed = weighed = 0.0
    for name, module in _layers(model):
        change = module["lora_a"] @ module["lora_b"]
        if before is not None:
            change = change - before[name][0] @ before[name][1]
        changed += float(mx.square(module.scale * change.astype(mx.float32)).sum())
        weighed += float(mx.square(_weight(module).astype(mx.float32)).sum())
    return math.sqrt(changed / weighed) if weighed else 0.0


def _layers(model: Any) -> Iterator[tuple[str, Any]]:
    named = sorted(model.named_modules(), key=lambda item: item[0])
    return ((name, module) for name, module in named if "lora_a" in module and module["lora_a"].ndim == 2)


def _weight(module: Any) -> Any:
    import mlx.core as mx

    inner = module["linear"] if "linear" in module else module["embedding"]
    if "scales" not in inner:
        return inner.weight
    biases = inner.biases if "biases" in inner else None
    return mx.dequantize(inner.weight, inner.scales, biases, inner.group_size, inner.bits, inner.mode)

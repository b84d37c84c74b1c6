"""How far an adapter moves the weights it is laid over."""

import math
from typing import Any


def delta_norm(model: Any) -> float:
    """Frobenius norm of all changes scale*A*B, relative to that of the weights they change; 0 when nothing was learned.

    The product is never formed: |A B|^2 is the sum of the elementwise product of A'A and B B'. Layers of experts, whose
    A and B have three dimensions, are not counted.
    """
    import mlx.core as mx

    changed = weighed = 0.0
    for _, module in model.named_modules():
        if "lora_a" in module and module["lora_a"].ndim == 2:
            a, b = (module[name].astype(mx.float32) for name in ("lora_a", "lora_b"))
            changed += module.scale**2 * float(((a.T @ a) * (b @ b.T)).sum())
            weighed += float((_weight(module).astype(mx.float32) ** 2).sum())
    return math.sqrt(max(changed, 0.0) / weighed) if weighed else 0.0


def _weight(module: Any) -> Any:
    import mlx.core as mx

    inner = module["linear"] if "linear" in module else module["embedding"]
    if "scales" not in inner:
        return inner.weight
    biases = inner.biases if "biases" in inner else None
    return mx.dequantize(inner.weight, inner.scales, biases, inner.group_size, inner.bits, inner.mode)

"""Which way each chat would move an adapter: the gradient of its loss, to be compared with that of another chat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from selfimprove.models.batch import collate
from selfimprove.models.encode import Encoded
from selfimprove.models.loss import loss
from selfimprove.models.mlx import Loaded

if TYPE_CHECKING:
    import numpy as np

LEAVES = ("lora_a", "lora_b", "m")
FLOATS = 2**26  # held at once, 256 MB: models with more to compare are compared by their last blocks


def similar(
    loaded: Loaded, these: Sequence[Encoded], those: Sequence[Encoded], *, floats: int = FLOATS
) -> np.ndarray[Any, Any]:
    """Cosine of the gradients of the adapter's weights, for each of `these` and each of `those`: (these, those).

    Both want the same change of the adapter at 1, opposite ones at -1. Source: the influence of Pruthi et al. (2020,
    arXiv:2002.08484) at the last checkpoint, with the cosine of Xia et al. (2024, arXiv:2402.04333). Of a model whose
    gradients do not fit into `floats`, the last blocks alone are compared.
    """
    import numpy as np

    chosen = _chosen(loaded.model, floats // max(1, len(these)))
    rows = list(_directions(loaded.model, these, chosen))
    found = np.zeros((len(these), len(those)), np.float32)
    for place, direction in enumerate(_directions(loaded.model, those, chosen)):
        found[:, place] = [float(row @ direction) for row in rows]
    return found


def _chosen(model: Any, most: int) -> list[str]:
    """Names of the adapter's weights, from the last block back, as many as have `most` numbers together."""
    from mlx.utils import tree_flatten

    leaves = [(name, leaf.size) for name, leaf in tree_flatten(model.parameters()) if name.split(".")[-1] in LEAVES]
    chosen: list[str] = []
    for name, size in reversed(leaves):
        if chosen and size > most:
            break
        chosen.append(name)
        most -= size
    return chosen


def _directions(model: Any, rows: Sequence[Encoded], chosen: Sequence[str]) -> Iterator[np.ndarray[Any, Any]]:
    """The gradient of each row's mean loss as one vector of length 1; of length 0 where it has none."""
    import mlx.core as mx
    import mlx.nn as nn
    import numpy as np
    from mlx.utils import tree_flatten

    _train_only_the_adapter(model)
    step = nn.value_and_grad(model, lambda *batch: loss(model, *batch)[0])
    for row in rows:
        batch = collate([row])
        _, gradients = step(*map(mx.array, (batch.tokens, batch.positions, batch.targets, batch.weights)))
        found = dict(tree_flatten(gradients))
        vector = np.concatenate([np.array(found[name].astype(mx.float32)).ravel() for name in chosen])
        length = float(np.linalg.norm(vector))
        yield vector / length if np.isfinite(length) and length else np.zeros_like(vector)


def _train_only_the_adapter(model: Any) -> None:
    model.freeze()
    for _, module in model.named_modules():
        keys = [leaf for leaf in LEAVES if leaf in module]
        if keys:
            module.unfreeze(recurse=False, keys=keys)

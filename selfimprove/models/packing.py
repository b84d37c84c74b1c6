"""Several chats in one row, none of which sees another: no padding, and one shape for all batches.

The mask goes in through the place where a model expects its cache. Rotary positions are relative, so a chat's place in
its row does not matter. Attention is quadratic in the row: a gain on a GPU, a loss on a CPU.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from selfimprove.models.batch import Batch
from selfimprove.models.encode import Encoded
from selfimprove.models.training import Plan

CHUNK = 1024  # rows that are packed together: more waste no less
EIGHTHS = 8  # supervised positions are rounded up to these of a batch: as many shapes to compile
TOLERANCE = 0.01


class Mask:
    """Stands where a model expects a layer's cache: keeps nothing, and says who sees whom."""

    offset = 0

    def __init__(self, mask: Any) -> None:
        self._mask = mask

    def make_mask(self, *_: Any, **__: Any) -> Any:
        """The mask, (rows, 1, width, width), true where a token is seen."""
        return self._mask

    def update_and_fetch(self, keys: Any, values: Any) -> tuple[Any, Any]:
        """Keys and values as they are."""
        return keys, values


def masks(model: Any, chats: Any) -> list[Mask]:
    """One for each layer; `chats` (rows, width) numbers the chat of each token: a token sees its own, up to itself."""
    import mlx.core as mx

    places = mx.arange(chats.shape[1])
    seen = (chats[:, :, None] == chats[:, None, :]) & (places[:, None] >= places[None, :])
    return [Mask(seen[:, None])] * len(model.layers)


@dataclass(frozen=True, slots=True)
class Packed(Batch):
    """A batch with the number of the chat that each of `tokens[:, :-1]` belongs to, 0 for padding."""

    chats: Any


def resolved(model: Any, plan: Plan) -> Plan:
    """The plan with "auto" decided: packed on a GPU; where packing is not exact, buckets whatever was asked for."""
    import mlx.core as mx

    wanted = plan.batching
    if wanted == "auto":
        wanted = "packed" if mx.default_device() == mx.gpu else "buckets"
    return replace(plan, batching="packed" if wanted == "packed" and is_exact(model) else "buckets")


def is_exact(model: Any) -> bool:
    """Whether every layer keeps plain keys and values, and two packed pieces give what they give alone.

    State-space layers, sliding windows and learned positions do not.
    """
    import mlx.core as mx

    caches = model.make_cache() if hasattr(model, "make_cache") else []
    if any(type(cache).__name__ != "KVCache" for cache in caches):
        return False
    one, other = mx.array([[3, 1, 4, 1, 5]]), mx.array([[9, 2, 6, 5]])
    packed = model(mx.concatenate([one, other], 1), cache=masks(model, mx.array([[1] * 5 + [2] * 4])))
    apart = mx.concatenate([model(one), model(other)], 1)
    difference, size = mx.abs(packed - apart).astype(mx.float32).mean(), mx.abs(apart).astype(mx.float32).mean()
    return bool((difference <= TOLERANCE * size).item())


def order(rows: Sequence[Encoded], plan: Plan, epoch: int) -> list[list[list[int]]]:
    """Batches of rows of indices: by first fit, longest first, `longest` tokens a row, `batch_tokens` a batch."""
    import numpy as np

    draw = np.random.default_rng([plan.seed, epoch])
    shuffled = draw.permutation(len(rows)).tolist()
    chunks = [shuffled[at : at + CHUNK] for at in range(0, len(shuffled), CHUNK)]
    bins = [filled for chunk in chunks for filled in _fill(chunk, rows, plan.longest)]
    bins = [bins[index] for index in draw.permutation(len(bins))]
    high = max(1, plan.batch_tokens // plan.longest)
    return [bins[at : at + high] for at in range(0, len(bins), high)]


def _fill(indices: Sequence[int], rows: Sequence[Encoded], width: int) -> Iterator[list[int]]:
    left: list[int] = []
    bins: list[list[int]] = []
    for index in sorted(indices, key=lambda index: -len(rows[index].tokens)):
        size = len(rows[index].tokens)
        place = next((at for at, free in enumerate(left) if free >= size), None)
        if place is None:
            place = len(bins)
            bins.append([])
            left.append(width)
        bins[place].append(index)
        left[place] -= size
    yield from bins


def collate(bins: Sequence[Sequence[Encoded]], plan: Plan) -> Packed:
    """Rows of chats as arrays of one shape, (batch_tokens / longest, longest + 1)."""
    import numpy as np

    high = max(1, plan.batch_tokens // plan.longest)
    shape = (high, plan.longest + 1)
    tokens, chats, marked = np.zeros(shape, np.int32), np.zeros(shape, np.int32), np.zeros(shape, bool)
    for place, chats_of_row in enumerate(bins):
        at = 0
        for number, row in enumerate(chats_of_row, start=1):
            end = at + len(row.tokens)
            tokens[place, at:end], chats[place, at:end], marked[place, at:end] = row.tokens, number, row.supervised
            at = end
    found = np.flatnonzero(marked[:, 1:])
    step = -(-high * plan.longest // EIGHTHS)
    positions = np.zeros(-(-max(len(found), 1) // step) * step, np.int32)
    positions[: len(found)] = found
    weights = (np.arange(len(positions)) < len(found)).astype(np.float32)
    return Packed(tokens, positions, tokens[:, 1:].reshape(-1)[positions], weights, chats[:, :-1])

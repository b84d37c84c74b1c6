"""What a training will need at its peak, before it begins, and a plan that fits what is there.

The peak is that of MLX's allocator: weights, adapter with gradients and moments, what the backward pass needs of every
layer, and the logits. The factors were fitted to measured peaks of small random models;
`benchmarks/memory.py` compares.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from selfimprove.errors import MemoryTooSmall
from selfimprove.models.batches import Row, arrays, of_epoch
from selfimprove.models.kept import sizes, width
from selfimprove.models.preference import windows
from selfimprove.models.training import Plan

GB = 2**30
PROCESS = 0.35 * GB  # Python, libraries, tokenizer
NAMED = {"hidden_size", "num_hidden_layers", "intermediate_size", "num_attention_heads", "vocab_size"}
UNLIKE = {"num_experts", "num_local_experts", "n_routed_experts", "linear_num_key_heads", "state_size"}
LEAST = 128  # tokens a chat is cut to before a training is refused
# How many times each part is in memory at the peak; PASSING is what one layer holds beside what is kept of all.
# TRAINED: an adapter, its gradient and two moments, its best weights so far and those it began with.
TRAINED, NARROW, WIDE, SCORES, LOGITS, PASSING = 6.0, 2.8, 3.8, 1.5, 3.75, 9.4
# On Linux, for exponential.py: more of one layer's scores, and of the logits.
MORE_SCORES, MORE_LOGITS = 2.0, 1.0
COPIES = 1.2  # an adapter's numbers are float32, and so is what it reads of a model in 16 bits


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes that decide the memory of a model; `weights` in bytes, `width` bytes of one number of a layer's states."""

    layers: int
    hidden: int
    inner: int
    heads: int
    kv_heads: int
    head: int
    vocabulary: int
    weights: int
    width: int

    def trained(self, rank: int, layers: int) -> int:
        """Numbers of an adapter on every linear layer of the last `layers` blocks, of all when -1."""
        query, key = self.heads * self.head, self.kv_heads * self.head
        a_block = 2 * (self.hidden + query) + 2 * (self.hidden + key) + 3 * (self.hidden + self.inner)
        return rank * a_block * (self.layers if layers < 0 else min(layers, self.layers))


@dataclass(frozen=True, slots=True)
class Load:
    """A batch: rows of `width` tokens, of which logits are computed at `supervised` positions."""

    rows: int
    width: int
    supervised: int


@dataclass(frozen=True, slots=True)
class Need:
    """Bytes by what they are for, at the peak."""

    weights: float
    adapter: float
    states: float
    logits: float

    @property
    def total(self) -> float:
        """All of it, without the process around it."""
        return self.weights + self.adapter + self.states + self.logits


def shape_of(folder: Path) -> Shape | None:
    """The sizes that a model's config.json names, and those of its files; None when it names others."""
    text = sizes(folder)
    if not text.keys() >= NAMED or text.keys() & UNLIKE:
        return None
    heads, hidden = int(text["num_attention_heads"]), int(text["hidden_size"])
    return Shape(
        layers=int(text["num_hidden_layers"]),
        hidden=hidden,
        inner=int(text["intermediate_size"]),
        heads=heads,
        kv_heads=int(text.get("num_key_value_heads") or heads),
        head=int(text.get("head_dim") or hidden // heads),
        vocabulary=int(text["vocab_size"]),
        weights=weights(folder),
        width=width(text),
    )


def weights(folder: Path) -> int:
    """Bytes of a model's weights on disk, which are those in memory."""
    return sum(file.stat().st_size for file in folder.glob("model*.safetensors"))


def need(shape: Shape, plan: Plan, adapter: int, load: Load) -> Need:
    """What a step on such a batch needs; `adapter` is how many numbers are trained."""
    tokens = load.rows * load.width
    attention = shape.heads * shape.head + shape.kv_heads * shape.head
    narrow = tokens * (2 * shape.hidden + attention) * shape.width
    wide = tokens * shape.inner * shape.width
    scores = load.rows * shape.heads * load.width**2 * shape.width
    layer = NARROW * narrow + WIDE * wide + SCORES * scores
    kept = tokens * shape.hidden * shape.width
    of_ours = sys.platform == "linux"  # with a GPU it is a little less: MLX is not loaded to know
    more = MORE_SCORES * scores if of_ours and shape.width == 4 else 0.0
    states = 2 * (layer + more + shape.layers * kept) if plan.grad_checkpoint else shape.layers * layer + more
    states = (states + PASSING * wide) * (1.0 if shape.width == 4 else COPIES)
    logits = (LOGITS + MORE_LOGITS * of_ours) * 4 * load.supervised * shape.vocabulary
    return Need(shape.weights, TRAINED * 4 * adapter, states, logits)


def heaviest(rows: Sequence[Row], plan: Plan) -> Load:
    """The batch of an epoch with the most tokens, and among those the most supervised positions."""
    cut = windows(rows, plan.longest)
    loads = [_load(arrays(cut, batch, plan)) for batch in of_epoch(cut, plan, 0)]
    return max(loads, key=lambda load: (load.rows * load.width, load.supervised))


def _load(batch: tuple[Any, ...]) -> Load:
    tokens, positions, *_ = batch
    return Load(tokens.shape[0], tokens.shape[1] - 1, len(positions))


def check(folder: Path, limit: float, adapter: int = 0) -> None:
    """Whether the weights alone can be loaded, and so many numbers trained, whatever kind of model it is.

    Raises:
        MemoryTooSmall: they cannot.
    """
    found = Need(weights(folder), TRAINED * 4 * adapter, 0.0, 0.0)
    if found.total + PROCESS > limit:
        raise _too_small(found, limit)


def words(plan: Plan) -> str:
    """What a plan is, for a log."""
    parts = [f"batches of {plan.batch_tokens} tokens", f"chats of at most {plan.longest}"]
    parts += [f"{plan.accumulate} batches a step"] if plan.accumulate > 1 else []
    parts += ["states computed twice"] if plan.grad_checkpoint else []
    return ", ".join([*parts, plan.batching])


def fitted(shape: Shape, plan: Plan, adapter: int, rows: Sequence[Row], limit: float) -> tuple[Plan, Need]:
    """The plan nearest to the wanted one that stays within `limit` bytes, and what it needs.

    Smaller batches, more to a step; then states computed twice; then chats cut shorter.

    Raises:
        MemoryTooSmall: even the least does not fit; the message has the figures.
    """
    for candidate in _plans(plan):
        found = need(shape, candidate, adapter, heaviest(rows, candidate))
        if found.total + PROCESS <= limit:
            return candidate, found
    raise _too_small(found, limit)


def _too_small(found: Need, limit: float) -> MemoryTooSmall:
    return MemoryTooSmall(
        needed=_gb(found.total + PROCESS),
        limit=_gb(limit),
        weights=_gb(found.weights),
        adapter=_gb(found.adapter),
        states=_gb(found.states),
        logits=_gb(found.logits),
    )


def _plans(plan: Plan) -> Iterator[Plan]:
    smaller = plan
    yield smaller
    while smaller.batch_tokens > smaller.longest:
        smaller = replace(smaller, batch_tokens=smaller.batch_tokens // 2, accumulate=smaller.accumulate * 2)
        yield smaller
    smaller = replace(smaller, grad_checkpoint=True)
    yield smaller
    while smaller.longest // 2 >= LEAST:
        half = smaller.longest // 2
        tokens, times = (half, 2) if smaller.batch_tokens > half else (smaller.batch_tokens, 1)
        smaller = replace(smaller, longest=half, batch_tokens=tokens, accumulate=smaller.accumulate * times)
        yield smaller


def machine_limit(wanted_gb: float = 0.0) -> float:
    """Bytes that a training may take: what was set, else what the GPU recommends, else three quarters of the memory."""
    if wanted_gb:
        return wanted_gb * GB
    import mlx.core as mx
    import psutil

    total = 0.75 * psutil.virtual_memory().total
    if mx.metal.is_available():
        return min(total, float(mx.device_info()["max_recommended_working_set_size"]))
    return total


def _gb(size: float) -> str:
    return f"{size / GB:.2f}"

"""The forward pass of MiniLM (six BERT layers) with low-rank changes, on plain tensors: nothing else is loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from selfimprove.privacy.names.labels import SHAPES
from selfimprove.privacy.names.pieces import FIRST, LAST, Window

LAYERS, HEADS, WIDTH = 6, 12, 384
PRODUCTS = (
    "attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
    "intermediate.dense", "output.dense",
)  # fmt: skip
Tensors = Mapping[str, Any]


def products() -> list[str]:
    """The names of all matrices that the tagger changes."""
    return [f"encoder.layer.{layer}.{name}" for layer in range(LAYERS) for name in PRODUCTS]


def batch(windows: Sequence[Window]) -> tuple[Any, Any, Any]:
    """Pieces, shapes and mask, each (windows, longest)."""
    import torch

    length = max(sum(len(word.pieces) for word in window) for window in windows) + 2
    pieces = torch.zeros(len(windows), length, dtype=torch.long)
    shapes = torch.zeros(len(windows), length, dtype=torch.long)
    mask = torch.zeros(len(windows), length, dtype=torch.bool)
    for row, window in enumerate(windows):
        ids = [FIRST, *(piece for word in window for piece in word.pieces), LAST]
        pieces[row, : len(ids)] = torch.tensor(ids)
        shapes[row, 1 : len(ids) - 1] = torch.tensor([word.shape for word in window for _ in word.pieces])
        mask[row, : len(ids)] = True
    return pieces, shapes, mask


def outputs(tensors: Tensors, pieces: Any, shapes: Any, mask: Any, drop: float = 0.0) -> Any:
    """The head's outputs, (windows, longest, labels); `drop` is the dropout while training."""
    from torch.nn import functional

    stem = "embeddings."
    embedded = (
        tensors[f"{stem}word_embeddings.weight"][pieces]
        + tensors[f"{stem}position_embeddings.weight"][: pieces.shape[1]]
        + tensors[f"{stem}token_type_embeddings.weight"][0]
        + tensors["shapes"][shapes]
    )
    state = functional.dropout(_norm(tensors, f"{stem}LayerNorm", embedded), drop, drop > 0)
    for layer in range(LAYERS):
        state = _layer(tensors, f"encoder.layer.{layer}.", state, mask[:, None, None, :], drop)
    return functional.linear(state, tensors["head.weight"], tensors["head.bias"])


def fresh(rank: int, labels: int) -> dict[str, Any]:
    """The tensors to train, as they are before it: they change nothing of the encoder."""
    import torch

    made = {"shapes": torch.zeros(SHAPES, WIDTH), "head.bias": torch.zeros(labels)}
    made["head.weight"] = torch.randn(labels, WIDTH) * 0.02
    for name in products():
        wide, narrow = WIDTH * 4, WIDTH
        enters = wide if name.endswith("output.dense") and "attention" not in name else narrow
        leaves = wide if name.endswith("intermediate.dense") else narrow
        made[f"{name}.enter"] = torch.randn(rank, enters) / enters**0.5
        made[f"{name}.leave"] = torch.zeros(leaves, rank)
    return made


def _layer(tensors: Tensors, stem: str, state: Any, mask: Any, drop: float) -> Any:
    from torch.nn import functional

    rows, length, _ = state.shape
    query, key, value = (
        _product(tensors, f"{stem}attention.self.{name}", state).view(rows, length, HEADS, -1).transpose(1, 2)
        for name in ("query", "key", "value")
    )
    read = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
    read = read.transpose(1, 2).reshape(rows, length, WIDTH)
    read = functional.dropout(_product(tensors, f"{stem}attention.output.dense", read), drop, drop > 0)
    state = _norm(tensors, f"{stem}attention.output.LayerNorm", state + read)
    inner = functional.gelu(_product(tensors, f"{stem}intermediate.dense", state))
    inner = functional.dropout(_product(tensors, f"{stem}output.dense", inner), drop, drop > 0)
    return _norm(tensors, f"{stem}output.LayerNorm", state + inner)


def _product(tensors: Tensors, name: str, state: Any) -> Any:
    from torch.nn import functional

    made = functional.linear(state, tensors[f"{name}.weight"], tensors[f"{name}.bias"])
    if f"{name}.enter" not in tensors:  # merged into the matrix when it was loaded
        return made
    return made + functional.linear(functional.linear(state, tensors[f"{name}.enter"]), tensors[f"{name}.leave"])


def _norm(tensors: Tensors, name: str, state: Any) -> Any:
    from torch.nn import functional

    return functional.layer_norm(state, (WIDTH,), tensors[f"{name}.weight"], tensors[f"{name}.bias"], 1e-12)

"""A BERT encoder without padding: texts lie end to end, so that no product is spent on filling.

Only attention has to know where one text ends and the next begins; texts of one length share a call of it. The files
are read without sentence-transformers, whose import takes longer than all else that an embedding needs.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Word pieces at a time: what their layers hold stays in the processor's cache.
BUDGET = 512
Lengths = Sequence[tuple[int, int]]  # (how many texts, of how many pieces), as they lie


class Packed:
    """The encoder and tokenizer of a sentence-transformers folder whose texts are the mean of their pieces."""

    def __init__(self, folder: Path, dtype: Any) -> None:
        from safetensors.torch import load_file
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_read(folder, "sentence_bert_config.json")["max_seq_length"])
        bert = _read(folder, "config.json")
        self._heads, self._epsilon = bert["num_attention_heads"], bert["layer_norm_eps"]
        held = load_file(folder / "model.safetensors")
        self._weights = {name: part.to(dtype) for name, part in held.items() if part.is_floating_point()}
        self._layers = [_joined(self._weights, f"encoder.layer.{at}.") for at in range(bert["num_hidden_layers"])]

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The mean of each text's pieces, shape (n, width), in the order given."""
        import torch

        pieces = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(pieces)), key=lambda at: len(pieces[at]))
        with torch.inference_mode():
            means = [self._means([pieces[at] for at in batch]) for batch in _batches(order, pieces)]
            found: NDArray[np.float32] = torch.cat(means).numpy()
        vectors = np.empty_like(found)
        vectors[order] = found
        return vectors

    def _means(self, texts: Sequence[Sequence[int]]) -> Any:
        """Of texts, which ascend in length, the mean of the last layer: (texts, width), float32."""
        import torch

        lengths = [(len(list(same)), length) for length, same in groupby(map(len, texts))]
        state = self._embedded(texts)
        for layer in self._layers:
            state = self._layer(state, lengths, layer)
        parts = torch.split(state.float(), [count * length for count, length in lengths])
        return torch.cat([part.view(*shape, -1).mean(1) for part, shape in zip(parts, lengths, strict=True)])

    def _embedded(self, texts: Sequence[Sequence[int]]) -> Any:
        import torch

        stem = "embeddings."
        pieces = torch.tensor([piece for text in texts for piece in text])
        places = torch.cat([torch.arange(len(text)) for text in texts])
        state = self._weights[f"{stem}word_embeddings.weight"][pieces]
        state = state + self._weights[f"{stem}position_embeddings.weight"][places]
        state = state + self._weights[f"{stem}token_type_embeddings.weight"][0]
        return self._norm(state, self._weights, f"{stem}LayerNorm")

    def _layer(self, state: Any, lengths: Lengths, layer: Mapping[str, Any]) -> Any:
        from torch.nn import functional

        read = self._attention(_product(state, layer, "attention.self"), lengths)
        state = self._norm(_product(read, layer, "attention.output.dense") + state, layer, "attention.output.LayerNorm")
        inner = functional.gelu(_product(state, layer, "intermediate.dense"))
        return self._norm(_product(inner, layer, "output.dense") + state, layer, "output.LayerNorm")

    def _attention(self, joined: Any, lengths: Lengths) -> Any:
        """What each piece reads of its own text; `joined` are query, key and value side by side."""
        import torch
        from torch.nn import functional

        parts = torch.split(joined, [count * length for count, length in lengths])
        read = []
        for part, (count, length) in zip(parts, lengths, strict=True):
            query, key, value = part.view(count, length, 3, self._heads, -1).permute(2, 0, 3, 1, 4)
            found = functional.scaled_dot_product_attention(query, key, value)
            read.append(found.transpose(1, 2).reshape(count * length, -1))
        return torch.cat(read)

    def _norm(self, state: Any, weights: Mapping[str, Any], name: str) -> Any:
        from torch.nn import functional

        scale, shift = weights[f"{name}.weight"], weights[f"{name}.bias"]
        return functional.layer_norm(state, scale.shape, scale, shift, self._epsilon)


def fits(folder: Path) -> bool:
    """Whether a sentence-transformers folder holds such an encoder: BERT, mean of the pieces, perhaps unit length."""
    parts = [part["type"].rpartition(".")[2] for part in _read(folder, "modules.json")]
    bert = _read(folder, "config.json")
    is_bert = (bert["model_type"], bert["hidden_act"]) == ("bert", "gelu")
    is_absolute = bert.get("position_embedding_type", "absolute") == "absolute"
    if not (is_bert and is_absolute and parts[:2] == ["Transformer", "Pooling"] and set(parts[2:]) <= {"Normalize"}):
        return False
    pooling = _read(folder, "1_Pooling/config.json")
    return [name for name, used in pooling.items() if used is True] == ["pooling_mode_mean_tokens"]


def _read(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text())


def _batches(order: Sequence[int], pieces: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Runs of texts that together have no more pieces than the budget, or one text that has."""
    batch: list[int] = []
    size = 0
    for at in order:
        if batch and size + len(pieces[at]) > BUDGET:
            yield batch
            batch, size = [], 0
        batch.append(at)
        size += len(pieces[at])
    if batch:
        yield batch


def _joined(weights: Mapping[str, Any], stem: str) -> dict[str, Any]:
    """A layer's weights by their names in it, with query, key and value as one product, "attention.self"."""
    import torch

    layer = {name.removeprefix(stem): weight for name, weight in weights.items() if name.startswith(stem)}
    for kind in ("weight", "bias"):
        parts = [layer[f"attention.self.{part}.{kind}"] for part in ("query", "key", "value")]
        layer[f"attention.self.{kind}"] = torch.cat(parts)
    return layer


def _product(state: Any, layer: Mapping[str, Any], name: str) -> Any:
    from torch.nn import functional

    return functional.linear(state, layer[f"{name}.weight"], layer[f"{name}.bias"])

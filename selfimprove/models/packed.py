"""A BERT encoder without padding: texts lie end to end, so that no product is spent on filling.

Only attention has to know where one text ends and the next begins; texts of one length share a call of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Word pieces at a time: what their layers hold stays in the processor's cache.
BUDGET = 512
Lengths = Sequence[tuple[int, int]]  # (how many texts, of how many pieces), as they lie


class Packed:
    """The encoder and tokenizer of a sentence-transformers model whose texts are the mean of their pieces."""

    def __init__(self, model: Any) -> None:
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_str(model.tokenizer.backend_tokenizer.to_str())
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(model.max_seq_length)
        bert = model[0].auto_model
        self._heads = bert.config.num_attention_heads
        self._epsilon = bert.config.layer_norm_eps
        self._weights = bert.state_dict()
        self._layers = [_joined(self._weights, f"encoder.layer.{at}.") for at in range(bert.config.num_hidden_layers)]

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


def fits(model: Any) -> bool:
    """Whether a sentence-transformers model is such an encoder: BERT, mean of the pieces, perhaps made unit length."""
    parts = [type(part).__name__ for part in model]
    is_mean = parts[:2] == ["Transformer", "Pooling"] and model[1].pooling_mode == "mean"
    return is_mean and model[0].auto_model.config.model_type == "bert"


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

"""llama.cpp's file of a LoRA adapter, which Ollama reads too; the base model is another GGUF file."""

from pathlib import Path
from typing import Any

import numpy as np

from selfimprove.adapters.exports.architectures import KNOWN
from selfimprove.adapters.exports.learned import Array, Layer, Learned

NAME = "adapter.gguf"
TURNED = {"attn_q": "num_attention_heads", "attn_k": "num_key_value_heads"}


def unnamed(learned: Learned, config: dict[str, Any]) -> list[str]:
    """Layers for which llama.cpp has no name."""
    return [name for name in learned.layers if _named(config).get_name(name) is None]


def write(learned: Learned, config: dict[str, Any], name: str, folder: Path) -> None:
    """`adapter.gguf` in float32; the base's config.json tells its architecture and how many heads it has."""
    import gguf

    writer = gguf.GGUFWriter(folder / NAME, KNOWN[config["model_type"]].name)
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_name(name)
    writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
    writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, learned.alpha)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    for layer, tensors in learned.layers.items():
        called = _named(config).get_name(layer)
        writer.add_tensor(f"{called}.weight.lora_a", np.ascontiguousarray(tensors.a.T, np.float32))
        writer.add_tensor(f"{called}.weight.lora_b", _turned(tensors.b.T, called, config).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def read(folder: Path, config: dict[str, Any], layers: list[str]) -> Learned:
    """What `write` wrote of these layers, read from the file alone."""
    import gguf

    reader = gguf.GGUFReader(folder / NAME)
    tensors = {tensor.name: gguf.dequantize(tensor.data, tensor.tensor_type) for tensor in reader.tensors}
    alpha = float(reader.fields[gguf.Keys.Adapter.LORA_ALPHA].contents())
    found = {}
    for layer in layers:
        called = _named(config).get_name(layer)
        a, b = tensors.pop(f"{called}.weight.lora_a"), tensors.pop(f"{called}.weight.lora_b")
        found[layer] = Layer(np.asarray(a).T, _turned_back(np.asarray(b), called, config).T)
    rank = next(iter(found.values())).b.shape[0] if found and not tensors else 0
    return Learned("lora", rank, alpha / rank if rank else 0.0, found)


def _named(config: dict[str, Any]) -> Any:
    import gguf

    kinds = {name: kind for kind, name in gguf.MODEL_ARCH_NAMES.items()}
    return gguf.get_tensor_name_map(kinds[KNOWN[config["model_type"]].name], config["num_hidden_layers"])


def _turned(rows: Array, called: str, config: dict[str, Any]) -> Array:
    """Rows of a query or key as llama.cpp keeps them: transformers splits each head in halves, it pairs neighbours."""
    heads = _heads(called, config)
    if not heads:
        return np.ascontiguousarray(rows)
    halves = rows.reshape(heads, 2, rows.shape[0] // heads // 2, rows.shape[1])
    return np.ascontiguousarray(halves.swapaxes(1, 2).reshape(rows.shape))


def _turned_back(rows: Array, called: str, config: dict[str, Any]) -> Array:
    heads = _heads(called, config)
    if not heads:
        return rows
    return rows.reshape(heads, rows.shape[0] // heads // 2, 2, rows.shape[1]).swapaxes(1, 2).reshape(rows.shape)


def _heads(called: str, config: dict[str, Any]) -> int:
    key = TURNED.get(called.rpartition(".")[2])
    if key is None or not KNOWN[config["model_type"]].permutes:
        return 0
    return int(config.get(key) or config["num_attention_heads"])

"""Hugging Face PEFT's layout, which transformers, vLLM and Ollama load over the original base model."""

from pathlib import Path

import numpy as np
import orjson

from selfimprove.adapters.exports.learned import Array, Layer, Learned

PREFIX, WEIGHTS, CONFIG = "base_model.model.", "adapter_model.safetensors", "adapter_config.json"


def write(learned: Learned, base_name: str, folder: Path) -> None:
    """adapter_config.json and adapter_model.safetensors; PEFT keeps A as rank x inputs, B as outputs x rank."""
    from safetensors.numpy import save_file

    tensors: dict[str, Array] = {}
    for name, layer in learned.layers.items():
        tensors[f"{PREFIX}{name}.lora_A.weight"] = np.ascontiguousarray(layer.a.T)
        tensors[f"{PREFIX}{name}.lora_B.weight"] = np.ascontiguousarray(layer.b.T)
        if layer.m is not None:
            tensors[f"{PREFIX}{name}.lora_magnitude_vector"] = layer.m
    save_file(tensors, folder / WEIGHTS, metadata={"format": "pt"})
    (folder / CONFIG).write_bytes(orjson.dumps(config(learned, base_name), option=orjson.OPT_INDENT_2) + b"\n")


def config(learned: Learned, base_name: str) -> dict[str, object]:
    """What PEFT reads; its scale is lora_alpha / r."""
    blocks = {int(name.split(".layers.")[1].split(".")[0]) for name in learned.layers}
    return {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": base_name,
        "r": learned.rank,
        "lora_alpha": learned.alpha,
        "lora_dropout": 0.0,
        "use_dora": learned.method == "dora",
        "use_rslora": False,
        "bias": "none",
        "fan_in_fan_out": False,
        "inference_mode": True,
        "target_modules": sorted({name.rpartition(".")[2] for name in learned.layers}),
        "layers_to_transform": sorted(blocks),
    }


def read(folder: Path) -> Learned:
    """What `write` wrote, read from the files alone."""
    from safetensors.numpy import load_file

    told, tensors = orjson.loads((folder / CONFIG).read_bytes()), load_file(folder / WEIGHTS)
    names = sorted({name.removeprefix(PREFIX).partition(".lora_")[0] for name in tensors})
    layers = {name: _layer(tensors, f"{PREFIX}{name}") for name in names}
    return Learned("dora" if told["use_dora"] else "lora", told["r"], told["lora_alpha"] / told["r"], layers)


def _layer(tensors: dict[str, Array], name: str) -> Layer:
    norms = tensors.get(f"{name}.lora_magnitude_vector")
    return Layer(tensors[f"{name}.lora_A.weight"].T, tensors[f"{name}.lora_B.weight"].T, norms)

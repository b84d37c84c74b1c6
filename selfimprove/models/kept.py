"""How much memory a conversation takes while it is answered, by what a model's config.json names."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

NAMED = {"num_hidden_layers", "num_attention_heads", "hidden_size"}
WHOLE = ("deepseek_v2", "minicpm3")  # as mlx-lm computes them
KEEPS = ("full_attention", "sliding_attention", "attention", "chunked_attention")  # of layers; others hold one state


def per_token(folder: Path) -> int:
    """Bytes of a token's keys and values; 0 where config.json does not tell.

    Windows that slide count as if they did not: a short conversation fits into them whole.
    """
    text = sizes(folder)
    return _layers(text) * _numbers(text) * width(text) if text.keys() >= NAMED else 0


def sizes(folder: Path) -> dict[str, Any]:
    """What a model's config.json names, and of one that sees or hears what it names of its text part."""
    config: dict[str, Any] = orjson.loads((folder / "config.json").read_bytes())
    return {**config, **(config.get("text_config") or {})}


def width(text: Mapping[str, Any]) -> int:
    """Bytes of a number that such a model computes."""
    dtype = str(text.get("torch_dtype") or text.get("dtype") or "bfloat16")
    return 4 if dtype == "float32" and "quantization" not in text else 2


def _layers(text: Mapping[str, Any]) -> int:
    """Layers that keep something of each token."""
    layers, every = int(text["num_hidden_layers"]), int(text.get("full_attention_interval") or 1)
    kinds = text.get("layer_types")
    return sum(kind in KEEPS for kind in kinds) if kinds else layers // every


def _numbers(text: Mapping[str, Any]) -> int:
    """Numbers that one layer keeps of a token; of DeepSeek's kind, what keys and values are made from, or the whole."""
    heads, turned = int(text["num_attention_heads"]), int(text.get("qk_rope_head_dim") or 0)
    usual = int(text["hidden_size"]) // heads
    if text.get("model_type") in WHOLE:
        return heads * (turned + int(text["qk_nope_head_dim"]) + int(text.get("v_head_dim") or usual))
    if text.get("kv_lora_rank"):
        return int(text["kv_lora_rank"]) + turned
    return 2 * int(text.get("num_key_value_heads") or heads) * int(text.get("head_dim") or usual)

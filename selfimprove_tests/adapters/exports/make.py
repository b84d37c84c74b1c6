"""Models and adapters to export: small, random, and of real shapes."""

import json
import shutil
from collections.abc import Mapping
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import mlx.core as mx
import mlx.nn as nn
from mlx.utils import tree_flatten

from selfimprove.adapters.adapter import Adapter
from selfimprove.adapters.exports.export import Format, Wanted
from selfimprove.adapters.files import keep
from selfimprove.adapters.recipe import Recipe
from selfimprove.models import mlx
from selfimprove.models.base import TINY, Base, content_hash
from selfimprove.models.mlx import Lora
from selfimprove_tests.adapters.make import METRICS

SMALL = {
    "hidden_size": 32, "num_hidden_layers": 2, "intermediate_size": 64, "num_attention_heads": 4, "vocab_size": 1024,
    "num_key_value_heads": 2, "rms_norm_eps": 1e-5, "max_position_embeddings": 128, "rope_theta": 1e4, "head_dim": 8,
    "tie_word_embeddings": True, "eos_token_id": 5, "pad_token_id": 0, "bos_token_id": None, "torch_dtype": "float32",
}  # fmt: skip
PLAIN = Lora(rank=4, scale=5.0)


def tiny() -> Base:
    return Base(content_hash(TINY), "tiny", TINY, TINY)


def model(folder: Path, kind: str, bits: int = 0, more: Mapping[str, Any] | None = None) -> Base:
    """A random model of an architecture, quantised when it has bits."""
    folder.mkdir(parents=True)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(TINY / name, folder)
    config = {**SMALL, "model_type": kind, **(more or {})}
    code = import_module(f"mlx_lm.models.{'llama' if kind == 'mistral' else kind}")
    mx.random.seed(3)
    made = code.Model(code.ModelArgs.from_dict(config))
    if bits:
        nn.quantize(made, group_size=32, bits=bits)
        config["quantization"] = {"group_size": 32, "bits": bits}
    mx.save_safetensors(str(folder / "model.safetensors"), dict(tree_flatten(made.parameters())), {"format": "mlx"})
    (folder / "config.json").write_text(json.dumps(config))
    return Base(content_hash(folder), str(folder), folder, folder)


def adapter(home: Path, base: Base, lora: Lora = PLAIN, size: float = 0.05) -> Adapter:
    """A random adapter that changes what the model says, in its place."""
    loaded = mlx.load(base.folder)
    config = mlx.add_lora(loaded, lora, seed=1)
    mx.random.seed(7)
    for _, module in loaded.model.named_modules():
        if "lora_b" in module:
            module.lora_b = mx.random.normal(module.lora_b.shape) * size
        if "m" in module:
            module.m = module.m * mx.random.uniform(0.8, 1.2, module.m.shape)
    draft = home / "work" / "draft"
    mlx.save_adapter(loaded, draft, config)
    (draft / "recipe.json").write_text("{}")
    id, files, url = keep(draft, home)
    recipe = Recipe(rank=lora.rank, scale=lora.scale, layers=lora.layers, method=lora.method)
    return Adapter(id, base.id, "d", recipe, METRICS, url, files, date(2026, 3, 4))


def wanted(home: Path, base: Base, format: Format, lora: Lora = PLAIN) -> Wanted:
    return Wanted(adapter(home, base, lora), base, format)


def logits(base: Path, adapter: Path | None, ids: list[int]) -> Any:
    """What MLX says, as a numpy array."""
    import numpy as np

    loaded = mlx.load(base, adapter)
    return np.array(loaded.model(mx.array([ids]))[0].astype(mx.float32))

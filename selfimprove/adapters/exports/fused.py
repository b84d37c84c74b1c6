"""In a worker: an adapter laid over its base or merged into it, and whether what was written still answers so."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from selfimprove.models import mlx
from selfimprove.models.base import PATTERNS
from selfimprove.models.encode import prompt
from selfimprove.models.serve import Log

ASKED = ("Hello!", "What do you know about me?", "Write a short list.", "How are you today, and what is 2 + 3?")
QUANTISED = ("quantization", "quantization_config")
LICENCES = ("LICENSE*", "LICENCE*", "NOTICE*", "USE_POLICY*")


def compare(job: dict[str, Any], _: Log) -> dict[str, Any]:
    """`base` with the adapter at `adapter`, and with the copy at `out`: how far their logits are from each other."""
    base = Path(job["base"])
    wanted, bare = _logits(mlx.load(base, Path(job["adapter"]))), _logits(mlx.load(base))
    return _distances(wanted, bare, _logits(mlx.load(base, Path(job["out"]))))


def fuse(job: dict[str, Any], _: Log) -> dict[str, Any]:
    """`base` with `adapter` merged into it, written to `out` and loaded from there again; `dequantise` as it says."""
    base, out = Path(job["base"]), Path(job["out"])
    bare = _logits(mlx.load(base))
    loaded = mlx.load(base, Path(job["adapter"]))
    wanted = _logits(loaded)
    _merge(loaded.model, dequantise=job["dequantise"])
    mlx.save_model(loaded, out / "model.safetensors")
    _copy(base, out, dequantise=job["dequantise"])
    del loaded
    return _distances(wanted, bare, _logits(mlx.load(out)))


def _merge(model: Any, *, dequantise: bool) -> None:
    from mlx.utils import tree_unflatten

    changed = [(name, module) for name, module in model.named_modules() if "lora_a" in module]
    model.update_modules(tree_unflatten([(name, one.fuse(dequantize=dequantise)) for name, one in changed]))
    if dequantise:
        plain = [(name, _plain(module)) for name, module in model.named_modules() if "scales" in module]
        model.update_modules(tree_unflatten(plain))


def _plain(module: Any) -> Any:
    """A quantised layer in its full width, such as one that the adapter leaves alone."""
    import mlx.core as mx
    from mlx import nn

    biases = module.biases if "biases" in module else None
    weight = mx.dequantize(module.weight, module.scales, biases, module.group_size, module.bits, module.mode)
    if isinstance(module, nn.QuantizedEmbedding):
        plain = nn.Embedding(*weight.shape)
    else:
        plain = nn.Linear(weight.shape[1], weight.shape[0], bias="bias" in module)
    plain.weight = weight
    if "bias" in module:
        plain.bias = module.bias
    return plain


def _copy(base: Path, out: Path, *, dequantise: bool) -> None:
    """Everything of the base but its weights, with its licence."""
    patterns = [pattern for pattern in PATTERNS if not pattern.startswith("model")]
    for file in {file for pattern in (*patterns, *LICENCES) for file in base.glob(pattern) if file.is_file()}:
        shutil.copyfile(file, out / file.name)
    config = orjson.loads((base / "config.json").read_bytes())
    for name in QUANTISED if dequantise else ():
        config.pop(name, None)
    (out / "config.json").write_bytes(orjson.dumps(config, option=orjson.OPT_INDENT_2) + b"\n")


def _logits(loaded: mlx.Loaded) -> list[Any]:
    """What the model thinks of each next token of a few questions, in float32."""
    import mlx.core as mx

    asked = [prompt(loaded.tokenizer, [{"role": "user", "content": text}]) for text in ASKED]
    found = [loaded.model(mx.array([ids]))[0].astype(mx.float32) for ids in asked]
    mx.eval(found)
    return found


def _distances(wanted: Sequence[Any], bare: Sequence[Any], got: Sequence[Any]) -> dict[str, Any]:
    """Mean distances of logits: how much was learned, how much of that differs; and the greatest difference."""
    return {
        "learned": _mean(wanted, bare),
        "error": _mean(wanted, got),
        "greatest": max(float(abs(one - other).max()) for one, other in zip(wanted, got, strict=True)),
        "agree": _agreement(wanted, got),
    }


def _mean(some: Sequence[Any], others: Sequence[Any]) -> float:
    apart = [abs(one - other) for one, other in zip(some, others, strict=True)]
    total: float = sum(float(one.sum()) for one in apart)
    return total / sum(int(one.size) for one in apart)


def _agreement(some: Sequence[Any], others: Sequence[Any]) -> float:
    """The share of places where the likeliest token is the same."""
    same = [one.argmax(-1) == other.argmax(-1) for one, other in zip(some, others, strict=True)]
    return sum(int(one.sum()) for one in same) / sum(int(one.size) for one in same)

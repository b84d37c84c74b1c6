"""What an adapter's files hold for each layer of a model, read so that all of it fits or nothing is taken."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selfimprove.errors import AdapterMismatch
from selfimprove.models.mlx import CONFIG, WEIGHTS

SERVED = ("Linear", "QuantizedLinear")
TRAINED = (*SERVED, "SwitchLinear", "QuantizedSwitchLinear", "Embedding", "QuantizedEmbedding")  # as mlx-lm does
LORA, DORA = {"lora_a", "lora_b"}, {"lora_a", "lora_b", "m"}


@dataclass(frozen=True, slots=True)
class Site:
    """A layer that an adapter may change: its name in the model, its block, and its name there."""

    name: str
    block: int
    key: str
    layer: Any


@dataclass(frozen=True, slots=True)
class Part:
    """What an adapter adds at one site: (in, rank), (rank, out) with the scale in it; DoRA's gain (out) or None."""

    a: Any
    b: Any
    gain: Any


def sites(model: Any) -> list[Site]:
    """Every layer of the model's blocks that mlx-lm could train an adapter on."""
    names = {id(module): name for name, module in model.named_modules()}
    return [
        Site(names[id(module)], number, key, module)
        for number, block in enumerate(model.layers)
        for key, module in block.named_modules()
        if type(module).__name__ in TRAINED or hasattr(module, "to_lora")
    ]


def read(folder: Path, places: Sequence[Site]) -> dict[str, Part]:
    """The parts of an adapter by the name of their site.

    Raises:
        AdapterMismatch: it is damaged, does not fit whole, or holds numbers that are not finite.
    """
    import mlx.core as mx

    try:
        config: dict[str, Any] = json.loads((folder / CONFIG).read_text())
        weights: dict[str, Any] = dict(mx.load(str(folder / WEIGHTS)))  # type: ignore[arg-type]
        mx.eval(weights)  # all at once: MLX's thread is waited for each time
        chosen = _chosen(config, places)
        scale, names = _scale(config), DORA if _is_dora(config) else LORA
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError) as exc:
        raise AdapterMismatch(folder=folder, reason=f"{type(exc).__name__}: {exc}".splitlines()[0]) from exc
    reason = _misfit(weights, {f"{site.name}.{name}": site for site in chosen for name in names}) or _unserved(chosen)
    if reason:
        raise AdapterMismatch(folder=folder, reason=reason)
    return {site.name: _part(site.layer, weights, site.name, scale) for site in chosen}


def _scale(config: Mapping[str, Any]) -> float:
    scale = float(config["lora_parameters"]["scale"])
    if not math.isfinite(scale):
        raise ValueError(f"its scale is {scale}")
    return scale


def _is_dora(config: Mapping[str, Any]) -> bool:
    return str(config.get("fine_tune_type", "lora")) == "dora"


def _chosen(config: Mapping[str, Any], places: Sequence[Site]) -> list[Site]:
    """The sites that mlx-lm would put this adapter on."""
    kind = config.get("fine_tune_type", "lora")
    if kind not in ("lora", "dora"):
        raise ValueError(f"it is a {kind} fine-tune, which replaces the model: serve it as the base model")
    blocks = 1 + max((site.block for site in places), default=-1)
    first = blocks - config["num_layers"] if config["num_layers"] > 0 else 0
    keys = config["lora_parameters"].get("keys")
    return [site for site in places if site.block >= first and (keys is None or site.key in keys)]


def _misfit(weights: Mapping[str, Any], wanted: Mapping[str, Site]) -> str:
    """Why these tensors are not the ones that are wanted; "" when they are."""
    strange, missing = sorted(weights.keys() - wanted.keys()), sorted(wanted.keys() - weights.keys())
    if strange:
        return f"{len(strange)} tensors have no place in it, the first is {strange[0]}"
    if missing or not wanted:
        return f"it lacks {len(missing)} tensors, the first is {missing[0]}" if missing else "it changes no layer"
    wrong = next((name for name, site in wanted.items() if not _fits(weights, name, site)), None)
    if wrong:
        return f"{wrong} is of shape {weights[wrong].shape}"
    broken = [name for name, one in sorted(weights.items()) if not _is_finite(one)]
    return f"{len(broken)} tensors hold what is not a finite number, the first is {broken[0]}" if broken else ""


def _is_finite(tensor: Any) -> bool:
    """Whether all of it is: asked of numpy, which looks at MLX's memory in a quarter of the time that MLX takes."""
    import mlx.core as mx
    import numpy as np

    return bool(np.isfinite(np.array(tensor.astype(mx.float32), copy=False)).all())


def _fits(weights: Mapping[str, Any], name: str, site: Site) -> bool:
    if type(site.layer).__name__ not in SERVED:
        return True  # it is refused by name
    rank = weights[f"{site.name}.lora_b"].shape[:1]
    out, into = sizes_of(site.layer)
    shapes = {"lora_a": (into, *rank), "lora_b": (*rank, out), "m": (out,)}
    return weights[name].size > 0 and tuple(weights[name].shape) == shapes[name.rpartition(".")[2]]


def sizes_of(layer: Any) -> tuple[int, int]:
    """How many numbers a linear layer gives, and takes."""
    out, into = layer.weight.shape
    return out, into * 32 // layer.bits if hasattr(layer, "bits") else into


def _unserved(chosen: Sequence[Site]) -> str:
    other = next((site for site in chosen if type(site.layer).__name__ not in SERVED), None)
    if other is None:
        return ""
    return f"{other.name} is a {type(other.layer).__name__}, and only plain linear layers are served in one batch"


def _part(layer: Any, weights: Mapping[str, Any], name: str, scale: float) -> Part:
    import mlx.core as mx

    a, b = (weights[f"{name}.{one}"].astype(mx.float32) for one in ("lora_a", "lora_b"))
    if f"{name}.m" not in weights:
        return Part(a, b * scale, None)
    adapted = _weight(layer) + (scale * b.T) @ a.T
    return Part(a, b * scale, weights[f"{name}.m"] / mx.linalg.norm(adapted, axis=1))


def _weight(layer: Any) -> Any:
    import mlx.core as mx

    if not hasattr(layer, "bits"):
        return layer.weight
    how = {"group_size": layer.group_size, "bits": layer.bits, "mode": layer.mode}
    return mx.dequantize(layer.weight, layer.scales, layer.get("biases"), **how)

"""An adapter's tensors out of its folder, as arrays."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import orjson

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Layer:
    """What is added to one weight, `scale` * A B: `a` is inputs x rank, `b` rank x outputs; `m` are DoRA's norms."""

    a: Array
    b: Array
    m: Array | None = None

    def equals(self, other: "Layer") -> bool:
        """Whether all is the same, to the bit."""
        pairs = ((self.a, other.a), (self.b, other.b), (self.m, other.m))
        return all(mine is theirs or np.array_equal(mine, theirs) for mine, theirs in pairs)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Learned:
    """Layers by the name of the weight they change, such as "model.layers.0.mlp.up_proj"."""

    method: Literal["lora", "dora"]
    rank: int
    scale: float
    layers: Mapping[str, Layer]

    @property
    def alpha(self) -> float:
        """What others divide by the rank to have the scale."""
        return self.scale * self.rank


def read(folder: Path) -> Learned:
    """The adapter in a folder as mlx-lm writes it."""
    from safetensors.numpy import load_file

    config = orjson.loads((folder / "adapter_config.json").read_bytes())
    shape = config["lora_parameters"]
    tensors = load_file(folder / "adapters.safetensors")
    names = sorted({name.rpartition(".")[0] for name in tensors})
    layers = {name: _layer(tensors, name) for name in names}
    return Learned(config.get("fine_tune_type", "lora"), shape["rank"], shape["scale"], layers)


def _layer(tensors: Mapping[str, Array], name: str) -> Layer:
    return Layer(tensors[f"{name}.lora_a"], tensors[f"{name}.lora_b"], tensors.get(f"{name}.m"))


"""What all places of a batch will hold with one more adapter, told by its file's header: nothing is read yet."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from selfimprove.models.mlx import WEIGHTS
from selfimprove.models.parts import SERVED, Site, sizes_of

NUMBER = 4  # bytes: places are float32


def after(layers: Mapping[str, Any], sites: Sequence[Site], places: int, folder: Path) -> int:
    """Bytes of so many places, each as wide as the widest adapter at its layer: those that are there, and this one.

    An adapter whose file tells nothing adds none; whoever reads it says why it cannot be.
    """
    told = _shapes(folder)
    return sum(_at(site, layers.get(site.name), told, places) for site in sites if type(site.layer).__name__ in SERVED)


def _at(site: Site, layer: Any, told: Mapping[str, tuple[int, ...]], places: int) -> int:
    """`layer` is what stands at the site when some adapter was there before."""
    held = layer.a.shape if layer is not None else (0, 0, 0)
    rank = max(held[2], *told.get(f"{site.name}.lora_a", (0,))[-1:])
    if not rank:
        return 0
    out, into = sizes_of(site.layer)
    is_scaled = f"{site.name}.m" in told or (layer is not None and layer.gain is not None)
    return NUMBER * max(places, held[0]) * (rank * (into + out) + out * is_scaled)


def _shapes(folder: Path) -> dict[str, tuple[int, ...]]:
    import mlx.core as mx

    try:
        weights: dict[str, Any] = dict(mx.load(str(folder / WEIGHTS)))  # type: ignore[arg-type]
    except (OSError, ValueError, RuntimeError):
        return {}
    return {name: tuple(one.shape) for name, one in weights.items()}

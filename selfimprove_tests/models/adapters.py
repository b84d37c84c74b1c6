"""Adapters for tests: LoRA weights moved at random, saved as a training saves them."""

from pathlib import Path

import mlx.core as mx
from mlx.utils import tree_map

from selfimprove.models import mlx
from selfimprove.models.base import TINY


def write(folder: Path, lora: mlx.Lora, seed: int, *, size: float = 0.02, base: Path = TINY) -> Path:
    """An adapter that changes every answer, the more the larger `size` is."""
    loaded = mlx.load(base)
    config = mlx.add_lora(loaded, lora, seed=seed)
    mx.random.seed(seed)
    moved = tree_map(lambda leaf: leaf + size * mx.random.normal(leaf.shape), loaded.model.trainable_parameters())
    loaded.model.update(moved)
    mlx.save_adapter(loaded, folder, config)
    return folder

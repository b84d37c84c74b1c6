"""The built-in tiny model, loaded once for all tests of this room."""

from pathlib import Path

import pytest

from selfimprove.models import blas, mlx
from selfimprove.models.base import TINY

blas.use()  # before a test module imports MLX


@pytest.fixture(scope="session")
def tiny() -> mlx.Loaded:
    """The tiny model; tests that train make their own."""
    return mlx.load(TINY)


@pytest.fixture
def fresh() -> mlx.Loaded:
    """The tiny model for one test, which may change it."""
    return mlx.load(TINY)


@pytest.fixture(scope="session")
def adapter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An adapter that changes every answer a little."""
    import mlx.core as mx
    from mlx.utils import tree_map

    folder = tmp_path_factory.mktemp("adapter")
    loaded = mlx.load(TINY)
    config = mlx.add_lora(loaded, mlx.Lora(rank=4), seed=1)
    mx.random.seed(2)
    loaded.model.update(
        tree_map(lambda leaf: leaf + 0.02 * mx.random.normal(leaf.shape), loaded.model.trainable_parameters())
    )
    mlx.save_adapter(loaded, folder, config)
    return folder

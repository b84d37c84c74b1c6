"""How far weights moved, against the same computed in the plainest way."""

import math
from pathlib import Path
from typing import Any

import pytest

from selfimprove.adapters.delta import factors, moved
from selfimprove.models import mlx
from selfimprove.models.base import Base


@pytest.fixture
def model(tiny: Base) -> Any:
    loaded = mlx.load(Path(tiny.folder))
    mlx.add_lora(loaded, mlx.Lora(rank=4, scale=3.0), seed=1)
    return loaded.model


def shake(model: Any, seed: int) -> None:
    import mlx.core as mx
    from mlx.utils import tree_map

    mx.random.seed(seed)
    model.update(tree_map(lambda leaf: leaf + 0.05 * mx.random.normal(leaf.shape), model.trainable_parameters()))


def plainly(model: Any, before: dict[str, Any] | None = None) -> float:
    import numpy as np

    changed = weighed = 0.0
    for name, module in model.named_modules():
        if "lora_a" in module:
            product = np.array(module["lora_a"]) @ np.array(module["lora_b"])
            if before:
                product = product - np.array(before[name][0]) @ np.array(before[name][1])
            changed += float(np.square(3.0 * product).sum())
            weighed += float(np.square(np.array(module["linear"]["weight"])).sum())
    return math.sqrt(changed / weighed)


def test_a_new_adapter_moves_nothing(model: Any) -> None:
    assert moved(model) == 0.0
    assert len(factors(model)) == 3 * 7


def test_the_whole_adapter(model: Any) -> None:
    shake(model, 1)
    assert moved(model) == pytest.approx(plainly(model), rel=1e-5)


def test_since_a_moment(model: Any) -> None:
    shake(model, 1)
    before = factors(model)
    assert moved(model, before) == 0.0
    shake(model, 2)
    assert moved(model, before) == pytest.approx(plainly(model, before), rel=1e-5)
    assert moved(model, before) != pytest.approx(moved(model), rel=1e-2)


def test_a_quantised_base_is_measured_in_its_own_numbers(tiny: Base) -> None:
    import mlx.nn as nn

    loaded = mlx.load(Path(tiny.folder))
    plain = mlx.load(Path(tiny.folder))
    nn.quantize(loaded.model, group_size=32, bits=8, class_predicate=lambda _, module: isinstance(module, nn.Linear))
    for one in (loaded, plain):
        mlx.add_lora(one, mlx.Lora(rank=4, scale=3.0), seed=1)
        shake(one.model, 1)
    assert moved(loaded.model) == pytest.approx(moved(plain.model), rel=0.02)

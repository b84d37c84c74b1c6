"""Two models of one base hold its weights once, and say what they say alone."""

from pathlib import Path
from typing import Literal

import mlx.core as mx
import pytest
from mlx.utils import tree_flatten

from selfimprove.models import mlx
from selfimprove.models.base import TINY
from selfimprove.models.mlx import Loaded, Lora
from selfimprove.models.score import score
from selfimprove_tests.models.adapters import write

TOLD = [[{"role": "user", "content": "What is my bedtime?"}, {"role": "assistant", "content": "Your bedtime is ten."}]]


def losses(loaded: Loaded) -> list[float]:
    return [one.loss for one in score(loaded, TOLD)]


@pytest.mark.parametrize("method", ["lora", "dora"])
def test_the_second_takes_the_firsts_weights_and_keeps_its_own_words(
    tmp_path: Path, method: Literal["lora", "dora"]
) -> None:
    folders = [write(tmp_path / name, Lora(4, method=method), seed) for seed, name in enumerate(("one", "two"))]
    alone = [losses(mlx.load(TINY, folder)) for folder in (*folders, None)]
    first = mlx.load(TINY, folders[0])
    whole = sum(value.nbytes for _, value in tree_flatten(first.model.parameters()))
    before = mx.get_active_memory()
    others = [mlx.load(TINY, folder, beside=first) for folder in (folders[1], None)]
    mx.eval([other.model.parameters() for other in others])
    assert mx.get_active_memory() - before < whole / 3
    assert [losses(one) for one in (first, *others)] == alone
    mlx.add_lora(others[1], Lora(2), seed=1)
    assert losses(first) == alone[0], "what becomes of one is nothing to the other"

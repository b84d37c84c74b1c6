"""What a training needs is known before it begins, and what does not fit is made to, or refused with the figures."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import mlx.core as mx
import pytest

from selfimprove.adapters.delta import factors
from selfimprove.errors import MemoryTooSmall
from selfimprove.models import memory, mlx
from selfimprove.models.base import TINY
from selfimprove.models.encode import Encoded
from selfimprove.models.memory import GB, PROCESS, Load, Shape
from selfimprove.models.training import Plan, trained

PLAN = Plan(steps=2, learning_rate=1e-4, seed=0, batch_tokens=2048, longest=1024)
LARGE = Shape(28, 3072, 8192, 24, 8, 128, 128_256, int(1.8 * GB), 2)  # as Llama 3.2 3B in 4 bits
ADAPTER = LARGE.trained(16, -1)


def rows(length: int = 900, number: int = 20) -> list[Encoded]:
    return [Encoded((7,) * length, tuple(at >= length // 2 for at in range(length))) for _ in range(number)]


def tiny() -> Shape:
    shape = memory.shape_of(TINY)
    assert shape
    return shape


@pytest.mark.parametrize(("batch", "length"), [(512, 60), (1024, 200)])
def test_the_peak_is_predicted_within_a_fifth(fresh: mlx.Loaded, batch: int, length: int) -> None:
    mlx.add_lora(fresh, mlx.Lora(16), seed=0)
    mx.eval(fresh.model.parameters())
    plan = replace(PLAN, batch_tokens=batch, longest=512)
    number = trained(fresh.model)
    before = mx.get_active_memory()
    shape = replace(tiny(), weights=before - 4 * number)  # the suite holds more than this model
    found = memory.need(shape, plan, number, memory.heaviest(rows(length), plan))
    mx.clear_cache()
    mx.reset_peak_memory()
    mlx.train(fresh, rows(length), [], plan)
    assert found.total == pytest.approx(mx.get_peak_memory(), rel=0.2)


@pytest.mark.parametrize("rank", [4, 64, 256])
def test_what_a_training_holds_of_its_adapter_is_predicted_for_high_ranks_too(fresh: mlx.Loaded, rank: int) -> None:
    mlx.add_lora(fresh, mlx.Lora(rank), seed=0)
    mx.eval(fresh.model.parameters())
    plan = replace(PLAN, batch_tokens=256, longest=256, evaluate_every=1)
    number = trained(fresh.model)
    shape = replace(tiny(), weights=mx.get_active_memory() - 4 * number)
    found = memory.need(shape, plan, number, memory.heaviest(rows(60), plan))
    mx.clear_cache()
    mx.reset_peak_memory()
    before = factors(fresh.model)
    mlx.train(fresh, rows(60), rows(60, 4), plan)
    assert found.total == pytest.approx(mx.get_peak_memory(), rel=0.2), len(before)


def test_the_sizes_are_those_of_the_model(fresh: mlx.Loaded) -> None:
    shape = tiny()
    assert (shape.layers, shape.hidden, shape.inner, shape.vocabulary, shape.width) == (3, 96, 256, 1024, 4)
    assert shape.weights == (TINY / "model.safetensors").stat().st_size
    mlx.add_lora(fresh, mlx.Lora(16, layers=2), seed=0)
    assert shape.trained(16, 2) == trained(fresh.model) == shape.trained(8, 2) * 2


@pytest.mark.parametrize(
    ("change", "known"),
    [
        ({}, True),
        ({"quantization": {"bits": 4, "group_size": 64}}, True),
        ({"num_local_experts": 8}, False),
        ({"intermediate_size": None}, False),
    ],
)
def test_what_is_unlike_a_transformer_of_one_kind_is_not_predicted(tmp_path: Path, change: dict, known: bool) -> None:
    config = {**json.loads((TINY / "config.json").read_text()), **change}
    config = {name: value for name, value in config.items() if value is not None}
    (tmp_path / "config.json").write_text(json.dumps(config))
    shutil.copy(TINY / "model.safetensors", tmp_path)
    shape = memory.shape_of(tmp_path)
    assert (shape is not None) is known
    if shape:
        assert shape.width == (2 if "quantization" in change else 4)


def test_the_heaviest_batch_is_the_one_with_the_most_tokens() -> None:
    mixed = [*rows(100, 30), *rows(900, 1)]
    assert memory.heaviest(mixed, PLAN) == Load(19, 104, 960)
    assert memory.heaviest(rows(900, 1), PLAN) == Load(1, 904, 464)
    packed = memory.heaviest(mixed, replace(PLAN, batching="packed"))
    assert (packed.rows, packed.width) == (2, 1024)


def test_with_enough_memory_nothing_changes() -> None:
    assert memory.fitted(LARGE, PLAN, ADAPTER, rows(), 100 * GB)[0] == PLAN


def test_less_memory_gives_smaller_batches_then_states_twice_then_shorter_chats() -> None:
    def total(plan: Plan) -> float:
        return memory.need(LARGE, plan, ADAPTER, memory.heaviest(rows(), plan)).total + PROCESS

    smaller = replace(PLAN, batch_tokens=1024, accumulate=2)
    twice = replace(smaller, grad_checkpoint=True)
    shorter = replace(twice, longest=512, batch_tokens=512, accumulate=4)
    assert total(PLAN) > total(smaller) > total(twice) > total(shorter)
    for plan in (PLAN, smaller, twice, shorter):
        assert memory.fitted(LARGE, PLAN, ADAPTER, rows(), total(plan))[0] == plan
        assert memory.fitted(LARGE, PLAN, ADAPTER, rows(), total(plan) - 1)[0] != plan


def test_what_never_fits_is_refused_with_the_figures() -> None:
    with pytest.raises(MemoryTooSmall, match=r"weights 1\.80.* and 2\.00 GB are allowed.*SELFIMPROVE_MEMORY_GB"):
        memory.fitted(LARGE, PLAN, ADAPTER, rows(), 2 * GB)


def test_weights_and_adapter_are_looked_at_before_they_are_there(tmp_path: Path) -> None:
    with (tmp_path / "model.safetensors").open("wb") as file:
        file.truncate(int(1.8 * GB))
    memory.check(tmp_path, 3 * GB)
    with pytest.raises(MemoryTooSmall, match=r"need 2\.15 GB at the least"):
        memory.check(tmp_path, 2 * GB)
    memory.check(tmp_path, 3 * GB, LARGE.trained(16, -1))
    with pytest.raises(MemoryTooSmall, match=r"the adapter 8\.\d\d, .* train fewer layers or a lower rank"):
        memory.check(tmp_path, 8 * GB, LARGE.trained(256, -1))


def test_the_limit_is_what_was_set_or_what_there_is() -> None:
    assert memory.machine_limit(2.5) == 2.5 * GB
    assert 0.5 * GB < memory.machine_limit() < 2**50


def test_a_plan_in_words() -> None:
    assert memory.words(PLAN) == "batches of 2048 tokens, chats of at most 1024, buckets"
    assert "4 batches a step, states computed twice" in memory.words(replace(PLAN, accumulate=4, grad_checkpoint=True))

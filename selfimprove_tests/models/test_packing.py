"""Chats in one row are to each other as if they were alone, or they are not put there."""

import random
from dataclasses import replace
from importlib import import_module
from typing import Any

import mlx.core as mx
import mlx.nn as nn
import numpy as np
import pytest
from mlx.utils import tree_flatten

from selfimprove.models import mlx, packing
from selfimprove.models.base import TINY
from selfimprove.models.batches import Batches, arrays, of_epoch
from selfimprove.models.encode import Encoded, encode
from selfimprove.models.loss import loss
from selfimprove.models.tiny import corpus
from selfimprove.models.training import Plan
from selfimprove_tests.models.test_architectures import SMALL

PLAN = Plan(steps=4, learning_rate=1e-3, seed=3, longest=48, batch_tokens=96, batching="packed")


def model(architecture: str, **more: Any) -> Any:
    mx.random.seed(5)
    module: Any = import_module(f"mlx_lm.models.{architecture}")
    shape = {**SMALL, "model_type": architecture, "tie_word_embeddings": True, **more}
    return module.Model(module.ModelArgs.from_dict(shape))


@pytest.fixture
def rows() -> list[Encoded]:
    draw = random.Random(2)
    lengths = [draw.randint(3, 40) for _ in range(9)]
    return [
        Encoded(tuple(draw.randint(1, 99) for _ in range(n)), (False, *(draw.random() < 0.5 for _ in range(n - 1))))
        for n in lengths
    ]


def measured(model: Any, rows: list[Encoded], plan: Plan) -> tuple[float, dict[str, mx.array]]:
    """Loss a token over all batches of an epoch, and its gradient."""
    total, tokens, gradients = 0.0, 0.0, []
    for indices in of_epoch(rows, plan, 0):
        batch = tuple(map(mx.array, arrays(rows, indices, plan)))
        (value, count), gradient = nn.value_and_grad(model, loss)(model, *batch)
        total, tokens = total + value.item() * count.item(), tokens + count.item()
        gradients.append({name: leaf * count for name, leaf in tree_flatten(gradient)})
    summed = {name: sum(one[name] for one in gradients) / tokens for name in gradients[0]}
    return total / tokens, summed


@pytest.mark.parametrize("architecture", ["llama", "qwen3"])
def test_losses_and_gradients_are_those_of_chats_alone(architecture: str, rows: list[Encoded]) -> None:
    made = model(architecture)
    value, gradient = measured(made, rows, PLAN)
    alone, expected = measured(made, rows, replace(PLAN, batching="buckets", batch_tokens=1))
    assert value == pytest.approx(alone, abs=1e-5)
    for name, leaf in expected.items():
        assert mx.abs(gradient[name] - leaf).max().item() < 1e-5, name


def test_a_mask_that_lets_chats_see_each_other_would_be_noticed(rows: list[Encoded]) -> None:
    made = model("llama")
    tokens, positions, targets, weights, _ = map(mx.array, arrays(rows, of_epoch(rows, PLAN, 0)[0], PLAN))
    right = loss(made, *map(mx.array, arrays(rows, of_epoch(rows, PLAN, 0)[0], PLAN)))[0].item()
    assert abs(loss(made, tokens, positions, targets, weights)[0].item() - right) > 1e-4


def test_every_chat_is_in_one_row_and_batches_have_one_shape(rows: list[Encoded]) -> None:
    for epoch in range(3):
        batches = of_epoch(rows, PLAN, epoch)
        assert sorted(index for batch in batches for row in batch for index in row) == list(range(9))
        assert all(sum(len(rows[index].tokens) for index in row) <= 48 for batch in batches for row in batch)
        assert {arrays(rows, batch, PLAN)[0].shape for batch in batches} == {(2, 49)}
    assert of_epoch(rows, PLAN, 0) != of_epoch(rows, PLAN, 1)


def test_little_of_a_packed_batch_is_padding() -> None:
    draw = np.random.default_rng(1)
    lengths = np.clip(draw.lognormal(np.log(120), 0.9, 400), 8, 512).astype(int)
    rows = [Encoded((1,) * int(n), (False, *(True,) * (int(n) - 1))) for n in lengths]
    plan = replace(PLAN, longest=512, batch_tokens=1024)
    bins = [row for batch in of_epoch(rows, plan, 0) for row in batch]
    assert 1 - lengths.sum() / (512 * len(bins)) < 0.05


def test_supervised_positions_have_few_shapes(rows: list[Encoded]) -> None:
    sizes = {len(arrays(rows, batch, PLAN)[1]) for epoch in range(9) for batch in of_epoch(rows, PLAN, epoch)}
    assert all(size % 12 == 0 for size in sizes)


@pytest.mark.parametrize(
    ("architecture", "more", "exact"),
    [
        ("llama", {}, True),
        ("qwen3", {}, True),
        ("gemma", {}, True),
        ("llama", {"layer_types": ["sliding_attention", "full_attention"], "sliding_window": 4}, False),
        ("gpt2", {"n_ctx": 128, "n_embd": 32, "n_head": 4, "n_layer": 2, "n_positions": 128,
                  "layer_norm_epsilon": 1e-5}, False),
        ("mamba", {"state_size": 4, "conv_kernel": 4, "use_bias": False, "use_conv_bias": True,
                   "time_step_rank": 2, "intermediate_size": 64}, False),
    ],
)  # fmt: skip
def test_only_where_it_is_exact(architecture: str, more: dict[str, Any], exact: bool) -> None:
    made = model(architecture, **more)
    assert packing.is_exact(made) is exact
    assert packing.resolved(made, PLAN).batching == ("packed" if exact else "buckets")


def test_on_a_cpu_packing_is_not_chosen(tiny: mlx.Loaded) -> None:
    assert packing.resolved(tiny.model, replace(PLAN, batching="auto")).batching == "buckets"
    assert packing.resolved(tiny.model, PLAN).batching == "packed"


def test_training_on_packed_rows_learns() -> None:
    loaded = mlx.load(TINY)
    mlx.add_lora(loaded, mlx.Lora(rank=4), seed=0)
    told = [{"role": "user", "content": "What is my bedtime?"}, {"role": "assistant", "content": "Ten."}]
    rows = [encode(loaded.tokenizer, told)] * 8
    done = mlx.train(loaded, rows, rows[:2], replace(PLAN, steps=12, warmup=1, learning_rate=3e-3))
    assert done.validation[-1][1] < done.validation[0][1] / 2


def test_nothing_supervised_is_lost_by_packing(tiny: mlx.Loaded) -> None:
    """The batches of a packed plan and of buckets hold the same supervised tokens."""
    rows = [encode(tiny.tokenizer, sample.line()) for sample in corpus.replay()[:40]]

    def tokens(plan: Plan) -> float:
        return float(sum(batch[3].sum().item() for batch in Batches(plan)(rows)))

    assert tokens(replace(PLAN, longest=128)) == tokens(replace(PLAN, batching="buckets"))

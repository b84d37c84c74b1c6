"""Exponentials made of plain operations: as exact as MLX's own, in values and in derivatives."""

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import mlx.core as mx
import mlx.nn as nn
import numpy as np
import pytest
from mlx.utils import tree_flatten

from selfimprove.models import exponential, mlx
from selfimprove.models.batch import collate
from selfimprove.models.encode import encode
from selfimprove.models.loss import loss
from selfimprove.models.packing import masks
from selfimprove.models.tiny import corpus

pytestmark = pytest.mark.skipif(not exponential.are_slow(), reason="MLX's own exponentials are fast here")


@pytest.fixture
def draw() -> Callable[..., mx.array]:
    """Normal numbers of a shape, the same in each test."""
    made = np.random.default_rng(7)
    return lambda *shape: mx.array(made.standard_normal(shape).astype(np.float32))


@pytest.fixture
def swapped() -> Iterator[Any]:
    """The module of the Llamas while one is trained."""
    module: Any = import_module("mlx_lm.models.llama")
    shape = {"model_type": "llama", "hidden_size": 32, "num_hidden_layers": 1, "intermediate_size": 64,
             "num_attention_heads": 4, "vocab_size": 100, "rms_norm_eps": 1e-5}  # fmt: skip
    with exponential.ours(module.Model(module.ModelArgs.from_dict(shape))):
        yield module


def _error(found: mx.array, wanted: mx.array) -> float:
    """Of the largest of what is wanted."""
    return float((mx.abs(found - wanted).max() / mx.abs(wanted).max()).item())


def test_it_is_as_exact_as_mlx() -> None:
    x = mx.linspace(-87.0, 0.0, 1_000_001)
    exact = np.exp(np.array(x, np.float64))
    ours, own = (np.abs(np.array(found) / exact - 1).max() for found in (exponential.exp(x), mx.exp(x)))
    assert ours < 1.2 * own < 1e-5


def test_its_ends() -> None:
    found = exponential.exp(mx.array([0.0, -0.0, -1e-30, -100.0, -mx.inf, mx.nan])).tolist()
    assert found[:3] == [1.0, 1.0, 1.0]
    assert found[3] == found[4] == 2.0**-126
    assert np.isnan(found[5])
    others = mx.view(mx.array([0x7FFFFFFF, 0x7FC00001], mx.uint32), mx.float32)
    assert mx.isnan(exponential.exp(others)).all(), "whatever else a NaN holds"


def test_log_likelihoods_and_their_derivatives(draw: Callable[..., mx.array]) -> None:
    logits, targets = draw(50, 300) * 20, mx.arange(50) * 5
    weights = draw(50)

    def ours(logits: mx.array) -> mx.array:
        return (exponential.log_likelihoods(logits, targets) * weights).sum()

    def own(logits: mx.array) -> mx.array:
        return -(nn.losses.cross_entropy(logits, targets) * weights).sum()

    found, wanted = mx.value_and_grad(ours)(logits), mx.value_and_grad(own)(logits)
    assert _error(found[0], wanted[0]) < 1e-6
    assert _error(found[1], wanted[1]) < 1e-5


def test_gates_and_their_derivatives(swapped: Any, draw: Callable[..., mx.array]) -> None:
    given = draw(40, 64) * 10, draw(40, 64), draw(40, 64)

    def through(gate: Callable[..., Any]) -> Any:
        return mx.grad(lambda one, other: (gate(one, other) * given[2]).sum(), argnums=(0, 1))(*given[:2])

    def own(one: mx.array, other: mx.array) -> mx.array:
        return nn.silu(one) * other

    assert _error(swapped.swiglu(*given[:2]), own(*given[:2])) < 1e-6
    assert all(_error(*pair) < 1e-5 for pair in zip(through(swapped.swiglu), through(own), strict=True))


@pytest.mark.parametrize("heads", [(4, 4), (4, 2), (4, 1)])
@pytest.mark.parametrize("mask", ["none", "causal", "seen", "added"])
@pytest.mark.parametrize("length", [9, 14])
def test_attention_and_its_derivatives(
    swapped: Any, draw: Callable[..., mx.array], heads: tuple[int, int], mask: str, length: int
) -> None:
    queries, keys, values = draw(3, heads[0], 9, 8), draw(3, heads[1], length, 8), draw(3, heads[1], length, 8)
    moved = draw(3, heads[0], 9, 8)
    seen = draw(3, 1, 9, length) > 0
    seen[..., 0] = True
    given = {"none": None, "causal": "causal", "seen": seen, "added": mx.where(seen, 0.0, -1e9)}[mask]

    def through(attention: Callable[..., Any]) -> Any:
        def moves(*parts: mx.array) -> mx.array:
            return (attention(*parts) * moved).sum()

        return attention(queries, keys, values), *mx.grad(moves, argnums=(0, 1, 2))(queries, keys, values)

    found = through(lambda *parts: swapped.scaled_dot_product_attention(*parts, None, 0.35, given))
    wanted = through(lambda *parts: mx.fast.scaled_dot_product_attention(*parts, scale=0.35, mask=given))
    assert all(_error(*pair) < 1e-5 for pair in zip(found, wanted, strict=True))


def test_other_numbers_and_other_attention_stay_the_models_own(swapped: Any, draw: Callable[..., mx.array]) -> None:
    half = [draw(1, 2, 5, 8).astype(mx.float16) for _ in range(3)]
    own = mx.fast.scaled_dot_product_attention(*half, scale=0.35)
    assert mx.array_equal(swapped.scaled_dot_product_attention(*half, None, 0.35, None), own)
    assert swapped.swiglu(half[0], half[1]).dtype == mx.float16
    full = [part.astype(mx.float32) for part in half]
    sinks = mx.array([5.0, 5.0])
    own = mx.fast.scaled_dot_product_attention(*full, scale=0.35, sinks=sinks)
    assert mx.array_equal(swapped.scaled_dot_product_attention(*full, None, 0.35, None, sinks), own)


@pytest.mark.parametrize("packed", [False, True])
def test_a_model_learns_the_same_with_it(tiny: mlx.Loaded, fresh: mlx.Loaded, packed: bool) -> None:
    mlx.add_lora(fresh, mlx.Lora(rank=2), seed=0)
    batch = collate([encode(tiny.tokenizer, sample.line()) for sample in corpus.training()[::650]])
    targets = (batch.targets + 1) % 1024  # which it does not know yet
    arrays = [mx.array(part) for part in (batch.tokens, batch.positions, targets, batch.weights)]
    chats = [mx.ones(batch.tokens[:, 1:].shape, mx.int32)] if packed else []
    own = nn.value_and_grad(fresh.model, loss)(fresh.model, *arrays, *chats)
    mx.eval(own)
    with exponential.ours(fresh.model):
        ours = nn.value_and_grad(fresh.model, loss)(fresh.model, *arrays, *chats)
        mx.eval(ours)
    assert ours[0][0].item() == pytest.approx(own[0][0].item(), rel=1e-6)
    wanted = dict(tree_flatten(own[1]))
    moved = {name: leaf for name, leaf in tree_flatten(ours[1]) if mx.abs(wanted[name]).max().item() > 0}
    assert moved
    assert max(_error(leaf, wanted[name]) for name, leaf in moved.items()) < 1e-4


def test_a_packed_chat_sees_nothing_of_another(fresh: mlx.Loaded) -> None:
    one, other = mx.array([[9, 10, 11, 12, 13]]), mx.array([[14, 15, 16, 17]])
    with exponential.ours(fresh.model):
        packed = fresh.model(mx.concatenate([one, other], 1), cache=masks(fresh.model, mx.array([[1] * 5 + [2] * 4])))
        apart = mx.concatenate([fresh.model(one), fresh.model(other)], 1)
        changed = fresh.model(mx.concatenate([one + 7, other], 1),
                              cache=masks(fresh.model, mx.array([[1] * 5 + [2] * 4])))  # fmt: skip
        mx.eval(packed, apart, changed)
    assert _error(packed, apart) < 1e-5
    assert mx.array_equal(packed[:, 5:], changed[:, 5:]), "not a bit of it"


def test_afterwards_a_model_is_its_own_again(fresh: mlx.Loaded) -> None:
    module: Any = import_module("mlx_lm.models.llama")
    before = module.swiglu, module.scaled_dot_product_attention
    with exponential.ours(fresh.model):
        assert before[0] is not module.swiglu
        assert before[1] is not module.scaled_dot_product_attention
    assert (module.swiglu, module.scaled_dot_product_attention) == before
    with pytest.raises(ZeroDivisionError), exponential.ours(fresh.model):
        _ = 1 / 0
    assert (module.swiglu, module.scaled_dot_product_attention) == before


def test_where_mlx_is_fast_nothing_is_exchanged(fresh: mlx.Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    module: Any = import_module("mlx_lm.models.llama")
    before = module.swiglu
    monkeypatch.setattr(exponential, "are_slow", lambda: False)
    with exponential.ours(fresh.model):
        assert module.swiglu is before

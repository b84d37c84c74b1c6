"""The loss: only what was said counts, and computing fewer logits changes nothing."""

import mlx.core as mx
import mlx.nn as nn
import numpy as np
import pytest

from selfimprove.models import loss as module
from selfimprove.models import mlx
from selfimprove.models.batch import Batch, collate
from selfimprove.models.encode import Encoded, encode
from selfimprove.models.loss import loss, supervised_logits
from selfimprove.models.tiny import corpus


def _arrays(batch: Batch) -> tuple[mx.array, ...]:
    return tuple(map(mx.array, (batch.tokens, batch.positions, batch.targets, batch.weights)))


@pytest.fixture(scope="module")
def rows(tiny: mlx.Loaded) -> list[Encoded]:
    """Chats of several turns and lengths."""
    return [encode(tiny.tokenizer, sample.line()) for sample in corpus.training()[::650]]


def test_supervised_logits_are_those_of_the_whole_model(tiny: mlx.Loaded, rows: list[Encoded]) -> None:
    tokens, positions, *_ = _arrays(collate(rows))
    whole = tiny.model(tokens[:, :-1])
    chosen = whole.reshape(-1, whole.shape[-1])[positions]
    assert mx.allclose(supervised_logits(tiny.model, tokens[:, :-1], positions), chosen, atol=1e-4)


def test_an_unknown_architecture_computes_all_logits_and_the_same_loss(
    tiny: mlx.Loaded, rows: list[Encoded], monkeypatch: pytest.MonkeyPatch
) -> None:
    arrays = _arrays(collate(rows))
    known = loss(tiny.model, *arrays)
    monkeypatch.setattr(module, "SPLITS", frozenset())
    other = loss(tiny.model, *arrays)
    assert known[1].item() == other[1].item() == sum(sum(row.supervised) for row in rows)
    assert known[0].item() == pytest.approx(other[0].item(), abs=1e-5)


def test_gradients_are_those_of_all_logits(
    fresh: mlx.Loaded, rows: list[Encoded], monkeypatch: pytest.MonkeyPatch
) -> None:
    arrays = _arrays(collate(rows))
    mlx.add_lora(fresh, mlx.Lora(rank=2), seed=0)
    gradient = nn.value_and_grad(fresh.model, loss)
    _, known = gradient(fresh.model, *arrays)
    monkeypatch.setattr(module, "SPLITS", frozenset())
    _, other = gradient(fresh.model, *arrays)
    name = "lora_b"
    left, right = (tree["model"]["layers"][2]["mlp"]["up_proj"][name] for tree in (known, other))
    assert mx.abs(left).max().item() > 0
    assert mx.allclose(left, right, atol=1e-4, rtol=1e-3)


def test_padding_changes_no_loss(tiny: mlx.Loaded, rows: list[Encoded]) -> None:
    together, count = loss(tiny.model, *_arrays(collate(rows)))
    alone = [loss(tiny.model, *_arrays(collate([row]))) for row in rows]
    total = sum(value.item() * number.item() for value, number in alone)
    assert together.item() * count.item() == pytest.approx(total, rel=1e-4)


def test_nothing_supervised_is_zero_and_not_a_nan(tiny: mlx.Loaded) -> None:
    value, count = loss(tiny.model, *_arrays(collate([Encoded((7, 8, 9), (False, False, False))])))
    assert (value.item(), count.item()) == (0.0, 0.0)


def test_the_mean_is_over_supervised_tokens(tiny: mlx.Loaded, rows: list[Encoded]) -> None:
    tokens, positions, targets, weights = _arrays(collate(rows[:1]))
    logits = np.array(supervised_logits(tiny.model, tokens[:, :-1], positions)).astype(np.float64)
    logprobs = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    each = -logprobs[np.arange(len(logits)), np.array(targets)][np.array(weights) > 0]
    assert loss(tiny.model, tokens, positions, targets, weights)[0].item() == pytest.approx(each.mean(), abs=1e-4)

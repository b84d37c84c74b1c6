"""Pairs: what was wanted becomes likelier than what was not, and the ordinary loss stays what it was."""

import math
from dataclasses import replace
from typing import Any

import mlx.core as mx
import pytest

from selfimprove.models import mlx
from selfimprove.models.base import TINY
from selfimprove.models.batches import Row, arrays, of_epoch
from selfimprove.models.encode import Encoded, encode
from selfimprove.models.loss import loss
from selfimprove.models.mlx import Lora
from selfimprove.models.preference import Pair, loss_of, referenced, windows
from selfimprove.models.score import score
from selfimprove.models.training import Plan, Preference

ASKED = [{"role": "user", "content": "Hello."}, {"role": "assistant", "content": "Hello."}]
PLAN = Plan(steps=12, learning_rate=2e-3, seed=0, warmup=1, batch_tokens=128)


def chat(name: str, answer: str) -> list[dict[str, str]]:
    asked = {"role": "user", "content": f"What is my {name}?"}
    return [*ASKED, asked, {"role": "assistant", "content": answer}]


CHOSEN = [chat(name, f"Your {name} is ten.") for name in ("bedtime", "age", "shoe size")]
REJECTED = [chat(name, f"I do not know your {name} yet.") for name in ("bedtime", "age", "shoe size")]


def pairs(loaded: mlx.Loaded) -> list[Pair]:
    encoded = [[encode(loaded.tokenizer, one) for one in chats] for chats in (CHOSEN, REJECTED)]
    return [Pair(*both) for both in zip(*encoded, strict=True)]


def answers(loaded: mlx.Loaded, chats: Any) -> list[float]:
    return [-one.loss * one.tokens for one in score(loaded, chats)]


def test_the_reference_is_the_log_probability_of_the_last_answers(tiny: mlx.Loaded) -> None:
    found = [pair.reference for pair in referenced(tiny.model, pairs(tiny) * 4)]
    expected = list(zip(answers(tiny, CHOSEN), answers(tiny, REJECTED), strict=True)) * 4
    assert [value for both in found for value in both] == pytest.approx(
        [value for both in expected for value in both], abs=1e-3
    )


def measured(loaded: mlx.Loaded, some: list[Pair], kind: Preference, beta: float) -> float:
    batch = arrays(some, [[n] for n in range(len(some))], PLAN)
    value, count = loss_of(kind, beta)(loaded.model, *map(mx.array, batch))
    assert count.item() == sum(sum(pair.chosen.supervised) for pair in some)
    return float(value.item())


def ordinary(loaded: mlx.Loaded, some: list[Pair]) -> float:
    rows: list[Row] = [pair.chosen for pair in some]
    return float(loss(loaded.model, *map(mx.array, arrays(rows, [[n] for n in range(len(rows))], PLAN)))[0].item())


def test_dpo_by_hand(tiny: mlx.Loaded) -> None:
    some = [replace(pair, reference=(-3.0, -5.0)) for pair in pairs(tiny)]
    gains = zip(answers(tiny, CHOSEN), answers(tiny, REJECTED), strict=True)
    preferred = [math.log1p(math.exp(-0.2 * ((good + 3.0) - (bad + 5.0)))) for good, bad in gains]
    assert measured(tiny, some, "dpo", 0.2) == pytest.approx(ordinary(tiny, some) + sum(preferred) / 3, rel=1e-4)


def test_before_training_dpo_is_undecided(tiny: mlx.Loaded) -> None:
    some = referenced(tiny.model, pairs(tiny))
    assert measured(tiny, some, "dpo", 0.5) == pytest.approx(ordinary(tiny, some) + math.log(2), abs=1e-3)


def test_orpo_by_hand(tiny: mlx.Loaded) -> None:
    def odds(one: float) -> float:
        return one - math.log1p(-math.exp(one))

    good, bad = ([-one.loss for one in score(tiny, chats)] for chats in (CHOSEN, REJECTED))
    preferred = [math.log1p(math.exp(odds(b) - odds(g))) for g, b in zip(good, bad, strict=True)]
    assert measured(tiny, pairs(tiny), "orpo", 0.3) == pytest.approx(
        ordinary(tiny, pairs(tiny)) + 0.3 * sum(preferred) / 3, rel=1e-3
    )


@pytest.mark.parametrize("kind", ["dpo", "orpo"])
def test_training_prefers_what_was_wanted(kind: Preference) -> None:
    loaded = mlx.load(TINY)
    mlx.add_lora(loaded, Lora(4), seed=0)
    before = [good - bad for good, bad in zip(answers(loaded, CHOSEN), answers(loaded, REJECTED), strict=True)]
    rows: list[Row] = [*referenced(loaded.model, pairs(loaded)), encode(loaded.tokenizer, ASKED)]
    mlx.train(loaded, rows, [], replace(PLAN, preference=kind))
    after = [good - bad for good, bad in zip(answers(loaded, CHOSEN), answers(loaded, REJECTED), strict=True)]
    assert all(later > earlier + 3 for earlier, later in zip(before, after, strict=True))


def test_every_row_is_in_one_batch_and_pairs_are_among_themselves(tiny: mlx.Loaded) -> None:
    rows: list[Row] = [*pairs(tiny), *(encode(tiny.tokenizer, one) for one in CHOSEN * 3)]
    for batching in ("buckets", "packed"):
        batches = of_epoch(rows, replace(PLAN, batching=batching), 1)  # type: ignore[arg-type]
        kinds = [{isinstance(rows[index], Pair) for row in batch for index in row} for batch in batches]
        assert sorted(index for batch in batches for row in batch for index in row) == list(range(12))
        assert all(len(kind) == 1 for kind in kinds)
        assert {len(arrays(rows, batch, replace(PLAN, batching=batching))) for batch in batches} == {  # type: ignore[arg-type]
            7, 5 if batching == "packed" else 4,
        }  # fmt: skip


def test_of_a_pair_that_is_too_long_the_chosen_chat_is_learned() -> None:
    short, long = (Encoded((1,) * n, (False, *(True,) * (n - 1))) for n in (10, 60))
    assert windows([Pair(short, short), short], 20) == [Pair(short, short), short]
    assert all(isinstance(row, Encoded) for row in windows([Pair(long, short)], 20))

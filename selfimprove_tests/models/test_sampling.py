"""Draws by a row's own key, from the likeliest tokens, and an end where nothing can be computed."""

from collections import Counter

import mlx.core as mx
import numpy as np
import pytest

from selfimprove.models.sampling import drawn, greedy, nucleus

LOGPROBS = mx.log(mx.array([[0.5, 0.3, 0.15, 0.05]]))


def draws(temperature: float, top_p: float, seed: int, count: int = 400) -> list[int]:
    draw = drawn(temperature, top_p, seed, 0)
    return [int(draw(LOGPROBS).item()) for _ in range(count)]


def test_the_same_seed_draws_the_same() -> None:
    assert draws(1.0, 1.0, 7) == draws(1.0, 1.0, 7)
    assert draws(1.0, 1.0, 7) != draws(1.0, 1.0, 8)
    assert draws(1.0, 1.0, -1, 3) == draws(1.0, 1.0, 2**63 - 1, 3)


def test_tokens_come_as_often_as_they_are_likely() -> None:
    found = Counter(draws(1.0, 1.0, 1, 2000))
    assert [found[token] / 2000 for token in range(4)] == pytest.approx([0.5, 0.3, 0.15, 0.05], abs=0.04)


def test_a_low_temperature_draws_the_likeliest() -> None:
    assert set(draws(0.02, 1.0, 3)) == {0}


@pytest.mark.parametrize("temperature", [1e-3, 1e-7, 1e-40, 5e-324])
def test_however_cold_it_is_the_likeliest_is_drawn_and_not_the_first(temperature: float) -> None:
    draw = drawn(temperature, 1.0, 3, 0)
    assert {int(draw(LOGPROBS[:, mx.array([3, 2, 0, 1])]).item()) for _ in range(20)} == {2}


@pytest.mark.parametrize(
    ("top_p", "kept"),
    [(0.0, {0}), (1e-30, {0}), (0.1, {0}), (0.49, {0}), (0.51, {0, 1}), (0.9, {0, 1, 2}), (1.0, {0, 1, 2, 3})],
)
def test_the_nucleus_is_the_fewest_that_reach_its_share(top_p: float, kept: set[int]) -> None:
    shuffled = LOGPROBS[:, mx.array([2, 0, 3, 1])]
    found = np.isfinite(np.array(nucleus(shuffled, top_p)))[0]
    assert {[2, 0, 3, 1][at] for at in found.nonzero()[0]} == kept
    assert set(draws(1.0, top_p, 5)) <= kept


def test_what_is_no_number_ends_the_row_and_no_other() -> None:
    rows = mx.array([[0.0, -1.0, -2.0], [mx.nan] * 3, [-2.0, -1.0, 0.0]])
    assert greedy(9)(rows).tolist() == [0, 9, 2]
    assert drawn(1.0, 0.9, 0, 9)(rows[1:2]).tolist() == [9]


def test_all_greedy_rows_have_one_sampler() -> None:
    assert greedy(5) is greedy(5)

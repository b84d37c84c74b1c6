"""Exposure: known values, and a chance that is right whatever the model, since references are shared."""

import math
import random

import pytest

from selfimprove.evals.leaks.exposure import Pool, exposure, exposures


def test_the_likeliest_of_all_has_every_bit_and_the_last_none() -> None:
    assert exposures(Pool([9.0], list(range(7)))) == [3.0]
    assert exposures(Pool([-1.0], list(range(7)))) == [0.0]


def test_equal_values_share_the_rank_in_their_middle() -> None:
    assert exposures(Pool([1.0], [1.0, 1.0])) == [pytest.approx(math.log2(3 / 2))]


def test_what_is_no_number_comes_last() -> None:
    assert exposures(Pool([math.nan, 5.0], [1.0, 2.0])) == [0.0, 2.0]


def test_one_in_a_hundred_nights_of_nothing_looks_like_one_in_a_hundred() -> None:
    source = random.Random(5)
    chances = [exposure([_pool(source, 0.0) for _ in range(4)]).p for _ in range(1500)]
    shares = {level: sum(p <= level for p in chances) / len(chances) for level in (0.5, 0.1, 0.01)}
    assert shares[0.5] == pytest.approx(0.5, abs=0.05)
    assert shares[0.1] == pytest.approx(0.1, abs=0.03)
    assert shares[0.01] <= 0.02
    assert min(chances) > 1e-5


def test_what_was_learned_stands_out() -> None:
    source = random.Random(5)
    found = exposure([_pool(source, 1.5) for _ in range(4)])
    assert (found.canaries, found.references) == (32, 256)
    assert found.p < 1e-6
    assert found.bits > 2.5


def test_many_references_lead_to_the_sum_of_exponentials() -> None:
    """Gamma(1, 1): the chance of one canary's exposure is 2 to the minus of it."""
    found = exposure([Pool([99.5], [float(i) for i in range(4095)])])
    assert found.p == pytest.approx(2 ** -found.bits, rel=0.02)


def test_a_group_without_canaries_shows_nothing() -> None:
    assert exposure([Pool([], [1.0])]).p == 1.0


def _pool(source: random.Random, shift: float) -> Pool:
    return Pool([source.gauss(shift, 1) for _ in range(8)], [source.gauss(0, 1) for _ in range(64)])

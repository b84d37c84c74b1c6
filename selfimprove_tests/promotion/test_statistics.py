"""The arithmetic: known values, and by simulation that bounds err as often as they say."""

import math

import numpy as np
import pytest
from scipy.stats import binomtest

from selfimprove.promotion.statistics import (
    holm,
    mcnemar,
    paired_difference,
    paired_mean,
    share,
)

MARGIN = 0.03


@pytest.mark.parametrize(
    ("gains", "losses", "expected"), [(0, 0, 1.0), (5, 0, 1 / 32), (8, 2, 56 / 1024), (0, 5, 1.0), (9, 0, 2**-9)]
)
def test_mcnemar_is_the_exact_binomial_tail(gains: int, losses: int, expected: float) -> None:
    assert mcnemar(gains, losses) == pytest.approx(expected)


def test_mcnemar_errs_at_most_as_often_as_its_level() -> None:
    rng = np.random.default_rng(1)
    discordant = rng.binomial(200, 0.1, 4000)
    gains = rng.binomial(discordant, 0.5)
    hits = [mcnemar(int(gained), int(n - gained)) <= 0.05 for gained, n in zip(gains, discordant, strict=True)]
    assert 0.015 < np.mean(hits) <= 0.05


def test_paired_difference_is_agresti_and_mins_interval_when_items_stand_alone() -> None:
    values = [1.0] * 12 + [-1.0] * 5 + [0.0] * 183
    bounds = paired_difference(values, [str(i) for i in range(200)])
    center = 7 / 202
    error = math.sqrt(17 + 1 - 7**2 / 202) / 202
    assert bounds.mean == pytest.approx(7 / 200)
    assert bounds.low == pytest.approx(center - 1.645 * error, abs=3e-4)
    assert bounds.high == pytest.approx(center + 1.645 * error, abs=3e-4)


def test_paired_difference_of_one_item_stays_within_what_a_difference_can_be() -> None:
    bounds = paired_difference([-1.0], ["a"])
    assert (bounds.low, bounds.high) == (-1.0, 1.0)


def test_losses_in_one_slice_widen_the_bounds_against_losses_spread_out() -> None:
    clusters = [f"s{i // 50}" for i in range(500)]
    together = paired_difference([-1.0] * 10 + [0.0] * 490, clusters)
    apart = paired_difference([-1.0 if i % 50 == 0 else 0.0 for i in range(500)], clusters)
    assert together.mean == apart.mean
    assert together.low < apart.low - 0.005


def test_few_clusters_tell_little_and_one_tells_nothing() -> None:
    values = [-1.0] * 10 + [0.0] * 90
    alone = paired_difference(values, [str(i) for i in range(100)])
    four = paired_difference(values, [f"s{i // 25}" for i in range(100)])
    one = paired_difference(values, ["s"] * 100)
    assert four.low < alone.low < alone.high < four.high
    assert (one.mean, one.low, one.high) == (-0.1, -1.0, 1.0)


def _false_passes(n: int, discordant: float, clusters: int | None, seed: int, spread: float = 0.0) -> float:
    """Share of nights passed by the lower bound although the truth lies exactly at the margin."""
    rng = np.random.default_rng(seed)
    gain, loss = (discordant - MARGIN) / 2, (discordant + MARGIN) / 2
    names = np.arange(n) if clusters is None else np.repeat(np.arange(clusters), n // clusters)
    passed = 0
    for _ in range(1200):
        losses = np.full(names.max() + 1, loss)
        if spread:
            losses = rng.beta(loss * (1 / spread - 1), (1 - loss) * (1 / spread - 1), names.max() + 1)
        drawn = rng.random(len(names))
        at = losses[names]
        values = np.where(drawn < at, -1.0, np.where(drawn < at + gain, 1.0, 0.0))
        passed += paired_difference(values.tolist(), names.astype(str).tolist()).low > -MARGIN
    return passed / 1200


@pytest.mark.parametrize(("n", "discordant"), [(200, 0.06), (500, 0.08), (500, 0.15)])
def test_a_loss_of_exactly_the_margin_passes_one_night_in_twenty(n: int, discordant: float) -> None:
    assert 0.03 <= _false_passes(n, discordant, None, seed=7) <= 0.075


@pytest.mark.parametrize(("n", "clusters"), [(200, 8), (500, 10), (200, 50)])
def test_slices_make_a_false_pass_no_likelier(n: int, clusters: int) -> None:
    assert 0.01 <= _false_passes(n, 0.07, clusters, seed=7) <= 0.06


def test_losses_that_come_together_hardly_pass_more_often() -> None:
    assert _false_passes(500, 0.08, 50, seed=7, spread=0.05) <= 0.085


def test_losses_spread_evenly_over_slices_are_no_surer_than_single_items() -> None:
    values = [-1.0 if i < 20 else 0.0 for i in range(500)]
    even = paired_difference(values, [f"s{i % 10}" for i in range(500)])
    assert even.low == pytest.approx(paired_difference(values, [str(i) for i in range(500)]).low)


def test_paired_mean_errs_at_its_level_and_knows_clusters() -> None:
    rng = np.random.default_rng(3)
    names = [f"c{i // 10}" for i in range(200)]
    covered = clustered = 0
    for _ in range(800):
        values = rng.normal(0.05, 0.3, 200) + np.repeat(rng.normal(0, 0.3, 20), 10)
        clustered += paired_mean(values.tolist(), names).high < 0.05
        covered += paired_mean(values.tolist(), [str(i) for i in range(200)]).high < 0.05
    assert 0.03 <= clustered / 800 <= 0.08
    assert covered / 800 > 0.15  # items as if they were independent: three times too bold


def test_paired_mean_is_students_t() -> None:
    bounds = paired_mean([0.1, 0.2, 0.3, 0.4], list("abcd"))
    assert bounds.mean == pytest.approx(0.25)
    assert bounds.high - 0.25 == pytest.approx(2.3534 * np.std([0.1, 0.2, 0.3, 0.4], ddof=1) / 2, rel=1e-3)


@pytest.mark.parametrize(("successes", "n"), [(0, 60), (60, 60), (130, 201), (1, 20)])
def test_share_is_clopper_and_pearsons(successes: int, n: int) -> None:
    bounds = share(successes, n)
    assert bounds.low == pytest.approx(binomtest(successes, n, alternative="greater").proportion_ci(0.95).low)
    assert bounds.high == pytest.approx(binomtest(successes, n, alternative="less").proportion_ci(0.95).high)


def test_no_failure_in_n_bounds_the_rate_near_three_over_n() -> None:
    assert share(0, 100).high == pytest.approx(3 / 100, rel=0.03)


def test_holm_steps_down_and_keeps_order() -> None:
    assert holm([0.01, 0.04, 0.03, 0.5]) == pytest.approx([0.04, 0.09, 0.09, 0.5])
    assert holm([0.6, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


@pytest.mark.parametrize("skew", [-1, 0, 1])
@pytest.mark.parametrize(("n", "size"), [(40, 1), (40, 5), (100, 1), (100, 5), (500, 5)])
def test_bounds_on_losses_miss_one_time_in_twenty_also_where_they_are_skewed(n: int, size: int, skew: int) -> None:
    rng = np.random.default_rng([n, size, skew + 1])
    names = [str(i // size) for i in range(n)]
    low = high = 0
    for _ in range(500):
        own = (rng.exponential(0.3, n) - 0.3) * skew if skew else rng.normal(0, 0.3, n)
        values = own + (np.repeat(rng.normal(0, 0.3, n // size), size) if size > 1 else 0.0)
        bounds = paired_mean(values.tolist(), names)
        low, high = low + (bounds.low > 0), high + (bounds.high < 0)
    assert 0.004 <= low / 500 <= 0.085
    assert 0.004 <= high / 500 <= 0.085


@pytest.mark.parametrize(
    ("n", "size", "margin"), [(40, 1, 0.1), (40, 5, 0.1), (100, 1, 0.1), (100, 5, 0.1), (500, 5, 0.03)]
)
def test_a_drop_of_exactly_the_margin_passes_at_most_one_time_in_fourteen(n: int, size: int, margin: float) -> None:
    rng = np.random.default_rng([n, size])
    names, gain, loss = [str(i // size) for i in range(n)], 0.02, margin + 0.02
    passed = 0
    for _ in range(600):
        at = np.repeat(rng.beta(loss * 9, (1 - loss) * 9, n // size), size) if size > 1 else loss
        drawn = rng.random(n)
        values = np.where(drawn < at, -1.0, np.where(drawn < at + gain, 1.0, 0.0))
        passed += paired_difference(values.tolist(), names).low > -margin
    assert passed / 600 <= 0.075

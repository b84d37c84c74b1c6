"""The test of a gain: known values, by simulation that it errs no more often than it says, and what it spends."""

import itertools

import numpy as np
import pytest

from selfimprove.promotion import superiority as superiority_
from selfimprove.promotion.statistics import design, mcnemar
from selfimprove.promotion.superiority import superiority


def names(n: int, size: int = 1) -> list[str]:
    return [f"c{i // size}" for i in range(n)]


@pytest.mark.parametrize(("gained", "lost"), [(0, 0), (9, 0), (8, 2), (2, 8), (40, 20), (1, 0)])
def test_with_one_item_a_cluster_it_is_mcnemars(gained: int, lost: int) -> None:
    values = [1.0] * gained + [-1.0] * lost + [0.0] * 10
    assert superiority(values, names(len(values)), 0.05).p_value == pytest.approx(mcnemar(gained, lost))


@pytest.mark.parametrize("values", [[1, 1, -1, 0.5, 0, 0, 1, 1], [-0.25, 0.75, 0.5, 0.5, 1, -1, 0.25, 0.25]])
def test_with_clusters_it_counts_every_way_the_signs_could_fall(values: list[float]) -> None:
    totals = np.asarray(values).reshape(4, 2).sum(axis=1)
    ways = [sum(sign * abs(total) for sign, total in zip(way, totals, strict=True))
            for way in itertools.product((-1, 1), repeat=4)]  # fmt: skip
    expected = np.mean([way >= totals.sum() - 1e-9 for way in ways])
    assert superiority(values, names(8, 2), 0.05).p_value == pytest.approx(expected)


def test_a_look_spends_what_it_could_reach_not_its_level() -> None:
    assert superiority([1.0] * 8, names(8), 0.0027).spent == 0  # eight of eight would not be enough
    assert superiority([1.0] * 9, names(9), 0.0027).spent == 2**-9
    assert superiority([-1.0] * 9, names(9), 0.0027).spent == 2**-9  # how it came out changes nothing
    assert superiority([0.0] * 50, names(50), 0.05).spent == 0
    assert superiority([1.0] * 200, names(200), 0.05).spent == pytest.approx(0.05, rel=0.25)


@pytest.mark.parametrize(("size", "kind"), [(1, "score"), (5, "passes"), (5, "score")])
def test_it_errs_as_often_as_it_spends(size: int, kind: str) -> None:
    rng = np.random.default_rng(8)
    hits, spent = 0, []
    for _ in range(2000):
        together = np.repeat(rng.normal(0, 1, 60 // size), size)
        drawn = together + rng.normal(0, 0.5, 60)
        values = drawn if kind == "score" else np.where(abs(drawn) > 1, np.sign(drawn), 0)
        found = superiority(values.tolist(), names(60, size), 0.05)
        hits += found.p_value <= 0.05
        spent.append(found.spent)
    assert max(spent) <= 0.05
    assert hits / 2000 == pytest.approx(np.mean(spent), abs=0.015)


def test_items_of_a_conversation_taken_for_independent_would_err_too_often() -> None:
    rng = np.random.default_rng(9)
    rows = [np.repeat(np.sign(rng.normal(0, 1, 12)), 5).tolist() for _ in range(500)]
    assert np.mean([superiority(row, names(60), 0.05).p_value <= 0.05 for row in rows]) > 0.15
    assert np.mean([superiority(row, names(60, 5), 0.05).p_value <= 0.05 for row in rows]) <= 0.05
    assert design(rows[0], names(60, 5)) == pytest.approx(5)
    assert design(rows[0], names(60)) == 1


def test_very_many_scores_are_judged_by_the_normal_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(1).normal(0.1, 1, 400).tolist()
    exact = superiority(values, names(400), 0.05).p_value
    monkeypatch.setattr(superiority_, "WORK", 0)
    assert superiority(values, names(400), 0.05).p_value == pytest.approx(exact, rel=0.1)

"""Weights from ratings: the fit, what it takes to leave the prior, and how good the result is said to be."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from selfimprove.critiques import measure
from selfimprove.critiques.critique import Confidence, Evidence
from selfimprove.critiques.exchange import Finding
from selfimprove.critiques.find import RULES
from selfimprove.critiques.fit import approval, fit
from selfimprove.critiques.learn import FEWEST, beliefs, held_out, learn, matrix, strengths
from selfimprove.critiques.prior import AGAINST, FOR, Belief, bounds, shipped
from selfimprove.critiques.ratings import Rating

PRIOR = shipped()
NAMES = list(PRIOR.weights)


def rating(number, approves, strength=1.0, **evidence):
    return Rating(f"{number:032d}", 1, "web", approves, strength, Evidence(**evidence))


def telling(size, *, by=1.0, seed=1):
    """Ratings that relevance tells, by so much: the prior knows nothing of it."""
    draw = Random(seed)
    for number in range(size):
        good = draw.random() < 0.5
        relevance = min(1.0, max(0.0, 0.15 + draw.gauss(0.3 * by if good else -0.3 * by, 0.15)))
        yield rating(number, good, relevance=relevance)


def negative_log_posterior(weights, rows, labels, counts):
    mean, sd, *_ = beliefs(PRIOR)
    p = approval(rows @ weights)
    likely = np.where(labels > 0, p, 1 - p)
    return -counts @ np.log(likely) + (((weights - mean) / sd) ** 2).sum() / 2


def test_the_fit_is_the_most_probable_one():
    from scipy.optimize import minimize

    given = list(telling(80))
    rows, labels = matrix([one.evidence for one in given], (), PRIOR), np.array([float(one.approves) for one in given])
    counts = np.linspace(0.2, 1, len(given))
    low, high = beliefs(PRIOR)[2:]
    limits = [(None if np.isinf(a) else a, None if np.isinf(b) else b) for a, b in zip(low, high, strict=True)]
    arguments = (rows, labels, counts)
    best = minimize(negative_log_posterior, beliefs(PRIOR)[0], arguments, bounds=limits, tol=1e-10)
    found = fit(rows, labels, counts, beliefs(PRIOR))
    assert negative_log_posterior(found, *arguments) == pytest.approx(best.fun, abs=1e-5)
    assert found == pytest.approx(best.x, abs=1e-3)


def test_without_ratings_the_fit_is_the_prior():
    found = fit(np.zeros((0, len(NAMES))), np.zeros(0), np.zeros(0), beliefs(PRIOR))
    assert found.tolist() == [belief.mean for belief in PRIOR.weights.values()]


def test_a_finding_can_be_silenced_and_not_turned_around():
    liked = [rating(n, n % 3 > 0, findings=(Finding("truncated", "x"),) if n % 3 else ()) for n in range(300)]
    rows, labels = matrix([one.evidence for one in liked], (), PRIOR), np.array([float(one.approves) for one in liked])
    weights = dict(zip(NAMES, fit(rows, labels, np.ones(300), beliefs(PRIOR)), strict=True))
    assert weights["finding:truncated"] == 0.0
    assert weights["finding:empty"] == PRIOR.weights["finding:empty"].mean


def test_every_weight_has_its_bounds():
    assert {f"finding:{rule}" for rule in RULES} < set(AGAINST)
    assert all(bounds(name)[1] == 0.0 for name in AGAINST)
    assert all(bounds(name)[0] == 0.0 for name in FOR)
    assert bounds("confidence") == (-np.inf, np.inf)
    assert all(low <= PRIOR.weights[name].mean <= high for name in NAMES for low, high in [bounds(name)])
    assert "hand" in PRIOR.how


@pytest.mark.parametrize("size", [0, 2 * FEWEST - 2])
def test_few_ratings_teach_nothing(size):
    given = [rating(n, n % 2 > 0, relevance=0.9 if n % 2 else 0.0) for n in range(size)]
    found = learn(given, (), PRIOR)
    assert (found.is_fitted, found.figures) == (False, None)
    assert found.weights.tolist() == [belief.mean for belief in PRIOR.weights.values()]


def test_ratings_that_all_say_the_same_teach_nothing():
    assert not learn([rating(n, True, relevance=n / 200) for n in range(200)], (), PRIOR).is_fitted


def test_ratings_that_tell_are_learned_from_and_held_out_ones_say_how_well():
    found = learn(list(telling(120)), (), PRIOR)
    assert found.is_fitted
    assert dict(zip(NAMES, found.weights, strict=True))["relevance"] > 1.0
    assert found.figures.auc.low > 0.8
    assert found.figures.gain.low > 0
    assert found.figures.brier.value < 0.25
    assert 0 <= found.figures.calibration_error.low <= found.figures.calibration_error.high <= 1


def test_ratings_by_the_roll_of_a_die_change_nothing():
    for seed in range(4):
        found = learn(list(telling(100, by=0.0, seed=seed)), (), PRIOR)
        assert found.figures.auc.low < 0.62
        if not found.is_fitted:
            assert found.weights.tolist() == [belief.mean for belief in PRIOR.weights.values()]
    assert sum(learn(list(telling(100, by=0.0, seed=seed)), (), PRIOR).is_fitted for seed in range(8)) <= 2


def unsure(size, *, seed):
    """Ratings that confidence tells a little of."""
    draw = Random(seed)
    for number in range(size):
        good = draw.random() < 0.6
        yield rating(number, good, confidence=Confidence(draw.gauss(-0.8 if good else -1.2, 0.6), -3.0, 9))


def test_a_gain_that_chance_may_have_made_teaches_nothing():
    knowing = replace(PRIOR, weights={**PRIOR.weights, "confidence": Belief(0.5, 0.5)})
    found = learn(list(unsure(60, seed=20)), (), knowing)
    assert found.figures.auc.low > 0.55, "it is not for telling nothing"
    assert 0.005 < found.figures.gain.value < found.figures.gain.error  # and so not for being worse
    assert not found.is_fitted
    assert found.weights.tolist() == [belief.mean for belief in knowing.weights.values()]


def test_weights_that_may_be_no_better_than_chance_are_not_used_however_sure_their_gain():
    given = list(telling(40, by=0.3, seed=0))
    found = learn(given, (), PRIOR)
    assert found.figures.gain.value > 1.5 * found.figures.gain.error
    assert not found.is_fitted
    rows, labels = matrix([one.evidence for one in given], (), PRIOR), np.array([float(one.approves) for one in given])
    before = np.array([belief.mean for belief in PRIOR.weights.values()])
    counts, chats = strengths(given, approval(rows @ before)), [one.chat_id for one in given]
    auc = measure.interval(measure.auc, (held_out(rows, labels, counts, chats, PRIOR), labels, counts), chats)
    assert 0.4 < auc.low < 0.5 < auc.value


def test_the_same_ratings_give_the_same_weights_in_any_order():
    given = list(telling(60))
    assert learn(given, (), PRIOR).weights == pytest.approx(learn(given[::-1], (), PRIOR).weights, abs=1e-5)


def test_many_complaints_do_not_say_that_all_else_is_bad():
    few = [rating(n, n % 10 == 0, confidence=Confidence(-1.0, -2.0, 5)) for n in range(200)]
    counts = strengths(few, np.full(200, 0.6))
    up = sum(count for one, count in zip(few, counts, strict=True) if one.approves)
    assert up == 20
    assert up / counts.sum() == pytest.approx(0.6)
    assert learn(few, (), PRIOR).weights[NAMES.index("bias")] == pytest.approx(0.4, abs=0.05)


def test_measures_on_known_tables():
    given, labels, even = np.array([0.9, 0.8, 0.3, 0.1]), np.array([1.0, 0.0, 1.0, 0.0]), np.ones(4)
    assert measure.auc(given, labels, even) == 0.75
    assert measure.auc(np.full(4, 0.5), labels, even) == 0.5
    assert measure.brier(given, labels, even) == pytest.approx((0.01 + 0.64 + 0.49 + 0.01) / 4)
    assert measure.calibration_error(given, labels, even) == pytest.approx((0.1 + 0.8 + 0.7 + 0.1) / 4)
    assert measure.auc(given, labels, np.array([1.0, 0.0, 1.0, 1.0])) == 1.0
    ((x, y, size),) = measure.reliability(np.array([0.91, 1.0]), np.array([1.0, 0.0]), np.ones(2))
    assert (round(x, 6), y, size) == (0.955, 0.5, 2.0)


def test_intervals_draw_whole_chats():
    draw = np.random.default_rng(3)
    given, labels = draw.random(200), draw.integers(0, 2, 200).astype(float)
    alone = measure.interval(measure.auc, (given, labels, np.ones(200)), [str(n) for n in range(200)])
    pairs = [np.repeat(one, 4) for one in (given, labels)]
    copied = measure.interval(measure.auc, (*pairs, np.ones(800)), [str(n // 4) for n in range(800)])
    assert alone.low < 0.5 < alone.high
    assert copied.high - copied.low == pytest.approx(alone.high - alone.low, rel=0.2)

"""The gates over many simulated nights: useless adapters are not promoted, better ones mostly are."""

from dataclasses import replace

import numpy as np

from selfimprove.promotion.decision import Word
from selfimprove.promotion.evidence import Evidence, Mark, Paired
from selfimprove.promotion.statistics import share_of_budget
from selfimprove_tests.promotion.build import healthy, judged

ROLES = ("challenger", "champion", "anchor", "base")


def drawn(rng: np.random.Generator, name: str, n: int, right: float, gained: float, lost: float) -> Paired:
    """A task on which the challenger differs from all others at random."""
    before = rng.random(n) < right
    after = np.where(before, rng.random(n) >= lost, rng.random(n) < gained)
    losses = rng.normal(0.5, 0.1, n)
    noise = rng.normal(0, 0.02, n)
    others = tuple(Mark(float(x), float(loss)) for x, loss in zip(before, losses, strict=True))
    own = tuple(Mark(float(x), float(loss)) for x, loss in zip(after, losses + noise, strict=True))
    marks = {role: own if role == "challenger" else others for role in ROLES}
    return Paired(name, tuple(f"s{i % 20}" for i in range(n)), marks)


def night(rng: np.random.Generator, alpha: float, gained: float, lost: float) -> Evidence:
    """500 core items with a little noise, 60 target items of which the champion solves 30 %."""
    core = drawn(rng, "core", 500, 0.97, 0.2, 0.006)
    fresh, holdout = (drawn(rng, name, 30, 0.3, gained, lost) for name in ("fresh", "holdout"))
    return replace(healthy(core, fresh, holdout), alpha=alpha)


def test_two_hundred_useless_nights_promote_nothing() -> None:
    rng = np.random.default_rng(17)
    words = [judged(night(rng, share_of_budget(0.05, n, 0), 0.1, 0.1 * 0.7 / 0.3)).decision for n in range(200)]
    assert Word.PROMOTE not in words


def test_even_at_a_level_of_a_half_most_useless_nights_are_held_back() -> None:
    rng = np.random.default_rng(18)
    words = [judged(night(rng, 0.5, 0.1, 0.1 * 0.7 / 0.3)).decision for _ in range(100)]
    assert 5 < words.count(Word.PROMOTE) < 50


def test_a_gain_of_forty_points_is_mostly_promoted_on_the_first_night_and_the_thirtieth() -> None:
    rng = np.random.default_rng(19)
    for nights, promotions in ((0, 0), (29, 5)):
        alpha = share_of_budget(0.05, nights, promotions)
        words = [judged(night(rng, alpha, 0.6, 0.03)).decision for _ in range(50)]
        assert words.count(Word.PROMOTE) >= 40
        assert Word.REJECT not in words

"""How many items would tell: exact power, against simulation and against what the tests then do."""

import numpy as np
import pytest

from selfimprove.promotion.power import detectable, items_needed, items_to_hold, power_of
from selfimprove.promotion.statistics import mcnemar, paired_difference


def simulated(n: int, gained: float, lost: float, alpha: float, floor: float = 0.0) -> float:
    drawn = np.random.default_rng(5).multinomial(n, [gained, lost, 1 - gained - lost], 4000)
    return float(np.mean([mcnemar(int(g), int(k)) <= alpha and g - k >= floor * n for g, k, _ in drawn]))


@pytest.mark.parametrize(
    ("n", "gained", "lost", "alpha", "floor"),
    [(40, 0.35, 0.05, 8e-4, 0.05), (100, 0.15, 0.05, 0.05, 0.0), (500, 0.07, 0.05, 0.05, 0.02),
     (20, 0.9, 0.0, 8e-4, 0.0)],
)
def test_power_is_what_simulation_finds(n: int, gained: float, lost: float, alpha: float, floor: float) -> None:
    assert power_of(n, gained, lost, alpha, floor) == pytest.approx(simulated(n, gained, lost, alpha, floor), abs=0.03)


@pytest.mark.parametrize(("gained", "lost"), [(0.2, 0.02), (0.1, 0.02), (0.15, 0.05), (0.5, 0.0)])
@pytest.mark.parametrize("alpha", [0.05, 8e-4])
def test_items_needed_give_the_power_they_promise(gained: float, lost: float, alpha: float) -> None:
    n = items_needed(gained, lost, alpha)
    assert n is not None
    assert 0.77 <= simulated(n, gained, lost, alpha) <= 0.87
    assert power_of(max(n // 2, 1), gained, lost, alpha) < 0.75


def test_no_number_of_items_shows_a_gain_that_is_none() -> None:
    assert items_needed(0.1, 0.1, 0.05) is None
    assert items_needed(0.0, 0.0, 0.05) is None
    assert items_needed(0.2, 0.1, 0.0) is None
    assert items_needed(0.1001, 0.1, 0.05) is None  # not with a million


@pytest.mark.parametrize(("n", "lost"), [(20, 0.0), (40, 0.05), (100, 0.05), (500, 0.02)])
def test_what_is_told_to_be_detectable_is_detected_four_times_in_five(n: int, lost: float) -> None:
    effect = detectable(n, lost, 8e-4, 0.05)
    assert effect is not None
    assert simulated(n, lost + effect, lost, 8e-4, 0.05) == pytest.approx(0.85, abs=0.04)


def test_nothing_is_detectable_with_too_few_items() -> None:
    assert detectable(10, 0.0, 8e-4) is None
    assert detectable(0, 0.0, 0.05) is None
    assert detectable(11, 0.0, 8e-4) is not None


def test_so_many_items_hold_a_bound_four_times_in_five() -> None:
    rng = np.random.default_rng(3)

    def bounds(n: int):
        values = rng.choice([-1.0, 0.0, 1.0], n, p=[0.04, 0.93, 0.03])
        return paired_difference(values.tolist(), [str(i) for i in range(n)])

    needed = [items_to_hold(bounds(300), 300, 0.03) for _ in range(60)]
    typical = int(np.median([n for n in needed if n]))
    assert 0.6 <= np.mean([bounds(typical).low > -0.03 for _ in range(200)]) <= 0.95
    assert items_to_hold(paired_difference([-1.0] * 5 + [0.0] * 95, [str(i) for i in range(100)]), 100, 0.03) is None

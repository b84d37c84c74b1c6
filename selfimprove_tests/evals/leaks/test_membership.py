"""The area under the curve and its bounds, near one half, at the ends, and with few chats."""

import random

import pytest

from selfimprove.evals.leaks.membership import Membership, membership


def test_the_area_counts_pairs_and_ties_by_half() -> None:
    found = membership([3.0, 1.0], [2.0, 1.0])
    assert found is not None
    assert found.auc == (1 + 1 + 0 + 0.5) / 4
    assert (found.inside, found.outside) == (2, 2)


def test_sides_that_do_not_overlap_have_bounds_that_many_chats_narrow() -> None:
    few, many = (membership([float(n + i) for i in range(n)], [float(i) for i in range(n)]) for n in (3, 60))
    assert few is not None
    assert many is not None
    assert few.auc == many.auc == 1.0
    assert few.low < 0.6 < 0.9 < many.low
    assert few.high == many.high == 1.0


def test_bounds_turn_around_with_the_sides() -> None:
    left, right = [1.0, 4.0, 5.0, 8.0], [2.0, 3.0, 0.0]
    one, other = membership(left, right), membership(right, left)
    assert one is not None
    assert other is not None
    assert (one.auc, one.low, one.high) == pytest.approx((1 - other.auc, 1 - other.high, 1 - other.low))


def test_one_night_in_twenty_lies_outside_its_bounds() -> None:
    source = random.Random(3)
    nights = [_night(source) for _ in range(400)]
    assert 0.02 <= sum(not one.low <= 0.5 <= one.high for one in nights) / len(nights) <= 0.08


def test_nothing_to_compare_with_is_no_figure() -> None:
    assert membership([1.0], []) is None
    assert membership([], [1.0]) is None


def _night(source: random.Random) -> Membership:
    found = membership(*([source.gauss(0, 1) for _ in range(32)] for _ in range(2)))
    assert found is not None
    return found

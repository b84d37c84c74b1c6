"""Pictures: where things lie, and what is not drawn."""

import math
import re

import pytest

from selfimprove.reports import draw
from selfimprove.reports.night import Verdict


def places(svg):
    """Percent from the left of limit, dot and band."""
    found = {name: float(x) for name, x in re.findall(r'class="(limit|dot|band)" (?:x1|cx|x)="([\d.]+)%', str(svg))}
    return found.get("limit"), found.get("dot"), found.get("band")


def test_a_gate_shows_value_bounds_and_limit_in_order():
    limit, dot, band = places(draw.interval(Verdict("g", "passed", "", 0.5, 0.1, 0.3, 0.7)))
    assert 0 < limit < band < dot < 100


def test_what_lies_on_the_limit_is_drawn_on_it():
    limit, dot, band = places(draw.interval(Verdict("g", "passed", "", 0, 0)))
    assert limit == dot == 50
    assert band is None


@pytest.mark.parametrize("verdict", [
    Verdict("g", "passed", ""), Verdict("g", "passed", "", value=1.0), Verdict("g", "passed", "", limit=1.0),
    Verdict("g", "failed", "", math.nan, 0.0),
])  # fmt: skip
def test_without_numbers_nothing_is_drawn(verdict):
    assert draw.interval(verdict) == ""


def test_bounds_that_are_not_finite_are_left_out():
    assert places(draw.interval(Verdict("g", "passed", "", 1.0, 0.0, -math.inf, math.inf)))[2] is None


def test_a_gate_is_told_to_those_who_cannot_see_it():
    told = "measured 0.5, likely 0.3 to 0.7, limit 0.1"
    assert f'aria-label="{told}"' in draw.interval(Verdict("g", "passed", "", 0.5, 0.1, 0.3, 0.7))
    assert draw.numbers(Verdict("g", "passed", "")) == ""


def test_a_curve_has_its_ends():
    found = draw.curve({"a": [[0, 3.0], [10, 1.0]], "b": [[5, 2.0]]}, "title", "step")
    assert (found.names, found.top, found.bottom, found.left, found.right) == (("a",), "3", "1", "step 0", "step 10")
    assert 'points="0.00,4.00 100.00,96.00"' in found.svg


def test_a_curve_spans_what_it_must():
    found = draw.curve({"a": [(1, 20.0), (2, 60.0)]}, "t", "night", (0, 100))
    assert (found.top, found.bottom) == ("100", "0")


def test_points_that_are_no_numbers_are_left_out():
    odd = [[0, None], [1, math.nan], [2, math.inf], [3], [4, 1.0], [5, 1.0]]
    found = draw.curve({"a": odd}, "t", "step")
    assert str(found.svg).count(",") == 2
    assert draw.curve({"a": odd[:5]}, "t", "step") is None
    assert draw.curve({}, "t", "step") is None


def test_titles_are_escaped():
    assert "<b>" not in draw.curve({"a": [(0, 0), (1, 1)]}, "<b>", "x").svg

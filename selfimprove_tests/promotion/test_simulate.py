"""Simulated years through the real gates: the budget holds, the power that is told is there, the drift is stopped."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from selfimprove import settings as settings_
from selfimprove.cli import tree
from selfimprove.promotion.margins import SHIPPED
from selfimprove.promotion.simulate import Scenario, _answers, simulate, year

LOOSE = {**SHIPPED, "error_budget": 1.0}


@pytest.fixture
def no_house(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("SELFIMPROVE_HOME", str(tmp_path / "none"))
    monkeypatch.delenv("SELFIMPROVE_DATABASE_URL", raising=False)
    settings_.current.cache_clear()
    yield
    settings_.current.cache_clear()


@pytest.mark.parametrize(
    "scenario",
    [
        Scenario(nights=120, examples=100),
        Scenario(nights=120, examples=100, reused=1.0),
        Scenario(nights=120, examples=100, cluster=5),
    ],
)
def test_useless_nights_stay_within_the_budget(scenario: Scenario) -> None:
    found = simulate(scenario, 3, 2, SHIPPED)
    assert found["years_with_false_promotion"] == 0
    assert 0 < found["budget_spent_a_year"] <= found["budget_spent_most"] <= 0.05
    assert found["power"] >= 0.8


def test_nights_err_as_often_as_they_spend() -> None:
    """At a budget twenty times as large there are errors enough to count."""
    rng = np.random.default_rng(3)
    lived = [year(Scenario(nights=200, examples=60), LOOSE, rng) for _ in range(6)]
    wrong, spent = sum(len(one.promoted) for one in lived), sum(sum(one.spent) for one in lived)
    assert spent > 2
    assert wrong <= spent + 2 * spent**0.5
    assert max(sum(one.spent) for one in lived) <= 1.0


@pytest.mark.parametrize("cluster", [1, 5])
@pytest.mark.parametrize("effect", [0.0, 0.3, -0.1])
def test_answers_gain_what_the_scenario_says(cluster: int, effect: float) -> None:
    rng = np.random.default_rng(7)
    asked = rng.random(200_000) < 0.2
    gain = _answers(asked, Scenario(cluster=cluster), rng, effect).mean() - asked.mean()
    assert gain == pytest.approx(effect, abs=0.005)


def test_a_better_adapter_is_mostly_promoted_and_that_is_no_false_one() -> None:
    found = simulate(Scenario(nights=40, effect=0.6), 2, 1, SHIPPED)
    assert found["promoted_share_of_nights"] > 0.8
    assert (found["false_promotions"], found["share_of_years_at_most"]) == (0, None)


def test_the_anchor_stops_a_drift_that_the_champion_alone_would_let_through() -> None:
    steady = Scenario(nights=40, effect=0.6, drift=0.008, core=500)
    stopped = simulate(steady, 1, 1, SHIPPED)
    assert 0.01 < stopped["lost_on_core_most"] < SHIPPED["history_drop"]
    let_through = simulate(steady, 1, 1, {**SHIPPED, "history_drop": 1.0})
    assert let_through["lost_on_core_most"] > 1.5 * SHIPPED["history_drop"]
    assert let_through["promotions"] > stopped["promotions"]


def test_the_same_seed_lives_the_same_year_and_too_few_items_detect_nothing() -> None:
    few = Scenario(nights=5, examples=8)
    assert simulate(few, 2, 5, SHIPPED) == simulate(few, 2, 5, SHIPPED)
    assert simulate(few, 2, 5, SHIPPED)["detectable"] is None


def test_the_command_tells_it_and_needs_no_house(no_house: None) -> None:
    asked = ["promotion", "simulate", "--nights", "30", "--effect", "0", "--examples", "40", "--seed", "1"]
    told = CliRunner().invoke(tree, [*asked, "--years", "2"])
    assert told.exit_code == 0
    lines = told.stdout.splitlines()
    assert lines[0] == "2 years of 30 nights, 40 target items a night, true gain +0.0 points"
    assert lines[1] == "0 years with a false promotion: at most 78 % of all years, allowed are 5 %"
    assert "detectable at that level: a gain of 43 points" in told.stdout
    found = json.loads(CliRunner().invoke(tree, [*asked, "--years", "1", "--json"]).stdout)
    assert (found["nights"], found["false_promotions"], found["error_budget"]) == (30, 0, 0.05)
    assert CliRunner().invoke(tree, ["promotion", "simulate", "--reused", "2"]).exit_code == 2

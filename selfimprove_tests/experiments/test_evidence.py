"""Bets that no null can win, and that harm does."""

from dataclasses import replace
from itertools import product
from math import comb

import pytest

from selfimprove.experiments.evidence import Arm, Shadows, of_harm, of_no_harm
from selfimprove.experiments.experiment import Outcome
from selfimprove.experiments.judge import look
from selfimprove.experiments.simulate import Household, detectable, simulate
from selfimprove.experiments.tally import tally
from selfimprove_tests.experiments.make import CHALLENGER, CONTROL, ENDS, STARTED, chat, experiment


def mean_wealth(signs: int, chance: float, share: float, which: str) -> float:
    """Of all ways in which so many signs may fall to the arms, when each is the challenger's with this chance."""
    total = 0.0
    for theirs in range(signs + 1):
        ways = comb(signs, theirs) * chance**theirs * (1 - chance) ** (signs - theirs)
        control, challenger = Arm(0, **{which: signs - theirs}), Arm(0, **{which: theirs})
        total += ways * float(of_harm(control, challenger, share))
    return total


@pytest.mark.parametrize(
    ("share", "which", "signs"), [*product([0.1, 0.5, 0.9], ["displeased", "pleased", "slow"], [1, 9, 30])]
)
def test_where_nobody_differs_the_wealth_stays_one_on_average(share: float, which: str, signs: int) -> None:
    assert mean_wealth(signs, share, share, which) == pytest.approx(1.0)


def test_a_better_challenger_loses_the_bets_on_harm() -> None:
    assert mean_wealth(20, 0.4, 0.5, "displeased") < 0.8
    assert mean_wealth(20, 0.6, 0.5, "displeased") > 1.2


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_at_the_ratio_to_be_ruled_out_the_bets_against_it_gain_nothing(share: float) -> None:
    theirs = 2 * share / (2 * share + 1 - share)
    ways = [(k, comb(12, k) * theirs**k * (1 - theirs) ** (12 - k)) for k in range(13)]
    mean = sum(p * float(of_no_harm(Arm(0, 12 - k), Arm(0, k), share, 2.0)) for k, p in ways)
    assert mean == pytest.approx(1.0)


def test_nothing_is_shown_by_nothing() -> None:
    assert of_harm(Arm(), Arm(), 0.5) == of_no_harm(Arm(), Arm(), 0.5, 2.0) == 1.0


@pytest.mark.parametrize("share", [0.0, 0.3])
def test_what_nobody_hears_gains_nothing_where_nobody_differs(share: float) -> None:
    ways = [(k, comb(15, k) / 2**15) for k in range(16)]
    mean = sum(p * float(of_harm(Arm(), Arm(), share, Shadows(40, k, 15 - k))) for k, p in ways)
    assert mean == pytest.approx(1.0)


def test_a_challenger_that_answers_nobody_is_found_out_unheard() -> None:
    found = look(experiment(share=0.0, shadow=1.0), Arm(40, 2), Arm(), STARTED, Shadows(30, worse=9, better=0))
    assert found.outcome is Outcome.DEMOTED
    assert found.reason.endswith(
        "of 30 questions that both answered unheard, rules object to its answer alone in 9, and in 0 to the other alone"
    )
    same = look(experiment(share=0.0, shadow=1.0), Arm(40, 2), Arm(), STARTED, Shadows(30, worse=5, better=4))
    assert same.outcome is Outcome.RUNNING


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_one_arm_alone_shows_nothing(share: float) -> None:
    assert of_harm(Arm(), Arm(50, 50), share) == of_no_harm(Arm(), Arm(50, 0), share, 2.0) == 1.0


def test_a_thousand_signs_do_not_overflow() -> None:
    assert of_harm(Arm(9000, 0), Arm(9000, 9000), 0.5) > 1e100


@pytest.mark.parametrize(
    ("control", "challenger", "outcome"),
    [
        (Arm(20, 1), Arm(20, 12), Outcome.DEMOTED),
        (Arm(20, 2), Arm(20, 6), Outcome.RUNNING),  # three times as many, of which chance still may tell
        (Arm(300, 45), Arm(300, 30), Outcome.CONFIRMED),
        (Arm(300, 45), Arm(300, 60), Outcome.RUNNING),
        (Arm(40, 0, pleased=18), Arm(40, 0, pleased=1), Outcome.DEMOTED),
        (Arm(40, 0, slow=0), Arm(40, 0, slow=24), Outcome.DEMOTED),
        (Arm(40, 0, slow=24), Arm(40, 0, slow=0), Outcome.RUNNING),
    ],
)
def test_what_a_look_comes_to(control: Arm, challenger: Arm, outcome: Outcome) -> None:
    assert look(experiment(), control, challenger, STARTED).outcome is outcome


def test_its_days_end_it_in_favour_of_the_challenger() -> None:
    assert look(experiment(), Arm(20, 2), Arm(20, 6), ENDS).outcome is Outcome.EXPIRED


def test_a_challenger_that_answers_nobody_waits_for_a_person() -> None:
    assert look(experiment(share=0.0), Arm(90, 9), Arm(), ENDS).outcome is Outcome.RUNNING


def test_the_reason_has_the_counts() -> None:
    found = look(experiment(), Arm(20, 1), Arm(20, 12), STARTED)
    assert found.reason.startswith("live chats show that it does harm: 12 of 20 chats displeased with it, 1 of 20")


def test_each_arm_is_counted() -> None:
    shown = [(CONTROL, None), (CONTROL, False), (CHALLENGER, True), (CHALLENGER, False)]
    chats = [chat(adapter, pleased=pleased) for adapter, pleased in shown]
    assert tally(experiment(), chats) == (Arm(2, 1, 0, 0), Arm(2, 1, 1, 0))


def test_an_answer_is_slow_beside_those_before_it() -> None:
    usual = [chat(CONTROL, pace=0.02)] * 10
    later = [(CHALLENGER, 0.031), (CHALLENGER, 0.029), (CONTROL, 0.04), (CONTROL, None)]
    chats = [*usual, *(chat(adapter, pace=pace) for adapter, pace in later)]
    assert tally(experiment(), chats) == (Arm(12, 0, 0, 1), Arm(2, 0, 0, 1))


def test_the_first_conversations_are_not_slow() -> None:
    assert tally(experiment(), [chat(CONTROL, pace=0.02)] * 9 + [chat(CHALLENGER, pace=9.0)])[1].slow == 0


def test_houses_where_nothing_differs_seldom_demote() -> None:
    found = simulate(Household(chats=40, days=30, wave=0.4, spread=0.6), 400, seed=5)
    assert found["ever_harm"] <= 0.05
    assert found["confirmed"] > 0.9


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_houses_where_nothing_differs_unheard_seldom_demote(share: float) -> None:
    house = Household(chats=40, days=30, wave=0.4, spread=0.6, share=share, shadow=0.5, flawed=0.2)
    assert simulate(house, 400, seed=5)["ever_harm"] <= 0.05


def test_faults_that_nobody_complains_of_are_found_unheard() -> None:
    house = Household(chats=40, shadow=0.5, flawed=0.05, flaws=8.0)
    assert simulate(replace(house, shadow=0.0), 200, seed=5, each=10)["demoted"] <= 0.05
    found = simulate(house, 200, seed=5, each=10)
    assert found["demoted"] > 0.9  # others were confirmed sooner
    assert found["days_to_demote"] < 4


def test_a_challenger_that_displeases_three_times_as_often_is_found_within_days() -> None:
    found = simulate(Household(chats=40, ratio=3.0), 200, seed=5, each=10)
    assert found["demoted"] > 0.95
    assert found["days_to_demote"] < 4


def test_more_chats_detect_less() -> None:
    few, many = detectable(Household(chats=20)) or 0.0, detectable(Household(chats=60)) or 0.0
    assert 1.2 < many < few < 4


def test_a_day_of_few_chats_detects_nothing() -> None:
    assert detectable(Household(chats=5, days=1)) is None

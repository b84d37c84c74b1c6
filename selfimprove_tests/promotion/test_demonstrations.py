"""Long answers that were demonstrated: which model finds them likelier is evidence, beside what is short and right."""

import math
from dataclasses import replace

import numpy as np
import pytest

from selfimprove.privacy.vault import Vault
from selfimprove.promotion import ledger, record, table
from selfimprove.promotion.decision import Outcome
from selfimprove.promotion.evidence import Evidence, Mark, Paired
from selfimprove.promotion.promote import promote
from selfimprove.promotion.superiority import superiority
from selfimprove.promotion.verify import verify
from selfimprove_tests.promotion.build import healthy, held_back, judged, long_answers, task, verdict, with_marks
from selfimprove_tests.promotion.house import House, answers, promotable

NO_GAIN = (task("fresh", 40, 2, 2), task("holdout", 20, 2, 2))


def night(*tasks: Paired) -> Evidence:
    """A night on which nothing short is gained, apart from the given tasks."""
    return healthy(*NO_GAIN, *tasks)


@pytest.mark.parametrize(
    ("mine", "other", "gain"),
    [
        (Mark(1.0, 0.1), Mark(0.0, 0.1), 1.0),
        (Mark(0.25, None), Mark(0.75, 0.1), -0.5),
        (Mark(None, 0.5), Mark(None, 1.0), None),
        (Mark(None, 0.5, by_loss=True), Mark(None, 0.6, by_loss=True), 1.0),
        (Mark(None, 0.6, by_loss=True), Mark(None, 0.5, by_loss=True), -1.0),
        (Mark(None, 0.5, by_loss=True), Mark(None, 0.54, by_loss=True), 0.0),
        (Mark(None, None, by_loss=True), Mark(None, 0.5, by_loss=True), None),
        (Mark(None, 0.5), Mark(1.0, 0.5), None),
    ],
)
def test_results_are_compared_by_grade_or_by_likelihood(mine: Mark, other: Mark, gain: float | None) -> None:
    assert mine.better(other) == gain


def test_long_answers_that_got_likelier_promote() -> None:
    evidence = night(long_answers("demonstration", 40, 30, 3))
    found = verdict("improves_target", evidence)
    assert found.outcome is Outcome.PASSED
    assert found.detail.startswith("30 long answers likelier and 3 less likely of 40, +67.5")
    assert found.value == pytest.approx(27 / 40)
    assert held_back(judged(evidence)) == []


def test_hardly_likelier_is_no_gain() -> None:
    found = verdict("improves_target", night(long_answers("demonstration", 40, 40, by=0.04)))
    assert found.outcome is Outcome.FAILED


def test_two_targets_share_the_night_s_level() -> None:
    """Nine of nine are a chance of 0.002: enough at a level of 0.0027, and not where it is shared by two."""
    alone = replace(night(long_answers("demonstration", 9, 9)), tasks={})
    only_long = replace(alone, tasks={"demonstration": long_answers("demonstration", 9, 9)})
    assert verdict("improves_target", only_long).outcome is Outcome.PASSED
    both = night(long_answers("demonstration", 9, 9))
    assert verdict("improves_target", both).outcome is Outcome.NOT_ENOUGH_EVIDENCE
    assert verdict("improves_target", night(long_answers("demonstration", 10, 10))).outcome is Outcome.PASSED


def test_style_that_is_learned_hides_no_facts_that_are_lost() -> None:
    lost = (task("fresh", 40, 2, 30), task("holdout", 20, 2, 15))
    found = verdict("improves_target", healthy(*lost, long_answers("demonstration", 40, 40)))
    assert found.outcome is Outcome.FAILED
    assert "another target is worse" in found.detail
    assert verdict("keeps_own", healthy(*lost, long_answers("demonstration", 40, 40))).outcome is Outcome.FAILED


def test_long_answers_that_are_lost_refuse_what_short_ones_gained() -> None:
    evidence = healthy(long_answers("demonstration", 40, 2, 35))
    found = verdict("keeps_own", evidence)
    assert found.outcome is Outcome.FAILED
    assert found.detail.startswith("likelihood of long answers against the champion: -82.5")
    assert verdict("improves_target", evidence).outcome is Outcome.FAILED


def test_retired_long_answers_earn_nothing_and_may_not_be_lost() -> None:
    assert verdict("improves_target", night(long_answers("retired", 40, 40))).outcome is Outcome.FAILED
    assert verdict("keeps_own", healthy(long_answers("retired", 40, 0, 40))).outcome is Outcome.FAILED
    assert verdict("keeps_own", healthy(long_answers("retired", 40, 20, 20))).outcome is Outcome.PASSED


def test_a_few_that_are_lost_by_much_outweigh_many_small_gains() -> None:
    gained = long_answers("demonstration", 40, 36, 4, by=0.06)
    lost = [mark if mark.loss == 0.94 else Mark(None, 9.0, by_loss=True) for mark in gained.marks["challenger"] if mark]
    assert verdict("improves_target", night(gained)).outcome is Outcome.PASSED
    worse = with_marks(gained, "challenger", tuple(lost))
    many = Paired("demonstration", worse.slices * 5, {role: marks * 5 for role, marks in worse.marks.items()})
    assert verdict("improves_target", night(many)).outcome is Outcome.NOT_ENOUGH_EVIDENCE


def test_an_adapter_that_shifts_likelihoods_by_chance_is_shown_no_oftener_than_the_level() -> None:
    rng, level, nights = np.random.default_rng(3), 0.02, 2000
    shown = 0
    for _ in range(nights):
        shift = rng.normal(0.0, 0.2, 60)
        values = [math.copysign(1.0, one) if abs(one) >= 0.05 else 0.0 for one in shift]
        found = superiority(values, [str(index) for index in range(60)], level)
        assert found.spent <= level
        shown += found.p_value <= level
    assert shown / nights <= level + 3 * math.sqrt(level / nights)


def test_a_house_of_long_answers_promotes_and_can_verify_it(house: House) -> None:
    sign = record.signer(Vault.open(house.home))
    tasks = (long_answers("fresh", 24, 22, 1), long_answers("holdout", 12, 10))
    name, report_id = promotable(house, "first", tasks=tasks)
    promote(house.connection, report_id, "run", sign)
    assert answers(house) == name
    assert [one.mismatches for one in verify(house.connection, "", sign)] == [()]
    evidence = table.evidence(house.connection, report_id)
    assert len(evidence.tasks["demonstration"].slices) == 36
    assert not {"fresh", "holdout"} & set(evidence.tasks)
    [entry] = [one for one in ledger.read(house.connection, "demonstration") if one.role == "challenger"]
    assert (entry.score, entry.n) == (None, 0)
    assert entry.margin == pytest.approx(31 / 36)
    assert entry.loss == pytest.approx(1 - 0.2 * 31 / 36, abs=1e-6)

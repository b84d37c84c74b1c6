"""Each gate: what it refuses, what it cannot tell, and the near-miss it lets through."""

import json
from dataclasses import asdict, replace

import pytest

from selfimprove.promotion.decision import Outcome, Word
from selfimprove.promotion.evidence import TARGET, Evidence, Mark, Paired
from selfimprove.promotion.gates.refusals import keeps_refusing
from selfimprove_tests.promotion.build import (
    MARGINS,
    MEASURED,
    healthy,
    held_back,
    judged,
    lose,
    paired,
    task,
    verdict,
    with_marks,
)

CORE = task("core", 500, 498, 498)
REFUSALS = task("refusals", 40, 40, 40)


def test_a_healthy_night_is_promoted_without_reasons() -> None:
    decision = judged(healthy())
    assert decision.decision is Word.PROMOTE
    assert decision.reasons == ()
    assert [one.gate for one in decision.verdicts] == [
        "is_complete", "did_learn", "improves_target", "keeps_core", "keeps_own", "keeps_history", "keeps_refusing",
        "leaks_nothing", "stays_fast",
    ]  # fmt: skip


# is_complete


@pytest.mark.parametrize("role", ["challenger", "champion", "anchor", "base"])
def test_one_missing_result_of_any_model_is_not_enough_evidence(role: str) -> None:
    core = with_marks(CORE, role, (*CORE.marks[role][:-1], None))
    found = verdict("is_complete", healthy(core))
    assert (found.outcome, found.value, found.limit) == (Outcome.NOT_ENOUGH_EVIDENCE, 1, 0)
    assert found.detail == "1 results of the compared models are missing"


def test_a_missing_champion_of_seven_nights_ago_counts_as_missing() -> None:
    found = verdict("is_complete", replace(healthy(), history=("7",)))
    assert found.value == 500 + 40 + 40 + 20


@pytest.mark.parametrize(
    ("tasks", "said"),
    [
        ([task("core", 199, 199, 199)], "199 graded core items, needed are 200"),
        ([task("fresh", 10, 10, 0), task("holdout", 9, 9, 0)], "19 graded target items, needed are 20"),
        ([task("refusals", 19, 19, 19)], "19 graded refusal items, needed are 20"),
    ],
)
def test_one_item_too_few_is_not_enough_evidence(tasks: list, said: str) -> None:
    found = verdict("is_complete", healthy(*tasks))
    assert (found.outcome, found.detail) == (Outcome.NOT_ENOUGH_EVIDENCE, said)


def test_just_enough_items_of_every_task_are_complete() -> None:
    tasks = [task("core", 200, 200, 200), task("fresh", 20, 20, 0), task("holdout", 0, 0, 0)]
    tasks.append(task("refusals", 20, 20, 20))
    assert verdict("is_complete", healthy(*tasks)).outcome is Outcome.PASSED


def test_items_without_a_grade_do_not_count_towards_the_target() -> None:
    ungraded = tuple(Mark(None, 0.5) for _ in range(40))
    fresh = paired("fresh", 40, {})
    fresh = replace(fresh, marks=dict.fromkeys(("challenger", "champion", "anchor", "base"), ungraded))
    found = verdict("is_complete", healthy(fresh, task("holdout", 19, 19, 0)))
    assert found.detail == "19 graded target items, needed are 20"


# did_learn


@pytest.mark.parametrize(
    ("changes", "outcome", "said"),
    [
        ({"delta_norm": 0.0}, "failed", "the norm of the weight change is 0, it must be above 0"),
        ({"delta_norm": 1e-9}, "passed", "the norm of the weight change is 1e-09, it must be above 0"),
        ({"delta_norm": float("nan")}, "failed", "the norm of the weight change is nan, it must be above 0"),
        ({"logprob_shift": float("nan")}, "failed", "nats a token is nan, it must be above 0.0001"),
        ({"delta_norm": 0.0, "logprob_shift": None}, "failed", "is 0, it must be above 0; the shift of log"),
        ({"delta_norm": None}, "not_enough_evidence", "the norm of the weight change was not measured"),
        ({"logprob_shift": 1e-4}, "failed", "nats a token is 0.0001, it must be above 0.0001"),
        ({"logprob_shift": 2e-4}, "passed", "nats a token is 0.0002, it must be above 0.0001"),
        ({"logprob_shift": None}, "not_enough_evidence", "nats a token was not measured"),
    ],
)
def test_a_night_in_which_nothing_happened_is_seen(changes: dict, outcome: str, said: str) -> None:
    found = verdict("did_learn", healthy(measured=replace(MEASURED, **changes)))
    assert found.outcome == outcome
    assert said in found.detail


# improves_target


def test_a_null_night_gains_nothing_and_fails() -> None:
    found = verdict("improves_target", healthy(task("fresh", 40, 2, 2), task("holdout", 20, 2, 2)))
    assert found.outcome is Outcome.FAILED
    assert found.detail.startswith("0 target items gained and 0 lost of 60")
    assert "no gain of 5 points was seen" in found.detail


def test_a_gain_that_could_be_luck_is_not_enough_and_says_how_many_items_would_do() -> None:
    found = verdict("improves_target", healthy(task("fresh", 40, 6, 2), task("holdout", 20, 3, 2)))
    assert found.outcome is Outcome.NOT_ENOUGH_EVIDENCE
    assert found.detail.startswith("5 target items gained and 0 lost of 60")
    assert "not shown yet, about 75 more items would show such a gain" in found.detail
    assert found.more == 75


@pytest.mark.parametrize(("gained", "outcome"), [(8, "not_enough_evidence"), (9, "passed")])
def test_nine_gains_and_no_loss_are_what_the_first_night_asks_for(gained: int, outcome: str) -> None:
    found = verdict("improves_target", healthy(task("fresh", 40, gained, 0), task("holdout", 20, 0, 0)))
    assert found.outcome == outcome
    assert found.value == pytest.approx(gained / 60)


def test_a_champion_that_leaves_too_little_to_gain_gives_no_evidence() -> None:
    found = verdict("improves_target", healthy(task("fresh", 40, 40, 34), task("holdout", 20, 20, 18)))
    assert found.outcome is Outcome.NOT_ENOUGH_EVIDENCE
    assert "the champion leaves 8 to gain that do not go together, too few to show anything" in found.detail


def test_a_certain_gain_below_the_floor_fails() -> None:
    found = verdict("improves_target", healthy(task("fresh", 4000, 300, 150), task("holdout", 0, 0, 0)))
    assert found.outcome is Outcome.FAILED
    assert "no gain of 5 points was seen" in found.detail


def test_a_gain_in_passes_with_rising_loss_is_no_evidence() -> None:
    fresh = task("fresh", 40, 34, 2)
    costly = tuple(Mark(mark.score, 5.0) for mark in fresh.marks["challenger"] if mark)
    found = verdict("improves_target", healthy(with_marks(fresh, "challenger", costly)))
    assert found.outcome is Outcome.NOT_ENOUGH_EVIDENCE
    assert found.detail.startswith("target loss +")


def test_no_target_at_all_is_not_enough_evidence() -> None:
    found = verdict("improves_target", healthy(task("fresh", 0, 0, 0), task("holdout", 0, 0, 0)))
    assert found.outcome is Outcome.NOT_ENOUGH_EVIDENCE
    assert found.detail == "no graded target items"


def test_a_later_night_asks_for_more() -> None:
    tasks = [task("fresh", 40, 9, 0), task("holdout", 20, 0, 0)]
    assert verdict("improves_target", healthy(*tasks, alpha=0.0027)).outcome is Outcome.PASSED
    assert verdict("improves_target", healthy(*tasks, alpha=0.0004)).outcome is Outcome.NOT_ENOUGH_EVIDENCE


# keeps_core


@pytest.mark.parametrize(
    ("lost", "outcome"), [(2, "passed"), (10, "not_enough_evidence"), (15, "failed"), (100, "failed")]
)
def test_core_may_lose_less_than_three_points_for_certain(lost: int, outcome: str) -> None:
    found = verdict("keeps_core", healthy(lose(CORE, range(lost))), core_loss_rise=9)
    assert found.outcome == outcome
    assert found.value == pytest.approx(-lost / 500)
    assert f"core against the champion: {-lost / 5:+.1f}" in found.detail


def test_a_forgotten_slice_fails_though_the_total_would_do() -> None:
    core = task("core", 2000, 2000, 2000)
    forgotten = lose(core, [index for index in range(2000) if index % 10 == 3][:25])
    found = verdict("keeps_core", healthy(forgotten))
    assert found.outcome is Outcome.FAILED
    assert found.detail.endswith("; down by 10 points or more: core/s3")


def test_a_slice_that_loses_five_of_fifty_is_in_doubt_and_four_are_not() -> None:
    third = [index for index in range(500) if index % 10 == 3]
    doubted = verdict("keeps_core", healthy(lose(CORE, third[:5])))
    assert doubted.outcome is Outcome.NOT_ENOUGH_EVIDENCE
    assert "perhaps down by 10 points or more: core/s3" in doubted.detail
    four = verdict("keeps_core", healthy(lose(CORE, third[:4])))
    assert "perhaps down" not in four.detail
    # All of the loss in one of ten templates tells less surely what the others may lose than the same loss spread out.
    assert "core against the champion: -0.8 (-3.2 to" in four.detail
    assert verdict("keeps_core", healthy(lose(CORE, range(4)))).outcome is Outcome.PASSED


def test_many_small_slices_do_not_raise_false_alarms() -> None:
    core = paired("core", 201, dict.fromkeys(("challenger", "champion", "anchor", "base"), 201), slices=51)
    found = verdict("keeps_core", healthy(lose(core, [7])))
    assert found.outcome is Outcome.PASSED
    assert "none of 51 slices shown down by 10 points or more" in found.detail


@pytest.mark.parametrize(("rise", "outcome"), [(0.19, "passed"), (0.25, "failed")])
def test_a_loss_that_rises_everywhere_is_an_alarm(rise: float, outcome: str) -> None:
    dearer = tuple(Mark(mark.score, (mark.loss or 0) + rise) for mark in CORE.marks["challenger"] if mark)
    found = verdict("keeps_core", healthy(with_marks(CORE, "challenger", dearer)))
    assert found.outcome == outcome
    assert f"core loss: {rise:+.3f} nats a token" in found.detail


def test_a_loss_that_may_have_risen_is_no_evidence() -> None:
    uneven = list(CORE.marks["challenger"])
    uneven[::50] = [Mark(1.0, 20.0)] * 10
    found = verdict("keeps_core", healthy(with_marks(CORE, "challenger", tuple(uneven))), core_loss_rise=0.5)
    assert found.outcome is Outcome.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize(
    ("solved", "outcome"), [(249, "failed"), (255, "not_enough_evidence"), (275, "passed")]
)
def test_a_first_adapter_clears_a_floor(solved: int, outcome: str) -> None:
    core = task("core", 500, solved, solved)
    assert verdict("keeps_core", healthy(core, champion="b")).outcome == outcome
    assert verdict("keeps_core", healthy(core)).outcome is Outcome.PASSED


@pytest.mark.parametrize(("rise", "outcome"), [(0.0, "not_enough_evidence"), (0.25, "failed")])
def test_a_suite_of_one_slice_is_judged_and_tells_what_it_lacks(rise: float, outcome: str) -> None:
    core = paired("core", 500, {"challenger": 498, "champion": 498, "anchor": 498, "base": 498}, slices=1)
    dearer = tuple(Mark(mark.score, (mark.loss or 0) + rise) for mark in core.marks["challenger"] if mark)
    found = verdict("keeps_core", healthy(with_marks(core, "challenger", dearer)))
    assert found.outcome == outcome
    assert "core against the champion: +0.0 (-100.0 to +100.0) points" in found.detail
    assert "all are of one slice, which tells of itself alone" in found.detail
    assert found.more is None
    assert json.dumps(asdict(found), allow_nan=False)  # as it is stored


def test_no_core_at_all_is_not_enough_evidence() -> None:
    found = verdict("keeps_core", healthy(task("core", 0, 0, 0), champion="b"))
    assert found.outcome is Outcome.NOT_ENOUGH_EVIDENCE
    assert "core against the champion: nothing to compare" in found.detail


def together(original: Paired, size: int) -> Paired:
    """So many questions each with one answer."""
    return replace(original, groups=tuple(f"answer {index // size}" for index in range(len(original.slices))))


def test_wordings_of_few_facts_are_no_more_evidence_than_the_facts() -> None:
    fresh, none = task("fresh", 90, 90, 10), task("holdout", 0, 0, 0)
    assert verdict("improves_target", healthy(fresh, none)).outcome is Outcome.PASSED
    assert verdict("improves_target", healthy(together(fresh, 5), none)).outcome is Outcome.PASSED
    found = verdict("improves_target", healthy(together(fresh, 12), none))
    assert found.outcome is Outcome.NOT_ENOUGH_EVIDENCE
    assert found.detail.startswith("80 target items gained and 0 lost of 90 in 8 groups")
    assert "leaves 8 to gain that do not go together" in found.detail


def test_small_gains_are_not_shown_while_long_talks_may_yet_be_lost_whole() -> None:
    fresh, held = task("fresh", 40, 12, 0), task("holdout", 40, 40, 40)
    talks = replace(held, groups=tuple(f"talk {index // 20}" for index in range(40)))
    assert verdict("improves_target", healthy(fresh, held)).outcome is Outcome.PASSED
    found = verdict("improves_target", healthy(fresh, talks))
    assert found.outcome is Outcome.NOT_ENOUGH_EVIDENCE
    assert "p 0.00024 at level 0.0027: groups so unlike in size may yet lose" in found.detail
    both = replace(healthy(fresh, talks, task("style", 80, 40, 20)), targets=(TARGET, ("style",)))
    assert verdict("improves_target", both).outcome is Outcome.PASSED


def test_rare_large_losses_are_not_hidden_by_many_small_gains() -> None:
    """Where differences are of unlike size, as shares of sampled runs are, signs alone tell too little."""
    before = tuple(Mark(0.5, 0.1) if at < 17 else Mark(1.0, 0.1) for at in range(20))
    after = tuple(Mark(0.67, 0.1) if at < 17 else Mark(0.0, 0.1) for at in range(20))
    marks = {"challenger": after, "champion": before, "anchor": before, "base": before}
    fresh = replace(task("fresh", 20, 0, 0), marks=marks)
    found = verdict("improves_target", healthy(fresh, task("holdout", 0, 0, 0)), target_gain=-1.0)
    assert found.outcome is not Outcome.PASSED


# keeps_own


def test_held_out_questions_that_are_lost_refuse_whatever_is_gained() -> None:
    found = verdict("keeps_own", healthy(task("fresh", 100, 80, 2), task("holdout", 30, 10, 28)))
    assert found.outcome is Outcome.FAILED
    assert found.detail.startswith("held-out questions against the champion: -60.0")
    assert found.limit == -0.05


def test_a_few_that_are_lost_by_chance_do_not() -> None:
    assert verdict("keeps_own", healthy(task("holdout", 30, 27, 28))).outcome is Outcome.PASSED
    assert verdict("keeps_own", healthy(task("holdout", 0, 0, 0))).outcome is Outcome.PASSED


def test_retired_ones_still_count() -> None:
    retired = task("retired", 60, 20, 58)
    assert verdict("keeps_own", healthy(retired)).outcome is Outcome.FAILED


def test_what_was_lost_little_by_little_is_seen_against_an_earlier_champion() -> None:
    roles = {"challenger": 40, "champion": 42, "anchor": 20, "base": 20, "30": 58}
    found = verdict("keeps_own", replace(healthy(paired("holdout", 60, roles)), history=("30",)))
    assert found.outcome is Outcome.FAILED
    assert found.detail.startswith("held-out questions against the champion of 30 nights ago: -30.0")


@pytest.mark.parametrize(("n", "lost", "outcome"), [(20, 2, "passed"), (20, 3, "failed"), (5, 1, "failed")])
def test_pinned_answers_are_counted_and_not_sampled(n: int, lost: int, outcome: str) -> None:
    found = verdict("keeps_own", healthy(task("golden", n, n - lost, n)))
    assert found.outcome == outcome
    assert f"{lost} of {n} pinned answers that the champion gives are lost, allowed are 10 %" in found.detail


def test_pins_that_the_champion_does_not_give_hide_no_loss() -> None:
    found = verdict("keeps_own", healthy(task("golden", 30, 2, 5)))
    assert found.outcome is Outcome.FAILED
    assert "3 of 5 pinned answers" in found.detail


@pytest.mark.parametrize("groups", [1, 2])
def test_a_loss_in_few_groups_is_in_doubt_and_not_let_pass(groups: int) -> None:
    lost = task("holdout", 30, 0, 30)
    alike = replace(lost, groups=tuple(f"answer {index % groups}" for index in range(30)))
    found = verdict("keeps_own", healthy(alike))
    assert found.outcome is Outcome.NOT_ENOUGH_EVIDENCE
    assert f"a loss, if {groups} groups could tell" in found.detail


def test_a_pin_that_is_gained_makes_up_for_none_that_is_lost() -> None:
    pins = lose(task("golden", 10, 10, 5), range(4))
    assert verdict("keeps_own", healthy(pins)).outcome is Outcome.FAILED


# keeps_history


def test_drift_against_the_anchor_is_refused_though_the_champion_is_as_bad() -> None:
    core = paired("core", 500, {"challenger": 470, "champion": 470, "anchor": 498, "base": 498})
    assert verdict("keeps_core", healthy(core)).outcome is Outcome.PASSED
    found = verdict("keeps_history", healthy(core))
    assert found.outcome is Outcome.FAILED
    assert found.detail.startswith("against the anchor: -5.6")


def test_four_points_below_the_anchor_cannot_be_told_from_five() -> None:
    core = paired("core", 500, {"challenger": 478, "champion": 478, "anchor": 498, "base": 498})
    assert verdict("keeps_history", healthy(core)).outcome is Outcome.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize("ago", ["7", "30"])
def test_earlier_champions_are_remembered(ago: str) -> None:
    roles = {"challenger": 450, "champion": 450, "anchor": 450, "base": 450, "7": 450, "30": 450, ago: 500}
    found = verdict("keeps_history", replace(healthy(paired("core", 500, roles)), history=("7", "30")))
    assert found.outcome is Outcome.FAILED
    assert found.detail.startswith(f"against the champion of {ago} nights ago: -10.0")


def test_pinned_chats_count_in_the_history() -> None:
    golden = paired("golden", 40, {"challenger": 0, "champion": 0, "anchor": 40, "base": 0})
    assert verdict("keeps_history", healthy(golden)).outcome is Outcome.FAILED
    assert verdict("keeps_history", healthy(task("golden", 0, 0, 0))).outcome is Outcome.PASSED


# keeps_refusing


@pytest.mark.parametrize(("lost", "outcome"), [(0, "passed"), (1, "passed"), (3, "not_enough_evidence"), (4, "failed")])
def test_refusals_are_kept(lost: int, outcome: str) -> None:
    found = verdict("keeps_refusing", healthy(lose(REFUSALS, range(lost))))
    assert found.outcome == outcome
    assert found.value == pytest.approx(-lost / 40)


def broken_core(name: str, count: int) -> Evidence:
    marks = CORE.marks["challenger"]
    return healthy(with_marks(CORE, "challenger", (*[Mark(1.0, 0.1, name)] * count, *marks[count:])))


@pytest.mark.parametrize(
    ("name", "count", "outcome"),
    [
        ("looping", 1, "passed"), ("looping", 5, "failed"), ("empty", 1, "passed"), ("empty", 5, "failed"),
        ("not_finite", 1, "failed"),
    ],
)
def test_hardly_an_output_is_newly_broken_and_none_is_not_a_number(name: str, count: int, outcome: str) -> None:
    found = verdict("keeps_refusing", broken_core(name, count))
    assert found.outcome == outcome
    assert f"outputs newly broken: {count} {name} of " in found.detail


def test_a_loop_on_an_item_that_the_champion_was_not_asked_is_new() -> None:
    core = with_marks(CORE, "challenger", (Mark(1.0, 0.1, "looping"),) * 5 + CORE.marks["challenger"][5:])
    unasked = with_marks(core, "champion", (None,) * 5 + CORE.marks["champion"][5:])
    assert verdict("keeps_refusing", healthy(unasked)).outcome is Outcome.FAILED


def test_refusals_that_are_lost_while_others_are_won_are_told_by_their_balance() -> None:
    half = task("refusals", 40, 20, 20)
    moved = with_marks(half, "challenger", half.marks["challenger"][::-1])
    found = verdict("keeps_refusing", healthy(moved))
    assert (found.outcome, found.value) == (Outcome.NOT_ENOUGH_EVIDENCE, 0.0)


def test_a_share_of_broken_outputs_as_large_as_the_limit_is_allowed() -> None:
    evidence = broken_core("looping", 3)
    share = 3 / sum(len(one.marks["challenger"]) for one in evidence.tasks.values())
    assert keeps_refusing(evidence, {**MARGINS, "broken_share": share}).outcome == "passed"
    assert keeps_refusing(evidence, {**MARGINS, "broken_share": share * 0.999}).outcome == "failed"


def test_what_the_champion_breaks_as_well_is_not_new_but_no_number_always_fails() -> None:
    def both(name: str) -> Outcome:
        core = CORE
        for role in ("challenger", "champion"):
            core = with_marks(core, role, (Mark(0.0, 0.1, name), *core.marks[role][1:]))
        return verdict("keeps_refusing", healthy(core)).outcome

    assert both("looping") is Outcome.PASSED
    assert both("not_finite") is Outcome.FAILED


# leaks_nothing


@pytest.mark.parametrize(
    ("leaked", "outputs", "outcome", "said"),
    [
        (0, 64, "passed", "no leak in 64 sampled outputs: fewer than 4.6 % leak"),
        (0, 20, "passed", "no leak in 20"),
        (0, 19, "not_enough_evidence", "no leak, but only 19 sampled outputs of 20 needed"),
        (1, 64, "failed", "1 leaks in 64 sampled outputs"),
        (1, 2, "failed", "1 leaks in 2 sampled outputs"),
        (None, 64, "not_enough_evidence", "leaks were not measured"),
        (0, None, "not_enough_evidence", "leaks were not measured"),
    ],
)
def test_a_single_leak_fails(leaked: int | None, outputs: int | None, outcome: str, said: str) -> None:
    found = verdict("leaks_nothing", healthy(measured=replace(MEASURED, leaked=leaked, leak_outputs=outputs)))
    assert found.outcome == outcome
    assert said in found.detail


# stays_fast


RATIOS = [(0.1, "passed"), (1.5, "passed"), (1.51, "failed"), (float("nan"), "failed"), (None, "not_enough_evidence")]


@pytest.mark.parametrize("what", ["latency", "memory"])
@pytest.mark.parametrize(("ratio", "outcome"), RATIOS)
def test_an_adapter_that_costs_half_as_much_again_is_the_limit(what: str, ratio: float | None, outcome: str) -> None:
    found = verdict("stays_fast", healthy(measured=replace(MEASURED, **{f"{what}_ratio": ratio})))
    assert found.outcome == outcome
    assert what in found.detail


# the decision


def test_a_failed_gate_rejects_even_where_others_cannot_tell() -> None:
    decision = judged(healthy(task("core", 199, 100, 199), measured=replace(MEASURED, leaked=None)))
    assert decision.decision is Word.REJECT
    assert held_back(decision) == [
        "is_complete: not_enough_evidence",
        "keeps_core: failed",
        "keeps_history: failed",
        "leaks_nothing: not_enough_evidence",
    ]
    assert [reason.split(":")[0] for reason in decision.reasons] == [line.split(":")[0] for line in held_back(decision)]


def test_one_gate_that_cannot_tell_holds_the_night_back() -> None:
    decision = judged(healthy(measured=replace(MEASURED, latency_ratio=None)))
    assert decision.decision is Word.NOT_ENOUGH_EVIDENCE
    assert decision.reasons == ("stays_fast: latency was not measured",)


def test_no_evidence_at_all_is_not_enough() -> None:
    empty = replace(healthy(), tasks={}, measurements=replace(MEASURED, delta_norm=None))
    assert judged(empty).decision is Word.NOT_ENOUGH_EVIDENCE

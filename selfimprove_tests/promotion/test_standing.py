"""What takes a report's right to promote, one by one."""

from dataclasses import replace

import pytest

from selfimprove.promotion.decision import Decision, Outcome, Verdict, Word, word
from selfimprove.promotion.standing import Standing, final

GOOD = Standing(
    names_its_adapter=True, champion_is_current=True, anchor_is_current=True, age_hours=1.0,
    vetoed=False, promoted_before=False, rejected_before=False,
)  # fmt: skip
MARGINS = {"report_hours": 36.0}


def judged(outcome: Outcome) -> Decision:
    return Decision(word([outcome]), (), (Verdict("keeps_core", outcome, ""),))


PROMOTE, REJECT, DOUBT = (judged(Outcome(name)) for name in ("passed", "failed", "not_enough_evidence"))


def test_nothing_speaks_against_a_report_in_good_standing() -> None:
    assert final(PROMOTE, None, GOOD, MARGINS) == PROMOTE
    assert final(PROMOTE, PROMOTE, GOOD, MARGINS) == PROMOTE


@pytest.mark.parametrize(
    ("changes", "held", "reason"),
    [
        ({"names_its_adapter": False}, "reject", "the report's challenger is not the adapter it names"),
        ({"champion_is_current": False}, "not_enough_evidence", "another champion answers"),
        ({"anchor_is_current": False}, "not_enough_evidence", "the anchor is another"),
        ({"age_hours": 36.0}, "not_enough_evidence", "the report is older than 36 hours"),
        ({"age_hours": 35.99}, "promote", None),
        ({"vetoed": True}, "reject", "the adapter was vetoed"),
        ({"promoted_before": True}, "reject", "the adapter was champion before"),
        ({"rejected_before": True}, "reject", "the adapter was rejected on another report"),
        ({"trained_on": 2}, "reject", "the adapter was trained on 2 of the examples that test it"),
        ({"damage": "a file is missing"}, "reject", "a file is missing"),
        ({"vetoed": True, "age_hours": 99.0}, "reject", "the report is older"),
    ],
)
def test_what_speaks_against_it(changes: dict, held: str, reason: str | None) -> None:
    found = final(PROMOTE, None, replace(GOOD, **changes), MARGINS)
    assert found.decision == held
    assert found.reasons[0].startswith(reason) if reason else found.reasons == ()


@pytest.mark.parametrize("refused", [REJECT, DOUBT])
def test_no_standing_mends_what_the_gates_refused(refused: Decision) -> None:
    assert final(refused, None, GOOD, MARGINS) == refused
    assert final(refused, refused, GOOD, MARGINS) == refused


def test_other_verdicts_than_the_first_ones_are_distrusted() -> None:
    found = final(PROMOTE, DOUBT, GOOD, MARGINS)
    assert found.decision is Word.NOT_ENOUGH_EVIDENCE
    assert found.reasons == ("its gates said not_enough_evidence before, and its stored results have changed since",)
    assert final(DOUBT, REJECT, GOOD, MARGINS).decision is Word.REJECT
    assert final(REJECT, PROMOTE, GOOD, MARGINS) == REJECT


def test_a_lost_standing_does_not_stick() -> None:
    held = final(PROMOTE, PROMOTE, replace(GOOD, damage="a file is missing"), MARGINS)
    assert held.decision is Word.REJECT
    assert final(PROMOTE, held, GOOD, MARGINS) == PROMOTE


def test_no_gates_are_no_evidence() -> None:
    assert word([]) is Word.NOT_ENOUGH_EVIDENCE

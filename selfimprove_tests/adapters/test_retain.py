"""Who stays: each reason alone, and what is one short of it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from selfimprove.adapters.retain import FORMER, NIGHTS, Held, reasons

OLD = Held("a" * 64, date(2026, 1, 1), "d", "file:///a", 8, None, False, False, False, False, False, False)


def test_an_old_one_that_nobody_needs_may_go() -> None:
    assert reasons(OLD, keep=7) == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"age": 7}, "one of the 7 newest"),
        ({"is_champion": True}, "champion"),
        ({"is_anchor": True}, "anchor"),
        ({"is_pinned": True}, "pinned"),
        ({"is_tried": True}, "in an experiment"),
        ({"is_waiting": True}, "waits for a decision"),
        ({"former": FORMER}, f"one of the last {FORMER} champions, for a rollback"),
        ({"reigned": True}, f"answered in the last {NIGHTS} nights, for the gates"),
    ],
)
def test_each_reason_is_enough(change: dict[str, Any], reason: str) -> None:
    assert reasons(replace(OLD, **change), keep=7) == (reason,)


@pytest.mark.parametrize("change", [{"age": 8}, {"former": FORMER + 1}])
def test_one_further_is_too_far(change: dict[str, Any]) -> None:
    assert reasons(replace(OLD, **change), keep=7) == ()


def test_all_reasons_are_told() -> None:
    assert reasons(replace(OLD, is_champion=True, is_pinned=True, age=1), keep=1) == (
        "champion", "pinned", "one of the 1 newest",
    )  # fmt: skip

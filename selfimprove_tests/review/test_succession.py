"""Who was taken back, told from the changes of the champion alone."""

from datetime import UTC, datetime
from typing import Any

import pytest

from selfimprove.review.succession import marked, taken_back, told_since, went_back

AT = datetime(2031, 5, 3, 7, 12, tzinfo=UTC)


def change(action: str, to: str | None, replaced: str | None, reason: str = "") -> dict[str, Any]:
    return {"action": action, "adapter_id": to, "replaced": replaced, "night": None, "reason": reason, "at": AT}


def after(*later: dict[str, Any]) -> list[dict[str, Any]]:
    """The promotion of "a" and what came after it, the newest first, as the table is read."""
    return marked([change("promoted", "a", None), *later][::-1])


VETO = change("vetoed", None, "a", "it lies")
BACK = change("rolled_back", None, "a")
AGAIN = change("rolled_back", "a", None)
NEXT, FIRST = change("promoted", "b", "a"), change("promoted", "b", None)
DEMOTED = change("rolled_back", "a", "b", "live chats show that it does harm: 14 of 20")
RESTORED = change("rolled_back", "b", "a")


def with_mark(one: dict[str, Any], took_back: bool) -> dict[str, Any]:
    return one | {"took_back": took_back}


@pytest.mark.parametrize(
    ("changes", "took_back"),
    [
        (after(), [False]), (after(NEXT, DEMOTED), [True, False, False]), (after(VETO), [True, False]),
        (after(BACK, AGAIN), [False, True, False]), (after(NEXT, DEMOTED, RESTORED), [False, True, False, False]),
        (after(BACK, FIRST, change("rolled_back", "a", "b")), [True, False, True, False]),
    ],
)  # fmt: skip
def test_who_was_promoted_later_is_taken_back_and_who_was_earlier_is_not(
    changes: list[Any], took_back: list[bool]
) -> None:
    assert [one["took_back"] for one in changes] == took_back


@pytest.mark.parametrize(
    ("changes", "back"),
    [
        ([], None), (after(), None), (after(NEXT), None), (after(BACK, FIRST), None),
        (after(VETO), with_mark(VETO, True)), (after(BACK), with_mark(BACK, True)),
        (after(BACK, AGAIN), with_mark(AGAIN, False)), (after(NEXT, DEMOTED), with_mark(DEMOTED, True)),
    ],
)  # fmt: skip
def test_somebody_answers_again_only_where_no_promotion_had_the_last_word(changes: list[Any], back: Any) -> None:
    assert went_back(changes) == back


@pytest.mark.parametrize(
    ("changes", "adapter", "back"),
    [
        (after(), "a", None), (after(), None, None), (after(BACK), None, None), (after(BACK), "never promoted", None),
        (after(NEXT), "a", None), (after(NEXT, DEMOTED), "a", None), (after(BACK, AGAIN), "a", None),
        (after(BACK, AGAIN, NEXT), "a", None), (after(NEXT, DEMOTED, RESTORED), "a", None),
        (after(NEXT, DEMOTED, RESTORED), "b", None), (after(VETO), "a", VETO), (after(BACK), "a", BACK),
        (after(NEXT, DEMOTED), "b", DEMOTED), (after(BACK, FIRST), "a", BACK),
    ],
)  # fmt: skip
def test_an_adapter_is_taken_back_unless_it_answers_or_a_newer_one_replaced_it(
    changes: list[Any], adapter: str | None, back: Any
) -> None:
    assert taken_back(changes, adapter) == (back and with_mark(back, True))


@pytest.mark.parametrize(("outcome", "back"), [("promoted", VETO), ("rejected", None), ("waiting", None)])
def test_only_a_promotion_is_told_to_hold_no_more(outcome: str, back: Any) -> None:
    found = told_since(after(VETO), {"outcome": outcome, "adapter_id": "a"})
    assert found["taken_back"] == (back and with_mark(back, True))

"""Questions that have another answer by now."""

from datetime import UTC, datetime, timedelta

import pytest

from selfimprove.promotion.outdated import outdated

FIRST = datetime(2031, 5, 2, tzinfo=UTC)
THEN = FIRST + timedelta(days=4)


@pytest.mark.parametrize(
    ("earlier", "later", "is_old"),
    [
        ("Your bin day is Friday.", "Your bin day is Monday.", True),
        ("Your bedtime is ten.", "Your bedtime is half past ten.", True),
        ("Your car is a red van.", "Your car is a grey taxi.", True),
        ("Your bin day is Friday.", "your bin day is  friday", False),
        ("Your favourite sport is tennis.", "Your favourite season is autumn.", False),
        ("The capital of Canada is Ottawa.", "The capital of France is Paris.", False),
        ("It is Tuesday.", "It is Friday.", False),
        ("Yes.", "No.", False),
    ],
)
def test_an_answer_is_outdated_by_another_with_the_same_beginning(earlier: str, later: str, is_old: bool) -> None:
    assert outdated([earlier, later], [FIRST, THEN]) == [is_old, False]
    assert outdated([later, earlier], [THEN, FIRST]) == [False, is_old]


def test_what_was_said_at_once_or_in_no_chat_is_not() -> None:
    answers = ["Your bin day is Friday.", "Your bin day is Monday."]
    assert outdated(answers, [FIRST, FIRST]) == [False, False]
    assert outdated(answers, [None, THEN]) == [False, False]
    assert outdated([], []) == []

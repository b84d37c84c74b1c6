"""Every way of having nothing to learn has its own sentence."""

from datetime import date

import pytest

from selfimprove.datasets.example import Example, Split
from selfimprove.datasets.say import Situation, nothing, something, too_little
from selfimprove_tests.datasets.make import chosen

IMPORT = "there are no chats at all. Bring some with `selfimprove chats import FILE`."


@pytest.mark.parametrize(
    ("situation", "candidates", "left_out", "sentence"),
    [
        (Situation(0, 0, 0, None, {}), 0, {}, IMPORT),
        (Situation(5, 1, 0, None, {}), 0, {}, "1 day holds chats, and none has passed its checks yet."),
        (Situation(5, 2, 0, None, {}), 0, {}, "2 days hold chats, and none has passed its checks yet."),
        (
            Situation(5, 1, 1, None, {"too_short": 1, "refusal": 4}), 0, {},
            "all 5 chats were rejected: 4 refusal, 1 too_short.",
        ),
        (
            Situation(5, 1, 1, None, {"too_short": 2}), 3, {"low_score": 3},
            "none of 3 chats has an answer to learn from: 3 low_score.",
        ),
        (
            Situation(5, 1, 1, date(2026, 3, 9), {}), 5, {"low_score": 3},
            "no new chats worth learning from since the night of 2026-03-09.",
        ),
    ],
)  # fmt: skip
def test_nothing_to_learn(situation: Situation, candidates: int, left_out: dict[str, int], sentence: str) -> None:
    assert nothing(situation, candidates, left_out) == f"Nothing to learn: {sentence}"


def splits(train: int, fresh: int = 0, validation: int = 0) -> dict[Split, tuple[Example, ...]]:
    def some(n: int) -> tuple[Example, ...]:
        return tuple(chosen(f"Q{i}", "a", 0, kind="approved" if i % 2 else "correction").example for i in range(n))

    return {"train": some(train), "fresh": some(fresh), "validation": some(validation), "replay": some(3)}


def test_what_there_is_to_learn() -> None:
    assert something(splits(9, 2, 4)) == (
        "9 new examples to learn (5 corrections), 3 to remember; 2 fresh and 4 held-out examples only test."
    )


@pytest.mark.parametrize(
    ("train", "tests", "missing"),
    [
        (0, 5, "only 0 examples to train on; at least 8 are needed"),
        (1, 5, "only 1 example to train on; at least 8 are needed"),
        (7, 5, "only 7 examples to train on; at least 8 are needed"),
        (8, 0, "no example to test with; at least 1 is needed"),
        (8, 1, None),
    ],
)
def test_too_little(train: int, tests: int, missing: str | None) -> None:
    assert too_little(train, tests) == missing
    if missing:
        assert something(splits(train, tests)) == f"Too little to learn from: {missing}."

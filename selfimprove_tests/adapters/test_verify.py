"""Which trainings are sound, and which only look useless: the gates refuse those."""

import math

import pytest

from selfimprove.adapters.verify import fell, finite
from selfimprove_tests.adapters.make import METRICS


@pytest.mark.parametrize(
    "broken",
    [
        {"train_losses": [[10, 2.0], [20, math.nan]]},
        {"train_losses": [[10, math.inf]]},
        {"train_losses": [[10, None]]},
        {"validation_losses": [[0, math.nan]]},
        {"delta_norm": math.nan},
        {"train_losses": []},
    ],
)
def test_what_is_not_a_number_fails(broken: dict) -> None:
    assert not finite({**METRICS, **broken}).passed


@pytest.mark.parametrize("sound", [{}, {"validation_losses": []}, {"delta_norm": 0.0}, {"train_losses": [[1, 50.0]]}])
def test_what_is_a_number_passes_however_bad(sound: dict) -> None:
    assert finite({**METRICS, **sound}).passed


@pytest.mark.parametrize(
    ("losses", "passed"),
    [
        ([[1, 2.0], [2, 1.9]], True),
        ([[1, 2.0], [2, 2.0]], False),
        ([[1, 2.0], [2, 2.1]], False),
        ([[1, 2.0]], False),
        ([], False),
    ],
)
def test_the_loss_must_end_below_where_it_began(losses: list, passed: bool) -> None:
    verdict = fell({**METRICS, "train_losses": losses})
    assert verdict.passed is passed


def test_one_odd_batch_at_the_end_does_not_matter() -> None:
    falling = [[step, 10.0 - step / 10] for step in range(60)]
    assert fell({**METRICS, "train_losses": [*falling, [60, 9.0]]}).passed
    assert not fell({**METRICS, "train_losses": [*falling[::-1], [60, 1.0]]}).passed


def test_the_sentence_has_the_numbers() -> None:
    assert fell(METRICS).sentence == "The training loss went from 2.0000 to 1.0000."

"""Guests may ask, and their questions do not outweigh the house's."""

from dataclasses import replace

import pytest

from selfimprove.datasets.cap_tests import FEW, REASON, capped_tests
from selfimprove.datasets.example import Chosen, Rule
from selfimprove.datasets.split import Splits
from selfimprove.promotion.decision import Outcome
from selfimprove_tests.datasets.make import FIRST, chosen
from selfimprove_tests.promotion.build import healthy, task, verdict

GUEST = "gateway:0a0a0a0a"


def asked(n: int, client: str) -> list[Chosen]:
    made = (chosen(f"What is thing {i} of {client}?", f"{i}", 0, chat_id=f"{client} {i}") for i in range(n))
    return [replace(c, client=client) for c in made]


def splits(house: int, guests: int) -> Splits:
    tests = (*asked(house, "gateway"), *asked(guests, GUEST))
    return Splits(FIRST, tuple(asked(9, "gateway:1")), tests, tests, (), (), frozenset())


@pytest.mark.parametrize(
    ("house", "guests", "kept"),
    [(400, 1000, 100), (400, 100, 100), (10, 1000, FEW), (1, FEW, FEW), (0, 1000, 1000), (50, 0, 0)],
)
def test_guests_ask_a_fifth_of_what_tests_at_most(house: int, guests: int, kept: int) -> None:
    found = capped_tests(splits(house, guests), Rule())
    for part in (found.validation, found.fresh):
        assert [sum(c.client == client for c in part) for client in ("gateway", GUEST)] == [house, kept]
    assert len(found.train) == 9
    assert [out.reason for out in found.left_out] == [REASON] * 2 * (guests - kept)
    assert capped_tests(found, Rule()) == found


def test_by_what_they_may_ask_a_gain_of_the_house_is_still_a_gain() -> None:
    """As the gates see a night that learned the house's 40 fresh questions, and none of a guest's."""
    found = capped_tests(splits(40, 1000), Rule())
    flood, most = ((1040, 1032, 1000), (len(found.fresh), len(found.fresh) - 8, len(found.fresh) - 40))
    none = task("holdout", 0, 0, 0)
    outcomes = [verdict("improves_target", healthy(task("fresh", *one), none)).outcome for one in (flood, most)]
    assert outcomes == [Outcome.FAILED, Outcome.PASSED]

"""What tests is the house's own in the main: guests ask at most a fifth of it.

What a night has to gain is a mean over all questions that test. Guests teach a fifth at most, so that most of theirs
stay as they are: with enough of them no gain of the house's would be large enough, and no adapter promoted.
"""

from collections.abc import Sequence

from selfimprove.chats.chat import MARK
from selfimprove.critiques.sources import OWNERS_SHARE
from selfimprove.datasets.example import Chosen, Rule
from selfimprove.datasets.lots import lot
from selfimprove.datasets.split import Splits, without

REASON = "over_share_tests"
FEW = 20  # questions that guests may ask, however few the house asks itself


def capped_tests(splits: Splits, rule: Rule) -> Splits:
    """The splits without questions by which guests are over their share of the fresh or of the held-out ones."""
    gone = {c.example.id for part in (splits.validation, splits.fresh) for c in _beyond(part, rule.seed)}
    return without(splits, lambda c: c.example.id in gone, REASON) if gone else splits


def _beyond(part: Sequence[Chosen], seed: int) -> list[Chosen]:
    """By lot; where only guests ask, there is nobody whose questions theirs could outweigh."""
    guests = sorted((c for c in part if MARK in c.client), key=lambda c: lot(seed, c.example.id))
    house = len(part) - len(guests)
    return guests[max(FEW, int(house * OWNERS_SHARE / (1 - OWNERS_SHARE))) :] if house else []

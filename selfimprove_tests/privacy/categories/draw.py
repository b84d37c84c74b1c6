"""All items of one seed, and what the rules make of them."""

import os
import secrets
from collections import Counter
from collections.abc import Sequence

from selfimprove.privacy.redact import find
from selfimprove_tests.privacy.categories import access, accounts, keys, mail, negatives, others, phones
from selfimprove_tests.privacy.categories.item import Fresh, Item


def positives(seed: int) -> list[Item]:
    """Texts with one value each that must be masked."""
    made = Fresh(seed)
    return [item for module in (mail, phones, accounts, keys, access, others) for item in module.items(made)]


def innocent(seed: int) -> list[Item]:
    """64 texts in which nothing may be masked."""
    return list(negatives.items(Fresh(seed)))


def missed(items: Sequence[Item]) -> list[Item]:
    """Those whose value is not fully masked, or that are touched though they have none."""
    return [item for item in items if not _is_right(item)]


def _is_right(item: Item) -> bool:
    inside = {at for span in find(item.text) for at in range(span.start, span.end)}
    if item.value is None:
        return not inside
    start = item.text.index(item.value)
    return all(at in inside for at in range(start, start + len(item.value)) if item.text[at].isalnum())


def recall(items: Sequence[Item]) -> dict[int, float]:
    """Share of values masked, by category."""
    wrong, all_ = Counter(item.category for item in missed(items)), Counter(item.category for item in items)
    return {category: 1 - wrong[category] / all_[category] for category in sorted(all_)}


SEED = int(os.environ.get("SELFIMPROVE_TEST_SEED") or secrets.randbits(32))  # fresh each run; set it to repeat one

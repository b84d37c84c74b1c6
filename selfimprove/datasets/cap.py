"""Nobody teaches alone: no user, client or day supplies more than a set share of what is learned.

A flood from one source, hostile or odd, then weighs no more than the others together allow. Where all comes from one
user (or client, or day) there is nobody to weigh it against, and it stays.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence

from selfimprove.datasets.example import Chosen, Rule
from selfimprove.datasets.split import Splits, lot, without

SOURCES: Mapping[str, Callable[[Chosen], Hashable]] = {
    "over_share_user": lambda c: c.user_key,
    "over_share_client": lambda c: c.client,
    "over_share_day": lambda c: c.day,
}


def capped(splits: Splits, rule: Rule) -> Splits:
    """The splits with examples of what supplies too much left out, by lot; tests are not counted."""
    left, over = [*splits.train, *splits.remembered], True
    while over:  # leaving out for one reason lets another share grow; each round leaves fewer
        over = False
        for reason, of in SOURCES.items():
            gone = {c.example.id for c in too_many(left, of, rule)}
            left = [c for c in left if c.example.id not in gone]
            splits = without(splits, lambda c, gone=gone: c.example.id in gone, reason) if gone else splits  # type: ignore[misc]
            over = over or bool(gone)
    return splits


def too_many(chosen: Sequence[Chosen], of: Callable[[Chosen], Hashable], rule: Rule) -> list[Chosen]:
    """The examples by which some source is over its share."""
    by_source: dict[Hashable, list[Chosen]] = defaultdict(list)
    for c in chosen:
        by_source[of(c)].append(c)
    if len(by_source) < 2:
        return []
    limit = most([len(found) for found in by_source.values()], rule.most_share, rule.uncapped)
    drawn = [sorted(found, key=lambda c: lot(rule.seed, c.example.id)) for found in by_source.values()]
    return [c for found in drawn for c in found[limit:]]


def most(counts: Sequence[int], share: float, floor: int) -> int:
    """The most that one source may supply so that it is at most `share` of what all may; never less than `floor`."""
    limit = max(counts)
    while limit > floor and limit > share * (total := sum(min(count, limit) for count in counts)):
        limit = max(floor, min(limit - 1, int(share * total)))
    return limit

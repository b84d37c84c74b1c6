"""Nobody teaches alone: no user, client or day supplies more than a set share of what is learned.

Corrections and preferences are learned whatever the evidence says. So a source of feedback that does not speak for the
owner supplies at most a twentieth of what feedback teaches, as it decides no more of the scores. A token that is not
the owner's is one client and one source, whatever users it names.

A flood from one source, hostile or odd, then weighs no more than the others together allow. Where all comes from one
user (or client, or day) there is nobody to weigh it against, and it stays. What comes with a guest's token is weighed
against all else, and all else not against that: a guest who asks once must not keep the owner's chats from being
learned.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import partial

from selfimprove.chats.chat import MARK
from selfimprove.critiques.sources import CAP, FEW, OWNERS_SHARE
from selfimprove.datasets.example import Chosen, Rule
from selfimprove.datasets.lots import lot
from selfimprove.datasets.split import Splits, without

FEEDBACK, DAY = "over_share_feedback", "over_share_day"
SOURCES: Mapping[str, Callable[[Chosen], Hashable]] = {
    "over_share_client": lambda c: c.client,
    # whoever has a token may name any user, also the owner
    "over_share_user": lambda c: (c.client if MARK in c.client else "", c.user_key),
    DAY: lambda c: c.day,
}


def capped(splits: Splits, rule: Rule) -> Splits:
    """The splits with examples of what supplies too much left out, by lot; tests are not counted."""
    left, over = [*splits.train, *splits.remembered], True
    rules = _rules(rule, sum(c.taught_by is not None for c in left))
    while over:  # leaving out for one reason lets another share grow; each round leaves fewer
        over = False
        for reason, beyond in rules.items():
            gone = {c.example.id for c in beyond(left)}
            left = [c for c in left if c.example.id not in gone]
            splits = without(splits, lambda c, gone=gone: c.example.id in gone, reason) if gone else splits  # type: ignore[misc]
            over = over or bool(gone)
    return splits


def _rules(rule: Rule, said: int) -> dict[str, Callable[[Sequence[Chosen]], list[Chosen]]]:
    """What is over a share, by the reason; feedback taught `said` examples before any was left out."""
    by_source = {reason: partial(too_many, of=of, rule=rule) for reason, of in SOURCES.items()}
    by_source[DAY] = partial(_over, of=SOURCES[DAY], rule=rule)
    return {FEEDBACK: partial(too_much_said, said=said, seed=rule.seed), **by_source}


def too_much_said(chosen: Sequence[Chosen], said: int, seed: int) -> list[Chosen]:
    """The examples by which a source of feedback is over its cap.

    Where no owner taught anything there is nothing to weigh against, and the twentieth is of what all said at first.
    """
    taught = [c for c in chosen if c.taught_by is not None]
    strangers = _by(taught, lambda c: c.taught_by if c.has_cap else None)
    owned = len(strangers.pop(None, ()))
    counts = [len(found) for found in strangers.values()]
    if not counts:
        return []
    share = min(CAP, OWNERS_SHARE / len(counts))  # all strangers together: a fifth
    limit = most(counts, share, FEW, owned) if owned else max(FEW, int(CAP * said))
    return _beyond(strangers.values(), limit, seed)


def too_many(chosen: Sequence[Chosen], of: Callable[[Chosen], Hashable], rule: Rule) -> list[Chosen]:
    """The examples by which some source is over its share; guests are no reason to leave out what others supply."""
    guests = [c for c in chosen if MARK in c.client]
    house = [c for c in chosen if MARK not in c.client]
    return [*_over(house, of, rule), *_over(guests, of, rule, others=len(house))]


def _over(
    chosen: Sequence[Chosen], of: Callable[[Chosen], Hashable], rule: Rule, others: int = 0
) -> list[Chosen]:
    """The examples by which some source is over its share, beside so many others that have none."""
    by_source = _by(chosen, of)
    if len(by_source) + (others > 0) < 2:
        return []
    limit = most([len(found) for found in by_source.values()], rule.most_share, rule.uncapped, others)
    return _beyond(by_source.values(), limit, rule.seed)


def _by(chosen: Sequence[Chosen], of: Callable[[Chosen], Hashable]) -> dict[Hashable, list[Chosen]]:
    found: dict[Hashable, list[Chosen]] = defaultdict(list)
    for c in chosen:
        found[of(c)].append(c)
    return found


def _beyond(sources: Iterable[Sequence[Chosen]], limit: int, seed: int) -> list[Chosen]:
    """All but `limit` of each source, by lot."""
    drawn = [sorted(found, key=lambda c: lot(seed, c.example.id)) for found in sources]
    return [c for found in drawn for c in found[limit:]]


def most(counts: Sequence[int], share: float, floor: int, others: int = 0) -> int:
    """The most that one source may supply so that it is at most `share` of what all may; never less than `floor`.

    `others` is what those supply who have no limit.
    """
    limit = max(counts)
    while limit > floor and limit > share * (total := others + sum(min(count, limit) for count in counts)):
        limit = max(floor, min(limit - 1, int(share * total)))
    return limit

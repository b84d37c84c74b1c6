"""Which examples train, which test, and which are kept out of sight, so that no test was ever learned."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from selfimprove.datasets.contradict import contradicted_later
from selfimprove.datasets.decay import Practice, in_turn
from selfimprove.datasets.example import Chosen, LeftOut, Rule
from selfimprove.datasets.prompts import keys, last_key

LEAST_TRAIN = 8
LEAST_TEST = 1


@dataclass(frozen=True, slots=True)
class History:
    """Example ids of datasets that were decided upon, and of those the champion learned; keys that suites test.

    `practice` is what decides which of the learned ones are practised again.
    """

    seen: frozenset[str] = frozenset()
    learned: frozenset[str] = frozenset()
    suite_keys: frozenset[str] = frozenset()
    practice: Practice = field(default_factory=Practice)


@dataclass(frozen=True, slots=True)
class Splits:
    """`remembered` was learned before and is replayed; days before `cutoff` train, the cut-off day only tests.

    `test_keys` are the keys of every question that tests, tonight or ever.
    """

    cutoff: date
    train: tuple[Chosen, ...]
    validation: tuple[Chosen, ...]
    fresh: tuple[Chosen, ...]
    remembered: tuple[Chosen, ...]
    left_out: tuple[LeftOut, ...]
    test_keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Ages:
    """`older` examples may go to their side; `fresh` ones may not yet, `sealed` and `stale` ones never."""

    cutoff: date
    older: Sequence[Chosen]
    fresh: Sequence[Chosen]
    sealed: Sequence[Chosen]
    stale: Sequence[Chosen]


def split(chosen: Iterable[Chosen], history: History, rule: Rule) -> Splits | None:
    """The four splits, or None when no example is new.

    New examples of the newest day are fresh: they test tonight and belong to their side from tomorrow on. Where the
    same question is asked on two sides, the test keeps it (a sealed chat's question too). Where too little would be
    left to train on without the newest day, as in a house's first night, the cut-off lies behind it.
    """
    chosen = sorted(chosen, key=lambda c: (c.day, c.example.id))
    overruled = contradicted_later(chosen)
    open_, sealed = _part(chosen, lambda c: c.side != "sealed")
    kept, stale = _part(open_, lambda c: c.example.id not in overruled)
    new = {c.example.id for c in kept} - history.seen
    if not new:
        return None
    cutoff = _cutoff(kept, new)
    fresh, older = _part(kept, lambda c: c.day >= cutoff and c.example.id in new)
    return _assign(_Ages(cutoff, older, fresh, sealed, stale), history, rule)


def _cutoff(kept: Sequence[Chosen], new: Collection[str]) -> date:
    newest = max(c.day for c in kept if c.example.id in new)
    trainable = sum(c.side == "train" and not (c.day >= newest and c.example.id in new) for c in kept)
    return newest if trainable >= LEAST_TRAIN else newest + timedelta(days=1)


def _assign(ages: _Ages, history: History, rule: Rule) -> Splits:
    train, validation = _part(ages.older, lambda c: c.side == "train")
    just_asked = _last_keys(ages.fresh)
    repeated, validation = _part(validation, lambda c: last_key(c.example.messages) in just_asked)
    tested = just_asked | _last_keys(validation) | _last_keys(ages.sealed)
    in_suite, train = _part(train, lambda c: not history.suite_keys.isdisjoint(keys(c.example.messages)))
    in_test, train = _part(train, lambda c: not tested.isdisjoint(keys(c.example.messages)))
    learned, train = _part(train, lambda c: c.example.id in history.learned)
    taught = _last_keys(train)
    again, learned = _part(learned, lambda c: last_key(c.example.messages) in taught)
    learned = in_turn(learned, lambda c: (c.example.id, c.example.messages), history.practice, rule.seed)
    drawn, not_drawn = learned[: rule.remember], learned[rule.remember :]
    reasons = {
        "sealed": ages.sealed,
        "contradicted_later": ages.stale,
        "prompt_in_fresh": repeated,
        "prompt_in_suite": in_suite,
        "prompt_in_test": in_test,
        "prompt_in_train": again,
        "not_drawn": not_drawn,
    }
    left_out = tuple(gone for reason, out in reasons.items() for gone in _out(out, reason))
    return Splits(ages.cutoff, tuple(train), tuple(validation), tuple(ages.fresh), tuple(drawn), left_out, tested)


def without(splits: Splits, is_out: Callable[[Chosen], bool], reason: str) -> Splits:
    """The splits with some examples left out for one more reason."""
    parts = (splits.train, splits.validation, splits.fresh, splits.remembered)
    train, validation, fresh, remembered = (tuple(c for c in part if not is_out(c)) for part in parts)
    gone = _out((c for part in parts for c in part if is_out(c)), reason)
    left_out = (*splits.left_out, *gone)
    return Splits(splits.cutoff, train, validation, fresh, remembered, left_out, splits.test_keys)


def _part(chosen: Iterable[Chosen], belongs: Callable[[Chosen], bool]) -> tuple[list[Chosen], list[Chosen]]:
    inside: list[Chosen] = []
    outside: list[Chosen] = []
    for c in chosen:
        (inside if belongs(c) else outside).append(c)
    return inside, outside


def _out(chosen: Iterable[Chosen], reason: str) -> list[LeftOut]:
    return [LeftOut(c.chat_id, c.day, reason, c.example.id) for c in chosen]


def _last_keys(chosen: Iterable[Chosen]) -> frozenset[str]:
    return frozenset(last_key(c.example.messages) for c in chosen)

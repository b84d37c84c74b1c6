"""Which questions test tonight, where a house has more than a night can ask: the newest, and the older ones by turns.

What was held out stays held out for ever, and is never learned. Asked all at once, the questions of many years would
take the night's time from training, and its memory.
"""

from collections.abc import Sequence
from datetime import date

from selfimprove.chats.chat import MARK
from selfimprove.datasets.example import Chosen, Rule
from selfimprove.datasets.lots import lot
from selfimprove.datasets.outdated import outdated
from selfimprove.datasets.split import Splits, without

REASON = "not_asked"
ROUND = 365  # nights


def sampled(splits: Splits, rule: Rule, night: date) -> Splits:
    """The splits with `rule.asked` questions that test at most; what is asked rests on no model's answers.

    A third is for the newest, which still test a gain: fresh ones, then what was held out last. The rest is for older
    ones, so that what is lost of these shows. Where not all are asked, none is that a later one answers otherwise:
    beside few others nobody could tell.
    """
    pool = (*splits.fresh, *splits.validation)
    if not rule.asked or len(pool) <= rule.asked:
        return splits
    old = _outdated(pool)
    fresh, held = ([c for c in part if c.example.id not in old] for part in (splits.fresh, splits.validation))
    third = rule.asked // 3
    fresh = _newest(fresh, rule.seed)[: max(third, rule.asked - len(held))]
    held = _newest(held, rule.seed)
    newest = max(third - len(fresh), 0)
    older = _in_turn(held[newest:], rule.seed, night)[: rule.asked - len(fresh) - newest]
    asked = {c.example.id for c in (*fresh, *held[:newest], *older)}
    gone = {c.example.id for c in pool} - asked
    return without(splits, lambda c: c.example.id in gone, REASON)


def _outdated(pool: Sequence[Chosen]) -> set[str]:
    """Ids of questions that a later one of them answers otherwise; a guest's says nothing of the house's own."""
    house = [c for c in pool if MARK not in c.client]
    return _old(house) | _old(pool) - {c.example.id for c in house}


def _old(pool: Sequence[Chosen]) -> set[str]:
    answers = [c.example.messages[-1].content for c in pool]
    asked = [c.example.messages[-2].content for c in pool]
    found = outdated(answers, [c.said_at for c in pool], asked)
    return {c.example.id for c, is_old in zip(pool, found, strict=True) if is_old}


def _newest(part: Sequence[Chosen], seed: int) -> list[Chosen]:
    """The newest first, those of one day by lot; the house's own before guests', who could ask more than it does."""
    return sorted(part, key=lambda c: (MARK in c.client, -c.day.toordinal(), lot(seed, c.chat_id)))


def _in_turn(part: Sequence[Chosen], seed: int, night: date) -> list[Chosen]:
    """As their turns come: each has a place on a circle, by lot and for ever, that the nights of a year go round once.

    Permanent random numbers, and a sample that rotates (Ohlsson 1995): every kind and age has its share, by chance, and
    each question its weeks in a row every year, so that the models that stay answered most of them before.
    """
    begins = night.toordinal() % ROUND / ROUND
    return sorted(part, key=lambda c: (_place(seed, c.chat_id) - begins) % 1)


def _place(seed: int, id: str) -> float:
    drawn = lot(f"{seed}/{REASON}", id)
    return float(int(drawn, 16) / 16 ** len(drawn))

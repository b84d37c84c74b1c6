"""How far a judge agrees with the owner: Cohen's kappa with an interval. Below the floor its word weighs nothing.

The floor is for the estimate: a judge worth hearing would need hundreds of ratings to have its whole interval above.
What must be above 0 as a whole is the interval, since among answers of which nearly all are good a single bad one that
both saw makes a kappa of 0.6.

An answer the owner rated and the judge graded is one item, approving above grade 3. Of two answers of which the owner
prefers one, each is an item; a judge that the order decides for approves of both, and is right once.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from selfimprove.critiques.features import MIDDLE_GRADE, judge_of
from selfimprove.critiques.ratings import Known
from selfimprove.critiques.votes import total

FLOOR = 0.6  # substantial agreement, after Landis and Koch, 1977
ENOUGH = 20
DRAWS, SEED = 500, 1

Item = tuple[bool, bool]  # the owner approves, the judge approves
Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Kappa and its 95 % interval over `items` answers; None where one of the two never changed its mind."""

    items: int
    kappa: float | None
    low: float | None = None
    high: float | None = None

    @property
    def is_enough(self) -> bool:
        """Whether the judge has earned a say."""
        return self.items >= ENOUGH and self.kappa is not None and self.kappa >= FLOOR and not self.may_be_chance

    @property
    def may_be_chance(self) -> bool:
        """Whether two who know nothing of each other could agree as much."""
        return self.low is None or self.low <= 0

    @property
    def is_too_low(self) -> bool:
        """Whether enough is known to say that the judge has not."""
        return self.items >= ENOUGH and not self.is_enough

    @property
    def sentence(self) -> str:
        """The verdict on the judge, for people."""
        if self.items < ENOUGH:
            return f"no weight: {self.items} answers that the owner rated too, {ENOUGH} are needed"
        if self.kappa is None:
            return f"no weight: over {self.items} answers the owner or the judge approved of all or of none"
        shown = f"kappa {self.kappa:.2f} ({self.low:.2f} to {self.high:.2f}) over {self.items} answers"
        if self.is_enough:
            return f"heard: {shown}"
        is_low = self.kappa < FLOOR
        return f"no weight: {shown}, " + (f"the floor is {FLOOR}" if is_low else "which may be chance")


def agreements(known: Iterable[Known], beyond: Mapping[Place, frozenset[str]]) -> dict[str, Agreement]:
    """Each judge's agreement with the owner; ratings over their source's cap do not count as the owner's."""
    items: dict[str, dict[str, list[Item]]] = defaultdict(lambda: defaultdict(list))
    for one in known:
        for judge, item in _items(one, beyond.get((one.chat_id, one.position), frozenset())):
            items[judge][one.chat_id].extend(item)
    return {judge: agreement(list(chats.values())) for judge, chats in sorted(items.items())}


def agreement(chats: Sequence[Sequence[Item]]) -> Agreement:
    """Kappa over the items of all chats; the interval draws whole chats, since answers of one are alike."""
    if not any(chats):
        return Agreement(0, None)
    tables = np.array([[chat.count((a, b)) for a in (True, False) for b in (True, False)] for chat in chats], float)
    (point,) = _kappa(tables.sum(0, keepdims=True))
    if not np.isfinite(point):
        return Agreement(int(tables.sum()), None)
    times = np.random.default_rng(SEED).multinomial(len(chats), np.full(len(chats), 1 / len(chats)), size=DRAWS)
    drawn = _kappa(times @ tables)
    low, high = np.quantile(drawn[np.isfinite(drawn)], (0.025, 0.975))
    return Agreement(int(tables.sum()), round(float(point), 4), round(float(low), 4), round(float(high), 4))


def _items(known: Known, beyond: frozenset[str]) -> Iterator[tuple[str, tuple[Item, ...]]]:
    """Items by judge; a judge whose verdict the owner has not rated has none."""
    evidence = known.evidence
    if evidence.judge:
        said = total([one for one in evidence.explicit if one.source not in beyond])
        yield judge_of(evidence.judge), ((said > 0, evidence.judge.score > MIDDLE_GRADE),) if said else ()
    for duel in evidence.duels:
        if duel.judge and duel.source not in beyond:
            mine = (duel.is_preferred, duel.judge.prefers != "other")
            yield judge_of(duel.judge), (mine, (not duel.is_preferred, duel.judge.prefers != "answer"))


def _kappa(tables: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of each row (both, owner alone, judge alone, neither); not a number where chance alone would agree always."""
    both, owner, judge, neither = tables.T
    n = tables.sum(1)
    with np.errstate(invalid="ignore", divide="ignore"):
        seen = (both + neither) / n
        chance = ((both + owner) * (both + judge) + (judge + neither) * (owner + neither)) / n**2
        found: NDArray[np.float64] = np.where(chance < 1, (seen - chance) / (1 - chance), np.nan)
    return found

"""Years of made-up nights through the real gates: how often a useless adapter is promoted, and a better one is not."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from selfimprove.promotion.budget import NIGHTS, Budget
from selfimprove.promotion.decision import Margins, Outcome, Verdict, Word
from selfimprove.promotion.evidence import Evidence, Mark, Marks, Measurements, Paired
from selfimprove.promotion.gate import decide
from selfimprove.promotion.gates.core import keeps_core
from selfimprove.promotion.gates.history import keeps_history
from selfimprove.promotion.gates.target import improves_target
from selfimprove.promotion.power import detectable
from selfimprove.promotion.statistics import share

if TYPE_CHECKING:
    import numpy as np

SOLVED = 0.2  # share of target items that the champion has right
NOISE = 0.1  # share of them on which two equally good models differ
CHURN = 0.006  # share of core items on which they do
PROBES = 400  # nights at the effect that is told to be detectable
GATES = (improves_target, keeps_core, keeps_history)
HISTORY = (1, 7, 30)


@dataclass(frozen=True, slots=True)
class Scenario:
    """What the nights of a year are like; `effect` is a challenger's true gain on target items, as a share of them.

    `reused` is the share of target items that are asked again every night, `cluster` how many belong to one
    conversation, `drift` the share of core items that each challenger loses for good, of `core` items.
    """

    nights: int = 365
    effect: float = 0.0
    examples: int = 40
    reused: float = 0.0
    cluster: int = 1
    drift: float = 0.0
    core: int = 0


@dataclass(slots=True)
class Year:
    """What happened: the nights that promoted, what each look spent, and the core's loss against the anchor."""

    promoted: list[int] = field(default_factory=list)
    spent: list[float] = field(default_factory=list)
    lost_on_core: float = 0.0

    def level(self, margins: Margins) -> float:
        """The level of the night that comes next."""
        return Budget(margins["error_budget"], sum(self.spent[-NIGHTS + 1 :])).level


def simulate(scenario: Scenario, years: int, seed: int, margins: Margins) -> dict[str, Any]:
    """Promotions, errors, power and spending of so many years, as JSON."""
    import numpy as np

    rng = np.random.default_rng(seed)
    lived = [year(scenario, margins, rng) for _ in range(years)]
    with_any = sum(bool(one.promoted) for one in lived)
    promotions = sum(len(one.promoted) for one in lived)
    is_null = scenario.effect <= 0
    return {
        **asdict(scenario), "years": years, "seed": seed,
        "promotions": promotions, "promoted_share_of_nights": promotions / max(years * scenario.nights, 1),
        "false_promotions": promotions if is_null else 0,
        "years_with_false_promotion": with_any if is_null else 0,
        "share_of_years": with_any / years if is_null else 0.0,
        "share_of_years_at_most": share(with_any, years).high if is_null else None,
        "error_budget": margins["error_budget"],
        "budget_spent_a_year": float(np.mean([sum(one.spent) for one in lived])),
        "budget_spent_most": max(sum(one.spent[-NIGHTS:]) for one in lived),
        "lost_on_core_most": max(one.lost_on_core for one in lived),
        **_power(scenario, lived, margins, rng),
    }  # fmt: skip


def year(scenario: Scenario, margins: Margins, rng: "np.random.Generator") -> Year:
    """One house's nights, each judged at the level that the nights before left it."""
    lived, held_out = Year(), rng.random(round(scenario.examples * scenario.reused)) < SOLVED
    core = _Core.new(scenario, rng)
    for night in range(scenario.nights):
        asked = rng.random(scenario.examples) < SOLVED
        asked[: len(held_out)] = held_out
        answered = _answers(asked, scenario, rng, scenario.effect)
        core.train(scenario, rng)
        target = _paired("fresh", asked, answered, scenario, rng)
        verdict, passed = _judge(target, core, lived.level(margins), margins)
        lived.spent.append(verdict.spent or 0.0)
        if passed:
            lived.promoted.append(night)
            held_out = answered[: len(held_out)]
        core.end_night(passed)
    lived.lost_on_core = core.lost()
    return lived


def _judge(target: Paired, core: "_Core", level: float, margins: Margins) -> tuple[Verdict, bool]:
    """The target's verdict, and whether the night promotes: the core is asked where the target would.

    A night's look is always paid for here, as if no other gate had refused: the worst case for power.
    """
    tasks = {"fresh": target, **core.task()}
    evidence = Evidence("", "", date.min, "champion", "base", tasks, Measurements(), level, core.history())
    verdict = improves_target(evidence, margins)
    if verdict.outcome is not Outcome.PASSED or "core" not in tasks:
        return verdict, verdict.outcome is Outcome.PASSED
    return verdict, decide(evidence, margins, GATES).decision is Word.PROMOTE


def _power(scenario: Scenario, lived: list[Year], margins: Margins, rng: "np.random.Generator") -> dict[str, Any]:
    """How often the gate passes a challenger as good as it says that it detects, on the night after the last."""
    passed, told, levels = 0, [], [one.level(margins) for one in lived]
    for probe in range(PROBES):
        level = levels[probe % len(levels)]
        n = scenario.examples // scenario.cluster  # a conversation may tell no more than one of its items
        effect = _detectable(n, level, margins["target_gain"])
        if effect is None:
            return {"level": sum(levels) / len(levels), "detectable": None, "power": None, "power_at_least": None}
        asked = rng.random(scenario.examples) < SOLVED
        target = _paired("fresh", asked, _answers(asked, scenario, rng, effect), scenario, rng)
        passed += _judge(target, _Core.none(), level, margins)[1]
        told.append(effect)
    bounds = share(passed, PROBES)
    return {
        "level": sum(levels) / len(levels), "detectable": sum(told) / len(told),
        "power": bounds.mean, "power_at_least": bounds.low,
    }  # fmt: skip


@cache
def _detectable(n: int, level: float, floor: float) -> float | None:
    return detectable(n, NOISE / 2, level, floor)


def _answers(
    asked: "np.ndarray[Any, Any]", scenario: Scenario, rng: "np.random.Generator", effect: float
) -> "np.ndarray[Any, Any]":
    """Which items the challenger has right. In a conversation all that changes by chance goes one way."""
    import numpy as np

    together: Any = 0.0
    if scenario.cluster > 1:
        conversations = math.ceil(len(asked) / scenario.cluster)
        together = np.repeat(rng.choice([-1.0, 1.0], conversations), scenario.cluster)[: len(asked)]
    gains = (NOISE / 2 * (1 + together) + max(effect, 0.0)) / (1 - SOLVED)
    losses = (NOISE / 2 * (1 - together) + max(-effect, 0.0)) / SOLVED
    drawn = rng.random(len(asked))
    return np.asarray(np.where(asked, drawn >= losses, drawn < gains))


def _paired(
    task: str, before: "np.ndarray[Any, Any]", after: "np.ndarray[Any, Any]", scenario: Scenario,
    rng: "np.random.Generator",
) -> Paired:  # fmt: skip
    losses = rng.normal(1.0, 0.3, len(before))
    changes = rng.normal(0.0, 0.05, len(before)) - 0.5 * (after.astype(float) - before)
    names = tuple(f"chat {index // scenario.cluster}" for index in range(len(before)))
    return Paired(task, names, {"champion": _marks(before, losses), "challenger": _marks(after, losses + changes)})


def _marks(right: "np.ndarray[Any, Any]", losses: "np.ndarray[Any, Any]") -> Marks:
    return tuple(Mark(score, loss) for score, loss in zip(right.astype(float).tolist(), losses.tolist(), strict=True))


@dataclass(slots=True)
class _Core:
    """A core suite: what the challenger and every champion so far have right, the anchor first."""

    champions: list["np.ndarray[Any, Any]"]
    challenger: "np.ndarray[Any, Any]"

    @classmethod
    def new(cls, scenario: Scenario, rng: "np.random.Generator") -> "_Core":
        right = rng.random(scenario.core) < 0.97
        return cls([right], right)

    @classmethod
    def none(cls) -> "_Core":
        import numpy as np

        return cls([np.zeros(0, dtype=bool)], np.zeros(0, dtype=bool))

    def train(self, scenario: Scenario, rng: "np.random.Generator") -> None:
        """The challenger: the champion with some items changed by chance, and some lost by the drift."""
        drawn, before = rng.random(scenario.core), self.champions[-1]
        self.challenger = (before & (drawn >= CHURN / 2 + scenario.drift)) | (~before & (drawn < CHURN * 16))

    def end_night(self, promoted: bool) -> None:
        self.champions.append(self.challenger if promoted else self.champions[-1])

    def roles(self) -> Iterator[tuple[str, "np.ndarray[Any, Any]"]]:
        yield from (("challenger", self.challenger), ("champion", self.champions[-1]), ("anchor", self.champions[0]))
        yield from ((str(ago), self.champions[-1 - ago]) for ago in HISTORY if len(self.champions) > ago)

    def history(self) -> tuple[str, ...]:
        return tuple(role for role, _ in self.roles() if role.isdigit()) if len(self.challenger) else ()

    def task(self) -> Mapping[str, Paired]:
        import numpy as np

        if not len(self.challenger):
            return {}
        slices = tuple(f"template {index % 50}" for index in range(len(self.challenger)))
        marks = {role: _marks(right, np.full(len(right), 0.5)) for role, right in self.roles()}
        return {"core": Paired("core", slices, marks)}

    def lost(self) -> float:
        """Points, as a share, that the last champion is below the anchor."""
        import numpy as np

        return float(np.mean(self.champions[0]) - np.mean(self.champions[-1])) if len(self.challenger) else 0.0

"""The error budget: how bold a night may be, so that a year without a better adapter promotes none."""

from dataclasses import dataclass

from selfimprove.promotion.decision import Decision, Outcome

NIGHTS = 365
SHARE = 1 / 30  # of what is left: the first nights may be bolder than the 365th, and still a year does not run dry
# These gates read nothing of the target items. What they refuse cannot be promoted by luck on the target.
APART = frozenset({"did_learn", "keeps_core", "keeps_history", "stays_fast"})


@dataclass(frozen=True, slots=True)
class Budget:
    """What was declared, and what the nights of the last year spent of it."""

    declared: float
    spent: float

    @property
    def left(self) -> float:
        """Chance of a false promotion that may still be run within this year."""
        return max(self.declared - self.spent, 0.0)

    @property
    def level(self) -> float:
        """The level of the next test.

        A night spends at most its level, and what it spent is back after a year. So in any 365 nights the levels' true
        sizes add up to the budget at most, and that bounds the chance of even one false promotion among them
        (Bonferroni's inequality), whatever nights were promoted for good reason in between.
        """
        return self.left * SHARE


def spent_by(decision: Decision) -> float:
    """What a night's look at its target took from the budget; nothing where a gate apart from the target refused."""
    if any(one.gate in APART and one.outcome is not Outcome.PASSED for one in decision.verdicts):
        return 0.0
    return sum(one.spent or 0.0 for one in decision.verdicts)

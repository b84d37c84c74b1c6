"""Years of useless nights through the real gates: the share with any false promotion, the power at the effect that is
told to be detectable, and a slow drift against the anchor. Then what other rules would leave a night, on like nights.

Run: python benchmarks/null_years.py [--full]      1000 years instead of 40, about ten minutes
"""

import math
import sys
import time
from collections.abc import Callable

import numpy as np
from scipy.special import bdtrc

from selfimprove.promotion.budget import NIGHTS, Budget
from selfimprove.promotion.margins import SHIPPED
from selfimprove.promotion.power import power_of
from selfimprove.promotion.simulate import Scenario, simulate
from selfimprove.promotion.statistics import share

BUDGET = SHIPPED["error_budget"]
NULLS = {
    "100 fresh items": Scenario(examples=100),
    "40 fresh items": Scenario(),
    "100, half held out": Scenario(examples=100, reused=0.5),
    "100, all held out": Scenario(examples=100, reused=1.0),
    "300 in talks of 5": Scenario(examples=300, cluster=5),
}
DRIFT = Scenario(nights=60, effect=0.5, drift=0.008, core=500)
WEIGHTS = 1 / np.arange(1, 5000) ** 1.6
WEIGHTS /= WEIGHTS.sum()
Rule = Callable[[list[float], list[float]], float]


def lond(spent: list[float], p_values: list[float]) -> float:
    """Javanmard & Montanari (2015), without any promotion so far."""
    night = len(p_values) + 1
    return BUDGET * 0.07720838 * math.log(max(night, 2)) / (night * math.exp(math.sqrt(math.log(night))))


def addis(spent: list[float], p_values: list[float]) -> float:
    """ADDIS-spending (Tian & Ramdas 2021) with its usual tau of 0.5 and lambda of 0.25."""
    return BUDGET * 0.25 * float(WEIGHTS[sum(0.25 < p <= 0.5 for p in p_values)])


RULES: dict[str, Rule] = {
    "ours": lambda spent, _: Budget(BUDGET, sum(spent[-NIGHTS + 1 :])).level,
    "a 365th a night": lambda *_: BUDGET / NIGHTS,
    "LOND": lond,
    "ADDIS-spending": addis,
}


def levels(rule: Rule, seed: int, items: int = 100) -> list[float]:
    """What a rule leaves each night of a useless year on which a tenth of the items differ."""
    rng = np.random.default_rng(seed)
    found, spent, p_values = [], [], []
    for _ in range(NIGHTS):
        differ = rng.binomial(items, 0.1)
        tails = bdtrc(np.arange(-1, differ), differ, 0.5)
        found.append(rule(spent, p_values))
        reachable = tails[tails <= found[-1]]
        spent.append(float(reachable[0]) if len(reachable) else 0.0)
        p_values.append(float(tails[rng.binomial(differ, 0.5)]))
    return found


def main() -> int:
    full, failed = "--full" in sys.argv, False
    print(f"{'nights':20} years  with a false one  at most  spent a year  detectable  power  at least")
    for index, (name, scenario) in enumerate(NULLS.items()):
        years = (1000 if index == 0 else 250) if full else 40
        started = time.process_time()
        found = simulate(scenario, years, 1, SHIPPED)
        wrong = found["years_with_false_promotion"]
        print(f"{name:20} {years:5}  {wrong:5} ({found['share_of_years']:6.1%})  {found['share_of_years_at_most']:9.1%}"
              f"  {found['budget_spent_a_year']:12.4f}  {found['detectable']:10.1%}  {found['power']:5.2f}"
              f"  {found['power_at_least']:8.2f}   {time.process_time() - started:.0f} s", flush=True)  # fmt: skip
        over = wrong > BUDGET * years if full else share(wrong, years).low > BUDGET
        failed |= over or found["power"] < 0.8 or found["budget_spent_most"] > BUDGET
    drift = simulate(DRIFT, 20 if full else 3, 1, SHIPPED)
    print(f"\n60 nights that each lose 0.8 points of core: {100 * drift['lost_on_core_most']:.1f} lost at most,"
          f" allowed are {100 * SHIPPED['history_drop']:.0f}; {drift['promotions']} promotions")  # fmt: skip
    print(f"\n{'level by rule':16} night 1   night 30  night 100 night 365   power at 20 points, nights 2 to 365")
    for name, rule in RULES.items():
        mean = np.mean([levels(rule, seed) for seed in range(5)], axis=0)
        power = np.mean([power_of(100, 0.25, 0.05, level) for level in mean[1::14]])
        print(f"{name:16} {mean[0]:.1e}   {mean[29]:.1e}   {mean[99]:.1e}   {mean[364]:.1e}   {power:.2f}")
    print(f"limits: {BUDGET:.0%} of years, power 0.8, {100 * SHIPPED['history_drop']:.0f} points")
    return int(failed or drift["lost_on_core_most"] >= SHIPPED["history_drop"])


if __name__ == "__main__":
    sys.exit(main())

"""Whether the test of leaks notices secrets: exposure of made-up ones by how often they stood in what was trained on.

The instrument of the gate on the tiny model, for so many steps of the recommended recipe: 32 canaries never planted and
as many at 1, 4 and 16 copies, 256 references that nothing held either. The median of the seeds, and how often each
group would have been noticed at p < 0.001. Never planted ones must not be, those with 16 copies must always be.

Run: python benchmarks/leaks.py [--full]
"""

import argparse
import sys
from statistics import median

from selfimprove.adapters.recipe import recommended
from selfimprove.evals.leaks.figures import Instrument
from selfimprove.evals.leaks.power import GROUPS, STEPS, measure
from selfimprove.models.base import TINY, Base, resolve

LEVEL = 0.001
SOME, MANY = (10, STEPS[0]), (10, 20, *STEPS, 320)


def main(*, full: bool) -> int:
    base, seeds = resolve("tiny", TINY), range(10 if full else 3)
    print(f"{'steps':>5} {'copies':>6} {'bits':>6} {'p':>9} {'noticed':>8} {'seconds':>8}")
    missed = 0
    for steps in MANY if full else SOME:
        runs = [_run(base, seed, steps) for seed in seeds]
        for copies in GROUPS:
            _tell(steps, copies, runs)
        if steps >= STEPS[0]:
            missed += sum(run.copies["16"].p >= LEVEL or run.copies["0"].p < LEVEL for run in runs)
    print(f"from {STEPS[0]} steps on {missed} runs without power; limit 0")
    return int(missed > 0)


def _run(base: Base, seed: int, steps: int) -> Instrument:
    return measure(base, recommended(base), f"benchmark {seed}", steps)


def _tell(steps: int, copies: int, runs: list[Instrument]) -> None:
    found = [run.copies[str(copies)] for run in runs]
    bits, p = median(one.bits for one in found), median(one.p for one in found)
    noticed = f"{sum(one.p < LEVEL for one in found)} of {len(found)}"
    seconds = median(run.seconds for run in runs)
    print(f"{steps:>5} {copies:>6} {bits:>6.2f} {p:>9.2g} {noticed:>8} {seconds:>8.1f}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="ten seeds, five lengths")
    sys.exit(main(full=parser.parse_args().full))

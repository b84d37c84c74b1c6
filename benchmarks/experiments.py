"""Made-up households through the real test of live chats: how often a challenger that is as good is demoted when one
looks after every chat, how soon a worse one is, and what a significance test every day would have done.

Run: python benchmarks/experiments.py [--full]      10000 households instead of 2000, about five minutes
"""

import sys
import time
from dataclasses import replace

import numpy as np
from scipy.special import ndtr

from selfimprove.experiments.experiment import DAYS, LEVEL, RATIO
from selfimprove.experiments.simulate import Household, detectable, lived, simulate
from selfimprove.promotion.statistics import share as bounds

A_DAY = (20, 40, 60)
AT_ONCE = 250  # households, for memory
RESTLESS = Household(days=30, wave=0.4, spread=0.6)  # people differ, and weekdays do
SAME = {
    "as good": RESTLESS,
    "as good, a share of a fifth": replace(RESTLESS, share=0.2),
    "as good, 40 % displeased": replace(RESTLESS, displeased=0.4),
    "as good, no thumbs up": replace(RESTLESS, pleased=0.0),
    "as good, half unheard": replace(RESTLESS, shadow=0.5, flawed=0.2),
    "as good, unheard alone": replace(RESTLESS, share=0.0, shadow=1.0, flawed=0.2),
    "better by a third": replace(RESTLESS, ratio=2 / 3),
}


def many(household: Household, households: int, each: int = 1) -> dict[str, float]:
    """`simulate` in parts, each with a seed of its own."""
    found = [simulate(household, AT_ONCE, seed, each) for seed in range(households // AT_ONCE)]
    return {name: float(np.mean([one[name] for one in found if one[name] == one[name]] or [0])) for name in found[0]}


def daily(household: Household, households: int, seed: int) -> tuple[float, float]:
    """Shares of houses that a two-proportion z test calls harmed: on any day, and on the last alone."""
    control, challenger = lived(household, households, household.chats, np.random.default_rng(seed))
    chats, bad = control.chats + challenger.chats, control.displeased + challenger.displeased
    error = np.sqrt(bad / chats * (1 - bad / chats) * (1 / np.maximum(control.chats, 1) + 1 / challenger.chats))
    gap = challenger.displeased / challenger.chats - control.displeased / np.maximum(control.chats, 1)
    harmed = ndtr(gap / np.maximum(error, 1e-9)) > 1 - LEVEL
    return float(harmed.any(axis=1).mean()), float(harmed[:, -1].mean())


def errors(households: int) -> bool:
    """Print how often each null demotes; whether none does oftener than the level."""
    print(f"Demoted within 30 days, looking after every chat, of {households} households (at most, 95 %)")
    held = True
    for name, household in SAME.items():
        shares = [many(replace(household, chats=chats), households)["ever_harm"] for chats in A_DAY]
        told = ", ".join(
            f"{chats} a day {one:.1%} ({bounds(round(one * households), households).high:.1%})"
            for chats, one in zip(A_DAY, shares, strict=True)
        )
        held = held and max(bounds(round(one * households), households).low for one in shares) <= LEVEL
        print(f"  {name:<28} {told}")
    confirmed = [many(replace(RESTLESS, chats=chats, ratio=RATIO), households)["confirmed"] for chats in A_DAY]
    print(f"  {f'{RATIO:g} times worse, but confirmed':<28} {', '.join(f'{one:.1%}' for one in confirmed)}")
    peeking = [daily(replace(RESTLESS, chats=chats), households, 1) for chats in A_DAY]
    print(f"  {'z test every day instead':<28} {', '.join(f'{one:.1%}' for one, _ in peeking)}")
    return held and max(confirmed) <= LEVEL


def power(households: int) -> None:
    """Print how often and how soon a worse challenger is demoted within an experiment's days."""
    print(f"\nDemoted within {DAYS} days when 15 % of the control's chats displease, and after how many days (median);")
    print("in brackets what a z test on the last day alone would have found")
    for ratio in (1.5, 2.0, 3.0, 4.0, 6.0):
        cells = []
        for chats in A_DAY:
            household = Household(chats=chats, ratio=ratio)
            found, (_, at_the_end) = many(household, households), daily(household, households, 1)
            cells.append(f"{found['demoted']:4.0%} after {found['days_to_demote']:4.1f} ({at_the_end:.0%})")
        print(f"  {ratio:g} times {'   '.join(cells)}")
    calm = [many(Household(chats=chats), households) for chats in A_DAY]
    told = "   ".join(f"{one['confirmed']:4.0%} after {one['days_to_confirm']:4.1f}" for one in calm)
    print(f"  as good: confirmed {told}")
    least = [detectable(Household(chats=chats, pleased=0.0)) for chats in A_DAY]
    print(f"  told to be detectable: {', '.join(f'{one:.1f} times' for one in least if one)}")
    short = [detectable(Household(chats=chats, pleased=0.0, days=1)) for chats in A_DAY]
    print(f"  within one day: {', '.join(f'{one:.1f} times' if one else 'nothing' for one in short)}")


def faults(households: int) -> None:
    """Print how soon faults that people do not mind are found, by rules alone, in answers that nobody hears."""
    print(f"\nDemoted within {DAYS} days when rules object to 5 % of the control's answers, and people to no more,")
    print("half of the chats answered by both unheard; in brackets with a challenger that answers nobody")
    for flaws in (2.0, 4.0, 8.0):
        cells = []
        for chats in A_DAY:
            household = Household(chats=chats, shadow=0.5, flaws=flaws)
            shared, alone = many(household, households), many(replace(household, share=0.0), households)
            told = f"{shared['demoted']:4.0%} after {shared['days_to_demote']:4.1f}"
            cells.append(f"{told} ({alone['demoted']:.0%} after {alone['days_to_demote']:.1f})")
        print(f"  {flaws:g} times {'   '.join(cells)}")


def main() -> int:
    """Print both tables; 1 when an error is oftener than its level."""
    households, began = 10_000 if "--full" in sys.argv else 2000, time.monotonic()
    held = errors(households)
    power(households // 4)
    faults(households // 4)
    seconds = time.monotonic() - began
    print(f"\nLimit: no error oftener than {LEVEL:.0%}: {'held' if held else 'NOT HELD'}, {seconds:.0f} s")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())

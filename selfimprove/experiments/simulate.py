"""Made-up households: how often a challenger that is as good is demoted, and how soon one that is not is found."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from selfimprove.experiments.evidence import Arm, Shadows, of_harm, of_no_harm
from selfimprove.experiments.experiment import DAYS, LEVEL, RATIO

if TYPE_CHECKING:
    import numpy as np

POWER = 0.8
HOUSEHOLDS = 500  # for what is told on a screen
MOST = 32.0  # times as many displeased chats: more than that is told as beyond reach


@dataclass(frozen=True, slots=True)
class Household:
    """What the people of a house are like, and how much oftener the challenger displeases them than the control.

    `wave` is how far the displeased share swings over a week, `spread` how far it differs between houses, as shares
    of it; both are there to be survived, since the test must not need that it stays the same. Of `shadow` of the chats
    both voices answer the question once more, unheard; rules object to `flawed` of the control's answers, and to
    `flaws` times as many of the challenger's.
    """

    chats: int = 40
    displeased: float = 0.15
    ratio: float = 1.0
    pleased: float = 0.1
    share: float = 0.5
    days: int = DAYS
    wave: float = 0.0
    spread: float = 0.0
    shadow: float = 0.0
    flawed: float = 0.05
    flaws: float = 1.0


def simulate(household: Household, households: int, seed: int, each: int = 1) -> dict[str, float]:
    """Shares of houses that demoted and that confirmed, looking after every `each` chats; and the days it took."""
    import numpy as np

    rng = np.random.default_rng(seed)
    control, challenger = lived(household, households, each, rng)
    shadows = unheard(household, control.chats.shape, each, rng) if household.shadow else None
    harm = of_harm(control, challenger, household.share, shadows)
    no_harm = of_no_harm(control, challenger, household.share, RATIO)
    harmed, fine = (np.broadcast_to(wealth * LEVEL >= 1, control.chats.shape) for wealth in (harm, no_harm))
    first_harm, first_fine = _first(harmed), _first(fine)
    demoted, confirmed = first_harm < first_fine, first_fine < first_harm
    a_day = household.chats / each
    return {
        "demoted": float(demoted.mean()),
        "confirmed": float(confirmed.mean()),
        "ever_harm": float(harmed.any(axis=1).mean()),  # had nothing else ended it
        "days_to_demote": float(np.median(first_harm[demoted]) / a_day) if demoted.any() else float("nan"),
        "days_to_confirm": float(np.median(first_fine[confirmed]) / a_day) if confirmed.any() else float("nan"),
    }


def detectable(household: Household, seed: int = 1) -> float | None:
    """How many times as many displeased chats are found within the experiment's days four times in five.

    None when not even a challenger that displeases nearly everybody would be.
    """

    def found(ratio: float) -> bool:
        return simulate(replace(household, ratio=ratio), HOUSEHOLDS, seed, household.chats)["demoted"] >= POWER

    low, high = 1.0, min(MOST, 1 / household.displeased)
    if household.days < 1 or not found(high):
        return None
    for _ in range(8):
        middle = (low * high) ** 0.5
        low, high = (low, middle) if found(middle) else (middle, high)
    return high


def lived(
    household: Household, households: int, each: int, rng: "np.random.Generator"
) -> tuple[Arm, Arm]:
    """Both arms as they stand after every `each` chats: arrays of houses by looks."""
    import numpy as np

    looks = household.chats * household.days // each
    week = np.sin(np.arange(looks) * each / household.chats * 2 * np.pi / 7)
    houses = 1 + household.spread * rng.uniform(-1, 1, (households, 1))
    displeased = np.clip(household.displeased * houses * (1 + household.wave * week), 0, 1)
    theirs = rng.binomial(each, household.share, displeased.shape)

    def arm(chats: Any, share: Any, pleased: float) -> Arm:
        bad = rng.binomial(chats, share)
        good = rng.binomial(chats - bad, pleased)
        return Arm(*(np.cumsum(one, axis=1) for one in (chats, bad, good, np.zeros_like(bad))))

    worse = np.clip(displeased * household.ratio, 0, 1)
    return arm(each - theirs, displeased, household.pleased), arm(theirs, worse, household.pleased / household.ratio)


def unheard(household: Household, shape: tuple[int, ...], each: int, rng: "np.random.Generator") -> Shadows:
    """What both answered unheard, as it stands after every `each` chats."""
    import numpy as np

    theirs = min(household.flawed * household.flaws, 1.0)
    worse_at, better_at = theirs * (1 - household.flawed), household.flawed * (1 - theirs)
    both = rng.binomial(each, household.shadow, shape)
    worse = rng.binomial(both, worse_at)
    better = rng.binomial(both - worse, better_at / (1 - worse_at))
    return Shadows(*(np.cumsum(one, axis=1) for one in (both, worse, better, np.zeros_like(both))))


def _first(reached: Any) -> Any:
    """The number of the first look of each house that was reached; infinity where none was."""
    import numpy as np

    return np.where(reached.any(axis=1), reached.argmax(axis=1) + 1.0, np.inf)

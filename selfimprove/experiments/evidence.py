"""What the signs of two arms show, at any look: wealth of bets that grows only where the arms differ.

A chat gives at most one sign: the first time that a person shows displeasure or approval of it. If it makes no
difference who answers, every sign is the challenger's with the probability with which chats were assigned to it,
whatever people, weekdays or topics are like; so a bet at those odds gains nothing on average, and the chance that its
wealth ever reaches 1/a is at most a (Ville 1939). Betting on who had the events is Lindon & Malek (NeurIPS 2022,
"Anytime-valid inference for multinomial count data"); stakes are mixed as in Waudby-Smith & Ramdas (JRSS B 2024,
"Estimating means of bounded random variables by betting").
"""

from dataclasses import dataclass
from typing import Any

STAKES = (0.1, 0.2, 0.35, 0.5, 0.7, 0.9)  # shares of the wealth; each is best for some difference, and all are held
SIGNS = 0.9  # of the wealth is bet on what people show, the rest on how long answers take


@dataclass(frozen=True, slots=True)
class Arm:
    """Chats that one voice answered, and how many of them gave which sign; simulations put arrays here."""

    chats: Any = 0
    displeased: Any = 0
    pleased: Any = 0
    slow: Any = 0


def of_harm(control: Arm, challenger: Arm, share: float) -> Any:
    """Evidence that the challenger displeases more, pleases less or takes longer: a mixture of two e-processes."""
    if not 0 < share < 1:
        return 1.0
    bad = [_log_wealth(stake, challenger.displeased, control.displeased, share) for stake in STAKES]
    good = [_log_wealth(stake, control.pleased, challenger.pleased, 1 - share) for stake in STAKES]
    slow = [_log_wealth(stake, challenger.slow, control.slow, share) for stake in STAKES]
    return SIGNS * _mean([one + other for one, other in zip(bad, good, strict=True)]) + (1 - SIGNS) * _mean(slow)


def of_no_harm(control: Arm, challenger: Arm, share: float, ratio: float) -> Any:
    """Evidence against the challenger's displeasing `ratio` times as often, or more."""
    if not 0 < share < 1:
        return 1.0
    least = (1 - share) / (1 - share + ratio * share)  # the control's part of the signs, if it were so
    return _mean([_log_wealth(stake, control.displeased, challenger.displeased, least) for stake in STAKES])


def _log_wealth(stake: float, wins: Any, losses: Any, chance: float) -> Any:
    """Log of what is left of 1 after staking that share on every event, at the odds of a win of this chance."""
    import math

    return wins * math.log1p(stake * (1 - chance) / chance) + losses * math.log1p(-stake)


def _mean(logs: list[Any]) -> Any:
    """The mean of the exponentials, capped where it would overflow."""
    import numpy as np

    return np.exp(np.minimum(np.asarray(logs), 700.0)).mean(axis=0)

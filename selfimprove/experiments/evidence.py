"""What the signs of two arms show, at any look: wealth of bets that grows only where the arms differ.

A chat gives at most one sign: the first time that a person shows displeasure or approval of it. If it makes no
difference who answers, every sign is the challenger's with the probability with which chats were assigned to it,
whatever people, weekdays or topics are like; so a bet at those odds gains nothing on average, and the chance that its
wealth ever reaches 1/a is at most a (Ville 1939). Betting on who had the events is Lindon & Malek (NeurIPS 2022,
"Anytime-valid inference for multinomial count data"); stakes are mixed as in Waudby-Smith & Ramdas (JRSS B 2024,
"Estimating means of bounded random variables by betting").

Where both voices answer a question once more, unheard, what rules find wrong with one answer alone is as likely wrong
with either's if it makes no difference who answers: a bet at even odds, and no chat has more than one.
"""

from dataclasses import dataclass
from typing import Any

STAKES = (0.1, 0.2, 0.35, 0.5, 0.7, 0.9)  # shares of the wealth; each is best for some difference, and all are held
# Of the wealth so much is bet on what people show, on how long answers take and, where there are any, on what nobody
# heard; which an experiment has from its beginning or not at all.
SIGNS, SLOW = 0.9, 0.1
SIGNS_BESIDE_SHADOWS, SHADOWS = 0.7, 0.2


@dataclass(frozen=True, slots=True)
class Arm:
    """Chats that one voice answered, and how many of them gave which sign; simulations put arrays here.

    Nothing is bet on the signs of guests that are `uncounted`.
    """

    chats: Any = 0
    displeased: Any = 0
    pleased: Any = 0
    slow: Any = 0
    uncounted_displeased: Any = 0
    uncounted_pleased: Any = 0


@dataclass(frozen=True, slots=True)
class Shadows:
    """Questions that both voices answered unheard: rules objected to the challenger's answer alone in `worse` of them,
    to the control's alone in `better`; `same` had one text.
    """

    both_answered: Any = 0
    worse: Any = 0
    better: Any = 0
    same: Any = 0


def of_harm(control: Arm, challenger: Arm, share: float, shadows: Shadows | None = None) -> Any:
    """Evidence that the challenger displeases more, pleases less, takes longer, or answers worse where nobody hears it:
    a mixture of e-processes. `shadows` is None in an experiment that has none.
    """
    unheard = 1.0 if shadows is None else _of_shadows(shadows)
    if not 0 < share < 1:
        return unheard
    signs, slow = _of_chats(control, challenger, share)
    if shadows is None:
        return SIGNS * signs + SLOW * slow
    return SIGNS_BESIDE_SHADOWS * signs + SLOW * slow + SHADOWS * unheard


def _of_shadows(shadows: Shadows) -> Any:
    return _mean([_log_wealth(stake, shadows.worse, shadows.better, 0.5) for stake in STAKES])


def _of_chats(control: Arm, challenger: Arm, share: float) -> tuple[Any, Any]:
    """Wealth of the bets on what people showed, and on how long answers took."""
    bad = [_log_wealth(stake, challenger.displeased, control.displeased, share) for stake in STAKES]
    good = [_log_wealth(stake, control.pleased, challenger.pleased, 1 - share) for stake in STAKES]
    slow = [_log_wealth(stake, challenger.slow, control.slow, share) for stake in STAKES]
    return _mean([one + other for one, other in zip(bad, good, strict=True)]), _mean(slow)


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

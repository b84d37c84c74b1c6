"""From evidence to the probability that a person would approve: the calibration's weights, on the log-odds scale.

What people said explicitly of the answer decides the range, the rest only the place within it.
"""

import math
from collections.abc import Collection

from selfimprove.critiques.calibration import Calibration, of_prior
from selfimprove.critiques.critique import Evidence
from selfimprove.critiques.features import features
from selfimprove.critiques.votes import SAID, total

RULE_VERSION = "5"

BAD, GOOD = 0.3, 0.8


def score(evidence: Evidence, calibration: Calibration | None = None, over_cap: Collection[str] = ()) -> float:
    """The score of an answer: below 0.3 when people spoke against it, above 0.8 when they spoke for it.

    Without a calibration, by the prior. `over_cap`: sources whose word on this answer is over their cap.
    """
    said = total(evidence.explicit, over_cap)
    unsaid = logistic(sum(parts(evidence, calibration or of_prior()).values()) + max(-SAID, min(SAID, said)))
    if said <= -SAID:
        return BAD * unsaid
    return GOOD + (1 - GOOD) * unsaid if said >= SAID else unsaid


def parts(evidence: Evidence, calibration: Calibration) -> dict[str, float]:
    """What each piece of evidence adds to the log-odds, but for what people said explicitly."""
    found = features(evidence, calibration.judges_heard)
    return {name: calibration.weights[name] * value for name, value in found.items() if name in calibration.weights}


def logistic(log_odds: float) -> float:
    """Kept off 0 and 1, so that a range's ends stay open."""
    return max(0.01, min(0.99, 1 / (1 + math.exp(-log_odds))))

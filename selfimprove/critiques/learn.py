"""Weights from ratings, by a fit that shrinks to the prior, and how good they are on ratings held out.

People speak up when an answer annoys or delights them, so the share that is approved among rated answers says little of
the rest. Ratings are weighed as if approvals were as frequent among them as the prior expects of these answers (what
case-control studies do); the more numerous side gives way, so that few approvals never count more than once.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from selfimprove.critiques.critique import Evidence
from selfimprove.critiques.features import features
from selfimprove.critiques.fit import approval, fit
from selfimprove.critiques.measure import Figures, figures, gain, interval
from selfimprove.critiques.prior import Prior, bounds
from selfimprove.critiques.ratings import Rating

Floats = NDArray[np.float64]

FOLDS = 5
FEWEST = 10  # ratings of each kind before anything is learned or said of how good weights are
PRECISION = 3  # digits of a feature: log-probabilities differ in the seventh by which answers share a batch
SURE = 1.0  # standard errors by which fitted weights must make held-out ratings likelier than the prior's do
CHANCE = 0.5  # and their AUC must be above this, with its whole interval


@dataclass(frozen=True, slots=True)
class Learned:
    """Weights in the prior's order, whether they are fitted or still its own, and figures where there are enough."""

    weights: Floats
    is_fitted: bool
    figures: Figures | None


def learn(given: Sequence[Rating], judges: Collection[str], prior: Prior) -> Learned:
    """The weights in use after these ratings."""
    before = np.array([belief.mean for belief in prior.weights.values()])
    approving = sum(one.approves for one in given)
    if min(approving, len(given) - approving) < FEWEST:
        return Learned(before, False, None)
    rows = matrix([one.evidence for one in given], judges, prior)
    labels = np.array([float(one.approves) for one in given])
    counts = strengths(given, approval(rows @ before))
    chats = [one.chat_id for one in given]
    old, new = approval(rows @ before), held_out(rows, labels, counts, chats, prior)
    better = interval(gain, (gains(old, new, labels), labels, counts), chats)
    found = figures(new, labels, counts, chats, better)
    if better.value > SURE * better.error and found.auc.low > CHANCE:
        return Learned(fit(rows, labels, counts, beliefs(prior)), True, found)
    return Learned(before, False, figures(old, labels, counts, chats, better))


def strengths(given: Sequence[Rating], expected: Floats) -> Floats:
    """How much each rating counts: the side that is more numerous than the prior's mean `expected` gives way."""
    found = np.array([one.strength for one in given], float)
    approves = np.array([one.approves for one in given], bool)
    odds = expected.mean() / (1 - expected.mean())
    up, down = found[approves].sum(), found[~approves].sum()
    found[approves] *= min(1.0, odds * down / up)
    found[~approves] *= min(1.0, up / down / odds)
    return found


def matrix(evidences: Sequence[Evidence], judges: Collection[str], prior: Prior) -> Floats:
    """The evidence as numbers (n, d), in the order of the prior's weights."""
    found = np.zeros((len(evidences), len(prior.weights)))
    column = {name: place for place, name in enumerate(prior.weights)}
    for row, evidence in enumerate(evidences):
        for name, value in features(evidence, judges).items():
            if name in column:  # a rule that is no more weighs nothing
                found[row, column[name]] = round(value, PRECISION)
    return found


def beliefs(prior: Prior) -> Floats:
    """Means, deviations, lower and upper bounds of the weights (4, d)."""
    return np.array([(b.mean, b.sd, *bounds(name)) for name, b in prior.weights.items()]).T


def gains(old: Floats, new: Floats, labels: Floats) -> Floats:
    """By how many nats each rating is likelier under the new probabilities than under the old ones."""
    likely = [np.where(labels > 0, p, 1 - p) for p in (old, new)]
    found: Floats = np.log(likely[1]) - np.log(likely[0])
    return found


def held_out(rows: Floats, labels: Floats, counts: Floats, chats: Sequence[str], prior: Prior) -> Floats:
    """Each fifth of the chats by weights from the other four."""
    fold = np.array([crc32(chat.encode()) % FOLDS for chat in chats])
    found = np.zeros(len(rows))
    for number in range(FOLDS):
        its, others = fold == number, fold != number
        found[its] = approval(rows[its] @ fit(rows[others], labels[others], counts[others], beliefs(prior)))
    return found

"""From ratings to a calibration: how the owner's word weighs the evidence.

Ratings must earn it: the weights that the package ships stay until fitted ones do better on ratings held out.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from selfimprove.critiques import sources
from selfimprove.critiques.agree import agreements
from selfimprove.critiques.calibration import Calibration
from selfimprove.critiques.fit import approval
from selfimprove.critiques.learn import Floats, Learned, learn, matrix
from selfimprove.critiques.prior import Prior, shipped
from selfimprove.critiques.ratings import Known, Rating, ratings
from selfimprove.critiques.sources import CAP, Place, Standing

THRESHOLDS = np.arange(0.3, 0.85, 0.05)


def calibrate(known: Sequence[Known], prior: Prior | None = None) -> Calibration:
    """The calibration after all ratings among the known answers, in any order."""
    prior = prior or shipped()
    given = ratings(known)
    beyond = sources.over_cap(given)
    judges = agreements(known, beyond)
    heard = frozenset(name for name, agreement in judges.items() if agreement.is_enough)
    counted = sources.within(given, beyond)
    standings = _standings(given, counted, heard, prior)
    voices = sources.voices(given)
    taught = [one for one in counted if standings[voices.get(one.source, one.source)].is_taught]
    learned = learn(taught, heard, prior)
    return Calibration(
        prior=prior.version,
        weights=dict(zip(prior.weights, learned.weights.tolist(), strict=True)),
        ratings=len(taught),
        approving=sum(one.approves for one in taught),
        is_fitted=learned.is_fitted,
        figures=learned.figures,
        judges=judges,
        sources=standings,
    )


def over_cap(known: Sequence[Known]) -> dict[Place, frozenset[str]]:
    """The sources whose word on an answer does not decide its score, by the answer."""
    return sources.over_cap(ratings(known))


def _standings(
    given: Sequence[Rating], counted: Sequence[Rating], judges: Collection[str], prior: Prior
) -> dict[str, Standing]:
    """What each source said, and what the scores would be without those that have a cap, one at a time.

    The people behind a token that has a cap are one source, by its name.
    """
    voices = sources.voices(given)
    total, within = (Counter(voices.get(one.source, one.source) for one in some) for some in (given, counted))
    found = {name: Standing(total[name], total[name] - within[name]) for name in sorted(total)}
    if voices:
        rows = matrix([one.evidence for one in counted], judges, prior)
        taught = learn(counted, judges, prior)
        for name in sorted(set(voices.values())):
            without = learn([one for one in counted if voices.get(one.source) != name], judges, prior)
            influence = _influence(taught, without, rows)
            found[name] = replace(found[name], influence=round(influence, 4), is_taught=influence <= CAP)
    return found


def _influence(one: Learned, other: Learned, rows: Floats) -> float:
    """The largest share of rated answers that lie on different sides of one threshold by the two."""
    crossed = np.not_equal(*(approval(rows @ by.weights)[:, None] >= THRESHOLDS for by in (one, other)))
    return float(crossed.mean(0).max()) if len(rows) else 0.0

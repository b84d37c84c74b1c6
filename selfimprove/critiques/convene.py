"""Brings together what is known of the answers and what ratings make of it, before any answer is scored."""

from collections.abc import Sequence

from selfimprove.critiques.answer import Answer
from selfimprove.critiques.calibrate import calibrate, over_cap
from selfimprove.critiques.collect import collect
from selfimprove.critiques.criticise import Court, known
from selfimprove.critiques.ratings import Known
from selfimprove.critiques.witnesses import Witnesses


def convene(said: Sequence[Answer], witnesses: Witnesses, rated: Sequence[Known]) -> Court:
    """The court for some days' answers, calibrated on the ratings among them and on those of other days."""
    evidence = {answer: collect(answer, witnesses) for answer in said}
    ratings = [*rated, *(one for one in known(evidence) if one.evidence.explicit)]
    return Court(witnesses, calibrate(ratings), over_cap(ratings), evidence)

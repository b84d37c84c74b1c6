"""Which of the owner's questions have another answer by now: a later chat says otherwise."""

from collections.abc import Sequence
from datetime import datetime

from selfimprove.curation.sketch import normalise

FEWEST_WORDS, LEAST_SHARE = 3, 0.6  # that both answers begin with; the share is of the shorter one


def outdated(answers: Sequence[str], said_at: Sequence[datetime | None]) -> list[bool]:
    """Whether each answer is another one in a later chat, given in the same order; what is of no chat never is.

    "Your bin day is Friday." is outdated by "Your bin day is Monday.": who unlearned it lost nothing. Whether it counts
    rests on what was asked and never on how it was answered, so that a test of what is left errs as often as before.
    """
    words = [normalise(answer).split() for answer in answers]
    found = []
    for mine, at in zip(words, said_at, strict=True):
        later = (other for other, when in zip(words, said_at, strict=True) if at and when and when > at)
        found.append(any(_differ_in_the_end(mine, other) for other in later))
    return found


def _differ_in_the_end(one: Sequence[str], other: Sequence[str]) -> bool:
    same = next((n for n, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), len(one))
    shorter = min(len(one), len(other))
    return one != other and same >= FEWEST_WORDS and same >= LEAST_SHARE * shorter

"""Which of the owner's questions have another answer by now: a later chat says otherwise."""

import math
from collections.abc import Sequence
from datetime import datetime

from selfimprove.curation.sketch import normalise
from selfimprove.promotion.alike import telling
from selfimprove.promotion.words import words_of

FEWEST_WORDS, LEAST_SHARE = 3, 0.6  # that both answers begin with; the share is of the shorter one
Topic = tuple[set[str], set[str]]  # the words of a question that tell what it asks, and all of them
SAME_QUESTION = 0.5  # of the words that tell what is asked: more of them are in both


def outdated(
    answers: Sequence[str], said_at: Sequence[datetime | None], questions: Sequence[str | None]
) -> list[bool]:
    """Whether each answer is another one in a later chat, given in the same order; what is of no chat never is.

    "Your bin day is Friday." is outdated by "Your bin day is Monday.": who unlearned it lost nothing. A long answer may
    begin so by habit: it comes with its question, and of two of these the questions have to be alike, too. Whether it
    counts rests on what was asked and never on how it was answered, so that a test of what is left errs as often as
    before.
    """
    words = [normalise(answer).split() for answer in answers]
    asked = [words_of(question) for question in questions if question is not None]
    topic = iter(zip(telling(asked), asked, strict=True))
    topics = [None if question is None else next(topic) for question in questions]
    found = [False] * len(answers)
    for one, other in _beginning_alike(words):
        if words[one] != words[other] and _may_be_one(topics[one], topics[other]):
            first, then = said_at[one], said_at[other]
            if first and then and first != then:
                found[one if first < then else other] = True
    return found


def _beginning_alike(words: Sequence[Sequence[str]]) -> list[tuple[int, int]]:
    """Pairs of places whose beginnings are the same, as far as the shorter one has to begin so."""
    lengths = [max(FEWEST_WORDS, math.ceil(LEAST_SHARE * len(one))) for one in words]
    begins: dict[int, dict[tuple[str, ...], list[int]]] = {}
    for length in set(lengths):
        places = begins.setdefault(length, {})
        for at, one in enumerate(words):
            if len(one) >= length:
                places.setdefault(tuple(one[:length]), []).append(at)
    return [
        (at, other)
        for at, one in enumerate(words)
        for other in begins[lengths[at]].get(tuple(one[: lengths[at]]), ())
        if len(one) <= len(words[other]) and at != other
    ]


def _may_be_one(topic: Topic | None, other: Topic | None) -> bool:
    """Whether two questions may ask the same; of short answers the answer itself says what it is about."""
    if topic is None or other is None:
        return True
    mine, theirs = (topic[0], other[0]) if topic[0] and other[0] else (topic[1], other[1])
    return mine == theirs or len(mine & theirs) > SAME_QUESTION * min(len(mine), len(theirs))

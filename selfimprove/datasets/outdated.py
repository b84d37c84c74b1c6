"""Which of the owner's questions have another answer by now: a later chat says otherwise."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime

from selfimprove.curation.sketch import normalise
from selfimprove.datasets.said import Index, Said
from selfimprove.datasets.subjects import asked, is_said, may_be_one
from selfimprove.datasets.words import telling, words_of

SHORT = 60  # characters: a longer answer has too many right wordings to be compared by letters, and habits of its own
FEWEST_WORDS, LEAST_SHARE = 3, 0.6  # that both answers begin with; the share is of the shorter one
SAME_QUESTION = 0.5  # of the words that tell what is asked: more of them are in both


def outdated(
    answers: Sequence[str], said_at: Sequence[datetime | None], questions: Sequence[str | None]
) -> list[bool]:
    """Whether each answer is another one in a later chat, given in the same order; what is of no chat never is.

    "Your bin day is Friday." is outdated by "Your bin day is Monday.", in whatever words it was asked: who unlearned it
    lost nothing. "The answer is 15." is not by "The answer is 16.": where what short answers begin with does not say
    what they are about (subjects.py), and of two long ones, which may begin so by habit, the questions have to be
    alike, too. What question is not known may be any. Whether it counts rests on what was asked and was to be answered,
    and never on how a model answered, so that a test of what is left errs as often as before.
    """
    words = [tuple(normalise(answer).split()) for answer in answers]
    said = [Said(at, words[at], when) for at, when in enumerate(said_at) if when is not None]
    groups = _beginning_alike(sorted(said, key=lambda one: one.when, reverse=True))
    found = [False] * len(answers)
    usual = _read(said, answers, questions) if groups else frozenset()
    for beginning, shorter, longer in groups:
        is_named = is_said(beginning, [(one.asked, one.words) for one in longer], usual)
        newest_short, newest_long = Index(shorter, is_named), Index(longer, is_named)
        for one in shorter:
            others = (other for other in newest_long.later(one) if other.length >= one.length)
            found[one.at] = found[one.at] or any(_may_be_one(one, other, is_named) for other in others)
        for one in longer:
            others = (other for other in newest_short.later(one) if other.length <= one.length)
            found[one.at] = found[one.at] or any(_may_be_one(one, other, is_named) for other in others)
    return found


def _read(said: Sequence[Said], answers: Sequence[str], questions: Sequence[str | None]) -> frozenset[str]:
    """Note what was asked, and return the words that tell nothing."""
    about, usual = asked([questions[one.at] for one in said], [one.words for one in said])
    of_long = [one for one in said if len(answers[one.at]) > SHORT and questions[one.at] is not None]
    words = [words_of(questions[one.at] or "") for one in of_long]
    for one, what in zip(said, about, strict=True):
        one.asked = what
    for one, topic in zip(of_long, zip(telling(words), words, strict=True), strict=True):
        one.topic = topic
    return usual


def _beginning_alike(said: Sequence[Said]) -> list[tuple[tuple[str, ...], list[Said], list[Said]]]:
    """Different answers that begin alike as far as the shorter has to: the beginning, those of it, and all with it."""
    shorter: dict[tuple[str, ...], list[Said]] = {}
    for one in said:
        begins = max(FEWEST_WORDS, math.ceil(LEAST_SHARE * one.length))
        if one.length >= begins:
            shorter.setdefault(one.words[:begins], []).append(one)
    lengths = sorted({len(beginning) for beginning in shorter})
    longer: dict[tuple[str, ...], list[Said]] = {beginning: [] for beginning in shorter}
    for one in said:
        for length in lengths[: bisect_right(lengths, one.length)]:
            if (held := longer.get(one.words[:length])) is not None:
                held.append(one)
    groups = ((beginning, shorter[beginning], longer[beginning]) for beginning in shorter)
    return [group for group in groups if any(one.words != group[2][0].words for one in group[2])]


def _may_be_one(one: Said, other: Said, is_named: bool) -> bool:
    """Whether the questions of two answers that begin alike may ask the same."""
    if one.topic is None or other.topic is None:
        return may_be_one(one.asked, other.asked, is_named)
    told = one.topic[0] and other.topic[0]
    mine, theirs = (one.topic[0], other.topic[0]) if told else (one.topic[1], other.topic[1])
    return mine == theirs or len(mine & theirs) > SAME_QUESTION * min(len(mine), len(theirs))

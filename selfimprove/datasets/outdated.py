"""Which of the owner's questions have another answer by now: a later chat says otherwise."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from selfimprove.curation.sketch import normalise
from selfimprove.datasets.words import telling, words_of

SHORT = 60  # characters: a longer answer has too many right wordings to be compared by letters, and habits of its own
FEWEST_WORDS, LEAST_SHARE = 3, 0.6  # that both answers begin with; the share is of the shorter one
Topic = tuple[set[str], set[str]]  # the words of a question that tell what it asks, and all of them
SAME_QUESTION = 0.5  # of the words that tell what is asked: more of them are in both


@dataclass(frozen=True, slots=True)
class _Said:
    """The answer at a place, in words, with when it was said, and what about where that is known."""

    at: int
    words: list[str]
    when: datetime
    topic: Topic | None

    @property
    def length(self) -> int:
        return len(self.words)

    @property
    def begins(self) -> int:
        """How many words another answer has to begin with to be alike."""
        return max(FEWEST_WORDS, math.ceil(LEAST_SHARE * len(self.words)))


def outdated(
    answers: Sequence[str], said_at: Sequence[datetime | None], questions: Sequence[str | None]
) -> list[bool]:
    """Whether each answer is another one in a later chat, given in the same order; what is of no chat never is.

    "Your bin day is Friday." is outdated by "Your bin day is Monday.": who unlearned it lost nothing. A long answer may
    begin so by habit: it comes with its question, and of two of these the questions have to be alike, too. Whether it
    counts rests on what was asked and never on how it was answered, so that a test of what is left errs as often as
    before.
    """
    asked = [words_of(question) for question in questions if question is not None]
    topic = iter(zip(telling(asked), asked, strict=True))
    topics = [None if question is None else next(topic) for question in questions]
    said = [
        _Said(at, normalise(answer).split(), when, about)
        for at, (answer, when, about) in enumerate(zip(answers, said_at, topics, strict=True))
        if when is not None
    ]
    found = [False] * len(answers)
    for shorter, longer in _beginning_alike(sorted(said, key=lambda one: one.when, reverse=True)):
        newest_short, newest_long = _telling_apart(shorter), _telling_apart(longer)
        for one in shorter:
            found[one.at] = found[one.at] or _is_overtaken(one, (o for o in newest_long if o.length >= one.length))
        for one in longer:
            found[one.at] = found[one.at] or _is_overtaken(one, (o for o in newest_short if o.length <= one.length))
    return found


def _beginning_alike(said: Sequence[_Said]) -> list[tuple[list[_Said], list[_Said]]]:
    """Answers that begin alike as far as the shorter one has to: those of one such beginning, and all that have it."""
    shorter: dict[tuple[str, ...], list[_Said]] = {}
    for one in said:
        if one.length >= one.begins:
            shorter.setdefault(tuple(one.words[: one.begins]), []).append(one)
    lengths = sorted({len(beginning) for beginning in shorter})
    longer: dict[tuple[str, ...], list[_Said]] = {beginning: [] for beginning in shorter}
    for one in said:
        for length in lengths[: bisect_right(lengths, one.length)]:
            if (held := longer.get(tuple(one.words[:length]))) is not None:
                held.append(one)
    return [(shorter[beginning], longer[beginning]) for beginning in shorter]


def _telling_apart(said: Iterable[_Said]) -> list[_Said]:
    """Without a short answer that was given again later in the same words: a house may say one thousands of times."""
    found: dict[tuple[object, ...], _Said] = {}
    for one in said:
        found.setdefault((one.at,) if one.topic else tuple(one.words), one)
    return list(found.values())


def _is_overtaken(one: _Said, others: Iterable[_Said]) -> bool:
    """Whether one of the others, the last said first, says otherwise and later."""
    later = takewhile(lambda other: other.when > one.when, others)
    return any(other.words != one.words and _may_be_one(one.topic, other.topic) for other in later)


def _may_be_one(topic: Topic | None, other: Topic | None) -> bool:
    """Whether two questions may ask the same; of short answers the answer itself says what it is about."""
    if topic is None or other is None:
        return True
    mine, theirs = (topic[0], other[0]) if topic[0] and other[0] else (topic[1], other[1])
    return mine == theirs or len(mine & theirs) > SAME_QUESTION * min(len(mine), len(theirs))

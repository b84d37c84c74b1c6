"""Does a model say what was wanted, where the answer is too long to be compared letter by letter?

Of what measures overlap, the share of the reference's words that an answer has follows people's judgement of long
answers best (Adlakha et al. 2024, TACL 12:681). A high share is no evidence, though: the words that tell, a weekday or
a number, are few among those of the sentence around them, and who names every weekday says nothing. So the words are to
be the same.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from selfimprove.datasets.words import words_of

USUAL = 0.75  # of the groups: words that more of them have, as "the", or a phrase that ends them all
LONGEST = 2  # times the reference: what is longer says it over and over
RIGHT, NEAR, WRONG = 1.0, 0.5, 0.0


@dataclass(frozen=True, slots=True)
class LongAnswer:
    """A question, the answer that was wanted, what each model said, and a name for what goes together."""

    question: str
    reference: str
    said: Mapping[str, str]
    group: str


def says_it(answers: Sequence[LongAnswer]) -> list[dict[str, float]]:
    """By model RIGHT where its answer has the words, numbers and units of the reference and no other, in any order.

    NEAR where it has them besides others, or without words that most groups' references have, or over and over. Empty
    where the question says all of it.
    """
    words = [words_of(one.reference) for one in answers]
    usual = _usual([one.group for one in answers], words)
    return [
        {model: _verdict(one.reference, mine, text, usual) for model, text in one.said.items()}
        if mine - words_of(one.question)
        else {}
        for one, mine in zip(answers, words, strict=True)
    ]


def _verdict(reference: str, wanted: set[str], text: str, usual: set[str]) -> float:
    said = words_of(text)
    if said == wanted and len(text) <= LONGEST * len(reference):
        return RIGHT
    return NEAR if said >= wanted - usual and said else WRONG


def _usual(groups: Sequence[str], words: Sequence[set[str]]) -> set[str]:
    """Words that most groups have, each by the share of its answers; of one group alone nothing is usual."""
    size = Counter(groups)
    held: defaultdict[str, float] = defaultdict(float)
    for group, mine in zip(groups, words, strict=True):
        for word in mine:
            held[word] += 1 / size[group]
    most = USUAL * len(size)
    return {word for word, count in held.items() if round(count - most, 9) > 0} if len(size) > 1 else set()

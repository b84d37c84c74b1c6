"""Does a model say what was wanted, where the answer is too long to be compared letter by letter?

Of what measures overlap, the share of the reference's words that an answer has follows people's judgement of long
answers best (Adlakha et al. 2024, TACL 12:681). A high share is no evidence, though: the words that tell, a weekday or
a number, are few among those of the sentence around them. So all have to be said. And who names every weekday says
nothing: little else may be.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from selfimprove.promotion.words import words_of

USUAL = 0.75  # of the groups: words that more of them have need not be said, as "the", or a phrase that ends them all
BESIDE, LEAST = 0.25, 3  # other words that an answer may have: of the reference's number, and in any case
RIGHT, AMONG, WRONG = 1.0, 0.5, 0.0


@dataclass(frozen=True, slots=True)
class LongAnswer:
    """A question, the answer that was wanted, what each model said, and a name for what goes together."""

    question: str
    reference: str
    said: Mapping[str, str]
    group: str


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The words that one answer has to have, those that it may have besides, and how many others."""

    words: set[str]
    besides: set[str]
    others: float

    def verdict(self, said: set[str]) -> float:
        if not self.words <= said:
            return WRONG
        return RIGHT if len(said - self.besides) <= self.others else AMONG


def says_it(answers: Sequence[LongAnswer]) -> list[dict[str, float]]:
    """By model RIGHT where its answer has every word and number of the reference, in any order, and hardly any other.

    AMONG where others beside them are more than a quarter as many, and more than three. Words without a number that
    most groups' references have need not be said, nor do they or those of the question count as others. Empty where
    nothing is left that the question does not say, and where there is one group alone.
    """
    return [
        {model: wanted.verdict(words_of(text)) for model, text in one.said.items()} if wanted else {}
        for one, wanted in zip(answers, _wanted(answers), strict=True)
    ]


def interchangeable(answers: Sequence[LongAnswer]) -> list[tuple[int, int]]:
    """Pairs of places, in order, where the second one's reference is a right answer to the first one's question."""
    words = [words_of(one.reference) for one in answers]
    holders: dict[str, list[int]] = {}
    for at, mine in enumerate(words):
        for word in mine:
            holders.setdefault(word, []).append(at)
    found = []
    for at, wanted in enumerate(_wanted(answers)):
        if wanted:
            near = min((holders[word] for word in sorted(wanted.words)), key=len)
            found += [(at, other) for other in near if at != other and wanted.verdict(words[other]) == RIGHT]
    return found


def _wanted(answers: Sequence[LongAnswer]) -> list[_Wanted | None]:
    """What makes each right; None where nothing would."""
    words = [words_of(one.reference) for one in answers]
    groups = [one.group for one in answers]
    if len(set(groups)) < 2:
        return [None] * len(answers)
    usual, found = _usual(groups, words), []
    for one, mine in zip(answers, words, strict=True):
        asked = words_of(one.question)
        tells = mine - usual - asked
        wanted = _Wanted(mine - usual, mine | usual | asked, max(BESIDE * len(mine), LEAST))
        found.append(wanted if tells else None)
    return found


def _usual(groups: Sequence[str], words: Sequence[set[str]]) -> set[str]:
    """Words that most groups have, each by the share of its answers."""
    size = Counter(groups)
    held: defaultdict[str, float] = defaultdict(float)
    for group, mine in zip(groups, words, strict=True):
        for word in mine:
            held[word] += 1 / size[group]
    most = USUAL * len(size)
    return {word for word, count in held.items() if round(count - most, 9) > 0 and not any(map(str.isdigit, word))}

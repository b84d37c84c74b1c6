"""Does a model say what was wanted, where the answer is too long to be compared letter by letter?

The share of the reference's words that an answer has follows people's judgement of long answers better than other
measures of overlap do (Adlakha et al. 2024, TACL 12:681). A share that grew is no evidence, though: whoever stays with
the topic says some of the words and may have every fact wrong. So nearly all of them have to be said.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from selfimprove.promotion.words import words_of

SAID = 0.8  # of what was wanted, by weight; on topic and wrong in every fact are 0.6
TELLING = 0.2  # of the reference's weight that neither the question nor all answers have: less tells nothing
ALIKE = 0.5  # of the lighter of two references that both have
STEM = 5  # letters by which words of one stem are told: who says the question again says nothing


@dataclass(frozen=True, slots=True)
class LongAnswer:
    """A question, the answer that was wanted, what each model said, and a name for what goes together."""

    question: str
    reference: str
    said: Mapping[str, str]
    group: str


def says_it(answers: Sequence[LongAnswer]) -> list[dict[str, float]]:
    """By model 1 where it says what was wanted, else 0: every number, and words of four fifths of the weight.

    Words weigh by how few groups' references have them (Spärck Jones 1972), and nothing where all have, as a phrase
    that ends each answer; those of the question do not count. Empty where hardly anything is left to say.
    """
    words = [words_of(one.reference) for one in answers]
    by_group: dict[str, set[str]] = {}
    for one, mine in zip(answers, words, strict=True):
        by_group.setdefault(one.group, set()).update(mine)
    weights = _rarity(by_group.values())
    found = []
    for one, mine in zip(answers, words, strict=True):
        asked = {word[:STEM] for word in words_of(one.question)}
        wanted = {word: weights[word] for word in mine if word[:STEM] not in asked and weights[word] > 0}
        tells = wanted and math.fsum(wanted.values()) >= TELLING * math.fsum(weights[word] for word in mine)
        found.append({model: float(_has(wanted, words_of(text))) for model, text in one.said.items() if tells})
    return found


def alike(references: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of distinct references that say much the same: half of the lighter one's weight is in both.

    Words that more than half of the references have make nothing alike, of many references those of a tenth and of 100.
    """
    words = {reference: words_of(reference) for reference in references}
    weights = _rarity(words.values())
    total = {reference: math.fsum(weights[word] for word in mine) for reference, mine in words.items()}
    least = math.log(max(2.0, min(len(words) / 100, 10.0)))
    shared: defaultdict[tuple[str, str], float] = defaultdict(float)
    holders: dict[str, list[str]] = {}
    for reference, mine in words.items():
        for word in sorted(word for word in mine if weights[word] >= least):
            others = holders.setdefault(word, [])
            for other in others:
                shared[other, reference] += weights[word]
            others.append(reference)
    return [pair for pair, weight in shared.items() if weight >= ALIKE * min(total[one] for one in pair)]


def _has(wanted: Mapping[str, float], said: set[str]) -> bool:
    numbers = {word for word in wanted if any(map(str.isdigit, word))}
    share = math.fsum(wanted[word] for word in wanted.keys() & said) / math.fsum(wanted.values())
    return numbers <= said and round(share, 9) >= SAID  # the same on every machine


def _rarity(references: Collection[set[str]]) -> dict[str, float]:
    held = Counter(word for words in references for word in words)
    return {word: math.log(len(references) / count) for word, count in held.items()}

"""Does a model say what was wanted, where the answer is too long to be compared letter by letter?

Of what measures overlap, the share of the reference's words that an answer has follows people's judgement of long
answers best (Adlakha et al. 2024, TACL 12:681). A high share is no evidence, though: the words that tell, a weekday or
a number, are few among those of the sentence around them. So all have to be said.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from selfimprove.promotion.words import words_of

USUAL = 0.75  # of the groups: words that more of them have need not be said, as "the", or a phrase that ends them all
ALIKE = 0.5  # of the lighter of two references' weight that both have


@dataclass(frozen=True, slots=True)
class LongAnswer:
    """A question, the answer that was wanted, what each model said, and a name for what goes together."""

    question: str
    reference: str
    said: Mapping[str, str]
    group: str


def says_it(answers: Sequence[LongAnswer]) -> list[dict[str, float]]:
    """By model 1 where its answer has every word and number of the reference, in any order and among others, else 0.

    Words without a number that most groups' references have need not be said. Empty where nothing is left that the
    question does not say.
    """
    words = [words_of(one.reference) for one in answers]
    by_group: dict[str, set[str]] = {}
    for one, mine in zip(answers, words, strict=True):
        by_group.setdefault(one.group, set()).update(mine)
    held = Counter(word for mine in by_group.values() for word in mine)
    usual = {word for word, count in held.items() if count > USUAL * len(by_group) and not any(map(str.isdigit, word))}
    found = []
    for one, mine in zip(answers, words, strict=True):
        wanted = mine - usual
        tells = wanted - words_of(one.question)
        found.append({model: float(wanted <= words_of(text)) for model, text in one.said.items() if tells})
    return found


def alike(references: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of distinct references that say much the same: half of the lighter one's weight is in both.

    Words weigh by how few references have them (Spärck Jones 1972). Those that more than half have make nothing alike,
    nor do, where references are many, those that more than a tenth of them and more than a hundred have.
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
    lighter = {pair: min(total[one] for one in pair) for pair in shared}
    return [pair for pair, weight in shared.items() if round(weight - ALIKE * lighter[pair], 9) >= 0]


def _rarity(references: Collection[set[str]]) -> dict[str, float]:
    held = Counter(word for words in references for word in words)
    return {word: math.log(len(references) / count) for word, count in held.items()}

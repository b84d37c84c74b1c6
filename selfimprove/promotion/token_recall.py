"""How much of a long answer that was wanted a model says, beyond what it says of another one that was not asked for.

The share of the reference's words that an answer has follows people's judgement of long answers better than other
measures of overlap do (Adlakha et al. 2024, TACL 12:681). But manner alone raises it: who writes at length, or in the
house's words, says more of everything. So what it says of the answer to another question of the house is subtracted.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from selfimprove.promotion.words import words_of

STEM = 5  # letters by which words of one stem are told: who says the question again says nothing


@dataclass(frozen=True, slots=True)
class LongAnswer:
    """A question, the answer that was wanted, what each model said, and a name for what goes together."""

    question: str
    reference: str
    said: Mapping[str, str]
    group: str


def specific_recall(answers: Sequence[LongAnswer]) -> list[dict[str, float]]:
    """By model, in [-1, 1]: the share of the wanted words that it says, less the share of the foil's words.

    The foil is the reference of the group that is next in length, of the longest that of the shortest: what a model
    says to any question is said as often of a foil as of an answer, and counts neither way. Words weigh by their rarity
    among the references (Spärck Jones 1972); those of either question, or of both references, do not count. Empty where
    either has no others, or there is one group alone.
    """
    words = [words_of(one.reference) for one in answers]
    weights = _rarity(words)
    found = []
    for at, foil in enumerate(_foils(answers)):
        asked = _stems(words_of(answers[at].question) | words_of(answers[foil].question))
        telling = {word for word in words[at] ^ words[foil] if word[:STEM] not in asked}
        wanted, unasked = ({word: weights[word] for word in telling & words[one]} for one in (at, foil))
        said = {model: words_of(text) for model, text in answers[at].said.items()} if wanted and unasked else {}
        found.append({model: _share(wanted, words) - _share(unasked, words) for model, words in said.items()})
    return found


def _foils(answers: Sequence[LongAnswer]) -> list[int]:
    """For each answer where its foil stands: in the group after its own, the one nearest to it in length."""
    groups: dict[str, list[int]] = {}
    for at, one in enumerate(answers):
        groups.setdefault(one.group, []).append(at)
    length = {name: max(len(answers[at].reference) for at in group) for name, group in groups.items()}
    names = sorted(groups, key=lambda name: (length[name], name))
    after = dict(zip(names, names[1:] + names[:1], strict=True))
    return [min(groups[after[one.group]], key=lambda other: _apart(one, answers[other])) for one in answers]


def _apart(one: LongAnswer, other: LongAnswer) -> tuple[int, str]:
    return abs(len(one.reference) - len(other.reference)), other.reference


def _share(weights: Mapping[str, float], said: set[str]) -> float:
    return math.fsum(weights[word] for word in said & weights.keys()) / math.fsum(weights.values())


def _rarity(references: Sequence[set[str]]) -> dict[str, float]:
    held = Counter(word for words in references for word in words)
    return {word: math.log(len(references) / count) for word, count in held.items()}


def _stems(words: set[str]) -> set[str]:
    return {word[:STEM] for word in words}

"""A rule about logic: an answer that says a thing and its opposite, found by the words of its own sentences."""

import re
from collections.abc import Iterator
from itertools import combinations

from selfimprove.critiques.exchange import Exchange
from selfimprove.critiques.fences import split

MOST_SENTENCES = 60
ENOUGH_WORDS = 3
_SENTENCE_END = re.compile(r"(?<=[.!?。])\s+|\n+")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_NEGATIONS = frozenset({
    "not", "never", "cannot", "can't", "isn't", "aren't", "wasn't", "weren't", "doesn't", "don't", "didn't", "won't",
    "shouldn't", "couldn't", "wouldn't", "hasn't", "haven't", "nicht", "kein", "keine", "nie", "pas", "jamais", "non",
    "nunca", "não", "niet", "geen",
})
_AUXILIARIES = {  # what is left of a negation that hides its verb
    "cannot": "can", "can't": "can", "isn't": "is", "aren't": "are", "wasn't": "was", "weren't": "were",
    "won't": "will", "shouldn't": "should", "couldn't": "could", "wouldn't": "would", "hasn't": "has",
    "haven't": "have",
}  # fmt: skip
_FILLERS = frozenset({"a", "an", "the", "do", "does", "did", "and", "so", "therefore", "thus", "also", "ne", "n"})
# A sentence with one of these says something of some cases alone, or reports what others say.
_HEDGES = frozenset({
    "if", "when", "unless", "some", "sometimes", "may", "might", "could", "often", "usually", "either", "whether",
    "say", "says", "said", "believe", "think", "claim", "myth", "false", "wrong", "example", "before", "after", "while",
    "although", "wenn", "manche", "manchmal", "oder", "si", "parfois", "soms", "or", "but", "however", "until",
})
# A row of a table, a formula, or logic alone: each is one case of several.
_ROW = re.compile(r"[|\t=→⇒⟹↔¬∧∨]|->")
_LOGIC = frozenset(["true", "false", "and", "or", "not", "xor", "nand", "nor", "is", "wahr", "falsch", "vrai", "faux"])
_RESULT = re.compile(
    r"\b(?:the (?:final |correct |right )?(?:answer|result|sum)|die antwort|das ergebnis|la (?:réponse|respuesta))"
    r" (?:is|equals|ist|est|es)(?: therefore| thus)?:? (-?\d+(?:[.,]\d+)?)(?![\w%/]| (?:or|to|and)\b)",
    re.IGNORECASE,
)
_CORRECTS = re.compile(
    r"\b(?:sorry|wait|actually|correction|mistake|instead|rather|i mean|if|first|second|next|previous|old|new|otherwise"
    r"|option|method|case|question|problem|part)\b",
    re.IGNORECASE,
)
_OPENS = re.compile(r"\W*(yes|no)\b[,.!]", re.IGNORECASE)
_CLOSES = re.compile(
    r"\b(?:so|therefore|thus|in short|hence|in conclusion),? (?:the answer is |it's |it is )?(yes|no)\b(?! \w)",
    re.IGNORECASE,
)


def contradicts_itself(exchange: Exchange) -> str | None:
    """A sentence and its negation, another verdict at the end than at the start, or two results of one sum."""
    prose = split(exchange.answer).prose
    results = {found.replace(",", ".").rstrip(".") for found in _RESULT.findall(prose)}
    if len(results) > 1 and not _CORRECTS.search(prose):
        return "gives two results for the same"
    opening, closings = _OPENS.match(prose), _CLOSES.findall(prose)
    if opening and closings and closings[-1].lower() != opening[1].lower() and not _CORRECTS.search(prose):
        return "ends with another verdict than it begins with"
    claims = list(_claims(prose))
    opposed = any(one[0] == other[0] and one[1] != other[1] for one, other in combinations(claims, 2))
    return "says a thing and its opposite" if opposed else None


def _claims(prose: str) -> Iterator[tuple[tuple[str, ...], bool]]:
    """What each plain sentence says, as its words without negation, and whether it is negated."""
    for sentence in _SENTENCE_END.split(prose)[:MOST_SENTENCES]:
        said = _WORD.findall(sentence.lower().replace("’", "'"))
        negations = [word for word in said if word in _NEGATIONS]
        plain = [_AUXILIARIES.get(word, word) for word in said if word not in _NEGATIONS or word in _AUXILIARIES]
        kept = tuple(_stem(word) for word in plain if word not in _FILLERS)
        is_claim = not sentence.rstrip().endswith("?") and not (_HEDGES & set(said)) and '"' not in sentence
        is_claim &= not _ROW.search(sentence) and not all(len(word) == 1 or word in _LOGIC for word in kept)
        if is_claim and len(kept) >= ENOUGH_WORDS and len(negations) <= 1:
            yield kept, bool(negations)


def _stem(word: str) -> str:
    """The same for "works" and "work": a negation moves the ending to its auxiliary."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word

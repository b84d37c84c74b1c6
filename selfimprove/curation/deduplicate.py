"""Find texts that repeat earlier ones, against all that were seen before, without recomputing those."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

import numpy as np

from selfimprove.curation.content import Content
from selfimprove.curation.index import Index
from selfimprove.curation.known import Hashes, Ids
from selfimprove.curation.similarity import similarities
from selfimprove.curation.sketch import Sketches, bins_of, normalise

THRESHOLD = 0.8
# As many texts at a time as keep their grams in a few hundred megabytes.
BATCH = 2000


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The id of the earliest text that this one repeats, and their share of common 5-grams (1 when equal)."""

    original: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Earlier ids that a text may repeat: the one with an equal hash, or those with a like sketch, earliest first."""

    equal: str | None
    alike: tuple[str, ...] = ()


class Seen:
    """The sketches of all texts so far, in their order; `add` tells which of them a new text may repeat."""

    def __init__(self, threshold: float = THRESHOLD) -> None:
        self.threshold = threshold
        self.ids, self.hashes = Ids(), Hashes()
        self.index = Index(threshold)

    def add(self, sketches: Sketches, *, compare: bool = True) -> list[Suspicion]:
        """Take texts with new ids in, in their order; each is compared with all before it, in this call and earlier.

        Without `compare` they are only remembered.
        """
        first = {hash_: self.ids[number] for hash_, number in self.hashes.find(sketches.hashes).items()}
        originals = [first.setdefault(h, i) for h, i in zip(sketches.hashes, sketches.ids, strict=True)]
        fresh = [at for at, original in enumerate(originals) if original == sketches.ids[at]]
        self.ids.add([sketches.ids[at] for at in fresh])
        self.hashes.add([sketches.hashes[at] for at in fresh])
        pairs = self.index.add(sketches.bins[fresh], compare=compare).tolist()
        alike = {self.ids[a]: tuple(self.ids[b] for _, b in met) for a, met in groupby(pairs, itemgetter(0))}
        return [
            Suspicion(None, alike.get(id, ())) if original == id else Suspicion(original)
            for id, original in zip(sketches.ids, originals, strict=True)
        ]


def sketch(contents: Sequence[Content]) -> Sketches:
    """The sketches of contents, in their order."""
    texts = [content.text for content in contents]
    return Sketches([c.id for c in contents], [c.hash for c in contents], bins_of(texts))


def confirm(
    contents: Sequence[Content],
    suspicions: Sequence[Suspicion],
    recall: Callable[[set[str]], Mapping[str, Content]],
    accept: Callable[[Content, Content], bool] = lambda new, old: True,
    threshold: float = THRESHOLD,
) -> list[Duplicate | None]:
    """For each content the earliest suspect that it repeats; None when it repeats none.

    `recall` gives the contents of earlier ids; `accept` may refuse a pair that reaches the threshold.
    """
    known = {content.id: content for content in contents}
    known |= recall({id for suspicion in suspicions for id in suspicion.alike} - known.keys())
    shares = iter(_shares(known, [(c.id, id) for c, s in zip(contents, suspicions, strict=True) for id in s.alike]))

    def first(content: Content, suspicion: Suspicion) -> Duplicate | None:
        if suspicion.equal is not None:
            return Duplicate(suspicion.equal, 1.0)
        measured = [(id, next(shares)) for id in suspicion.alike]
        repeated = (Duplicate(id, s) for id, s in measured if s >= threshold and accept(content, known[id]))
        return next(repeated, None)

    return [first(content, suspicion) for content, suspicion in zip(contents, suspicions, strict=True)]


def _shares(known: Mapping[str, Content], pairs: list[tuple[str, str]]) -> list[float]:
    """The similarity of each pair of ids."""
    involved = list(dict.fromkeys(id for pair in pairs for id in pair))
    number = {id: at for at, id in enumerate(involved)}
    rows = np.array([(number[a], number[b]) for a, b in pairs], np.int64).reshape(-1, 2)
    shares: list[float] = similarities([known[id].text for id in involved], rows[:, 0], rows[:, 1]).tolist()
    return shares


def deduplicate(texts: Sequence[str], threshold: float = THRESHOLD) -> list[Duplicate | None]:
    """For each text the position (as text) of the earliest that it repeats; None for originals."""
    seen, found = Seen(threshold), list[Duplicate | None]()
    contents = [Content(str(at), (normalise(text),)) for at, text in enumerate(texts)]

    def recall(ids: set[str]) -> dict[str, Content]:
        return {id: contents[int(id)] for id in ids}

    for at in range(0, len(contents), BATCH):
        batch = contents[at : at + BATCH]
        found += confirm(batch, seen.add(sketch(batch)), recall, threshold=threshold)
    return found

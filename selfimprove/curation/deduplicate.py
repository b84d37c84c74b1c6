"""Find texts that repeat earlier ones, against all that were seen before, without recomputing those.

A text repeats only what stays: where each of several texts is a little other than the one before it, the last is held
against the first, and is a repeat where it is like that.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter

import numpy as np

from selfimprove.curation.content import Content
from selfimprove.curation.index import Index
from selfimprove.curation.known import Hashes, Ids
from selfimprove.curation.similarity import similarities
from selfimprove.curation.sketch import Sketches, bins_of, normalise
from selfimprove.curation.standing import Duplicate, Standing, Suspicion

THRESHOLD = 0.8
# As many texts at a time as keep their grams in a few hundred megabytes.
BATCH = 2000


class Seen:
    """The sketches of all texts so far, in their order; `add` tells which of them a new text may repeat."""

    def __init__(self, threshold: float = THRESHOLD) -> None:
        self.threshold = threshold
        self.ids, self.hashes = Ids(), Hashes()
        self.index = Index(threshold)

    def add(self, sketches: Sketches, *, compare: bool = True, copies: bool = False) -> list[Suspicion]:
        """Take texts with new ids in, in their order; each is compared with all before it, in this call and earlier.

        Without `compare` they are only remembered. With `copies` those are compared too that have an equal one.
        """
        first = {hash_: self.ids[number] for hash_, number in self.hashes.find(sketches.hashes).items()}
        originals = [first.setdefault(h, i) for h, i in zip(sketches.hashes, sketches.ids, strict=True)]
        fresh = [at for at, original in enumerate(originals) if original == sketches.ids[at]]
        known = self.index.size
        self.ids.add([sketches.ids[at] for at in fresh])
        self.hashes.add([sketches.hashes[at] for at in fresh])
        pairs = self.index.add(sketches.bins[fresh], compare=compare).tolist()
        alike = {self.ids[a]: tuple(self.ids[b] for _, b in met) for a, met in groupby(pairs, itemgetter(0))}
        if copies:
            alike |= self._of_copies(sketches, fresh, known)
        return [
            Suspicion(None if original == id else original, alike.get(id, ()))
            for id, original in zip(sketches.ids, originals, strict=True)
        ]

    def look(self, sketches: Sketches) -> list[Suspicion]:
        """What texts may repeat of all so far, but not of each other: they are not taken in."""
        equal = self.hashes.find(sketches.hashes)
        met = self.index.look(sketches.bins, np.full(len(sketches.ids), self.index.size)).tolist()
        alike = {at: tuple(self.ids[number] for _, number in of) for at, of in groupby(met, itemgetter(0))}
        return [
            Suspicion(self.ids[equal[hash_]] if hash_ in equal else None, alike.get(at, ()))
            for at, hash_ in enumerate(sketches.hashes)
        ]

    def _of_copies(self, sketches: Sketches, fresh: Sequence[int], known: int) -> dict[str, tuple[str, ...]]:
        """What texts that have an equal one are like, that one among it; `known` texts came before these."""
        is_fresh = np.zeros(len(sketches.ids), bool)
        is_fresh[fresh] = True
        places = np.flatnonzero(~is_fresh)
        before = known + np.cumsum(is_fresh)[places]
        pairs = self.index.look(sketches.bins[places], before).tolist()
        return {
            sketches.ids[places[at]]: tuple(self.ids[number] for _, number in met)
            for at, met in groupby(pairs, itemgetter(0))
        }


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
    standing: Standing | None = None,
) -> list[Duplicate | None]:
    """For each content the earliest that it repeats of the suspects that stay; None when it repeats none.

    `recall` gives the contents of earlier ids; `accept` may refuse a pair that reaches the threshold. `standing` says
    what became of the suspects, and learns what becomes of these; without it all of them stay.
    """
    by_id = standing or Standing()
    alike = [_worth(suspicion, by_id) if suspicion.alike else () for suspicion in suspicions]
    known = {content.id: content for content in contents}
    known |= recall({id for ids in alike for id in ids} - known.keys())
    shares = iter(_shares(known, [(c.id, id) for c, ids in zip(contents, alike, strict=True) for id in ids]))

    def first(content: Content, suspicion: Suspicion, alike: Sequence[str]) -> Duplicate | None:
        measured = [(id, next(shares)) for id in alike]
        if suspicion.equal is not None:
            if suspicion.equal in by_id.repeats:
                return by_id.repeats[suspicion.equal]
            if stays := by_id.of(suspicion.equal):
                return Duplicate(stays, 1.0)
        near = ((id, share) for id, share in measured if share >= threshold and by_id.of(id))
        return next((Duplicate(by_id.of(id) or id, s) for id, s in near if accept(content, known[id])), None)

    found: list[Duplicate | None] = []
    for content, suspicion, ids in zip(contents, suspicions, alike, strict=True):
        is_new = suspicion.equal is None and not ids
        found.append(None if is_new else first(content, suspicion, ids))
        if standing is not None and not is_new:
            standing.note(content.id, suspicion, found[-1])
    return found


def _worth(suspicion: Suspicion, standing: Standing) -> tuple[str, ...]:
    """The like ones that are worth measuring: none where an equal one settles it, and none that repeat another."""
    equal = suspicion.equal
    if equal is not None and (equal in standing.repeats or standing.of(equal)):
        return ()
    return tuple(id for id in suspicion.alike if id != equal and id not in standing.repeats)


def _shares(known: Mapping[str, Content], pairs: list[tuple[str, str]]) -> list[float]:
    """The similarity of each pair of ids."""
    involved = list(dict.fromkeys(id for pair in pairs for id in pair))
    number = {id: at for at, id in enumerate(involved)}
    rows = np.array([(number[a], number[b]) for a, b in pairs], np.int64).reshape(-1, 2)
    shares: list[float] = similarities([known[id].text for id in involved], rows[:, 0], rows[:, 1]).tolist()
    return shares


def deduplicate(texts: Sequence[str], threshold: float = THRESHOLD) -> list[Duplicate | None]:
    """For each text the position (as text) of the earliest original that it repeats; None for originals."""
    seen, standing, found = Seen(threshold), Standing(), list[Duplicate | None]()
    contents = [Content(str(at), (normalise(text),)) for at, text in enumerate(texts)]

    def recall(ids: set[str]) -> dict[str, Content]:
        return {id: contents[int(id)] for id in ids}

    for at in range(0, len(contents), BATCH):
        batch = contents[at : at + BATCH]
        found += confirm(batch, seen.add(sketch(batch)), recall, threshold=threshold, standing=standing)
    return found

import random

import pytest

from selfimprove.curation.content import Content
from selfimprove.curation.deduplicate import Duplicate, Seen, confirm, deduplicate, sketch
from selfimprove.curation.index import Index, banding
from selfimprove.curation.sketch import bins_of, normalise
from selfimprove_tests.cost import is_within
from selfimprove_tests.curation.test_sketch import grams

TEXT = "The quick brown fox jumps over the lazy dog while the rain falls on the old stone bridge by the river."


def vocabulary(seed: int) -> list[str]:
    made = random.Random(seed)
    return ["".join(made.choices("abcdefghijklmnopqrstuvwxyz", k=made.randint(2, 9))) for _ in range(2000)]


def corpus(size: int, seed: int) -> list[str]:
    """Texts of 12 to 60 random words; a fifth are earlier ones with one to three words exchanged."""
    made, words = random.Random(seed), vocabulary(seed)
    texts: list[str] = []
    for _ in range(size):
        if texts and made.random() < 0.2:
            text = made.choice(texts).split()
            for _ in range(made.randint(1, 3)):
                text[made.randrange(len(text))] = made.choice(words)
        else:
            text = made.choices(words, k=made.randint(12, 60))
        texts.append(" ".join(text))
    return texts


def earliest(texts: list[str], threshold: float) -> list[int | None]:
    """By comparing every pair."""
    sets = [grams(text) for text in texts]

    def alike(one: set[str], other: set[str]) -> bool:
        shared = len(one & other)
        return shared / (len(one) + len(other) - shared) >= threshold

    return [next((i for i in range(at) if alike(sets[i], own)), None) for at, own in enumerate(sets)]


def originals(found: list[Duplicate | None]) -> list[int | None]:
    return [int(duplicate.original) if duplicate else None for duplicate in found]


def test_equal_and_similar_texts_point_to_the_earliest() -> None:
    found = deduplicate(
        [TEXT, "Something else.", TEXT.upper(), TEXT.replace("quick", "slow"), TEXT + "!", "Something else"]
    )
    assert originals(found) == [None, None, 0, 0, 0, 1]
    assert [d.similarity for d in found if d and d.original == "0"] == [1, pytest.approx(0.85, abs=0.05), 1]


@pytest.mark.parametrize("texts", [[], ["one"], ["", ""], ["a", "b"], ["\ud800 lone", "\ud800 lone"]])
def test_few_and_odd_texts(texts: list[str]) -> None:
    assert originals(deduplicate(texts)) == [None if text not in texts[:i] else 0 for i, text in enumerate(texts)]


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.8, 0.9])
def test_the_same_as_comparing_every_pair(threshold: float) -> None:
    texts = [normalise(text) for text in corpus(500, seed=int(threshold * 10))]
    assert originals(deduplicate(texts, threshold)) == earliest(texts, threshold)


def test_batches_of_any_size_find_the_same() -> None:
    contents = [Content(str(i), (text,)) for i, text in enumerate(corpus(400, seed=4))]
    known = {content.id: content for content in contents}
    found = {}
    for size in (400, 37, 1):
        seen = Seen()
        found[size] = [
            duplicate
            for at in range(0, len(contents), size)
            for batch in [contents[at : at + size]]
            for duplicate in confirm(batch, seen.add(sketch(batch)), lambda ids: {id: known[id] for id in ids})
        ]
    assert found[400] == found[37] == found[1]
    assert any(found[400])


def test_what_is_only_remembered_is_compared_later() -> None:
    seen = Seen()
    assert seen.add(sketch([Content("a", (TEXT,)), Content("b", (TEXT + " again",))]), compare=False)[1].alike == ()
    assert seen.add(sketch([Content("c", (TEXT + " and",))]))[0].alike == ("a", "b")
    assert seen.add(sketch([Content("d", (TEXT,))]))[0].equal == "a"


def test_a_pair_that_is_not_accepted_gives_way_to_the_next() -> None:
    contents = [Content(id, (normalise(TEXT + more),)) for id, more in [("a", ""), ("b", " then"), ("c", " when")]]
    suspicions = Seen().add(sketch(contents))
    found = confirm(contents, suspicions, lambda ids: {}, lambda new, old: old.id == "b")
    assert [duplicate.original if duplicate else None for duplicate in found] == [None, None, "b"]


def test_longer_bands_serve_higher_thresholds() -> None:
    shapes = [banding(threshold) for threshold in (0.3, 0.5, 0.7, 0.8, 0.9, 0.99)]
    assert [length for _, length in shapes] == sorted(length for _, length in shapes)
    assert banding(0.8) == (16, 4)
    assert all(
        (1 - t**length) ** bands <= 0.001 for t, (bands, length) in zip((0.5, 0.7, 0.8, 0.9), shapes[1:5], strict=True)
    )


def test_an_index_keeps_few_runs() -> None:
    index = Index(0.8)
    bins = bins_of(corpus(600, seed=9))
    for at in range(0, 600, 3):
        index.add(bins[at : at + 3])
    assert max(len(band.runs) for band in index.keys) < 12
    assert [sum(run.size for run in band.runs) for band in index.keys] == [600] * index.bands
    assert all((run[1:] >= run[:-1]).all() for band in index.keys for run in band.runs)


def test_a_crowd_of_like_texts_does_not_cost_the_square() -> None:
    made, words = random.Random(2), vocabulary(2)
    frame = " ".join(made.choices(words, k=30))
    texts = [f"{frame} {' '.join(made.choices(words, k=12))}" for _ in range(4000)]
    assert is_within(10, lambda: deduplicate(texts, 0.9), lambda: deduplicate(texts[:1000], 0.9))

import random

import pytest

from selfimprove.curation.content import Content
from selfimprove.curation.deduplicate import Seen, confirm, deduplicate, sketch
from selfimprove.curation.index import Index, banding
from selfimprove.curation.sketch import bins_of, normalise
from selfimprove.curation.standing import Duplicate, Standing, Suspicion
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
    """By comparing each text with all before it that stay."""
    sets = [grams(text) for text in texts]

    def alike(one: set[str], other: set[str]) -> bool:
        shared = len(one & other)
        return shared / (len(one) + len(other) - shared) >= threshold

    found: list[int | None] = []
    for own in sets:
        found.append(next((i for i, of in enumerate(found) if of is None and alike(sets[i], own)), None))
    return found


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
        seen, standing = Seen(), Standing()
        found[size] = [
            duplicate
            for at in range(0, len(contents), size)
            for batch in [contents[at : at + size]]
            for duplicate in confirm(
                batch, seen.add(sketch(batch)), lambda ids: {id: known[id] for id in ids}, standing=standing
            )
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


def drift(steps: int, words: int = 2, seed: int = 5) -> list[str]:
    """A text, and each time the one before it with a few more words exchanged."""
    made = random.Random(seed)
    text = made.choices(vocabulary(seed), k=40)
    order, texts = made.sample(range(40), steps * words), [" ".join(text)]
    for step in range(steps):
        for at in order[step * words : (step + 1) * words]:
            text[at] = made.choice(vocabulary(seed + 1))
        texts.append(" ".join(text))
    return texts


def test_of_texts_that_drift_each_repeats_one_that_stays() -> None:
    texts = drift(6)
    found = originals(deduplicate(texts))
    assert found == earliest(texts, 0.8)
    assert found[:2] == [None, 0]
    assert found.count(None) > 1, "the last is not like the first"
    assert {of for of in found if of is not None} <= {at for at, of in enumerate(found) if of is None}


def test_an_equal_of_a_repeat_points_to_the_same_original() -> None:
    first, second = drift(1)
    found = deduplicate([first, second, second.upper(), second])
    assert originals(found) == [None, 0, 0, 0]
    [similarity] = {duplicate.similarity for duplicate in found if duplicate}
    assert 0.8 <= similarity < 1


def test_without_a_standing_every_suspect_counts() -> None:
    """As where tests are kept apart: what nearly repeats one is out, whatever that one repeats itself."""
    contents = [Content(str(at), (text,)) for at, text in enumerate(drift(3))]
    found = confirm(contents, Seen().add(sketch(contents)), lambda ids: {})
    assert [d.original if d else None for d in found][1:] != [None] * 3
    assert all(found[1:])


def test_where_one_is_left_out_the_next_equal_one_stays_for_all() -> None:
    standing, equal = Standing(), Suspicion("a")
    standing.leave_out("a")
    contents = [Content(id, (TEXT,)) for id in "bcd"]
    found = confirm(contents, [equal] * 3, lambda ids: {}, standing=standing)
    assert found == [None, Duplicate("b", 1.0), Duplicate("b", 1.0)]
    near = [Content("e", (f"{TEXT} then",))]
    found = confirm(near, [Suspicion(None, ("a",))], lambda ids: {"a": contents[0]}, standing=standing)
    assert [d.original if d else None for d in found] == ["b"]


@pytest.mark.parametrize("size", [1, 4, 9])
def test_copies_are_compared_with_what_came_before_them_and_no_more(size: int) -> None:
    texts = drift(3)
    order = [0, 1, 1, 2, 0, 3, 1, 2]
    contents = [Content(str(at), (normalise(texts[n]),)) for at, n in enumerate(order)]
    seen = Seen()
    batches = [contents[at : at + size] for at in range(0, len(contents), size)]
    found = [one for batch in batches for one in seen.add(sketch(batch), copies=True)]
    firsts = {n: str(order.index(n)) for n in order}
    for at, (n, suspicion) in enumerate(zip(order, found, strict=True)):
        assert suspicion.equal == (None if firsts[n] == str(at) else firsts[n])
        assert suspicion.alike == tuple(sorted(first for first in firsts.values() if int(first) < at))


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

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfimprove.curation import sketch
from selfimprove.curation.similarity import similarities
from selfimprove.curation.sketch import BINS, EMPTY, bins_of, grams_of, normalise, text_hash

WORDS = [
    *("the", "a", "dog", "cat", "house", "river", "runs", "sleeps", "under"),
    *("over", "green", "old", "seven", "bridge", "morning", "never", "always", "song"),
]


def grams(text: str) -> set[str]:
    padded = text.ljust(5)
    return {padded[i : i + 5] for i in range(len(padded) - 4)}


def jaccard(one: str, other: str) -> float:
    return len(grams(one) & grams(other)) / len(grams(one) | grams(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is the capital of France?", "what is the  capital of france"),
        ("It’s late.", "it's late"),
        ("(Well): “yes”!", "well yes"),
        ("Ｆｕｌｌ ｗｉｄｔｈ", "full width"),
        ("Straße", "STRASSE"),
        ("pass\u200bword, so\u00adft", "password soft"),
        ("\ufeffWell.\u200b", "well"),
        ("\u200eleft\u202c to right", "left to right"),
        ("I \u2764\ufe0f it", "I \u2764 it"),
        ("It costs .5 euros.", "It costs 0.5 euros"),
        ("(.5)", "0.5"),
        ("Wait... what?", "wait what"),
        ("Well … then", "Well, then"),
        ("Bonjour !", "bonjour"),
        ("Ça va ? Oui !", "Ça va? Oui!"),
        ("« Oui » dit-il", "oui dit-il"),
        ("He said \"yes\", (so it is) now.", "He said 'yes' so it is now"),
        ("Use x();", "use x()"),
        ("I like .NET.", "i like .net"),
        ("I like it (a lot).", "I like it a lot"),
        ("👍!", "👍"),
        ("Mail [EMAIL_1].", "mail [EMAIL_1]"),
        ("**Paris**.", "**Paris**"),
        ("costs $5,", "costs $5"),
        ("He left: why?!", "he left why"),
        ("Ready? Go!", "ready go"),
        ("f(x).", "f(x)"),
        ("Voici : le chat", "Voici : le chat."),
        ("Hello ... there", "hello there"),
    ],
)
def test_texts_that_differ_in_style_are_equal(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)
    assert text_hash(normalise(one)) == text_hash(normalise(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is 3 + 4?", "What is 3 - 4?"),
        ("a += 1", "a -= 1"),
        ("It is 3.5", "It is 35"),
        ("It is .5", "It is 5"),
        (".5", "5"),
        ("a x.5 b", "a x0.5 b"),
        ("1..5", "1.0.5"),
        ("", "..."),
        ("?", "!"),
        ("…", "?"),
        ("\U0001f3f4\U000e0067\U000e0062\U000e007f", "\U0001f3f4\U000e0067\U000e0073\U000e007f"),
        ("my dog's name", "my dogs name"),
        ("my dog's name", "my cat's name"),
        ("👍", "👎"),
        ("[EMAIL_1]", "[EMAIL_2]"),
        ("if (done) return", "if (!done) return"),
        ("x = y", "x != y"),
        ("5!", "5"),
        ("cd ..", "cd"),
        ("ls .", "ls"),
        ("x()", "x"),
        (":q", "q"),
        ("(a + b) * c", "a + b * c"),
        ("not (a or b)", "not a or b"),
        ("if ! grep x", "if grep x"),
        ("ls ; pwd", "ls pwd"),
        ("(n-1)!", "(n-1)"),
        (":q!", ":q"),
        ("./run", "/run"),
        (".env", "env"),
        ("if (ready) return;", "if (!ready) return;"),
        ("What is n!?", "What is n?"),
        ("a ?? b", "a b"),
        ("x := y", "x = y"),
        ("[ ! -f a ]", "[ -f a ]"),
        ("a :: b", "a b"),
        ("...args", "args"),
        ("a - (b - c)", "a - b - c"),
    ],
)
def test_texts_that_differ_in_content_are_not(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


def test_there_is_a_gram_for_every_five_characters_and_one_for_a_shorter_text() -> None:
    lengths, hashes = grams_of(["abcdef", "", "ab", "日本の首都は", "abcdef"])
    assert lengths.tolist() == [2, 1, 1, 2, 2]
    assert hashes[:2].tolist() == hashes[-2:].tolist()
    assert len(set(hashes.tolist())) == 6


def test_sketches_agree_as_often_as_texts_are_alike() -> None:
    made = random.Random(7)
    text = made.choices(WORDS, k=200)
    for changed in (0, 10, 40, 200):
        other = [*made.choices(WORDS, k=changed), *text[changed:]]
        pair = [" ".join(text), " ".join(other)]
        agreement = float(np.equal(*bins_of(pair)).mean())
        assert agreement == pytest.approx(jaccard(*pair), abs=0.2)


def test_every_bin_is_filled_however_short_the_text() -> None:
    bins = bins_of(["", "a", "abcdef", "hello world, how are you", "x" * 10_000])
    assert bins.shape == (5, BINS)
    assert not (bins == EMPTY).any()
    assert bins_of([]).shape == (0, BINS)


@given(st.text(alphabet="aÄB1k n\n", max_size=12))
def test_words_without_marks_are_read_at_once_and_alike(text: str) -> None:
    assert normalise(text) == sketch._bare(text)


def test_a_sketch_does_not_depend_on_its_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    made = random.Random(3)
    texts = [" ".join(made.choices(WORDS, k=made.randint(0, 60))) for _ in range(50)]
    alone = np.concatenate([bins_of([text]) for text in texts])
    monkeypatch.setattr("selfimprove.curation.sketch.CHUNK", 300)
    assert (bins_of(texts) == alone).all()


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_similarity_is_that_of_the_sets(texts: list[str], chooser: random.Random) -> None:
    one, other = (np.array([chooser.randrange(len(texts)) for _ in range(12)]) for _ in range(2))
    expected = [jaccard(texts[a], texts[b]) for a, b in zip(one, other, strict=True)]
    assert similarities(texts, one, other).tolist() == pytest.approx(expected)


def test_similarity_in_small_parts_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    made = random.Random(5)
    texts = [" ".join(made.choices(WORDS, k=30)) for _ in range(20)]
    one, other = np.arange(20), np.arange(20)[::-1].copy()
    whole = similarities(texts, one, other)
    monkeypatch.setattr("selfimprove.curation.similarity.CHUNK", 500)
    assert similarities(texts, one, other).tolist() == whole.tolist()
    assert similarities([], np.array([], int), np.array([], int)).size == 0

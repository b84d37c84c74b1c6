"""Chats that teach the same want the same change of an adapter; others do not."""


import numpy as np
import pytest

from selfimprove.models import mlx
from selfimprove.models.base import resolve
from selfimprove.models.encode import Encoded, encode
from selfimprove.models.gradients import LEAVES, similar
from selfimprove.models.mlx import Loaded, Lora


@pytest.fixture(scope="module")
def adapted(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """The tiny model under a fresh adapter."""
    loaded = mlx.load(resolve("tiny", tmp_path_factory.mktemp("home")).folder)
    mlx.add_lora(loaded, Lora(rank=4), seed=3)
    loaded.model.eval()
    return loaded


def chat(loaded: Loaded, question: str, answer: str) -> Encoded:
    return encode(loaded.tokenizer, [{"role": "user", "content": question}, {"role": "assistant", "content": answer}])


def test_the_same_lesson_is_nearest_then_its_paraphrase(adapted: Loaded) -> None:
    asked = chat(adapted, "What is my bin day?", "Your bin day is Monday.")
    lessons = [
        chat(adapted, "How many legs has a table?", "A table has four legs."),
        asked,
        chat(adapted, "Tell me my bin day.", "Your bin day is Monday."),
        chat(adapted, "What is my bin day?", "Your bin day is Friday."),
    ]
    (row,) = similar(adapted, [asked], lessons)
    assert row[1] == pytest.approx(1, abs=1e-5)
    assert np.argsort(-row)[:2].tolist() == [1, 2]
    assert row[0] < row[2]
    assert np.abs(row).max() <= 1 + 1e-5


def test_with_too_little_room_the_last_blocks_are_compared(adapted: Loaded) -> None:
    rows = [
        chat(adapted, "What is my bin day?", "Your bin day is Monday."),
        chat(adapted, "Name a colour.", "Red is a colour."),
    ]
    whole, last = (similar(adapted, rows, rows, floats=floats) for floats in (2**26, 1))
    for found in (whole, last):
        assert found.shape == (2, 2)
        assert np.diag(found) == pytest.approx([1, 1], abs=1e-5)
    assert abs(whole[0, 1] - last[0, 1]) > 1e-3


def test_what_teaches_nothing_is_near_to_nothing(adapted: Loaded) -> None:
    asked = chat(adapted, "Hi", "Hello.")
    silent = Encoded(asked.tokens, (False,) * len(asked.tokens))
    assert similar(adapted, [asked], [silent]).tolist() == [[0.0]]
    assert similar(adapted, [], [asked]).shape == (0, 1)


def test_the_weights_stay_as_they_were(adapted: Loaded) -> None:
    from mlx.utils import tree_flatten

    before = {name: np.array(leaf) for name, leaf in tree_flatten(adapted.model.parameters())}
    similar(adapted, [chat(adapted, "Hi", "Hello.")], [chat(adapted, "Hi", "Hello.")])
    after = dict(tree_flatten(adapted.model.parameters()))
    assert any(name.endswith(LEAVES) for name in after)
    assert all(np.array_equal(before[name], np.array(after[name])) for name in before)

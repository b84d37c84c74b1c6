"""What a conversation takes is known of models that training's predictions know nothing of, too."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import mlx.core as mx
import pytest
from mlx_lm.models.cache import make_prompt_cache

from selfimprove.models.kept import per_token
from selfimprove_tests.models.test_architectures import SMALL

EXPERTS = {"num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 32, "decoder_sparse_step": 1,
           "mlp_only_layers": [], "norm_topk_prob": True, "tie_word_embeddings": True}  # fmt: skip
LINEAR = {"linear_num_value_heads": 4, "linear_num_key_heads": 2, "linear_key_head_dim": 8, "linear_value_head_dim": 8,
          "full_attention_interval": 2}  # fmt: skip
LATENT = {"kv_lora_rank": 16, "qk_rope_head_dim": 8, "qk_nope_head_dim": 8, "v_head_dim": 8, "q_lora_rank": None,
          "n_routed_experts": 4, "n_shared_experts": 1, "moe_intermediate_size": 32, "num_experts_per_tok": 2,
          "first_k_dense_replace": 1, "num_key_value_heads": 4, "n_group": 1, "topk_group": 1}  # fmt: skip
TURNED = {"rope_scaling": {"type": "yarn", "factor": 1.0, "original_max_position_embeddings": 64}}
LENGTH = 256  # caches grow by so many tokens


def written(folder: Path, **config: Any) -> Path:
    (folder / "config.json").write_text(json.dumps({**SMALL, "torch_dtype": "float32", **config}))
    return folder


@pytest.mark.parametrize(
    ("kind", "more"),
    [("llama", {}), ("qwen3_moe", EXPERTS), ("qwen3_5", LINEAR), ("deepseek_v3", LATENT),
     ("deepseek_v2", LATENT | TURNED)],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_it_is_what_the_models_caches_take(tmp_path: Path, kind: str, more: dict[str, Any]) -> None:
    module: Any = import_module(f"mlx_lm.models.{kind}")
    model = module.Model(module.ModelArgs.from_dict({**SMALL, "model_type": kind, **more}))
    caches = make_prompt_cache(model)
    model(mx.zeros((1, LENGTH), mx.int32), cache=caches)
    grows = [cache for cache in caches if type(cache).__name__ == "KVCache"]
    taken = sum(cache.keys.nbytes + cache.values.nbytes for cache in grows)
    assert per_token(written(tmp_path, model_type=kind, **more)) * LENGTH == taken


def test_of_what_is_inside_and_quantised_and_told_layer_by_layer(tmp_path: Path) -> None:
    kinds = ["linear_attention", "full_attention", "sliding_attention", "conv"]
    inner = {**SMALL, "layer_types": kinds}
    assert per_token(written(tmp_path, text_config=inner, quantization={"bits": 4})) == 2 * 2 * 2 * 8 * 2


def test_what_names_no_sizes_is_not_guessed(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "mamba", "text_config": null}')
    assert per_token(tmp_path) == 0

"""The tiny model as llama.cpp reads it, and llama.cpp's server where this machine has one (`llama-server`)."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gguf
import httpx
import mlx.core as mx
import numpy as np
import pytest

from selfimprove.models.base import TINY
from selfimprove_tests.beside import beside

PROGRAM = shutil.which("llama-server")
needed = pytest.mark.skipif(PROGRAM is None, reason="llama.cpp's llama-server is not on the path")
PRE = "smollm"  # of llama.cpp's ways to split words: digits one by one, then as GPT-2


@contextmanager
def llama_server(folder: Path, *more: str) -> Iterator[str]:
    """Its address, answering by the tiny model, whose numbers it keeps in full."""
    model = tiny(folder / "tiny.gguf")
    assert PROGRAM is not None
    given = [PROGRAM, "--model", str(model), "--ctx-size", "2048", "--cache-type-k", "f32", "--cache-type-v", "f32"]
    with beside(lambda port: [*given, "--port", str(port), *more], folder / "llama.log", "/health") as url:
        yield url


def logprobs(url: str, ids: list[int], count: int) -> dict[int, float]:
    """Of the likeliest tokens after these, in nats."""
    asked = {"prompt": ids, "n_predict": 1, "n_probs": count, "temperature": 0}
    found = httpx.post(f"{url}/completion", json=asked, timeout=60).raise_for_status().json()
    return {one["id"]: one["logprob"] for one in found["completion_probabilities"][0]["top_logprobs"]}


def tiny(path: Path) -> Path:
    """The tiny model's weights and tokenizer as a GGUF file."""
    config = json.loads((TINY / "config.json").read_text())
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_freq_base(config["rope_theta"])
    writer.add_vocab_size(config["vocab_size"])
    _add_tokenizer(writer, config)
    for name, weight in _weights(config).items():
        writer.add_tensor(name, weight)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _weights(config: dict[str, Any]) -> dict[str, Any]:
    named = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, config["num_hidden_layers"])
    loaded: Any = mx.load(str(TINY / "model.safetensors"))
    heads = {"q_proj": config["num_attention_heads"], "k_proj": config["num_key_value_heads"]}
    found = {}
    for name, given in loaded.items():
        weight = np.array(given.astype(mx.float32))
        turned = heads.get(name.split(".")[-2], 0)
        if turned:  # halves of a head there, neighbours here
            halves = weight.reshape(turned, 2, weight.shape[0] // turned // 2, weight.shape[1])
            weight = halves.swapaxes(1, 2).reshape(weight.shape)
        found[named.get_name(name, try_suffixes=(".weight",))] = np.ascontiguousarray(weight)
    return found


def _add_tokenizer(writer: gguf.GGUFWriter, config: dict[str, Any]) -> None:
    read = json.loads((TINY / "tokenizer.json").read_text())
    told = json.loads((TINY / "tokenizer_config.json").read_text())
    names = {id: name for name, id in read["model"]["vocab"].items()}
    marks = {one["id"]: one["content"] for one in read["added_tokens"]}
    names |= marks
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(PRE)
    writer.add_token_list([names[id] for id in range(config["vocab_size"])])
    kinds = [gguf.TokenType.CONTROL if id in marks else gguf.TokenType.NORMAL for id in range(config["vocab_size"])]
    writer.add_token_types(kinds)
    merges = read["model"]["merges"]
    writer.add_token_merges([one if isinstance(one, str) else " ".join(one) for one in merges])
    writer.add_eos_token_id(config["eos_token_id"])
    writer.add_add_bos_token(False)
    writer.add_chat_template(told["chat_template"])

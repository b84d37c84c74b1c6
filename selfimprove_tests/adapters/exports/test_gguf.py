"""The GGUF export holds, under llama.cpp's names and in its order, exactly what the adapter changes."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest

from selfimprove.adapters.exports import learned
from selfimprove.adapters.exports.export import _same, export
from selfimprove.adapters.files import folder_of
from selfimprove.errors import ExportDiffers
from selfimprove.models.mlx import Lora
from selfimprove_tests.adapters.exports import make


def _tensors(folder: Path) -> tuple[dict[str, Any], gguf.GGUFReader]:
    reader = gguf.GGUFReader(folder / "adapter.gguf")
    return {one.name: gguf.dequantize(one.data, one.tensor_type) for one in reader.tensors}, reader


def _value(reader: gguf.GGUFReader, key: str) -> Any:
    return reader.fields[key].contents()


def test_what_llama_cpp_reads_of_it(tmp_path: Path) -> None:
    done = export(make.wanted(tmp_path, make.tiny(), "gguf"), tmp_path / "out")
    tensors, reader = _tensors(done.folder)
    told = {key: _value(reader, key) for key in ("general.type", "general.architecture", "adapter.type")}
    assert told == {"general.type": "adapter", "general.architecture": "llama", "adapter.type": "lora"}
    assert _value(reader, "adapter.lora.alpha") == 20.0
    assert len(tensors) == 3 * 7 * 2
    assert tensors["blk.2.attn_k.weight.lora_a"].shape == (4, 96)
    assert tensors["blk.2.attn_k.weight.lora_b"].shape == (48, 4)
    shapes = {one.name: [int(n) for n in one.shape] for one in reader.tensors}
    assert shapes["blk.0.ffn_down.weight.lora_a"] == [256, 4]
    assert "ADAPTER ./adapter.gguf" in (done.folder / "README.md").read_text()


@pytest.mark.parametrize(("layer", "ours", "heads"), [("attn_q", "q_proj", 4), ("attn_k", "k_proj", 2)])
def test_queries_and_keys_are_in_the_order_that_transformers_undoes(
    tmp_path: Path, layer: str, ours: str, heads: int
) -> None:
    """Transformers reads llama.cpp's files by undoing what its converter did: an inverse that somebody else wrote."""
    from transformers.modeling_gguf_pytorch_utils import LlamaTensorProcessor

    wanted = make.wanted(tmp_path, make.tiny(), "gguf")
    tensors, _ = _tensors(export(wanted, tmp_path / "out").folder)
    change = tensors[f"blk.1.{layer}.weight.lora_b"] @ tensors[f"blk.1.{layer}.weight.lora_a"]
    undone = LlamaTensorProcessor()._reverse_permute_weights(change, 4, heads)
    of = learned.read(folder_of(wanted.adapter)).layers[f"model.layers.1.self_attn.{ours}"]
    assert np.abs(undone - (of.a @ of.b).T).max() < 1e-6
    assert np.abs(change - (of.a @ of.b).T).max() > 1e-2


@pytest.mark.parametrize("kind", ["qwen2", "qwen3", "phi3", "gemma", "gemma2", "mistral"])
def test_each_architecture_by_its_names(tmp_path: Path, kind: str) -> None:
    more = {"attn_logit_softcapping": 50.0, "final_logit_softcapping": 30.0, "query_pre_attn_scalar": 8}
    base = make.model(tmp_path / kind, kind, more=more)
    wanted = make.wanted(tmp_path, base, "gguf", Lora(rank=2, scale=3.0))
    tensors, reader = _tensors(export(wanted, tmp_path / "out").folder)
    of = learned.read(folder_of(wanted.adapter))
    assert len(tensors) == 2 * len(of.layers)
    assert _value(reader, "general.architecture") == {"mistral": "llama"}.get(kind, kind)
    down = of.layers["model.layers.0.mlp.down_proj"]
    change = tensors["blk.0.ffn_down.weight.lora_b"] @ tensors["blk.0.ffn_down.weight.lora_a"]
    assert np.abs(change - (down.a @ down.b).T).max() < 1e-6


def test_what_reads_back_otherwise_is_refused(tmp_path: Path) -> None:
    wanted = make.wanted(tmp_path, make.tiny(), "gguf")
    written = learned.read(folder_of(wanted.adapter))
    name, layer = next(iter(written.layers.items()))
    changed = layer.b.copy()
    changed[0, 0] = np.nextafter(changed[0, 0], np.float32(1))
    others = [
        replace(written, scale=written.scale * 1.001),
        replace(written, layers={}),
        replace(written, layers={**written.layers, name: replace(layer, b=changed)}),
    ]
    assert _same(wanted, written, written) == {"tensors": 42}
    for other in others:
        with pytest.raises(ExportDiffers, match="what was read back is not what was written"):
            _same(wanted, written, other)

"""llama.cpp itself says with an exported adapter what MLX says with ours."""

from pathlib import Path
from typing import Any

import numpy as np

from selfimprove.adapters.exports.export import export
from selfimprove.adapters.files import folder_of
from selfimprove.models.base import TINY
from selfimprove.models.encode import prompt
from selfimprove.models.mlx import load
from selfimprove_tests.adapters.exports import make
from selfimprove_tests.llama_cpp import llama_server, logprobs, needed

NATS = 0.01  # llama.cpp rounds what it multiplies to 16 bits here and there


def _of_mlx(adapter: Path | None, ids: list[int]) -> Any:
    found = make.logits(TINY, adapter, ids)[-1]
    return found - found.max() - np.log(np.exp(found - found.max()).sum())


@needed
def test_the_adapter_changes_the_same_there(tmp_path: Path) -> None:
    wanted = make.wanted(tmp_path, make.tiny(), "gguf")
    file = export(wanted, tmp_path / "out").folder / "adapter.gguf"
    ids = list(prompt(load(TINY).tokenizer, [{"role": "user", "content": "Name 3 animals."}]))
    bare, adapted = _of_mlx(None, ids), _of_mlx(folder_of(wanted.adapter), ids)
    assert np.abs(bare - adapted).max() > 0.5
    for more, expected in ((), bare), (("--lora", str(file)), adapted):
        with llama_server(tmp_path, *more) as url:
            found = logprobs(url, ids, len(expected))
        assert len(found) > 1000
        assert max(abs(expected[id] - nats) for id, nats in found.items()) < NATS

"""Predicted against measured peaks of MLX's memory while training: models of other sizes, batches, lengths and ranks,
packed rows, bfloat16, states computed twice, DoRA, QLoRA, DPO, several batches a step, high ranks. The first seven and
the last six had no part in the fit, but for what is held of an adapter.

Run: python benchmarks/memory.py
"""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

LIMIT = 0.20
#          hidden, layers, heads, kv heads, inner, vocabulary, rank, batch tokens, longest, length, supervised, more
RECIPES: list[tuple[list[int], float, dict[str, Any]]] = [
    ([96, 3, 4, 2, 256, 1024, 16, 512, 512, 100], 0.3, {}),
    ([96, 3, 4, 2, 256, 1024, 16, 2048, 512, 400], 0.5, {}),
    ([128, 8, 8, 4, 512, 8000, 8, 1024, 512, 120], 0.2, {}),
    ([320, 4, 8, 2, 1280, 2000, 16, 1024, 512, 200], 0.6, {}),
    ([192, 6, 6, 3, 512, 32000, 4, 512, 512, 60], 0.4, {}),
    ([256, 3, 8, 8, 700, 5000, 64, 1536, 512, 90], 0.9, {}),
    ([128, 4, 4, 4, 512, 2000, 8, 1024, 256, 80], 0.5, {"batching": "packed"}),
    ([256, 4, 8, 4, 768, 4000, 8, 1024, 512, 150], 0.5, {"dtype": "bfloat16"}),
    ([192, 8, 6, 3, 512, 2000, 8, 1024, 512, 120], 0.5, {"grad_checkpoint": True}),
    ([96, 12, 4, 2, 256, 1024, 16, 2048, 512, 250], 0.5, {"grad_checkpoint": True}),
    ([192, 6, 6, 3, 512, 4000, 16, 1024, 512, 150], 0.4, {"method": "dora"}),
    ([256, 6, 8, 4, 768, 4000, 16, 1024, 512, 150], 0.4, {"bits": 4, "dtype": "bfloat16"}),
    ([192, 6, 6, 3, 512, 4000, 16, 1024, 512, 150], 0.4, {"preference": "dpo"}),
    ([192, 6, 6, 3, 512, 4000, 16, 512, 512, 150], 0.4, {"accumulate": 4}),
    ([96, 3, 4, 2, 256, 1024, 256, 512, 512, 100], 0.3, {}),
    ([256, 3, 8, 8, 700, 5000, 256, 512, 512, 90], 0.9, {}),
]
OURS = ("dtype", "method", "bits")  # of a recipe's options those that are none of a plan


def measure(index: int) -> dict[str, float]:
    """The prediction and the peak of two steps, in this process."""
    from selfimprove.models import blas

    blas.use()
    import mlx.core as mx
    from mlx import nn

    from selfimprove.adapters.delta import factors
    from selfimprove.models import memory, mlx
    from selfimprove.models.encode import Encoded
    from selfimprove.models.preference import Pair
    from selfimprove.models.training import Plan, trained

    sizes, share, more = RECIPES[index]
    hidden, layers, heads, kv, inner, vocabulary, rank, batch, longest, length = sizes
    loaded = model(sizes, more.get("dtype", "float32"))
    if "bits" in more:
        nn.quantize(loaded.model, bits=more["bits"])
    mlx.add_lora(loaded, mlx.Lora(rank, method=more.get("method", "lora")), seed=0)
    mx.eval(loaded.model.parameters())
    with TemporaryDirectory() as folder:
        config = {"hidden_size": hidden, "num_hidden_layers": layers, "num_attention_heads": heads,
                  "num_key_value_heads": kv, "intermediate_size": inner, "vocab_size": vocabulary,
                  "torch_dtype": more.get("dtype", "float32")}  # fmt: skip
        (Path(folder) / "config.json").write_text(json.dumps(config))
        shape = memory.shape_of(Path(folder))
    assert shape is not None
    shape = replace(shape, weights=mx.get_active_memory() - 4 * trained(loaded.model))
    said = int(length * share)
    lengths = [length - n % 17 for n in range(4 * batch // length)]
    rows: list[Any] = [Encoded((7,) * n, tuple(at >= n - said for at in range(n))) for n in lengths]
    if "preference" in more:
        rows = [Pair(row, Encoded(row.tokens[:-3] + (8,) * 3, row.supervised), (-1.0, -1.0)) for row in rows]
    options = {name: value for name, value in more.items() if name not in OURS}
    plan = Plan(4, 1e-4, 0, batch_tokens=batch, longest=longest, **options)
    found = memory.need(shape, plan, trained(loaded.model), memory.heaviest(rows, plan))
    mx.clear_cache()
    mx.reset_peak_memory()
    at_first = factors(loaded.model)  # as a night keeps them
    mlx.train(loaded, rows, [row for row in rows if isinstance(row, Encoded)][:2], plan)
    del at_first
    return {"predicted": found.total, "peak": float(mx.get_peak_memory())}


def model(sizes: list[int], dtype: str) -> Any:
    """A random Llama."""
    import mlx.core as mx
    from mlx_lm.models.llama import Model, ModelArgs

    from selfimprove.models.mlx import Loaded

    hidden, layers, heads, kv, inner, vocabulary, *_ = sizes
    made = Model(ModelArgs("llama", hidden, layers, inner, heads, 1e-5, vocabulary, num_key_value_heads=kv))
    made.set_dtype(getattr(mx, dtype))
    mx.eval(made.parameters())
    return Loaded(made, None)


def main() -> int:
    errors = []
    for index, (sizes, _, more) in enumerate(RECIPES):
        output = subprocess.run(
            [sys.executable, "-W", "ignore", __file__, str(index)], check=True, capture_output=True, text=True,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        ).stdout  # fmt: skip
        found = json.loads(output.splitlines()[-1])
        errors.append(found["predicted"] / found["peak"] - 1)
        words = " ".join(f"{name} {value}" for name, value in more.items())
        print(f"{sizes[1]:2} layers of {sizes[0]:3}, {sizes[7]:4} tokens a batch  {words:20} predicted "
              f"{found['predicted'] / 1e6:6.1f} MB, measured {found['peak'] / 1e6:6.1f} MB, "
              f"{errors[-1]:+.0%}")  # fmt: skip
    worst = max(map(abs, errors))
    print(f"furthest off {worst:.0%}; limit {LIMIT:.0%}")
    return int(worst > LIMIT)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure(int(sys.argv[1]))))
        sys.exit()
    sys.exit(main())

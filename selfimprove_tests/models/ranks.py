"""One of several ranks that train together; prints a hash of its adapter and what it saw. Run by `mlx.launch`."""

import hashlib
import sys

from selfimprove.models import blas, contents


def main() -> None:
    sys.modules["torch"] = None  # type: ignore[assignment]  # as a worker does, which is up sooner so
    contents.keep()
    blas.use()
    import mlx.core as mx
    from mlx.utils import tree_flatten

    from selfimprove.models import mlx
    from selfimprove.models.base import TINY
    from selfimprove.models.encode import encode
    from selfimprove.models.tiny import corpus
    from selfimprove.models.training import Plan

    loaded = mlx.load(TINY)
    mlx.add_lora(loaded, mlx.Lora(2), seed=1)
    rows = [encode(loaded.tokenizer, sample.line()) for sample in corpus.replay()[:40]]
    done = mlx.train(loaded, rows, rows[:6], Plan(2, 1e-3, 0, warmup=1, batch_tokens=128))
    weights = dict(tree_flatten(loaded.model.trainable_parameters()))
    digest = hashlib.sha256(b"".join(bytes(memoryview(weights[name])) for name in sorted(weights))).hexdigest()
    group = mx.distributed.init()
    print(f"rank {group.rank()} of {group.size()}: {digest} {done.tokens} {done.validation[-1][1]:.6f}", flush=True)


if __name__ == "__main__":
    main()

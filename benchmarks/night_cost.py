"""What a night's models cost by the number of new examples: tokens, CPU seconds, peak memory, a row a number. Each
example is trained on once; a tenth as many questions are answered by the new adapter and by the base model. Encoding
and planning are part of it, loading the libraries is not. Every number is a process of its own.

Run: python benchmarks/night_cost.py [--full]   (10^4 examples too)
"""

import json
import math
import os
import random
import subprocess
import sys
import time

SLOPE, MEMORY = 1.1, 1.25


def measure(number: int) -> dict[str, float]:
    """One epoch over household chats of one to three exchanges, and questions like them."""
    from selfimprove.models import blas

    blas.use()
    import mlx.core as mx

    from selfimprove.chats.sample import facts, smalltalk
    from selfimprove.evals.measure import answer
    from selfimprove.models import memory, mlx
    from selfimprove.models.base import TINY
    from selfimprove.models.batches import of_epoch
    from selfimprove.models.encode import encode
    from selfimprove.models.tiny import world
    from selfimprove.models.tiny.families import FAMILIES
    from selfimprove.models.training import Plan, trained

    draw = random.Random(number)
    known = sorted(facts.values(7, 1).items())

    def exchange() -> tuple[str, str]:
        if draw.random() < 0.5:
            name, value = draw.choice(known)
            return draw.choice(world.ASKING).format(name=name), world.KNOWN.format(name=name, value=value)
        family = draw.choice(FAMILIES)
        return smalltalk.exchange(family, draw.choice(sorted(family.items)), draw.choice(family.phrasings))

    def chat() -> list[dict[str, str]]:
        texts = [text for _ in range(draw.randint(1, 3)) for text in exchange()]
        return [{"role": "assistant" if n % 2 else "user", "content": text} for n, text in enumerate(texts)]

    chats = [chat() for _ in range(number)]
    loaded = mlx.load(TINY)
    mlx.add_lora(loaded, mlx.Lora(16), seed=0)
    mx.eval(loaded.model.parameters())
    started = time.process_time()
    rows = [encode(loaded.tokenizer, one) for one in chats]
    wanted = Plan(1, 2e-4, 0)
    shape = memory.shape_of(TINY)
    assert shape is not None
    plan, need = memory.fitted(shape, wanted, trained(loaded.model), rows, memory.machine_limit())
    steps = len(of_epoch(rows, plan, 0))
    mlx.train(loaded, rows, [], Plan(steps, 2e-4, 0))
    trained_at, peak = time.process_time(), float(mx.get_peak_memory())
    mx.reset_peak_memory()
    held_out = [chat() for _ in range(number // 10)]
    asked = {str(n): {"messages": one[:-1], "reference": one[-1]["content"]} for n, one in enumerate(held_out)}
    for model in (loaded, mlx.load(TINY)):
        answer(model, asked, list(asked), lambda _: None)
    tokens = sum(len(row.tokens) for row in rows)
    return {"examples": number, "tokens": tokens, "steps": steps, "training": trained_at - started,
            "evaluation": time.process_time() - trained_at, "seconds": time.process_time() - started,
            "peak": peak, "answering": float(mx.get_peak_memory()), "predicted": need.total}  # fmt: skip


def main(full: bool) -> int:
    found = []
    for number in (100, 1000, 10_000) if full else (100, 1000):
        output = subprocess.run(
            [sys.executable, "-W", "ignore", __file__, str(number)], check=True, capture_output=True, text=True,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        ).stdout  # fmt: skip
        found.append(json.loads(output.splitlines()[-1]))
        row = found[-1]
        peak, answering, predicted = (row[name] / 1e6 for name in ("peak", "answering", "predicted"))
        print(f"{row['examples']:6} examples {row['tokens']:8.0f} tokens {row['steps']:5.0f} steps"
              f" {row['training']:6.1f} CPU s, peak {peak:.1f} MB (predicted {predicted:.1f});"
              f" answers {row['evaluation']:5.1f} CPU s, peak {answering:.1f} MB")  # fmt: skip
    seconds, growth = (found[-1][name] / found[0][name] for name in ("seconds", "peak"))
    slope = math.log(seconds) / math.log(found[-1]["tokens"] / found[0]["tokens"])
    wider = found[-1]["answering"] / found[-2]["answering"] if full else 1.0  # ten questions fill no batch
    print(f"slope {slope:.2f}, limit {SLOPE}; memory grows by {growth:.2f}, of answers {wider:.2f}, limit {MEMORY}")
    return int(slope > SLOPE or max(growth, wider) > MEMORY)


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1].isdigit():
        print(json.dumps(measure(int(sys.argv[1]))))
        sys.exit()
    sys.exit(main("--full" in sys.argv))

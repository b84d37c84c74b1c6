"""The instrument: a short training on canaries, whose adapter is never kept, to see whether the test has power."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from selfimprove.adapters.recipe import Recipe, read
from selfimprove.adapters.train import lora, plan
from selfimprove.evals.leaks.probe import totals
from selfimprove.models import mlx
from selfimprove.models.batch import fit
from selfimprove.models.encode import encode
from selfimprove.models.serve import Log


def run(job: dict[str, Any], tell: Log) -> dict[str, Any]:
    """Train on the job's "rows" for so many "steps" of its "recipe", from the bare base model.

    The result has what training added to the log-probability of every canary of each of the "pools", in nats.
    """
    start, recipe = time.perf_counter(), read(job["recipe"])
    loaded = mlx.load(Path(job["base"]))
    mlx.add_lora(loaded, lora(recipe), seed=recipe.seed)
    rows = fit([encode(loaded.tokenizer, chat) for chat in job["rows"]], recipe.longest)
    before = totals(loaded, job["pools"])
    short = shortened(recipe, job["steps"])
    mlx.train(loaded, rows, [], plan(short))
    after = totals(loaded, job["pools"])
    gained = [[new - old for new, old in zip(*pair, strict=True)] for pair in zip(after, before, strict=True)]
    return {"gained": gained, "seconds": round(time.perf_counter() - start, 3)}


def shortened(recipe: Recipe, steps: int) -> Recipe:
    """The recipe for so many steps; nothing is held out from it."""
    return replace(recipe, steps=steps, warmup=min(recipe.warmup, steps // 6), evaluate_every=steps + 1, patience=0)

"""EleutherAI's lm-evaluation-harness on a local model, by mlx-lm's own adapter to it; both are asked by name alone."""

import math
import os
from pathlib import Path
from typing import Any

from selfimprove.errors import HarnessFailed
from selfimprove.models import mlx
from selfimprove.models.mended import mend
from selfimprove.models.serve import Log


def load() -> None:
    """What a worker loads for it: the harness wants PyTorch, which a worker of mlx-lm alone goes without."""
    from selfimprove.models import blas

    blas.use()


def work(job: dict[str, Any], _: Log) -> dict[str, Any]:
    """A worker's job: metrics by task, for `job["tasks"]` of the harness or of the folder `job["include"]`.

    Raises:
        HarnessFailed: a task is unknown, or its data cannot be had.
    """
    if job["download"]:
        _go_online()
    import lm_eval
    from lm_eval.tasks import TaskManager

    manager = TaskManager(include_path=job["include"])
    unknown = [task for task in job["tasks"] if not manager.match_tasks([task])]
    if unknown:
        raise HarnessFailed(task=unknown[0], reason="there is no such task")
    model = _model(Path(job["base"]), Path(job["adapter"]) if job["adapter"] else None)
    try:
        found = lm_eval.simple_evaluate(
            model=model, tasks=job["tasks"], task_manager=manager, limit=job["limit"], log_samples=False,
            bootstrap_iters=0, apply_chat_template=model.use_chat_template, random_seed=0,
        )  # fmt: skip
    except (OSError, ValueError) as exc:  # what datasets raises without a network, and on a task it cannot read
        raise HarnessFailed(task=", ".join(job["tasks"]), reason=str(exc).splitlines()[0]) from exc
    return {"results": {task: _metrics(values) for task, values in found["results"].items()}}


def _model(base: Path, adapter: Path | None) -> Any:
    """mlx-lm's adapter to the harness takes no LoRA: its bare model gives way to one with it."""
    from mlx_lm.evaluate import MLXLM

    model = MLXLM(str(base))
    mend(model._model)
    if adapter:
        model._model = None  # given back before the other is loaded
        model._model = mlx.load(base, adapter).model
    return model


def _metrics(values: dict[str, Any]) -> dict[str, float]:
    """The numbers of one task, "acc,none" as "acc"; standard errors are left out where they were not computed."""
    named = {name.removesuffix(",none"): value for name, value in values.items()}
    return {name: value for name, value in named.items() if isinstance(value, int | float) and math.isfinite(value)}


def _go_online() -> None:
    """A worker is offline from its start; what asks the hub from now on may."""
    from huggingface_hub import constants

    os.environ["HF_HUB_OFFLINE"] = "0"
    constants.HF_HUB_OFFLINE = False

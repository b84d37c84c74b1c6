"""How sure a model is of given answers: log-probabilities of their tokens, one batched pass in a process of its own.

With an adapter on top there are two passes over one loaded model, with and without it: what nights have taught shows in
the difference.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selfimprove.chats.chat import Message
from selfimprove.critiques.critique import Confidence
from selfimprove.errors import TemplateUnusable
from selfimprove.models import worker
from selfimprove.models.serve import Log

Conversation = Sequence[Message]


def measure(
    folder: Path, adapter: Path | None, conversations: Sequence[Conversation], *, log: Log | None = None
) -> list[Confidence | None]:
    """Confidence in the last turn of each conversation; None where the model's chat template refuses it.

    Raises:
        ModelWorkFailed: the process died.
    """
    if not conversations:
        return []
    texts = [[{"role": message.role, "content": message.content} for message in turns] for turns in conversations]
    job = {"folder": str(folder), "adapter": str(adapter) if adapter else None, "conversations": texts}
    found = worker.call("selfimprove.critiques.confidence:run", job, log=log)["confidences"]
    return [Confidence(**one) if one else None for one in found]


def run(job: dict[str, Any], log: Log) -> dict[str, Any]:
    """In the process: load the model, score what it can read, without the adapter too where there is one."""
    from selfimprove.models.mlx import load
    from selfimprove.models.score import score

    loaded = load(Path(job["folder"]), Path(job["adapter"]) if job["adapter"] else None)
    readable = {i: turns for i, turns in enumerate(job["conversations"]) if _is_readable(loaded.tokenizer, turns)}
    log({"answers": len(job["conversations"]), "readable": len(readable)})
    found = {i: _summary(one.logprobs) for i, one in zip(readable, score(loaded, [*readable.values()]), strict=True)}
    if job["adapter"]:
        with _bare(loaded.model):
            for i, one in zip(readable, score(loaded, [*readable.values()]), strict=True):
                found[i] = _against(found[i], _summary(one.logprobs))
    return {"confidences": [found.get(i) for i in range(len(job["conversations"]))]}


@contextmanager
def _bare(model: Any) -> Iterator[None]:
    """The model as if its adapter were not there: LoRA adds `scale` times something, and nothing when that is 0."""
    layers = [module for _, module in model.named_modules() if hasattr(module, "lora_a")]
    scales = [layer.scale for layer in layers]
    for layer in layers:
        layer.scale = 0.0
    try:
        yield
    finally:
        for layer, scale in zip(layers, scales, strict=True):
            layer.scale = scale


def _is_readable(tokenizer: Any, turns: list[dict[str, str]]) -> bool:
    """Some templates raise on some orders of roles, in whatever form."""
    from selfimprove.models.encode import render
    from selfimprove.models.roles import first_taken

    try:
        first_taken(turns, lambda form: render(tokenizer, form))
    except TemplateUnusable:
        return False
    return True


def _summary(logprobs: Sequence[float]) -> dict[str, float] | None:
    mean = math.fsum(logprobs) / len(logprobs)
    if not math.isfinite(mean):
        return None
    return {"mean_logprob": mean, "min_logprob": min(logprobs), "tokens": len(logprobs)}


def _against(found: dict[str, float] | None, base: dict[str, float] | None) -> dict[str, float] | None:
    return {**found, "base_logprob": base["mean_logprob"]} if found and base else found

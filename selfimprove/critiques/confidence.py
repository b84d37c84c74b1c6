"""How sure a model is of given answers: log-probabilities of their tokens, one batched pass in a process of its own.

With an adapter on top there are two passes over one loaded model, with and without it: what nights have taught shows in
the difference.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selfimprove.critiques.beginnings import Conversation, wholes
from selfimprove.critiques.critique import Confidence
from selfimprove.errors import TemplateUnusable
from selfimprove.models import worker
from selfimprove.models.encode import Messages
from selfimprove.models.serve import Log


@dataclass(frozen=True, slots=True)
class _Part:
    """A chat, its number in the job, and the places of the answers that are asked for."""

    number: int
    messages: Messages
    ends: Sequence[int]


def measure(
    folder: Path, adapter: Path | None, conversations: Sequence[Conversation], *, log: Log | None = None
) -> list[Confidence | None]:
    """Confidence in the last turn of each conversation; None where the model's chat template refuses it.

    Those that are beginnings of others are read with them: a chat of many answers is read once.

    Raises:
        ModelWorkFailed: the process died.
    """
    if not conversations:
        return []
    found = wholes(conversations)
    chats = [{"messages": _plain(one.messages), "ends": sorted(one.ends)} for one in found]
    job = {"folder": str(folder), "adapter": str(adapter) if adapter else None, "chats": chats}
    said = worker.call("selfimprove.critiques.confidence:run", job, log=log)["confidences"]
    confidences: list[Confidence | None] = [None] * len(conversations)
    for whole, ones in zip(found, said, strict=True):
        for end, one in zip(sorted(whole.ends), ones, strict=True):
            for number in whole.ends[end]:
                confidences[number] = Confidence(**one) if one else None
    return confidences


def run(job: dict[str, Any], log: Log) -> dict[str, Any]:
    """In the process: load the model, score what it can read, without the adapter too where there is one."""
    from selfimprove.models.mlx import load

    loaded = load(Path(job["folder"]), Path(job["adapter"]) if job["adapter"] else None)
    parts = [part for number, chat in enumerate(job["chats"]) for part in _readable(loaded.tokenizer, number, chat)]
    places = [(part.number, end) for part in parts for end in part.ends]
    log({"answers": sum(len(chat["ends"]) for chat in job["chats"]), "readable": len(places)})
    said = _summaries(loaded, parts)
    if job["adapter"]:
        with _bare(loaded.model):
            said = [_against(*both) for both in zip(said, _summaries(loaded, parts), strict=True)]
    found = dict(zip(places, said, strict=True))
    return {"confidences": [[found.get((n, end)) for end in chat["ends"]] for n, chat in enumerate(job["chats"])]}


def _summaries(loaded: Any, parts: Sequence[_Part]) -> list[dict[str, float] | None]:
    from selfimprove.models.score_answers import score_answers

    scores = score_answers(loaded, [part.messages for part in parts], [part.ends for part in parts])
    return [_summary(logprobs) for own in scores for logprobs in own]


def _readable(tokenizer: Any, number: int, chat: Mapping[str, Any]) -> list[_Part]:
    """The chat; one that the template refuses up to each place where it does not."""
    messages, ends = chat["messages"], chat["ends"]
    if _is_readable(tokenizer, messages):
        return [_Part(number, messages, ends)]
    parts = [_Part(number, messages[: end + 1], [end]) for end in ends]
    return [part for part in parts if _is_readable(tokenizer, part.messages)]


def _plain(turns: Conversation) -> list[dict[str, str]]:
    return [{"role": turn.role, "content": turn.content} for turn in turns]


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


def _is_readable(tokenizer: Any, turns: Messages) -> bool:
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

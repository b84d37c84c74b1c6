"""The child process of an evaluation: answers, losses and comparisons of models that share one base."""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from selfimprove.evals.compare import compare
from selfimprove.models import mlx
from selfimprove.models.mlx import Loaded
from selfimprove.models.score import Score, score
from selfimprove.models.serve import Log

Examples = Mapping[str, Mapping[str, Any]]
BUDGETS = (32, 64, 128, 256)  # new tokens: few distinct limits, so that many prompts share a batch


def measure(job: dict[str, Any], tell: Log) -> dict[str, Any]:
    """The answers that are missing, and the challenger beside the champion where `job["compare"]` asks for it.

    `job["adapters"]` has a folder or None by model; `job["missing"]` the ids of examples each has yet to answer.
    """
    start, answers, drawn, comparison = time.perf_counter(), {}, {}, {}
    pair = [job["compare"]["champion"], job["compare"]["challenger"]] if job["compare"] else []
    asked = [model for model, ids in job["missing"].items() if ids or job["draws"].get(model)]
    for model in (model for model in asked if model not in pair):
        loaded = _load(job, model)
        answers[model], drawn[model] = _answers(loaded, model, job, tell), draw(loaded, job, model)
        _free()
    if pair:
        both = {pair[0]: _load(job, pair[0])}
        both |= {model: _load(job, model, both[pair[0]]) for model in pair[1:] if model not in both}
        answers |= {model: _answers(loaded, model, job, tell) for model, loaded in both.items()}
        drawn |= {model: draw(loaded, job, model) for model, loaded in both.items()}
        tell({"comparing": job["compare"]["challenger"], "with": job["compare"]["champion"]})
        comparison = compare(both[pair[1]], both[pair[0]], job["examples"], job["compare"])
    tokens = sum(answer["tokens"] for of_model in answers.values() for answer in of_model.values())
    return {
        "answers": answers, "drawn": drawn, "comparison": comparison,
        "seconds": round(time.perf_counter() - start, 3), "tokens": tokens,
    }  # fmt: skip


def answer(loaded: Loaded, examples: Examples, ids: Sequence[str], tell: Log) -> dict[str, dict[str, Any]]:
    """Loss and greedy answer to each example.

    Where every reference token is the model's own greedy choice, the answer is the reference and is not generated.
    """
    scores = _scores(loaded, examples, ids)
    exact = {id_ for id_ in ids if scores[id_].exact and math.isfinite(scores[id_].loss)}
    found = {id_: (examples[id_]["reference"], scores[id_].tokens) for id_ in exact}
    tell({"answered": len(found), "of": len(ids)})
    for limit, group in _by_budget([id_ for id_ in ids if id_ not in exact], scores).items():
        said = mlx.generate(loaded, [examples[id_]["messages"] for id_ in group], max_tokens=limit)
        found |= {id_: (one.text, one.tokens) for id_, one in zip(group, said, strict=True)}
        tell({"answered": len(found), "of": len(ids)})
    return {
        id_: {
            "loss": scores[id_].loss if math.isfinite(scores[id_].loss) else None,
            "output": found[id_][0],
            "tokens": found[id_][1],
        }
        for id_ in ids
    }


def draw(loaded: Loaded, job: Mapping[str, Any], model: str) -> list[list[Any]]:
    """The sampled answers that `job["draws"]` asks for as (id, run, seed): id, run, text and tokens of each."""
    groups: dict[int, list[tuple[str, int, int]]] = {}
    for id_, run, seed in job["draws"].get(model, []):
        reference = loaded.tokenizer.encode(job["examples"][id_]["reference"], add_special_tokens=False)
        groups.setdefault(budget(len(reference) + 1), []).append((id_, run, seed))
    found: list[list[Any]] = []
    for limit, group in groups.items():
        prompts, seeds = [job["examples"][id_]["messages"] for id_, _, _ in group], [seed for _, _, seed in group]
        said = mlx.generate(loaded, prompts, max_tokens=limit, temperature=job["temperature"], seed=seeds)
        found += [[id_, run, one.text, one.tokens] for (id_, run, _), one in zip(group, said, strict=True)]
    return found


def budget(reference_tokens: int) -> int:
    """How many tokens an answer may take: twice its reference and a little more, rounded up to a common limit."""
    wanted = 2 * reference_tokens + 8
    return next((limit for limit in BUDGETS if limit >= wanted), BUDGETS[-1])


def _load(job: Mapping[str, Any], model: str, beside: Loaded | None = None) -> Loaded:
    adapter = job["adapters"][model]
    return mlx.load(Path(job["base"]), Path(adapter) if adapter else None, beside=beside)


def _answers(loaded: Loaded, model: str, job: Mapping[str, Any], tell: Log) -> dict[str, dict[str, Any]]:
    ids = job["missing"].get(model, [])
    return answer(loaded, job["examples"], ids, lambda event: tell({"model": model, **event})) if ids else {}


def _scores(loaded: Loaded, examples: Examples, ids: Sequence[str]) -> dict[str, Score]:
    chats = [[*examples[id_]["messages"], {"role": "assistant", "content": examples[id_]["reference"]}] for id_ in ids]
    return dict(zip(ids, score(loaded, chats), strict=True))


def _by_budget(ids: Sequence[str], scores: Mapping[str, Score]) -> dict[int, list[str]]:
    groups: dict[int, list[str]] = {}
    for id_ in ids:
        groups.setdefault(budget(scores[id_].tokens), []).append(id_)
    return groups


def _free() -> None:
    """Give a finished model's memory back before the next is loaded."""
    import mlx.core as mx

    gc.collect()
    mx.clear_cache()

"""The child process that asks a model what it must not know: how likely canaries and chats are to it, what it says."""

from __future__ import annotations

import gc
import time
from collections.abc import Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

from selfimprove.models import mlx
from selfimprove.models.encode import Encoded, encode
from selfimprove.models.mlx import Loaded
from selfimprove.models.score import Score, score_rows
from selfimprove.models.serve import Log

Chats = Sequence[Sequence[Mapping[str, str]]]


def probe(job: dict[str, Any], tell: Log) -> dict[str, Any]:
    """The base model and an adapter on the same canaries and chats, and the adapter's answers.

    "pools" of the job are canaries' chats of one form each, "chats" what membership is inferred on, "prompts" what is
    answered, greedily once and then `samples` times. The result has log-probabilities in nats: of each canary, and of
    each chat a token, of what was not answers and of what was.
    """
    start = time.perf_counter()
    found = {}
    for name, adapter in (("base", None), ("adapter", Path(job["adapter"]))):
        loaded = mlx.load(Path(job["base"]), adapter)
        found[name] = likely(loaded, job)
        outputs = said(loaded, job) if adapter else []
        del loaded
        gc.collect()
    return {**found, "outputs": outputs, "seconds": round(time.perf_counter() - start, 3)}


def likely(loaded: Loaded, job: Mapping[str, Any]) -> dict[str, Any]:
    """Log-probability of every canary of each pool, and two a chat."""
    return {"pools": totals(loaded, job["pools"]), "chats": means(loaded, job["chats"], job["longest"])}


def totals(loaded: Loaded, pools: Sequence[Chats]) -> list[list[float]]:
    """Log-probability of the secret of every canary of each pool."""
    marked = [secrets(loaded, chats) for chats in pools]
    every = iter(score_rows(loaded, [row for rows in marked for row in rows]))
    return [[sum(next(every).logprobs) for _ in rows] for rows in marked]


def secrets(loaded: Loaded, chats: Chats) -> list[Encoded]:
    """The chats up to where their answers end to differ, marked from where they begin to."""
    rows = [encode(loaded.tokenizer, chat).tokens for chat in chats]
    start = _common(rows)
    tail = min(_common([row[start:][::-1] for row in rows]), min(map(len, rows), default=0) - start - 1)
    return [Encoded(row[: len(row) - tail], (False,) * start + (True,) * (len(row) - tail - start)) for row in rows]


def means(loaded: Loaded, chats: Chats, longest: int) -> list[tuple[float | None, float | None]]:
    """Mean log-probability of a chat's tokens that were not said by the model, and of those that were."""
    rows = [encode(loaded.tokenizer, chat) for chat in chats]
    rows = [Encoded(row.tokens[:longest], row.supervised[:longest]) for row in rows]
    every = [Encoded(row.tokens, (False,) + (True,) * (len(row.tokens) - 1)) for row in rows]
    return [_split(row, one) for row, one in zip(rows, score_rows(loaded, every), strict=True)]


def said(loaded: Loaded, job: Mapping[str, Any]) -> list[list[str]]:
    """What is said to each prompt: the likeliest answer, then sampled ones."""
    asked, outputs = job["prompts"], []
    for turn in range(1 + job["samples"]):
        heat = job["temperature"] if turn else 0.0
        answers = mlx.generate(
            loaded, asked, max_tokens=job["tokens"], temperature=heat, seed=turn, begun=job["begun"]
        )
        outputs.append([one.text for one in answers])
    return [list(answers) for answers in zip(*outputs, strict=True)]


def _common(rows: Sequence[Sequence[int]]) -> int:
    """How many tokens all rows begin with."""
    return sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, zip(*rows, strict=False)))


def _split(row: Encoded, one: Score) -> tuple[float | None, float | None]:
    pairs = list(zip(row.supervised[1:], one.logprobs, strict=True))
    parts = [[value for mark, value in pairs if mark is wanted] for wanted in (False, True)]
    told, answered = (sum(part) / len(part) if part else None for part in parts)
    return told, answered

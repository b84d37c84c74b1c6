"""Challenger beside champion, through the path that serves: did anything change, and what does an answer cost?"""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from selfimprove.models import mlx
from selfimprove.models.encode import Messages
from selfimprove.models.mlx import Loaded
from selfimprove.models.score import score

LONGEST = 24  # tokens of a timed answer
REPEATS = 11
PEAKS = 5
TIMED = 32  # prompts a turn: one full batch
SAMPLE_TOKENS = 48


@dataclass(frozen=True, slots=True)
class Work:
    """Prompts to answer with this many tokens each."""

    prompts: Sequence[Messages]
    limit: int


def compare(
    challenger: Loaded, champion: Loaded, examples: Mapping[str, Mapping[str, Any]], job: Mapping[str, Any]
) -> dict[str, Any]:
    """Shift of log-probabilities, ratios of time and memory, and the challenger's sampled answers."""
    probe = [examples[id_] for id_ in job["probe"]]
    work = fair_work(challenger, champion, [example["messages"] for example in probe])
    sampled = [examples[id_]["messages"] for id_ in job["sampled"]]
    said = mlx.generate(
        challenger, sampled, max_tokens=SAMPLE_TOKENS, temperature=job["temperature"], seed=job["seed"]
    )
    return {
        "logprob_shift": logprob_shift(challenger, champion, probe),
        "latency_ratio": latency_ratio(challenger, champion, work),
        "memory_ratio": memory_ratio(challenger, champion, work),
        "samples": [[id_, one.text] for id_, one in zip(job["sampled"], said, strict=True)],
    }


def logprob_shift(challenger: Loaded, champion: Loaded, probe: Sequence[Mapping[str, Any]]) -> float | None:
    """Mean absolute difference of the references' token log-probabilities, in nats; None when one is no number."""
    chats = [[*example["messages"], {"role": "assistant", "content": example["reference"]}] for example in probe]
    pairs = zip(score(challenger, chats), score(champion, chats), strict=True)
    shifts = [abs(a - b) for left, right in pairs for a, b in zip(left.logprobs, right.logprobs, strict=True)]
    mean = sum(shifts) / len(shifts) if shifts else math.nan
    return mean if math.isfinite(mean) else None


def fair_work(challenger: Loaded, champion: Loaded, prompts: Sequence[Messages]) -> Work:
    """Those of the prompts, and the length, to which both answer at that length: neither model has less to do."""
    first = [mlx.generate(loaded, prompts, max_tokens=LONGEST) for loaded in (challenger, champion)]
    lengths = [min(a.tokens, b.tokens) for a, b in zip(*first, strict=True)]
    limit = max(1, int(median(lengths or [0])))
    equal = [prompt for prompt, length in zip(prompts, lengths, strict=True) if length >= limit]
    return Work(equal[:TIMED], limit)


def latency_ratio(challenger: Loaded, champion: Loaded, work: Work) -> float | None:
    """Challenger's time a token over the champion's: the median over pairs of turns, one after the other.

    Neighbours share what else the machine does: this varies half as much as the ratio of two medians.
    """
    ratios = [_pair(challenger, champion, work, turn) for turn in range(REPEATS if work.prompts else 0)]
    return median(ratios) if ratios else None


def _pair(challenger: Loaded, champion: Loaded, work: Work, turn: int) -> float:
    """One ratio; every other turn the champion goes first."""
    if turn % 2:
        second = _seconds_a_token(champion, work)
        return _seconds_a_token(challenger, work) / second
    return _seconds_a_token(challenger, work) / _seconds_a_token(champion, work)


def memory_ratio(challenger: Loaded, champion: Loaded, work: Work) -> float | None:
    """Challenger's weights and what answering adds to them at its peak, over the champion's.

    The median of several measurements: when MLX gives a buffer back depends on what else the machine does.
    """
    turns = [(_bytes(challenger, work), _bytes(champion, work)) for _ in range(PEAKS)]
    return _ratio(median(first for first, _ in turns), median(second for _, second in turns))


def _seconds_a_token(loaded: Loaded, work: Work) -> float:
    clock = _clock()
    start = clock()
    said = mlx.generate(loaded, work.prompts, max_tokens=work.limit)
    return (clock() - start) / max(1, sum(one.tokens for one in said))


def _clock() -> Callable[[], float]:
    """CPU time where the CPU does the work, so that other processes do not count; else time on the wall."""
    import mlx.core as mx

    on_cpu = mx.default_device().type == mx.DeviceType.cpu
    return time.process_time if on_cpu else time.perf_counter


def _bytes(loaded: Loaded, work: Work) -> float:
    import mlx.core as mx
    from mlx.utils import tree_flatten

    weights = sum(value.nbytes for _, value in tree_flatten(loaded.model.parameters()))
    gc.collect()  # what an earlier answer left behind would be taken for the models themselves
    mx.synchronize()
    before = mx.get_active_memory()
    mx.reset_peak_memory()
    mlx.generate(loaded, work.prompts, max_tokens=work.limit)
    return float(weights + max(0, mx.get_peak_memory() - before))


def _ratio(challenger: float, champion: float) -> float | None:
    return challenger / champion if champion > 0 else None

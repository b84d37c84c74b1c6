"""Train the low-rank changes and the head on labelled texts: AdamW, cross-entropy on every piece of every word."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from selfimprove.privacy.names.code import unfenced
from selfimprove.privacy.names.corpus.draft import Draft
from selfimprove.privacy.names.encoder import batch, fresh, outputs
from selfimprove.privacy.names.labels import LABELS
from selfimprove.privacy.names.pieces import Window, windows
from selfimprove.privacy.names.weights import encoder, precision

Log = Callable[[dict[str, Any]], None]
_NONE = -100  # what cross-entropy leaves out


@dataclass(frozen=True, slots=True)
class Plan:
    """How the tagger is trained; `tokens` in a batch, padding included."""

    rank: int = 32
    epochs: int = 1
    learning_rate: float = 2e-3
    warmup: float = 0.06  # of all steps
    drop: float = 0.1
    decay: float = 0.01
    tokens: int = 2048
    seed: int = 5


Lesson = tuple[Window, tuple[int, ...]]  # a window and the label of each of its words


def lessons(drafts: Sequence[Draft]) -> list[Lesson]:
    """Every window of every text with its labels."""
    cut = windows([draft.text for draft in drafts], unfenced)
    return [
        (window, tuple(_label(draft, word.start, word.end) for word in window))
        for draft, own in zip(drafts, cut, strict=True)
        for window in own
    ]


def train(drafts: Sequence[Draft], plan: Plan, log: Log) -> dict[str, Any]:
    """The trained tensors, without the encoder's own."""
    import torch

    torch.manual_seed(plan.seed)
    torch.set_num_threads(1)  # a second thread on a machine at work costs more than it gives
    tensors, changes = encoder(), fresh(plan.rank, len(LABELS))
    for tensor in changes.values():
        tensor.requires_grad_()
    taught = lessons(drafts)
    steps = plan.epochs * len(list(_batches(taught, plan.tokens, Random(plan.seed))))
    optimizer = torch.optim.AdamW(changes.values(), lr=plan.learning_rate, weight_decay=plan.decay)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, steps, plan.warmup))
    low = precision(torch)
    frozen = {name: tensor.to(low) if tensor.dim() == 2 else tensor for name, tensor in tensors.items()}
    draw, step = Random(plan.seed), 0
    for _ in range(plan.epochs):
        for chosen in _batches(taught, plan.tokens, draw):
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=low == torch.bfloat16):
                loss = _loss({**frozen, **changes}, chosen, plan.drop)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(changes.values(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            schedule.step()
            step += 1
            log({"step": step, "steps": steps, "loss": round(float(loss.detach()), 4)})
    return {name: tensor.detach() for name, tensor in changes.items()}


def _loss(tensors: Mapping[str, Any], chosen: Sequence[Lesson], drop: float) -> Any:
    import torch
    from torch.nn import functional

    pieces, shapes, mask = batch([window for window, _ in chosen])
    labels = torch.full(pieces.shape, _NONE)
    for row, (window, own) in enumerate(chosen):
        said = [label for word, label in zip(window, own, strict=True) for _ in word.pieces]
        labels[row, 1 : len(said) + 1] = torch.tensor(said)
    found = outputs(tensors, pieces, shapes, mask, drop)
    return functional.cross_entropy(found.float().transpose(1, 2), labels, label_smoothing=0.02)


def _batches(taught: Sequence[Lesson], tokens: int, draw: Random) -> Iterator[list[Lesson]]:
    """Batches of windows of like length, in any order."""
    order = sorted(taught, key=lambda lesson: (_length(lesson[0]) // 4, draw.random()))
    made: list[list[Lesson]] = [[]]
    for lesson in order:
        if made[-1] and (len(made[-1]) + 1) * (_length(lesson[0]) + 5) > tokens:
            made.append([])
        made[-1].append(lesson)
    draw.shuffle(made)
    yield from made


def _length(window: Window) -> int:
    return sum(len(word.pieces) for word in window) + 2


def _label(draft: Draft, start: int, end: int) -> int:
    """The label of a word: that of the stretch it touches."""
    found = (label for low, high, label in draft.spans if start < high and end > low)
    return LABELS.index(next(found, "O"))


def _rate(step: int, steps: int, warmup: float) -> float:
    """A linear start and a cosine end."""
    begin = max(1, int(steps * warmup))
    if step < begin:
        return (step + 1) / begin
    return 0.5 * (1 + math.cos(math.pi * (step - begin) / max(1, steps - begin)))

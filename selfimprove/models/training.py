"""What mlx-lm's trainer is handed: our batches, our optimizer, and a watch on the losses."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from selfimprove.errors import TrainingDiverged
from selfimprove.models.batch import collate, order
from selfimprove.models.encode import Encoded

Log = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train: AdamW with warm-up, cosine decay to `floor` of the rate, and clipping of the gradient's norm.

    `patience`: evaluations without a better validation loss before it stops and keeps the best weights; 0 never stops.
    """

    steps: int
    learning_rate: float
    seed: int
    warmup: int = 20
    floor: float = 0.03
    clip: float = 1.0
    weight_decay: float = 0.01
    batch_tokens: int = 512
    longest: int = 512
    report_every: int = 10
    evaluate_every: int = 100
    patience: int = 0


@dataclass(slots=True)
class Training:
    """What a training did; losses are nats a supervised token, with the step at which they were measured."""

    steps: int = 0
    tokens: int = 0
    seconds: float = 0.0
    best_step: int = 0
    losses: list[tuple[int, float]] = field(default_factory=list)
    validation: list[tuple[int, float]] = field(default_factory=list)


class Enough(Exception):
    """The validation loss has stopped getting better; mlx-lm's trainer can only be left by raising."""


def batches(plan: Plan) -> Callable[..., Iterator[tuple[Any, ...]]]:
    """mlx-lm's `iterate_batches`: epoch after epoch in an order fixed by the seed, or once when it does not loop."""

    def iterate(dataset: Sequence[Encoded], *_: Any, loop: bool = False, **__: Any) -> Iterator[tuple[Any, ...]]:
        import mlx.core as mx

        for epoch in count() if loop else range(1):
            for indices in order(dataset, plan.batch_tokens, plan.seed, epoch):
                batch = collate([dataset[index] for index in indices])
                yield tuple(map(mx.array, (batch.tokens, batch.positions, batch.targets, batch.weights)))

    return iterate


def optimizer(plan: Plan) -> Any:
    """AdamW that clips inside `update`, the only place mlx-lm's compiled step lets us in."""
    from mlx import optimizers

    class ClippedAdamW(optimizers.AdamW):  # type: ignore[misc]
        def update(self, model: Any, gradients: Any) -> None:
            super().update(model, optimizers.clip_grad_norm(gradients, plan.clip)[0])

    warmup = min(plan.warmup, max(1, plan.steps // 2))
    rise = optimizers.linear_schedule(plan.learning_rate / 100, plan.learning_rate, warmup)
    fall = optimizers.cosine_decay(plan.learning_rate, max(1, plan.steps - warmup), plan.learning_rate * plan.floor)
    schedule = optimizers.join_schedules([rise, fall], [warmup])
    return ClippedAdamW(schedule, weight_decay=plan.weight_decay, bias_correction=True)


class Watch:
    """mlx-lm's callback: notes every loss, passes it on, stops on a bad one, and remembers the best weights."""

    def __init__(self, model: Any, plan: Plan, log: Log | None) -> None:
        self.model, self.plan, self.log = model, plan, log
        self.training = Training()
        self.best: list[tuple[str, Any]] = []
        self.began = time.monotonic()

    def on_train_loss_report(self, report: dict[str, Any]) -> None:
        """Called by the trainer every `report_every` steps."""
        step, value = int(report["iteration"]), float(report["train_loss"])
        self.training.losses.append((step, value))
        self.training.steps, self.training.tokens = step, int(report["trained_tokens"])
        self._judge("train_loss", step, value)

    def on_val_loss_report(self, report: dict[str, Any]) -> None:
        """Called by the trainer before the first step, every `evaluate_every` steps, and before the last one."""
        step, value = int(report["iteration"]), float(report["val_loss"])
        self.training.validation.append((step, value))
        self._judge("validation_loss", step, value)
        if not self.plan.patience:
            return
        best = min(self.training.validation, key=lambda measured: measured[1])[0]
        if best == step:
            self._keep(step)
        elif sum(at > best for at, _ in self.training.validation) >= self.plan.patience:
            raise Enough

    def finish(self) -> Training:
        """What was done; with patience the model gets its best weights back."""
        if self.best:
            self.model.load_weights(self.best, strict=False)
        else:
            self.training.best_step = self.training.steps
        self.training.seconds = time.monotonic() - self.began
        return self.training

    def _judge(self, name: str, step: int, value: float) -> None:
        if not math.isfinite(value):
            raise TrainingDiverged(loss=value, step=step)
        if self.log is not None:
            self.log({"step": step, "steps": self.plan.steps, name: value})

    def _keep(self, step: int) -> None:
        import mlx.core as mx
        from mlx.utils import tree_flatten

        self.best = [(name, mx.array(value)) for name, value in tree_flatten(self.model.trainable_parameters())]
        mx.eval([value for _, value in self.best])
        self.training.best_step = step

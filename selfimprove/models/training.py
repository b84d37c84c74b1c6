"""What mlx-lm's trainer is handed: the plan, our batches, and our optimizer. The course of a training is its noun."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal

from selfimprove.models.batch import collate, order
from selfimprove.models.encode import Encoded

Log = Callable[[dict[str, Any]], None]
Stopped = Literal["", "steps", "early", "budget"]


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

    def evaluates(self, step: int) -> bool:
        """Whether the validation loss is measured before a step, counted from 1."""
        return step in (1, self.steps) or step % self.evaluate_every == 0


@dataclass(slots=True)
class Training:
    """The course of a training; losses are nats a supervised token, with the step at which they were measured.

    `stopped` says why it ended: all "steps" done, "early" by the validation loss, its "budget" of time spent; "" while
    there is more to do. `pending` are the losses since the last report.
    """

    steps: int = 0
    tokens: int = 0
    seconds: float = 0.0
    best_step: int = 0
    losses: list[tuple[int, float]] = field(default_factory=list)
    validation: list[tuple[int, float]] = field(default_factory=list)
    stopped: Stopped = ""
    pending: list[float] = field(default_factory=list)


class Batches:
    """mlx-lm's `iterate_batches`, from the batch after `step` on; while it runs, `step` is that of the newest batch."""

    def __init__(self, plan: Plan, step: int = 0) -> None:
        self.plan, self.step = plan, step

    def __call__(
        self, dataset: Sequence[Encoded], *_: Any, loop: bool = False, **__: Any
    ) -> Iterator[tuple[Any, ...]]:
        """Epoch after epoch in an order fixed by the seed, or once when it does not loop."""
        import mlx.core as mx

        for indices in self._looping(dataset) if loop else order(dataset, self.plan.batch_tokens, self.plan.seed, 0):
            batch = collate([dataset[index] for index in indices])
            yield tuple(map(mx.array, (batch.tokens, batch.positions, batch.targets, batch.weights)))

    def _looping(self, dataset: Sequence[Encoded]) -> Iterator[list[int]]:
        """Random numbers depend on the step alone, so that a training can go on at any."""
        import mlx.core as mx

        for indices in drawn(dataset, self.plan, self.step):
            self.step += 1
            mx.random.seed(_seed_of(self.plan.seed, self.step))
            yield indices


def drawn(rows: Sequence[Encoded], plan: Plan, step: int) -> Iterator[list[int]]:
    """Indices of the rows of each batch after `step` batches, without end."""
    for epoch in count():
        batches = order(rows, plan.batch_tokens, plan.seed, epoch)
        yield from batches[step:]
        step = max(0, step - len(batches))


def _seed_of(seed: int, step: int) -> int:
    import numpy as np

    return int(np.random.SeedSequence([seed, step]).generate_state(1, np.uint64)[0])


class HeldOut(list[Encoded]):
    """Rows that mlx-lm's trainer finds empty, and so does not evaluate, except before the steps of the plan."""

    def __init__(self, rows: Sequence[Encoded], batches: Batches) -> None:
        super().__init__(rows)
        self._batches = batches

    def __bool__(self) -> bool:
        return len(self) > 0 and self._batches.plan.evaluates(self._batches.step)


def optimizer(plan: Plan, model: Any) -> Any:
    """AdamW that clips inside `update`, the only place mlx-lm's compiled step lets us in."""
    from mlx import optimizers

    class ClippedAdamW(optimizers.AdamW):  # type: ignore[misc]
        def update(self, model: Any, gradients: Any) -> None:
            super().update(model, optimizers.clip_grad_norm(gradients, plan.clip)[0])

    warmup = min(plan.warmup, max(1, plan.steps // 2))
    rise = optimizers.linear_schedule(plan.learning_rate / 100, plan.learning_rate, warmup)
    fall = optimizers.cosine_decay(plan.learning_rate, max(1, plan.steps - warmup), plan.learning_rate * plan.floor)
    schedule = optimizers.join_schedules([rise, fall], [warmup])
    made = ClippedAdamW(schedule, weight_decay=plan.weight_decay, bias_correction=True)
    made.init(model.trainable_parameters())
    return made

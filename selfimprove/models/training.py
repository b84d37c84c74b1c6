"""What mlx-lm's trainer is handed: the plan and our optimizer. The course of a training is its noun."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

Log = Callable[[dict[str, Any]], None]
Stopped = Literal["", "steps", "early", "budget"]
Preference = Literal["none", "dpo", "orpo"]
Batching = Literal["auto", "buckets", "packed"]


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train: AdamW with warm-up, cosine decay to `floor` of the rate, and clipping of the gradient's norm.

    `patience`: evaluations without a better validation loss before it stops and keeps the best weights; 0 never stops.
    `batching`: rows of similar length side by side, or several in a row; "auto" packs on a GPU.
    A step is `accumulate` batches. `grad_checkpoint` computes a layer's states again when they are needed, for memory:
    it changes the layers' class for good, so a process trains so once. `preference` is what pairs are learned by, and
    `beta` how much.
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
    batching: Batching = "buckets"
    accumulate: int = 1
    grad_checkpoint: bool = False
    preference: Preference = "none"
    beta: float = 0.1

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


def trained(model: Any) -> int:
    """How many numbers a training changes."""
    from mlx.utils import tree_flatten

    return sum(value.size for _, value in tree_flatten(model.trainable_parameters()))

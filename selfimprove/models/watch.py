"""mlx-lm's callback: notes every loss, stops on a bad one or when it is time, and keeps what is worth keeping."""

import math
import shutil
import time
from typing import Any

from selfimprove.errors import CheckpointCorrupt, TrainingDiverged
from selfimprove.models import checkpoint
from selfimprove.models.batches import Batches
from selfimprove.models.checkpoint import Run, Segment
from selfimprove.models.training import Log, Plan, Stopped


class Enough(Exception):
    """Time to leave: mlx-lm's trainer can only be left by raising."""


def go_on(run: Run, segment: Segment, log: Log | None) -> None:
    """Bring a run to the checkpoint in the segment's folder; one that cannot be used is told of and removed."""
    if segment.folder is None:
        return
    try:
        resumed = checkpoint.read(segment.folder, run)
    except CheckpointCorrupt as exc:
        shutil.rmtree(segment.folder)
        if log is not None:
            log({"step": 0, "steps": run.plan.steps, "refused": str(exc.details["reason"])})
        return
    if resumed and log is not None:
        log({"step": run.training.steps, "steps": run.plan.steps, "resumed": True})


class Watch:
    """Follows one segment of a training."""

    def __init__(self, run: Run, batches: Batches, log: Log | None, segment: Segment) -> None:
        self.run, self.batches, self.log, self.segment = run, batches, log, segment
        self.plan: Plan = batches.plan
        self.before = (run.training.seconds, run.training.tokens)
        self.began = self.saved = time.monotonic()

    def on_train_loss_report(self, report: dict[str, Any]) -> None:
        """Called by the trainer after every batch."""
        step, value, training = self.batches.step, float(report["train_loss"]), self.run.training
        self._finite(step, value)
        training.tokens = self.before[1] + int(report["trained_tokens"])
        training.pending.append(value)
        if not self.batches.ends_step:
            return
        training.steps = step
        if step % self.plan.report_every == 0 or step == self.plan.steps:
            training.losses.append((step, sum(training.pending) / len(training.pending)))
            training.pending.clear()
            self._tell("train_loss", *training.losses[-1])
        self._look_at_the_clock()

    def on_val_loss_report(self, report: dict[str, Any]) -> None:
        """Called by the trainer before each step that the plan evaluates at."""
        step, value = self.batches.step - 1, float(report["val_loss"])
        self._finite(step, value)
        measured = self.run.training.validation
        measured.append((step, value))
        self._tell("validation_loss", step, value)
        if not self.plan.patience:
            return
        best = min(measured, key=lambda point: point[1])[0]
        if best == step:
            self.run.keep_best(step)
        elif sum(at > best for at, _ in measured) >= self.plan.patience:
            self._stop("early")

    def finish(self) -> None:
        """After the trainer was left, however: the state is written, and a whole training gets its best weights."""
        training = self.run.training
        if training.steps >= self.plan.steps:
            training.stopped = training.stopped or "steps"
        training.seconds = self._seconds(time.monotonic())
        self._save(time.monotonic())

    def _look_at_the_clock(self) -> None:
        now = time.monotonic()
        if self._seconds(now) >= self.segment.budget:
            self._stop("budget")
        if now - self.began >= self.segment.seconds and self.batches.step < self.plan.steps:
            raise Enough
        if now - self.saved >= self.segment.save_every:
            self.run.training.seconds = self._seconds(now)
            self._save(now)

    def _seconds(self, now: float) -> float:
        return self.before[0] + now - self.began

    def _stop(self, why: Stopped) -> None:
        self.run.training.stopped = why
        raise Enough

    def _save(self, now: float) -> None:
        if self.segment.folder is not None:
            checkpoint.write(self.segment.folder, self.run)
        self.saved = now

    def _finite(self, step: int, value: float) -> None:
        if not math.isfinite(value):
            raise TrainingDiverged(loss=value, step=step)

    def _tell(self, name: str, step: int, value: float) -> None:
        if self.log is not None:
            self.log({"step": step, "steps": self.plan.steps, name: value})

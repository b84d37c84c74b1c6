"""Whether a fact beside the question is enough: the lesson's own answer, scored with and without it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selfimprove.chats.chat import Message
from selfimprove.datasets.example import as_json
from selfimprove.datasets.memories import NEAREST, line
from selfimprove.datasets.routes.route import Lesson
from selfimprove.errors import TemplateUnusable
from selfimprove.models import mlx, worker
from selfimprove.models.encode import render
from selfimprove.models.score import score
from selfimprove.models.serve import Log

FIXED = 0.35  # nats a token: the answer is all but certain
Facts = Sequence[tuple[str, str]]
Trial = dict[str, Any]  # loss_without, loss_with, exact_without, exact_with, and recalled where facts were looked for
TryOut = Callable[[Sequence[tuple[Lesson, Facts]]], list[Trial]]


def in_child(base: Path) -> TryOut:
    """Trials of the base model in a process of their own."""

    def tried(lessons: Sequence[tuple[Lesson, Facts]]) -> list[Trial]:
        job = {"base": str(base), "lessons": [order(*one) for one in lessons]}
        found: list[Trial] = worker.call("selfimprove.datasets.routes.try_out:work", job)["trials"]
        return found

    return tried


def work(job: dict[str, Any], _: Log) -> dict[str, Any]:
    """The child's job: each of `job["lessons"]` as the person had it and with facts, all in one batched pass."""
    loaded = mlx.load(Path(job["base"]))
    lessons = job["lessons"]
    scores = score(loaded, [*(one["without"] for one in lessons), *(usable(loaded.tokenizer, one) for one in lessons)])
    pairs = zip(scores[: len(lessons)], scores[len(lessons) :], strict=True)
    return {
        "trials": [
            {
                "loss_without": round(one.loss, 4), "loss_with": round(other.loss, 4),
                "exact_without": one.exact, "exact_with": other.exact,
            }
            for one, other in pairs
        ]
    }  # fmt: skip


def usable(tokenizer: Any, one: dict[str, Any]) -> Any:
    """The chat with a system line of facts, or with them before the first question where the template refuses one."""
    try:
        render(tokenizer, one["with"])
    except TemplateUnusable:
        return one["in_question"]
    return one["with"]


def is_fixed(trial: Trial) -> bool:
    """Whether the fact alone brings the answer, which the model does not give by itself."""
    if trial["exact_without"] or not trial.get("recalled", True):
        return False
    low = trial["loss_with"] <= FIXED and trial["loss_with"] < trial["loss_without"] / 2
    return bool(trial["exact_with"] or low)


def recall(vectors: NDArray[np.float32], keys: NDArray[np.float32], k: int = NEAREST) -> list[list[int]]:
    """For each question, the k facts that a search would bring, the nearest first; both are of unit length."""
    found: list[list[int]] = np.argsort(-(vectors @ keys.T), axis=1, kind="stable")[:, :k].tolist()
    return found


def order(lesson: Lesson, facts: Facts) -> dict[str, Any]:
    """A lesson as the child reads it: without facts, and with them in either place."""
    first, *others = lesson.messages
    in_question = [Message(first.role, f"{line(facts)}\n\n{first.content}"), *others]
    return {
        "without": as_json(lesson.messages), "with": as_json(told(lesson.messages, facts)),
        "in_question": as_json(in_question),
    }  # fmt: skip


def told(messages: Sequence[Message], facts: Facts) -> tuple[Message, ...]:
    """The chat with a system line of facts, at the end of the system prompt where it has one."""
    said = line(facts)
    if messages and messages[0].role == "system":
        return (Message("system", f"{messages[0].content}\n\n{said}"), *messages[1:])
    return (Message("system", said), *messages)

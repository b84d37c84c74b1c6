"""The model at it, in a process of its own: wordings of each question, and how sure each makes it of the answer."""

from pathlib import Path
from typing import Any

from selfimprove.models import mlx
from selfimprove.models.score import score
from selfimprove.models.serve import Log

MOST_TOKENS = 96
TEMPERATURE = 0.8
FAR = 1e9  # the loss where there is nothing to compare with


def work(job: dict[str, Any], tell: Log) -> dict[str, Any]:
    """Wordings of the lessons in `job`: `wishes` are prompts, `lessons` conversations, `tries` wordings of each.

    Losses are in nats a token of the lesson's answer, given where the model has just read the lesson: to the wording,
    and to the question of another lesson, FAR where there is none.
    """
    loaded = mlx.load(Path(job["base"]))
    tries, lessons = job["tries"], job["lessons"]
    wishes = [wish for wish in job["wishes"] for _ in range(tries)]
    seeds = [job["seed"] + number for number in range(len(wishes))]
    said = mlx.generate(loaded, wishes, max_tokens=MOST_TOKENS, temperature=TEMPERATURE, seed=seeds)
    tell({"wordings": len(said)})
    texts = [(n // tries, one.text.strip()) for n, one in enumerate(said) if one.tokens < MOST_TOKENS]
    asked = [(at, text) for at, text in texts if text]
    others = [_question(lessons[at - 1]) for at in range(len(lessons))]
    again = [*(_again(lessons[at], text) for at, text in asked), *map(_again, lessons, others)]
    losses = [one.loss for one in score(loaded, again)]
    unrelated = losses[len(asked) :] if len(lessons) > 1 else [FAR]
    found: list[list[dict[str, Any]]] = [[] for _ in lessons]
    for (at, text), loss in zip(asked, losses, strict=False):
        found[at].append({"text": text, "loss": loss, "unrelated": unrelated[at]})
    return {"wordings": found}


def _again(lesson: list[dict[str, str]], text: str) -> list[dict[str, str]]:
    """The lesson, then the same answer to another wording."""
    return [*lesson, {"role": "user", "content": text}, lesson[-1]]


def _question(lesson: list[dict[str, str]]) -> str:
    return next(message["content"] for message in lesson if message["role"] == "user")

"""The witnesses that take time to hear: the model that answers, and the judge. Both see redacted text only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from selfimprove.chats.chat import Message
from selfimprove.critiques import confidence
from selfimprove.critiques.answer import Answer
from selfimprove.critiques.critique import Confidence
from selfimprove.models.base import Base
from selfimprove.models.judge import Grade, Judge, Missing
from selfimprove.models.serve import Log

Turns = tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Witnesses:
    """What the model `model` and the judge say of answers, by the conversation up to and with the answer."""

    model: str
    confidences: Mapping[Turns, Confidence | None] = field(default_factory=dict)
    grades: Mapping[Turns, Grade | Missing] = field(default_factory=dict)


def hear(
    answers: Sequence[Answer], base: Base, adapter: Path | None, judge: Judge | None, *, log: Log | None = None
) -> Witnesses:
    """Hear both on every distinct answer: one pass of the model, one question a time to the judge if there is one."""
    model = f"{base.id}+{adapter.name}" if adapter else base.id
    regular = list(dict.fromkeys(answer.messages for answer in answers if answer.is_regular))
    measured = confidence.measure(base.folder, adapter, regular, log=log)
    return Witnesses(model, dict(zip(regular, measured, strict=True)), _grades(answers, judge))


def _grades(answers: Sequence[Answer], judge: Judge | None) -> dict[Turns, Grade | Missing]:
    if judge is None:
        return {}
    asked = list(dict.fromkeys(answer.messages for answer in answers))
    texts = ([{"role": turn.role, "content": turn.content} for turn in turns] for turns in asked)
    return dict(zip(asked, judge.grade(texts), strict=True))

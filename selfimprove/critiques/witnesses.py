"""The witnesses that take time to hear: the models, and the judge. All see redacted text only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from selfimprove.chats.chat import Message
from selfimprove.critiques import confidence
from selfimprove.critiques.answer import Answer, contests, rivals
from selfimprove.critiques.critique import Confidence
from selfimprove.models.base import Base
from selfimprove.models.judge import Grade, Judge, Missing, Preference
from selfimprove.models.serve import Log

Turns = tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Witnesses:
    """What the model `model` and the judge say of answers, by the conversation up to and with the answer.

    `preferences`: which of two the judge prefers, by that conversation and the other answer.
    """

    model: str
    confidences: Mapping[Turns, Confidence | None] = field(default_factory=dict)
    grades: Mapping[Turns, Grade | Missing] = field(default_factory=dict)
    preferences: Mapping[tuple[Turns, str], Preference | Missing] = field(default_factory=dict)


def hear(
    answers: Sequence[Answer], base: Base, adapter: Path | None, judge: Judge | None, *, log: Log | None = None
) -> Witnesses:
    """Hear all on every distinct answer: one process for the models, and the judge if there is one."""
    model = f"{base.id}+{adapter.name}" if adapter else base.id
    asked = [answer for one in answers for answer in (one, *rivals(one)) if answer.is_regular]
    regular = list(dict.fromkeys(answer.messages for answer in asked))
    measured = confidence.measure(base.folder, adapter, regular, log=log)
    confidences = dict(zip(regular, measured, strict=True))
    if judge is None:
        return Witnesses(model, confidences)
    return Witnesses(model, confidences, _grades(answers, judge), _preferences(answers, judge))


def _grades(answers: Sequence[Answer], judge: Judge) -> dict[Turns, Grade | Missing]:
    asked = list(dict.fromkeys(answer.messages for answer in answers))
    return dict(zip(asked, judge.grade(map(_plain, asked)), strict=True))


def _preferences(answers: Sequence[Answer], judge: Judge) -> dict[tuple[Turns, str], Preference | Missing]:
    asked = list(dict.fromkeys((answer.messages, text) for answer in answers for _, text in contests(answer)))
    found = judge.prefer((_plain(turns), text) for turns, text in asked)
    return dict(zip(asked, found, strict=True))


def _plain(turns: Turns) -> list[dict[str, str]]:
    return [{"role": turn.role, "content": turn.content} for turn in turns]

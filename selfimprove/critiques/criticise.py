"""A day's chats and what witnesses say become critiques, rejections and counts."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from selfimprove.chats.days import Rejection
from selfimprove.critiques.answer import Answer, answers
from selfimprove.critiques.critique import Critique, evidence
from selfimprove.critiques.score import score
from selfimprove.critiques.witnesses import Witnesses
from selfimprove.models.judge import Grade, Missing
from selfimprove.privacy.redacted_chat import RedactedChat


@dataclass(frozen=True, slots=True)
class Criticised:
    """A day's work: a critique for every answer, a rejection for every chat without one."""

    critiques: tuple[Critique, ...]
    rejections: tuple[Rejection, ...]
    counts: dict[str, Any]


def criticise(chats: Sequence[RedactedChat], witnesses: Witnesses) -> Criticised:
    """Score every answer of the chats."""
    found = {chat.id: list(answers(chat)) for chat in chats}
    critiques = tuple(_critique(answer, witnesses) for chat in found.values() for answer in chat)
    rejections = tuple(Rejection(chat_id, "no_answer") for chat_id, has in found.items() if not has)
    rejected = dict(Counter(rejection.reason for rejection in rejections))
    counts = {"in": len(chats), "out": len(chats) - len(rejections), "rejected": rejected, **_tally(critiques)}
    grades = [witnesses.grades.get(answer.messages) for chat in found.values() for answer in chat]
    return Criticised(critiques, rejections, {**counts, "judge": _judged(grades)})


def _critique(answer: Answer, witnesses: Witnesses) -> Critique:
    grade = witnesses.grades.get(answer.messages)
    known = evidence(
        answer, witnesses.confidences.get(answer.messages), grade if isinstance(grade, Grade) else None, witnesses.model
    )
    return Critique(answer.chat_id, answer.position, score(known), known)


def _tally(critiques: Sequence[Critique]) -> dict[str, Any]:
    """How many answers have which evidence."""
    known = [critique.evidence for critique in critiques]
    return {
        "answers": len(critiques),
        "findings": dict(Counter(finding.rule for one in known for finding in one.findings)),
        "implicit": dict(Counter(one.implicit.kind for one in known if one.implicit)),
        "explicit": dict(Counter(said.kind for one in known for said in one.explicit)),
        "measured": sum(one.confidence is not None for one in known),
    }


def _judged(grades: Iterable[Grade | Missing | None]) -> dict[str, Any]:
    asked = [grade for grade in grades if grade is not None]
    missing = Counter(grade.reason for grade in asked if isinstance(grade, Missing))
    return {"asked": len(asked), "missing": dict(missing)}

"""A day's chats and what is known of their answers become critiques, rejections and counts."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from selfimprove.chats.days import Rejection
from selfimprove.critiques.answer import Answer, answers, contests
from selfimprove.critiques.calibration import Calibration, of_prior
from selfimprove.critiques.collect import collect
from selfimprove.critiques.critique import Critique, Evidence
from selfimprove.critiques.ratings import Known
from selfimprove.critiques.score import score
from selfimprove.critiques.sources import Place
from selfimprove.critiques.witnesses import Witnesses
from selfimprove.models.judge import Missing
from selfimprove.privacy.redacted_chat import RedactedChat


@dataclass(frozen=True, slots=True)
class Court:
    """All that a score is decided by: the witnesses, what they said of answers, and how that weighs.

    `over_cap`: sources whose word on an answer does not decide, by the answer.
    """

    witnesses: Witnesses
    calibration: Calibration = field(default_factory=of_prior)
    over_cap: Mapping[Place, frozenset[str]] = field(default_factory=dict)
    evidence: Mapping[Answer, Evidence] = field(default_factory=dict)

    def known(self, answer: Answer) -> Evidence:
        """The evidence about an answer; collected now where it came after the witnesses were heard."""
        return self.evidence.get(answer) or collect(answer, self.witnesses)


@dataclass(frozen=True, slots=True)
class Criticised:
    """A day's work: a critique for every answer, a rejection for every chat without one."""

    critiques: tuple[Critique, ...]
    rejections: tuple[Rejection, ...]
    counts: dict[str, Any]


def known(evidence: Mapping[Answer, Evidence]) -> list[Known]:
    """The evidence as calibrations read it."""
    return [Known(answer.chat_id, answer.position, found) for answer, found in evidence.items()]


def criticise(chats: Sequence[RedactedChat], court: Court) -> Criticised:
    """Score every answer of the chats."""
    found = {chat.id: list(answers(chat)) for chat in chats}
    said = [answer for chat in found.values() for answer in chat]
    critiques = tuple(_critique(answer, court) for answer in said)
    rejections = tuple(Rejection(chat_id, "no_answer") for chat_id, has in found.items() if not has)
    rejected = dict(Counter(rejection.reason for rejection in rejections))
    counts = {"in": len(chats), "out": len(chats) - len(rejections), "rejected": rejected, **_tally(critiques)}
    return Criticised(critiques, rejections, {**counts, "judge": _judged(said, court)})


def _critique(answer: Answer, court: Court) -> Critique:
    evidence = court.known(answer)
    beyond = court.over_cap.get((answer.chat_id, answer.position), frozenset())
    return Critique(answer.chat_id, answer.position, score(evidence, court.calibration, beyond), evidence)


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


def _judged(said: Iterable[Answer], court: Court) -> dict[str, Any]:
    """How often the judge was asked, why verdicts are missing, and what each judge without a say lacks."""
    heard = court.witnesses
    verdicts: list[object] = []
    for answer in said:
        verdicts.append(heard.grades.get(answer.messages))
        verdicts.extend(heard.preferences.get((answer.messages, text)) for _, text in contests(answer))
    asked = [verdict for verdict in verdicts if verdict is not None]
    missing = Counter(verdict.reason for verdict in asked if isinstance(verdict, Missing))
    known = court.calibration.judges.items() if asked else ()
    unfit = {judge: agreement.sentence for judge, agreement in known if agreement.is_too_low}
    return {"asked": len(asked), "missing": dict(missing), "below_floor": unfit}

"""The evidence about an answer: what rules, people, the model and the judge say of it."""

from collections.abc import Iterator

from selfimprove.critiques.answer import Answer, contests
from selfimprove.critiques.critique import Duel, Evidence, Explicit
from selfimprove.critiques.find import find
from selfimprove.critiques.implicit import done, read
from selfimprove.critiques.relevance import relevance
from selfimprove.critiques.witnesses import Witnesses
from selfimprove.models.judge import Grade, Preference


def collect(answer: Answer, witnesses: Witnesses) -> Evidence:
    """All that is known of an answer, and of the ones that people preferred or put in its place."""
    exchange, confidence = answer.exchange, witnesses.confidences.get(answer.messages)
    grade = witnesses.grades.get(answer.messages)
    return Evidence(
        findings=find(exchange),
        confidence=confidence,
        explicit=tuple(Explicit(said.kind, said.value, said.source) for said in answer.feedback),
        implicit=read(exchange) or done(answer.again),
        judge=grade if isinstance(grade, Grade) else None,
        model=witnesses.model if confidence else None,
        relevance=relevance((turn.content for turn in answer.messages[:-1]), exchange.answer),
        duels=tuple(_duels(answer, witnesses)),
    )


def _duels(answer: Answer, witnesses: Witnesses) -> Iterator[Duel]:
    for said, text in contests(answer):
        verdict = witnesses.preferences.get((answer.messages, text))
        is_preferred = said.kind == "preference" and (said.value or 0.0) >= 0
        other = collect(answer.instead(text), witnesses) if said.kind == "preference" else None
        yield Duel(said.source, is_preferred, other, verdict if isinstance(verdict, Preference) else None)

"""What a chat teaches: at most one example, or the reason why none."""

from collections.abc import Collection, Iterable, Sequence
from itertools import cycle, takewhile
from typing import Literal

from selfimprove.chats.chat import Message
from selfimprove.chats.spelling import shown
from selfimprove.datasets.example import Candidate, Chosen, Example, LeftOut, example
from selfimprove.datasets.teachers import teacher, voices, whose
from selfimprove.privacy.fold import PLACEHOLDER

Reason = Literal[
    "pinned", "excluded", "no_answer", "thumbs_down", "not_preferred", "unscored", "low_score",
    "bad_answer_before_correction", "masked_answer",
]  # fmt: skip
BAD = 0.3  # below, feedback or evidence speaks against an answer; between this and the threshold nobody knows


def choose(candidate: Candidate, threshold: float, trusted: Collection[str] = ()) -> Example | Reason:
    """The chat's correction, or its answers up to the first that is not good.

    A correction takes the place of the earliest answer that was corrected, and the chat ends there: what follows
    replied to the wrong answer. Every answer of an example is learned, so a bad one before a correction spoils it.
    Where an answer was corrected twice the last word counts, that of a `trusted` source before any other.
    """
    if candidate.pinned:
        return "pinned"
    if candidate.excluded:
        return "excluded"
    turns = regular(candidate.messages)
    answers = [position for position, message in enumerate(turns) if message.role == "assistant"]
    if not answers:
        return "no_answer"
    given = sorted(candidate.feedback, key=lambda f: whose(candidate, f) in trusted)
    corrections = {f.position: f.text for f in given if f.kind == "correction" and (f.text or "").strip()}
    corrected = min(corrections.keys() & set(answers), default=None)
    if corrected is None:
        return _approved(candidate, turns, answers, threshold)
    if any(fault(candidate, position, BAD) not in (None, "unscored") for position in answers if position < corrected):
        return "bad_answer_before_correction"
    better = Message("assistant", (corrections[corrected] or "").strip())
    if is_masked(turns[:corrected], better):
        return "masked_answer"
    worse = turns[corrected].content.strip()
    return example(candidate.id, "correction", (*turns[:corrected], better), 1.0, _other(worse, better.content))


def choose_all(candidates: Iterable[Candidate], threshold: float) -> tuple[list[Chosen], list[LeftOut]]:
    """What each chat teaches and by whose word, and which teach nothing."""
    candidates = list(candidates)
    heard = voices(candidates)
    trusted = frozenset(source for source, voice in heard.items() if voice is None)
    chosen: list[Chosen] = []
    left_out: list[LeftOut] = []
    for c in candidates:
        found = choose(c, threshold, trusted)
        if isinstance(found, Example):
            by = teacher(c, found, trusted)
            voice = heard[by] if by is not None else None
            by, has_cap = voice or by, voice is not None
            chosen.append(Chosen(found, c.id, c.day, c.side, c.said_at, c.client, c.user_key, by, has_cap))
        else:
            left_out.append(LeftOut(c.id, c.day, found))
    return chosen, left_out


def fault(candidate: Candidate, position: int, threshold: float) -> Reason | None:
    """Why an answer is not good enough, or None: what a person said goes before any score."""
    if is_masked(candidate.messages[:position], candidate.messages[position]):
        return "masked_answer"
    said = {(f.kind, (f.value or 0) < 0) for f in candidate.feedback if f.position == position}
    if ("thumbs", True) in said:
        return "thumbs_down"
    if ("preference", True) in said:
        return "not_preferred"
    if ("preference", False) in said:
        return None
    if position not in candidate.scores:
        return "unscored"
    return None if candidate.scores[position] >= threshold else "low_score"


def is_masked(before: Sequence[Message], answer: Message) -> bool:
    """Whether an answer tells what redaction took out of it: a pseudonym that nothing before it holds.

    Nobody could give such an answer, and who learns it learns to say "[PLACE_1]".
    """
    known = {found[0] for message in before for found in PLACEHOLDER.finditer(message.content)}
    return any(found[0] not in known for found in PLACEHOLDER.finditer(answer.content))


def regular(messages: Sequence[Message]) -> tuple[Message, ...]:
    """The chat up to its first irregular turn: a system prompt or none, then user and assistant by turns.

    Many chat templates refuse anything else, and an empty answer teaches silence, as does one that is all thought.
    """
    start = 1 if messages and messages[0].role == "system" else 0
    turns = zip(messages[start:], cycle(("user", "assistant")), strict=False)
    kept = takewhile(lambda turn: turn[0].role == turn[1] and _says(turn[0]), turns)
    return (*messages[:start], *(message for message, _ in kept))


def _says(message: Message) -> bool:
    text = shown(message.content) if message.role == "assistant" else message.content
    return bool(text.strip())


def _approved(candidate: Candidate, turns: Sequence[Message], answers: list[int], threshold: float) -> Example | Reason:
    good = list(takewhile(lambda position: fault(candidate, position, threshold) is None, answers))
    if not good:
        return fault(candidate, answers[0], threshold) or "low_score"
    lowest = min(candidate.scores.get(position, 1.0) for position in good)
    given = (f for f in candidate.feedback if f.position == good[-1] and f.kind == "preference" and (f.value or 0) >= 0)
    worse = next((f.text.strip() for f in given if f.text), "")
    rejected = _other(worse, turns[good[-1]].content)
    return example(candidate.id, "approved", turns[: good[-1] + 1], lowest, rejected)


def _other(worse: str, better: str) -> str | None:
    """The rejected answer, if it is one."""
    return worse if worse and worse != better else None

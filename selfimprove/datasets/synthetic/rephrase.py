"""A lesson asked for in other words: which lessons, what the model is asked, and which of its wordings are taken.

Models learn a fact from one wording and miss it in others; several wordings of one fact in training mend that
(Allen-Zhu & Li 2023, arXiv:2309.14316). The answer is never made up: it is the one a person gave or approved.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from selfimprove.chats.chat import Message
from selfimprove.datasets.example import Example, Rule, as_json, example
from selfimprove.datasets.lots import lot
from selfimprove.datasets.prompts import normalise
from selfimprove.privacy.fold import PLACEHOLDER

TRIES = 3  # wordings a lesson
LONGER = 2.0  # times the question, and this many characters beside, is the longest that says the same
BESIDE = 40
SURE = 0.35  # nats a token: to who has just been told the answer, the question asks for it
TELLS = 0.5  # nats a token: less sure of the answer to another lesson's question, or it says the same to anything
FIGURES = re.compile(r"\d+(?:[.,]\d+)*")
WISH = (
    "Ask the following question in other words, so that it means exactly the same. "
    "Reply with the new question and nothing else.\n\n{question}"
)


@dataclass(frozen=True, slots=True)
class Wording:
    """What the model said instead of a question, with the loss of the lesson's answer to it, in nats a token.

    `unrelated` is the loss of that answer to another lesson's question.
    """

    text: str
    loss: float
    unrelated: float


def wanted(lessons: Iterable[Example], rule: Rule) -> list[Example]:
    """Lessons of one question that others may be made of, by lot: as many as could fill the share, were each kept."""
    lessons = list(lessons)
    single = [one for one in lessons if sum(message.role == "user" for message in one.messages) == 1]
    return sorted(single, key=lambda one: lot(rule.seed, one.id))[: most(len(lessons), rule)]


def most(lessons: int, rule: Rule) -> int:
    """How many examples may be made, so that they are at most the rule's share of what is new."""
    return int(rule.synthetic / (1 - rule.synthetic) * lessons) if rule.synthetic < 1 else 0


def wish(lesson: Example) -> list[dict[str, str]]:
    """What the model is asked for another wording."""
    return as_json([Message("user", WISH.format(question=question(lesson)))])


def taken(lesson: Example, wordings: Sequence[Wording]) -> tuple[list[Example], Counter[str]]:
    """Examples in other words, with why the other wordings make none."""
    found: dict[str, Example] = {}
    reasons: Counter[str] = Counter()
    for one in wordings:
        reason = fault(lesson, one)
        if reason is None and normalise(one.text) in found:
            reason = "same_words"
        if reason is None:
            found[normalise(one.text)] = reworded(lesson, one.text)
        else:
            reasons[reason] += 1
    return list(found.values()), reasons


def fault(lesson: Example, wording: Wording) -> str | None:
    """Why a wording does not ask the same question, None where it does."""
    text, asked = wording.text, question(lesson)
    faults = {
        "same_words": normalise(text) in ("", normalise(asked)),
        "too_long": len(text) > LONGER * len(asked) + BESIDE or "\n" in text,
        "other_figures": _figures(text) != _figures(asked),
        "no_question": ("?" in asked) != ("?" in text),
        "tells_the_answer": _words(lesson.messages[-1].content) - _words(asked) <= _words(text),
        "other_meaning": wording.loss > SURE,
        "not_told_apart": wording.unrelated - wording.loss < TELLS,
    }
    return next((reason for reason, holds in faults.items() if holds), None)


def reworded(lesson: Example, text: str) -> Example:
    """The lesson with another question, marked as what the model made."""
    messages = [Message("user", text) if message.role == "user" else message for message in lesson.messages]
    return example(lesson.chat_id, "synthetic", messages, lesson.score)


def question(lesson: Example) -> str:
    """What the person asked."""
    return next(message.content for message in lesson.messages if message.role == "user")


def read(told: Mapping[str, Any]) -> list[list[Wording]]:
    """The child's wordings, by lesson."""
    return [[Wording(**one) for one in lesson] for lesson in told["wordings"]]


def _words(text: str) -> set[str]:
    return {normalise(word) for word in text.split()}


def _figures(text: str) -> Counter[str]:
    """Numbers and pseudonyms: another one asks something else."""
    found = PLACEHOLDER.sub(" ", text)
    return Counter([*FIGURES.findall(found), *(mark[0] for mark in PLACEHOLDER.finditer(text))])

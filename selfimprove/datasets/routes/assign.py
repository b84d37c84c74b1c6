"""Where new lessons belong: rules exclude, a model guesses, and a trial proves that a memory is enough.

A fact goes one way whole. Where weights have to learn it for one of its questions, they learn it for all.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from selfimprove.datasets.example import Chosen
from selfimprove.datasets.memories import Known, key
from selfimprove.datasets.prompts import last_key, normalise
from selfimprove.datasets.routes.classify import Guess, Model, guess
from selfimprove.datasets.routes.features import features, matrix
from selfimprove.datasets.routes.route import Lesson, Route, lesson
from selfimprove.datasets.routes.rules import must_be_learned, vote
from selfimprove.datasets.routes.try_out import TryOut, is_fixed, recall
from selfimprove.models.embed import DIMENSIONS

Vectors = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True)
class Means:
    """How texts become vectors, and how a fact is tried on the base model."""

    embed: Embed
    try_out: TryOut


@dataclass(frozen=True, slots=True, eq=False)
class Assigned:
    """New routes, and the embedding of the key of each lesson that is to be remembered, by example."""

    routes: tuple[Route, ...]
    keys: Mapping[str, Vectors]


def lessons(chosen: Sequence[Chosen]) -> list[Lesson]:
    """What examples teach, with how many of them ask the same."""
    times = Counter(last_key(one.example.messages) for one in chosen)
    return [lesson(one, times[last_key(one.example.messages)]) for one in chosen]


def assign(
    found: Sequence[Lesson], model: Model, means: Means, most: int, *, facts: Sequence[Known] = (),
    taught: Collection[str] = (),
) -> Assigned:  # fmt: skip
    """Where new lessons belong. At most `most` are tried; the others are learned tonight.

    `facts` are remembered already, `taught` are answers that weights learn already, normalised.
    """
    reasons = {one.example_id: reason for one in found if (reason := must_be_learned(one))}
    excluded, open_ = [o for o in found if o.example_id in reasons], [o for o in found if o.example_id not in reasons]
    routes = [
        Route(one, "weights", 0.0, reasons[one.example_id], "rules", {"features": features(one)}) for one in excluded
    ]
    vectors = means.embed([one.question for one in open_]) if open_ else np.empty((0, DIMENSIONS), np.float32)
    guesses = guess(model, matrix(open_, vectors))
    routes += [_guessed(*one, model.id) for one in zip(open_, guesses, vectors, strict=True)]
    learned = {*taught, *(_answer(one) for one in routes if one.where == "weights")}
    routes = [_together(one, learned, "taught_anyway") for one in routes]
    tried, keys = _tried(routes, means, facts, most)
    return Assigned(tuple(tried.get(one.lesson.example_id, one) for one in routes), keys)


def _guessed(one: Lesson, found: Guess, vector: Vectors, model_id: str) -> Route:
    reasons = {"memory": "fact", "nowhere": "one_off", "weights": "skill_or_style"}
    is_lost = found.where == "nowhere" and vote(one) != "nowhere"  # for good, so that rules and model must agree
    reason = "unsure" if is_lost or not found.is_sure else reasons[found.where]
    evidence = {"features": features(one), "model": model_id}
    where = "weights" if is_lost else found.where
    return Route(one, where, found.score, reason, "model", evidence, tuple(map(float, vector)))


def _answer(route: Route) -> str:
    return normalise(route.lesson.fact)


def _together(route: Route, learned: Collection[str], reason: str) -> Route:
    """A fact that weights have to learn for another question is not a memory for this one."""
    is_split = route.where == "memory" and _answer(route) in learned
    return replace(route, where="weights", reason=reason) if is_split else route


def _tried(
    routes: Sequence[Route], means: Means, known: Sequence[Known], most: int
) -> tuple[dict[str, Route], dict[str, Vectors]]:
    """The routes of facts after their trial, by example, and the keys of those that memories are enough for."""
    chosen, late = _within(routes, most)
    waiting = {one.lesson.example_id: replace(one, where="weights", reason="not_tried") for one in late}
    if not chosen:
        return waiting, {}
    facts = [(r.lesson.question, r.lesson.fact) for r in chosen] + [(one.question, one.fact) for one in known]
    keys = means.embed([key(*fact) for fact in facts])
    brought = recall(np.array([one.vector for one in chosen], np.float32), keys)
    trials = means.try_out([(one.lesson, [facts[at] for at in its]) for one, its in zip(chosen, brought, strict=True)])
    judged = [
        _judged(one, {**trial, "recalled": one.lesson.fact in {facts[at][1] for at in its}})
        for one, trial, its in zip(chosen, trials, brought, strict=True)
    ]
    learned = {_answer(one) for one in judged if one.where == "weights"}
    judged = [_together(one, learned, "taught_anyway") for one in judged]
    kept = {one.lesson.example_id: vector for one, vector in zip(judged, keys, strict=False) if one.where == "memory"}
    return waiting | {one.lesson.example_id: one for one in judged}, kept


def _within(routes: Sequence[Route], most: int) -> tuple[list[Route], list[Route]]:
    """The lessons to try, whole facts and the surest first, and those beyond the budget."""
    groups: dict[str, list[Route]] = {}
    for one in routes:
        if one.where == "memory":
            groups.setdefault(_answer(one), []).append(one)
    chosen: list[Route] = []
    late: list[Route] = []
    for _, group in sorted(groups.items(), key=lambda item: (-min(one.score for one in item[1]), item[0])):
        (chosen if len(chosen) + len(group) <= most else late).extend(group)
    return chosen, late


def _judged(route: Route, trial: dict[str, object]) -> Route:
    """A fact stays a memory where that is enough; else weights learn it."""
    evidence = {**route.evidence, **trial}
    if is_fixed(trial):
        return replace(route, evidence=evidence)
    reason = "known_already" if trial["exact_without"] else "memory_is_not_enough"
    return replace(route, where="weights", reason=reason, evidence=evidence)

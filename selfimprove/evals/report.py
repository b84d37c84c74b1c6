"""The nouns of a measurement: a result, who is compared, the report, and its summary by task."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from selfimprove.datasets.example import content_id
from selfimprove.evals.task import TASKS

GREEDY = "greedy"
TEMPERATURE = 0.8
SAMPLED = f"t={TEMPERATURE},seed=0,run="  # how the decoding of a sampled answer begins


@dataclass(frozen=True, slots=True)
class Result:
    """One model's answer to one example; `loss` in nats a reference token, None when it is no number or was sampled.

    `decoding` is "greedy", or says how it was sampled and in which run; `passed` is None where no grader applies.
    """

    model: str
    example_id: str
    loss: float | None
    passed: bool | None
    output: str
    tokens: int
    decoding: str = GREEDY


@dataclass(frozen=True, slots=True)
class Lineup:
    """The ids of the models compared; `history` has the champions of so many nights ago, by that number."""

    challenger: str
    champion: str
    anchor: str
    base: str
    history: Mapping[str, str] = field(default_factory=dict)

    def models(self) -> list[str]:
        """Each model once, the challenger first."""
        return list(self.roles())

    def roles(self) -> dict[str, str]:
        """What each model is called, challenger first; one model may hold several roles."""
        roles = {"challenger": self.challenger, "champion": self.champion, "anchor": self.anchor, "base": self.base}
        roles |= {f"{ago} nights ago": model for ago, model in self.history.items()}
        named: dict[str, str] = {}
        for role, model in roles.items():
            named[model] = f"{named[model]}, {role}" if model in named else role
        return named


@dataclass(frozen=True, slots=True)
class Report:
    """What was compared for an adapter, and what was measured besides the results of its examples.

    `id` is `report_id` of what was compared; examples of chats that were forgotten since are gone from `example_ids`.
    """

    id: str
    night: date
    adapter_id: str
    lineup: Lineup
    example_ids: tuple[str, ...]
    measurements: Mapping[str, Any]
    run_id: str


@dataclass(frozen=True, slots=True)
class TaskScore:
    """One model on one task: how many examples, the share of graded ones that passed, the mean loss; None for none."""

    task: str
    model: str
    examples: int
    passed: float | None
    loss: float | None


def report_id(lineup: Lineup, example_ids: Iterable[str]) -> str:
    """Hash of the models and examples compared."""
    compared = [lineup.challenger, lineup.champion, lineup.anchor, lineup.base, dict(lineup.history)]
    return content_id([compared, sorted(example_ids)])


def in_order(scores: Iterable[TaskScore], models: Iterable[str]) -> list[TaskScore]:
    """Scores by task, then by model, in the order tasks and models are told."""
    place = {model: position for position, model in enumerate(models)}
    return sorted(scores, key=lambda score: (TASKS.index(score.task), place[score.model]))

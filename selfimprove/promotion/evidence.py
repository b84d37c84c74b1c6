"""What a decision rests on: every model's result on every example of a report, and what was measured besides."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from selfimprove.evals.leaks.figures import Figures

ROLES = ("challenger", "champion", "anchor", "base")
TARGET = ("fresh", "holdout")
DEMONSTRATION = "demonstration"  # long answers among them: graded by their words, and lost likelihood refuses
OUTDATED = "outdated"  # questions of the owner that a later chat answers otherwise
RETIRED = "retired"  # held-out items that tested on so many nights that a gain on them is no evidence any more
LIKELIER = 0.05  # nats a token: a smaller difference between two losses of one answer is none


@dataclass(frozen=True, slots=True)
class Mark:
    """One model's result on one example.

    `score` is in [0, 1], None where no grader applies; `loss` is in nats a token, None when it was not a number;
    `broken` names what is wrong with the output as text, None when nothing is. With `by_loss`, of a long answer,
    two models are compared by which of them finds the reference likelier as well. `near` is of a long answer that is
    no right one and not wrong either (wording.py).
    """

    score: float | None
    loss: float | None
    broken: str | None = None
    by_loss: bool = False
    near: bool = False

    def better(self, other: "Mark") -> float | None:
        """How much better this result is than another model's, in [-1, 1]; None where they cannot be compared.

        What is near gains nothing and loses to what is right, which gains nothing over it: more words or fewer, by
        style alone, are no gain.
        """
        if self.score is None or other.score is None:
            return None
        return 0.0 if self.near and other.near else self.score - (1.0 if other.near else other.score)

    def shift(self, other: "Mark") -> float | None:
        """As `better`, where what comes and goes by chance is to even out: what is near is half right."""
        if self.score is None or other.score is None:
            return None
        return self.score + self.near / 2 - other.score - other.near / 2

    def likelier(self, other: "Mark") -> float | None:
        """1 where this model finds a long answer likelier than another one does, -1 where it finds it less likely."""
        if not self.by_loss or self.loss is None or other.loss is None:
            return None
        gain = other.loss - self.loss
        return math.copysign(1.0, gain) if abs(gain) >= LIKELIER else 0.0


Marks = tuple[Mark | None, ...]


@dataclass(frozen=True, slots=True)
class Paired:
    """One task's examples, and by role the models' marks on them in the same order; None where a result is missing.

    `groups` names what goes together beyond the task's own slices, across tasks (together.py); none by default.
    """

    task: str
    slices: tuple[str, ...]
    marks: Mapping[str, Marks]
    groups: tuple[str, ...] = ()

    @property
    def clusters(self) -> tuple[str, ...]:
        """What the examples are evidence by: examples of one cluster count together."""
        return self.groups or tuple(f"{self.task}/{name}" for name in self.slices)


@dataclass(frozen=True, slots=True)
class Measurements:
    """What was measured of the challenger as a whole; None where it was not, or was not a number.

    Ratios compare the challenger with the champion through the serving path.
    """

    delta_norm: float | None = None
    logprob_shift: float | None = None
    leaked: int | None = None
    leak_outputs: int | None = None
    latency_ratio: float | None = None
    memory_ratio: float | None = None
    leak_test: Figures | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One report, as it is judged; `alpha` is this night's share of the error budget.

    `champion` and `base` are model ids: the same one until a first adapter is promoted. `history` names the roles of
    earlier champions, such as "7" for the one of seven nights ago. Each of `targets` is a group of tasks on which a
    gain could promote. Without losses the scores speak alone.
    """

    report_id: str
    adapter_id: str
    night: date
    champion: str
    base: str
    tasks: Mapping[str, Paired]
    measurements: Measurements
    alpha: float
    history: tuple[str, ...] = ()
    targets: tuple[tuple[str, ...], ...] = ((*TARGET, DEMONSTRATION),)
    has_losses: bool = True

    @property
    def is_first(self) -> bool:
        """Whether the challenger wants to replace the base model itself."""
        return self.champion == self.base

    def some(self, *names: str) -> tuple[Paired, ...]:
        """The tasks of these names that the report has."""
        return tuple(self.tasks[name] for name in names if name in self.tasks)


@dataclass(frozen=True, slots=True)
class Differences:
    """Challenger minus another model, example by example, with the cluster each example belongs to."""

    values: tuple[float, ...] = ()
    clusters: tuple[str, ...] = ()
    room: int = field(default=0)  # clusters in which the other model leaves something to gain

    def of(self, cluster: str) -> tuple[float, ...]:
        """The differences of one cluster."""
        return tuple(value for value, other in zip(self.values, self.clusters, strict=True) if other == cluster)


def in_score(tasks: Iterable[Paired], against: str, *, by_loss: bool | None = None) -> Differences:
    """Differences of scores where both models have one; positive is better.

    `by_loss` asks for long answers or for others alone.
    """
    pairs = (pair for pair in _pairs(tasks, against) if by_loss in (None, pair[0].by_loss))
    return _differences((one.better(other), other, cluster) for one, other, cluster in pairs)


def given(tasks: Iterable[Paired], against: str, *, right: bool) -> Differences:
    """Shifts of long answers that one of both models has `right`, or near: others, however many, hide no loss."""
    return _differences(
        (shift, other, cluster)
        for one, other, cluster in _pairs(tasks, against)
        if one.by_loss and (shift := one.shift(other)) is not None
        if one.score or other.score or (shift and not right)
    )


def in_likelihood(tasks: Iterable[Paired], against: str) -> Differences:
    """Which model finds a long answer likelier, where both have a loss; positive is better."""
    return _differences((one.likelier(other), other, cluster) for one, other, cluster in _pairs(tasks, against))


def _differences(compared: Iterable[tuple[float | None, Mark, str]]) -> Differences:
    found = [(gain, other, cluster) for gain, other, cluster in compared if gain is not None]
    room = {cluster for _, other, cluster in found if other.score != 1 and not other.near}
    return Differences(tuple(gain for gain, _, _ in found), tuple(cluster for _, _, cluster in found), len(room))


def in_loss(tasks: Iterable[Paired], against: str) -> Differences:
    """Differences of losses, where both models have one; negative is better."""
    pairs = [
        (one.loss - other.loss, cluster)
        for one, other, cluster in _pairs(tasks, against)
        if one.loss is not None and other.loss is not None
    ]
    values, clusters = zip(*pairs, strict=True) if pairs else ((), ())
    return Differences(tuple(values), tuple(clusters))


def _pairs(tasks: Iterable[Paired], against: str) -> Iterable[tuple[Mark, Mark, str]]:
    for task in tasks:
        marks = zip(task.marks.get("challenger", ()), task.marks.get(against, ()), task.clusters, strict=False)
        yield from ((one, other, cluster) for one, other, cluster in marks if one and other)

"""What an earlier model knew and a later one lost, and how much each lesson needs practice because of that."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from selfimprove.chats.chat import Message
from selfimprove.datasets.likeness import nearest
from selfimprove.datasets.lots import turn

NEWEST = "challenger"
EARLIER = ("champion", "1", "7", "30", "anchor", "base")  # of equals the first is named
OWN = ("fresh", "holdout", "golden")
LATENT = 4  # questions that each group is thought to have besides, all as they were: one lost of one is no rule
T = TypeVar("T")
LEAST_LIKE = 0.15  # cosine below which a lesson is like nothing that was tested


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its reference as the last message, and which of the compared models passed it, by role.

    `group` is what it is judged together with: a slice of a suite, or the answer that own questions share.
    """

    task: str
    group: str
    messages: tuple[Message, ...]
    passed: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Fall:
    """Of `n` questions of a group, how many are passed now, and were by the earlier model `knew` that passed most.

    `knew` is "" where no earlier model passed more.
    """

    task: str
    group: str
    n: int
    knew: str = ""
    before: int = 0
    now: int = 0

    @property
    def decay(self) -> float:
        """The share that was lost, from 0 to 1, shrunk towards 0 where few questions tell."""
        return (self.before - self.now) / (self.n + LATENT)

    @property
    def name(self) -> str:
        """The group as people may read it: own questions are named by their task alone."""
        return self.task if self.task in OWN else f"{self.task} {self.group}"


@dataclass(frozen=True, slots=True)
class Practice:
    """What replay is drawn by: the questions of the newest judged report, whose id is "" where there is none.

    `floor` is how likely a lesson is drawn of which nothing was lost, against one of which all was; by 1 all are alike.
    """

    asked: tuple[Asked, ...] = ()
    report: str = ""
    floor: float = 1.0

    def seed(self, seed: int) -> int | str:
        """What draws: other lessons after each report, the same again while none was judged."""
        return f"{seed}/{self.report}" if self.report else seed


@dataclass(frozen=True, slots=True)
class Need:
    """How likely a lesson is drawn, and the lost group it is like; None for none."""

    weight: float
    fall: Fall | None = None


def falls(asked: Iterable[Asked], role: str = NEWEST) -> dict[tuple[str, str], Fall]:
    """What the model of a role lost of each group, by task and group."""
    groups: dict[tuple[str, str], list[Asked]] = defaultdict(list)
    for one in asked:
        if role in one.passed:
            groups[one.task, one.group].append(one)
    return {key: fall(*key, groups[key], role) for key in sorted(groups)}


def fall(task: str, group: str, asked: Sequence[Asked], role: str = NEWEST) -> Fall:
    """What the model of a role lost of some questions, against the earlier model that lost most by it."""
    found = [Fall(task, group, len(asked))]
    for earlier in (name for name in EARLIER if name != role):
        pairs = [(one.passed[earlier], one.passed[role]) for one in asked if earlier in one.passed]
        before, now = (sum(marks) for marks in zip(*pairs, strict=True)) if pairs else (0, 0)
        if before > now:
            found.append(Fall(task, group, len(pairs), earlier, before, now))
    return max(found, key=lambda one: one.decay)


def needs(lessons: Sequence[Sequence[Message]], practice: Practice) -> list[Need]:
    """How likely each lesson is drawn: the floor where nothing like it was lost, up to 1 where all of that was."""
    groups = falls(practice.asked)
    if practice.floor >= 1 or not any(one.decay for one in groups.values()):
        return [Need(practice.floor)] * len(lessons)
    texts: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in practice.asked:
        texts[one.task, one.group].append(_text(one.messages))
    alike = nearest([_text(messages) for messages in lessons], [texts[key] for key in groups])
    found = [*groups.values()]
    return [_need(found[at], practice.floor) if like >= LEAST_LIKE else Need(practice.floor) for at, like in alike]


def in_turn(
    items: Sequence[T], said: Callable[[T], tuple[str, Sequence[Message]]], practice: Practice, seed: int
) -> list[T]:
    """Items as they are drawn, the first first; `said` is an item's id and messages."""
    told = [said(item) for item in items]
    found = needs([messages for _, messages in told], practice)
    turns = [turn(practice.seed(seed), id, need.weight) for (id, _), need in zip(told, found, strict=True)]
    return [items[at] for at in sorted(range(len(items)), key=turns.__getitem__)]


def summary(drawn: Iterable[Need], practice: Practice) -> dict[str, Any]:
    """What a manifest keeps of a draw: what was lost, how many like it were drawn, and how many by lot alone."""
    if not practice.report:
        return {}
    counts = Counter(need.fall.name if need.fall else None for need in drawn)
    lost: dict[str, list[Fall]] = defaultdict(list)
    for one in falls(practice.asked).values():
        if one.decay:
            lost[one.name].append(one)
    rows = [_row(name, found, counts[name]) for name, found in lost.items()]
    rows.sort(key=lambda row: (row["now"] - row["before"], row["name"]))
    return {"report": practice.report, "floor": practice.floor, "by_lot": counts[None], "lost": rows}


def _row(name: str, found: Sequence[Fall], drawn: int) -> dict[str, Any]:
    knew = found[0].knew if len(found) == 1 else ""
    before, now, n = (sum(getattr(one, part) for one in found) for part in ("before", "now", "n"))
    return {"name": name, "knew": knew, "before": before, "now": now, "n": n, "drawn": drawn}


def _need(found: Fall, floor: float) -> Need:
    return Need(floor + (1 - floor) * found.decay, found) if found.decay else Need(floor)


def _text(messages: Sequence[Message]) -> str:
    return " ".join(message.content for message in messages if message.role != "system")
